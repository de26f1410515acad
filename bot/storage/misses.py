"""Questions that Vigie could not answer, kept for moderators without the name of who asked, for 90 days."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from bot.content.corpus import digest
from bot.storage.communities import Community
from bot.storage.database import Database, Transaction, stamp

LONGEST_KEPT = 500
"""Characters kept of a question: enough to see what was asked."""
LOOKED_AT = 500
"""The newest questions of a community without an answer: a team is shown these, and what it teaches answers them."""

_KEY_BYTES = 8
_SAME_WITHIN = timedelta(hours=1)
_READ = 1000
"""Characters that are looked at: beyond, nothing is kept, whatever the masks shorten."""
_MASKS = (
    (re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+"), "[courriel]"),
    (re.compile(r"<[@#][!&]?\d+>|(?<![\w@])@[\w.-]+"), "[mention]"),
    (re.compile(r"(?<!\d)\+?\(?\d(?:[\s.\-()/]{0,2}\d){7,14}(?!\d)"), "[numéro]"),
)


@dataclass(frozen=True, slots=True)
class Miss:
    """A question without an answer, as it was typed but for what could tell who asked, and when."""

    question: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the buttons below a question lead back to it by: its number, and a key that nobody else could guess."""

    number: int
    key: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A question of a community that is still without an answer; whether somebody wants its team to see it."""

    number: int
    question: str
    asked_for_team: bool


def masked(text: str) -> str:
    """Return a text without the e-mail addresses, mentions and telephone numbers that it holds."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def _kept(question: str) -> str:
    text = question.encode("utf-8", "replace").decode("utf-8")
    if len(text) > _READ:
        # Cut between words: half of an address would not be masked.
        text = text[:_READ].rpartition(" ")[0] or text[:LONGEST_KEPT]
    return masked(text)[:LONGEST_KEPT]


async def record(transaction: Transaction, question: str, community: str | None, asked_at: datetime) -> Ticket:
    """Keep a question that nobody could answer, and return what leads back to it."""
    row = await transaction.row(
        "INSERT INTO misses (community, question, asked_at, key) VALUES (?, ?, ?, ?) RETURNING id, key",
        community,
        _kept(question),
        stamp(asked_at),
        token_hex(_KEY_BYTES),
    )
    if row is None:
        raise LookupError("no question was added")
    return Ticket(row[0], row[1])


async def record_once(transaction: Transaction, question: str, community: str | None, asked_at: datetime) -> Ticket:
    """Keep a question that somebody wants passed on, unless it was kept within the last hour.

    Returns:
        What leads back to it.
    """
    there, where = _in(community)
    row = await transaction.row(
        f"SELECT id, key FROM misses WHERE question = ? AND asked_at > ? AND key IS NOT NULL AND {there}"  # noqa: S608
        " ORDER BY id DESC LIMIT 1",
        _kept(question),
        stamp(asked_at - _SAME_WITHIN),
        *where,
    )
    return Ticket(row[0], row[1]) if row else await record(transaction, question, community, asked_at)


async def find(transaction: Transaction, number: int, subject: str) -> Ticket | None:
    """Return what leads back to a question, None where it is kept no longer, or a button is not about its key."""
    row = await transaction.row("SELECT id, key FROM misses WHERE id = ? AND key IS NOT NULL", number)
    return Ticket(row[0], row[1]) if row and digest(row[1]) == subject else None


async def pass_on(transaction: Transaction, miss: int, community: str | None) -> bool:
    """Have a question passed on to the team of a community; return whether it is still kept."""
    row = await transaction.row(
        "UPDATE misses SET asked_for_team = 1, community = ? WHERE id = ? AND (community IS NULL OR community = ?)"
        " RETURNING id",
        community,
        miss,
        community,
    )
    return row is not None


async def gaps(transaction: Transaction, team: Community, count: int = LOOKED_AT) -> list[Gap]:
    """Return the newest questions of a community that are without an answer and were not set aside."""
    rows = await transaction.rows(
        "SELECT id, question, asked_for_team FROM misses WHERE community = ? AND answered_by IS NULL AND set_aside = 0"
        " ORDER BY id DESC LIMIT ?",
        team.id,
        count,
    )
    return [Gap(row[0], row[1], bool(row[2])) for row in rows]


async def answer(transaction: Transaction, team: Community, numbers: Iterable[int], passage: int) -> None:
    """Keep that questions of a community are answered by a passage of its own, by its number."""
    await transaction.each(
        "UPDATE misses SET answered_by = ? WHERE id = ? AND community = ? AND answered_by IS NULL",
        [(passage, number, team.id) for number in numbers],
    )


async def reopen(transaction: Transaction, passage: int) -> None:
    """Keep that what a passage answered is without an answer again."""
    await transaction.rows("UPDATE misses SET answered_by = NULL WHERE answered_by = ?", passage)


async def set_aside(transaction: Transaction, team: Community, numbers: Iterable[int]) -> None:
    """Keep that a community's team leaves questions without an answer."""
    await transaction.each(
        "UPDATE misses SET set_aside = 1 WHERE id = ? AND community = ?", [(number, team.id) for number in numbers]
    )


async def drop_old(transaction: Transaction, now: datetime, days: int) -> None:
    """Drop the questions asked more than so many days ago."""
    await transaction.rows("DELETE FROM misses WHERE asked_at < ?", stamp(now - timedelta(days=days)))


async def latest(database: Database, community: str | None, count: int) -> list[Miss]:
    """Return the newest unanswered questions of a community, or those of direct messages (None).

    Raises:
        DatabaseError: they cannot be read.
    """
    there, where = _in(community)
    rows = await database.rows(
        f"SELECT question, asked_at FROM misses WHERE {there} ORDER BY id DESC LIMIT ?",  # noqa: S608 - one of two
        *where,
        count,
    )
    return [Miss(row["question"], datetime.fromisoformat(row["asked_at"])) for row in rows]


def _in(community: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the condition of what was asked in a community, or in direct messages (None), and its values."""
    return ("community IS NULL", ()) if community is None else ("community = ?", (community,))
