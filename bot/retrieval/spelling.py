"""Correction of words that no passage holds, against the words that some do."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST = 4
_LONG = 9
"""Letters: below the first, a slip cannot be told from another word; from the second on, a word may hold two slips."""


class Vocabulary:
    """The known words, with how many times each is used."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = dict(counts)
        self._by_length = sorted((word for word in self._counts if word.isalpha()), key=len)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def beginning_with(self, letters: str, count: int) -> list[str]:
        """Return the known words that begin with some letters, the most used first."""
        first = bisect_left(self._in_order, letters)
        last = bisect_right(self._in_order, letters, key=lambda word: word[: len(letters)])
        return sorted(self._in_order[first:last], key=lambda word: (-self._counts[word], word))[:count]

    @cached_property
    def _in_order(self) -> list[str]:
        return sorted(self._counts)

    def corrections(self, word: str, count: int = 3) -> list[str]:
        """Return the likeliest known words for an unknown one, best first: fewest slips, then most used.

        A slip is a letter dropped, added, replaced, or two neighbours swapped (optimal string alignment distance).
        """
        if len(word) < _SHORTEST or not word.isalpha():
            return []
        slips = 2 if len(word) >= _LONG else 1
        first = bisect_left(self._by_length, len(word) - slips, key=len)
        last = bisect_right(self._by_length, len(word) + slips, key=len)
        candidates = self._by_length[first:last]
        found = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=slips, limit=None)
        best = min((distance for _, distance, _ in found), default=0)
        closest = [known for known, distance, _ in found if distance == best]
        closest.sort(key=lambda known: (known[0] != word[0], -self._counts[known], known))
        return closest[:count]
