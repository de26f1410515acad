"""A conversation in the terminal: Markdown rendered, choices by number, history, Ctrl-D to leave."""

import asyncio
from collections.abc import AsyncIterator, Callable, Container
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding

from bot.core.advisor import Advisor
from bot.core.messages import Address, Attachment, ChoiceKind, Incoming, Outgoing, Reply, Role
from bot.errors import BotError
from bot.platforms.terminal.numbered import numbered
from bot.storage.database import DatabaseError

ADDRESS = Address("terminal", "you")
_DUE_EVERY = 30.0
"""Seconds."""


class TerminalChat:
    """Carries one person's lines to the advisor, and its replies to the screen.

    Args:
        advisor: what answers.
        console: what is printed on.
        folder: where files that go with a reply are written.
        role: what the person is in the community.
        forget: what erases what the terminal itself keeps of the conversation.
        now: the clock.
    """

    def __init__(
        self,
        advisor: Advisor,
        console: Console,
        folder: Path,
        role: Role = Role.MEMBER,
        forget: Callable[[], None] = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._advisor = advisor
        self._console = console
        self._folder = folder
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
                    if due.address == ADDRESS:
                        self._print(due.outgoing)
            await asyncio.sleep(_DUE_EVERY)

    async def _send(self, line: str) -> None:
        outgoing = await self._advisor.handle(Incoming(ADDRESS, self._now(), line, role=self._role))
        self._print(outgoing)
        if outgoing.erased:
            self._forget()

    def _print(self, outgoing: Outgoing) -> None:
        first = 1
        for reply in outgoing.replies:
            print_reply(self._console, reply, first=first)
            first += sum(choice.kind is not ChoiceKind.NAVIGATION for choice in reply.choices)
            for attachment in reply.attachments:
                self._console.print(self._write(attachment), markup=False, highlight=False)

    def _write(self, attachment: Attachment) -> str:
        """Write a file, and return where it is, or why it could not be written."""
        try:
            return f"→ {_written(attachment, self._folder)}"
        except BotError as error:
            return str(error)


def print_reply(
    console: Console, reply: Reply, kinds: Container[ChoiceKind] = frozenset(ChoiceKind), first: int = 1
) -> None:
    """Print a reply with its choices of some kinds, numbered from `first` on."""
    console.print()
    console.print(Padding(Markdown(numbered(reply, kinds, first)), (0, 2)))
    console.print()


def _written(attachment: Attachment, folder: Path) -> Path:
    """Write a file under its name, or the next free one: nothing that is there is written over.

    Raises:
        BotError: the folder cannot be written.
    """
    name = Path(attachment.name)
    number = 1
    while True:
        path = folder / (name if number == 1 else f"{name.stem}-{number}{name.suffix}")
        try:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(attachment.content)
        except FileExistsError:
            number += 1
        except OSError as error:
            raise BotError(
                f"{path} cannot be written ({error.strerror}). Start vigie in a folder of your own."
            ) from error
        else:
            return path
