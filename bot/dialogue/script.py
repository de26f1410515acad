"""A journey as its writer sees it: a graph of steps, each of which says something and may ask."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class StepKind(StrEnum):
    """What a step wants."""

    SAY = "say"
    CHOICE = "choice"
    SEVERAL = "several"
    TEXT = "text"
    QUIZ = "quiz"
    TASK = "task"
    RECAP = "recap"


class TaskOption(StrEnum):
    """What becomes of a task."""

    DONE = "done"
    LATER = "later"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer that may be chosen.

    Attributes:
        id: unique in its step.
        label: what the button says.
        said: how the answer is told in the middle of a later sentence.
        words: what people type for it, beside its label.
        next: the step that follows, where it is not the one that follows for all.
        right: whether a quiz takes it for right.
    """

    id: str
    label: str
    said: str
    words: tuple[str, ...] = ()
    next: str | None = None
    right: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """Where to go if every answer named has one of the options named; without a name, in any case."""

    target: str
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def holds(self, chosen: Mapping[str, tuple[str, ...]]) -> bool:
        """Tell whether the answers, as options by name, are those that this branch wants."""
        return all(set(wanted) & set(chosen.get(name, ())) for name, wanted in self.when.items())


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        id: unique in its journey; its words stand in the template of that name.
        kind: what it wants.
        line: where it stands in its file, from 1.
        options: the answers of a choice, of a choice of several, or of a quiz.
        save: the name under which the answer is kept.
        recap: how the recap introduces the answer; without it, the recap leaves it out.
        facts: the ids of the passages that it tells of.
        task: what to do, as the plan says it.
        days: within how many days the task is to be done.
        next: where to go on, the first branch that holds; none at an end.
        proposes: the journeys that a recap offers to begin, those whose branch holds.
    """

    id: str
    kind: StepKind
    line: int = 1
    options: tuple[Option, ...] = ()
    save: str | None = None
    recap: str | None = None
    facts: tuple[str, ...] = ()
    task: str | None = None
    days: int | None = None
    next: tuple[Branch, ...] = ()
    proposes: tuple[Branch, ...] = ()

    @property
    def targets(self) -> Iterator[str]:
        """The steps that may follow: by an option's own way, or by the step's, which is also that of whoever skips."""
        yield from (option.next for option in self.options if option.next)
        yield from (branch.target for branch in self.next)

    @property
    def is_end(self) -> bool:
        """Whether no step follows."""
        return not any(True for _ in self.targets)

    def option(self, identifier: str) -> Option | None:
        """Return the option of an id, None if there is none."""
        return next((option for option in self.options if option.id == identifier), None)


@dataclass(frozen=True)
class Journey:
    """A guided dialogue; its first step is where it begins.

    Attributes:
        id: the name of its file.
        title, summary: what is said of it in the list.
        version: what changes when its steps do; a run of another version goes on at the nearest step that stands.
        minutes: how long it takes, about.
        order: its place in the list, smallest first.
        sources: the ids of the sources that it draws on.
        steps: its steps.
    """

    id: str
    title: str
    summary: str
    version: int
    minutes: int
    order: int
    sources: tuple[str, ...]
    steps: tuple[Step, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        """The steps by their ids."""
        return {step.id: step for step in self.steps}

    @cached_property
    def saved(self) -> Mapping[str, Step]:
        """The step that saves each answer, by the answer's name."""
        return {step.save: step for step in self.steps if step.save}

    @cached_property
    def steps_to_end(self) -> Mapping[str, int]:
        """How many steps follow each step at least; steps from which no end is reached are left out."""
        distances = {step.id: 0 for step in self.steps if step.is_end}
        reached = list(distances)
        for current in reached:
            for step in self.steps:
                if step.id not in distances and current in set(step.targets):
                    distances[step.id] = distances[current] + 1
                    reached.append(step.id)
        return distances
