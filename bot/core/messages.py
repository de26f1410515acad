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


class Role(StrEnum):
    """What somebody is in the community that they write in, as the platform tells."""

    MEMBER = "member"
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"


class Event(StrEnum):
    """What happened that is no message: somebody joined a community."""

    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something that a person did: they wrote a text, or pressed the button of an id (then the text is empty).

    Attributes:
        address: where.
        received_at: when, with its offset.
        text: what they wrote.
        button: the id of the button that they pressed.
        event: what happened otherwise.
        id: the platform's id of the event; one that comes again counts once.
        role: what they are in the community.
        quoted: the text of somebody's message that this one replies to.
    """

    address: Address
    received_at: datetime
    text: str = ""
    button: str | None = None
    event: Event | None = None
    id: str | None = None
    role: Role = Role.MEMBER
    quoted: str | None = None


class ChoiceKind(StrEnum):
    """What a button is for, so that a platform can lay it out."""

    CHOICE = "choice"
    NAVIGATION = "navigation"
    SEE_ALSO = "see_also"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: an id that means the same after a restart, and the label that the person reads."""

    id: str
    label: str
    kind: ChoiceKind = ChoiceKind.CHOICE


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a reply, named by its role ("title", "advice", "note"…), in Markdown."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a reply."""

    name: str
    media_type: str
    content: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of Vigie's: its blocks in order, the choices below it, and the files that go with it.

    `awaits_text` tells that it asks for an answer in the person's own words.
    """

    blocks: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    awaits_text: bool = False

    @property
    def text(self) -> str:
        """The message in Markdown, without its choices."""
        return "\n\n".join(block.text for block in self.blocks)


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
class JourneyPlace:
    """The journey under way, or just finished, and the step where it stands."""

    id: str
    step: str
    finished: bool


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All that answers one incoming event.

    Attributes:
        replies: the messages to send, in order.
        verdict: what was decided, if it was a question.
        journey: the journey under way after it, if any.
        erased: whether all that was kept about the person is gone: what a platform keeps for them goes too.
    """

    replies: tuple[Reply, ...]
    verdict: Verdict | None = None
    journey: JourneyPlace | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A message that nobody asked for at this moment, already counted as sent: a reminder."""

    address: Address
    outgoing: Outgoing
