"""A mixed load through the inbox, the handling and the advisor: questions, journeys and commands, also in groups.

What is measured is Vigie's own work, from an event that is kept to its answer, which is sent nowhere. The processes are
told what to do, line by line, and tell what they did (`tests/benchmarks/worker.py`).
"""

import asyncio
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from pydantic import TypeAdapter

from bot.core.messages import Address, Incoming, Outgoing
from bot.resources import KNOWLEDGE
from bot.retrieval.retriever import Retriever
from bot.storage.address import DatabaseAddress, ServerAddress
from bot.storage.database import open_database
from bot.storage.inbox import Delivered
from tests.benchmarks.steps import next_step
from tests.benchmarks.times import Times
from tests.evaluation.cases import questions
from tests.evaluation.measure import forgetful
from tests.fakes.postgresql import serving

PLATFORM = "bench"
BUSIEST = 28.0
"""Events a second in the busiest minute of a million members, as `deploy/SCALING.md` reckons."""
_PROCESSES = (1, 2, 4)
_EVENTS, _BUSIEST_EVENTS, _TURNS = 2000, 420, 3
_PEOPLE, _GROUPS = 200, 10
_COMMANDS = ("/plan", "/themes", "/aide", "/parcours")
_REPEATED, _SOON = 0.02, 20
"""How many events come twice, and after how many others at most."""
_BEGIN, _APART = datetime(2026, 11, 23, 8, tzinfo=UTC), timedelta(seconds=1)
"""The clock of those who write: nobody is held back for asking too fast."""
_CORE = 0
_PATIENCE = 600.0
"""Seconds."""
_MILLISECONDS = 1000

Fresh = Callable[[], AbstractAsyncContextManager[DatabaseAddress]]
"""Gives a database in which nothing is kept yet."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is to do.

    Attributes:
        database: where the inbox is.
        load: the file of the events.
        knowledge: the folder of what is told.
        cache: where that is kept compiled.
        worker: which of the processes it is, from 0: it keeps what a part of the people do, and answers what all keep.
        workers: how many there are.
        rate: how many events a second they keep together; 0 for as many as they can.
        core: the only core that it may use, if there is to be one.
    """

    database: str
    load: Path
    knowledge: Path
    cache: Path
    worker: int = 0
    workers: int = 1
    rate: float = 0.0
    core: int | None = None


@dataclass(frozen=True, slots=True)
class Handled:
    """What a process did.

    Attributes:
        begun: when it began, in seconds on the machine's clock.
        ended: when the last event was answered.
        computed: how many seconds of a core it took for all of it.
        deciding: how long it took to decide on each, in milliseconds.
        whole: how long each took from being kept to being answered.
    """

    begun: float
    ended: float
    computed: float
    deciding: list[float]
    whole: list[float]


ORDER, HANDLED = TypeAdapter(Order), TypeAdapter(Handled)
INCOMING, DELIVERED = TypeAdapter(Incoming), TypeAdapter(list[Delivered])


@dataclass(frozen=True, slots=True)
class Emptied:
    """What became of events.

    Attributes:
        rate: how many a second were answered.
        computed: how many milliseconds of a core each took, without what the server took.
        deciding: how long it took to decide on each.
        whole: how long each took from being kept to being answered.
    """

    rate: float
    computed: float
    deciding: Times
    whole: Times


@dataclass(frozen=True, slots=True)
class Load:
    """What some processes on one database do: with all that they can take, and in a million members' busiest minute."""

    engine: str
    processes: int
    most: Emptied
    busiest: Emptied


@dataclass(frozen=True, slots=True)
class Bench:
    """The files of events, many and those of a busy while; the knowledge, and where that is kept compiled.

    Many are answered several times, and the median counts.
    """

    many: Path
    busiest: Path
    cache: Path
    turns: int = _TURNS
    knowledge: Path = KNOWLEDGE

    async def load(self, processes: int, fresh: Fresh) -> Load:
        """Measure so many processes on new databases; one alone has one core for itself."""
        async with fresh() as address, open_database(address) as database:
            engine = (await database.engine()).partition(" (")[0]
        core = _CORE if processes == 1 else None
        many = [await self.emptied(self.many, processes, fresh, core=core) for _ in range(self.turns)]
        most = sorted(many, key=lambda each: each.rate)[len(many) // 2]
        busiest = await self.emptied(self.busiest, processes, fresh, rate=BUSIEST, core=core)
        return Load(engine, processes, most, busiest)

    async def emptied(
        self, load: Path, processes: int, fresh: Fresh, rate: float = 0.0, core: int | None = None
    ) -> Emptied:
        """Have the events of a file answered once, as fast as may be or so many a second."""
        async with fresh() as address:
            database = address.get_secret_value() if isinstance(address, ServerAddress) else str(address)
            order = Order(database, load, self.knowledge, self.cache, workers=processes, rate=rate, core=core)
            handled = await _worked([replace(order, worker=worker) for worker in range(processes)])
        count = _different(load)
        whole = [each for one in handled for each in one.whole]
        if len(whole) != count:
            raise RuntimeError(f"{count} events were kept, and {len(whole)} answered")
        seconds = max(each.ended for each in handled) - min(each.begun for each in handled)
        deciding = [each for one in handled for each in one.deciding]
        computed = sum(each.computed for each in handled) * _MILLISECONDS / count
        return Emptied(count / seconds, computed, Times.of(deciding), Times.of(whole))


def _different(load: Path) -> int:
    """Return how many events there are in a file, each counted once."""
    return len({each.id for each in DELIVERED.validate_json(load.read_bytes())})


async def prepared(
    retriever: Retriever,
    folder: Path,
    events: int = _EVENTS,
    busiest: int = _BUSIEST_EVENTS,
    turns: int = _TURNS,
) -> Bench:
    """Write the events into a folder."""
    bench = Bench(folder / "many.json", folder / "busiest.json", folder / "cache", turns)
    for file, count in ((bench.many, events), (bench.busiest, busiest)):
        file.write_bytes(DELIVERED.dump_json(await made(retriever, count)))
    return bench


def loads(retriever: Retriever, folder: Path) -> Iterator[Load]:
    """Yield what is measured with a file, then with a server; the test is skipped where there is none to be had."""
    bench = asyncio.run(prepared(retriever, folder))
    yield asyncio.run(bench.load(1, files_in(folder)))
    with serving(like_a_host=True) as server:
        for processes in _PROCESSES:
            yield asyncio.run(bench.load(processes, server.database))


def counted(processes: int) -> str:
    """Return how many processes there are, in words."""
    return "1 process" if processes == 1 else f"{processes} processes"


def files_in(folder: Path) -> Fresh:
    """Return what gives new SQLite files in a folder."""

    @asynccontextmanager
    async def fresh() -> AsyncIterator[DatabaseAddress]:
        yield folder / f"{uuid4()}.sqlite3"

    return fresh


async def made(retriever: Retriever, count: int) -> list[Delivered]:
    """Return so many events, the same at every run, and some of them twice: what people do, and what they press then.

    Of ten people, five ask, three walk through a journey, one types commands, and one asks in a group.
    """
    chance = random.Random(1)  # noqa: S311 - the same at every run
    asked = cycle(case.turns[0] for case in questions())
    read: dict[str, Outgoing] = {}
    delivered: list[Delivered] = []
    async with forgetful(lambda: retriever) as advisor:
        for number in range(count):
            person = chance.randrange(_PEOPLE)
            incoming = _next(person, number, asked, read, chance)
            account = incoming.address.account
            read[account] = await advisor.handle(incoming)
            delivered.append(Delivered(str(number), account, INCOMING.dump_json(incoming).decode()))
            if chance.random() < _REPEATED:
                delivered.append(chance.choice(delivered[-_SOON:]))
    return delivered


def _next(person: int, number: int, asked: Iterator[str], read: dict[str, Outgoing], chance: random.Random) -> Incoming:
    account, moment = str(person), _BEGIN + number * _APART
    incoming = Incoming(Address(PLATFORM, account), moment, id=str(number))
    match person % 10:
        case 0 | 1 | 2 | 3 | 4:
            return replace(incoming, text=next(asked))
        case 5 | 6 | 7:
            step = next_step(account, read.get(account), number, chance)
            return replace(incoming, text=step.text, button=step.button)
        case 8:
            return replace(incoming, text=chance.choice(_COMMANDS))
        case _:
            group = Address(PLATFORM, account, f"groupe-{person // 10 % _GROUPS}", "1")
            return replace(incoming, address=group, text=next(asked), community_title="Les indés")


async def _worked(orders: Sequence[Order]) -> list[Handled]:
    """Have processes do what they are told, all at the same time, and return what they did."""
    async with AsyncExitStack() as stack, asyncio.timeout(_PATIENCE):
        workers = [await stack.enter_async_context(_worker(order)) for order in orders]
        # Each says when it is ready, then when it has kept its part: none stops before all have.
        for _ in ("ready", "kept"):
            await asyncio.gather(*map(_hear, workers))
            for worker in workers:
                _tell(worker, "go on")
        return [HANDLED.validate_json(each) for each in await asyncio.gather(*map(_hear, workers))]


@asynccontextmanager
async def _worker(order: Order) -> AsyncIterator[Process]:
    command = (sys.executable, "-m", "tests.benchmarks.worker")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=1 << 26)
    try:
        _tell(process, ORDER.dump_json(order).decode())
        yield process
    except BaseException:
        process.terminate()
        raise
    finally:
        await process.wait()


async def _hear(process: Process) -> bytes:
    assert process.stdout
    return await process.stdout.readuntil(b"\n")


def _tell(process: Process, line: str) -> None:
    assert process.stdin
    process.stdin.write(f"{line}\n".encode())
