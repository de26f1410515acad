"""All that is kept goes from one engine to the other and back, whole, or not at all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.app import build_advisor
from bot.cli import app
from bot.errors import BotError
from bot.library import Library
from bot.storage import moving
from bot.storage.address import DatabaseAddress
from bot.storage.database import Database, DatabaseError, open_database
from bot.storage.moving import Sum, checksum, copy
from tests.conftest import POSTGRESQL, SQLITE
from tests.fakes.postgresql import PostgreSQL
from tests.people import Member
from tests.storage.test_personal import all_rows, fills_every_table

pytestmark = pytest.mark.parametrize("engine", [SQLITE, POSTGRESQL])


@pytest.fixture
async def elsewhere(engine: str, postgresql: PostgreSQL, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database on the other engine."""
    if engine == POSTGRESQL:
        async with open_database(tmp_path / "elsewhere.sqlite3") as file:
            yield file
    else:
        async with postgresql.database() as address, open_database(address) as server:
            yield server


@pytest.fixture
async def filled(database: Database, library: Library) -> Database:
    """A database with something in every table that a conversation can fill."""
    advisor = build_advisor(library.current, database)
    for name in ("léa", "max"):
        await fills_every_table(advisor, database, Member(advisor, name, community="atelier"))
    return database


async def everything(database: Database) -> dict[str, list[dict[str, object]]]:
    return await all_rows(database, dict.fromkeys(await database.tables(), ""))


async def test_all_that_is_kept_goes_to_the_other_engine(filled: Database, elsewhere: Database) -> None:
    before = await everything(filled)
    copied = await copy(filled, elsewhere)
    assert await everything(elsewhere) == before == await everything(filled)
    assert {table: each.rows for table, each in copied.items()} == {table: len(rows) for table, rows in before.items()}


async def test_what_comes_back_is_what_went(filled: Database, elsewhere: Database, tmp_path: Path) -> None:
    there = await copy(filled, elsewhere)
    async with open_database(tmp_path / "back.sqlite3") as back:
        assert await copy(elsewhere, back) == there
        assert await everything(back) == await everything(filled)


async def test_who_was_in_the_middle_of_something_goes_on_there(
    database: Database, elsewhere: Database, library: Library
) -> None:
    lea = Member(build_advisor(library.current, database), "léa")
    await lea.says("/parcours demarrer", identifier="1")
    told = await lea.says("presque rien", identifier="2")
    await copy(database, elsewhere)
    lea = Member(build_advisor(library.current, elsewhere), "léa")
    assert await lea.says("presque rien", identifier="2") == told
    await lea.says("la pâtisserie", identifier="3")
    assert lea.journey
    assert lea.journey.step == "lire"
    await Member(build_advisor(library.current, elsewhere), "max").says("merci")
    assert len(await elsewhere.rows("SELECT id FROM people")) == 2


async def test_numbers_that_were_given_are_not_given_again(filled: Database, elsewhere: Database) -> None:
    await filled.rows("DELETE FROM misses")
    await filled.rows("DELETE FROM audit")
    async with filled.transaction() as transaction:
        given = await transaction.last_numbers()
    assert given["misses"] > 0
    await copy(filled, elsewhere)
    async with elsewhere.transaction() as transaction:
        [row] = await transaction.rows("INSERT INTO misses (question, asked_at) VALUES ('a', 'b') RETURNING id")
        assert row[0] == given["misses"] + 1
        [most] = await transaction.rows("SELECT MAX(id) FROM people")
        [row] = await transaction.rows("INSERT INTO people (since, zone) VALUES ('a', 'b') RETURNING id")
        assert row[0] == most[0] + 1


async def test_a_database_that_holds_something_is_left_alone(filled: Database, elsewhere: Database) -> None:
    await elsewhere.rows("INSERT INTO misses (question, asked_at) VALUES ('a', 'b')")
    before = await everything(elsewhere)
    with pytest.raises(DatabaseError, match=r"not empty \(table misses\).*--force"):
        await copy(filled, elsewhere)
    assert await everything(elsewhere) == before
    await copy(filled, elsewhere, force=True)
    assert await everything(elsewhere) == await everything(filled)


async def test_a_copy_that_is_not_like_the_original_is_not_kept(
    filled: Database, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def seen_wrong(*whatever: object) -> Sum:
        return Sum(rows=len(whatever))

    monkeypatch.setattr(moving, "checksum", seen_wrong)
    with pytest.raises(DatabaseError, match="not like the original"):
        await copy(filled, elsewhere)
    assert not any((await everything(elsewhere)).values())


async def test_a_sum_is_that_of_the_rows_in_any_order_and_of_no_others(database: Database) -> None:
    rows = [(f"question {number}", None if number % 3 else "atelier", "hier") for number in range(50)]
    sums = set()
    for kept in (rows, rows[::-1]):
        async with database.transaction() as transaction:
            await transaction.rows("DELETE FROM misses")
            await transaction.each(
                "INSERT INTO misses (id, question, community, asked_at) VALUES (?, ?, ?, ?)",
                [(rows.index(row) + 1, *row) for row in kept],
            )
            sums.add(await checksum(transaction, "misses"))
    assert len(sums) == 1
    for change in (
        "UPDATE misses SET question = 'question 8' WHERE id = 8",
        "UPDATE misses SET community = '' WHERE id = 2",
        "DELETE FROM misses WHERE id = 50",
    ):
        async with database.transaction() as transaction:
            await transaction.rows(change)
            found = await checksum(transaction, "misses")
        assert found not in sums
        sums.add(found)


async def test_many_rows_are_copied_some_at_a_time(
    database: Database, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_AT_ONCE", 7)
    async with database.transaction() as transaction:
        await transaction.each("INSERT INTO chores (name, done) VALUES (?, 'x')", [(f"{n}",) for n in range(50)])
    copied = await copy(database, elsewhere)
    assert copied["chores"].rows == 50
    assert len(await elsewhere.rows("SELECT name FROM chores")) == 50


def test_the_command_copies_and_says_what_to_do_next(
    engine: str, database_address: DatabaseAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file, other = str(tmp_path / "un.sqlite3"), str(tmp_path / "deux.sqlite3")
    typed = database_address if isinstance(database_address, Path) else database_address.get_secret_value()
    run = CliRunner().invoke
    assert f"{file} is at version" in run(app, ["migrate", "--database", file]).output
    told = run(app, ["migrate", "--database", file, "--to", str(typed)])
    assert told.exit_code == 0, told.output
    assert f"0 rows were copied to {database_address} and verified" in told.output
    assert "vigie@" not in told.output
    told = run(app, ["migrate", "--database", str(typed), "--to", other])
    assert f"0 rows were copied to {other}" in told.output, engine


@pytest.mark.parametrize(
    ("source", "target", "told"),
    [
        ("nulle_part.sqlite3", "b.sqlite3", "There is no database"),
        ("a.sqlite3", "./a.sqlite3", "is the database itself"),
        ("a.sqlite3", "postgresql://vigie", "postgresql://USER:PASSWORD@HOST:PORT/NAME"),
    ],
)
def test_what_cannot_be_copied_is_refused_in_words(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, target: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.sqlite3").touch()
    refused = CliRunner().invoke(app, ["migrate", "--database", source, "--to", target])
    assert isinstance(refused.exception, BotError), engine
    assert told in str(refused.exception)
    assert {each.name for each in tmp_path.iterdir()} == {"a.sqlite3"}
