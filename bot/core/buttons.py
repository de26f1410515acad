"""Button ids: kind, version, owner and what the button is about, readable after a restart and at most 64 bytes."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from bot.content.corpus import MAX_LABEL, digest
from bot.core.messages import Address
from bot.rendering import spoken

_VERSION = "1"
WRITE = "write"
"""The argument of a button that opens a form to write in."""
_LARGEST = (1 << 63) - 1
_FORM = re.compile(r"([a-z]{1,9}):(\d+):([0-9a-f]{16}):([0-9a-f]{16})(?:\.([a-z0-9_]{1,19}))?")


class ButtonKind(StrEnum):
    """What pressing does."""

    PASSAGE = "passage"
    STEP = "step"
    JOURNEY = "journey"
    JOURNEYS = "journeys"
    FEEDBACK = "feedback"
    TEAM = "team"
    WATCH = "watch"
    THEME = "theme"
    PLAN = "plan"
    TASK = "task"
    REMIND = "remind"
    ERASE = "erase"
    REMOVE = "remove"
    SETTING = "setting"
    TEAM_OF = "teamof"
    TIP = "tip"
    PROGRAMME = "schedule"
    GAP = "gap"
    CARD = "card"
    LESSON = "lesson"
    STATS = "stats"
    JOURNAL = "journal"
    SILENCE = "silence"
    BAR = "bar"


_KINDS = frozenset(ButtonKind)


@dataclass(frozen=True, slots=True)
class Button:
    """A button read back from its id.

    The owner and the subject are digests, compared and never reversed; the argument is a word of the button's kind.
    """

    kind: ButtonKind
    owner: str
    subject: str
    argument: str = ""

    @property
    def verb(self) -> str:
        """What is to be done, where the argument says so before the numbers of what it is about."""
        return self.argument.rstrip("_0123456789")

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers at the end of the argument: none is larger than a database can hold."""
        found = self.argument.removeprefix(self.verb).split("_")
        return tuple(min(int(each), _LARGEST) for each in found if each)

    @property
    def number(self) -> int:
        """The first of them, 0 without any."""
        return next(iter(self.numbers), 0)


@lru_cache(maxsize=1024)
def owner_of(address: Address) -> str:
    """Return what stands for a person's account in a button."""
    return digest(f"{address.platform}/{address.account}")


def button_id(kind: ButtonKind, address: Address, subject: str = "", argument: str = "") -> str:
    """Return the id of a button that only the person at the address may press."""
    return with_argument(f"{kind}:{_VERSION}:{owner_of(address)}:{digest(subject)}", argument)


def with_argument(identifier: str, argument: str) -> str:
    """Return the id of a button that does more of what the one of an id does."""
    return f"{identifier}.{argument}" if argument else identifier


@lru_cache(maxsize=1024)
def read_button(text: str) -> Button | None:
    """Return the button of an id, or None if the text is not an id of this version."""
    found = _FORM.fullmatch(text)
    if not found or found[1] not in _KINDS or found[2] != _VERSION:
        return None
    return Button(ButtonKind(found[1]), found[3], found[4], found[5] or "")


def kind_of(identifier: str) -> ButtonKind | None:
    """Return what pressing the button of an id does, or None if the text is not an id of this version."""
    button = read_button(identifier)
    return button.kind if button else None


def shortened(label: str) -> str:
    """Return a label that is no longer than a button's may be."""
    return spoken.shortened(label, MAX_LABEL)


def page(count: int, first: int, size: int) -> tuple[slice, int]:
    """Return which of so many things the page shows that begins with one of them, and with which the next page begins.

    Past the end is the first page again; where there is no next one, it is 0.
    """
    first = first if first < count else 0
    following = first + size
    return slice(first, following), following if following < count else 0
