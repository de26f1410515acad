"""The knowledge is read again when it changes, and a broken set never replaces a good one."""

import asyncio
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bot.errors import BotError, ContentError
from bot.library import Library
from bot.retrieval.parameters import read_parameters
from tests.conftest import PASSAGE, WriteKnowledge

GOOD = PASSAGE.format(title="Tomates", text="Plante-les après les gelées.")


def titles(library: Library) -> list[str]:
    return [passage.title for passage in library.current().corpus.passages]


async def test_a_new_passage_is_served(write_knowledge: WriteKnowledge) -> None:
    folder = write_knowledge({"passages/a.md": GOOD})
    library = Library(folder, read_parameters())
    (folder / "passages" / "b.md").write_text(GOOD.replace("Tomates", "Radis"), encoding="utf-8")
    await library.reload()
    assert titles(library) == ["Tomates", "Radis"]


async def test_a_broken_change_is_reported_and_the_last_good_set_goes_on(
    write_knowledge: WriteKnowledge, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_knowledge({"passages/a.md": GOOD})
    library = Library(folder, read_parameters())
    before = library.current()
    (folder / "passages" / "b.md").write_text("cassé", encoding="utf-8")
    await library.reload()
    assert library.current() is before
    assert "b.md:1: no front matter." in caplog.text


async def test_a_change_is_noticed_without_being_told(write_knowledge: WriteKnowledge) -> None:
    folder = write_knowledge({"passages/a.md": GOOD})
    library = Library(folder, read_parameters())
    watching = asyncio.create_task(library.watch())
    await asyncio.sleep(0.5)
    for _ in range(200):
        (folder / "passages" / "a.md").write_text(GOOD.replace("Tomates", "Radis"), encoding="utf-8")
        await asyncio.sleep(0.05)
        if titles(library) == ["Radis"]:
            break
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    assert titles(library) == ["Radis"]


def test_a_folder_that_is_broken_from_the_start_is_refused(write_knowledge: WriteKnowledge) -> None:
    with pytest.raises(ContentError):
        Library(write_knowledge({"passages/a.md": "cassé"}), read_parameters())


async def test_an_unexpected_failure_is_reported_and_the_last_good_set_goes_on(
    write_knowledge: WriteKnowledge, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_knowledge({"passages/a.md": GOOD})
    library = Library(folder, read_parameters())
    (folder / "lexicon.yaml").mkdir()
    await library.reload()
    assert titles(library) == ["Tomates"]
    assert caplog.text


_READS = """
import sys
from pathlib import Path
from bot.library import Library
from bot.retrieval.parameters import read_parameters

library = Library(Path(sys.argv[1]), read_parameters(), Path(sys.argv[2]))
print(len(library.current().corpus.passages), "bot.content.reading" in sys.modules)
"""
"""A process that serves a folder, and whether it read the files itself."""


def test_what_is_compiled_is_compiled_in_a_process_of_its_own(write_knowledge: WriteKnowledge, tmp_path: Path) -> None:
    folder = write_knowledge({"passages/a.md": PASSAGE.format(title="A", text="Le menuisier rabote.")})
    told = subprocess.run(
        [sys.executable, "-c", _READS, str(folder), str(tmp_path / "cache")], check=True, capture_output=True, text=True
    )
    assert told.stdout == "1 False\n"


def test_what_cannot_be_kept_compiled_is_served_all_the_same(write_knowledge: WriteKnowledge, tmp_path: Path) -> None:
    folder = write_knowledge({"passages/a.md": PASSAGE.format(title="A", text="Le menuisier rabote.")})
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")
    library = Library(folder, read_parameters(), tmp_path / "cache")
    assert len(library.current().corpus.passages) == 1


def test_what_is_wrong_is_told_as_it_is_without_a_cache(write_knowledge: WriteKnowledge, tmp_path: Path) -> None:
    with pytest.raises(BotError, match=r"a\.md:1"):
        Library(write_knowledge({"passages/a.md": "cassé"}), read_parameters(), tmp_path / "cache")
