"""From what the core says to Telegram's messages: sent, edited in place, shown for a moment or taken away."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from telegram import (
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputFile,
    InputTextMessageContent,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import CallbackQueryLimit
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.core.messages import Attachment, Found, Manner, Reply
from bot.platforms.telegram.incoming import Place, Received
from bot.platforms.telegram.markup import Formatted, formatted, keyboard, messages
from bot.platforms.telegram.requests import asked

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_INLINE_KEPT = 300
"""Seconds for which Telegram may show the same results to anybody."""
_NOT_EDITABLE = ("message to edit not found", "message can't be edited", "there is no text in the message to edit")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Text:
    """A message to send, or to put in the place of another.

    Attributes:
        text: what it says.
        buttons: what stands below it.
        replaces: the message whose place it takes.
        replies_to: the message that it is tied to.
        is_answer: whether it answers the question that was asked, so that it follows when that is edited.
    """

    text: Formatted
    buttons: InlineKeyboardMarkup | None = None
    replaces: int | None = None
    replies_to: int | None = None
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """A message to take away."""

    message: int


Part = Text | Removal | Attachment
"""What one request does."""


def parts(received: Received, replies: Sequence[Reply], before: Sequence[int], bot_name: str) -> list[Part]:
    """Return all that answers what was received, in order; the first reply takes the place of the messages before."""
    found: list[Part] = []
    for number, reply in enumerate(replies):
        tied = received if number == 0 else replace(received, pressed=None, replies_to=None, quoted=None)
        found += _parts(tied, reply, before if number == 0 else (), bot_name)
    answer = len(_parts(received, replies[0], before, bot_name)) if replies else 0
    return [
        replace(part, is_answer=True) if isinstance(part, Text) and number < answer else part
        for number, part in enumerate(found)
    ]


def _parts(received: Received, reply: Reply, before: Sequence[int], bot_name: str) -> list[Part]:
    if received.callback is not None and notice_of(reply):
        return []
    if received.pressed is not None and reply.manner is Manner.REMOVAL:
        return [Removal(received.pressed)]
    if received.pressed is not None and reply.manner is Manner.IN_PLACE:
        before = [received.pressed]
    replies_to = received.quoted if reply.to_quoted else received.replies_to
    return [*texts(reply, bot_name, before, replies_to), *reply.attachments]


def texts(
    reply: Reply, bot_name: str, before: Sequence[int] = (), replies_to: int | None = None
) -> Iterator[Text | Removal]:
    """Yield the messages that a reply takes, in the place of some before; those that are left over go."""
    shown = messages(reply) if reply.blocks else []
    buttons = keyboard(reply.choices, bot_name)
    for number, (text, replaced) in enumerate(zip_longest(shown, before)):
        if text is None:
            yield Removal(replaced)
        else:
            below = buttons if number + 1 == len(shown) else None
            yield Text(text, below, replaced, replies_to if number == 0 else None)


def notice_of(reply: Reply) -> str | None:
    """Return what a reply says to who pressed a button, for a moment; None where it is a message."""
    text = formatted(reply.text).text
    is_short = len(text) <= CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH
    return text if reply.manner is Manner.NOTICE and is_short else None


class Sender:
    """Sends, as a bot. Whatever it does raises the errors of `asked`."""

    def __init__(self, bot: ExtBot[int]) -> None:
        self._bot = bot

    async def acknowledge(self, callback: str, notice: str | None) -> None:
        """Have the button that was pressed wait no longer, with a word for who pressed it or none."""
        try:
            await asked(self._bot.answer_callback_query(callback, notice, show_alert=bool(notice)))
        except BadRequest as error:
            # Pressed too long ago: what it does is done all the same.
            _log.info("A press could not be acknowledged any more (%s).", error.message)

    async def send(self, place: Place, part: Part) -> int | None:
        """Do what a part says; return the message that shows it, if one does."""
        match part:
            case Text(replaces=int(message)) if await self._is_edited(place, message, part):
                return message
            case Text():
                return await self._sent(place, part)
            case Removal(message=message):
                await self._remove(place, message)
            case Attachment():
                await self._send_file(place, part)
        return None

    async def list_found(self, query: str, found: Sequence[Found], button: str) -> None:
        """Answer an inline query with passages; a button leads to the direct message."""
        results = [
            InlineQueryResultArticle(
                each.key,
                each.title,
                InputTextMessageContent(text.text, entities=text.entities, link_preview_options=_NO_PREVIEW),
                description=formatted(each.source).text,
            )
            for each in found
            for text in messages(each.reply)[:1]
        ]
        try:
            await asked(
                self._bot.answer_inline_query(
                    query,
                    results,
                    cache_time=_INLINE_KEPT,
                    is_personal=False,
                    button=InlineQueryResultsButton(button, start_parameter="start"),
                )
            )
        except BadRequest as error:
            _log.info("An inline query could not be answered any more (%s).", error.message)

    async def _sent(self, place: Place, part: Text) -> int:
        tied_to = part.replies_to
        reply_parameters = ReplyParameters(tied_to, allow_sending_without_reply=True) if tied_to else None

        async def send(topic: int | None) -> Message:
            return await asked(
                self._bot.send_message(
                    place.chat,
                    part.text.text,
                    entities=part.text.entities,
                    reply_markup=part.buttons,
                    message_thread_id=topic,
                    reply_parameters=reply_parameters,
                    link_preview_options=_NO_PREVIEW,
                )
            )

        try:
            sent = await send(place.topic)
        except BadRequest as error:
            if place.topic is None or "thread not found" not in error.message.casefold():
                raise
            sent = await send(None)
        return sent.message_id

    async def _is_edited(self, place: Place, message: int, part: Text) -> bool:
        """Edit a message; return whether it shows the part now."""
        try:
            await asked(
                self._bot.edit_message_text(
                    part.text.text,
                    place.chat,
                    message,
                    entities=part.text.entities,
                    reply_markup=part.buttons,
                    link_preview_options=_NO_PREVIEW,
                )
            )
        except BadRequest as error:
            said = error.message.casefold()
            if any(each in said for each in _NOT_EDITABLE):
                return False
            if "message is not modified" not in said:
                raise
        return True

    async def _remove(self, place: Place, message: int) -> None:
        try:
            await asked(self._bot.delete_message(place.chat, message))
        except BadRequest as error:
            _log.info("A message could not be taken away (%s).", error.message)

    async def _send_file(self, place: Place, attachment: Attachment) -> None:
        file = InputFile(attachment.content.encode(), attachment.name, attach=False)
        await asked(self._bot.send_document(place.chat, file, message_thread_id=place.topic))
