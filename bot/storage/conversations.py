"""The last turn of each conversation: what a follow-up is read with, kept for an hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from bot.core.messages import Address
from bot.storage.database import Transaction, stamp

KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """What the last turn of a conversation was about.

    Attributes:
        subject: the words that a follow-up is read with.
        shown: the id of the passage that was shown.
        choices: the ids and labels of the buttons below the last message that had some, in the order of their numbers.
        onward: those of the buttons that lead on and have no number; those of a step are not among them.
        shows_step: whether that message was a step of a journey.
    """

    subject: str | None = None
    shown: str | None = None
    choices: tuple[tuple[str, str], ...] = ()
    onward: tuple[tuple[str, str], ...] = ()
    shows_step: bool = False


_turn: TypeAdapter[Turn] = TypeAdapter(Turn)


async def find(transaction: Transaction, address: Address, now: datetime) -> Turn:
    """Return the last turn at an address, an empty one where it is over or there was none."""
    row = await transaction.row(
        "SELECT turn, at FROM conversations WHERE platform = ? AND account = ? AND community = ? AND place = ?",
        *_key(address),
    )
    if row is None or datetime.fromisoformat(row[1]) < now - KEPT:
        return Turn()
    return _turn.validate_json(row[0])


async def keep(transaction: Transaction, person: int, address: Address, turn: Turn, now: datetime) -> None:
    """Keep the last turn in the place of the one before."""
    await transaction.rows(
        "INSERT INTO conversations (platform, account, community, place, person, turn, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (platform, account, community, place) DO UPDATE"
        " SET person = excluded.person, turn = excluded.turn, at = excluded.at",
        *_key(address),
        person,
        _turn.dump_json(turn, exclude_defaults=True).decode(),
        stamp(now),
    )


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop the conversations that are over."""
    await transaction.rows("DELETE FROM conversations WHERE at < ?", stamp(now - KEPT))


def _key(address: Address) -> tuple[str, str, str, str]:
    return address.platform, address.account, address.community or "", address.place or ""
