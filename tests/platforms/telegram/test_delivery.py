"""What Vigie has to say arrives: once, in order, where it can, whatever the weather."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import build_advisor
from bot.core.messages import Due
from bot.library import Library
from bot.retrieval.parameters import read_parameters
from bot.storage.database import Database
from tests.conftest import WriteKnowledge
from tests.conversations.words import LABELS
from tests.fakes.telegram import Chat, FakeTelegram, Group, Message, User
from tests.fakes.telegram.errors import ApiError
from tests.platforms.log import heard
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.steps import OTHER_QUESTION, QUESTION, UNANSWERED, all_is_handled
from tests.platforms.telegram.storm import (
    BAD_GATEWAY,
    NEVER,
    CutAfter,
    StormyTelegram,
    patience,
    refusal,
)
from tests.platforms.telegram.talk import words_of

THURSDAY = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)
WEEK = timedelta(days=7)


def heard_from(telegram: FakeTelegram, chat: Chat) -> list[Message]:
    """Return what Vigie said in a chat."""
    return [message for message in chat.messages if message.sender is telegram.bot]


def attempts(telegram: FakeTelegram, method: str = "sendMessage") -> list[int | None]:
    """Return what became of the requests of a method."""
    return [request.status for request in telegram.asked_for(method)]


async def is_handled(vigie: Vigie, telegram: FakeTelegram) -> None:
    """Wait until all that people did is handled, and Vigie has stopped."""
    await telegram.settled(requests=True)
    await vigie.stops()


async def is_acquainted(*people: User) -> None:
    """Have people ask something once, so that what follows tells them nothing on first contacts."""
    for person in people:
        await person.writes("merci")
        await person.reads_next()


# What is refused for a moment


@pytest.mark.parametrize("fate", [patience(), BAD_GATEWAY, ApiError(500, "Internal Server Error")])
async def test_an_answer_waits_until_telegram_takes_it(
    vigie: Vigie, telegram: StormyTelegram, lea: User, fate: ApiError
) -> None:
    telegram.meets("sendMessage", fate, fate, fate)
    await lea.writes(QUESTION)
    answer = await lea.reads_next()
    assert "SWOT" in answer.text
    await is_handled(vigie, telegram)
    assert heard_from(telegram, lea.chat) == [answer]
    assert attempts(telegram) == [fate.code] * 3 + [200]


async def test_asked_for_patience_the_client_waits_as_long_as_it_is_told(
    asleep: Vigie, telegram: StormyTelegram, lea: User
) -> None:
    asleep.seconds = NEVER
    await asleep.starts(asleep.made(paced=True))
    telegram.meets("sendMessage", patience(1))
    await lea.writes(QUESTION)
    answer = await lea.reads_next()
    await is_handled(asleep, telegram)
    assert heard_from(telegram, lea.chat) == [answer]
    assert attempts(telegram) == [429, 200]


async def test_messages_of_an_outage_are_answered_once_each_and_in_order(
    vigie: Vigie, telegram: StormyTelegram, lea: User, sam: User
) -> None:
    await is_acquainted(lea, sam)
    telegram.meets("sendMessage", *[BAD_GATEWAY] * 7)
    typed = ["/themes", "/aide", "/rappels", "/plan"]
    for text in typed:
        await lea.writes(text)
        await sam.writes(text)
    told = [[message.text for message in await person.reads(len(typed))] for person in (lea, sam)]
    assert told[0] == told[1]
    assert len(set(told[0])) == len(typed)
    await is_handled(vigie, telegram)
    for person in (lea, sam):
        assert len(heard_from(telegram, person.chat)) == 1 + len(typed)


async def test_connections_that_are_cut_lose_nothing(
    vigie: Vigie, telegram: StormyTelegram, lea: User, sam: User
) -> None:
    await is_acquainted(lea, sam)
    telegram.cuts(every=3)
    telegram.limits(every=4)
    typed = ["/themes", "/aide", "/rappels", "/plan", "/themes", "/aide", "/rappels", "/plan"]
    for text in typed:
        await lea.writes(text)
        await sam.writes(text)
    told = [[message.text for message in await person.reads(len(typed))] for person in (lea, sam)]
    assert told[0] == told[1]
    assert told[0][:4] == told[0][4:]
    await is_handled(vigie, telegram)
    assert len(heard_from(telegram, lea.chat)) == len(heard_from(telegram, sam.chat)) == 1 + len(typed)
    assert any(status is None for status in attempts(telegram))
    assert any(status == 429 for status in attempts(telegram))


@pytest.mark.usefixtures("vigie")
async def test_an_answer_whose_receipt_is_lost_is_said_twice_at_most(telegram: StormyTelegram, lea: User) -> None:
    telegram.meets("sendMessage", CutAfter())
    await lea.writes(QUESTION)
    first, second = await lea.reads(2)
    assert first.text == second.text
    await lea.writes("merci")
    await lea.reads_next()
    assert len(heard_from(telegram, lea.chat)) == 3


@pytest.mark.usefixtures("vigie")
async def test_an_edit_whose_receipt_is_lost_is_done(telegram: StormyTelegram, lea: User) -> None:
    await lea.writes("/themes")
    themes = await lea.reads_next()
    telegram.meets("editMessageText", CutAfter())
    query = await lea.presses(themes, themes.buttons[0])
    await lea.reads_next()
    await lea.writes("merci")
    await lea.reads_next()
    assert query.answered
    assert attempts(telegram, "editMessageText") == [200, 400]
    assert len(heard_from(telegram, lea.chat)) == 2


@pytest.mark.usefixtures("vigie")
async def test_while_one_waits_for_telegram_others_are_answered(telegram: StormyTelegram, lea: User, sam: User) -> None:
    hold = telegram.holds("sendMessage")
    await lea.writes(QUESTION)
    await hold.is_reached()
    await sam.writes(OTHER_QUESTION)
    await sam.reads_next()
    assert heard_from(telegram, lea.chat) == []
    hold.let_go.set()
    await lea.reads_next()


@pytest.mark.usefixtures("vigie")
async def test_an_administrator_is_known_as_one_in_spite_of_an_outage(
    telegram: StormyTelegram, lea: User, group: Group
) -> None:
    telegram.meets("getChatAdministrators", BAD_GATEWAY)
    await lea.writes("/reglages", to=group)
    answer = await lea.reads_next(chat=group)
    assert LABELS.welcomes_no in answer.buttons


# What is refused for good


async def test_what_telegram_refuses_three_times_is_set_aside_and_holds_up_nobody(
    vigie: Vigie, telegram: StormyTelegram, lea: User, sam: User
) -> None:
    await is_acquainted(lea, sam)
    telegram.meets("sendMessage", *[refusal("something new and strange")] * 3)
    with heard() as log:
        await lea.writes("/themes")
        await log.says("is set aside")
        await lea.writes("/aide")
        await sam.writes("/aide")
        [after] = await lea.reads()
        await sam.reads_next()
    assert after.text == heard_from(telegram, sam.chat)[-1].text
    assert "new and strange" in log.text
    await vigie.restarts()
    await lea.writes("merci")
    await lea.reads_next()
    assert len(heard_from(telegram, lea.chat)) == 3


@pytest.mark.usefixtures("vigie")
async def test_a_message_that_does_not_change_is_no_failure(telegram: StormyTelegram, lea: User) -> None:
    await lea.writes("/themes")
    themes = await lea.reads_next()
    telegram.meets("editMessageText", refusal("message is not modified: specified new message content …"))
    with heard() as log:
        query = await lea.presses(themes, themes.buttons[0])
        await query.is_answered()
        await lea.writes("merci")
        await lea.reads_next()
    assert attempts(telegram, "editMessageText") == [400]
    assert "failed" not in log.text


async def test_in_the_place_of_a_message_that_is_gone_comes_a_new_one(
    asleep: Vigie, telegram: StormyTelegram, lea: User
) -> None:
    await asleep.starts()
    await lea.writes("/themes")
    themes = await lea.reads_next()
    await asleep.stops()
    query = await lea.presses(themes, themes.buttons[0])
    await lea.deletes(themes)
    await asleep.starts()
    theme = await lea.reads_next()
    assert query.answered
    assert not theme.edited
    assert heard_from(telegram, lea.chat) == [theme]
    await asleep.stops()


@pytest.mark.usefixtures("vigie")
async def test_in_the_place_of_a_message_too_old_to_be_edited_comes_a_new_one(
    telegram: StormyTelegram, lea: User
) -> None:
    await lea.writes("/themes")
    themes = await lea.reads_next()
    telegram.meets("editMessageText", refusal("message can't be edited"))
    await lea.presses(themes, themes.buttons[0])
    theme = await lea.reads_next()
    assert theme is not themes
    assert heard_from(telegram, lea.chat) == [themes, theme]


async def test_a_press_that_telegram_has_forgotten_does_what_it_does(asleep: Vigie, lea: User) -> None:
    await asleep.starts()
    await lea.writes("/themes")
    themes = await lea.reads_next()
    before = themes.text
    await asleep.stops()
    query = await lea.presses(themes, themes.buttons[0])
    query.expires()
    with heard() as log:
        await asleep.starts()
        theme = await lea.reads_next()
    assert theme is themes
    assert theme.text != before
    assert not query.answered
    assert "failed" not in log.text
    assert "Traceback" not in log.text
    await lea.writes("merci")
    await lea.reads_next()
    await asleep.stops()


# Answers of several messages

SEVERAL = "pause"
"""What is said in a journey and gets two messages: that it waits, and the offer of a reminder."""


@pytest.fixture
async def under_way(asleep: Vigie, telegram: StormyTelegram, lea: User) -> Sequence[str]:
    """Have Léa at a step of a journey that she pauses; return what somebody else is told who does."""
    await asleep.starts()
    zoe = telegram.user("Zoé")
    for person in (zoe, lea):
        await person.writes("/parcours demarrer")
        await person.reads_next()
    await zoe.writes(SEVERAL)
    told = [message.text for message in await zoe.reads(2)]
    await asleep.stops()
    return told


async def test_an_answer_of_several_messages_goes_on_where_it_stopped(
    asleep: Vigie, telegram: StormyTelegram, lea: User, under_way: Sequence[str]
) -> None:
    await asleep.starts()
    telegram.meets("sendMessage", None, BAD_GATEWAY, BAD_GATEWAY)
    await lea.writes(SEVERAL)
    assert [message.text for message in await lea.reads(2)] == under_way
    await is_handled(asleep, telegram)
    assert [message.text for message in heard_from(telegram, lea.chat)[-2:]] == under_way
    assert len(heard_from(telegram, lea.chat)) == 3


async def test_an_answer_of_several_messages_goes_on_after_a_start_where_it_stopped(
    asleep: Vigie, telegram: StormyTelegram, lea: User, under_way: Sequence[str]
) -> None:
    asleep.seconds = NEVER
    await asleep.starts()
    telegram.meets("sendMessage", None, BAD_GATEWAY)
    with heard() as log:
        await lea.writes(SEVERAL)
        await log.says("has to wait")
    await asleep.stops()
    assert [message.text for message in heard_from(telegram, lea.chat)[1:]] == under_way[:1]
    await asleep.starts()
    await lea.reads(2)
    await is_handled(asleep, telegram)
    assert [message.text for message in heard_from(telegram, lea.chat)[1:]] == under_way


async def test_a_long_answer_goes_on_after_the_part_where_it_stopped(
    asleep: Vigie, telegram: StormyTelegram, lea: User, write_knowledge: WriteKnowledge, database: Database
) -> None:
    text = "\n\n".join(f"Paragraphe {number} : " + "des tomates au soleil, " * 40 for number in range(12))
    folder = write_knowledge({})
    record = {"id": "tomates", "title": "Planter des tomates", "text": text, "questions": ["planter des tomates"]}
    (folder / "passages" / "a.jsonl").write_text(json.dumps(record), encoding="utf-8")
    asleep.advisor = build_advisor(Library(folder, read_parameters()).current, database)
    await asleep.starts()
    telegram.meets("sendMessage", None, BAD_GATEWAY)
    await lea.writes("Comment planter des tomates ?")
    await lea.reads(3)
    await is_handled(asleep, telegram)
    parts = [message.text for message in heard_from(telegram, lea.chat)]
    assert len(parts) >= 3
    assert len(set(parts)) == len(parts)


async def test_the_files_of_an_answer_follow_it_without_its_being_said_again(
    vigie: Vigie, telegram: StormyTelegram, lea: User
) -> None:
    await is_acquainted(lea)
    telegram.meets("sendDocument", BAD_GATEWAY)
    await lea.writes("/mesdonnees")
    await lea.reads(2)
    await is_handled(vigie, telegram)
    assert [message.document is not None for message in heard_from(telegram, lea.chat)] == [False, False, True]


# People and places that cannot be reached


async def is_reminded(*people: User) -> None:
    """Have people be reminded on Thursdays of a journey under way."""
    for person in people:
        for text in ("/parcours demarrer", "/rappels jeudi 18h30"):
            await person.writes(text)
            await person.reads_next()


async def comes(vigie: Vigie, telegram: StormyTelegram, moment: datetime) -> list[Due]:
    """Have a moment come, and what falls due then be sent; return it."""
    telegram.clock.passes(seconds=(moment - telegram.clock.now).total_seconds())
    due = await vigie.advisor.due(telegram.clock.now, [vigie.adapter.name])
    for each in due:
        await vigie.adapter.deliver(each)
    return due


async def test_a_reminder_arrives(vigie: Vigie, telegram: StormyTelegram, lea: User) -> None:
    await is_reminded(lea)
    assert await comes(vigie, telegram, THURSDAY - timedelta(seconds=1)) == []
    await comes(vigie, telegram, THURSDAY)
    reminder = await lea.reads_next()
    assert LABELS.resume in reminder.buttons
    await lea.presses(reminder, LABELS.resume)
    await lea.reads_next()


@pytest.mark.parametrize("fate", [BAD_GATEWAY, patience(), refusal("something new"), CutAfter()])
async def test_a_reminder_is_sent_at_most_once(
    vigie: Vigie, telegram: StormyTelegram, lea: User, sam: User, fate: ApiError | CutAfter
) -> None:
    await is_reminded(lea, sam)
    before = len(attempts(telegram))
    telegram.meets("sendMessage", fate)
    assert len(await comes(vigie, telegram, THURSDAY)) == 2
    assert await comes(vigie, telegram, THURSDAY + timedelta(minutes=1)) == []
    assert len(attempts(telegram)) == before + 2
    [answered] = [person for person in (lea, sam) if len(heard_from(telegram, person.chat)) == 3][-1:]
    await answered.reads_next()


async def test_reminders_are_paced(vigie: Vigie, telegram: StormyTelegram) -> None:
    people = [telegram.user(f"Membre {number}") for number in range(8)]
    await is_reminded(*people)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert len(await comes(vigie, telegram, THURSDAY)) == 8
    assert loop.time() - begun > 0.4
    for person in people:
        await person.reads_next()


async def test_whoever_blocks_vigie_is_reminded_of_nothing_until_they_come_back(
    vigie: Vigie, telegram: StormyTelegram, lea: User, database: Database
) -> None:
    await is_reminded(lea)
    await lea.blocks_bot()
    await all_is_handled(telegram, database)
    await vigie.restarts()
    before = len(attempts(telegram))
    for week in range(3):
        assert await comes(vigie, telegram, THURSDAY + week * WEEK) == []
    assert len(attempts(telegram)) == before
    await lea.unblocks_bot()
    await all_is_handled(telegram, database)
    await vigie.restarts()
    assert len(await comes(vigie, telegram, THURSDAY + 3 * WEEK)) == 1
    await lea.reads_next()


async def test_whoever_turns_out_to_be_unreachable_is_not_tried_again_until_they_write(
    vigie: Vigie, telegram: StormyTelegram, lea: User
) -> None:
    await is_reminded(lea)
    lea.chat.blocked = True
    assert len(await comes(vigie, telegram, THURSDAY)) == 1
    assert attempts(telegram)[-1] == 403
    before = len(attempts(telegram))
    assert await comes(vigie, telegram, THURSDAY + WEEK) == []
    assert len(attempts(telegram)) == before
    lea.chat.blocked = False
    await lea.writes("merci")
    await lea.reads_next()
    assert len(await comes(vigie, telegram, THURSDAY + 2 * WEEK)) == 1
    await lea.reads_next()


async def test_an_answer_to_somebody_who_blocked_vigie_meanwhile_is_dropped(
    asleep: Vigie, telegram: StormyTelegram, lea: User, sam: User, database: Database
) -> None:
    await lea.writes(QUESTION)
    await lea.blocks_bot()
    await sam.writes(QUESTION)
    with heard() as log:
        await asleep.starts()
        await sam.reads_next()
        await is_handled(asleep, telegram)
    assert sorted(filter(None, attempts(telegram))) == [200, 403]
    assert "failed" not in log.text
    assert await database.rows("SELECT id FROM inbox") == []
    await asleep.starts()
    await lea.unblocks_bot()
    await lea.writes(QUESTION)
    await lea.reads_next()
    await asleep.stops()


async def test_an_account_that_was_closed_holds_up_nothing(
    asleep: Vigie, telegram: StormyTelegram, lea: User, sam: User, database: Database
) -> None:
    await lea.writes(QUESTION)
    lea.deletes_account()
    await sam.writes(QUESTION)
    await asleep.starts()
    await sam.reads_next()
    await is_handled(asleep, telegram)
    assert await database.rows("SELECT id FROM inbox") == []


async def test_an_answer_in_a_topic_that_is_gone_comes_to_the_general_one(
    asleep: Vigie, telegram: StormyTelegram, lea: User
) -> None:
    forum = telegram.group("Les indés", forum=True).add(lea)
    topic = forum.topic("Emploi")
    await lea.writes(f"/question {QUESTION}", to=forum, topic=topic)
    topic.disappears()
    await asleep.starts()
    answer = await lea.reads_next(chat=forum)
    assert answer.topic is None
    assert "SWOT" in answer.text
    await asleep.stops()


def closed(forum: Group, _: FakeTelegram) -> None:
    """Close every topic of a forum."""
    for topic in forum.topics.values():
        topic.closes()


def silenced(forum: Group, telegram: FakeTelegram) -> None:
    """Take from the bot the right to write."""
    forum.restrict(telegram.bot)


def put_out(forum: Group, telegram: FakeTelegram) -> None:
    """Take the bot out."""
    forum.place(telegram.bot, "kicked")


@pytest.mark.parametrize("happens", [closed, silenced, put_out])
async def test_where_vigie_may_not_write_nothing_is_tried_again_and_nobody_waits(
    asleep: Vigie,
    telegram: StormyTelegram,
    lea: User,
    database: Database,
    happens: Callable[[Group, FakeTelegram], None],
) -> None:
    forum = telegram.group("Les indés", forum=True).add(lea)
    topic = forum.topic("Emploi")
    await asleep.starts()
    await is_reminded(lea)
    await asleep.stops()
    before = len(attempts(telegram))
    await lea.writes(f"/question {QUESTION}", to=forum, topic=topic)
    await lea.writes("/aide")
    happens(forum, telegram)
    with heard() as log:
        await asleep.starts()
        await lea.reads_next()
        await asleep.stops()
    assert len(attempts(telegram)) == before + 2
    assert heard_from(telegram, forum) == []
    assert "failed" not in log.text
    assert await database.rows("SELECT id FROM inbox") == []
    await asleep.starts()
    assert len(await comes(asleep, telegram, THURSDAY)) == 1
    await lea.reads_next()
    await asleep.stops()


# What is delivered again


async def test_what_was_handled_and_is_delivered_again_changes_nothing_and_is_not_answered_again(
    asleep: Vigie, telegram: StormyTelegram, lea: User, sam: User
) -> None:
    forum = telegram.group("Les indés", forum=True, with_bot=False).promote(lea)
    quiet, topic = forum.topic("Annonces"), forum.topic("Emploi")
    await asleep.starts()
    await forum.adds_bot(by=lea)
    await lea.reads_next(chat=forum)
    forum.promote(telegram.bot)
    await sam.joins(forum)
    await lea.reads_next(chat=forum)
    await lea.writes("/reglages", to=forum, topic=quiet)
    settings = await lea.reads_next(chat=forum)
    await lea.presses(settings, LABELS.quiet_yes)
    await lea.reads_next(chat=forum)
    await sam.writes(f"/question {QUESTION}", to=forum, topic=quiet)
    await lea.reads_next(chat=forum)
    asked = await sam.writes(f"/question {QUESTION}", to=forum, topic=topic)
    await lea.reads_next(chat=forum)
    await sam.edits(asked, f"/question {OTHER_QUESTION}")
    await lea.reads_next(chat=forum)
    await lea.writes(UNANSWERED)
    await lea.reads_next()
    await lea.writes("/parcours demarrer")
    step = await lea.reads_next()
    await lea.presses(step, step.buttons[0])
    await lea.reads_next()
    await asleep.stops()
    chats: tuple[Chat, ...] = (forum, lea.chat)
    before = [[(each.id, each.text, each.buttons) for each in heard_from(telegram, chat)] for chat in chats]
    polled = [request.result for request in telegram.asked_for("getUpdates") if isinstance(request.result, list)]
    seen = {update["update_id"]: update for result in polled for update in result}
    telegram.state.updates.pending.extend(seen.values())
    await asleep.starts()
    await telegram.settled()
    zoe = telegram.user("Zoé")
    await zoe.joins(forum)
    await lea.reads_next(chat=forum)
    for person in (lea, sam):
        await person.writes("merci")
        await person.reads_next()
    await asleep.stops()
    after = [[(each.id, each.text, each.buttons) for each in heard_from(telegram, chat)][:-1] for chat in chats]
    assert after == before
    assert len(heard_from(telegram, sam.chat)) == 1


# The database


@contextmanager
def another_process(database: Database) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database.path, isolation_level=None)) as connection:
        yield connection


async def test_an_update_is_not_confirmed_while_another_process_holds_the_database(
    vigie: Vigie, telegram: StormyTelegram, lea: User, database: Database
) -> None:
    with another_process(database) as other:
        other.execute("BEGIN IMMEDIATE")
        await lea.writes(QUESTION)
        await telegram.state.updates.changed.until(lambda: telegram.state.polling.under_way == 0, 5)
        assert len(telegram.state.updates.pending) == 1
        other.execute("COMMIT")
    await lea.reads_next()
    await is_handled(vigie, telegram)
    assert len(heard_from(telegram, lea.chat)) == 1


async def test_an_update_that_cannot_be_kept_is_delivered_again_until_it_is(
    vigie: Vigie, telegram: StormyTelegram, lea: User, database: Database
) -> None:
    with another_process(database) as other, heard() as log:
        other.execute("ALTER TABLE inbox RENAME TO gone")
        await lea.writes(QUESTION)
        await log.says("No updates can be taken now", times=3)
        assert len(telegram.state.updates.pending) == 1
        other.execute("ALTER TABLE gone RENAME TO inbox")
    await lea.reads_next()
    await is_handled(vigie, telegram)
    assert len(heard_from(telegram, lea.chat)) == 1


async def test_while_nothing_can_be_kept_nobody_is_answered_again_and_again(
    vigie: Vigie, telegram: StormyTelegram, lea: User, database: Database
) -> None:
    await is_acquainted(lea)
    hold = telegram.holds("sendMessage")
    await lea.writes(QUESTION)
    await hold.is_reached()
    with another_process(database) as other, heard() as log:
        for table in ("inbox", "events"):
            other.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")
        hold.let_go.set()
        await log.says("has to wait", times=4)
        for table in ("inbox", "events"):
            other.execute(f"ALTER TABLE {table}_gone RENAME TO {table}")
    await lea.reads_next()
    await lea.writes("/aide")
    assert (await lea.reads_next()).text == words_of("help/help", typed=False, administers=False, moderates=False)
    await is_handled(vigie, telegram)
    assert len(heard_from(telegram, lea.chat)) == 3
