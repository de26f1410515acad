"""Lines typed by a person, with editing and history, or read from a pipe."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout

from bot.platforms.terminal.standard_streams import input_lines

PROMPT = "toi › "


class TypedLines:
    """What a person types: with editing and with the history kept in a file, or from a pipe."""

    def __init__(self, history: Path) -> None:
        self._path = history
        self._session: PromptSession[str] | None = None

    async def lines(self) -> AsyncIterator[str]:
        """Yield each line until the end of the input (Ctrl-D) or Ctrl-C."""
        if not sys.stdin.isatty():
            async for typed in input_lines():
                yield typed.decode("utf-8", "replace")
            return
        self._session = PromptSession(history=_history(self._path))
        while True:
            try:
                with patch_stdout(raw=True):
                    line = await self._session.prompt_async(PROMPT)
            except (EOFError, KeyboardInterrupt):
                return
            yield line

    def forget(self) -> None:
        """Erase the history."""
        self._path.unlink(missing_ok=True)
        if self._session:
            self._session.history = InMemoryHistory()
            self._session.default_buffer.history = self._session.history


def _history(path: Path) -> History:
    """Return the history kept in a file, or one that is forgotten where the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))
