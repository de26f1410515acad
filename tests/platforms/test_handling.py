"""What was delivered is answered once, whatever fails between sending an answer and recording it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from bot.core.advisor import Advisor
from bot.core.messages import Address, Due, Event, Incoming, Outgoing, Posting, Reply
from bot.operating.figures import Figures, Stage
from bot.platforms.handling import Handling
from bot.platforms.parts import Part, Post, Received, parts
from bot.storage import inbox
from bot.storage.database import Database, DatabaseError
from bot.storage.inbox import Delivered, Item
from tests.fakes.waiting import Clock
from tests.people import NOON, Member


class RefusedError(Exception):
    """What this platform refuses with."""


@dataclass
class Paper:
    """A platform of one person, on which everything that is sent can be read."""

    pressed: dict[str, Incoming] = field(default_factory=dict)
    read_there: list[str] = field(default_factory=list)

    platform = "test"
    refusals = RefusedError

    async def read(self, item: Item) -> Received | None:
        return Received(incoming=self.pressed[item.payload])

    def parts(self, received: Received, replies: Sequence[Reply], before: Sequence[int]) -> list[Part[str]]:
        return parts(received, replies, before, lambda reply: [reply.text])

    async def acknowledge(self, received: Received, replies: Sequence[Reply], /) -> None: ...

    async def send(self, received: Received, part: Part[str]) -> int | None:  # noqa: ARG002
        assert isinstance(part, Post)
        self.read_there.append(part.shown)
        return len(self.read_there)

    async def post(self, posting: Posting, /) -> None: ...

    async def take_away(self, received: Received, /) -> None: ...

    async def tell(self, received: Received, outgoing: Outgoing) -> None: ...

    async def deliver(self, due: Due) -> None: ...

    def reached(self, address: Address, event: Event | None) -> Address:  # noqa: ARG002
        return address

    def privately(self, received: Received, /) -> Received | None:
        return received

    def otherwise(self, received: Received) -> Received | None:  # noqa: ARG002
        return None


@asynccontextmanager
async def away(database: Database) -> AsyncIterator[None]:
    """Have nothing be kept meanwhile."""
    for table in ("people", "inbox"):
        await database.rows(f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        yield
    finally:
        for table in ("people", "inbox"):
            await database.rows(f"ALTER TABLE {table}_away RENAME TO {table}")


async def test_who_read_that_nothing_can_be_kept_has_not_moved_when_it_can_again(
    advisor: Advisor, database: Database, lea: Member
) -> None:
    sam = Member(advisor, "sam")
    for each in (lea, sam):
        await each.says("/parcours demarrer")
    paper = Paper({"press": Incoming(lea.address, NOON, button=lea.button_id("Passer"), id="1")})
    handling = Handling(paper, advisor, database, lambda: NOON)
    async with database.transaction() as transaction:
        await inbox.keep(transaction, paper.platform, [Delivered("1", "léa", "press")], NOON)
    [item] = await inbox.waiting(database, paper.platform, 2)
    async with away(database):
        with pytest.raises(DatabaseError):
            await handling.handle(item)
    await handling.handle(item)
    [told] = paper.read_there
    assert "Ton parcours n'a pas bougé : réessaie" in told
    assert await inbox.waiting(database, paper.platform, 1) == []
    # Pressed once more, the button does what it does for anybody.
    assert await lea.presses("Passer") == await sam.presses("Passer")


class Waited(Figures):
    """Hears how long events waited."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def took(self, stage: Stage, seconds: float) -> None:
        if stage is Stage.WAITING:
            self.seconds.append(seconds)


async def test_however_often_it_is_tried_an_event_waited_once(advisor: Advisor, database: Database) -> None:
    paper, waited, clock = Paper(), Waited(), Clock(stands_at=NOON)
    handling = Handling(paper, advisor, database, lambda: clock.now, waited)
    async with database.transaction() as transaction:
        await inbox.keep(transaction, paper.platform, [Delivered("1", "léa", "a"), Delivered("2", "sam", "b")], NOON)
    first, second = await inbox.waiting(database, paper.platform, 2)
    clock.passes(seconds=2)
    for _ in range(3):
        with pytest.raises(KeyError):
            await handling.handle(first)
        clock.passes(seconds=30)
    paper.pressed = {each: Incoming(Address("test", each), NOON, "merci", id=each) for each in ("a", "b")}
    for each in (first, second, replace(first, number=7, tries=2)):
        await handling.handle(each)
    assert waited.seconds == [2, 92]
