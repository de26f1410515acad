"""What `deploy/SCALING.md` tells of one machine is what was measured there, and can be measured again."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.library import Library
from tests.benchmarks import scaling, starting
from tests.benchmarks.load import Emptied, Load
from tests.benchmarks.passages import Passages, Start, passages
from tests.benchmarks.scaling import Scaling, Starts
from tests.benchmarks.starting import Standing
from tests.benchmarks.steps import Growth, growth
from tests.benchmarks.synthetic import WORDS_A_PASSAGE, synthetic_texts
from tests.benchmarks.times import Times
from tests.conftest import PASSAGE, WriteKnowledge

EMPTIED = Emptied(443.21987, 2.2, Times(3.3, 11.7), Times(4.5, 16.3))
SCALING = Scaling(
    date(2026, 11, 23),
    "two cores",
    (Load("SQLite 3.40", 1, EMPTIED, EMPTIED), Load("PostgreSQL 15", 2, replace(EMPTIED, rate=221.6), EMPTIED)),
    Starts(Standing(0.5, 0.0, 91.0), Standing(3.4, 5.4, 151.0), Standing(1.9, 3.9, 141.0)),
    tuple(
        Passages(size, Start(size / 1000, 70.0, 80.0, Times(0.2, 0.6)), Start(0.1, 66.0, 70.0, Times(0.2, 0.4)))
        for size in (300, 3000)
    ),
    tuple(Growth(people, people / 100, Times(1.1, 5.0), Times(0.3, 0.7), 1.5) for people in (100, 1000)),
)


def cells(text: str, row: str) -> list[str]:
    """Return the cells of the row of that name."""
    [found] = re.findall(rf"^\| {re.escape(row)} \| (.+) \|$", text, re.MULTILINE)
    return str(found).split(" | ")


@pytest.mark.skipif(not (scaling.FIGURES / scaling.KEPT).exists(), reason="nothing was measured yet: make scaling")
def test_the_document_and_its_pictures_tell_what_was_measured() -> None:
    told, measured = scaling.DOCUMENT.read_text(encoding="utf-8"), scaling.kept()
    assert scaling.filled(told, measured) == told, "write it again: python -m tests.benchmarks --draw"
    for name, picture in scaling.pictures(measured).items():
        assert f"](figures/{name})" in told
        assert (scaling.FIGURES / name).read_text(encoding="utf-8") == picture, "draw it again: --draw"


def test_what_is_measured_is_kept_with_the_digits_that_matter(tmp_path: Path) -> None:
    scaling.keep(SCALING, tmp_path)
    kept = scaling.kept(tmp_path)
    assert kept.loads[0].most.rate == 443.2
    assert kept.people == SCALING.people


def test_what_is_measured_is_written_between_the_marks() -> None:
    told = scaling.filled(scaling.DOCUMENT.read_text(encoding="utf-8"), SCALING)
    assert "\nMeasured on 2026-11-23 on two cores.\n" in told
    assert cells(told, "events a second at most") == ["443", "222"]
    assert cells(told, "beside SQLite") == ["1.00", "0.50"]
    assert cells(told, "`vigie run` with both platforms") == ["141 MB", "+50 MB", "1.9 s", "3.9 s"]
    assert cells(told, "the very first start") == ["0.3 s", "3 s"]
    assert cells(told, "size of the database") == ["1 MB", "10 MB"]
    assert scaling.filled(told, SCALING) == told


def test_a_document_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marked once"):
        scaling.filled("# How far", SCALING)


def test_the_pictures_can_be_read_and_are_the_same_every_time() -> None:
    drawn = scaling.pictures(SCALING)
    assert drawn == scaling.pictures(SCALING)
    assert set(drawn) == {"passages.svg", "people.svg"}
    for picture in drawn.values():
        words = set(ET.fromstring(picture).itertext())  # noqa: S314 - drawn here
        assert {"1k", "p50", "p99"} <= words
        assert len(picture) < 60_000


async def test_starts_are_measured_beside_those_who_echo(
    tmp_path: Path, write_knowledge: WriteKnowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    little = write_knowledge({"passages/veiller.md": PASSAGE.format(title="Veiller", text="Lis trois sources.")})
    monkeypatch.setenv("VIGIE_KNOWLEDGE", str(little))
    echoes, vigie = await starting.echoes(), await starting.vigie(tmp_path)
    assert echoes.connected > 0
    assert 0 < vigie.connected < vigie.ready
    assert 20 < echoes.memory < vigie.memory


def test_passages_are_measured_when_they_are_new_and_later() -> None:
    measured = passages(20)
    for start in (measured.first, measured.later):
        assert start.seconds > 0
        assert 0 < start.question.p50 <= start.question.p99
        assert start.memory > 0
        assert start.peak > 0


def test_passages_are_the_same_at_every_run() -> None:
    texts = list(synthetic_texts(30))
    assert texts == list(synthetic_texts(30))
    assert {len(text.split()) for text in texts} == {WORDS_A_PASSAGE}


async def test_people_are_kept_and_go_on(library: Library, tmp_path: Path) -> None:
    few, more = [await growth(library.current, tmp_path, people, steps=30) for people in (60, 2000)]
    assert few.size < more.size
    for each in (few, more):
        assert 0 < each.step.p50 <= each.step.p99
        assert each.looking.p50 > 0
        assert each.sweeping > 0
