"""Servers, their members and their roles, as an unmodified client has them."""

import asyncio

import discord
import pytest

from tests.fakes.discord import Channel, FakeDiscord, Server, User
from tests.fakes.discord.conftest import Bot, running


async def test_the_bot_sees_the_server_it_is_in(bot: Bot, server: Server, general: Channel) -> None:
    [guild] = bot.guilds
    assert (guild.name, guild.owner_id, guild.member_count) == ("Les indés", server.owner.id, 4)
    assert {member.name for member in guild.members} == {"Vigie", "léa", "sam", "fondatricedelesindés"}
    assert [channel.name for channel in guild.text_channels] == [general.name]
    assert guild.me.top_role.name == "Vigie"
    assert guild.me.guild_permissions.manage_roles
    assert not guild.me.guild_permissions.administrator


async def test_the_server_says_where_discord_writes(bot: Bot, server: Server, general: Channel) -> None:
    server.greets_in(general)
    _, after = await bot.hears("guild_update")
    assert (after.system_channel.id, after.public_updates_channel) == (general.id, None)
    server.writes_to_team_in(general)
    _, after = await bot.hears("guild_update")
    assert after.public_updates_channel.id == general.id


async def test_somebody_joins_and_leaves(double: FakeDiscord, bot: Bot, server: Server) -> None:
    tom = double.user("Tom")
    await tom.joins(server)
    member = await bot.hears("member_join")
    assert (member.id, member.display_name, member.pending, member.guild.id) == (tom.id, "Tom", False, server.id)
    with pytest.raises(AssertionError, match="already"):
        await tom.joins(server)
    await tom.leaves(server)
    assert (await bot.hears("member_remove")).id == tom.id
    server.add(tom).kicks(tom)
    await bot.hears("raw_member_remove")
    assert not server.has(tom)


async def test_somebody_passes_screening(double: FakeDiscord, bot: Bot, server: Server, general: Channel) -> None:
    tom = double.user("Tom")
    await tom.joins(server, screening=True)
    assert (await bot.hears("member_join")).pending
    with pytest.raises(AssertionError, match="agree to the rules"):
        await tom.writes("salut", to=general)
    await tom.passes_screening(server)
    before, after = await bot.hears("member_update")
    assert (before.pending, after.pending) == (True, False)
    await tom.writes("salut", to=general)


async def test_roles_are_given_and_taken(bot: Bot, server: Server, lea: User) -> None:
    role = server.role("Diplômé", manage_guild=True)
    assert (await bot.hears("guild_role_create")).permissions.manage_guild
    member = bot.guilds[0].get_member(lea.id)
    assert member
    await member.add_roles(discord.Object(role.id))
    assert server.roles_of(lea) == [role]
    _, after = await bot.hears("member_update")
    assert [each.name for each in after.roles] == ["@everyone", "Diplômé"]
    await member.remove_roles(discord.Object(role.id))
    assert server.roles_of(lea) == []
    await bot.hears("member_update")
    server.gives(lea, role)
    await bot.hears("member_update")
    server.takes(lea, role)
    _, after = await bot.hears("member_update")
    assert [each.name for each in after.roles] == ["@everyone"]
    server.gives(lea, role)
    server.removes_role(role)
    assert (await bot.hears("guild_role_delete")).id == role.id
    assert server.roles_of(lea) == []


async def test_roles_that_the_bot_cannot_give(bot: Bot, server: Server, lea: User) -> None:
    low, high = server.role("Diplômé"), server.role("Équipe", position=60)
    member = bot.guilds[0].get_member(lea.id)
    assert member

    async def refusal(role: int) -> int:
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.add_role(server.id, lea.id, role)
        return refused.value.code

    assert await refusal(high.id) == 50013
    assert await refusal(server.bot_role.id) == 50013
    assert await refusal(server.id) == 10011
    server.places_bot(70)
    await bot.http.add_role(server.id, lea.id, high.id)
    server.places_bot(low.position)
    assert await refusal(low.id) == 50013
    server.places_bot(70)
    server.bot_may(manage_roles=False)
    assert await refusal(low.id) == 50013
    assert server.roles_of(lea) == [high]


async def test_the_bot_is_invited_and_thrown_out(double: FakeDiscord, bot: Bot, server: Server) -> None:
    other = double.server("Les autres", with_bot=False)
    other.text("accueil")
    assert not bot.has_heard("guild_join")
    other.adds_bot()
    guild = await bot.hears("guild_join")
    assert (guild.name, [channel.name for channel in guild.channels]) == ("Les autres", ["accueil"])
    other.removes_bot()
    assert (await bot.hears("guild_remove")).id == other.id
    assert [each.id for each in bot.guilds] == [server.id]
    with pytest.raises(discord.Forbidden, match="Missing Access"):
        await bot.fetch_guild(other.id)


async def test_a_server_is_out_of_order(bot: Bot, server: Server, general: Channel, lea: User) -> None:
    server.goes_down()
    assert (await bot.hears("guild_unavailable")).id == server.id
    with pytest.raises(AssertionError, match="out of order"):
        await lea.writes("il y a quelqu'un ?", to=general)
    assert not bot.has_heard("guild_remove")
    server.comes_back()
    assert (await bot.hears("guild_available")).id == server.id
    await lea.writes("enfin", to=general)
    assert (await bot.hears("message")).content == "enfin"


async def test_channels_are_deleted(bot: Bot, server: Server, general: Channel) -> None:
    server.thread(general, "à part")
    channel = bot.get_channel(general.id)
    assert isinstance(channel, discord.TextChannel)
    server.deletes(general)
    assert (await bot.hears("guild_channel_delete")).id == general.id
    with pytest.raises(discord.NotFound, match="Unknown Channel"):
        await channel.send("il y a quelqu'un ?")
    assert server.threads == {}


async def test_what_the_bot_may_not_do(bot: Bot, server: Server, general: Channel) -> None:
    channel = bot.get_channel(general.id)
    assert isinstance(channel, discord.TextChannel)
    server.bot_may(general, send_messages=False)
    with pytest.raises(discord.Forbidden, match="Missing Permissions"):
        await channel.send("chut")
    server.bot_may(general, send_messages=True)
    await channel.send("je peux")
    server.bot_may(send_messages=False)
    await channel.send("ici, je peux encore")
    server.bot_may(general, embed_links=False)
    with pytest.raises(discord.Forbidden, match="Missing Permissions"):
        await channel.send(embed=discord.Embed(title="non"))
    server.bot_may(general, view_channel=False)
    with pytest.raises(discord.Forbidden, match="Missing Access"):
        await channel.send("où suis-je ?")


async def test_what_the_bot_does_not_see_it_does_not_hear(
    double: FakeDiscord, bot: Bot, server: Server, general: Channel, lea: User
) -> None:
    server.bot_may(general, view_channel=False)
    await lea.writes("entre nous", to=general)
    thread = server.thread(general, "entre nous")
    await lea.writes("entre nous", to=thread)
    await double.settled()
    assert not bot.has_heard("message")
    assert not bot.has_heard("thread_create")


async def test_members_are_listed_without_being_cached(double: FakeDiscord, server: Server, lea: User) -> None:
    assert server.has(lea)
    intents = discord.Intents(guilds=True, members=True)
    options = {"chunk_guilds_at_startup": False, "member_cache_flags": discord.MemberCacheFlags.none()}
    async with running(double, Bot(intents, **options)) as bot:
        [guild] = bot.guilds
        assert guild.get_member(lea.id) is None
        assert (await guild.fetch_member(lea.id)).display_name == "Léa"
        assert [member.id for member in await guild.query_members("Lé")] == [lea.id]
        assert [member.id for member in await guild.query_members(user_ids=[lea.id, 12])] == [lea.id]
        assert len([member async for member in guild.fetch_members()]) == 4
        assert len(await asyncio.wait_for(guild.chunk(), 5)) == 4


async def test_what_else_is_asked_about(bot: Bot, server: Server, general: Channel) -> None:
    assert (await bot.fetch_guild(server.id)).approximate_member_count == 4
    assert (await bot.fetch_channel(general.id)) == bot.get_channel(general.id)
    guild = bot.guilds[0]
    assert [channel.id for channel in await guild.fetch_channels()] == [general.id]
    assert [role.name for role in await guild.fetch_roles()] == ["@everyone", "Vigie"]
    assert (await bot.application_info()).id == bot.application_id
    for asked in (bot.fetch_user(12), bot.fetch_channel(12), bot.fetch_guild(12), guild.fetch_member(12)):
        with pytest.raises(discord.NotFound):
            await asked
