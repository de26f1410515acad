"""What people do reaches an unmodified application, and they read what it answers."""

from io import BytesIO

import pytest
from telegram import (
    Bot,
    ChatMember,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    MessageEntity,
)

from tests.fakes.telegram import FakeTelegram, Group, Message, User
from tests.fakes.telegram.conftest import NOON, Listener, png


async def offered(bot: Bot, lea: User, *buttons: InlineKeyboardButton) -> Message:
    """Send Léa a question with buttons."""
    lea.has_started()
    await bot.send_message(lea.id, "On commence ?", reply_markup=InlineKeyboardMarkup.from_column(list(buttons)))
    return await lea.reads_next()


async def test_somebody_writes_in_private(listener: Listener, lea: User) -> None:
    written = await lea.writes("/start abc")
    update = await listener.hears()
    assert update.message
    assert update.message.text == "/start abc"
    assert update.message.message_id == written.id
    assert update.message.date == NOON
    assert update.message.parse_entities([MessageEntity.BOT_COMMAND]) == {update.message.entities[0]: "/start"}
    assert update.effective_user
    assert (update.effective_user.id, update.effective_user.username) == (lea.id, "lea")
    assert update.effective_user.language_code == "fr"
    assert update.effective_chat
    assert (update.effective_chat.id, update.effective_chat.type) == (lea.id, "private")


async def test_somebody_edits_what_they_wrote(listener: Listener, lea: User) -> None:
    message = await lea.writes("salu")
    await lea.edits(message, "salut")
    await listener.hears()
    update = await listener.hears()
    assert update.edited_message
    assert update.edited_message.text == "salut"
    assert update.edited_message.edit_date == NOON


async def test_somebody_sends_what_is_no_text(listener: Listener, lea: User) -> None:
    await lea.sends({"dice": {"emoji": "🎲", "value": 4}})
    update = await listener.hears()
    assert update.message
    assert update.message.dice
    assert (update.message.dice.value, update.message.text) == (4, None)


async def test_nobody_writes_nothing_or_too_much(lea: User) -> None:
    for text in (" ", "a" * 4097):
        with pytest.raises(AssertionError, match="nobody can write"):
            await lea.writes(text)


async def test_only_what_one_wrote_can_be_edited(lea: User, sam: User) -> None:
    with pytest.raises(AssertionError, match="wrote oneself"):
        await sam.edits(await lea.writes("salut"), "salut !")


async def test_somebody_replies_in_a_topic(telegram: FakeTelegram, listener: Listener, lea: User) -> None:
    forum = telegram.group("Le forum", forum=True).add(lea).promote(telegram.bot)
    topic = forum.topic("Emploi")
    first = await lea.writes("mon cv ?", to=forum, topic=topic)
    await lea.writes("alors ?", to=forum, reply_to=first)
    update = await listener.hears()
    assert update.message
    assert update.message.is_topic_message
    assert update.message.message_thread_id == topic.id
    assert update.message.reply_to_message
    assert update.message.reply_to_message.forum_topic_created
    update = await listener.hears()
    assert update.message
    assert update.message.message_thread_id == topic.id
    assert update.message.reply_to_message
    assert update.message.reply_to_message.text == "mon cv ?"


async def test_a_reply_in_a_plain_supergroup_has_a_thread_that_is_no_topic(
    telegram: FakeTelegram, listener: Listener, group: Group, lea: User
) -> None:
    group.promote(telegram.bot)
    first = await lea.writes("une question", to=group)
    await lea.writes("une autre", to=group, reply_to=first)
    await listener.hears()
    update = await listener.hears()
    assert update.message
    assert update.message.message_thread_id == first.id
    assert not update.message.is_topic_message


async def test_an_administrator_writes_anonymously(
    telegram: FakeTelegram, listener: Listener, group: Group, lea: User
) -> None:
    group.promote(telegram.bot)
    await lea.writes("à tous", to=group, anonymously=True)
    update = await listener.hears()
    assert update.message
    assert update.message.from_user
    assert update.message.from_user.username == "GroupAnonymousBot"
    assert update.message.sender_chat
    assert update.message.sender_chat.id == group.id


async def test_other_bots_are_not_heard(telegram: FakeTelegram, listener: Listener, group: Group, lea: User) -> None:
    robo = telegram.user("Robo", is_bot=True)
    group.add(robo).promote(telegram.bot)
    await robo.writes("bip", to=group)
    await lea.writes("chut", to=group)
    update = await listener.hears()
    assert update.message
    assert update.message.text == "chut"


async def test_somebody_presses_a_button_and_sees_a_notice(bot: Bot, listener: Listener, lea: User) -> None:
    question = await offered(bot, lea, InlineKeyboardButton("Oui", callback_data="yes"))
    query = await lea.presses(question, "Oui")
    assert not query.answered
    update = await listener.hears()
    assert update.callback_query
    assert update.callback_query.data == "yes"
    assert update.callback_query.message
    assert update.callback_query.message.message_id == question.id
    await bot.answer_callback_query(update.callback_query.id, "C'est noté", show_alert=True)
    await query.is_answered()
    assert (query.notice, query.alert) == ("C'est noté", True)


async def test_a_link_is_followed_and_not_pressed(bot: Bot, listener: Listener, lea: User) -> None:
    link = InlineKeyboardButton("En privé", url="https://t.me/vigie_bot?start=cv")
    question = await offered(bot, lea, link, InlineKeyboardButton("Ailleurs", url="https://example.org/"))
    with pytest.raises(AssertionError, match="no callback button"):
        await lea.presses(question, "En privé")
    with pytest.raises(AssertionError, match="leads out of Telegram"):
        await lea.follows(question, "Ailleurs")
    with pytest.raises(AssertionError, match="no button 'Non'"):
        await lea.presses(question, "Non")
    await lea.follows(question, "En privé")
    update = await listener.hears()
    assert update.message
    assert update.message.text == "/start cv"


async def test_a_link_in_the_text_is_followed_too(bot: Bot, listener: Listener, lea: User) -> None:
    lea.has_started()
    link = MessageEntity(MessageEntity.TEXT_LINK, 0, 3, url="tg://resolve?domain=vigie_bot&start=plan")
    await bot.send_message(lea.id, "ici", entities=[link])
    await lea.follows(await lea.reads_next(), "ici")
    update = await listener.hears()
    assert update.message
    assert update.message.text == "/start plan"


async def test_somebody_joins_and_leaves_a_group_led_by_the_bot(
    telegram: FakeTelegram, listener: Listener, group: Group, sam: User
) -> None:
    group.promote(telegram.bot)
    await sam.joins(group)
    update = await listener.hears()
    assert update.chat_member
    assert update.chat_member.difference()["status"] == (ChatMember.LEFT, ChatMember.MEMBER)
    update = await listener.hears()
    assert update.message
    assert [user.id for user in update.message.new_chat_members] == [sam.id]
    await sam.leaves(group)
    update = await listener.hears()
    assert update.chat_member
    assert update.chat_member.new_chat_member.status == ChatMember.LEFT
    update = await listener.hears()
    assert update.message
    assert update.message.left_chat_member
    assert update.message.left_chat_member.id == sam.id


async def test_a_bot_that_leads_no_group_hears_only_the_service_message(
    listener: Listener, group: Group, sam: User
) -> None:
    await sam.joins(group)
    update = await listener.hears()
    assert update.message
    assert update.message.new_chat_members


async def test_somebody_who_asks_to_join_can_be_written_to_for_five_minutes(
    telegram: FakeTelegram, bot: Bot, listener: Listener, group: Group, sam: User
) -> None:
    group.promote(telegram.bot)
    await sam.asks_to_join(group)
    update = await listener.hears()
    assert update.chat_join_request
    await bot.send_message(update.chat_join_request.user_chat_id, "Bonjour Sam")
    assert (await sam.reads_next()).text == "Bonjour Sam"
    telegram.passes(minutes=5)
    with pytest.raises(Exception, match="Forbidden: bot can't initiate conversation with a user"):
        await bot.send_message(sam.id, "Es-tu là ?")


async def test_the_bot_is_blocked_and_unblocked(bot: Bot, listener: Listener, lea: User) -> None:
    await lea.writes("/start")
    await lea.blocks_bot()
    await listener.hears()
    update = await listener.hears()
    assert update.my_chat_member
    assert update.my_chat_member.difference()["status"] == (ChatMember.MEMBER, ChatMember.BANNED)
    with pytest.raises(Exception, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(lea.id, "Es-tu là ?")
    await lea.unblocks_bot()
    update = await listener.hears()
    assert update.my_chat_member
    assert update.my_chat_member.new_chat_member.status == ChatMember.MEMBER
    await bot.send_message(lea.id, "Te revoilà")


async def test_somebody_asks_in_any_chat(bot: Bot, listener: Listener, group: Group, lea: User) -> None:
    query = await lea.asks_inline("cv", within=None)
    update = await listener.hears()
    assert update.inline_query
    assert update.inline_query.query == "cv"
    article = InlineQueryResultArticle("1", "Ton CV", InputTextMessageContent("Un CV tient en une page."))
    await bot.answer_inline_query(
        update.inline_query.id,
        [article],
        cache_time=60,
        is_personal=True,
        button=InlineQueryResultsButton("En parler", start_parameter="cv"),
    )
    await query.is_answered()
    assert [result["title"] for result in query.results] == ["Ton CV"]
    assert (query.cache_time, query.is_personal) == (60, True)
    await lea.picks(query, "Ton CV", to=group)
    update = await listener.hears()
    assert update.message
    assert update.message.text == "Un CV tient en une page."
    assert update.message.via_bot
    assert update.message.via_bot.id == bot.id
    await lea.follows_inline(query)
    update = await listener.hears()
    assert update.message
    assert update.message.text == "/start cv"


async def test_what_the_bot_sends_edits_and_deletes_is_what_people_see(bot: Bot, lea: User) -> None:
    asked = await lea.writes("bonjour")
    bold = MessageEntity(MessageEntity.BOLD, 3, 3)
    await bot.send_message(lea.id, "👋 toi", entities=[bold], reply_to_message_id=asked.id)
    sent = await lea.reads_next()
    assert (sent.text, sent.bold, sent.reply_to, sent.edited) == ("👋 toi", ["toi"], asked, False)
    rows = [[InlineKeyboardButton(label, callback_data=label) for label in row] for row in ("ab", "c")]
    await bot.edit_message_text("Choisis", lea.id, sent.id, reply_markup=InlineKeyboardMarkup(rows))
    assert await lea.reads_next() is sent
    assert (sent.text, sent.edited, sent.buttons) == ("Choisis", True, ["a", "b", "c"])
    assert [[button.text for button in row] for row in sent.rows] == [["a", "b"], ["c"]]
    await bot.edit_message_reply_markup(lea.id, sent.id)
    assert sent.buttons == []
    await bot.delete_message(lea.id, sent.id)
    assert lea.messages == [asked]
    assert lea.chat.deleted == [sent]


async def test_editing_a_text_takes_its_buttons_away_unless_they_are_sent_again(bot: Bot, lea: User) -> None:
    question = await offered(bot, lea, InlineKeyboardButton("Oui", callback_data="yes"))
    await bot.edit_message_text("C'est parti", lea.id, question.id)
    assert question.buttons == []


async def test_blanks_around_a_text_are_not_kept_and_its_entities_follow(bot: Bot, lea: User) -> None:
    lea.has_started()
    await bot.send_message(lea.id, "\n  gras  \n", entities=[MessageEntity(MessageEntity.BOLD, 0, 8)])
    sent = await lea.reads_next()
    assert (sent.text, sent.bold) == ("gras", ["gras"])


async def test_a_file_is_read_with_its_name_and_content(bot: Bot, lea: User) -> None:
    lea.has_started()
    returned = await bot.send_document(lea.id, BytesIO(b"{}"), filename="mes données.json", caption="Tout est là")
    sent = await lea.reads_next()
    assert sent.document
    assert (sent.document.name, sent.document.content, sent.text) == ("mes données.json", b"{}", "Tout est là")
    assert returned.document
    assert returned.document.file_name == "mes données.json"
    assert returned.caption == "Tout est là"


async def test_a_photo_is_seen_with_its_size_and_caption(bot: Bot, lea: User) -> None:
    lea.has_started()
    returned = await bot.send_photo(lea.id, png(1080, 1350), filename="semaine.png", caption="Ta semaine")
    sent = await lea.reads_next()
    assert sent.photo
    assert (sent.photo.name, sent.photo.content, sent.text) == ("semaine.png", png(1080, 1350), "Ta semaine")
    assert [(each.width, each.height) for each in returned.photo] == [(1080, 1350)]
    assert returned.caption == "Ta semaine"


async def test_who_waits_for_more_than_is_said_is_told_what_was_said(bot: Bot, lea: User) -> None:
    lea.has_started()
    await bot.send_message(lea.id, "Bonjour")
    with pytest.raises(AssertionError, match=r"Léa waits for 2 messages, and reads \['Bonjour'\]"):
        await lea.reads(2, within=0.01)
    lea.skips()
    await bot.send_message(lea.id, "Ça va ?")
    assert (await lea.reads_next()).text == "Ça va ?"


async def test_an_account_that_is_gone_cannot_be_written_to(bot: Bot, lea: User) -> None:
    lea.has_started()
    lea.deletes_account()
    with pytest.raises(Exception, match="Forbidden: user is deactivated"):
        await bot.send_message(lea.id, "Es-tu là ?")


async def test_somebody_deletes_a_message_and_its_button_can_no_longer_be_pressed(bot: Bot, lea: User) -> None:
    question = await offered(bot, lea, InlineKeyboardButton("Oui", callback_data="yes"))
    await lea.deletes(question)
    with pytest.raises(AssertionError, match="no longer there"):
        await lea.presses(question, "Oui")
