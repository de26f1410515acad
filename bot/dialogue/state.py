"""Where somebody is in a journey: everything that the engine needs to go on, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from bot.dialogue.script import TaskOption


class Progress(StrEnum):
    """How a run of a journey stands."""

    UNDER_WAY = "under_way"
    PAUSED = "paused"
    FINISHED = "finished"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the text as the person reads it again, and the ids of the options chosen, if any."""

    text: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskState:
    """What became of a task, and on what day."""

    outcome: TaskOption
    on: date


@dataclass(frozen=True, slots=True)
class JourneyState:
    """A run of a journey.

    Attributes:
        journey: the journey's id.
        version: the version of the journey that the step is one of.
        run: how many times the person has begun this journey, from 1.
        visit: how many steps were shown in this run; a button of an earlier one is known as late.
        step: the id of the step shown.
        path: the steps shown before, the last one last: the way back.
        seen: every step shown in this run.
        passed: every step that was gone through in this run.
        answers: the answers, by the name under which a step saves them.
        tasks: what became of the tasks, by step.
        picked: the options ticked so far in a choice of several.
        misunderstood: how many times in a row the answer was not understood.
        progress: how the run stands.
    """

    journey: str
    version: int
    run: int
    visit: int
    step: str
    path: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    tasks: Mapping[str, TaskState] = field(default_factory=dict)
    picked: tuple[str, ...] = ()
    misunderstood: int = 0
    progress: Progress = Progress.UNDER_WAY

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The options chosen, by the name of the answer."""
        return {name: answer.options for name, answer in self.answers.items()}

    @property
    def open(self) -> bool:
        """Whether the run can go on."""
        return self.progress in (Progress.UNDER_WAY, Progress.PAUSED)


def merged(newer: JourneyState, older: JourneyState) -> JourneyState:
    """Return one run made of two of a journey: the newer goes on, with what only the older had answered or done."""
    done = {name: task for name, task in older.tasks.items() if task.outcome is TaskOption.DONE}
    return replace(
        newer,
        run=max(newer.run, older.run),
        # Another visit than any before: the buttons of both runs are late.
        visit=max(newer.visit, older.visit) + 1,
        answers={**older.answers, **newer.answers},
        tasks={**older.tasks, **newer.tasks, **done},
    )
