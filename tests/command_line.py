"""The command line: what somebody types, in which surroundings, and what they are shown.

Most is run within this process, since one of its own takes a second to start. That is for what a process is made of:
its streams, its signals, others beside it.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import TextIOWrapper
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryFile
from typing import IO

import pytest

from bot.cli import main

ROOT = Path(__file__).parent.parent
_STREAMS = ("stdin", "stdout", "stderr")


def run(
    *arguments: str,
    environment: Mapping[str, str],
    folder: Path = ROOT,
    stdin: bytes = b"",
    program: Callable[[], object] = main,
) -> CompletedProcess[bytes]:
    """Run `vigie`, or another program, as a process would, and return how it ended and what it wrote."""
    with ExitStack() as stack:
        typed, output, errors = (stack.enter_context(TemporaryFile()) for _ in range(3))
        typed.write(stdin)
        typed.seek(0)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        stack.enter_context(logs_left_as_they_are())
        streams = {name: TextIOWrapper(file) for name, file in zip(_STREAMS, (typed, output, errors), strict=True)}
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        for name in os.environ.keys() - environment.keys():
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["vigie", *arguments])
        patch.chdir(folder)
        code = _exit_code(program)
        for used in (sys.stdout, *streams.values()):
            used.flush()
        return CompletedProcess(arguments, code, _all_of(output), _all_of(errors))


def run_apart(
    *arguments: str,
    environment: Mapping[str, str],
    folder: Path = ROOT,
    stdin: bytes = b"",
    module: str = "bot",
) -> CompletedProcess[bytes]:
    """Run `vigie`, or another program, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input=stdin,
        capture_output=True,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        check=False,
        timeout=60,
    )


@contextmanager
def logs_left_as_they_are() -> Iterator[None]:
    """Have whatever is changed of the logs be undone."""
    loggers = [logging.getLogger(name) for name in (None, "bot")]
    levels, handlers = [each.level for each in loggers], loggers[0].handlers[:]
    # The handlers of pytest are taken off first, so that they are not closed.
    loggers[0].handlers.clear()
    try:
        yield
    finally:
        loggers[0].handlers[:] = handlers
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)


def _exit_code(program: Callable[[], object]) -> int:
    try:
        code = program()
    except SystemExit as left:
        code = left.code
    assert code is None or isinstance(code, int)
    return code or 0


def _all_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
