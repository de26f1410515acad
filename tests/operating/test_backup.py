"""Backups: made while somebody writes, verified, put back whole or not at all."""

import asyncio
import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from bot.commands import backups
from bot.errors import BotError
from bot.operating.backup import BackupError, back_up, restore, sum_of
from bot.storage.database import newest_version, open_database

MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


async def _made(path: Path) -> None:
    async with open_database(path):
        pass


def keep(path: Path, *questions: str) -> None:
    """Keep questions that nobody could answer."""
    with closing(sqlite3.connect(path)) as connection:
        for question in questions:
            connection.execute("INSERT INTO misses (question, asked_at) VALUES (?, '2026-11-23')", (question,))
        connection.commit()


def kept(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT question FROM misses ORDER BY id")]


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def in_use(path: Path) -> Iterator[sqlite3.Connection]:
    """Use a database as a running Vigie does, between two events."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("SELECT COUNT(*) FROM misses").fetchone()
        yield connection


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """A database with one question."""
    path = tmp_path / "vigie.sqlite3"
    asyncio.run(_made(path))
    keep(path, "avant")
    return path


@pytest.fixture
def file(tmp_path: Path, live: Path) -> Path:
    """A backup of it."""
    made = tmp_path / "backup.sqlite3"
    back_up(live, made)
    return made


def old(path: Path, scripts: int) -> None:
    """Make a database as it was after the first few migrations."""
    found = sorted(
        (each for each in files("bot.storage.migrations").iterdir() if each.name.endswith(".sql")),
        key=lambda each: each.name,
    )
    with closing(sqlite3.connect(path)) as connection:
        for script in found[:scripts]:
            connection.executescript(script.read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA user_version = {scripts}")
        connection.execute("INSERT INTO misses (question, asked_at) VALUES ('il y a longtemps', '2026-01-01')")
        connection.commit()


def test_what_was_backed_up_comes_back(live: Path, file: Path) -> None:
    keep(live, "après")
    aside = restore(file, live, MORNING)
    assert kept(live) == ["avant"]
    assert aside is not None
    assert aside.name == "vigie.sqlite3.before-20261123-093000"
    assert kept(aside) == ["avant", "après"]
    assert sorted(each.name for each in live.parent.iterdir()) == sorted(
        [live.name, aside.name, file.name, sum_of(file).name]
    )


def test_a_backup_is_one_file_for_its_owner_with_a_checksum_that_other_tools_read(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert sum_of(file).read_text() == f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
    assert not file.with_name(f"{file.name}-wal").exists()


def test_a_backup_of_what_is_being_written_is_how_things_stood_at_one_moment(live: Path, tmp_path: Path) -> None:
    keep(live, *(f"question {number} {'x' * 2000}" for number in range(2000)))
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        with in_use(live) as connection:
            while not stop.is_set():
                number = len(written)
                for half in ("a", "b"):
                    connection.execute("INSERT INTO misses (question, asked_at) VALUES (?, '')", (f"{half}{number}",))
                connection.commit()
                written.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            before = len(written)
            back_up(live, tmp_path / f"{number}.sqlite3")
            found = kept(tmp_path / f"{number}.sqlite3")[2001:]
            assert found == [f"{half}{each}" for each in range(len(found) // 2) for half in ("a", "b")]
            assert len(found) // 2 >= before
    finally:
        stop.set()
        writer.join()
    assert len(kept(live)) == 2001 + 2 * len(written)


def test_what_is_there_is_not_written_over_unasked(live: Path, file: Path) -> None:
    keep(live, "après")
    with pytest.raises(BackupError, match="--force"):
        back_up(live, file)
    assert kept(file) == ["avant"]
    back_up(live, file, force=True)
    assert kept(file) == ["avant", "après"]
    restore(file, live, MORNING)


def test_the_database_is_never_taken_for_its_own_backup(live: Path) -> None:
    with pytest.raises(BackupError, match="itself"):
        back_up(live, live, force=True)
    with pytest.raises(BackupError, match="itself"):
        restore(live, live, MORNING)
    assert kept(live) == ["avant"]


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nothing to back up"):
        back_up(tmp_path / "none.sqlite3", tmp_path / "backup.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told_in_words(live: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="Check the files"):
        back_up(live, tmp_path / "nowhere" / "backup.sqlite3")


def test_nothing_is_restored_as_long_as_somebody_uses_the_database(live: Path, file: Path) -> None:
    keep(live, "après")
    with in_use(live), pytest.raises(BackupError, match="Stop `vigie run`"):
        restore(file, live, MORNING)
    assert kept(live) == ["avant", "après"]
    assert restore(file, live, MORNING)


async def test_nothing_is_restored_while_vigie_has_it_open(live: Path, file: Path) -> None:
    async with open_database(live):
        with pytest.raises(BackupError, match="Stop `vigie run`"):
            await asyncio.to_thread(restore, file, live, MORNING)


def test_where_there_is_no_database_one_is_restored(file: Path, tmp_path: Path) -> None:
    assert restore(file, tmp_path / "new" / "vigie.sqlite3", MORNING) is None
    assert kept(tmp_path / "new" / "vigie.sqlite3") == ["avant"]


def test_a_damaged_database_makes_room_for_its_backup(live: Path, file: Path) -> None:
    live.write_bytes(b"no database " * 1000)
    aside = restore(file, live, MORNING)
    assert kept(live) == ["avant"]
    assert aside is not None
    assert aside.read_bytes().startswith(b"no database")


@pytest.mark.parametrize("has_sum", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_backup_cut_short_is_refused_and_changes_nothing(
    live: Path, file: Path, share: float, *, has_sum: bool
) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    if not has_sum:
        sum_of(file).unlink()
    with pytest.raises(BackupError):
        restore(file, live, MORNING)
    assert kept(live) == ["avant"]
    assert not list(live.parent.glob("*.before-*"))


def test_a_backup_in_which_a_bit_turned_is_refused(live: Path, file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(BackupError, match="checksum"):
        restore(file, live, MORNING)


@pytest.mark.parametrize("scripts", range(1, newest_version()))
def test_an_older_backup_is_brought_to_the_newest_schema(live: Path, tmp_path: Path, scripts: int) -> None:
    old(tmp_path / "old.sqlite3", scripts)
    restore(tmp_path / "old.sqlite3", live, MORNING)
    assert version(live) == newest_version()
    assert kept(live) == ["il y a longtemps"]
    assert version(tmp_path / "old.sqlite3") == scripts


def test_a_newer_backup_is_refused_with_what_to_do(live: Path, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    sum_of(file).unlink()
    with pytest.raises(BackupError, match=r"newer version.*Upgrade Vigie"):
        restore(file, live, MORNING)
    assert kept(live) == ["avant"]


def test_a_file_of_something_else_is_no_backup(live: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as connection:
        connection.execute("CREATE TABLE things (id INTEGER)")
    with pytest.raises(BackupError, match="no backup of Vigie's"):
        restore(tmp_path / "other.sqlite3", live, MORNING)


def test_what_is_restored_belongs_to_whom_the_database_belonged(live: Path, file: Path) -> None:
    live.chmod(0o640)
    restore(file, live, MORNING)
    assert live.stat().st_mode & 0o777 == 0o640


def test_on_the_command_line_it_says_what_it_did(
    live: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "backup.sqlite3"
    backups.backup(file, database=str(live))
    assert f"{file} holds all that is kept" in capsys.readouterr().out
    backups.restore(file, database=str(live))
    told = capsys.readouterr().out
    [aside] = tmp_path.glob("*.before-*")
    assert str(aside) in told
    assert "forgotten since" in told


def test_a_server_has_tools_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BotError, match="pg_dump") as raised:
        backups.backup(tmp_path / "backup", database="postgresql://vigie:hemmelig@127.0.0.1/vigie")
    assert "hemmelig" not in str(raised.value)
