"""A database that notes the SQL that it is asked to run, as it is written: before values are bound to it.

Whatever else a database or a transaction comes to offer has to be added here before anything runs again.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.storage.database import Crew, Database, Row, Transaction


@dataclass(frozen=True, slots=True)
class NotedTransaction(Transaction):
    """A transaction, and where its statements are noted."""

    inner: Transaction
    noted: list[str]

    async def rows(self, statement: str, *values: object) -> Sequence[Row]:
        self.noted.append(statement)
        return await self.inner.rows(statement, *values)

    async def each(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        self.noted.append(statement)
        await self.inner.each(statement, rows)

    def chunks(self, query: str, count: int) -> AsyncIterator[Sequence[Row]]:
        self.noted.append(query)
        return self.inner.chunks(query, count)

    async def hold(self, subject: str) -> bool:
        return await self.inner.hold(subject)

    async def call(self, work: str) -> None:
        await self.inner.call(work)

    async def last_numbers(self) -> dict[str, int]:
        return await self.inner.last_numbers()

    async def set_last_numbers(self, numbers: Mapping[str, int]) -> None:
        await self.inner.set_last_numbers(numbers)


@dataclass(frozen=True, slots=True)
class NotedDatabase(Database):
    """A database, and where its statements are noted."""

    inner: Database
    noted: list[str]

    async def rows(self, query: str, *values: object) -> Sequence[Row]:
        self.noted.append(query)
        return await self.inner.rows(query, *values)

    @asynccontextmanager
    async def transaction(self, lane: str = "") -> AsyncIterator[Transaction]:
        async with self.inner.transaction(lane) as transaction:
            yield NotedTransaction(transaction, self.noted)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        async with self.inner.snapshot() as transaction:
            yield NotedTransaction(transaction, self.noted)

    @property
    def path(self) -> Path:
        return self.inner.path

    @property
    def lasts(self) -> bool:
        return self.inner.lasts

    def leads(self, subject: str) -> AbstractAsyncContextManager[asyncio.Event]:
        return self.inner.leads(subject)

    def crew(self, work: str, called: asyncio.Event) -> AbstractAsyncContextManager[Crew]:
        return self.inner.crew(work, called)

    async def forget_deleted(self) -> None:
        await self.inner.forget_deleted()

    async def tables(self) -> list[str]:
        return await self.inner.tables()

    async def engine(self) -> str:
        return await self.inner.engine()

    async def size(self) -> int:
        return await self.inner.size()
