"""From Discord's events to what the core hears: who does what, and where its answer goes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import discord
from discord.app_commands import AppCommandChannel, AppCommandThread
from pydantic import TypeAdapter

from bot.core.messages import Address, Author, Capabilities, Event, Incoming, Role
from bot.core.team import concerns_team
from bot.platforms.parts import Received
from bot.storage.answers import Question

PLATFORM = "discord"
CAPABILITIES = Capabilities(buttons=True, links=True, removal=True, forms=True, pickers=True, names=True, unseen=True)
ORIGINAL = 0
"""No message's id: it stands for the message that an interaction is about, or that its acknowledgement holds open."""
LINK = "link"
"""What the custom id of a button begins with that opens the direct message, for whoever presses it."""
Place = AppCommandChannel | AppCommandThread
"""A channel or a thread, as somebody picked it for a command."""
_SAID = (discord.MessageType.default, discord.MessageType.reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordReceived(Received):
    """An event as the core hears it, and what it takes to answer.

    Attributes:
        channel: where messages go, None where there is no such place.
        application: Discord's id of Vigie, under which an interaction is answered.
        token: the token of the interaction, good for fifteen minutes.
        shows_waiting: whether the interaction is acknowledged by a message that waits for its content.
        in_private: whether the answer goes to the direct message, and the interaction gets a word that it did.
        otherwise: the same event as it is heard where direct messages are closed.
    """

    channel: int | None
    application: int | None = None
    token: str | None = field(default=None, repr=False)
    shows_waiting: bool = False
    in_private: bool = False
    otherwise: "DiscordReceived | None" = None


_received: TypeAdapter[DiscordReceived] = TypeAdapter(DiscordReceived)


def kept(received: DiscordReceived) -> str:
    """Return an event as it is kept until it is answered."""
    return _received.dump_json(received, exclude_defaults=True).decode()


def read_again(payload: str) -> DiscordReceived:
    """Return an event as it was kept."""
    return _received.validate_json(payload)


def lane(received: DiscordReceived) -> str:
    """Return what an event waits its turn in: its person's lane, or for what happens to a server, the server's."""
    address = received.incoming.address
    return f"server {address.community}" if received.incoming.event else address.account


def channel_of(address: Address) -> int | None:
    """Return the channel of an address, None of one that has none."""
    # What one person alone sees in a channel is a place of its own, within it.
    place = (address.place or "").partition("/")[0]
    return int(place) if place else None


def heard_message(message: discord.Message, me: int, at: datetime, *, edited: bool = False) -> DiscordReceived | None:
    """Return what the core hears of a message, None where it is not meant for Vigie."""
    if message.author.bot or message.webhook_id is not None or message.type not in _SAID:
        return None
    text = _addressed(message, me)
    if text is None:
        return None
    replied = _replied(message)
    others = replied if message.guild and replied and not replied.author.bot else None
    incoming = Incoming(
        _address(message.channel, message.guild, message.author.id),
        at,
        text,
        id=f"{message.id}/{message.edited_at.timestamp()}" if edited and message.edited_at else str(message.id),
        role=role_of(message.author),
        roles=_roles_of(message.author),
        within=_within(message.channel),
        # Discord does not tell Vigie what is in a message that does not mention her.
        quoted=(others.content or None) if others else None,
        quoted_author=_author(others.author) if others else None,
        quoted_message=str(others.id) if others else None,
        name=message.author.display_name,
        place_title=_title_of(message.channel),
        edited=edited,
        community_title=message.guild.name if message.guild else None,
        capabilities=CAPABILITIES,
    )
    question = Question(PLATFORM, str(message.channel.id), str(message.id), str(message.author.id))
    return DiscordReceived(
        incoming=incoming,
        channel=message.channel.id,
        replies_to=message.id if message.guild else None,
        quoted=others.id if others and others.content else None,
        question=question,
    )


def heard_command(interaction: discord.Interaction, text: str, at: datetime, *, unseen: bool) -> DiscordReceived:
    """Return what the core hears of a slash command, as it would be typed."""
    incoming = _incoming(interaction, at)
    if interaction.guild_id is None:
        return _waiting(interaction, replace(incoming, text=text))
    return _waiting(interaction, replace(_unseen(incoming) if unseen else incoming, text=text))


def heard_menu(
    interaction: discord.Interaction, message: discord.Message, at: datetime, *, unseen: bool
) -> DiscordReceived:
    """Return what the core hears where somebody asks about a message; what it is answered is its author's, if seen."""
    incoming = _about(_incoming(interaction, at), "/question", message)
    if interaction.guild_id is not None and unseen:
        return _waiting(interaction, _unseen(incoming))
    if interaction.guild_id is None or message.author.bot:
        return _waiting(interaction, incoming)
    return _waiting(interaction, replace(incoming, quoted_author=_author(message.author)))


def heard_tip_menu(interaction: discord.Interaction, message: discord.Message, at: datetime) -> DiscordReceived:
    """Return what the core hears where somebody wants to give the author of a message a tip; machines need none."""
    incoming = _unseen(_about(_incoming(interaction, at), "/conseil", message))
    author = None if message.author.bot else _author(message.author)
    return _waiting(interaction, replace(incoming, quoted_author=author))


def heard_team(
    interaction: discord.Interaction,
    text: str,
    at: datetime,
    *,
    place: Place | None = None,
    person: discord.abc.User | None = None,
) -> DiscordReceived:
    """Return what the core hears of a command of those who moderate, unseen by others: for a place, about a person."""
    incoming = replace(_incoming(interaction, at), text=text)
    if person:
        incoming = replace(
            incoming, quoted_author=_author(person), quoted_role=role_of(person), quoted_roles=_roles_of(person)
        )
    if place:
        incoming = replace(
            incoming,
            address=replace(incoming.address, place=str(place.id)),
            within=str(place.parent_id) if isinstance(place, AppCommandThread) else None,
            place_title=f"#{place.name}",
        )
    return _waiting(interaction, _unseen(incoming))


def heard_press(interaction: discord.Interaction, at: datetime) -> DiscordReceived:
    """Return what the core hears of a button, a list or a form: what was written and picked comes with its id."""
    data: Mapping[str, Any] = interaction.data or {}
    identifier = str(data.get("custom_id", ""))
    kind, _, start = identifier.partition(":")
    if kind == LINK:
        return heard_in_private(heard_command(interaction, f"/start {start}", at, unseen=True))
    message = interaction.message
    asked = _replied(message) if message else None
    incoming = _incoming(interaction, at)
    written = tuple(_written(data.get("components", ())))
    incoming = replace(
        # What a press is answered, others need not read.
        _unseen(incoming) if interaction.guild_id is not None else incoming,
        button=identifier,
        text="\n".join(text for _, text in written),
        written=written,
        picked=tuple(map(str, data.get("values", ()))),
        quoted_author=_author(asked.author) if asked and not asked.author.bot else None,
        quoted_message=str(asked.id) if asked else None,
    )
    is_seen = interaction.guild_id is not None and not (message and message.flags.ephemeral)
    if is_seen and concerns_team("", identifier):
        # A button of the team stands below nothing that others read: what it shows does not come there either.
        return _waiting(interaction, incoming)
    return DiscordReceived(
        incoming=incoming,
        channel=interaction.channel_id,
        application=interaction.application_id,
        token=interaction.token,
        pressed=ORIGINAL,
    )


def heard_in_private(received: DiscordReceived) -> DiscordReceived:
    """Return an event of a server as one of the direct message, where its answer goes if that is open."""
    incoming = received.incoming
    if incoming.address.community is None:
        return received
    in_private = Address(PLATFORM, incoming.address.account)
    return replace(
        received,
        incoming=replace(
            incoming,
            address=in_private,
            comes_from=incoming.address.community,
            unseen=False,
            role=Role.MEMBER,
            roles=(),
            place_title="",
            community_title=None,
        ),
        shows_waiting=True,
        in_private=True,
        pressed=None,
        otherwise=replace(
            received,
            incoming=_unseen(incoming),
            shows_waiting=True,
            pressed=None,
        ),
    )


def heard_joining(member: discord.Member, at: datetime) -> DiscordReceived:
    """Return that somebody is in a server, its screening passed."""
    place = member.guild.system_channel
    incoming = Incoming(
        Address(PLATFORM, str(member.id), str(member.guild.id)),
        at,
        event=Event.JOINED,
        newcomers=(_author(member),),
        community_title=member.guild.name,
        capabilities=CAPABILITIES,
    )
    return DiscordReceived(incoming=incoming, channel=place.id if place else None)


def heard_leaving(server: int, person: discord.abc.User, at: datetime) -> DiscordReceived:
    """Return that somebody is in a server no longer, whoever saw to that."""
    address = Address(PLATFORM, str(person.id), str(server))
    return DiscordReceived(incoming=Incoming(address, at, event=Event.LEFT, capabilities=CAPABILITIES), channel=None)


def heard_of_server(guild: discord.Guild, at: datetime, event: Event) -> DiscordReceived:
    """Return that Vigie was taken in a server, or put out of it."""
    place = guild.system_channel
    incoming = Incoming(
        Address(PLATFORM, "", str(guild.id)),
        at,
        event=event,
        community_title=guild.name,
        capabilities=CAPABILITIES,
    )
    return DiscordReceived(incoming=incoming, channel=place.id if place else None)


def _incoming(interaction: discord.Interaction, at: datetime) -> Incoming:
    """Return what any interaction says of who it is from, and where."""
    channel, guild = interaction.channel, interaction.guild
    rights = interaction.permissions
    administers = interaction.guild_id is not None and (rights.administrator or rights.manage_guild)
    return Incoming(
        Address(
            PLATFORM,
            str(interaction.user.id),
            str(interaction.guild_id) if interaction.guild_id else None,
            str(interaction.channel_id) if interaction.guild_id else None,
        ),
        at,
        id=str(interaction.id),
        role=Role.ADMINISTRATOR if administers else Role.MEMBER,
        roles=_roles_of(interaction.user),
        name=interaction.user.display_name,
        place_title=_title_of(channel),
        within=_within(channel),
        community_title=guild.name if guild else None,
        capabilities=CAPABILITIES,
    )


def _about(incoming: Incoming, text: str, message: discord.Message) -> Incoming:
    """Return that somebody uses a command on a message."""
    return replace(incoming, text=text, quoted=message.content, quoted_message=str(message.id))


def _unseen(incoming: Incoming) -> Incoming:
    """Return an event whose answer is for its person alone: what they alone see in a channel is a place of its own."""
    if incoming.unseen:
        return incoming
    address = incoming.address
    return replace(incoming, address=replace(address, place=f"{address.place}/{address.account}"), unseen=True)


def _waiting(interaction: discord.Interaction, incoming: Incoming) -> DiscordReceived:
    return DiscordReceived(
        incoming=replace(incoming, awaited=True),
        channel=interaction.channel_id,
        application=interaction.application_id,
        token=interaction.token,
        shows_waiting=True,
    )


def _addressed(message: discord.Message, me: int) -> str | None:
    """Return what a message says to Vigie, None where it is not meant for her or says nothing that can be read."""
    mention = re.compile(rf"<@!?{me}>")
    said = " ".join(mention.sub(" ", message.content, count=1).split())
    if message.guild is None:
        return said
    if mention.search(message.content):
        return said or "/question"
    replied = _replied(message)
    return said or None if replied and replied.author.id == me else None


def _replied(message: discord.Message) -> discord.Message | None:
    """Return the message that one replies to, if it is still there."""
    found = message.reference.resolved if message.reference else None
    return found if isinstance(found, discord.Message) else None


def _address(channel: discord.abc.Snowflake, guild: discord.Guild | None, account: int) -> Address:
    if guild is None:
        return Address(PLATFORM, str(account))
    return Address(PLATFORM, str(account), str(guild.id), str(channel.id))


def _within(channel: object) -> str | None:
    """Return the channel that a thread or a forum's post is a part of."""
    return str(channel.parent_id) if isinstance(channel, discord.Thread) else None


def _title_of(channel: object) -> str:
    """Return what a server's channel or thread is called, nothing of one that is not known."""
    return f"#{channel.name}" if isinstance(channel, discord.abc.GuildChannel | discord.Thread) else ""


def role_of(person: discord.abc.User) -> Role:
    """Return what somebody is in the server that they are seen in, as far as Discord's own rights go."""
    rights = person.guild_permissions if isinstance(person, discord.Member) else discord.Permissions.none()
    return Role.ADMINISTRATOR if rights.administrator or rights.manage_guild else Role.MEMBER


def _roles_of(person: discord.abc.User) -> tuple[str, ...]:
    return tuple(str(role.id) for role in person.roles) if isinstance(person, discord.Member) else ()


def _author(person: discord.abc.User) -> Author:
    return Author(str(person.id), person.display_name)


def _written(components: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield what was written in the fields of a form, by the name of each, however they are laid out."""
    for component in components:
        if "value" in component:
            yield str(component["custom_id"]), str(component["value"])
        yield from _written(component.get("components", ()))
        if isinstance(component.get("component"), Mapping):
            yield from _written((component["component"],))
