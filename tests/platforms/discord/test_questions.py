"""Questions on Discord: by command, menu, mention, reply or in private; and what is done under the answers."""

import re
from dataclasses import replace

import pytest

from bot.content.corpus import Passage
from bot.library import Library
from bot.platforms.discord.visibility import BUSY, BUSY_WITHIN
from bot.rendering.wording import FormName
from bot.storage.database import Database
from tests.conversations.words import FORMS, LABELS, REASONS, said
from tests.fakes.discord import Button, Channel, FakeDiscord, Interaction, Message, Server, User
from tests.platforms.discord.conftest import SOON, Vigie
from tests.platforms.discord.speaking import ASIDES, words_of
from tests.platforms.discord.steps import (
    OTHER_PASSAGE,
    OTHER_QUESTION,
    PASSAGE,
    QUESTION,
    UNANSWERED,
    all_is_handled,
    all_is_said,
)
from tests.platforms.discord.talk import answer_to, asks, chooses, is_told, mentions, writes

FIRST_CONTACT = words_of("privacy/first_contact", lasts=True)
EMPTY = words_of("answer/empty")
NOTHING_TO_READ = words_of("help/nothing_to_read")
UNKNOWN = words_of("answer/unknown", kept=True)
QUIET = words_of("communities/quiet")
NO_QUOTE = words_of("help/no_quote")
NOT_YOURS = words_of("buttons/not_yours", name="", journey=False)
OUTDATED = words_of("buttons/outdated")
GONE = words_of("buttons/gone")
THANKS = words_of("feedback/thanks")
WHY = words_of("feedback/why")
EXPLAINED = words_of("feedback/explained")
TOO_LATE = words_of("feedback/too_late")
ORANGE, BLUE, GREEN = 0xE07A3F, 0x3B82C4, 0x3FA66B
PREFIX = "swo"
PRESSED = "Presse-moi"

pytestmark = pytest.mark.usefixtures("vigie")


@pytest.fixture
def passage(library: Library) -> Passage:
    """Return the passage that answers the question."""
    return library.current().corpus.by_id[PASSAGE]


@pytest.fixture
def title(passage: Passage) -> str:
    return passage.title


@pytest.fixture
def other_title(library: Library) -> str:
    """Return the title of the passage that answers the other question."""
    return library.current().corpus.by_id[OTHER_PASSAGE].title


@pytest.fixture
def max_(double: FakeDiscord, server: Server) -> User:
    """Somebody else in the server."""
    somebody = double.user("Max")
    server.add(somebody)
    return somebody


@pytest.fixture
def vigie_(double: FakeDiscord) -> str:
    """Return how Vigie is mentioned."""
    return f"<@{double.bot.id}>"


def title_of(message: Message) -> str | None:
    [embed] = message.embeds
    return embed.title


async def rows_of(database: Database, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await database.rows(query)]


def titles_after(passage: Passage, library: Library) -> list[str]:
    """Return the titles of what the writer of a passage named to read next."""
    return [library.current().corpus.by_id[name].title for name in passage.see_also]


def labels_of(message: Message) -> list[list[str | None]]:
    return [[each.label for each in row if isinstance(each, Button)] for row in message.rows]


async def keeps_quiet_in(lea: User, place: Channel, *, asked_in: Channel) -> None:
    """Have Vigie keep silent in a channel."""
    settings = await answer_to(await lea.uses("/reglages", in_=asked_in))
    lea.skips(in_=asked_in)
    await lea.selects(settings, place, of=LABELS.quiet_places)
    assert await lea.reads_next(in_=asked_in) is settings


def shows_button(message: Message, identifier: str) -> None:
    """Have a message show one button alone, as it may have been sent by Vigie as she was, or will be."""
    button = {"type": 2, "style": 2, "label": PRESSED, "custom_id": identifier}
    message.components = [{"type": 1, "components": [button]}]


async def is_busy(double: FakeDiscord, channel: Channel, *people: User) -> None:
    """Have people talk in a channel until it is busy."""
    for number in range(BUSY):
        await people[number % len(people)].writes("et voilà", to=channel)
    await double.settled()


# The command.


async def test_an_answer_is_an_embed_with_its_source_and_what_to_do_next(
    sam: User, general: Channel, passage: Passage, library: Library
) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    [embed] = answer.embeds
    assert answer.content == ""
    assert embed.title == passage.title
    assert embed.description
    assert embed.description.startswith(passage.text)
    assert passage.source
    assert passage.said_by
    for told in (passage.said_by, passage.source.title, str(passage.source.year)):
        assert embed.footer
        assert told in embed.footer
        assert told not in (embed.title or "")
    assert embed.color == GREEN
    *see_also, feedback = labels_of(answer)
    assert [label for row in see_also for label in row] == titles_after(passage, library)
    assert all(answer.button(label).emoji == "➡️" for row in see_also for label in row if label)
    assert feedback == [LABELS.useful, LABELS.useless, LABELS.remove]


async def test_each_phase_has_its_colour_and_a_note_is_told_above_the_buttons(
    sam: User, general: Channel, library: Library
) -> None:
    noted = next(each for each in library.current().corpus.passages if each.note and each.phase == "informer")
    shared = next(each for each in library.current().corpus.passages if each.phase == "viraliser")
    [embed] = (await asks(sam, noted.title, in_=general)).embeds
    assert embed.title == noted.title
    assert noted.note
    assert noted.note in (embed.description or "")
    assert embed.color == BLUE
    [embed] = (await asks(sam, shared.title, in_=general)).embeds
    assert (embed.title, embed.color) == (shared.title, ORANGE)


async def test_what_is_kept_is_told_once_and_in_small_letters(sam: User, general: Channel) -> None:
    first = await asks(sam, QUESTION, in_=general)
    assert (first.embeds[0].description or "").endswith(f"\n\n-# {said('privacy/first_contact', lasts=True)}")
    again = await asks(sam, OTHER_QUESTION, in_=general)
    assert FIRST_CONTACT not in again.text


async def test_a_question_that_nobody_can_answer_is_no_answer(sam: User, general: Channel) -> None:
    answer = await asks(sam, UNANSWERED, in_=general)
    assert UNKNOWN in answer.text
    assert labels_of(answer) == [[LABELS.watch, LABELS.team], [LABELS.remove]]


@pytest.mark.parametrize("question", ["?!…", "👍🏽", "*", "   -   "])
async def test_a_question_without_a_word_is_asked_again(sam: User, general: Channel, question: str) -> None:
    assert EMPTY in (await asks(sam, question, in_=general)).text


async def test_a_question_asked_in_private_is_answered_there(sam: User, title: str) -> None:
    answer = await asks(sam, QUESTION)
    assert title_of(answer) == title
    assert LABELS.remove not in answer.buttons


@pytest.mark.parametrize(
    ("visible", "is_private"), [(None, False), (ASIDES.to_me, True), (ASIDES.to_all, False)], ids=str
)
async def test_who_asks_says_who_reads(sam: User, general: Channel, visible: str | None, *, is_private: bool) -> None:
    answer = await asks(sam, QUESTION, in_=general, visible=visible)
    assert answer.ephemeral is is_private
    # What nobody else reads needs not be taken away.
    assert (LABELS.remove in answer.buttons) is not is_private


@pytest.mark.parametrize(
    ("visible", "is_private"), [(None, True), (ASIDES.to_me, True), (ASIDES.to_all, False)], ids=str
)
async def test_in_a_busy_channel_an_answer_is_for_who_asks_unless_they_say_otherwise(
    double: FakeDiscord, lea: User, sam: User, general: Channel, visible: str | None, *, is_private: bool
) -> None:
    await is_busy(double, general, lea, sam)
    assert (await asks(sam, QUESTION, in_=general, visible=visible)).ephemeral is is_private


@pytest.mark.parametrize("command", ["/aide", "/themes", "/plan", "/rappels", "/mesdonnees", "/lier", "/oublier"])
async def test_what_is_no_question_is_answered_to_who_asks_alone(sam: User, general: Channel, command: str) -> None:
    answer = await answer_to(await sam.uses(command, in_=general))
    assert answer.ephemeral
    assert words_of("help/in_private") not in answer.text


async def test_a_channel_is_busy_for_as_long_as_people_talk(
    double: FakeDiscord, server: Server, sam: User, general: Channel
) -> None:
    elsewhere = server.text("entraide")
    await is_busy(double, general, sam)
    double.clock.advance(BUSY_WITHIN.total_seconds() - 1)
    assert (await asks(sam, QUESTION, in_=general)).ephemeral
    assert not (await asks(sam, QUESTION, in_=elsewhere)).ephemeral
    double.clock.advance(1)
    assert not (await asks(sam, QUESTION, in_=general)).ephemeral


async def test_edits_and_machines_make_no_channel_busy(
    double: FakeDiscord, server: Server, sam: User, general: Channel
) -> None:
    robot = double.user("Robot", bot=True)
    server.add(robot)
    for number in range(BUSY):
        server.posts(general, f"alerte {number}")
        await robot.writes(f"compte {number}", to=general)
    await asks(sam, QUESTION, in_=general)
    written = await sam.writes("mot", to=general)
    for number in range(BUSY):
        await sam.edits(written, f"mot {number}")
    await double.settled()
    assert not (await asks(sam, QUESTION, in_=general)).ephemeral


# Where Vigie is to keep silent.


async def test_in_a_quiet_channel_who_asks_is_answered_alone(
    sam: User, lea: User, general: Channel, title: str
) -> None:
    await keeps_quiet_in(lea, general, asked_in=general)
    for visible in (None, ASIDES.to_all):
        answer = await asks(sam, QUESTION, in_=general, visible=visible)
        assert answer.ephemeral
        assert title_of(answer) == title


async def test_in_the_threads_of_a_quiet_channel_too(sam: User, lea: User, server: Server, general: Channel) -> None:
    thread = server.thread(general, "À part", by=sam)
    await keeps_quiet_in(lea, general, asked_in=general)
    answer = await asks(sam, QUESTION, in_=thread, visible=ASIDES.to_all)
    assert answer.ephemeral
    assert not (await asks(sam, QUESTION, in_=server.text("ailleurs"))).ephemeral


async def test_a_mention_in_a_thread_of_a_quiet_channel_is_left_alone(
    vigie: Vigie,
    double: FakeDiscord,
    database: Database,
    sam: User,
    lea: User,
    server: Server,
    general: Channel,
    vigie_: str,
) -> None:
    thread = server.thread(general, "À part", by=sam)
    await keeps_quiet_in(lea, general, asked_in=general)
    await sam.writes(f"{vigie_} {QUESTION}", to=thread)
    await all_is_said(vigie, double, database)
    assert thread.shown == []


async def test_in_the_posts_of_a_quiet_forum_too(sam: User, lea: User, server: Server, general: Channel) -> None:
    forum = server.forum("questions")
    post = await sam.opens_post(forum, "Mon SWOT", "bonjour")
    await keeps_quiet_in(lea, forum, asked_in=general)
    assert (await asks(sam, QUESTION, in_=post, visible=ASIDES.to_all)).ephemeral


async def test_a_mention_in_a_quiet_channel_is_left_alone(
    vigie: Vigie, double: FakeDiscord, database: Database, sam: User, lea: User, general: Channel, vigie_: str
) -> None:
    await keeps_quiet_in(lea, general, asked_in=general)
    general.shown.clear()
    await sam.writes(f"{vigie_} {QUESTION}", to=general)
    await all_is_said(vigie, double, database)
    assert general.shown == []


async def test_a_menu_in_a_quiet_channel_answers_who_asks_alone(
    sam: User, lea: User, max_: User, general: Channel, title: str
) -> None:
    await keeps_quiet_in(lea, general, asked_in=general)
    answer = await answer_to(await sam.menu(ASIDES.ask_about, await max_.writes(QUESTION, to=general)))
    assert answer.ephemeral
    assert title_of(answer) == title
    assert await is_told(sam, answer, LABELS.useful) == THANKS


async def test_a_command_written_in_a_quiet_channel_is_told_where_to_go(
    sam: User, lea: User, general: Channel, vigie_: str
) -> None:
    await keeps_quiet_in(lea, general, asked_in=general)
    told = await mentions(sam, f"{vigie_} /question {QUESTION}", in_=general)
    assert told.text == QUIET
    assert told.buttons == [LABELS.in_private]
    await (await sam.presses(told, LABELS.in_private)).is_settled()
    assert words_of("help/welcome") in sam.messages[-1].text


async def test_an_answer_from_before_is_still_of_use_where_vigie_is_silent_since(
    sam: User, lea: User, general: Channel
) -> None:
    before = await asks(sam, QUESTION, in_=general)
    await keeps_quiet_in(lea, general, asked_in=general)
    assert await is_told(sam, before, LABELS.useful) == THANKS


async def test_after_a_restart_vigie_knows_at_once_where_to_be_silent(
    vigie: Vigie, sam: User, lea: User, general: Channel, title: str
) -> None:
    await keeps_quiet_in(lea, general, asked_in=general)
    await vigie.stops()
    await vigie.starts(vigie.made(timing=replace(SOON, tended=3600.0)))
    answer = await asks(sam, QUESTION, in_=general)
    assert answer.ephemeral
    assert title_of(answer) == title


async def test_what_is_set_holds_for_the_very_next_question(
    vigie: Vigie, sam: User, lea: User, general: Channel, title: str
) -> None:
    await vigie.stops()
    await vigie.starts(vigie.made(timing=replace(SOON, tended=3600.0)))
    await keeps_quiet_in(lea, general, asked_in=general)
    answer = await asks(sam, QUESTION, in_=general)
    assert answer.ephemeral
    assert title_of(answer) == title


# What is proposed while somebody types.


async def test_titles_are_proposed_while_somebody_types_and_the_chosen_one_is_told(sam: User, general: Channel) -> None:
    proposed = await sam.autocompletes("/question", in_=general, texte=PREFIX)
    assert proposed
    for each in proposed[:5]:
        answer = await asks(sam, each["value"], in_=general)
        assert title_of(answer) == each["name"]


async def test_the_beginning_of_a_word_is_enough(sam: User, general: Channel, title: str) -> None:
    assert title in [each["name"] for each in await sam.autocompletes("/question", in_=general, texte=PREFIX)]


async def test_what_is_asked_in_the_words_of_a_question_finds_its_passage(sam: User, title: str) -> None:
    typed = "remplir la matrice quatre cases forces faibl"
    assert title in [each["name"] for each in await sam.autocompletes("/question", texte=typed)][:3]


async def test_before_a_letter_is_typed_one_passage_of_each_theme_is_proposed(sam: User, library: Library) -> None:
    corpus = library.current().corpus
    proposed = [each["name"] for each in await sam.autocompletes("/question", texte="")]
    assert 1 < len(proposed) <= 25
    assert len(set(proposed)) == len(proposed)
    assert set(proposed) <= {each.title for each in corpus.passages}


async def test_proposals_do_not_wait_for_the_database(
    database: Database, sam: User, general: Channel, title: str
) -> None:
    async with database.transaction():
        proposed = await sam.autocompletes("/question", in_=general, texte=PREFIX)
    assert title in [each["name"] for each in proposed]


@pytest.mark.parametrize(
    "typed",
    [
        "x" * 1000,
        "swot " * 200,
        "'; DROP TABLE people; --",
        "@everyone <@&1>",
        "\u202e\x00swot",
        "😀" * 100,
        "***",
        " ",
    ],
)
async def test_whatever_is_typed_proposals_are_within_the_limits(sam: User, general: Channel, typed: str) -> None:
    proposed = await sam.autocompletes("/question", in_=general, texte=typed)
    assert len(proposed) <= 25
    assert all(0 < len(each["name"]) <= 100 and 0 < len(each["value"]) <= 100 for each in proposed)


# The menu of a message.


async def test_the_menu_answers_somebody_s_message_and_the_buttons_are_theirs(
    lea: User, sam: User, max_: User, general: Channel, title: str
) -> None:
    asked = await max_.writes(QUESTION, to=general)
    answer = await answer_to(await sam.menu(ASIDES.ask_about, asked))
    assert not answer.ephemeral
    assert title_of(answer) == title
    assert THANKS in await is_told(max_, answer, LABELS.useful)
    assert await is_told(lea, answer, LABELS.useful) == NOT_YOURS


@pytest.mark.parametrize("presses", ["who called", "who is answered"])
async def test_who_called_for_an_answer_and_whom_it_is_for_may_take_it_away(
    double: FakeDiscord, database: Database, sam: User, max_: User, general: Channel, presses: str
) -> None:
    asked = await max_.writes(QUESTION, to=general)
    answer = await answer_to(await sam.menu(ASIDES.ask_about, asked))
    await {"who called": sam, "who is answered": max_}[presses].presses(answer, LABELS.remove)
    await all_is_handled(double, database)
    assert answer.deleted


async def test_who_wrote_a_question_that_nobody_can_answer_is_told_later(
    sam: User, max_: User, general: Channel, database: Database
) -> None:
    asked = await max_.writes(UNANSWERED, to=general)
    answer = await answer_to(await sam.menu(ASIDES.ask_about, asked))
    assert UNKNOWN in answer.text
    assert await is_told(sam, answer, LABELS.watch) == NOT_YOURS
    assert words_of("feedback/watching") in await is_told(max_, answer, LABELS.watch)
    [[account]] = await rows_of(
        database, "SELECT account FROM watches JOIN accounts ON accounts.person = watches.person"
    )
    assert account == str(max_.id)


async def test_the_menu_in_a_busy_channel_answers_who_asks_alone_with_buttons_of_theirs(
    double: FakeDiscord, sam: User, max_: User, general: Channel, title: str
) -> None:
    asked = await max_.writes(QUESTION, to=general)
    await is_busy(double, general, max_)
    answer = await answer_to(await sam.menu(ASIDES.ask_about, asked))
    assert answer.ephemeral
    assert title_of(answer) == title
    assert await is_told(sam, answer, LABELS.useful) == THANKS


async def test_the_menu_on_the_message_of_a_machine_gives_the_buttons_to_who_asks(
    double: FakeDiscord, server: Server, sam: User, general: Channel, title: str
) -> None:
    robot = double.user("Robot", bot=True)
    server.add(robot)
    for asked in (await robot.writes(QUESTION, to=general), server.posts(general, QUESTION)):
        answer = await answer_to(await sam.menu(ASIDES.ask_about, asked))
        assert title_of(answer) == title
        assert await is_told(sam, answer, LABELS.useful) == THANKS


async def test_the_menu_on_a_message_without_a_word_says_so_to_who_asks_alone(
    sam: User, max_: User, general: Channel
) -> None:
    picture = await max_.writes("", to=general, files=(("photo.png", b"x"),))
    answer = await answer_to(await sam.menu(ASIDES.ask_about, picture))
    assert NOTHING_TO_READ in answer.text
    assert answer.ephemeral


async def test_the_menu_on_what_vigie_said_is_heard(sam: User, general: Channel) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    told = await answer_to(await sam.menu(ASIDES.ask_about, answer))
    assert told.text == NOTHING_TO_READ
    assert told.ephemeral


async def test_the_menu_in_private(sam: User, title: str) -> None:
    greeting = await writes(sam, "bonjour")
    asked = sam.private.messages[0]
    assert asked.content == "bonjour"
    answer = await answer_to(await sam.menu(ASIDES.ask_about, asked))
    assert words_of("smalltalk/greeting") in answer.text
    await (await sam.menu(ASIDES.ask_about, greeting)).is_settled()
    said = await sam.writes(QUESTION)
    await sam.reads(1)
    answer = await answer_to(await sam.menu(ASIDES.ask_about, said))
    assert title_of(answer) == title
    assert not answer.ephemeral


# Mentions and replies.


@pytest.mark.parametrize("text", ["{0} {1}", "{1} {0}", "Dis, {0} : {1}", "{0}, {1}", "{0}\n{1}", "{1} ({0})"])
async def test_a_mention_anywhere_is_answered_as_a_reply(
    sam: User, general: Channel, title: str, vigie_: str, text: str
) -> None:
    answer = await mentions(sam, text.format(vigie_, QUESTION), in_=general)
    assert answer.reply_to
    assert answer.reply_to.author is sam
    assert title_of(answer) == title
    assert answer.buttons[-3:] == [LABELS.useful, LABELS.useless, LABELS.remove]
    assert answer.pinged == []


async def test_the_old_form_of_a_mention_is_heard(double: FakeDiscord, sam: User, general: Channel, title: str) -> None:
    assert title_of(await mentions(sam, f"<@!{double.bot.id}> {QUESTION}", in_=general)) == title


async def test_a_mention_without_a_word_is_told_how_to_ask(sam: User, general: Channel, vigie_: str) -> None:
    assert NO_QUOTE in (await mentions(sam, vigie_, in_=general)).text


async def test_a_command_after_a_mention_is_obeyed(sam: User, general: Channel, vigie_: str, title: str) -> None:
    assert title_of(await mentions(sam, f"{vigie_} /question {QUESTION}", in_=general)) == title
    helped = await mentions(sam, f"{vigie_} /aide", in_=general)
    assert words_of("help/help", typed=False, administers=False, moderates=False).partition("\n")[0] in helped.text


async def test_what_is_somebody_s_own_business_is_not_told_where_others_read(
    sam: User, general: Channel, vigie_: str
) -> None:
    told = await mentions(sam, f"{vigie_} /mesdonnees", in_=general)
    assert words_of("help/in_private") in told.text
    assert LABELS.in_private in told.buttons


async def test_the_mention_of_somebody_else_is_not_for_vigie(
    vigie: Vigie, double: FakeDiscord, database: Database, server: Server, sam: User, lea: User, general: Channel
) -> None:
    role = server.role("Vigie", mentionable=True)
    for called in (f"<@{lea.id}>", "@everyone", f"<@&{role.id}>", "@Vigie", f"<@{double.bot.id}0>"):
        await sam.writes(f"{called} {QUESTION}", to=general)
    await all_is_said(vigie, double, database)
    assert general.shown == []


async def test_a_mention_in_reply_to_somebody_is_answered_to_who_mentions(
    sam: User, max_: User, general: Channel, title: str, vigie_: str
) -> None:
    said = await max_.writes("moi je ne sais pas", to=general)
    sam.skips(in_=general)
    asked = await sam.writes(f"{vigie_} {QUESTION}", to=general, reply_to=said)
    answer = await sam.reads_next(in_=general)
    assert answer.reply_to is asked
    assert title_of(answer) == title


async def test_a_bare_mention_in_reply_to_a_picture_is_told_how_to_ask(
    sam: User, max_: User, general: Channel, vigie_: str
) -> None:
    said = await max_.writes("", to=general, files=(("photo.png", b"x"),))
    sam.skips(in_=general)
    asked = await sam.writes(vigie_, to=general, reply_to=said)
    answer = await sam.reads_next(in_=general)
    assert NO_QUOTE in answer.text
    assert answer.reply_to is asked


async def test_a_bare_mention_in_reply_to_a_question_that_mentions_vigie_answers_that(
    vigie: Vigie, sam: User, max_: User, general: Channel, title: str, vigie_: str
) -> None:
    await vigie.stops()
    said = await max_.writes(f"{QUESTION} {vigie_}", to=general)
    await vigie.starts()
    sam.skips(in_=general)
    await sam.writes(vigie_, to=general, reply_to=said)
    answer = await sam.reads_next(in_=general)
    assert answer.reply_to is said
    assert title_of(answer) == title
    assert THANKS in await is_told(max_, answer, LABELS.useful)
    # Who wrote the question is named, as the answer is a reply to it.
    assert await is_told(sam, answer, LABELS.useful) == words_of("buttons/not_yours", name="Max", journey=False)


async def test_a_reply_to_vigie_goes_on(sam: User, general: Channel, other_title: str) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    sam.skips(in_=general)
    asked = await sam.writes(OTHER_QUESTION, to=general, reply_to=answer)
    other_answer = await sam.reads_next(in_=general)
    assert other_answer.reply_to is asked
    assert title_of(other_answer) == other_title


async def test_a_reply_to_vigie_that_does_not_mention_her_cannot_be_read(
    vigie: Vigie, double: FakeDiscord, database: Database, sam: User, general: Channel
) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    general.shown.clear()
    await sam.writes(OTHER_QUESTION, to=general, reply_to=answer, pings=False)
    await all_is_said(vigie, double, database)
    assert general.shown == []


async def test_a_picture_in_reply_to_vigie_is_left_alone(
    vigie: Vigie, double: FakeDiscord, database: Database, sam: User, general: Channel
) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    general.shown.clear()
    await sam.writes("", to=general, reply_to=answer, files=(("photo.png", b"x"),))
    await all_is_said(vigie, double, database)
    assert general.shown == []


async def test_a_reply_to_a_message_that_is_gone(
    vigie: Vigie, sam: User, max_: User, general: Channel, title: str, vigie_: str
) -> None:
    said = await max_.writes("bonjour", to=general)
    await vigie.stops()
    asked = await sam.writes(f"{vigie_} {QUESTION}", to=general, reply_to=said)
    await max_.deletes(said)
    await vigie.starts()
    # What was said while she was away is not told to her; the next one is.
    assert asked.channel.shown == []
    assert title_of(await mentions(sam, f"{vigie_} {QUESTION}", in_=general)) == title


async def test_what_people_say_among_themselves_is_left_alone(
    vigie: Vigie, double: FakeDiscord, database: Database, lea: User, sam: User, general: Channel
) -> None:
    said = await lea.writes(QUESTION, to=general)
    await sam.writes(QUESTION, to=general, reply_to=said)
    await sam.writes("/question quoi", to=general)
    await all_is_said(vigie, double, database)
    assert general.shown == []


async def test_machines_are_left_alone(
    vigie: Vigie, double: FakeDiscord, database: Database, server: Server, sam: User, general: Channel, vigie_: str
) -> None:
    robot = double.user("Robot", bot=True)
    server.add(robot)
    answer = await asks(sam, QUESTION, in_=general)
    general.shown.clear()
    await robot.writes(f"{vigie_} {QUESTION}", to=general)
    await robot.writes(QUESTION, to=general, reply_to=answer)
    server.posts(general, f"{vigie_} {QUESTION}")
    await all_is_said(vigie, double, database)
    assert general.shown == []


@pytest.mark.parametrize("kind", [6, 7, 8, 18, 21, 24, 46])
async def test_what_discord_says_itself_is_left_alone(
    vigie: Vigie, double: FakeDiscord, database: Database, sam: User, general: Channel, vigie_: str, kind: int
) -> None:
    said = sam.state.compose(general, sam, f"{vigie_} {QUESTION}")
    said.origin = {"type": kind}
    general.keep(said)
    sam.state.tell_message(said)
    await all_is_said(vigie, double, database)
    assert general.shown == []


# In private, in threads and in forums.


async def test_in_private_no_command_is_needed(sam: User, title: str, other_title: str) -> None:
    answer = await writes(sam, QUESTION)
    assert title_of(answer) == title
    assert answer.reply_to is None
    assert LABELS.remove not in answer.buttons
    assert title_of(await writes(sam, OTHER_QUESTION)) == other_title


async def test_a_mention_in_private_is_no_part_of_the_question(sam: User, vigie_: str, title: str) -> None:
    assert title_of(await writes(sam, f"{vigie_} {QUESTION}")) == title
    assert EMPTY in (await writes(sam, vigie_)).text


async def test_a_picture_in_private_is_asked_for_words(sam: User) -> None:
    await sam.writes("", files=(("photo.png", b"x"),))
    assert EMPTY in (await sam.reads_next()).text


async def test_small_talk_is_answered_in_plain_words(sam: User, general: Channel, vigie_: str) -> None:
    await writes(sam, "bonjour")
    thanks = await mentions(sam, f"merci {vigie_}", in_=general)
    assert thanks.content.startswith(words_of("smalltalk/thanks"))
    assert thanks.embeds == []
    assert thanks.buttons == []


async def test_a_thread_is_answered_in_itself(sam: User, server: Server, general: Channel, vigie_: str) -> None:
    thread = server.thread(general, "À part", by=sam)
    answer = await mentions(sam, f"{vigie_} {QUESTION}", in_=thread)
    assert answer.channel is thread
    assert (await asks(sam, OTHER_QUESTION, in_=thread)).channel is thread
    assert general.shown == []


async def test_the_post_of_a_forum_is_answered_in_itself(sam: User, server: Server, title: str, vigie_: str) -> None:
    forum = server.forum("questions")
    post = await sam.opens_post(forum, "Mon SWOT", f"{QUESTION} {vigie_}")
    answer = await sam.reads_next(in_=post)
    assert answer.reply_to
    assert answer.reply_to is post.starter
    assert title_of(answer) == title
    assert title_of(await answer_to(await sam.menu(ASIDES.ask_about, answer.reply_to))) == title


# Questions written anew.


async def test_an_edited_question_edits_its_answer(
    double: FakeDiscord, sam: User, general: Channel, title: str, other_title: str, vigie_: str
) -> None:
    answer = await mentions(sam, f"{vigie_} {QUESTION}", in_=general)
    assert answer.reply_to
    await sam.edits(answer.reply_to, f"{vigie_} {OTHER_QUESTION}")
    assert await sam.reads_next(in_=general) is answer
    assert title_of(answer) == other_title
    double.clock.advance(5)
    await sam.edits(answer.reply_to, f"{vigie_} {UNANSWERED}")
    assert await sam.reads_next(in_=general) is answer
    assert UNKNOWN in answer.text
    double.clock.advance(5)
    await sam.edits(answer.reply_to, f"{vigie_} {QUESTION}")
    assert await sam.reads_next(in_=general) is answer
    assert title_of(answer) == title
    assert await is_told(sam, answer, LABELS.useful) == THANKS


async def test_in_private_too_and_between_a_text_and_an_embed(double: FakeDiscord, sam: User, title: str) -> None:
    await writes(sam, "bonjour")
    answer = await writes(sam, "merci")
    assert answer.content
    said = next(each for each in sam.messages if each.content == "merci")
    await sam.edits(said, QUESTION)
    assert await sam.reads_next() is answer
    assert (answer.content, title_of(answer)) == ("", title)
    double.clock.advance(5)
    await sam.edits(said, "merci")
    assert await sam.reads_next() is answer
    assert answer.content
    assert (answer.embeds, answer.buttons) == ([], [])


async def test_a_preview_that_discord_adds_is_no_edit(
    vigie: Vigie, double: FakeDiscord, database: Database, sam: User, general: Channel, vigie_: str
) -> None:
    answer = await mentions(sam, f"{vigie_} {QUESTION} https://exemple.fr", in_=general)
    assert answer.reply_to
    sam.state.tell_message(answer.reply_to, "MESSAGE_UPDATE")
    await all_is_said(vigie, double, database)
    assert general.shown == [answer]
    assert not answer.edited


async def test_what_was_no_question_is_none_for_having_been_written_anew(
    vigie: Vigie, double: FakeDiscord, database: Database, sam: User, general: Channel, vigie_: str
) -> None:
    said = await sam.writes("bonjour tout le monde", to=general)
    await sam.edits(said, f"{vigie_} {QUESTION}")
    await all_is_said(vigie, double, database)
    assert general.shown == []


async def test_a_question_that_mentions_vigie_no_longer_keeps_its_answer(
    vigie: Vigie, double: FakeDiscord, database: Database, sam: User, general: Channel, title: str, vigie_: str
) -> None:
    answer = await mentions(sam, f"{vigie_} {QUESTION}", in_=general)
    assert answer.reply_to
    await sam.edits(answer.reply_to, OTHER_QUESTION)
    await all_is_said(vigie, double, database)
    assert title_of(answer) == title


async def test_an_answer_that_was_taken_away_comes_anew_where_its_question_is_written_anew(
    double: FakeDiscord, database: Database, sam: User, general: Channel, other_title: str, vigie_: str
) -> None:
    answer = await mentions(sam, f"{vigie_} {QUESTION}", in_=general)
    assert answer.reply_to
    await sam.presses(answer, LABELS.remove)
    await all_is_handled(double, database)
    assert answer.deleted
    await sam.edits(answer.reply_to, f"{vigie_} {OTHER_QUESTION}")
    anew = await sam.reads_next(in_=general)
    assert anew is not answer
    assert title_of(anew) == other_title


async def test_after_a_restart_an_edited_question_still_edits_its_answer(
    vigie: Vigie, sam: User, general: Channel, other_title: str, vigie_: str
) -> None:
    answer = await mentions(sam, f"{vigie_} {QUESTION}", in_=general)
    assert answer.reply_to
    await vigie.restarts()
    await sam.edits(answer.reply_to, f"{vigie_} {OTHER_QUESTION}")
    assert await sam.reads_next(in_=general) is answer
    assert title_of(answer) == other_title


# Under an answer.


@pytest.mark.parametrize("in_private", [False, True])
async def test_what_to_see_next_takes_the_place_of_the_answer_and_leads_back(
    sam: User, general: Channel, title: str, *, in_private: bool
) -> None:
    answer = await asks(sam, QUESTION, in_=None if in_private else general)
    chosen = answer.buttons[0]
    assert await chooses(sam, answer, chosen) is answer
    assert title_of(answer) == chosen
    assert LABELS.back in answer.buttons
    assert await chooses(sam, answer, LABELS.back) is answer
    assert title_of(answer) == title


async def test_what_to_see_next_under_an_answer_for_one_alone(sam: User, general: Channel) -> None:
    answer = await asks(sam, QUESTION, in_=general, visible=ASIDES.to_me)
    chosen = answer.buttons[0]
    assert await chooses(sam, answer, chosen) is answer
    assert title_of(answer) == chosen
    assert answer.ephemeral


async def test_a_useful_answer_is_noted_under_the_name_of_who_says_so(
    sam: User, general: Channel, database: Database
) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    assert await is_told(sam, answer, LABELS.useful) == THANKS
    assert await rows_of(database, "SELECT passage, useful FROM feedback") == [(PASSAGE, 1)]


async def test_why_an_answer_was_not_useful_is_asked_and_told_to_one_alone(
    sam: User, general: Channel, database: Database
) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    why = await chooses(sam, answer, LABELS.useless)
    assert why.ephemeral
    assert why.text == WHY
    assert why.buttons == [*REASONS.values(), LABELS.other_reason, LABELS.team]
    assert await chooses(sam, why, REASONS["vague"]) is why
    assert (why.text, why.buttons) == (EXPLAINED, [])
    assert await rows_of(database, "SELECT passage, useful, reason FROM feedback") == [(PASSAGE, 0, "vague")]


@pytest.mark.parametrize("in_private", [False, True])
@pytest.mark.parametrize("restarts", [False, True])
async def test_why_can_be_said_in_one_s_own_words(
    vigie: Vigie, sam: User, general: Channel, database: Database, *, restarts: bool, in_private: bool
) -> None:
    answer = await asks(sam, QUESTION, in_=None if in_private else general)
    why = await chooses(sam, answer, LABELS.useless)
    if restarts:
        await vigie.restarts()
    opened = await sam.presses(why, LABELS.other_reason)
    await opened.is_answered()
    assert opened.modal
    words = FORMS[FormName.REASON]
    assert opened.modal.title == words.title
    assert [(each.label, each.long, each.most) for each in opened.modal.fields] == [(words.labels["text"], True, 500)]
    if restarts:
        await vigie.restarts()
    sam.skips(in_=why.channel)
    await sam.submits(opened, text="trop  long,\n*vraiment* @everyone")
    assert await sam.reads_next(in_=why.channel) is why
    assert (why.text, why.buttons) == (EXPLAINED, [])
    assert await rows_of(database, "SELECT useful, words FROM feedback") == [(0, "trop long, *vraiment* @everyone")]


async def test_a_form_of_spaces_says_nothing(sam: User, general: Channel, database: Database) -> None:
    why = await chooses(sam, await asks(sam, QUESTION, in_=general), LABELS.useless)
    opened = await sam.presses(why, LABELS.other_reason)
    sam.skips(in_=general)
    await sam.submits(opened, text=" \n ")
    told = await sam.reads_next(in_=general)
    assert told.ephemeral
    assert told.text == words_of("feedback/nothing_written")
    assert await rows_of(database, "SELECT words FROM feedback") == [(None,)]


async def test_the_form_of_somebody_else_does_not_open(sam: User, max_: User, general: Channel) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    shows_button(answer, re.sub(r"\.yes$", ".write", answer.button(LABELS.useful).custom_id or ""))
    assert await is_told(max_, answer, PRESSED) == NOT_YOURS


async def test_a_question_is_passed_on_to_the_team_of_the_server(
    sam: User, general: Channel, database: Database, server: Server
) -> None:
    answer = await asks(sam, UNANSWERED, in_=general)
    assert await is_told(sam, answer, LABELS.team) == words_of("feedback/passed_on")
    assert await rows_of(database, "SELECT community, asked_for_team FROM misses") == [(str(server.id), 1)]


async def test_in_private_one_picks_which_team(sam: User, general: Channel, server: Server) -> None:
    answer = await asks(sam, UNANSWERED)
    which = await chooses(sam, answer, LABELS.team)
    assert words_of("feedback/no_community") in which.text
    await asks(sam, QUESTION, in_=general)
    which = await chooses(sam, answer, LABELS.team)
    assert words_of("feedback/which_community") in which.text
    assert which.buttons == [server.name]
    assert await chooses(sam, which, server.name) is which
    assert words_of("feedback/passed_on") in which.text


async def test_who_waits_for_an_answer_is_told_so(sam: User, general: Channel) -> None:
    answer = await asks(sam, UNANSWERED, in_=general)
    assert await is_told(sam, answer, LABELS.watch) == words_of("feedback/watching")


# Taking an answer away.


async def test_who_asked_takes_the_answer_away_and_nothing_is_said(
    double: FakeDiscord, database: Database, sam: User, general: Channel
) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    pressed = await sam.presses(answer, LABELS.remove)
    await all_is_handled(double, database)
    assert answer.deleted
    assert pressed.messages == []
    assert general.messages == []


async def test_others_may_not_take_it_away(sam: User, max_: User, general: Channel) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    assert await is_told(max_, answer, LABELS.remove) == NOT_YOURS
    assert not answer.deleted


async def test_a_mention_s_answer_names_whose_it_is(sam: User, max_: User, general: Channel, vigie_: str) -> None:
    answer = await mentions(sam, f"{vigie_} {QUESTION}", in_=general)
    assert await is_told(max_, answer, LABELS.remove) == words_of("buttons/not_yours", name="Sam", journey=False)


@pytest.fixture(params=["owner", "administrator", "manager", "moderator"])
async def in_charge(request: pytest.FixtureRequest, server: Server, general: Channel, lea: User, max_: User) -> User:
    """Somebody who has a say in the server, for each reason."""
    if request.param == "owner":
        return lea
    may = {"administrator": {"administrator": True}, "manager": {"manage_guild": True}, "moderator": {}}
    role = server.role("L'équipe", **may[request.param])
    server.gives(max_, role)
    if request.param == "moderator":
        settings = await answer_to(await lea.uses("/reglages", in_=general))
        lea.skips(in_=general)
        await lea.selects(settings, role, of=LABELS.moderator_role)
        await lea.reads_next(in_=general)
    return max_


async def test_who_is_in_charge_takes_any_answer_away(
    double: FakeDiscord, database: Database, sam: User, in_charge: User, general: Channel
) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    await in_charge.presses(answer, LABELS.remove)
    await all_is_handled(double, database)
    assert answer.deleted


# Buttons of any kind, whenever and by whom they are pressed.


@pytest.fixture
async def pressed_by_id(sam: User, general: Channel) -> "Pressing":
    return Pressing(sam, await asks(sam, QUESTION, in_=general))


class Pressing:
    """Somebody who presses buttons that are not, or no longer, what Vigie shows."""

    def __init__(self, somebody: User, answer: Message) -> None:
        self.somebody = somebody
        self.answer = answer
        self.shown = answer.button(LABELS.useful).custom_id or ""
        self.pressed: Interaction

    async def is_told(self, identifier: str) -> str:
        """Press the one button of an answer that was sent with such an id, and return what is told."""
        shows_button(self.answer, identifier)
        before = self.answer.text, self.answer.buttons
        told = await is_told(self.somebody, self.answer, PRESSED)
        assert (self.answer.text, self.answer.buttons) == before
        return told


@pytest.mark.parametrize("version", ["0", "2", "99999"])
async def test_the_button_of_another_version_is_too_old(pressed_by_id: Pressing, version: str) -> None:
    assert await pressed_by_id.is_told(pressed_by_id.shown.replace(":1:", f":{version}:")) == OUTDATED


async def test_the_button_of_an_unknown_kind_is_too_old(pressed_by_id: Pressing) -> None:
    assert await pressed_by_id.is_told(pressed_by_id.shown.replace("feedback", "duel")) == OUTDATED


async def test_the_button_of_a_passage_that_is_gone_says_so(pressed_by_id: Pressing) -> None:
    assert await pressed_by_id.is_told(re.sub(r"[0-9a-f]{16}\.yes", f"{'0' * 16}.yes", pressed_by_id.shown)) == GONE


async def test_a_forged_owner_is_nobody_s(pressed_by_id: Pressing) -> None:
    kind, version, _, rest = pressed_by_id.shown.split(":")
    assert await pressed_by_id.is_told(f"{kind}:{version}:{'f' * 16}:{rest}") == NOT_YOURS


@pytest.mark.parametrize("kind", ["team", "watch", "plan", "task", "remind", "theme", "step", "journey", "setting"])
async def test_a_forged_button_of_each_kind_is_answered_and_never_fails(
    pressed_by_id: Pressing, double: FakeDiscord, database: Database, kind: str
) -> None:
    owner, subject = pressed_by_id.shown.split(":")[2], "0" * 16
    for argument in ("", ".0", ".999999999", ".zzz"):
        shows_button(pressed_by_id.answer, f"{kind}:1:{owner}:{subject}{argument}")
        pressed = await pressed_by_id.somebody.presses(pressed_by_id.answer, PRESSED)
        await all_is_handled(double, database)
        assert pressed.answered
        assert pressed.original is None or not pressed.original.thinking
        said = [each.text for each in pressed.messages]
        assert not any(re.search(words_of("help/failure", reference=".{8}"), text) for text in said)


async def test_a_button_that_is_no_longer_shown_is_answered(sam: User, general: Channel) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    first, second, *_ = [answer.button(label) for label in answer.buttons]
    await chooses(sam, answer, first.label or "")
    # A slow hand presses what the message showed before.
    sam.skips(in_=general)
    pressed = await sam.presses_id(answer, second.custom_id or "")
    assert await sam.reads_next(in_=general) is answer
    assert pressed.response == "deferred_update"
    assert title_of(answer) == second.label


async def test_old_buttons_go_on_after_a_restart(vigie: Vigie, sam: User, general: Channel) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    chosen = answer.buttons[0]
    await vigie.restarts()
    assert await is_told(sam, answer, LABELS.useful) == THANKS
    assert await chooses(sam, answer, chosen) is answer
    assert title_of(answer) == chosen


async def test_what_is_told_of_a_button_is_seen_by_who_pressed_it_alone(
    sam: User, max_: User, lea: User, general: Channel
) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    for somebody, label in ((sam, LABELS.useful), (max_, LABELS.useful), (max_, answer.buttons[0])):
        told = await chooses(somebody, answer, label)
        assert told.visible_to(somebody)
        assert not told.visible_to(lea)
    assert [each for each in general.messages if each.visible_to(lea)] == [answer]


async def test_who_has_not_met_vigie_is_not_kept_for_pressing_somebody_else_s_button(
    sam: User, max_: User, general: Channel, database: Database
) -> None:
    answer = await asks(sam, QUESTION, in_=general)
    await is_told(max_, answer, LABELS.useful)
    assert await rows_of(database, "SELECT account FROM accounts") == [(str(sam.id),)]
