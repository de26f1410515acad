"""Faults: what goes wrong for a stretch of time with the machine, the database or a network, and is mended then."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests.chaos.clocked import SharedClock
from tests.chaos.running import Running
from tests.fakes.discord import FakeDiscord
from tests.fakes.postgresql import PostgreSQL
from tests.fakes.telegram import FakeTelegram, User
from tests.fakes.telegram.world import Json

BOTH = frozenset({"telegram", "discord"})
_MEGABYTE = 2**20
_HELD, _LET_GO = 2.0, 1.0
"""Seconds for which another process holds a slow database, and for which it lets go of it."""
_DOWN = 1.0
_POISONED, _POISONERS = 50, 10
_AHEAD, _BACK = timedelta(minutes=40), timedelta(minutes=50)


@dataclass
class World:
    """What may go wrong.

    Attributes:
        telegram: the double.
        discord: the double.
        clock: the one that the processes share.
        running: the processes.
        file: the database, where it is a file.
        server: what keeps it otherwise.
        way: the way to the server.
        poisoned: how many updates were delivered that cannot be.
    """

    telegram: FakeTelegram
    discord: FakeDiscord
    clock: SharedClock
    running: list[Running] = field(default_factory=list)
    file: Path | None = None
    server: PostgreSQL | None = None
    way: "Way | None" = None
    poisoned: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong: what, whose answers it may hold up, and how it begins and ends."""

    name: str
    harms: frozenset[str]
    stretch: Callable[[World], AbstractAsyncContextManager[None]]


class Way:
    """The way to a server on this machine, on which every packet may take its time."""

    def __init__(self, port: int) -> None:
        self.seconds = 0.0
        self._to = port
        self._carried: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        """Carry what comes in on a port, which is given."""
        listening = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        try:
            yield listening.sockets[0].getsockname()[1]
        finally:
            listening.close()
            for each in self._carried:
                each.cancel()
            await asyncio.gather(*self._carried, return_exceptions=True)

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            far, onward = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            back.close()
            return
        for one, other in ((near, onward), (far, back)):
            carried = asyncio.create_task(self._pass_on(one, other))
            self._carried.add(carried)
            carried.add_done_callback(self._carried.discard)

    async def _pass_on(self, one: asyncio.StreamReader, other: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while packet := await one.read(65536):
                await asyncio.sleep(self.seconds)
                other.write(packet)
        other.close()


@asynccontextmanager
async def _held(world: World) -> AsyncIterator[None]:
    assert world.file
    holding, let_go = asyncio.Event(), asyncio.Event()
    held = asyncio.create_task(_hold(world.file, holding, let_go))
    await holding.wait()
    try:
        yield
    finally:
        let_go.set()
        await held


@asynccontextmanager
async def _slow_file(world: World) -> AsyncIterator[None]:
    async def hold_again_and_again() -> None:
        assert world.file
        while True:
            let_go = asyncio.Event()
            asyncio.get_running_loop().call_later(_HELD, let_go.set)
            await _hold(world.file, asyncio.Event(), let_go)
            await asyncio.sleep(_LET_GO)

    holding = asyncio.create_task(hold_again_and_again())
    try:
        yield
    finally:
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)


async def _hold(file: Path, holding: asyncio.Event, let_go: asyncio.Event) -> None:
    """Hold the file as another process does that writes for long."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as connection:
        while not holding.is_set():
            try:
                connection.execute("BEGIN IMMEDIATE")
                holding.set()
            except sqlite3.OperationalError:
                await asyncio.sleep(0.001)
        await let_go.wait()
        connection.execute("ROLLBACK")


@asynccontextmanager
async def _restarted(world: World) -> AsyncIterator[None]:
    assert world.server
    await asyncio.to_thread(world.server.stop)
    try:
        await asyncio.sleep(_DOWN)
    finally:
        await asyncio.to_thread(world.server.start)
    yield


@asynccontextmanager
async def _slow_server(world: World) -> AsyncIterator[None]:
    assert world.way
    world.way.seconds = 0.1
    try:
        yield
    finally:
        world.way.seconds = 0.0


@asynccontextmanager
async def _full(world: World) -> AsyncIterator[None]:
    with world.running[0].without_room():
        yield


@asynccontextmanager
async def _without_descriptors(world: World) -> AsyncIterator[None]:
    with world.running[0].without_descriptors():
        yield


@asynccontextmanager
async def _without_memory(world: World) -> AsyncIterator[None]:
    with world.running[0].with_memory_for(_MEGABYTE):
        yield


@asynccontextmanager
async def _jumping(world: World) -> AsyncIterator[None]:
    world.clock.jumps(_AHEAD)
    await asyncio.sleep(_DOWN)
    world.clock.jumps(-_AHEAD - _BACK)
    try:
        yield
    finally:
        world.clock.jumps(_BACK)


@asynccontextmanager
async def _no_telegram(world: World) -> AsyncIterator[None]:
    world.telegram.stops_answering()
    try:
        yield
    finally:
        world.telegram.answers_again()


@asynccontextmanager
async def _no_discord(world: World) -> AsyncIterator[None]:
    world.discord.stops_answering()
    try:
        yield
    finally:
        world.discord.answers_again()


@asynccontextmanager
async def _poisoned(world: World) -> AsyncIterator[None]:
    """Deliver what the client accepts and nobody can read: a mention that begins within a character.

    Some people send one each, and the first of these is delivered again and again.
    """
    updates = [_poison(world.telegram, world.telegram.user(f"X{number}")) for number in range(_POISONERS)]
    world.poisoned += len(updates)
    for _ in range(_POISONED):
        world.telegram.delivers_again(updates[0])
        await asyncio.sleep(0.02)
    yield


def _poison(telegram: FakeTelegram, person: User) -> Json:
    message = telegram.state.compose(person.chat, person, "😀@vigie_bot")
    message.entities = [{"type": "mention", "offset": 1, "length": 11}]
    message.chat.keep(message)
    telegram.state.deliver(message)
    return dict(telegram.state.updates.pending[-1])


_POISONED_UPDATE = Fault("poisoned update", frozenset(), _poisoned)
_NO_TELEGRAM = Fault("Telegram's network gone", frozenset({"telegram"}), _no_telegram)
_NO_DISCORD = Fault("Discord's network gone", frozenset({"discord"}), _no_discord)
ON_FILE = (
    _POISONED_UPDATE,
    Fault("clock jumping", frozenset(), _jumping),
    _NO_TELEGRAM,
    Fault("file held by another process", BOTH, _held),
    Fault("slow database", BOTH, _slow_file),
    Fault("disk full", BOTH, _full),
    Fault("out of file descriptors", BOTH, _without_descriptors),
    Fault("memory limit", BOTH, _without_memory),
    _NO_DISCORD,
)
ON_SERVER = (
    _POISONED_UPDATE,
    _NO_TELEGRAM,
    _NO_DISCORD,
    Fault("slow database", BOTH, _slow_server),
    Fault("database restarted", BOTH, _restarted),
)
