"""What `vigie doctor` finds about a Telegram bot, without serving it."""

from collections.abc import AsyncIterator, Iterable

from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.operating.findings import Finding, noted, wrong
from bot.platforms.telegram.adapter import Connection, made_bot
from bot.platforms.telegram.incoming import PLATFORM
from bot.platforms.telegram.readiness import lacks
from bot.storage.communities import Community


async def examine(connection: Connection, communities: Iterable[Community]) -> AsyncIterator[Finding]:
    """Yield whether the token holds, and what the bot lacks."""
    bot = made_bot(connection)
    try:
        await bot.initialize()
    except InvalidToken:
        remedy = "Copy it again from @BotFather into VIGIE_TELEGRAM_TOKEN."
        yield wrong(PLATFORM, "Telegram refuses the token.", remedy)
    except TelegramError as error:
        told = f"The token could not be looked at: Telegram cannot be reached ({type(error).__name__})."
        yield noted(PLATFORM, told, "Check the network, the proxy and the address.")
    else:
        async for finding in _of_bot(bot, communities):
            yield finding
    finally:
        await bot.shutdown()


async def _of_bot(bot: ExtBot[int], communities: Iterable[Community]) -> AsyncIterator[Finding]:
    yield Finding(PLATFORM, f"The token is that of @{bot.username}")
    async for lack in lacks(bot, communities):
        yield noted(PLATFORM, lack.what, lack.remedy)
