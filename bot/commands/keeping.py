"""`vigie people`: what is kept about somebody, to show and erase."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bot.commands.common import DatabaseFile, settings_with
from bot.errors import BotError
from bot.settings import Settings
from bot.storage import people as people_storage
from bot.storage import personal
from bot.storage.database import Transaction, open_database

people = typer.Typer(no_args_is_help=True, help="Export or erase what is kept about a person.")

PersonId = Annotated[
    str, typer.Argument(metavar="ID", help="PLATFORM/ACCOUNT, such as telegram/123456, or the person's number.")
]


@people.command("export")
def export_person(person: PersonId, database: DatabaseFile = None) -> None:
    """Write all that is kept about a person, as JSON."""
    kept = asyncio.run(_export(settings_with(database=database), person))
    print(json.dumps(kept, ensure_ascii=False, indent=2))


@people.command("erase")
def erase_person(
    person: PersonId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    database: DatabaseFile = None,
) -> None:
    """Erase all that is kept about a person, for good."""
    if not yes and not typer.confirm(f"Erase all that is kept about {person}?"):
        print("Nothing was erased.")
        return
    asyncio.run(_erase(settings_with(database=database), person))
    print("Erased.")


async def _number(transaction: Transaction, person: str) -> int:
    """Return a person's number.

    Raises:
        BotError: nobody of that account or number is known.
    """
    platform, slash, account = person.partition("/")
    found = await people_storage.find(transaction, platform, account) if slash else None
    if found:
        return found.id
    row = await transaction.row("SELECT id FROM people WHERE id = ?", int(person) if person.isdecimal() else None)
    if row is None:
        raise BotError(f"Nothing is kept about '{person}'. Give PLATFORM/ACCOUNT, or a person's number.")
    return int(row[0])


async def _export(settings: Settings, person: str) -> dict[str, list[dict[str, Any]]]:
    async with open_database(settings.database) as database, database.transaction() as transaction:
        return personal.unfolded(await personal.export(transaction, await _number(transaction, person)))


async def _erase(settings: Settings, person: str) -> None:
    async with open_database(settings.database) as database:
        async with database.transaction() as transaction:
            await personal.erase(transaction, await _number(transaction, person), datetime.now(UTC))
        await personal.wipe(database)
