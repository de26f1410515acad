"""Questions that Vigie could not answer, kept for moderators without the name of who asked."""

from dataclasses import dataclass
from datetime import datetime

from bot.storage.database import Database

LONGEST_KEPT = 500
"""Characters kept of a question: enough to see what was asked."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A question without an answer, as it was typed, and when."""

    question: str
    asked_at: datetime


class Misses:
    """The table of unanswered questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, question: str, community: str | None, asked_at: datetime) -> bool:
        """Keep a question that nobody could answer; return whether it will still be there after a restart.

        Raises:
            DatabaseError: it cannot be kept.
        """
        kept = question.encode("utf-8", "replace").decode("utf-8")[:LONGEST_KEPT]
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT INTO misses (community, question, asked_at) VALUES (?, ?, ?)",
                (community, kept, asked_at.isoformat()),
            )
        return self._database.lasts

    async def latest(self, community: str | None, count: int) -> list[Miss]:
        """Return the newest unanswered questions of a community, or those of direct messages (None).

        Raises:
            DatabaseError: they cannot be read.
        """
        rows = await self._database.rows(
            "SELECT question, asked_at FROM misses WHERE community IS ? ORDER BY id DESC LIMIT ?", community, count
        )
        return [Miss(row["question"], datetime.fromisoformat(row["asked_at"])) for row in rows]
