"""Journeys: begin, lead on, answer on the way, and recap."""

from collections.abc import Iterable
from dataclasses import replace

from bot.content.corpus import digest
from bot.core.answering import Answering
from bot.core.buttons import WRITE, Button, ButtonKind, button_id, kind_of
from bot.core.journey_pages import Page, visit_key, what_it_does
from bot.core.messages import Address, Choice, Reply, Status
from bot.core.reminders import Reminders
from bot.core.scene import Scene, Told
from bot.core.voice import Voice
from bot.dialogue.engine import (
    Control,
    Input,
    Mumble,
    Notice,
    Turn,
    Write,
    advance,
    answers_offered,
    begin,
    controls,
    resume,
    stands,
)
from bot.dialogue.script import Journey, StepKind, TaskOption
from bot.dialogue.state import JourneyState, Progress
from bot.dialogue.understanding import is_question, understand
from bot.rendering.split import split
from bot.retrieval.french import words
from bot.storage import grants, journeys, people
from bot.storage.journeys import Run

ORIENTATION = "vie"
"""The journey that newcomers are offered."""
LONGEST_ANSWER = 500


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
            return Told((self._voice.notice("onboarding/gone"),))
        return await self._open(scene, journey.id)

    async def press_step(self, scene: Scene, button: Button) -> Told:
        """Do what a button of a step does, if the step is still the one shown."""
        run = scene.run
        journey = scene.corpus.journey(run.state.journey) if run else None
        if run is None or journey is None:
            return Told((self._voice.notice("onboarding/outdated", under_way=False),))
        if not stands(journey, run.state):
            if run.state.open:
                return await self._apply(scene, journey, run.state, resume(journey, run.state))
            return Told((self._voice.notice("onboarding/outdated", under_way=False),))
        if button.argument == WRITE and _awaits_text_of(button, journey, run.state):
            return await self._take_text(scene, journey, _resumed(journey, run.state), scene.incoming.text)
        given = _pressed(journey, run.state, button)
        if given is None:
            return self._outdated(scene, journey, run.state)
        state = run.state
        if given not in controls(journey, state):
            # A button of a step that was paused: the step goes on, and then the button does what it says.
            state = _resumed(journey, state)
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
        if run.state.progress is not Progress.UNDER_WAY:
            return await self._hear_control(scene, journey, run.state, text)
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

    async def _hear_control(self, scene: Scene, journey: Journey, state: JourneyState, text: str) -> Told | None:
        """Do what a typed control does to a journey that is paused or over here; small talk, as "ok", is no control."""
        control = self._voice.phrases.controls.get(tuple(words(text)))
        if control is None or self._answering.is_small_talk(text):
            return None
        if state.progress is Progress.PAUSED:
            resumed = control is Control.CONTINUE
            return await self._apply(scene, journey, state, resume(journey, state)) if resumed else None
        if not stands(journey, state) or control not in controls(journey, state):
            return Told((self._voice.say("onboarding/over"),))
        return await self._apply(scene, journey, state, advance(journey, state, control, scene.today))

    async def _take_text(self, scene: Scene, journey: Journey, state: JourneyState, text: str) -> Told:
        if text.rstrip().endswith("?"):
            answered = self._answering.reply(scene.retriever, text, scene.address, scene.turn)
            if answered.verdict and answered.verdict.status is Status.ANSWER:
                return await self.come_back(scene, answered)
        written = " ".join(text.split())[:LONGEST_ANSWER]
        given = Write(written) if written else Mumble()
        return await self._apply(scene, journey, state, advance(journey, state, given, scene.today))

    async def _answer_on_the_way(self, scene: Scene, text: str) -> Told | None:
        """Return the answer to a question or a courtesy, None for what is neither."""
        if not words(text):
            return None
        told = self._answering.reply(scene.retriever, text, scene.address, scene.turn)
        if told.verdict is None or (told.verdict.status is not Status.SMALLTALK and not is_question(text)):
            return None
        return await self._answering.recorded(scene, text, told)

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
        if _is_finishing(before, turn) and journey.id == ORIENTATION:
            await grants.earn(scene.transaction, scene.person.id, scene.now)
        replies = self._shown(scene, journey, turn)
        if turn.notice is Notice.PAUSED:
            replies = await self._reminders.offer(scene, replies)
        elif turn.reaction and turn.reaction.outcome == TaskOption.LATER:
            replies = await self._reminders.mention(scene, replies)
        return Told(replies, run=run)

    async def _count(self, scene: Scene, before: JourneyState | None, turn: Turn) -> None:
        """Count the steps that a turn reaches or goes through first in its run, and the one that it quits at."""
        state = turn.state
        same_run = before if before and before.run == state.run else None
        reached_before = same_run.seen if same_run else ()
        passed_before = _gone_through(same_run) if same_run else ()
        counted = [("reached", step) for step in state.seen if step not in reached_before]
        counted += [("passed", step) for step in _gone_through(state) if step not in passed_before]
        if turn.notice is Notice.QUIT:
            counted.append(("quit", state.step))
        for column, step in counted:
            await journeys.count(scene.transaction, state.journey, step, scene.address.community, column)

    def _outdated(self, scene: Scene, journey: Journey, state: JourneyState) -> Told:
        under_way = state.progress is Progress.UNDER_WAY
        said = self._voice.notice("onboarding/outdated", under_way=under_way)
        return Told((said, *self._shown(scene, journey, Turn(state))) if under_way else (said,))

    def _shown(self, scene: Scene, journey: Journey, turn: Turn) -> tuple[Reply, ...]:
        """Return the message of a turn: the notice, the reaction to what was answered, and the step."""
        page = Page(self._voice, scene, journey, turn)
        if turn.shows and turn.state.progress is Progress.FINISHED:
            return split(tuple(page.recap()), page.choices_at_the_end())
        blocks = tuple(page.blocks())
        return (Reply(blocks, page.choices(), awaits_text=page.awaits_text),)


def _is_finishing(before: JourneyState | None, turn: Turn) -> bool:
    was_finished = before is not None and before.run == turn.state.run and before.progress is Progress.FINISHED
    return turn.state.progress is Progress.FINISHED and not was_finished


def _is_of(button: Button, journey: Journey) -> bool:
    return button.subject == digest(journey.id)


def _is_of_the_visit(button: Button, journey: Journey, state: JourneyState) -> bool:
    return digest(visit_key(journey, state)) == button.subject


def _awaits_text_of(button: Button, journey: Journey, state: JourneyState) -> bool:
    is_open = state.open and _is_of_the_visit(button, journey, state)
    return is_open and journey.by_id[state.step].kind is StepKind.TEXT


def _resumed(journey: Journey, state: JourneyState) -> JourneyState:
    """Return a state under way: one that was paused goes on."""
    return resume(journey, state).state if state.progress is Progress.PAUSED else state


def _pressed(journey: Journey, state: JourneyState, button: Button) -> Input | None:
    """Return what a button of the step shown does, None for a button of another step."""
    if not _is_of_the_visit(button, journey, state):
        return None
    shown = replace(state, progress=Progress.UNDER_WAY) if state.progress is Progress.PAUSED else state
    offered = (*answers_offered(journey, shown), *controls(journey, state), *controls(journey, shown))
    return next((each for each in offered if what_it_does(journey, state, each) == button.argument), None)


def _gone_through(state: JourneyState) -> tuple[str, ...]:
    """Return the steps gone through: nothing follows the last one, so that to reach it is to go through it."""
    return (*state.passed, state.step) if state.progress is Progress.FINISHED else state.passed


def _first_number(scene: Scene) -> int:
    """Return the number under which the first answer of the step was shown: after what answered a question, if any."""
    kinds = (kind_of(identifier) for identifier, _ in scene.turn.choices)
    return next((place for place, kind in enumerate(kinds, start=1) if kind is ButtonKind.STEP), 1)
