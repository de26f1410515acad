"""What answers an event, parted into what one request does, in order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Generic, TypeVar

from bot.core.messages import Attachment, Incoming, Manner, Picture, Reply
from bot.storage.answers import Question

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An event as the core hears it, and what the answer is tied to.

    Attributes:
        incoming: what the core hears.
        replies_to: the message that the answer is tied to.
        quoted: the message that it replies to itself, which the answer may be for.
        question: the message that asks, so that the answer follows when it is edited.
        pressed: the message whose button was pressed.
        notices: whether something can be shown for a moment to who pressed.
    """

    incoming: Incoming
    replies_to: int | None = None
    quoted: int | None = None
    question: Question | None = None
    pressed: int | None = None
    notices: bool = False


@dataclass(frozen=True, slots=True)
class Post(Generic[Shown]):
    """A message to send, or to put in the place of another.

    Attributes:
        shown: what it shows, as the platform has it.
        replaces: the message whose place it takes.
        replies_to: the message that it is tied to.
        is_answer: whether it answers the question that was asked, so that it follows when that is edited.
    """

    shown: Shown
    replaces: int | None = None
    replies_to: int | None = None
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """A message to take away."""

    message: int


Part = Post[Shown] | Removal | Attachment | Picture
"""What one request does."""


def parts(
    received: Received, replies: Sequence[Reply], before: Sequence[int], show: Callable[[Reply], Sequence[Shown]]
) -> list[Part[Shown]]:
    """Return all that answers what was received, in order; the first reply takes the place of the messages before.

    Args:
        received: the event.
        replies: what answers it.
        before: the messages that answered it before it was edited.
        show: makes the messages that a reply takes.
    """
    found: list[Part[Shown]] = []
    for number, reply in enumerate(replies):
        tied = received if number == 0 else replace(received, pressed=None, replies_to=None, quoted=None)
        parted = _parts(tied, reply, before if number == 0 else (), show)
        found += [replace(each, is_answer=number == 0) if isinstance(each, Post) else each for each in parted]
    return found


def _parts(
    received: Received, reply: Reply, before: Sequence[int], show: Callable[[Reply], Sequence[Shown]]
) -> list[Part[Shown]]:
    if received.notices and reply.manner is Manner.NOTICE:
        return []
    if received.pressed is not None and reply.manner is Manner.REMOVAL:
        return [Removal(received.pressed)]
    if received.pressed is not None and reply.manner is Manner.IN_PLACE:
        before = [received.pressed]
    replies_to = received.quoted if reply.to_quoted else received.replies_to
    return [*posts(show(reply), before, replies_to), *files(reply)]


def files(reply: Reply) -> tuple[Attachment | Picture, ...]:
    """Return what goes with a reply, after its messages."""
    return (*reply.attachments, *reply.pictures)


def posts(
    shown: Sequence[Shown], before: Sequence[int] = (), replies_to: int | None = None
) -> Iterator[Post[Shown] | Removal]:
    """Yield the messages that a reply takes, in the place of some before; those that are left over go."""
    for number, (each, replaced) in enumerate(zip_longest(shown, before)):
        if each is None:
            yield Removal(replaced)
        else:
            yield Post(each, replaced, replies_to if number == 0 else None)
