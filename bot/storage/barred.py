"""Who may not ask in a community for a while."""

from dataclasses import dataclass
from datetime import datetime

from bot.storage.communities import Community
from bot.storage.database import Transaction, stamp


@dataclass(frozen=True, slots=True)
class Bar:
    """That somebody may not ask: until when, and whether they were told."""

    until: datetime
    told: bool


async def find(transaction: Transaction, community: Community, account: str, now: datetime) -> Bar | None:
    """Return what keeps an account from asking in a community, None if nothing does."""
    row = await transaction.row(
        "SELECT until, told FROM barred WHERE platform = ? AND community = ? AND account = ? AND until > ?",
        community.platform,
        community.id,
        account,
        stamp(now),
    )
    return Bar(datetime.fromisoformat(row[0]), bool(row[1])) if row else None


async def keep(transaction: Transaction, community: Community, account: str, until: datetime) -> None:
    """Keep an account from asking in a community until some moment, of which it is still to be told."""
    await transaction.rows(
        "INSERT INTO barred (platform, community, account, until) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (platform, community, account) DO UPDATE SET until = excluded.until, told = 0",
        community.platform,
        community.id,
        account,
        stamp(until),
    )


async def set_told(transaction: Transaction, community: Community, account: str) -> None:
    """Keep that an account was told."""
    await transaction.rows(
        "UPDATE barred SET told = 1 WHERE platform = ? AND community = ? AND account = ?",
        community.platform,
        community.id,
        account,
    )


async def lift(transaction: Transaction, community: Community, account: str) -> None:
    """Let an account ask in a community again."""
    await transaction.rows(
        "DELETE FROM barred WHERE platform = ? AND community = ? AND account = ?",
        community.platform,
        community.id,
        account,
    )


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop what keeps nobody from asking any more."""
    await transaction.rows("DELETE FROM barred WHERE until <= ?", stamp(now))
