"""What most tests start from: the knowledge that comes with Vigie, and small ones made for the occasion."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.library import Library
from bot.resources import KNOWLEDGE
from bot.retrieval.parameters import read_parameters
from bot.storage.database import Database, open_database
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


@pytest.fixture(scope="session")
def library() -> Library:
    return Library(KNOWLEDGE, read_parameters())


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "vigie.sqlite3") as opened:
        yield opened


@pytest.fixture
def advisor(library: Library, database: Database) -> Advisor:
    return build_advisor(library.current, database)


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
