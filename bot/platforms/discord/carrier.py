"""What carries messages from Discord and to it."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

import discord

from bot.core.advisor import Advisor
from bot.core.buttons import ButtonKind, kind_of
from bot.core.commands import read_command
from bot.core.messages import Address, Due, Event, Incoming, Manner, Outgoing, Posting, Reply
from bot.core.team import concerns_team
from bot.platforms.discord.incoming import ORIGINAL, PLATFORM, DiscordReceived, channel_of, read_again
from bot.platforms.discord.markup import Message, messages
from bot.platforms.discord.outgoing import Sender
from bot.platforms.discord.teams import ASKED_ABOUT, with_teams
from bot.platforms.discord.visibility import Visibility
from bot.platforms.errors import NowhereError, OutageError, SilencedError
from bot.platforms.parts import Part, Post, Removal, files, parts, posts
from bot.rendering.wording import Asides
from bot.storage.inbox import Item

_log = logging.getLogger(__name__)

_DIRECT_MESSAGES = "https://discord.com/channels/@me"


class DiscordCarrier:
    """Reads what was kept, and sends messages, as the client of the moment."""

    platform = PLATFORM
    refusals = discord.DiscordException

    def __init__(self, asides: Asides, visibility: Visibility, advisor: Advisor) -> None:
        self._asides = asides
        self._visibility = visibility
        self._advisor = advisor
        self._client: discord.Client | None = None
        self._sender: Sender | None = None
        self._acknowledging: dict[str, asyncio.Task[None]] = {}

    def connect(self, client: discord.Client) -> None:
        """Send by a client from now on."""
        self._client = client
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
        """Return what the core hears of what was kept, with what somebody who writes in private is elsewhere."""
        received = read_again(item.payload)
        incoming = received.incoming
        if incoming.address.community is not None or not concerns_team(incoming.text, incoming.button):
            return received
        if self._client is None:
            raise OutageError("Discord is not connected yet.")
        seen_in = await self._advisor.communities_of(incoming.address)
        return replace(received, incoming=await with_teams(self._client, incoming, seen_in[:ASKED_ABOUT]))

    def parts(self, received: DiscordReceived, replies: Sequence[Reply], before: Sequence[int]) -> list[Part[Message]]:
        """Return all that answers an event, in order; what an interaction holds open is filled in."""
        if received.in_private and _is_aside(replies):
            return parts(received, replies, (ORIGINAL,), messages)
        if received.in_private:
            word = Message(self._asides.written_in_private, link=self._asides.open_private)
            return [*parts(received, replies, (), messages), Post(word, ORIGINAL)]
        if received.shows_waiting and not received.incoming.unseen and _is_aside(replies):
            # All see that an answer is awaited, and it is for one: Discord would show it to all in the same place.
            return [Removal(ORIGINAL), *parts(received, replies, (), messages)]
        return parts(received, replies, (ORIGINAL,) if received.shows_waiting else before, messages)

    async def acknowledge(self, received: DiscordReceived, _replies: Sequence[Reply]) -> None:
        """Wait until Discord knows that an interaction was heard; what was just set holds from before it is shown."""
        if _may_silence(received.incoming):
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

    async def post(self, posting: Posting, /) -> None:
        """Say something for all to read in a server."""
        await self._say_to_all(posting.address, (posting.reply,), posting.replies_to)

    async def take_away(self, received: DiscordReceived, /) -> None:
        """Leave everything: a command that others see was written in a message, and is answered by how it is used."""

    async def deliver(self, due: Due) -> None:
        """Send what falls due: for all to read in a server, or in the direct message, as nobody else's business."""
        if due.to_all:
            await self._say_to_all(due.address, due.outgoing.replies, due.replies_to)
            return
        channel = await self._open.direct(int(due.address.account))
        for part in _posts(due.outgoing.replies):
            await self._open.post(channel, part)

    def reached(self, address: Address, event: Event | None) -> Address:
        """Return the server where something happened; what falls due goes to the person."""
        return address if event else replace(address, community=None)

    def privately(self, received: DiscordReceived, /) -> DiscordReceived | None:
        """Return the event as it is: what answers a command in a message is no secret, and all others are unseen."""
        return received

    def otherwise(self, received: DiscordReceived) -> DiscordReceived | None:
        """Return the event as it is heard where direct messages are closed."""
        return received.otherwise

    async def _say_to_all(self, address: Address, replies: Sequence[Reply], replies_to: str | None) -> None:
        """Say something in a channel of a server; where it is for none of them, where Discord itself writes."""
        channel = channel_of(address) or await self._open.main_channel(int(address.community or 0))
        for part in _posts(replies, replies_to):
            await self._open.post(channel, part)

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


def _may_silence(incoming: Incoming) -> bool:
    """Tell whether something may change where Vigie is to be quiet."""
    if incoming.button:
        return kind_of(incoming.button) in (ButtonKind.SETTING, ButtonKind.SILENCE)
    command = read_command(incoming.text)
    return command is not None and command.name == "silence"


def _posts(replies: Sequence[Reply], replies_to: str | None = None) -> Iterator[Part[Message]]:
    """Yield all that replies take, the first of it in reply to a message."""
    tied_to = int(replies_to) if replies_to else None
    for reply in replies:
        yield from posts(messages(reply), replies_to=tied_to)
        yield from files(reply)
        tied_to = None


def _is_aside(replies: Sequence[Reply]) -> bool:
    """Tell whether replies are for who asked alone."""
    return all(reply.manner is Manner.NOTICE for reply in replies)
