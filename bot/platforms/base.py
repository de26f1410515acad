"""What every platform that is served over a network does alike."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from bot.core.messages import Due

Result = TypeVar("Result")


class Platform(Protocol):
    """A platform that Vigie serves: it turns what happens there into events, and sends what answers them."""

    @property
    def name(self) -> str:
        """What addresses on it are called by."""
        ...

    @property
    def is_ready(self) -> bool:
        """Whether messages can be sent."""
        ...

    async def run(self) -> None:
        """Serve until stopped.

        Raises:
            BotError: it cannot be served at all: what to do about it is in the message.
        """
        ...

    def stop(self) -> None:
        """Take nothing new; `run` returns once what was begun is finished."""
        ...

    async def deliver(self, due: Due) -> None:
        """Send what nobody asked for at this moment: at most once."""
        ...


async def result_until(event: asyncio.Event, work: Coroutine[Any, Any, Result]) -> Result | None:
    """Return what some work comes to; once the event is set, what is left of it is given up, and it comes to None.

    Raises:
        Exception: whatever the work raises.
    """
    working, waiting = asyncio.create_task(work), asyncio.create_task(event.wait())
    try:
        await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        waiting.cancel()
        await asyncio.gather(working, waiting, return_exceptions=True)


async def is_set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait until an event is set, for so many seconds at most; tell whether it is."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
