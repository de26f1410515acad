"""People and the accounts that they write from; each person is a number, found by account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Address
from bot.storage.database import Transaction, stamp

DEFAULT_ZONE = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody known: their number, their time zone (IANA), and the journey that they were last in.

    `reminder_offered` tells whether a reminder was offered already, `erasure_asked` when they last asked to be
    forgotten, `reminded` whether they were sent a reminder and did nothing since, `unreachable` whether their account
    could not be written to.
    """

    id: int
    zone: str = DEFAULT_ZONE
    journey: str | None = None
    reminder_offered: bool = False
    erasure_asked: str | None = None
    reminded: bool = False
    unreachable: bool = False


async def find(transaction: Transaction, platform: str, account: str) -> Person | None:
    """Return the person of an account, None for one that never wrote."""
    row = await transaction.row(
        "SELECT people.id, zone, journey, reminder_offer, erasure_asked, unanswered, unreachable_since FROM accounts"
        " JOIN people ON people.id = accounts.person LEFT JOIN reminders ON reminders.person = people.id"
        " WHERE accounts.platform = ? AND accounts.account = ?",
        platform,
        account,
    )
    if row is None:
        return None
    return Person(row[0], row[1], row[2], row[3] is not None, row[4], bool(row[5]), row[6] is not None)


async def held(transaction: Transaction, platform: str, account: str) -> Person | None:
    """Return the person of an account, whom nobody else changes until the end of the transaction."""
    found = await find(transaction, platform, account)
    while found and await hold(transaction, found.id):
        before, found = found.id, await find(transaction, platform, account)
        if found is None or found.id == before:
            return found
    return found


async def hold(transaction: Transaction, person: int) -> bool:
    """Keep others from changing a person until the end; return whether they may have until now."""
    return await transaction.hold(f"person/{person}")


async def add(transaction: Transaction, address: Address, now: datetime) -> Person:
    """Keep somebody who writes for the first time."""
    row = await transaction.row("INSERT INTO people (since, zone) VALUES (?, ?) RETURNING id", stamp(now), DEFAULT_ZONE)
    if row is None:
        raise LookupError("no person was added")
    await transaction.rows(
        "INSERT INTO accounts (platform, account, person) VALUES (?, ?, ?)", address.platform, address.account, row[0]
    )
    return Person(row[0])


async def set_unreachable(transaction: Transaction, address: Address, since: datetime | None) -> None:
    """Keep since when an account cannot be written to, None once it can."""
    await transaction.rows(
        "UPDATE accounts SET unreachable_since = ? WHERE platform = ? AND account = ?",
        since and stamp(since),
        address.platform,
        address.account,
    )


async def is_reachable(transaction: Transaction, address: Address) -> bool:
    """Tell whether an account can be written to, as far as is known."""
    row = await transaction.row(
        "SELECT unreachable_since FROM accounts WHERE platform = ? AND account = ?", address.platform, address.account
    )
    return row is None or row[0] is None


async def set_journey(transaction: Transaction, person: int, journey: str | None) -> None:
    """Keep which journey somebody is in."""
    await transaction.rows("UPDATE people SET journey = ? WHERE id = ?", journey, person)


async def set_zone(transaction: Transaction, person: int, zone: str) -> None:
    """Keep somebody's time zone."""
    await transaction.rows("UPDATE people SET zone = ? WHERE id = ?", zone, person)


async def set_reminder_offered(transaction: Transaction, person: int, now: datetime) -> None:
    """Keep that a reminder was offered: it is offered once."""
    await transaction.rows("UPDATE people SET reminder_offer = ? WHERE id = ?", stamp(now), person)


async def set_erasure_asked(transaction: Transaction, person: int, asked: str | None) -> None:
    """Keep when somebody asked to be forgotten, None once they changed their mind."""
    await transaction.rows("UPDATE people SET erasure_asked = ? WHERE id = ?", asked, person)


async def welcome(transaction: Transaction, person: int, address: Address, now: datetime) -> bool:
    """Keep that somebody who belongs to a community or knocks was welcomed; return whether it is the first time."""
    row = await transaction.row(
        "UPDATE memberships SET welcomed = ? WHERE person = ? AND platform = ? AND community = ? AND welcomed IS NULL"
        " RETURNING person",
        stamp(now),
        person,
        address.platform,
        address.community,
    )
    return row is not None


async def take_back_welcome(transaction: Transaction, address: Address) -> None:
    """Keep that somebody was not welcomed in a community after all."""
    await transaction.rows(
        "UPDATE memberships SET welcomed = NULL WHERE platform = ? AND community = ?"
        " AND person = (SELECT person FROM accounts WHERE platform = ? AND account = ?)",
        address.platform,
        address.community,
        address.platform,
        address.account,
    )


async def belong(transaction: Transaction, person: int, address: Address, now: datetime) -> None:
    """Keep that somebody is in a community: they joined it or write there, and did not leave it since."""
    await transaction.rows(
        "INSERT INTO memberships (person, platform, community) VALUES (?, ?, ?)"
        " ON CONFLICT (person, platform, community) DO UPDATE SET out_since = NULL WHERE memberships.out_since < ?",
        person,
        address.platform,
        address.community,
        stamp(now),
    )


async def knock(transaction: Transaction, person: int, address: Address, now: datetime) -> None:
    """Keep that somebody asks to join a community: they are not in it for that."""
    await transaction.rows(
        "INSERT INTO memberships (person, platform, community, out_since) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        person,
        address.platform,
        address.community,
        stamp(now),
    )


async def leave(transaction: Transaction, address: Address, now: datetime) -> None:
    """Keep that the person of an account is in a community no longer; nobody is kept for it."""
    await transaction.rows(
        "UPDATE memberships SET out_since = ? WHERE platform = ? AND community = ?"
        " AND person = (SELECT person FROM accounts WHERE platform = ? AND account = ?)",
        stamp(now),
        address.platform,
        address.community,
        address.platform,
        address.account,
    )


async def communities(transaction: Transaction, person: int) -> Mapping[str, str]:
    """Return what the communities are called that somebody is in and Vigie serves, by their ids."""
    rows = await transaction.rows(
        "SELECT community, COALESCE(title, community) AS called FROM memberships LEFT JOIN communities"
        " ON communities.platform = memberships.platform AND communities.id = memberships.community"
        " WHERE person = ? AND community <> '' AND out_since IS NULL AND left_at IS NULL ORDER BY called, community",
        person,
    )
    return {row[0]: row[1] for row in rows}
