"""The words of a journey's steps: which template, which of its blocks, and what they may name."""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.script import Journey, Step, StepKind, TaskOption
from bot.dialogue.state import Answer

FOLDER = "journeys"
ASKED = ("say", "note", "ask")
ASKED_AGAIN = ("again",)
CLOSED = ("end",)
LONGEST_TOLD = 120
"""Characters of an answer that are told again; the recap and the plan give all of it."""


def template_of(journey: Journey, step: Step) -> str:
    """Return the name of the template that holds a step's words."""
    return f"{FOLDER}/{journey.id}/{step.id}"


def reaction_role(outcome: str) -> str:
    """Return the role of the block that reacts to an option, to a task's outcome, or to an answer."""
    return f"on_{outcome}"


def roles_of(step: Step) -> tuple[set[str], set[str]]:
    """Return the roles that a step's template must have, and those that it may have beside."""
    needed, optional = {"say"}, {"note"}
    match step.kind:
        case StepKind.CHOICE | StepKind.SEVERAL:
            needed, optional = {"ask", *ASKED_AGAIN}, {"say", "note"}
            optional |= {reaction_role(option.id) for option in step.options} if step.kind is StepKind.CHOICE else set()
        case StepKind.QUIZ:
            needed = {"ask", *ASKED_AGAIN, *(reaction_role(option.id) for option in step.options)}
            optional = {"say", "note"}
        case StepKind.TEXT:
            needed, optional = {"ask"}, {"say", "note", reaction_role("answer")}
        case StepKind.TASK:
            needed, optional = {"say", "ask"}, {"note", *(reaction_role(outcome) for outcome in TaskOption)}
        case StepKind.RECAP:
            needed = {"say", *CLOSED}
        case StepKind.SAY:
            pass
    return needed, optional


def values_of(journey: Journey, answers: Mapping[str, Answer], this_week: str = "") -> dict[str, Any]:
    """Return what the templates of a journey may name: every answer of it, empty where there is none yet."""
    told = dict.fromkeys(journey.saved, "") | {name: _told(answer.text) for name, answer in answers.items()}
    chosen = {name: answer.options for name, answer in answers.items()}
    picked = {name: chosen.get(name, ()) for name in journey.saved}
    return {"answers": told, "picked": picked, "this_week": this_week}


def _told(text: str) -> str:
    plain = " ".join(text.split()).rstrip(".!")
    return plain if len(plain) <= LONGEST_TOLD else f"{plain[: LONGEST_TOLD - 1].rstrip()}…"
