"""The floor under the quality of the answers, on the half of the evaluation set that no parameter is fitted on."""

import random

import pytest

from bot.library import Library
from tests.benchmarks.synthetic import misspell
from tests.evaluation.cases import Case, follow_ups, out_of_scope, questions, smalltalk
from tests.evaluation.measure import Outcome, forgetful, outcomes, plain_outcomes, share


def trusted(cases: list[Case]) -> list[Case]:
    return [case for case in cases if not case.for_tuning]


@pytest.fixture
async def in_scope(library: Library) -> list[Outcome]:
    async with forgetful(library.current) as advisor:
        return await outcomes(advisor, trusted(questions()))


async def test_questions_in_scope_are_answered_right(in_scope: list[Outcome], library: Library) -> None:
    assert share(in_scope, lambda each: each.answered_right) >= 0.80
    assert share(in_scope, lambda each: each.among_three) >= 0.90
    assert share(in_scope, lambda each: each.refused) <= 0.06
    assert share(in_scope, lambda each: each.answered_wrong) <= 0.13
    plain = plain_outcomes(library.current().corpus, trusted(questions()))
    assert share(in_scope, lambda each: each.answered_right) > share(plain, lambda each: each.answered_right) + 0.2


async def test_questions_out_of_scope_are_refused(library: Library) -> None:
    async with forgetful(library.current) as advisor:
        results = await outcomes(advisor, trusted(out_of_scope()))
    assert share(results, lambda each: each.refused) >= 0.92


async def test_follow_ups_are_answered(library: Library) -> None:
    async with forgetful(library.current) as advisor:
        results = await outcomes(advisor, follow_ups())
    assert share(results, lambda each: each.answered_right) >= 0.60


async def test_small_talk_is_recognised(library: Library) -> None:
    async with forgetful(library.current) as advisor:
        results = await outcomes(advisor, trusted(smalltalk()))
    assert share(results, lambda each: each.status == "smalltalk") >= 0.75


def test_misspelt_questions_are_found_nearly_as_well(library: Library) -> None:
    retriever, chance = library.current(), random.Random(1)  # noqa: S311 - the same at every run
    cases = trusted(questions())
    asked = [case.turns[0] for case in cases]
    misspelt = [" ".join(misspell(question.split(), chance)) for question in asked]

    def found(texts: list[str]) -> float:
        hits = [retriever.search(text, 1) for text in texts]
        return sum(case.is_right(hit[0].passage.text) for case, hit in zip(cases, hits, strict=True)) / len(cases)

    assert found(misspelt) >= found(asked) - 0.06


def test_the_set_is_as_large_as_it_says() -> None:
    assert len(questions()) >= 250
    assert len(out_of_scope()) >= 80
    assert sum(case.style == "near" for case in out_of_scope()) >= len(out_of_scope()) / 3
    assert len(follow_ups()) >= 30
