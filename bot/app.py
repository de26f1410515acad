"""The composition root: builds everything, and takes it down in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from bot.core.advisor import Advisor
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.library import Library
from bot.rendering.check import read_small_talk
from bot.rendering.templates import Templates
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from bot.settings import Settings
from bot.storage.database import MEMORY, Database, DatabaseError, open_database

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_advisor(settings: Settings) -> AsyncIterator[Advisor]:
    """Build the advisor over the settings' knowledge and database, and keep its knowledge up to date while it is open.

    Raises:
        BotError: the knowledge cannot be served.
    """
    library = await asyncio.to_thread(Library, settings.knowledge, read_parameters(), settings.cache)
    async with AsyncExitStack() as stack:
        database = await _open_database_or_memory(stack, settings.database)
        watching = asyncio.create_task(library.watch())
        stack.push_async_callback(_cancel, watching)
        yield build_advisor(library.current, database, settings.misses_kept)


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
