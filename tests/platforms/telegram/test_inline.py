"""`@vigie_bot …` typed in any chat: titles with their sources, which people send on."""

import asyncio

import pytest

from bot.library import Library
from bot.storage.database import Database
from tests.conversations.words import LABELS
from tests.fakes.telegram import FakeTelegram, Group, User
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.steps import OTHER_QUESTION, PASSAGE, QUESTION, all_is_said
from tests.platforms.telegram.talk import words_of

FIRST_CONTACT = words_of("privacy/first_contact", lasts=True)

pytestmark = pytest.mark.usefixtures("vigie")


@pytest.fixture
def title(library: Library) -> str:
    """Return the title of the passage that answers the question."""
    return library.current().corpus.by_id[PASSAGE].title


async def test_a_few_words_list_titles_with_their_sources(lea: User, title: str) -> None:
    query = await lea.asks_inline("swot personnel")
    assert 2 <= len(query.results) <= 10
    assert query.results[0]["title"] == title
    for result in query.results:
        assert result["title"]
        assert result["description"].startswith("📖")
        assert result["description"] in result["input_message_content"]["message_text"]


async def test_results_are_the_same_for_all_and_may_be_kept_for_a_while(lea: User) -> None:
    query = await lea.asks_inline(QUESTION)
    assert query.cache_time >= 60
    assert not query.is_personal
    assert query.next_offset == ""


async def test_a_result_is_sent_as_it_is_shown_in_an_answer(lea: User, title: str) -> None:
    await lea.writes(QUESTION)
    answer = await lea.reads_next()
    query = await lea.asks_inline(QUESTION)
    sent = await lea.picks(query, title)
    assert sent.bold[0] == title
    assert sent.text in answer.text.replace("\n\nVoir aussi :", "")
    assert sent.buttons == []


async def test_what_was_sent_through_vigie_is_no_question(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, group: Group, title: str
) -> None:
    group.promote(telegram.bot)
    query = await lea.asks_inline(QUESTION)
    await lea.picks(query, title, to=group)
    await lea.picks(query, title)
    await lea.writes("/start")
    assert FIRST_CONTACT in (await lea.reads_next()).text
    await all_is_said(vigie, telegram, database)
    assert group.shown == []
    assert len(lea.chat.shown) == 1


@pytest.mark.parametrize("text", ["", "   ", "?!", "🙂", "zzzzqqq"])
async def test_without_anything_to_find_there_is_the_way_to_the_private_chat(lea: User, text: str) -> None:
    query = await lea.asks_inline(text)
    assert query.results == []
    assert query.button
    assert query.button["text"] == LABELS.in_private
    await lea.follows_inline(query)
    assert (await lea.reads_next()).text.startswith(words_of("help/welcome"))


@pytest.mark.parametrize(
    "text",
    ["comment " * 32, "<b>swot</b> & _perso_ [x](y)", "SWOT\u202e personnel\n", "swot" * 64, "l'e-réputation, 🙂"],
)
async def test_whatever_is_typed_is_answered(telegram: FakeTelegram, lea: User, text: str) -> None:
    query = await lea.asks_inline(text[:256])
    assert query.answered
    assert telegram.refused == []


async def test_whoever_asks_inline_is_not_kept(lea: User, database: Database) -> None:
    await lea.asks_inline(QUESTION)
    assert await database.rows("SELECT * FROM people") == []
    assert await database.rows("SELECT * FROM misses") == []
    assert await database.rows("SELECT * FROM inbox") == []


async def test_a_query_that_is_too_old_holds_up_nothing(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, title: str
) -> None:
    await vigie.stops()
    query = await lea.asks_inline(QUESTION, within=None)
    query.expires()
    asked = await lea.writes(QUESTION)
    await vigie.starts()
    answer = await lea.reads_next()
    assert answer.bold[0] == title
    later = await lea.asks_inline(QUESTION)
    assert later.results[0]["title"] == title
    await all_is_said(vigie, telegram, database)
    assert not query.answered
    assert [request.method for request in telegram.refused] == ["answerInlineQuery"]
    assert asked in lea.messages


async def test_a_query_that_cannot_be_answered_is_left_alone(telegram: FakeTelegram, lea: User, sam: User) -> None:
    telegram.fails("answerInlineQuery", 502)
    queries = [await each.asks_inline(QUESTION, within=None) for each in (lea, sam)]
    # Whichever comes first is refused; nothing of the other is lost.
    async with asyncio.timeout(5):
        _, pending = await asyncio.wait(
            [asyncio.create_task(query.is_answered()) for query in queries], return_when=asyncio.FIRST_COMPLETED
        )
    for each in pending:
        each.cancel()
    assert (await sam.asks_inline(OTHER_QUESTION)).results
    assert [request.method for request in telegram.refused] == ["answerInlineQuery"]


async def test_queries_of_several_people_are_answered(telegram: FakeTelegram) -> None:
    people = [telegram.user(f"Prénom{number}") for number in range(20)]
    queries = [await each.asks_inline(QUESTION, within=None) for each in people]
    for query in queries:
        await query.is_answered()
        assert query.results


async def test_every_list_that_the_passages_make_fits(telegram: FakeTelegram, lea: User, library: Library) -> None:
    for passage in library.current().corpus.passages[::40]:
        query = await lea.asks_inline(passage.title)
        assert passage.title in [result["title"] for result in query.results]
    assert telegram.refused == []
