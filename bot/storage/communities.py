"""The communities that Vigie serves, what their administrators chose, and who moderates them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.messages import Address
from bot.storage.database import Row, Transaction, stamp
from bot.storage.journeys import kept_address, read_address
from bot.storage.people import DEFAULT_ZONE

KEPT_AFTER_LEAVING = timedelta(days=30)
_COLUMNS = (
    "platform, id, title, welcomes, welcome_text, welcome_place, completion_role, moderator_role, role_refused, zone,"
    " taught"
)
_KEYED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "communities": ("id", ()),
    "memberships": ("community", ("person",)),
    "conversations": ("community", ("account", "place")),
    "quiet_places": ("community", ("place",)),
    "moderators": ("community", ("account",)),
    "grants": ("community", ("account", "role")),
    "told_tips": ("community", ("tip",)),
    "holidays": ("community", ("first_day",)),
    "barred": ("community", ("account",)),
    "paces": ("community", ("place", "account")),
    "digests": ("community", ()),
    "question_counts": ("community", ("day", "outcome", "passage")),
}
"""The tables of which a platform's community is a part of the key: its column, and the other ones."""
_NUMBERED = ("drafts", "programmes", "taught", "audit")
"""The tables whose rows are numbered, and held by a community."""


@dataclass(frozen=True, slots=True)
class Community:
    """A community, and its settings.

    Attributes:
        platform: where it is.
        id: the platform's id of it.
        title: what it is called.
        welcomes: whether newcomers are welcomed.
        welcome_text: what its administrators have them told, None for Vigie's own words.
        welcome_place: where they are welcomed, None for where the platform tells of them.
        completion_role: the role that whoever ends the journey of newcomers is given.
        moderator_role: the role whose holders moderate.
        role_refused: whether the platform did not let Vigie give the role, and the community was told.
        zone: the time zone of its clock (IANA).
        taught: which state of its own passages is in force, 0 as long as it has none.
    """

    platform: str
    id: str
    title: str
    welcomes: bool = True
    welcome_text: str | None = None
    welcome_place: str | None = None
    completion_role: str | None = None
    moderator_role: str | None = None
    role_refused: bool = False
    zone: str = DEFAULT_ZONE
    taught: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """That Vigie does not speak in a place: until when, None for as long as nobody says otherwise."""

    until: datetime | None


async def find(transaction: Transaction, platform: str, identifier: str) -> Community | None:
    """Return a community that Vigie serves, None where she is not or is no longer."""
    row = await transaction.row(
        f"SELECT {_COLUMNS} FROM communities WHERE platform = ? AND id = ? AND left_at IS NULL",  # noqa: S608 - our names
        platform,
        identifier,
    )
    return _community(row) if row else None


async def held(transaction: Transaction, platform: str, identifier: str) -> Community | None:
    """Return a community that Vigie serves, whose settings nobody else changes until the end of the transaction."""
    await hold(transaction, platform, identifier)
    return await find(transaction, platform, identifier)


async def hold(transaction: Transaction, platform: str, identifier: str) -> bool:
    """Keep others from changing a community's settings until the end; return whether they may have until now."""
    return await transaction.hold(f"community/{platform}/{identifier}")


async def keep(transaction: Transaction, community: Community) -> None:
    """Keep a community as it is now; one that Vigie had left is served again."""
    await transaction.rows(
        f"INSERT INTO communities ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our names
        " ON CONFLICT (platform, id) DO UPDATE SET title = excluded.title, welcomes = excluded.welcomes,"
        " welcome_text = excluded.welcome_text, welcome_place = excluded.welcome_place,"
        " completion_role = excluded.completion_role, moderator_role = excluded.moderator_role,"
        " role_refused = excluded.role_refused, zone = excluded.zone, left_at = NULL",
        community.platform,
        community.id,
        community.title,
        int(community.welcomes),
        community.welcome_text,
        community.welcome_place,
        community.completion_role,
        community.moderator_role,
        int(community.role_refused),
        community.zone,
        community.taught,
    )


async def known(
    transaction: Transaction, address: Address, title: str | None, *, comes_back: bool = True
) -> Community | None:
    """Return the community of an address as it is called now, None in a direct message; a new one is kept.

    One that Vigie was put out of is served again, unless it is an old button that somebody presses (`comes_back`).
    """
    if address.community is None:
        return None
    found = await find(transaction, address.platform, address.community)
    called = title or (found.title if found else address.community)
    if found and found.title == called:
        return found
    if found or comes_back:
        return await _serve(transaction, address.platform, address.community, called)
    before = await _left(transaction, address.platform, address.community)
    return replace(before, title=called) if before else Community(address.platform, address.community, called)


async def served(transaction: Transaction, platform: str) -> list[Community]:
    """Return the communities of a platform that Vigie serves, by title."""
    rows = await transaction.rows(
        f"SELECT {_COLUMNS} FROM communities WHERE platform = ? AND left_at IS NULL ORDER BY title, id",  # noqa: S608
        platform,
    )
    return [_community(row) for row in rows]


async def leave(transaction: Transaction, address: Address, now: datetime) -> None:
    """Keep that Vigie was put out of a community: what is kept of it is erased later, unless she comes back."""
    await transaction.rows(
        "UPDATE communities SET left_at = ? WHERE platform = ? AND id = ? AND left_at IS NULL",
        stamp(now),
        address.platform,
        address.community,
    )


async def is_quiet(transaction: Transaction, address: Address, now: datetime, within: str | None = None) -> bool:
    """Tell whether Vigie does not speak at an address, or in the place that it is within."""
    row = await transaction.row(
        "SELECT place FROM quiet_places WHERE platform = ? AND community = ? AND place IN (?, ?)"
        " AND (until IS NULL OR until > ?)",
        *_here(address),
        within,
        stamp(now),
    )
    return row is not None


async def silence(transaction: Transaction, address: Address, now: datetime) -> Silence | None:
    """Return the silence that Vigie keeps at an address, None where she speaks."""
    row = await transaction.row(
        "SELECT until FROM quiet_places WHERE platform = ? AND community = ? AND place = ?"
        " AND (until IS NULL OR until > ?)",
        *_here(address),
        stamp(now),
    )
    return Silence(row[0] and datetime.fromisoformat(row[0])) if row else None


async def quiet_places(transaction: Transaction, platform: str, community: str) -> list[str]:
    """Return the places of a community where Vigie does not speak until she is told to, without parts of places."""
    rows = await transaction.rows(
        "SELECT place FROM quiet_places WHERE platform = ? AND community = ? AND until IS NULL AND within IS NULL"
        " ORDER BY place",
        platform,
        community,
    )
    return [row[0] for row in rows]


async def all_quiet_places(transaction: Transaction, platform: str, now: datetime) -> list[tuple[str, str]]:
    """Return where Vigie does not speak on a platform: communities, each with a place."""
    rows = await transaction.rows(
        "SELECT community, place FROM quiet_places WHERE platform = ? AND (until IS NULL OR until > ?)",
        platform,
        stamp(now),
    )
    return [(row[0], row[1]) for row in rows]


async def set_quiet_places(transaction: Transaction, community: Community, places: Iterable[str]) -> None:
    """Have Vigie keep silent in some places of a community, and speak in all others where no end was set."""
    here = (community.platform, community.id)
    await transaction.rows(
        "DELETE FROM quiet_places WHERE platform = ? AND community = ? AND until IS NULL AND within IS NULL", *here
    )
    await transaction.each(
        "INSERT INTO quiet_places (platform, community, place) VALUES (?, ?, ?)"
        " ON CONFLICT (platform, community, place) DO UPDATE SET until = NULL, within = NULL",
        [(*here, place) for place in places],
    )


async def keep_quiet(
    transaction: Transaction, address: Address, until: datetime | None = None, within: str | None = None
) -> None:
    """Have Vigie keep silent in a place, which may be within another: for a while, or until she is told to speak."""
    await transaction.rows(
        "INSERT INTO quiet_places (platform, community, place, until, within) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (platform, community, place) DO UPDATE SET until = excluded.until, within = excluded.within",
        *_here(address),
        until and stamp(until),
        within,
    )


async def speak(transaction: Transaction, address: Address) -> None:
    """Have Vigie speak again in a place."""
    await transaction.rows(
        "DELETE FROM quiet_places WHERE platform = ? AND community = ? AND place = ?", *_here(address)
    )


async def drop_old_silences(transaction: Transaction, now: datetime) -> None:
    """Drop the silences that are over."""
    await transaction.rows("DELETE FROM quiet_places WHERE until <= ?", stamp(now))


async def moderators(transaction: Transaction, community: Community) -> list[str]:
    """Return the accounts that moderate a community without being administrators of it."""
    rows = await transaction.rows(
        "SELECT account FROM moderators WHERE platform = ? AND community = ? ORDER BY account",
        community.platform,
        community.id,
    )
    return [row[0] for row in rows]


async def is_moderator(transaction: Transaction, community: Community, account: str) -> bool:
    """Tell whether an account was named to moderate a community."""
    row = await transaction.row(
        "SELECT account FROM moderators WHERE platform = ? AND community = ? AND account = ?",
        community.platform,
        community.id,
        account,
    )
    return row is not None


async def moderated(transaction: Transaction, address: Address, administers: Sequence[str]) -> list[Community]:
    """Return the communities that an account administers, as its platform tells, or was named to moderate; by title."""
    listed = ", ".join("?" * len(administers)) or "NULL"
    rows = await transaction.rows(
        f"SELECT {_COLUMNS} FROM communities WHERE platform = ? AND left_at IS NULL AND (id IN ({listed})"  # noqa: S608
        " OR id IN (SELECT community FROM moderators WHERE platform = ? AND account = ?)) ORDER BY title, id",
        address.platform,
        *administers,
        address.platform,
        address.account,
    )
    return [_community(row) for row in rows]


async def of_account(transaction: Transaction, address: Address) -> list[str]:
    """Return the communities of a platform in which an account was seen or that named it, and that Vigie serves."""
    rows = await transaction.rows(
        "SELECT id FROM communities WHERE platform = ? AND left_at IS NULL AND ("
        "id IN (SELECT community FROM memberships JOIN accounts ON accounts.person = memberships.person"
        " WHERE memberships.platform = communities.platform AND accounts.platform = communities.platform"
        " AND accounts.account = ?)"
        " OR id IN (SELECT community FROM moderators WHERE moderators.platform = communities.platform AND account = ?))"
        " ORDER BY title, id",
        address.platform,
        address.account,
        address.account,
    )
    return [row[0] for row in rows]


async def set_moderator(transaction: Transaction, community: Community, account: str, *, moderates: bool) -> None:
    """Have an account moderate a community, or no longer."""
    statement = (
        "INSERT INTO moderators (platform, community, account) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        if moderates
        else "DELETE FROM moderators WHERE platform = ? AND community = ? AND account = ?"
    )
    await transaction.rows(statement, community.platform, community.id, account)


async def drop_moderators(transaction: Transaction, community: Community) -> None:
    """Have nobody moderate a community but its administrators."""
    await transaction.rows(
        "DELETE FROM moderators WHERE platform = ? AND community = ?", community.platform, community.id
    )


async def move(transaction: Transaction, platform: str, old: str, new: str) -> None:
    """Have all that is kept of a community follow it to the id that the platform gives it now.

    Where something stands under the new id already, that stays: but for settings that nobody chose, which stand there
    as soon as somebody writes.
    """
    await _drop_unchosen(transaction, platform, old, new)
    for table, (column, others) in _KEYED.items():
        same = " AND ".join(f"other.{each} = {table}.{each}" for each in ("platform", *others))
        await transaction.rows(
            f"UPDATE {table} SET {column} = ? WHERE platform = ? AND {column} = ? AND NOT EXISTS"  # noqa: S608 - our names
            f" (SELECT 1 FROM {table} AS other WHERE other.{column} = ? AND {same})",
            new,
            platform,
            old,
            new,
        )
        await transaction.rows(f"DELETE FROM {table} WHERE platform = ? AND {column} = ?", platform, old)  # noqa: S608
    for table in _NUMBERED:
        await transaction.rows(
            f"UPDATE {table} SET community = ? WHERE platform = ? AND community = ?",  # noqa: S608 - our names
            new,
            platform,
            old,
        )
    for table in ("misses", "feedback"):
        await transaction.rows(f"UPDATE {table} SET community = ? WHERE community = ?", new, old)  # noqa: S608
    await transaction.rows(
        "INSERT INTO step_counts (journey, step, community, reached, passed, quit)"
        " SELECT journey, step, ?, reached, passed, quit FROM step_counts WHERE community = ?"
        " ON CONFLICT (journey, step, community) DO UPDATE SET reached = step_counts.reached + excluded.reached,"
        " passed = step_counts.passed + excluded.passed, quit = step_counts.quit + excluded.quit",
        new,
        old,
    )
    await transaction.rows("DELETE FROM step_counts WHERE community = ?", old)
    for table in ("journeys", "reminders", "watches"):
        await _readdress(transaction, table, platform, old, new)
    await transaction.rows(
        "UPDATE communities SET taught = taught + 1 WHERE platform = ? AND id = ? AND EXISTS (SELECT 1 FROM taught"
        " AS passages WHERE passages.platform = communities.platform AND passages.community = communities.id)",
        platform,
        new,
    )


async def drop_left(transaction: Transaction, now: datetime) -> None:
    """Erase all that is kept of the communities that Vigie was put out of long enough ago."""
    gone = await transaction.rows(
        "SELECT platform, id FROM communities WHERE left_at < ?", stamp(now - KEPT_AFTER_LEAVING)
    )
    for platform, identifier in gone:
        for table, (column, _) in _KEYED.items():
            await transaction.rows(
                f"DELETE FROM {table} WHERE platform = ? AND {column} = ?",  # noqa: S608 - our names
                platform,
                identifier,
            )
        for table in _NUMBERED:
            await transaction.rows(
                f"DELETE FROM {table} WHERE platform = ? AND community = ?",  # noqa: S608 - our names
                platform,
                identifier,
            )
        for table in ("misses", "feedback", "step_counts"):
            await transaction.rows(f"DELETE FROM {table} WHERE community = ?", identifier)  # noqa: S608


async def _drop_unchosen(transaction: Transaction, platform: str, old: str, new: str) -> None:
    """Drop the settings that a community has under its new id, if nobody chose them and others take their place."""
    found = await find(transaction, platform, new)
    if found is None or found != Community(platform, new, found.title):
        return
    row = await transaction.row(
        "UPDATE communities SET left_at = NULL WHERE platform = ? AND id = ? RETURNING id", platform, old
    )
    if row:
        await transaction.rows("DELETE FROM communities WHERE platform = ? AND id = ?", platform, new)


async def _serve(transaction: Transaction, platform: str, identifier: str, title: str) -> Community | None:
    """Have a community served by its title of now, whatever else another process keeps of it meanwhile."""
    row = await transaction.row(
        "INSERT INTO communities (platform, id, title) VALUES (?, ?, ?) ON CONFLICT (platform, id)"  # noqa: S608
        f" DO UPDATE SET title = excluded.title, left_at = NULL RETURNING {_COLUMNS}",
        platform,
        identifier,
        title,
    )
    return _community(row) if row else None


async def _left(transaction: Transaction, platform: str, identifier: str) -> Community | None:
    """Return a community that Vigie was put out of, with the settings that it had."""
    row = await transaction.row(
        f"SELECT {_COLUMNS} FROM communities WHERE platform = ? AND id = ? AND left_at IS NOT NULL",  # noqa: S608
        platform,
        identifier,
    )
    return _community(row) if row else None


async def _readdress(transaction: Transaction, table: str, platform: str, old: str, new: str) -> None:
    rows = await transaction.rows(f"SELECT DISTINCT address FROM {table} WHERE address LIKE ?", f"%{old}%")  # noqa: S608
    for [kept] in rows:
        address = read_address(kept)
        if (address.platform, address.community) == (platform, old):
            moved = kept_address(replace(address, community=new))
            await transaction.rows(f"UPDATE {table} SET address = ? WHERE address = ?", moved, kept)  # noqa: S608


def _community(row: Row) -> Community:
    return Community(row[0], row[1], row[2], bool(row[3]), row[4], row[5], row[6], row[7], bool(row[8]), *row[9:])


def _here(address: Address) -> tuple[str, str, str]:
    return address.platform, address.community or "", address.place or ""
