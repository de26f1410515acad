"""From a question to the passages that answer it, best first, and how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np

from bot.content.corpus import Corpus, Passage
from bot.retrieval.confidence import Evidence, confidence
from bot.retrieval.follow_up import follows_up, subject_words
from bot.retrieval.french import STOP_WORDS, stem, stem_each, tokens_of, words
from bot.retrieval.index import PostingIndex, Ranked, Scores, top
from bot.retrieval.lexicon import Lexicon
from bot.retrieval.parameters import Parameters
from bot.retrieval.spelling import Vocabulary

_GRAM = 4
_SHORTEST_WORD = 3
_ENDINGS = 6
"""How many words the beginning of one is taken for."""
_TERMS_KEPT = 4096
_LETTERS_KEPT = 1 << 19
"""Scores, 4 MB of them, that words get for their sequences of letters: people use the same words."""
_LOOKED_AT = 10
"""How many passages are looked at for a rival of the first that says something else."""


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


class Hit(NamedTuple):
    """A passage found, and its score."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a question found: passages, best first; how sure the first is (0 to 1), and the evidence for it."""

    hits: tuple[Hit, ...] = ()
    confidence: float = 0.0
    evidence: Evidence | None = None
    followed_up: bool = False


class Retriever:
    """Ranks the passages of one corpus. Built once, it does not change.

    Its corpus is without the questions: they are indexed, and shown to nobody.
    """

    def __init__(self, corpus: Corpus, parameters: Parameters) -> None:
        self.corpus = _without_questions(corpus)
        self.parameters = parameters
        self._lexicon = Lexicon(corpus.lexicon)
        self._says_nothing = STOP_WORDS | self._lexicon.silent
        self._with_grams = len(corpus.passages) <= parameters.gram_passages
        entries = [*map(_passage_parts, corpus.passages), *(("", "", *topic.questions) for topic in corpus.outside)]
        counts = np.fromiter(map(len, entries), np.int64, len(entries))
        self._part_bounds = np.concatenate(([0], np.cumsum(counts)))
        owners = np.repeat(np.arange(len(entries)), counts)
        is_title, is_text = (np.isin(np.arange(len(owners)), self._part_bounds[:-1] + place) for place in (0, 1))
        everything = tokens_of(list(chain.from_iterable(entries)))
        surfaces = list(everything.vocabulary)
        stemmed = [(stemmed_word,) for stemmed_word in stem_each(surfaces)]
        content = np.fromiter((word not in STOP_WORDS for word in surfaces), np.bool_, len(surfaces))
        parts = everything.where(content[everything.terms])
        self._vocabulary = Vocabulary(parts.counts())
        weighted = parts.repeated(np.where(is_title[parts.documents], parameters.title_repeats, 1))
        whole = weighted.grouped(owners, len(entries))
        self._index = PostingIndex(whole.spread(stemmed), parameters.k1, parameters.b)
        letters = whole.once().spread([grams(word) for word in surfaces] if self._with_grams else [()] * len(surfaces))
        self._gram_index = PostingIndex(letters.once(), parameters.k1, parameters.b)
        self._terms: dict[tuple[str, tuple[str, ...]], tuple[str, QueryTerm]] = {}
        self._letters: dict[str, Scores] = {}
        self._letters_before: dict[str, Scores] = {}
        self._has_questions = len(owners) > 2 * len(entries)
        questions = parts.where(~is_text[parts.documents]).spread(stemmed).once()
        self._question_index = PostingIndex(questions, parameters.k1, parameters.b)
        weights = np.array([self._index.inverse_document_frequency(term) for term in questions.vocabulary])
        self._question_weights = np.bincount(questions.documents, weights[questions.terms], minlength=questions.size)

    def search(self, question: str, count: int) -> list[Hit]:
        """Return the best passages for a question taken alone."""
        scores = self._scores(self._read(question))[: len(self.corpus.passages)]
        return [Hit(self.corpus.passages[found.position], found.score) for found in top(scores, count)]

    def complete(self, typed: str, count: int) -> list[Passage]:
        """Return the best passages for words that are being typed: the last one may lack its end."""
        *whole, last = words(typed) or [""]
        if typed.endswith((" ", "?")) or not last:
            return [hit.passage for hit in self.search(typed, count)]
        endings = self._vocabulary.beginning_with(last, _ENDINGS)
        return [hit.passage for hit in self.search(" ".join((*whole, *(endings or [last]))), count)]

    def rank(self, question: str, previous: str | None, count: int) -> Ranking:
        """Return the best passages for a question, read with the one before if it needs it, and how sure it is."""
        followed_up = previous is not None and follows_up(question)
        query = self._read(question)
        if previous is not None and followed_up:
            weight = self.parameters.previous_weight if subject_words(question) else 1.0
            query = _joined(query, self._read(previous), weight)
        scores = self._scores(query)
        inside = scores[: len(self.corpus.passages)]
        found = top(inside, max(count, _LOOKED_AT))
        if not found:
            return Ranking(followed_up=followed_up)
        first = found[0]
        text = self.corpus.passages[first.position].text
        # A passage that says the same is no rival: whichever is told, the answer is the same.
        rivals = (each.score for each in found[1:] if self.corpus.passages[each.position].text != text)
        outside = float(scores[len(inside) :].max(initial=0.0))
        evidence = self._evidence(query, first, next(rivals, 0.0), outside)
        sure = (
            confidence(evidence, self.parameters.confidence) if self._stands_on_a_word(query, first.position) else 0.0
        )
        hits = tuple(Hit(self.corpus.passages[each.position], each.score) for each in found[:count])
        return Ranking(hits, sure, evidence, followed_up)

    def _read(self, question: str) -> Query:
        """Read a question: its words, their corrections, and what the lexicon says that they also mean."""
        sequence = words(question)
        occurrences = list(self._lexicon.occurrences(sequence))
        content = {place: word for place, word in enumerate(sequence) if word not in self._says_nothing}
        if not occurrences:
            # Most questions hold nothing that the lexicon knows.
            known = dict(self._known_term(word, ()) for word in content.values())
            return Query(tuple(known.values()), tuple((word, 1.0) for word in dict.fromkeys(content.values())))
        alone = {found.start: found.meanings for found in occurrences if found.end - found.start == 1}
        terms = dict(self._known_term(word, alone.get(place, ())) for place, word in content.items())
        for found in occurrences:
            if found.end - found.start > 1 or found.start not in content:
                options = tuple((each, self.parameters.synonym_weight) for each in found.meanings if each not in terms)
                if options:
                    terms[" ".join(sequence[found.start : found.end])] = QueryTerm(options, echo=True)
        return Query(tuple(terms.values()), tuple((word, 1.0) for word in dict.fromkeys(content.values())))

    def _known_term(self, word: str, meanings: tuple[str, ...]) -> tuple[str, QueryTerm]:
        """Return a word's stem, and the word as a query reads it, which is the same every time."""
        known = self._terms.get((word, meanings))
        if known is None:
            if len(self._terms) == _TERMS_KEPT:
                self._terms.clear()
            known = self._terms[word, meanings] = (stem(word), self._term(word, meanings))
        return known

    def _term(self, word: str, meanings: Sequence[str]) -> QueryTerm:
        options = {stem(word): 1.0}
        corrected = stem(word) not in self._index and not meanings
        if corrected:
            for known in self._vocabulary.corrections(word):
                options.setdefault(stem(known), self.parameters.correction_weight)
        for meaning in meanings:
            options.setdefault(meaning, self.parameters.synonym_weight)
        return QueryTerm(tuple(options.items()), corrected=corrected)

    def _scores(self, query: Query) -> Scores:
        scores = self._term_scores(self._index, query.terms)
        if self._with_grams:
            for word, weight in query.words:
                letters = self._letters_of(word)
                scores += letters if weight == 1.0 else letters * weight
        if self._has_questions:
            each = self._term_scores(self._question_index, query.terms)
            scores += self.parameters.question_weight * np.maximum.reduceat(each, self._part_bounds[:-1])
        return scores

    def _letters_of(self, word: str) -> Scores:
        """Return the score that every document gets for the sequences of letters of a word."""
        known = self._letters.get(word)
        if known is None:
            known = self._letters_before.get(word)
            if known is None:
                known = self._gram_index.get_scores(grams(word)) * self.parameters.gram_weight
            if len(self._letters) * self._gram_index.size >= _LETTERS_KEPT:
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

    def _stands_on_a_word(self, query: Query, position: int) -> bool:
        """Tell whether the passage holds a word of the question: not a mere correction, number, letter or symbol."""
        return any(
            term.options[0][0].isalpha()
            and len(term.options[0][0]) >= _SHORTEST_WORD
            and self._certainty(term, position) > 0
            and (self._index.score_at(term.options[0][0], position) > 0 or not term.corrected)
            for term in query.terms
        )

    def _evidence(self, query: Query, first: Ranked, runner_up: float, outside: float) -> Evidence:
        asked = [(term, self._weight(term)) for term in query.terms if not term.echo]
        total = sum(weight for _, weight in asked) or 1.0
        most = total * (self.parameters.k1 + 1)
        return Evidence(
            coverage=sum(weight * self._certainty(term, first.position) for term, weight in asked) / total,
            likeness=self._likeness(asked, first.position),
            strength=first.score / most,
            runner_up=runner_up / most,
            outside=outside / most,
        )

    def _weight(self, term: QueryTerm) -> float:
        """Return a term's weight: that of its rarest known option, or of a word that no passage knows."""
        known = [self._index.inverse_document_frequency(option) for option, _ in term.options if option in self._index]
        return term.weight * max(known, default=self._index.inverse_document_frequency(term.options[0][0]))

    def _certainty(self, term: QueryTerm, position: int) -> float:
        return max(
            (certainty for option, certainty in term.options if self._index.score_at(option, position)), default=0.0
        )

    def _likeness(self, asked: Sequence[tuple[QueryTerm, float]], position: int) -> float:
        """Return the weight that the question shares with the nearest one of a passage, over the weight of both."""
        bounds = self._part_bounds[position : position + 2]
        start, end = bounds.tolist()
        shared, own = np.zeros(end - start), self._question_weights[start:end]
        for term, weight in asked:
            meets = np.zeros(end - start, np.bool_)
            for option, _ in term.options:
                questions, _ = self._question_index.postings(option)
                first, last = questions.searchsorted(bounds).tolist()
                meets[questions[first:last] - start] = True
            shared += weight * meets
        both = sum(weight for _, weight in asked) + own - shared
        return float(np.divide(shared, both, out=np.zeros_like(both), where=both > 0).max())


@lru_cache(maxsize=1 << 16)
def grams(word: str) -> tuple[str, ...]:
    """Return the different sequences of four letters of a word, its borders included; all of it if it is shorter."""
    bordered = f" {word} "
    found = [bordered[start : start + _GRAM] for start in range(max(1, len(bordered) - _GRAM + 1))]
    return tuple(dict.fromkeys(found))


def _without_questions(corpus: Corpus) -> Corpus:
    passages = tuple(replace(each, questions=()) if each.questions else each for each in corpus.passages)
    outside = tuple(replace(topic, questions=()) for topic in corpus.outside)
    return replace(corpus, passages=passages, outside=outside)


def _passage_parts(passage: Passage) -> tuple[str, ...]:
    """Return title, text and questions of a passage, as they are indexed."""
    return passage.title, " ".join((passage.text, *passage.tags, passage.said_by or "")), *passage.questions


def _joined(query: Query, previous: Query, weight: float) -> Query:
    """Return a follow-up read with the question before it, whose terms count for `weight`."""
    own = {term.options[0][0] for term in query.terms}
    inherited = tuple(replace(term, weight=weight) for term in previous.terms if term.options[0][0] not in own)
    own_words = dict(query.words)
    return Query(
        query.terms + inherited,
        query.words + tuple((word, weight) for word, _ in previous.words if word not in own_words),
    )
