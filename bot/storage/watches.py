"""Who wants to hear when a question of theirs finds an answer: with consent, until it does or for 90 days."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.messages import Address
from bot.storage.database import Transaction, stamp
from bot.storage.journeys import kept_address, read_address

KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """Somebody who waited for the answer to a question that has one now.

    Attributes:
        person: their number.
        address: where they asked to hear of it.
        message: the platform's id of the message in which they asked, if it is known.
        question: what was asked.
        community: the platform's id of the community that answers it.
        card: the number of the passage of its own that does.
    """

    person: int
    address: Address
    message: str | None
    question: str
    community: str
    card: int


async def keep(
    transaction: Transaction, person: int, miss: int, address: Address, message: str | None, now: datetime
) -> bool:
    """Keep that somebody waits for the answer to a question; return whether the question is still kept."""
    row = await transaction.row(
        "INSERT INTO watches (person, miss, address, message, at, found)"
        " SELECT ?, id, ?, ?, ?, answered_by FROM misses WHERE id = ?"
        " ON CONFLICT (person, miss) DO UPDATE SET at = excluded.at, found = excluded.found RETURNING miss",
        person,
        kept_address(address),
        message,
        stamp(now),
        miss,
    )
    return row is not None


async def fulfil(transaction: Transaction, card: int) -> int:
    """Keep that all who wait for what a passage answers are to hear of it; return how many they are."""
    rows = await transaction.rows(
        "UPDATE watches SET found = ? WHERE found IS NULL AND miss IN (SELECT id FROM misses WHERE answered_by = ?)"
        " RETURNING person",
        card,
        card,
    )
    return len(rows)


async def wait_on(transaction: Transaction, card: int) -> None:
    """Keep that all who were to hear of a passage wait for an answer again."""
    await transaction.rows("UPDATE watches SET found = NULL WHERE found = ?", card)


async def claim_fulfilled(transaction: Transaction, platform: str, count: int) -> list[Fulfilled]:
    """Return those on a platform who are to hear of an answer, and count them as told."""
    rows = await transaction.rows(
        "SELECT person, address, message, question, community, found, miss FROM watches"
        " JOIN misses ON misses.id = watches.miss WHERE found IS NOT NULL AND address LIKE ? ORDER BY miss LIMIT ?",
        f'{{"platform":"{platform}"%',
        count,
    )
    await transaction.each("DELETE FROM watches WHERE person = ? AND miss = ?", [(row[0], row[6]) for row in rows])
    return [Fulfilled(row[0], read_address(row[1]), row[2], row[3], row[4], row[5]) for row in rows]


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop the watches that have waited long enough."""
    await transaction.rows("DELETE FROM watches WHERE at < ?", stamp(now - KEPT))
