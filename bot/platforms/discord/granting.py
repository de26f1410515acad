"""Roles given to those who earned them."""

import logging

import discord

from bot.core.advisor import Advisor
from bot.core.messages import Grant, Reply
from bot.platforms.discord.incoming import PLATFORM
from bot.platforms.discord.markup import messages
from bot.platforms.discord.outgoing import Sender
from bot.platforms.discord.requests import asked
from bot.platforms.errors import OutageError, UnreachableError
from bot.platforms.parts import posts
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
    for grant in await advisor.grants(PLATFORM):
        if not shards.hold(int(grant.address.community or 0)):
            continue
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
    for channel in (place.id if place else None, guild.owner_id and await sender.direct(guild.owner_id)):
        try:
            for part in shown:
                await sender.post(channel, part)
        except (UnreachableError, OutageError, discord.HTTPException) as error:
            _log.warning("A server's team could not be told. %s", error)
        else:
            return
