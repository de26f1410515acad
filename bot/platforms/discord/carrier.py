"""What carries messages from Discord and to it."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

import discord

from bot.core.buttons import ButtonKind, kind_of
from bot.core.messages import Address, Due, Event, Manner, Outgoing, Reply
from bot.platforms.discord.incoming import ORIGINAL, PLATFORM, DiscordReceived, read_again
from bot.platforms.discord.markup import Message, messages
from bot.platforms.discord.outgoing import Sender
from bot.platforms.discord.visibility import Visibility
from bot.platforms.errors import NowhereError, OutageError, SilencedError
from bot.platforms.parts import Part, Post, parts, posts
from bot.rendering.wording import Asides
from bot.storage.inbox import Item

_log = logging.getLogger(__name__)

_DIRECT_MESSAGES = "https://discord.com/channels/@me"


class DiscordCarrier:
    """Reads what was kept, and sends messages, as the client of the moment."""

    platform = PLATFORM
    refusals = discord.DiscordException

    def __init__(self, asides: Asides, visibility: Visibility) -> None:
        self._asides = asides
        self._visibility = visibility
        self._sender: Sender | None = None
        self._acknowledging: dict[str, asyncio.Task[None]] = {}

    def connect(self, client: discord.Client) -> None:
        """Send by a client from now on."""
        self._sender = Sender(client)

    def hold_open(self, interaction: discord.Interaction, received: DiscordReceived) -> None:
        """Begin to tell Discord that an interaction was heard, before anything else is done about it."""
        acknowledging = asyncio.create_task(Sender(interaction.client).acknowledge(interaction, received))
        identifier = str(interaction.id)
        self._acknowledging[identifier] = acknowledging
        acknowledging.add_done_callback(lambda done: self._held_open(identifier, done))

    @property
    def acknowledging(self) -> tuple[asyncio.Task[None], ...]:
        """What is being told to Discord of what was heard."""
        return tuple(self._acknowledging.values())

    async def read(self, item: Item) -> DiscordReceived | None:
        """Return what the core hears of what was kept."""
        return read_again(item.payload)

    def parts(self, received: DiscordReceived, replies: Sequence[Reply], before: Sequence[int]) -> list[Part[Message]]:
        """Return all that answers an event, in order; what an interaction holds open is filled in."""
        if received.in_private and all(reply.manner is Manner.NOTICE for reply in replies):
            return parts(received, replies, (ORIGINAL,), messages)
        if received.in_private:
            word = Message(self._asides.written_in_private, link=self._asides.open_private)
            return [*parts(received, replies, (), messages), Post(word, ORIGINAL)]
        return parts(received, replies, (ORIGINAL,) if received.shows_waiting else before, messages)

    async def acknowledge(self, received: DiscordReceived, _replies: Sequence[Reply]) -> None:
        """Wait until Discord knows that an interaction was heard; what was just set holds from before it is shown."""
        if kind_of(received.incoming.button or "") is ButtonKind.SETTING:
            await self._visibility.refresh()
        identifier = (received.incoming.id or "").partition("/")[0]
        acknowledging = self._acknowledging.get(identifier)
        if acknowledging:
            await asyncio.wait((acknowledging,))

    def _held_open(self, identifier: str, acknowledging: asyncio.Task[None]) -> None:
        self._acknowledging.pop(identifier, None)
        error = None if acknowledging.cancelled() else acknowledging.exception()
        if error:
            _log.warning("An interaction could not be acknowledged. %s", error)

    async def send(self, received: DiscordReceived, part: Part[Message]) -> int | None:
        """Do what a part says; return the message that shows it, if one does."""
        is_word = isinstance(part, Post) and part.replaces == ORIGINAL
        if received.in_private:
            channel = await self._open.direct(int(received.incoming.address.account))
            if not is_word:
                return await self._open.post(channel, part)
            part = _leading_to(part, channel)
        return await self._open.answer(received, part)

    async def tell(self, received: DiscordReceived, outgoing: Outgoing) -> None:
        """Send what is said of something that happened in a server: where its team chose, or where Discord says so."""
        chosen = int(outgoing.place) if outgoing.place else None
        if chosen is None and received.channel is None:
            raise NowhereError("there is no channel to write in")
        for number, part in enumerate(_posts(outgoing.replies)):
            try:
                await self._open.post(chosen or received.channel, part)
            except SilencedError:
                if number or chosen is None or received.channel is None:
                    raise
                chosen = None
                await self._open.post(received.channel, part)

    async def deliver(self, due: Due) -> None:
        """Send what falls due, in the direct message: it is nobody else's business."""
        channel = await self._open.direct(int(due.address.account))
        for part in _posts(due.outgoing.replies):
            await self._open.post(channel, part)

    def reached(self, address: Address, event: Event | None) -> Address:
        """Return the server where something happened; what falls due goes to the person."""
        return address if event else replace(address, community=None)

    def otherwise(self, received: DiscordReceived) -> DiscordReceived | None:
        """Return the event as it is heard where direct messages are closed."""
        return received.otherwise

    @property
    def _open(self) -> Sender:
        if self._sender is None or not self._sender.is_open:
            raise OutageError("Discord is not connected yet.")
        return self._sender


def _leading_to(part: Part[Message], channel: int) -> Part[Message]:
    """Return the word that an answer is elsewhere, with the address of where it is."""
    if not isinstance(part, Post) or not part.shown.link:
        return part
    return replace(part, shown=replace(part.shown, address=f"{_DIRECT_MESSAGES}/{channel}"))


def _posts(replies: Sequence[Reply]) -> list[Part[Message]]:
    return [part for reply in replies for part in posts(messages(reply))]
