"""Who is a member of a community: what it teaches is told to them in private as well, as long as they are."""

import pytest

from bot.core.messages import Address, Event, Incoming
from bot.storage.database import DatabaseError
from tests.conversations.classroom import ADVICE, LESSON, OTHER, UNANSWERED, Classroom
from tests.conversations.words import LABELS, said
from tests.people import Member

NOBODY = ""


@pytest.fixture
def max_(server: Classroom) -> Member:
    return server.member("max")


async def teaches(server: Classroom, **lesson: str) -> None:
    """Have the team teach Vigie something."""
    lea = server.moderator("léa")
    await lea.says("/fiche")
    await lea.writes(LABELS.card_new, **(LESSON | lesson))


async def is_told(member: Member, question: str = UNANSWERED) -> bool:
    """Tell whether what the community teaches is told to somebody in private."""
    return ADVICE in await member.in_private().says(question)


async def test_who_asks_to_join_is_no_member_until_they_have_joined(server: Classroom, max_: Member) -> None:
    await teaches(server)
    assert await max_.asks_to_join() != NOBODY
    assert not await is_told(max_)
    there = max_.in_private()
    await there.says(OTHER)
    assert await there.presses(LABELS.team) == said("feedback/no_community")
    assert "fournil" not in await there.says("/mesdonnees")
    server.clock.passes(minutes=1)
    await max_.joins()
    assert await is_told(max_)
    assert "fournil" in await there.says("/mesdonnees")


async def test_who_asks_to_join_is_greeted_once_all_in_all(server: Classroom, max_: Member) -> None:
    await max_.asks_to_join()
    server.clock.passes(minutes=1)
    assert await max_.asks_to_join() == NOBODY
    assert await max_.joins() == NOBODY


async def test_a_member_who_asks_to_join_by_another_link_stays_one(server: Classroom, max_: Member) -> None:
    await teaches(server)
    await max_.says("merci")
    await max_.asks_to_join()
    assert await is_told(max_)


async def test_who_leaves_is_told_no_longer_and_their_questions_reach_no_team(server: Classroom, max_: Member) -> None:
    await teaches(server)
    await max_.says(UNANSWERED)
    assert await is_told(max_)
    there = max_.in_private()
    await there.says(OTHER)
    team = there.button_id(LABELS.team)
    server.clock.passes(days=1)
    assert await max_.leaves() == NOBODY
    assert not await is_told(max_)
    await teaches(server, title="Le placard", questions=OTHER)
    assert not await is_told(max_, OTHER)
    assert await there.presses_id(team) == said("feedback/no_community")


@pytest.mark.parametrize("how", ["joins", "writes"])
async def test_who_comes_back_is_told_again_and_is_not_welcomed_again(
    server: Classroom, max_: Member, how: str
) -> None:
    await teaches(server)
    await max_.joins()
    server.clock.passes(days=1)
    await max_.leaves()
    server.clock.passes(days=1)
    assert await max_.joins() == NOBODY if how == "joins" else await max_.says("merci")
    assert await is_told(max_)


async def test_what_was_said_before_they_left_and_is_heard_after_brings_nobody_back(
    server: Classroom, max_: Member
) -> None:
    await teaches(server)
    await max_.says("merci")
    said_at = server.clock.passes(days=1)
    server.clock.passes(minutes=1)
    await max_.leaves()
    await server.advisor.handle(Incoming(max_.address, said_at, "merci", capabilities=max_.capabilities))
    assert not await is_told(max_)


async def test_who_leaves_one_community_stays_in_the_others(server: Classroom, max_: Member) -> None:
    await teaches(server)
    await max_.says("merci")
    elsewhere = server.member("max", "moulin")
    await elsewhere.says("merci")
    await elsewhere.leaves()
    assert await is_told(max_)


async def test_of_who_leaves_and_never_wrote_nothing_is_kept(server: Classroom, max_: Member) -> None:
    before = await server.everything()
    assert await max_.leaves() == NOBODY
    assert await server.everything() == before


@pytest.mark.parametrize("event", [Event.JOINED, Event.LEFT])
async def test_where_nothing_can_be_kept_who_comes_and_goes_is_told_nothing(
    server: Classroom, monkeypatch: pytest.MonkeyPatch, event: Event
) -> None:
    def is_locked(lane: str = "") -> None:
        raise DatabaseError(f"The database is locked ({lane}).")

    monkeypatch.setattr(server.database, "transaction", is_locked)
    address = Address("discord", "max", "fournil")
    outgoing = await server.advisor.handle(Incoming(address, server.clock.now, event=event))
    assert outgoing.replies == ()
    assert outgoing.reference
