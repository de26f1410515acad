"""What is worth counting, as those hear it where it happens: nothing in it tells of a person or a community."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.messages import Due, Incoming, Outgoing


class Stage(StrEnum):
    """What the time between an event and its answer goes by with."""

    WAITING = "waiting"
    DECIDING = "deciding"
    SENDING = "sending"


class Trouble(StrEnum):
    """What goes wrong with a platform."""

    OUTAGE = "outage"
    REFUSAL = "refusal"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Depth:
    """How much of what a platform delivered waits, and how much failed for good."""

    waiting: int = 0
    set_aside: int = 0


class Link(StrEnum):
    """How it stands between this process and a platform."""

    CONNECTED = "connected"
    NOT_CONNECTED = "not connected"
    STANDING_BY = "standing by"
    """Another process serves it; this one would take over."""


@dataclass(frozen=True, slots=True)
class State:
    """How things stand at one moment.

    Attributes:
        links: the platforms that are served, and how it stands with each.
        is_writable: whether the database takes what is to be kept, in time.
        inbox: what waits, by platform; none where the database cannot be asked.
    """

    links: Mapping[str, Link]
    is_writable: bool
    inbox: Mapping[str, Depth] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """Whether everything is as it should be."""
        return self.is_writable and Link.NOT_CONNECTED not in self.links.values()


class Figures:
    """Hears what happens. This one counts nothing: `Metrics` does, where somebody may read it."""

    def handled(self, incoming: Incoming, outgoing: Outgoing) -> None:
        """Hear that an event was answered."""

    def took(self, stage: Stage, seconds: float) -> None:
        """Hear how long a stage of answering took."""

    def troubled(self, platform: str, trouble: Trouble) -> None:
        """Hear that something went wrong with a platform."""

    def fell_due(self, due: Due) -> None:
        """Hear that a message fell due."""

    def sent(self, due: Due) -> None:
        """Hear that a message that fell due was sent."""

    def told(self, state: State) -> bytes:  # noqa: ARG002 - there is nothing to add to it
        """Return all figures, with those of this moment, in Prometheus's text."""
        return b""


UNCOUNTED = Figures()
"""Where nobody reads any figures."""
