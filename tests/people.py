"""People who talk with Vigie in tests: what they say, press and read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.advisor import Advisor
from bot.core.messages import Address, Attachment, Capabilities, Event, Incoming, JourneyPlace, Outgoing, Role, Verdict

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""A Sunday."""
PLATFORMS = ("test", "telegram", "discord")
"""Where people of the tests write from."""


class Clock:
    """A time that moves when told to."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def passes(self, **duration: float) -> datetime:
        """Let time pass: `days`, `hours`, `minutes`…"""
        self.now += timedelta(**duration)
        return self.now


class Member:
    """Somebody in a chat; what Vigie last sent them is what they read."""

    def __init__(
        self,
        advisor: Advisor,
        name: str,
        community: str | None = None,
        platform: str = "test",
        clock: Clock | None = None,
        capabilities: Capabilities | None = None,
        role: Role = Role.MEMBER,
    ) -> None:
        self.address = Address(platform, name, community)
        self.capabilities = capabilities or Capabilities()
        self.role = role
        self.clock = clock or Clock()
        self.last = Outgoing(())
        self._advisor = advisor

    async def says(self, text: str, identifier: str | None = None, quoted: str | None = None) -> str:
        """Say something, and return what Vigie replies."""
        return await self._does(Incoming(self.address, self.clock.now, text, id=identifier, quoted=quoted))

    async def presses(self, label: str) -> str:
        """Press the button of that label under the last message, and return what Vigie replies."""
        return await self.presses_id(self.button_id(label))

    async def writes(self, label: str, text: str) -> str:
        """Press the button of that label, fill in the form that it opens, and return what Vigie replies."""
        pressed = Incoming(self.address, self.clock.now, button=self.button_id(label))
        assert self._advisor.form(pressed) is not None
        return await self._does(replace(pressed, text=text))

    async def picks(self, label: str, *picked: str) -> str:
        """Pick something from the list of that label, and return what Vigie replies."""
        return await self._does(Incoming(self.address, self.clock.now, button=self.button_id(label), picked=picked))

    async def presses_id(self, identifier: str) -> str:
        """Press a button by its id, even one that is not shown."""
        return await self._does(Incoming(self.address, self.clock.now, button=identifier))

    async def joins(self) -> str:
        """Join the community, and return how Vigie welcomes them."""
        return await self._does(Incoming(self.address, self.clock.now, event=Event.JOINED))

    def in_private(self) -> "Member":
        """Return the same person, in a direct message."""
        return Member(self._advisor, self.address.account, platform=self.address.platform, clock=self.clock)

    async def _does(self, incoming: Incoming) -> str:
        incoming = replace(incoming, capabilities=self.capabilities, role=self.role)
        self.last = await self._advisor.handle(incoming)
        return self.reads

    @property
    def reads(self) -> str:
        """All that Vigie sent last, in Markdown."""
        return "\n\n".join(reply.text for reply in self.last.replies)

    @property
    def choices(self) -> list[str]:
        """The labels of the buttons under the last message."""
        return [choice.label for reply in self.last.replies for choice in reply.choices]

    @property
    def files(self) -> list[Attachment]:
        """The files that came with the last message."""
        return [attachment for reply in self.last.replies for attachment in reply.attachments]

    @property
    def journey(self) -> JourneyPlace | None:
        """Where the person is in a journey."""
        return self.last.journey

    @property
    def verdict(self) -> Verdict:
        """What Vigie decided about the last question."""
        assert self.last.verdict is not None
        return self.last.verdict

    def button_id(self, label: str) -> str:
        """Return the id of a button under the last message."""
        return next(choice.id for reply in self.last.replies for choice in reply.choices if choice.label == label)
