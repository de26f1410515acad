"""`vigie migrate`, `vigie doctor` and `vigie people`: what is kept, and whether it can be."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bot.commands.common import DatabaseFile, Knowledge, console, settings_with
from bot.content.reading import read_corpus
from bot.errors import BotError
from bot.settings import Settings
from bot.storage import people as people_storage
from bot.storage import personal
from bot.storage.database import Transaction, newest_version, open_database

people = typer.Typer(no_args_is_help=True, help="Export or erase what is kept about a person.")

PersonId = Annotated[
    str, typer.Argument(metavar="ID", help="PLATFORM/ACCOUNT, such as telegram/123456, or the person's number.")
]


def migrate(database: DatabaseFile = None) -> None:
    """Bring the database to the newest schema; every start does the same."""
    settings = settings_with(database=database)
    asyncio.run(_open(settings))
    print(f"{settings.database} is at version {newest_version()}.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, what was found, and whether it is well."""

    subject: str
    found: str
    is_well: bool = True


def doctor(knowledge: Knowledge = None, database: DatabaseFile = None) -> None:
    """Say where everything is, and whether it can be used; exit code 2 if something cannot."""
    settings = settings_with(knowledge, database)
    findings = [_looked_at(subject, look, settings) for subject, look in _LOOKED_AT.items()]
    for finding in findings:
        mark = "[green]✔[/]" if finding.is_well else "[red]✘[/]"
        console().print(f"{mark} {finding.subject}: ", end="")
        console().print(finding.found, markup=False, soft_wrap=True)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(2)


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


def _looked_at(subject: str, look: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(subject, look(settings))
    except BotError as error:
        return Finding(subject, str(error), is_well=False)


def _look_at_knowledge(settings: Settings) -> str:
    corpus = read_corpus(settings.knowledge)
    return f"{settings.knowledge} ({len(corpus.passages)} passages, {len(corpus.journeys)} journeys)"


def _look_at_database(settings: Settings) -> str:
    asyncio.run(_open(settings, write=True))
    size = settings.database.stat().st_size
    return f"{settings.database} (version {newest_version()}, {size / 1e6:.1f} MB, SQLite {sqlite3.sqlite_version})"


def _look_at_cache(settings: Settings) -> str:
    return f"{settings.cache} ({'there' if settings.cache.is_dir() else 'made at the first start'})"


_LOOKED_AT: dict[str, Callable[[Settings], str]] = {
    "knowledge": _look_at_knowledge,
    "database": _look_at_database,
    "cache": _look_at_cache,
}


async def _open(settings: Settings, *, write: bool = False) -> None:
    async with open_database(settings.database) as database:
        if write:
            async with database.transaction() as transaction:
                await transaction.rows("UPDATE people SET zone = zone WHERE id = 0")


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
