"""The client: what Discord tells it, handed on; and its buttons, which outlive it."""

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import aiohttp
import discord
from discord import app_commands
from yarl import URL

from bot.core.messages import Event
from bot.platforms.discord.commands import Interaction
from bot.platforms.discord.desk import KEEPS, Desk
from bot.platforms.inbox import PAUSES

_ID = re.compile(r"(?P<kind>[a-z]{1,9}):(?P<version>\d+):(?P<owner>[0-9a-f]{16}):.{1,60}|link:.{0,64}")
"""The ids of Vigie's buttons and lists: kind, version, owner and what they are about; a link is for anybody."""

_log = logging.getLogger(__name__)


def _in_one_line(record: logging.LogRecord) -> bool:
    """Have the library name what went wrong: where in its own code it stood helps nobody."""
    if record.exc_info and record.exc_info[0]:
        record.msg, record.args = f"{record.getMessage()} ({record.exc_info[0].__name__})", ()
        record.exc_info = None
    return True


for _each in ("discord.client", "discord.shard"):
    logging.getLogger(_each).addFilter(_in_one_line)
# It warns that it cannot speak: nobody wants it to.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds between one thing and the next.

    Attributes:
        retries: between attempts at an event.
        keeps: between attempts to keep one, before it is answered without.
        reconnects: between connections; Discord allows a thousand a day
            (https://discord.com/developers/docs/events/gateway#session-start-limit-object).
        identifies: between sessions of one connection
            (https://discord.com/developers/docs/events/gateway#rate-limiting).
        servers: without another server, after which there are no more.
        patience: without a connection, after which it is made anew: the library waits ever longer between attempts.
        tended: between looks at the roles to give, and at where to be quiet.
    """

    retries: Sequence[float] = PAUSES
    keeps: Sequence[float] = KEEPS
    reconnects: Sequence[float] = (1.0, 5.0, 15.0, 60.0, 120.0, 300.0)
    identifies: float = 5.0
    servers: float = 2.0
    patience: float = 60.0
    tended: float = 5.0


class Watches(Protocol):
    """What is told of the connection."""

    async def connected(self, client: "VigieClient") -> None:
        """Hear that messages can be sent by a client."""
        ...

    async def ready(self, client: "VigieClient") -> None:
        """Hear that a client knows all about the servers."""
        ...


class VigieClient(discord.Client):
    """Discord's client for one connection; it is made anew for the next one."""

    def __init__(
        self,
        intents: discord.Intents,
        gateway: str | None,
        timing: Timing,
        desk: Desk,
        watches: Watches,
        **options: Any,
    ) -> None:
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            # The library does it in a task that nobody looks after when the connection is lost meanwhile.
            chunk_guilds_at_startup=False,
            guild_ready_timeout=timing.servers,
            **options,
        )
        self._timing = timing
        self._gateway = gateway and URL(gateway)
        self._desk = desk
        self._watches = watches
        self._launched: set[int] = set()
        self._lost_at: float | None = None
        self.tree = _Tree(self)

    async def setup_hook(self) -> None:
        """Have the buttons heard that were sent before."""
        self.add_dynamic_items(Pressed)
        await self._watches.connected(self)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Hand on an event; what the library still has to say once it is closed, it has no loop left to say in."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    @property
    def lost_for(self) -> float:
        """For how many seconds there has been no connection, after there was one."""
        return 0.0 if self._lost_at is None else asyncio.get_running_loop().time() - self._lost_at

    async def on_disconnect(self) -> None:
        """Note that the connection is lost."""
        if self._lost_at is None and not self.is_closed():
            self._lost_at = asyncio.get_running_loop().time()
            _log.info("The connection to Discord is lost. It is taken up again where it broke off.")

    async def on_resumed(self) -> None:
        """Note that the connection stands again, and that all is known which was to be known."""
        self._lost_at = None
        await self._watches.ready(self)

    async def on_connect(self) -> None:
        """Note that the connection stands, and resume it at the gateway that was set."""
        self._lost_at = None
        if self._gateway and self.ws:
            self.ws.gateway = self._gateway

    async def before_identify_hook(self, _: int | None, *, initial: bool = False) -> None:
        """Wait between one session and the next."""
        if not initial:
            await asyncio.sleep(self._timing.identifies)

    async def press(self, interaction: Interaction) -> None:
        """Hand on a button, a list or a form."""
        await self._desk.press(interaction)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Hand on what no item of the client's hears: a form, and a button that its message no longer holds."""
        is_form = interaction.type is discord.InteractionType.modal_submit
        is_component = interaction.type is discord.InteractionType.component
        if is_form or (is_component and not _is_held(interaction)):
            await self._desk.press(interaction)

    async def on_message(self, message: discord.Message) -> None:
        """Hand on a message."""
        await self._hear(message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Hand on a message that was written anew; a preview that Discord adds to one is no edit."""
        if payload.message.edited_at is not None:
            await self._hear(payload.message, edited=True)

    async def on_member_join(self, member: discord.Member) -> None:
        """Hand on that somebody joined a server, unless its screening is before them."""
        if not member.pending:
            await self._desk.joined(member)

    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Hand on that somebody passed the screening of a server."""
        if before.pending and not after.pending:
            await self._desk.joined(after)

    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        """Hand on that somebody left a server, or was put out of it."""
        await self._desk.left(payload.guild_id, payload.user)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Hand on that Vigie was taken in a server."""
        await self._desk.server(guild, Event.TAKEN_IN)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Hand on that Vigie was put out of a server."""
        await self._desk.server(guild, Event.PUT_OUT)

    async def on_ready(self) -> None:
        """Hand on that everything about the servers is known."""
        if self.intents.members:
            await self._learn_members()
        await self._watches.ready(self)

    async def _hear(self, message: discord.Message, *, edited: bool = False) -> None:
        if self.user:
            await self._desk.message(message, self.user.id, edited=edited)

    async def _learn_members(self) -> None:
        """Ask who is in the servers, among them those whose screening is before them."""
        try:
            async with asyncio.timeout(self._timing.patience):
                await asyncio.gather(*(guild.chunk() for guild in self.guilds))
        except (discord.ClientException, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.info("Who is in the servers is not known yet (%s).", type(error).__name__)

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        """Log what one event met: the others go on."""
        _log.exception("An event of Discord failed (%s).", event_method)


def _is_held(interaction: Interaction) -> bool:
    """Tell whether a button or a list of Vigie's is still in its message."""
    pressed = str(dict(interaction.data or {}).get("custom_id"))
    rows = interaction.message.components if interaction.message else []
    held = (item for row in rows if isinstance(row, discord.ActionRow) for item in row.children)
    is_ours = _ID.fullmatch(pressed) is not None
    return is_ours and any(getattr(item, "custom_id", None) == pressed for item in held)


class ShardedVigieClient(VigieClient, discord.AutoShardedClient):
    """The same, for a bot in so many servers that Discord wants several connections."""

    async def on_connect(self) -> None:
        """Note that the connections stand: each has a gateway of its own."""
        self._lost_at = None

    async def on_disconnect(self) -> None:
        """Leave it to the library: one shard of several is no reason to connect all of them anew."""

    async def launch_shard(self, gateway: URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard, at the gateway that was set or at the one that Discord names; once.

        Raises:
            ConnectionError: it could not be connected: the library would try for ever, each time within the last.
        """
        if shard_id in self._launched:
            raise ConnectionError("a shard could not be connected")
        self._launched.add(shard_id)
        await super().launch_shard(self._gateway or gateway, shard_id, initial=initial)


class Pressed(discord.ui.DynamicItem[discord.ui.Item[Any]], template=_ID):
    """A button or a list of Vigie's, whenever it was sent."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """Return what was pressed."""
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        """Hand it on."""
        if isinstance(interaction.client, VigieClient):
            await interaction.client.press(interaction)


class _Tree(app_commands.CommandTree[VigieClient]):
    async def on_error(self, _: Interaction, error: app_commands.AppCommandError, /) -> None:
        if isinstance(error, app_commands.CommandNotFound):
            _log.warning("A command that is no more was used (%s).", error.name)
        else:
            _log.error("A command failed.", exc_info=error)
