"""What became of the questions asked in communities, day by day on their clocks: sums, without who asked what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.messages import Status
from bot.storage.communities import Community
from bot.storage.database import Transaction

KEPT = timedelta(days=400)
"""A year, and what it takes to compare with the same month of the year before."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many questions of one day came to the same end."""

    day: date
    outcome: Status
    asked: int


async def count(transaction: Transaction, team: Community, outcome: Status, passage: str, now: datetime) -> None:
    """Add one to the questions of a community's day that came to an end, and were told a passage if they were."""
    await transaction.rows(
        "INSERT INTO question_counts (platform, community, day, outcome, passage, asked) VALUES (?, ?, ?, ?, ?, 1)"
        " ON CONFLICT (platform, community, day, outcome, passage) DO UPDATE SET asked = question_counts.asked + 1",
        team.platform,
        team.id,
        _day(team, now).isoformat(),
        outcome,
        passage,
    )


async def between(transaction: Transaction, team: Community, first: date, last: date) -> list[DayCount]:
    """Return what became of a community's questions on some days, both included."""
    rows = await transaction.rows(
        "SELECT day, outcome, SUM(asked) FROM question_counts"
        " WHERE platform = ? AND community = ? AND day BETWEEN ? AND ? GROUP BY day, outcome",
        team.platform,
        team.id,
        first.isoformat(),
        last.isoformat(),
    )
    return [DayCount(date.fromisoformat(row[0]), Status(row[1]), row[2]) for row in rows]


async def asked_about(transaction: Transaction, team: Community, since: datetime) -> Mapping[str, int]:
    """Return how often each passage answered a question of a community since a day."""
    rows = await transaction.rows(
        "SELECT passage, SUM(asked) FROM question_counts"
        " WHERE platform = ? AND community = ? AND day >= ? AND passage <> '' GROUP BY passage",
        team.platform,
        team.id,
        _day(team, since).isoformat(),
    )
    return {row[0]: row[1] for row in rows}


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop the sums of long ago."""
    await transaction.rows("DELETE FROM question_counts WHERE day < ?", (now - KEPT).date().isoformat())


def _day(team: Community, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(team.zone)).date()
