"""A bot of discord.py that says again what it is told, and nothing more: what Vigie is measured beside."""

import asyncio
import sys
from typing import Any

import discord
from discord import app_commands
from discord.http import Route


async def main(token: str, api: str) -> None:
    """Echo until terminated."""
    Route.BASE = api
    intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, members=True)
    client = discord.AutoShardedClient(intents=intents)
    tree = app_commands.CommandTree(client)

    @tree.command(name="question", description="Echo")
    async def question(interaction: discord.Interaction[Any], texte: str) -> None:
        await interaction.response.send_message(texte)

    async with client:
        await client.login(token)
        await tree.sync()
        await client.connect()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
