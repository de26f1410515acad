"""The only door: one incoming event in, everything that answers it out."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.answering import Renderer, judge, more_after, show, tell
from bot.core.buttons import owner_of, read_button
from bot.core.commands import Command, read_command
from bot.core.messages import Address, Incoming, Outgoing, Reply, Status, Verdict
from bot.core.smalltalk import SmallTalk
from bot.errors import BotError
from bot.retrieval.french import words
from bot.retrieval.retriever import Retriever

LONGEST_READ = 1000
"""Characters read of a message: nobody's question is longer, and what follows is left alone."""
_LONGEST_SUBJECT = 300
_CONVERSATIONS = 10_000

_log = logging.getLogger(__name__)


class MissRecorder(Protocol):
    """Keeps the questions that nobody could answer."""

    async def record(self, question: str, community: str | None, asked_at: datetime) -> bool:
        """Return whether the question will still be there after a restart."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """What the last turn of a conversation was about, and the id of the passage that it showed."""

    subject: str | None = None
    shown: str | None = None


class Advisor:
    """Answers each event from the knowledge that is current when it comes."""

    def __init__(
        self,
        current_retriever: Callable[[], Retriever],
        templates: Renderer,
        smalltalk: SmallTalk,
        misses: MissRecorder,
    ) -> None:
        self._current_retriever = current_retriever
        self._templates = templates
        self._smalltalk = smalltalk
        self._misses = misses
        self._turns: OrderedDict[Address, _Turn] = OrderedDict()

    async def handle(self, incoming: Incoming) -> Outgoing:
        """Return all that answers one event."""
        if incoming.button is not None:
            return self._press(incoming.address, incoming.button)
        command = read_command(incoming.text)
        if command:
            return await self._obey(command, incoming)
        return await self._converse(incoming, incoming.text)

    async def _obey(self, command: Command, incoming: Incoming) -> Outgoing:
        match command.name:
            case "question" if command.argument:
                return await self._converse(incoming, command.argument)
            case "start":
                return self._say("help/welcome")
            case "aide" | "help":
                return self._say("help/help")
            case _:
                return self._say("help/unknown_command")

    async def _converse(self, incoming: Incoming, text: str) -> Outgoing:
        heard = self._smalltalk.hear(text[:LONGEST_READ])
        if heard.kind:
            return self._say(f"smalltalk/{heard.kind}", Verdict(Status.SMALLTALK, 1.0))
        if not words(heard.question):
            return self._say("answer/empty", Verdict(Status.UNKNOWN))
        before = self._turns.get(incoming.address, _Turn())
        verdict = judge(self._current_retriever(), heard.question, before.subject)
        if verdict.status is Status.UNKNOWN:
            self._remember(incoming.address, _Turn())
            kept = await self._keep(text, incoming)
            return self._say("answer/unknown", verdict, kept=kept)
        subject = f"{before.subject} {heard.question}" if verdict.followed_up else heard.question
        shown = verdict.hits[0].passage.id if verdict.status is Status.ANSWER else None
        self._remember(incoming.address, _Turn(subject[-_LONGEST_SUBJECT:], shown))
        again = shown is not None and shown == before.shown
        return Outgoing((tell(verdict, self._templates, incoming.address, again=again),), verdict)

    async def _keep(self, text: str, incoming: Incoming) -> bool:
        """Keep a question without an answer, as it was typed; return whether it could be."""
        try:
            return await self._misses.record(text, incoming.address.community, incoming.received_at)
        except BotError as error:
            _log.warning("A question without an answer could not be kept. %s", error)
            return False

    def _press(self, address: Address, identifier: str) -> Outgoing:
        button = read_button(identifier)
        if button is None:
            return self._say("buttons/outdated")
        if button.owner != owner_of(address):
            return self._say("buttons/not_yours")
        retriever = self._current_retriever()
        passage = retriever.corpus.by_digest.get(button.subject)
        if passage is None:
            return self._say("buttons/gone")
        self._remember(address, _Turn(passage.title, passage.id))
        return Outgoing((show(passage, more_after(retriever, passage), self._templates, address),))

    def _remember(self, address: Address, turn: _Turn) -> None:
        self._turns[address] = turn
        self._turns.move_to_end(address)
        if len(self._turns) > _CONVERSATIONS:
            self._turns.popitem(last=False)

    def _say(self, template: str, verdict: Verdict | None = None, **values: object) -> Outgoing:
        return Outgoing((Reply(self._templates.render(template, **values)),), verdict)
