"""From a question to the passages that answer it, best first, and how sure that is."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

import numpy as np

from bot.content.corpus import Corpus, Passage
from bot.retrieval.confidence import Evidence, confidence
from bot.retrieval.follow_up import follows_up, subject_words
from bot.retrieval.french import STOP_WORDS, stem, words
from bot.retrieval.index import Ranked, Scores, top
from bot.retrieval.lexicon import Lexicon
from bot.retrieval.parameters import Parameters
from bot.retrieval.shelf import Query, QueryTerm, Shelf
from bot.retrieval.spelling import Vocabulary

_SHORTEST_WORD = 3
_ENDINGS = 6
"""How many words the beginning of one is taken for."""
_TERMS_KEPT = 4096
_LOOKED_AT = 10
"""How many passages are looked at for a rival of the first that says something else."""


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
        entries = [*map(_passage_parts, corpus.passages), *(("", "", *topic.questions) for topic in corpus.outside)]
        self._shelf = Shelf(entries, parameters, with_letters=len(corpus.passages) <= parameters.gram_passages)
        self._vocabularies = (Vocabulary(self._shelf.counts),)
        self._own: Shelf | None = None
        self._terms: dict[tuple[str, tuple[str, ...]], tuple[str, QueryTerm]] = {}

    def with_own(self, passages: Sequence[Passage]) -> "Retriever":
        """Return a retriever that ranks some passages more, beside those of its corpus, which it shares.

        Words weigh what they do in the corpus, so that no passage stands out for standing among few.
        """
        extended = copy(self)
        shown = _without_questions(Corpus(tuple(passages))).passages
        extended.corpus = replace(self.corpus, passages=(*self.corpus.passages, *shown))
        own = Shelf([*map(_passage_parts, passages)], self.parameters, like=self._shelf)
        # What words are read as depends on the words that passages hold.
        vocabularies = (*self._vocabularies, Vocabulary(own.counts))
        vars(extended).update(_own=own, _vocabularies=vocabularies, _terms={})
        return extended

    def search(self, question: str, count: int) -> list[Hit]:
        """Return the best passages for a question taken alone."""
        scores, _ = self._scores(self._read(question))
        return [Hit(self.corpus.passages[found.position], found.score) for found in top(scores, count)]

    def complete(self, typed: str, count: int) -> list[Passage]:
        """Return the best passages for words that are being typed: the last one may lack its end."""
        *whole, last = words(typed) or [""]
        if typed.endswith((" ", "?")) or not last:
            return [hit.passage for hit in self.search(typed, count)]
        endings = [each for known in self._vocabularies for each in known.beginning_with(last, _ENDINGS)][:_ENDINGS]
        return [hit.passage for hit in self.search(" ".join((*whole, *(endings or [last]))), count)]

    def rank(self, question: str, previous: str | None, count: int) -> Ranking:
        """Return the best passages for a question, read with the one before if it needs it, and how sure it is."""
        followed_up = previous is not None and follows_up(question)
        query = self._read(question)
        if previous is not None and followed_up:
            weight = self.parameters.previous_weight if subject_words(question) else 1.0
            query = _joined(query, self._read(previous), weight)
        inside, outside = self._scores(query)
        found = top(inside, max(count, _LOOKED_AT))
        if not found:
            return Ranking(followed_up=followed_up)
        first = found[0]
        text = self.corpus.passages[first.position].text
        # A passage that says the same is no rival: whichever is told, the answer is the same.
        rivals = (each.score for each in found[1:] if self.corpus.passages[each.position].text != text)
        # What is not treated for all may be treated by a passage of one's own.
        is_own = self._held(first.position)[0] is self._own
        beyond = 0.0 if is_own else float(outside.max(initial=0.0))
        evidence = self._evidence(query, first, next(rivals, 0.0), beyond)
        sure = (
            confidence(evidence, self.parameters.confidence) if self._stands_on_a_word(query, first.position) else 0.0
        )
        hits = tuple(Hit(self.corpus.passages[each.position], each.score) for each in found[:count])
        return Ranking(hits, sure, evidence, followed_up)

    def rarity(self, term: str) -> float:
        """Return how much a stem says: the rarer, the more."""
        return self._shelf.words.inverse_document_frequency(term)

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
        corrected = not meanings and not any(stem(word) in shelf.words for shelf in self._shelves)
        if corrected:
            for known in chain.from_iterable(each.corrections(word) for each in self._vocabularies):
                options.setdefault(stem(known), self.parameters.correction_weight)
        for meaning in meanings:
            options.setdefault(meaning, self.parameters.synonym_weight)
        return QueryTerm(tuple(options.items()), corrected=corrected)

    @property
    def _shelves(self) -> tuple[Shelf, ...]:
        return (self._shelf, self._own) if self._own else (self._shelf,)

    def _scores(self, query: Query) -> tuple[Scores, Scores]:
        """Return the score of every passage, and that of every subject that is not treated."""
        scores = self._shelf.scores(query)
        inside = len(scores) - len(self.corpus.outside)
        if self._own is None:
            return scores[:inside], scores[inside:]
        return np.concatenate((scores[:inside], self._own.scores(query))), scores[inside:]

    def _held(self, position: int) -> tuple[Shelf, int]:
        """Return the shelf that holds the passage of a position, and its position there."""
        first = self._shelf.size - len(self.corpus.outside)
        return (self._shelf, position) if self._own is None or position < first else (self._own, position - first)

    def _stands_on_a_word(self, query: Query, position: int) -> bool:
        """Tell whether the passage holds a word of the question: not a mere correction, number, letter or symbol."""
        shelf, place = self._held(position)
        return any(
            term.options[0][0].isalpha()
            and len(term.options[0][0]) >= _SHORTEST_WORD
            and shelf.certainty(term, place) > 0
            and (shelf.words.score_at(term.options[0][0], place) > 0 or not term.corrected)
            for term in query.terms
        )

    def _evidence(self, query: Query, first: Ranked, runner_up: float, outside: float) -> Evidence:
        asked = [(term, self._weight(term)) for term in query.terms if not term.echo]
        total = sum(weight for _, weight in asked) or 1.0
        most = total * (self.parameters.k1 + 1)
        shelf, place = self._held(first.position)
        return Evidence(
            coverage=sum(weight * shelf.certainty(term, place) for term, weight in asked) / total,
            likeness=shelf.likeness(asked, place),
            strength=first.score / most,
            runner_up=runner_up / most,
            outside=outside / most,
        )

    def _weight(self, term: QueryTerm) -> float:
        """Return a term's weight: that of its rarest known option, or of a word that no passage knows."""
        weigh = self._shelf.words.inverse_document_frequency
        known = [weigh(each) for each, _ in term.options if any(each in shelf.words for shelf in self._shelves)]
        return term.weight * max(known, default=weigh(term.options[0][0]))


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
