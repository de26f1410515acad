"""What passages cost, from 300 to a million: one knowledge folder a size, each started on in processes of their own."""

import json
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter

from bot.loading import load_retriever
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from tests.benchmarks.memory import peak, resident
from tests.benchmarks.synthetic import WORDS_A_QUERY, synthetic_texts
from tests.benchmarks.times import Times

SIZES = (300, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
_QUERIES, _EARLIER = 500, 500
_BEST = 5


@dataclass(frozen=True, slots=True)
class Start:
    """A process that has read a knowledge folder.

    Attributes:
        seconds: how long that took.
        memory: what the process holds afterwards, in MB.
        peak: what it held at most until then.
        question: how long ranking the passages for a question takes.
    """

    seconds: float
    memory: float
    peak: float
    question: Times


@dataclass(frozen=True, slots=True)
class Passages:
    """So many passages: the very first start on them, and any later one, which finds them compiled."""

    size: int
    first: Start
    later: Start


_START = TypeAdapter(Start)


def passages(size: int) -> Passages:
    """Measure so many synthetic passages."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write(size, folder / "knowledge")
        first, later = (_started(folder) for _ in range(2))
        return Passages(size, first, later)


def _write(size: int, folder: Path) -> None:
    """Write a knowledge folder of so many passages, one a line."""
    (folder / "passages").mkdir(parents=True)
    with (folder / "passages" / "synthetic.jsonl").open("w", encoding="utf-8") as file:
        for number, text in enumerate(synthetic_texts(size)):
            file.write(json.dumps({"id": str(number), "title": "", "text": text}, ensure_ascii=False) + "\n")


def _started(folder: Path) -> Start:
    command = [sys.executable, "-m", "tests.benchmarks.passages", str(folder)]
    return _START.validate_json(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def _start(folder: Path) -> Start:
    begun = time.perf_counter()
    retriever = load_retriever(folder / "knowledge", read_parameters(), folder / "cache")
    seconds = time.perf_counter() - begun
    memory, most = resident(os.getpid()), peak(os.getpid())
    return Start(seconds, memory, most, _asked(retriever))


def _asked(retriever: Retriever) -> Times:
    """Return how long it takes to rank passages for words of one of them; what is asked first is not measured."""
    chance = random.Random(1)  # noqa: S311 - the same at every run
    times = []
    for _ in range(_EARLIER + _QUERIES):
        passage = chance.choice(retriever.corpus.passages)
        question = " ".join(chance.sample(passage.text.split(), WORDS_A_QUERY))
        begun = time.perf_counter()
        retriever.rank(question, None, _BEST)
        times.append((time.perf_counter() - begun) * 1000)
    return Times.of(times[_EARLIER:])


if __name__ == "__main__":
    print(_START.dump_json(_start(Path(sys.argv[1]))).decode())
