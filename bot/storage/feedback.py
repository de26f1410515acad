"""Whether people found a passage useful, and if not, why not."""

from datetime import datetime

from bot.storage.database import Transaction, stamp


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
