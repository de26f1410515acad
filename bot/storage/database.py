"""The database: what the rest of Vigie asks of it, on whichever engine it is kept.

Statements are written once, in SQL that SQLite and PostgreSQL both know, with question marks for their values.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Protocol

from bot.errors import BotError
from bot.storage.address import DatabaseAddress, ServerAddress

MEMORY = Path(":memory:")
"""The address of a database that lives and dies with the process."""


class DatabaseError(BotError):
    """The database cannot be opened, read or written, or is of a newer version."""


class ConflictError(DatabaseError):
    """Another process was faster: what was to be done may be tried again."""


class UncertainError(DatabaseError):
    """The database was lost while something was committed: whether it is kept can only be known later."""


class Row(Protocol):
    """A row, read by the places or by the names of its columns."""

    def __getitem__(self, column: Any) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...

    def keys(self) -> Iterable[str]: ...


def stamp(moment: datetime) -> str:
    """Return a moment as it is kept: in UTC, so that the order of the texts is that of the moments."""
    return moment.astimezone(UTC).isoformat()


class Transaction(ABC):
    """What is done inside is kept whole or not at all."""

    @abstractmethod
    async def rows(self, statement: str, *values: object) -> Sequence[Row]:
        """Run one statement with the values bound to its question marks, and return the rows that it gives."""

    @abstractmethod
    async def each(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each of some rows of values."""

    @abstractmethod
    async def hold(self, subject: str) -> bool:
        """Keep what else holds the same subject waiting until the end.

        Returns:
            Whether others may have changed it until now, so that what was read of it is to be read again.
        """

    @abstractmethod
    async def call(self, work: str) -> None:
        """Have every process that shares some work told, once this is committed, that there is more of it."""

    @abstractmethod
    def chunks(self, query: str, count: int) -> AsyncIterator[Sequence[Row]]:
        """Yield the rows of a query, so many at once: however many they are, they take no more memory."""

    @abstractmethod
    async def last_numbers(self) -> dict[str, int]:
        """Return the last number that each table of numbered rows gave, those left out that gave none."""

    @abstractmethod
    async def set_last_numbers(self, numbers: Mapping[str, int]) -> None:
        """Have tables of numbered rows go on after some numbers, and after those that they hold."""

    async def row(self, statement: str, *values: object) -> Row | None:
        """Run one statement, and return its first row, None where it gives none."""
        rows = await self.rows(statement, *values)
        return rows[0] if rows else None


class Crew(ABC):
    """The processes that share some work, seen from one of them: each piece of it is one process's at a time."""

    @property
    @abstractmethod
    def is_alone(self) -> bool:
        """Whether nobody else may have done what this process claims, since it was last looked at."""

    @abstractmethod
    async def claim(self, pieces: Collection[str]) -> Collection[str]:
        """Return those of some pieces that are this process's from now on: no other one has them.

        Raises:
            DatabaseError: it cannot be known now.
        """

    @abstractmethod
    async def release(self, pieces: Collection[str]) -> None:
        """Leave pieces to whoever claims them next."""

    @abstractmethod
    def has(self, piece: str) -> bool:
        """Tell whether a piece is still this process's: where the server was lost, none is."""


class Database(ABC):
    """Where all that Vigie remembers is kept."""

    @property
    @abstractmethod
    def path(self) -> Path:
        """Where the file is.

        Raises:
            DatabaseError: it is no file.
        """

    @property
    @abstractmethod
    def lasts(self) -> bool:
        """Whether what is written is there after the process has ended."""

    @abstractmethod
    def transaction(self, lane: str = "") -> AbstractAsyncContextManager[Transaction]:
        """Commit what is done inside, or undo all of it on an error.

        Those of one lane follow one another, in the order in which a process asks for them.

        Raises:
            DatabaseError: the database is locked by another process, full, damaged or cannot be written or reached.
            ConflictError: another process changed the same at the same time.
            UncertainError: it was lost while it was to be committed.
        """

    @abstractmethod
    def snapshot(self) -> AbstractAsyncContextManager[Transaction]:
        """Have all that is read inside be as it was at one moment, whoever writes meanwhile.

        Raises:
            DatabaseError: the database cannot be read.
        """

    @abstractmethod
    def leads(self, subject: str) -> AbstractAsyncContextManager[asyncio.Event]:
        """Wait until no other process leads in a subject, and lead in it until the end.

        What is given is set when it is no longer known that no other one does.
        """

    @abstractmethod
    def crew(self, work: str, called: asyncio.Event) -> AbstractAsyncContextManager[Crew]:
        """Take part in some work that several processes share, until the end.

        Args:
            work: what it is called by.
            called: what is set when there may be more of it.
        """

    @abstractmethod
    async def rows(self, query: str, *values: object) -> Sequence[Row]:
        """Return the rows of a query, or run a statement that is a transaction of its own.

        Raises:
            DatabaseError: the database cannot be used.
        """

    @abstractmethod
    async def forget_deleted(self) -> None:
        """Leave nothing of what was deleted where it could be read.

        Raises:
            DatabaseError: it cannot be done now.
        """

    @abstractmethod
    async def tables(self) -> list[str]:
        """Return the names of the tables in which something is kept, each after those that it refers to."""

    @abstractmethod
    async def engine(self) -> str:
        """Return what keeps the data, and its version."""

    @abstractmethod
    async def size(self) -> int:
        """Return how many bytes the data takes."""


@asynccontextmanager
async def open_database(address: DatabaseAddress) -> AsyncIterator[Database]:
    """Open the database, creating what is missing of it and bringing it to the newest schema, and close it on leaving.

    Raises:
        DatabaseError: it cannot be reached or written, is no database, or is of a newer version of Vigie.
    """
    # Of the engines, the one that is not used takes no memory, and need not be there.
    if isinstance(address, ServerAddress):
        try:
            from bot.storage.postgresql import open_server
        except ModuleNotFoundError as error:
            raise DatabaseError(
                "PostgreSQL takes one more library. Install it: pip install 'vigie-bot[postgresql]'"
            ) from error
        async with open_server(address) as server:
            yield server
    else:
        from bot.storage.sqlite import open_file

        async with open_file(address) as file:
            yield file


def newest_version() -> int:
    """Return how many migrations there are: the version of a database that has seen them all."""
    return len(_scripts())


def migrations(version: int) -> Iterator[str]:
    """Yield the statements that a database of some version has not seen."""
    for script in _scripts()[version:]:
        yield from filter(str.strip, script.read_text(encoding="utf-8").split(";\n"))


def in_order(tables: Iterable[str], references: Iterable[tuple[str, str]]) -> list[str]:
    """Return tables, each after those that it refers to; otherwise in alphabetical order."""
    graph: dict[str, list[str]] = {table: [] for table in sorted(tables)}
    for table, referred in references:
        graph[table].append(referred)
    return list(TopologicalSorter(graph).static_order())


def check_version(version: int, address: DatabaseAddress) -> None:
    """Check that this Vigie knows the schema of a database.

    Raises:
        DatabaseError: it is of a newer one.
    """
    if version > newest_version():
        raise DatabaseError(f"The database {address} is of a newer version. Upgrade Vigie, or set VIGIE_DATABASE.")


def _scripts() -> list[Traversable]:
    """Return the numbered migrations, in order."""
    found = (script for script in files("bot.storage.migrations").iterdir() if script.name.endswith(".sql"))
    return sorted(found, key=lambda script: script.name)
