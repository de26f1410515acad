"""What Vigie is made of: each version pinned, each file known by its hash, nothing from elsewhere."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-measure.lock"]
_ENTRY = re.compile(r"([a-z0-9][a-z0-9.-]*)(\[[a-z0-9,-]+\])?==([^\s;]+)( ; [^\\]+)?((?: --hash=sha256:[0-9a-f]{64})+)")


def entries(name: str) -> list[str]:
    """Return the requirements of a lock file, each on one line with its hashes."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [" ".join(line.split()) for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def pinned(name: str) -> dict[str, set[str]]:
    """Return the versions that a lock file pins, by package: more than one where systems differ."""
    found: dict[str, set[str]] = {}
    for entry in entries(name):
        matched = _ENTRY.fullmatch(entry)
        assert matched, f"{name}: {entry[:80]}"
        found.setdefault(matched[1], set()).add(matched[3])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_every_lock_file_is_a_version_with_its_hashes(name: str) -> None:
    assert len(pinned(name)) > 20
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|git\+|--(?!hash=sha256:)[a-z]|^-|@ ", text, re.MULTILINE)


def test_what_is_asked_for_is_what_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {
        "requirements.lock": [
            *project["project"]["dependencies"],
            *(each for extra in project["project"].get("optional-dependencies", {}).values() for each in extra),
        ],
        "requirements-dev.lock": project["dependency-groups"]["dev"],
        "requirements-measure.lock": project["dependency-groups"]["measure"],
    }
    for name, wanted in asked.items():
        names = {re.split(r"[\[<>=~!; ]", each)[0].lower().replace("_", "-").replace(".", "-") for each in wanted}
        assert names <= {each.replace(".", "-") for each in pinned(name)}, name


def test_the_same_version_is_tested_and_measured_as_is_run() -> None:
    run = pinned("requirements.lock")
    for name in LOCKS[1:]:
        found = pinned(name)
        assert {package: found[package] for package in run} == run


def test_the_build_itself_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert all("==" in each for each in project["build-system"]["requires"])
    wanted = {each.partition("==")[0] for each in (ROOT / "build-requirements.in").read_text().split()}
    assert wanted <= set(pinned("requirements.lock"))


def test_everything_that_is_installed_is_checked_against_its_hash() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in makefile.splitlines() if "$(INSTALL)" in line and "--requirement" in line]
    assert len(installs) == len(LOCKS)
    assert all("--require-hashes" in line for line in installs)
