"""The composition root: builds everything, and takes it down in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.content.corpus import digest
from bot.core.advisor import Advisor
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.errors import BotError
from bot.library import Library
from bot.logs import hide
from bot.operating.figures import UNCOUNTED, Figures
from bot.operating.findings import Finding
from bot.platforms.base import Platform
from bot.platforms.standby import Standby
from bot.rendering.check import read_small_talk
from bot.rendering.templates import Templates
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from bot.serving import serve_all
from bot.settings import Settings
from bot.storage import communities
from bot.storage.address import DatabaseAddress, ServerAddress
from bot.storage.communities import Community
from bot.storage.database import MEMORY, Database, DatabaseError, open_database

if TYPE_CHECKING:
    from bot.platforms.discord.adapter import Connection as DiscordConnection
    from bot.platforms.telegram.adapter import Connection as TelegramConnection

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_advisor(settings: Settings) -> AsyncIterator[Advisor]:
    """Build the advisor over the settings' knowledge and database, and keep its knowledge up to date while it is open.

    Raises:
        BotError: the knowledge cannot be served.
    """
    async with _open_library(settings) as library, AsyncExitStack() as stack:
        database = await _open_database_or_memory(stack, settings.database)
        yield build_advisor(library.current, database, settings.misses_kept)


async def serve(settings: Settings) -> None:
    """Serve every platform that the settings hold a token for, until the process is told to end.

    Raises:
        BotError: there is no token, a platform refuses it, or the knowledge or the database cannot be used.
    """
    hide(settings.secrets)
    async with _open_library(settings) as library, open_database(settings.database) as database:
        advisor = build_advisor(library.current, database, settings.misses_kept)
        figures = _figures(settings)
        platforms = list(_platforms(settings, advisor, database, figures))
        if not platforms:
            raise BotError(
                "There is no platform to serve: set VIGIE_TELEGRAM_TOKEN to the token of @BotFather,"
                " VIGIE_DISCORD_TOKEN to that of Discord's developer portal, or both."
            )
        async with _told(settings, platforms, database, figures):
            await serve_all(platforms, advisor, _now, figures)


def _platforms(settings: Settings, advisor: Advisor, database: Database, figures: Figures) -> Iterator[Platform]:
    """Yield the platforms that the settings hold a token for; what one needs is loaded for it alone."""
    if settings.telegram_token:
        from bot.platforms.telegram.adapter import TelegramAdapter
        from bot.platforms.telegram.incoming import PLATFORM as TELEGRAM

        to_telegram = _to_telegram(settings)

        def telegram() -> Platform:
            return TelegramAdapter(to_telegram, advisor, read_wording(PROMPTS), database, _now, figures=figures)

        # On a server, several processes serve it together.
        is_shared = isinstance(settings.database, ServerAddress)
        yield telegram() if is_shared else Standby(TELEGRAM, telegram, database, TELEGRAM)
    if settings.discord_token:
        from bot.platforms.discord.adapter import DiscordAdapter
        from bot.platforms.discord.incoming import PLATFORM as DISCORD

        to_discord = _to_discord(settings)

        def discord() -> Platform:
            return DiscordAdapter(to_discord, advisor, read_wording(PROMPTS), database, _now, figures=figures)

        # A gateway gives the same events to everybody who asks for the same shards.
        subject = f"{DISCORD} ({digest(to_discord.token)}) {to_discord.shards or ''}".strip()
        yield Standby(DISCORD, discord, database, subject)


def _to_telegram(settings: Settings) -> "TelegramConnection":
    """Return how Telegram is reached."""
    from bot.platforms.telegram.adapter import Connection
    from bot.platforms.telegram.webhook import Webhook

    host, _, port = settings.telegram_listen.rpartition(":")
    url, proxy, token = settings.telegram_webhook, settings.telegram_proxy, settings.telegram_token
    return Connection(
        token.get_secret_value() if token else "",
        str(settings.telegram_api).rstrip("/"),
        proxy.get_secret_value() if proxy else None,
        Webhook(str(url), host, int(port)) if url else None,
        paced=settings.telegram_paced,
    )


def _to_discord(settings: Settings) -> "DiscordConnection":
    """Return how Discord is reached."""
    from bot.platforms.discord.adapter import Connection

    return Connection(
        settings.discord_token.get_secret_value() if settings.discord_token else "",
        str(settings.discord_api).rstrip("/"),
        str(settings.discord_gateway) if settings.discord_gateway else None,
        welcomes=settings.discord_welcomes,
        shards=settings.shards,
    )


async def examined(settings: Settings, database: Database | None) -> AsyncIterator[Finding]:
    """Yield what there is to say of the platforms that the settings hold a token for, without serving them."""
    if settings.telegram_token:
        from bot.platforms.telegram import examining as telegram

        async for finding in telegram.examine(_to_telegram(settings), await _served(database, "telegram")):
            yield finding
    if settings.discord_token:
        from bot.platforms.discord import examining as discord

        async for finding in discord.examine(_to_discord(settings), await _served(database, "discord")):
            yield finding


def addresses_of(settings: Settings) -> dict[str, str]:
    """Return where the servers of the platforms are that are served, and reached without a proxy."""
    found = {}
    if settings.telegram_token and not settings.telegram_proxy:
        found["Telegram"] = str(settings.telegram_api)
    if settings.discord_token:
        # What Discord tells without a token.
        found["Discord"] = f"{str(settings.discord_api).rstrip('/')}/gateway"
    return found


async def _served(database: Database | None, platform: str) -> list[Community]:
    if database is None:
        return []
    async with database.transaction() as transaction:
        return await communities.served(transaction, platform)


def _figures(settings: Settings) -> Figures:
    """Return what counts, if somebody may read it."""
    if settings.health_address is None:
        return UNCOUNTED
    from bot.operating.metrics import Metrics

    return Metrics()


@asynccontextmanager
async def _told(
    settings: Settings, platforms: Sequence[Platform], database: Database, figures: Figures
) -> AsyncIterator[None]:
    """Tell whoever asks how things stand, where the settings say."""
    if settings.health_address is None:
        yield
        return
    from bot.operating.health import Door, Health, open_door

    health = Health(platforms, database, _now)
    try:
        async with open_door(Door(health, figures), *settings.health_address):
            yield
    finally:
        await health.close()


@asynccontextmanager
async def _open_library(settings: Settings) -> AsyncIterator[Library]:
    """Read the knowledge, and keep it up to date."""
    library = await asyncio.to_thread(Library, settings.knowledge, read_parameters(), settings.cache)
    watching = asyncio.create_task(library.watch())
    try:
        yield library
    finally:
        await _cancel(watching)


def _now() -> datetime:
    return datetime.now(UTC)


def build_advisor(current_retriever: Callable[[], Retriever], database: Database, misses_kept: int = 90) -> Advisor:
    """Return an advisor that speaks with the prompts that come with Vigie."""
    voice = Voice(Templates(PROMPTS), read_wording(PROMPTS))
    return Advisor(current_retriever, voice, SmallTalk(read_small_talk(PROMPTS)), database, misses_kept)


async def _open_database_or_memory(stack: AsyncExitStack, address: DatabaseAddress) -> Database:
    """Open the database, or one in memory where it cannot be: Vigie answers all the same, and says what is not kept."""
    try:
        return await stack.enter_async_context(open_database(address))
    except DatabaseError as error:
        _log.warning("%s Until then, nothing is kept: neither progress nor the questions without an answer.", error)
        return await stack.enter_async_context(open_database(MEMORY))


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
