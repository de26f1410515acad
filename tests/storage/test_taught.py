"""What a community taught is kept version by version, for it alone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.content.corpus import Phase
from bot.core.messages import Address
from bot.storage import communities, drafts, misses, people, taught, told_tips, watches
from bot.storage.communities import Community
from bot.storage.database import Database, Transaction
from bot.storage.taught import Card, Lesson, Writer
from tests.people import NOON

HOME, AWAY = (Community("discord", name, name) for name in ("fournil", "moulin"))
NAMESAKE = Community("telegram", "fournil", "fournil")
LEA, ZOE = Writer("léa", "Léa"), Writer("zoé", "Zoé")
LESSON = Lesson("Le levain", "Nourris-le.", ("quand le nourrir ?", "« à l'aube », ou\tplus tard"), "depuis avril")
pytestmark = pytest.mark.both_engines
LATER = replace(LESSON, text="Nourris-le le soir.", questions=("le soir ?",), note=None, phase=Phase.EDUQUER)


@pytest.fixture
async def transaction(database: Database) -> AsyncIterator[Transaction]:
    async with database.transaction() as opened:
        for community in (HOME, AWAY, NAMESAKE):
            await communities.keep(opened, community)
        yield opened


async def state(transaction: Transaction, community: Community = HOME) -> int:
    """Return which state of a community's own passages is in force."""
    found = await communities.find(transaction, community.platform, community.id)
    assert found
    return found.taught


async def added(transaction: Transaction, community: Community = HOME, name: str = "levain") -> Card:
    number = await taught.add(transaction, community, name, LESSON, LEA, NOON)
    card = await taught.find(transaction, community, number)
    assert card
    return card


async def test_a_passage_is_kept_word_for_word(transaction: Transaction) -> None:
    card = await added(transaction)
    assert (card.id, card.version, card.hidden, card.lesson, card.at, card.name) == (
        "levain",
        1,
        False,
        LESSON,
        NOON,
        "Léa",
    )
    assert await taught.all_of(transaction, HOME) == [card]


async def test_another_version_is_told_and_every_one_is_kept(transaction: Transaction) -> None:
    first = await added(transaction)
    await taught.revise(transaction, HOME, first, LATER, ZOE, NOON + timedelta(days=1))
    second = await taught.find(transaction, HOME, first.number)
    assert second
    assert (second.number, second.id, second.version, second.lesson, second.name) == (
        first.number,
        "levain",
        2,
        LATER,
        "Zoé",
    )
    assert await taught.all_of(transaction, HOME) == [second]
    history = await taught.history(transaction, HOME, first.number)
    assert [(each.version, each.lesson, each.name) for each in history] == [(2, LATER, "Zoé"), (1, LESSON, "Léa")]
    assert [each.at for each in history] == [NOON + timedelta(days=1), NOON]


async def test_every_change_is_another_state(transaction: Transaction) -> None:
    seen = [await state(transaction)]
    card = await added(transaction)
    seen.append(await state(transaction))
    await taught.revise(transaction, HOME, card, LATER, ZOE, NOON)
    seen.append(await state(transaction))
    for hidden in (True, False):
        await taught.set_hidden(transaction, HOME, card.number, hidden=hidden)
        seen.append(await state(transaction))
    assert seen == sorted(set(seen))
    assert (seen[0], await state(transaction, AWAY), await state(transaction, NAMESAKE)) == (0, 0, 0)


async def test_to_keep_the_settings_of_a_community_leaves_the_state(transaction: Transaction) -> None:
    await added(transaction)
    before = await state(transaction)
    await communities.keep(transaction, replace(HOME, title="Le fournil", taught=0))
    assert await state(transaction) == before


async def test_a_hidden_passage_stays_with_its_team(transaction: Transaction) -> None:
    card = await added(transaction)
    await taught.set_hidden(transaction, HOME, card.number, hidden=True)
    assert [each.hidden for each in await taught.all_of(transaction, HOME)] == [True]
    await taught.revise(transaction, HOME, card, LATER, ZOE, NOON)
    assert [each.hidden for each in await taught.all_of(transaction, HOME)] == [True]


@pytest.mark.parametrize("other", [AWAY, NAMESAKE], ids=["another community", "another platform"])
async def test_what_is_another_s_is_not_found(transaction: Transaction, other: Community) -> None:
    card = await added(transaction)
    assert await taught.find(transaction, other, card.number) is None
    assert await taught.history(transaction, other, card.number) == []
    assert await taught.all_of(transaction, other) == []


@pytest.mark.parametrize("other", [AWAY, NAMESAKE], ids=["another community", "another platform"])
async def test_what_is_another_s_is_not_hidden(transaction: Transaction, other: Community) -> None:
    card = await added(transaction)
    await taught.set_hidden(transaction, other, card.number, hidden=True)
    assert [each.hidden for each in await taught.all_of(transaction, HOME)] == [False]


async def test_each_community_may_have_a_passage_of_an_id(transaction: Transaction) -> None:
    numbers = {(await added(transaction, community)).number for community in (HOME, AWAY, NAMESAKE)}
    assert len(numbers) == 3
    assert len(await taught.all_of(transaction, HOME)) == 1


async def test_a_number_is_never_given_twice(transaction: Transaction) -> None:
    first = await added(transaction)
    await transaction.rows("DELETE FROM taught")
    assert (await added(transaction)).number > first.number
    assert len(await taught.history(transaction, HOME, first.number)) == 0


async def test_passages_are_listed_by_title(transaction: Transaction) -> None:
    for title in ("Miche", "Brioche", "Fougasse"):
        await taught.add(transaction, HOME, title.lower(), replace(LESSON, title=title), LEA, NOON)
    assert [card.lesson.title for card in await taught.all_of(transaction, HOME)] == ["Brioche", "Fougasse", "Miche"]


async def test_the_schools_of_somebody_are_those_that_taught_something_and_are_served(transaction: Transaction) -> None:
    person = await people.add(transaction, Address("discord", "max", "fournil"), NOON)
    for community in ("fournil", "moulin"):
        await people.belong(transaction, person.id, Address("discord", "max", community), NOON)
    assert await taught.schools(transaction, person.id) == []
    await added(transaction)
    await added(transaction, NAMESAKE)
    [school] = await taught.schools(transaction, person.id)
    assert (school.platform, school.id, school.taught) == ("discord", "fournil", 1)
    stranger = await people.add(transaction, Address("discord", "ada"), NOON)
    assert await taught.schools(transaction, stranger.id) == []
    await communities.leave(transaction, Address("discord", "", "fournil"), NOON)
    assert await taught.schools(transaction, person.id) == []


# What goes with it.


async def test_only_what_a_community_asked_itself_is_answered_or_set_aside(transaction: Transaction) -> None:
    asked = [await misses.record(transaction, "où ?", name, NOON) for name in ("fournil", "moulin", None)]
    own, other, private = [miss.number for miss in asked]
    await misses.answer(transaction, HOME, [own, other, private], 7)
    await misses.set_aside(transaction, HOME, [other, private])
    rows = await transaction.rows("SELECT id, answered_by, set_aside FROM misses ORDER BY id")
    assert [tuple(row) for row in rows] == [(own, 7, 0), (other, None, 0), (private, None, 0)]


async def test_what_answers_a_question_first_is_what_answers_it(transaction: Transaction) -> None:
    own = (await misses.record(transaction, "où ?", "fournil", NOON)).number
    for card in (7, 8):
        await misses.answer(transaction, HOME, [own], card)
    assert [row[0] for row in await transaction.rows("SELECT answered_by FROM misses")] == [7]


async def test_who_waits_is_claimed_once_and_by_their_platform(transaction: Transaction) -> None:
    miss = (await misses.record(transaction, "où ?", "fournil", NOON)).number
    for name, platform in (("max", "discord"), ("ada", "telegram")):
        address = Address(platform, name, "fournil", "salon")
        person = await people.add(transaction, address, NOON)
        assert await watches.keep(transaction, person.id, miss, address, f"m-{name}", NOON)
    assert await watches.fulfil(transaction, 7) == 0
    await misses.answer(transaction, HOME, [miss], 7)
    assert await watches.fulfil(transaction, 7) == 2
    assert await watches.fulfil(transaction, 7) == 0
    [found] = await watches.claim_fulfilled(transaction, "discord", 9)
    assert (found.address, found.message, found.question, found.community, found.card) == (
        Address("discord", "max", "fournil", "salon"),
        "m-max",
        "où ?",
        "fournil",
        7,
    )
    assert await watches.claim_fulfilled(transaction, "discord", 9) == []
    assert len(await watches.claim_fulfilled(transaction, "telegram", 9)) == 1


async def test_no_more_are_claimed_than_wanted_and_the_others_later(transaction: Transaction) -> None:
    miss = (await misses.record(transaction, "où ?", "fournil", NOON)).number
    for number in range(5):
        address = Address("discord", f"max{number}", "fournil")
        person = await people.add(transaction, address, NOON)
        await watches.keep(transaction, person.id, miss, address, None, NOON)
    await misses.answer(transaction, HOME, [miss], 7)
    await watches.fulfil(transaction, 7)
    claimed = [await watches.claim_fulfilled(transaction, "discord", 2) for _ in range(4)]
    assert [len(each) for each in claimed] == [2, 2, 1, 0]
    assert len({each.person for some in claimed for each in some}) == 5


LEA_AT = Address("discord", "léa")


async def test_a_draft_is_its_account_s_its_community_s_and_of_its_kind(transaction: Transaction) -> None:
    number = await drafts.add(transaction, LEA_AT, HOME, "tip", "{}", NOON)
    assert await drafts.find(transaction, LEA_AT, HOME, "tip", number)
    for address, team, kind in (
        (Address("discord", "zoé"), HOME, "tip"),
        (LEA_AT, AWAY, "tip"),
        (LEA_AT, NAMESAKE, "tip"),
        (LEA_AT, HOME, "lesson"),
    ):
        assert await drafts.find(transaction, address, team, kind, number) is None


async def test_one_draft_at_a_time_awaits_what_is_written_for_an_hour(transaction: Transaction) -> None:
    first = await drafts.add(transaction, LEA_AT, HOME, "lesson", "{}", NOON)
    await drafts.change(transaction, first, '{"title":"a"}', NOON, "text")
    awaiting = await drafts.awaiting(transaction, LEA_AT, NOON + drafts.AWAITED - timedelta(seconds=1))
    assert awaiting
    assert (awaiting.number, awaiting.content, awaiting.awaits) == (first, '{"title":"a"}', "text")
    assert await drafts.awaiting(transaction, LEA_AT, NOON + drafts.AWAITED) is None
    assert await drafts.awaiting(transaction, Address("telegram", "léa"), NOON) is None
    await drafts.add(transaction, LEA_AT, HOME, "tip", "{}", NOON)
    assert await drafts.awaiting(transaction, LEA_AT, NOON) is None
    assert await drafts.find(transaction, LEA_AT, HOME, "lesson", first)


async def test_drafts_are_dropped_two_days_after_they_were_touched(transaction: Transaction) -> None:
    old, touched = [await drafts.add(transaction, LEA_AT, HOME, "tip", "{}", NOON) for _ in range(2)]
    await drafts.change(transaction, touched, "{}", NOON + timedelta(hours=1))
    await drafts.drop_old(transaction, NOON + drafts.KEPT)
    assert await drafts.find(transaction, LEA_AT, HOME, "tip", old)
    await drafts.drop_old(transaction, NOON + drafts.KEPT + timedelta(minutes=1))
    assert await drafts.find(transaction, LEA_AT, HOME, "tip", old) is None
    assert await drafts.find(transaction, LEA_AT, HOME, "tip", touched)


async def test_tips_told_are_kept_in_order_each_once(transaction: Transaction) -> None:
    for hours, tip in enumerate(("b", "a", "c", "b")):
        await told_tips.keep(transaction, HOME, tip, NOON + timedelta(hours=hours))
    assert await told_tips.told(transaction, HOME) == ["a", "c", "b"]
    await told_tips.drop(transaction, HOME, ["a", "c", "z"])
    assert await told_tips.told(transaction, HOME) == ["b"]
    for other in (AWAY, NAMESAKE):
        assert await told_tips.told(transaction, other) == []
        await told_tips.drop(transaction, other, ["b"])
    assert await told_tips.told(transaction, HOME) == ["b"]
