"""`make bench`: build time, memory and query time of Vigie's retrieval beside its peers, and Vigie from end to end.

`make scaling` measures the part of it that `deploy/SCALING.md` tells, and writes it there.
"""

import argparse
import asyncio
import gc
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from rich.console import Console
from rich.table import Table

from bot.content.corpus import Corpus
from bot.content.reading import read_corpus
from bot.core.messages import Address, Incoming
from bot.loading import load_retriever
from bot.resources import KNOWLEDGE
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from tests.benchmarks import discord, passages, scaling, telegram
from tests.benchmarks.engines import ENGINES, Ask
from tests.benchmarks.load import BUSIEST, counted, loads
from tests.benchmarks.steps import growth, pace
from tests.benchmarks.synthetic import synthetic
from tests.benchmarks.telegram import Throughput
from tests.evaluation.cases import questions
from tests.evaluation.measure import forgetful

SIZES = (300, 10_000, 100_000)
_TURNS = 3
_MILLISECONDS = 1000
_EARLIER_AT_MOST = 600_000
"""Queries asked before those that are measured, times passages: the slowest engine has to get through them, too."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
_READY = """
import sys
from pathlib import Path
from bot.loading import load_retriever
from bot.retrieval.parameters import read_parameters

load_retriever(Path(sys.argv[1]), read_parameters(), Path(sys.argv[2]) if sys.argv[2:] else None)
"""


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="measure this alone; may be given several times")
    parser.add_argument("--scaling", action="store_true", help="measure what deploy/SCALING.md tells")
    parser.add_argument("--draw", action="store_true", help="write there what was measured before")
    parser.add_argument("--only", nargs=3, metavar=("ENGINE", "INPUT", "SIZE"), help="measure one, and print JSON")
    chosen = parser.parse_args()
    if chosen.only:
        print(json.dumps(_measure(chosen.only[0], chosen.only[1], int(chosen.only[2]))))
    elif chosen.scaling or chosen.draw:
        if chosen.scaling:
            scaling.keep(scaling.measured())
        scaling.draw()
    else:
        console = Console(width=120)
        for part in chosen.part or PARTS:
            PARTS[part](console)


def _print_engines(console: Console) -> None:
    """Print what each engine takes, each in a process of its own."""
    for kind in ("tokens", "text"):
        for size in SIZES:
            rows = {engine.name: _measured_apart(engine.name, kind, size) for engine in ENGINES}
            console.print(_table(kind, size, rows))


def _measured_apart(name: str, kind: str, size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks", "--only", name, kind, str(size)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def _measure(name: str, kind: str, size: int) -> dict[str, float]:
    engine = next(engine for engine in ENGINES if engine.name == name)
    data = synthetic(size)
    gc.collect()
    before, started = _resident(), time.perf_counter()
    ask = (engine.from_tokens if kind == "tokens" else engine.from_text)(data.passages)
    built = time.perf_counter() - started
    gc.collect()
    memory = _resident() - before
    # An engine that is asked for the first time is measured by nobody: it serves for days.
    for query in data.earlier[: _EARLIER_AT_MOST // size]:
        ask(query)
    median, tail = _query_times(ask, data.queries)
    misspelt, _ = _query_times(ask, data.misspelt)
    return {"build": built, "memory": memory, "p50": median, "p99": tail, "misspelt": misspelt}


def _resident() -> float:
    """Return the memory that this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE / 1e6


def _query_times(ask: Ask, queries: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Return the median and the 99th percentile, in milliseconds, the first queries left out."""
    times = []
    for query in queries:
        started = time.perf_counter()
        ask(query)
        times.append((time.perf_counter() - started) * _MILLISECONDS)
    settled = times[len(times) // 10 :]
    return statistics.median(settled), statistics.quantiles(settled, n=100)[98]


def _table(kind: str, size: int, rows: dict[str, dict[str, float]]) -> Table:
    ours = rows["vigie"]["p50"]
    title = f"{size:,} passages, {kind} in, best 5 out"
    table = Table(
        "", "build s", "memory MB", "p50 ms", "p99 ms", "misspelt p50 ms", "p50 / Vigie's", title=title, box=None
    )
    for name, row in rows.items():
        table.add_row(
            name,
            f"{row['build']:.2f}",
            f"{row['memory']:.0f}",
            f"{row['p50']:.3f}",
            f"{row['p99']:.3f}",
            f"{row['misspelt']:.3f}",
            f"{row['p50'] / ours:.2f}",
        )
    return table


def _print_end_to_end(console: Console) -> None:
    corpus = read_corpus(KNOWLEDGE)
    for size in (300, len(corpus.passages)):
        # What to read next may name a passage that is left out.
        passages = tuple(replace(passage, see_also=()) for passage in corpus.passages[:size])
        retriever = Retriever(replace(corpus, passages=passages), read_parameters())
        gc.freeze()  # as when a folder is loaded
        median, tail = asyncio.run(_handle_times(retriever))
        console.print(f"a question through the advisor, {size} passages: p50 {median:.2f} ms, p99 {tail:.2f} ms")
    with TemporaryDirectory() as folder, TemporaryDirectory() as cache:
        _write_part(corpus, Path(folder))
        for name, knowledge in (("300 passages of 24 questions", folder), ("all of the knowledge", str(KNOWLEDGE))):
            first = statistics.median(_time_of(_READY, knowledge) for _ in range(5))
            _time_of(_READY, knowledge, cache)
            again = statistics.median(_time_of(_READY, knowledge, cache) for _ in range(5))
            told = f"a new process, imported and ready to answer on {name}: {again:.2f} s, the very first {first:.2f} s"
            console.print(told, highlight=False)
    console.print(f"the interpreter alone: {_time_of('pass'):.2f} s", highlight=False)


def _print_steps(console: Console) -> None:
    retriever = load_retriever(KNOWLEDGE, read_parameters())
    with TemporaryDirectory() as folder:
        measured = asyncio.run(pace(lambda: retriever, Path(folder)))
    told = f"{measured.advisor:.0f} steps a second through the advisor, {measured.bare:.0f} on bare aiosqlite"
    console.print(f"{told}: ratio {measured.advisor / measured.bare:.2f}", highlight=False)


def _print_people(console: Console) -> None:
    retriever = load_retriever(KNOWLEDGE, read_parameters())
    for people in scaling.PEOPLE:
        with TemporaryDirectory() as folder:
            measured = asyncio.run(growth(lambda: retriever, Path(folder), people))
        console.print(
            f"a step with {people:,} people kept: {measured.step}; {measured.size:.1f} MB;"
            f" looking for what is due: {measured.looking}; dropping what is old: {measured.sweeping:.1f} ms at most",
            highlight=False,
        )


def _print_passages(console: Console) -> None:
    for size in passages.SIZES:
        measured = passages.passages(size)
        console.print(
            f"{size:,} passages: a question {measured.later.question}; {measured.later.memory:.0f} MB;"
            f" start {measured.later.seconds:.2f} s, the very first {measured.first.seconds:.2f} s"
            f" with {measured.first.peak:.0f} MB at most",
            highlight=False,
        )


def _print_load(console: Console) -> None:
    retriever = load_retriever(KNOWLEDGE, read_parameters())
    rate = 0.0
    with TemporaryDirectory() as folder:
        try:
            for each in loads(retriever, Path(folder)):
                rate = rate or each.most.rate
                console.print(
                    f"{each.engine}, {counted(each.processes)}: {each.most.rate:.0f} events a second"
                    f" ({each.most.rate / rate:.2f} of SQLite's), {each.most.computed:.1f} ms of a core each;"
                    f" at {BUSIEST:.0f} a second, deciding {each.busiest.deciding},"
                    f" from kept to answered {each.busiest.whole}",
                    highlight=False,
                )
        except pytest.skip.Exception as reason:
            console.print(f"PostgreSQL was not measured: {reason}.", highlight=False)


def _print_starts(console: Console) -> None:
    starts = asyncio.run(scaling.measured_starts())
    bare = starts.echoes
    console.print(
        f"both echoes connected within {bare.connected:.1f} s, {bare.memory:.0f} MB together", highlight=False
    )
    for name, each in (("Vigie on both platforms", starts.later), ("the very first time", starts.first)):
        console.print(
            f"{name}: connected within {each.connected:.1f} s ({each.connected / bare.connected:.1f} times as long),"
            f" ready within {each.ready:.1f} s, {each.memory:.0f} MB: {each.memory - bare.memory:+.0f} MB",
            highlight=False,
        )


def _print_platforms(console: Console) -> None:
    asyncio.run(_print_on_platforms(console))


async def _print_on_platforms(console: Console) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        on_telegram = [(await telegram.echo(folder), await telegram.vigie(folder)) for _ in range(_TURNS)]
        on_discord = [(await discord.echo(), await discord.vigie(folder)) for _ in range(_TURNS)]
    _print_rates(console, "updates", "Telegram", on_telegram)
    _print_rates(console, "slash commands", "Discord", on_discord)


def _print_rates(console: Console, what: str, where: str, measured: Sequence[tuple[Throughput, Throughput]]) -> None:
    echoing = statistics.median(one.rate for one, _ in measured)
    answering = statistics.median(other.rate for _, other in measured)
    told = f"{answering:.0f} {what} a second answered on {where}, {echoing:.0f} echoed"
    console.print(f"{told}: ratio {answering / echoing:.2f}", highlight=False)
    one, other = measured[-1]
    console.print(f"memory: {other.memory:.0f} MB, beside {one.memory:.0f} MB for the echo", highlight=False)


def _write_part(corpus: Corpus, folder: Path) -> None:
    """Write a knowledge folder of 300 Markdown passages with 24 questions each."""
    (folder / "passages").mkdir()
    for name in ("sources.yaml", "lexicon.yaml", "outside.yaml"):
        shutil.copy(KNOWLEDGE / name, folder / name)
    for passage in corpus.passages[:300]:
        text = re.sub(r"^see_also:.*\n", "", passage.location.path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (folder / "passages" / f"{passage.id}.md").write_text(text, encoding="utf-8")
        questions = "\n".join(passage.questions[:24])
        (folder / "passages" / f"{passage.id}.questions").write_text(questions, encoding="utf-8")


async def _handle_times(retriever: Retriever) -> tuple[float, float]:
    times = []
    async with forgetful(lambda: retriever) as advisor:
        for case in questions():
            address, now = Address("bench", case.id), datetime(2026, 1, 1, tzinfo=UTC)
            # Whoever asks has been here before.
            await advisor.handle(Incoming(address, now, "/aide"))
            started = time.perf_counter()
            await advisor.handle(Incoming(address, now, case.turns[0]))
            times.append((time.perf_counter() - started) * _MILLISECONDS)
    settled = times[len(times) // 10 :]
    return statistics.median(settled), statistics.quantiles(settled, n=100)[98]


def _time_of(code: str, *arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)
    return time.perf_counter() - started


PARTS: Mapping[str, Callable[[Console], None]] = {
    "engines": _print_engines,
    "questions": _print_end_to_end,
    "steps": _print_steps,
    "people": _print_people,
    "passages": _print_passages,
    "load": _print_load,
    "platforms": _print_platforms,
    "starts": _print_starts,
}


if __name__ == "__main__":
    main()
