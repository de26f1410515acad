"""What can be wrong with a journey's graph, found before anybody walks it."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.dialogue.script import Branch, Journey, Step, StepKind


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with a step: the line of its file, what, and what to do about it."""

    line: int
    what: str
    remedy: str


def flaws(journey: Journey) -> list[Flaw]:
    """Return what is wrong with the graph of a journey."""
    found = [flaw for step in journey.steps for flaw in _step_flaws(journey, step)]
    return found or [*_unreachable(journey), *_endless(journey)]


def _step_flaws(journey: Journey, step: Step) -> Iterator[Flaw]:
    for target in step.targets:
        if target not in journey.by_id:
            yield Flaw(step.line, f"'{step.id}' leads to '{target}', which is no step.", "Name a step of this journey.")
    if step.kind is not StepKind.RECAP and step.is_end:
        yield Flaw(step.line, f"'{step.id}' leads nowhere.", "Give it 'next', or make it a recap.")
    elif step.next and step.next[-1].when:
        yield Flaw(
            step.line, f"'{step.id}' leads nowhere when no branch holds.", "End 'next' with a branch without 'when'."
        )
    elif step.options and not step.next and not all(option.next for option in step.options):
        yield Flaw(
            step.line, f"an option of '{step.id}' leads nowhere.", "Give the step 'next', or each option its own."
        )
    for branch in (*step.next, *step.proposes):
        yield from _branch_flaws(journey, step, branch)


def _branch_flaws(journey: Journey, step: Step, branch: Branch) -> Iterator[Flaw]:
    for name, wanted in branch.when.items():
        saving = journey.saved.get(name)
        if saving is None:
            yield Flaw(
                step.line, f"'{step.id}' reads '{name}', which no step saves.", "Save it, or leave the branch out."
            )
            continue
        for identifier in wanted:
            if saving.option(identifier) is None:
                yield Flaw(
                    step.line,
                    f"'{step.id}' looks for '{identifier}', which is no option of '{saving.id}'.",
                    "Name one of its options.",
                )


def _unreachable(journey: Journey) -> Iterator[Flaw]:
    first = journey.steps[0]
    reached = {first.id, *_reached_from(journey, first)}
    for step in journey.steps:
        if step.id not in reached:
            yield Flaw(step.line, f"no step leads to '{step.id}'.", "Lead to it, or take it out.")


def _endless(journey: Journey) -> Iterator[Flaw]:
    after = {step.id: _reached_from(journey, step) for step in journey.steps}
    for step in journey.steps:
        loop = {each for each in after[step.id] if step.id in after[each]}
        if step.id not in journey.steps_to_end or (loop and not _can_leave(journey, loop)):
            yield Flaw(step.line, f"no way leads from '{step.id}' to an end.", "Give the loop a way out.")


def _reached_from(journey: Journey, step: Step) -> set[str]:
    """Return the steps that can come after one."""
    reached = list(step.targets)
    for identifier in reached:
        reached += [target for target in journey.by_id[identifier].targets if target not in reached]
    return set(reached)


def _can_leave(journey: Journey, loop: set[str]) -> bool:
    """Tell whether somebody in a loop can leave it: by an option, or by a branch that no earlier answer can close."""
    for name in loop:
        step = journey.by_id[name]
        if any(option.next and option.next not in loop for option in step.options):
            return True
        for branch in step.next:
            answered_inside = all(journey.saved[each].id in loop for each in branch.when)
            if branch.target not in loop and answered_inside:
                return True
    return False
