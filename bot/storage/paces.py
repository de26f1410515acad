"""How much was lately asked in communities, by whom and where: counted in windows of time, and dropped after them."""

from datetime import datetime, timedelta

from bot.storage.communities import Community
from bot.storage.database import Transaction, stamp

WINDOW = timedelta(seconds=60)


async def count(
    transaction: Transaction, community: Community, now: datetime, *, account: str = "", place: str = ""
) -> int:
    """Count something asked by an account of a community, or in a place of it; return how much was in the window.

    A window that begins later than now was opened on a clock that was wrong, and is none.
    """
    begins, ends = stamp(now - WINDOW), stamp(now)
    row = await transaction.row(
        "INSERT INTO paces (platform, community, place, account, since, asked) VALUES (?, ?, ?, ?, ?, 1)"
        " ON CONFLICT (platform, community, place, account) DO UPDATE SET"
        " asked = CASE WHEN paces.since > ? AND paces.since <= ? THEN paces.asked + 1 ELSE 1 END,"
        " since = CASE WHEN paces.since > ? AND paces.since <= ? THEN paces.since ELSE excluded.since END"
        " RETURNING asked",
        community.platform,
        community.id,
        place,
        account,
        ends,
        begins,
        ends,
        begins,
        ends,
    )
    if row is None:
        raise LookupError("nothing was counted")
    return int(row[0])


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop the windows that are over."""
    await transaction.rows("DELETE FROM paces WHERE since <= ?", stamp(now - WINDOW))
