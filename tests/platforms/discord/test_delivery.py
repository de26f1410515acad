"""What Vigie has to say arrives: acknowledged at once, said once, where it can be, whatever the weather."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.messages import Due
from bot.platforms.discord.client import Timing
from bot.storage.database import Database
from tests.conversations.words import LABELS, said
from tests.fakes.discord import Channel, FakeDiscord, Message, Server, Thread, User
from tests.platforms.discord.conftest import SOON, Vigie
from tests.platforms.discord.steps import OTHER_QUESTION, QUESTION, all_is_handled
from tests.platforms.log import heard

THURSDAY = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
CALLBACK = "/interactions/…/…/callback"
ORIGINAL = "/webhooks/…/…/messages/@original"
MESSAGES = "/channels/…/messages"
NEVER = Timing(retries=(3600.0,), reconnects=SOON.reconnects, identifies=0.0, servers=0.01, tended=0.02)
"""More seconds between attempts than any test lasts."""

pytestmark = pytest.mark.usefixtures("hasty")


def answers(double: FakeDiscord, channel: Channel) -> list[Message]:
    """Return what Vigie said in a channel."""
    return [message for message in channel.messages if message.author is double.bot and not message.deleted]


def attempts(double: FakeDiscord, method: str = "POST", path: str = MESSAGES) -> list[int | None]:
    """Return what became of the requests of a route."""
    return [request.status for request in double.asked_for(method, path)]


async def count(database: Database, table: str) -> int:
    [row] = await database.rows(f"SELECT COUNT(*) FROM {table}")  # noqa: S608
    return int(row[0])


async def asks(person: User, where: Channel | None = None, question: str = QUESTION) -> Message:
    """Ask by the command, and return the one message that answers."""
    interaction = await person.uses("/question", in_=where, texte=question)
    await interaction.is_settled()
    [answer] = interaction.messages
    return answer


async def writes(person: User, text: str) -> Message:
    """Write in private, and return the one message that answers."""
    person.skips()
    await person.writes(text)
    return await person.reads_next()


async def is_acquainted(*people: User) -> None:
    """Have people ask something once, so that what follows tells them nothing on first contacts."""
    for person in people:
        await writes(person, "merci")


class AnotherProcess:
    """Another process that uses the database; it waits for its turn as processes do, while Vigie goes on."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def runs(self, *statements: str) -> None:
        for statement in statements:
            await asyncio.to_thread(self._connection.execute, statement)


@contextmanager
def another_process(database: Database) -> Iterator[AnotherProcess]:
    with closing(sqlite3.connect(database.path, isolation_level=None, check_same_thread=False)) as connection:
        yield AnotherProcess(connection)


# What is refused for a moment

Fate = Callable[[FakeDiscord, str, str], None]


def limited_everywhere(double: FakeDiscord, _: str, __: str) -> None:
    double.limits_globally(times=2, retry_after=0.01)


def broken(double: FakeDiscord, method: str, path: str) -> None:
    double.fails(method, path, 500, times=2)


def broken_for_long(double: FakeDiscord, method: str, path: str) -> None:
    double.fails(method, path, 502, times=7)


def not_there(double: FakeDiscord, method: str, path: str) -> None:
    double.fails(method, path, 503, times=2)


FATES = [limited_everywhere, broken, broken_for_long, not_there]


@pytest.mark.usefixtures("vigie")
@pytest.mark.parametrize("fate", FATES)
async def test_an_answer_in_private_waits_until_discord_takes_it(double: FakeDiscord, lea: User, fate: Fate) -> None:
    await is_acquainted(lea)
    fate(double, "POST", MESSAGES)
    answer = await writes(lea, QUESTION)
    assert "SWOT" in answer.text
    await double.settled()
    assert len(answers(double, lea.private)) == 2


@pytest.mark.parametrize("fate", FATES)
async def test_an_answer_to_a_command_waits_until_discord_takes_it(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel, fate: Fate
) -> None:
    hold = double.slow("POST", CALLBACK, after=True)
    asked = await sam.uses("/question", in_=general, texte=QUESTION)
    await hold.is_reached()
    fate(double, "PATCH", ORIGINAL)
    hold.release()
    await asked.is_settled()
    await vigie.stops()
    [answer] = asked.messages
    assert "SWOT" in answer.text
    assert answers(double, general) == [answer]


@pytest.mark.usefixtures("vigie")
async def test_told_of_a_bucket_s_limit_the_client_waits_and_says_it_once(double: FakeDiscord, lea: User) -> None:
    await is_acquainted(lea)
    double.limits(every=2, retry_after=0.01)
    for text in ("/aide", "/themes", "/rappels", "/plan"):
        await writes(lea, text)
    await double.settled()
    assert len(answers(double, lea.private)) == 5
    assert 429 in attempts(double)


@pytest.mark.parametrize("fate", [limited_everywhere, broken, not_there])
async def test_an_acknowledgement_that_is_refused_for_a_moment_is_made_again(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel, fate: Fate
) -> None:
    fate(double, "POST", CALLBACK)
    answer = await asks(sam, general)
    assert "SWOT" in answer.text
    await vigie.stops()
    assert answers(double, general) == [answer]


@pytest.mark.parametrize("after", [True, False])
async def test_an_acknowledgement_whose_connection_is_cut_leaves_nobody_without_an_answer(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel, *, after: bool
) -> None:
    double.cuts_requests(every=1, after=after)
    asked = await sam.uses("/question", in_=general, texte=QUESTION)
    await requested(double, 1)
    double.clears()
    await asked.is_settled()
    await vigie.stops()
    [answer] = asked.messages
    assert "SWOT" in answer.text
    assert answers(double, general) == [answer]


async def requested(double: FakeDiscord, times: int, path: str = CALLBACK) -> None:
    """Wait until a route was asked for so many times, and what was asked is done or cut."""
    async with asyncio.timeout(5):
        while len(double.asked_for("POST", path)) < times:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_connections_that_are_cut_lose_nothing(vigie: Vigie, double: FakeDiscord, lea: User, sam: User) -> None:
    await is_acquainted(lea, sam)
    double.cuts_requests(every=3)
    double.limits(every=4, retry_after=0.01)
    typed = ["/themes", "/aide", "/rappels", "/plan", "/themes", "/aide", "/rappels", "/plan"]
    for person in (lea, sam):
        person.skips()
    for text in typed:
        await lea.writes(text)
        await sam.writes(text)
    told = [[message.text for message in await person.reads(len(typed))] for person in (lea, sam)]
    assert told[0] == told[1]
    assert told[0][:4] == told[0][4:]
    await vigie.stops()
    assert len(answers(double, lea.private)) == len(answers(double, sam.private)) == 1 + len(typed)
    assert any(status is None for status in attempts(double))
    assert any(status == 429 for status in attempts(double))


async def test_an_answer_whose_receipt_is_lost_is_said_twice_at_most(
    vigie: Vigie, double: FakeDiscord, lea: User, database: Database
) -> None:
    await is_acquainted(lea)
    double.cuts_requests(every=2, after=True)
    for _ in range(4):
        await lea.writes(QUESTION)
    await all_is_handled(double, database)
    await vigie.stops()
    said_again = [request for request in double.cut_after if request.path.endswith("/messages")]
    assert len(answers(double, lea.private)) == 1 + 4 + len(said_again) > 5


async def test_an_answer_in_place_whose_receipt_is_lost_is_done_once(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel, database: Database
) -> None:
    answer = await asks(sam, general)
    hold = double.slow("POST", CALLBACK, after=True)
    pressed = await sam.presses(answer, LABELS.useful)
    await hold.is_reached()
    double.cuts_requests(every=1, after=True)
    hold.release()
    await pressed.shows()
    double.clears()
    await vigie.stops()
    assert await count(database, "feedback") == 1
    assert {message.text for message in pressed.messages} == {said("feedback/thanks")}


@pytest.mark.usefixtures("vigie")
async def test_while_one_waits_for_discord_others_are_answered(
    double: FakeDiscord, lea: User, sam: User, general: Channel
) -> None:
    hold = double.slow("POST", MESSAGES)
    await lea.writes(QUESTION)
    await hold.is_reached()
    await asks(sam, general)
    assert answers(double, lea.private) == []
    hold.release()
    await lea.reads_next()


# Acknowledged first


@pytest.mark.usefixtures("vigie")
async def test_a_command_is_acknowledged_while_another_process_holds_the_database(
    double: FakeDiscord, sam: User, general: Channel, database: Database
) -> None:
    with another_process(database) as other:
        await other.runs("BEGIN IMMEDIATE")
        asked = await sam.uses("/question", in_=general, texte=QUESTION)
        await asked.is_answered()
        assert asked.response == "deferred"
        assert not asked.ephemeral
        double.clock.advance(4)
        assert not asked.failed
        await other.runs("COMMIT")
    await asked.is_settled()
    assert "SWOT" in asked.messages[0].text


@pytest.mark.usefixtures("vigie")
async def test_a_button_is_acknowledged_while_another_process_holds_the_database(
    double: FakeDiscord, sam: User, general: Channel, database: Database
) -> None:
    answer = await asks(sam, general)
    with another_process(database) as other:
        await other.runs("BEGIN IMMEDIATE")
        pressed = await sam.presses(answer, LABELS.useful)
        await pressed.is_answered()
        assert pressed.response == "deferred_update"
        double.clock.advance(4)
        assert not pressed.failed
        await other.runs("COMMIT")
    [thanks] = await pressed.shows()
    assert thanks.ephemeral
    assert thanks.text == said("feedback/thanks")


@pytest.mark.usefixtures("vigie")
async def test_a_form_opens_and_titles_are_proposed_while_another_process_holds_the_database(
    double: FakeDiscord, sam: User, general: Channel, database: Database
) -> None:
    answer = await asks(sam, general)
    why = await sam.presses(answer, LABELS.useless)
    [reasons] = await why.shows()
    with another_process(database) as other:
        await other.runs("BEGIN IMMEDIATE")
        opened = await sam.presses(reasons, LABELS.other_reason)
        await opened.is_answered()
        assert opened.modal
        assert await sam.autocompletes("/question", in_=general, texte="linke")
        sent = await sam.submits(opened, text="trop long")
        await sent.is_answered()
        double.clock.advance(4)
        await other.runs("COMMIT")
    await double.settled()
    assert not sent.failed
    assert await count(database, "feedback") == 1


@pytest.mark.usefixtures("vigie")
async def test_all_that_is_asked_at_once_is_acknowledged_before_the_first_is_answered(
    double: FakeDiscord, server: Server, general: Channel, database: Database
) -> None:
    people = [double.user(f"Membre {number}") for number in range(60)]
    server.add(*people)
    # No more in each than may be asked in one place.
    channels = (general, server.text("projets"), server.text("lectures"))
    with another_process(database) as other:
        await other.runs("BEGIN IMMEDIATE")
        asked = [
            await person.uses("/question", in_=channels[number % len(channels)], texte=QUESTION)
            for number, person in enumerate(people)
        ]
        for each in asked:
            await each.is_answered()
        double.clock.advance(4)
        await other.runs("COMMIT")
    for each in asked:
        await each.is_settled()
        assert not each.failed
        assert "SWOT" in each.messages[0].text


# Interactions that are over


@pytest.mark.parametrize(("command", "given"), [("/question", {"texte": QUESTION}), ("/parcours", {"nom": "vie"})])
async def test_an_answer_in_private_that_comes_too_late_comes_as_a_message(
    vigie: Vigie, double: FakeDiscord, lea: User, database: Database, command: str, given: dict[str, Any]
) -> None:
    hold = double.slow("PATCH", ORIGINAL)
    asked = await lea.uses(command, **given)
    await hold.is_reached()
    double.clock.passes(minutes=16)
    hold.release()
    await all_is_handled(double, database)
    await vigie.stops()
    assert asked.failed
    said_so = [message for message in answers(double, lea.private) if not message.thinking]
    assert len(said_so) == 1
    assert said_so[0].buttons


async def test_a_press_in_private_that_is_over_is_answered_by_a_message(
    vigie: Vigie, double: FakeDiscord, lea: User, database: Database
) -> None:
    step = await writes(lea, "/parcours vie")
    before = step.text
    hold = double.slow("PATCH", ORIGINAL)
    await lea.presses(step, step.buttons[0])
    await hold.is_reached()
    double.clock.passes(minutes=16)
    hold.release()
    await all_is_handled(double, database)
    await vigie.stops()
    assert step.text == before
    assert len(answers(double, lea.private)) == 2


async def test_an_answer_in_a_server_that_comes_too_late_is_told_in_the_log_and_holds_up_nobody(
    vigie: Vigie,
    double: FakeDiscord,
    sam: User,
    general: Channel,
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bot")
    hold = double.slow("PATCH", ORIGINAL)
    with heard() as log:
        await sam.uses("/question", in_=general, texte=QUESTION)
        await hold.is_reached()
        double.clock.passes(minutes=16)
        hold.release()
        await all_is_handled(double, database)
        assert "Invalid Webhook Token" in log.text
    assert "set aside" not in log.text
    await asks(sam, general, OTHER_QUESTION)
    await vigie.stops()
    [answer] = answers(double, general)
    assert "polémique" in answer.text
    known = await vigie.advisor.communities("discord")
    assert [each.title for each in known] == ["Les indés"]


async def test_an_interaction_that_was_delivered_too_late_is_answered_in_private_and_logged_in_a_server(
    asleep: Vigie, double: FakeDiscord, lea: User, sam: User, general: Channel, database: Database
) -> None:
    await asleep.starts()
    await is_acquainted(lea, sam)
    double.cuts()
    await double.is_disconnected()
    asked = [await lea.uses("/question", texte=QUESTION), await sam.uses("/question", in_=general, texte=QUESTION)]
    double.clock.advance(4)
    await double.is_resumed()
    await all_is_handled(double, database)
    await asleep.stops()
    assert all(each.failed for each in asked)
    assert len(answers(double, lea.private)) == 2
    assert answers(double, general) == []
    assert await database.rows("SELECT id FROM inbox") == []


# Delivered again


async def delivered_again(double: FakeDiscord) -> None:
    """Have all that happened be delivered once more."""
    double.gate.replays = 10_000
    resumed = double.resumes + 1
    double.cuts()
    await double.is_resumed(resumed)


async def test_what_is_delivered_again_changes_nothing_and_is_not_answered_again(
    vigie: Vigie, double: FakeDiscord, lea: User, sam: User, general: Channel, database: Database
) -> None:
    answer = await asks(sam, general)
    useful = await sam.presses(answer, LABELS.useful)
    await useful.shows()
    step = await writes(lea, "/parcours vie")
    for _ in range(3):
        await lea.presses(step, step.buttons[0])
        step = await lea.reads_next()
    asked = await lea.writes(QUESTION)
    await lea.reads_next()
    await lea.edits(asked, OTHER_QUESTION)
    await lea.reads_next()
    settings = await lea.uses("/reglages", in_=general)
    [shown] = await settings.shows()
    changed = await lea.presses(shown, LABELS.welcomes_no)
    await changed.is_settled()
    await all_is_handled(double, database)

    async def state() -> list[object]:
        return [
            *(
                (each.id, each.text, each.buttons)
                for place in (general, lea.private)
                for each in answers(double, place)
            ),
            *(tuple(row) for row in await database.rows("SELECT journey, state FROM journeys")),
            *(tuple(row) for row in await database.rows("SELECT step, reached, passed, quit FROM step_counts")),
            *(tuple(row) for row in await database.rows("SELECT passage, useful FROM feedback")),
        ]

    before = await state()
    await delivered_again(double)
    await asks(sam, question=OTHER_QUESTION)
    await all_is_handled(double, database)
    assert await state() == before
    await vigie.restarts()
    assert await state() == before
    assert [len(each.messages) for each in (useful, settings)] == [1, 1]


async def test_an_interaction_delivered_again_while_it_is_answered_is_answered_once(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    hold = double.slow("PATCH", ORIGINAL)
    asked = await sam.uses("/question", in_=general, texte=QUESTION)
    await hold.is_reached()
    with heard() as log:
        await delivered_again(double)
        await requested(double, 2)
    hold.release()
    await asked.is_settled()
    await vigie.stops()
    assert len(asked.messages) == len(answers(double, general)) == 1
    assert "Traceback" not in log.text


# A restart in between


async def test_what_was_acknowledged_is_answered_after_a_restart(
    asleep: Vigie, double: FakeDiscord, lea: User, sam: User, general: Channel
) -> None:
    await asleep.starts(asleep.made(timing=NEVER))
    await is_acquainted(lea)
    step = await writes(lea, "/parcours vie")
    before = step.text
    double.fails("PATCH", ORIGINAL, 503, times=100)
    with heard() as log:
        asked = await sam.uses("/question", in_=general, texte=QUESTION)
        pressed = await lea.presses(step, step.buttons[0])
        await log.says("has to wait", times=2)
    assert asked.deferred
    await asleep.stops()
    double.clears()
    await asleep.starts()
    await asked.is_settled()
    await lea.reads_next()
    await asleep.stops()
    [answer] = asked.messages
    assert "SWOT" in answer.text
    assert pressed.response == "deferred_update"
    assert step.text != before
    assert answers(double, general) == [answer]


async def test_an_answer_of_several_messages_goes_on_after_a_restart_where_it_stopped(
    asleep: Vigie, double: FakeDiscord, lea: User, database: Database
) -> None:
    await asleep.starts()
    await is_acquainted(lea)
    await writes(lea, "/parcours demarrer")
    await asleep.stops()
    await asleep.starts(asleep.made(timing=NEVER))
    # That it waits, and the offer of a reminder.
    hold = double.slow("POST", MESSAGES, after=True)
    lea.skips()
    with heard() as log:
        await lea.writes("pause")
        await hold.is_reached()
        double.fails("POST", MESSAGES, 503)
        hold.release()
        await log.says("has to wait")
    assert len(answers(double, lea.private)) == 3
    await asleep.restarts()
    await lea.reads(2)
    await all_is_handled(double, database)
    texts = [message.text for message in answers(double, lea.private)]
    assert len(texts) == len(set(texts)) == 4


# A database that cannot be used


async def test_whoever_asks_while_nothing_can_be_kept_is_answered_all_the_same(
    vigie: Vigie, double: FakeDiscord, lea: User, sam: User, general: Channel, database: Database
) -> None:
    with another_process(database) as other, heard() as log:
        await other.runs("ALTER TABLE inbox RENAME TO gone")
        answer = await asks(sam, general)
        written = await writes(lea, OTHER_QUESTION)
        await other.runs("ALTER TABLE gone RENAME TO inbox")
    assert "SWOT" in answer.text
    assert "polémique" in written.text
    assert log.count("could not be kept") == 2
    assert "Traceback" not in log.text
    await asks(sam, general)
    await vigie.stops()
    assert len(answers(double, general)) == 2


async def test_what_could_not_be_kept_is_answered_once_however_often_it_comes(
    vigie: Vigie, double: FakeDiscord, lea: User, database: Database
) -> None:
    with another_process(database) as other, heard() as log:
        await other.runs("ALTER TABLE inbox RENAME TO gone")
        await lea.writes(QUESTION)
        double.delivers_again()
        await log.says("could not be kept")
        await lea.reads_next()
        await other.runs("ALTER TABLE gone RENAME TO inbox")
        double.delivers_again()
        await writes(lea, OTHER_QUESTION)
        await vigie.stops()
    assert log.count("could not be kept") == 1
    assert len(answers(double, lea.private)) == 2


async def test_what_cannot_be_kept_for_a_moment_is_kept_when_it_can_be(
    asleep: Vigie, double: FakeDiscord, lea: User, database: Database
) -> None:
    await asleep.starts(asleep.made(timing=replace(SOON, keeps=(0.02,) * 100)))
    step = await writes(lea, "/parcours demarrer")
    await all_is_handled(double, database)
    before = step.text
    with another_process(database) as other, heard() as log:
        await other.runs("ALTER TABLE inbox RENAME TO gone")
        await lea.presses(step, "Passer")
        lea.skips()
        await lea.writes("où j'en suis")
        await log.says("An event of Discord has to wait", times=2)
        await other.runs("ALTER TABLE gone RENAME TO inbox")
        moved, where = await lea.reads(2)
        await asleep.stops()
    # What was pressed was heard before what was written.
    assert moved is step
    assert step.text != before
    assert "Étape 2" in where.text
    assert "could not be kept" not in log.text


async def test_an_answer_that_cannot_be_recorded_is_not_said_again_and_again(
    vigie: Vigie, double: FakeDiscord, lea: User, database: Database
) -> None:
    await is_acquainted(lea)
    hold = double.slow("POST", MESSAGES)
    await lea.writes(QUESTION)
    await hold.is_reached()
    with another_process(database) as other, heard() as log:
        for table in ("inbox", "events"):
            await other.runs(f"ALTER TABLE {table} RENAME TO {table}_gone")
        hold.release()
        await log.says("has to wait", times=4)
        for table in ("inbox", "events"):
            await other.runs(f"ALTER TABLE {table}_gone RENAME TO {table}")
    await lea.reads_next()
    await vigie.stops()
    assert len(answers(double, lea.private)) == 2


# Reminders


async def is_reminded(*people: User) -> None:
    """Have people be reminded on Thursdays of a journey under way."""
    for person in people:
        for text in ("/parcours demarrer", "/rappels jeudi 18h30"):
            await writes(person, text)


async def comes(vigie: Vigie, double: FakeDiscord, moment: datetime) -> list[Due]:
    """Have a moment come, and what falls due then be sent; return it."""
    double.clock.advance((moment - double.clock.now).total_seconds())
    due = await vigie.advisor.due(double.clock.now, [vigie.adapter.name])
    for each in due:
        await vigie.adapter.deliver(each)
    return due


async def test_a_reminder_arrives(vigie: Vigie, double: FakeDiscord, lea: User) -> None:
    await is_reminded(lea)
    assert await comes(vigie, double, THURSDAY - timedelta(seconds=1)) == []
    lea.skips()
    await comes(vigie, double, THURSDAY)
    reminder = await lea.reads_next()
    assert LABELS.resume in reminder.buttons


def refused(double: FakeDiscord) -> None:
    double.fails("POST", MESSAGES, 400, code=50035, message="something new")


def refused_later(double: FakeDiscord) -> None:
    double.fails("POST", MESSAGES, 503)


def cut_before(double: FakeDiscord) -> None:
    double.cuts_requests(every=2, seed=3)


def cut_after(double: FakeDiscord) -> None:
    double.cuts_requests(every=2, after=True, seed=3)


@pytest.mark.parametrize("fate", [refused, refused_later, cut_before, cut_after])
async def test_a_reminder_is_sent_at_most_once(
    vigie: Vigie, double: FakeDiscord, lea: User, sam: User, fate: Callable[[FakeDiscord], None]
) -> None:
    people = [lea, sam, *(double.user(f"Membre {number}") for number in range(2))]
    await is_reminded(*people)
    before = [len(answers(double, person.private)) for person in people]
    fate(double)
    assert len(await comes(vigie, double, THURSDAY)) == len(people)
    double.clears()
    assert await comes(vigie, double, THURSDAY + timedelta(minutes=1)) == []
    more = [len(answers(double, each.private)) - count for each, count in zip(people, before, strict=True)]
    assert set(more) <= {0, 1}
    assert 1 in more
    assert fate is cut_after or 0 in more


async def test_whoever_closes_their_direct_messages_is_reminded_of_nothing_until_they_write(
    vigie: Vigie, double: FakeDiscord, lea: User
) -> None:
    await is_reminded(lea)
    lea.closes_dms()
    assert len(await comes(vigie, double, THURSDAY)) == 1
    assert attempts(double)[-1] == 403
    before = len(double.requests)
    assert await comes(vigie, double, THURSDAY + WEEK) == []
    assert len(double.requests) == before
    lea.opens_dms()
    await writes(lea, "merci")
    assert len(await comes(vigie, double, THURSDAY + 2 * WEEK)) == 1
    assert LABELS.resume in (await lea.reads_next()).buttons


# Places that cannot be reached


def muted(server: Server, thread: Thread) -> None:
    server.bot_may(thread.parent, send_messages_in_threads=False)


def hidden(server: Server, thread: Thread) -> None:
    server.bot_may(thread.parent, view_channel=False)


def locked(server: Server, thread: Thread) -> None:
    server.archives(thread, locked=True)


def deleted(server: Server, thread: Thread) -> None:
    server.deletes(thread)


@pytest.mark.parametrize("happens", [muted, hidden, locked, deleted])
async def test_where_vigie_may_not_write_nothing_is_tried_again_and_nobody_waits(
    asleep: Vigie,
    double: FakeDiscord,
    lea: User,
    server: Server,
    general: Channel,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    happens: Callable[[Server, Thread], None],
) -> None:
    caplog.set_level(logging.INFO, "bot")
    thread = server.thread(general, "Emploi")
    await asleep.starts()
    await is_reminded(lea)
    double.cuts()
    await double.is_disconnected()
    await lea.writes(f"{double.bot.mention} {QUESTION}", to=thread)
    happens(server, thread)
    with heard() as log:
        await writes(lea, "/aide")
        await all_is_handled(double, database)
    assert answers(double, thread) == []
    assert "failed" not in log.text
    assert "does not let a message be written" in log.text or "Unknown Channel" in log.text
    assert "Traceback" not in log.text
    assert len(attempts(double)) == 4
    # The person is told in private all the same what falls due.
    assert len(await comes(asleep, double, THURSDAY)) == 1
    assert LABELS.resume in (await lea.reads_next()).buttons


@pytest.mark.usefixtures("vigie")
async def test_in_an_archived_thread_vigie_answers(
    double: FakeDiscord, sam: User, server: Server, general: Channel
) -> None:
    thread = server.thread(general, "Emploi")
    server.archives(thread)
    answer = await asks(sam, thread)
    assert "SWOT" in answer.text
    await sam.writes(f"{double.bot.mention} {OTHER_QUESTION}", to=thread)
    assert "polémique" in (await sam.reads(2, in_=thread))[-1].text


async def test_an_answer_to_a_message_that_is_gone_comes_without_it(
    asleep: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    await asleep.starts()
    hold = double.slow("POST", MESSAGES)
    asked = await sam.writes(f"{double.bot.mention} {QUESTION}", to=general)
    await hold.is_reached()
    await sam.deletes(asked)
    hold.release()
    answer = await sam.reads_next(in_=general)
    assert "SWOT" in answer.text
    assert answer.reply_to is None


async def test_in_the_place_of_an_answer_that_is_gone_comes_a_new_one(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    asked = await sam.writes(f"{double.bot.mention} {QUESTION}", to=general)
    answer = await sam.reads_next(in_=general)
    general.forget(answer)
    double.state.tell_deletion(answer)
    await sam.edits(asked, f"{double.bot.mention} {OTHER_QUESTION}")
    again = await sam.reads_next(in_=general)
    assert "polémique" in again.text
    assert again is not answer
    await vigie.stops()
    assert answers(double, general) == [again]


async def test_a_press_under_a_message_that_is_gone_meanwhile_holds_up_nobody(
    vigie: Vigie, double: FakeDiscord, lea: User, database: Database
) -> None:
    step = await writes(lea, "/parcours vie")
    hold = double.slow("PATCH", ORIGINAL)
    await lea.presses(step, step.buttons[0])
    await hold.is_reached()
    lea.private.forget(step)
    hold.release()
    with heard() as log:
        await all_is_handled(double, database)
    assert "set aside" not in log.text
    assert (await writes(lea, "/aide")).text
    await vigie.stops()
    # What it would have shown is not lost: it comes as a message.
    assert len(answers(double, lea.private)) == 2


async def test_what_discord_refuses_three_times_is_set_aside_and_holds_up_nobody(
    vigie: Vigie, double: FakeDiscord, lea: User, sam: User, database: Database
) -> None:
    await is_acquainted(lea, sam)
    double.fails("POST", MESSAGES, 400, code=50035, message="something new and strange", times=3)
    with heard() as log:
        await lea.writes("/themes")
        await log.says("is set aside")
    assert "new and strange" in log.text
    told = await writes(lea, "/aide")
    assert (await writes(sam, "/aide")).text == told.text
    await vigie.restarts()
    await writes(lea, "merci")
    await all_is_handled(double, database)
    assert len(answers(double, lea.private)) == 3
    assert await count(database, "inbox") == 1
