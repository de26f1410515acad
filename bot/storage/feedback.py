"""Whether people found a passage useful, and if not, why not."""

from dataclasses import dataclass
from datetime import datetime

from bot.storage.database import Transaction, stamp


@dataclass(frozen=True, slots=True)
class LowRated:
    """A passage that more people found useless than useful, and the reason that most gave, if some gave the same."""

    passage: str
    reason: str | None


async def keep(
    transaction: Transaction, person: int, passage: str, community: str | None, now: datetime, *, useful: bool
) -> None:
    """Keep somebody's word on a passage, in the place of the one before."""
    await transaction.rows(
        "INSERT INTO feedback (person, passage, community, useful, at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (person, passage) DO UPDATE"
        " SET useful = excluded.useful, reason = NULL, words = NULL, community = excluded.community, at = excluded.at",
        person,
        passage,
        community or "",
        int(useful),
        stamp(now),
    )


async def explain(transaction: Transaction, person: int, passage: str, reason: str | None, words: str | None) -> bool:
    """Keep why a passage was not useful, by its name or in words; return whether somebody had said so before."""
    row = await transaction.row(
        "UPDATE feedback SET reason = ?, words = ? WHERE person = ? AND passage = ? AND useful = 0 RETURNING person",
        reason,
        words,
        person,
        passage,
    )
    return row is not None


async def opinions(transaction: Transaction, community: str, since: datetime, until: datetime) -> tuple[int, int]:
    """Return how many passages a community found useful within some time, and how many useless."""
    row = await transaction.row(
        "SELECT SUM(useful), COUNT(*) FROM feedback WHERE community = ? AND at >= ? AND at < ?",
        community,
        stamp(since),
        stamp(until),
    )
    useful, given = (row[0] or 0, row[1]) if row else (0, 0)
    return useful, given - useful


async def low_rated(transaction: Transaction, community: str, least: int) -> list[LowRated]:
    """Return the passages that a community found useless at least so often, and more often than useful; worst first.

    What as many gave as a reason is told with them.
    """
    rows = await transaction.rows(
        "SELECT passage, (SELECT reason FROM feedback AS why WHERE why.passage = feedback.passage"
        " AND why.community = feedback.community AND why.useful = 0 AND reason IS NOT NULL"
        " GROUP BY reason HAVING COUNT(*) >= ? ORDER BY COUNT(*) DESC, reason LIMIT 1)"
        " FROM feedback WHERE community = ? GROUP BY passage, community"
        " HAVING SUM(1 - useful) >= ? AND SUM(1 - useful) > SUM(useful)"
        " ORDER BY SUM(1 - 2 * useful) DESC, passage",
        least,
        community,
        least,
    )
    return [LowRated(row[0], row[1]) for row in rows]
