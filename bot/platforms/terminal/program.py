"""The conversation for programs: a JSON object a line in, one a line out, each user in a conversation of their own."""

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.core.advisor import Advisor
from bot.core.messages import Address, Choice, Incoming
from bot.platforms.terminal.choices import press_or_text

_USERS = 10_000


class _Line(BaseModel):
    """What a program writes: who speaks, and what they type (a text, a choice's number or a button's id)."""

    model_config = ConfigDict(extra="forbid", strict=True)

    user: str
    text: str


class ProgramChat:
    """Answers the lines of many users."""

    def __init__(self, advisor: Advisor, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._advisor = advisor
        self._now = now
        self._choices: OrderedDict[str, Sequence[Choice]] = OrderedDict()

    async def answer(self, line: bytes) -> dict[str, Any]:
        """Return what answers a line: the user and the replies, or an error if the line is not of the right form."""
        try:
            said = _Line.model_validate(json.loads(line))
        except (ValidationError, ValueError, RecursionError):
            return {"error": 'a line is an object {"user": "…", "text": "…"} in UTF-8, on one line'}
        text, button = press_or_text(said.text, self._choices.get(said.user, ()))
        outgoing = await self._advisor.handle(Incoming(Address("terminal", said.user), self._now(), text, button))
        choices = [choice for reply in outgoing.replies for choice in reply.choices]
        if choices:
            self._remember(said.user, choices)
        return {
            "user": said.user,
            "replies": [
                {"text": reply.text, "buttons": [{"id": choice.id, "label": choice.label} for choice in reply.choices]}
                for reply in outgoing.replies
            ],
        }

    def _remember(self, user: str, choices: Sequence[Choice]) -> None:
        self._choices[user] = choices
        self._choices.move_to_end(user)
        if len(self._choices) > _USERS:
            self._choices.popitem(last=False)
