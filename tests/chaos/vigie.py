"""`vigie chat --json` in a process of its own, which can be killed at any instant."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Line = dict[str, Any]
_BOT = """
import runpy
from bot.storage import misses
misses.token_hex = lambda size: "00" * size
runpy.run_module("bot", run_name="__main__")
"""
"""`python -m bot`, with the same keys at every run: what is pressed in one run is there to be pressed in another."""


class Vigie:
    """A running `vigie chat --json` over one database."""

    def __init__(self, database: Path, cache: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BOT, "chat", "--json", "--database", str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "VIGIE_CACHE": str(cache)},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def answer(self, line: Line) -> Line:
        """Write a line and return what answers it; what falls due is passed over."""
        self._write(line)
        assert self._process.stdout
        while True:
            answered: Line = json.loads(self._process.stdout.readline())
            if not answered.get("due"):
                return answered

    def answer_while_killed(self, line: Line, after: float) -> Line | None:
        """Write a line, kill the process after so many seconds, and return the answer if it came out before."""
        self._write(line)
        time.sleep(after)
        self._process.kill()
        assert self._process.stdout
        answered = [json.loads(each) for each in self._process.stdout.read().split(b"\n") if _is_whole(each)]
        return next((each for each in answered if not each.get("due")), None)

    def _write(self, line: Line) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self._process.stdin.flush()


def _is_whole(line: bytes) -> bool:
    try:
        return bool(line) and isinstance(json.loads(line), dict)
    except ValueError:
        return False
