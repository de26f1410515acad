"""What platforms delivered, kept until it is handled: what is confirmed to them is never lost."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice

from bot.storage.database import Database, Row, Transaction, stamp

KEPT_ASIDE = timedelta(hours=48)
_ORIGINS_TOGETHER = 1 << 22
"""Discord divides by the time in an id, which is in its upper bits."""
_ITEM = "SELECT number, id, lane, payload, at, sent, tries FROM inbox"
_WHOLE_LANE = 1000


@dataclass(frozen=True, slots=True)
class Shards:
    """Some of the parts into which a platform divides what it delivers, by where that comes from.

    https://discord.com/developers/docs/events/gateway#sharding-sharding-formula

    Attributes:
        first: the first of these parts, counted from 0.
        last: the last of them.
        count: how many parts there are.
    """

    first: int = 0
    last: int = 0
    count: int = 1

    def hold(self, origin: int) -> bool:
        """Tell whether what comes from somewhere is in these parts."""
        return self.first <= origin // _ORIGINS_TOGETHER % self.count <= self.last

    def __str__(self) -> str:
        return f"{self.first}-{self.last}/{self.count}"


EVERYTHING = Shards()


def among(origin: str) -> str:
    """Return what tells, as SQL, whether an origin is in some shards: with the values that they are bound as."""
    return f"{origin} / {_ORIGINS_TOGETHER} % ? BETWEEN ? AND ?"


def bound(shards: Shards) -> tuple[int, int, int]:
    """Return the values of `among`."""
    return shards.count, shards.first, shards.last


_AMONG = among("origin")


@dataclass(frozen=True, slots=True)
class Delivered:
    """Something that a platform delivered.

    Attributes:
        id: the platform's id of it.
        lane: what it waits its turn in.
        payload: what it is.
        origin: the number of where it comes from, where the platform divides what it delivers by that.
    """

    id: str
    lane: str
    payload: str
    origin: int = 0


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
        "INSERT INTO inbox (platform, id, lane, payload, origin, at) SELECT ?, ?, ?, ?, ?, ?"
        " WHERE NOT EXISTS (SELECT 1 FROM events WHERE platform = ? AND id = ?) ON CONFLICT DO NOTHING",
        [(platform, each.id, each.lane, each.payload, each.origin, at, platform, each.id) for each in delivered],
    )


async def waiting(
    database: Database, platform: str, count: int, shards: Shards = EVERYTHING, but: Collection[str] = ()
) -> list[Item]:
    """Return the next items in order, those left out that wait in some lanes.

    Raises:
        DatabaseError: the database cannot be read; the same holds for all that follows.
    """
    left_out = _padded(but)
    marks = ", ".join("?" * len(left_out))
    rows = await database.rows(
        f"{_ITEM} WHERE platform = ? AND set_aside = 0 AND {_AMONG} AND lane NOT IN ({marks}) ORDER BY number LIMIT ?",
        platform,
        *bound(shards),
        *left_out,
        count,
    )
    return [_item(row) for row in rows]


async def in_lane(
    database: Database, platform: str, lane: str, shards: Shards = EVERYTHING, count: int = _WHOLE_LANE
) -> list[Item]:
    """Return the next items that wait in a lane, in order."""
    rows = await database.rows(
        f"{_ITEM} WHERE platform = ? AND lane = ? AND set_aside = 0 AND {_AMONG} ORDER BY number LIMIT ?",
        platform,
        lane,
        *bound(shards),
        count,
    )
    return [_item(row) for row in rows]


def _padded(lanes: Collection[str]) -> list[str]:
    """Return lanes, some of them several times: of statements that differ in how many they name, there are few."""
    wanted = 1 << max(len(lanes) - 1, 0).bit_length()
    return [*islice(cycle(lanes or [""]), wanted)]


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
