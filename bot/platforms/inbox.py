"""The way of what a platform delivers: kept first, then handled, each lane in order and all lanes at the same time."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime

from bot.platforms.base import is_set_within, result_until
from bot.platforms.errors import OutageError
from bot.storage import inbox
from bot.storage.database import Crew, Database, DatabaseError
from bot.storage.inbox import EVERYTHING, Delivered, Item, Shards

_LANES, _PAGE = 256, 64
"""Lanes that are served, and items of one that are held in memory, at most: the others wait in the database."""
_AT_ONCE = 32
"""Items that are handled at the same time."""
_TRIES = 3
_LOOKS_AGAIN, _READS_AGAIN = 2.0, 1.0
"""Seconds after which what another process had taken is looked for again, and what could not be read or kept is."""
PAUSES = (0.5, 1.0, 2.0, 5.0)
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
        self._lanes: set[str] = set()
        self._pausing: set[str] = set()
        self._finished: set[str] = set()
        self._taken_by_others: set[str] = set()
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
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
            self._taken_by_others.clear()
            self._woken.set()

    async def _read_ahead(self, crew: Crew, serving: asyncio.TaskGroup) -> None:
        """Begin with as many lanes as there is room for, in the order in which something waits in them."""
        try:
            await self._release_finished(crew)
            while room := self._room(crew):
                but = self._lanes | self._taken_by_others
                items = await inbox.waiting(self._database, self._platform, _PAGE, self._shards, but)
                is_all = len(items) < _PAGE
                await self._begin(crew, serving, dict(itertools.islice(_by_lane(items).items(), room)), is_all=is_all)
                if is_all:
                    return
        except DatabaseError as error:
            _log.warning("The inbox cannot be read. %s", error)
            self._woken.set()
            await is_set_within(self._stopping, _READS_AGAIN)

    async def _begin(
        self, crew: Crew, serving: asyncio.TaskGroup, lanes: Mapping[str, Sequence[Item]], *, is_all: bool
    ) -> None:
        """Begin with those of some lanes that are nobody else's, of which all that waits is known, or a part."""
        claimed = await crew.claim(lanes.keys()) if lanes else ()
        self._taken_by_others.update(lanes.keys() - claimed)
        for lane in claimed:
            self._lanes.add(lane)
            if crew.is_alone:
                serving.create_task(self._serve(crew, lane, lanes[lane], is_all=is_all))
            else:
                # Where others had it, they may have done something of it since.
                serving.create_task(self._serve(crew, lane, (), is_all=False))

    async def _release_finished(self, crew: Crew) -> None:
        """Leave the lanes to others in which nothing waits any more."""
        finished = self._finished - self._lanes
        self._finished.clear()
        if finished:
            await crew.release(finished)

    def _room(self, crew: Crew) -> int:
        """Return with how many more lanes may be begun: where others could take them, those that are served now."""
        most = _LANES if crew.is_alone else min(_LANES, _AT_ONCE + len(self._pausing))
        return max(most - len(self._lanes), 0)

    async def _serve(self, crew: Crew, lane: str, known: Sequence[Item], *, is_all: bool) -> None:
        """Handle what waits in a lane, one after the other, as long as it is this process's.

        What comes meanwhile is found when the lane is left: everything is looked at then.
        """
        waiting = deque(known)
        while crew.has(lane) and not self._stopping.is_set():
            if waiting:
                await self._attempt(crew, waiting.popleft())
            elif is_all:
                break
            else:
                waiting = await self._next_in(lane)
                is_all = len(waiting) < _PAGE
        self._lanes.discard(lane)
        self._finished.add(lane)
        self._woken.set()

    async def _next_in(self, lane: str) -> deque[Item]:
        try:
            return deque(await inbox.in_lane(self._database, self._platform, lane, self._shards, _PAGE))
        except DatabaseError as error:
            _log.warning("The inbox cannot be read. %s", error)
            return deque()

    async def _attempt(self, crew: Crew, item: Item) -> None:
        """Handle an item until it is done or set aside, or the time has come to stop, or somebody else does it."""
        tries = item.tries
        for pause in pauses(self._pauses):
            try:
                async with self._places:
                    await self._handle(item)
            except OutageError as error:
                _log.warning("An event of %s has to wait. %s", self._platform, error)
            except DatabaseError as error:
                _log.warning("An event of %s has to wait. %s", self._platform, error)
                # It is near, and back as soon as it is well.
                pause = min(pause, _LOOKS_AGAIN)
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
            stops = await is_set_within(self._stopping, pause)
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


def _by_lane(items: Iterable[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.lane, []).append(item)
    return found
