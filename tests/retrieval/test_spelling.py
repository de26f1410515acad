"""Words that no passage holds are corrected to words that some do."""

import pytest

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
