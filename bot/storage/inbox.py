"""What platforms delivered, kept until it is handled: what is confirmed to them is never lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.storage.database import Database, Row, Transaction, stamp

KEPT_ASIDE = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Delivered:
    """Something that a platform delivered: its id there, the lane in which it waits its turn, and what it is."""

    id: str
    lane: str
    payload: str


@dataclass(frozen=True, slots=True)
class Item:
    """Something delivered that waits.

    Attributes:
        number: its place among all.
        id: the platform's id of it.
        lane: what is handled one after the other.
        payload: what was delivered.
        at: when.
        sent: how many of the replies to it were sent.
        tries: how many times it failed.
    """

    number: int
    id: str
    lane: str
    payload: str
    at: datetime
    sent: int = 0
    tries: int = 0


async def keep(transaction: Transaction, platform: str, delivered: Iterable[Delivered], now: datetime) -> None:
    """Keep what was delivered, but for what came before."""
    at = stamp(now)
    await transaction.each(
        "INSERT INTO inbox (platform, id, lane, payload, at) SELECT ?, ?, ?, ?, ?"
        " WHERE NOT EXISTS (SELECT 1 FROM events WHERE platform = ? AND id = ?) ON CONFLICT DO NOTHING",
        [(platform, each.id, each.lane, each.payload, at, platform, each.id) for each in delivered],
    )


async def waiting(database: Database, platform: str, after: int, count: int) -> list[Item]:
    """Return the next items after a number, in order.

    Raises:
        DatabaseError: the database cannot be read; the same holds for all that follows.
    """
    rows = await database.rows(
        "SELECT number, id, lane, payload, at, sent, tries FROM inbox"
        " WHERE platform = ? AND number > ? AND set_aside = 0 ORDER BY number LIMIT ?",
        platform,
        after,
        count,
    )
    return [_item(row) for row in rows]


async def in_lane(database: Database, platform: str, lane: str) -> list[Item]:
    """Return all items that wait in a lane, in order."""
    rows = await database.rows(
        "SELECT number, id, lane, payload, at, sent, tries FROM inbox"
        " WHERE platform = ? AND lane = ? AND set_aside = 0 ORDER BY number",
        platform,
        lane,
    )
    return [_item(row) for row in rows]


async def set_sent(database: Database, number: int, sent: int) -> None:
    """Keep how many of the replies to an item were sent."""
    await database.rows("UPDATE inbox SET sent = ? WHERE number = ?", sent, number)


async def set_tries(database: Database, number: int, tries: int, *, set_aside: bool) -> None:
    """Keep how many times an item failed, and whether it is not tried again."""
    await database.rows("UPDATE inbox SET tries = ?, set_aside = ? WHERE number = ?", tries, int(set_aside), number)


async def drop(database: Database, number: int) -> None:
    """Drop an item that is handled."""
    await database.rows("DELETE FROM inbox WHERE number = ?", number)


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop what was set aside long enough ago."""
    await transaction.rows("DELETE FROM inbox WHERE set_aside = 1 AND at < ?", stamp(now - KEPT_ASIDE))


def _item(row: Row) -> Item:
    return Item(row[0], row[1], row[2], row[3], datetime.fromisoformat(row[4]), row[5], row[6])
