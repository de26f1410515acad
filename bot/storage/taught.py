"""What communities taught Vigie: passages of their own, each version of which stays."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.content.corpus import Phase
from bot.storage.communities import Community
from bot.storage.database import Row, Transaction, stamp

_COLUMNS = "taught.number, id, taught.version, hidden, title, text, questions, note, phase, at, name"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a passage says: its title, its advice, the questions that it answers, and what has changed since."""

    title: str
    text: str
    questions: tuple[str, ...]
    note: str | None = None
    phase: Phase = Phase.INFORMER


@dataclass(frozen=True, slots=True)
class Card:
    """A passage of a community's own, in one of its versions.

    Attributes:
        number: the passage's number, never given twice.
        id: its id, unique in the community.
        version: which one it is, from 1.
        hidden: whether nobody is told it now.
        lesson: what it says.
        at: since when.
        name: who wrote it so, empty once they had themselves forgotten.
    """

    number: int
    id: str
    version: int
    hidden: bool
    lesson: Lesson
    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes a version: their account, and the name that others read."""

    account: str
    name: str


async def add(
    transaction: Transaction, team: Community, identifier: str, lesson: Lesson, writer: Writer, at: datetime
) -> int:
    """Keep a new passage of a community, and return its number."""
    row = await transaction.row(
        "INSERT INTO taught (platform, community, id, version) VALUES (?, ?, ?, 1) RETURNING number",
        team.platform,
        team.id,
        identifier,
    )
    if row is None:
        raise LookupError("no passage was added")
    await _write(transaction, team, int(row[0]), 1, lesson, writer, at)
    return int(row[0])


async def revise(
    transaction: Transaction, team: Community, card: Card, lesson: Lesson, writer: Writer, at: datetime
) -> None:
    """Keep another version of a passage, which is told from now on unless the passage is hidden."""
    version = card.version + 1
    await transaction.rows("UPDATE taught SET version = ? WHERE number = ?", version, card.number)
    await _write(transaction, team, card.number, version, lesson, writer, at)


async def set_hidden(transaction: Transaction, team: Community, number: int, *, hidden: bool) -> None:
    """Have a passage be told no longer, or again."""
    await transaction.rows(
        "UPDATE taught SET hidden = ? WHERE number = ? AND platform = ? AND community = ?",
        int(hidden),
        number,
        team.platform,
        team.id,
    )
    await _renew(transaction, team)


async def find(transaction: Transaction, team: Community, number: int) -> Card | None:
    """Return a passage of a community as it is now, None where it has none of that number."""
    row = await transaction.row(
        f"SELECT {_COLUMNS} FROM taught JOIN taught_versions AS versions ON versions.taught = taught.number"  # noqa: S608
        " AND versions.version = taught.version"
        " WHERE taught.number = ? AND taught.platform = ? AND community = ?",
        number,
        team.platform,
        team.id,
    )
    return _card(row) if row else None


async def all_of(transaction: Transaction, team: Community) -> list[Card]:
    """Return the passages of a community as they are now, the hidden ones too, by title."""
    rows = await transaction.rows(
        f"SELECT {_COLUMNS} FROM taught JOIN taught_versions AS versions ON versions.taught = taught.number"  # noqa: S608
        " AND versions.version = taught.version WHERE taught.platform = ? AND community = ? ORDER BY title, number",
        team.platform,
        team.id,
    )
    return [_card(row) for row in rows]


async def history(transaction: Transaction, team: Community, number: int) -> list[Card]:
    """Return all versions of a passage of a community, the newest first."""
    columns = _COLUMNS.replace("taught.version", "versions.version")
    rows = await transaction.rows(
        f"SELECT {columns} FROM taught JOIN taught_versions AS versions ON versions.taught = taught.number"  # noqa: S608
        " WHERE taught.number = ? AND taught.platform = ? AND community = ? ORDER BY versions.version DESC",
        number,
        team.platform,
        team.id,
    )
    return [_card(row) for row in rows]


async def schools(transaction: Transaction, person: int) -> list[Community]:
    """Return the communities that somebody is in, that Vigie serves, and that taught her something."""
    rows = await transaction.rows(
        "SELECT communities.platform, id, title, taught FROM memberships"
        " JOIN communities ON communities.platform = memberships.platform AND id = memberships.community"
        " WHERE person = ? AND out_since IS NULL AND taught > 0 AND left_at IS NULL ORDER BY communities.platform, id",
        person,
    )
    return [Community(row[0], row[1], row[2], taught=row[3]) for row in rows]


async def counts(transaction: Transaction) -> list[tuple[Community, int]]:
    """Return the communities that Vigie serves and that taught her something, each with the number of its passages."""
    rows = await transaction.rows(
        "SELECT communities.platform, communities.id, title, communities.taught, COUNT(*) FROM communities"
        " JOIN taught ON taught.platform = communities.platform AND community = communities.id"
        " WHERE left_at IS NULL GROUP BY communities.platform, communities.id"
        " ORDER BY communities.platform, communities.id"
    )
    return [(Community(row[0], row[1], row[2], taught=row[3]), row[4]) for row in rows]


async def _write(
    transaction: Transaction, team: Community, number: int, version: int, lesson: Lesson, writer: Writer, at: datetime
) -> None:
    await transaction.rows(
        "INSERT INTO taught_versions"
        " (taught, version, title, text, questions, note, phase, platform, account, name, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        number,
        version,
        lesson.title,
        lesson.text,
        _listed(lesson.questions),
        lesson.note,
        lesson.phase,
        team.platform,
        writer.account,
        writer.name,
        stamp(at),
    )
    await _renew(transaction, team)


async def _renew(transaction: Transaction, team: Community) -> None:
    """Have every process see that a community's passages changed."""
    await transaction.rows(
        "UPDATE communities SET taught = taught + 1 WHERE platform = ? AND id = ?", team.platform, team.id
    )


def _listed(questions: Iterable[str]) -> str:
    return json.dumps(list(questions), ensure_ascii=False)


def _card(row: Row) -> Card:
    lesson = Lesson(row[4], row[5], tuple(json.loads(row[6])), row[7], Phase(row[8]))
    return Card(row[0], row[1], row[2], bool(row[3]), lesson, datetime.fromisoformat(row[9]), row[10])
