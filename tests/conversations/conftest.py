"""Vigie before the small journeys of the garden."""

import pytest

from bot.core.advisor import Advisor
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.rendering.check import read_small_talk
from bot.resources import PROMPTS
from bot.storage.database import Database
from tests.conversations.garden import Garden, voice_with_words


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Voice:
    return voice_with_words(tmp_path_factory.mktemp("prompts") / "fr")


@pytest.fixture(scope="session")
def smalltalk() -> SmallTalk:
    return SmallTalk(read_small_talk(PROMPTS))


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Garden:
    return Garden(tmp_path_factory.mktemp("garden"))


@pytest.fixture
def garden(planted: Garden) -> Garden:
    planted.as_at_first()
    return planted


@pytest.fixture
def gardening(garden: Garden, voice: Voice, smalltalk: SmallTalk, database: Database) -> Advisor:
    return Advisor(garden.current, voice, smalltalk, database, misses_kept=90)
