"""From a knowledge folder to a retriever over it, kept compiled from one start to the next."""

import gc
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from subprocess import DEVNULL
from tempfile import NamedTemporaryFile

import numpy as np
import Stemmer

from bot.content.files import content_files
from bot.retrieval.parameters import Parameters, read_parameters
from bot.retrieval.retriever import Retriever

_log = logging.getLogger(__name__)

_PACKAGE = Path(__file__).parent
COMPILED_ROOMS = ("content", "dialogue", "retrieval")
"""The rooms of the code that what is compiled is made by, and made of."""
_SUFFIX = ".retriever"
_KEPT = 4
"""Compiled folders: a community's own, the one that comes with Vigie, and one under work of each."""


def load_retriever(folder: Path, parameters: Parameters, cache: Path | None = None) -> Retriever:
    """Return a retriever over a knowledge folder.

    Args:
        folder: the knowledge folder.
        parameters: the numbers that ranking depends on.
        cache: a folder of this user's own, in which compiled retrievers are kept; without one, nothing is kept.

    Raises:
        BotError: the folder is missing or holds something wrong.
    """
    with _without_collector():
        if cache is None:
            return _build(folder, parameters)
        file = _file(folder, parameters, cache)
        retriever = _read(file)
        if retriever is None:
            retriever = _build(folder, parameters)
            _keep(retriever, file)
        return retriever


def compile_apart(folder: Path, parameters: Parameters, cache: Path) -> None:
    """Compile a knowledge folder in a process of its own, unless it is: what that takes is given back when it ends.

    Whatever goes wrong there shows when the folder is loaded.
    """
    if _file(folder, parameters, cache).exists():
        return
    command = [sys.executable, "-m", __name__, str(folder.absolute()), str(cache.absolute())]
    with suppress(OSError):
        subprocess.run(command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, check=False)  # noqa: S603 - ourselves


@contextmanager
def _without_collector() -> Iterator[None]:
    """Leave the garbage collector out: all that is made here stays, and it would go through it now and ever after."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_on:
            gc.enable()


def _build(folder: Path, parameters: Parameters) -> Retriever:
    # A start on a compiled folder does without all that reading the files needs, which takes longer than the rest.
    from bot.content.reading import read_corpus

    return Retriever(read_corpus(folder), parameters)


def _file(folder: Path, parameters: Parameters, cache: Path) -> Path:
    """Return where a folder is kept compiled."""
    return cache / f"{_fingerprint(folder, parameters)}{_SUFFIX}"


def _fingerprint(folder: Path, parameters: Parameters) -> str:
    """Return what changes whenever a retriever over the folder could: its files, the parameters, the code."""
    made_of = blake2b(digest_size=16)
    made_of.update(repr((parameters, sys.version, np.__version__, Stemmer.version())).encode())
    code = [path for room in COMPILED_ROOMS for path in sorted((_PACKAGE / room).glob("*.py"))]
    for path in (*code, *content_files(folder)):
        with suppress(OSError):
            content = path.read_bytes() if path.is_file() else b""
            made_of.update(repr((str(path), len(content))).encode())
            made_of.update(content)
    return made_of.hexdigest()


def _read(file: Path) -> Retriever | None:
    """Return a retriever kept compiled, None where there is none that can be read."""
    try:
        # The folder is the user's own, like that of Python's compiled modules, and is trusted as much.
        found = pickle.loads(file.read_bytes())  # noqa: S301
        os.utime(file)
    except FileNotFoundError:
        return None
    except Exception as error:  # whatever a damaged file makes of itself
        _log.info("The compiled knowledge cannot be read (%s): it is made anew.", type(error).__name__)
        return None
    return found if isinstance(found, Retriever) else None


def _keep(retriever: Retriever, file: Path) -> None:
    """Write a retriever whole or not at all, and drop those not used for the longest; without access, keep nothing."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=file.parent, suffix=_SUFFIX, delete=False) as partial:
            partial.write(pickle.dumps(retriever, protocol=pickle.HIGHEST_PROTOCOL))
        Path(partial.name).replace(file)
        kept = sorted(file.parent.glob(f"*{_SUFFIX}"), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in kept[_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        _log.info("The compiled knowledge cannot be kept (%s): the next start takes a second longer.", error.strerror)


if __name__ == "__main__":
    load_retriever(Path(sys.argv[1]), read_parameters(), Path(sys.argv[2]))
