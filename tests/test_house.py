"""The rules of the house that a machine can hold."""

import ast
import re
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent
PLATFORM_FREE = ("content", "core", "dialogue", "rendering", "retrieval", "storage")


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("room", PLATFORM_FREE)
def test_the_core_knows_no_platform(room: str) -> None:
    for path in (ROOT / "bot" / room).rglob("*.py"):
        forbidden = {
            name
            for name in imports_of(path)
            if re.match(r"(bot\.(platforms|app|cli)|telegram|discord|typer|rich|prompt_toolkit)\b", name)
        }
        assert not forbidden, path


IMPURE = {"time", "datetime", "random", "secrets", "os", "asyncio", "sqlite3", "socket"}


@pytest.mark.parametrize(("room", "allowed"), [("retrieval", set()), ("dialogue", {"datetime"})])
def test_what_is_pure_reads_no_clock_and_nothing_from_outside(room: str, allowed: set[str]) -> None:
    for path in (ROOT / "bot" / room).glob("*.py"):
        assert not imports_of(path) & (IMPURE - allowed), path
        assert not re.search(r"\.(now|today|utcnow)\(", path.read_text(encoding="utf-8")), path


def test_what_vigie_says_is_in_the_prompts_and_not_in_the_code() -> None:
    for path in (ROOT / "bot").rglob("*.py"):
        if path.name in {"french.py", "follow_up.py", "understanding.py"}:  # word lists
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"\b(tu|toi|ta|tes|je|j'ai|une|réponse)\b", node.value) or node.value.startswith(
                    ("toi ›", '"""')
                ), f"{path}:{node.lineno}: {node.value[:60]}"


def test_lock_files_carry_hashes_and_no_address() -> None:
    locks = list(ROOT.glob("*.lock"))
    assert locks
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "index" not in text


def test_the_wheel_carries_the_knowledge_and_the_prompts(tmp_path: Path) -> None:
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    names = set(zipfile.ZipFile(wheel).namelist())
    passages = list((ROOT / "knowledge" / "passages").rglob("*.md"))
    assert f"bot/data/{passages[0].relative_to(ROOT)}" in names
    assert "bot/data/knowledge/lexicon.yaml" in names
    assert "bot/data/prompts/fr/answer/answer.md.j2" in names
    assert "bot/retrieval/parameters.toml" in names
    assert "bot/storage/migrations/0001_misses.sql" in names
    assert not any(name.startswith("tests/") for name in names)
