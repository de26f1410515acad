"""What somebody who writes in private is in the servers where they were seen."""

from collections.abc import Iterable
from dataclasses import replace

import discord

from bot.core.messages import Incoming, Role
from bot.platforms.discord.incoming import role_of
from bot.platforms.discord.requests import asked
from bot.platforms.errors import UnreachableError

ASKED_ABOUT = 20
"""Servers of which Discord is asked, at most, what somebody is there."""


async def with_teams(client: discord.Client, incoming: Incoming, communities: Iterable[str]) -> Incoming:
    """Return what is done in private, with the servers that its person administers, and those that they have left.

    Raises:
        OutageError: Discord cannot be reached now.
    """
    administers, has_left = [], []
    for community in communities:
        member = await _member(client, int(community), int(incoming.address.account))
        if member is None:
            has_left.append(community)
        elif role_of(member) is Role.ADMINISTRATOR:
            administers.append(community)
    return replace(incoming, administers=tuple(administers), has_left=tuple(has_left))


async def _member(client: discord.Client, server: int, account: int) -> discord.Member | None:
    """Return somebody as a member of a server, None where they or Vigie are no longer in it."""
    try:
        # A server that is not at hand may be in a shard of another process.
        guild = client.get_guild(server) or await asked(client.fetch_guild(server, with_counts=False))
        return await asked(guild.fetch_member(account)) if guild else None
    except (discord.NotFound, UnreachableError):
        return None
