"""Standard input read without holding up the conversation, and standard output that may be closed."""

import asyncio
import io
import os
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any, TextIO

from bot.errors import BotError

_CHUNK = 1 << 16


class OutputClosedError(Exception):
    """Whoever read our output has left: there is nobody to tell."""


class _Output(io.TextIOWrapper):
    """Text in UTF-8 whose reader may leave; a lone surrogate, which no encoding carries, is written as JSON does."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(_Raw(stream.fileno(), "wb"), encoding="utf-8", errors="backslashreplace", line_buffering=True)


class _Raw(io.FileIO):
    """A file descriptor that says in one sentence why it cannot be written, and stays open when this object goes."""

    def __init__(self, descriptor: int, mode: str) -> None:
        super().__init__(descriptor, mode, closefd=False)

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0
        except BrokenPipeError as error:
            raise OutputClosedError from error
        except OSError as error:
            raise BotError(f"Standard output cannot be written ({error.strerror}).") from error


def prepare_streams() -> None:
    """Put streams in place that fail clearly; one that was closed from the start drops what it is given."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    sys.stdout = open(os.devnull, "w", encoding="utf-8") if sys.stdout is None else _Output(sys.stdout)  # noqa: SIM115, PTH123
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")


async def input_lines() -> AsyncIterator[bytes]:
    """Yield the lines of standard input as they come.

    They are read in a thread of their own, which nobody waits for: an interruption ends the conversation at once.
    """
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    descriptor = sys.stdin.fileno()

    def read() -> None:
        # The descriptor is read itself: a thread held in sys.stdin would make the interpreter abort on its way out.
        rest = b""
        while chunk := os.read(descriptor, _CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                loop.call_soon_threadsafe(lines.put_nowait, line + b"\n")
        for line in (rest, b"") if rest else (b"",):
            loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        yield line
