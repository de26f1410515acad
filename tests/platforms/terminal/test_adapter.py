"""A conversation in the terminal goes on whatever happens around it."""

from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path

from rich.console import Console

from bot.core.advisor import Advisor
from bot.platforms.terminal.adapter import TerminalChat
from tests.conversations.words import ASIDES, said
from tests.people import NOON

THANKS = said("smalltalk/thanks")


async def conversation(advisor: Advisor, folder: Path, *typed: str) -> str:
    """Return what is on the screen once all was typed."""

    async def lines() -> AsyncIterator[str]:
        for line in typed:
            yield line

    screen = StringIO()
    console = Console(file=screen, width=500)
    await TerminalChat(advisor, console, folder, ASIDES.posted, now=lambda: NOON).converse(lines())
    return screen.getvalue()


async def test_a_file_is_written_where_vigie_was_started(advisor: Advisor, tmp_path: Path) -> None:
    shown = await conversation(advisor, tmp_path, "/mesdonnees", "merci")
    assert f"→ {tmp_path / 'mes-donnees-vigie.json'}" in shown
    assert (tmp_path / "mes-donnees-vigie.json").is_file()
    assert THANKS in shown


async def test_a_file_that_cannot_be_written_is_told_and_the_conversation_goes_on(
    advisor: Advisor, tmp_path: Path
) -> None:
    shown = await conversation(advisor, tmp_path / "gone", "/mesdonnees", "merci")
    assert f"{tmp_path / 'gone' / 'mes-donnees-vigie.json'} cannot be written" in shown
    assert "Start vigie in a folder of your own." in shown
    assert THANKS in shown.partition("cannot be written")[2]
