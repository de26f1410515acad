"""The SQLite file: in WAL mode, brought to the newest schema, written by one connection in short transactions.

What may wait for a disk or for another process (to begin, to commit, a statement alone) is done in aiosqlite's thread.
Within a transaction nothing waits for anybody: its statements, each of a few microseconds, are run where they are asked
for, since to hand one to a thread and back takes many times as long as the statement.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import aiosqlite

from bot.errors import BotError

_READ_AT_ONCE = 64
_PATIENCE, _PAUSE = 5.0, 0.05
"""Seconds: how long another process is waited for, and how often it is looked at again."""
MEMORY = Path(":memory:")
"""The path of a database that lives and dies with the process."""

PRAGMAS = (
    "busy_timeout = 5000",
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "wal_autocheckpoint = 4000",  # pages, 16 MB: fewer people wait for the log to be written back
    "cache_size = -32768",  # KiB: the upper levels of every index stay at hand, however many people are kept
)

Row = aiosqlite.Row


class DatabaseError(BotError):
    """The database cannot be opened, read or written, or is of a newer version."""


def stamp(moment: datetime) -> str:
    """Return a moment as it is kept: in UTC, so that the order of the texts is that of the moments."""
    return moment.astimezone(UTC).isoformat()


class Transaction:
    """What is done inside is kept whole or not at all."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, statement: str, *values: object) -> list[Row]:
        """Run one statement with the values bound to its question marks, and return the rows that it gives."""
        return self._connection.execute(statement, values).fetchall()

    async def each(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each of some rows of values."""
        self._connection.executemany(statement, rows)

    async def row(self, statement: str, *values: object) -> Row | None:
        """Run one statement, and return its first row, None where it gives none."""
        rows = await self.rows(statement, *values)
        return rows[0] if rows else None


class Database:
    """One connection, shared: transactions follow one another, in the order in which they are asked for."""

    def __init__(self, connection: aiosqlite.Connection, within: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._within = within
        self._path = path
        self._turn = asyncio.Lock()

    @property
    def path(self) -> Path:
        """Where the database is."""
        return self._path

    @property
    def lasts(self) -> bool:
        """Whether what is written is there after the process has ended."""
        return self._path != MEMORY

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit what is done inside, or undo all of it on an error.

        Raises:
            DatabaseError: the database is locked by another process, full, damaged or cannot be written.
        """
        async with self._turn:
            try:
                await self._connection.execute_fetchall("BEGIN IMMEDIATE")
                yield Transaction(self._within)
                await self._connection.commit()
            except BaseException as error:
                # Whoever was cancelled while it began may have begun it all the same.
                await asyncio.shield(self._connection.rollback())
                if isinstance(error, aiosqlite.Error):
                    raise _in_words(self._path, error) from error
                raise

    async def rows(self, query: str, *values: object) -> list[Row]:
        """Return the rows of a query.

        Raises:
            DatabaseError: the database cannot be read.
        """
        async with self._turn:
            try:
                return list(await self._connection.execute_fetchall(query, values))
            except aiosqlite.Error as error:
                raise _in_words(self._path, error) from error

    async def forget_deleted(self) -> None:
        """Leave nothing of what was deleted, neither in the file nor in its write-ahead log.

        `secure_delete` wipes rows, and not the copies that SQLite left when it moved them: the file is written anew,
        which takes about a second for 100 MB.

        Raises:
            DatabaseError: another process uses the database, so that it cannot be done now.
        """
        await self.rows("VACUUM")
        [row] = await self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        if row[0]:
            raise DatabaseError(f"The log of {self._path} could not be emptied: another process reads it.")


@asynccontextmanager
async def open_database(path: Path) -> AsyncIterator[Database]:
    """Open the database, creating it and its folder if need be, and close it on leaving.

    Raises:
        DatabaseError: the path cannot be written, is no SQLite file, or is of a newer version of Vigie.
    """
    try:
        if path != MEMORY:
            path.parent.mkdir(parents=True, exist_ok=True)
        # Two threads use it, one after the other.
        within = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise _in_words(path, error) from error
    async with aiosqlite.Connection(lambda: within, iter_chunk_size=_READ_AT_ONCE) as connection:
        await _prepare(connection, path)
        yield Database(connection, within, path)


async def _prepare(connection: aiosqlite.Connection, path: Path) -> None:
    connection.row_factory = aiosqlite.Row
    try:
        for pragma in PRAGMAS:
            await _set(connection, pragma)
        scripts = _scripts()
        version = await _version(connection)
        if version > len(scripts):
            raise DatabaseError(f"The database {path} is of a newer version. Upgrade Vigie, or set VIGIE_DATABASE.")
        if version < len(scripts):
            await _migrate(connection, scripts)
    except aiosqlite.Error as error:
        raise _in_words(path, error) from error


async def _set(connection: aiosqlite.Connection, pragma: str) -> None:
    """Set a pragma, again and again while another process holds the file: SQLite does not wait for all of them."""
    until = asyncio.get_running_loop().time() + _PATIENCE
    while True:
        try:
            await connection.execute_fetchall(f"PRAGMA {pragma}")
        except aiosqlite.OperationalError as error:
            if "locked" not in str(error) or asyncio.get_running_loop().time() > until:
                raise
            await asyncio.sleep(_PAUSE)
        else:
            return


def newest_version() -> int:
    """Return how many migrations there are: the version of a database that has seen them all."""
    return len(_scripts())


def _scripts() -> list[Traversable]:
    """Return the numbered migrations, in order."""
    found = (script for script in files("bot.storage.migrations").iterdir() if script.name.endswith(".sql"))
    return sorted(found, key=lambda script: script.name)


async def _version(connection: aiosqlite.Connection) -> int:
    """Return how many migrations the file has seen."""
    [row] = await connection.execute_fetchall("PRAGMA user_version")
    return int(row[0])


async def _migrate(connection: aiosqlite.Connection, scripts: list[Traversable]) -> None:
    """Run the migrations that the file has not seen, all in one transaction; another process may have been first."""
    await connection.execute_fetchall("BEGIN IMMEDIATE")
    try:
        for script in scripts[await _version(connection) :]:
            for statement in script.read_text(encoding="utf-8").split(";\n"):
                await connection.execute_fetchall(statement)
        await connection.execute_fetchall(f"PRAGMA user_version = {len(scripts)}")
    except BaseException:
        await connection.rollback()
        raise
    await connection.commit()


def _in_words(path: Path, error: Exception) -> DatabaseError:
    if "locked" in str(error):
        return DatabaseError(f"The database {path} is in use by another process. Stop that one, or try again later.")
    return DatabaseError(
        f"The database {path} cannot be used ({error}). Check the file and its folder, or set VIGIE_DATABASE."
    )
