"""Interactions: what people asked of the bot by a command, a button, a menu or a modal, and what they were shown."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Literal

from tests.fakes.discord.snowflakes import Clock
from tests.fakes.discord.world import Account, Channel, Guild, Json, Message
from tests.fakes.waiting import Pulse

TIME_TO_ANSWER = timedelta(seconds=3)
TIME_TO_FOLLOW_UP = timedelta(minutes=15)


class Asked(IntEnum):
    """By what somebody asked."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Answer(IntEnum):
    """The types of answers that are modelled."""

    MESSAGE = 4
    DEFERRED = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    AUTOCOMPLETE = 8
    MODAL = 9


Response = Literal["message", "deferred", "deferred_update", "update", "autocomplete", "modal"]
RESPONSES: dict[Answer, Response] = {
    Answer.MESSAGE: "message",
    Answer.DEFERRED: "deferred",
    Answer.DEFERRED_UPDATE: "deferred_update",
    Answer.UPDATE: "update",
    Answer.AUTOCOMPLETE: "autocomplete",
    Answer.MODAL: "modal",
}


@dataclass(frozen=True, eq=False, slots=True)
class Field:
    """A field of a modal: a text to type, or a menu."""

    label: str
    custom_id: str
    kind: int
    description: str = ""
    placeholder: str = ""
    value: str = ""
    least: int = 0
    most: int = 4000
    required: bool = True
    long: bool = False
    options: tuple[Json, ...] = ()
    identifier: int | None = None
    in_label: bool = False
    """Whether it stands in a label, or in a row as it used to."""


@dataclass(frozen=True, slots=True)
class Modal:
    """A form that the bot opened."""

    title: str
    custom_id: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the field of that label or of that id."""
        found = next((each for each in self.fields if name in {each.label, each.custom_id}), None)
        assert found, f"no field {name!r} in {self.title!r}, but {[each.label for each in self.fields]}"
        return found


@dataclass(eq=False, repr=False)
class Interaction:
    """What somebody asked, and what they see of the answer."""

    id: int
    token: str
    kind: Asked
    author: Account
    channel: Channel
    data: Json
    clock: Clock
    asked_at: datetime
    message: Message | None = None
    """The message whose button or menu was used."""
    response: Response | None = None
    """What was shown at first; None as long as the bot has not answered."""
    original: Message | None = None
    """The message of the first answer, or the one that it updates."""
    followups: list[Message] = field(default_factory=list)
    modal: Modal | None = None
    choices: list[Json] | None = None
    """What was proposed for what is being typed."""
    changed: Pulse = field(default_factory=Pulse)

    def __repr__(self) -> str:
        state = "failed" if self.failed else self.response or "unanswered"
        return f"<{self.kind.name.lower()} {self.data.get('name') or self.data.get('custom_id')}: {state}>"

    @property
    def server(self) -> Guild | None:
        return self.channel.server

    @property
    def answered(self) -> bool:
        """Whether the bot has acknowledged it."""
        return self.response is not None

    @property
    def too_late(self) -> bool:
        """Whether the time to acknowledge it is over."""
        return self.clock.now >= self.asked_at + TIME_TO_ANSWER

    @property
    def expired(self) -> bool:
        """Whether its token is valid no more."""
        return self.clock.now >= self.asked_at + TIME_TO_FOLLOW_UP

    @property
    def deferred(self) -> bool:
        """Whether the person reads that the bot thinks."""
        return self.original is not None and not self.original.deleted and self.original.thinking

    @property
    def failed(self) -> bool:
        """Whether the person reads that the application does not answer."""
        return (not self.answered and self.too_late) or (self.deferred and self.expired)

    @property
    def settled(self) -> bool:
        """Whether nothing is to be waited for: it was answered, thinking is over, or it is too late."""
        return self.failed or (self.answered and not self.deferred)

    @property
    def ephemeral(self) -> bool:
        """Whether only the person sees the answer."""
        return self.original is not None and self.original.ephemeral

    @property
    def messages(self) -> list[Message]:
        """The answer and what followed it, as the person sees them."""
        answer = [self.original] if self.original and self.response in {"message", "deferred"} else []
        return [each for each in answer + self.followups if not each.deleted and not each.thinking]

    async def is_answered(self, within: float = 5) -> None:
        """Wait until the bot has acknowledged it."""
        await self._wait(lambda: self.answered, "is not answered", within)

    async def is_settled(self, within: float = 5) -> None:
        """Wait until the bot has acknowledged it and thinks no more."""
        await self._wait(lambda: self.settled, "is not settled", within)

    async def shows(self, count: int = 1, within: float = 5) -> list[Message]:
        """Wait for so many messages, the answer and what follows it, and return them."""
        await self._wait(lambda: len(self.messages) >= count, f"does not show {count} messages", within)
        return self.messages

    async def _wait(self, holds: Callable[[], bool], what: str, within: float) -> None:
        try:
            await self.changed.until(holds, within)
        except TimeoutError:
            raise AssertionError(f"{self!r} {what}") from None
