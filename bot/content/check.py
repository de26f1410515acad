"""The editorial rules, for Markdown passages: enough questions, short texts, nothing twice, nothing outdated unsaid."""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import combinations
from pathlib import Path

from bot.content.corpus import Corpus, GoneService, Location, Passage
from bot.errors import Problem
from bot.retrieval.french import stems, words

MAX_TEXT = 900
"""Characters: an answer that is read at a glance in a chat."""
MIN_QUESTIONS = 24
_ALIKE = 0.75
"""The share of stems in common from which two passages say the same."""


def check_corpus(corpus: Corpus) -> list[Problem]:
    """Return what the editorial rules find in the Markdown passages of a corpus, in the order of the files."""
    written = [passage for passage in corpus.passages if passage.location.path.suffix == ".md"]
    found: list[Problem] = []
    for passage in written:
        found += _length_problems(passage)
        found += _service_problems(passage, corpus.gone_services)
    found += _repeated_questions(written, corpus)
    found += _alike([(passage.id, passage.location, f"{passage.title} {passage.text}") for passage in written])
    found += _alike([(tip.id, tip.location, f"{tip.text} {tip.today}") for tip in corpus.tips])
    found += _gone_in_tips(corpus)
    return sorted(found)


def _problem(passage: Passage, what: str, remedy: str) -> Problem:
    return Problem(passage.location.path, passage.location.line, what, remedy)


def _length_problems(passage: Passage) -> Iterator[Problem]:
    if len(passage.text) > MAX_TEXT:
        yield _problem(
            passage, f"the text has {len(passage.text)} characters.", f"Shorten it to {MAX_TEXT}, or part it in two."
        )
    if len(passage.questions) < MIN_QUESTIONS:
        yield Problem(
            passage.location.path.with_suffix(".questions"),
            len(passage.questions) + 1,
            f"{len(passage.questions)} questions.",
            f"Write {MIN_QUESTIONS} or more, as members ask, one a line.",
        )


def gone_services(text: str, services: Iterable[GoneService]) -> Iterator[GoneService]:
    """Yield the services that a text names and that are no longer what they were."""
    for service in services:
        flags = re.NOFLAG if service.also_a_word else re.IGNORECASE
        if re.search(rf"(?<!\w){re.escape(service.name)}(?!\w)", text, flags):
            yield service


def _service_problems(passage: Passage, services: Iterable[GoneService]) -> Iterator[Problem]:
    if passage.note:
        return
    for service in gone_services(f"{passage.title}\n{passage.text}", services):
        yield _problem(
            passage,
            f"{service.name} is named ({service.since}).",
            f"Set 'status: dated' and a note that says what to do today: {service.instead}.",
        )


def _repeated_questions(passages: Sequence[Passage], corpus: Corpus) -> Iterator[Problem]:
    first: dict[tuple[str, ...], str] = {}
    for topic in corpus.outside:
        first.update({tuple(words(question)): f"the outside subject '{topic.id}'" for question in topic.questions})
    for passage in passages:
        path = passage.location.path.with_suffix(".questions")
        for place, question in enumerate(passage.questions):
            owner = first.setdefault(tuple(words(question)), passage.id)
            if owner != passage.id:
                line = _last_line(path, question)
                yield Problem(path, line, f"'{question}' stands in {owner} too.", "Keep it where it fits best.")
            elif question in passage.questions[:place]:
                yield Problem(path, _last_line(path, question), f"'{question}' stands here twice.", "Keep it once.")


def _last_line(path: Path, question: str) -> int:
    """Return the line, from 1, on which a question stands for the last time."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").split("\n")]
    return len(lines) - lines[::-1].index(question)


def are_alike(one: Set[str], other: Set[str]) -> bool:
    """Tell whether two texts, by their stems, say nearly the same."""
    shared = len(one & other)
    return shared > 0 and shared / len(one | other) >= _ALIKE


def _alike(texts: Iterable[tuple[str, Location, str]]) -> Iterator[Problem]:
    """Yield the texts, each with its id and where it stands, that say what an earlier one does."""
    held = [(name, location, frozenset(stems(text))) for name, location, text in texts]
    for (one, _, its), (_, where, theirs) in combinations(held, 2):
        if are_alike(its, theirs):
            remedy = "Keep the better one, or make them differ."
            yield Problem(where.path, where.line, f"it says nearly the same as '{one}'.", remedy)


def _gone_in_tips(corpus: Corpus) -> Iterator[Problem]:
    for tip in corpus.tips:
        for service in gone_services(f"{tip.text}\n{tip.today}", corpus.gone_services):
            what = f"{service.name} is named ({service.since})."
            yield Problem(tip.location.path, tip.location.line, what, "Say what holds today.")
