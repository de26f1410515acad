"""Whatever happens to the database, questions are answered, nothing is half written, and it works again afterwards."""

import asyncio
import os
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from importlib.resources import files
from pathlib import Path

import pytest

from bot.app import build_advisor, open_advisor
from bot.core.advisor import Advisor
from bot.core.messages import Incoming
from bot.library import Library
from bot.settings import Settings
from bot.storage.database import Database, DatabaseError, newest_version, open_database
from bot.storage.misses import latest
from tests.conftest import PASSAGE, WriteKnowledge
from tests.conversations.words import said
from tests.people import NOON, PLATFORMS, Clock, Member

QUESTION, ADVICE = "Faut-il répondre aux polémiques ?", "Alban Jarry"
CANNOT_KEEP = said("help/cannot_keep", reference="…").partition("…")[0]
FAILED = said("help/failure", reference="…").partition("…")[0]
NOTICE = said("privacy/first_contact", lasts=True)
KEPT = said("answer/unknown", kept=True)
LOCKING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""

Trouble = Callable[[Database], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def locked(database: Database) -> AsyncIterator[None]:
    """Let another process write without an end."""
    await database.rows("PRAGMA busy_timeout = 10")
    pipe = asyncio.subprocess.PIPE
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LOCKING, str(database.path), stdin=pipe, stdout=pipe
    )
    try:
        assert other.stdout
        assert await other.stdout.readline() == b"locked\n"
        yield
    finally:
        await other.communicate(b"")


@asynccontextmanager
async def read_only(database: Database) -> AsyncIterator[None]:
    """Refuse what writes, as SQLite does for a file that may only be read."""
    await database.rows("PRAGMA query_only = ON")
    yield
    await database.rows("PRAGMA query_only = OFF")


@asynccontextmanager
async def full(database: Database) -> AsyncIterator[None]:
    """Leave no room for another event."""
    [row] = await database.rows("PRAGMA page_count")
    await database.rows(f"PRAGMA max_page_count = {row[0]}")
    with suppress(DatabaseError):
        for number in range(10_000):
            async with database.transaction() as transaction:
                await transaction.rows(
                    "INSERT INTO events (platform, id, reply, at) VALUES (?, ?, ?, '')",
                    f"fill {row[0]}",
                    number,
                    "x" * 100,
                )
    yield
    await database.rows("PRAGMA max_page_count = 1000000")


troubles = pytest.mark.parametrize("trouble", [locked, read_only, full])


def content_of(path: Path) -> list[str]:
    """Return all that a database holds, as another process reads it."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


async def presses(member: Member, button: str, identifier: str) -> str:
    """Press a button through an event of that id."""
    return await member._does(Incoming(member.address, member.clock.now, button=button, id=identifier))


async def begins(member: Member) -> None:
    await member.says("/parcours demarrer", identifier="begin")
    await member.says("presque rien", identifier="first")


@troubles
async def test_a_question_is_still_answered(lea: Member, database: Database, trouble: Trouble) -> None:
    await lea.says("merci")
    async with trouble(database):
        assert ADVICE in await lea.says(QUESTION, identifier="1")
        assert ADVICE in await lea.says(f"/question {QUESTION}", identifier="2")
    assert ADVICE in await lea.says(QUESTION, identifier="1")


@troubles
async def test_somebody_new_is_answered_and_met_later(advisor: Advisor, database: Database, trouble: Trouble) -> None:
    lea = Member(advisor, "léa")
    async with trouble(database):
        assert ADVICE in await lea.says(QUESTION, identifier="1")
        assert NOTICE not in lea.reads
    assert NOTICE in await lea.says(QUESTION, identifier="1")


@troubles
async def test_a_question_without_an_answer_is_not_said_to_be_kept(
    lea: Member, database: Database, trouble: Trouble
) -> None:
    async with trouble(database):
        assert KEPT not in await lea.says("recette de la blanquette de veau", identifier="1")
    assert await latest(database, None, 5) == []


@troubles
async def test_a_journey_says_that_it_cannot_be_kept_and_goes_on_afterwards(
    lea: Member, database: Database, trouble: Trouble
) -> None:
    await begins(lea)
    for reply, step in (("la pâtisserie", "lire"), ("plus tard", "cadrer")):
        async with trouble(database):
            before = content_of(database.path)
            assert CANNOT_KEEP in await lea.says(reply, identifier=step)
            assert content_of(database.path) == before
        await lea.says(reply, identifier=step)
        assert lea.journey
        assert lea.journey.step == step


@troubles
async def test_an_answer_that_could_be_a_question_is_not_lost_without_a_word(
    lea: Member, database: Database, trouble: Trouble
) -> None:
    await begins(lea)
    async with trouble(database):
        assert CANNOT_KEEP in await lea.says("la veille et la marque personnelle", identifier="1")


@troubles
async def test_a_button_says_that_nothing_can_be_kept_and_serves_afterwards(
    lea: Member, database: Database, trouble: Trouble
) -> None:
    await begins(lea)
    button = lea.button_id("Passer")
    async with trouble(database):
        before = content_of(database.path)
        assert CANNOT_KEEP in await presses(lea, button, "1")
        assert content_of(database.path) == before
    await presses(lea, button, "1")
    assert lea.journey
    assert lea.journey.step == "lire"


@troubles
async def test_a_failure_is_never_put_on_the_person(lea: Member, database: Database, trouble: Trouble) -> None:
    await begins(lea)
    async with trouble(database):
        for text in ("/parcours", "/plan", "/themes", "/aide", "/oublier", "/mesdonnees", "/rappels jeudi 18h30", "1"):
            assert await lea.says(text, identifier=text)
            assert FAILED not in lea.reads
            assert not lea.last.erased


@pytest.mark.parametrize("trouble", [locked, read_only])
async def test_a_reminder_that_falls_due_meanwhile_comes_afterwards(
    advisor: Advisor, lea: Member, database: Database, trouble: Trouble
) -> None:
    await begins(lea)
    await lea.says("/rappels jeudi 18h30")
    thursday = lea.clock.passes(days=4, hours=6)
    async with trouble(database):
        with pytest.raises(DatabaseError):
            await advisor.due(thursday, PLATFORMS)
    assert len(await advisor.due(thursday, PLATFORMS)) == 1


async def test_a_damaged_file_answers_questions_and_goes_on_once_it_is_restored(
    library: Library, tmp_path: Path
) -> None:
    path, sound = tmp_path / "v.sqlite3", tmp_path / "sound.sqlite3"
    async with open_database(path) as database:
        await begins(Member(build_advisor(library.current, database), "léa"))
    shutil.copy(path, sound)
    damage_rows(path)
    async with open_database(path) as database:
        lea = Member(build_advisor(library.current, database), "léa")
        assert ADVICE in await lea.says(QUESTION)
        assert CANNOT_KEEP in await lea.says("la pâtisserie")
    shutil.copy(sound, path)
    async with open_database(path) as database:
        lea = Member(build_advisor(library.current, database), "léa")
        await lea.says("/parcours")
        assert lea.journey
        assert lea.journey.step == "ecouter"


def damage_rows(path: Path) -> None:
    """Write over the first page of every table, and leave the schema."""
    with closing(sqlite3.connect(path)) as connection:
        [size] = connection.execute("PRAGMA page_size").fetchone()
        pages = connection.execute("SELECT rootpage FROM sqlite_master WHERE type = 'table'").fetchall()
    with path.open("r+b") as file:
        for [page] in pages:
            file.seek((page - 1) * size)
            file.write(b"\xde\xad" * (size // 2))


def damage_schema(path: Path) -> None:
    make_newer(path)
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xde\xad" * 1000)


def spoil(path: Path) -> None:
    path.write_text("ceci n'est pas une base " * 100, encoding="utf-8")


def make_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE tomorrow (something TEXT)")
        connection.execute("PRAGMA user_version = 999")


def make_unreadable(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE misses (a)")
    path.chmod(0)


@pytest.fixture
def settings(write_knowledge: WriteKnowledge, tmp_path: Path) -> Settings:
    folder = write_knowledge({"passages/a.md": PASSAGE.format(title="Planter des tomates", text="Après les gelées.")})
    return Settings(knowledge=folder, database=tmp_path / "state" / "v.sqlite3", cache=tmp_path / "cache")


def file_of(settings: Settings) -> Path:
    assert isinstance(settings.database, Path)
    return settings.database


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (spoil, "cannot be used (file is not a database)"),
        (damage_schema, "cannot be used (database disk image is malformed)"),
        (make_newer, "is of a newer version. Upgrade Vigie, or set VIGIE_DATABASE"),
        pytest.param(
            make_unreadable,
            "cannot be used (unable to open database file)",
            marks=pytest.mark.skipif(os.geteuid() == 0, reason="to the superuser, every file is open"),
        ),
    ],
)
async def test_a_file_that_cannot_be_opened_is_left_alone_and_people_are_told(
    settings: Settings, caplog: pytest.LogCaptureFixture, prepare: Callable[[Path], None], told: str
) -> None:
    file = file_of(settings)
    file.parent.mkdir()
    prepare(file)
    before = file.stat()
    async with open_advisor(settings) as advisor:
        lea = Member(advisor, "léa")
        assert "Après les gelées." in await lea.says("Planter des tomates")
        assert said("privacy/first_contact", lasts=False) in lea.reads
        assert KEPT not in await lea.says("recette de la blanquette de veau")
    assert told in caplog.text
    assert "nothing is kept" in caplog.text
    after = file.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


@pytest.mark.skipif(os.geteuid() == 0, reason="to the superuser, every file is open")
async def test_a_file_that_may_only_be_read_answers_questions_and_is_left_alone(settings: Settings) -> None:
    async with open_advisor(settings) as advisor:
        await Member(advisor, "léa").says("merci")
    file = file_of(settings)
    file.chmod(0o400)
    before = file.read_bytes()
    async with open_advisor(settings) as advisor:
        lea = Member(advisor, "léa")
        assert "Après les gelées." in await lea.says("Planter des tomates")
        assert CANNOT_KEEP in await lea.says("/parcours")
    assert file.read_bytes() == before


@pytest.fixture
def version_one(tmp_path: Path) -> Path:
    """A file as Vigie left it before she knew people, with a question in it."""
    path = tmp_path / "v.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((files("bot.storage.migrations") / "0001_misses.sql").read_text(encoding="utf-8"))
        connection.execute(
            "INSERT INTO misses (community, question, asked_at) VALUES ('atelier', 'et les tomates ?', ?)",
            (NOON.isoformat(),),
        )
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    return path


async def test_a_file_of_version_one_keeps_its_questions_and_learns_to_know_people(
    library: Library, version_one: Path
) -> None:
    async with open_database(version_one) as database:
        [miss] = await latest(database, "atelier", 5)
        assert (miss.question, miss.asked_at) == ("et les tomates ?", NOON)
        await begins(Member(build_advisor(library.current, database), "léa"))
    async with open_database(version_one) as database:
        assert len(await latest(database, "atelier", 5)) == 1
        lea = Member(build_advisor(library.current, database), "léa")
        await lea.says("/parcours")
        assert lea.journey
        assert lea.journey.step == "ecouter"


async def test_an_old_question_is_dropped_in_its_turn(library: Library, version_one: Path) -> None:
    clock = Clock()
    async with open_database(version_one) as database:
        await build_advisor(library.current, database).due(clock.passes(days=91), PLATFORMS)
        assert await latest(database, "atelier", 5) == []


async def test_two_processes_that_start_at_once_bring_the_file_up_to_date_once(version_one: Path) -> None:
    async def opened() -> int:
        async with open_database(version_one) as database:
            [row] = await database.rows("PRAGMA user_version")
            return int(row[0])

    assert set(await asyncio.gather(opened(), opened(), opened())) == {newest_version()}


async def test_a_migration_that_fails_leaves_the_file_as_it_was(version_one: Path) -> None:
    with closing(sqlite3.connect(version_one)) as connection:
        connection.execute("CREATE TABLE watches (in_the_way TEXT)")
    before = content_of(version_one)
    with pytest.raises(DatabaseError, match="cannot be used"):
        await open_database(version_one).__aenter__()
    assert content_of(version_one) == before
    with closing(sqlite3.connect(version_one)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


async def test_many_people_at_once_are_each_led_in_order(advisor: Advisor) -> None:
    members = [Member(advisor, f"membre-{number}") for number in range(15)]
    texts = ["/parcours marque-personnelle", "patient, {}", "rigoureux, {}", "distant, {}", "plus tard"]
    await asyncio.gather(*(member.says(text.format(member.address.account)) for text in texts for member in members))
    for member in members:
        shown = await member.says("/mesdonnees")
        told = [line for line in shown.splitlines() if member.address.account in line and "compte" not in line]
        assert told == [f"- {text}".format(member.address.account) for text in texts[1:4]]
        assert " : Plus tard" in shown


async def test_events_of_one_person_sent_all_at_once_are_taken_in_their_order(lea: Member) -> None:
    await asyncio.gather(
        *(lea.says(text) for text in ("/parcours demarrer", "presque rien", "la pâtisserie", "c'est fait", "la 2"))
    )
    shown = await lea.says("/mesdonnees")
    for told in ("- presque rien", "- la pâtisserie", "- trouver des clients", "sans rien publier : C'est fait"):
        assert told in shown


async def test_an_event_that_is_broken_off_is_whole_or_nothing_and_the_next_are_kept(
    lea: Member, database: Database
) -> None:
    for moments in range(40):
        question = f"recette numéro {moments} de la blanquette de veau"
        broken_off = asyncio.create_task(lea.says(question, identifier=str(moments)))
        for _ in range(moments):
            await asyncio.sleep(0)
        broken_off.cancel()
        with suppress(asyncio.CancelledError):
            await broken_off
        assert KEPT in await lea.says(question, identifier=str(moments))
    assert len(await latest(database, None, 100)) == 40
