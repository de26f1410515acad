"""What happens to groups, and to the bot in them."""

import pytest
from telegram import Bot, ChatMember, ChatMemberAdministrator
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.fakes.telegram import FakeTelegram, Group, User
from tests.fakes.telegram.conftest import Listener


async def test_several_people_are_added_at_once(
    telegram: FakeTelegram, listener: Listener, group: Group, lea: User, sam: User
) -> None:
    robo = telegram.user("Robo", is_bot=True)
    await group.adds(sam, robo, by=lea)
    update = await listener.hears()
    assert update.message
    assert update.message.from_user
    assert update.message.from_user.id == lea.id
    assert [(user.first_name, user.is_bot) for user in update.message.new_chat_members] == [
        ("Sam", False),
        ("Robo", True),
    ]
    assert [message.id for message in group.services] == [update.message.message_id]
    assert group.messages == []


async def test_somebody_is_banned(
    telegram: FakeTelegram, listener: Listener, group: Group, lea: User, sam: User
) -> None:
    group.add(sam).promote(telegram.bot)
    await group.removes(sam, by=lea)
    update = await listener.hears()
    assert update.chat_member
    assert update.chat_member.new_chat_member.status == ChatMember.BANNED


async def test_the_bot_is_added_led_up_down_and_out(
    telegram: FakeTelegram, bot: Bot, listener: Listener, lea: User
) -> None:
    group = telegram.group("Le café", with_bot=False).promote(lea)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(group.id, "Bonjour")
    await group.adds_bot(by=lea)
    update = await listener.hears()
    assert update.my_chat_member
    assert update.my_chat_member.from_user.id == lea.id
    assert update.my_chat_member.difference()["status"] == (ChatMember.LEFT, ChatMember.MEMBER)
    update = await listener.hears()
    assert update.message
    assert [user.id for user in update.message.new_chat_members] == [bot.id]
    await group.promotes(telegram.bot, by=lea)
    await group.demotes(telegram.bot, by=lea)
    await group.removes_bot(by=lea)
    statuses = []
    for _ in range(3):
        update = await listener.hears()
        assert update.my_chat_member
        statuses.append(update.my_chat_member.new_chat_member.status)
    assert statuses == [ChatMember.ADMINISTRATOR, ChatMember.MEMBER, ChatMember.BANNED]
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "Au revoir")


async def test_the_bot_leaves(bot: Bot, listener: Listener, group: Group, lea: User) -> None:
    await bot.leave_chat(group.id)
    update = await listener.hears()
    assert update.my_chat_member
    assert update.my_chat_member.new_chat_member.status == ChatMember.LEFT
    await lea.writes("/start", to=group)
    await lea.writes("en privé")
    update = await listener.hears()
    assert update.message
    assert update.message.text == "en privé"


async def test_a_group_becomes_a_supergroup(telegram: FakeTelegram, bot: Bot, listener: Listener, lea: User) -> None:
    group = telegram.group("Les indés", supergroup=False).promote(lea)
    supergroup = await group.upgrades()
    assert -(10**12) < group.id < 0
    assert supergroup.id < -(10**12)
    update = await listener.hears()
    assert update.message
    assert (update.message.chat_id, update.message.migrate_to_chat_id) == (group.id, supergroup.id)
    update = await listener.hears()
    assert update.message
    assert (update.message.chat_id, update.message.migrate_from_chat_id) == (supergroup.id, group.id)
    with pytest.raises(ChatMigrated) as raised:
        await bot.send_message(group.id, "Bonjour")
    assert raised.value.new_chat_id == supergroup.id
    await bot.send_message(supergroup.id, "Bonjour")
    assert (await lea.reads_next(chat=supergroup)).text == "Bonjour"
    assert telegram.refused[-1].error == "Bad Request: group chat was upgraded to a supergroup chat"
    with pytest.raises(AssertionError, match="has become a supergroup"):
        await lea.writes("bonjour", to=group)


async def test_who_is_who_in_a_group(telegram: FakeTelegram, bot: Bot, group: Group, lea: User, sam: User) -> None:
    assert (await bot.get_chat_member(group.id, lea.id)).status == ChatMember.ADMINISTRATOR
    assert (await bot.get_chat_member(group.id, bot.id)).status == ChatMember.MEMBER
    assert (await bot.get_chat_member(group.id, sam.id)).status == ChatMember.LEFT
    assert [member.user.id for member in await bot.get_chat_administrators(group.id)] == [lea.id]
    group.restrict(telegram.bot)
    assert (await bot.get_chat_member(group.id, bot.id)).status == ChatMember.RESTRICTED
    with pytest.raises(BadRequest, match="User not found"):
        await bot.get_chat_member(group.id, 42)


async def test_what_chats_are(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    forum = telegram.group("Le forum", forum=True)
    told = await bot.get_chat(forum.id)
    assert (told.title, told.type, told.is_forum) == ("Le forum", "supergroup", True)
    lea.has_started()
    assert (await bot.get_chat(lea.id)).first_name == "Léa"


async def test_the_bot_writes_in_topics(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    forum = telegram.group("Le forum", forum=True).add(lea)
    topic = forum.topic("Emploi")
    sent = await bot.send_message(forum.id, "Bonjour", message_thread_id=topic.id)
    assert sent.is_topic_message
    assert (await lea.reads_next(chat=forum)).topic is topic
    question = await lea.writes("/aide", to=forum, topic=topic)
    await bot.send_message(forum.id, "Voilà", reply_to_message_id=question.id)
    assert (await lea.reads_next(chat=forum)).topic is topic
    await bot.send_chat_action(forum.id, "typing", message_thread_id=topic.id)
    assert forum.actions == ["typing"]
    topic.closes()
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(forum.id, "Encore", message_thread_id=topic.id)
    topic.disappears()
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum.id, "Encore", message_thread_id=topic.id)
    assert forum.messages == []


async def test_others_messages_are_deleted_by_administrators_only(
    telegram: FakeTelegram, bot: Bot, group: Group, lea: User
) -> None:
    message = await lea.writes("à effacer", to=group)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(group.id, message.id)
    group.promote(telegram.bot)
    await bot.delete_message(group.id, message.id)
    assert message.deleted


async def test_the_bot_takes_its_own_messages_away_for_two_days(
    telegram: FakeTelegram, bot: Bot, group: Group, lea: User
) -> None:
    await bot.send_message(group.id, "Bonjour")
    message = await lea.reads_next(chat=group)
    telegram.passes(days=2, seconds=1)
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_message(group.id, message.id)


async def test_a_bot_that_is_restricted_does_not_write(telegram: FakeTelegram, bot: Bot, group: Group) -> None:
    group.restrict(telegram.bot)
    with pytest.raises(BadRequest, match="Not enough rights to send text messages to the chat"):
        await bot.send_message(group.id, "Bonjour")


async def test_who_lacks_the_right_deletes_nothing_but_their_own(
    telegram: FakeTelegram, bot: Bot, group: Group, lea: User
) -> None:
    group.promote(telegram.bot, lacks=("can_delete_messages",))
    hers = await lea.writes("Bonjour", to=group)
    own = await bot.send_message(group.id, "Bonjour")
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(group.id, hers.id)
    await bot.delete_message(group.id, own.id)
    assert group.messages == [hers]
    [me] = [each for each in await bot.get_chat_administrators(group.id) if each.user.id == bot.id]
    assert isinstance(me, ChatMemberAdministrator)
    assert (me.can_delete_messages, me.can_pin_messages) == (False, True)
