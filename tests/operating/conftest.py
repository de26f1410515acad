"""Both platforms' doubles, for tests that look at a Vigie who serves them."""

import pytest

from tests.fakes import discord as fake_discord
from tests.fakes import telegram as fake_telegram
from tests.fakes.discord import FakeDiscord
from tests.platforms.conftest import discord, general, knowledge, server, telegram
from tests.platforms.telegram.storm import StormyTelegram

__all__ = ["discord", "general", "here", "knowledge", "server", "telegram", "there"]


@pytest.fixture
def there(telegram: StormyTelegram) -> fake_telegram.User:
    """Somebody on Telegram."""
    return telegram.user("Théodora", language_code="fr")


@pytest.fixture
def here(discord: FakeDiscord) -> fake_discord.User:
    """Somebody on Discord."""
    return discord.user("Hermione")
