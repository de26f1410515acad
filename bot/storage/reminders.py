"""The reminders that people asked for: a weekday and a time of their own clock, once a week."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Address
from bot.storage.database import Row, Transaction, stamp
from bot.storage.journeys import kept_address, read_address


@dataclass(frozen=True, slots=True)
class Reminder:
    """A weekly reminder.

    Attributes:
        address: where it is sent.
        weekday: 0 for Monday to 6 for Sunday.
        minute: of the day, on the person's clock.
        due: when it is sent next, in UTC.
        unanswered: how many were sent since the person last did something.
    """

    address: Address
    weekday: int
    minute: int
    due: datetime
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder whose time has come, whose it is, and their time zone."""

    person: int
    zone: str
    reminder: Reminder


async def find(transaction: Transaction, person: int) -> Reminder | None:
    """Return somebody's reminder, None if they have none."""
    row = await transaction.row(
        "SELECT address, weekday, minute, due, unanswered FROM reminders WHERE person = ?", person
    )
    return _reminder(row) if row else None


async def keep(transaction: Transaction, person: int, reminder: Reminder) -> None:
    """Keep a reminder in the place of the one before."""
    await transaction.rows(
        "INSERT INTO reminders (person, address, weekday, minute, due, unanswered) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (person) DO UPDATE SET address = excluded.address, weekday = excluded.weekday,"
        " minute = excluded.minute, due = excluded.due, unanswered = excluded.unanswered",
        person,
        kept_address(reminder.address),
        reminder.weekday,
        reminder.minute,
        stamp(reminder.due),
        reminder.unanswered,
    )


async def drop(transaction: Transaction, person: int) -> bool:
    """Stop somebody's reminder; return whether there was one."""
    return await transaction.row("DELETE FROM reminders WHERE person = ? RETURNING person", person) is not None


async def answered(transaction: Transaction, person: int) -> None:
    """Keep that somebody did something since they were last reminded."""
    await transaction.rows("UPDATE reminders SET unanswered = 0 WHERE person = ? AND unanswered > 0", person)


async def due(transaction: Transaction, platform: str, now: datetime, count: int) -> list[DueReminder]:
    """Return the reminders on a platform whose time has come, the longest due first."""
    rows = await transaction.rows(
        "SELECT address, weekday, minute, due, unanswered, person, zone FROM reminders"
        " JOIN people ON people.id = reminders.person WHERE due <= ? AND address LIKE ? ORDER BY due, person LIMIT ?",
        stamp(now),
        f'{{"platform":"{platform}"%',
        count,
    )
    return [DueReminder(row["person"], row["zone"], _reminder(row)) for row in rows]


def _reminder(row: Row) -> Reminder:
    return Reminder(read_address(row[0]), row[1], row[2], datetime.fromisoformat(row[3]), row[4])
