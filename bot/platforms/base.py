"""What every platform that is served over a network does alike."""

from typing import Protocol

from bot.core.messages import Due


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
