"""How people talk with Vigie on Discord, for tests that read as conversations."""

from typing import Any

from bot.dialogue.engine import Control
from bot.rendering.templates import Templates
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from tests.conversations.words import LABELS
from tests.fakes.discord import Channel, Message, User

_templates = Templates(PROMPTS)
WORDING = read_wording(PROMPTS)
ASIDES = WORDING.asides
SKIP, CONTINUE = (WORDING.controls[each].label for each in (Control.SKIP, Control.CONTINUE))


def words_of(template: str, **values: object) -> str:
    """Return what a template says, in Discord's Markdown: what is said of one's data comes last, in small print."""
    blocks = _templates.render(template, **values)
    said = [block.text for block in blocks if block.role != "privacy"]
    small = [f"-# {line}" for block in blocks if block.role == "privacy" for line in block.text.splitlines()]
    return "\n\n".join([*said, *small]).strip()


async def asks(user: User, text: str, *, in_: Channel | None = None) -> Message:
    """Write to Vigie, in private unless told otherwise, and return the one message that answers."""
    _skips_others(user, in_)
    await user.writes(text, to=in_)
    return await user.reads_next(in_=in_)


async def commands(user: User, command: str, *, in_: Channel | None = None, **options: Any) -> Message:
    """Use a slash command, in private unless told otherwise, and return the one message that answers where it was."""
    _skips_others(user, in_)
    interaction = await user.uses(command, in_=in_, **options)
    shown = await user.reads_next(in_=in_)
    await interaction.is_settled()
    return shown


async def chooses(user: User, message: Message, label: str) -> Message:
    """Press a button that shows no notice, and return the message that is sent or edited."""
    interaction = await user.presses(message, label)
    shown = await user.reads_next(in_=message.channel)
    assert interaction.answered
    return shown


async def writes_in_form(user: User, message: Message, label: str, text: str) -> Message:
    """Press a button that opens a form, write in it, and return the message that is sent or edited."""
    pressed = await user.presses(message, label)
    sent = await user.submits(pressed, text=text)
    shown = await user.reads_next(in_=message.channel)
    assert sent.answered
    return shown


async def is_told(user: User, message: Message, label: str) -> str:
    """Press a button that shows a notice to who presses alone, and return it."""
    return await is_told_by(user, message, message.button(label).custom_id or "")


async def is_told_by(user: User, message: Message, custom_id: str) -> str:
    """Press a button by its id, and return the notice that is shown to who presses alone."""
    interaction = await user.presses_id(message, custom_id)
    [notice] = await interaction.shows()
    assert await user.reads_next(in_=message.channel) is notice
    assert notice.ephemeral
    return notice.text


async def skips_to_the_end(user: User, message: Message) -> Message:
    """Skip every step of a journey, and return the message that offers the plan: the end of the recap."""
    while LABELS.plan not in message.buttons:
        onward = [label for label in (SKIP, CONTINUE) if label in message.buttons]
        # A long recap goes on below: what leads on stands under its last message.
        message = await (chooses(user, message, onward[0]) if onward else user.reads_next(in_=message.channel))
    return message


def _skips_others(user: User, channel: Channel | None) -> None:
    """Take what Vigie has said to others in a channel for read; in private, nothing is said that goes unread."""
    if channel:
        user.skips(in_=channel)
