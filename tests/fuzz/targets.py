"""What is fuzzed: each takes any bytes, and fails where what they are read as is not what it has to be."""

import asyncio
import json
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from unittest.mock import AsyncMock
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from telegram import Update, User
from telegram.ext import AIORateLimiter, ExtBot

from bot.app import build_advisor
from bot.content.corpus import Corpus
from bot.content.importing import TaughtReader
from bot.content.lessons import flaws
from bot.content.safe_markdown import uncarried
from bot.content.strict_yaml import StrictYamlError, line_of, parse
from bot.core.buttons import kind_of, read_button
from bot.core.calendar import occurrences, read_span, read_times, read_zone
from bot.core.care import read_duration
from bot.core.cleaning import clean, cleaned
from bot.core.commands import read_command
from bot.core.forms import form_of
from bot.core.messages import Address, Block, Incoming, Reply
from bot.library import Library
from bot.platforms.discord import markup as discord_markup
from bot.platforms.discord.incoming import DiscordReceived, kept, read_again
from bot.platforms.telegram.incoming import Reader, lane
from bot.platforms.telegram.markup import formatted
from bot.platforms.telegram.markup import messages as telegram_messages
from bot.platforms.terminal.program import ProgramChat
from bot.rendering.split import LONGEST, split
from bot.rendering.templates import escape_markdown
from bot.rendering.wording import Wording, read_wording
from bot.resources import KNOWLEDGE, PROMPTS
from bot.retrieval.parameters import read_parameters
from bot.storage.database import MEMORY, open_database

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LEA = Address("telegram", "500000001", "-100", "7")
REFUSED = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What the webhook answers "bad request" to."""
LARGEST_YAML = 1 << 13
TELEGRAM_TEXT, DISCORD_TEXT, DISCORD_EMBED = 4096, 2000, 4096
"""Units of UTF-16."""
_BETWEEN = "\x1f"
"""What parts the fields of a form, in the bytes of a target."""

Target = Callable[[bytes], None]


def buttons(data: bytes) -> None:
    """The id of a button that somebody pressed, or says they did."""
    text = _text(data)
    button = read_button(text)
    form_of(text, LEA, _wording())
    if button is None:
        assert kind_of(text) is None
        return
    assert len(text.encode()) <= 64
    argument = f".{button.argument}" if button.argument else ""
    assert text == f"{button.kind}:1:{button.owner}:{button.subject}{argument}"
    assert all(0 <= number < 1 << 63 for number in (*button.numbers, button.number))
    assert button.argument.startswith(button.verb)


def commands(data: bytes) -> None:
    """A message that may be a command."""
    text = clean(_text(data))
    command = read_command(text)
    assert command is None or (text.split()[0].startswith("/") and command.argument in text)
    assert command is None or not set(command.name) & set(" /\n")


def times(data: bytes) -> None:
    """What follows /programme, /rappels, /silence or /ecarter: days, hours, dates, durations."""
    text = clean(_text(data))[:200]
    found = read_times(text)
    assert list(found.weekdays) == sorted(set(found.weekdays) & set(range(7)))
    if found.weekdays and found.at is not None:
        coming = list(islice(occurrences(found.weekdays, found.at, "Europe/Paris", NOON), 3))
        assert coming == sorted(set(coming))
        assert coming[0] > NOON
    span = read_span(text, NOON.date())
    assert span is None or span[0] <= span[1]
    lasts = read_duration(text)
    assert lasts is None or NOON + min(lasts, NOON - NOON.replace(year=2025)) > NOON


def zones(data: bytes) -> None:
    """What follows /programme fuseau: a city, or a time zone."""
    zone = read_zone(clean(_text(data))[:200])
    assert zone is None or ZoneInfo(zone)


def lessons(data: bytes) -> None:
    """The fields of the form by which a team teaches."""
    title, text, questions, note, *_ = (*clean(_text(data)).split(_BETWEEN), "", "", "", "")
    if flaws(title, text, questions.splitlines(), note or None, Corpus(()), ()):
        return
    assert uncarried(text) == []
    shown = Reply((Block("title", f"**{escape_markdown(title)}**"), Block("advice", text), Block("note", note)))
    assert len(telegram_messages(shown)) == 1
    assert discord_markup.messages(shown)


def telegram(data: bytes) -> None:
    """Markdown, and what people typed within it, on its way to Telegram."""
    text = clean(_text(data))
    for markdown in (escape_markdown(text), *([] if uncarried(text) else [text])):
        _within_telegram(Reply((Block("advice", markdown), Block("more", "Ose."))))
    shown = formatted(f"Tu as écrit : {escape_markdown(text)}")
    assert not shown.entities
    assert _letters(shown.text) == _letters(f"Tu as écrit : {text}")


def discord(data: bytes) -> None:
    """Markdown, and what people typed within it, on its way to Discord."""
    text = clean(_text(data))
    # A template that says nothing makes no block.
    for markdown in filter(str.strip, (text, escape_markdown(text))):
        for blocks in ((Block("advice", markdown),), (Block("title", markdown), Block("source", markdown))):
            for message in discord_markup.messages(Reply(blocks)):
                assert message.text is None or 0 < discord_markup.units(message.text) <= DISCORD_TEXT
                embed = message.embed
                assert embed is None or len(embed) <= 6000
                assert embed is None or discord_markup.units(embed.description or "") <= DISCORD_EMBED


def parting(data: bytes) -> None:
    """Long texts, parted into messages."""
    blocks = [Block("advice", text) for text in _text(data).split(_BETWEEN)]
    parts = split(blocks)
    lines = [line for block in blocks for line in block.text.split("\n")]
    assert [line for part in parts for block in part.blocks for line in block.text.split("\n")] == lines
    for part in parts:
        assert len(part.text) <= LONGEST or len(part.blocks) == 1


def lines(data: bytes) -> None:
    """A line of `vigie chat --json`: from its bytes to the answer, through all of Vigie."""
    records = _runner().run(_answered(_chat(), data.replace(b"\n", b" ")[:20_000]))
    assert records
    assert "error" in records[-1] or records[-1]["replies"] is not None
    json.dumps(records, ensure_ascii=False).encode()


def posts(data: bytes) -> None:
    """The body of a post to the webhook, which somebody who has the secret made up."""
    try:
        update = Update.de_json(json.loads(data), _telegram())
        waits_in, held = lane(update), update.to_json()
    except REFUSED:
        return
    assert isinstance(waits_in, str)
    try:
        # What Telegram would never post may be kept, and set aside when it cannot be read again.
        again = Update.de_json(json.loads(held), _telegram())
    except REFUSED:
        return
    assert again == update


def updates(data: bytes) -> None:
    """A message of Telegram's whose words, names and marks may be anything."""
    text, name, quoted, marks, *_ = (*_text(data).split(_BETWEEN), "", "", "", "")
    user = {"id": 5, "is_bot": False, "first_name": name or "Léa"}
    chat = {"id": -100, "type": "supergroup", "title": name}
    numbers = [ord(each) for each in marks]
    entities = [
        {"type": kind, "offset": offset, "length": length}
        for kind, offset, length in zip(
            ("mention", "bot_command", "text_link", "mention"), numbers, numbers[1:], strict=False
        )
    ]
    replied = {"message_id": 2, "date": 1, "chat": chat, "from": {**user, "id": 6}, "text": quoted}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": user, "reply_to_message": replied}
    said = {"text": text, "entities": entities}
    for place in (chat, {"id": 5, "type": "private"}):
        update = Update.de_json({"update_id": 1, "message": {**message, **said, "chat": place}}, _telegram())
        again = Update.de_json(json.loads(update.to_json()), _telegram())
        received = _runner().run(_reader().read(again, NOON))
        if received:
            assert clean(cleaned(received.incoming).text) == cleaned(received.incoming).text
    press = {"id": "1", "from": user, "chat_instance": "1", "data": text, "message": {**message, "chat": chat}}
    pressed = _runner().run(
        _reader().read(Update.de_json({"update_id": 1, "callback_query": press}, _telegram()), NOON)
    )
    assert pressed is not None
    assert pressed.incoming.button == text


def interactions(data: bytes) -> None:
    """An event of Discord's as it is kept until it is answered, and what stands in the place of one."""
    text = _text(data)
    try:
        read = read_again(text)
    except ValidationError:
        pass
    else:
        assert read_again(kept(read)) == read
    parts = text.split(_BETWEEN)
    written = tuple((part[:10], part) for part in parts)
    incoming = Incoming(LEA, NOON, text, text, written=written, picked=tuple(parts), name=text, quoted=text)
    incoming = cleaned(incoming)
    received = DiscordReceived(incoming=incoming, channel=7, token=clean(text), in_private=bool(parts[1:]))
    assert read_again(kept(received)) == received


def front_matter(data: bytes) -> None:
    """YAML that somebody who is not the host may have written."""
    text = _text(data)[:LARGEST_YAML]
    try:
        found = parse(text)
    except StrictYamlError:
        return
    for key in found if isinstance(found, dict) else ():
        assert line_of(text, [key]) >= 1


def imports(data: bytes) -> None:
    """A file to import: taken, or refused in sentences."""
    path = _folder() / "fiche.md"
    path.write_bytes(data)
    reader = TaughtReader()
    found = reader.passages([path])
    assert bool(found) != bool(reader.problems)
    for problem in reader.problems:
        assert problem.line >= 1
        assert str(problem)
    for passage in found:
        assert passage.text
        assert uncarried(passage.text) == []


TARGETS: MappingProxyType[str, Target] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            buttons,
            commands,
            times,
            zones,
            lessons,
            telegram,
            discord,
            parting,
            lines,
            posts,
            updates,
            interactions,
            front_matter,
            imports,
        )
    }
)


def close() -> None:
    """Close what targets opened, and begin anew with the next one."""
    _runner().run(_stack().aclose())
    _runner().close()
    for each in (_stack, _folder, _runner, _chat):
        each.cache_clear()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _letters(text: str) -> str:
    """Return what is read of a text: without blanks, and without what breaks a mention."""
    return "".join(text.replace("\u2060", "").split())


def _within_telegram(reply: Reply) -> None:
    for shown in telegram_messages(reply):
        length = len(shown.text.encode("utf-16-le")) // 2
        assert 0 < length <= TELEGRAM_TEXT
        for entity in shown.entities:
            assert entity.offset >= 0
            assert entity.length > 0
            assert entity.offset + entity.length <= length


@cache
def _wording() -> Wording:
    return read_wording(PROMPTS)


@cache
def _stack() -> AsyncExitStack:
    """What is open until `close`."""
    return AsyncExitStack()


@cache
def _folder() -> Path:
    return Path(_stack().enter_context(tempfile.TemporaryDirectory(prefix="vigie-fuzz-")))


@cache
def _runner() -> asyncio.Runner:
    return asyncio.Runner()


@cache
def _telegram() -> ExtBot[int]:
    bot: ExtBot[int] = ExtBot("1:AAE", rate_limiter=AIORateLimiter())
    # Its own name, for which it would ask Telegram.
    bot._bot_user = User(1, "Vigie", is_bot=True, username="vigie_bot")
    return bot


@cache
def _reader() -> Reader:
    return Reader(_telegram(), AsyncMock(), AsyncMock(return_value=[]))


@cache
def _chat() -> ProgramChat:
    library = Library(KNOWLEDGE, read_parameters())
    database = _runner().run(_stack().enter_async_context(open_database(MEMORY)))
    return ProgramChat(build_advisor(library.current, database), now=lambda: NOON)


async def _answered(chat: ProgramChat, line: bytes) -> list[dict[str, object]]:
    return [record async for record in chat.answer(line)]
