"""An hour of a community of 10,000 on both platforms at once, while one thing after the other goes wrong.

The same hour is lived in fair weather and in foul. What everybody read, and what is kept of them, must be the same:
nothing is lost, nothing counts twice, and what nobody asked for is told at most once. The hour is lived many times as
fast as it goes by, on Vigie's clock too; requests are not held back to Telegram's pace, which does not go any faster.
"""

import asyncio
import itertools
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import asyncpg

from bot.storage.address import DatabaseAddress, ServerAddress
from bot.storage.database import open_database
from tests.chaos.clocked import SharedClock
from tests.chaos.crowd import PATIENCE, REMINDED, Exchange, Lane, OnDiscord, OnTelegram, Waiting
from tests.chaos.machine import Machine
from tests.chaos.running import Running
from tests.chaos.traffic import PLATFORMS, Deed, Doing, hour_of, writers
from tests.chaos.weather import BOTH, ON_FILE, ON_SERVER, Fault, Way, World
from tests.conversations.words import LABELS
from tests.fakes.discord import FakeDiscord
from tests.fakes.postgresql import PostgreSQL
from tests.fakes.telegram import FakeTelegram
from tests.platforms.discord import process as discord_process
from tests.platforms.telegram import process as telegram_process

_BEGINS = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""A Tuesday, at ten in Paris."""
_HOUR = 3600.0
_TIMES = ("10h09", "10h18", "10h27", "10h36", "10h45", "10h54")
"""When a tip is told in each place of a platform, and some people are reminded."""
_CALM, _STRETCH = 0.2, 0.6
"""Of the time that each fault has: before it begins, and while it lasts. What was held up is made up for afterwards."""
_UNDER_WAY = 0.5
"""Seconds before a fault in which something may be begun that it meets."""
_RECOVERY = 10.0
"""Seconds after a fault in which a client may still wait before it connects again: who joins then may go unwelcomed."""
_GRACE = 2.0
"""Seconds after a fault in which what it held up is still under way, at least."""
_WARM = 0.25
"""The part of the hour after which everything is at hand that is used again and again."""
_MAY_GROW = 0.10
"""Of what was resident when warm: the allocator gives room in steps, and keeps what a busy second took."""
_MAY_TAKE = 0.1
_ASIDE = 1.0
"""Seconds before and after an answer in which what others took of the machine may have held it up."""
_UP = 60.0
_LOOKS_EVERY = 0.05
_TO_TELL = 5.0
_NEWCOMER = re.compile(r"\bN\d{4}\b")
_KEPT = {
    "journey": "SELECT accounts.platform, account, journey, state FROM journeys"
    " JOIN accounts ON accounts.person = journeys.person",
    "opinion": "SELECT accounts.platform, account, passage, useful FROM feedback"
    " JOIN accounts ON accounts.person = feedback.person",
}
"""What is kept of each person, but for the moments."""


@dataclass(slots=True)
class Stretch:
    """When something went wrong, on the loop's clock; over it is once all is answered that it held up."""

    fault: Fault
    began: float
    ended: float
    over: float

    def meets(self, moment: float, recovery: float = 0.0) -> bool:
        """Tell whether what was done at a moment was under way while it went wrong, or shortly after it."""
        return self.began - _UNDER_WAY <= moment <= max(self.over, self.ended + recovery)


@dataclass(slots=True)
class Hour:
    """What became of an hour.

    Attributes:
        exchanges: what was done and what answered it, by the number of the deed.
        kept: what is kept of people in the end, but for the moments.
        misses: how many times each question found no answer.
        welcomed: how many times each newcomer was.
        came_badly: the newcomers who came while their platform was harmed: they are welcomed once at most.
        due_badly: how many tips and reminders fell due then: they are told once at most.
        tips: how many tips were told in each place.
        reminded: how many times each person was who is to be.
        set_aside: how many updates were.
        poisoned: how many cannot be read.
        cut: how many requests were done and their answer lost.
        stretches: what went wrong when.
        warm: the bytes that the processes took when warm.
        end: and in the end.
        restarts: how many times one ended by itself.
        violations: what the platforms would not have understood.
        machine: how much of the machine was left to it.
    """

    exchanges: dict[int, Exchange] = field(default_factory=dict)
    kept: list[tuple[object, ...]] = field(default_factory=list)
    misses: Counter[str] = field(default_factory=Counter)
    welcomed: Counter[str] = field(default_factory=Counter)
    came_badly: set[str] = field(default_factory=set)
    due_badly: int = 0
    tips: Counter[str] = field(default_factory=Counter)
    reminded: Counter[str] = field(default_factory=Counter)
    set_aside: int = 0
    poisoned: int = 0
    cut: int = 0
    stretches: list[Stretch] = field(default_factory=list)
    warm: int = 0
    end: int = 0
    restarts: int = 0
    violations: list[str] = field(default_factory=list)
    machine: Machine = field(default_factory=Machine)

    @property
    def sorry(self) -> int:
        return sum(each.sorry for each in self.exchanges.values())

    @property
    def unheard(self) -> int:
        return sum(each.unheard for each in self.exchanges.values())

    @property
    def messages(self) -> int:
        return sum(each.messages for each in self.exchanges.values())


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is to do, how many members there are, and in how many seconds the hour goes by.

    Attributes:
        events: what is done.
        members: of the community, half of them on each platform.
        fair: seconds for the hour in fair weather.
        foul: seconds for the hour in foul weather.
    """

    events: int
    members: int
    fair: float
    foul: float


def lost_in_an_hour(
    journeys: Sequence[str],
    scale: Scale,
    folder: Path,
    server: PostgreSQL | None = None,
    *,
    judges_speed: bool = False,
    seed: int = 1,
) -> list[str]:
    """Live the hour in fair weather, then in foul on a file and, if there is one, on a server; return what is wrong."""
    deeds = hour_of(scale.events, seed)
    for each in ("fair", "file", "server"):
        (folder / each).mkdir()
    fair = asyncio.run(_live(journeys, deeds, scale, scale.fair, (), folder / "fair"))
    found = [f"in fair weather: {each}" for each in _lost(fair, deeds)]
    for name, kept_by, faults in (("file", None, ON_FILE), ("server", server, ON_SERVER)):
        if name == "server" and server is None:
            continue
        foul = asyncio.run(_live(journeys, deeds, scale, scale.foul, faults, folder / name, kept_by))
        _tell(name, foul, scale)
        wrong = [*_lost(foul, deeds), *_differences(fair, foul), *(_slow(foul) if judges_speed else ())]
        found += [f"on a {name}: {each}" for each in wrong]
    return found


# How it is lived.


async def _live(
    journeys: Sequence[str],
    deeds: Sequence[Deed],
    scale: Scale,
    seconds: float,
    faults: Sequence[Fault],
    folder: Path,
    server: PostgreSQL | None = None,
) -> Hour:
    hour = Hour()
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(FakeTelegram())
        discord = await stack.enter_async_context(FakeDiscord())
        world = World(telegram, discord, SharedClock.begin(folder / "clock", _BEGINS, _HOUR / seconds))
        stack.callback(world.clock.close)
        address, shown = await _database(stack, world, folder, server)
        waiting = Waiting(await stack.enter_async_context(_looking(address)))
        await stack.enter_async_context(_under_way(waiting.watch()))
        await stack.enter_async_context(_under_way(hour.machine.watch()))
        people, members = writers(len(deeds)), scale.members // 2
        there = OnTelegram(telegram, waiting, journeys, people, members)
        here = OnDiscord(discord, waiting, journeys, people, members)
        async with AsyncExitStack() as serving:
            for number in range(1 if server is None else 2):
                surroundings = _surroundings(telegram, discord, folder, shown)
                running = Running(surroundings, folder / "clock", folder / f"log-{number}")
                world.running.append(await serving.enter_async_context(running))
            await _is_up(telegram, discord)
            await asyncio.gather(there.settle(_TIMES), here.settle(_TIMES))
            world.clock.goes()
            await _go_by(hour, world, there, here, deeds, seconds, faults)
            await waiting.are_empty()
            await telegram.settled(requests=True, within=PATIENCE)
            await _due_is_told(there, here, _unasked(deeds))
            hour.end = sum(each.memory() for each in world.running)
        _look_round(hour, world, there, here)
        await _look_back(hour, address, there, here)
    return hour


async def _go_by(
    hour: Hour,
    world: World,
    there: OnTelegram,
    here: OnDiscord,
    deeds: Sequence[Deed],
    seconds: float,
    faults: Sequence[Fault],
) -> None:
    """Have everybody do what they do, and things go wrong meanwhile."""
    begin = asyncio.get_running_loop().time()

    async def lives(side: OnTelegram | OnDiscord, own: Sequence[Deed]) -> None:
        for deed in own:
            await _until(begin + deed.at * seconds)
            await side.does(deed)

    async def warms() -> None:
        await _until(begin + _WARM * seconds)
        hour.warm = sum(each.memory() for each in world.running)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(warms())
        tasks.create_task(_worsen(hour, world, faults, begin, seconds))
        for side in (there, here):
            for own in _by_person(each for each in deeds if each.platform == side.name):
                tasks.create_task(lives(side, own))
    hour.exchanges = {each.deed.number: each for side in (there, here) for each in side.exchanges}
    for stretch in hour.stretches:
        _note_harm(hour, stretch, deeds, begin, seconds)
    await _until(begin + seconds)


async def _worsen(hour: Hour, world: World, faults: Sequence[Fault], begin: float, seconds: float) -> None:
    """Have one thing after the other go wrong, each for its part of the hour."""
    loop = asyncio.get_running_loop()
    for number, fault in enumerate(faults):
        each = seconds / len(faults)
        await _until(begin + (number + _CALM) * each)
        began = loop.time()
        async with fault.stretch(world):
            await _until(begin + (number + _CALM + _STRETCH) * each)
        ended = loop.time()
        hour.stretches.append(Stretch(fault, began, ended, ended + _GRACE))


def _note_harm(hour: Hour, stretch: Stretch, deeds: Sequence[Deed], begin: float, seconds: float) -> None:
    """Note how long a fault held something up, and who came and what fell due meanwhile."""
    harms = stretch.fault.harms
    held_up = [each.ended for each in _during(hour, stretch) if each.deed.platform in harms]
    stretch.over = max(stretch.over, *held_up, 0.0)
    parts = [int(time.partition("h")[2]) * 60 / _HOUR for time in _TIMES]
    met = [number for number, part in enumerate(parts) if stretch.meets(begin + part * seconds, _RECOVERY)]
    hour.due_badly += len(harms) * sum(1 + (number < REMINDED) for number in met)
    hour.came_badly |= {
        f"N{each.number:04d}"
        for each in deeds
        if each.platform in harms and stretch.meets(begin + each.at * seconds, _RECOVERY)
    }


def _by_person(deeds: Iterable[Deed]) -> Iterator[list[Deed]]:
    """Yield what each person does: one thing after the other, but for those who come."""

    def who(deed: Deed) -> tuple[bool, int]:
        return deed.doing is Doing.TELLS_TIP, -1 if deed.doing is Doing.TELLS_TIP else deed.person

    kept = sorted(deeds, key=lambda each: (who(each), each.number))
    for _, own in itertools.groupby(kept, who):
        yield list(own)


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))


async def _is_up(telegram: FakeTelegram, discord: FakeDiscord) -> None:
    """Wait until both platforms are served, and people see the commands."""
    await telegram.is_polled(within=_UP)
    await discord.is_connected(within=_UP)
    until = asyncio.get_running_loop().time() + _UP
    while not discord.commands.everywhere:
        assert asyncio.get_running_loop().time() < until, "the commands do not come"
        await asyncio.sleep(_LOOKS_EVERY)


async def _due_is_told(there: OnTelegram, here: OnDiscord, wanted: int) -> None:
    """Wait until all was told that is to be, but for what is lost."""
    for _ in range(int(_TO_TELL / _LOOKS_EVERY)):
        told = sum(len(_tips(side)) + len(side.reminders) for side in (there, here))
        if told >= wanted:
            return
        await asyncio.sleep(_LOOKS_EVERY)


async def _database(
    stack: AsyncExitStack, world: World, folder: Path, server: PostgreSQL | None
) -> tuple[DatabaseAddress, str]:
    """Return where the database is, and where the processes find it: on a server, by a way that may be slow."""
    if server is None:
        world.file = folder / "vigie.sqlite3"
        return world.file, str(world.file)
    address = await stack.enter_async_context(server.database())
    world.server, world.way = server, Way(server.port)
    port = await stack.enter_async_context(world.way.open())
    return address, address.get_secret_value().replace(f":{server.port}/", f":{port}/")


def _surroundings(telegram: FakeTelegram, discord: FakeDiscord, folder: Path, database: str) -> dict[str, str]:
    return {
        **telegram_process.environment(telegram, folder.parent, paced="false"),
        **discord_process.environment(discord, folder.parent),
        "VIGIE_DATABASE": database,
    }


@asynccontextmanager
async def _under_way(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Have something go on meanwhile."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _looking(address: DatabaseAddress) -> AsyncIterator[Callable[[], Awaitable[Collection[Lane] | None]]]:
    """Give what tells the lanes in which something waits, None where it cannot be known now."""
    query = "SELECT DISTINCT platform, lane FROM inbox WHERE set_aside = 0"
    if isinstance(address, ServerAddress):
        server = asyncpg.create_pool(address.get_secret_value(), min_size=0, max_size=1, timeout=_TO_TELL)

        async def on_server() -> Collection[Lane] | None:
            try:
                return {(row[0], row[1]) for row in await server.fetch(query)}
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                return None

        async with server:
            yield on_server
        return
    # Vigie makes the file.
    with closing(sqlite3.connect(address, timeout=0)) as file:

        async def in_file() -> Collection[Lane] | None:
            try:
                return set(file.execute(query).fetchall())
            except sqlite3.Error:
                return None

        yield in_file


# What is looked at in the end.


def _look_round(hour: Hour, world: World, there: OnTelegram, here: OnDiscord) -> None:
    """Note what people see, and what became of the processes."""
    for side in (there, here):
        hour.tips.update(f"{side.name}, {place}" for place in _tips(side))
        hour.welcomed.update(name for each in side.told_to_all for name in _NEWCOMER.findall(each.text))
        hour.reminded.update(f"{side.name}, {name}" for name in side.reminders)
    hour.poisoned = world.poisoned
    hour.cut = len(world.telegram.cut_after) + len(world.discord.cut_after)
    hour.restarts = sum(len(each.ends) for each in world.running)
    hour.violations = world.telegram.violations + world.discord.violations


async def _look_back(hour: Hour, address: DatabaseAddress, there: OnTelegram, here: OnDiscord) -> None:
    """Note what is kept."""
    names = {side.name: side.names for side in (there, here)}
    async with open_database(address) as database:
        for kind, what in _KEPT.items():
            rows = await database.rows(what)
            hour.kept += [(kind, names[row[0]].get(row[1], "?"), *tuple(row)) for row in rows]
        hour.kept = sorted((kind, who, platform, *values) for kind, who, platform, _, *values in hour.kept)
        misses = await database.rows("SELECT question, COUNT(*) FROM misses GROUP BY question")
        hour.misses.update({row[0]: row[1] for row in misses})
        [row] = await database.rows("SELECT COUNT(*) FROM inbox WHERE set_aside = 1")
        hour.set_aside = row[0]


def _lost(hour: Hour, deeds: Sequence[Deed]) -> Iterator[str]:
    """Yield what was lost of an hour, or came twice, whatever the weather was."""
    for each in hour.exchanges.values():
        if each.seconds is None:
            yield f"{each.deed} was never answered"
    if hour.set_aside != hour.poisoned:
        yield f"{hour.set_aside} updates were set aside, {hour.poisoned} cannot be read"
    for name, times in hour.welcomed.items():
        if times > 1:
            yield f"{name} was welcomed {times} times"
    joined = {f"N{each.number:04d}" for each in deeds if each.doing is Doing.JOINS}
    missed = joined - hour.welcomed.keys() - hour.came_badly
    if len(missed) > hour.cut:
        yield f"{len(missed)} of {len(joined)} were not welcomed, {hour.cut} requests cut"
    for name, times in hour.reminded.items():
        if times > 1:
            yield f"{name} was reminded {times} times"
    told, wanted = hour.tips.total() + hour.reminded.total(), _unasked(deeds)
    if not wanted - hour.cut - hour.due_badly <= told <= wanted + hour.cut:
        yield (
            f"{told} tips and reminders were told, {wanted} were to be, {hour.cut} requests cut,"
            f" {hour.due_badly} due while their platform was harmed"
        )
    yield from hour.violations


def _unasked(deeds: Sequence[Deed]) -> int:
    """Return how many tips and reminders there are to be."""
    published = sum(each.doing is Doing.TELLS_TIP for each in deeds)
    return published + len(PLATFORMS) * (len(_TIMES) + REMINDED)


def _tips(side: OnTelegram | OnDiscord) -> list[str]:
    """Return the places in which tips were told, as many times as they were."""
    return [each.place for each in side.told_to_all if LABELS.tip_more in each.buttons]


def _differences(fair: Hour, foul: Hour) -> Iterator[str]:
    """Yield what an hour in foul weather left otherwise than one in fair weather."""
    parted = _parted(foul)
    more_than_once = []
    for number, once in fair.exchanges.items():
        again = foul.exchanges[number]
        if again.unheard or _is_unkept(foul, again) or (_is_private(once) and number > parted.get(_who(once), number)):
            continue
        if _said(once) != _said(again):
            yield f"{once.deed}: {_said(once)!r} became {_said(again)!r}"
        if _leads_on(once) != _leads_on(again):
            yield f"{once.deed}: {_leads_on(once)} became {_leads_on(again)}"
        twice = again.messages - once.messages
        if twice > 0 and not again.sorry:
            more_than_once.append(f"{once.deed}: {twice} messages more")
    # What was done, and its answer lost, is done once more.
    if len(more_than_once) > foul.cut and not foul.restarts:
        yield from more_than_once
    alike = [{row for row in each.kept if row[1:3] not in parted} for each in (fair, foul)]
    for row in alike[0] - alike[1]:
        yield f"was kept, and is not: {row}"
    for row in alike[1] - alike[0]:
        yield f"is kept, and was not: {row}"
    # Who was told that nobody answers asked again, and may have been heard both times.
    more = foul.misses.total() - fair.misses.total()
    unkept = sum(_is_unkept(foul, each) for each in foul.exchanges.values())
    if not -unkept <= more <= foul.unheard:
        yield f"{more} more questions without an answer, {foul.unheard} asked again, {unkept} not kept"


def _who(exchange: Exchange) -> tuple[object, object]:
    return f"P{exchange.deed.person:04d}", exchange.deed.platform


def _is_private(exchange: Exchange) -> bool:
    return exchange.deed.doing in (Doing.ASKS, Doing.GOES_ON)


def _parted(hour: Hour) -> dict[tuple[object, object], int]:
    """Return who went another way in foul weather, and from which deed on.

    Whoever was answered in private without the database, or by nobody, read something else, and goes on from there.
    """
    found: dict[tuple[object, object], int] = {}
    for number, each in sorted(hour.exchanges.items()):
        if _is_private(each) and (each.unheard or _is_unkept(hour, each)):
            found.setdefault(_who(each), number)
    return found


def _is_unkept(hour: Hour, exchange: Exchange) -> bool:
    """Tell whether a question may have been answered without the database: as well as can be, knowing nobody."""
    is_question = exchange.deed.doing in (Doing.ASKS, Doing.ASKS_BEFORE_ALL, Doing.EDITS)
    return is_question and any(each.fault.harms == BOTH and exchange in _during(hour, each) for each in hour.stretches)


def _said(exchange: Exchange) -> str:
    """Return an answer but for the word on what is kept of somebody: it comes with the first that is kept."""
    return "\n\n".join(part for part in exchange.text.split("\n\n") if "/mesdonnees" not in part)


def _leads_on(exchange: Exchange) -> tuple[str, ...]:
    """Return the buttons below an answer but for the one that takes it away: one that is not kept goes without."""
    return tuple(label for label in exchange.buttons if label != LABELS.remove)


def _slow(hour: Hour) -> Iterator[str]:
    """Yield what took longer than it may, and whether memory grew."""
    healthy = _elsewhere(hour)
    judged = _with_the_machine(hour, healthy)
    slow = _p99(judged)
    if len(judged) < len(healthy) / 2:
        yield "others took so much of this machine that how long answers take cannot be told: run it again"
    elif slow > _MAY_TAKE:
        yield f"99 of 100 answers on the healthy platform took up to {1000 * slow:.0f} ms"
    if not hour.restarts and hour.end > hour.warm * (1 + _MAY_GROW):
        yield f"memory grew from {hour.warm / 2**20:.0f} to {hour.end / 2**20:.0f} MB"


def _tell(name: str, hour: Hour, scale: Scale) -> None:
    """Print the figures of an hour."""
    print(
        f"on a {name}: {scale.events} events in {scale.foul:.0f} s; {hour.sorry} answers that asked for patience,"
        f" {hour.unheard} interactions lost by Discord and made again, {hour.messages} messages,"
        f" {hour.cut} requests cut, {hour.set_aside} set aside, {hour.restarts} restarts;"
        f" {len(_parted(hour))} people went another way, answered without the database or by nobody"
    )
    healthy = _elsewhere(hour)
    judged = _with_the_machine(hour, healthy)
    print(
        f"  p99 on the healthy platform {1000 * _p99(judged):.0f} ms ({len(judged)} answers; {1000 * _p99(healthy):.0f}"
        f" ms with the {len(healthy) - len(judged)} during which others took this machine);"
        f" memory {hour.warm / 2**20:.1f} MB warm, {(hour.end - hour.warm) / 2**20:+.1f} MB in the end"
    )
    for each in hour.stretches:
        took = [found.seconds for found in _during(hour, each) if found.deed.platform in each.fault.harms]
        well = [found.seconds for found in _elsewhere(hour) if found in _during(hour, each)]
        longest = f"held up for {max(filter(None, took), default=0):.1f} s at most" if took else "nobody held up"
        print(
            f"  {each.fault.name} for {each.ended - each.began:.1f} s: {longest};"
            f" elsewhere {1000 * max(filter(None, well), default=0):.0f} ms at most"
        )


def _elsewhere(hour: Hour) -> list[Exchange]:
    """Return what was answered where nothing was wrong, while something was on the other platform or with Vigie."""
    harmed = {
        each.deed.number
        for stretch in hour.stretches
        for each in _during(hour, stretch)
        if each.deed.platform in stretch.fault.harms
    }
    return [
        each
        for number, each in hour.exchanges.items()
        if number not in harmed
        and each.seconds is not None
        and any(stretch.began - _UNDER_WAY <= each.began <= stretch.ended + _GRACE for stretch in hour.stretches)
    ]


def _with_the_machine(hour: Hour, exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Return those during which nobody else took the machine."""
    return [
        each
        for each in exchanges
        if each.seconds is not None
        and hour.machine.was_its_own(each.began - _ASIDE, each.began + each.seconds + _ASIDE)
    ]


def _during(hour: Hour, stretch: Stretch) -> list[Exchange]:
    """Return what was done while something went wrong, and shortly after."""
    return [each for each in hour.exchanges.values() if stretch.meets(each.began)]


def _p99(exchanges: Iterable[Exchange]) -> float:
    """Return the seconds within which 99 of 100 were answered."""
    seconds = [each.seconds for each in exchanges if each.seconds is not None]
    return quantiles(seconds, n=100, method="inclusive")[-1] if len(seconds) > 1 else 0.0
