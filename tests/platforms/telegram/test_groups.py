"""Vigie in groups and in the topics of forums: she answers who calls her, where they are, and leaves the rest alone."""

import pytest

from bot.core.buttons import ButtonKind, button_id
from bot.core.messages import Address
from bot.library import Library
from bot.storage import misses
from bot.storage.database import Database
from tests.conversations.words import LABELS
from tests.fakes.telegram import FakeTelegram, Group, Topic, User
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.steps import (
    OTHER_PASSAGE,
    OTHER_QUESTION,
    PASSAGE,
    QUESTION,
    UNANSWERED,
    all_is_handled,
    all_is_said,
    is_known,
)
from tests.platforms.telegram.talk import chooses, is_told, words_of

ASKED = f"/question {QUESTION}"
FIRST_CONTACT = words_of("privacy/first_contact", lasts=True)
QUIET = words_of("communities/quiet")
NO_QUOTE = words_of("help/no_quote")
TAKEN_IN = words_of("communities/taken_in", named=False)
WELCOMES_WORD = "Présentez-vous ici"
TO_A_NAMED_MODERATOR = "/reglages modérateur"
PICTURE = {"photo": [{"file_id": "A", "file_unique_id": "B", "width": 90, "height": 90}]}

pytestmark = pytest.mark.usefixtures("vigie")


@pytest.fixture
def title(library: Library) -> str:
    """Return the title of the passage that answers the question."""
    return library.current().corpus.by_id[PASSAGE].title


@pytest.fixture
def other_title(library: Library) -> str:
    """Return the title of the passage that answers the other question."""
    return library.current().corpus.by_id[OTHER_PASSAGE].title


@pytest.fixture
def max_(telegram: FakeTelegram, group: Group) -> User:
    """Somebody else in the group."""
    somebody = telegram.user("Max")
    group.add(somebody)
    return somebody


@pytest.fixture
def forum(telegram: FakeTelegram, lea: User, sam: User) -> Group:
    """A forum that Léa leads, with Sam in it."""
    return telegram.group("Le forum", forum=True).promote(lea).add(sam)


@pytest.fixture
def jobs(forum: Group) -> Topic:
    return forum.topic("Emploi")


@pytest.fixture
def heard_by_all(telegram: FakeTelegram) -> None:
    """Vigie is out of privacy mode: she is told of all that is said in groups."""
    telegram.state.reads_all = True


# Who is answered.


@pytest.mark.parametrize(
    "text",
    [
        ASKED,
        f"/question@vigie_bot {QUESTION}",
        f"/Question@Vigie_Bot {QUESTION}",
        f"/question\n{QUESTION}",
        f"/question@vigie_bot\n{QUESTION}",
    ],
)
async def test_a_question_is_answered_as_a_reply_to_it(sam: User, group: Group, title: str, text: str) -> None:
    asked = await sam.writes(text, to=group)
    answer = await sam.reads_next(chat=group)
    assert answer.reply_to is asked
    assert answer.bold[0] == title
    assert answer.buttons[-3:] == [LABELS.useful, LABELS.useless, LABELS.remove]


async def test_the_command_of_another_bot_is_nobody_s_business(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group
) -> None:
    group.promote(telegram.bot)
    for text in ("/ban", "/ban @lea", "/question@autre_bot bonjour", "/start@autre_bot", "/parcours@autre_bot vie"):
        await sam.writes(text, to=group)
    await lea.writes(f"/warn@autre_bot {QUESTION}", to=group)
    await all_is_handled(telegram, database)
    assert group.shown == []
    for each in (sam, lea):
        await each.starts()
        assert FIRST_CONTACT in (await each.reads_next()).text
    await all_is_said(vigie, telegram, database)
    assert group.shown == []


async def test_a_reply_to_vigie_is_answered(sam: User, max_: User, group: Group, other_title: str) -> None:
    await sam.writes(ASKED, to=group)
    answer = await sam.reads_next(chat=group)
    asked = await max_.writes(OTHER_QUESTION, to=group, reply_to=answer)
    other_answer = await sam.reads_next(chat=group)
    assert other_answer.reply_to is asked
    assert other_answer.bold[0] == other_title


async def test_what_is_replied_to_vigie_without_a_word_is_left_alone(
    vigie: Vigie, telegram: FakeTelegram, database: Database, sam: User, group: Group
) -> None:
    group.promote(telegram.bot)
    await sam.writes(ASKED, to=group)
    await sam.reads_next(chat=group)
    await sam.sends({"dice": {"emoji": "🎲", "value": 4}}, to=group)
    await all_is_said(vigie, telegram, database)
    assert len(group.shown) == 1


@pytest.mark.parametrize("administers", [True, False])
@pytest.mark.parametrize("text", [f"@vigie_bot {QUESTION}", f"@Vigie_Bot, {QUESTION}", f"{QUESTION} @vigie_bot"])
async def test_a_mention_that_reaches_vigie_is_answered(
    telegram: FakeTelegram, sam: User, group: Group, title: str, text: str, *, administers: bool
) -> None:
    telegram.state.reads_all = not administers
    if administers:
        group.promote(telegram.bot)
    asked = await sam.writes(text, to=group)
    answer = await sam.reads_next(chat=group)
    assert answer.reply_to is asked
    assert answer.bold[0] == title


@pytest.mark.usefixtures("heard_by_all")
async def test_a_mention_is_taken_out_where_it_stands(database: Database, sam: User, group: Group) -> None:
    await sam.writes(f"🌱 @vigie_botaniste @vigie_bot {UNANSWERED}", to=group)
    await sam.reads_next(chat=group)
    [miss] = await misses.latest(database, str(group.id), 5)
    assert miss.question == f"🌱 [mention] {UNANSWERED}"


@pytest.mark.usefixtures("heard_by_all")
async def test_a_mention_of_somebody_with_a_similar_name_is_not_for_vigie(
    vigie: Vigie, telegram: FakeTelegram, database: Database, sam: User, group: Group
) -> None:
    await sam.writes(f"@vigie_botaniste {QUESTION}", to=group)
    await all_is_said(vigie, telegram, database)
    assert group.shown == []


@pytest.mark.parametrize("administers", [True, False])
async def test_plain_talk_is_ignored_and_nobody_is_kept_for_it(
    vigie: Vigie,
    telegram: FakeTelegram,
    database: Database,
    sam: User,
    max_: User,
    group: Group,
    title: str,
    *,
    administers: bool,
) -> None:
    telegram.state.reads_all = not administers
    if administers:
        group.promote(telegram.bot)
    said_before = await max_.writes("Salut tout le monde, vous allez bien ?", to=group)
    await sam.writes(OTHER_QUESTION, to=group, reply_to=said_before)
    await sam.writes(ASKED, to=group)
    answer = await sam.reads_next(chat=group)
    assert answer.bold[0] == title
    assert FIRST_CONTACT in answer.text
    await all_is_said(vigie, telegram, database)
    assert group.shown == [answer]


async def test_what_a_machine_says_is_ignored(
    vigie: Vigie, telegram: FakeTelegram, database: Database, group: Group
) -> None:
    telegram.state.reads_all = True
    robo = telegram.user("Robo", is_bot=True)
    group.add(robo)
    await robo.writes(ASKED, to=group)
    await all_is_said(vigie, telegram, database)
    assert group.shown == []


async def test_an_administrator_who_remains_anonymous_is_answered(lea: User, group: Group, title: str) -> None:
    asked = await lea.writes(ASKED, to=group, anonymously=True)
    answer = await lea.reads_next(chat=group)
    assert answer.reply_to is asked
    assert answer.bold[0] == title


# In answer to somebody.


@pytest.mark.parametrize("call", ["/question", "/question@vigie_bot", "@vigie_bot"])
async def test_a_call_in_reply_to_somebody_answers_them(
    telegram: FakeTelegram, lea: User, sam: User, group: Group, title: str, call: str
) -> None:
    group.promote(telegram.bot)
    await is_known(sam, lea)
    asked = await sam.writes(QUESTION, to=group)
    await lea.writes(call, to=group, reply_to=asked)
    answer = await sam.reads_next(chat=group)
    assert answer.reply_to is asked
    assert answer.bold[0] == title
    assert await is_told(sam, answer, LABELS.useful) == words_of("feedback/thanks")
    assert await is_told(lea, answer, LABELS.useful) == words_of("buttons/not_yours", name="Sam", journey=False)


async def test_what_is_under_a_picture_can_be_answered_too(lea: User, sam: User, group: Group, title: str) -> None:
    pictured = await sam.sends(PICTURE, caption=QUESTION, to=group)
    await lea.writes("/question", to=group, reply_to=pictured)
    answer = await lea.reads_next(chat=group)
    assert answer.reply_to is pictured
    assert answer.bold[0] == title


async def test_a_question_of_its_own_prevails_over_the_message_replied_to(
    lea: User, sam: User, group: Group, other_title: str
) -> None:
    talk = await sam.writes(QUESTION, to=group)
    asked = await lea.writes(f"/question {OTHER_QUESTION}", to=group, reply_to=talk)
    answer = await lea.reads_next(chat=group)
    assert answer.reply_to is asked
    assert answer.bold[0] == other_title


async def test_who_first_hears_of_vigie_from_somebody_s_call_is_told_what_is_kept_once_they_press(
    lea: User, sam: User, group: Group
) -> None:
    asked = await sam.writes(QUESTION, to=group)
    await lea.writes("/question", to=group, reply_to=asked)
    answer = await lea.reads_next(chat=group)
    await sam.presses(answer, LABELS.useful)
    told = await lea.reads_next(chat=group)
    assert FIRST_CONTACT in told.text
    assert told.reply_to is asked


async def test_a_question_that_somebody_pointed_to_may_be_passed_on_by_who_asked_it(
    lea: User, sam: User, group: Group
) -> None:
    await is_known(sam)
    asked = await sam.writes(UNANSWERED, to=group)
    await lea.writes("/question", to=group, reply_to=asked)
    answer = await lea.reads_next(chat=group)
    assert answer.reply_to is asked
    assert await is_told(sam, answer, LABELS.watch) == words_of("feedback/watching")
    assert await is_told(sam, answer, LABELS.team) == words_of("feedback/passed_on")


@pytest.mark.parametrize("call", ["/question", "@vigie_bot"])
async def test_a_call_without_a_question_says_how_to_ask(
    telegram: FakeTelegram, sam: User, group: Group, call: str
) -> None:
    group.promote(telegram.bot)
    asked = await sam.writes(call, to=group)
    hint = await sam.reads_next(chat=group)
    assert hint.reply_to is asked
    assert hint.text.startswith(NO_QUOTE)


async def test_vigie_s_own_words_are_no_question(sam: User, group: Group) -> None:
    await sam.writes(ASKED, to=group)
    answer = await sam.reads_next(chat=group)
    await sam.writes("/question", to=group, reply_to=answer)
    assert (await sam.reads_next(chat=group)).text == NO_QUOTE


async def test_the_question_of_an_anonymous_administrator_can_be_pointed_to(
    lea: User, sam: User, group: Group, title: str
) -> None:
    asked = await lea.writes(QUESTION, to=group, anonymously=True)
    await sam.writes("/question", to=group, reply_to=asked)
    answer = await sam.reads_next(chat=group)
    assert answer.reply_to is asked
    assert answer.bold[0] == title


# Topics.


async def test_an_answer_stays_in_its_topic(
    telegram: FakeTelegram, sam: User, forum: Group, jobs: Topic, title: str
) -> None:
    asked = await sam.writes(ASKED, to=forum, topic=jobs)
    answer = await sam.reads_next(chat=forum)
    assert (answer.topic, answer.reply_to) == (jobs, asked)
    assert answer.bold[0] == title
    assert telegram.refused == []


async def test_all_that_follows_an_answer_stays_in_its_topic(
    telegram: FakeTelegram, sam: User, forum: Group, jobs: Topic, other_title: str
) -> None:
    await sam.writes(ASKED, to=forum, topic=jobs)
    answer = await sam.reads_next(chat=forum)
    see_also = next(label for label in answer.buttons if label.startswith("📖"))
    assert await chooses(sam, answer, see_also) is answer
    assert see_also.endswith(answer.bold[0])
    assert await chooses(sam, answer, LABELS.back) is answer
    await sam.presses(answer, LABELS.useless)
    why = await sam.reads_next(chat=forum)
    assert why.topic is jobs
    followed = await sam.writes(OTHER_QUESTION, to=forum, reply_to=answer)
    other_answer = await sam.reads_next(chat=forum)
    assert (other_answer.topic, other_answer.reply_to) == (jobs, followed)
    assert other_answer.bold[0] == other_title
    assert telegram.refused == []


async def test_a_call_in_a_topic_answers_the_message_replied_to_there(
    lea: User, sam: User, forum: Group, jobs: Topic, title: str
) -> None:
    asked = await sam.writes(QUESTION, to=forum, topic=jobs)
    await lea.writes("/question", to=forum, reply_to=asked)
    answer = await lea.reads_next(chat=forum)
    assert (answer.topic, answer.reply_to) == (jobs, asked)
    assert answer.bold[0] == title


async def test_a_call_in_a_topic_that_replies_to_nothing_says_how_to_ask(sam: User, forum: Group, jobs: Topic) -> None:
    await sam.writes("/question", to=forum, topic=jobs)
    hint = await sam.reads_next(chat=forum)
    assert hint.topic is jobs
    assert hint.text.startswith(NO_QUOTE)


async def test_talk_in_a_topic_that_vigie_opened_is_no_reply_to_her(
    vigie: Vigie, telegram: FakeTelegram, database: Database, sam: User
) -> None:
    forum = telegram.group("Le forum", forum=True)
    topic = forum.topic("Bavardage")
    assert forum.history[topic.id].sender is telegram.bot
    forum.promote(telegram.bot).add(sam)
    await sam.writes(QUESTION, to=forum, topic=topic)
    await all_is_said(vigie, telegram, database)
    assert forum.shown == []


async def test_the_general_topic_is_answered_where_no_topic_is(
    telegram: FakeTelegram, sam: User, forum: Group, jobs: Topic
) -> None:
    await sam.writes(ASKED, to=forum, topic=jobs)
    await sam.reads_next(chat=forum)
    asked = await sam.writes(ASKED, to=forum)
    answer = await sam.reads_next(chat=forum)
    assert (answer.topic, answer.reply_to) == (None, asked)
    assert telegram.refused == []


async def test_a_thread_of_replies_is_no_topic(telegram: FakeTelegram, sam: User, max_: User, group: Group) -> None:
    begun = await max_.writes("Une question pour Vigie", to=group)
    asked = await sam.writes(ASKED, to=group, reply_to=begun)
    assert asked.thread_id == begun.id
    answer = await sam.reads_next(chat=group)
    assert answer.reply_to is asked
    assert telegram.refused == []


async def test_a_conversation_in_one_topic_is_not_that_of_another(
    telegram: FakeTelegram, sam: User, forum: Group, jobs: Topic
) -> None:
    other = forum.topic("Bavardage")
    await sam.writes("/parcours vie", to=forum, topic=jobs)
    step = await sam.reads_next(chat=forum)
    assert step.topic is jobs
    await sam.writes(ASKED, to=forum, topic=other)
    answer = await sam.reads_next(chat=forum)
    assert answer.topic is other
    assert await chooses(sam, step, step.buttons[0]) is step
    assert telegram.refused == []


# Questions that are edited.


async def test_an_edited_question_edits_its_answer_each_time(
    telegram: FakeTelegram, sam: User, group: Group, title: str, other_title: str
) -> None:
    asked = await sam.writes(f"/question {OTHER_QUESTION}", to=group)
    answer = await sam.reads_next(chat=group)
    assert answer.bold[0] == other_title
    await sam.edits(asked, ASKED)
    assert await sam.reads_next(chat=group) is answer
    assert answer.edited
    assert answer.bold[0] == title
    await sam.edits(asked, f"/question {UNANSWERED}")
    assert await sam.reads_next(chat=group) is answer
    assert answer.text == words_of("answer/unknown", kept=True)
    assert answer.buttons == [LABELS.watch, LABELS.team, LABELS.remove]
    assert [each for each in group.messages if each.sender is telegram.bot] == [answer]


async def test_an_edited_mention_and_an_edited_reply_edit_their_answers(
    telegram: FakeTelegram, sam: User, group: Group, title: str
) -> None:
    group.promote(telegram.bot)
    mention = await sam.writes(f"@vigie_bot {OTHER_QUESTION}", to=group)
    answer = await sam.reads_next(chat=group)
    reply = await sam.writes(OTHER_QUESTION, to=group, reply_to=answer)
    answer_to_reply = await sam.reads_next(chat=group)
    await sam.edits(mention, f"@vigie_bot {QUESTION}")
    assert await sam.reads_next(chat=group) is answer
    assert answer.bold[0] == title
    await sam.edits(reply, QUESTION)
    assert await sam.reads_next(chat=group) is answer_to_reply
    assert title in answer_to_reply.bold


async def test_an_edited_call_in_reply_to_somebody_edits_the_answer(
    lea: User, sam: User, group: Group, other_title: str
) -> None:
    asked = await sam.writes(QUESTION, to=group)
    call = await lea.writes("/question", to=group, reply_to=asked)
    answer = await lea.reads_next(chat=group)
    await lea.edits(call, f"/question {OTHER_QUESTION}")
    assert await lea.reads_next(chat=group) is answer
    assert answer.bold[0] == other_title


async def test_an_edited_question_whose_answer_is_gone_is_answered_anew(
    sam: User, group: Group, title: str, other_title: str
) -> None:
    asked = await sam.writes(f"/question {OTHER_QUESTION}", to=group)
    answer = await sam.reads_next(chat=group)
    await sam.deletes(answer)
    await sam.edits(asked, ASKED)
    anew = await sam.reads_next(chat=group)
    assert anew is not answer
    assert anew.reply_to is asked
    assert anew.bold[0] == title
    await sam.edits(asked, f"/question {OTHER_QUESTION}")
    assert await sam.reads_next(chat=group) is anew
    assert anew.bold[0] == other_title


@pytest.mark.parametrize("before", ["/aide", "/parcours", "Bonjour à tous", "/ban"])
async def test_an_edit_of_what_was_no_question_does_nothing(
    vigie: Vigie, telegram: FakeTelegram, database: Database, sam: User, group: Group, before: str
) -> None:
    group.promote(telegram.bot)
    written = await sam.writes(before, to=group)
    await all_is_handled(telegram, database)
    told = [(message, message.text) for message in group.shown]
    await sam.edits(written, ASKED)
    await all_is_said(vigie, telegram, database)
    assert [(message, message.text) for message in group.shown] == told


async def test_an_edit_in_a_topic_edits_the_answer_there(sam: User, forum: Group, jobs: Topic, title: str) -> None:
    asked = await sam.writes(f"/question {OTHER_QUESTION}", to=forum, topic=jobs)
    answer = await sam.reads_next(chat=forum)
    await sam.deletes(answer)
    await sam.edits(asked, ASKED)
    anew = await sam.reads_next(chat=forum)
    assert (anew.topic, anew.reply_to) == (jobs, asked)
    assert anew.bold[0] == title


async def test_an_edit_after_a_restart_edits_the_answer(vigie: Vigie, sam: User, group: Group, title: str) -> None:
    asked = await sam.writes(f"/question {OTHER_QUESTION}", to=group)
    answer = await sam.reads_next(chat=group)
    await vigie.restarts()
    await sam.edits(asked, ASKED)
    assert await sam.reads_next(chat=group) is answer
    assert answer.bold[0] == title


# Answers that are taken away.


async def test_who_asked_takes_the_answer_away(sam: User, group: Group) -> None:
    await sam.writes(ASKED, to=group)
    answer = await sam.reads_next(chat=group)
    told = await sam.presses(answer, LABELS.remove)
    await told.is_answered()
    assert told.notice is None
    await group.changed.until(lambda: answer.deleted, 5)
    assert len(group.shown) == 1


async def test_an_administrator_takes_an_answer_away(lea: User, sam: User, group: Group) -> None:
    await sam.writes(ASKED, to=group)
    answer = await sam.reads_next(chat=group)
    await lea.presses(answer, LABELS.remove)
    await group.changed.until(lambda: answer.deleted, 5)


async def test_a_named_moderator_takes_an_answer_away(lea: User, sam: User, max_: User, group: Group) -> None:
    talk = await max_.writes("Bonjour", to=group)
    await lea.writes(TO_A_NAMED_MODERATOR, to=group, reply_to=talk)
    named = await lea.reads_next(chat=group)
    assert words_of("communities/moderator", name="Max", moderates=True) in named.text
    await sam.writes(ASKED, to=group)
    answer = await lea.reads_next(chat=group)
    await max_.presses(answer, LABELS.remove)
    await group.changed.until(lambda: answer.deleted, 5)


async def test_anybody_else_does_not_take_an_answer_away_and_is_not_kept_for_trying(
    vigie: Vigie, telegram: FakeTelegram, database: Database, sam: User, max_: User, group: Group
) -> None:
    await sam.writes(ASKED, to=group)
    answer = await sam.reads_next(chat=group)
    assert await is_told(max_, answer, LABELS.remove) == words_of("buttons/not_yours", name="Sam", journey=False)
    await max_.starts()
    assert FIRST_CONTACT in (await max_.reads_next()).text
    await all_is_said(vigie, telegram, database)
    assert not answer.deleted
    assert group.shown == [answer]


@pytest.mark.parametrize("kind", [ButtonKind.REMOVE, ButtonKind.THEME])
async def test_with_a_button_that_was_never_below_it_nobody_takes_an_answer_away(
    telegram: FakeTelegram, database: Database, sam: User, max_: User, group: Group, kind: ButtonKind
) -> None:
    await sam.writes(ASKED, to=group)
    answer = await sam.reads_next(chat=group)
    before = answer.text
    for named in ("", str(max_.id), str(sam.id)):
        forged = button_id(kind, Address("telegram", str(max_.id), str(group.id)), named)
        await (await max_.presses_data(answer, forged)).is_answered()
    await all_is_handled(telegram, database)
    assert (answer.deleted, answer.text) == (False, before)


async def test_who_asked_what_somebody_pointed_to_takes_the_answer_away(lea: User, sam: User, group: Group) -> None:
    asked = await sam.writes(QUESTION, to=group)
    await lea.writes("/question", to=group, reply_to=asked)
    answer = await lea.reads_next(chat=group)
    await sam.presses(answer, LABELS.remove)
    await group.changed.until(lambda: answer.deleted, 5)


async def test_an_answer_too_old_to_be_taken_away_says_nothing_wrong(
    telegram: FakeTelegram, database: Database, sam: User, group: Group
) -> None:
    await sam.writes(ASKED, to=group)
    answer = await sam.reads_next(chat=group)
    telegram.passes(hours=49)
    told = await sam.presses(answer, LABELS.remove)
    await told.is_answered()
    await all_is_handled(telegram, database)
    assert not answer.deleted
    assert group.shown == [answer]


# Journeys among others.


async def test_a_press_on_somebody_s_journey_names_them_and_changes_nothing(
    sam: User, max_: User, group: Group
) -> None:
    await sam.writes("/parcours vie", to=group)
    step = await sam.reads_next(chat=group)
    before = (step.text, step.buttons)
    assert await is_told(max_, step, step.buttons[0]) == words_of("buttons/not_yours", name="Sam", journey=True)
    assert (step.text, step.buttons) == before
    assert await chooses(sam, step, step.buttons[0]) is step
    assert step.text != before[0]
    assert await is_told(max_, step, step.buttons[0]) == words_of("buttons/not_yours", name="Sam", journey=True)


async def test_a_press_on_a_journey_whose_beginning_was_deleted_is_refused_all_the_same(
    sam: User, max_: User, group: Group
) -> None:
    begun = await sam.writes("/parcours vie", to=group)
    step = await sam.reads_next(chat=group)
    await sam.deletes(begun)
    assert await is_told(max_, step, step.buttons[0]) == words_of("buttons/not_yours", name="", journey=True)
    assert group.shown == [step]


@pytest.mark.parametrize("command", ["/mesdonnees", "/lier"])
async def test_what_is_nobody_else_s_business_is_said_in_private(sam: User, group: Group, command: str) -> None:
    await sam.writes(command, to=group)
    pointed = await sam.reads_next(chat=group)
    assert pointed.text.startswith(words_of("help/in_private"))
    await sam.follows(pointed, LABELS.in_private)
    assert (await sam.reads_next()).text.startswith(words_of("help/welcome"))


# Quiet topics.


@pytest.fixture
async def quiet(lea: User, forum: Group, jobs: Topic) -> Topic:
    """A topic in which Vigie was told to keep silent; her last word there has been read."""
    await lea.writes("/reglages", to=forum, topic=jobs)
    settings = await lea.reads_next(chat=forum)
    assert await chooses(lea, settings, LABELS.quiet_yes) is settings
    return jobs


async def test_in_a_quiet_topic_a_command_is_referred_to_the_private_chat(
    sam: User, forum: Group, quiet: Topic
) -> None:
    sam.skips(chat=forum)
    asked = await sam.writes(ASKED, to=forum, topic=quiet)
    told = await sam.reads_next(chat=forum)
    assert (told.topic, told.reply_to) == (quiet, asked)
    assert told.text == QUIET
    await sam.follows(told, LABELS.in_private)
    assert FIRST_CONTACT in (await sam.reads_next()).text


async def test_in_a_quiet_topic_vigie_lets_people_talk(
    vigie: Vigie, telegram: FakeTelegram, database: Database, sam: User, forum: Group, quiet: Topic
) -> None:
    forum.promote(telegram.bot)
    settings = forum.shown[-1]
    before = len(forum.shown)
    await sam.writes(QUESTION, to=forum, reply_to=settings)
    await sam.writes(f"@vigie_bot {QUESTION}", to=forum, topic=quiet)
    await sam.writes("/ban", to=forum, topic=quiet)
    await all_is_said(vigie, telegram, database)
    assert len(forum.shown) == before


async def test_a_quiet_topic_leaves_the_others_as_they_were(sam: User, forum: Group, quiet: Topic, title: str) -> None:
    other = forum.topic("Bavardage")
    sam.skips(chat=forum)
    for topic in (other, None):
        await sam.writes(ASKED, to=forum, topic=topic)
        answer = await sam.reads_next(chat=forum)
        assert answer.topic is topic
        assert title in answer.bold
    await sam.writes(ASKED, to=forum, topic=quiet)
    assert (await sam.reads_next(chat=forum)).text == QUIET


async def test_the_general_topic_may_be_quiet_alone(lea: User, sam: User, forum: Group, jobs: Topic) -> None:
    await lea.writes("/reglages", to=forum)
    settings = await lea.reads_next(chat=forum)
    await chooses(lea, settings, LABELS.quiet_yes)
    await sam.writes(ASKED, to=forum)
    told = await lea.reads_next(chat=forum)
    assert (told.text, told.topic) == (QUIET, None)
    await sam.writes(ASKED, to=forum, topic=jobs)
    answer = await lea.reads_next(chat=forum)
    assert LABELS.useful in answer.buttons


async def test_the_buttons_of_before_go_on_in_a_quiet_topic_and_vigie_may_be_let_speak_again(
    lea: User, sam: User, forum: Group, jobs: Topic, title: str
) -> None:
    await sam.writes(ASKED, to=forum, topic=jobs)
    answer = await lea.reads_next(chat=forum)
    await lea.writes("/reglages", to=forum, topic=jobs)
    settings = await lea.reads_next(chat=forum)
    await chooses(lea, settings, LABELS.quiet_yes)
    assert await is_told(sam, answer, LABELS.useful) == words_of("feedback/thanks")
    assert await chooses(lea, settings, LABELS.quiet_no) is settings
    await sam.writes(ASKED, to=forum, topic=jobs)
    assert title in (await lea.reads_next(chat=forum)).bold


# A group that becomes a supergroup.


@pytest.fixture
def small_group(telegram: FakeTelegram, lea: User, sam: User) -> Group:
    """A group that is no supergroup yet."""
    return telegram.group("Les amis", supergroup=False).promote(lea).add(sam)


async def test_settings_and_memberships_follow_a_group_to_its_new_id(
    telegram: FakeTelegram, database: Database, lea: User, sam: User, small_group: Group
) -> None:
    zoe, ines = telegram.user("Zoé"), telegram.user("Inès")
    await lea.writes(f"/reglages accueil {WELCOMES_WORD}", to=small_group)
    settings = await lea.reads_next(chat=small_group)
    await chooses(lea, settings, LABELS.quiet_yes)
    talk = await sam.writes("Bonjour", to=small_group)
    await lea.writes(TO_A_NAMED_MODERATOR, to=small_group, reply_to=talk)
    await lea.reads_next(chat=small_group)
    await zoe.joins(small_group)
    await lea.reads_next(chat=small_group)
    await zoe.leaves(small_group)

    supergroup = await small_group.upgrades()
    await all_is_handled(telegram, database)

    await sam.writes(ASKED, to=supergroup)
    assert (await lea.reads_next(chat=supergroup)).text == QUIET
    await lea.writes("/reglages", to=supergroup)
    settings = await lea.reads_next(chat=supergroup)
    assert WELCOMES_WORD in settings.text
    assert settings.buttons == [
        LABELS.welcomes_no,
        LABELS.quiet_no,
        LABELS.welcome_text_no,
        LABELS.moderators_no,
    ]
    await zoe.joins(supergroup)
    await ines.joins(supergroup)
    welcome = await lea.reads_next(chat=supergroup)
    assert "Inès" in welcome.text
    assert "Zoé" not in welcome.text
    assert WELCOMES_WORD in welcome.text
    assert not await database.rows("SELECT * FROM communities WHERE id = ?", str(small_group.id))


async def test_a_journey_follows_a_group_to_its_new_id(
    telegram: FakeTelegram, database: Database, sam: User, small_group: Group
) -> None:
    await sam.writes("/parcours vie", to=small_group)
    step = await sam.reads_next(chat=small_group)
    await sam.presses(step, step.buttons[0])
    await sam.reads_next(chat=small_group)
    supergroup = await small_group.upgrades()
    await all_is_handled(telegram, database)
    await sam.writes(ASKED, to=supergroup)
    answer, again = await sam.reads(2, chat=supergroup)
    assert LABELS.useful in answer.buttons
    assert again.buttons == step.buttons
    assert await chooses(sam, again, again.buttons[0]) is again


async def test_a_reminder_follows_a_group_to_its_new_id(
    vigie: Vigie, telegram: FakeTelegram, database: Database, sam: User, small_group: Group
) -> None:
    supergroup = await _upgraded_with_a_reminder(sam, small_group)
    await all_is_handled(telegram, database)
    telegram.passes(days=7)
    await vigie.sends_what_is_due()
    reminder = await sam.reads_next(chat=supergroup)
    assert LABELS.stop_reminders in reminder.buttons
    assert telegram.refused == []


async def test_a_reminder_under_way_to_the_old_id_goes_to_the_new_one(
    vigie: Vigie, telegram: FakeTelegram, sam: User, small_group: Group
) -> None:
    await sam.writes("/parcours vie", to=small_group)
    await sam.writes("/rappels jeudi 18h30", to=small_group)
    await sam.reads(2, chat=small_group)
    telegram.passes(days=7)
    [due] = await vigie.advisor.due(telegram.clock.now, ["telegram"])
    supergroup = await small_group.upgrades()
    await vigie.adapter.deliver(due)
    reminder = await sam.reads_next(chat=supergroup)
    assert LABELS.stop_reminders in reminder.buttons


async def test_an_answer_under_way_to_the_old_id_goes_to_the_new_one(
    vigie: Vigie, telegram: FakeTelegram, database: Database, sam: User, small_group: Group, title: str
) -> None:
    await vigie.stops()
    await sam.writes(ASKED, to=small_group)
    supergroup = await small_group.upgrades()
    await vigie.starts()
    answer = await sam.reads_next(chat=supergroup)
    assert answer.bold[0] == title
    await all_is_said(vigie, telegram, database)
    kept = await database.rows("SELECT id FROM communities")
    assert [row[0] for row in kept] == [str(supergroup.id)]


async def _upgraded_with_a_reminder(sam: User, small_group: Group) -> Group:
    await sam.writes("/parcours vie", to=small_group)
    await sam.writes("/rappels jeudi 18h30", to=small_group)
    await sam.reads(2, chat=small_group)
    return await small_group.upgrades()


# Taken in, put out, taken in again.


async def test_who_takes_vigie_in_reads_once_what_she_does(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User
) -> None:
    group = telegram.group("Les autres", with_bot=False).promote(lea)
    await group.adds_bot(by=lea)
    greeting = await lea.reads_next(chat=group)
    assert greeting.text == TAKEN_IN
    await group.promotes(telegram.bot, by=lea)
    await group.demotes(telegram.bot, by=lea)
    await all_is_said(vigie, telegram, database)
    assert group.shown == [greeting]


async def test_a_group_that_takes_vigie_in_again_soon_finds_its_settings(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, group: Group
) -> None:
    await lea.writes(f"/reglages accueil {WELCOMES_WORD}", to=group)
    await lea.reads_next(chat=group)
    await group.removes_bot(by=lea)
    await all_is_handled(telegram, database)
    telegram.passes(days=29)
    await vigie.sends_what_is_due()
    await group.adds_bot(by=lea)
    assert (await lea.reads_next(chat=group)).text == TAKEN_IN
    await lea.writes("/reglages", to=group)
    assert WELCOMES_WORD in (await lea.reads_next(chat=group)).text


async def test_nothing_is_left_of_a_group_thirty_days_after_it_put_vigie_out(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group
) -> None:
    zoe = telegram.user("Zoé")
    await lea.writes(f"/reglages accueil {WELCOMES_WORD}", to=group)
    await zoe.joins(group)
    await sam.writes(f"/question {UNANSWERED}", to=group)
    talk = await sam.writes("Bonjour", to=group)
    await lea.reads(3, chat=group)
    await lea.writes(TO_A_NAMED_MODERATOR, to=group, reply_to=talk)
    await lea.reads_next(chat=group)
    await zoe.leaves(group)
    await group.removes_bot(by=lea)
    await all_is_handled(telegram, database)
    telegram.passes(days=30, seconds=1)
    await vigie.sends_what_is_due()
    assert await _tables_that_name(database, str(group.id)) == []

    await group.adds_bot(by=lea)
    assert (await lea.reads_next(chat=group)).text == TAKEN_IN
    await lea.writes("/reglages", to=group)
    settings = await lea.reads_next(chat=group)
    assert settings.buttons == [LABELS.welcomes_no, LABELS.quiet_yes]
    await zoe.joins(group)
    assert "Zoé" in (await lea.reads_next(chat=group)).text


async def test_a_group_in_which_vigie_may_not_write_for_a_while_is_served_all_the_same(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, forum: Group, jobs: Topic
) -> None:
    jobs.closes()
    await lea.writes(ASKED, to=forum, topic=jobs)
    await all_is_handled(telegram, database)
    forum.restrict(telegram.bot)
    await lea.writes(ASKED, to=forum)
    await all_is_handled(telegram, database)
    assert forum.shown == []
    assert [each.title for each in await vigie.advisor.communities("telegram")] == [forum.title]


async def test_a_late_press_does_not_take_vigie_in_again(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group
) -> None:
    await sam.writes(ASKED, to=group)
    answer = await sam.reads_next(chat=group)
    await group.removes_bot(by=lea)
    await all_is_handled(telegram, database)
    told = await sam.presses(answer, LABELS.useful)
    await told.is_answered()
    await all_is_handled(telegram, database)
    assert await vigie.advisor.communities("telegram") == []


async def _tables_that_name(database: Database, community: str) -> list[str]:
    """Return the tables in which a community is still named."""
    found = []
    for table in await database.tables():
        rows = await database.rows(f"SELECT * FROM {table}")  # noqa: S608 - the schema's own names
        if any(community in str(value) for row in rows for value in tuple(row)):
            found.append(table)
    return found


async def test_a_question_edited_down_to_pointing_at_somebody_answers_them(lea: User, sam: User, group: Group) -> None:
    asked = await sam.writes(QUESTION, to=group)
    command = await lea.writes("/question recette de la blanquette", to=group, reply_to=asked)
    answer = await lea.reads_next(chat=group)
    await lea.edits(command, "/question")
    assert (await lea.reads_next(chat=group)) is answer
    assert "SWOT" in answer.bold[0]
