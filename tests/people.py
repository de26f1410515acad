"""People who talk with Vigie in tests: what they say, press and read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.advisor import Advisor
from bot.core.messages import (
    Address,
    Attachment,
    Author,
    Capabilities,
    Choice,
    Event,
    Form,
    Incoming,
    JourneyPlace,
    Outgoing,
    Posting,
    Role,
    Verdict,
)

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
    """Somebody in a chat; what Vigie last sent them is what they read.

    Beside what they are made with, a test may set the name that others read, the roles that the community gave them,
    what they administer from a direct message, and whether they alone see what Vigie answers.
    """

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
        self.roles: tuple[str, ...] = ()
        self.name = ""
        self.administers: tuple[str, ...] = ()
        self.unseen = False
        self.clock = clock or Clock()
        self.last = Outgoing(())
        self._advisor = advisor

    async def says(
        self,
        text: str,
        identifier: str | None = None,
        quoted: str | None = None,
        author: str | None = None,
        message: str | None = None,
    ) -> str:
        """Say something, maybe in reply to a message of somebody's, and return what Vigie replies."""
        quoted_author = Author(author, author.capitalize()) if author else None
        incoming = Incoming(self.address, self.clock.now, text, id=identifier, quoted=quoted)
        return await self._does(replace(incoming, quoted_author=quoted_author, quoted_message=message))

    async def presses(self, label: str) -> str:
        """Press the button of that label under the last message, and return what Vigie replies."""
        return await self.presses_id(self.button_id(label))

    async def opens(self, identifier: str) -> Form | None:
        """Return the form that the button of an id opens, None where it opens none for them."""
        return await self._advisor.form(self._as_they_are(Incoming(self.address, self.clock.now, button=identifier)))

    async def writes(self, label: str, text: str = "", /, **fields: str) -> str:
        """Press the button of that label, fill in the form that it opens, and return what Vigie replies.

        What is left out stands in a form of several fields as it stood when it opened.
        """
        identifier = self.button_id(label)
        form = await self.opens(identifier)
        assert form is not None
        held = {field.name: field.value for field in form.fields}
        assert set(fields) <= set(held)
        written = tuple({**held, **fields}.items()) if len(held) > 1 else ()
        return await self._does(Incoming(self.address, self.clock.now, button=identifier, text=text, written=written))

    async def sends(self, identifier: str, **fields: str) -> str:
        """Send a form of several fields, even one that does not open, and return what Vigie replies."""
        written = tuple(fields.items())
        return await self._does(Incoming(self.address, self.clock.now, button=identifier, written=written))

    async def picks(self, label: str, *picked: str) -> str:
        """Pick something from the list of that label, and return what Vigie replies."""
        return await self._does(Incoming(self.address, self.clock.now, button=self.button_id(label), picked=picked))

    async def presses_id(
        self, identifier: str, under: str | None = None, event: str | None = None, *, stands: bool = True
    ) -> str:
        """Press a button by its id, even one that is not shown; it may stand under the answer to a message."""
        pressed = Incoming(self.address, self.clock.now, button=identifier, id=event, stands=stands)
        return await self._does(replace(pressed, quoted_message=under))

    async def joins(self) -> str:
        """Join the community, and return how Vigie welcomes them."""
        return await self._does(Incoming(self.address, self.clock.now, event=Event.JOINED))

    async def asks_to_join(self) -> str:
        """Ask to join the community, and return how Vigie greets them."""
        return await self._does(Incoming(self.address, self.clock.now, event=Event.ASKED_TO_JOIN))

    async def leaves(self) -> str:
        """Leave the community, or be put out of it, and return what Vigie says to that."""
        return await self._does(Incoming(self.address, self.clock.now, event=Event.LEFT))

    def in_private(self) -> "Member":
        """Return the same person, in a direct message."""
        member = Member(self._advisor, self.address.account, platform=self.address.platform, clock=self.clock)
        member.name = self.name
        return member

    async def _does(self, incoming: Incoming) -> str:
        self.last = await self._advisor.handle(self._as_they_are(incoming))
        return self.reads

    def _as_they_are(self, incoming: Incoming) -> Incoming:
        """Return an event with what the platform tells of them."""
        return replace(
            incoming,
            capabilities=self.capabilities,
            role=self.role,
            roles=self.roles,
            name=self.name or incoming.name,
            administers=self.administers or incoming.administers,
            unseen=self.unseen or incoming.unseen,
            # A platform that can show an answer to one alone waits for what its commands are answered.
            awaited=self.capabilities.unseen and incoming.text.startswith("/"),
        )

    @property
    def reads(self) -> str:
        """All that Vigie sent last, in Markdown."""
        return "\n\n".join(reply.text for reply in self.last.replies)

    @property
    def choices(self) -> list[str]:
        """The labels of the buttons under the last message."""
        return [choice.label for reply in self.last.replies for choice in reply.choices]

    @property
    def buttons(self) -> list[Choice]:
        """The buttons under the last message."""
        return [choice for reply in self.last.replies for choice in reply.choices]

    @property
    def postings(self) -> tuple[Posting, ...]:
        """What Vigie said elsewhere, for all to read."""
        return self.last.postings

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
