"""What goes in and out of the core, in the same shape for every platform."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.content.corpus import Phase
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
    """What happened that is no message: somebody joined a community, asked to or left; Vigie was taken in or put out.

    They leave by themselves, or because they were put out: the address is theirs.
    """

    JOINED = "joined"
    ASKED_TO_JOIN = "asked_to_join"
    LEFT = "left"
    TAKEN_IN = "taken_in"
    PUT_OUT = "put_out"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, where the core does otherwise without.

    Attributes:
        buttons: people press the choices, which are numbered and typed elsewhere.
        links: a choice may open the direct message with Vigie.
        removal: Vigie can take her own messages away.
        forms: a button may open a form, which is sent with what was written in it.
        pickers: people pick places and roles of a community from lists.
        names: Vigie hears her name, wherever it is said.
        unseen: in a community, an answer may be shown to one person alone, so that what is theirs is.
    """

    buttons: bool = False
    links: bool = False
    removal: bool = False
    forms: bool = False
    pickers: bool = False
    names: bool = False
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody else whom an event is about: their account, and the name that others read."""

    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something that a person did: they wrote a text, or pressed the button of an id.

    Under a button, the text is what they wrote in the form that it opened, or nothing.

    Attributes:
        address: where.
        received_at: when, with its offset.
        text: what they wrote.
        button: the id of the button that they pressed.
        event: what happened otherwise.
        id: the platform's id of the event; one that comes again counts once.
        role: what they are in the community, as the platform tells.
        roles: the ids of the roles that the community gave them, where the platform has such a thing.
        picked: the ids of the places or roles that they picked from the list of a button.
        within: the place that the address's place is a part of, if it is.
        comes_from: the community from which they were led into the direct message.
        unseen: whether the answer is shown to them alone, in a community.
        awaited: whether the platform shows that an answer is on its way, until there is one.
        quoted: the text of somebody's message that this one replies to.
        quoted_author: who wrote that message; under a pressed button, whom the message with the button answers.
        quoted_message: the platform's id of that message.
        written: what they wrote in a form of several fields, by the names of these.
        name: what others read as their name.
        place_title: what the place is called, where the platform tells.
        administers: in a direct message, the communities that they administer, where that matters for what they do.
        has_left: the communities that they are in no longer, where it was asked for the same reason.
        quoted_role: what the author of the quoted message is in the community, where that matters.
        quoted_roles: the ids of the roles that the community gave them, where the platform has such a thing.
        newcomers: who joined: the person of the address first, and others at the same moment.
        edited: whether they wrote anew a question that was answered before.
        stands: whether the button stands below the message that it was pressed under, where a client may claim any.
        community_title: what the community is called.
        capabilities: what the platform can do.
    """

    address: Address
    received_at: datetime
    text: str = ""
    button: str | None = None
    event: Event | None = None
    id: str | None = None
    role: Role = Role.MEMBER
    roles: tuple[str, ...] = ()
    picked: tuple[str, ...] = ()
    within: str | None = None
    comes_from: str | None = None
    unseen: bool = False
    awaited: bool = False
    quoted: str | None = None
    quoted_author: Author | None = None
    quoted_message: str | None = None
    written: tuple[tuple[str, str], ...] = ()
    name: str = ""
    place_title: str = ""
    administers: tuple[str, ...] = ()
    has_left: tuple[str, ...] = ()
    quoted_role: Role = Role.MEMBER
    quoted_roles: tuple[str, ...] = ()
    newcomers: tuple[Author, ...] = ()
    edited: bool = False
    stands: bool = True
    community_title: str | None = None
    capabilities: Capabilities = Capabilities()


class ChoiceKind(StrEnum):
    """What a button is for, so that a platform can lay it out."""

    CHOICE = "choice"
    NAVIGATION = "navigation"
    SEE_ALSO = "see_also"
    FEEDBACK = "feedback"
    LINK = "link"
    PLACE = "place"
    """A list from which one of the community's places is picked, or none."""
    PLACES = "places"
    """The same, for several of them."""
    ROLE = "role"
    """A list from which one of the community's roles is picked, or none."""


PICKERS = (ChoiceKind.PLACE, ChoiceKind.PLACES, ChoiceKind.ROLE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: an id that means the same after a restart, and the label that the person reads.

    One that is a link opens the direct message with Vigie, with a word for `/start`; one from which something is
    picked says what is picked now.
    """

    id: str
    label: str
    kind: ChoiceKind = ChoiceKind.CHOICE
    start: str = ""
    picked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """What a form asks for.

    Attributes:
        name: what it is called in what is sent.
        label: what is asked.
        longest: how many characters there is room for.
        value: what stands there already.
        is_needed: whether something has to be written.
        is_short: whether one line is enough.
    """

    name: str
    label: str
    longest: int
    value: str = ""
    is_needed: bool = True
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What a button opens to write in: its title, and up to five fields."""

    title: str
    fields: tuple[Field, ...]


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
class Day:
    """What became of the questions of one day."""

    day: date
    answered: int = 0
    suggested: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many people began a journey and how many went through it, in the end or so far."""

    title: str
    begun: int
    finished: int


SMALLEST_TOLD = 5
"""The smallest figure, but for none, that a team is told: a smaller one could tell who it counts."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a community's week, which is drawn when it is sent; one stands for every figure not to be told.

    Attributes:
        name: the file's.
        days: the questions, day by day.
        useful: how many answers were said to be useful.
        useless: how many were not.
        funnels: the journeys.
    """

    name: str
    days: tuple[Day, ...]
    useful: int
    useless: int
    funnels: tuple[Funnel, ...]


class Manner(StrEnum):
    """How a reply to a pressed button is shown, on a platform that can: elsewhere it is a message like any other."""

    MESSAGE = "message"
    IN_PLACE = "in_place"
    """It takes the place of the message with the button."""
    NOTICE = "notice"
    """It is shown for a moment, to who pressed alone."""
    REMOVAL = "removal"
    """The message with the button is taken away, and nothing is said."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of Vigie's.

    Attributes:
        blocks: its parts, in order.
        choices: the buttons below it.
        attachments: the files that go with it.
        pictures: the pictures that go with it.
        awaits_text: whether it asks for an answer in the person's own words.
        manner: how it is shown.
        to_quoted: whether it answers the message that was quoted, and not the one that quotes it.
        phase: the movement of the VIE method that its advice belongs to, if it does to one.
    """

    blocks: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    pictures: tuple[Picture, ...] = ()
    awaits_text: bool = False
    manner: Manner = Manner.MESSAGE
    to_quoted: bool = False
    phase: Phase | None = None

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
class Posting:
    """What is said elsewhere than where an event happened, for all to read.

    Attributes:
        address: the community and the place of it; the account is that of who has it said.
        reply: what is said.
        replies_to: the platform's id of the message that it answers.
        tip: the id of the tip that it tells, if it does.
    """

    address: Address
    reply: Reply
    replies_to: str | None = None
    tip: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All that answers one incoming event.

    Attributes:
        replies: the messages to send, in order.
        verdict: what was decided, if it was a question.
        journey: the journey under way after it, if any.
        erased: whether all that was kept about the person is gone: what a platform keeps for them goes too.
        place: the community's place where it is said, if not where the event happened.
        postings: what is said elsewhere, before the replies.
        in_private: whether the replies are for the person alone: in the direct message, where they cannot be unseen.
        takes_away: whether the command that asked for it is taken away, where the platform lets Vigie.
        reference: what the log and the person are told by, where something went wrong.
    """

    replies: tuple[Reply, ...]
    verdict: Verdict | None = None
    journey: JourneyPlace | None = None
    erased: bool = False
    place: str | None = None
    postings: tuple[Posting, ...] = ()
    in_private: bool = False
    takes_away: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage among those that a few words find: a key for it, its title, where it comes from, and its message."""

    key: str
    title: str
    source: str
    reply: Reply


class DueKind(StrEnum):
    """What falls due."""

    REMINDER = "reminder"
    TIP = "tip"
    DIGEST = "digest"
    NOTICE = "notice"
    """That a question has an answer now."""


@dataclass(frozen=True, slots=True)
class Due:
    """A message that nobody asked for at this moment, already counted as sent.

    Attributes:
        address: whom it is for, or the place.
        outgoing: what is said.
        to_all: whether it is said in the community's place, for all to read; else it is somebody's own business.
        replies_to: the platform's id of the message that it answers.
        kind: what it is.
    """

    address: Address
    outgoing: Outgoing
    to_all: bool = False
    replies_to: str | None = None
    kind: DueKind = DueKind.REMINDER


@dataclass(frozen=True, slots=True)
class Grant:
    """A role of a community that an account has earned: the address is the account's in that community."""

    address: Address
    role: str
