"""The way of what a platform delivers: kept first, then handled, each lane in order and all lanes at the same time."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime

from bot.platforms.errors import OutageError
from bot.storage import inbox
from bot.storage.database import Database, DatabaseError
from bot.storage.inbox import Delivered, Item

_READ_AHEAD = 256
"""Items held in memory at most: the others wait in the database."""
_AT_ONCE = 32
_TRIES = 3
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts, the last one for all that follow."""

_log = logging.getLogger(__name__)


def pauses(seconds: Sequence[float] = PAUSES) -> Iterator[float]:
    """Yield the seconds to wait for after each attempt, for ever."""
    return itertools.chain(seconds, itertools.repeat(seconds[-1]))


class Inbox:
    """Keeps what a platform delivers until it is handled.

    What fails three times is set aside and told in the log, and holds up nobody; what meets an outage waits.

    Args:
        database: where it is kept.
        platform: whose it is.
        handle: what handles an item and drops it from the inbox at the right moment: several at the same time, but
            never two of one lane. It raises `OutageError` where the platform cannot be reached now.
        now: the clock.
        seconds: to wait for between attempts.
    """

    def __init__(
        self,
        database: Database,
        platform: str,
        handle: Callable[[Item], Awaitable[None]],
        now: Callable[[], datetime],
        seconds: Sequence[float] = PAUSES,
    ) -> None:
        self._database = database
        self._platform = platform
        self._handle = handle
        self._now = now
        self._pauses = seconds
        self._last = 0
        self._held = 0
        self._may_hold_more = False
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._lanes: dict[str, deque[Item]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def accept(self, delivered: Sequence[Delivered]) -> None:
        """Keep what was delivered; once this returns, it may be confirmed.

        Raises:
            DatabaseError: it could not be kept.
        """
        async with self._database.transaction() as transaction:
            await inbox.keep(transaction, self._platform, delivered, self._now())
        self._woken.set()

    async def empty(self) -> None:
        """Handle what is kept until stopped; then finish what was begun."""
        self._woken.set()
        async with asyncio.TaskGroup() as serving:
            while await self._woken.wait() and not self._stopping.is_set():
                self._woken.clear()
                try:
                    await self._read_ahead(serving)
                except DatabaseError as error:
                    _log.warning("The inbox cannot be read. %s", error)
                    self._woken.set()
                    await self._stops_within(self._pauses[1])

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()
        self._woken.set()

    async def _read_ahead(self, serving: asyncio.TaskGroup) -> None:
        wanted = _READ_AHEAD - self._held
        items = await inbox.waiting(self._database, self._platform, self._last, wanted) if wanted else []
        self._may_hold_more = len(items) == wanted
        for item in items:
            self._last = item.number
            self._held += 1
            if item.lane in self._lanes:
                self._lanes[item.lane].append(item)
            else:
                self._lanes[item.lane] = deque([item])
                serving.create_task(self._serve(item.lane))

    async def _serve(self, lane: str) -> None:
        """Handle what waits in a lane, one after the other."""
        waiting = self._lanes[lane]
        while waiting and not self._stopping.is_set():
            async with self._places:
                await self._attempt(waiting.popleft())
            self._held -= 1
            if self._may_hold_more:
                self._woken.set()
        del self._lanes[lane]

    async def _attempt(self, item: Item) -> None:
        """Handle an item until it is done or set aside, or the time has come to stop."""
        tries = item.tries
        for pause in pauses(self._pauses):
            try:
                await self._handle(item)
            except (OutageError, DatabaseError) as error:
                _log.warning("An event of %s has to wait. %s", self._platform, error)
            except Exception:
                tries += 1
                _log.exception("Item %d of %s failed (%d of %d).", item.number, self._platform, tries, _TRIES)
                if await self._is_set_aside(item, tries):
                    return
            else:
                return
            if await self._stops_within(pause):
                return

    async def _is_set_aside(self, item: Item, tries: int) -> bool:
        """Keep how many times an item failed; return whether it is not tried again."""
        set_aside = tries >= _TRIES
        try:
            await inbox.set_tries(self._database, item.number, tries, set_aside=set_aside)
        except DatabaseError as error:
            _log.warning("How often an item failed cannot be kept. %s", error)
        if set_aside:
            _log.error("Item %d of %s is set aside: the errors above say why.", item.number, self._platform)
        return set_aside

    async def _stops_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True
