"""The roles of communities that accounts have earned, until they are given."""

from datetime import datetime, timedelta

from bot.core.messages import Address, Grant
from bot.storage.database import Transaction, stamp
from bot.storage.inbox import EVERYTHING, Shards, among, bound

KEPT = timedelta(days=7)
_WAITING = (
    "SELECT grants.platform, account, community, completion_role FROM grants JOIN communities"
    " ON communities.platform = grants.platform AND communities.id = grants.community"
    " WHERE grants.platform = ? AND completion_role IS NOT NULL AND role_refused = 0 AND left_at IS NULL"
)
_NUMBERED = "CAST(grants.community AS BIGINT)"
"""Where a platform divides what it delivers, it calls its communities by numbers; elsewhere they may be names."""


async def earn(transaction: Transaction, person: int, now: datetime) -> None:
    """Keep that somebody has earned the role that each of their communities gives to who ends the journey."""
    await transaction.rows(
        "INSERT INTO grants (platform, community, account, role, at)"
        " SELECT accounts.platform, communities.id, accounts.account, completion_role, ? FROM accounts"
        " JOIN memberships ON memberships.person = accounts.person AND memberships.platform = accounts.platform"
        " JOIN communities ON communities.platform = memberships.platform AND communities.id = memberships.community"
        " WHERE accounts.person = ? AND completion_role IS NOT NULL AND out_since IS NULL AND left_at IS NULL"
        " ON CONFLICT DO NOTHING",
        stamp(now),
        person,
    )


async def waiting(transaction: Transaction, platform: str, count: int, shards: Shards = EVERYTHING) -> list[Grant]:
    """Return some of the roles that can be given in some shards of a platform, the oldest first.

    It is the role that a community gives now; where Vigie was refused, it waits until the community chooses one anew.
    """
    if shards == EVERYTHING:
        rows = await transaction.rows(f"{_WAITING} ORDER BY at LIMIT ?", platform, count)
    else:
        query = f"{_WAITING} AND {among(_NUMBERED)} ORDER BY at LIMIT ?"
        rows = await transaction.rows(query, platform, *bound(shards), count)
    return [Grant(Address(row[0], row[1], row[2]), row[3]) for row in rows]


async def settle(transaction: Transaction, grant: Grant) -> None:
    """Keep that an account has the role of a community that it earned."""
    await transaction.rows(
        "DELETE FROM grants WHERE platform = ? AND community = ? AND account = ?",
        grant.address.platform,
        grant.address.community,
        grant.address.account,
    )


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop what could not be given for long enough."""
    await transaction.rows("DELETE FROM grants WHERE at < ?", stamp(now - KEPT))
