"""Where teams want to read about their week, every Monday."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Address
from bot.storage.communities import Community
from bot.storage.database import Row, Transaction, stamp


@dataclass(frozen=True, slots=True)
class Digest:
    """What a team reads every week.

    Attributes:
        community: the platform's id of the community.
        account: who is written to, "" where it is posted in the community: then it is nobody's own.
        place: the place of the community where it is posted, None for its main one.
        to_all: whether it is posted in the community.
        due: when it comes next, in UTC.
    """

    community: str
    account: str
    place: str | None
    to_all: bool
    due: datetime


async def find(transaction: Transaction, team: Community) -> Digest | None:
    """Return what a team reads every week, None if it wants nothing."""
    row = await transaction.row(
        "SELECT community, account, place, to_all, due FROM digests WHERE platform = ? AND community = ?",
        team.platform,
        team.id,
    )
    return _digest(row) if row else None


async def keep(transaction: Transaction, platform: str, digest: Digest) -> None:
    """Keep what a team reads every week, in the place of what it read before."""
    await transaction.rows(
        "INSERT INTO digests (platform, community, account, place, to_all, due) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (platform, community) DO UPDATE SET account = excluded.account, place = excluded.place,"
        " to_all = excluded.to_all, due = excluded.due",
        platform,
        digest.community,
        digest.account,
        digest.place,
        int(digest.to_all),
        stamp(digest.due),
    )


async def drop(transaction: Transaction, team: Community) -> bool:
    """Have a team read nothing any more; return whether it did."""
    row = await transaction.row(
        "DELETE FROM digests WHERE platform = ? AND community = ? RETURNING community", team.platform, team.id
    )
    return row is not None


async def of_account(transaction: Transaction, address: Address) -> list[str]:
    """Return the communities about which an account is written to every week."""
    rows = await transaction.rows(
        "SELECT community FROM digests WHERE platform = ? AND account = ? AND to_all = 0",
        address.platform,
        address.account,
    )
    return [row[0] for row in rows]


async def due(transaction: Transaction, platform: str, now: datetime) -> list[Digest]:
    """Return what teams on a platform are to read now, the longest due first."""
    rows = await transaction.rows(
        "SELECT community, account, place, to_all, due FROM digests WHERE platform = ? AND due <= ?"
        " ORDER BY due, community",
        platform,
        stamp(now),
    )
    return [_digest(row) for row in rows]


def _digest(row: Row) -> Digest:
    return Digest(row[0], row[1], row[2], bool(row[3]), datetime.fromisoformat(row[4]))
