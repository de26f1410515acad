"""`vigie doctor`: whether all is well, and what to do where it is not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.app import addresses_of, examined
from bot.commands.common import AsJson, DatabaseFile, Knowledge, console, settings_with, write_line
from bot.errors import BotError
from bot.operating import doctor as looks
from bot.operating.findings import Finding, Grade, wrong
from bot.settings import Settings
from bot.storage.address import ServerAddress
from bot.storage.database import Database, open_database

_MARKS = {Grade.WELL: "[green]✔[/]", Grade.NOTED: "[yellow]•[/]", Grade.WRONG: "[red]✘[/]"}


def doctor(
    knowledge: Knowledge = None,
    database: DatabaseFile = None,
    as_json: AsJson = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nothing of the platforms.")] = False,
) -> None:
    """Look whether all is well, and say what to do where it is not; exit code 2 if something is wrong."""
    if asyncio.run(_show(_settings_or_why(knowledge, database), as_json=as_json, offline=offline)):
        raise typer.Exit(2)


async def _show(settings: Settings | Finding, *, as_json: bool, offline: bool) -> bool:
    """Tell each thing as it is found; return whether something is wrong."""
    is_wrong = False
    async for finding in _findings(settings, offline=offline):
        is_wrong |= finding.grade is Grade.WRONG
        if as_json:
            write_line(asdict(finding))
        else:
            console().print(f"{_MARKS[finding.grade]} {finding.subject}: ", end="")
            told = f"{finding.found} {finding.remedy}".rstrip()
            console().print(told, markup=False, soft_wrap=True)
    return is_wrong


def _settings_or_why(knowledge: Path | None, database: str | None) -> Settings | Finding:
    """Return the settings, or what is wrong with them: then nothing else can be looked at."""
    try:
        return settings_with(knowledge, database)
    except BotError as error:
        return wrong("settings", str(error))


async def _findings(settings: Settings | Finding, *, offline: bool) -> AsyncIterator[Finding]:
    for found in looks.look_at_versions():
        yield found
    if isinstance(settings, Finding):
        yield settings
        return
    for look in (looks.look_at_settings, looks.look_at_knowledge, looks.look_at_disk):
        for found in look(settings):
            yield found
    async with AsyncExitStack() as stack:
        database: Database | None = None
        try:
            unopened = (
                None if isinstance(settings.database, ServerAddress) else looks.look_at_version(settings.database)
            )
            if unopened:
                yield unopened
            else:
                database = await stack.enter_async_context(open_database(settings.database))
                async for found in looks.look_at_database(database, settings, datetime.now(UTC)):
                    yield found
        except BotError as error:
            yield wrong("database", str(error))
        if not offline:
            async for found in _asked_of_others(settings, database):
                yield found


async def _asked_of_others(settings: Settings, database: Database | None) -> AsyncIterator[Finding]:
    async for found in looks.look_at_clock(addresses_of(settings)):
        yield found
    try:
        async for found in examined(settings, database):
            yield found
    except BotError as error:
        yield wrong("database", str(error))
