"""What is done from time to time, by whichever process comes first."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from secrets import token_hex

from bot.storage.database import Database, Transaction, stamp


async def claim(transaction: Transaction, name: str, now: datetime, every: timedelta) -> bool:
    """Return whether a chore is to be done now, and keep that it is."""
    row = await transaction.row(
        "INSERT INTO chores (name, done) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET done = excluded.done WHERE chores.done <= ? RETURNING name",
        name,
        stamp(now),
        stamp(now - every),
    )
    return row is not None


async def ask(transaction: Transaction, name: str, now: datetime) -> None:
    """Keep that a chore is to be done as soon as may be, even if it is being done for somebody else."""
    await transaction.rows("INSERT INTO chores (name, done) VALUES (?, ?)", f"{name} {token_hex(8)}", stamp(now))


async def asked(database: Database, name: str) -> list[str]:
    """Return what tells apart the demands for a chore that is not done yet."""
    return [row[0] for row in await database.rows("SELECT name FROM chores WHERE name LIKE ?", f"{name}%")]


async def finish(transaction: Transaction, demands: Iterable[str]) -> None:
    """Keep that a chore is done for those who had asked for it when it was begun."""
    await transaction.each("DELETE FROM chores WHERE name = ?", [(demand,) for demand in demands])
