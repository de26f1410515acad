"""Several platforms served in one process: started, watched, told what falls due, and stopped in order."""

import asyncio
import logging
import signal
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from bot.core.advisor import Advisor
from bot.core.messages import Due
from bot.operating.figures import UNCOUNTED, Figures
from bot.platforms.base import Platform
from bot.storage.database import DatabaseError

_DUE_EVERY = 30.0
_PATIENCE = 8.0
"""Seconds: how often what falls due is looked for, and how long what was begun may take to finish."""

_log = logging.getLogger(__name__)


async def serve_all(
    platforms: Sequence[Platform], advisor: Advisor, now: Callable[[], datetime], figures: Figures = UNCOUNTED
) -> None:
    """Serve platforms until the process is told to end, or none is left that can be served.

    Raises:
        BotError: the one platform that there is, or the last one, cannot be served.
    """
    serving = {asyncio.create_task(platform.run(), name=platform.name): platform for platform in platforms}
    reminding = asyncio.create_task(_remind(platforms, advisor, now, figures))
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopping.set)
    try:
        await _watch(serving, stopping)
    finally:
        reminding.cancel()
        await _stop(serving)
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)


async def _watch(serving: dict[asyncio.Task[None], Platform], stopping: asyncio.Event) -> None:
    """Wait until told to stop; a platform that fails leaves the others to go on."""
    told = asyncio.create_task(stopping.wait())
    running = set(serving)
    try:
        while running and not stopping.is_set():
            done, _ = await asyncio.wait((*running, told), return_when=asyncio.FIRST_COMPLETED)
            for task in done & running:
                running.discard(task)
                error = task.exception()
                if error and not running:
                    raise error
                if error:
                    _log.error("%s is served no longer. %s", task.get_name().capitalize(), error)
    finally:
        told.cancel()


async def _stop(serving: dict[asyncio.Task[None], Platform]) -> None:
    for platform in serving.values():
        platform.stop()
    _, late = await asyncio.wait(serving, timeout=_PATIENCE)
    for task in late:
        _log.warning("%s did not finish in time: what is left is done at the next start.", task.get_name())
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)


async def _remind(
    platforms: Sequence[Platform], advisor: Advisor, now: Callable[[], datetime], figures: Figures
) -> None:
    """Have what falls due sent, as long as Vigie runs; what is due is counted as sent, so that it waits to be asked."""
    while True:
        ready = {platform.name: platform for platform in platforms if platform.is_ready}
        for due in await _due(advisor, now(), ready):
            figures.fell_due(due)
            try:
                await ready[due.address.platform].deliver(due)
            except Exception:  # whatever one message meets, the next ones are sent
                _log.exception("A message that fell due was not sent.")
        await asyncio.sleep(_DUE_EVERY)


async def _due(advisor: Advisor, now: datetime, platforms: Collection[str]) -> list[Due]:
    try:
        return await advisor.due(now, platforms)
    except DatabaseError as error:
        _log.warning("What falls due has to wait. %s", error)
    except Exception:  # whatever it meets, it is looked for again
        _log.exception("What falls due could not be looked for.")
    return []
