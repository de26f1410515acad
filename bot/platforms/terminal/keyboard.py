"""Lines typed by a person, with editing and history, or read from a pipe."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout

from bot.platforms.terminal.standard_streams import input_lines

PROMPT = "toi › "


async def typed_lines(history: Path) -> AsyncIterator[str]:
    """Yield each line until the end of the input (Ctrl-D) or Ctrl-C."""
    if not sys.stdin.isatty():
        async for typed in input_lines():
            yield typed.decode("utf-8", "replace")
        return
    session: PromptSession[str] = PromptSession(history=_history(history))
    while True:
        try:
            with patch_stdout(raw=True):
                line = await session.prompt_async(PROMPT)
        except (EOFError, KeyboardInterrupt):
            return
        yield line


def _history(path: Path) -> History:
    """Return the history kept in a file, or one that is forgotten where the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))
