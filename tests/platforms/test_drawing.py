"""Pictures are drawn in a process of their own, and what cannot be drawn holds up nothing."""

import sys
from pathlib import Path

import pytest

from bot.core.messages import Day, Funnel, Picture
from bot.platforms.drawing import drawn
from tests.people import NOON
from tests.platforms.log import heard

WEEK = Picture("semaine.png", (Day(NOON.date(), 9, 2, 7),), 8, 6, (Funnel("Démarrer", 7, 6),))
ECHO = "import sys; sys.stdout.buffer.write(b'drawn: ' + sys.stdin.buffer.read())"


async def test_what_draws_reads_the_picture_and_writes_what_it_drew() -> None:
    content = await drawn(WEEK, (sys.executable, "-c", ECHO))
    assert content
    assert content.startswith(b"drawn: {")
    assert "Démarrer" in content.decode()


async def test_the_week_is_drawn() -> None:
    content = await drawn(WEEK)
    assert content
    assert content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("import sys; print('x'); sys.exit('no font')", "no font"),
        ("", "could not be drawn (0)"),
        ("import sys; sys.stdin.close(); print('x'); sys.exit(3)", "could not be drawn (3)"),
    ],
)
async def test_what_cannot_be_drawn_is_told_in_the_log(program: str, told: str) -> None:
    with heard() as log:
        assert await drawn(WEEK, (sys.executable, "-c", program)) is None
    assert told in log.text


async def test_a_program_that_is_not_there_is_told_in_the_log(tmp_path: Path) -> None:
    with heard() as log:
        assert await drawn(WEEK, (str(tmp_path / "nothing"),)) is None
    assert "could not be drawn" in log.text


async def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    late = tmp_path / "late"
    program = f"import time; time.sleep(0.6); open({str(late)!r}, 'w')"
    with heard() as log:
        assert await drawn(WEEK, (sys.executable, "-c", program), within=0.1) is None
    assert "within 0.1 seconds" in log.text
    assert await drawn(WEEK, (sys.executable, "-c", "import time; time.sleep(1); print('x')")) == b"x\n"
    assert not late.exists()
