"""Which use case answers an event: a command, a button, something typed in its place, an answer, a question."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.core.answering import LONGEST_READ, Answering
from bot.core.buttons import Button, ButtonKind, kind_of, read_button
from bot.core.commands import Command, read_command
from bot.core.communities import Communities
from bot.core.feedback import Feedback
from bot.core.messages import Manner, Reply, Role
from bot.core.moderation import Moderation
from bot.core.onboarding import Onboarding
from bot.core.plan import Plan
from bot.core.privacy import Privacy
from bot.core.reminders import Reminders
from bot.core.scene import Scene, Told
from bot.core.team import TEAM_BUTTONS
from bot.core.themes import Themes
from bot.core.voice import Voice
from bot.dialogue.script import StepKind
from bot.retrieval.french import words
from bot.storage.conversations import Turn

_LINK_CODE = re.compile(r"[A-Z2-9]{8}")
_IN_PRIVATE = frozenset({"mesdonnees", "lier"})
"""The commands whose answer is nobody else's business."""
_IN_PRIVATE_WHERE_IT_CAN_BE = frozenset({*_IN_PRIVATE, "parcours", "plan", "rappels", "oublier"})
_READ = re.compile(r"\s*(lire\s+)?(\d{1,2})\s*", re.IGNORECASE)


class Responding:
    """Hands each event to the use case that answers it."""

    def __init__(
        self,
        voice: Voice,
        answering: Answering,
        onboarding: Onboarding,
        reminders: Reminders,
        communities: Communities,
        moderation: Moderation,
    ) -> None:
        self._voice = voice
        self._answering = answering
        self._onboarding = onboarding
        self._communities = communities
        self._moderation = moderation
        self._team = moderation.team
        plan, themes, feedback, privacy = Plan(voice), Themes(voice), Feedback(voice), Privacy(voice)
        self._privacy = privacy
        self.commands: dict[str, Callable[[Scene, str], Awaitable[Told]]] = {
            "question": self._question,
            "start": self._start,
            "aide": self._help,
            "help": self._help,
            "parcours": onboarding.command,
            "plan": plan.command,
            "themes": themes.command,
            "rappels": reminders.command,
            "mesdonnees": privacy.show,
            "oublier": privacy.ask_erasure,
            "lier": privacy.link,
            "reglages": communities.command,
        }
        self._presses: dict[ButtonKind, Callable[[Scene, Button], Awaitable[Told]]] = {
            ButtonKind.PASSAGE: self._press_passage,
            ButtonKind.STEP: onboarding.press_step,
            ButtonKind.JOURNEY: onboarding.press_journey,
            ButtonKind.JOURNEYS: onboarding.press_list,
            ButtonKind.FEEDBACK: feedback.press,
            ButtonKind.TEAM: feedback.ask_team,
            ButtonKind.WATCH: feedback.watch,
            ButtonKind.THEME: themes.press,
            ButtonKind.PLAN: plan.press,
            ButtonKind.TASK: plan.tick,
            ButtonKind.REMIND: reminders.press,
            ButtonKind.ERASE: privacy.press_erasure,
            ButtonKind.REMOVE: self._remove,
            ButtonKind.SETTING: communities.press,
        }

    async def respond(self, scene: Scene) -> Told:
        """Return what an event is answered."""
        incoming = scene.incoming
        if incoming.event is not None:
            return await self._communities.welcome(scene)
        if incoming.edited:
            return await self._answer_again(scene)
        if incoming.button is not None:
            return await self._press(scene, incoming.button)
        command = read_command(incoming.text)
        if command:
            return await self._obey(scene, command)
        typed = self._typed_choice(scene)
        written = await self._moderation.hear(scene, incoming.text) if _may_be_written(scene, typed) else None
        if written:
            return written
        if typed:
            return await self._press(scene, typed)
        return await self._onboarding.hear(scene, incoming.text) or await self._answering.converse(scene, incoming.text)

    async def _answer_again(self, scene: Scene) -> Told:
        """Answer a question that was written anew, as if it had been asked like that."""
        command = read_command(scene.incoming.text)
        asked = command.argument if command else scene.incoming.text
        if not asked and scene.incoming.quoted:
            return await self._answering.answer_quoted(scene, scene.incoming.quoted)
        return await self._answering.converse(replace(scene, turn=Turn()), asked)

    async def _obey(self, scene: Scene, command: Command) -> Told:
        if self._is_overheard(scene, command):
            start = command.argument if scene.corpus.journey(command.argument) else "start"
            way = self._communities.in_private(scene.incoming, start)
            return Told((self._voice.say("help/in_private", way),))
        if self._team.knows(command):
            return await self._team.command(scene, command)
        obey = self.commands.get(command.name)
        return await obey(scene, command.argument) if obey else Told((self._voice.say("help/unknown_command"),))

    @staticmethod
    def _is_overheard(scene: Scene, command: Command) -> bool:
        """Tell whether others would read what is nobody else's business."""
        if scene.is_overheard:
            return command.name in _IN_PRIVATE_WHERE_IT_CAN_BE
        return command.name in _IN_PRIVATE and scene.address.community is not None and not scene.incoming.unseen

    async def _question(self, scene: Scene, argument: str) -> Told:
        if argument:
            return await self._onboarding.come_back(scene, await self._answering.converse(scene, argument))
        if scene.incoming.quoted is None:
            return Told((self._voice.say("help/no_quote"),))
        if not scene.incoming.quoted.strip():
            return Told((self._voice.say("help/nothing_to_read"),))
        return await self._answering.answer_quoted(scene, scene.incoming.quoted)

    async def _start(self, scene: Scene, argument: str) -> Told:
        """Do what the word of a link is for: a journey, a passage, a code that joins accounts; or say hello."""
        if scene.corpus.journey(argument):
            return await self._onboarding.command(scene, argument)
        passage = scene.corpus.by_id.get(argument)
        if passage:
            return await self._onboarding.come_back(scene, self._answering.show_chosen(scene, passage))
        if _LINK_CODE.fullmatch(argument) and scene.address.community is None:
            return await self._privacy.link(scene, argument)
        return Told((self._communities.greeting(scene, "help/welcome"),))

    async def _help(self, scene: Scene, _argument: str) -> Told:
        is_administrator = scene.role is Role.ADMINISTRATOR
        can_press = scene.incoming.capabilities.buttons
        moderates = scene.role is not Role.MEMBER
        values = {"typed": not can_press, "administers": is_administrator, "moderates": moderates}
        return Told((self._voice.say("help/help", **values),))

    async def _press(self, scene: Scene, identifier: str) -> Told:
        button = read_button(identifier)
        if button is None:
            return Told((self._voice.notice("buttons/outdated"),))
        press = self._team.press if button.kind in TEAM_BUTTONS else self._presses[button.kind]
        told = await press(scene, button)
        if not scene.incoming.stands:
            # What its answer would take the place of may be somebody else's.
            return told
        return replace(told, replies=_in_manner(button, told.replies))

    async def _remove(self, scene: Scene, _button: Button) -> Told:
        if not scene.incoming.stands:
            return Told((self._voice.notice("buttons/outdated"),))
        return Told((Reply((), manner=Manner.REMOVAL),))

    async def _press_passage(self, scene: Scene, button: Button) -> Told:
        passage = scene.corpus.by_digest.get(button.subject)
        if passage is None:
            return Told((self._voice.notice("buttons/gone"),))
        origin = scene.corpus.by_digest.get(button.argument)
        return await self._onboarding.come_back(scene, self._answering.show_chosen(scene, passage, origin))

    def _typed_choice(self, scene: Scene) -> str | None:
        """Return the id of the button that a typed number or label names, None where the text means something else."""
        found = _READ.fullmatch(scene.incoming.text)
        if found and int(found[2]) <= len(scene.turn.choices) and int(found[2]) > 0:
            identifier = scene.turn.choices[int(found[2]) - 1][0]
        else:
            typed = words(scene.incoming.text[:LONGEST_READ])
            offered = (*scene.turn.choices, *scene.turn.onward)
            identifier = next((each for each, label in offered if typed and words(label) == typed), "")
        button = read_button(identifier)
        if button is None:
            return None
        # Where an answer in one's own words is awaited, this is that answer, unless another message came since.
        if (found and found[1]) or not _awaits_text(scene):
            return identifier
        return None if scene.turn.shows_step else identifier


def _in_manner(button: Button, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """Return what answers a press; where the message with the button is done with, the first takes its place."""
    first, *others = replies or (Reply(()),)
    match button.kind:
        case ButtonKind.STEP | ButtonKind.THEME | ButtonKind.REMIND | ButtonKind.ERASE | ButtonKind.SETTING:
            is_done_with = True
        case kind if kind in TEAM_BUTTONS:
            is_done_with = True
        case ButtonKind.PASSAGE:
            # A step that was left for a passage is shown again below it.
            is_done_with = bool(button.argument or others)
        case ButtonKind.FEEDBACK:
            is_done_with = button.argument not in ("yes", "no")
        case ButtonKind.TEAM:
            is_done_with = "_" in button.argument
        case _:
            is_done_with = False
    if not (replies and is_done_with and first.manner is Manner.MESSAGE):
        return replies
    return (replace(first, manner=Manner.IN_PLACE), *others)


def _may_be_written(scene: Scene, typed: str | None) -> bool:
    """Tell whether a text may be a part of what a team writes: it names no button, or only those of the question."""
    if typed is None:
        return True
    found = _READ.fullmatch(scene.incoming.text)
    names_button = found is not None and found[1] is not None
    return not names_button and any(kind_of(each) is ButtonKind.LESSON for each, _ in scene.turn.choices)


def _awaits_text(scene: Scene) -> bool:
    run = scene.run
    journey = scene.corpus.journey(run.state.journey) if run and run.is_led_at(scene.address) else None
    step = journey.by_id.get(run.state.step) if run and journey else None
    return step is not None and step.kind is StepKind.TEXT
