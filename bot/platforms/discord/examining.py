"""What `vigie doctor` finds about a Discord bot, without connecting it."""

from collections.abc import AsyncIterator, Iterable, Iterator

import aiohttp
import discord

from bot.operating.findings import Finding, noted, wrong
from bot.platforms.discord.adapter import Connection, reach
from bot.platforms.discord.incoming import PLATFORM
from bot.platforms.discord.readiness import PERMISSIONS, invitation, may_give
from bot.storage.communities import Community

_LOOKED_AT = 50
"""Servers looked at: two requests each."""
_OPTIONAL = discord.Permissions(manage_roles=True)


async def examine(connection: Connection, communities: Iterable[Community]) -> AsyncIterator[Finding]:
    """Yield whether the token holds, and what Vigie lacks in the servers that she is known to be in."""
    reach(connection)
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        await client.login(connection.token)
        for finding in _of_bot(client, connection):
            yield finding
        for community in list(communities)[:_LOOKED_AT]:
            async for finding in _of_server(client, community):
                yield finding
    except discord.LoginFailure:
        remedy = "Copy it again from the developer portal, page Bot, into VIGIE_DISCORD_TOKEN."
        yield wrong(PLATFORM, "Discord refuses the token.", remedy)
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        told = f"Not all could be looked at: Discord cannot be reached ({type(error).__name__})."
        yield noted(PLATFORM, told, "Check the network and the address.")
    finally:
        await client.close()


def _of_bot(client: discord.Client, connection: Connection) -> Iterator[Finding]:
    yield Finding(PLATFORM, f"The token is that of {client.user}")
    application = client.application
    if connection.welcomes and application and not _tells_of_members(application.flags):
        remedy = "Developer portal, page Bot, Server Members Intent; or set VIGIE_DISCORD_WELCOMES=false."
        yield noted(PLATFORM, "Discord does not let Vigie know who joins: nobody is welcomed.", remedy)


def _tells_of_members(flags: discord.ApplicationFlags) -> bool:
    return flags.gateway_guild_members or flags.gateway_guild_members_limited


async def _of_server(client: discord.Client, community: Community) -> AsyncIterator[Finding]:
    try:
        server = await client.fetch_guild(int(community.id), with_counts=False)
        me = await server.fetch_member(client.user.id if client.user else 0)
    except (discord.Forbidden, discord.NotFound):
        remedy = f"Take her in again: {invitation(client.application_id)}" if client.application_id else ""
        yield noted(PLATFORM, f"Vigie is not in '{community.title}' any more.", remedy)
        return
    lacking = PERMISSIONS & ~(me.guild_permissions | _OPTIONAL)
    names = ", ".join(name for name, is_lacking in lacking if is_lacking)
    if names:
        remedy = "Give them to Vigie's role in the server's settings."
        yield noted(PLATFORM, f"In '{server.name}', Vigie lacks: {names}.", remedy)
    role = community.completion_role
    if role and not may_give(server, me, int(role)):
        remedy = "Place her role above it, with the permission to manage roles."
        yield noted(PLATFORM, f"In '{server.name}', Vigie may not give the role of the journey's end.", remedy)
