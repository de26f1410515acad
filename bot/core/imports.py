"""Takes passages from files over among those that a community taught: all of them, or none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from bot.content.check import MAX_TEXT
from bot.content.corpus import MAX_TITLE, Location, Passage, Phase
from bot.content.lessons import MAX_NOTE, MAX_QUESTION, MAX_QUESTIONS, Flaw, FlawKind, flaws
from bot.content.reading import line_of_key
from bot.core.catching_up import catch_up
from bot.core.knowledge import Knowledge, may_repeat
from bot.errors import Problem
from bot.retrieval.retriever import Retriever
from bot.storage import audit, taught
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Transaction
from bot.storage.taught import Card, Lesson, Writer

_WRITER = Writer("", "vigie knowledge import")
_SENTENCES: Mapping[FlawKind, tuple[str, str]] = MappingProxyType(
    {
        FlawKind.NO_TITLE: ("the title holds no word.", "Write what the passage is about."),
        FlawKind.LONG_TITLE: ("the title has {} characters.", f"Shorten it to {MAX_TITLE}: it must fit on a button."),
        FlawKind.NO_TEXT: ("the text holds no word.", "Write the advice below the front matter."),
        FlawKind.LONG_TEXT: ("the text has {} characters.", f"Shorten it to {MAX_TEXT}, or part it in two."),
        FlawKind.MARKUP: (
            "the text holds what no platform carries.",
            "Keep to paragraphs, lists, bold and https links.",
        ),
        FlawKind.NO_QUESTION: ("there is no question.", "Write how people ask, one a line."),
        FlawKind.MANY_QUESTIONS: ("there are {} questions.", f"Keep the {MAX_QUESTIONS} that differ most."),
        FlawKind.LONG_QUESTION: ("a question is too long.", f"Shorten it to {MAX_QUESTION} characters."),
        FlawKind.LONG_NOTE: ("the note has {} characters.", f"Shorten it to {MAX_NOTE}."),
        FlawKind.GONE_SERVICE: (
            "{} is named, which is no longer what it was.",
            "Set 'status: dated' and a note that says what to do today.",
        ),
        FlawKind.SAME: ("it says nearly the same as '{}'.", "Keep the better one, or make them differ."),
    }
)
"""What is wrong, with its detail in the place of the braces, and what to do."""


class Change(StrEnum):
    """What became of a passage."""

    NEW = "new"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"


def flawed(passages: Sequence[Passage], cards: Iterable[Card], retriever: Retriever) -> list[Problem]:
    """Return what the rules for taught passages find wrong with some from files.

    Args:
        passages: those from files.
        cards: what the community taught so far.
        retriever: the knowledge that all communities share.
    """
    coming = {passage.id for passage in passages}
    staying = [
        Passage(card.id, card.lesson.title, card.lesson.text, Location(Path(card.id), card.number))
        for card in cards
        if not card.hidden and card.id not in coming and card.id not in retriever.corpus.by_id
    ]
    beside = retriever.with_own([*staying, *passages])
    return [problem for passage in passages for problem in _problems(passage, retriever, beside)]


async def take_over(
    transaction: Transaction, retriever: Retriever, team: Community, passages: Iterable[Passage], now: datetime
) -> list[tuple[Change, Passage]]:
    """Keep passages that passed the check as a community's own: those who waited for what they answer hear of it.

    Args:
        transaction: where they are kept.
        retriever: the knowledge that all communities share.
        team: the community.
        passages: those from files.
        now: since when they are told.

    Returns:
        What became of each.
    """
    cards = {card.id: card for card in await taught.all_of(transaction, team)}
    changes = [
        (await _take_over(transaction, team, cards.get(passage.id), passage, now), passage) for passage in passages
    ]
    changed = {passage.id for change, passage in changes if change is not Change.UNCHANGED}
    taken = [card for card in await taught.all_of(transaction, team) if card.id in changed]
    await catch_up(transaction, Knowledge(lambda: retriever, _WRITER.name), team, taken)
    return changes


async def _take_over(
    transaction: Transaction, team: Community, card: Card | None, passage: Passage, now: datetime
) -> Change:
    lesson = Lesson(passage.title, passage.text, passage.questions, passage.note, passage.phase or Phase.INFORMER)
    if card and card.lesson == lesson:
        return Change.UNCHANGED
    if card:
        await taught.revise(transaction, team, card, lesson, _WRITER, now)
    else:
        await taught.add(transaction, team, passage.id, lesson, _WRITER, now)
    action = Action.CORRECTED if card else Action.TAUGHT
    await audit.note(transaction, team, _WRITER.account, _WRITER.name, action, lesson.title, now)
    return Change.CORRECTED if card else Change.NEW


def _problems(passage: Passage, retriever: Retriever, beside: Retriever) -> Iterator[Problem]:
    """Yield what is wrong with a passage that is known to a retriever, beside the knowledge that all share."""
    path = passage.location.path
    if passage.id in retriever.corpus.by_id:
        what = f"'{passage.id}' is a passage of the knowledge folder, and told from there."
        yield Problem(path, 1, what, "Rename the file, or correct the passage there.")
    others = may_repeat(beside, passage.id, passage.title, passage.text)
    for flaw in flaws(passage.title, passage.text, passage.questions, passage.note, beside.corpus, others):
        what, remedy = _SENTENCES[flaw.kind]
        yield Problem(*_where(passage, flaw), what.format(flaw.detail), remedy)


def _where(passage: Passage, flaw: Flaw) -> tuple[Path, int]:
    """Return the file and the line that a flaw is mended in."""
    path = passage.location.path
    match flaw.kind:
        case FlawKind.NO_TITLE | FlawKind.LONG_TITLE:
            return path, line_of_key(path, "title")
        case FlawKind.LONG_NOTE:
            return path, line_of_key(path, "note")
        case FlawKind.NO_QUESTION | FlawKind.MANY_QUESTIONS | FlawKind.LONG_QUESTION:
            return path.with_suffix(".questions"), 1
    return path, passage.location.line
