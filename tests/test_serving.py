"""Several platforms in one process: served until the end is asked for, each without harm to the others."""

import asyncio
import os
import signal
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

import bot.serving as serving_module
from bot.core.advisor import Advisor
from bot.core.messages import Due
from bot.errors import BotError
from bot.platforms.base import Platform
from bot.serving import serve_all
from bot.storage.database import DatabaseError
from tests.fakes.waiting import Pulse
from tests.people import NOON, Member
from tests.platforms.log import heard

THURSDAY = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)


@dataclass
class Station:
    """A platform that does what a test asks for, and notes what it is asked."""

    name: str
    fails_at_once: Exception | None = None
    is_ready: bool = True
    refuses: list[Exception] = field(default_factory=list)
    """With what the next deliveries fail."""
    is_up: asyncio.Event = field(default_factory=asyncio.Event)
    is_told_to_stop: asyncio.Event = field(default_factory=asyncio.Event)
    may_finish: asyncio.Event = field(default_factory=asyncio.Event)
    breaks: asyncio.Event = field(default_factory=asyncio.Event)
    has_finished: bool = False
    delivered: list[Due] = field(default_factory=list)
    attempts: int = 0
    pulse: Pulse = field(default_factory=Pulse)

    async def run(self) -> None:
        self.is_up.set()
        if self.fails_at_once:
            raise self.fails_at_once
        await self.is_told_to_stop.wait()
        await self.may_finish.wait()
        self.has_finished = True

    def stop(self) -> None:
        self.is_told_to_stop.set()

    async def deliver(self, due: Due) -> None:
        self.attempts += 1
        self.pulse.beat()
        if self.refuses:
            raise self.refuses.pop(0)
        self.delivered.append(due)
        self.pulse.beat()

    async def is_asked_to_deliver(self, times: int) -> None:
        await self.pulse.until(lambda: self.attempts >= times, 5)


def serving(advisor: Advisor, *platforms: Platform, now: Callable[[], datetime] = lambda: NOON) -> asyncio.Task[None]:
    return asyncio.create_task(serve_all(platforms, advisor, now))


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_end_every_platform_stops_and_finishes_what_it_began(
    advisor: Advisor, told: signal.Signals
) -> None:
    here, there = Station("here"), Station("there")
    task = serving(advisor, here, there)
    await asyncio.gather(here.is_up.wait(), there.is_up.wait())
    os.kill(os.getpid(), told)
    await asyncio.gather(here.is_told_to_stop.wait(), there.is_told_to_stop.wait())
    here.may_finish.set()
    assert not task.done()
    there.may_finish.set()
    await asyncio.wait_for(task, 5)
    assert here.has_finished
    assert there.has_finished
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


async def test_a_platform_that_cannot_be_served_leaves_the_others_to_go_on(advisor: Advisor) -> None:
    broken, well = Station("broken", fails_at_once=BotError("Copy the token again.")), Station("well")
    well.may_finish.set()
    with heard() as log:
        task = serving(advisor, broken, well)
        await log.says("Copy the token again.")
        assert not well.is_told_to_stop.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(task, 5)
    assert well.has_finished
    assert "Broken" in log.text


async def test_the_one_platform_that_cannot_be_served_says_why(advisor: Advisor) -> None:
    with pytest.raises(BotError, match=r"^Copy the token again\.$"):
        await serve_all([Station("broken", fails_at_once=BotError("Copy the token again."))], advisor, lambda: NOON)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


async def test_the_last_platform_that_cannot_be_served_says_why(advisor: Advisor) -> None:
    broken = [Station(name, fails_at_once=BotError(f"{name} is broken")) for name in ("here", "there")]
    with heard() as log, pytest.raises(BotError, match="is broken"):
        await asyncio.wait_for(serve_all(broken, advisor, lambda: NOON), 5)
    assert log.count("is broken") == 1


async def reminded(advisor: Advisor, *names: str, platform: str = "here") -> None:
    """Have people who are in the middle of a journey be reminded on Thursdays."""
    for name in names:
        member = Member(advisor, name, platform=platform)
        await member.says("/parcours demarrer")
        await member.says("presque rien")
        await member.says("/rappels jeudi 18h30")


async def test_what_falls_due_is_sent_by_the_platform_of_whom_it_is_for(advisor: Advisor) -> None:
    await reminded(advisor, "léa", "sam")
    await reminded(advisor, "zoé", platform="there")
    await reminded(advisor, "max", platform="nowhere")
    here, there = Station("here"), Station("there")
    task = serving(advisor, here, there, now=lambda: THURSDAY)
    await asyncio.gather(here.is_asked_to_deliver(2), there.is_asked_to_deliver(1))
    here.may_finish.set()
    there.may_finish.set()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(task, 5)
    assert {due.address.account for due in here.delivered} == {"léa", "sam"}
    assert [due.address.account for due in there.delivered] == ["zoé"]


async def test_what_falls_due_waits_while_it_cannot_be_sent(advisor: Advisor) -> None:
    await reminded(advisor, "léa")
    await reminded(advisor, "sam", platform="there")
    here, there = Station("here"), Station("there", is_ready=False)
    task = serving(advisor, here, there, now=lambda: THURSDAY)
    await here.is_asked_to_deliver(1)
    here.may_finish.set()
    there.may_finish.set()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(task, 5)
    assert there.delivered == []
    [due] = await advisor.due(THURSDAY, ["there"])
    assert due.address.account == "sam"


async def test_what_falls_due_is_looked_for_again_whatever_went_wrong(
    advisor: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reminded(advisor, "léa")
    here, looked_for, trouble = Station("here"), advisor.due, [KeyError("prénom"), DatabaseError("It is locked.")]

    async def due(now: datetime, platforms: Collection[str]) -> list[Due]:
        if trouble:
            raise trouble.pop(0)
        return await looked_for(now, platforms)

    monkeypatch.setattr(advisor, "due", due)
    monkeypatch.setattr(serving_module, "_DUE_EVERY", 0.01)
    here.may_finish.set()
    with heard() as log:
        task = serving(advisor, here, now=lambda: THURSDAY)
        try:
            await here.is_asked_to_deliver(1)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(task, 5)
    assert [due.address.account for due in here.delivered] == ["léa"]
    assert log.count("What falls due could not be looked for.") == 1


async def test_what_is_not_due_is_not_sent(advisor: Advisor) -> None:
    await reminded(advisor, "léa")
    here = Station("here")
    here.may_finish.set()
    task = serving(advisor, here)
    await here.is_up.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(task, 5)
    assert here.delivered == []


@pytest.mark.parametrize("error", [DatabaseError("The database is locked."), RuntimeError("cassé")])
async def test_a_reminder_that_cannot_be_sent_does_not_take_the_others_with_it(
    advisor: Advisor, error: Exception
) -> None:
    await reminded(advisor, "léa", "sam", "zoé")
    here = Station("here", refuses=[error])
    here.may_finish.set()
    with heard() as log:
        task = serving(advisor, here, now=lambda: THURSDAY)
        try:
            await here.is_asked_to_deliver(3)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(task, 5)
    assert len(here.delivered) == 2
    assert str(error) in log.text
    assert await advisor.due(THURSDAY, ["here"]) == []
