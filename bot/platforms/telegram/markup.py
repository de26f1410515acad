"""From Vigie's Markdown and choices to Telegram's text with entities, and its keyboards."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.constants import MessageLimit
from telegram.helpers import create_deep_linked_url
from telegramify_markdown import MessageEntity as Entity
from telegramify_markdown import convert, split_entities, utf16_len
from telegramify_markdown.config import RenderConfig

from bot.core.messages import Choice, ChoiceKind, Reply
from bot.rendering.split import split

_LONGEST = int(MessageLimit.MAX_TEXT_LENGTH)
_DOLLAR = re.compile(r"(?<!\\)((?:\\\\)*)\$")
_ROW_LETTERS = 34
"""Letters that a row of buttons shows whole on a narrow phone."""
_ROW_BUTTONS = 3
_ORDER = (
    ChoiceKind.CHOICE,
    ChoiceKind.LINK,
    ChoiceKind.SEE_ALSO,
    ChoiceKind.FEEDBACK,
    ChoiceKind.NAVIGATION,
)


def _configured() -> RenderConfig:
    config = RenderConfig.isolated()
    config.markdown_symbol.unordered_list_item = "•"
    return config


_CONFIG = _configured()


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text as Telegram shows it, and its entities: their offsets are in UTF-16 units, as Telegram counts."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message as Telegram shows it: what it says, and the buttons below it."""

    text: Formatted
    buttons: InlineKeyboardMarkup | None = None


@lru_cache(maxsize=1024)
def formatted(markdown: str) -> Formatted:
    """Return what a Markdown text becomes on Telegram, however long."""
    return _formatted(*_converted(markdown))


def with_buttons(reply: Reply, bot_name: str) -> list[Message]:
    """Return a reply as the messages that it takes, with its buttons below the last one."""
    *before, last = messages(reply) if reply.blocks else [None]
    if last is None:
        return []
    return [*map(Message, filter(None, before)), Message(last, keyboard(reply.choices, bot_name))]


def messages(reply: Reply) -> list[Formatted]:
    """Return a reply as one text or as several, each short enough for Telegram: parted between its blocks."""
    whole = formatted(reply.text)
    if utf16_len(whole.text) <= _LONGEST:
        return [whole]
    return [
        _formatted(*piece)
        for part in split(reply.blocks, longest=_LONGEST, measure=_units)
        for piece in split_entities(*_converted(part.text), _LONGEST)
    ]


def _converted(markdown: str) -> tuple[str, list[Entity]]:
    # What stands between two dollars is no formula here.
    return convert(_DOLLAR.sub(r"\1\$", markdown), latex_escape=False, config=_CONFIG)


def _units(markdown: str) -> int:
    return utf16_len(formatted(markdown).text)


def _formatted(text: str, entities: Sequence[Entity]) -> Formatted:
    # Telegram passes over those beyond.
    shown = entities[: MessageLimit.MESSAGE_ENTITIES]
    return Formatted(text, tuple(MessageEntity(each.type, each.offset, each.length, url=each.url) for each in shown))


def keyboard(choices: Sequence[Choice], bot_name: str) -> InlineKeyboardMarkup | None:
    """Return the buttons of a message: by kind, those that are short side by side."""
    rows = [row for kind in _ORDER for row in _rows([each for each in choices if each.kind is kind], bot_name)]
    return InlineKeyboardMarkup(rows) if rows else None


def _rows(choices: Sequence[Choice], bot_name: str) -> list[list[InlineKeyboardButton]]:
    rows: list[list[Choice]] = []
    for choice in choices:
        row = [*rows[-1], choice] if rows else []
        if row and len(row) <= _ROW_BUTTONS and sum(len(each.label) for each in row) <= _ROW_LETTERS:
            rows[-1] = row
        else:
            rows.append([choice])
    return [[_button(choice, bot_name) for choice in row] for row in rows]


def _button(choice: Choice, bot_name: str) -> InlineKeyboardButton:
    if choice.kind is ChoiceKind.LINK:
        return InlineKeyboardButton(choice.label, url=create_deep_linked_url(bot_name, choice.start))
    label = f"📖 {choice.label}" if choice.kind is ChoiceKind.SEE_ALSO else choice.label
    return InlineKeyboardButton(label, callback_data=choice.id)
