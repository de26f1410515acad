"""Feedback under the answers, and questions passed on to a community's team or waited for."""

from collections.abc import Mapping
from dataclasses import replace

from bot.content.corpus import Passage, digest
from bot.core.buttons import WRITE, Button, ButtonKind, button_id, shortened
from bot.core.messages import Choice, ChoiceKind
from bot.core.scene import Scene, Told
from bot.core.voice import Voice
from bot.storage import feedback, misses, people, watches
from bot.storage.misses import Ticket

LONGEST_REASON = 500
_SHORT = 8
"""Letters of a digest that tell a person's few communities apart."""


class Feedback:
    """Takes what people think of an answer, and what they want done about a question."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    async def press(self, scene: Scene, button: Button) -> Told:
        """Keep whether a passage was useful ("yes", "no"), or why it was not (a reason of the wording)."""
        passage = scene.corpus.by_digest.get(button.subject)
        if passage is None:
            return Told((self._voice.notice("buttons/gone"),))
        if button.argument == WRITE or button.argument in self._voice.wording.reasons:
            return await self._explain(scene, passage, button.argument)
        useful = button.argument == "yes"
        await feedback.keep(
            scene.transaction, scene.person.id, passage.id, scene.address.community, scene.now, useful=useful
        )
        if useful:
            return Told((self._voice.notice("feedback/thanks"),))
        reasons = [
            Choice(button_id(ButtonKind.FEEDBACK, scene.address, passage.id, key), label, ChoiceKind.FEEDBACK)
            for key, label in self._voice.wording.reasons.items()
        ]
        if scene.incoming.capabilities.forms:
            identifier = button_id(ButtonKind.FEEDBACK, scene.address, passage.id, WRITE)
            reasons.append(Choice(identifier, self._voice.labels.other_reason, ChoiceKind.FEEDBACK))
        team = Choice(button_id(ButtonKind.TEAM, scene.address), self._voice.labels.team, ChoiceKind.FEEDBACK)
        return Told((self._voice.say("feedback/why", (*reasons, team)),))

    async def _explain(self, scene: Scene, passage: Passage, argument: str) -> Told:
        written = " ".join(scene.incoming.text.split())[:LONGEST_REASON]
        if argument == WRITE and not written:
            return Told((self._voice.notice("feedback/nothing_written"),))
        reason, said = (None, written) if argument == WRITE else (argument, None)
        known = await feedback.explain(scene.transaction, scene.person.id, passage.id, reason, said)
        return Told((self._voice.say("feedback/explained") if known else self._voice.notice("buttons/outdated"),))

    async def ask_team(self, scene: Scene, button: Button) -> Told:
        """Pass a question on to a community's team; in a direct message the person picks which."""
        number, _, picked = button.argument.partition("_")
        miss = await self._asked(scene, replace(button, argument=number))
        if miss is None:
            return Told((self._voice.notice("feedback/too_late"),))
        community = scene.address.community
        if community is None:
            known = await people.communities(scene.transaction, scene.person.id)
            community = next((each for each in known if digest(each)[:_SHORT] == picked), None)
            if community is None:
                return self._which(scene, miss, known)
        passed = await misses.pass_on(scene.transaction, miss.number, community)
        if not passed:
            return Told((self._voice.notice("feedback/too_late"),))
        return Told((self._voice.say("feedback/passed_on") if picked else self._voice.notice("feedback/passed_on"),))

    async def watch(self, scene: Scene, button: Button) -> Told:
        """Keep that somebody wants to hear when a question finds an answer."""
        miss = await misses.find(scene.transaction, button.number, button.subject)
        kept = miss is not None and await watches.keep(
            scene.transaction,
            scene.person.id,
            miss.number,
            scene.address,
            scene.incoming.quoted_message,
            scene.now,
        )
        return Told((self._voice.notice("feedback/watching" if kept else "feedback/too_late"),))

    @staticmethod
    async def _asked(scene: Scene, button: Button) -> Ticket | None:
        """Return the question that a button is about, or else the one that the conversation is about."""
        if button.argument:
            return await misses.find(scene.transaction, button.number, button.subject)
        subject = scene.turn.subject
        if subject is None:
            return None
        return await misses.record_once(scene.transaction, subject, scene.address.community, scene.now)

    def _which(self, scene: Scene, miss: Ticket, communities: Mapping[str, str]) -> Told:
        if not communities:
            return Told((self._voice.say("feedback/no_community"),))
        choices = (
            Choice(
                button_id(ButtonKind.TEAM, scene.address, miss.key, f"{miss.number}_{digest(each)[:_SHORT]}"),
                shortened(title),
            )
            for each, title in communities.items()
        )
        return Told((self._voice.say("feedback/which_community", choices),))
