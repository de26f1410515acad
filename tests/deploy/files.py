"""What stands in `deploy/`, as its tests read it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
_LINK = re.compile(r"\[[^\]]+\]\(([^)]+)\)")
_SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def yaml_of(name: str) -> Any:
    return yaml.safe_load(text_of(name))


def links_of(document: Path) -> list[str]:
    """Return what a Markdown file links to, within the sources."""
    found = _LINK.findall(document.read_text(encoding="utf-8"))
    return [link for link in found if not link.startswith(("https://", "http://"))]


def tool(name: str) -> str:
    """Return where a program is that checks files of its own kind; without it, the test is skipped."""
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    found = beside or shutil.which(name) or shutil.which(name, path=":".join(_SBIN))
    if found is None:
        pytest.skip(f"{name} is not installed here: what it checks is parsed by other tests alone")
    return found


def accepts(command: Sequence[str], folder: Path = DEPLOY) -> str:
    """Run a program that checks files, and return what it says; it has to accept them."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=60, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said
