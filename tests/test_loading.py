"""A start on a folder already seen is quick, and is never served yesterday's knowledge."""

import pickletools
import re
from pathlib import Path

import pytest

from bot.errors import BotError, ContentError
from bot.library import Library
from bot.loading import COMPILED_ROOMS, load_retriever
from bot.resources import KNOWLEDGE
from bot.retrieval.parameters import read_parameters
from tests.conftest import PASSAGE, WriteKnowledge

TOMATOES = PASSAGE.format(title="Tomates", text="Plante-les après les gelées.")
RADISHES = PASSAGE.format(title="Radis", text="Sème-les tôt.")


def found(folder: Path, cache: Path, query: str) -> list[str]:
    retriever = load_retriever(folder, read_parameters(), cache)
    return [hit.passage.title for hit in retriever.search(query, 3)]


def test_the_second_start_reads_what_the_first_compiled(write_knowledge: WriteKnowledge, tmp_path: Path) -> None:
    folder = write_knowledge({"passages/a.md": TOMATOES})
    cache = tmp_path / "cache"
    first = load_retriever(folder, read_parameters(), cache)
    [kept] = cache.iterdir()
    compiled = kept.stat().st_ino
    second = load_retriever(folder, read_parameters(), cache)
    assert second.corpus == first.corpus
    assert [hit.score for hit in second.search("tomates", 1)] == [hit.score for hit in first.search("tomates", 1)]
    assert [each.stat().st_ino for each in cache.iterdir()] == [compiled]


def test_a_change_since_the_last_start_is_seen(write_knowledge: WriteKnowledge, tmp_path: Path) -> None:
    folder = write_knowledge({"passages/a.md": TOMATOES})
    assert found(folder, tmp_path / "cache", "radis") == []
    (folder / "passages" / "a.md").write_text(RADISHES, encoding="utf-8")
    assert found(folder, tmp_path / "cache", "radis") == ["Radis"]


def test_what_is_compiled_is_made_of_code_whose_changes_are_seen(library: Library, cache: Path) -> None:
    assert load_retriever(KNOWLEDGE, read_parameters(), cache).corpus == library.current().corpus
    kept = max(cache.iterdir(), key=lambda file: file.stat().st_mtime)
    named = [argument for _, argument, _ in pickletools.genops(kept.read_bytes()) if isinstance(argument, str)]
    modules = {text for text in named if re.fullmatch(r"bot(\.\w+)+", text)}
    assert "bot.dialogue.script" in modules
    assert {module.split(".")[1] for module in modules} <= set(COMPILED_ROOMS)


def test_a_folder_broken_since_is_refused(write_knowledge: WriteKnowledge, tmp_path: Path) -> None:
    folder = write_knowledge({"passages/a.md": TOMATOES})
    found(folder, tmp_path / "cache", "tomates")
    (folder / "passages" / "a.md").write_text("cassé", encoding="utf-8")
    with pytest.raises(ContentError):
        found(folder, tmp_path / "cache", "tomates")


def test_a_folder_gone_since_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BotError, match="holds no folder 'passages'"):
        found(tmp_path / "gone", tmp_path / "cache", "tomates")


@pytest.mark.parametrize("damage", [b"", b"\x80\x05K\x01.", b"nonsense"])
def test_a_damaged_file_is_made_anew(write_knowledge: WriteKnowledge, tmp_path: Path, damage: bytes) -> None:
    folder = write_knowledge({"passages/a.md": TOMATOES})
    cache = tmp_path / "cache"
    found(folder, cache, "tomates")
    [kept] = cache.iterdir()
    kept.write_bytes(damage)
    assert found(folder, cache, "tomates") == ["Tomates"]
    assert kept.read_bytes() != damage


def test_where_nothing_can_be_kept_the_knowledge_is_served_all_the_same(
    write_knowledge: WriteKnowledge, tmp_path: Path
) -> None:
    folder = write_knowledge({"passages/a.md": TOMATOES})
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    assert found(folder, tmp_path / "file" / "cache", "tomates") == ["Tomates"]


def test_few_compiled_folders_are_kept(write_knowledge: WriteKnowledge, tmp_path: Path) -> None:
    folder = write_knowledge({"passages/a.md": TOMATOES})
    for day in range(7):
        (folder / "passages" / "a.questions").write_text(f"jour {day}", encoding="utf-8")
        found(folder, tmp_path / "cache", "tomates")
    assert len(list((tmp_path / "cache").iterdir())) == 4
