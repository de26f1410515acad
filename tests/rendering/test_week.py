"""The picture of a week: it can be drawn whatever it holds, tells no small figure, and is refused in one line."""

import io
import json
import os
import struct
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from matplotlib.image import imread
from numpy import array_equal
from numpy.typing import NDArray
from pydantic import TypeAdapter

from bot.core.messages import Day, Funnel, Picture
from bot.rendering.week import draw, main
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from tests.command_line import run, run_apart

MONDAY = date(2026, 11, 16)
WORDS = read_wording(PROMPTS).week
HOSTILE = (
    "$\\frac{1}{0}$ 😀 et un titre qui n'en finit pas, vraiment pas, jamais de la vie",
    "\x00\x07\u202e\ud83d",
    "W" * 100_000,
    "a\nb\tc {x} %s \\alpha_$",
    "",
)


def week(*outcomes: tuple[int, int, int], useful: int = 0, useless: int = 0, funnels: Sequence[Funnel] = ()) -> Picture:
    days = tuple(Day(MONDAY + timedelta(days=number), *each) for number, each in enumerate(outcomes))
    return Picture("semaine.png", days, useful, useless, tuple(funnels))


FULL = week(
    *[(12, 6, 1), (18, 7, 5), (9, 0, 0), (22, 8, 6), (15, 1, 1), (1, 0, 0), (0, 0, 0)],
    useful=31,
    useless=7,
    funnels=[Funnel("Démarrer", 42, 18), Funnel("La méthode VIE", 23, 1)],
)


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@cache
def png_of(picture: Picture) -> bytes:
    return draw(picture, WORDS)


def dots(picture: Picture) -> NDArray[Any]:
    return imread(io.BytesIO(png_of(picture)))


def test_the_picture_of_a_week_is_as_wide_as_a_telephone_and_no_longer_than_two() -> None:
    width, height = size(png_of(FULL))
    assert width == 1080
    assert 1500 < height < 2 * 1080


def test_there_is_no_place_through_which_what_is_around_shows() -> None:
    drawn = dots(FULL)
    assert drawn.shape[2] == 3 or bool((drawn[:, :, 3] == 1).all())


@pytest.mark.parametrize("figure", [2, 3, 4])
def test_no_figure_under_five_can_be_read_from_the_picture(figure: int) -> None:
    def with_(small: int) -> Picture:
        funnels = [Funnel("Démarrer", small, small), Funnel("VIE", 30, small)]
        return week((small, 9, small), (20, small, 0), useful=small, useless=8, funnels=funnels)

    assert array_equal(dots(with_(figure)), dots(with_(1)))


def test_no_opinion_but_a_few_tells_how_many_either() -> None:
    assert array_equal(dots(week((9, 0, 0), useful=1, useless=3)), dots(week((9, 0, 0), useful=4, useless=1)))


def test_five_is_told_apart_from_six_and_from_a_few_and_from_none() -> None:
    drawn = [png_of(week((figure, 0, 0), useful=9)) for figure in (0, 1, 5, 6)]
    assert len(set(drawn)) == 4


@pytest.mark.parametrize("title", HOSTILE, ids=["math", "control", "wide", "markup", "nothing"])
def test_a_hostile_title_takes_one_line_like_any_other(title: str) -> None:
    def height(each: str) -> int:
        return size(png_of(week((9, 0, 0), funnels=[Funnel(each, 9, 5)])))[1]

    assert height(title) == height("Démarrer")


def test_what_math_would_make_of_a_title_is_written_as_it_is() -> None:
    with_dollars = week((9, 0, 0), funnels=[Funnel("$x$", 9, 5)])
    assert not array_equal(dots(with_dollars), dots(week((9, 0, 0), funnels=[Funnel("x", 9, 5)])))


def test_five_journeys_are_drawn_at_most() -> None:
    def height(count: int) -> int:
        return size(png_of(week((9, 0, 0), funnels=[Funnel("Démarrer", 9, 5)] * count)))[1]

    assert height(4) < height(5) == height(50)


@pytest.mark.parametrize("picture", [week((0, 0, 0)), week((10**9, 0, 5)), week(*[(5, 5, 5)] * 7, useless=5)])
def test_weeks_of_any_size_are_drawn(picture: Picture) -> None:
    width, height = size(png_of(picture))
    assert width == 1080
    assert 400 < height < 2 * 1080


def test_a_picture_comes_in_as_json_and_goes_out_as_png() -> None:
    written = TypeAdapter(Picture).dump_json(FULL)
    drawn = run_apart(environment=os.environ, stdin=written, module="bot.rendering.week")
    assert drawn.returncode == 0
    assert drawn.stdout == png_of(FULL)


WRONG = {"name": "x", "days": [], "useful": 0, "useless": 0, "funnels": []}


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"[" * 10_000,
        json.dumps(WRONG).encode(),
        json.dumps({**WRONG, "days": [{"day": "2026-11-16", "answered": -1}]}).encode(),
        json.dumps({**WRONG, "days": [{"day": "2026-11-16"}], "useful": 10**30}).encode(),
        json.dumps({**WRONG, "days": [{"day": "2026-11-16"}] * 400}).encode(),
    ],
    ids=["nothing", "bytes", "list", "deep", "no-days", "negative", "huge", "many"],
)
def test_what_is_no_picture_is_refused_in_one_line(written: bytes) -> None:
    refused = run(environment=os.environ, stdin=written, program=main)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert refused.stderr.decode().startswith("This is no picture of a week: ")
    assert len(refused.stderr.splitlines()) == 1
