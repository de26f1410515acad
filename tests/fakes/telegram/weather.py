"""Bad weather: answers that come late, wrong or not at all. Seeded, so that it is the same at every run."""

import random
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus

from tests.fakes.telegram.errors import ApiError
from tests.fakes.telegram.state import conflict

POLL = "getupdates"


class Cut(Enum):
    """When a connection is closed without an answer."""

    BEFORE = auto()
    AFTER = auto()


@dataclass(slots=True)
class Chance:
    """One request in so many, drawn at random."""

    every: int
    seed: int
    polls: bool
    retry_after: int = 1
    _drawn: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._drawn = random.Random(self.seed)  # noqa: S311 - the same at every run

    def strikes(self, method: str) -> bool:
        """Whether this request is one of them."""
        return (self.polls or method.lower() != POLL) and self._drawn.randrange(self.every) == 0


class Weather:
    """What happens to requests before and after Telegram does what they ask."""

    def __init__(self) -> None:
        self.is_down = False
        self.token_revoked = False
        self.conflicts = 0
        self.limits: Chance | None = None
        self.cuts: dict[Cut, Chance] = {}
        self._failures: dict[str, deque[ApiError]] = {}

    def clears(self) -> None:
        """Let everything work again, but for a revoked token."""
        self.is_down = False
        self.conflicts = 0
        self.limits = None
        self.cuts.clear()
        self._failures.clear()

    def add_failure(self, method: str, code: int, description: str | None, times: int) -> None:
        """Let a method fail."""
        error = ApiError(code, description or HTTPStatus(code).phrase)
        self._failures.setdefault(method.lower(), deque()).extend([error] * times)

    def cut(self, method: str) -> Cut | None:
        """Return when this request's connection is cut."""
        return next((when for when, chance in self.cuts.items() if chance.strikes(method)), None)

    def check(self, method: str) -> None:
        """Raise what this request is answered with instead of being done."""
        if self.limits and self.limits.strikes(method):
            after = self.limits.retry_after
            raise ApiError(429, f"Too Many Requests: retry after {after}", {"retry_after": after})
        if method.lower() == POLL and self.conflicts:
            self.conflicts -= 1
            raise conflict()
        if failures := self._failures.get(method.lower()):
            raise failures.popleft()
