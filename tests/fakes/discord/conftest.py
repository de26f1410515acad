"""Real clients of discord.py, connected to the double."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.discord import Channel, FakeDiscord, Server, User

INTENTS = discord.Intents(guilds=True, members=True, messages=True, message_content=True)


class Bot(discord.Client):
    """A client that keeps what it hears."""

    def __init__(self, intents: discord.Intents = INTENTS, **options: Any) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.01, **options)
        self.tree = app_commands.CommandTree(self)
        self._heard: dict[str, asyncio.Queue[Any]] = {}

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for nothing between two sessions."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self._queue(event).put_nowait(args)
        super().dispatch(event, *args, **kwargs)

    async def hears(self, event: str) -> Any:
        """Wait for the next event of a kind, and return what it tells."""
        told = await asyncio.wait_for(self._queue(event).get(), 5)
        return told[0] if len(told) == 1 else told

    def has_heard(self, event: str) -> bool:
        """Whether there is such an event that was not looked at."""
        return not self._queue(event).empty()

    def _queue(self, event: str) -> asyncio.Queue[Any]:
        return self._heard.setdefault(event, asyncio.Queue())


def point_at(double: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have clients of discord.py reach the double."""
    monkeypatch.setattr(Route, "BASE", double.api)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(double.gateway))


@asynccontextmanager
async def running(double: FakeDiscord, bot: Bot) -> AsyncIterator[Bot]:
    """Have a bot connected and ready."""
    async with bot:
        running = asyncio.create_task(bot.start(double.token))
        await bot.hears("ready")
        yield bot
        await bot.close()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture
async def double(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as discord_double:
        point_at(discord_double, monkeypatch)
        yield discord_double


@pytest.fixture
def lea(double: FakeDiscord) -> User:
    return double.user("Léa")


@pytest.fixture
def sam(double: FakeDiscord) -> User:
    return double.user("Sam", locale="en-US")


@pytest.fixture
def server(double: FakeDiscord, lea: User, sam: User) -> Server:
    """A server with Léa, Sam and the bot."""
    return double.server("Les indés").add(lea, sam)


@pytest.fixture
def general(server: Server) -> Channel:
    return server.text("général")


@pytest.fixture
async def bot(double: FakeDiscord, general: Channel, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Bot]:
    """A bot that is ready, and that has nothing to complain of."""
    assert general.server
    async with running(double, Bot()) as ready:
        yield ready
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
