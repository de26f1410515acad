"""The events answered lately, so that one delivered twice counts once and gets the same reply."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from bot.core.messages import JourneyPlace, Outgoing, Posting, Reply, Status, Verdict
from bot.storage.database import Transaction, stamp

KEPT = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class _Told:
    replies: tuple[Reply, ...]
    journey: JourneyPlace | None = None
    status: Status | None = None
    postings: tuple[Posting, ...] = ()
    in_private: bool = False
    takes_away: bool = False


_told: TypeAdapter[_Told] = TypeAdapter(_Told)


@dataclass(frozen=True, slots=True)
class Known:
    """An event that was answered: what was told, None where the person has been forgotten since."""

    outgoing: Outgoing | None


async def find(transaction: Transaction, platform: str, event: str) -> Known | None:
    """Return an event that was answered already."""
    row = await transaction.row("SELECT reply FROM events WHERE platform = ? AND id = ?", platform, event)
    if row is None:
        return None
    if row[0] is None:
        return Known(None)
    told = _told.validate_json(row[0])
    return Known(
        Outgoing(
            told.replies,
            Verdict(told.status) if told.status else None,
            told.journey,
            postings=told.postings,
            in_private=told.in_private,
            takes_away=told.takes_away,
        )
    )


async def keep(
    transaction: Transaction, platform: str, event: str, person: int | None, outgoing: Outgoing | None, now: datetime
) -> None:
    """Keep that an event is answered, and what was told; without a person and an outgoing, that alone."""
    reply = outgoing and _told.dump_json(_kept(outgoing), exclude_defaults=True).decode()
    await transaction.rows(
        "INSERT INTO events (platform, id, person, reply, at) VALUES (?, ?, ?, ?, ?)",
        platform,
        event,
        person,
        reply,
        stamp(now),
    )


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop the events that no platform delivers again."""
    await transaction.rows("DELETE FROM events WHERE at < ?", stamp(now - KEPT))


def _kept(outgoing: Outgoing) -> _Told:
    return _Told(
        outgoing.replies,
        outgoing.journey,
        outgoing.verdict.status if outgoing.verdict else None,
        outgoing.postings,
        outgoing.in_private,
        outgoing.takes_away,
    )
