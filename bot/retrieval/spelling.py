"""Correction of words that no passage holds, against the words that some do."""

from collections import defaultdict
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST = 4
_LONG = 9
"""Letters: below the first, a slip cannot be told from another word; from the second on, a word may hold two slips."""


class Vocabulary:
    """The known words, with how many times each is used."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = dict(counts)
        by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._counts:
            if len(word) >= _SHORTEST - 1 and word.isalpha():
                by_length[len(word)].append(word)
        self._by_length = dict(by_length)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def corrections(self, word: str, count: int = 3) -> list[str]:
        """Return the likeliest known words for an unknown one, best first: fewest slips, then most used.

        A slip is a letter dropped, added, replaced, or two neighbours swapped (optimal string alignment distance).
        """
        if len(word) < _SHORTEST or not word.isalpha():
            return []
        slips = 2 if len(word) >= _LONG else 1
        candidates = [
            known
            for length in range(len(word) - slips, len(word) + slips + 1)
            for known in self._by_length.get(length, ())
        ]
        found = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=slips, limit=None)
        best = min((distance for _, distance, _ in found), default=0)
        closest = [known for known, distance, _ in found if distance == best]
        closest.sort(key=lambda known: (known[0] != word[0], -self._counts[known], known))
        return closest[:count]
