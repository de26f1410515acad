"""The lexicon compiled for reading queries: which sequences of words mean something else too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.content.corpus import Equivalence
from bot.retrieval.french import STOP_WORDS, stem, words


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A form of the lexicon found in a query: the words from `start` to before `end`, and the stems they also mean."""

    start: int
    end: int
    meanings: tuple[str, ...]


class Lexicon:
    """Finds the lexicon's forms in a sequence of folded words, the longest first.

    `silent` holds the words that only mean stop words ("ds" for "dans"), and so say nothing themselves.
    """

    def __init__(self, groups: Sequence[Equivalence]) -> None:
        self.silent: set[str] = set()
        self._meanings: dict[tuple[str, ...], dict[str, None]] = {}
        for group in groups:
            meant = {form: _content_stems(words(form)) for form in group.meant}
            for form in group.given:
                key = tuple(words(form))
                own = set(_content_stems(key))
                stems = (
                    stem_ for other, stems_ in meant.items() if other != form for stem_ in stems_ if stem_ not in own
                )
                if len(key) == 1 and not any(meant.values()):
                    self.silent.add(key[0])
                elif key:
                    self._meanings.setdefault(key, {}).update(dict.fromkeys(stems))
        # The words of the longest form that begins with a word: most begin none.
        self._longest = {form[0]: len(form) for form in sorted(self._meanings, key=len)}

    def occurrences(self, query: Sequence[str]) -> Iterator[Occurrence]:
        """Yield the forms found in the words, from left to right, without overlap."""
        start = 0
        while start < len(query):
            if query[start] not in self._longest:
                start += 1
                continue
            for length in range(min(self._longest.get(query[start], 0), len(query) - start), 0, -1):
                meanings = self._meanings.get(tuple(query[start : start + length]))
                if meanings:
                    yield Occurrence(start, start + length, tuple(meanings))
                    start += length - 1
                    break
            start += 1


def _content_stems(form: Sequence[str]) -> list[str]:
    return [stem(word) for word in form if word not in STOP_WORDS]
