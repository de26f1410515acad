"""The list of threats in SECURITY.md: complete, and each line held by tests that there are."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DOCUMENT.partition("## What might happen")[2].splitlines()
    if line.startswith("| ") and not line.startswith(("| threat", "| ---"))
]
MUST_STAND = (
    "Forged webhook", "Forged button", "Replay", "Another community's data", "Template injection", "SQL injection",
    "Markdown injection", "Mentions", "YAML bomb", "Path traversal", "Oversized", "A secret that leaks",
    "A library that changes",
)  # fmt: skip


@cache
def named_in(path: Path) -> frozenset[str]:
    """Return the names of the tests that a file holds, without running it."""
    return frozenset(
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def test_every_threat_that_matters_is_listed() -> None:
    marked = {found for row in ROWS for found in re.findall(r"\*\*([^*]+)\*\*", row[0])}
    assert marked == set(MUST_STAND)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].replace("*", ""))
def test_what_holds_a_threat_is_said_and_shown_by_tests_that_there_are(row: list[str]) -> None:
    assert len(row) == 3
    _, holds, shown = row
    assert holds
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", shown)
    assert named
    assert shown.replace("`", "").split() == [f"{path}::{test}" for path, test in named]
    for path, test in named:
        assert test in named_in(ROOT / path), f"{path}::{test}"
