"""Several processes on one server: one of them serves a platform, and another one takes over when it is gone."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.core.messages import Address, Due, Outgoing
from bot.errors import BotError
from bot.platforms.standby import Standby
from bot.storage.address import ServerAddress
from bot.storage.database import MEMORY, Database, open_database
from tests.fakes.postgresql import PostgreSQL
from tests.fakes.telegram import FakeTelegram, Message, User
from tests.platforms.log import heard
from tests.platforms.office import Office, delivered, emptied

QUESTION, ADVICE = "Faut-il répondre aux polémiques ?", "Alban Jarry"
TAKES_OVER_WITHIN = 15.0
STARTS_WITHIN = 60.0


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
async def other(database_address: ServerAddress) -> AsyncIterator[Database]:
    async with open_database(database_address) as opened:
        yield opened


class Served:
    """A platform that notes who serves it."""

    def __init__(self, by: str, served: list[str], error: BotError | None = None) -> None:
        self._by = by
        self._served = served
        self._error = error
        self._stopping = asyncio.Event()

    name = "here"
    is_ready = True

    async def run(self) -> None:
        self._served.append(f"{self._by} begins")
        if self._error:
            raise self._error
        await self._stopping.wait()
        self._served.append(f"{self._by} ends")

    def stop(self) -> None:
        self._stopping.set()

    async def deliver(self, due: Due) -> None: ...


@asynccontextmanager
async def running(standby: Standby) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(standby.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(served: list[str], said: str) -> None:
    await eventually(lambda: said in served)


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(TAKES_OVER_WITHIN):
        while not holds():  # noqa: ASYNC110 - what it waits for happens elsewhere
            await asyncio.sleep(0.01)


async def test_one_serves_and_the_next_one_once_it_stops(database: Database, other: Database) -> None:
    served: list[str] = []
    one = Standby("here", lambda: Served("one", served), database, "here (1)")
    two = Standby("here", lambda: Served("two", served), other, "here (1)")
    async with running(one) as first:
        await until(served, "one begins")
        async with running(two) as second:
            await asyncio.sleep(0.1)
            assert (one.is_ready, two.is_ready) == (True, False)
            one.stop()
            await first
            await until(served, "two begins")
            two.stop()
            await second
    assert served == ["one begins", "one ends", "two begins", "two ends"]


async def test_a_file_is_served_by_one_process_and_by_the_next_one_once_it_stops(tmp_path: Path) -> None:
    served: list[str] = []
    path = tmp_path / "vigie.sqlite3"
    async with open_database(path) as first, open_database(path) as second:
        one = Standby("here", lambda: Served("one", served), first, "here (1)")
        other = Standby("there", lambda: Served("two", served), second, "there (1)")
        async with running(one) as leading:
            await until(served, "one begins")
            with heard() as log:
                async with running(other):
                    await log.says(f"Another process serves there (1) on {path}")
                    assert (one.is_ready, other.is_ready) == (True, False)
                    one.stop()
                    await leading
                    await until(served, "two begins")
    assert served == ["one begins", "one ends", "two begins"]


async def test_what_waits_in_a_file_is_handled_by_the_process_that_serves_it(tmp_path: Path) -> None:
    path = tmp_path / "vigie.sqlite3"
    async with open_database(path) as first, open_database(path) as second:
        mine, others = Office(first), Office(second)
        incoming = mine.inbox()
        async with emptied(incoming):
            await incoming.accept(delivered("a1"))
            await mine.has_done("a1")
            with heard() as log:
                # Whoever waits can be stopped.
                async with emptied(others.inbox()):
                    await log.says(f"Another process serves inbox telegram on {path}")
                    await incoming.accept(delivered("a2"))
                    await mine.has_done("a2")
        async with emptied(others.inbox()):
            await others.inbox().accept(delivered("a3"))
            await others.has_done("a3")
    assert (mine.done, others.done) == (["a1", "a2"], ["a3"])


async def test_what_is_something_else_is_served_at_the_same_time(database: Database, other: Database) -> None:
    served: list[str] = []
    one = Standby("here", lambda: Served("one", served), database, "here (1)")
    two = Standby("here", lambda: Served("two", served), other, "here (2)")
    async with running(one), running(two):
        await until(served, "one begins")
        await until(served, "two begins")


async def test_what_another_process_would_have_to_send_by_now_is_told_in_the_log(database: Database) -> None:
    standby = Standby("here", lambda: Served("one", []), database, "here (1)")
    with heard() as log:
        await standby.deliver(Due(Address("here", "léa"), Outgoing(())))
    [line] = log.lines
    assert "was not sent. Here is served by another process now." in line


async def test_whoever_waits_can_be_stopped(database: Database, other: Database) -> None:
    served: list[str] = []
    two = Standby("here", lambda: Served("two", served), other, "here (1)")
    async with database.leads("here (1)"), running(two) as second:
        await asyncio.sleep(0.1)
        two.stop()
        await asyncio.wait_for(second, 5)
    assert served == []


async def test_whoever_can_no_longer_know_that_it_leads_stops_and_comes_back(database: Database) -> None:
    served: list[str] = []
    one = Standby("here", lambda: Served("one", served), database, "here (1)")
    async with running(one):
        await until(served, "one begins")
        await database.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )
        await until(served, "one ends")
        served.remove("one begins")
        await until(served, "one begins")


@pytest.mark.parametrize("kept_by", ["server", "file"])
async def test_what_cannot_be_served_at_all_is_told(database: Database, kept_by: str) -> None:
    error = BotError("the token is refused")
    async with open_database(MEMORY) as file:
        chosen = database if kept_by == "server" else file
        with pytest.raises(BotError, match="the token is refused"):
            await Standby("here", lambda: Served("one", [], error), chosen, "here (1)").run()


@asynccontextmanager
async def vigie(
    telegram: FakeTelegram, address: ServerAddress, folder: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `vigie run` in a process of its own."""
    environment = {
        **os.environ,
        "VIGIE_TELEGRAM_TOKEN": telegram.token,
        "VIGIE_TELEGRAM_API": telegram.base_url.removesuffix("/bot"),
        "VIGIE_TELEGRAM_PACED": "false",
        "VIGIE_DATABASE": address.get_secret_value(),
        "VIGIE_CACHE": str(folder / "cache"),
        "VIGIE_HEALTH_LISTEN": "off",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "--verbose", "run", env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def hears(process: asyncio.subprocess.Process, said: str) -> None:
    assert process.stderr
    async with asyncio.timeout(STARTS_WITHIN):
        while said not in (line := (await process.stderr.readline()).decode()):
            assert line, f"the process ended before it said '{said}'"


async def test_another_process_takes_over_from_one_that_was_killed(postgresql: PostgreSQL, tmp_path: Path) -> None:
    async with FakeTelegram() as telegram, postgresql.database() as address:
        lea = telegram.user("Léa")
        async with vigie(telegram, address, tmp_path) as first:
            await telegram.is_polled(within=STARTS_WITHIN)
            async with vigie(telegram, address, tmp_path) as second:
                await hears(second, "this one waits for its turn")
                await lea.writes(QUESTION)
                await telegram.settled(within=STARTS_WITHIN)
                await eventually(lambda: len(answers(telegram, lea)) == 1)
                first.kill()
                await first.wait()
                for _ in range(3):
                    await lea.writes(QUESTION)
                await eventually(lambda: len(answers(telegram, lea)) == 4)
                await telegram.settled(within=STARTS_WITHIN)
                assert len(answers(telegram, lea)) == 4
                assert second.returncode is None
        assert telegram.violations == []


def answers(telegram: FakeTelegram, member: User) -> list[Message]:
    return [each for each in member.messages if each.sender is telegram.bot and ADVICE in each.text]
