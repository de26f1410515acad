"""The way of what a platform delivers: kept first, then handled, each lane in order and all lanes at the same time."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import datetime

from bot.platforms.base import result_until
from bot.platforms.errors import OutageError
from bot.storage import inbox
from bot.storage.database import Crew, Database, DatabaseError
from bot.storage.inbox import EVERYTHING, Delivered, Item, Shards

_READ_AHEAD = 256
"""Items held in memory at most: the others wait in the database."""
_AT_ONCE = 32
"""Items that are handled at the same time; where others could take them, no more are held."""
_TRIES = 3
_LOOKS_AGAIN = 2.0
"""Seconds after which what another process had taken is looked for again: it may be gone."""
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts, the last one for all that follow."""

_log = logging.getLogger(__name__)


def pauses(seconds: Sequence[float] = PAUSES) -> Iterator[float]:
    """Yield the seconds to wait for after each attempt, for ever."""
    return itertools.chain(seconds, itertools.repeat(seconds[-1]))


class Inbox:
    """Keeps what a platform delivers until it is handled.

    What fails three times is set aside and told in the log, and holds up nobody; what meets an outage waits. Where
    several processes share the database, each lane is handled by one of them at a time.

    Args:
        database: where it is kept.
        platform: whose it is.
        handle: what handles an item and drops it from the inbox at the right moment: several at the same time, but
            never two of one lane. It raises `OutageError` where the platform cannot be reached now.
        now: the clock.
        seconds: to wait for between attempts.
        shards: the parts of what the platform delivers that are handled here.
    """

    def __init__(
        self,
        database: Database,
        platform: str,
        handle: Callable[[Item], Awaitable[None]],
        now: Callable[[], datetime],
        seconds: Sequence[float] = PAUSES,
        shards: Shards = EVERYTHING,
    ) -> None:
        self._database = database
        self._platform = platform
        self._shards = shards
        self._work = f"inbox {platform}"
        self._handle = handle
        self._now = now
        self._pauses = seconds
        self._last = 0
        self._held: set[int] = set()
        self._may_hold_more = False
        self._begins_anew = False
        self._finished: set[str] = set()
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._lanes: dict[str, deque[Item]] = {}
        self._pausing: set[str] = set()
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def accept(self, delivered: Sequence[Delivered]) -> None:
        """Keep what was delivered; once this returns, it may be confirmed.

        Raises:
            DatabaseError: it could not be kept.
        """
        # One after the other, so that no number is seen before a lower one.
        async with self._database.transaction(self._work) as transaction:
            await inbox.keep(transaction, self._platform, delivered, self._now())
            await transaction.call(self._work)
        self._woken.set()

    async def empty(self) -> None:
        """Handle what is kept until stopped; then finish what was begun."""
        self._woken.set()
        async with AsyncExitStack() as joined:
            joining = joined.enter_async_context(self._database.crew(self._work, self._woken))
            crew = await result_until(self._stopping, joining)
            if crew is None:
                return
            serving = await joined.enter_async_context(asyncio.TaskGroup())
            again = asyncio.create_task(self._look_again(crew))
            try:
                while await self._woken.wait() and not self._stopping.is_set():
                    self._woken.clear()
                    await self._read_ahead(crew, serving)
            finally:
                again.cancel()

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()
        self._woken.set()

    async def _look_again(self, crew: Crew) -> None:
        """Have everything looked at again, from time to time, where others may have left something undone."""
        while not crew.is_alone:
            await asyncio.sleep(_LOOKS_AGAIN)
            self._begins_anew = True
            self._woken.set()

    async def _read_ahead(self, crew: Crew, serving: asyncio.TaskGroup) -> None:
        """Take as much as may be held of what waits in lanes that are this process's, or nobody's."""
        try:
            await self._release_finished(crew)
            items = await self._next(crew)
        except DatabaseError as error:
            _log.warning("The inbox cannot be read. %s", error)
            self._woken.set()
            await self._stops_within(self._pauses[1])
            return
        for item in items:
            self._held.add(item.number)
            if item.lane in self._lanes:
                self._lanes[item.lane].append(item)
            else:
                self._lanes[item.lane] = deque([item])
                serving.create_task(self._serve(crew, item.lane))

    async def _release_finished(self, crew: Crew) -> None:
        """Leave the lanes to others in which nothing waits any more."""
        finished = self._finished - self._lanes.keys()
        self._finished.clear()
        if finished:
            await crew.release(finished)

    async def _next(self, crew: Crew) -> list[Item]:
        """Return what comes next of what is not held yet, each lane in order."""
        wanted = self._most(crew) - len(self._held)
        if wanted <= 0:
            self._may_hold_more = True
            return []
        if self._begins_anew:
            self._begins_anew, self._last = False, 0
        # What is held now may be done with by the time that it is read.
        held = set(self._held)
        items = await inbox.waiting(self._database, self._platform, self._last, wanted, self._shards)
        unclaimed = {item.lane for item in items if not crew.has(item.lane)}
        claimed = await crew.claim(unclaimed) if unclaimed else ()
        self._may_hold_more = len(items) == wanted
        self._last = items[-1].number if items else self._last
        mine = [item for item in items if item.lane not in unclaimed]
        for lane in claimed:
            # Whoever had it may have done something of it since.
            mine += await inbox.in_lane(self._database, self._platform, lane, self._shards)
        return [item for item in mine if item.number not in held]

    def _most(self, crew: Crew) -> int:
        """Return how many items may be held: where others could take them, those that can be handled now."""
        put_off = sum(1 + len(self._lanes[lane]) for lane in self._pausing)
        return _READ_AHEAD if crew.is_alone else min(_READ_AHEAD, _AT_ONCE + put_off)

    async def _serve(self, crew: Crew, lane: str) -> None:
        """Handle what waits in a lane, one after the other, as long as it is this process's."""
        waiting = self._lanes[lane]
        while waiting and crew.has(lane) and not self._stopping.is_set():
            item = waiting.popleft()
            await self._attempt(crew, item)
            self._held.discard(item.number)
            if self._may_hold_more:
                self._woken.set()
        self._held.difference_update(item.number for item in waiting)
        del self._lanes[lane]
        if not crew.is_alone:
            self._finished.add(lane)
            self._woken.set()

    async def _attempt(self, crew: Crew, item: Item) -> None:
        """Handle an item until it is done or set aside, or the time has come to stop, or somebody else does it."""
        tries = item.tries
        for pause in pauses(self._pauses):
            try:
                async with self._places:
                    await self._handle(item)
            except (OutageError, DatabaseError) as error:
                _log.warning("An event of %s has to wait. %s", self._platform, error)
            except (OSError, MemoryError) as error:
                # What this machine lacks is no fault of the item's.
                _log.warning("An event of %s has to wait (%s).", self._platform, type(error).__name__)
            except Exception:
                tries += 1
                _log.exception("Item %d of %s failed (%d of %d).", item.number, self._platform, tries, _TRIES)
                if await self._is_set_aside(item, tries):
                    return
            else:
                return
            self._pausing.add(item.lane)
            self._woken.set()
            stops = await self._stops_within(pause)
            self._pausing.discard(item.lane)
            if stops or not crew.has(item.lane):
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
