"""People who talk with Vigie in tests: what they say, press and read."""

from datetime import UTC, datetime

from bot.core.advisor import Advisor
from bot.core.messages import Address, Incoming, Outgoing, Verdict

_NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Member:
    """Somebody in a chat; what Vigie last sent them is what they read."""

    def __init__(self, advisor: Advisor, name: str, community: str | None = None) -> None:
        self._advisor = advisor
        self._address = Address("test", name, community)
        self._last = Outgoing(())

    async def says(self, text: str) -> str:
        """Say something, and return what Vigie replies."""
        self._last = await self._advisor.handle(Incoming(self._address, _NOON, text))
        return self.reads

    async def presses(self, label: str) -> str:
        """Press the button of that label under the last message, and return what Vigie replies."""
        return await self.presses_id(self.button_id(label))

    async def presses_id(self, identifier: str) -> str:
        """Press a button by its id, even one that is not shown."""
        self._last = await self._advisor.handle(Incoming(self._address, _NOON, button=identifier))
        return self.reads

    @property
    def reads(self) -> str:
        """All that Vigie sent last, in Markdown."""
        return "\n\n".join(reply.text for reply in self._last.replies)

    @property
    def choices(self) -> list[str]:
        """The labels of the buttons under the last message."""
        return [choice.label for reply in self._last.replies for choice in reply.choices]

    @property
    def verdict(self) -> Verdict:
        """What Vigie decided about the last question."""
        assert self._last.verdict is not None
        return self._last.verdict

    def button_id(self, label: str) -> str:
        """Return the id of a button under the last message."""
        return next(choice.id for reply in self._last.replies for choice in reply.choices if choice.label == label)
