"""What carries messages from Telegram and to it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from telegram import Update
from telegram.constants import ChatID
from telegram.error import ChatMigrated, TelegramError
from telegram.ext import ExtBot

from bot.core.advisor import Advisor
from bot.core.messages import Address, Due, Event, Manner, Outgoing, Posting, Reply
from bot.platforms.parts import Part, Removal, files, parts, posts
from bot.platforms.telegram.incoming import PLATFORM, Place, Reader, TelegramReceived, move_of
from bot.platforms.telegram.markup import Message, with_buttons
from bot.platforms.telegram.outgoing import Sender, notice_of
from bot.platforms.telegram.roles import Roles
from bot.storage.inbox import Item

_FRESH = 1024
"""Updates that need not be read from their JSON again."""


class TelegramCarrier:
    """Reads updates, and sends messages, as one bot."""

    platform = PLATFORM
    refusals = TelegramError

    def __init__(self, bot: ExtBot[int], advisor: Advisor, now: Callable[[], datetime]) -> None:
        self._bot = bot
        self._advisor = advisor
        self._sender = Sender(bot)
        self._reader = Reader(bot, Roles(bot, now), advisor.communities_of)
        self._fresh: dict[str, Update] = {}

    def remember(self, updates: Sequence[Update]) -> None:
        """Hold updates as they came until they are handled."""
        if len(self._fresh) > _FRESH:
            self._fresh.clear()
        self._fresh |= {str(update.update_id): update for update in updates}

    async def read(self, item: Item) -> TelegramReceived | None:
        """Return what the core hears of an update; a group that moves is followed."""
        update = self._fresh.pop(item.id, None) or Update.de_json(json.loads(item.payload), self._bot)
        move = move_of(update)
        if move:
            await self._advisor.move_community(PLATFORM, str(move.old), str(move.new))
            return None
        return await self._reader.read(update, item.at)

    def parts(self, received: TelegramReceived, replies: Sequence[Reply], before: Sequence[int]) -> list[Part[Message]]:
        """Return all that answers an update, in order."""
        return parts(received, [_noticed(each) for each in replies], before, self._messages)

    async def acknowledge(self, received: TelegramReceived, replies: Sequence[Reply]) -> None:
        """Have a button that was pressed wait no longer."""
        if received.callback:
            notices = (notice_of(reply) for reply in replies)
            await self._sender.acknowledge(received.callback, next(filter(None, notices), None))

    async def send(self, received: TelegramReceived, part: Part[Message]) -> int | None:
        """Do what a part says; return the message that shows it, if one does."""
        return await self._send(received.place, part)

    async def post(self, posting: Posting) -> None:
        """Say something for all to read in a chat, or in a topic of it."""
        await self._send_all(_place_of(posting.address), (posting.reply,), posting.replies_to)

    async def take_away(self, received: TelegramReceived) -> None:
        """Take away the message of a command, where Telegram lets the bot."""
        if received.question:
            await self._send(received.place, Removal(int(received.question.id)))

    async def tell(self, received: TelegramReceived, outgoing: Outgoing) -> None:
        """Send what is said of something that happened in a chat."""
        place = replace(received.place, topic=int(outgoing.place)) if outgoing.place else received.place
        await self._send_all(place, outgoing.replies)

    async def deliver(self, due: Due) -> None:
        """Send what falls due where it was asked for, or where all read it."""
        await self._send_all(_place_of(due.address), due.outgoing.replies, due.replies_to)

    def reached(self, address: Address, event: Event | None) -> Address:
        """Return the chat; who asks to join a group is written to in private."""
        return replace(address, community=None) if event is Event.ASKED_TO_JOIN else address

    def privately(self, received: TelegramReceived) -> TelegramReceived | None:
        """Return an update to be answered in the private chat; who remains anonymous has none."""
        account = int(received.incoming.address.account)
        if account == ChatID.ANONYMOUS_ADMIN:
            return None
        return replace(received, place=Place(account), replies_to=None, quoted=None, question=None, pressed=None)

    def otherwise(self, received: TelegramReceived) -> None:  # noqa: ARG002
        """Return nothing: where Telegram refuses an answer, it cannot go anywhere else."""
        return

    async def _send_all(self, place: Place, replies: Sequence[Reply], replies_to: str | None = None) -> None:
        """Send replies, the first one in answer to a message if there is one."""
        tied_to = int(replies_to) if replies_to else None
        for number, reply in enumerate(replies):
            for part in (*posts(self._messages(reply), (), None if number else tied_to), *files(reply)):
                await self._send(place, part)

    async def _send(self, place: Place, part: Part[Message]) -> int | None:
        """Do what a part says, in the supergroup that a group has become if it has."""
        try:
            return await self._sender.send(place, part)
        except ChatMigrated as error:
            await self._advisor.move_community(PLATFORM, str(place.chat), str(error.new_chat_id))
            return await self._sender.send(replace(place, chat=error.new_chat_id), part)

    def _messages(self, reply: Reply) -> list[Message]:
        return with_buttons(reply, self._bot.username)


def _place_of(address: Address) -> Place:
    return Place(int(address.community or address.account), int(address.place) if address.place else None)


def _noticed(reply: Reply) -> Reply:
    """Return a reply as a message, where it is too long to be shown for a moment."""
    is_too_long = reply.manner is Manner.NOTICE and notice_of(reply) is None
    return replace(reply, manner=Manner.MESSAGE) if is_too_long else reply
