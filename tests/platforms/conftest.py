"""Both platforms' doubles in one test, and what a process that serves them is given."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.conftest import PASSAGE, WriteKnowledge
from tests.fakes.discord import Channel, FakeDiscord, Server, User
from tests.people import NOON
from tests.platforms.telegram.storm import StormyTelegram


@pytest.fixture
async def telegram() -> AsyncIterator[StormyTelegram]:
    """The double, whose clock stands at noon and is Vigie's clock, too."""
    async with StormyTelegram(stands_at=NOON) as double:
        yield double
        assert double.violations == []


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    # The adapter points the client at the double, for the whole process: afterwards it is pointed back.
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    async with FakeDiscord(stands_at=NOON) as double:
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(double.gateway))
        yield double
        assert double.violations == []


@pytest.fixture
def server(discord: FakeDiscord, here: User) -> Server:
    """A server of whoever a test has on Discord."""
    return discord.server("Les indés", owner=here)


@pytest.fixture
def general(server: Server) -> Channel:
    return server.text("général")


@pytest.fixture
def knowledge(write_knowledge: WriteKnowledge) -> Path:
    """A small knowledge, with which a process is soon there."""
    return write_knowledge({"passages/a.md": PASSAGE.format(title="Planter des tomates", text="Après les gelées.")})
