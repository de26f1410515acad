"""Telegram's adapter: takes what Telegram delivers, keeps it, has it answered, and sends what falls due."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from aiolimiter import AsyncLimiter
from telegram import InlineQuery, Update
from telegram.error import BadRequest, ChatMigrated, Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.core.advisor import Advisor
from bot.core.messages import Address, Due, Outgoing, Reply
from bot.errors import BotError
from bot.platforms.inbox import Inbox, OutageError, pauses
from bot.platforms.telegram.commands import publish_commands
from bot.platforms.telegram.incoming import PLATFORM, UPDATES, Place, Reader, Received, lane, move_of
from bot.platforms.telegram.outgoing import Sender, UnreachableError
from bot.platforms.telegram.readiness import report
from bot.platforms.telegram.roles import Roles
from bot.platforms.telegram.webhook import Webhook, listening, secret_of
from bot.rendering.wording import Wording
from bot.storage import answers, inbox, personal
from bot.storage.database import Database, DatabaseError
from bot.storage.inbox import Delivered, Item

_POLLED = 30
"""Seconds for which Telegram holds a request for updates when there are none."""
_CONNECTIONS = 32
_RETRIES = 5
_UNASKED = 5
"""Messages a second that nobody asked for, at most: those that answer somebody come first."""
_LISTED = 10

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Connection:
    """How Telegram is reached.

    Attributes:
        token: the bot's, from @BotFather.
        api: the address of the Bot API.
        proxy: the address of a proxy, if any.
        webhook: where Telegram posts updates; None to ask for them.
        paced: whether requests are held back to Telegram's limits.
    """

    token: str = field(repr=False)
    api: str = "https://api.telegram.org"
    proxy: str | None = field(default=None, repr=False)
    webhook: Webhook | None = None
    paced: bool = True


class TelegramAdapter:
    """Serves the private chats and the groups of one bot."""

    name = PLATFORM

    def __init__(
        self,
        connection: Connection,
        advisor: Advisor,
        wording: Wording,
        database: Database,
        now: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._now = now
        self._advisor = advisor
        self._wording = wording
        self._database = database
        self._bot = _bot(connection)
        self._sender = Sender(self._bot)
        self._roles = Roles(self._bot, now)
        self._inbox = Inbox(database, PLATFORM, self._handle, now)
        self._unasked = AsyncLimiter(_UNASKED, 1)
        self._stopping = asyncio.Event()
        self._reader = Reader(self._bot, self._roles)
        self._listing: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until stopped.

        Raises:
            BotError: Telegram refuses the token, or the webhook cannot be listened on.
        """
        try:
            await self._connect()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._inbox.empty())
                tasks.create_task(self._take_until_stopped())
        finally:
            await self._bot.shutdown()

    def stop(self) -> None:
        """Take nothing new; `run` returns once what was begun is finished."""
        self._stopping.set()
        self._inbox.stop()

    async def deliver(self, due: Due) -> None:
        """Send what nobody asked for at this moment: once, and not again if it fails."""
        async with self._unasked:
            await self._send_unasked(_place(due.address), due.address, due.outgoing)

    async def _connect(self) -> None:
        """Wait until Telegram can be reached, and tell it and the log what there is to tell."""
        for pause in pauses():
            try:
                await self._bot.initialize()
                await publish_commands(self._bot, self._wording.commands)
                await report(self._bot, await self._advisor.communities(PLATFORM))
            except InvalidToken:
                raise _refused() from None
            except (TelegramError, DatabaseError) as error:
                _log.warning("Telegram cannot be reached yet. %s", _why(error))
            else:
                return
            if await self._stops_within(pause):
                return

    async def _take_until_stopped(self) -> None:
        """Take updates, in the way that was chosen; when they cannot be taken at all, stop."""
        taking = asyncio.create_task(self._listen(webhook) if (webhook := self._connection.webhook) else self._poll())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait((taking, stopping), return_when=asyncio.FIRST_COMPLETED)
            if taking.done():
                taking.result()
        finally:
            taking.cancel()
            stopping.cancel()
            await asyncio.gather(taking, stopping, return_exceptions=True)
            self._inbox.stop()

    async def _listen(self, webhook: Webhook) -> None:
        """Have Telegram post updates, and take them."""
        secret = secret_of(self._connection.token)

        async def accept(data: dict[str, Any]) -> None:
            await self._accept([Update.de_json(data, self._bot)])

        async with listening(webhook, secret, accept):
            for pause in pauses():
                try:
                    await self._bot.set_webhook(webhook.url, secret_token=secret, allowed_updates=UPDATES)
                    break
                except TelegramError as error:
                    _log.warning("The webhook cannot be set yet. %s", _why(error))
                    await asyncio.sleep(pause)
            await self._stopping.wait()

    async def _poll(self) -> None:
        """Ask for updates, again and again; to ask for the next ones confirms those before."""
        waits = pauses()
        next_one, is_webhook_gone = 0, False
        while True:
            try:
                if not is_webhook_gone:
                    is_webhook_gone = await self._bot.delete_webhook()
                updates = await self._bot.get_updates(next_one, timeout=_POLLED, allowed_updates=UPDATES)
                await self._accept(updates)
            except InvalidToken:
                raise _refused() from None
            except (TelegramError, DatabaseError) as error:
                _log.warning("No updates can be taken now. %s", _why(error))
                await asyncio.sleep(next(waits))
            else:
                next_one = updates[-1].update_id + 1 if updates else next_one
                waits = pauses()

    async def _accept(self, updates: Sequence[Update]) -> None:
        """Keep updates; what is asked inline is answered at once or never, and is not kept."""
        kept = [update for update in updates if update.inline_query is None]
        if kept:
            await self._inbox.accept([Delivered(str(each.update_id), lane(each), each.to_json()) for each in kept])
        for update in updates:
            if update.inline_query:
                listing = asyncio.create_task(self._list(update.inline_query))
                self._listing.add(listing)
                listing.add_done_callback(self._listing.discard)

    async def _list(self, query: InlineQuery) -> None:
        found = self._advisor.look_up(query.query, _LISTED)
        try:
            await self._sender.list_found(query.id, found, self._wording.labels.in_private)
        except (OutageError, UnreachableError, TelegramError) as error:
            _log.warning("An inline query could not be answered. %s", error)

    async def _handle(self, item: Item) -> None:
        """Answer an update, and drop it from the inbox: what was asked for after it is answered, the rest before."""
        update = Update.de_json(json.loads(item.payload), self._bot)
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
        await self._finish(item, received, outgoing, taken)

    async def _answers_before(self, received: Received) -> list[int]:
        """Return the messages that answered a question before it was edited."""
        if received.question is None or not received.incoming.edited:
            return []
        async with self._database.transaction() as transaction:
            return await answers.find(transaction, received.question)

    async def _send(self, item: Item, received: Received, outgoing: Outgoing, before: Sequence[int]) -> list[int]:
        """Send what was not sent yet of the replies; return the messages that the first one takes."""
        taken: list[int] = []
        if received.callback and not outgoing.replies:
            await self._sender.acknowledge(received.callback)
        for number, reply in enumerate(outgoing.replies[item.sent :], start=item.sent):
            tied = received if number == 0 else replace(received, callback=None, pressed=None, replies_to=None)
            try:
                shown = await self._show(tied, reply, before if number == 0 else ())
            except UnreachableError as error:
                await self._note_unreachable(received.incoming.address, error)
                break
            taken = shown if number == 0 else taken
            if number + 1 < len(outgoing.replies):
                await inbox.set_sent(self._database, item.number, number + 1)
        return taken

    async def _show(self, received: Received, reply: Reply, before: Sequence[int]) -> list[int]:
        try:
            if before:
                return await self._sender.replace(received.place, before, reply, received.replies_to)
            return await self._sender.answer(received, reply)
        except ChatMigrated as error:
            await self._advisor.move_community(PLATFORM, str(received.place.chat), str(error.new_chat_id))
            moved = Place(error.new_chat_id, received.place.topic)
            return await self._sender.send(moved, reply)

    async def _finish(self, item: Item, received: Received, outgoing: Outgoing, taken: Sequence[int]) -> None:
        """Drop a handled update, and keep what is needed to follow it up."""
        async with self._database.transaction() as transaction:
            if received.question and outgoing.verdict and taken:
                await answers.keep(transaction, received.question, taken, item.at)
            if outgoing.erased:
                await personal.ask_wiping(transaction, item.at)
            await inbox.drop(transaction, item.number)

    async def _send_unasked(self, place: Place, address: Address, outgoing: Outgoing) -> None:
        try:
            for reply in outgoing.replies:
                await self._sender.send(place, reply)
        except UnreachableError as error:
            await self._note_unreachable(address, error)
        except (OutageError, TelegramError) as error:
            _log.warning("A message that nobody asked for was not sent. %s", error)

    async def _note_unreachable(self, address: Address, error: UnreachableError) -> None:
        _log.info("Telegram refuses a message for good (%s).", error)
        if address.community is None:
            await self._advisor.note_unreachable(address, self._now())

    async def _stops_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True


def _bot(connection: Connection) -> ExtBot[int]:
    pool = HTTPXRequest(_CONNECTIONS, proxy=connection.proxy, pool_timeout=_POLLED)
    polling = HTTPXRequest(1, proxy=connection.proxy)
    return ExtBot(
        connection.token,
        f"{connection.api}/bot",
        f"{connection.api}/file/bot",
        request=pool,
        get_updates_request=polling,
        rate_limiter=AIORateLimiter(max_retries=_RETRIES) if connection.paced else None,
    )


def _place(address: Address) -> Place:
    if address.community is None:
        return Place(int(address.account))
    return Place(int(address.community), int(address.place) if address.place else None)


def _refused() -> BotError:
    return BotError("Telegram refuses the token. Copy it again from @BotFather into VIGIE_TELEGRAM_TOKEN.")


def _why(error: Exception) -> str:
    """Return in words why Telegram cannot be asked; what its errors say may hold an address with the token."""
    match error:
        case Conflict():
            return "Another process takes the updates of this bot: stop it, or give this one a bot of its own."
        case RetryAfter():
            return "Telegram asks for patience."
        case BadRequest():
            return f"Telegram refuses ({error.message})."
        case NetworkError():
            return f"There is no connection ({type(error).__name__}): check the network, the proxy and the address."
        case _:
            return str(error)
