"""A double in which single requests go wrong."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.fakes.telegram import FakeTelegram, Request
from tests.fakes.telegram.errors import ApiError
from tests.fakes.telegram.weather import Cut

SOON = (0.001, 0.01)
NEVER = (3600.0, 3600.0)
"""Seconds between attempts: hardly any, or more than any test lasts."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A request that is held until it is let go."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def is_reached(self, within: float = 5) -> None:
        """Wait until the request is there."""
        await asyncio.wait_for(self.reached.wait(), within)


class CutAfter:
    """A request that is done, and whose answer never arrives."""


Fate = ApiError | Hold | CutAfter | None


class StormyTelegram(FakeTelegram):
    """A double in which the next requests of a method meet what a test says, one after the other."""

    def meets(self, method: str, *fates: Fate) -> None:
        """Say what the next requests of a method meet; None is nothing."""
        self._fates[method].extend(fates)

    def holds(self, method: str) -> Hold:
        """Hold the next request of a method."""
        hold = Hold()
        self.meets(method, hold)
        return hold

    def __init__(self, **given: object) -> None:
        super().__init__(**given)  # type: ignore[arg-type]
        self._fates: defaultdict[str, deque[Fate]] = defaultdict(deque)

    async def _result(self, token: str, request: Request) -> object:
        fates = self._fates[request.method]
        match fates.popleft() if fates else None:
            case ApiError() as error:
                raise error
            case Hold() as hold:
                hold.reached.set()
                await hold.let_go.wait()
            case CutAfter():
                request.cut = Cut.AFTER
        return await super()._result(token, request)


def patience(seconds: int = 1) -> ApiError:
    """Return what a bot is told that asks too much."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def refusal(words: str) -> ApiError:
    return ApiError(400, f"Bad Request: {words}")


BAD_GATEWAY = ApiError(502, "Bad Gateway")
