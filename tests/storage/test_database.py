"""The database is created, brought up to date, and refused clearly when it cannot be used."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.storage import misses
from bot.storage.address import DatabaseAddress
from bot.storage.database import MEMORY, Database, DatabaseError, open_database

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
pytestmark = pytest.mark.both_engines


async def record(database: Database, question: str) -> None:
    async with database.transaction() as transaction:
        await misses.record(transaction, question, None, NOON)


async def test_what_is_recorded_is_there_after_a_restart(database_address: DatabaseAddress) -> None:
    async with open_database(database_address) as database:
        await record(database, "une question")
    async with open_database(database_address) as database:
        [miss] = await misses.latest(database, None, 5)
    assert miss.question == "une question"
    assert miss.asked_at == NOON


async def test_folders_that_are_not_there_are_made(tmp_path: Path) -> None:
    async with open_database(tmp_path / "un" / "deux" / "vigie.sqlite3") as database:
        await record(database, "une question")
    assert (tmp_path / "un" / "deux" / "vigie.sqlite3").is_file()


async def test_the_newest_come_first_and_no_more_than_asked(database: Database) -> None:
    for number in range(5):
        await record(database, f"question {number}")
    assert [miss.question for miss in await misses.latest(database, None, 2)] == ["question 4", "question 3"]


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(DatabaseError):
        await _insert_and_fail(database)
    assert await misses.latest(database, None, 5) == []


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


async def test_many_at_once_are_all_kept(database: Database) -> None:
    await asyncio.gather(*(record(database, f"question {number}") for number in range(20)))
    assert len(await misses.latest(database, None, 100)) == 20


async def test_rows_are_read_by_place_and_by_name_and_sums_are_whole_numbers(database: Database) -> None:
    await record(database, "une question ?")
    async with database.transaction() as transaction:
        row = await transaction.row(
            "SELECT question, SUM(id) AS numbers FROM misses WHERE question = ? GROUP BY 1", "une question ?"
        )
    assert row
    assert (row[0], row["question"], row["numbers"], *row) == (
        "une question ?",
        "une question ?",
        1,
        "une question ?",
        1,
    )
    assert list(row.keys()) == ["question", "numbers"]
    assert isinstance(row["numbers"], int)


async def test_letters_are_in_the_order_of_their_numbers(database: Database) -> None:
    for letters in ("é", "Z", "a-b", "ab", "a b", "z", "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00.5+00:00"):
        await record(database, letters)
    rows = await database.rows("SELECT question FROM misses ORDER BY question")
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


async def test_the_engine_its_size_and_its_tables_are_told(database: Database, engine: str) -> None:
    assert (await database.engine()).lower().startswith(engine)
    assert await database.size() > 10_000
    tables = await database.tables()
    assert {"people", "taught_versions"} < set(tables)
    assert tables.index("people") < tables.index("accounts")
    assert tables.index("misses") < tables.index("watches")
    for table in tables:
        assert await database.rows(f"SELECT * FROM {table}") == []  # noqa: S608 - the names of the schema


async def test_what_was_deleted_can_be_wiped(database: Database) -> None:
    await record(database, "une question")
    await database.rows("DELETE FROM misses")
    await database.forget_deleted()
    assert await misses.latest(database, None, 5) == []


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


async def test_what_is_only_in_memory_is_not_promised(database: Database) -> None:
    assert database.lasts
    async with open_database(MEMORY) as passing:
        assert not passing.lasts
