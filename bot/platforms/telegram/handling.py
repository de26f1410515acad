"""How an update is answered: read, handed to the core, and what comes back sent."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from telegram import Update
from telegram.error import ChatMigrated, TelegramError
from telegram.ext import ExtBot

from bot.core.advisor import Advisor
from bot.core.messages import Address, Author, Due, Event, Outgoing
from bot.platforms.inbox import OutageError
from bot.platforms.telegram.incoming import PLATFORM, Place, Reader, Received, move_of
from bot.platforms.telegram.outgoing import Part, Sender, Text, notice_of, parts, texts
from bot.platforms.telegram.requests import SilencedError, UnreachableError
from bot.platforms.telegram.roles import Roles
from bot.storage import answers, inbox
from bot.storage.database import Database
from bot.storage.inbox import Item

_FRESH = 1024
"""Updates that need not be read from their JSON again."""
_DECIDED_AT_ONCE = 4
"""The database does one thing at a time: what was sent is recorded before many others have their turn."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Progress:
    """How much of an answer was sent, and the messages that it takes."""

    sent: int
    taken: list[int] = field(default_factory=list)


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
        self._progress: dict[int, _Progress] = {}
        self._deciding = asyncio.Semaphore(_DECIDED_AT_ONCE)

    def remember(self, updates: Sequence[Update]) -> None:
        """Hold updates as they came until they are handled."""
        if len(self._fresh) > _FRESH:
            self._fresh.clear()
        self._fresh |= {str(update.update_id): update for update in updates}

    async def handle(self, item: Item) -> None:
        """Answer an update, and drop it from the inbox."""
        update = self._fresh.pop(item.id, None) or self._read_again(item)
        move = move_of(update)
        if move:
            await self._advisor.move_community(PLATFORM, str(move.old), str(move.new))
        received = None if move else await self._reader.read(update, item.at)
        if received is None:
            await inbox.drop(self._database, item.number)
        elif received.incoming.event:
            await self._tell_of(item, received)
        else:
            await self._reply_to(item, received)

    async def _tell_of(self, item: Item, received: Received) -> None:
        """Say what is to be said of something that happened: it is dropped before, and said once at most."""
        if received.incoming.event is Event.JOINED:
            received = await self._with_others(received, item)
        outgoing = await self._decided(received)
        await inbox.drop(self._database, item.number)
        if not await self._is_sent_unasked(received.place, received.incoming.address, outgoing):
            await self._advisor.take_back_welcome(received.incoming)

    async def _reply_to(self, item: Item, received: Received) -> None:
        """Answer what somebody said or pressed: it is dropped once it is answered, so that it is at least once."""
        before = await self._answers_before(received)
        if received.incoming.edited and not before:
            # What was no question is none for having been written anew.
            await inbox.drop(self._database, item.number)
            return
        outgoing = await self._decided(received)
        await self._answer(item, received, outgoing, before)
        await inbox.drop(self._database, item.number)
        self._progress.pop(item.number, None)
        if outgoing.erased:
            await self._advisor.wipe_again(item.at)

    async def _decided(self, received: Received) -> Outgoing:
        async with self._deciding:
            return await self._advisor.handle(received.incoming)

    async def deliver(self, due: Due) -> None:
        """Send what nobody asked for at this moment: once, and not again if it fails."""
        address = due.address
        chat = Place(int(address.community or address.account), int(address.place) if address.place else None)
        await self._is_sent_unasked(chat, address, due.outgoing)

    def _read_again(self, item: Item) -> Update:
        return Update.de_json(json.loads(item.payload), self._bot)

    async def _answers_before(self, received: Received) -> list[int]:
        """Return the messages that answered a question before it was edited."""
        if received.question is None or not received.incoming.edited:
            return []
        return await answers.find(self._database, received.question)

    async def _answer(self, item: Item, received: Received, outgoing: Outgoing, before: Sequence[int]) -> None:
        """Send what was not sent yet of an answer, and keep which messages it takes."""
        # What the database does not know, of an attempt before, is known here.
        progress = self._progress.setdefault(item.number, _Progress(item.sent))
        planned = parts(received, outgoing.replies, before, self._bot.username)
        try:
            if received.callback and not progress.sent:
                notices = (notice_of(reply) for reply in outgoing.replies)
                await self._sender.acknowledge(received.callback, next(filter(None, notices), None))
            for part in planned[progress.sent :]:
                message = await self._send(received.place, part)
                progress.sent += 1
                if message and isinstance(part, Text) and part.is_answer:
                    progress.taken.append(message)
                if progress.sent < len(planned):
                    await inbox.set_sent(self._database, item.number, progress.sent)
        except UnreachableError as error:
            await self._note_unreachable(received.incoming.address, error)
        if received.question and outgoing.verdict and progress.taken:
            await answers.keep(self._database, received.question, progress.taken, item.at)

    async def _send(self, place: Place, part: Part) -> int | None:
        """Do what a part says, in the supergroup that a group has become if it has."""
        try:
            return await self._sender.send(place, part)
        except ChatMigrated as error:
            await self._advisor.move_community(PLATFORM, str(place.chat), str(error.new_chat_id))
            return await self._sender.send(replace(place, chat=error.new_chat_id), part)

    async def _with_others(self, received: Received, item: Item) -> Received:
        """Return that somebody joined together with all who wait behind them: they are welcomed in one message."""
        others: list[Author] = []
        for each in await inbox.in_lane(self._database, PLATFORM, item.lane):
            update = self._fresh.get(each.id) or self._read_again(each)
            read = await self._reader.read(update, each.at)
            if read and read.incoming.event is Event.JOINED:
                others += read.incoming.newcomers
        newcomers = tuple(dict.fromkeys((*received.incoming.newcomers, *others)))
        return replace(received, incoming=replace(received.incoming, newcomers=newcomers))

    async def _is_sent_unasked(self, place: Place, address: Address, outgoing: Outgoing) -> bool:
        """Send what nobody asked for; return whether it can be there: whatever may have arrived is not sent again."""
        try:
            for reply in outgoing.replies:
                for part in texts(reply, self._bot.username):
                    await self._send(place, part)
        except UnreachableError as error:
            await self._note_unreachable(replace(address, community=None) if place.chat > 0 else address, error)
            return False
        except (OutageError, TelegramError) as error:
            _log.warning("A message that nobody asked for was not sent. %s", error)
        return True

    async def _note_unreachable(self, address: Address, error: UnreachableError) -> None:
        _log.info("Telegram refuses a message for good (%s).", error)
        if not isinstance(error, SilencedError):
            await self._advisor.note_unreachable(address, self._now())
