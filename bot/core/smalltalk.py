"""Greetings, thanks and questions about Vigie herself, told apart from questions that want advice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.retrieval.french import STOP_WORDS, words

AROUND = "around"
"""The kind of the words that go with small talk and are none alone ("merci *beaucoup*"), stop words among them."""
_COURTESIES = frozenset({"greeting", "thanks"})
"""The kinds that people put before or after a question."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message parted: the kind of small talk that it is, or None and the question that it asks."""

    kind: str | None
    question: str


class SmallTalk:
    """Recognises phrases by their kind; the kinds come in the order in which one prevails over the next."""

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        self._ranks = {kind: rank for rank, kind in enumerate(phrases)}
        self._kinds: dict[tuple[str, ...], str] = {(word,): AROUND for word in STOP_WORDS}
        for kind, listed in reversed(list(phrases.items())):
            self._kinds |= {tuple(words(phrase)): kind for phrase in listed}
        self._longest = max(map(len, self._kinds), default=0)

    def hear(self, text: str) -> Heard:
        """Tell small talk from a question, and take the courtesies off both ends of a question."""
        sequence = words(text)
        start, kinds = self._peel(sequence, frozenset(self._ranks))
        if start == len(sequence) and set(kinds) - {AROUND}:
            return Heard(min(kinds, key=self._ranks.__getitem__), "")
        start, _ = self._peel(sequence, _COURTESIES)
        end = len(sequence)
        while end > start and (length := self._ending(sequence[start:end])):
            end -= length
        return Heard(None, " ".join(sequence[start:end]) if (start, end) != (0, len(sequence)) else text)

    def _peel(self, sequence: Sequence[str], kinds: frozenset[str]) -> tuple[int, list[str]]:
        """Return how many words at the beginning are phrases of the kinds, the longest first, and which kinds."""
        taken, found = 0, []
        while length := next(
            (
                length
                for length in range(min(self._longest, len(sequence) - taken), 0, -1)
                if self._kinds.get(tuple(sequence[taken : taken + length])) in kinds
            ),
            0,
        ):
            found.append(self._kinds[tuple(sequence[taken : taken + length])])
            taken += length
        return taken, found

    def _ending(self, sequence: Sequence[str]) -> int:
        """Return how many words the courtesy at the end takes, 0 if there is none."""
        return next(
            (
                length
                for length in range(min(self._longest, len(sequence)), 0, -1)
                if self._kinds.get(tuple(sequence[-length:])) in _COURTESIES
            ),
            0,
        )
