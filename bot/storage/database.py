"""The SQLite file: in WAL mode, brought to the newest schema, written by one connection in short transactions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import aiosqlite

from bot.errors import BotError

MEMORY = Path(":memory:")
"""The path of a database that lives and dies with the process."""


class DatabaseError(BotError):
    """The database cannot be opened, read or written, or is of a newer version."""


class Database:
    """One connection, shared: transactions follow one another, whoever asks for them."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._turn = asyncio.Lock()

    @property
    def lasts(self) -> bool:
        """Whether what is written is there after the process has ended."""
        return self._path != MEMORY

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """Commit what is done inside, or undo all of it on an error.

        Raises:
            DatabaseError: the database is locked by another process, full, damaged or cannot be written.
        """
        async with self._turn:
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    await self._connection.rollback()
                    raise
                await self._connection.commit()
            except aiosqlite.Error as error:
                raise _in_words(self._path, error) from error

    async def rows(self, query: str, *values: object) -> list[aiosqlite.Row]:
        """Return the rows of a query.

        Raises:
            DatabaseError: the database cannot be read.
        """
        try:
            return list(await self._connection.execute_fetchall(query, values))
        except aiosqlite.Error as error:
            raise _in_words(self._path, error) from error


@asynccontextmanager
async def open_database(path: Path) -> AsyncIterator[Database]:
    """Open the database, creating it and its folder if need be, and close it on leaving.

    Raises:
        DatabaseError: the path cannot be written, is no SQLite file, or is of a newer version of Vigie.
    """
    try:
        if path != MEMORY:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = await aiosqlite.connect(path, isolation_level=None)
    except (OSError, aiosqlite.Error) as error:
        raise _in_words(path, error) from error
    try:
        await _prepare(connection, path)
        yield Database(connection, path)
    finally:
        await connection.close()


async def _prepare(connection: aiosqlite.Connection, path: Path) -> None:
    connection.row_factory = aiosqlite.Row
    try:
        for pragma in ("busy_timeout = 5000", "journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            await connection.execute(f"PRAGMA {pragma}")
        scripts = _scripts()
        version = await _version(connection)
        if version > len(scripts):
            raise DatabaseError(f"The database {path} is of a newer version. Upgrade Vigie, or set VIGIE_DATABASE.")
        if version < len(scripts):
            await _migrate(connection, scripts)
    except aiosqlite.Error as error:
        raise _in_words(path, error) from error


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
    await connection.execute("BEGIN IMMEDIATE")
    try:
        for script in scripts[await _version(connection) :]:
            for statement in script.read_text(encoding="utf-8").split(";\n"):
                await connection.execute(statement)
        await connection.execute(f"PRAGMA user_version = {len(scripts)}")
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
