"""A corpus of French words drawn by Zipf's law, the same at every run."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bot.content.reading import read_corpus
from bot.resources import KNOWLEDGE
from bot.retrieval.french import words

WORDS_A_PASSAGE = 60
WORDS_A_QUERY = 5
_SEED = 20261122
_EARLIER = 2000
_DRAWN_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Passages and queries as lists of words, and the same queries with one wrong letter in each of two words.

    The earlier ones are other queries of the same kind, for an engine that has served before it is measured.
    """

    passages: list[list[str]]
    queries: list[list[str]]
    misspelt: list[list[str]]
    earlier: list[list[str]]


@cache
def _vocabulary() -> list[str]:
    """Return the words of the knowledge, the most used first."""
    counts: Counter[str] = Counter()
    for passage in read_corpus(KNOWLEDGE).passages:
        counts.update(words(" ".join((passage.title, passage.text, *passage.questions))))
    return [word for word, _ in counts.most_common()]


def synthetic(size: int, queries: int = 300) -> Synthetic:
    """Return a corpus of `size` passages, with queries of words drawn from one passage each."""
    vocabulary = np.array(_vocabulary())
    generator = np.random.default_rng(_SEED)
    drawn = generator.choice(len(vocabulary), size=(size, WORDS_A_PASSAGE), p=_zipf(len(vocabulary)))
    passages = [vocabulary[row].tolist() for row in drawn]
    asked, earlier = (
        [
            generator.choice(passages[int(generator.integers(size))], size=WORDS_A_QUERY, replace=False).tolist()
            for _ in range(count)
        ]
        for count in (queries, _EARLIER)
    )
    chance = random.Random(_SEED)  # noqa: S311 - the same at every run
    return Synthetic(passages, asked, [misspell(query, chance) for query in asked], earlier)


def synthetic_texts(size: int) -> Iterator[str]:
    """Yield the texts of so many passages, one after the other: a million of them take no more memory than a few."""
    vocabulary = np.array(_vocabulary(), dtype=object)
    generator = np.random.default_rng(_SEED)
    weights = _zipf(len(vocabulary))
    for begin in range(0, size, _DRAWN_AT_ONCE):
        count = min(_DRAWN_AT_ONCE, size - begin)
        for row in generator.choice(len(vocabulary), size=(count, WORDS_A_PASSAGE), p=weights):
            yield " ".join(vocabulary[row])


def _zipf(count: int) -> NDArray[np.float64]:
    """Return how often each of so many words is drawn, the most used first."""
    weights: NDArray[np.float64] = 1 / np.arange(1, count + 1)
    return weights / float(weights.sum())


def misspell(query: list[str], chance: random.Random) -> list[str]:
    """Return the query with a letter dropped, doubled or swapped in each of two of its longer words."""
    places = [place for place, word in enumerate(query) if len(word) >= 4]
    wrong = list(query)
    for place in chance.sample(places, min(2, len(places))):
        word = wrong[place]
        at = chance.randrange(len(word) - 1)
        wrong[place] = chance.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            )
        )
    return wrong
