"""Waiting without sleeping, and a time that can be moved on."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Pulse:
    """Wakes those who wait for something to become true, whenever something has changed."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def beat(self) -> None:
        """Have everybody who waits look again."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def until(self, holds: Callable[[], bool], within: float | None) -> None:
        """Return as soon as it holds; raise `TimeoutError` after so many seconds."""
        async with asyncio.timeout(within):
            while not holds():
                await self._changed.wait()


class Clock:
    """The machine's time, or one that stands still; both move on when told to."""

    def __init__(self, stands_at: datetime | None = None) -> None:
        self._stands_at = stands_at
        self._ahead = timedelta()

    @property
    def now(self) -> datetime:
        return (self._stands_at or datetime.now(UTC)) + self._ahead

    @property
    def timestamp(self) -> int:
        return int(self.now.timestamp())

    def passes(self, **duration: float) -> datetime:
        """Let time pass: `seconds`, `minutes`, `days`…"""
        self._ahead += timedelta(**duration)
        return self.now
