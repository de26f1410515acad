"""The pages of a journey: what one turn of it shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.content.corpus import Passage, Source
from bot.core.answering import passage_choices
from bot.core.buttons import WRITE, ButtonKind, button_id, shortened, with_argument
from bot.core.messages import Block, Choice, ChoiceKind
from bot.core.plan import PlannedTask, planned, rows, this_week
from bot.core.scene import Scene
from bot.core.voice import Voice
from bot.dialogue.engine import Control, Input, Notice, Pick, Reaction, Turn, answers_offered, controls, position
from bot.dialogue.script import Journey, Step, StepKind, TaskOption
from bot.dialogue.state import JourneyState, Progress
from bot.rendering.journeys import ASKED, ASKED_AGAIN, CLOSED, reaction_role, template_of, values_of

_BAR = 10
_PROPOSED = 3
_TASK_OUTCOMES = frozenset(TaskOption)


@dataclass(frozen=True)
class Page:
    """What one turn of a journey shows."""

    voice: Voice
    scene: Scene
    journey: Journey
    turn: Turn

    @property
    def state(self) -> JourneyState:
        return self.turn.state

    @property
    def step(self) -> Step:
        return self.journey.by_id[self.state.step]

    @property
    def awaits_text(self) -> bool:
        return self.turn.shows and self.step.kind is StepKind.TEXT

    def blocks(self) -> Iterator[Block]:
        yield from self._notice()
        yield from self._reaction()
        if not self.turn.shows:
            return
        if self.turn.notice in (Notice.MISUNDERSTOOD, Notice.STUCK, Notice.NOTHING_PICKED):
            yield from self._words(ASKED_AGAIN if self._can_ask_again() else ASKED)
            kinds = {"several": StepKind.SEVERAL, "task": StepKind.TASK, "say": StepKind.SAY}
            is_kind = {name: self.step.kind is kind for name, kind in kinds.items()}
            yield from self.voice.templates.render("onboarding/hint", **is_kind)
        else:
            yield from self._words(ASKED)

    def choices(self) -> tuple[Choice, ...]:
        if not self.turn.shows:
            return tuple(self._control(each) for each in controls(self.journey, self.state))
        # What a quiz asks, its passages tell: they are in the recap.
        named = () if self.step.kind is StepKind.QUIZ else self.step.facts
        facts = [fact for name in named if (fact := self.scene.corpus.by_id.get(name))]
        read = passage_choices(facts, self.scene.address, ChoiceKind.SEE_ALSO)
        answers = [self._answer(each) for each in answers_offered(self.journey, self.state)]
        if self.awaits_text and self.scene.incoming.capabilities.forms:
            answers.append(Choice(with_argument(self._of_the_visit, WRITE), self.voice.labels.write))
        return (*answers, *read, *(self._control(each) for each in controls(self.journey, self.state)))

    def recap(self) -> Iterator[Block]:
        """Yield what closes a journey: what was said, the plan, what to read again, the sources, one thing to do."""
        tasks = planned(self.journey, self.state)
        yield from self._notice()
        yield from self._reaction()
        yield from self._words(("say", "note"))
        yield from self.voice.templates.render(
            "onboarding/recap",
            answers=list(self._answers()),
            tasks=rows(tasks),
            links=[passage.title for passage in self._links()],
            sources=self._sources(),
        )
        yield from self._words(CLOSED, tasks)

    def choices_at_the_end(self) -> tuple[Choice, ...]:
        held = [branch.target for branch in self.step.proposes if branch.holds(self.state.chosen)]
        proposed = [journey for name in dict.fromkeys(held) if (journey := self.scene.corpus.journey(name))]
        begin_next = (
            Choice(
                button_id(ButtonKind.JOURNEY, self.scene.address, each.id),
                shortened(f"{self.voice.labels.begin} : {each.title}"),
            )
            for each in proposed[:_PROPOSED]
        )
        plan = Choice(button_id(ButtonKind.PLAN, self.scene.address), self.voice.labels.plan, ChoiceKind.NAVIGATION)
        links = passage_choices(self._links(), self.scene.address, ChoiceKind.SEE_ALSO)
        return (*begin_next, *links, plan, *(self._control(each) for each in controls(self.journey, self.state)))

    def _notice(self) -> tuple[Block, ...]:
        if self.turn.notice is None:
            return ()
        place, total = position(self.journey, self.state)
        filled = round(_BAR * place / total)
        return self.voice.templates.render(
            f"onboarding/{self.turn.notice}",
            journey=self.journey,
            turn=self.state.visit + self.state.misunderstood,
            written=self.step.kind is StepKind.TEXT,
            place=place,
            total=total,
            bar="▰" * filled + "▱" * (_BAR - filled),
        )

    def _reaction(self) -> tuple[Block, ...]:
        reaction = self.turn.reaction
        if reaction is None:
            return ()
        own = self._own_reaction(reaction)
        if own or reaction.outcome not in _TASK_OUTCOMES:
            return own
        return self.voice.templates.render(f"onboarding/task_{reaction.outcome}", turn=self.state.visit)

    def _own_reaction(self, reaction: Reaction) -> tuple[Block, ...]:
        name = template_of(self.journey, self.journey.by_id[reaction.step])
        role = reaction_role(reaction.outcome)
        if role not in self.voice.templates.roles(name):
            return ()
        return self.voice.templates.render(name, (role,), **self._values)

    def _can_ask_again(self) -> bool:
        return ASKED_AGAIN[0] in self.voice.templates.roles(template_of(self.journey, self.step))

    def _words(self, roles: Iterable[str], tasks: Iterable[PlannedTask] = ()) -> tuple[Block, ...]:
        values = {**self._values, "this_week": this_week(tasks)}
        return self.voice.templates.render(template_of(self.journey, self.step), tuple(roles), **values)

    @cached_property
    def _values(self) -> dict[str, Any]:
        return values_of(self.journey, self.state.answers)

    def _answer(self, offered: Pick | TaskOption) -> Choice:
        identifier = self._identifier(offered)
        if isinstance(offered, TaskOption):
            return Choice(identifier, self.voice.wording.outcomes[offered].label)
        label = next(option.label for option in self.step.options if option.id == offered.option)
        if self.step.kind is StepKind.SEVERAL:
            label = shortened(f"{'☑' if offered.option in self.state.picked else '☐'} {label}")
        return Choice(identifier, label)

    def _control(self, control: Control) -> Choice:
        label = self.voice.wording.controls[control].label
        if control is Control.CONTINUE and self.state.progress is Progress.PAUSED:
            label = self.voice.labels.resume
        elif control is Control.CONTINUE and self.step.kind is StepKind.SEVERAL:
            label = self.voice.labels.confirm
        return Choice(self._identifier(control), label, ChoiceKind.NAVIGATION)

    def _identifier(self, given: Input) -> str:
        """Return the id of a button of the step shown: it follows from the account and the state alone."""
        return with_argument(self._of_the_visit, what_it_does(self.journey, self.state, given))

    @cached_property
    def _of_the_visit(self) -> str:
        return button_id(ButtonKind.STEP, self.scene.address, visit_key(self.journey, self.state))

    def _answers(self) -> Iterator[tuple[str, str]]:
        for name, step in self.journey.saved.items():
            answer = self.state.answers.get(name)
            if answer and step.recap:
                labels = [option.label for option in step.options if option.id in answer.options]
                yield step.recap, ", ".join(labels) or answer.text

    def _links(self) -> list[Passage]:
        names = dict.fromkeys(fact for name in self.state.seen for fact in self.journey.by_id[name].facts)
        return [fact for name in names if (fact := self.scene.corpus.by_id.get(name))]

    def _sources(self) -> list[Source]:
        return [source for source in self.scene.corpus.sources if source.id in self.journey.sources]


def visit_key(journey: Journey, state: JourneyState) -> str:
    """Return what tells a step shown from every other: the visit, of the run, of the version of the journey."""
    return f"{journey.id}/{journey.version}/{state.run}/{state.visit}"


def what_it_does(journey: Journey, state: JourneyState, given: Input) -> str:
    """Return the word for what a button of a step does: an option by its place, anything else by its name."""
    if not isinstance(given, Pick):
        return str(given)
    options = journey.by_id[state.step].options
    return f"option{next(place for place, option in enumerate(options) if option.id == given.option)}"
