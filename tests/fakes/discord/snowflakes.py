"""Time, and the ids that tell it."""

from datetime import UTC, datetime

from tests.fakes.waiting import Clock as Watch

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
"""Discord's: ids count milliseconds from here, above 22 other bits."""

_OLDER = 365 * 24 * 3600 * 1000
"""Milliseconds by which servers are older than the test."""


class Clock(Watch):
    """The machine's time, or one that stands still; both move on when told to."""

    def advance(self, seconds: float) -> datetime:
        """Let time pass."""
        return self.passes(seconds=seconds)


class Snowflakes:
    """The ids that Discord gives: each greater than the last, and telling when it was given."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._servers = 0

    def next(self) -> int:
        """Return an id that nothing has had."""
        self._last = max(self._milliseconds << 22, self._last + 1)
        return self._last

    def next_server(self) -> int:
        """Return a server's id: a millisecond from the one before, so that they spread over shards."""
        self._servers += 1
        return (self._milliseconds - _OLDER + self._servers) << 22

    @property
    def _milliseconds(self) -> int:
        return int((self._clock.now - EPOCH).total_seconds() * 1000)
