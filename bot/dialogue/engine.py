"""The engine: from a journey, a state and an input to the next state and what to say. Pure: no clock, no I/O."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from babel.lists import format_list

from bot.dialogue.script import Journey, Option, Step, StepKind, TaskOption
from bot.dialogue.state import Answer, JourneyState, Progress, TaskState
from bot.retrieval.french import LOCALE

PATIENCE = 2
"""How many times in a row a question is asked again before a way out is offered."""


class Control(StrEnum):
    """What moves somebody through a journey, beside their answers."""

    CONTINUE = "continue"
    BACK = "back"
    SKIP = "skip"
    PAUSE = "pause"
    RESTART = "restart"
    QUIT = "quit"
    WHERE = "where"


@dataclass(frozen=True, slots=True)
class Pick:
    """An option is chosen; in a choice of several, it is ticked or unticked."""

    option: str


@dataclass(frozen=True, slots=True)
class PickEach:
    """These options and no others are chosen, in a choice of several."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Write:
    """A free text is the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Mumble:
    """Something that is no answer to what was asked."""


Input = Control | TaskOption | Pick | PickEach | Write | Mumble


class Notice(StrEnum):
    """What is said before a step, or in its place."""

    BEGUN = "begun"
    RESUMED = "resumed"
    RESTARTED = "restarted"
    MOVED = "moved"
    PAUSED = "paused"
    QUIT = "quit"
    WHERE = "where"
    MISUNDERSTOOD = "misunderstood"
    STUCK = "stuck"
    FIRST = "first"
    NOTHING_PICKED = "nothing_picked"


@dataclass(frozen=True, slots=True)
class Reaction:
    """What was just answered: the step that asked, and the outcome (an option, a task's outcome, or "answer")."""

    step: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What an input leads to.

    Attributes:
        state: the state after it.
        notice: what is said first.
        reaction: what was answered, for the word that it gets.
        shows: whether the step of the state is shown.
    """

    state: JourneyState
    notice: Notice | None = None
    reaction: Reaction | None = None
    shows: bool = True


def begin(journey: Journey, before: JourneyState | None = None) -> Turn:
    """Begin a journey at its first step; a run before lends its answers until others are given."""
    first = journey.steps[0]
    run = before.run + 1 if before else 1
    state = JourneyState(
        journey.id, journey.version, run, visit=1, step=first.id, seen=(first.id,), progress=_progress_at(first)
    )
    if before is None:
        return Turn(state, Notice.BEGUN)
    kept = _fitting(journey, before)
    picked = _picked_before(first, kept)
    return Turn(replace(state, answers=kept.answers, tasks=kept.tasks, picked=picked), Notice.RESTARTED)


def stands(journey: Journey, state: JourneyState) -> bool:
    """Tell whether a run is of the journey as it is now, so that its step can be shown."""
    return state.version == journey.version and state.step in journey.by_id


def resume(journey: Journey, state: JourneyState) -> Turn:
    """Go on where a run stands; one of another version goes on at the nearest step that still stands."""
    if stands(journey, state):
        return Turn(replace(state, progress=_progress_at(journey.by_id[state.step])), Notice.RESUMED)
    path = tuple(step for step in state.path if step in journey.by_id)
    step = state.step if state.step in journey.by_id else (path[-1] if path else journey.steps[0].id)
    kept = _fitting(journey, state)
    moved = replace(
        kept,
        version=journey.version,
        visit=state.visit + 1,
        step=step,
        path=path if step == state.step else path[:-1],
        seen=tuple(dict.fromkeys([*(each for each in state.seen if each in journey.by_id), step])),
        picked=_picked_before(journey.by_id[step], kept),
        misunderstood=0,
        progress=_progress_at(journey.by_id[step]),
    )
    return Turn(moved, Notice.MOVED)


def controls(journey: Journey, state: JourneyState) -> tuple[Control, ...]:
    """Return the controls that mean something where the run stands."""
    step = journey.by_id[state.step]
    if state.progress is Progress.PAUSED:
        return Control.CONTINUE, Control.RESTART, Control.QUIT
    back = (Control.BACK,) if state.path else ()
    if state.progress is not Progress.UNDER_WAY:
        return *back, Control.RESTART
    onward = (Control.CONTINUE,) if step.kind in (StepKind.SAY, StepKind.SEVERAL, StepKind.RECAP) else ()
    skip = (Control.SKIP,) if step.kind not in (StepKind.SAY, StepKind.RECAP) else ()
    return *onward, *back, *skip, Control.WHERE, Control.PAUSE, Control.RESTART, Control.QUIT


def answers_offered(journey: Journey, state: JourneyState) -> tuple[Pick | TaskOption, ...]:
    """Return the answers that the step offers."""
    step = journey.by_id[state.step]
    if state.progress is not Progress.UNDER_WAY:
        return ()
    if step.kind is StepKind.TASK:
        return tuple(TaskOption)
    return tuple(Pick(option.id) for option in step.options)


def advance(journey: Journey, state: JourneyState, given: Input, on: date) -> Turn:
    """Return what an input leads to.

    Args:
        journey: the journey, of the state's version.
        state: where the run stands.
        given: the input; one that means nothing at this step is taken for a mumble.
        on: the person's day, kept with a task's outcome.
    """
    step = journey.by_id[state.step]
    if isinstance(given, Control):
        return _steer(journey, state, step, given)
    if state.progress is not Progress.UNDER_WAY:
        return _mumble(state)
    match given, step.kind:
        case Pick(option=name), StepKind.SEVERAL if step.option(name):
            return Turn(replace(state, picked=_toggled(step, state.picked, name), misunderstood=0))
        case Pick(option=name), StepKind.CHOICE | StepKind.QUIZ if option := step.option(name):
            return _choose(journey, state, step, option)
        case PickEach(options=names), StepKind.SEVERAL if names and all(step.option(name) for name in names):
            return _confirm(journey, replace(state, picked=names), step)
        case TaskOption() as outcome, StepKind.TASK:
            done = replace(state, tasks={**state.tasks, step.id: TaskState(outcome, on)})
            return _go(journey, done, step, reaction=Reaction(step.id, outcome))
        case Write(text=text), StepKind.TEXT if step.save:
            answered = replace(state, answers={**state.answers, step.save: Answer(text)})
            return _go(journey, answered, step, reaction=Reaction(step.id, "answer"))
        case _:
            return _mumble(state)


def position(journey: Journey, state: JourneyState) -> tuple[int, int]:
    """Return how far a run is: the number of the step shown, from 1, and how many there will have been at least."""
    place = len(state.path) + 1
    return place, place + journey.steps_to_end[state.step]


def _steer(journey: Journey, state: JourneyState, step: Step, control: Control) -> Turn:
    """Do what a control does, or the nearest thing that means something here."""
    offered = controls(journey, state)
    if control is Control.BACK and control not in offered:
        return Turn(replace(state, misunderstood=0), Notice.FIRST)
    if control is Control.SKIP and Control.CONTINUE in offered:
        control = Control.CONTINUE if step.kind is not StepKind.SEVERAL else Control.SKIP
    return _control(journey, state, step, control) if control in offered else _mumble(state)


def _control(journey: Journey, state: JourneyState, step: Step, control: Control) -> Turn:
    match control:
        case Control.CONTINUE if state.progress is Progress.PAUSED:
            return resume(journey, state)
        case Control.CONTINUE if step.kind is StepKind.SEVERAL:
            return _confirm(journey, state, step)
        case Control.CONTINUE | Control.SKIP:
            return _go(journey, state, step)
        case Control.BACK:
            return Turn(_back(journey, state))
        case Control.RESTART:
            return begin(journey, state)
        case Control.PAUSE:
            return Turn(replace(state, progress=Progress.PAUSED, misunderstood=0), Notice.PAUSED, shows=False)
        case Control.QUIT:
            return Turn(replace(state, progress=Progress.QUIT, misunderstood=0), Notice.QUIT, shows=False)
        case Control.WHERE:
            return Turn(replace(state, misunderstood=0), Notice.WHERE)


def _back(journey: Journey, state: JourneyState) -> JourneyState:
    *path, step = state.path
    return replace(
        state,
        visit=state.visit + 1,
        step=step,
        path=tuple(path),
        picked=_picked_before(journey.by_id[step], state),
        misunderstood=0,
        progress=Progress.UNDER_WAY,
    )


def _choose(journey: Journey, state: JourneyState, step: Step, option: Option) -> Turn:
    if step.save:
        state = replace(state, answers={**state.answers, step.save: Answer(option.said, (option.id,))})
    return _go(journey, state, step, option, Reaction(step.id, option.id))


def _confirm(journey: Journey, state: JourneyState, step: Step) -> Turn:
    chosen = [option for option in step.options if option.id in state.picked]
    if not chosen or not step.save:
        return Turn(replace(state, misunderstood=0), Notice.NOTHING_PICKED)
    said = format_list([option.said for option in chosen], locale=LOCALE)
    answer = Answer(said, tuple(option.id for option in chosen))
    return _go(journey, replace(state, answers={**state.answers, step.save: answer}), step)


def _go(
    journey: Journey, state: JourneyState, step: Step, option: Option | None = None, reaction: Reaction | None = None
) -> Turn:
    target = journey.by_id[_following(step, state, option)]
    arrived = replace(
        state,
        visit=state.visit + 1,
        step=target.id,
        path=(*state.path, step.id),
        seen=tuple(dict.fromkeys((*state.seen, target.id))),
        passed=tuple(dict.fromkeys((*state.passed, step.id))),
        picked=_picked_before(target, state),
        misunderstood=0,
        progress=_progress_at(target),
    )
    return Turn(arrived, reaction=reaction)


def _following(step: Step, state: JourneyState, option: Option | None) -> str:
    """Return where a step leads, by the option chosen or by the answers.

    Who skips where each option leads elsewhere goes where the last one does.
    """
    if option and option.next:
        return option.next
    branches = (branch.target for branch in step.next if branch.holds(state.chosen))
    return next(branches, None) or next(each.next for each in reversed(step.options) if each.next)


def _mumble(state: JourneyState) -> Turn:
    misunderstood = state.misunderstood + 1
    if misunderstood > PATIENCE:
        return Turn(replace(state, misunderstood=0), Notice.STUCK)
    return Turn(replace(state, misunderstood=misunderstood), Notice.MISUNDERSTOOD)


def _progress_at(step: Step) -> Progress:
    return Progress.FINISHED if step.is_end else Progress.UNDER_WAY


def _picked_before(step: Step, state: JourneyState) -> tuple[str, ...]:
    """Return what was ticked at a step when it was answered before."""
    before = state.answers.get(step.save or "")
    return before.options if before and step.kind is StepKind.SEVERAL else ()


def _fitting(journey: Journey, state: JourneyState) -> JourneyState:
    """Return the state with the answers and tasks that the journey, as it is now, still asks for."""
    answers = {
        name: answer
        for name, answer in state.answers.items()
        if name in journey.saved and all(journey.saved[name].option(option) for option in answer.options)
    }
    tasks = {
        name: task
        for name, task in state.tasks.items()
        if name in journey.by_id and journey.by_id[name].kind is StepKind.TASK
    }
    return replace(state, answers=answers, tasks=tasks)


def _toggled(step: Step, picked: tuple[str, ...], name: str) -> tuple[str, ...]:
    wanted = {*picked, name} if name not in picked else {*picked} - {name}
    return tuple(option.id for option in step.options if option.id in wanted)
