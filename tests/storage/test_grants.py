"""The roles that people have earned in their communities, until they are given or cannot be."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.messages import Address, Grant
from bot.storage import communities, grants, people
from bot.storage.database import Database
from bot.storage.inbox import EVERYTHING, Shards
from tests.people import NOON

LEA = Address("discord", "léa", "atelier", "accueil")
EARNED = Grant(Address("discord", "léa", "atelier"), "diplômée")
pytestmark = pytest.mark.both_engines


async def serves(database: Database, name: str, role: str | None, platform: str = "discord") -> None:
    """Have Vigie serve a community that gives a role to who ends the journey."""
    address = Address(platform, "", name)
    async with database.transaction() as transaction:
        community = await communities.known(transaction, address, name)
        assert community
        await communities.keep(transaction, replace(community, completion_role=role))


async def belongs(database: Database, address: Address, *others: Address) -> int:
    """Have somebody belong to communities, and return their number."""
    async with database.transaction() as transaction:
        person = await people.find(transaction, address.platform, address.account)
        person = person or await people.add(transaction, address, NOON)
        for each in (address, *others):
            await people.belong(transaction, person.id, each, NOON)
        return person.id


async def earns(database: Database, person: int, after: timedelta = timedelta()) -> None:
    async with database.transaction() as transaction:
        await grants.earn(transaction, person, NOON + after)


async def waiting(
    database: Database, platform: str = "discord", count: int = 10, shards: Shards = EVERYTHING
) -> list[Grant]:
    async with database.transaction() as transaction:
        return await grants.waiting(transaction, platform, count, shards)


async def settles(database: Database, settled: Iterable[Grant]) -> None:
    async with database.transaction() as transaction:
        for each in settled:
            await grants.settle(transaction, each)


async def test_who_ends_the_journey_has_earned_the_role_of_their_community(database: Database) -> None:
    await serves(database, "atelier", "diplômée")
    await earns(database, await belongs(database, LEA))
    assert await waiting(database) == [EARNED]
    assert await waiting(database, "telegram") == []


async def test_who_belongs_to_several_communities_has_earned_a_role_in_each_that_gives_one(database: Database) -> None:
    for name, role in (("atelier", "diplômée"), ("chorale", "ténor"), ("cuisine", None)):
        await serves(database, name, role)
    others = (replace(LEA, community="chorale"), replace(LEA, community="cuisine"))
    await earns(database, await belongs(database, LEA, *others))
    assert {(each.address.community, each.role) for each in await waiting(database)} == {
        ("atelier", "diplômée"),
        ("chorale", "ténor"),
    }


async def test_who_belongs_to_no_community_has_earned_none(database: Database) -> None:
    await serves(database, "atelier", "diplômée")
    await earns(database, await belongs(database, replace(LEA, community="ailleurs")))
    assert await waiting(database) == []


async def test_a_community_that_vigie_has_left_gives_none(database: Database) -> None:
    await serves(database, "atelier", "diplômée")
    person = await belongs(database, LEA)
    async with database.transaction() as transaction:
        await communities.leave(transaction, LEA, NOON)
    await earns(database, person)
    assert await waiting(database) == []


async def test_what_is_earned_twice_is_given_once(database: Database) -> None:
    await serves(database, "atelier", "diplômée")
    person = await belongs(database, LEA)
    await earns(database, person)
    await earns(database, person, timedelta(hours=1))
    assert await waiting(database) == [EARNED]


async def test_what_is_settled_waits_no_longer_and_the_rest_does(database: Database) -> None:
    await serves(database, "atelier", "diplômée")
    for name in ("léa", "max", "zoé"):
        await earns(database, await belongs(database, replace(LEA, account=name)))
    await settles(database, [EARNED])
    assert [each.address.account for each in await waiting(database)] == ["max", "zoé"]


async def test_the_oldest_are_given_first_and_some_at_a_time(database: Database) -> None:
    await serves(database, "atelier", "diplômée")
    for number, name in enumerate(("zoé", "léa", "max")):
        person = await belongs(database, replace(LEA, account=name))
        await earns(database, person, timedelta(minutes=number))
    assert [each.address.account for each in await waiting(database, count=2)] == ["zoé", "léa"]


async def test_what_waits_in_other_shards_holds_up_nobody(database: Database) -> None:
    servers = [str((number << 22) + 7) for number in range(4)]
    for number, server in enumerate(servers):
        await serves(database, server, "diplômée")
        person = await belongs(database, Address("discord", f"account {number}", server))
        await earns(database, person, timedelta(minutes=number))
    for shards, found in (
        (Shards(0, 0, 2), [0, 2]),
        (Shards(1, 1, 2), [1, 3]),
        (Shards(2, 3, 4), [2, 3]),
        (EVERYTHING, [0, 1]),
    ):
        first = await waiting(database, count=2, shards=shards)
        assert [each.address.community for each in first] == [servers[number] for number in found]


@pytest.mark.parametrize(("late", "kept"), [(timedelta(), 1), (timedelta(seconds=1), 0)])
async def test_what_cannot_be_given_for_a_week_is_dropped(database: Database, late: timedelta, kept: int) -> None:
    await serves(database, "atelier", "diplômée")
    await earns(database, await belongs(database, LEA))
    async with database.transaction() as transaction:
        await grants.drop_old(transaction, NOON + grants.KEPT + late)
    assert len(await waiting(database)) == kept


async def test_where_somebody_is_no_longer_nothing_is_earned(database: Database) -> None:
    await serves(database, "atelier", "diplômée")
    person = await belongs(database, LEA)
    async with database.transaction() as transaction:
        await people.leave(transaction, LEA, NOON)
    await earns(database, person)
    assert await waiting(database) == []


async def test_the_accounts_of_one_person_each_earn_where_they_are(database: Database) -> None:
    await serves(database, "atelier", "diplômée")
    await serves(database, "salon", "rôle", platform="telegram")
    person = await belongs(database, LEA)
    async with database.transaction() as transaction:
        await transaction.rows("INSERT INTO accounts (platform, account, person) VALUES ('telegram', '7', ?)", person)
        await people.belong(transaction, person, Address("telegram", "7", "salon"), NOON)
    await earns(database, person)
    assert await waiting(database) == [EARNED]
    assert await waiting(database, "telegram") == [Grant(Address("telegram", "7", "salon"), "rôle")]
