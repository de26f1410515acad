"""Telegram's adapter: connects, keeps what Telegram delivers until it is answered, and stops cleanly."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from telegram import InlineQuery, Update
from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, ExtBot

from bot.content.corpus import digest
from bot.core.advisor import Advisor
from bot.core.messages import Due
from bot.errors import BotError
from bot.operating.figures import UNCOUNTED, Figures, Trouble
from bot.platforms.base import is_set_within, result_until
from bot.platforms.errors import OutageError, UnreachableError
from bot.platforms.handling import Handling
from bot.platforms.inbox import PAUSES, Inbox, pauses
from bot.platforms.telegram.carrier import TelegramCarrier
from bot.platforms.telegram.commands import publish_commands
from bot.platforms.telegram.incoming import PLATFORM, lane
from bot.platforms.telegram.outgoing import Sender
from bot.platforms.telegram.readiness import report
from bot.platforms.telegram.transport import AiohttpRequest, surrounding_proxy
from bot.platforms.telegram.updates import explained, listen, poll
from bot.platforms.telegram.webhook import Webhook
from bot.rendering.wording import Wording
from bot.storage.database import Database, DatabaseError
from bot.storage.inbox import Delivered

CONNECTIONS = 16
"""Messages on their way at the same time: those that are not recorded when the process is killed go out again."""
_CONNECTION_WAIT = 30
"""Seconds that a message waits for one of the connections to be free."""
_RETRIES = 5
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
        seconds: Sequence[float] = PAUSES,
        figures: Figures = UNCOUNTED,
    ) -> None:
        self._figures = figures
        self._database = database
        self._subject = f"{PLATFORM} ({digest(connection.token)})"
        self._webhook = connection.webhook
        self._advisor = advisor
        self._wording = wording
        self._bot = made_bot(connection)
        self._carrier = TelegramCarrier(self._bot, advisor, now)
        self._handling = Handling(self._carrier, advisor, database, now, figures)
        self._seconds = seconds
        self._inbox = Inbox(database, PLATFORM, self._handling.handle, now, seconds)
        self._is_ready = False
        self._stopping = asyncio.Event()
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
        except* BotError as group:
            raise group.exceptions[0] from None
        finally:
            self._is_ready = False
            await asyncio.gather(*self._listing, return_exceptions=True)
            await self._bot.shutdown()

    @property
    def is_ready(self) -> bool:
        """Whether messages can be sent."""
        return self._is_ready

    def stop(self) -> None:
        """Take nothing new; `run` returns once what was begun is finished."""
        self._stopping.set()
        self._inbox.stop()

    async def deliver(self, due: Due) -> None:
        """Send what nobody asked for at this moment: once, and not again if it fails."""
        await self._handling.deliver(due)

    async def _connect(self) -> None:
        """Wait until Telegram can be reached, and tell it and the log what there is to tell."""
        for pause in pauses(self._seconds):
            try:
                await self._bot.initialize()
                await publish_commands(self._bot, self._wording.commands)
                await report(self._bot, await self._advisor.communities(PLATFORM))
            except (TelegramError, DatabaseError) as error:
                _log.warning("Telegram cannot be served yet. %s", explained(error))
            else:
                self._is_ready = True
                return
            if await is_set_within(self._stopping, pause):
                return

    async def _take_until_stopped(self) -> None:
        """Take updates, in the way that was chosen, until stopped or until they cannot be taken at all."""
        webhook = self._webhook
        taking = listen(self._bot, webhook, self._accept, self._seconds) if webhook else self._poll_in_turn()
        try:
            await result_until(self._stopping, taking)
        finally:
            self._inbox.stop()

    async def _poll_in_turn(self) -> None:
        """Ask for updates as long as no other process does: Telegram gives them to one alone."""
        while True:
            async with self._database.leads(self._subject) as lost:
                await result_until(lost, poll(self._bot, self._accept, self._seconds, self._hear))
            _log.warning("Another process may ask for Telegram's updates now.")
            # Whoever does not ask hears no more whether Telegram is there, and sends as long as it goes.
            self._hear(True)  # noqa: FBT003 - what is heard is yes or no

    async def _accept(self, updates: Sequence[Update]) -> None:
        """Keep updates; what is asked inline is answered at once or never, and is not kept."""
        kept = [update for update in updates if update.inline_query is None]
        if kept:
            await self._inbox.accept([Delivered(str(each.update_id), lane(each), each.to_json()) for each in kept])
            self._carrier.remember(kept)
        for update in updates:
            if update.inline_query:
                listing = asyncio.create_task(self._list(update.inline_query))
                self._listing.add(listing)
                listing.add_done_callback(self._listing.discard)

    async def _list(self, query: InlineQuery) -> None:
        found = self._advisor.look_up(query.query, _LISTED)
        try:
            await Sender(self._bot).list_found(query.id, found, self._wording.labels.in_private)
        except (OutageError, UnreachableError, TelegramError) as error:
            _log.warning("An inline query could not be answered. %s", error)

    def _hear(self, is_reached: bool) -> None:  # noqa: FBT001 - what is heard is yes or no
        self._is_ready = is_reached
        if not is_reached:
            self._figures.troubled(PLATFORM, Trouble.OUTAGE)


def made_bot(connection: Connection) -> ExtBot[int]:
    """Return a client that is not connected yet."""
    proxy = connection.proxy or surrounding_proxy(connection.api)
    return ExtBot(
        connection.token,
        f"{connection.api}/bot",
        f"{connection.api}/file/bot",
        request=AiohttpRequest(CONNECTIONS, _CONNECTION_WAIT, proxy),
        get_updates_request=AiohttpRequest(1, _CONNECTION_WAIT, proxy),
        rate_limiter=AIORateLimiter(max_retries=_RETRIES) if connection.paced else None,
    )
