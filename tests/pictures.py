"""`make picture`: draws a real conversation in the terminal, as Rich shows it, for the README."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from bot.app import build_advisor
from bot.library import Library
from bot.platforms.terminal.adapter import TerminalChat
from bot.platforms.terminal.keyboard import PROMPT
from bot.resources import KNOWLEDGE
from bot.retrieval.parameters import read_parameters
from bot.storage.database import open_database
from tests.conversations.words import ASIDES

PICTURE = Path(__file__).parent.parent / "README.svg"
SAID = (
    "salut ! faut il repondre aux rageux ?",
    "viadeo ça vaut encore le coup ?",
    "tu connais un bon hébergeur pas cher ?",
)


def main() -> None:
    """Hold the conversation, and write its picture."""
    PICTURE.write_text(asyncio.run(draw(Library(KNOWLEDGE, read_parameters()))), encoding="utf-8")


async def draw(library: Library) -> str:
    """Return the picture of the conversation, as SVG."""
    console = Console(record=True, width=92, file=io.StringIO(), force_terminal=True, highlight=False)
    await _converse(library, console)
    return console.export_svg(title="vigie chat")


async def _converse(library: Library, console: Console) -> None:
    async def lines() -> AsyncIterator[str]:
        for line in SAID:
            console.print(Text.assemble((PROMPT, "bold green"), line))
            yield line

    with TemporaryDirectory() as folder:
        async with open_database(Path(folder) / "vigie.sqlite3") as database:
            advisor = build_advisor(library.current, database)
            now = datetime(2026, 11, 22, tzinfo=UTC)
            chat = TerminalChat(advisor, console, Path(folder), ASIDES.posted, now=lambda: now)
            await chat.converse(lines())


if __name__ == "__main__":
    main()
