"""Who wants to hear when a question of theirs finds an answer: with consent, until it does or for 90 days."""

from datetime import datetime, timedelta

from bot.core.messages import Address
from bot.storage.database import Transaction, stamp
from bot.storage.journeys import kept_address

KEPT = timedelta(days=90)


async def keep(transaction: Transaction, person: int, miss: int, address: Address, now: datetime) -> bool:
    """Keep that somebody waits for the answer to a question; return whether the question is still kept."""
    row = await transaction.row(
        "INSERT INTO watches (person, miss, address, at) SELECT ?, id, ?, ? FROM misses WHERE id = ?"
        " ON CONFLICT (person, miss) DO UPDATE SET at = excluded.at RETURNING miss",
        person,
        kept_address(address),
        stamp(now),
        miss,
    )
    return row is not None


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop the watches that have waited long enough."""
    await transaction.rows("DELETE FROM watches WHERE at < ?", stamp(now - KEPT))
