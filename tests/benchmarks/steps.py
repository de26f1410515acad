"""Steps of journeys with real storage: beside the same statements on bare aiosqlite, and with more and more people."""

import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiosqlite

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.core.messages import Address, ChoiceKind, Incoming, Outgoing
from bot.retrieval.retriever import Retriever
from bot.storage import reminders
from bot.storage.database import Database, Row, Transaction, open_database
from bot.storage.reminders import Reminder
from bot.storage.sqlite import PRAGMAS, SqliteDatabase, SqliteTransaction
from tests.benchmarks.times import Times

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_DUE_EVERY, _SWEPT_EVERY = timedelta(seconds=30), timedelta(hours=2)
_LOOKS, _SWEEPS = 100, 6
_CONVERSE = 50
"""Of so many people, one did something within the hour: conversations are kept no longer."""
_PLATFORM = "bench"
_PEOPLE = 50
_STEPS = 3000
_JOURNEY = "demarrer"
_MILLISECONDS = 1000
Statement = tuple[str, tuple[object, ...]]


@dataclass(slots=True)
class _Recorded(SqliteTransaction):
    """A transaction that writes down its statements."""

    inner: Transaction
    statements: list[Statement] = field(default_factory=list)

    async def rows(self, statement: str, *values: object) -> list[Row]:
        self.statements.append((statement, values))
        return list(await self.inner.rows(statement, *values))


class _Recorder(SqliteDatabase):
    """A database that writes down every transaction."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.transactions: list[list[Statement]] = []

    @property
    def lasts(self) -> bool:
        return self._inner.lasts

    @asynccontextmanager
    async def transaction(self, lane: str = "") -> AsyncIterator[Transaction]:
        async with self._inner.transaction(lane) as transaction:
            recorded = _Recorded(transaction)
            yield recorded
            self.transactions.append(recorded.statements)


@dataclass(frozen=True, slots=True)
class Pace:
    """Steps a second: through the advisor, and of the same transactions on bare aiosqlite."""

    advisor: float
    bare: float


async def pace(current_retriever: Callable[[], Retriever], folder: Path) -> Pace:
    """Return how many steps of a journey go through in a second."""
    async with open_database(folder / "recorded.sqlite3") as database:
        recorder = _Recorder(database)
        await _walk(build_advisor(current_retriever, recorder), _STEPS)
    async with open_database(folder / "advisor.sqlite3") as database:
        advisor = build_advisor(current_retriever, database)
        started = time.perf_counter()
        await _walk(advisor, _STEPS)
        through_advisor = time.perf_counter() - started
    async with open_database(folder / "bare.sqlite3"):
        pass
    bare = await _replay(folder / "bare.sqlite3", recorder.transactions)
    return Pace(_STEPS / through_advisor, _STEPS / bare)


async def _replay(path: Path, transactions: list[list[Statement]]) -> float:
    """Return how long the transactions take on bare aiosqlite, in seconds."""
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        for pragma in PRAGMAS:
            await connection.execute_fetchall(f"PRAGMA {pragma}")
        started = time.perf_counter()
        for statements in transactions:
            await connection.execute_fetchall("BEGIN IMMEDIATE")
            for statement, values in statements:
                await connection.execute_fetchall(statement, values)
            await connection.commit()
        return time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class Growth:
    """What it costs to keep so many people, each with a journey under way and a reminder.

    Attributes:
        people: how many.
        size: of the database with nothing but them, in MB.
        step: how long a step of a journey takes.
        looking: how long it takes to look for what falls due, where nothing does.
        sweeping: how long it takes at most, once an hour, when what is too old is dropped, in milliseconds.
    """

    people: int
    size: float
    step: Times
    looking: Times
    sweeping: float


async def growth(current_retriever: Callable[[], Retriever], folder: Path, people: int, steps: int = _STEPS) -> Growth:
    """Measure what it costs to keep so many people, some of whom take steps of a journey."""
    async with open_database(folder / f"{people}.sqlite3") as database:
        advisor = build_advisor(current_retriever, database)
        await advisor.handle(Incoming(Address(_PLATFORM, "0"), _NOW, f"/parcours {_JOURNEY}"))
        async with database.transaction() as transaction:
            await reminders.keep(transaction, 1, Reminder(Address(_PLATFORM, "0"), 0, 0, _NOW + timedelta(days=7)))
        await _multiply(database, people)
        size = await database.size() / 1e6
        times = await _walk(advisor, steps, people)
        looking = [await _looked(advisor, _NOW + number * _DUE_EVERY) for number in range(_LOOKS)]
        sweeping = max([await _looked(advisor, _NOW + number * _SWEPT_EVERY) for number in range(1, _SWEEPS)])
    return Growth(people, size, Times.of(times[len(times) // 10 :]), Times.of(looking[1:]), sweeping)


async def _looked(advisor: Advisor, now: datetime) -> float:
    """Look for what falls due, and return how long that took, in milliseconds."""
    begun = time.perf_counter()
    due = await advisor.due(now, (_PLATFORM,))
    assert not due
    return (time.perf_counter() - begun) * _MILLISECONDS


async def _multiply(database: Database, people: int) -> None:
    """Keep so many people, all at the first step, in the image of the one who is there."""
    numbers = "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
    async with database.transaction() as transaction:
        for table, columns, every in (
            ("people", "id, since, zone, journey", 1),
            ("accounts", "platform, account, person", 1),
            ("journeys", "person, journey, state, address, changed", 1),
            ("reminders", "person, address, weekday, minute, due, unanswered", 1),
            ("conversations", "platform, account, community, place, person, turn, at", _CONVERSE),
        ):
            made = {"id": "i", "person": "i", "account": "CAST(i - 1 AS TEXT)"}
            selected = ", ".join(made.get(column, column) for column in columns.split(", "))
            await transaction.rows(
                f"{numbers} INSERT INTO {table} ({columns}) SELECT {selected} FROM n, {table} WHERE"  # noqa: S608
                f" {table}.rowid = 1 AND i % ? = 0",
                people,
                every,
            )


async def _walk(advisor: Advisor, steps: int, people: int = _PEOPLE) -> list[float]:
    """Let people walk through a journey, each event with an id, and return how long each took, in milliseconds."""
    chance = random.Random(1)  # noqa: S311 - the same at every run
    read: dict[str, Outgoing] = {}
    times = []
    for number in range(steps):
        account = str(chance.randrange(people))
        incoming = next_step(account, read.get(account), number, chance)
        started = time.perf_counter()
        read[account] = await advisor.handle(incoming)
        times.append((time.perf_counter() - started) * _MILLISECONDS)
    return times


def next_step(account: str, read: Outgoing | None, number: int, chance: random.Random) -> Incoming:
    """Return what somebody does next in a journey, by what they read last; whoever is in none begins one."""
    address, identifier = Address(_PLATFORM, account), str(number)
    offered = [choice for reply in read.replies for choice in reply.choices] if read else []
    answers = [choice for choice in offered if choice.kind is ChoiceKind.CHOICE]
    if read is None or read.journey is None or read.journey.finished:
        return Incoming(address, _NOW, f"/parcours {_JOURNEY}", id=identifier)
    if answers:
        return Incoming(address, _NOW, button=chance.choice(answers).id, id=identifier)
    return Incoming(address, _NOW, "un atelier de couture", id=identifier)
