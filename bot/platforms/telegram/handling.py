"""How an update is answered: read, handed to the core, and what comes back sent."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from telegram import Update
from telegram.error import ChatMigrated, TelegramError
from telegram.ext import ExtBot

from bot.core.advisor import Advisor
from bot.core.messages import Address, Due, Outgoing, Reply
from bot.platforms.inbox import OutageError
from bot.platforms.telegram.incoming import PLATFORM, Place, Reader, Received, move_of
from bot.platforms.telegram.outgoing import Sender
from bot.platforms.telegram.requests import UnreachableError
from bot.platforms.telegram.roles import Roles
from bot.storage import answers, inbox
from bot.storage.database import Database
from bot.storage.inbox import Item

_FRESH = 1024
"""Updates that need not be read from their JSON again."""

_log = logging.getLogger(__name__)


class Handling:
    """Answers what was delivered, and sends what falls due."""

    def __init__(self, bot: ExtBot[int], advisor: Advisor, database: Database, now: Callable[[], datetime]) -> None:
        self._bot = bot
        self._advisor = advisor
        self._database = database
        self._now = now
        self._sender = Sender(bot)
        self._reader = Reader(bot, Roles(bot, now))
        self._fresh: dict[str, Update] = {}
        self._sent: dict[int, int] = {}

    def remember(self, updates: Sequence[Update]) -> None:
        """Hold updates as they came until they are handled."""
        if len(self._fresh) > _FRESH:
            self._fresh.clear()
        self._fresh |= {str(update.update_id): update for update in updates}

    async def handle(self, item: Item) -> None:
        """Answer an update, and drop it from the inbox: what was asked for after it is answered, the rest before."""
        update = self._fresh.pop(item.id, None) or Update.de_json(json.loads(item.payload), self._bot)
        move = move_of(update)
        if move:
            await self._advisor.move_community(PLATFORM, str(move.old), str(move.new))
        received = None if move else await self._reader.read(update, item.at)
        before = await self._answers_before(received) if received else []
        if received is None or (received.incoming.edited and not before):
            await inbox.drop(self._database, item.number)
            return
        outgoing = await self._advisor.handle(received.incoming)
        if received.incoming.event:
            await inbox.drop(self._database, item.number)
            await self._send_unasked(received.place, received.incoming.address, outgoing)
            return
        taken = await self._send(item, received, outgoing, before)
        if received.question and outgoing.verdict and taken:
            await answers.keep(self._database, received.question, taken, item.at)
        await inbox.drop(self._database, item.number)
        self._sent.pop(item.number, None)
        if outgoing.erased:
            await self._advisor.wipe_again(item.at)

    async def deliver(self, due: Due) -> None:
        """Send what nobody asked for at this moment: once, and not again if it fails."""
        address = due.address
        chat = Place(int(address.community or address.account), int(address.place) if address.place else None)
        await self._send_unasked(chat, address, due.outgoing)

    async def _answers_before(self, received: Received) -> list[int]:
        """Return the messages that answered a question before it was edited."""
        if received.question is None or not received.incoming.edited:
            return []
        return await answers.find(self._database, received.question)

    async def _send(self, item: Item, received: Received, outgoing: Outgoing, before: Sequence[int]) -> list[int]:
        """Send what was not sent yet of the replies; return the messages that the first one takes."""
        taken: list[int] = []
        if received.callback and not outgoing.replies:
            await self._sender.acknowledge(received.callback)
        # What the database does not know yet, of an attempt before, is known here.
        sent = self._sent.get(item.number, item.sent)
        for number, reply in enumerate(outgoing.replies[sent:], start=sent):
            # The first alone answers the press or the message itself.
            tied = received if number == 0 else replace(received, callback=None, pressed=None, replies_to=None)
            try:
                shown = await self._show(tied, reply, before if number == 0 else ())
            except UnreachableError as error:
                await self._note_unreachable(received.incoming.address, error)
                break
            taken = shown if number == 0 else taken
            self._sent[item.number] = number + 1
            if number + 1 < len(outgoing.replies):
                await inbox.set_sent(self._database, item.number, number + 1)
        return taken

    async def _show(self, received: Received, reply: Reply, before: Sequence[int]) -> list[int]:
        try:
            if before:
                return await self._sender.replace(received.place, before, reply, received.replies_to)
            return await self._sender.answer(received, reply)
        except ChatMigrated as error:
            return await self._sender.send(await self._moved(received.place, error), reply)

    async def _send_unasked(self, place: Place, address: Address, outgoing: Outgoing) -> None:
        try:
            for reply in outgoing.replies:
                try:
                    await self._sender.send(place, reply)
                except ChatMigrated as error:
                    place = await self._moved(place, error)
                    await self._sender.send(place, reply)
        except UnreachableError as error:
            await self._note_unreachable(address, error)
        except (OutageError, TelegramError) as error:
            _log.warning("A message that nobody asked for was not sent. %s", error)

    async def _moved(self, place: Place, error: ChatMigrated) -> Place:
        """Have a group follow to the supergroup that it became."""
        await self._advisor.move_community(PLATFORM, str(place.chat), str(error.new_chat_id))
        return replace(place, chat=error.new_chat_id)

    async def _note_unreachable(self, address: Address, error: UnreachableError) -> None:
        _log.info("Telegram refuses a message for good (%s).", error)
        if address.community is None:
            await self._advisor.note_unreachable(address, self._now())
