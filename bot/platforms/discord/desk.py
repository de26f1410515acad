"""Where what happens on Discord comes in: heard, acknowledged where Discord waits, and kept until it is answered."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

import discord

from bot.core.advisor import Advisor
from bot.core.buttons import ButtonKind, kind_of
from bot.core.commands import read_command
from bot.core.messages import Event, Form
from bot.platforms.discord.carrier import DiscordCarrier
from bot.platforms.discord.commands import Interaction
from bot.platforms.discord.forms import WrittenForm
from bot.platforms.discord.incoming import (
    DiscordReceived,
    Place,
    heard_command,
    heard_in_private,
    heard_joining,
    heard_leaving,
    heard_menu,
    heard_message,
    heard_of_server,
    heard_press,
    heard_team,
    heard_tip_menu,
    kept,
    lane,
)
from bot.platforms.discord.markup import Message
from bot.platforms.discord.requests import asked
from bot.platforms.discord.visibility import Visibility
from bot.platforms.errors import OutageError, UnreachableError
from bot.platforms.handling import Handling
from bot.platforms.inbox import Inbox
from bot.storage.database import DatabaseError
from bot.storage.inbox import Delivered

_SEEN_BY_ALL = frozenset({"question"})
"""The commands whose answer others may read; all others are somebody's own business."""
_IN_PRIVATE = frozenset({"parcours"})
_LOOKED_UP_WITHIN = 1.5
"""Seconds that a form may be looked up: Discord takes one within three."""
KEEPS = (0.5, 1.0)
"""Seconds between attempts to keep an event. Of several processes, each is told all of them: whoever gave up at once
would say that nothing can be kept, beside another one's answer."""
_REMEMBERED = 1024
"""The last events that could not be kept: Discord may tell of them once more."""

_log = logging.getLogger(__name__)


class Desk:
    """Takes in what the client tells."""

    def __init__(
        self,
        advisor: Advisor,
        carrier: DiscordCarrier,
        handling: Handling[DiscordReceived, Message],
        inbox: Inbox,
        visibility: Visibility,
        now: Callable[[], datetime],
        keeps: Sequence[float] = KEEPS,
    ) -> None:
        self._keeps = keeps
        self._keeping: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._unkept: deque[str] = deque(maxlen=_REMEMBERED)
        self._advisor = advisor
        self._carrier = carrier
        self._handling = handling
        self._inbox = inbox
        self._visibility = visibility
        self._now = now
        self._in_hand: set[asyncio.Task[Any]] = set()

    async def command(self, interaction: Interaction, text: str, *, to_all: bool | None = None) -> None:
        """Take in a command as it would be typed, and whether all may read its answer, None where that is left open."""
        command = read_command(text)
        name = command.name if command else ""
        unseen = name not in _SEEN_BY_ALL or self._is_unseen(interaction, to_all=to_all)
        received = heard_command(interaction, text, self._now(), unseen=unseen)
        await self._take(interaction, heard_in_private(received) if name in _IN_PRIVATE else received)

    async def menu(self, interaction: Interaction, message: discord.Message) -> None:
        """Take in that somebody asks about a message."""
        # That there is nothing to read in it is of no use to others.
        unseen = self._is_unseen(interaction, to_all=None) or not message.content.strip()
        await self._take(interaction, heard_menu(interaction, message, self._now(), unseen=unseen))

    async def team_command(
        self,
        interaction: Interaction,
        text: str,
        *,
        place: Place | None = None,
        person: discord.abc.User | None = None,
    ) -> None:
        """Take in a command of those who moderate, for a place if not where it is used, and about a person."""
        await self._take(interaction, heard_team(interaction, text, self._now(), place=place, person=person))

    async def tip_menu(self, interaction: Interaction, message: discord.Message) -> None:
        """Take in that somebody wants to give the author of a message a tip."""
        await self._take(interaction, heard_tip_menu(interaction, message, self._now()))

    async def press(self, interaction: Interaction) -> None:
        """Take in a button, a list or a form that was sent; a button that opens a form does that at once."""
        received = heard_press(interaction, self._now())
        is_button = interaction.type is discord.InteractionType.component
        form = await self._form(received) if is_button else None
        if form:
            await self._open(interaction, WrittenForm(form, received.incoming.button or ""))
        elif kind_of(received.incoming.button or "") is ButtonKind.JOURNEY:
            await self._take(interaction, heard_in_private(received))
        else:
            await self._take(interaction, received)

    async def _form(self, received: DiscordReceived) -> Form | None:
        """Return the form that a button opens, None where it opens none, or it cannot be known in time."""
        if not self._advisor.opens_form(received.incoming):
            # What opens none is acknowledged at once.
            return None
        looking = asyncio.create_task(self._advisor.form(received.incoming))
        self._take_in_hand(looking)
        # Looking goes on where a database is held by another process: it could not be given up at once.
        await asyncio.wait((looking,), timeout=_LOOKED_UP_WITHIN)
        return looking.result() if looking.done() else None

    async def message(self, message: discord.Message, me: int, *, edited: bool = False) -> None:
        """Take in a message, if it is meant for Vigie."""
        if message.guild and not message.author.bot and not edited:
            self._visibility.note_message(message.channel.id)
        received = heard_message(message, me, self._now(), edited=edited)
        if received:
            await self._accept(received, received.incoming.id or "", message.guild.id if message.guild else 0)

    async def joined(self, member: discord.Member) -> None:
        """Take in that somebody is in a server now; machines are not welcomed."""
        if not member.bot:
            since = member.joined_at.isoformat() if member.joined_at else ""
            identifier = f"joined/{member.guild.id}/{member.id}/{since}"
            await self._accept(heard_joining(member, self._now()), identifier, member.guild.id)

    async def left(self, server: int, person: discord.abc.User) -> None:
        """Take in that somebody is in a server no longer."""
        if not person.bot:
            at = self._now()
            await self._accept(heard_leaving(server, person, at), f"left/{server}/{person.id}/{at.isoformat()}", server)

    async def server(self, guild: discord.Guild, event: Event) -> None:
        """Take in that Vigie was taken in a server, or put out of it."""
        received = heard_of_server(guild, self._now(), event)
        since = guild.me.joined_at.isoformat() if guild.me and guild.me.joined_at else ""
        await self._accept(received, f"{event}/{guild.id}/{since}", guild.id)

    async def _take(self, interaction: Interaction, received: DiscordReceived) -> None:
        self._carrier.hold_open(interaction, received)
        # Whoever acknowledges it answers it, too, wherever that goes.
        await self._accept(received, str(interaction.id), interaction.guild_id or 0)

    async def finish(self) -> None:
        """Wait until all that came in by now is kept, and Discord knows what was heard."""
        in_hand = (*self._in_hand, *self._carrier.acknowledging)
        if in_hand:
            await asyncio.wait(in_hand)

    async def _accept(self, received: DiscordReceived, identifier: str, server: int) -> None:
        """Keep an event until it is answered; Discord does not deliver it again, so that it is answered in any case."""
        delivered = Delivered(identifier, lane(received), kept(received), server)
        accepting = asyncio.create_task(self._keep_or_answer(received, delivered))
        self._take_in_hand(accepting)
        await accepting

    def _take_in_hand(self, task: asyncio.Task[Any]) -> None:
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _keep_or_answer(self, received: DiscordReceived, delivered: Delivered) -> None:
        """Keep an event after those of its lane that came before; what cannot be kept is answered without."""
        async with self._keeping.setdefault(delivered.lane, asyncio.Lock()):
            # Whoever was told to try again has done so by now: the same event counts no more.
            if delivered.id in self._unkept or await self._is_kept(delivered):
                return
            self._unkept.append(delivered.id)
        _log.warning("An event of Discord could not be kept.")
        await self._handling.reply_unkept(received)

    async def _is_kept(self, delivered: Delivered) -> bool:
        """Keep an event; return whether that could be done before too long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + sum(self._keeps)
        for pause in (0.0, *self._keeps):
            await asyncio.sleep(pause)
            try:
                await self._inbox.accept([delivered])
            except DatabaseError as error:
                _log.warning("An event of Discord has to wait. %s", error)
            else:
                return True
            if loop.time() > until:
                # A file that another process holds is waited for by every attempt.
                break
        return False

    def _is_unseen(self, interaction: Interaction, *, to_all: bool | None) -> bool:
        if interaction.guild_id is None or interaction.channel_id is None:
            return False
        channel = interaction.channel
        within = channel.parent_id if isinstance(channel, discord.Thread) else None
        return self._visibility.is_unseen(interaction.guild_id, interaction.channel_id, within, to_all=to_all)

    @staticmethod
    async def _open(interaction: Interaction, form: WrittenForm) -> None:
        try:
            await asked(interaction.response.send_modal(form))
        except (UnreachableError, discord.HTTPException) as error:
            # It was opened already: the same event came twice.
            _log.info("A form was not opened (%s).", error)
        except OutageError as error:
            _log.warning("A form could not be opened. %s", error)
