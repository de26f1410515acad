"""Joining two accounts of one person: a short code asked for on one side and typed on the other."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.content.corpus import digest
from bot.storage import people
from bot.storage.database import Transaction, stamp
from bot.storage.people import DEFAULT_ZONE

LASTS = timedelta(minutes=10)
TRIES = 5
_TRIES_WITHIN = timedelta(hours=1)
_KEYED: Mapping[str, tuple[str, ...]] = {
    "memberships": ("platform", "community"),
    "feedback": ("passage",),
    "reminders": (),
    "watches": ("miss",),
}
"""The tables of which a person is a part of the key: its other columns."""


async def offer(transaction: Transaction, person: int, code: str, now: datetime) -> None:
    """Keep a code in the place of the person's one before."""
    await transaction.rows(
        "INSERT INTO link_codes (person, code, ends) VALUES (?, ?, ?)"
        " ON CONFLICT (person) DO UPDATE SET code = excluded.code, ends = excluded.ends",
        person,
        digest(code),
        stamp(now + LASTS),
    )


async def owner(transaction: Transaction, code: str, now: datetime) -> int | None:
    """Return the person whose code it is, whom nobody else changes until the end; None for a wrong or an ended one."""
    found = await _owner(transaction, code, now)
    if found is not None and await people.hold(transaction, found):
        return await _owner(transaction, code, now)
    return found


async def may_try(transaction: Transaction, person: int, now: datetime) -> bool:
    """Tell whether somebody may type a code: after five wrong ones they wait for an hour."""
    row = await transaction.row(
        "SELECT wrong_codes FROM people WHERE id = ? AND wrong_codes_at > ?", person, stamp(now - _TRIES_WITHIN)
    )
    return row is None or row[0] < TRIES


async def count_wrong(transaction: Transaction, person: int, now: datetime) -> None:
    """Keep that somebody typed a wrong code; those of more than an hour ago no longer count."""
    await transaction.rows(
        "UPDATE people SET wrong_codes = CASE WHEN wrong_codes_at > ? THEN wrong_codes + 1 ELSE 1 END,"
        " wrong_codes_at = ? WHERE id = ?",
        stamp(now - _TRIES_WITHIN),
        stamp(now),
        person,
    )


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop the codes that have ended."""
    await transaction.rows("DELETE FROM link_codes WHERE ends <= ?", stamp(now))


async def join(transaction: Transaction, person: int, other: int) -> None:
    """Move all that is kept about another person to this one, but their journeys, and drop the other.

    Where both have the same, this person's stays. The journeys are joined by whoever knows what they mean. Both people
    are held.
    """
    await transaction.rows(
        "UPDATE people SET since = CASE WHEN other.since < people.since THEN other.since ELSE people.since END,"
        " reminder_offer = COALESCE(people.reminder_offer, other.reminder_offer),"
        " zone = CASE WHEN people.zone = ? THEN other.zone ELSE people.zone END"
        " FROM people AS other WHERE people.id = ? AND other.id = ?",
        DEFAULT_ZONE,
        person,
        other,
    )
    for table in ("accounts", "conversations", "events"):
        await transaction.rows(f"UPDATE {table} SET person = ? WHERE person = ?", person, other)  # noqa: S608 - our names
    for table, key in _KEYED.items():
        same = " AND ".join(("mine.person = ?", *(f"mine.{column} = {table}.{column}" for column in key)))
        await transaction.rows(
            f"UPDATE {table} SET person = ? WHERE person = ?"  # noqa: S608 - our names
            f" AND NOT EXISTS (SELECT 1 FROM {table} AS mine WHERE {same})",
            person,
            other,
            person,
        )
    await transaction.rows("DELETE FROM people WHERE id = ?", other)


async def _owner(transaction: Transaction, code: str, now: datetime) -> int | None:
    row = await transaction.row("SELECT person FROM link_codes WHERE code = ? AND ends > ?", digest(code), stamp(now))
    return int(row[0]) if row else None
