"""What teams did, so that they can see it: who, what, on what, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.storage.communities import Community
from bot.storage.database import Transaction, stamp

KEPT = timedelta(days=365)


class Action(StrEnum):
    """What can be done for a community."""

    TIP_POSTED = "tip_posted"
    TIP_REFUSED = "tip_refused"
    PROGRAMME_ADDED = "programme_added"
    PROGRAMME_REMOVED = "programme_removed"
    HOLIDAYS_SET = "holidays_set"
    HOLIDAYS_ENDED = "holidays_ended"
    ZONE_SET = "zone_set"
    TAUGHT = "taught"
    CORRECTED = "corrected"
    HIDDEN = "hidden"
    SHOWN = "shown"
    GAP_SET_ASIDE = "gap_set_aside"
    SILENCED = "silenced"
    SILENCE_ENDED = "silence_ended"
    BARRED = "barred"
    BAR_LIFTED = "bar_lifted"
    DIGEST_ON = "digest_on"
    DIGEST_OFF = "digest_off"
    SETTING_CHANGED = "setting_changed"
    MODERATOR_NAMED = "moderator_named"
    MODERATOR_DISMISSED = "moderator_dismissed"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done: by whom (no name where they had themselves forgotten), what, on what, and when."""

    number: int
    name: str
    action: Action
    subject: str
    at: datetime


async def note(
    transaction: Transaction,
    team: Community,
    account: str,
    name: str,
    action: Action,
    subject: str,
    at: datetime,
    about: str | None = None,
) -> None:
    """Keep what somebody did for a community, and the account that it was done about, if the subject is somebody."""
    await transaction.rows(
        "INSERT INTO audit (platform, community, account, name, action, subject, about, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        team.platform,
        team.id,
        account,
        name,
        action,
        subject,
        about,
        stamp(at),
    )


async def latest(transaction: Transaction, team: Community, count: int, before: int | None = None) -> list[Deed]:
    """Return what was done for a community, the newest first; before a number, where one is given."""
    rows = await transaction.rows(
        "SELECT number, name, action, subject, at FROM audit WHERE platform = ? AND community = ? AND number < ?"
        " ORDER BY number DESC LIMIT ?",
        team.platform,
        team.id,
        before if before is not None else 1 << 62,
        count,
    )
    return [Deed(row[0], row[1], Action(row[2]), row[3], datetime.fromisoformat(row[4])) for row in rows]


async def drop_old(transaction: Transaction, now: datetime) -> None:
    """Drop what was done long ago."""
    await transaction.rows("DELETE FROM audit WHERE at < ?", stamp(now - KEPT))
