"""From what the core says to Telegram's messages: sent, edited in place, shown for a moment or taken away."""

import logging
from collections.abc import Sequence

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


class Sender:
    """Sends replies, as the bot of a name."""

    def __init__(self, bot: ExtBot[int]) -> None:
        self._bot = bot

    async def answer(self, received: Received, reply: Reply) -> list[int]:
        """Show a reply to what was received, in its manner; return the messages that it takes.

        Raises:
            OutageError: Telegram cannot be reached now.
            UnreachableError: nothing can be written there.
            TelegramError: Telegram refuses it.
        """
        pressed = received.pressed
        if received.callback is not None:
            is_notice = reply.manner is Manner.NOTICE and _fits_a_notice(reply)
            await self._acknowledge(received.callback, formatted(reply.text).text if is_notice else None)
            if is_notice:
                return []
        if pressed is not None and reply.manner is Manner.REMOVAL:
            await self._remove(received.place, pressed)
            return []
        replaced = [pressed] if pressed is not None and reply.manner is Manner.IN_PLACE else []
        replies_to = received.quoted if reply.to_quoted else received.replies_to
        return await self.replace(received.place, replaced, reply, replies_to)

    async def send(self, place: Place, reply: Reply) -> list[int]:
        """Send a reply, and return the messages that it takes. Raises the same errors."""
        return await self.replace(place, (), reply)

    async def replace(
        self, place: Place, before: Sequence[int], reply: Reply, replies_to: int | None = None
    ) -> list[int]:
        """Have a reply in the place of some messages, and return the messages that it takes. Raises the same errors."""
        shown = messages(reply) if reply.blocks else []
        buttons = keyboard(reply.choices, self._bot.username)
        taken = []
        for number, text in enumerate(shown):
            below = buttons if number + 1 == len(shown) else None
            edited = number < len(before) and await self._edited(place, before[number], text, below)
            if edited:
                taken.append(before[number])
            else:
                taken.append(await self._sent(place, text, below, replies_to if number == 0 else None))
        for message in before[len(shown) :]:
            await self._remove(place, message)
        for attachment in reply.attachments:
            await self._send_file(place, attachment)
        return taken

    async def list_found(self, query: str, found: Sequence[Found], button: str) -> None:
        """Answer an inline query with passages; a button leads to the direct message."""
        results = [
            InlineQueryResultArticle(
                each.key,
                each.title,
                InputTextMessageContent(text.text, entities=text.entities, link_preview_options=_NO_PREVIEW),
                description=each.source,
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

    async def acknowledge(self, callback: str) -> None:
        """Have the button that was pressed wait no longer."""
        await self._acknowledge(callback, None)

    async def _acknowledge(self, callback: str, notice: str | None) -> None:
        try:
            await asked(self._bot.answer_callback_query(callback, notice, show_alert=bool(notice)))
        except BadRequest as error:
            # Pressed too long ago: what it does is done all the same.
            _log.info("A press could not be acknowledged any more (%s).", error.message)

    async def _sent(
        self, place: Place, text: Formatted, buttons: InlineKeyboardMarkup | None, replies_to: int | None
    ) -> int:
        reply_parameters = ReplyParameters(replies_to, allow_sending_without_reply=True) if replies_to else None

        async def send(topic: int | None) -> Message:
            return await asked(
                self._bot.send_message(
                    place.chat,
                    text.text,
                    entities=text.entities,
                    reply_markup=buttons,
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

    async def _edited(self, place: Place, message: int, text: Formatted, buttons: InlineKeyboardMarkup | None) -> bool:
        """Edit a message; return whether it shows the text now."""
        try:
            await asked(
                self._bot.edit_message_text(
                    text.text,
                    place.chat,
                    message,
                    entities=text.entities,
                    reply_markup=buttons,
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


def _fits_a_notice(reply: Reply) -> bool:
    return len(formatted(reply.text).text) <= CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH
