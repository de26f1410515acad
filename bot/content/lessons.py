"""The rules of `vigie check` for what a community teaches: nothing that breaks one is ever told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.content.check import MAX_TEXT, are_alike, gone_services
from bot.content.corpus import MAX_TITLE, Corpus, Passage
from bot.content.safe_markdown import uncarried
from bot.retrieval.french import stems, words

MAX_NOTE = 300
MAX_QUESTION = 500
"""Characters."""
MAX_QUESTIONS = 60


class FlawKind(StrEnum):
    """What may be wrong with a passage."""

    NO_TITLE = "no_title"
    LONG_TITLE = "long_title"
    NO_TEXT = "no_text"
    LONG_TEXT = "long_text"
    MARKUP = "markup"
    NO_QUESTION = "no_question"
    MANY_QUESTIONS = "many_questions"
    LONG_QUESTION = "long_question"
    LONG_NOTE = "long_note"
    GONE_SERVICE = "gone_service"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with a passage, and what in it."""

    kind: FlawKind
    detail: str = ""


def flaws(
    title: str, text: str, questions: Iterable[str], note: str | None, corpus: Corpus, near: Iterable[Passage]
) -> list[Flaw]:
    """Return what is wrong with a passage that a community would teach.

    Args:
        title: its title.
        text: its advice, in Markdown.
        questions: the questions that it answers.
        note: what has changed since.
        corpus: what is known already.
        near: the passages that it may repeat.
    """
    asked = list(questions)
    return [
        *_shape_flaws(title, text, note),
        *_question_flaws(asked),
        *_service_flaws(title, text, note, corpus),
        *_repeated(title, text, near),
    ]


def _shape_flaws(title: str, text: str, note: str | None) -> Iterator[Flaw]:
    if not words(title):
        yield Flaw(FlawKind.NO_TITLE)
    if len(title) > MAX_TITLE:
        yield Flaw(FlawKind.LONG_TITLE, str(len(title)))
    if not words(text):
        yield Flaw(FlawKind.NO_TEXT)
    if len(text) > MAX_TEXT:
        yield Flaw(FlawKind.LONG_TEXT, str(len(text)))
    elif uncarried(text):
        yield Flaw(FlawKind.MARKUP)
    if note and len(note) > MAX_NOTE:
        yield Flaw(FlawKind.LONG_NOTE, str(len(note)))


def _question_flaws(questions: list[str]) -> Iterator[Flaw]:
    if not any(words(question) for question in questions):
        yield Flaw(FlawKind.NO_QUESTION)
    if len(questions) > MAX_QUESTIONS:
        yield Flaw(FlawKind.MANY_QUESTIONS, str(len(questions)))
    if any(len(question) > MAX_QUESTION for question in questions):
        yield Flaw(FlawKind.LONG_QUESTION)


def _service_flaws(title: str, text: str, note: str | None, corpus: Corpus) -> Iterator[Flaw]:
    if note:
        return
    for service in gone_services(f"{title}\n{text}", corpus.gone_services):
        yield Flaw(FlawKind.GONE_SERVICE, service.name)


def _repeated(title: str, text: str, near: Iterable[Passage]) -> Iterator[Flaw]:
    own = frozenset(stems(f"{title} {text}"))
    for passage in near:
        if are_alike(own, frozenset(stems(f"{passage.title} {passage.text}"))):
            yield Flaw(FlawKind.SAME, passage.title)
            return
