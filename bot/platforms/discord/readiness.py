"""What Vigie lacks to serve well, said in plain words when she starts."""

import logging
from collections.abc import Iterator, Sequence

import discord

from bot.platforms.discord.incoming import PLATFORM
from bot.storage.communities import Community

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
    manage_roles=True,
)
"""What Vigie is invited with; the last one is for the role at the end of the journey alone."""
_SCOPES = ("bot", "applications.commands")

_log = logging.getLogger(__name__)


def invitation(application: int) -> str:
    """Return the address at which somebody takes Vigie into their server."""
    return discord.utils.oauth_url(application, permissions=PERMISSIONS, scopes=_SCOPES)


def report(client: discord.Client, communities: Sequence[Community]) -> None:
    """Log where Vigie serves, and what is set up otherwise than she would like.

    Args:
        client: what knows the servers of its own shards.
        communities: those that Vigie is in as far as it is known, in all shards.
    """
    if client.application_id and not client.guilds and not communities:
        _log.warning("Vigie is in no server yet. To take her into one: %s", invitation(client.application_id))
    known = {community.id: community for community in communities}
    for guild in client.guilds:
        community = known.get(str(guild.id)) or Community(PLATFORM, str(guild.id), guild.name)
        for found in _lacks(guild, community):
            _log.warning("In '%s', %s", guild.name, found)


def _lacks(guild: discord.Guild, community: Community) -> Iterator[str]:
    if community.welcomes and community.welcome_place is None and guild.system_channel is None:
        yield "there is no channel for welcomes: choose one with /reglages."
    role = community.completion_role
    if guild.me and role and not may_give(guild, guild.me, int(role)):
        yield (
            "Vigie may not give the role of the journey's end. Place hers above it, with the permission to manage"
            " roles."
        )


def may_give(guild: discord.Guild, me: discord.Member, role: int) -> bool:
    """Tell whether Vigie, as she is in a server, may give a role of it."""
    found = guild.get_role(role)
    return found is not None and me.guild_permissions.manage_roles and found < me.top_role
