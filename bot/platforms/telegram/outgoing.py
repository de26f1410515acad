"""From what the core says to Telegram's messages: sent, edited in place, shown for a moment or taken away."""

import logging
from collections.abc import Awaitable, Callable, Sequence

import telegram
from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputFile,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import CallbackQueryLimit
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.core.messages import Attachment, Found, Manner, Picture, Reply
from bot.platforms.drawing import drawn
from bot.platforms.parts import Part, Post, Removal
from bot.platforms.telegram.incoming import Place
from bot.platforms.telegram.markup import Message, formatted, messages
from bot.platforms.telegram.requests import asked

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_INLINE_KEPT = 300
"""Seconds for which Telegram may show the same results to anybody."""
_NOT_EDITABLE = ("message to edit not found", "message can't be edited", "there is no text in the message to edit")

_log = logging.getLogger(__name__)


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

    async def send(self, place: Place, part: Part[Message]) -> int | None:
        """Do what a part says; return the message that shows it, if one does."""
        match part:
            case Post(replaces=int(message)) if await self._is_edited(place, message, part):
                return message
            case Post():
                return await self._sent(place, part)
            case Removal(message=message):
                await self._remove(place, message)
            case Attachment():
                await self._send_file(place, part)
            case Picture():
                await self._send_picture(place, part)
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

    async def _sent(self, place: Place, part: Post[Message]) -> int:
        tied_to = part.replies_to
        reply_parameters = ReplyParameters(tied_to, allow_sending_without_reply=True) if tied_to else None

        def send(topic: int | None) -> Awaitable[telegram.Message]:
            return self._bot.send_message(
                place.chat,
                part.shown.text.text,
                entities=part.shown.text.entities,
                reply_markup=part.shown.buttons,
                message_thread_id=topic,
                reply_parameters=reply_parameters,
                link_preview_options=_NO_PREVIEW,
            )

        return (await _sent_to(place, send)).message_id

    async def _is_edited(self, place: Place, message: int, part: Post[Message]) -> bool:
        """Edit a message; return whether it shows the part now."""
        try:
            await asked(
                self._bot.edit_message_text(
                    part.shown.text.text,
                    place.chat,
                    message,
                    entities=part.shown.text.entities,
                    reply_markup=part.shown.buttons,
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
        await _sent_to(place, lambda topic: self._bot.send_document(place.chat, file, message_thread_id=topic))

    async def _send_picture(self, place: Place, picture: Picture) -> None:
        content = await drawn(picture)
        if content:
            file = InputFile(content, picture.name, attach=False)
            await _sent_to(place, lambda topic: self._bot.send_photo(place.chat, file, message_thread_id=topic))


async def _sent_to(place: Place, send: Callable[[int | None], Awaitable[telegram.Message]]) -> telegram.Message:
    """Send to a topic; to the chat as a whole, where the topic is gone."""
    try:
        return await asked(send(place.topic))
    except BadRequest as error:
        if place.topic is None or "thread not found" not in error.message.casefold():
            raise
        return await asked(send(None))
