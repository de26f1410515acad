"""The register of every table: what it holds about a person, so that it can be shown and erased whole."""

import json
from dataclasses import dataclass
from typing import Any

from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table that holds something about people.

    Attributes:
        name: the table's.
        column: the one with the person's number.
        shown: the columns that are shown to the person; the others are numbers of ours.
        erase: the statement that erases a person's rows, with one question mark for the number.
    """

    name: str
    column: str
    shown: tuple[str, ...]
    erase: str


def _table(name: str, *shown: str, column: str = "person") -> PersonalTable:
    return PersonalTable(name, column, shown, f"DELETE FROM {name} WHERE {column} = ?")  # noqa: S608 - our names


PERSONAL = (
    _table("accounts", "platform", "account"),
    _table("memberships", "platform", "community", "welcomed"),
    _table("journeys", "journey", "state", "address", "changed"),
    _table("conversations", "platform", "account", "community", "place", "turn", "at"),
    PersonalTable(
        "events",
        "person",
        ("platform", "id", "reply", "at"),
        # The event's own number stays, without anything of the person, so that it is not answered again.
        "UPDATE events SET person = NULL, reply = NULL WHERE person = ?",
    ),
    _table("feedback", "passage", "community", "useful", "reason", "at"),
    _table("reminders", "address", "weekday", "minute", "due", "unanswered"),
    _table("watches", "address", "at"),
    _table("link_codes", "ends"),
    _table("people", "since", "zone", "journey", "reminder_offer", "erasure_asked", "wrong_codes_at", column="id"),
)
"""In the order in which they are erased."""

IMPERSONAL = {
    "misses": "what was asked, without who asked; addresses, numbers and mentions are masked",
    "step_counts": "sums",
}


async def export(transaction: Transaction, person: int) -> dict[str, list[dict[str, Any]]]:
    """Return all that is kept about a person, table by table, those without anything left out."""
    found = {}
    for table in PERSONAL:
        columns = ", ".join(table.shown)
        rows = await transaction.rows(f"SELECT {columns} FROM {table.name} WHERE {table.column} = ?", person)  # noqa: S608
        if rows:
            found[table.name] = [dict(zip(table.shown, tuple(row), strict=True)) for row in rows]
    return found


async def erase(transaction: Transaction, person: int) -> None:
    """Erase all that is kept about a person."""
    for table in PERSONAL:
        await transaction.rows(table.erase, person)


def unfolded(kept: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return what is kept with the JSON inside of it as data, for whoever reads it."""
    return {
        name: [{column: _data(value) for column, value in row.items()} for row in rows] for name, rows in kept.items()
    }


def _data(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith(("{", "[")) else value
