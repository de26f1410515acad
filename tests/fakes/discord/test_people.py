"""What people write reaches an unmodified client, and they read what it answers."""

from io import BytesIO
from typing import Any

import discord
import pytest

from tests.fakes.discord import Channel, FakeDiscord, Server, User
from tests.fakes.discord.conftest import Bot, running


async def test_somebody_writes_in_a_channel(bot: Bot, general: Channel, lea: User) -> None:
    written = await lea.writes("salut", to=general, files=[("cv.pdf", b"%PDF")])
    message = await bot.hears("message")
    assert (message.id, message.content, message.author.id) == (written.id, "salut", lea.id)
    assert isinstance(message.author, discord.Member)
    assert message.channel.name == "général"
    assert [(file.filename, file.size) for file in message.attachments] == [("cv.pdf", 4)]
    assert abs((message.created_at - written.sent_at).total_seconds()) < 1


async def test_somebody_writes_in_private(bot: Bot, lea: User) -> None:
    await lea.writes("salut")
    message = await bot.hears("message")
    assert isinstance(message.channel, discord.DMChannel)
    assert (message.guild, message.author.id, message.content) == (None, lea.id, "salut")
    await message.channel.send("bonjour")
    answer = await lea.reads_next()
    assert (answer.content, lea.messages[-1]) == ("bonjour", answer)


async def test_the_bot_writes_first(bot: Bot, lea: User, server: Server) -> None:
    assert server.has(lea)
    person = await bot.fetch_user(lea.id)
    await person.send(embed=discord.Embed(title="Bienvenue", description="chez nous").add_field(name="Où", value="ici"))
    [embed] = (await lea.reads_next()).embeds
    assert (embed.title, embed.description, embed.fields) == ("Bienvenue", "chez nous", {"Où": "ici"})
    assert embed.text == "Bienvenue\nchez nous\nOù\nici"


async def test_who_closes_private_messages_is_not_written_to(bot: Bot, lea: User, server: Server) -> None:
    person = await bot.fetch_user(lea.id)
    lea.closes_dms()
    with pytest.raises(discord.Forbidden, match="Cannot send messages to this user") as refused:
        await person.send("bonjour")
    assert refused.value.code == 50007
    lea.opens_dms()
    await person.send("bonjour")
    await lea.reads()
    await lea.leaves(server)
    with pytest.raises(discord.Forbidden):
        await person.send("reviens")
    await lea.writes("oui ?")
    await person.send("bonjour")


async def test_a_reply_mentions_whom_it_answers(bot: Bot, general: Channel, lea: User) -> None:
    await general_of(bot, general).send("une question ?")
    asked = await lea.reads_next(in_=general)
    await lea.writes("oui", to=general, reply_to=asked)
    await lea.writes("non", to=general, reply_to=asked, pings=False)
    await bot.hears("message")  # its own
    pinging, silent = [await bot.hears("message") for _ in range(2)]
    assert pinging.reference.resolved.content == "une question ?"
    assert (pinging.mentions, silent.mentions) == ([bot.user], [])
    await pinging.reply("merci", mention_author=False)
    answer = await lea.reads_next(in_=general)
    assert answer.reply_to
    assert (answer.reply_to.content, answer.pinged) == ("oui", [])


async def test_contents_are_blanked_without_the_intent(
    double: FakeDiscord, server: Server, general: Channel, lea: User
) -> None:
    async with running(double, Bot(discord.Intents(guilds=True, messages=True))) as bot:
        await lea.writes("un secret", to=general)
        await lea.writes(f"dis, {double.bot.mention} ?", to=general)
        await lea.writes("en privé")
        heard = [await bot.hears("message") for _ in range(3)]
        assert [message.content for message in heard] == ["", f"dis, <@{double.bot.id}> ?", "en privé"]
        assert heard[1].mentions == [server_member(bot, server)]
        edited = await lea.writes("rien", to=general)
        await lea.edits(edited, f"{double.bot.mention} ?")
        assert (await bot.hears("raw_message_edit")).message.content == f"<@{double.bot.id}> ?"
        await general_of(bot, general).send("ce que je dis, je le vois")
        await bot.hears("message")
        assert (await bot.hears("message")).content == "ce que je dis, je le vois"


async def test_only_what_was_asked_for_is_heard(double: FakeDiscord, server: Server, general: Channel) -> None:
    tom = double.user("Tom")
    async with running(double, Bot(discord.Intents(guilds=True))) as bot:
        await tom.joins(server)
        await tom.writes("salut", to=general)
        await double.settled()
        assert not bot.has_heard("member_join")
        assert not bot.has_heard("message")


async def test_somebody_edits_and_deletes(bot: Bot, general: Channel, lea: User, sam: User) -> None:
    message = await lea.writes("salu", to=general)
    await lea.edits(message, "salut")
    before, after = await bot.hears("message_edit")
    assert (before.content, after.content, message.edited) == ("salu", "salut", True)
    with pytest.raises(AssertionError, match="cannot delete"):
        await sam.deletes(message)
    await lea.deletes(message)
    assert (await bot.hears("message_delete")).id == message.id
    assert message.deleted
    with pytest.raises(AssertionError, match="no longer there"):
        await lea.writes("quoi ?", to=general, reply_to=message)


async def test_bots_and_webhooks_write(double: FakeDiscord, bot: Bot, server: Server, general: Channel) -> None:
    robo = double.user("Robo", bot=True)
    server.add(robo)
    await robo.writes("bip", to=general)
    server.posts(general, "une actualité", by="Flux")
    first, second = [await bot.hears("message") for _ in range(2)]
    assert (first.author.bot, first.webhook_id) == (True, None)
    assert (second.author.name, second.webhook_id) == ("Flux", second.author.id)


async def test_somebody_opens_a_post(bot: Bot, server: Server, lea: User) -> None:
    forum = server.forum("entraide")
    assert (await bot.hears("guild_channel_create")).name == "entraide"
    post = await lea.opens_post(forum, "Mon CV", "que mettre ?")
    thread = await bot.hears("thread_create")
    message = await bot.hears("message")
    assert (thread.name, thread.parent.name, thread.owner_id) == ("Mon CV", "entraide", lea.id)
    assert (message.content, message.id, message.channel) == ("que mettre ?", thread.id, thread)
    assert post.starter
    await thread.send("voici")
    assert (await lea.reads_next(in_=post)).content == "voici"
    with pytest.raises(discord.HTTPException, match="non-text channel"):
        await bot.http.send_message(forum.id, params=discord.http.handle_message_parameters("x"))


async def test_threads_are_archived_and_locked(bot: Bot, server: Server, general: Channel, lea: User) -> None:
    thread = server.thread(general, "à part", by=lea)
    seen = await bot.hears("thread_create")
    server.archives(thread)
    await seen.send("on reprend")
    assert not thread.archived
    server.archives(thread, locked=True)
    with pytest.raises(discord.HTTPException, match="Thread is archived"):
        await seen.send("trop tard")
    with pytest.raises(AssertionError, match="locked"):
        await lea.writes("moi aussi", to=thread)


async def test_the_bot_starts_threads(bot: Bot, server: Server, general: Channel, lea: User) -> None:
    channel = general_of(bot, general)
    written = await lea.writes("une question", to=general)
    from_message = await (await channel.fetch_message(written.id)).create_thread(name="Réponse")
    assert from_message.id == written.id
    alone = await channel.create_thread(name="Seul", type=discord.ChannelType.public_thread)
    forum = server.forum("entraide")
    await bot.hears("guild_channel_create")
    there = bot.get_channel(forum.id)
    assert isinstance(there, discord.ForumChannel)
    post = await there.create_thread(name="À lire", content="les règles")
    assert [thread.name for thread in server.threads.values()] == ["Réponse", "Seul", "À lire"]
    assert (await lea.reads_next(in_=server.threads[post.thread.id])).content == "les règles"
    await alone.edit(archived=True)
    assert server.threads[alone.id].archived


async def test_who_is_pinged(double: FakeDiscord, bot: Bot, server: Server, general: Channel, lea: User) -> None:
    channel = general_of(bot, general)
    role, hidden = server.role("Diplômé", mentionable=True), server.role("Équipe")
    stranger = double.user("Personne")
    server.bot_may(mention_everyone=False)
    everybody = f"@everyone {lea.mention} {role.mention} {hidden.mention} {stranger.mention}"

    async def pinged(**options: Any) -> list[int]:
        await channel.send(everybody, allowed_mentions=discord.AllowedMentions(**options))
        return (await lea.reads_next(in_=general)).pinged

    assert await pinged() == [role.id, lea.id]
    server.bot_may(mention_everyone=True)
    assert await pinged() == [server.id, role.id, hidden.id, lea.id]
    assert await pinged(everyone=False, roles=False, users=[discord.Object(lea.id)]) == [lea.id]
    assert await pinged(everyone=False, roles=[discord.Object(hidden.id)], users=False) == [hidden.id]
    assert await pinged(everyone=False, roles=False, users=False) == []


async def test_files_are_sent_kept_and_replaced(bot: Bot, general: Channel, lea: User) -> None:
    channel = general_of(bot, general)
    sent = await channel.send(
        "voici", files=[discord.File(BytesIO(b"un"), "a.txt"), discord.File(BytesIO(b"deux"), "b.txt")]
    )
    message = await lea.reads_next(in_=general)
    assert [(file.name, file.content) for file in message.files] == [("a.txt", b"un"), ("b.txt", b"deux")]
    await sent.edit(attachments=[sent.attachments[1], discord.File(BytesIO(b"trois"), "c.txt", description="la suite")])
    assert [(file.name, file.content, file.description) for file in message.files] == [
        ("b.txt", b"deux", None),
        ("c.txt", b"trois", "la suite"),
    ]
    assert message.edited
    with pytest.raises(discord.HTTPException, match="Attachment data not found"):
        await bot.http.edit_message(
            general.id,
            sent.id,
            params=discord.http.MultipartParameters({"attachments": [{"id": "12"}]}, None, None),
        )


async def test_the_bot_types_reads_back_and_deletes(bot: Bot, general: Channel, lea: User) -> None:
    channel = general_of(bot, general)
    async with channel.typing():
        assert general.typing == 1
    for text in ("un", "deux", "trois"):
        await lea.writes(text, to=general)
    assert [message.content async for message in channel.history(limit=2)] == ["trois", "deux"]
    assert [message.content async for message in channel.history(limit=2, oldest_first=True)] == ["un", "deux"]
    sent = await channel.send("à effacer")
    await sent.delete()
    assert (await lea.reads_next(in_=general)).deleted
    with pytest.raises(discord.NotFound, match="Unknown Message"):
        await sent.edit(content="trop tard")


async def test_nonces_are_used_once(bot: Bot, general: Channel) -> None:
    channel = general_of(bot, general)
    first = await channel.send("une fois", nonce="abc")
    again = await channel.send("une fois", nonce="abc")
    assert first.id == again.id
    assert len(general.messages) == 1


async def test_people_read_at_their_own_pace(bot: Bot, general: Channel, lea: User, sam: User) -> None:
    channel = general_of(bot, general)
    for text in ("un", "deux", "trois"):
        await channel.send(text)
    assert [message.content for message in await lea.reads(2, in_=general)] == ["un", "deux"]
    sam.skips(in_=general)
    with pytest.raises(AssertionError, match="Sam waits for 1 messages, and reads"):
        await sam.reads(in_=general, within=0.01)
    assert (await lea.reads_next(in_=general)).content == "trois"


async def test_nobody_does_what_nobody_can(
    double: FakeDiscord, server: Server, general: Channel, lea: User, sam: User
) -> None:
    for text in (" ", "a" * 2001):
        with pytest.raises(AssertionError, match="nobody can write"):
            await lea.writes(text, to=general)
    with pytest.raises(AssertionError, match="is not in"):
        await double.user("Tom").writes("salut", to=general)
    with pytest.raises(AssertionError, match="private chat of somebody else"):
        await lea.writes("salut", to=sam.private)
    with pytest.raises(AssertionError, match="wrote oneself"):
        await sam.edits(await lea.writes("salut", to=general), "salut !")
    server.everyone_may(general, view_channel=False)
    with pytest.raises(AssertionError, match="does not see"):
        await lea.writes("salut", to=general)


def general_of(bot: Bot, channel: Channel) -> discord.TextChannel:
    """Return a channel as the bot has it."""
    found = bot.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


def server_member(bot: Bot, server: Server) -> discord.Member:
    """Return the bot as a member of a server."""
    guild = bot.get_guild(server.id)
    assert guild
    return guild.me
