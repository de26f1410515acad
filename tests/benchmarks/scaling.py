"""What `deploy/SCALING.md` tells: measured, kept in a file, and written into its tables and pictures from there."""

import asyncio
import json
import os
import platform
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from pydantic import TypeAdapter

from bot.loading import load_retriever
from bot.resources import KNOWLEDGE
from bot.retrieval.parameters import read_parameters
from tests.benchmarks import passages, starting, steps
from tests.benchmarks.drawing import Line, Panel, drawn
from tests.benchmarks.load import BUSIEST, Load, counted, loads
from tests.benchmarks.passages import Passages
from tests.benchmarks.starting import Standing
from tests.benchmarks.steps import Growth

DEPLOY = Path(__file__).parents[2] / "deploy"
DOCUMENT = DEPLOY / "SCALING.md"
FIGURES = DEPLOY / "figures"
KEPT = "measured.json"
PEOPLE = (100, 1_000, 10_000, 100_000, 1_000_000)
_STARTS = 3

_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True)
class Starts:
    """How both platforms are served: by both bots that echo, by Vigie the very first time, and any later time."""

    echoes: Standing
    first: Standing
    later: Standing


@dataclass(frozen=True, slots=True)
class Scaling:
    """What was measured: the day, on what, and how it went."""

    day: date
    machine: str
    loads: tuple[Load, ...]
    starts: Starts
    passages: tuple[Passages, ...]
    people: tuple[Growth, ...]


_scaling = TypeAdapter(Scaling)


def measured() -> Scaling:
    """Measure everything, and tell how far it is."""
    retriever = load_retriever(KNOWLEDGE, read_parameters())
    with TemporaryDirectory() as name:
        folder = Path(name)
        each_load = tuple(_told(loads(retriever, folder)))
        [starts] = _told([asyncio.run(measured_starts())])
        each_size = tuple(_told(map(passages.passages, passages.SIZES)))
        each_crowd = tuple(_told(asyncio.run(steps.growth(lambda: retriever, folder, each)) for each in PEOPLE))
    engines = list(dict.fromkeys(each.engine for each in each_load))
    return Scaling(datetime.now(UTC).date(), _machine(engines), each_load, starts, each_size, each_crowd)


async def measured_starts() -> Starts:
    """Measure starts: the very first one once, the others several times, of which the median counts."""
    with TemporaryDirectory() as name:
        first = await starting.vigie(Path(name))
        echoes = [await starting.echoes() for _ in range(_STARTS)]
        later = [await starting.vigie(Path(name)) for _ in range(_STARTS)]
    return Starts(_middle(echoes), first, _middle(later))


def _middle(standings: Sequence[Standing]) -> Standing:
    return sorted(standings, key=lambda each: (each.connected, each.ready))[len(standings) // 2]


def _told(measured: Iterable[_Told]) -> Iterator[_Told]:
    for each in measured:
        print(each, flush=True)
        yield each


def _machine(engines: Sequence[str]) -> str:
    """Return in words on what is measured."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = re.sub(r"\((?:R|TM)\)", "", names[0]) if names else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores of an {processor}, {memory:.0f} GB, {', '.join((python, *engines))}"


def keep(scaling: Scaling, folder: Path = FIGURES) -> None:
    """Keep what was measured, each figure with four digits: the others are chance."""
    folder.mkdir(exist_ok=True)
    rounded = _rounded(_scaling.dump_python(scaling, mode="json"))
    (folder / KEPT).write_text(f"{json.dumps(rounded, indent=1, ensure_ascii=False)}\n", encoding="utf-8")


def kept(folder: Path = FIGURES) -> Scaling:
    """Return what was kept."""
    return _scaling.validate_json((folder / KEPT).read_bytes())


def _rounded(value: Any) -> Any:
    match value:
        case float():
            return float(f"{value:.4g}")
        case dict():
            return {name: _rounded(each) for name, each in value.items()}
        case list():
            return [_rounded(each) for each in value]
    return value


def draw(document: Path = DOCUMENT, folder: Path = FIGURES) -> None:
    """Write what was kept into the document, and draw its pictures."""
    scaling = kept(folder)
    document.write_text(filled(document.read_text(encoding="utf-8"), scaling), encoding="utf-8")
    for name, picture in pictures(scaling).items():
        (folder / name).write_text(picture, encoding="utf-8")


def filled(text: str, scaling: Scaling) -> str:
    """Return a document with what was measured between the marks that are there for it."""
    for name, part in _parts(scaling).items():
        text, times = re.subn(
            rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", rf"\g<1>{part}\g<2>", text, flags=re.DOTALL
        )
        if times != 1:
            raise ValueError(f"{name} has to be marked once, and is {times} times")
    return text


def _parts(scaling: Scaling) -> dict[str, str]:
    """Return what stands between marks, by their names."""
    day = f"Measured on {scaling.day} on {scaling.machine}."
    return {
        "day": f"{textwrap.fill(day, 120)}\n",
        "load": _load_table(scaling.loads),
        "starts": _starts_table(scaling.starts),
        "passages": _passages_table(scaling.passages),
        "people": _people_table(scaling.people),
    }


def _load_table(measured: Sequence[Load]) -> str:
    one = measured[0].most.rate
    heads = [f"{each.engine.split()[0]}, {counted(each.processes)}" for each in measured]
    busy = [each.busiest for each in measured]
    return _table(
        ("", *heads),
        ("events a second at most", *(short(each.most.rate) for each in measured)),
        ("beside SQLite", *(f"{each.most.rate / one:.2f}" for each in measured)),
        ("of a core for an event, without the server", *(_ms(each.most.computed) for each in measured)),
        (f"p50 of deciding, at {BUSIEST:.0f} a second", *(_ms(each.deciding.p50) for each in busy)),
        ("p99 of deciding", *(_ms(each.deciding.p99) for each in busy)),
        ("p50 from kept to answered", *(_ms(each.whole.p50) for each in busy)),
        ("p99 from kept to answered", *(_ms(each.whole.p99) for each in busy)),
    )


def _starts_table(starts: Starts) -> str:
    rows = {
        "the two bare clients": starts.echoes,
        "`vigie run` with both platforms": starts.later,
        "the very first time, when the knowledge is compiled": starts.first,
    }
    return _table(
        ("", "memory", "beside the clients", "both connected", "`/readyz` says so"),
        *(
            (
                name,
                f"{each.memory:.0f} MB",
                f"{each.memory - starts.echoes.memory:+.0f} MB",
                f"{each.connected:.1f} s",
                f"{each.ready:.1f} s" if each.ready else "–",
            )
            for name, each in rows.items()
        ),
    )


def _passages_table(measured: Sequence[Passages]) -> str:
    return _table(
        ("passages", *(f"{each.size:,}" for each in measured)),
        ("p50 of a question", *(_ms(each.later.question.p50) for each in measured)),
        ("p99 of a question", *(_ms(each.later.question.p99) for each in measured)),
        ("start, compiled before", *(_s(each.later.seconds) for each in measured)),
        ("memory then", *(_mb(each.later.memory) for each in measured)),
        ("the very first start", *(_s(each.first.seconds) for each in measured)),
        ("memory at most, then", *(_mb(each.first.peak) for each in measured)),
    )


def _people_table(measured: Sequence[Growth]) -> str:
    return _table(
        ("people kept", *(f"{each.people:,}" for each in measured)),
        ("size of the database", *(_mb(each.size) for each in measured)),
        ("p50 of an event", *(_ms(each.step.p50) for each in measured)),
        ("p99 of an event", *(_ms(each.step.p99) for each in measured)),
        ("looking for what is due, p50", *(_ms(each.looking.p50) for each in measured)),
        ("dropping what is too old, at most", *(_ms(each.sweeping) for each in measured)),
    )


def _table(*rows: Sequence[str]) -> str:
    rule = ["---"] * len(rows[0])
    return "".join(f"| {' | '.join(row)} |\n".replace("|  |", "| |") for row in (rows[0], rule, *rows[1:]))


def short(value: float) -> str:
    """Return a figure in three digits or so."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _ms(milliseconds: float) -> str:
    return f"{short(milliseconds)} ms"


def _s(seconds: float) -> str:
    return f"{short(seconds)} s"


def _mb(megabytes: float) -> str:
    return f"{short(megabytes)} MB"


def pictures(scaling: Scaling) -> Mapping[str, str]:
    """Return the SVG pictures, by the names of their files."""
    each_size, each_crowd = scaling.passages, scaling.people
    sizes, crowds = [each.size for each in each_size], [each.people for each in each_crowd]
    return {
        "passages.svg": drawn(
            "passages",
            sizes,
            (
                Panel(
                    "a question, ms",
                    (
                        Line("p50", [each.later.question.p50 for each in each_size]),
                        Line("p99", [each.later.question.p99 for each in each_size]),
                    ),
                ),
                Panel(
                    "memory, MB",
                    (
                        Line("compiled before", [each.later.memory for each in each_size]),
                        Line("at most, the first time", [each.first.peak for each in each_size]),
                    ),
                ),
                Panel(
                    "start, s",
                    (
                        Line("compiled before", [each.later.seconds for each in each_size]),
                        Line("the first time", [each.first.seconds for each in each_size]),
                    ),
                ),
            ),
        ),
        "people.svg": drawn(
            "people kept",
            crowds,
            (
                Panel(
                    "an event, ms",
                    (
                        Line("p50", [each.step.p50 for each in each_crowd]),
                        Line("p99", [each.step.p99 for each in each_crowd]),
                    ),
                ),
                Panel(
                    "what is due, ms",
                    (
                        Line("looking for it", [each.looking.p50 for each in each_crowd]),
                        Line("dropping what is old", [each.sweeping for each in each_crowd]),
                    ),
                ),
                Panel("database, MB", (Line("people, journeys, reminders", [each.size for each in each_crowd]),)),
            ),
        ),
    }
