"""Questions that Vigie could not answer, kept for moderators without the name of who asked, for 90 days."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.storage.database import Database, Transaction, stamp

LONGEST_KEPT = 500
"""Characters kept of a question: enough to see what was asked."""

_MASKS = (
    (re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+"), "[courriel]"),
    (re.compile(r"<[@#][!&]?\d+>|(?<![\w@])@\w+"), "[mention]"),
    (re.compile(r"(?<!\d)\+?\d(?:[ .\-()/]?\d){7,14}(?!\d)"), "[numéro]"),
)


@dataclass(frozen=True, slots=True)
class Miss:
    """A question without an answer, as it was typed but for what could tell who asked, and when."""

    question: str
    asked_at: datetime


def masked(text: str) -> str:
    """Return a text without the e-mail addresses, mentions and telephone numbers that it holds."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


async def record(transaction: Transaction, question: str, community: str | None, asked_at: datetime) -> int:
    """Keep a question that nobody could answer, and return its number."""
    kept = masked(question.encode("utf-8", "replace").decode("utf-8"))[:LONGEST_KEPT]
    row = await transaction.row(
        "INSERT INTO misses (community, question, asked_at) VALUES (?, ?, ?) RETURNING id",
        community,
        kept,
        stamp(asked_at),
    )
    if row is None:
        raise LookupError("no question was added")
    return int(row[0])


async def pass_on(transaction: Transaction, miss: int, community: str | None) -> bool:
    """Have a question passed on to the team of a community; return whether it is still kept."""
    row = await transaction.row(
        "UPDATE misses SET asked_for_team = 1, community = ? WHERE id = ? RETURNING id", community, miss
    )
    return row is not None


async def drop_old(transaction: Transaction, now: datetime, days: int) -> None:
    """Drop the questions asked more than so many days ago."""
    await transaction.rows("DELETE FROM misses WHERE asked_at < ?", stamp(now - timedelta(days=days)))


async def latest(database: Database, community: str | None, count: int) -> list[Miss]:
    """Return the newest unanswered questions of a community, or those of direct messages (None).

    Raises:
        DatabaseError: they cannot be read.
    """
    rows = await database.rows(
        "SELECT question, asked_at FROM misses WHERE community IS ? ORDER BY id DESC LIMIT ?", community, count
    )
    return [Miss(row["question"], datetime.fromisoformat(row["asked_at"])) for row in rows]
