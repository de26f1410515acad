"""What most tests start from: the knowledge that comes with Vigie, and small ones made for the occasion.

The database is a SQLite file, or with `--engine postgresql` one on a server. Tests marked `both_engines` are run on
both, those marked `sqlite_only` look into the file.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from bot.core.advisor import Advisor
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.library import Library
from bot.rendering.check import read_small_talk
from bot.rendering.templates import Templates
from bot.rendering.wording import read_wording
from bot.resources import KNOWLEDGE, PROMPTS
from bot.retrieval.parameters import read_parameters
from bot.storage.address import DatabaseAddress
from bot.storage.database import Database, open_database
from tests.fakes.postgresql import PostgreSQL, serving
from tests.people import Member

PASSAGE = """\
---
title: {title}
phase: éduquer
source: essai-2024
status: current
reviewed_on: 2026-11-22
---
{text}
"""
SOURCES = """\
essai-2024:
  title: Un essai
  author: Ada Byron
  publisher: Le Journal
  year: 2024
  file: essai.txt
"""

WriteKnowledge = Callable[[dict[str, str]], Path]
SQLITE, POSTGRESQL = "sqlite", "postgresql"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=(SQLITE, POSTGRESQL), default=SQLITE, help="what keeps the database")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both_engines: run with a SQLite file and with PostgreSQL")
    config.addinivalue_line("markers", "sqlite_only: run with a SQLite file alone")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marked = {mark.name for mark in metafunc.definition.iter_markers()}
    if "engine" in metafunc.fixturenames and "both_engines" in marked and "sqlite_only" not in marked:
        metafunc.parametrize("engine", (SQLITE, POSTGRESQL))


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the knowledge that comes with Vigie is kept compiled, as long as nothing else is."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def library(cache: Path) -> Library:
    return Library(KNOWLEDGE, read_parameters(), cache)


@pytest.fixture(scope="session")
def voice() -> Voice:
    return Voice(Templates(PROMPTS), read_wording(PROMPTS))


@pytest.fixture(scope="session")
def smalltalk() -> SmallTalk:
    return SmallTalk(read_small_talk(PROMPTS))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with serving() as server:
        yield server


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    is_file = request.node.get_closest_marker("sqlite_only")
    return SQLITE if is_file else str(request.config.getoption("--engine"))


@pytest.fixture
def database_server(engine: str, request: pytest.FixtureRequest) -> PostgreSQL | None:
    return request.getfixturevalue("postgresql") if engine == POSTGRESQL else None


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    return tmp_path / "vigie.sqlite3"


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file as Vigie first makes it, which takes longer than most tests: they use copies."""
    path = tmp_path_factory.mktemp("new") / "vigie.sqlite3"
    asyncio.run(_made(path))
    return path


async def _made(path: Path) -> None:
    async with open_database(path):
        pass


@pytest.fixture
async def database_address(
    database_server: PostgreSQL | None, database_file: Path, new_file: Path
) -> AsyncIterator[DatabaseAddress]:
    if database_server is None:
        shutil.copyfile(new_file, database_file)
        yield database_file
    else:
        async with database_server.database() as address:
            yield address


@pytest.fixture
async def database(database_address: DatabaseAddress) -> AsyncIterator[Database]:
    async with open_database(database_address) as opened:
        yield opened


@pytest.fixture
def advisor(library: Library, voice: Voice, smalltalk: SmallTalk, database: Database) -> Advisor:
    """As `build_advisor` makes it, of what takes long to read and never changes."""
    return Advisor(library.current, voice, smalltalk, database, misses_kept=90)


@pytest.fixture
def lea(advisor: Advisor) -> Member:
    return Member(advisor, "léa")


@pytest.fixture
def write_knowledge(tmp_path: Path) -> WriteKnowledge:
    """Return a function that writes a knowledge folder: file names to texts, sources included."""

    def write(files: dict[str, str]) -> Path:
        folder = tmp_path / "knowledge"
        for name, text in {"sources.yaml": SOURCES, **files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (folder / "passages").mkdir(parents=True, exist_ok=True)
        return folder

    return write
