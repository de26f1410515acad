"""Roles given to those who earned them."""

import logging
from collections.abc import Awaitable, Sequence

import discord

from bot.core.advisor import Advisor
from bot.core.messages import Grant, Reply
from bot.platforms.discord.incoming import PLATFORM
from bot.platforms.discord.markup import Message, messages
from bot.platforms.discord.outgoing import Sender
from bot.platforms.discord.requests import asked
from bot.platforms.errors import OutageError, UnreachableError
from bot.platforms.parts import Part, posts
from bot.storage.inbox import EVERYTHING, Shards

_GONE = frozenset({10007, 10013, 10004})
"""The member, the account or the server is there no longer."""

_log = logging.getLogger(__name__)


async def give_roles(client: discord.Client, advisor: Advisor, shards: Shards = EVERYTHING) -> None:
    """Give the roles that wait to be given in some shards; a server where that cannot be done is told so once.

    Raises:
        OutageError: Discord cannot be reached now: the others wait.
        DatabaseError: the database cannot be used now.
    """
    for grant in await advisor.grants(PLATFORM, shards):
        refused = not await _is_given(client, grant)
        told = await advisor.settle(grant, refused=refused)
        if told.replies:
            await _tell_team(client, int(grant.address.community or 0), told.replies)


async def _is_given(client: discord.Client, grant: Grant) -> bool:
    """Give a role; return whether Discord let Vigie."""
    server, account = int(grant.address.community or 0), int(grant.address.account)
    try:
        await asked(client.http.add_role(server, account, int(grant.role), reason="VIE"))
    except UnreachableError as error:
        _log.warning("A role was not given (%s).", error)
        return False
    except discord.HTTPException as error:
        _log.warning("A role was not given (%s).", error.text)
        return error.code in _GONE
    return True


async def _tell_team(client: discord.Client, server: int, replies: tuple[Reply, ...]) -> None:
    """Tell a server's team: where Discord itself writes to it, else in private to who owns the server."""
    guild = client.get_guild(server)
    if guild is None:
        return
    sender = Sender(client)
    shown = [part for reply in replies for part in posts(messages(reply))]
    place = guild.public_updates_channel
    if place and await _is_done(_say(sender, place.id, shown)):
        return
    if guild.owner_id:
        await _is_done(_say_in_private(sender, guild.owner_id, shown))


async def _say_in_private(sender: Sender, account: int, shown: Sequence[Part[Message]]) -> None:
    await _say(sender, await sender.direct(account), shown)


async def _say(sender: Sender, channel: int, shown: Sequence[Part[Message]]) -> None:
    for part in shown:
        await sender.post(channel, part)


async def _is_done(telling: Awaitable[None]) -> bool:
    """Tell a server's team something in one of the ways that there are; return whether Discord let Vigie."""
    try:
        await telling
    except (UnreachableError, OutageError, discord.HTTPException) as error:
        _log.warning("A server's team could not be told. %s", error)
        return False
    return True
