"""A platform that several processes could serve, and one of them does: the others are ready to take over."""

import asyncio
import logging
from collections.abc import Callable

from bot.core.messages import Due
from bot.platforms.base import Platform
from bot.storage.database import Database

_TO_END = 2.0
"""Seconds for what was begun, once another process may have begun as well."""

_log = logging.getLogger(__name__)


class Standby:
    """Serves a platform as soon as no other process does, and for as long as it is known that none does.

    Args:
        name: what addresses on the platform are called by.
        make: what makes the platform, anew each time that this process comes to serve it.
        database: which tells who serves it.
        subject: what is served by one process at a time, such as one bot of the platform.
    """

    def __init__(self, name: str, make: Callable[[], Platform], database: Database, subject: str) -> None:
        self._name = name
        self._make = make
        self._database = database
        self._subject = subject
        self._serving: Platform | None = None
        self._stopping = asyncio.Event()

    @property
    def name(self) -> str:
        """What addresses on it are called by."""
        return self._name

    @property
    def is_ready(self) -> bool:
        """Whether this process serves the platform, and messages can be sent."""
        return self._serving is not None and self._serving.is_ready

    @property
    def stands_by(self) -> bool:
        """Whether this process waits for its turn."""
        return self._serving is None

    async def run(self) -> None:
        """Serve in turn until stopped.

        Raises:
            BotError: the platform cannot be served at all.
        """
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            while not self._stopping.is_set():
                leading = asyncio.create_task(self._lead())
                try:
                    await asyncio.wait((leading, stopping), return_when=asyncio.FIRST_COMPLETED)
                    if self._stopping.is_set():
                        self.stop()
                        if self._serving is None:
                            return
                    if await leading:
                        return
                finally:
                    leading.cancel()
                    await asyncio.gather(leading, return_exceptions=True)
        finally:
            stopping.cancel()

    def stop(self) -> None:
        """Take nothing new; `run` returns once what was begun is finished."""
        self._stopping.set()
        if self._serving:
            self._serving.stop()

    async def deliver(self, due: Due) -> None:
        """Send what nobody asked for at this moment: at most once."""
        if self._serving:
            await self._serving.deliver(due)
        else:
            # It is counted as sent, and the process that serves the platform now is not told of it.
            name = self._name.capitalize()
            _log.warning("A message that nobody asked for was not sent. %s is served by another process now.", name)

    async def _lead(self) -> bool:
        """Serve once no other process does; return whether that came to its end, and not to another's turn."""
        async with self._database.leads(self._subject) as lost:
            self._serving = platform = self._make()
            serving, losing = asyncio.create_task(platform.run()), asyncio.create_task(lost.wait())
            try:
                await asyncio.wait((serving, losing), return_when=asyncio.FIRST_COMPLETED)
                if not serving.done():
                    _log.warning("%s may be served by another process now.", self._name.capitalize())
                    platform.stop()
                    await asyncio.wait((serving,), timeout=_TO_END)
                    return False
                await serving
                return True
            finally:
                self._serving = None
                for task in (serving, losing):
                    task.cancel()
                await asyncio.gather(serving, losing, return_exceptions=True)
