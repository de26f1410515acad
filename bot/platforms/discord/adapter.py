"""Discord's adapter: keeps a client connected, takes in what it tells until it is answered, and stops cleanly."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp
import discord
from yarl import URL

from bot.core.advisor import Advisor
from bot.core.messages import Address, Due
from bot.errors import BotError
from bot.operating.figures import UNCOUNTED, Figures, Trouble
from bot.platforms.discord.carrier import DiscordCarrier
from bot.platforms.discord.client import ShardedVigieClient, Timing, VigieClient
from bot.platforms.discord.commands import add_commands, publish_commands
from bot.platforms.discord.desk import Desk
from bot.platforms.discord.granting import give_roles
from bot.platforms.discord.incoming import PLATFORM
from bot.platforms.discord.readiness import report
from bot.platforms.discord.visibility import Visibility
from bot.platforms.errors import OutageError
from bot.platforms.handling import Handling
from bot.platforms.inbox import Inbox, pauses
from bot.rendering.wording import Wording
from bot.storage.database import Database, DatabaseError
from bot.storage.inbox import EVERYTHING, Shards

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
_BAD_TOKEN, _BAD_INTENTS = 4004, 4013

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Connection:
    """How Discord is reached.

    Attributes:
        token: the bot's, from the developer portal.
        api: the address of the HTTP API, where a proxy stands in for Discord's.
        gateway: the address of the gateway, where a proxy stands in for the one that Discord names.
        welcomes: whether to ask to be told who joins, which the developer portal must allow.
        shards: the shards that this process serves; None for all, as many as Discord wants.
    """

    token: str = field(repr=False)
    api: str = "https://discord.com/api/v10"
    gateway: str | None = None
    welcomes: bool = True
    shards: Shards | None = None


class DiscordAdapter:
    """Serves the servers and the direct messages of one bot."""

    name = PLATFORM

    def __init__(
        self,
        connection: Connection,
        advisor: Advisor,
        wording: Wording,
        database: Database,
        now: Callable[[], datetime],
        timing: Timing = Timing(),  # noqa: B008 - it is frozen
        figures: Figures = UNCOUNTED,
    ) -> None:
        self._figures = figures
        self._connection = connection
        self._advisor = advisor
        self._wording = wording
        self._database = database
        self._timing = timing
        self._shards = connection.shards or EVERYTHING
        self._asks_for_members = connection.welcomes
        self._visibility = Visibility(advisor, now)
        self._carrier = DiscordCarrier(wording.asides, self._visibility, advisor)
        self._handling = Handling(self._carrier, advisor, database, now, figures)
        self._inbox = Inbox(database, PLATFORM, self._handling.handle, now, timing.retries, self._shards)
        self._desk = Desk(advisor, self._carrier, self._handling, self._inbox, self._visibility, now, timing.keeps)
        self._now = now
        self._is_ready = False
        self._was_ready = False

    async def run(self) -> None:
        """Serve until stopped.

        Raises:
            BotError: Discord refuses the token.
        """
        reach(self._connection)
        connecting = asyncio.create_task(self._keep_connected())
        connecting.add_done_callback(lambda _: self._inbox.stop())
        try:
            # What was begun is finished before the client goes.
            await self._inbox.empty()
            await self._desk.finish()
        finally:
            self._is_ready = False
            if not connecting.done():
                connecting.cancel()
            await asyncio.wait((connecting,))
            # What the client tells at its very end is heard, too.
            await asyncio.sleep(0)
            await self._desk.finish()
        if not connecting.cancelled():
            connecting.result()

    @property
    def is_ready(self) -> bool:
        """Whether messages can be sent."""
        return self._is_ready

    def stop(self) -> None:
        """Take nothing new; `run` returns once what was begun is finished."""
        self._inbox.stop()

    async def deliver(self, due: Due) -> None:
        """Send what nobody asked for at this moment: once, and not again if it fails."""
        await self._handling.deliver(due)

    async def connected(self, client: VigieClient) -> None:
        """Send by a client from now on, and tell Discord the commands if they changed."""
        self._carrier.connect(client)
        await self._visibility.refresh()
        await publish_commands(client.tree, self._database)

    async def ready(self, client: VigieClient) -> None:
        """Take in which servers there are, and tell the log what there is to tell."""
        if self._is_ready:
            return
        self._is_ready = self._was_ready = True
        try:
            known = await self._advisor.communities(PLATFORM)
            here = {str(guild.id) for guild in client.guilds}
            gone = [each for each in known if self._shards.hold(int(each.id)) and each.id not in here]
            for each in gone:
                await self._advisor.note_unreachable(Address(PLATFORM, "", each.id), self._now())
        except DatabaseError as error:
            _log.warning("The servers could not be looked up. %s", error)
        else:
            report(client, [each for each in known if each not in gone])

    async def _keep_connected(self) -> None:
        """Connect, and connect anew when that ends, until cancelled."""
        waits = pauses(self._timing.reconnects)
        while True:
            self._was_ready = False
            try:
                await self._serve_once()
            except Exception as error:  # the client fails in many ways, and none may end the process
                self._note(error)
            waits = pauses(self._timing.reconnects) if self._was_ready else waits
            await asyncio.sleep(next(waits))

    async def _serve_once(self) -> None:
        """Connect, in as many shards as Discord wants, and stay connected as long as the client knows how to."""
        async with self._made(VigieClient) as client:
            await client.login(self._connection.token)
            shards, gateway, _ = await client.http.get_bot_gateway()
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(self._connection.gateway or gateway)
            if shards == 1 and self._connection.shards is None:
                await self._stay(client)
                return
        async with self._made(ShardedVigieClient, **_divided(self._connection.shards)) as client:
            await client.login(self._connection.token)
            await self._stay(client)

    async def _stay(self, client: VigieClient) -> None:
        """Stay connected, until the client gives up or has been without a connection for too long."""
        connecting = asyncio.create_task(client.connect())
        tending = asyncio.create_task(self._tend(client))
        try:
            await asyncio.wait((connecting, tending), return_when=asyncio.FIRST_COMPLETED)
            await (connecting if connecting.done() else tending)
        except AttributeError as error:
            # What the library makes of a gateway that it cannot reach the very first time.
            raise ConnectionError("the gateway cannot be reached") from error
        finally:
            self._is_ready = False
            for task in (connecting, tending):
                task.cancel()
            await asyncio.gather(connecting, tending, return_exceptions=True)

    def _made(self, kind: type[VigieClient], **options: object) -> VigieClient:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, members=self._asks_for_members)
        client = kind(intents, self._connection.gateway, self._timing, self._desk, self, **options)
        add_commands(client.tree, self._wording, self._advisor, self._desk)
        return client

    async def _tend(self, client: VigieClient) -> None:
        """Do from time to time what nobody does anything for.

        Raises:
            ConnectionError: the connection has been lost for so long that it is better made anew.
        """
        while True:
            await asyncio.sleep(self._timing.tended)
            if client.lost_for > self._timing.patience:
                raise ConnectionError("the connection was lost for long")
            if not self._is_ready or client.lost_for:
                continue
            try:
                await self._visibility.refresh()
                await give_roles(client, self._advisor, self._shards)
            except (DatabaseError, OutageError) as error:
                _log.warning("Roles have to wait. %s", error)

    def _note(self, error: Exception) -> None:
        """Log why a connection ended, and what is done about it.

        Raises:
            BotError: there is nothing to wait for.
        """
        code = error.code if isinstance(error, discord.ConnectionClosed) else None
        if isinstance(error, discord.LoginFailure) or code == _BAD_TOKEN:
            raise BotError(
                "Discord refuses the token. Copy it again from the developer portal, page Bot, into"
                " VIGIE_DISCORD_TOKEN."
            ) from None
        if code == _BAD_INTENTS:
            raise BotError("Discord knows the intents no longer that Vigie asks for: upgrade Vigie.") from None
        if isinstance(error, discord.PrivilegedIntentsRequired):
            self._asks_for_members = False
            _log.warning(
                "Discord does not let Vigie know who joins: nobody is welcomed, and all else is served. To have"
                " newcomers welcomed: developer portal, page Bot, Server Members Intent; then start Vigie anew. To do"
                " without: VIGIE_DISCORD_WELCOMES=false."
            )
            return
        self._figures.troubled(PLATFORM, Trouble.OUTAGE)
        _log.warning("Discord cannot be served now. %s", _explained(error))


def _divided(shards: Shards | None) -> dict[str, object]:
    """Return what tells a client which shards are its own."""
    return {"shard_ids": list(range(shards.first, shards.last + 1)), "shard_count": shards.count} if shards else {}


def reach(connection: Connection) -> None:
    """Have the client reach Discord where the settings say; it knows one such place a process."""
    discord.http.Route.BASE = connection.api


def _explained(error: Exception) -> str:
    """Return in words why there is no connection; what the errors say themselves may hold more than a log should."""
    match error:
        case DatabaseError():
            return str(error)
        case discord.ConnectionClosed():
            return f"The connection was closed (code {error.code}). It is tried again."
        case discord.GatewayNotFound():
            return "It does not say where its gateway is. It is tried again."
        case discord.HTTPException():
            return f"It answers with status {error.status}. It is tried again."
        case aiohttp.ClientError() | OSError() | TimeoutError():
            return f"There is no connection ({type(error).__name__}): check the network and the address."
        case _:
            return f"The client failed ({type(error).__name__}). It is started anew."
