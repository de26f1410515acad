"""Those who handle what platforms deliver, for the tests of the inbox: some items fail, or wait to be let go."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.platforms.inbox import Inbox
from bot.storage import inbox
from bot.storage.database import Database
from bot.storage.inbox import EVERYTHING, Delivered, Item, Shards
from tests.fakes.waiting import Pulse
from tests.people import NOON

AT_ONCE = (0.0, 0.0)
NEVER_AGAIN = (3600.0, 3600.0)
"""Seconds between attempts: none, or more than any test lasts."""


class Office:
    """Handles what is delivered to it, and drops it; some items fail, or wait to be let go."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.failures: defaultdict[str, list[Exception]] = defaultdict(list)
        """By id, with what the next attempts fail."""
        self.held: dict[str, asyncio.Event] = {}
        """By id, what is waited for before an item is done."""
        self.begun: list[str] = []
        self.done: list[str] = []
        self.busy: Counter[str] = Counter()
        self._pulse = Pulse()

    def holds(self, identifier: str) -> asyncio.Event:
        """Have an item wait until the event that is returned is set."""
        self.held[identifier] = asyncio.Event()
        return self.held[identifier]

    async def handle(self, item: Item) -> None:
        self.begun.append(item.payload)
        self.busy[item.lane] += 1
        self._pulse.beat()
        try:
            assert self.busy[item.lane] == 1, f"two items of lane {item.lane} at the same time"
            if item.payload in self.held:
                await self.held[item.payload].wait()
            if self.failures[item.payload]:
                raise self.failures[item.payload].pop(0)
            await inbox.drop(self._database, item.number)
            self.done.append(item.payload)
        finally:
            self.busy[item.lane] -= 1
            self._pulse.beat()

    async def has_begun(self, *identifiers: str) -> None:
        await self._pulse.until(lambda: set(identifiers) <= set(self.begun), 5)

    async def has_done(self, *identifiers: str) -> None:
        await self._pulse.until(lambda: set(identifiers) <= set(self.done), 5)

    def inbox(
        self,
        seconds: Sequence[float] = AT_ONCE,
        platform: str = "telegram",
        shards: Shards = EVERYTHING,
        database: Database | None = None,
    ) -> Inbox:
        """Return an inbox that this office empties, as after a start, or as another process does."""
        return Inbox(database or self._database, platform, self.handle, lambda: NOON, seconds, shards)


@asynccontextmanager
async def emptied(incoming: Inbox) -> AsyncIterator[None]:
    """Have an inbox emptied; on leaving, stop it and wait until what was begun is finished."""
    emptying = asyncio.create_task(incoming.empty())
    try:
        yield
    finally:
        incoming.stop()
        await asyncio.wait_for(emptying, 5)


def delivered(*identifiers: str) -> list[Delivered]:
    """Return items whose lane is the first letter of their id."""
    return [Delivered(each, each[0], each) for each in identifiers]
