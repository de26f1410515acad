"""Documents compiled to be searched: their words, their sequences of letters, and each of their parts alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np

from bot.retrieval.french import STOP_WORDS, stem_each, tokens_of
from bot.retrieval.index import PostingIndex, Scores
from bot.retrieval.parameters import Parameters

_GRAM = 4
_LETTERS_KEPT = 1 << 19
"""Scores, 4 MB of them, that words get for their sequences of letters: people use the same words."""


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A word of a question: the stems that stand for it, each with how surely it does (1 for the word itself).

    `weight` is what the term counts for, 1 for a word of the question itself. An `echo` is what several words mean
    together: it adds to the score, and is not missed where it does not stand. A `corrected` term is a word that no
    passage knows, with the known words that it may be a slip for.
    """

    options: tuple[tuple[str, float], ...]
    weight: float = 1.0
    echo: bool = False
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A question read: its terms, and its words without stop words, with what each counts for."""

    terms: tuple[QueryTerm, ...]
    words: tuple[tuple[str, float], ...]


class Shelf:
    """The texts of some documents compiled: their words, their sequences of letters, and each of their parts alone.

    Args:
        entries: the documents, each a sequence of parts: its title, its text, the questions that it answers.
        parameters: the numbers that ranking depends on.
        with_letters: whether sequences of letters count.
        like: a shelf whose statistics are taken in the place of its own.
    """

    def __init__(
        self,
        entries: Sequence[Sequence[str]],
        parameters: Parameters,
        *,
        with_letters: bool = True,
        like: "Shelf | None" = None,
    ) -> None:
        self.size = len(entries)
        self._parameters = parameters
        self.with_letters: bool = like.with_letters if like else with_letters
        sizes = np.fromiter(map(len, entries), np.int64, len(entries))
        self._part_bounds = np.concatenate(([0], np.cumsum(sizes)))
        owners = np.repeat(np.arange(len(entries)), sizes)
        is_title, is_text = (np.isin(np.arange(len(owners)), self._part_bounds[:-1] + place) for place in (0, 1))
        everything = tokens_of(list(chain.from_iterable(entries)))
        surfaces = list(everything.vocabulary)
        stemmed = [(stemmed_word,) for stemmed_word in stem_each(surfaces)]
        content = np.fromiter((word not in STOP_WORDS for word in surfaces), np.bool_, len(surfaces))
        parts = everything.where(content[everything.terms])
        self.counts = parts.counts()
        weighted = parts.repeated(np.where(is_title[parts.documents], parameters.title_repeats, 1))
        whole = weighted.grouped(owners, len(entries))
        k1, b = parameters.k1, parameters.b
        self.words: PostingIndex = PostingIndex(whole.spread(stemmed), k1, b, like.words if like else None)
        spelt = [grams(word) for word in surfaces] if self.with_letters else [()] * len(surfaces)
        letters = whole.once().spread(spelt).once()
        self.letters: PostingIndex = PostingIndex(letters, k1, b, like.letters if like else None)
        self._letters: dict[str, Scores] = {}
        self._letters_before: dict[str, Scores] = {}
        self._has_questions = len(owners) > 2 * len(entries)
        questions = parts.where(~is_text[parts.documents]).spread(stemmed).once()
        self.questions: PostingIndex = PostingIndex(questions, k1, b, like.questions if like else None)
        weights = np.array([self.words.inverse_document_frequency(term) for term in questions.vocabulary])
        self._question_weights = np.bincount(questions.documents, weights[questions.terms], minlength=questions.size)

    def scores(self, query: Query) -> Scores:
        """Return the score of every document."""
        scores = self._term_scores(self.words, query.terms)
        if self.with_letters:
            for word, weight in query.words:
                letters = self._letters_of(word)
                scores += letters if weight == 1.0 else letters * weight
        if self._has_questions:
            each = self._term_scores(self.questions, query.terms)
            scores += self._parameters.question_weight * np.maximum.reduceat(each, self._part_bounds[:-1])
        return scores

    def certainty(self, term: QueryTerm, position: int) -> float:
        """Return how surely a document holds what a term stands for."""
        return max(
            (certainty for option, certainty in term.options if self.words.score_at(option, position)), default=0.0
        )

    def likeness(self, asked: Sequence[tuple[QueryTerm, float]], position: int) -> float:
        """Return the weight that a question shares with the nearest part of a document, over the weight of both."""
        bounds = self._part_bounds[position : position + 2]
        start, end = bounds.tolist()
        shared, own = np.zeros(end - start), self._question_weights[start:end]
        for term, weight in asked:
            meets = np.zeros(end - start, np.bool_)
            for option, _ in term.options:
                questions, _ = self.questions.postings(option)
                first, last = questions.searchsorted(bounds).tolist()
                meets[questions[first:last] - start] = True
            shared += weight * meets
        both = sum(weight for _, weight in asked) + own - shared
        return float(np.divide(shared, both, out=np.zeros_like(both), where=both > 0).max())

    def _letters_of(self, word: str) -> Scores:
        """Return the score that every document gets for the sequences of letters of a word."""
        known = self._letters.get(word)
        if known is None:
            known = self._letters_before.get(word)
            if known is None:
                known = self.letters.get_scores(grams(word)) * self._parameters.gram_weight
            if len(self._letters) * self.size >= _LETTERS_KEPT:
                # The words that nobody used since the last time are forgotten.
                self._letters_before, self._letters = self._letters, {}
            self._letters[word] = known
        return known

    @staticmethod
    def _term_scores(index: PostingIndex, terms: Iterable[QueryTerm]) -> Scores:
        """Return the score of every document: for each term, that of its best option there."""
        scores = np.zeros(index.size)
        for term in terms:
            if len(term.options) == 1:
                index.add(scores, term.options[0][0], term.weight)
                continue
            best = np.zeros(index.size)
            for option, certainty in term.options:
                positions, impacts = index.postings(option)
                best[positions] = np.maximum(best[positions], impacts * certainty)
            scores += best * term.weight
        return scores


@lru_cache(maxsize=1 << 16)
def grams(word: str) -> tuple[str, ...]:
    """Return the different sequences of four letters of a word, its borders included; all of it if it is shorter."""
    bordered = f" {word} "
    found = [bordered[start : start + _GRAM] for start in range(max(1, len(bordered) - _GRAM + 1))]
    return tuple(dict.fromkeys(found))
