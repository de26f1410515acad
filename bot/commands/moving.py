"""`vigie migrate`: brings the database to the newest schema, or all that it holds to another database."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.common import DatabaseFile, address_of, settings_with
from bot.errors import BotError
from bot.logs import hide
from bot.settings import Settings
from bot.storage.address import DatabaseAddress, ServerAddress
from bot.storage.database import newest_version, open_database
from bot.storage.moving import copy

To = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="FILE|URL",
        help="Copy all that is kept to another database, which is to be empty; stop Vigie first.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Erase what the other database holds.")]


def migrate(database: DatabaseFile = None, to: To = None, force: Force = False) -> None:
    """Bring the database to the newest schema, as every start does; with --to, copy it to another one."""
    settings = settings_with(database=database)
    if to is None:
        asyncio.run(_open(settings))
        print(f"{settings.database} is at version {newest_version()}.")
        return
    target = address_of(to)
    if isinstance(target, ServerAddress):
        hide(target.secrets)
    _check(settings.database, target)
    rows = asyncio.run(_move(settings.database, target, force=force))
    print(f"{rows} rows were copied to {target} and verified. Serve from it with VIGIE_DATABASE.")


def _check(source: DatabaseAddress, target: DatabaseAddress) -> None:
    """Check that there is something to copy, and somewhere else to copy it to.

    Raises:
        BotError: there is not.
    """
    if isinstance(source, Path) and not source.is_file():
        raise BotError(f"There is no database {source}. Say where it is with --database.")
    at, to = (each.resolve() if isinstance(each, Path) else each for each in (source, target))
    if at == to:
        raise BotError(f"{target} is the database itself. Name another one with --to.")


async def _open(settings: Settings) -> None:
    async with open_database(settings.database):
        pass


async def _move(source: DatabaseAddress, target: DatabaseAddress, *, force: bool) -> int:
    async with open_database(source) as opened, open_database(target) as other:
        copied = await copy(opened, other, force=force)
    return sum(each.rows for each in copied.values())
