"""How people talk with Vigie on Telegram, for tests that read as conversations."""

from bot.platforms.telegram.markup import formatted
from tests.conversations.words import said
from tests.fakes.telegram import Message, User
from tests.fakes.telegram.checks import entities_in


def words_of(template: str, **values: object) -> str:
    """Return what a template says, as Telegram shows it."""
    return formatted(said(template, **values)).text.strip()


async def asks(user: User, text: str) -> Message:
    """Write to Vigie in private, and return the one message that answers."""
    await user.writes(text)
    return await user.reads_next()


async def opens(user: User, parameter: str) -> Message:
    """Open a deep link, and return the one message that answers."""
    await user.starts(parameter)
    return await user.reads_next()


async def chooses(user: User, message: Message, label: str) -> Message:
    """Press a button that shows no notice, and return the message that is sent or edited."""
    query = await user.presses(message, label)
    shown = await user.reads_next(chat=message.chat)
    await query.is_answered()
    assert query.notice is None
    return shown


async def is_told(user: User, message: Message, label: str) -> str:
    """Press a button that shows a notice, and return it."""
    query = await user.presses(message, label)
    await query.is_answered()
    assert query.notice
    return query.notice


def called(message: Message) -> list[str]:
    """Return whom a message mentions: whoever Telegram itself would make a mention of, and those of its entities."""
    found = [each for each in entities_in(message.text) if each["type"] == "mention"]
    named = [each for each in message.entities if each["type"] in {"mention", "text_mention"}]
    links = [each for each in message.entities if each.get("url", "").startswith("tg:")]
    return [str(each) for each in (*found, *named, *links)]
