"""Those who moderate, on Telegram: what is between them and Vigie is said in private, what is for all where all are."""

from collections.abc import Callable

import pytest

from bot.core.messages import Address, Block, Day, Due, Funnel, Incoming, Outgoing, Picture, Reply
from bot.storage.database import Database
from tests.conversations.words import LABELS
from tests.fakes.telegram import Chat, FakeTelegram, Group, Message, Topic, User
from tests.people import NOON
from tests.platforms.log import heard
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.steps import QUESTION, all_is_handled, all_is_said, is_known
from tests.platforms.telegram.storm import BAD_GATEWAY, NEVER, CutAfter, StormyTelegram, patience, refusal
from tests.platforms.telegram.talk import words_of

OPENING = words_of("team/in_private")
REFUSED = words_of("team/refused", here=True)
REFUSED_IN_PRIVATE = words_of("team/refused", here=False)
NOT_POSTED = words_of("team/not_posted", reference="…").partition("…")[0]
PUBLISHED = words_of("tips/published")
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)
"""The smallest picture."""
WEEK = Picture("semaine.png", (Day(NOON.date(), 9, 2, 7),), 8, 6, (Funnel("Démarrer", 7, 6),))


def said_in(chat: Chat, telegram: FakeTelegram) -> list[Message]:
    """Return what Vigie said in a chat that is still there."""
    return [message for message in chat.messages if message.sender is telegram.bot]


def said_of(text: str) -> Outgoing:
    return Outgoing((Reply((Block("text", text),)),))


@pytest.fixture
def group(telegram: FakeTelegram, lea: User, sam: User) -> Group:
    """A supergroup that Léa leads, with Sam in it, and Vigie as an administrator."""
    return telegram.group("Les indés").promote(lea).promote(telegram.bot).add(sam)


@pytest.fixture
def forum(telegram: FakeTelegram, lea: User, sam: User) -> Group:
    """A forum that Léa leads, with Sam in it, and Vigie as a plain member."""
    return telegram.group("Le forum", forum=True).promote(lea).add(sam)


@pytest.fixture
def jobs(forum: Group) -> Topic:
    return forum.topic("Emploi")


@pytest.fixture
def heard_by_core(asleep: Vigie, monkeypatch: pytest.MonkeyPatch) -> list[Incoming]:
    """What the core hears, as it is told of it."""
    kept: list[Incoming] = []
    handle = asleep.advisor.handle

    async def keeps(incoming: Incoming) -> Outgoing:
        kept.append(incoming)
        return await handle(incoming)

    monkeypatch.setattr(asleep.advisor, "handle", keeps)
    return kept


async def previewed(
    user: User, group: Group, *, reply_to: Message | None = None, topic: Topic | None = None
) -> Message:
    """Ask for a tip in a group, and return the preview that comes in private."""
    await user.writes("/conseil", to=group, reply_to=reply_to, topic=topic)
    preview = await user.reads_next()
    assert LABELS.tip_publish in preview.buttons
    return preview


def tip_of(preview: Message) -> str:
    """Return the tip that a preview shows, without what is said before it."""
    return preview.text.partition("\n\n")[2]


# What answers a command stays between the two


async def test_the_answer_to_a_command_goes_to_the_private_chat_and_the_command_goes(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, group: Group
) -> None:
    await is_known(lea)
    command = await lea.writes("/conseil", to=group)
    preview = await lea.reads_next()
    assert LABELS.tip_publish in preview.buttons
    assert preview.reply_to is None
    await all_is_said(vigie, telegram, database)
    assert command.deleted
    assert group.shown == []


@pytest.mark.parametrize("may", ["nothing", "all but delete"])
async def test_a_command_that_cannot_be_taken_away_stays_without_a_word(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, group: Group, may: str
) -> None:
    if may == "nothing":
        group.add(telegram.bot)
    else:
        group.promote(telegram.bot, lacks=("can_delete_messages",))
    await is_known(lea)
    with heard() as log:
        command = await lea.writes("/conseil", to=group)
        await lea.reads_next()
        await all_is_said(vigie, telegram, database)
    assert [each.status for each in telegram.asked_for("deleteMessage")] == [400]
    assert not command.deleted
    assert group.shown == []
    assert "set aside" not in log.text
    assert "Traceback" not in log.text


async def test_an_outage_while_a_command_is_taken_away_has_nothing_said_twice(
    vigie: Vigie, telegram: StormyTelegram, database: Database, lea: User, group: Group
) -> None:
    await is_known(lea)
    before = len(said_in(lea.chat, telegram))
    telegram.meets("deleteMessage", BAD_GATEWAY, BAD_GATEWAY)
    command = await lea.writes("/conseil", to=group)
    await lea.reads_next()
    await all_is_said(vigie, telegram, database)
    assert command.deleted
    assert len(said_in(lea.chat, telegram)) == before + 1


async def test_who_may_not_is_told_so_in_private_and_their_command_stays(
    vigie: Vigie, telegram: FakeTelegram, database: Database, sam: User, group: Group
) -> None:
    await is_known(sam)
    command = await sam.writes("/conseil", to=group)
    assert (await sam.reads_next()).text == REFUSED
    await all_is_said(vigie, telegram, database)
    assert not command.deleted
    assert group.shown == []


@pytest.mark.parametrize("how", ["never started", "blocked", "not known"])
async def test_whom_vigie_cannot_write_to_is_shown_the_way_and_nothing_of_the_answer(
    vigie: Vigie, telegram: StormyTelegram, database: Database, lea: User, group: Group, how: str
) -> None:
    if how == "blocked":
        await is_known(lea)
        await lea.blocks_bot()
        await all_is_handled(telegram, database)
    if how == "not known":
        lea.has_started()
        telegram.meets("sendMessage", refusal("PEER_ID_INVALID"))
    command = await lea.writes("/conseil", to=group)
    told = await lea.reads_next(chat=group)
    assert told.reply_to is command
    assert told.text == OPENING
    [button] = told.buttons
    assert (button, told.button(button).value) == (LABELS.in_private, "https://t.me/vigie_bot?start=start")
    await all_is_handled(telegram, database)
    assert not command.deleted
    assert group.shown == [told]
    # Neither the group nor the person is given up for that.
    assert [tuple(row) for row in await database.rows("SELECT unreachable_since FROM accounts")] == [(None,)]
    assert [tuple(row) for row in await database.rows("SELECT left_at FROM communities")] == [(None,)]
    await vigie.stops()


async def test_the_way_that_was_shown_leads_to_the_answer(vigie: Vigie, lea: User, group: Group) -> None:
    await lea.writes("/conseil", to=group)
    await lea.reads_next(chat=group)
    await lea.starts("start")
    await lea.reads_next()
    await previewed(lea, group)
    assert vigie.adapter.is_ready


async def test_an_outage_before_the_way_is_shown_has_it_shown_later(
    vigie: Vigie, telegram: StormyTelegram, database: Database, lea: User, group: Group
) -> None:
    refused = refusal("chat not found")
    telegram.meets("sendMessage", refused, BAD_GATEWAY, refused, patience())
    await lea.writes("/conseil", to=group)
    told = await lea.reads_next(chat=group)
    await all_is_said(vigie, telegram, database)
    assert group.shown == [told]
    assert told.text == OPENING


async def test_an_administrator_who_remains_anonymous_is_shown_the_way(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, group: Group
) -> None:
    await is_known(lea)
    lea.skips()
    command = await lea.writes("/conseil", to=group, anonymously=True)
    told = await lea.reads_next(chat=group)
    assert (told.text, told.reply_to) == (OPENING, command)
    await all_is_said(vigie, telegram, database)
    assert [each.status for each in telegram.asked_for("sendMessage")] == [200, 200]
    assert not command.deleted
    assert len(said_in(lea.chat, telegram)) == 1


async def test_an_outage_has_the_private_answer_come_later_and_once(
    vigie: Vigie, telegram: StormyTelegram, database: Database, lea: User, group: Group
) -> None:
    await is_known(lea)
    telegram.meets("sendMessage", BAD_GATEWAY, patience())
    await lea.writes("/conseil", to=group)
    await lea.reads_next()
    await all_is_said(vigie, telegram, database)
    assert len(said_in(lea.chat, telegram)) == 2
    assert group.shown == []


# What is for all to read


@pytest.mark.usefixtures("vigie")
async def test_a_tip_is_published_where_it_was_asked_for(lea: User, group: Group) -> None:
    await is_known(lea)
    preview = await previewed(lea, group)
    tip = tip_of(preview)
    query = await lea.presses(preview, LABELS.tip_publish)
    told = await lea.reads_next()
    assert told is preview
    assert told.text == PUBLISHED
    assert told.buttons == []
    assert query.answered
    posted = await lea.reads_next(chat=group)
    assert posted.text == tip
    assert posted.reply_to is None


@pytest.mark.usefixtures("vigie")
async def test_a_tip_in_reply_to_somebody_goes_to_them(lea: User, sam: User, group: Group) -> None:
    await is_known(lea)
    talk = await sam.writes(QUESTION, to=group)
    preview = await previewed(lea, group, reply_to=talk)
    assert sam.first_name in preview.text
    await lea.presses(preview, LABELS.tip_publish)
    posted = await lea.reads_next(chat=group)
    assert posted.reply_to is talk


@pytest.mark.usefixtures("vigie")
async def test_a_tip_for_a_message_that_is_gone_is_published_all_the_same(lea: User, sam: User, group: Group) -> None:
    await is_known(lea)
    talk = await sam.writes(QUESTION, to=group)
    preview = await previewed(lea, group, reply_to=talk)
    await sam.deletes(talk)
    await lea.presses(preview, LABELS.tip_publish)
    posted = await lea.reads_next(chat=group)
    assert posted.reply_to is None


@pytest.mark.usefixtures("vigie")
async def test_a_tip_asked_for_in_a_topic_is_published_there(lea: User, forum: Group, jobs: Topic) -> None:
    await is_known(lea)
    preview = await previewed(lea, forum, topic=jobs)
    await lea.presses(preview, LABELS.tip_publish)
    posted = await lea.reads_next(chat=forum)
    assert posted.topic is jobs


@pytest.mark.usefixtures("vigie")
async def test_a_tip_is_led_on_in_its_preview(lea: User, group: Group) -> None:
    await is_known(lea)
    preview = await previewed(lea, group)
    first = tip_of(preview)
    await lea.presses(preview, LABELS.tip_another)
    assert await lea.reads_next() is preview
    assert tip_of(preview) != first
    await lea.presses(preview, LABELS.tip_cancel)
    assert await lea.reads_next() is preview
    assert preview.text == words_of("tips/cancelled")
    assert group.shown == []


def _silenced(group: Group, bot: User) -> None:
    group.restrict(bot)


def _put_out(group: Group, bot: User) -> None:
    group.place(bot, "kicked")


@pytest.mark.parametrize("happens", [_silenced, _put_out])
async def test_who_wanted_a_tip_published_is_told_where_it_cannot_be(
    vigie: Vigie,
    telegram: FakeTelegram,
    database: Database,
    lea: User,
    group: Group,
    happens: Callable[[Chat, object], None],
) -> None:
    await is_known(lea)
    preview = await previewed(lea, group)
    happens(group, telegram.bot)
    await lea.presses(preview, LABELS.tip_publish)
    told = await lea.reads_next()
    assert told is preview
    assert told.text.startswith(NOT_POSTED)
    await all_is_said(vigie, telegram, database)
    assert group.shown == []
    assert len(said_in(lea.chat, telegram)) == 2


async def test_who_wanted_a_tip_published_in_a_closed_topic_is_told(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, forum: Group, jobs: Topic
) -> None:
    await is_known(lea)
    preview = await previewed(lea, forum, topic=jobs)
    jobs.closes()
    await lea.presses(preview, LABELS.tip_publish)
    assert (await lea.reads_next()).text.startswith(NOT_POSTED)
    await all_is_said(vigie, telegram, database)
    assert forum.shown == []


async def test_a_refusal_of_any_other_kind_is_told_too(
    vigie: Vigie, telegram: StormyTelegram, database: Database, lea: User, group: Group
) -> None:
    await is_known(lea)
    preview = await previewed(lea, group)
    telegram.meets("sendMessage", refusal("something new and strange"))
    await lea.presses(preview, LABELS.tip_publish)
    assert (await lea.reads_next()).text.startswith(NOT_POSTED)
    await all_is_said(vigie, telegram, database)
    assert group.shown == []


async def test_a_tip_waits_until_telegram_takes_it_and_is_published_once(
    vigie: Vigie, telegram: StormyTelegram, database: Database, lea: User, group: Group
) -> None:
    await is_known(lea)
    preview = await previewed(lea, group)
    telegram.meets("sendMessage", BAD_GATEWAY, patience())
    telegram.meets("editMessageText", BAD_GATEWAY, BAD_GATEWAY)
    await lea.presses(preview, LABELS.tip_publish)
    assert (await lea.reads_next()).text == PUBLISHED
    await all_is_said(vigie, telegram, database)
    assert len(group.shown) == 1


async def test_a_tip_that_was_published_before_a_stop_is_not_published_again(
    asleep: Vigie, telegram: StormyTelegram, lea: User, group: Group
) -> None:
    asleep.seconds = NEVER
    await asleep.starts()
    await is_known(lea)
    preview = await previewed(lea, group)
    telegram.meets("editMessageText", BAD_GATEWAY)
    with heard() as log:
        await lea.presses(preview, LABELS.tip_publish)
        await log.says("has to wait")
    assert len(group.shown) == 1
    await asleep.restarts()
    assert (await lea.reads_next()).text == PUBLISHED
    await asleep.stops()
    assert len(group.shown) == 1


@pytest.mark.usefixtures("vigie")
async def test_a_tip_whose_receipt_is_lost_is_published_twice_at_most(
    telegram: StormyTelegram, lea: User, group: Group
) -> None:
    await is_known(lea)
    preview = await previewed(lea, group)
    telegram.meets("sendMessage", CutAfter())
    await lea.presses(preview, LABELS.tip_publish)
    await lea.reads_next()
    assert len(group.shown) == 2


# Whom Telegram is asked about


@pytest.mark.usefixtures("vigie")
async def test_in_private_who_leads_a_group_acts_for_it(lea: User, group: Group) -> None:
    await is_known(lea)
    await previewed(lea, group)
    await lea.writes("/conseil")
    preview = await lea.reads_next()
    assert LABELS.tip_publish in preview.buttons
    assert group.title in preview.text


@pytest.mark.usefixtures("vigie")
async def test_in_private_who_leads_two_groups_says_for_which(
    telegram: FakeTelegram, lea: User, group: Group, forum: Group
) -> None:
    await is_known(lea)
    other = telegram.group("Les autres").promote(telegram.user("Max")).add(lea)
    for each in (group, forum, other):
        await lea.writes(f"/question {QUESTION}", to=each)
        await lea.reads_next(chat=each)
    await lea.writes("/conseil")
    which = await lea.reads_next()
    assert which.buttons == [forum.title, group.title]
    await lea.presses(which, forum.title)
    assert forum.title in (await lea.reads_next()).text


@pytest.mark.usefixtures("vigie")
async def test_in_private_a_member_is_no_more_than_that(lea: User, sam: User, group: Group) -> None:
    await is_known(lea, sam)
    await sam.writes(f"/question {QUESTION}", to=group)
    await sam.reads_next(chat=group)
    await sam.writes("/conseil")
    assert (await sam.reads_next()).text == REFUSED_IN_PRIVATE


async def test_who_leads_no_longer_publishes_nothing(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group
) -> None:
    await is_known(lea)
    preview = await previewed(lea, group)
    await group.demotes(lea, by=sam)
    await all_is_handled(telegram, database)
    query = await lea.presses(preview, LABELS.tip_publish)
    await query.is_answered()
    assert query.notice == REFUSED_IN_PRIVATE
    await all_is_said(vigie, telegram, database)
    assert group.shown == []


async def test_who_leads_no_longer_is_found_out_within_minutes_where_vigie_is_not_told(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, forum: Group
) -> None:
    await is_known(lea)
    preview = await previewed(lea, forum)
    forum.add(lea)
    telegram.passes(minutes=6)
    query = await lea.presses(preview, LABELS.tip_publish)
    await query.is_answered()
    assert query.notice == REFUSED_IN_PRIVATE
    await all_is_said(vigie, telegram, database)
    assert forum.shown == []


@pytest.mark.usefixtures("vigie")
async def test_telegram_is_not_asked_who_leads_what_for_anything_else_in_private(
    telegram: FakeTelegram, lea: User, group: Group
) -> None:
    await is_known(lea)
    await previewed(lea, group)
    telegram.passes(minutes=6)
    asked_before = len(telegram.asked_for("getChatAdministrators"))
    for text in (QUESTION, "/themes", "/question conseil", "/reglages", "conseil"):
        await lea.writes(text)
        await lea.reads_next()
    await lea.writes("/themes")
    themes = await lea.reads_next()
    await lea.presses(themes, themes.buttons[0])
    await lea.reads_next()
    assert len(telegram.asked_for("getChatAdministrators")) == asked_before


@pytest.mark.usefixtures("vigie")
async def test_telegram_is_asked_of_twenty_groups_at_most_and_remembered_for_minutes(
    telegram: FakeTelegram, lea: User
) -> None:
    await is_known(lea)
    for number in range(23):
        each = telegram.group(f"Le groupe {number}").add(lea)
        await lea.writes("/aide", to=each)
        await lea.reads_next(chat=each)
    telegram.passes(minutes=6)
    asked_before = len(telegram.asked_for("getChatAdministrators"))
    for _ in range(2):
        await lea.writes("/conseil")
        assert (await lea.reads_next()).text == REFUSED_IN_PRIVATE
    assert len(telegram.asked_for("getChatAdministrators")) == asked_before + 20


@pytest.mark.usefixtures("vigie")
async def test_an_outage_while_telegram_is_asked_makes_a_member_of_nobody(
    telegram: StormyTelegram, lea: User, group: Group
) -> None:
    await is_known(lea)
    await previewed(lea, group)
    telegram.passes(minutes=6)
    telegram.meets("getChatAdministrators", BAD_GATEWAY)
    await lea.writes("/conseil")
    assert LABELS.tip_publish in (await lea.reads_next()).buttons


# What the core hears


async def test_the_core_hears_who_and_where_and_of_which_message(
    heard_by_core: list[Incoming], vigie: Vigie, lea: User, sam: User, forum: Group, jobs: Topic
) -> None:
    await is_known(lea)
    await lea.writes("/aide", to=forum, topic=jobs)
    await lea.reads_next(chat=forum)
    in_topic = heard_by_core[-1]
    assert (in_topic.name, in_topic.place_title, in_topic.quoted_message) == ("Léa", "Emploi", None)
    talk = await sam.writes("Comment faire un CV ?", to=forum, topic=jobs)
    await lea.writes("/question", to=forum, reply_to=talk)
    await lea.reads_next(chat=forum)
    in_reply = heard_by_core[-1]
    assert in_reply.quoted_message == str(talk.id)
    assert vigie.adapter.is_ready


async def test_the_core_hears_which_message_the_one_with_the_button_answers(
    heard_by_core: list[Incoming], vigie: Vigie, sam: User, forum: Group, jobs: Topic
) -> None:
    asked = await sam.writes(f"/question {QUESTION}", to=forum, topic=jobs)
    answer = await sam.reads_next(chat=forum)
    query = await sam.presses(answer, LABELS.useful)
    await query.is_answered()
    pressed = heard_by_core[-1]
    assert (pressed.name, pressed.quoted_message) == ("Sam", str(asked.id))
    assert vigie.adapter.is_ready


async def test_the_beginning_of_a_topic_is_no_message_that_vigie_answers(
    heard_by_core: list[Incoming], vigie: Vigie, telegram: StormyTelegram, sam: User, forum: Group, jobs: Topic
) -> None:
    hold = telegram.holds("sendMessage")
    asked = await sam.writes(f"/question {QUESTION}", to=forum, topic=jobs)
    await hold.is_reached()
    await sam.deletes(asked)
    hold.let_go.set()
    answer = await sam.reads_next(chat=forum)
    query = await sam.presses(answer, LABELS.useful)
    await query.is_answered()
    pressed = heard_by_core[-1]
    assert (pressed.quoted_author, pressed.quoted_message, pressed.place_title) == (None, None, "Emploi")
    assert vigie.adapter.is_ready


# What falls due


async def test_what_falls_due_for_all_goes_to_the_topic_in_reply_to_a_message(
    vigie: Vigie, sam: User, forum: Group, jobs: Topic
) -> None:
    talk = await sam.writes("Bonjour", to=forum, topic=jobs)
    address = Address("telegram", str(sam.id), str(forum.id), str(jobs.id))
    await vigie.adapter.deliver(Due(address, said_of("C'est lundi."), to_all=True, replies_to=str(talk.id)))
    posted = await sam.reads_next(chat=forum)
    assert (posted.text, posted.topic, posted.reply_to) == ("C'est lundi.", jobs, talk)


async def test_only_the_first_message_of_what_falls_due_replies(vigie: Vigie, sam: User, group: Group) -> None:
    talk = await sam.writes("Bonjour", to=group)
    outgoing = Outgoing((*said_of("Un.").replies, *said_of("Deux.").replies))
    address = Address("telegram", "", str(group.id))
    await vigie.adapter.deliver(Due(address, outgoing, to_all=True, replies_to=str(talk.id)))
    first, second = await sam.reads(2, chat=group)
    assert (first.reply_to, second.reply_to) == (talk, None)


async def test_a_group_that_put_vigie_out_is_left_when_what_is_for_all_falls_due(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, group: Group
) -> None:
    await lea.writes("/aide", to=group)
    await lea.reads_next(chat=group)
    group.place(telegram.bot, "kicked")
    await vigie.adapter.deliver(Due(Address("telegram", "", str(group.id)), said_of("C'est lundi."), to_all=True))
    assert [tuple(row) for row in await database.rows("SELECT left_at IS NULL FROM communities")] == [(0,)]


# Pictures


async def test_a_picture_follows_the_words(vigie: Vigie, lea: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Picture] = []

    async def drawn(picture: Picture) -> bytes:
        asked.append(picture)
        return PIXEL

    monkeypatch.setattr("bot.platforms.telegram.outgoing.drawn", drawn)
    lea.has_started()
    outgoing = Outgoing((Reply((Block("text", "Ta semaine."),), pictures=(WEEK,)),))
    await vigie.adapter.deliver(Due(Address("telegram", str(lea.id)), outgoing))
    words, picture = await lea.reads(2)
    assert (words.text, words.photo) == ("Ta semaine.", None)
    assert picture.photo
    assert (picture.text, picture.photo.name, picture.photo.content) == ("", WEEK.name, PIXEL)
    assert asked == [WEEK]


async def test_the_week_is_drawn_as_telegram_takes_it(vigie: Vigie, lea: User, forum: Group, jobs: Topic) -> None:
    outgoing = Outgoing((Reply((Block("text", "La semaine."),), pictures=(WEEK,)),))
    await vigie.adapter.deliver(Due(Address("telegram", "", str(forum.id), str(jobs.id)), outgoing, to_all=True))
    _, picture = await lea.reads(2, chat=forum, within=30)
    assert picture.photo
    assert picture.topic is jobs
    assert picture.photo.width >= 800


async def test_without_its_picture_what_is_said_is_said(
    vigie: Vigie, telegram: FakeTelegram, lea: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drawn(_: Picture) -> None:
        return None

    monkeypatch.setattr("bot.platforms.telegram.outgoing.drawn", drawn)
    lea.has_started()
    outgoing = Outgoing((Reply((Block("text", "Ta semaine."),), pictures=(WEEK,)),))
    with heard() as log:
        await vigie.adapter.deliver(Due(Address("telegram", str(lea.id)), outgoing))
    assert (await lea.reads_next()).text == "Ta semaine."
    assert telegram.asked_for("sendPhoto") == []
    assert "was not sent" not in log.text


async def test_in_a_topic_that_is_gone_a_picture_goes_to_the_whole_chat_as_the_words_do(
    vigie: Vigie, lea: User, forum: Group, jobs: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drawn(_: Picture) -> bytes:
        return PIXEL

    monkeypatch.setattr("bot.platforms.telegram.outgoing.drawn", drawn)
    jobs.disappears()
    outgoing = Outgoing((Reply((Block("text", "La semaine."),), pictures=(WEEK,)),))
    await vigie.adapter.deliver(Due(Address("telegram", "", str(forum.id), str(jobs.id)), outgoing, to_all=True))
    words, picture = await lea.reads(2, chat=forum)
    assert words.text
    assert picture.photo
