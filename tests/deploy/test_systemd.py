"""The unit: accepted by systemd's own tools, and as closed as a service that talks to the network can be."""

import re
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.deploy.files import DEPLOY, accepts, text_of, tool

UNIT = "vigie.service"
MOST_EXPOSED = 15
"""Tenths, of what `systemd-analyze security` counts: 100 is wide open, and below 20 is what it smiles at."""
PROGRAM = "/opt/vigie/.venv/bin/vigie"


@pytest.fixture
def unit(tmp_path: Path) -> str:
    """The unit with its drop-ins, installed as it would be, beside a Vigie that is there."""
    (tmp_path / UNIT).write_text(text_of(UNIT).replace(PROGRAM, str(Path(sys.executable).parent / "vigie")))
    beside = tmp_path / f"{UNIT}.d"
    beside.mkdir()
    for each in (DEPLOY / f"{UNIT}.d").iterdir():
        (beside / each.name).write_text(each.read_text())
    return str(tmp_path / UNIT)


def values(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", text_of(UNIT), re.MULTILINE)


def test_systemd_understands_every_line(unit: str) -> None:
    assert accepts([tool("systemd-analyze"), "verify", "--man=no", unit]) == ""


def test_systemd_finds_it_closed(unit: str) -> None:
    accepts([tool("systemd-analyze"), "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", unit])


def test_it_runs_as_nobody_in_particular_within_limits() -> None:
    assert values("User") == ["vigie"]
    assert values("CapabilityBoundingSet") == [""]
    assert values("ProtectSystem") == ["strict"]
    assert values("NoNewPrivileges") == ["yes"]
    assert values("MemoryMax")
    assert values("TasksMax")


def test_a_wrong_token_is_not_tried_again_and_a_crash_is() -> None:
    assert values("Restart") == ["on-failure"]
    assert values("RestartPreventExitStatus") == ["2"]


def test_what_is_kept_stands_in_the_folders_that_systemd_makes() -> None:
    environment = dict(each.split("=", 1) for line in values("Environment") for each in line.split())
    assert environment["VIGIE_DATABASE"].startswith(f"/var/lib/{values('StateDirectory')[0]}/")
    assert environment["VIGIE_CACHE"] == f"/var/cache/{values('CacheDirectory')[0]}"
    assert environment["MPLCONFIGDIR"].startswith(environment["VIGIE_CACHE"])
    named = {name.removeprefix("VIGIE_").lower() for name in environment if name.startswith("VIGIE_")}
    assert named <= set(Settings.model_fields)


@pytest.mark.parametrize("platform", ["telegram", "discord"])
def test_a_token_is_a_credential_and_stands_in_no_environment(platform: str) -> None:
    lines = text_of(f"{UNIT}.d/{platform}.conf").splitlines()
    assert f"LoadCredential={platform}_token:/etc/vigie/{platform}_token" in lines
    assert f"Environment=VIGIE_{platform.upper()}_TOKEN_FILE=%d/{platform}_token" in lines
    assert f"{platform}_token_file" in Settings.model_fields
