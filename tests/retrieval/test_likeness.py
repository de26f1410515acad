"""Questions are gathered by what they ask."""

from collections.abc import Callable
from random import Random

import pytest

from bot.library import Library
from bot.retrieval.french import stem
from bot.retrieval.likeness import groups

RARE = {stem(word): 6.0 for word in ("camionnette", "placard", "furet")}


def weight(term: str) -> float:
    """Return a weight that is great for a few words."""
    return RARE.get(term, 1.0)


def alike(_term: str) -> float:
    return 1.0


def gathered(*questions: str, weigh: Callable[[str], float] = weight) -> list[list[str]]:
    return [[questions[position] for position in positions] for positions in groups(questions, weigh)]


def test_nothing_is_gathered_from_nothing() -> None:
    assert groups([], weight) == []


def test_questions_that_share_what_they_are_about_are_one_group() -> None:
    one, other, third = "Où garer la camionnette ?", "on gare où une camionnette", "Qui ouvre le placard ?"
    assert gathered(one, third, other) == [[one, other], [third]]


@pytest.mark.parametrize(
    "again",
    ["OÙ GARER LA CAMIONNETTE", "ou garer la camionnette", "où garer les camionnettes ?!", "la camionnette, où garer"],
)
def test_case_accents_endings_and_order_do_not_count(again: str) -> None:
    assert len(gathered("Où garer la camionnette ?", again)) == 1


def test_what_is_rare_counts_for_more() -> None:
    questions = ("réparer la vieille camionnette", "laver une camionnette sale")
    assert len(gathered(*questions)) == 1
    assert len(gathered(*questions, weigh=alike)) == 2


def test_questions_that_share_small_words_alone_are_apart() -> None:
    assert len(gathered("comment est-ce que je fais pour le placard", "comment est-ce que je fais pour le furet")) == 2


def test_half_of_what_is_said_is_enough() -> None:
    assert len(gathered("pain beurre", "pain", weigh=alike)) == 1
    assert len(gathered("pain beurre sel", "pain", weigh=alike)) == 2


def test_a_question_joins_the_group_that_it_is_most_like() -> None:
    first, second, third = "camionnette bleue garage", "camionnette rouge garage", "camionnette rouge"
    weigh = {stem("camionnette"): 1.0, stem("garage"): 1.0}
    found = gathered(first, second, third, weigh=lambda term: weigh.get(term, 2.0))
    assert found == [[first], [second, third]]


def test_of_two_that_are_as_like_the_first_takes_it() -> None:
    assert gathered("sel poivre", "sel sucre", "sel", weigh=alike) == [["sel poivre", "sel"], ["sel sucre"]]


@pytest.mark.parametrize("empty", ["", "?", "le la les", "🎷"])
def test_questions_without_a_word_are_nobody_s(empty: str) -> None:
    found = gathered(empty, "placard", empty)
    assert ["placard"] in found
    assert sorted(question for group in found for question in group) == sorted([empty, "placard", empty])


def test_each_question_is_in_one_group_and_every_group_is_led_by_its_first(library: Library) -> None:
    retriever = library.current()
    words = [passage.title for passage in retriever.corpus.passages[:80]]
    Random(7).shuffle(words)  # noqa: S311 - the same at every run
    found = groups(words, retriever.rarity)
    assert sorted(position for positions in found for position in positions) == list(range(len(words)))
    assert all(positions == sorted(positions) for positions in found)
    assert [positions[0] for positions in found] == sorted(positions[0] for positions in found)
    assert groups(words, retriever.rarity) == found
