"""Backups of the SQLite file: made while Vigie writes to it, verified, and put back only once known to be whole.

A PostgreSQL server has `pg_dump` and `pg_restore`.
"""

import asyncio
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bot.errors import BotError
from bot.storage.database import newest_version, open_database

_AT_ONCE = 1 << 20
_WELL = [("ok",)]
_LIVE, _AT_REST = "mode=rw", "mode=ro&immutable=1"
"""How a file is opened that others write to, and one that nobody does, on whichever medium it is."""
_SUM = ".sha256"
_APART = ("-wal", "-shm")
"""What SQLite keeps beside a file that is in use, or that was left by a process that was killed."""


class BackupError(BotError):
    """A backup cannot be made, is not whole, or cannot be put back; nothing was changed."""


def back_up(database: Path, file: Path, *, force: bool = False) -> int:
    """Write all that the database holds at this moment to a file, verified; return how many rows that is.

    What writes to the database meanwhile is not held up. The file's checksum is written beside it.

    Raises:
        BackupError: the file is there already, or cannot be written, or the database cannot be read.
    """
    _check_apart(database, file)
    if file.exists() and not force:
        raise BackupError(f"{file} is there already. Name another file, or write over it with --force.")
    if not database.is_file():
        raise BackupError(f"There is no database {database} yet: there is nothing to back up.")
    with _in_words(f"{database} cannot be backed up to {file}"), _beside(file) as partial:
        with closing(_opened(database, _LIVE)) as source, closing(sqlite3.connect(partial)) as target:
            # What is read from here on is how things stood at one moment, whoever writes.
            source.execute("BEGIN")
            counts = _counts(source)
            source.backup(target)
            # A backup is one file, whatever else is beside it.
            target.execute("PRAGMA journal_mode = DELETE")
            _verify(target, file)
            if _counts(target) != counts:
                raise BackupError(f"The copy of {database} does not hold what the database does. Try again.")
        _settle(partial)
        checksum = f"{_checksum(partial)}  {file.name}\n"
        sum_of(file).unlink(missing_ok=True)
        partial.replace(file)
        sum_of(file).write_text(checksum, encoding="utf-8")
    return sum(counts.values())


def restore(file: Path, database: Path, now: datetime) -> Path | None:
    """Put a backup in the place of the database, brought to the newest schema; return where the old one is kept.

    Raises:
        BackupError: the backup is not whole, is of a newer version or cannot be read, or a process uses the database.
    """
    _check_apart(database, file)
    with _in_words(f"{file} cannot be restored to {database}"):
        _verify_file(file)
        database.parent.mkdir(parents=True, exist_ok=True)
        with _beside(database) as partial:
            with closing(_opened(file, _AT_REST)) as source, closing(sqlite3.connect(partial)) as target:
                source.backup(target)
            asyncio.run(_migrate(partial))
            _settle(partial)
            _give_like(partial, database)
            kept = _set_aside(database, now)
            partial.replace(database)
            _settle(database.parent)
    return kept


def sum_of(file: Path) -> Path:
    """Return where the checksum of a backup is, as `sha256sum --check` reads it."""
    return file.with_name(f"{file.name}{_SUM}")


def _verify_file(file: Path) -> None:
    """Make sure that a backup is whole, and of a version that this Vigie knows."""
    if not file.is_file():
        raise BackupError(f"There is no backup {file}.")
    if sum_of(file).is_file() and sum_of(file).read_text(encoding="utf-8").split(" ", 1)[0] != _checksum(file):
        raise BackupError(f"{file} is not what was backed up: its checksum is another. Take another backup.")
    with closing(_opened(file, _AT_REST)) as backup:
        _verify(backup, file)
        [version] = backup.execute("PRAGMA user_version").fetchone()
        if not version:
            raise BackupError(f"{file} is no backup of Vigie's. Take another file.")
        if version > newest_version():
            raise BackupError(
                f"{file} is of a newer version ({version}; this Vigie knows {newest_version()}). Upgrade Vigie first."
            )


def _verify(connection: sqlite3.Connection, file: Path) -> None:
    """Make sure that every page is whole, and that nothing in the tables points to what is not there."""
    if connection.execute("PRAGMA integrity_check").fetchall() != _WELL:
        raise BackupError(f"{file} is damaged. Take another backup.")
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        raise BackupError(f"{file} is damaged: a row refers to one that is not there. Take another backup.")


def _set_aside(database: Path, now: datetime) -> Path | None:
    """Move the database away, with what SQLite keeps beside it; return where, None where there is none."""
    if not database.exists():
        return None
    _leave_alone(database)
    kept = database.with_name(f"{database.name}.before-{now:%Y%m%d-%H%M%S}")
    if kept.exists():
        raise BackupError(f"{kept} is there already. Try again in a second.")
    for suffix in ("", *_APART):
        part = database.with_name(f"{database.name}{suffix}")
        if part.exists():
            part.replace(kept.with_name(f"{kept.name}{suffix}"))
    return kept


def _leave_alone(database: Path) -> None:
    """Make sure that nobody uses the database: only who is alone with it may have it do without a log.

    Raises:
        BackupError: a process uses it.
    """
    with closing(sqlite3.connect(database, timeout=0)) as alone:
        try:
            alone.execute("PRAGMA journal_mode = DELETE")
            alone.execute("BEGIN EXCLUSIVE")
            alone.rollback()
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise BackupError(f"The database {database} is in use. Stop `vigie run`, then restore.") from None
            raise
        except sqlite3.DatabaseError:
            # It is damaged, which is a reason to restore another one, and nobody can be using it.
            return


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """Lend a file beside another, for this user alone, and leave nothing of it."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
    finally:
        for suffix in ("", *_APART):
            partial.with_name(f"{partial.name}{suffix}").unlink(missing_ok=True)


@contextmanager
def _in_words(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{what} ({error}). Check the files, their folders and the space on the disk.") from error


def _opened(file: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True, isolation_level=None)


def _check_apart(database: Path, file: Path) -> None:
    """Make sure that a backup is not taken for the database itself."""
    if file.resolve() == database.resolve():
        raise BackupError(f"{file} is the database itself. Name another file.")


def _give_like(file: Path, other: Path) -> None:
    """Give a file to whom another one belongs: who restores may be another than who serves."""
    if other.exists():
        found = other.stat()
        file.chmod(found.st_mode & 0o777)
        with suppress(PermissionError):
            os.chown(file, found.st_uid, found.st_gid)


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows there are in each table."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    counted = (connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone() for (name,) in tables)  # noqa: S608
    return {name: count for (name,), (count,) in zip(tables, counted, strict=True)}


def _checksum(file: Path) -> str:
    made_of = hashlib.sha256()
    with file.open("rb") as content:
        while part := content.read(_AT_ONCE):
            made_of.update(part)
    return made_of.hexdigest()


def _settle(path: Path) -> None:
    """Have what was written to a file or a folder reach the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


async def _migrate(database: Path) -> None:
    async with open_database(database):
        pass
