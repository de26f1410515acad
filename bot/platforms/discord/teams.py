"""What somebody who writes in private is in the servers where they were seen."""

from collections.abc import Iterable
from dataclasses import replace

import discord

from bot.core.messages import Incoming, Role
from bot.platforms.discord.incoming import role_of
from bot.platforms.discord.requests import asked

ASKED_ABOUT = 20
"""Servers of which Discord is asked, at most, what somebody is there."""


async def with_teams(client: discord.Client, incoming: Incoming, communities: Iterable[str]) -> Incoming:
    """Return what is done in private, with the servers that its person administers, and those that they have left.

    Raises:
        OutageError: Discord cannot be reached now.
    """
    administers, has_left = [], []
    for community in communities:
        guild = client.get_guild(int(community))
        try:
            member = await asked(guild.fetch_member(int(incoming.address.account))) if guild else None
        except discord.NotFound:
            member = None
        if member is None:
            has_left.append(community)
        elif role_of(member) is Role.ADMINISTRATOR:
            administers.append(community)
    return replace(incoming, administers=tuple(administers), has_left=tuple(has_left))
