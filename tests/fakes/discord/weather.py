"""Bad weather: answers that come late, wrong or not at all. Seeded, so that it is the same at every run."""

import random
import re
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus

from tests.fakes.discord.world import Json
from tests.fakes.waiting import Pulse

_ANYTHING = re.compile(r"…|\\{[^/]*\\}")
"""What stands for any one step of a path."""


class Cut(Enum):
    """When a connection is closed without an answer."""

    BEFORE = auto()
    AFTER = auto()


@dataclass(slots=True)
class Chance:
    """One request in so many, drawn at random."""

    every: int
    seed: int
    retry_after: float = 1.0
    _drawn: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._drawn = random.Random(self.seed)  # noqa: S311 - the same at every run

    def strikes(self) -> bool:
        """Whether this request is one of them."""
        return self._drawn.randrange(self.every) == 0


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that comes instead of what was asked for."""

    status: int
    body: Json | str
    headers: dict[str, str] = field(default_factory=dict)


class Aim:
    """A method and a path, in which `…` or `{name}` stands for any one step."""

    def __init__(self, method: str, path: str) -> None:
        self._method = method.upper()
        self._path = re.compile(_ANYTHING.sub("[^/]+", re.escape(path)))

    def hits(self, method: str, path: str) -> bool:
        return method == self._method and bool(self._path.fullmatch(path))


class Hold:
    """Requests that are held until they are released."""

    def __init__(self, aim: Aim, *, after: bool) -> None:
        self.aim = aim
        self.after = after
        """Whether they are done first, and only their answers are held."""
        self.held = 0
        self._released = False
        self._changed = Pulse()

    async def is_reached(self, count: int = 1, within: float = 5) -> None:
        """Wait until so many requests are held."""
        await self._changed.until(lambda: self.held >= count, within)

    def release(self) -> None:
        """Let them pass, and those that come."""
        self._released = True
        self._changed.beat()

    async def passes(self) -> None:
        """Wait for the release."""
        self.held += 1
        self._changed.beat()
        await self._changed.until(lambda: self._released, None)


class Weather:
    """What happens to requests before and after Discord does what they ask."""

    def __init__(self) -> None:
        self.is_down = False
        self.limits: Chance | None = None
        self.cuts: dict[Cut, Chance] = {}
        self._failures: list[tuple[Aim, deque[Failure]]] = []
        self._holds: list[Hold] = []
        self._global: deque[Failure] = deque()

    def clears(self) -> None:
        """Let everything work again."""
        self.is_down = False
        self.limits = None
        self.cuts.clear()
        self._failures.clear()
        self._global.clear()
        for hold in self._holds:
            hold.release()
        self._holds.clear()

    def add_failure(self, aim: Aim, failure: Failure, times: int) -> None:
        """Let a route fail."""
        self._failures.append((aim, deque([failure] * times)))

    def add_global_limit(self, retry_after: float, times: int) -> None:
        """Let the next requests, whatever they ask, come too soon."""
        self._global.extend([limited(retry_after, everywhere=True)] * times)

    def add_hold(self, hold: Hold) -> None:
        """Hold a route."""
        self._holds.append(hold)

    def cut(self) -> Cut | None:
        """Return when this request's connection is cut."""
        return next((when for when, chance in self.cuts.items() if chance.strikes()), None)

    def failure(self, method: str, path: str) -> Failure | None:
        """Return what this request is answered with instead of being done."""
        if self._global:
            return self._global.popleft()
        if self.limits and self.limits.strikes():
            return limited(self.limits.retry_after)
        return next((kept.popleft() for aim, kept in self._failures if kept and aim.hits(method, path)), None)

    async def hold(self, method: str, path: str, *, after: bool) -> None:
        """Wait as long as this request is held."""
        for hold in self._holds:
            if hold.after is after and hold.aim.hits(method, path):
                await hold.passes()


def limited(retry_after: float, *, everywhere: bool = False) -> Failure:
    """Return what is told to who asks too often."""
    headers = {
        "Retry-After": str(retry_after),
        "X-RateLimit-Reset-After": str(retry_after),
        "X-RateLimit-Scope": "global" if everywhere else "user",
    }
    headers |= {"X-RateLimit-Global": "true"} if everywhere else {"X-RateLimit-Remaining": "0"}
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": everywhere}
    return Failure(429, body, headers)


def failed(status: int, code: int, message: str | None) -> Failure:
    """Return what is told when a route fails; what stands before Discord answers in HTML."""
    if status in {502, 503, 504, 520, 522, 524}:
        return Failure(status, f"<html><body><h1>{status}</h1></body></html>")
    return Failure(status, {"message": message or f"{status}: {HTTPStatus(status).phrase}", "code": code})
