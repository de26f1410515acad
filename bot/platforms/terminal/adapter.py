"""A conversation in the terminal: Markdown rendered, choices by number, history, Ctrl-D to leave."""

import asyncio
from collections.abc import AsyncIterator, Callable, Container, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding

from bot.core.advisor import Advisor
from bot.core.messages import Address, ChoiceKind, Incoming, Reply, Role
from bot.errors import BotError
from bot.platforms.drawing import drawn
from bot.platforms.terminal.numbered import EVERY_KIND, numbered
from bot.storage.database import DatabaseError

ADDRESS = Address("terminal", "you")
IN_COMMUNITY = replace(ADDRESS, community="terminal")
"""Where who moderates is: a community of their own, in which to try what they will do in others."""
_TITLE = "Terminal"
_DUE_EVERY = 30.0
"""Seconds."""


class TerminalChat:
    """Carries one person's lines to the advisor, and its replies to the screen.

    Args:
        advisor: what answers.
        console: what is printed on.
        folder: where files that go with a reply are written.
        posted: what is said above what is told to all.
        role: what the person is in the community.
        forget: what erases what the terminal itself keeps of the conversation.
        now: the clock.
    """

    def __init__(
        self,
        advisor: Advisor,
        console: Console,
        folder: Path,
        posted: str,
        role: Role = Role.MEMBER,
        forget: Callable[[], None] = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._advisor = advisor
        self._console = console
        self._folder = folder
        self._posted = posted
        self._role = role
        self._forget = forget
        self._now = now

    async def converse(self, lines: AsyncIterator[str]) -> None:
        """Answer each line until there are no more, and say what falls due meanwhile."""
        await self._send("/start")
        reminding = asyncio.create_task(self._remind())
        try:
            async for line in lines:
                if line.strip():
                    await self._send(line)
        finally:
            reminding.cancel()

    async def _remind(self) -> None:
        while True:
            with suppress(DatabaseError):
                for due in await self._advisor.due(self._now(), (ADDRESS.platform,)):
                    if due.to_all and due.address.community == IN_COMMUNITY.community:
                        await self._post(due.outgoing.replies)
                    elif due.address in (ADDRESS, IN_COMMUNITY):
                        await self._print(due.outgoing.replies)
            await asyncio.sleep(_DUE_EVERY)

    async def _send(self, line: str) -> None:
        moderates = self._role is not Role.MEMBER
        address = IN_COMMUNITY if moderates else ADDRESS
        incoming = Incoming(address, self._now(), line, role=self._role, unseen=moderates, community_title=_TITLE)
        outgoing = await self._advisor.handle(incoming)
        await self._post([posting.reply for posting in outgoing.postings])
        await self._print(outgoing.replies)
        if outgoing.erased:
            self._forget()

    async def _post(self, replies: Iterable[Reply]) -> None:
        """Print what is told to all."""
        for reply in replies:
            self._console.print(self._posted, style="bold", highlight=False)
            # What opens another window has none to open here.
            print_reply(self._console, reply, EVERY_KIND - {ChoiceKind.LINK})
            await self._write_files(reply)

    async def _print(self, replies: Iterable[Reply]) -> None:
        first = 1
        for reply in replies:
            print_reply(self._console, reply, first=first)
            first += sum(choice.kind is not ChoiceKind.NAVIGATION for choice in reply.choices)
            await self._write_files(reply)

    async def _write_files(self, reply: Reply) -> None:
        for attachment in reply.attachments:
            self._write(attachment.name, attachment.content.encode())
        for picture in reply.pictures:
            content = await drawn(picture)
            if content:
                self._write(picture.name, content)

    def _write(self, name: str, content: bytes) -> None:
        """Write a file, and say where it is, or why it could not be written."""
        try:
            said = f"→ {_written(name, content, self._folder)}"
        except BotError as error:
            said = str(error)
        self._console.print(said, markup=False, highlight=False)


def print_reply(console: Console, reply: Reply, kinds: Container[ChoiceKind] = EVERY_KIND, first: int = 1) -> None:
    """Print a reply with its choices of some kinds, numbered from `first` on."""
    console.print()
    console.print(Padding(Markdown(numbered(reply, kinds, first)), (0, 2)))
    console.print()


def _written(called: str, content: bytes, folder: Path) -> Path:
    """Write a file under its name, or the next free one: nothing that is there is written over.

    Raises:
        BotError: the folder cannot be written.
    """
    name = Path(called)
    number = 1
    while True:
        path = folder / (name if number == 1 else f"{name.stem}-{number}{name.suffix}")
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            number += 1
        except OSError as error:
            raise BotError(
                f"{path} cannot be written ({error.strerror}). Start vigie in a folder of your own."
            ) from error
        else:
            return path
