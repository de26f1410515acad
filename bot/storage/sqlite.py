"""The SQLite file: in WAL mode, brought to the newest schema, written by one connection in short transactions.

What may wait for a disk or for another process (to begin, to commit, a statement alone) is done in aiosqlite's thread.
Within a transaction nothing waits for anybody: its statements, each of a few microseconds, are run where they are asked
for, since to hand one to a thread and back takes many times as long as the statement.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiosqlite
from filelock import FileLock, Timeout

from bot.storage.database import (
    MEMORY,
    Crew,
    Database,
    DatabaseError,
    Row,
    Transaction,
    check_version,
    in_order,
    migrations,
    newest_version,
)

_READ_AT_ONCE = 64
_PATIENCE, _PAUSE = 5.0, 0.05
"""Seconds: how long another process is waited for, and how often it is looked at again."""
_LOOKS_EVERY = 1.0
"""Seconds between looks whether the process that serves the file still does."""

PRAGMAS = (
    "busy_timeout = 5000",
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "wal_autocheckpoint = 4000",  # pages, 16 MB: fewer people wait for the log to be written back
    "cache_size = -32768",  # KiB: the upper levels of every index stay at hand, however many people are kept
)


_log = logging.getLogger(__name__)


class SqliteTransaction(Transaction):
    """A transaction on a file: no other one is under way, in this process or in another."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, statement: str, *values: object) -> list[Row]:
        return self._connection.execute(statement, values).fetchall()

    async def each(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        self._connection.executemany(statement, rows)

    async def hold(self, subject: str) -> bool:  # noqa: ARG002 - whoever writes holds everything
        return False

    async def call(self, work: str) -> None:
        """Tell nobody: a file's work is all done by one process."""

    async def chunks(self, query: str, count: int) -> AsyncIterator[Sequence[Row]]:
        cursor = self._connection.execute(query)
        while found := cursor.fetchmany(count):
            yield found

    async def last_numbers(self) -> dict[str, int]:
        return {row[0]: row[1] for row in await self.rows("SELECT name, seq FROM sqlite_sequence WHERE seq > 0")}

    async def set_last_numbers(self, numbers: Mapping[str, int]) -> None:
        numbered = await self.rows("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
        for [table] in numbered:
            last = max(numbers.get(table, 0), (await self.last_numbers()).get(table, 0))
            await self.rows("DELETE FROM sqlite_sequence WHERE name = ?", table)
            await self.rows("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, last)


class Alone(Crew):
    """A crew of one: a file is served by one process, and all work is its own."""

    @property
    def is_alone(self) -> bool:
        return True

    async def claim(self, pieces: Collection[str]) -> Collection[str]:
        return pieces

    async def release(self, pieces: Collection[str]) -> None:
        """Leave them to nobody."""

    def has(self, piece: str) -> bool:  # noqa: ARG002
        return True


class SqliteDatabase(Database):
    """One connection, shared: transactions follow one another, in the order in which they are asked for."""

    def __init__(self, connection: aiosqlite.Connection, within: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._within = within
        self._path = path
        self._turn = asyncio.Lock()
        self._serving = FileLock(f"{path}.lock", blocking=False, thread_local=False)

    @property
    def path(self) -> Path:
        return self._path

    @property
    def lasts(self) -> bool:
        return self._path != MEMORY

    @asynccontextmanager
    async def transaction(self, lane: str = "") -> AsyncIterator[Transaction]:  # noqa: ARG002 - all are one lane
        async with self._turn:
            try:
                await self._connection.execute_fetchall("BEGIN IMMEDIATE")
                yield SqliteTransaction(self._within)
                await self._connection.commit()
            except BaseException as error:
                # Whoever was cancelled while it began may have begun it all the same.
                await asyncio.shield(self._connection.rollback())
                if isinstance(error, aiosqlite.Error):
                    raise _in_words(self._path, error) from error
                raise

    def snapshot(self) -> AbstractAsyncContextManager[Transaction]:
        return self.transaction()

    @asynccontextmanager
    async def leads(self, subject: str) -> AsyncIterator[asyncio.Event]:
        async with self._served(subject):
            yield asyncio.Event()

    @asynccontextmanager
    async def crew(self, work: str, called: asyncio.Event) -> AsyncIterator[Crew]:  # noqa: ARG002
        async with self._served(work):
            yield Alone()

    @asynccontextmanager
    async def _served(self, subject: str) -> AsyncIterator[None]:
        """Wait until no other process serves the file, and let none until the end; the kernel lets go of the dead."""
        if not self.lasts:
            yield
            return
        waits = False
        while not self._is_taken():
            if not waits:
                _log.warning("Another process serves %s on %s: this one waits for its turn.", subject, self._path)
            waits = True
            await asyncio.sleep(_LOOKS_EVERY)
        try:
            yield
        finally:
            self._serving.release()

    def _is_taken(self) -> bool:
        """Take the file for this process, once more if it has it; return whether it could be."""
        try:
            self._serving.acquire()
        except Timeout:
            return False
        except OSError as error:
            raise _in_words(self._path, error) from error
        return True

    async def rows(self, query: str, *values: object) -> list[Row]:
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

    async def tables(self) -> list[str]:
        rows = await self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        references = await self.rows(
            'SELECT tables.name, points."table" FROM sqlite_master AS tables'
            " JOIN pragma_foreign_key_list(tables.name) AS points WHERE tables.type = 'table'"
        )
        return in_order((row[0] for row in rows), ((row[0], row[1]) for row in references))

    async def engine(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    async def size(self) -> int:
        [row] = await self.rows("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(row[0])


@asynccontextmanager
async def open_file(path: Path) -> AsyncIterator[Database]:
    """Open a SQLite file, creating it and its folder if need be, and close it on leaving.

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
        yield SqliteDatabase(connection, within, path)


async def _prepare(connection: aiosqlite.Connection, path: Path) -> None:
    connection.row_factory = aiosqlite.Row
    try:
        for pragma in PRAGMAS:
            await _set(connection, pragma)
        version = await _version(connection)
        check_version(version, path)
        if version < newest_version():
            await _migrate(connection)
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


async def _version(connection: aiosqlite.Connection) -> int:
    """Return how many migrations the file has seen."""
    [row] = await connection.execute_fetchall("PRAGMA user_version")
    return int(row[0])


async def _migrate(connection: aiosqlite.Connection) -> None:
    """Run the migrations that the file has not seen, all in one transaction; another process may have been first."""
    await connection.execute_fetchall("BEGIN IMMEDIATE")
    try:
        for statement in migrations(await _version(connection)):
            await connection.execute_fetchall(statement)
        await connection.execute_fetchall(f"PRAGMA user_version = {newest_version()}")
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
