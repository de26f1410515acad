"""A team at work on Telegram, from end to end: what it does in private, and what the group reads of it."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from bot.core.advisor import Advisor
from bot.core.buttons import shortened
from bot.core.lessons import Written
from bot.core.limits import ASKED_BY_ONE, ASKED_IN_A_PLACE
from bot.core.messages import Picture
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.library import Library
from bot.storage.audit import Action
from bot.storage.database import Database
from tests.conversations.classroom import (
    ADVICE,
    EVERY_TIP,
    LESSON,
    OTHER,
    TIPS,
    UNANSWERED,
    knowledge_files,
    written_to,
)
from tests.conversations.words import ACTIONS, LABELS
from tests.fakes.telegram import FakeTelegram, Group, Message, Topic, User
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.steps import all_is_handled, is_known
from tests.platforms.telegram.storm import StormyTelegram, refusal
from tests.platforms.telegram.talk import chooses, is_told, words_of

STICKY, DULL = "combien de temps pétrir ma pâte ?", "obtenir une croûte brillante"
"""What the small knowledge answers."""
REPOSE = EVERY_TIP["pate-repos"][1]
"""The tip that is for dough."""
OTHERWISE = "Gare-toi sur la place, le marché a changé d'endroit."
MONDAYS = ("2026-11-23T09:00:00+01:00", "2026-11-30T09:00:00+01:00")
REFUSED_IN_PRIVATE = words_of("team/refused", here=False)
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)
"""The smallest picture."""

pytestmark = pytest.mark.usefixtures("vigie", "open_chats")


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Library:
    # Its journey is told in words that are made for tests of journeys.
    files = {name: text for name, text in knowledge_files().items() if not name.startswith("journeys")}
    return written_to(tmp_path_factory.mktemp("bakery"), files)


@pytest.fixture
def advisor(bakery: Library, voice: Voice, smalltalk: SmallTalk, database: Database) -> Advisor:
    return Advisor(bakery.current, voice, smalltalk, database, misses_kept=90)


@pytest.fixture
def group(telegram: FakeTelegram, lea: User, sam: User) -> Group:
    """A supergroup that Léa leads, with Sam in it, and Vigie as an administrator."""
    return telegram.group("Le fournil").promote(lea).promote(telegram.bot).add(sam)


@pytest.fixture
def forum(telegram: FakeTelegram, lea: User, sam: User) -> Group:
    """A forum that Léa leads, with Sam in it, and Vigie as an administrator."""
    return telegram.group("Le moulin", forum=True).promote(lea).promote(telegram.bot).add(sam)


@pytest.fixture
def flour(forum: Group) -> Topic:
    return forum.topic("Farines")


@pytest.fixture
async def open_chats(lea: User, sam: User, vigie: Vigie) -> None:
    """Léa and Sam have met Vigie in private."""
    assert vigie.adapter.is_ready
    await is_known(lea, sam)


async def commands(
    user: User, text: str, to: Group, *, topic: Topic | None = None, reply_to: Message | None = None
) -> Message:
    """Type a command in a group, and return the one message that answers it in private."""
    await user.writes(text, to=to, topic=topic, reply_to=reply_to)
    return await user.reads_next()


async def asks(user: User, question: str, to: Group, topic: Topic | None = None) -> Message:
    """Ask Vigie in a group, and return the message that answers there."""
    asked = await user.writes(f"/question {question}", to=to, topic=topic)
    user.skips(chat=to)
    # What was said in the group before, to somebody else, is not waited for.
    await to.changed.until(lambda: any(each.reply_to is asked for each in to.shown), 5)
    user.skips(chat=to)
    return next(each for each in to.shown if each.reply_to is asked)


def is_tip(message: Message, themes: Sequence[str] = tuple(TIPS)) -> bool:
    return any(text in message.text for theme in themes for _, text, _ in TIPS[theme].values())


async def teaches(user: User, shown: Message) -> Message:
    """Answer in private what is asked of the passage that answers a question, and return it before it is saved."""
    asked = await chooses(user, shown, LABELS.gap_answer)
    assert asked.text == words_of("lessons/ask", asked="title", lesson=Written())
    await user.writes(LESSON["title"])
    asked = await user.reads_next()
    assert asked.text == words_of("lessons/ask", asked="text", lesson=Written())
    await user.writes(LESSON["text"])
    return await user.reads_next()


async def has_taught(user: User, group: Group) -> Message:
    """Answer the question that was asked most, and return what says so."""
    listed = await commands(user, "/lacunes", group)
    shown = await chooses(user, listed, listed.buttons[0])
    return await chooses(user, await teaches(user, shown), LABELS.lesson_save)


async def journal_of(user: User, group: Group) -> list[str]:
    """Return what the journal tells, the newest first, without when."""
    told = await commands(user, "/journal", group)
    return [line.partition(" : ")[2] for line in told.text.splitlines() if " : " in line]


def until(telegram: FakeTelegram, moment: str) -> None:
    """Let time pass until a moment."""
    left = datetime.fromisoformat(moment) - telegram.clock.now
    telegram.passes(seconds=left.total_seconds())


# A tip by hand


@pytest.mark.parametrize("lacks", [(), ("can_delete_messages",)])
async def test_a_tip_for_somebody_in_a_topic_goes_to_their_message(
    telegram: FakeTelegram,
    database: Database,
    lea: User,
    sam: User,
    forum: Group,
    flour: Topic,
    lacks: tuple[str, ...],
) -> None:
    forum.promote(telegram.bot, lacks=lacks)
    talk = await sam.writes("Ma pâte colle aux doigts, combien de temps pétrir ?", to=forum, topic=flour)
    command = await lea.writes("/conseil", to=forum, reply_to=talk)
    preview = await lea.reads_next()
    assert REPOSE in preview.text
    assert sam.first_name in preview.text
    assert preview.buttons == [LABELS.tip_publish, LABELS.tip_another, LABELS.tip_cancel]
    await all_is_handled(telegram, database)
    assert command.deleted is (not lacks)
    another = await chooses(lea, preview, LABELS.tip_another)
    assert another is preview
    assert REPOSE not in another.text
    assert is_tip(another)
    while REPOSE not in preview.text:
        await chooses(lea, preview, LABELS.tip_another)
    assert forum.shown == []
    told = await chooses(lea, preview, LABELS.tip_publish)
    assert (told, told.text, told.buttons) == (preview, words_of("tips/published"), [])
    posted = await sam.reads_next(chat=forum)
    assert REPOSE in posted.text
    assert (posted.topic, posted.reply_to) == (flour, talk)
    assert posted.buttons == [LABELS.tip_more]
    more = await sam.follows(posted, LABELS.tip_more)
    assert more.text == "/start petrir"
    assert "Pétris dix minutes" in (await sam.reads_next()).text
    assert await journal_of(lea, forum) == [f"Léa {ACTIONS[Action.TIP_POSTED]} ({shortened(REPOSE)})"]


async def test_for_a_message_that_no_tip_fits_none_is_shown(lea: User, sam: User, group: Group) -> None:
    talk = await sam.writes("Je vends ma camionnette rouge", to=group)
    told = await commands(lea, "/conseil", group, reply_to=talk)
    assert told.text == words_of("tips/none_fits", quoted=True)
    told = await commands(lea, "/conseil le four", group, reply_to=talk)
    assert is_tip(told, ("four",))


async def test_the_first_time_the_way_to_the_private_chat_is_shown(
    telegram: FakeTelegram, sam: User, group: Group
) -> None:
    ada = telegram.user("Ada")
    group.promote(ada)
    talk = await sam.writes(STICKY, to=group)
    command = await ada.writes("/conseil", to=group, reply_to=talk)
    told = await ada.reads_next(chat=group)
    assert (told.text, told.reply_to) == (words_of("team/in_private"), command)
    await ada.follows(told, LABELS.in_private)
    await ada.reads_next()
    preview = await commands(ada, "/conseil", group, reply_to=talk)
    await chooses(ada, preview, LABELS.tip_publish)
    posted = await ada.reads_next(chat=group)
    assert (is_tip(posted), posted.reply_to) == (True, talk)


async def test_in_a_row_no_tip_is_told_twice_before_all_are(lea: User, group: Group) -> None:
    posted = []
    for _ in EVERY_TIP:
        await chooses(lea, await commands(lea, "/conseil", group), LABELS.tip_publish)
        posted.append((await lea.reads_next(chat=group)).text)
    assert all(any(text in each for each in posted) for _, text, _ in EVERY_TIP.values())
    preview = await commands(lea, "/conseil", group)
    # The deck begins anew, not with what was told last.
    assert posted[-1] not in preview.text


async def test_what_telegram_refuses_to_post_is_taken_back_and_said(
    telegram: StormyTelegram, database: Database, lea: User, group: Group
) -> None:
    preview = await commands(lea, "/conseil", group)
    tip = preview.text.partition("\n\n")[2]
    telegram.meets("sendMessage", refusal("CHAT_RESTRICTED"))
    told = await chooses(lea, preview, LABELS.tip_publish)
    assert told is preview
    assert told.text.startswith(words_of("team/not_posted", reference=""))
    assert told.buttons == []
    await all_is_handled(telegram, database)
    assert group.shown == []
    assert await database.rows("SELECT tip FROM told_tips") == []
    assert ACTIONS[Action.TIP_REFUSED] in (await journal_of(lea, group))[0]
    again = await commands(lea, "/conseil", group)
    assert again.text.partition("\n\n")[2] == tip


async def test_a_private_command_of_who_leads_two_groups_goes_where_they_say(
    database: Database, lea: User, group: Group, forum: Group
) -> None:
    for each in (group, forum):
        await commands(lea, "/conseil", each)
    await lea.writes("/conseil le four")
    which = await lea.reads_next()
    assert (which.text, which.buttons) == (words_of("team/which"), [group.title, forum.title])
    preview = await chooses(lea, which, forum.title)
    assert preview is which
    assert is_tip(preview, ("four",))
    assert forum.title in preview.text
    await chooses(lea, preview, LABELS.tip_publish)
    posted = await lea.reads_next(chat=forum)
    assert (is_tip(posted, ("four",)), posted.topic) == (True, None)
    assert group.shown == []
    assert [row["community"] for row in await database.rows("SELECT community FROM told_tips")] == [str(forum.id)]


async def test_a_tip_is_published_once_however_often_that_is_pressed_and_after_a_restart(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, group: Group
) -> None:
    preview = await commands(lea, "/conseil", group)
    await vigie.restarts()
    publish = preview.button(LABELS.tip_publish).value
    for _ in range(3):
        await lea.presses_data(preview, publish)
    await all_is_handled(telegram, database)
    assert [is_tip(each) for each in group.shown] == [True]
    assert preview.text == words_of("tips/published")


async def test_a_tip_for_who_remains_anonymous_answers_their_message_too(lea: User, group: Group) -> None:
    talk = await lea.writes(STICKY, to=group, anonymously=True)
    await chooses(lea, await commands(lea, "/conseil", group, reply_to=talk), LABELS.tip_publish)
    posted = await lea.reads_next(chat=group)
    assert (REPOSE in posted.text, posted.reply_to) == (True, talk)


# Who is of the team


async def named(lea: User, user: User, group: Group) -> Message:
    """Name somebody of the team, and return a message of theirs."""
    talk = await user.writes("Bonjour", to=group)
    await lea.writes("/reglages modérateur", to=group, reply_to=talk)
    await lea.reads_next(chat=group)
    return talk


async def test_who_is_named_acts_from_the_private_chat_until_they_are_dismissed(
    lea: User, sam: User, group: Group
) -> None:
    talk = await named(lea, sam, group)
    await sam.writes("/conseil")
    preview = await sam.reads_next()
    assert LABELS.tip_publish in preview.buttons
    await lea.writes("/reglages modérateur non", to=group, reply_to=talk)
    assert "Sam" in (await lea.reads_next(chat=group)).text
    assert await is_told(sam, preview, LABELS.tip_publish) == REFUSED_IN_PRIVATE
    await sam.writes("/conseil")
    assert (await sam.reads_next()).text == REFUSED_IN_PRIVATE
    assert not any(map(is_tip, group.shown))


@pytest.mark.parametrize("how", ["left", "put out", "unheard"])
async def test_who_was_named_and_is_no_longer_in_the_group_is_of_no_team(
    telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group, how: str
) -> None:
    await named(lea, sam, group)
    await sam.writes("/conseil")
    preview = await sam.reads_next()
    match how:
        case "left":
            await sam.leaves(group)
        case "put out":
            await group.removes(sam, by=lea)
        case _:
            group.place(sam, "left")
    await all_is_handled(telegram, database)
    telegram.passes(minutes=6)
    query = await sam.presses(preview, LABELS.tip_publish)
    await query.is_answered()
    await all_is_handled(telegram, database)
    assert not any(map(is_tip, group.shown))
    assert query.notice == REFUSED_IN_PRIVATE
    await sam.writes("/journal")
    assert (await sam.reads_next()).text == REFUSED_IN_PRIVATE


@pytest.mark.parametrize("heard", ["as an administrator", "as a plain member"])
@pytest.mark.parametrize("how", ["left", "put out"])
async def test_who_is_no_longer_in_the_group_is_told_no_longer_what_it_taught(
    telegram: FakeTelegram, database: Database, lea: User, sam: User, heard: str, how: str
) -> None:
    small = telegram.group("Les voisins", supergroup=False).promote(lea).add(sam)
    if heard == "as an administrator":
        small.promote(telegram.bot)
    await asks(sam, UNANSWERED, small)
    await has_taught(lea, small)
    await sam.writes(UNANSWERED)
    assert ADVICE in (await sam.reads_next()).text
    said_in_group = len(small.shown)
    telegram.passes(minutes=1)
    await (sam.leaves(small) if how == "left" else small.removes(sam, by=lea))
    await all_is_handled(telegram, database)
    await sam.writes(UNANSWERED)
    assert ADVICE not in (await sam.reads_next()).text
    assert len(small.shown) == said_in_group


async def test_who_asks_to_join_is_not_told_what_the_group_taught(
    telegram: FakeTelegram, lea: User, sam: User, group: Group
) -> None:
    await asks(sam, UNANSWERED, group)
    await has_taught(lea, group)
    zoe = telegram.user("Zoé")
    await zoe.asks_to_join(group)
    await zoe.reads_next()
    await zoe.writes(UNANSWERED)
    assert ADVICE not in (await zoe.reads_next()).text


@pytest.mark.usefixtures("drawn")
async def test_what_a_team_did_follows_its_group_to_a_new_id(
    vigie: Vigie, telegram: FakeTelegram, lea: User, sam: User
) -> None:
    small = telegram.group("Les voisins", supergroup=False).promote(lea).add(sam)
    unknown = await asks(sam, UNANSWERED, small)
    await is_told(sam, unknown, LABELS.watch)
    await has_taught(lea, small)
    await commands(lea, "/programme lundi 18h30", small)
    supergroup = await small.upgrades()
    await vigie.sends_what_is_due()
    assert (await sam.reads_next(chat=supergroup)).text.startswith(words_of("lessons/found", question=UNANSWERED))
    assert ADVICE in (await asks(sam, UNANSWERED, supergroup)).text
    assert len(await journal_of(lea, supergroup)) == 2
    until(telegram, "2026-11-23T18:30:00+01:00")
    await vigie.sends_what_is_due()
    assert is_tip(supergroup.shown[-1])


# Tips at a chosen time


async def test_a_programme_tells_a_tip_in_its_topic_once_at_its_time(
    vigie: Vigie, telegram: FakeTelegram, lea: User, forum: Group, flour: Topic
) -> None:
    listed = await commands(lea, "/programme lundi 18h30 four", forum, topic=flour)
    assert "lundi 23 novembre à 18 h 30" in listed.text
    assert "Le four" in listed.text
    until(telegram, "2026-11-23T18:29:59+01:00")
    await vigie.sends_what_is_due()
    assert forum.shown == []
    telegram.passes(seconds=1)
    for _ in range(2):
        await vigie.sends_what_is_due()
    [posted] = forum.shown
    assert (is_tip(posted, ("four",)), posted.topic, posted.reply_to) == (True, flour, None)
    assert posted.buttons == [LABELS.tip_more]
    # Late by an hour at most; the next one on time.
    until(telegram, "2026-11-30T19:30:01+01:00")
    await vigie.sends_what_is_due()
    assert forum.shown == [posted]
    until(telegram, "2026-12-07T19:29:00+01:00")
    await vigie.sends_what_is_due()
    assert len(forum.shown) == 2
    assert forum.shown[1].text != posted.text


async def test_a_programme_that_is_taken_off_in_private_tells_nothing(
    vigie: Vigie, telegram: FakeTelegram, lea: User, forum: Group, flour: Topic
) -> None:
    listed = await commands(lea, "/programme lundi 18h30", forum, topic=flour)
    [remove] = listed.buttons
    assert (await chooses(lea, listed, remove)).buttons == []
    until(telegram, "2026-11-23T18:30:00+01:00")
    await vigie.sends_what_is_due()
    assert forum.shown == []
    added, removed = ACTIONS[Action.PROGRAMME_ADDED], ACTIONS[Action.PROGRAMME_REMOVED]
    assert [removed in each or added in each for each in await journal_of(lea, forum)] == [True, True]


# Teaching


async def test_what_nobody_answered_is_answered_word_by_word_and_from_then_on(
    telegram: FakeTelegram, lea: User, sam: User, group: Group
) -> None:
    zoe = telegram.user("Zoé")
    group.add(zoe)
    for user in (sam, zoe):
        await asks(user, UNANSWERED, group)
    await asks(sam, OTHER, group)
    said_in_group = len(group.shown)
    listed = await commands(lea, "/lacunes", group)
    assert listed.buttons == [UNANSWERED, OTHER]
    assert not {sam.first_name, zoe.first_name} & set(listed.text.split())
    shown = await chooses(lea, listed, UNANSWERED)
    assert shown is listed
    preview = await teaches(lea, shown)
    assert (UNANSWERED in preview.text, ADVICE in preview.text) == (True, True)
    assert LABELS.lesson_save in preview.buttons
    saved = await chooses(lea, preview, LABELS.lesson_save)
    assert saved.text.startswith(words_of("lessons/saved", title=group.title, count=0))
    assert len(group.shown) == said_in_group
    answer = await asks(sam, "où est-ce qu'on gare la camionnette", group)
    assert ADVICE in answer.text
    assert LESSON["title"] in answer.text
    await sam.writes("Où garer ma camionnette ?")
    assert ADVICE in (await sam.reads_next()).text
    assert (await commands(lea, "/lacunes", group)).buttons == [OTHER]
    assert await journal_of(lea, group) == [f"Léa {ACTIONS[Action.TAUGHT]} ({LESSON['title']})"]


async def test_what_is_asked_in_the_group_meanwhile_is_no_part_of_what_is_written(
    telegram: FakeTelegram, lea: User, group: Group
) -> None:
    await chooses(lea, await commands(lea, "/fiche", group), LABELS.card_new)
    await lea.writes(f"@{telegram.bot.username} {DULL}", to=group)
    assert "Verse un verre d'eau" in (await lea.reads_next(chat=group)).text
    await lea.writes(LESSON["title"])
    assert (await lea.reads_next()).text == words_of("lessons/ask", asked="text", lesson=Written())


async def test_what_another_group_taught_is_not_told(
    lea: User, sam: User, group: Group, forum: Group, flour: Topic
) -> None:
    await asks(sam, UNANSWERED, group)
    await has_taught(lea, group)
    assert ADVICE in (await asks(sam, UNANSWERED, group)).text
    assert ADVICE not in (await asks(sam, UNANSWERED, forum, flour)).text


async def test_who_waited_in_the_group_is_told_there_in_reply_to_their_question(
    vigie: Vigie, lea: User, sam: User, forum: Group, flour: Topic
) -> None:
    unknown = await asks(sam, UNANSWERED, forum, flour)
    question = unknown.reply_to
    assert await is_told(sam, unknown, LABELS.watch) == words_of("feedback/watching")
    saved = await has_taught(lea, forum)
    assert saved.text.startswith(words_of("lessons/saved", title=forum.title, count=1))
    said_before = len(forum.shown)
    for _ in range(2):
        await vigie.sends_what_is_due()
    [told] = forum.shown[said_before:]
    assert (told.reply_to, told.topic) == (question, flour)
    assert told.text.startswith(words_of("lessons/found", question=UNANSWERED))
    assert ADVICE in told.text


async def test_who_waited_is_told_although_their_question_is_gone(
    vigie: Vigie, lea: User, sam: User, forum: Group, flour: Topic
) -> None:
    unknown = await asks(sam, UNANSWERED, forum, flour)
    await is_told(sam, unknown, LABELS.watch)
    await has_taught(lea, forum)
    assert unknown.reply_to
    await sam.deletes(unknown.reply_to)
    await vigie.sends_what_is_due()
    told = forum.shown[-1]
    assert (told.reply_to, told.topic) == (None, flour)
    assert ADVICE in told.text


async def test_a_passage_is_corrected_hidden_and_shown_again(lea: User, sam: User, group: Group) -> None:
    await asks(sam, UNANSWERED, group)
    await has_taught(lea, group)
    listed = await commands(lea, "/fiche", group)
    assert listed.buttons == [LESSON["title"], LABELS.card_new]
    shown = await chooses(lea, listed, LESSON["title"])
    assert shown is listed
    preview = await chooses(lea, shown, LABELS.card_edit)
    await chooses(lea, preview, LABELS.lesson_text)
    await lea.writes(OTHERWISE)
    saved = await chooses(lea, await lea.reads_next(), LABELS.lesson_save)
    assert OTHERWISE in saved.text
    assert OTHERWISE in (await asks(sam, UNANSWERED, group)).text
    hidden = await chooses(lea, saved, LABELS.card_hide)
    assert OTHERWISE not in (await asks(sam, UNANSWERED, group)).text
    await chooses(lea, hidden, LABELS.card_unhide)
    assert OTHERWISE in (await asks(sam, UNANSWERED, group)).text
    past = await chooses(lea, hidden, LABELS.card_past)
    assert (OTHERWISE in past.text, ADVICE in past.text) == (True, True)
    restored = await chooses(lea, past, f"{LABELS.card_restore} 1")
    assert ADVICE in restored.text
    assert ADVICE in (await asks(sam, UNANSWERED, group)).text
    deeds = [Action.CORRECTED, Action.SHOWN, Action.HIDDEN, Action.CORRECTED, Action.TAUGHT]
    assert await journal_of(lea, group) == [f"Léa {ACTIONS[each]} ({LESSON['title']})" for each in deeds]


# Seeing


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """What is drawn; nothing is, since that takes seconds and has its own tests."""
    asked: list[Picture] = []

    async def draws(picture: Picture) -> bytes:
        asked.append(picture)
        return PIXEL

    monkeypatch.setattr("bot.platforms.telegram.outgoing.drawn", draws)
    return asked


async def asked_in_a_week(telegram: FakeTelegram, user: User, group: Group, times: int) -> None:
    for _ in range(times):
        telegram.passes(minutes=1)
        await asks(user, DULL, group)


async def test_the_week_comes_in_private_with_its_picture(
    telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group, drawn: list[Picture]
) -> None:
    await asked_in_a_week(telegram, sam, group, 5)
    said_in_group = len(group.shown)
    command = await lea.writes("/stats", to=group)
    words, picture = await lea.reads(2)
    assert words.text.startswith("Le fournil, du lundi 16 novembre au dimanche 22 novembre")
    assert "5 questions" in words.text
    assert words.buttons == [LABELS.digest_yes]
    assert picture.photo
    assert (picture.photo.content, picture.photo.name) == (PIXEL, "semaine-2026-11-22.png")
    assert [sum(day.answered for day in each.days) for each in drawn] == [5]
    await all_is_handled(telegram, database)
    assert len(group.shown) == said_in_group
    assert command.deleted


async def is_written_to_on_monday(
    vigie: Vigie, telegram: FakeTelegram, lea: User, sam: User, group: Group, monday: str
) -> Message:
    """Have Léa want the word on Mondays, and return the one that comes then."""
    await asked_in_a_week(telegram, sam, group, 5)
    await lea.writes("/stats", to=group)
    week, _ = await lea.reads(2)
    assert "lundi à 9 h" in await is_told(lea, week, LABELS.digest_yes)
    until(telegram, monday)
    for _ in range(2):
        await vigie.sends_what_is_due()
    return await lea.reads_next()


@pytest.mark.usefixtures("drawn")
async def test_the_word_on_monday_comes_in_private_and_shows_the_week(
    vigie: Vigie, telegram: FakeTelegram, lea: User, sam: User, group: Group
) -> None:
    word = await is_written_to_on_monday(vigie, telegram, lea, sam, group, MONDAYS[0])
    said_in_group = len(group.shown)
    assert word.text == words_of("stats/ready", title=group.title)
    assert word.buttons == [LABELS.see_week, LABELS.digest_no]
    await lea.presses(word, LABELS.see_week)
    shown, picture = await lea.reads(2)
    assert shown is word
    assert "5 questions" in shown.text
    assert picture.photo
    assert await is_told(lea, shown, LABELS.digest_no) == words_of("stats/digest_off")
    await asks(sam, DULL, group)
    until(telegram, MONDAYS[1])
    await vigie.sends_what_is_due()
    assert lea.chat.shown[-1] is picture
    assert len(group.shown) == said_in_group + 1


@pytest.mark.usefixtures("drawn")
async def test_who_leads_no_longer_is_not_shown_the_week(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group
) -> None:
    word = await is_written_to_on_monday(vigie, telegram, lea, sam, group, MONDAYS[0])
    await group.demotes(lea, by=sam)
    await all_is_handled(telegram, database)
    assert await is_told(lea, word, LABELS.see_week) == REFUSED_IN_PRIVATE
    assert word.text == words_of("stats/ready", title=group.title)


@pytest.mark.usefixtures("drawn")
async def test_who_leads_no_longer_can_have_the_word_on_monday_stopped(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group
) -> None:
    word = await is_written_to_on_monday(vigie, telegram, lea, sam, group, MONDAYS[0])
    await group.demotes(lea, by=sam)
    await all_is_handled(telegram, database)
    await is_told(lea, word, LABELS.digest_no)
    await asks(sam, DULL, group)
    until(telegram, MONDAYS[1])
    await vigie.sends_what_is_due()
    assert lea.chat.shown[-1] is word


# Care


async def test_vigie_is_kept_silent_in_one_topic_for_a_while(
    telegram: FakeTelegram,
    database: Database,
    lea: User,
    sam: User,
    forum: Group,
    flour: Topic,
) -> None:
    other = forum.topic("Fours")
    told = await commands(lea, "/silence", forum, topic=flour)
    assert "Farines" in told.text
    assert told.buttons == [LABELS.an_hour, LABELS.a_day, LABELS.silence_open]
    told = await chooses(lea, told, LABELS.an_hour)
    assert "14 h" in told.text
    quiet = await asks(sam, DULL, forum, flour)
    assert (quiet.text, quiet.buttons) == (words_of("communities/quiet"), [LABELS.in_private])
    said_before = len(forum.shown)
    await sam.writes(f"@{telegram.bot.username} {DULL}", to=forum, topic=flour)
    await all_is_handled(telegram, database)
    assert len(forum.shown) == said_before
    assert "Verse un verre d'eau" in (await asks(sam, DULL, forum, other)).text
    # The team's own commands are obeyed there all the same, in private.
    assert is_tip(await commands(lea, "/conseil", forum, topic=flour))
    assert (await chooses(lea, told, LABELS.silence_end)).buttons == [
        LABELS.an_hour,
        LABELS.a_day,
        LABELS.silence_open,
    ]
    assert "Verse un verre d'eau" in (await asks(sam, DULL, forum, flour)).text
    await commands(lea, "/silence 2h", forum, topic=flour)
    telegram.passes(hours=2)
    assert "Verse un verre d'eau" in (await asks(sam, DULL, forum, flour)).text
    silenced, ended = ACTIONS[Action.SILENCED], ACTIONS[Action.SILENCE_ENDED]
    assert await journal_of(lea, forum) == [f"Léa {each} (Farines)" for each in (silenced, ended, silenced)]


async def test_a_silent_topic_is_told_no_tip_at_its_time(
    vigie: Vigie, telegram: FakeTelegram, lea: User, forum: Group, flour: Topic
) -> None:
    await commands(lea, "/programme lundi 18h30", forum, topic=flour)
    await commands(lea, "/silence 2 jours", forum, topic=flour)
    until(telegram, "2026-11-23T18:30:00+01:00")
    await vigie.sends_what_is_due()
    assert forum.shown == []


async def test_who_is_asked_for_a_pause_is_told_once_and_answered_in_private(
    telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group
) -> None:
    talk = await sam.writes("Bonjour !", to=group)
    told = await commands(lea, "/ecarter 2h", group, reply_to=talk)
    assert sam.first_name in told.text
    assert told.buttons == [LABELS.an_hour, LABELS.a_day, LABELS.a_week, LABELS.bar_lift]
    word = await asks(sam, DULL, group)
    assert word.text.startswith("L'équipe te demande une pause jusqu'à 15 h")
    assert lea.first_name not in word.text
    said_before = len(group.shown)
    for text in (f"/question {DULL}", f"@{telegram.bot.username} {DULL}", "/themes", "/parcours"):
        await sam.writes(text, to=group)
    await all_is_handled(telegram, database)
    assert len(group.shown) == said_before
    await sam.writes(DULL)
    assert "Verse un verre d'eau" in (await sam.reads_next()).text
    await chooses(lea, told, LABELS.bar_lift)
    assert "Verse un verre d'eau" in (await asks(sam, DULL, group)).text
    barred, lifted = ACTIONS[Action.BARRED], ACTIONS[Action.BAR_LIFTED]
    assert await journal_of(lea, group) == [f"Léa {each} (Sam)" for each in (lifted, barred)]


async def test_who_asks_too_fast_is_told_once_and_answered_a_minute_later(
    telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group
) -> None:
    for _ in range(ASKED_BY_ONE):
        assert "Verse un verre d'eau" in (await asks(sam, DULL, group)).text
    word = await asks(sam, DULL, group)
    assert (word.text, word.buttons) == (words_of("limits/too_fast"), [LABELS.in_private])
    said_before = len(group.shown)
    await sam.writes(f"/question {DULL}", to=group)
    await all_is_handled(telegram, database)
    assert len(group.shown) == said_before
    assert "Verse un verre d'eau" in (await asks(lea, DULL, group)).text
    telegram.passes(minutes=1)
    assert "Verse un verre d'eau" in (await asks(sam, DULL, group)).text


async def test_where_much_is_asked_all_are_told_once(
    telegram: FakeTelegram, database: Database, lea: User, group: Group
) -> None:
    crowd = [telegram.user(f"Voisin {number}") for number in range(ASKED_IN_A_PLACE + 2)]
    group.add(*crowd)
    *answered, first, second = crowd
    for user in answered:
        assert "Verse un verre d'eau" in (await asks(user, DULL, group)).text
    word = await asks(first, DULL, group)
    assert (word.text, word.buttons) == (words_of("limits/crowded"), [LABELS.in_private])
    said_before = len(group.shown)
    await second.writes(f"/question {DULL}", to=group)
    await all_is_handled(telegram, database)
    assert len(group.shown) == said_before
    assert is_tip(await commands(lea, "/conseil", group))


async def test_of_who_leads_the_group_it_is_not_said_that_they_are_not_answered(
    telegram: FakeTelegram, lea: User, group: Group
) -> None:
    ada = telegram.user("Ada")
    group.promote(ada)
    talk = await ada.writes("Bonjour", to=group)
    told = await commands(lea, "/ecarter 2h", group, reply_to=talk)
    assert "Verse un verre d'eau" in (await asks(ada, DULL, group)).text
    assert told.text == words_of("care/not_barred", name="Ada")


# The journal


async def test_the_journal_tells_all_the_team_what_each_did(
    telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group
) -> None:
    zoe = telegram.user("Zoé")
    group.add(zoe)
    assert (await commands(lea, "/journal", group)).text == words_of("journal/empty", title=group.title, earlier=False)
    talk, other = await sam.writes("Bonjour", to=group), await zoe.writes("Salut", to=group)
    await lea.writes("/reglages modérateur", to=group, reply_to=talk)
    await all_is_handled(telegram, database)
    await commands(sam, "/ecarter 1h", group, reply_to=other)
    await commands(sam, "/silence 1h", group)
    told = [
        f"Sam {ACTIONS[Action.SILENCED]}",
        f"Sam {ACTIONS[Action.BARRED]} (Zoé)",
        f"Léa {ACTIONS[Action.MODERATOR_NAMED]} (Sam)",
    ]
    assert await journal_of(lea, group) == told
    assert await journal_of(sam, group) == told
    tom = telegram.user("Tom")
    group.add(tom)
    await is_known(tom)
    assert (await commands(tom, "/journal", group)).text == words_of("team/refused", here=True)
