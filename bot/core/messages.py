"""What goes in and out of the core, in the same shape for every platform."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.retrieval.retriever import Hit


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody writes: platform and account, community (none in a direct message) and place in it."""

    platform: str
    account: str
    community: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something that a person did: they wrote a text, or pressed the button of an id (then the text is empty)."""

    address: Address
    received_at: datetime
    text: str = ""
    button: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: an id that means the same after a restart, and the label that the person reads."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a reply, named by its role ("title", "advice", "note"…), in Markdown."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of Vigie's: its blocks in order, and the choices below it."""

    blocks: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()

    @property
    def text(self) -> str:
        """The message in Markdown, without its choices."""
        return "\n\n".join(block.text for block in self.blocks)

    @property
    def text_with_choices(self) -> str:
        """The whole message in Markdown, its choices as a numbered list, for whoever has no buttons."""
        listed = "\n".join(f"{number}. {choice.label}" for number, choice in enumerate(self.choices, start=1))
        return f"{self.text}\n\n{listed}" if listed else self.text


class Status(StrEnum):
    """What became of a question."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    UNKNOWN = "unknown"
    SMALLTALK = "smalltalk"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about a question: how sure (0 to 1), and the passages told or proposed, best first.

    `followed_up` tells that the question was read with the one before it.
    """

    status: Status
    confidence: float = 0.0
    hits: tuple[Hit, ...] = ()
    followed_up: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All that answers one incoming event: the replies to send in order, and the verdict if it was a question."""

    replies: tuple[Reply, ...]
    verdict: Verdict | None = None
