"""How updates are taken: asked for, or posted by Telegram; confirmed only once they are kept."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram import Update
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.errors import BotError
from bot.logs import hide
from bot.platforms.inbox import pauses
from bot.platforms.telegram.incoming import UPDATES
from bot.platforms.telegram.webhook import Webhook, listening, secret_of
from bot.storage.database import DatabaseError

_POLLED = 30
"""Seconds for which Telegram holds a request for updates when there are none."""

Accept = Callable[[Sequence[Update]], Awaitable[None]]

_log = logging.getLogger(__name__)


async def poll(
    bot: ExtBot[int], accept: Accept, seconds: Sequence[float], hear: Callable[[bool], None] = lambda _: None
) -> None:
    """Ask for updates, again and again; to ask for the next ones confirms those before.

    After each failure it waits for some seconds, as `pauses` says, and then asks for what is there already: that
    Telegram is back shows at once.

    Args:
        bot: whose updates.
        accept: what takes them.
        seconds: the pauses between attempts.
        hear: what hears after each attempt whether Telegram can be reached.

    Raises:
        BotError: Telegram refuses the token.
    """
    waits = pauses(seconds)
    next_one, is_webhook_gone, held = 0, False, _POLLED
    while True:
        try:
            if not is_webhook_gone:
                is_webhook_gone = await bot.delete_webhook()
            updates = await bot.get_updates(next_one, timeout=held, allowed_updates=UPDATES)
            await accept(updates)
        except (TelegramError, DatabaseError) as error:
            _log.warning("No updates can be taken now. %s", explained(error))
            held = 0
            if _is_outage(error):
                hear(False)  # noqa: FBT003 - what is heard is yes or no
            await asyncio.sleep(next(waits))
        else:
            next_one = updates[-1].update_id + 1 if updates else next_one
            waits = pauses(seconds)
            held = _POLLED
            hear(True)  # noqa: FBT003


def _is_outage(error: Exception) -> bool:
    """Tell whether Telegram cannot be reached; a refusal is one more kind of network error to the library."""
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest)


async def listen(bot: ExtBot[int], webhook: Webhook, accept: Accept, seconds: Sequence[float]) -> None:
    """Have Telegram post updates, and take them, until cancelled.

    Raises:
        BotError: Telegram refuses the token, or the port is taken.
    """
    secret = secret_of(bot.token)
    hide([secret])

    def read(data: Any) -> Update:
        return Update.de_json(data, bot)

    async def accept_one(update: Update) -> None:
        await accept([update])

    async with listening(webhook, secret, read, accept_one):
        for pause in pauses(seconds):
            try:
                await bot.set_webhook(webhook.url, secret_token=secret, allowed_updates=UPDATES)
                break
            except TelegramError as error:
                _log.warning("The webhook cannot be set yet. %s", explained(error))
                await asyncio.sleep(pause)
        await asyncio.Event().wait()


def explained(error: Exception) -> str:
    """Return in words why Telegram cannot be asked; what its errors say themselves may hold the token.

    Raises:
        BotError: it refuses the token, so that there is nothing to wait for.
    """
    match error:
        case InvalidToken():
            raise BotError(
                "Telegram refuses the token. Copy it again from @BotFather into VIGIE_TELEGRAM_TOKEN."
            ) from None
        case Conflict():
            return "Another process takes the updates of this bot: stop it, or give this one a bot of its own."
        case RetryAfter():
            return "Telegram asks for patience."
        case BadRequest():
            return f"Telegram refuses ({error.message})."
        case NetworkError():
            return f"There is no connection ({type(error).__name__}): check the network, the proxy and the address."
        case _:
            return str(error)
