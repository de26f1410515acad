"""The posting index ranks exactly as a rank_bm25 class with the same idf does, and serves what rank_bm25 cannot."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from bot.retrieval.index import PostingIndex, top
from bot.retrieval.tokens import Tokens

Documents = list[list[str]]
words = st.sampled_from([f"mot{number}" for number in range(12)])
corpora = st.lists(st.lists(words, max_size=15), min_size=1, max_size=80).filter(any)


class ReferenceIndex(BM25Okapi):  # type: ignore[misc]
    """rank_bm25 as it is, with Lucene's idf."""

    def _calc_idf(self, nd: dict[str, int]) -> None:
        size = self.corpus_size
        self.idf = {word: math.log1p((size - count + 0.5) / (count + 0.5)) for word, count in nd.items()}


def reference_ranking(documents: Documents, query: list[str], count: int) -> list[int]:
    scores = ReferenceIndex(documents, k1=1.2, b=0.6).get_scores(query)
    ordered = sorted(range(len(documents)), key=lambda position: (-round(scores[position], 9), position))
    return [position for position in ordered if scores[position] > 0][:count]


@given(corpora, st.lists(words, max_size=6), st.integers(1, 10))
def test_the_ranking_is_that_of_rank_bm25(documents: Documents, query: list[str], count: int) -> None:
    index = PostingIndex(Tokens.of(documents), k1=1.2, b=0.6)
    expected = ReferenceIndex(documents, k1=1.2, b=0.6).get_scores(query)
    np.testing.assert_allclose(index.get_scores(query), expected, atol=1e-9)
    rounded = top(np.round(index.get_scores(query), 9), count)
    assert [found.position for found in rounded] == reference_ranking(documents, query, count)


@given(st.lists(st.floats(0, 10, width=16), max_size=500), st.integers(1, 20))
def test_the_best_scores_are_those_of_a_full_sort(scores: list[float], count: int) -> None:
    expected = sorted(((-score, position) for position, score in enumerate(scores) if score > 0))[:count]
    found = [(-each.score, each.position) for each in top(np.array(scores, dtype=np.float64), count)]
    assert found == expected


@given(corpora, words)
def test_a_score_at_a_place_is_that_of_the_whole_ranking(documents: Documents, word: str) -> None:
    index = PostingIndex(Tokens.of(documents), k1=1.2, b=0.6)
    scores = index.get_scores([word])
    assert [index.score_at(word, position) for position in range(len(documents))] == pytest.approx(list(scores))


@pytest.mark.parametrize("documents", [[], [[]], [[], []]])
def test_a_corpus_without_words_finds_nothing(documents: Documents) -> None:
    assert PostingIndex(Tokens.of(documents), k1=1.2, b=0.6).top(["mot"], 5) == []


def test_a_word_found_in_half_of_the_documents_counts() -> None:
    found = PostingIndex(Tokens.of([["a", "b"], ["c", "d"]]), k1=1.2, b=0.6).top(["a"], 5)
    assert [each.position for each in found] == [0]


def test_documents_that_are_all_alike_come_in_order() -> None:
    found = PostingIndex(Tokens.of([["a"]] * 40), k1=1.2, b=0.6).top(["a"], 3)
    assert [each.position for each in found] == [0, 1, 2]


def test_an_unknown_word_weighs_most() -> None:
    index = PostingIndex(Tokens.of([["a"], ["a", "b"]]), k1=1.2, b=0.6)
    weights = [index.inverse_document_frequency(word) for word in ("a", "b", "inconnu")]
    assert weights == sorted(weights)
    assert "inconnu" not in index
