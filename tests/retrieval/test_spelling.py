"""Words that no passage holds are corrected to words that some do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieval.spelling import Vocabulary

VOCABULARY = Vocabulary({"recruteur": 9, "recruteuse": 2, "profil": 30, "profit": 4, "image": 12, "réel": 1, "rss": 3})


@pytest.mark.parametrize("typed", ["recruteru", "recuteur", "recrutteur", "rectuteur"])
def test_a_letter_dropped_doubled_swapped_or_replaced(typed: str) -> None:
    assert VOCABULARY.corrections(typed)[0] == "recruteur"


def test_the_most_used_word_comes_first() -> None:
    assert VOCABULARY.corrections("profi") == ["profil", "profit"]


@pytest.mark.parametrize("typed", ["zzzzzz", "rs", "", "12345", "rss2"])
def test_what_is_near_nothing_is_left_alone(typed: str) -> None:
    assert VOCABULARY.corrections(typed) == []


def test_a_long_word_may_hold_two_slips() -> None:
    assert VOCABULARY.corrections("rercuteeur")[0] == "recruteur"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("prof", ["profil", "profit"]),
        ("recrut", ["recruteur", "recruteuse"]),
        ("profil", ["profil"]),
        ("rss", ["rss"]),
        ("profils", []),
        ("zz", []),
    ],
)
def test_words_that_begin_alike_come_the_most_used_first(typed: str, expected: list[str]) -> None:
    assert VOCABULARY.beginning_with(typed, 5) == expected


def test_no_more_words_that_begin_alike_than_asked_for() -> None:
    assert VOCABULARY.beginning_with("r", 2) == ["recruteur", "rss"]
    assert VOCABULARY.beginning_with("r", 0) == []


def test_as_many_uses_go_by_the_letters() -> None:
    assert Vocabulary({"bb": 2, "ba": 2, "bc": 1}).beginning_with("b", 3) == ["ba", "bb", "bc"]


@given(st.dictionaries(st.text("abcé", min_size=1, max_size=5), st.integers(1, 9), max_size=30), st.text("abcé"))
def test_all_words_that_begin_alike_are_found_and_no_other(counts: dict[str, int], typed: str) -> None:
    found = Vocabulary(counts).beginning_with(typed, len(counts))
    assert sorted(found) == sorted(word for word in counts if word.startswith(typed))
    assert [counts[word] for word in found] == sorted((counts[word] for word in found), reverse=True)
