"""Both platforms' doubles, for tests that look at a Vigie who serves them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.conftest import PASSAGE, WriteKnowledge
from tests.fakes import discord as fake_discord
from tests.fakes import telegram as fake_telegram
from tests.fakes.discord import Channel, FakeDiscord, Server
from tests.people import NOON
from tests.platforms.telegram.storm import StormyTelegram


@pytest.fixture
async def telegram() -> AsyncIterator[StormyTelegram]:
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
def there(telegram: StormyTelegram) -> fake_telegram.User:
    """Somebody on Telegram."""
    return telegram.user("Théodora", language_code="fr")


@pytest.fixture
def here(discord: FakeDiscord) -> fake_discord.User:
    """Somebody on Discord."""
    return discord.user("Hermione")


@pytest.fixture
def server(discord: FakeDiscord, here: fake_discord.User) -> Server:
    return discord.server("Les indés", owner=here)


@pytest.fixture
def general(server: Server) -> Channel:
    return server.text("général")


@pytest.fixture
def knowledge(write_knowledge: WriteKnowledge) -> Path:
    """A small knowledge, with which a process is soon there."""
    return write_knowledge({"passages/a.md": PASSAGE.format(title="Planter des tomates", text="Après les gelées.")})
