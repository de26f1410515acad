"""What the guides say is so: files, settings, commands and figures that there are."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import app
from bot.settings import Settings
from tests.deploy.files import DEPLOY, ROOT, links_of

DOCUMENTS = [DEPLOY / "README.md", DEPLOY / "SCALING.md", ROOT / "SECURITY.md"]
OF_THE_PROXIES = {"VIGIE_HOST", "VIGIE_UPSTREAM"}
"""What Caddy reads from its environment."""
COMMANDS = frozenset(getattr(get_command(app), "commands", {}))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_linked_to_is_there(document: Path) -> None:
    assert links_of(document)
    for link in links_of(document):
        path, _, heading = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        if heading:
            titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}, link


def test_every_setting_that_is_named_is_one() -> None:
    known = {f"VIGIE_{name.upper()}" for name in Settings.model_fields} | OF_THE_PROXIES
    for path in (path for path in [*DEPLOY.rglob("*"), ROOT / "SECURITY.md"] if path.is_file()):
        assert set(re.findall(r"VIGIE_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))) <= known, path


@pytest.mark.skipif("backup" not in COMMANDS, reason="not all commands are there yet: no vigie backup")
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_is_named_is_one(document: Path) -> None:
    named = re.findall(
        r"(?:`|bin/|^    |exec vigie )vigie ([a-z]+)", document.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(named) <= COMMANDS


def test_what_is_told_as_measured_says_when_and_on_what() -> None:
    told = (DEPLOY / "SCALING.md").read_text(encoding="utf-8")
    measured = told.partition("## What one machine does")[2].partition("\n## ")[0]
    tables = [table.splitlines()[2:] for table in re.findall(r"(?:^\|.*\n)+", measured, re.MULTILINE)]
    cells = [cell.strip() for rows in tables for row in rows for cell in row.strip("|").split("|")[1:]]
    assert len(cells) > 20
    assert set(cells) == {"–"} or re.search(r"Measured on \d{4}-\d{2}-\d{2}", measured)
