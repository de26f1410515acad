"""Vigie on the double of Discord: the real adapter, client and database; people act, and read what she says."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.core.advisor import Advisor
from bot.platforms.discord.adapter import Connection, DiscordAdapter
from bot.platforms.discord.client import Timing
from bot.rendering.wording import Wording, read_wording
from bot.resources import PROMPTS
from bot.storage.database import Database
from bot.storage.inbox import Shards
from tests.fakes.discord import Channel, FakeDiscord, Server, User
from tests.people import NOON

_WORDING = read_wording(PROMPTS)
SOON = Timing(retries=(0.01,), keeps=(0.01,), reconnects=(0.01,), identifies=0.0, servers=0.01, tended=0.02)


class Vigie:
    """Vigie as she serves the double: she may be stopped, and started again on the same database."""

    adapter: DiscordAdapter
    """The one that was started last."""

    def __init__(self, double: FakeDiscord, advisor: Advisor, database: Database) -> None:
        self.advisor = advisor
        self._double = double
        self._database = database
        self._running: asyncio.Task[None] | None = None

    def made(
        self,
        *,
        token: str | None = None,
        welcomes: bool = True,
        gateway: str | None = None,
        timing: Timing = SOON,
        wording: Wording = _WORDING,
        shards: Shards | None = None,
    ) -> DiscordAdapter:
        """Return an adapter on the double and on the database, not running."""
        double = self._double
        connection = Connection(
            token or double.token, double.api, gateway or double.gateway, welcomes=welcomes, shards=shards
        )
        return DiscordAdapter(connection, self.advisor, wording, self._database, lambda: double.clock.now, timing)

    async def starts(self, adapter: DiscordAdapter | None = None) -> None:
        """Start a new adapter, or that one, and wait until it knows all about the servers."""
        self.adapter = adapter or self.made()
        self._running = asyncio.create_task(self.adapter.run())
        async with asyncio.timeout(5):
            while not self.adapter.is_ready:
                if self._running.done():
                    self._running.result()
                await asyncio.sleep(0.005)

    async def stops(self) -> None:
        """Stop, and finish what was begun."""
        running, self._running = self._running, None
        if running:
            self.adapter.stop()
            await asyncio.wait_for(running, 5)

    async def restarts(self) -> None:
        """Stop, and start anew: nothing is left of what was in memory."""
        await self.stops()
        await self.starts()

    async def sends_what_is_due(self) -> None:
        """Send what falls due at this moment, as the service does every now and then."""
        for due in await self.advisor.due(self._double.clock.now, [self.adapter.name]):
            await self.adapter.deliver(due)


@pytest.fixture
async def double(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    """The double, whose clock stands at noon and is Vigie's clock, too."""
    # The adapter points the client at the double, for the whole process: afterwards it is pointed back.
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    async with FakeDiscord(stands_at=NOON) as double:
        yield double
        assert double.violations == []


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client waits hardly at all where it would wait for seconds before it tries again."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.005))

    waits = SimpleNamespace(**{**vars(asyncio), "sleep": sleep})
    for module in (discord.client, discord.http, discord.shard, discord.webhook.async_):
        monkeypatch.setattr(module, "asyncio", waits)


@pytest.fixture
async def asleep(double: FakeDiscord, advisor: Advisor, database: Database) -> AsyncIterator[Vigie]:
    """Vigie before she starts; whatever a test leaves of her is stopped."""
    vigie = Vigie(double, advisor, database)
    yield vigie
    await vigie.stops()


@pytest.fixture
def lea(double: FakeDiscord) -> User:
    return double.user("Léa")


@pytest.fixture
def sam(double: FakeDiscord) -> User:
    return double.user("Sam")


@pytest.fixture
def server(double: FakeDiscord, lea: User, sam: User) -> Server:
    """A server that Léa owns, with Sam and Vigie in it."""
    return double.server("Les indés", owner=lea).add(lea, sam)


@pytest.fixture
def general(server: Server) -> Channel:
    return server.text("général")


@pytest.fixture
async def vigie(asleep: Vigie, general: Channel) -> AsyncIterator[Vigie]:
    """Vigie as she serves the server."""
    assert general
    await asleep.starts()
    yield asleep
    await asleep.stops()
