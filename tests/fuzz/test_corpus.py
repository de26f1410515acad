"""What led fuzzing to every part of the code that reads what people send, read again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, close

CORPUS = Path(__file__).parent / "corpus"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    # The client warns where it tells of durations otherwise, and warnings are errors here.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture(scope="module", autouse=True)
def closing() -> Iterator[None]:
    yield
    close()


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_before_breaks_nothing(name: str) -> None:
    inputs = sorted((CORPUS / name).iterdir())
    assert inputs
    for each in inputs:
        TARGETS[name](each.read_bytes())


def test_every_folder_of_the_corpus_is_a_target_s() -> None:
    assert {each.name for each in CORPUS.iterdir()} == set(TARGETS)
