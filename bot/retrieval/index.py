"""BM25 over compiled posting arrays.

`rank_bm25` is extended at the two places that it keeps for it: how the statistics are gathered, here in arrays rather
than in a dictionary a document; and how rare words are weighted. What it would add up over all documents for a query
is worked out once for each term, as the array of the documents that hold it and of the score that each gets for it.
"""

import math
from array import array
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from bot.retrieval.tokens import Tokens

Scores = NDArray[np.float64]
Positions = NDArray[np.int64]
Documents = NDArray[np.int32]
"""Positions that are kept, in as little room as two thousand million passages leave."""

# A term that stands in more than one document in three also has its scores as a full row: adding rows beats scattering.
_DENSE = 3
_ROWS = 32
# Up to so many scores, sorting them all is quicker than looking for those that are worth it.
_SORTED_WHOLE = 512
_FEW = 10


class Ranked(NamedTuple):
    """A document of the index (its position) and its score."""

    position: int
    score: float


class PostingIndex(BM25Okapi):  # type: ignore[misc]  # rank_bm25 carries no types
    """An immutable BM25 index over the tokens of documents.

    The inverse document frequency is ln(1 + (N - n + 0.5) / (n + 0.5)), as in Lucene: never zero nor negative, where
    Okapi's is zero for a term found in half of the documents. An empty corpus is served: every query finds nothing.

    Args:
        tokens: the tokens of the documents.
        k1: how soon a term that is repeated counts no more.
        b: how much long documents are held back.
        like: an index whose statistics are taken in the place of these documents' own, so that the scores of both
            can be compared: how rare terms are, and how long a document is.
    """

    _terms: NDArray[np.int64]
    _documents: Documents

    def __init__(self, tokens: Tokens, k1: float, b: float, like: "PostingIndex | None" = None) -> None:
        self._like = like
        super().__init__(tokens, k1=k1, b=b)
        lengths = np.bincount(tokens.documents, minlength=tokens.size)
        self.length: float = like.length if like else float(lengths.mean()) if len(tokens.documents) else 1.0
        norms = k1 * (1 - b + b * lengths / self.length)
        weighted = np.array(self.idf)[self._terms] * self._frequencies * (k1 + 1)
        self._impacts = weighted / (self._frequencies + norms[self._documents])
        counts = np.bincount(self._terms, minlength=len(self.idf))
        self._bounds = array("q", np.concatenate(([0], np.cumsum(counts))).tolist())
        self._rows = {int(each): self._row(int(each)) for each in np.flatnonzero(counts > self.size / _DENSE)}
        del self._terms, self._frequencies

    def _initialize(self, corpus: Tokens) -> dict[str, int]:
        """Gather the statistics: which term stands in which document, how many times. Called by rank_bm25."""
        self.size = corpus.size
        self._numbers = corpus.vocabulary
        # One key for a term in a document; sorted, they are the postings in order.
        keys, self._frequencies = np.unique(corpus.terms * corpus.size + corpus.documents, return_counts=True)
        self._terms, documents = np.divmod(keys, max(corpus.size, 1))
        self._documents = documents.astype(np.int32)
        counts = np.bincount(self._terms, minlength=len(self._numbers))
        return dict(zip(self._numbers, counts.tolist(), strict=True))

    def _calc_idf(self, nd: dict[str, int]) -> None:
        """Weigh each term, by its number. Called by rank_bm25 with how many documents hold each."""
        if self._like:
            self.idf = array("d", map(self._like.inverse_document_frequency, nd))
        else:
            self.idf = array("d", (math.log1p((self.size - n + 0.5) / (n + 0.5)) for n in nd.values()))

    def _row(self, number: int) -> Scores:
        row = np.zeros(self.size)
        where = self._slice(number)
        row[self._documents[where]] = self._impacts[where]
        return row

    def _slice(self, number: int) -> slice:
        """Return where the postings of a term stand."""
        return slice(self._bounds[number], self._bounds[number + 1])

    def __contains__(self, term: str) -> bool:
        return term in self._numbers

    def inverse_document_frequency(self, term: str) -> float:
        """Return the term's weight; an unknown term weighs as much as one that stands in no document would."""
        number = self._numbers.get(term)
        if number is not None:
            return self.idf[number]
        return self._like.inverse_document_frequency(term) if self._like else math.log1p((self.size + 0.5) / 0.5)

    def postings(self, term: str) -> tuple[Documents, Scores]:
        """Return the positions of the documents that hold the term, ascending, and the score of the term in each."""
        number = self._numbers.get(term)
        where = slice(0, 0) if number is None else self._slice(number)
        return self._documents[where], self._impacts[where]

    def score_at(self, term: str, position: int) -> float:
        """Return the term's score in one document, 0 where it does not stand."""
        positions, impacts = self.postings(term)
        place = int(positions.searchsorted(position))
        return float(impacts[place]) if place < len(positions) and positions[place] == position else 0.0

    def get_scores(self, query: Iterable[str]) -> Scores:
        """Return the score of every document for the query's terms."""
        scores = np.zeros(self.size)
        self.add_all(scores, query)
        return scores

    def add(self, scores: Scores, term: str, weight: float) -> None:
        """Add the term's score in each document, times the weight, to an array of one score a document."""
        number = self._numbers.get(term)
        if number is None:
            return
        row = self._rows.get(number)
        if row is not None:
            scores += row if weight == 1.0 else row * weight
        else:
            where = self._slice(number)
            impacts = self._impacts[where]
            np.add.at(scores, self._documents[where], impacts if weight == 1.0 else impacts * weight)

    def add_all(self, scores: Scores, terms: Iterable[str]) -> None:
        """Add the score of every term in each document: for many terms, quicker than one after the other."""
        documents, impacts = [], []
        for term in terms:
            number = self._numbers.get(term)
            if number is None:
                continue
            row = self._rows.get(number)
            if row is not None:
                scores += row
            else:
                where = self._slice(number)
                documents.append(self._documents[where])
                impacts.append(self._impacts[where])
        if documents:
            np.add.at(scores, np.concatenate(documents), np.concatenate(impacts))

    def top(self, query: Iterable[str], count: int) -> list[Ranked]:
        """Return the best documents for the query's terms, those without any of them left out."""
        return top(self.get_scores(query), count)


def top(scores: Scores, count: int) -> list[Ranked]:
    """Return the `count` highest scores above zero, best first, equal ones by position."""
    if count <= _FEW and len(scores) <= _SORTED_WHOLE:
        return _one_by_one(scores, count)
    if len(scores) <= _SORTED_WHOLE:
        best = (-scores).argsort(kind="stable")[:count]
    else:
        candidates = _candidates(scores, count)
        best = candidates[np.lexsort((candidates, -scores[candidates]))[:count]]
    pairs = zip(best.tolist(), scores[best].tolist(), strict=True)
    return [Ranked(position, score) for position, score in pairs if score > 0]


def _one_by_one(scores: Scores, count: int) -> list[Ranked]:
    """Return the same, looked for one after the other: for a few of few, quicker than to sort."""
    found, left = [], scores.copy()
    for _ in range(min(count, len(left))):
        position = int(left.argmax())
        score = float(left[position])
        if score <= 0:
            break
        found.append(Ranked(position, score))
        left[position] = 0.0
    return found


def _candidates(scores: Scores, count: int) -> Positions:
    """Return positions among which the best ones surely are.

    The scores are dealt into columns; the best `count` scores stand in the columns whose best is among the `count` best
    bests, so that only those need to be sorted.
    """
    columns, rest = divmod(len(scores), _ROWS)
    if columns <= count:
        return np.arange(len(scores))
    bests = scores[: columns * _ROWS].reshape(_ROWS, columns).max(axis=0)
    threshold = max(np.partition(bests, columns - count)[columns - count], np.finfo(np.float64).tiny)
    kept = np.flatnonzero(bests >= threshold)
    positions = (kept[:, None] + np.arange(0, columns * _ROWS, columns)).ravel()
    positions = positions[scores[positions] >= threshold]
    return np.concatenate((positions, np.arange(len(scores) - rest, len(scores))))
