"""The database is created, brought up to date, and refused clearly when it cannot be used."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.storage import misses
from bot.storage.database import MEMORY, Database, DatabaseError, open_database

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def record(database: Database, question: str) -> None:
    async with database.transaction() as transaction:
        await misses.record(transaction, question, None, NOON)


async def test_what_is_recorded_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "un" / "deux" / "vigie.sqlite3"
    async with open_database(path) as database:
        await record(database, "une question")
    async with open_database(path) as database:
        [miss] = await misses.latest(database, None, 5)
    assert miss.question == "une question"
    assert miss.asked_at == NOON


async def test_the_newest_come_first_and_no_more_than_asked(tmp_path: Path) -> None:
    async with open_database(tmp_path / "v.sqlite3") as database:
        for number in range(5):
            await record(database, f"question {number}")
        assert [miss.question for miss in await misses.latest(database, None, 2)] == ["question 4", "question 3"]


async def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    async with open_database(tmp_path / "v.sqlite3") as connection:
        with pytest.raises(DatabaseError):
            await _insert_and_fail(connection)
        assert await misses.latest(connection, None, 5) == []


async def _insert_and_fail(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.rows("INSERT INTO misses (question, asked_at) VALUES ('a', 'b')")
        await transaction.rows("INSERT INTO nowhere VALUES (1)")


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite3"
    path.write_text("ceci n'est pas une base " * 100, encoding="utf-8")
    with pytest.raises(DatabaseError, match=r"v\.sqlite3 cannot be used"):
        await open_database(path).__aenter__()
    assert path.read_text(encoding="utf-8").startswith("ceci n'est pas")


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(DatabaseError, match="newer version"):
        await open_database(path).__aenter__()


async def test_many_at_once_are_all_kept(tmp_path: Path) -> None:
    async with open_database(tmp_path / "v.sqlite3") as database:
        await asyncio.gather(*(record(database, f"question {number}") for number in range(20)))
        assert len(await misses.latest(database, None, 100)) == 20


async def test_a_locked_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite3"
    async with open_database(path) as database:
        await database.rows("PRAGMA busy_timeout = 10")
        other = sqlite3.connect(path)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="in use by another process"):
            await record(database, "une question")
        other.rollback()
        other.close()
        await record(database, "une question")
        assert len(await misses.latest(database, None, 5)) == 1


async def test_what_is_only_in_memory_is_not_promised(tmp_path: Path) -> None:
    async with open_database(MEMORY) as database:
        assert not database.lasts
    async with open_database(tmp_path / "v.sqlite3") as database:
        assert database.lasts
