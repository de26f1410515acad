"""Vigie before the small journeys of the garden, and the tips of the bakery."""

import pytest

from bot.core.advisor import Advisor
from bot.core.messages import Capabilities
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.library import Library
from bot.storage.database import Database
from tests.conversations.classroom import GROUP, SERVER, Classroom, knowledge_files, written_to
from tests.conversations.garden import Garden, voice_with_words


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Voice:
    return voice_with_words(tmp_path_factory.mktemp("prompts") / "fr")


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


@pytest.fixture(scope="session")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return written_to(tmp_path_factory.mktemp("bakery"), knowledge_files())


@pytest.fixture
def baking(bakery: Library, voice: Voice, smalltalk: SmallTalk, database: Database) -> Advisor:
    return Advisor(bakery.current, voice, smalltalk, database, misses_kept=90)


@pytest.fixture
def group(baking: Advisor, database: Database) -> Classroom:
    """A platform without forms, where what is for one alone comes in the direct message."""
    return Classroom(baking, database, GROUP, "telegram")


@pytest.fixture
def server(baking: Advisor, database: Database) -> Classroom:
    """A platform with forms and answers for one alone."""
    return Classroom(baking, database, SERVER, "discord")


@pytest.fixture
def terminal(baking: Advisor, database: Database) -> Classroom:
    """A platform without buttons, where one person alone reads everything."""
    return Classroom(baking, database, Capabilities(), "test")
