"""A conversation in the terminal: Markdown rendered, choices by number, history, Ctrl-D to leave."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding

from bot.core.advisor import Advisor
from bot.core.messages import Address, Choice, Incoming, Reply
from bot.platforms.terminal.choices import press_or_text

_ADDRESS = Address("terminal", "you")


class TerminalChat:
    """Carries one person's lines to the advisor, and its replies to the screen."""

    def __init__(
        self, advisor: Advisor, console: Console, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._advisor = advisor
        self._console = console
        self._now = now
        self._choices: Sequence[Choice] = ()

    async def converse(self, lines: AsyncIterator[str]) -> None:
        """Answer each line until there are no more."""
        await self._send("/start")
        async for line in lines:
            if line.strip():
                await self._send(line)

    async def _send(self, line: str) -> None:
        text, button = press_or_text(line, self._choices)
        outgoing = await self._advisor.handle(Incoming(_ADDRESS, self._now(), text, button))
        for reply in outgoing.replies:
            print_reply(self._console, reply)
        self._choices = [choice for reply in outgoing.replies for choice in reply.choices] or self._choices


def print_reply(console: Console, reply: Reply) -> None:
    """Print a reply with its numbered choices."""
    console.print()
    console.print(Padding(Markdown(reply.text_with_choices), (0, 2)))
    console.print()
