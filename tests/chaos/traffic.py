"""The hour of a community of 10,000, half of it on each platform: who does what, and when. Seeded.

`deploy/SCALING.md` takes 10,000 people to do 2,000 things a day, 200 of them in the busiest hour. Here most of a whole
day's come in one hour.
"""

import random
from dataclasses import dataclass
from enum import Enum, auto

PLATFORMS = ("telegram", "discord")
MEMBERS = 10_000
EVENTS = 1_500
_EACH = 4
"""What one person does in a day."""
_LAST = 0.96
"""When the last thing is done, as a part of the hour: what it needs still belongs to the hour."""


class Doing(Enum):
    """What somebody does."""

    ASKS = auto()
    """A question in private."""
    ASKS_BEFORE_ALL = auto()
    """A question in the community."""
    EDITS = auto()
    """A question in the community, and another one in its place once it is answered."""
    GOES_ON = auto()
    """Begins a journey, presses a button of what was said last, or answers in words."""
    JOINS = auto()
    TELLS_TIP = auto()
    """Somebody who moderates has a tip shown and publishes it."""


class Again(Enum):
    """When what somebody does is delivered a second time."""

    NEVER = auto()
    AT_ONCE = auto()
    LATER = auto()
    """Once it is answered."""


_SHARES = {
    Doing.ASKS: 22, Doing.ASKS_BEFORE_ALL: 24, Doing.EDITS: 8, Doing.GOES_ON: 34, Doing.JOINS: 9, Doing.TELLS_TIP: 3,
}  # fmt: skip
_TWICE = {Again.NEVER: 88, Again.AT_ONCE: 6, Again.LATER: 6}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody does.

    Attributes:
        number: its place among all.
        at: when, as a part of the hour.
        platform: where.
        person: who, by number; of those who join, each is another.
        doing: what.
        drawn: what chance has for them, between 0 and 1.
        which: more of it.
        again: when it is delivered a second time.
    """

    number: int
    at: float
    platform: str
    person: int
    doing: Doing
    drawn: float
    which: float
    again: Again


def writers(events: int) -> int:
    """Return how many people of each platform do something, when there are so many events."""
    return max(1, events // _EACH // len(PLATFORMS))


def hour_of(events: int, seed: int = 1) -> list[Deed]:
    """Return all that is done within an hour, in order: whatever there is to do, somebody does."""
    chance = random.Random(f"{seed}/hour")  # noqa: S311 - the same at every run
    moments = sorted(chance.uniform(0.0, _LAST) for _ in range(events))
    kinds = [*Doing, *chance.choices(list(_SHARES), list(_SHARES.values()), k=max(0, events - len(Doing)))]
    chance.shuffle(kinds)
    return [
        Deed(
            number,
            at,
            PLATFORMS[number % len(PLATFORMS)],
            number if doing is Doing.JOINS else chance.randrange(writers(events)),
            doing,
            chance.random(),
            chance.random(),
            chance.choices(list(_TWICE), list(_TWICE.values()))[0],
        )
        for number, (at, doing) in enumerate(zip(moments, kinds[:events], strict=True))
    ]
