"""The tokens of many documents as arrays of numbers, which is what indexes are compiled from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens in no particular order: which term each is, and in which document it stands.

    Attributes:
        vocabulary: the number of each term, from 0.
        terms: the term's number, one a token.
        documents: the document's number, one a token.
        size: how many documents there are, those without a token included.
    """

    vocabulary: Mapping[str, int]
    terms: Numbers
    documents: Numbers
    size: int

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]]) -> "Tokens":
        """Return the tokens of documents that are lists of words."""
        lengths = np.fromiter(map(len, documents), np.int64, len(documents))
        vocabulary = number(chain.from_iterable(documents))
        terms = np.fromiter(map(vocabulary.__getitem__, chain.from_iterable(documents)), np.int64, int(lengths.sum()))
        return cls(vocabulary, terms, np.repeat(np.arange(len(documents)), lengths), len(documents))

    def counts(self) -> dict[str, int]:
        """Return how many times each term stands anywhere, those that stand nowhere left out."""
        counts = np.bincount(self.terms, minlength=len(self.vocabulary)).tolist()
        return {term: count for term, count in zip(self.vocabulary, counts, strict=True) if count}

    def where(self, mask: NDArray[np.bool_]) -> "Tokens":
        """Return the tokens for which the mask, one a token, holds."""
        return Tokens(self.vocabulary, self.terms[mask], self.documents[mask], self.size)

    def grouped(self, owners: Numbers, size: int) -> "Tokens":
        """Return the same tokens in larger documents: `owners` gives the new document of each old one."""
        return Tokens(self.vocabulary, self.terms, owners[self.documents], size)

    def repeated(self, times: Numbers) -> "Tokens":
        """Return each token as many times as the array, one a token, says."""
        return Tokens(self.vocabulary, np.repeat(self.terms, times), np.repeat(self.documents, times), self.size)

    def spread(self, meanings: Sequence[Sequence[str]]) -> "Tokens":
        """Return other tokens in their place: for each term of the vocabulary, those that stand for it."""
        vocabulary = number(chain.from_iterable(meanings))
        flat = np.fromiter(map(vocabulary.__getitem__, chain.from_iterable(meanings)), np.int64)
        counts = np.fromiter(map(len, meanings), np.int64, len(meanings))
        starts = np.cumsum(counts) - counts
        times = counts[self.terms]
        within = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
        terms = flat[np.repeat(starts[self.terms], times) + within]
        return Tokens(vocabulary, terms, np.repeat(self.documents, times), self.size)

    def once(self) -> "Tokens":
        """Return the tokens without those that stand in their document already."""
        # Asked for the counts, NumPy sorts; alone it would hash, which takes several times as long here.
        keys, _ = np.unique(self.terms * self.size + self.documents, return_counts=True)
        return Tokens(self.vocabulary, *np.divmod(keys, max(self.size, 1)), self.size)


def number(terms: Iterable[str]) -> dict[str, int]:
    """Return each different term with its number, in order of appearance."""
    return {term: place for place, term in enumerate(dict.fromkeys(terms))}
