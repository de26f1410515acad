"""What somebody of a team is about to do, kept until they do it, give it up, or two days are over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.messages import Address
from bot.storage.communities import Community
from bot.storage.database import Row, Transaction, stamp

KEPT = timedelta(days=2)
AWAITED = timedelta(hours=1)
"""How long what somebody writes may be for a draft: later, they have something else in mind."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Something begun.

    Attributes:
        number: its number, never given twice.
        community: the platform's id of the community that it is for.
        kind: what is about to be done.
        content: all that is known of it so far, as JSON.
        awaits: what is to be written next, where people have no form to write in.
    """

    number: int
    community: str
    kind: str
    content: str
    awaits: str | None = None


async def add(
    transaction: Transaction,
    address: Address,
    team: Community,
    kind: str,
    content: str,
    at: datetime,
    about: str | None = None,
) -> int:
    """Keep a draft of an account, about another one perhaps, and return its number; nothing else is awaited of it."""
    await stop_awaiting(transaction, address)
    row = await transaction.row(
        "INSERT INTO drafts (platform, community, account, kind, content, about, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " RETURNING number",
        team.platform,
        team.id,
        address.account,
        kind,
        content,
        about,
        stamp(at),
    )
    if row is None:
        raise LookupError("no draft was added")
    return int(row[0])


async def find(transaction: Transaction, address: Address, team: Community, kind: str, number: int) -> Draft | None:
    """Return a draft of an account, None where there is none of that number, kind and community any more."""
    row = await transaction.row(
        "SELECT number, community, kind, content, awaits FROM drafts"
        " WHERE number = ? AND kind = ? AND platform = ? AND community = ? AND account = ?",
        number,
        kind,
        team.platform,
        team.id,
        address.account,
    )
    return _draft(row) if row else None


async def awaiting(transaction: Transaction, address: Address, now: datetime) -> Draft | None:
    """Return the draft for which an account is to write something, None if there is none."""
    row = await transaction.row(
        "SELECT number, community, kind, content, awaits FROM drafts"
        " WHERE platform = ? AND account = ? AND awaits IS NOT NULL AND at > ? ORDER BY number DESC LIMIT 1",
        address.platform,
        address.account,
        stamp(now - AWAITED),
    )
    return _draft(row) if row else None


async def change(transaction: Transaction, number: int, content: str, now: datetime, awaits: str | None = None) -> None:
    """Keep what a draft is now, and what is to be written next."""
    await transaction.rows(
        "UPDATE drafts SET content = ?, awaits = ?, at = ? WHERE number = ?", content, awaits, stamp(now), number
    )


async def stop_awaiting(transaction: Transaction, address: Address) -> None:
    """Have what an account writes next be no part of a draft."""
    await transaction.rows(
        "UPDATE drafts SET awaits = NULL WHERE platform = ? AND account = ? AND awaits IS NOT NULL",
        address.platform,
        address.account,
    )


async def drop(transaction: Transaction, number: int) -> None:
    """Drop a draft: it is done, or given up."""
    await transaction.rows("DELETE FROM drafts WHERE number = ?", number)


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop the drafts that nobody went on with."""
    await transaction.rows("DELETE FROM drafts WHERE at < ?", stamp(now - KEPT))


def _draft(row: Row) -> Draft:
    return Draft(row[0], row[1], row[2], row[3], row[4])
