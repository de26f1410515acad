"""What is done from time to time, by whichever process comes first."""

from datetime import datetime, timedelta

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
    """Keep that a chore is to be done as soon as may be."""
    await transaction.rows("INSERT INTO chores (name, done) VALUES (?, ?) ON CONFLICT DO NOTHING", name, stamp(now))


async def is_asked(database: Database, name: str) -> bool:
    """Tell whether a chore was asked for and is not done yet."""
    return bool(await database.rows("SELECT name FROM chores WHERE name = ?", name))


async def finish(transaction: Transaction, name: str) -> None:
    """Keep that a chore that was asked for is done."""
    await transaction.rows("DELETE FROM chores WHERE name = ?", name)
