"""When communities are told tips unasked: their programmes, and the days on which they are told none."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.core.calendar import minute_of, time_of
from bot.storage.communities import Community
from bot.storage.database import Row, Transaction, stamp

_COLUMNS = "number, place, within, place_title, weekdays, minute, themes, due"


@dataclass(frozen=True, slots=True)
class Programme:
    """Tips at a time of some weekdays.

    Attributes:
        place: where in the community, None for its main place.
        within: the place that this one is a part of, if it is.
        place_title: what the place is called, where the platform tells.
        weekdays: 0 for Monday to 6 for Sunday, in order.
        at: the time, on the community's clock.
        themes: the ids of the themes of the tips, none for all.
        due: when the next one is told.
        number: its number, never given twice; 0 as long as it is not kept.
    """

    place: str | None
    within: str | None
    place_title: str
    weekdays: tuple[int, ...]
    at: time
    themes: tuple[str, ...]
    due: datetime
    number: int = 0


async def of_community(transaction: Transaction, team: Community) -> list[Programme]:
    """Return the programmes of a community, the oldest first."""
    rows = await transaction.rows(
        f"SELECT {_COLUMNS} FROM programmes WHERE platform = ? AND community = ? ORDER BY number",  # noqa: S608 - our names
        team.platform,
        team.id,
    )
    return [_programme(row) for row in rows]


async def add(transaction: Transaction, team: Community, programme: Programme) -> None:
    """Keep a new programme of a community."""
    await transaction.rows(
        "INSERT INTO programmes (platform, community, place, within, place_title, weekdays, minute, themes, due)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        team.platform,
        team.id,
        programme.place,
        programme.within,
        programme.place_title,
        ",".join(map(str, programme.weekdays)),
        minute_of(programme.at),
        ",".join(programme.themes),
        stamp(programme.due),
    )


async def drop(transaction: Transaction, number: int) -> None:
    """Drop a programme."""
    await transaction.rows("DELETE FROM programmes WHERE number = ?", number)


async def put_off(transaction: Transaction, number: int, due: datetime) -> None:
    """Have the next tip of a programme told at another moment."""
    await transaction.rows("UPDATE programmes SET due = ? WHERE number = ?", stamp(due), number)


async def due(transaction: Transaction, platform: str, now: datetime, count: int) -> list[tuple[str, Programme]]:
    """Return the programmes on a platform whose time has come, the longest due first, each with its community.

    Those of communities that Vigie was put out of are not among them.
    """
    rows = await transaction.rows(
        f"SELECT {_COLUMNS}, community FROM programmes WHERE platform = ? AND due <= ? AND EXISTS"  # noqa: S608 - our names
        " (SELECT 1 FROM communities WHERE communities.platform = programmes.platform"
        " AND communities.id = programmes.community AND left_at IS NULL) ORDER BY due, number LIMIT ?",
        platform,
        stamp(now),
        count,
    )
    return [(row["community"], _programme(row)) for row in rows]


async def holidays(transaction: Transaction, team: Community, today: date) -> list[tuple[date, date]]:
    """Return the days on which a community is told no tips and which are not over: the first and the last of each."""
    rows = await transaction.rows(
        "SELECT first_day, last_day FROM holidays WHERE platform = ? AND community = ? AND last_day >= ?"
        " ORDER BY first_day",
        team.platform,
        team.id,
        today.isoformat(),
    )
    return [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in rows]


async def add_holidays(transaction: Transaction, team: Community, first: date, last: date) -> None:
    """Have a community told no tips from one day to another, both included."""
    await transaction.rows(
        "INSERT INTO holidays (platform, community, first_day, last_day) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (platform, community, first_day) DO UPDATE SET last_day = excluded.last_day",
        team.platform,
        team.id,
        first.isoformat(),
        last.isoformat(),
    )


async def drop_holidays(transaction: Transaction, team: Community) -> None:
    """Have a community told tips on all days again."""
    await transaction.rows("DELETE FROM holidays WHERE platform = ? AND community = ?", team.platform, team.id)


async def drop_old_holidays(transaction: Transaction, now: datetime) -> None:
    """Drop the holidays that are over, wherever in the world it still is yesterday."""
    yesterday = now.astimezone(UTC).date() - timedelta(days=1)
    await transaction.rows("DELETE FROM holidays WHERE last_day < ?", yesterday.isoformat())


def _programme(row: Row) -> Programme:
    return Programme(
        row["place"],
        row["within"],
        row["place_title"],
        tuple(map(int, row["weekdays"].split(","))),
        time_of(row["minute"]),
        tuple(filter(None, row["themes"].split(","))),
        datetime.fromisoformat(row["due"]),
        row["number"],
    )
