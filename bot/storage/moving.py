"""All that is kept, copied from one database to another, whichever engines keep them, and verified."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from bot.storage.database import Database, DatabaseError, Row, Transaction

_AT_ONCE = 2000
_BITS = 128


@dataclass(frozen=True, slots=True)
class Sum:
    """What a table holds, in whichever order: how many rows, and the sum of their digests."""

    rows: int = 0
    digests: int = 0

    def with_row(self, row: Mapping[str, object]) -> "Sum":
        """Return the sum with one more row, by the names of its columns."""
        text = json.dumps(row, sort_keys=True, ensure_ascii=False)
        digest = int.from_bytes(blake2b(text.encode(), digest_size=_BITS // 8).digest())
        return Sum(self.rows + 1, (self.digests + digest) % (1 << _BITS))


async def copy(source: Database, target: Database, *, force: bool = False) -> dict[str, Sum]:
    """Copy all that one database holds into another, and return what each table holds in both.

    All is read as it was at one moment, and written whole or not at all. With `force`, what the other held is erased.

    Raises:
        DatabaseError: the other one holds something, one of them cannot be used, or the copy is not like the original.
    """
    tables = await source.tables()
    if set(tables) != set(await target.tables()):
        raise DatabaseError("The two databases do not have the same tables. Upgrade Vigie, and migrate both of them.")
    async with target.transaction() as writing:
        for table in reversed(tables):
            if force:
                await writing.rows(f"DELETE FROM {table}")  # noqa: S608 - the names of our own tables
            elif await writing.row(f"SELECT 1 FROM {table} LIMIT 1"):  # noqa: S608
                raise DatabaseError(
                    f"The other database is not empty (table {table}). Name an empty one, or have all that it holds"
                    " erased with --force."
                )
        # A server ends who holds a moment fixed and asks for nothing, as it would be while the copy is read again.
        async with source.snapshot() as reading:
            copied = {table: await _copy(reading, writing, table) for table in tables}
            last_numbers = await reading.last_numbers()
        await writing.set_last_numbers(last_numbers)
        for table in tables:
            if await checksum(writing, table) != copied[table]:
                raise DatabaseError(f"The copy of table {table} is not like the original: nothing was kept of it.")
    if force:
        await target.forget_deleted()
    return copied


async def checksum(transaction: Transaction, table: str) -> Sum:
    """Return what a table holds."""
    found = Sum()
    async for rows in transaction.chunks(f"SELECT * FROM {table}", _AT_ONCE):  # noqa: S608 - one of our own
        for row in rows:
            found = found.with_row(_named(row))
    return found


async def _copy(reading: Transaction, writing: Transaction, table: str) -> Sum:
    found = Sum()
    async for rows in reading.chunks(f"SELECT * FROM {table}", _AT_ONCE):  # noqa: S608 - one of our own
        columns = list(rows[0].keys())
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - one of our own
        await writing.each(statement, [tuple(row) for row in rows])
        for row in rows:
            found = found.with_row(_named(row))
    return found


def _named(row: Row) -> dict[str, object]:
    return dict(zip(row.keys(), row, strict=True))
