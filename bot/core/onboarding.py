"""Journeys: begin, lead on, answer on the way, and recap."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bot.content.corpus import Passage, Source, digest
from bot.content.schemas import MAX_LABEL
from bot.core.answering import Answering, passage_choices
from bot.core.buttons import Button, ButtonKind, button_id, read_button
from bot.core.messages import Address, Block, Choice, ChoiceKind, Reply, Status
from bot.core.plan import PlannedTask, planned, rows, this_week
from bot.core.reminders import Reminders
from bot.core.scene import Scene, Told
from bot.core.voice import Voice
from bot.dialogue.engine import (
    Control,
    Input,
    Mumble,
    Notice,
    Pick,
    Reaction,
    Turn,
    Write,
    advance,
    answers_offered,
    begin,
    controls,
    position,
    resume,
    stands,
)
from bot.dialogue.script import Journey, Step, StepKind, TaskOption
from bot.dialogue.state import JourneyState, Progress
from bot.dialogue.understanding import is_question, understand
from bot.rendering.journeys import ASKED, ASKED_AGAIN, CLOSED, reaction_role, template_of, values_of
from bot.rendering.split import split
from bot.retrieval.french import words
from bot.storage import journeys, people
from bot.storage.journeys import Run

ORIENTATION = "vie"
"""The journey that newcomers are offered."""
_LONGEST_ANSWER = 500
_BAR = 10
_PROPOSED = 3


class Onboarding:
    """Leads people through the journeys."""

    def __init__(self, voice: Voice, answering: Answering, reminders: Reminders) -> None:
        self._voice = voice
        self._answering = answering
        self._reminders = reminders

    async def command(self, scene: Scene, argument: str) -> Told:
        """Resume the journey under way, begin the one named, or list them all."""
        if argument:
            return await self._open(scene, argument.casefold())
        if scene.run and scene.run.state.open and scene.corpus.journey(scene.run.state.journey):
            return await self._open(scene, scene.run.state.journey)
        return await self.list_all(scene)

    async def list_all(self, scene: Scene, said: str = "onboarding/list") -> Told:
        """List the journeys, each with how it stands."""
        offered = scene.corpus.journeys
        if not offered:
            return Told((self._voice.say("onboarding/none"),))
        runs = {
            run.state.journey: run.state.progress for run in await journeys.all_of(scene.transaction, scene.person.id)
        }
        opening = self._voice.templates.render(said) if said != "onboarding/list" else ()
        listed = self._voice.templates.render("onboarding/list", journeys=offered, runs=runs)
        return Told(split((*opening, *listed), self.buttons(scene.address, offered)))

    def buttons(self, address: Address, offered: Iterable[Journey]) -> tuple[Choice, ...]:
        """Return buttons that begin or resume journeys."""
        return tuple(Choice(button_id(ButtonKind.JOURNEY, address, each.id), each.title) for each in offered)

    async def press_list(self, scene: Scene, _button: Button) -> Told:
        """List the journeys."""
        return await self.list_all(scene)

    async def press_journey(self, scene: Scene, button: Button) -> Told:
        """Begin or resume the journey of a button."""
        journey = next((each for each in scene.corpus.journeys if _is_of(button, each)), None)
        if journey is None:
            return Told((self._voice.say("onboarding/gone"),))
        return await self._open(scene, journey.id)

    async def press_step(self, scene: Scene, button: Button) -> Told:
        """Do what a button of a step does, if the step is still the one shown."""
        run = scene.run
        journey = scene.corpus.journey(run.state.journey) if run else None
        if run is None or journey is None:
            return Told((self._voice.say("onboarding/outdated", under_way=False),))
        if not stands(journey, run.state):
            if run.state.open:
                return await self._apply(scene, journey, run.state, resume(journey, run.state))
            return Told((self._voice.say("onboarding/outdated", under_way=False),))
        given = _pressed(journey, run.state, button)
        if given is None:
            return self._outdated(scene, journey, run.state)
        state = run.state
        if given not in controls(journey, state):
            # A button of a step that was paused: the step goes on, and then the button does what it says.
            state = resume(journey, state).state if state.progress is Progress.PAUSED else state
        return await self._apply(scene, journey, state, advance(journey, state, given, scene.today))

    async def hear(self, scene: Scene, text: str) -> Told | None:
        """Take what somebody types for an answer or a command of the journey under way.

        Returns:
            None where no journey is under way here, so that the text is a question like any other.
        """
        run = scene.run
        journey = scene.corpus.journey(run.state.journey) if run else None
        if run is None or journey is None or run.address != scene.address:
            return None
        if run.state.progress is Progress.PAUSED:
            return await self._hear_resumption(scene, journey, run.state, text)
        if run.state.progress is not Progress.UNDER_WAY:
            return None
        if not stands(journey, run.state):
            return await self._apply(scene, journey, run.state, resume(journey, run.state))
        step = journey.by_id[run.state.step]
        given = understand(step, text, self._voice.phrases, _first_number(scene))
        if given is None and step.kind is StepKind.TEXT:
            return await self._take_text(scene, journey, run.state, text)
        if given is None:
            answered = await self._answer_on_the_way(scene, text)
            if answered:
                return await self.come_back(scene, answered)
        return await self._apply(scene, journey, run.state, advance(journey, run.state, given or Mumble(), scene.today))

    async def come_back(self, scene: Scene, told: Told) -> Told:
        """Return an answer with the step under way shown again after it."""
        run = told.run or scene.run
        journey = scene.corpus.journey(run.state.journey) if run else None
        if run is None or journey is None or not run.is_led_at(scene.address) or not stands(journey, run.state):
            return told
        told_shortly = (part for reply in told.replies for part in split(reply.blocks, reply.choices))
        return replace(told, replies=(*told_shortly, *self._shown(scene, journey, Turn(run.state))))

    async def _hear_resumption(self, scene: Scene, journey: Journey, state: JourneyState, text: str) -> Told | None:
        """Resume a journey that was paused here, if that is what is typed; small talk, as "ok", is not."""
        typed = self._voice.phrases.controls.get(tuple(words(text)))
        if typed is not Control.CONTINUE or self._answering.is_small_talk(text):
            return None
        return await self._apply(scene, journey, state, resume(journey, state))

    async def _take_text(self, scene: Scene, journey: Journey, state: JourneyState, text: str) -> Told:
        if text.rstrip().endswith("?"):
            answered = self._answering.reply(scene.retriever, text, scene.address, scene.turn)
            if answered.verdict and answered.verdict.status is Status.ANSWER:
                return await self.come_back(scene, answered)
        written = " ".join(text.split())[:_LONGEST_ANSWER]
        given = Write(written) if written else Mumble()
        return await self._apply(scene, journey, state, advance(journey, state, given, scene.today))

    async def _answer_on_the_way(self, scene: Scene, text: str) -> Told | None:
        """Return the answer to a question or a courtesy, None for what is neither."""
        told = self._answering.reply(scene.retriever, text, scene.address, scene.turn)
        if told.verdict is None or (told.verdict.status is not Status.SMALLTALK and not is_question(text)):
            return None
        if told.verdict.status is Status.UNKNOWN and words(text):
            return await self._answering.converse(scene, text)
        return told if words(text) else None

    async def _open(self, scene: Scene, identifier: str) -> Told:
        """Begin a journey, or resume it; one that is under way is left where it stands."""
        journey = scene.corpus.journey(identifier)
        if journey is None:
            return await self.list_all(scene, "onboarding/unknown")
        found = await journeys.find(scene.transaction, scene.person.id, journey.id)
        before = found.state if found else None
        if scene.run and scene.run.state.journey != journey.id and scene.run.state.progress is Progress.UNDER_WAY:
            left = replace(scene.run, state=replace(scene.run.state, progress=Progress.PAUSED))
            await journeys.keep(scene.transaction, scene.person.id, left)
        if scene.person.journey != journey.id:
            await people.set_journey(scene.transaction, scene.person.id, journey.id)
        if before and before.open:
            return await self._apply(scene, journey, before, resume(journey, before))
        return await self._apply(scene, journey, None, begin(journey, before))

    async def _apply(self, scene: Scene, journey: Journey, before: JourneyState | None, turn: Turn) -> Told:
        """Keep the state that a turn leads to, count the steps, and return the message."""
        run = Run(turn.state, scene.address, scene.now)
        if turn.state != before or (scene.run and scene.run.address != scene.address):
            await journeys.keep(scene.transaction, scene.person.id, run)
        await self._count(scene, before, turn)
        replies = self._shown(scene, journey, turn)
        if turn.notice is Notice.PAUSED:
            replies = await self._reminders.offer(scene, replies)
        elif turn.reaction and turn.reaction.outcome == TaskOption.LATER:
            replies = await self._reminders.mention(scene, replies)
        return Told(replies, run=run)

    async def _count(self, scene: Scene, before: JourneyState | None, turn: Turn) -> None:
        state, community = turn.state, scene.address.community
        same_run = before if before and before.run == state.run else None
        for column, now, then in (
            ("reached", state.seen, same_run.seen if same_run else ()),
            (
                "passed",
                _gone_through(state),
                _gone_through(same_run) if same_run else (),
            ),
            ("quit", (state.step,) if turn.notice is Notice.QUIT else (), ()),
        ):
            for step in now:
                if step not in then:
                    await journeys.count(scene.transaction, state.journey, step, community, column)

    def _outdated(self, scene: Scene, journey: Journey, state: JourneyState) -> Told:
        under_way = state.progress is Progress.UNDER_WAY
        said = self._voice.say("onboarding/outdated", under_way=under_way)
        return Told((said, *self._shown(scene, journey, Turn(state))) if under_way else (said,))

    def _shown(self, scene: Scene, journey: Journey, turn: Turn) -> tuple[Reply, ...]:
        """Return the message of a turn: the notice, the reaction to what was answered, and the step."""
        page = _Page(self._voice, scene, journey, turn)
        if turn.shows and turn.state.progress is Progress.FINISHED:
            return split(tuple(page.recap()), page.choices_at_the_end())
        blocks = tuple(page.blocks())
        return (Reply(blocks, page.choices(), awaits_text=page.awaits_text),)


@dataclass(frozen=True)
class _Page:
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
        facts = [fact for name in self.step.facts if (fact := self.scene.corpus.by_id.get(name))]
        read = passage_choices(facts, self.scene.address, ChoiceKind.SEE_ALSO)
        answers = (self._answer(each) for each in answers_offered(self.journey, self.state))
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
                f"{self.voice.label('begin')} : {each.title}"[:80],
            )
            for each in proposed[:_PROPOSED]
        )
        plan = Choice(button_id(ButtonKind.PLAN, self.scene.address), self.voice.label("plan"), ChoiceKind.NAVIGATION)
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
        if own or reaction.outcome not in set(TaskOption):
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
        identifier = _step_button(self.journey, self.state, self.scene.address, offered)
        if isinstance(offered, TaskOption):
            return Choice(identifier, self.voice.wording.outcomes[offered].label)
        label = next(option.label for option in self.step.options if option.id == offered.option)
        if self.step.kind is StepKind.SEVERAL:
            label = f"{'☑' if offered.option in self.state.picked else '☐'} {label}"[:MAX_LABEL]
        return Choice(identifier, label)

    def _control(self, control: Control) -> Choice:
        label = self.voice.wording.controls[control].label
        if control is Control.CONTINUE and self.state.progress is Progress.PAUSED:
            label = self.voice.label("resume")
        elif control is Control.CONTINUE and self.step.kind is StepKind.SEVERAL:
            label = self.voice.label("validate")
        identifier = _step_button(self.journey, self.state, self.scene.address, control)
        return Choice(identifier, label, ChoiceKind.NAVIGATION)

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


def _is_of(button: Button, journey: Journey) -> bool:
    return button.subject == digest(journey.id)


def _step_button(journey: Journey, state: JourneyState, address: Address, given: Input) -> str:
    """Return the id of a button of the step shown: it follows from the account and the state alone."""
    return button_id(ButtonKind.STEP, address, _key(journey, state, given))


def _key(journey: Journey, state: JourneyState, given: Input) -> str:
    kind = "option" if isinstance(given, Pick) else "do"
    name = given.option if isinstance(given, Pick) else str(given)
    return f"{journey.id}/{journey.version}/{state.run}/{state.visit}/{kind}/{name}"


def _pressed(journey: Journey, state: JourneyState, button: Button) -> Input | None:
    """Return what a button of the step shown does, None for a button of another step."""
    shown = replace(state, progress=Progress.UNDER_WAY) if state.progress is Progress.PAUSED else state
    offered = dict.fromkeys((*answers_offered(journey, shown), *controls(journey, state), *controls(journey, shown)))
    return next((each for each in offered if digest(_key(journey, state, each)) == button.subject), None)


def _gone_through(state: JourneyState) -> tuple[str, ...]:
    """Return the steps gone through: nothing follows the last one, so that to reach it is to go through it."""
    return (*state.passed, state.step) if state.progress is Progress.FINISHED else state.passed


def _first_number(scene: Scene) -> int:
    """Return the number under which the first answer of the step was shown: after what answered a question, if any."""
    shown = (read_button(identifier) for identifier, _ in scene.turn.choices)
    places = (place for place, button in enumerate(shown, start=1) if button and button.kind is ButtonKind.STEP)
    return next(places, 1)
