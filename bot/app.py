"""The composition root: builds everything, and takes it down in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.core.advisor import Advisor
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.errors import BotError
from bot.library import Library
from bot.logs import hide
from bot.platforms.base import Platform
from bot.rendering.check import read_small_talk
from bot.rendering.templates import Templates
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from bot.serving import serve_all
from bot.settings import Settings
from bot.storage.database import MEMORY, Database, DatabaseError, open_database

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
        platforms = list(_platforms(settings, advisor, database))
        if not platforms:
            raise BotError(
                "There is no platform to serve: set VIGIE_TELEGRAM_TOKEN to the token of @BotFather,"
                " VIGIE_DISCORD_TOKEN to that of Discord's developer portal, or both."
            )
        await serve_all(platforms, advisor, _now)


def _platforms(settings: Settings, advisor: Advisor, database: Database) -> Iterator[Platform]:
    """Yield the platforms that the settings hold a token for; what one needs is loaded for it alone."""
    if settings.telegram_token:
        from bot.platforms.telegram.adapter import Connection, TelegramAdapter
        from bot.platforms.telegram.webhook import Webhook

        host, _, port = settings.telegram_listen.rpartition(":")
        url, proxy = settings.telegram_webhook, settings.telegram_proxy
        connection = Connection(
            settings.telegram_token.get_secret_value(),
            str(settings.telegram_api).rstrip("/"),
            proxy.get_secret_value() if proxy else None,
            Webhook(str(url), host, int(port)) if url else None,
            paced=settings.telegram_paced,
        )
        yield TelegramAdapter(connection, advisor, read_wording(PROMPTS), database, _now)
    if settings.discord_token:
        from bot.platforms.discord import adapter as discord

        yield discord.DiscordAdapter(
            discord.Connection(
                settings.discord_token.get_secret_value(),
                str(settings.discord_api).rstrip("/"),
                str(settings.discord_gateway) if settings.discord_gateway else None,
                welcomes=settings.discord_welcomes,
            ),
            advisor,
            read_wording(PROMPTS),
            database,
            _now,
        )


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


async def _open_database_or_memory(stack: AsyncExitStack, path: Path) -> Database:
    """Open the database, or one in memory where it cannot be: Vigie answers all the same, and says what is not kept."""
    try:
        return await stack.enter_async_context(open_database(path))
    except DatabaseError as error:
        _log.warning("%s Until then, nothing is kept: neither progress nor the questions without an answer.", error)
        return await stack.enter_async_context(open_database(MEMORY))


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
