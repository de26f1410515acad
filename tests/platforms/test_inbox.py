"""What platforms deliver is kept first, then handled: each lane in order, all lanes at the same time."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.platforms.errors import OutageError
from bot.storage import events, inbox
from bot.storage.database import MEMORY, Database, DatabaseError, open_database
from tests.people import NOON
from tests.platforms.log import heard
from tests.platforms.office import NEVER_AGAIN, Office, delivered, emptied


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """In memory: what is kept is looked at through it."""
    async with open_database(MEMORY) as opened:
        yield opened


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def kept(database: Database) -> list[str]:
    """Return what is still to be handled."""
    return [item.payload for item in await inbox.waiting(database, "telegram", 10_000)]


async def test_what_was_accepted_is_kept_before_anything_handles_it(database: Database, office: Office) -> None:
    await office.inbox().accept(delivered("a1", "b1"))
    assert await kept(database) == ["a1", "b1"]
    assert office.begun == []


async def test_what_cannot_be_kept_is_not_accepted(database: Database, office: Office) -> None:
    await database.rows("ALTER TABLE inbox RENAME TO gone")
    with pytest.raises(DatabaseError):
        await office.inbox().accept(delivered("a1"))


async def test_what_is_handled_is_no_longer_kept(database: Database, office: Office) -> None:
    incoming = office.inbox()
    async with emptied(incoming):
        await incoming.accept(delivered("a1", "b1"))
        await incoming.accept(delivered("a2"))
        await office.has_done("a1", "a2", "b1")
    assert await kept(database) == []


async def test_a_lane_keeps_its_order_and_others_do_not_wait_for_it(office: Office) -> None:
    incoming = office.inbox()
    let_go = office.holds("a1")
    async with emptied(incoming):
        await incoming.accept(delivered("a1", "a2", "b1", "a3", "c1", "b2"))
        await office.has_done("b1", "b2", "c1")
        assert [each for each in office.begun if each.startswith("a")] == ["a1"]
        let_go.set()
        await office.has_done("a1", "a2", "a3")
    assert [each for each in office.done if each.startswith("a")] == ["a1", "a2", "a3"]
    assert [each for each in office.done if each.startswith("b")] == ["b1", "b2"]


async def test_many_lanes_are_served_at_the_same_time(office: Office) -> None:
    incoming = office.inbox()
    lanes = [f"{chr(ord('a') + number)}1" for number in range(20)]
    let_go = [office.holds(each) for each in lanes]
    async with emptied(incoming):
        await incoming.accept(delivered(*lanes))
        await office.has_begun(*lanes)
        assert office.done == []
        for each in let_go:
            each.set()
        await office.has_done(*lanes)


async def test_what_fails_is_tried_three_times_then_set_aside_and_told(database: Database, office: Office) -> None:
    incoming = office.inbox()
    office.failures["a1"] = [ValueError("cassé")] * 9
    with heard() as log:
        async with emptied(incoming):
            await incoming.accept(delivered("a1", "a2", "b1"))
            await office.has_done("a2", "b1")
    assert office.begun.count("a1") == 3
    assert log.count("is set aside") == 1
    assert "ValueError: cassé" in log.text
    assert await kept(database) == []
    [row] = await database.rows("SELECT id, tries, set_aside FROM inbox")
    assert tuple(row) == ("a1", 3, 1)


async def test_what_fails_twice_and_works_then_is_done_in_its_order(office: Office) -> None:
    incoming = office.inbox()
    office.failures["a1"] = [ValueError("cassé")] * 2
    async with emptied(incoming):
        await incoming.accept(delivered("a1", "a2"))
        await office.has_done("a1", "a2")
    assert office.done == ["a1", "a2"]


async def test_what_was_set_aside_is_not_tried_after_a_start(office: Office) -> None:
    office.failures["a1"] = [ValueError("cassé")] * 9
    first, second = office.inbox(), office.inbox()
    async with emptied(first):
        await first.accept(delivered("a1", "b1", "a2"))
        await office.has_done("a2", "b1")
    async with emptied(second):
        await second.accept(delivered("a1", "b2"))
        await office.has_done("b2")
    assert office.begun.count("a1") == 3


async def test_failures_are_counted_across_starts(office: Office) -> None:
    office.failures["a1"] = [ValueError("cassé")] * 9
    first, second = office.inbox(NEVER_AGAIN), office.inbox()
    with heard() as log:
        async with emptied(first):
            await first.accept(delivered("a1", "b1"))
            await log.says("failed")
        async with emptied(second):
            await second.accept(delivered("a2"))
            await office.has_done("a2")
    assert office.begun.count("a1") == 3
    assert log.count("is set aside") == 1


async def test_while_one_waits_to_be_tried_again_others_are_served(office: Office) -> None:
    incoming = office.inbox(NEVER_AGAIN)
    office.failures["a1"] = [ValueError("cassé")]
    with heard() as log:
        async with emptied(incoming):
            await incoming.accept(delivered("a1"))
            await log.says("failed")
            await incoming.accept(delivered("b1"))
            await office.has_done("b1")


@pytest.mark.parametrize("error", [OutageError("plus de réseau"), DatabaseError("verrouillée")])
async def test_an_outage_is_waited_out_and_counts_as_no_failure(
    database: Database, office: Office, error: Exception
) -> None:
    incoming = office.inbox()
    office.failures["a1"] = [error] * 10
    office.failures["a2"] = [ValueError("cassé"), error, ValueError("cassé"), error]
    with heard() as log:
        async with emptied(incoming):
            await incoming.accept(delivered("a1", "a2"))
            await office.has_done("a1", "a2")
    assert office.done == ["a1", "a2"]
    assert log.count(str(error)) == 12
    assert "set aside" not in log.text
    assert await kept(database) == []


async def test_what_is_begun_is_finished_before_the_end_and_nothing_new_is_begun(
    database: Database, office: Office
) -> None:
    incoming = office.inbox()
    let_go = office.holds("a1")
    emptying = asyncio.create_task(incoming.empty())
    await incoming.accept(delivered("a1", "a2", "a3"))
    await office.has_begun("a1")
    incoming.stop()
    await incoming.accept(delivered("b1"))
    assert not emptying.done()
    let_go.set()
    await asyncio.wait_for(emptying, 5)
    assert office.done == ["a1"]
    assert await kept(database) == ["a2", "a3", "b1"]
    again = office.inbox()
    async with emptied(again):
        await office.has_done("a2", "a3", "b1")
    assert Counter(office.done) == Counter(["a1", "a2", "a3", "b1"])


@pytest.mark.parametrize("error", [OutageError("plus de réseau"), ValueError("cassé")])
async def test_an_end_does_not_wait_for_the_next_attempt(database: Database, office: Office, error: Exception) -> None:
    incoming = office.inbox(NEVER_AGAIN)
    office.failures["a1"] = [error]
    async with emptied(incoming):
        await incoming.accept(delivered("a1", "a2"))
        await office.has_begun("a1")
    assert await kept(database) == ["a1", "a2"]
    again = office.inbox()
    async with emptied(again):
        await office.has_done("a1", "a2")
    assert office.done == ["a1", "a2"]


@pytest.mark.parametrize("lanes", [1, 7, 26])
async def test_more_than_is_read_ahead_is_handled_whole_and_in_order(
    database: Database, office: Office, lanes: int
) -> None:
    before, after = office.inbox(), office.inbox()
    identifiers = [f"{chr(ord('a') + number % lanes)}{number:04}" for number in range(700)]
    await before.accept(delivered(*identifiers[:600]))
    async with emptied(after):
        await after.accept(delivered(*identifiers[600:]))
        await office.has_done(*identifiers)
    for lane in {each[0] for each in identifiers}:
        assert [each for each in office.done if each[0] == lane] == [each for each in identifiers if each[0] == lane]
    assert len(office.done) == 700
    assert await kept(database) == []


async def test_a_lane_with_more_than_is_read_ahead_that_waits_is_gone_on_with(office: Office) -> None:
    incoming = office.inbox()
    let_go = office.holds("a0000")
    identifiers = [f"a{number:04}" for number in range(300)]
    async with emptied(incoming):
        await incoming.accept(delivered(*identifiers))
        await office.has_begun("a0000")
        await incoming.accept(delivered("b1"))
        let_go.set()
        await office.has_done(*identifiers, "b1")
    assert [each for each in office.done if each != "b1"] == identifiers


async def test_what_is_delivered_again_is_handled_once(office: Office) -> None:
    incoming = office.inbox()
    let_go = office.holds("a1")
    async with emptied(incoming):
        await incoming.accept(delivered("a1", "a1", "b1"))
        await office.has_begun("a1")
        await incoming.accept(delivered("a1", "a2"))
        let_go.set()
        await office.has_done("a1", "a2", "b1")
    assert Counter(office.done) == Counter(["a1", "a2", "b1"])


async def test_what_was_answered_already_is_not_kept_again(database: Database, office: Office) -> None:
    async with database.transaction() as transaction:
        await events.keep(transaction, "telegram", "a1", None, None, NOON)
        await events.keep(transaction, "elsewhere", "a2", None, None, NOON)
    await office.inbox().accept(delivered("a1", "a2"))
    assert await kept(database) == ["a2"]


async def test_each_platform_has_an_inbox_of_its_own(database: Database, office: Office) -> None:
    elsewhere, incoming = office.inbox(platform="elsewhere"), office.inbox()
    await elsewhere.accept(delivered("a1", "b1"))
    async with emptied(incoming):
        await incoming.accept(delivered("a1"))
        await office.has_done("a1")
    assert office.done == ["a1"]
    assert [item.payload for item in await inbox.waiting(database, "elsewhere", 10)] == ["a1", "b1"]


async def test_an_inbox_that_cannot_be_read_is_read_again_later(database: Database, office: Office) -> None:
    incoming = office.inbox()
    await incoming.accept(delivered("a1"))
    await database.rows("ALTER TABLE inbox RENAME TO gone")
    with heard() as log:
        async with emptied(incoming):
            await log.says("cannot be read", times=2)
            await database.rows("ALTER TABLE gone RENAME TO inbox")
            await office.has_done("a1")


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_each_lane_keeps_its_order_and_loses_nothing(office: Office, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - the same at every run
    identifiers = [f"{drawn.choice('abcdefgh')}{number:03}" for number in range(200)]
    broken = set(drawn.sample(identifiers, 10))
    for each in identifiers:
        outages: list[Exception] = [OutageError("plus de réseau")] * drawn.choice([0, 0, 0, 1, 4])
        office.failures[each] = outages + [ValueError("cassé")] * (3 if each in broken else drawn.choice([0, 0, 1, 2]))
    waiting, expected = list(identifiers), [each for each in identifiers if each not in broken]
    while waiting:
        incoming = office.inbox()
        async with emptied(incoming):
            count = drawn.randrange(1, 60)
            await incoming.accept(delivered(*waiting[:count]))
            del waiting[:count]
            await office.has_begun(drawn.choice([each for each in identifiers if each not in waiting]))
    last = office.inbox()
    async with emptied(last):
        await office.has_done(*expected)
    for lane in "abcdefgh":
        assert [each for each in office.done if each[0] == lane] == [each for each in expected if each[0] == lane]


@pytest.mark.parametrize("lacking", [OSError(24, "Too many open files"), MemoryError()])
async def test_what_the_machine_lacks_is_waited_for_and_no_fault_of_the_item_s(
    office: Office, database: Database, lacking: Exception
) -> None:
    office.failures["a1"] = [lacking] * 5
    incoming = office.inbox()
    async with emptied(incoming):
        await incoming.accept(delivered("a1"))
        await office.has_done("a1")
    assert await kept(database) == []


async def test_whoever_says_much_keeps_nobody_else_waiting(office: Office) -> None:
    let_go = office.holds("a0")
    much = [f"a{number}" for number in range(600)]
    incoming = office.inbox()
    async with emptied(incoming):
        await incoming.accept(delivered(*much, "b1"))
        await office.has_done("b1")
        assert office.begun == ["a0", "b1"]
        let_go.set()
        await office.has_done(*much)
    assert office.done == ["b1", *much]


async def test_those_who_wait_for_their_next_attempt_are_in_nobody_s_way(office: Office) -> None:
    failing = [f"{letter}1" for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    for each in failing:
        office.failures[each] = [OutageError("down")] * 100
    incoming = office.inbox(NEVER_AGAIN)
    async with emptied(incoming):
        await incoming.accept(delivered(*failing))
        await office.has_begun(*failing)
        await incoming.accept(delivered("é1"))
        await office.has_done("é1")
