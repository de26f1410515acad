"""Which messages answer which question, for 48 hours: an edited question edits its answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.storage.database import Database, Transaction, stamp

KEPT = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Question:
    """A message that asked something: the platform, the chat, its id in the chat, and the account that wrote it."""

    platform: str
    chat: str
    id: str
    account: str


async def keep(database: Database, question: Question, messages: Sequence[int], now: datetime) -> None:
    """Keep which messages answer a question, in the place of those before.

    Raises:
        DatabaseError: the database cannot be used now; the same holds for what follows.
    """
    await database.rows(
        "INSERT INTO answers (platform, chat, question, account, messages, at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (platform, chat, question) DO UPDATE SET messages = excluded.messages, at = excluded.at",
        question.platform,
        question.chat,
        question.id,
        question.account,
        json.dumps(list(messages)),
        stamp(now),
    )


async def find(database: Database, question: Question) -> list[int]:
    """Return the messages that answer a question of that account, none where it was not answered lately."""
    rows = await database.rows(
        "SELECT messages FROM answers WHERE platform = ? AND chat = ? AND question = ? AND account = ?",
        question.platform,
        question.chat,
        question.id,
        question.account,
    )
    return json.loads(rows[0][0]) if rows else []


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop the answers whose question nobody edits any more."""
    await transaction.rows("DELETE FROM answers WHERE at < ?", stamp(now - KEPT))
