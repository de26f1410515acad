"""Which tips each community was told since its deck was last through."""

from datetime import datetime

from bot.storage.communities import Community
from bot.storage.database import Transaction, stamp


async def told(transaction: Transaction, team: Community) -> list[str]:
    """Return the ids of the tips that a community was told, the last one last."""
    rows = await transaction.rows(
        "SELECT tip FROM told_tips WHERE platform = ? AND community = ? ORDER BY at, tip", team.platform, team.id
    )
    return [row[0] for row in rows]


async def keep(transaction: Transaction, team: Community, tip: str, at: datetime) -> None:
    """Keep that a community was told a tip."""
    await transaction.rows(
        "INSERT INTO told_tips (platform, community, tip, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (platform, community, tip) DO UPDATE SET at = excluded.at",
        team.platform,
        team.id,
        tip,
        stamp(at),
    )


async def drop(transaction: Transaction, team: Community, tips: list[str]) -> None:
    """Have tips be told again: their deck is through."""
    await transaction.each(
        "DELETE FROM told_tips WHERE platform = ? AND community = ? AND tip = ?",
        [(team.platform, team.id, tip) for tip in tips],
    )
