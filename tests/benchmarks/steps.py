"""Steps of journeys with real storage: beside the same statements on bare aiosqlite, and with more and more people."""

import random
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.core.messages import Address, ChoiceKind, Incoming, Outgoing
from bot.retrieval.retriever import Retriever
from bot.storage.database import Database, Row, Transaction, open_database
from bot.storage.sqlite import PRAGMAS, SqliteDatabase, SqliteTransaction

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
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


async def growth(current_retriever: Callable[[], Retriever], folder: Path, people: int) -> tuple[float, float]:
    """Return the median and the 99th percentile of a step, in milliseconds, with so many people kept."""
    async with open_database(folder / f"{people}.sqlite3") as database:
        advisor = build_advisor(current_retriever, database)
        await advisor.handle(Incoming(Address("bench", "0"), _NOW, f"/parcours {_JOURNEY}"))
        await _multiply(database, people)
        times = await _walk(advisor, _STEPS, people)
    settled = times[len(times) // 10 :]
    return statistics.median(settled), statistics.quantiles(settled, n=100)[98]


async def _multiply(database: Database, people: int) -> None:
    """Keep so many people, all at the first step, in the image of the one who is there."""
    numbers = "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
    async with database.transaction() as transaction:
        for table, columns in (
            ("people", "id, since, zone, journey"),
            ("accounts", "platform, account, person"),
            ("journeys", "person, journey, state, address, changed"),
            ("conversations", "platform, account, community, place, person, turn, at"),
        ):
            made = {"id": "i", "person": "i", "account": "CAST(i - 1 AS TEXT)"}
            selected = ", ".join(made.get(column, column) for column in columns.split(", "))
            await transaction.rows(
                f"{numbers} INSERT INTO {table} ({columns}) SELECT {selected} FROM n, {table} WHERE"  # noqa: S608
                f" {table}.rowid = 1",
                people,
            )


async def _walk(advisor: Advisor, steps: int, people: int = _PEOPLE) -> list[float]:
    """Let people walk through a journey, each event with an id, and return how long each took, in milliseconds."""
    chance = random.Random(1)  # noqa: S311 - the same at every run
    read: dict[str, Outgoing] = {}
    times = []
    for number in range(steps):
        account = str(chance.randrange(people))
        incoming = _next(account, read.get(account), number, chance)
        started = time.perf_counter()
        read[account] = await advisor.handle(incoming)
        times.append((time.perf_counter() - started) * _MILLISECONDS)
    return times


def _next(account: str, read: Outgoing | None, number: int, chance: random.Random) -> Incoming:
    address, identifier = Address("bench", account), str(number)
    offered = [choice for reply in read.replies for choice in reply.choices] if read else []
    answers = [choice for choice in offered if choice.kind is ChoiceKind.CHOICE]
    if read is None or read.journey is None or read.journey.finished:
        return Incoming(address, _NOW, f"/parcours {_JOURNEY}", id=identifier)
    if answers:
        return Incoming(address, _NOW, button=chance.choice(answers).id, id=identifier)
    return Incoming(address, _NOW, "un atelier de couture", id=identifier)
