"""What the commands share: options, settings, tables."""

import json
import sys
import unicodedata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.content.corpus import Corpus
from bot.content.reading import read_corpus
from bot.errors import BotError
from bot.logs import hide, prefer
from bot.settings import Settings, load_settings
from bot.storage.address import DatabaseAddress, read_address

Knowledge = Annotated[
    Path | None,
    typer.Option(
        "--knowledge", metavar="DIR", help="Serve another knowledge folder than the one that comes with Vigie."
    ),
]
DatabaseFile = Annotated[
    str | None,
    typer.Option("--database", metavar="FILE|URL", help="Use another database than VIGIE_DATABASE says."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, one object a line.")]


def settings_with(knowledge: Path | None = None, database: str | None = None) -> Settings:
    """Return the settings in force, with what was given on the command line.

    Raises:
        BotError: a setting is not right, or what was given is the address of no database.
    """
    given = {"knowledge": knowledge, "database": database and address_of(database)}
    update = {name: value for name, value in given.items() if value is not None}
    settings = load_settings().model_copy(update=update)
    prefer(settings.log)
    hide(settings.secrets)
    return settings


def address_of(typed: str) -> DatabaseAddress:
    """Return the address of a database that was typed.

    Raises:
        BotError: it is the address of a server, and not a whole one.
    """
    try:
        return read_address(typed)
    except ValueError as error:
        raise BotError(f"The database cannot be found: {error}.") from None


def corpus_of(knowledge: Path | None) -> Corpus:
    """Return the content of the knowledge folder in force."""
    return read_corpus(settings_with(knowledge).knowledge)


def write_line(record: dict[str, Any]) -> None:
    """Write one JSON object on a line of its own."""
    print(json.dumps(record, ensure_ascii=False), flush=True)


def table(*columns: str) -> Table:
    """Return a table that shows its cells as they are, none cut."""
    made = Table(box=None)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def add_row(to: Table, *cells: str) -> None:
    """Add a row of plain texts."""
    to.add_row(*(Text(printable(cell)) for cell in cells))


def printable(text: str) -> str:
    """Return a text on one line, without what would command the terminal."""
    return "".join(letter for letter in " ".join(text.split()) if unicodedata.category(letter)[0] != "C")


def console() -> Console:
    """Return a console on standard output."""
    return Console(file=sys.stdout, highlight=False)
