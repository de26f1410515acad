"""What somebody means who types instead of pressing a button: only where it plainly is one of the answers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.dialogue.engine import Control, Input, Pick, PickEach
from bot.dialogue.script import Option, Step, StepKind, TaskOption
from bot.retrieval.french import STOP_WORDS, stem, words

_LONGEST = 14
"""Words: who says more than that tells a story, and does not pick a button."""
_ALIKE = 86
"""Likeness, of 100, from which a misspelt label is still that label."""
_COMPARISONS = frozenset({"plus", "moins"})
_NEGATIONS = frozenset({"pas", "sans", "non", "sauf", "ni", "aucun", "aucune", "jamais"})
_ORDINALS = {
    "premier": 1, "premiere": 1, "deuxieme": 2, "second": 2, "seconde": 2, "troisieme": 3, "quatrieme": 4,
    "cinquieme": 5, "sixieme": 6, "septieme": 7, "huitieme": 8,
}  # fmt: skip
_ASKING = tuple(
    tuple(opening.split())
    for opening in (
        "comment", "pourquoi", "pk", "pourkoi", "combien", "est ce", "c est quoi", "c koi", "c quoi", "qui est", "quel",
        "quelle", "quels", "quelles", "faut il", "dois je", "peut on", "puis je", "je peux", "a quoi", "qu est ce",
        "quand", "question",
    )
)  # fmt: skip
_NUMBER = re.compile(r"(\d{1,2})(?:e|er|ere|eme|nd|nde)?")
_LAST = frozenset({"dernier", "derniere"})
_ABOUT_NUMBERS = ("numero", "no", "num", "option", "reponse", "choix", "choisis", "prends", "dirais", "dis", "plutot")
_LED_ON = frozenset({StepKind.SAY, StepKind.SEVERAL, StepKind.RECAP})
_HOURS = frozenset({"h"})
_AROUND_NUMBERS = (STOP_WORDS - _HOURS - _NEGATIONS) | frozenset((*_ABOUT_NUMBERS, "vote", "ok", "alors"))


@dataclass(frozen=True, slots=True)
class Phrases:
    """What people type for the controls and for a task's outcomes, as folded words."""

    controls: Mapping[tuple[str, ...], Control]
    outcomes: Mapping[tuple[str, ...], TaskOption]


def is_question(text: str) -> bool:
    """Tell whether a text asks something: it ends with a question mark, or begins as questions do."""
    typed = words(text)
    return text.rstrip().endswith("?") or any(tuple(typed[: len(each)]) == each for each in _ASKING)


def understand(step: Step, text: str, phrases: Phrases, first: int = 1) -> Input | None:
    """Return what a typed text plainly means at a step, None where it could be something else.

    Args:
        step: the step that asks.
        text: what was typed.
        phrases: what people type for the controls and for a task's outcomes.
        first: the number under which the first answer was shown.
    """
    typed = words(text)
    control = phrases.controls.get(tuple(typed))
    # Where an answer is awaited, "oui" or "ok" is one, or none: it leads on only where nothing is asked.
    if control and (control is not Control.CONTINUE or step.kind in _LED_ON):
        return control
    if not typed or len(typed) > _LONGEST:
        return None
    if step.kind is StepKind.TASK:
        return _task(typed, phrases, text)
    asked = text.rstrip().endswith("?")
    meant = [] if asked else [option for option in step.options if typed in list(_forms(option))]
    if not meant and not is_question(text):
        numbers = _numbers(typed, first, first + len(step.options) - 1)
        meant = [step.options[number - first] for number in numbers] or _named(
            typed, step.options, several=step.kind is StepKind.SEVERAL
        )
    if step.kind is StepKind.SEVERAL and meant:
        return PickEach(tuple(option.id for option in step.options if option in meant))
    return Pick(meant[0].id) if len(meant) == 1 else None


def _task(typed: Sequence[str], phrases: Phrases, text: str) -> TaskOption | None:
    outcome = None if text.rstrip().endswith("?") else phrases.outcomes.get(tuple(typed))
    if outcome or is_question(text):
        return outcome
    numbers = _numbers(typed, 1, len(TaskOption))
    return list(TaskOption)[numbers[0] - 1] if len(numbers) == 1 else None


def _numbers(typed: Sequence[str], first: int, last: int) -> list[int]:
    """Return the numbers named from `first` to `last` ("la 2", "1 et 3", "la dernière"), none if anything else is."""
    found: list[int] = []
    for word in typed:
        number = _NUMBER.fullmatch(word)
        named = last if word in _LAST else _ORDINALS.get(word, 0) + first - 1 if word in _ORDINALS else 0
        place = int(number[1]) if number else named
        if first <= place <= last:
            found.append(place)
        elif word not in _AROUND_NUMBERS:
            return []
    return list(dict.fromkeys(found))


def _named(typed: Sequence[str], options: Sequence[Option], *, several: bool) -> list[Option]:
    """Return the options that the words name: the one named most fully, or all of them where several may be."""
    if not options:
        return []
    turning = _NEGATIONS if several else _NEGATIONS | _COMPARISONS
    fullness = {option.id: max(_fullness(typed, form, turning) for form in _forms(option)) for option in options}
    best = max(fullness.values())
    if best == 0:
        return []
    return [option for option in options if fullness[option.id] >= (1 if several else best)]


def _forms(option: Option) -> Iterable[list[str]]:
    yield from (words(form) for form in (option.label, option.said, *option.words))


def _fullness(typed: Sequence[str], form: Sequence[str], turning: frozenset[str]) -> int:
    """Return how many words of a form were typed: 0 unless all that say something were, and none that turns it."""
    said, wanted = _stems(typed), _stems(form)
    if (set(typed) - set(form)) & turning or (set(form) - set(typed)) & _NEGATIONS:
        return 0
    if wanted and wanted <= said:
        return len(wanted)
    alike = fuzz.ratio(" ".join(typed), " ".join(form)) if len(" ".join(form)) > 4 else 0
    return max(1, len(wanted)) if alike >= _ALIKE else 0


def _stems(sequence: Iterable[str]) -> set[str]:
    return {stem(word) for word in sequence if word not in STOP_WORDS}
