"""The register of every table: what it holds about a person, so that it can be shown and erased whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.storage import chores
from bot.storage.database import Database, Transaction

_WIPING = "wiping"
_FOLDED = frozenset({"state", "address", "turn", "reply", "payload", "messages", "content", "questions"})
"""The columns that hold JSON."""


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table that holds something about people.

    Attributes:
        name: the table's.
        about: what tells a person's rows, as SQL with one question mark for the person's number.
        shown: what is shown to the person, by name, as SQL; the other columns are numbers of ours.
        erase: the statements that erase what is about a person, each with one question mark for the number.
    """

    name: str
    about: str
    shown: Mapping[str, str]
    erase: tuple[str, ...]


_ACCOUNTS = "SELECT platform, account FROM accounts WHERE person = ?"


def _table(name: str, *shown: str, about: str = "person = ?", **expressions: str) -> PersonalTable:
    columns = {**{each: each for each in shown}, **expressions}
    return PersonalTable(name, about, columns, (f"DELETE FROM {name} WHERE {about}",))  # noqa: S608 - our names


def _signed(name: str, *shown: str) -> PersonalTable:
    """Return a table of what was done for a community, which stays when who did it is forgotten."""
    about = f"(platform, account) IN ({_ACCOUNTS})"
    erase = f"UPDATE {name} SET account = NULL, name = '' WHERE {about}"  # noqa: S608 - our names
    return PersonalTable(name, about, {each: each for each in ("platform", "name", *shown)}, (erase,))


def _also(table: PersonalTable, statement: str) -> PersonalTable:
    """Return a table of which a person's erasure changes more: what others did about them."""
    return replace(table, erase=(*table.erase, f"{statement} WHERE (platform, about) IN ({_ACCOUNTS})"))


PERSONAL = (
    PersonalTable(
        "inbox",
        f"(platform, lane) IN ({_ACCOUNTS})",
        {each: each for each in ("platform", "id", "payload", "at")},
        # What waits is still to be answered, and dropped with its answer.
        (f"DELETE FROM inbox WHERE set_aside = 1 AND (platform, lane) IN ({_ACCOUNTS})",),  # noqa: S608 - our names
    ),
    _table("answers", "platform", "chat", "question", "messages", "at", about=f"(platform, account) IN ({_ACCOUNTS})"),
    _table("moderators", "platform", "community", about=f"(platform, account) IN ({_ACCOUNTS})"),
    _table("grants", "platform", "community", "role", "at", about=f"(platform, account) IN ({_ACCOUNTS})"),
    _also(
        _table(
            "drafts",
            *("platform", "community", "kind", "content", "awaits", "at"),
            about=f"(platform, account) IN ({_ACCOUNTS})",
        ),
        "DELETE FROM drafts",
    ),
    _signed("taught_versions", "title", "text", "questions", "note", "phase", "at"),
    _also(_signed("audit", "community", "action", "subject", "at"), "UPDATE audit SET about = NULL, subject = ''"),
    _table("barred", "platform", "community", "until", about=f"(platform, account) IN ({_ACCOUNTS})"),
    _table("paces", "platform", "community", "place", "since", "asked", about=f"(platform, account) IN ({_ACCOUNTS})"),
    _table("digests", "platform", "community", "due", about=f"(platform, account) IN ({_ACCOUNTS})"),
    _table("accounts", "platform", "account"),
    _table("memberships", "platform", "community", "welcomed", "out_since"),
    _table("journeys", "journey", "state", "address", "changed"),
    _table("conversations", "platform", "account", "community", "place", "turn", "at"),
    PersonalTable(
        "events",
        "person = ?",
        {each: each for each in ("platform", "id", "reply", "at")},
        # The event's own number stays, without anything of the person, so that it is not answered again.
        ("UPDATE events SET person = NULL, reply = NULL WHERE person = ?",),
    ),
    _table("feedback", "passage", "community", "useful", "reason", "words", "at"),
    _table("reminders", "address", "weekday", "minute", "due", "unanswered"),
    _table(
        "watches", "address", "message", "at", question="(SELECT question FROM misses WHERE misses.id = watches.miss)"
    ),
    _table("link_codes", "ends"),
    _table("people", "since", "zone", "journey", "reminder_offer", "erasure_asked", "wrong_codes_at", about="id = ?"),
)
"""In the order in which they are erased."""

IMPERSONAL = {
    "misses": "what was asked, without who asked; addresses, numbers and mentions are masked",
    "step_counts": "sums",
    "chores": "when Vigie last tidied up",
    "communities": "what a community is called and what its administrators chose",
    "quiet_places": "where Vigie keeps silent",
    "published": "a digest of the commands",
    "told_tips": "which tips a community was told",
    "programmes": "when a community is told tips",
    "holidays": "when it is told none",
    "taught": "which passages a community has of its own; who wrote them stands with their versions",
    "question_counts": "sums",
}


async def export(transaction: Transaction, person: int) -> dict[str, list[dict[str, Any]]]:
    """Return all that is kept about a person, table by table, those without anything left out."""
    found = {}
    for table in PERSONAL:
        columns = ", ".join(table.shown.values())
        order = ", ".join(str(place + 1) for place in range(len(table.shown)))
        query = f"SELECT {columns} FROM {table.name} WHERE {table.about} ORDER BY {order}"  # noqa: S608 - our names
        rows = await transaction.rows(query, person)
        if rows:
            found[table.name] = [dict(zip(table.shown, tuple(row), strict=True)) for row in rows]
    return found


async def ask_wiping(transaction: Transaction, now: datetime) -> None:
    """Have what is left of something erased wiped from the file."""
    await chores.ask(transaction, _WIPING, now)


async def erase(transaction: Transaction, person: int, now: datetime) -> None:
    """Erase all that is kept about a person, and have what is left of it in the file wiped."""
    for table in PERSONAL:
        for statement in table.erase:
            await transaction.rows(statement, person)
    await ask_wiping(transaction, now)


async def wipe(database: Database) -> None:
    """Wipe what was erased and is left in the file, if anything is.

    Raises:
        DatabaseError: another process uses the database: it is to be tried again.
    """
    demands = await chores.asked(database, _WIPING)
    if demands:
        await database.forget_deleted()
        async with database.transaction() as transaction:
            await chores.finish(transaction, demands)


def unfolded(kept: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return what is kept with the JSON inside of it as data, for whoever reads it."""
    return {
        name: [{column: _data(column, value) for column, value in row.items()} for row in rows]
        for name, rows in kept.items()
    }


def _data(column: str, value: Any) -> Any:
    return json.loads(value) if column in _FOLDED and value is not None else value
