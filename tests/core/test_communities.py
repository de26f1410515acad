"""Who moderates a community: by a role of it, or by name."""

from dataclasses import replace

import pytest

from bot.core.messages import Address, Incoming, Role
from bot.core.team import with_role
from bot.storage import communities
from bot.storage.communities import Community
from bot.storage.database import Database
from tests.people import NOON

WORKSHOP = Community("discord", "atelier", "L'atelier", moderator_role="relecture")
WITHOUT_A_ROLE = replace(WORKSHOP, moderator_role=None)


def said(role: Role, *roles: str) -> Incoming:
    return Incoming(Address("discord", "léa", "atelier"), NOON, "bonjour", role=role, roles=roles)


async def role_of(database: Database, incoming: Incoming, community: Community | None = WORKSHOP) -> Role:
    """Return what who did something is in a community."""
    async with database.transaction() as transaction:
        return (await with_role(transaction, incoming, community)).role


async def name(database: Database, account: str, community: Community = WORKSHOP, *, moderates: bool = True) -> None:
    """Name somebody to moderate a community, or no longer."""
    async with database.transaction() as transaction:
        await communities.set_moderator(transaction, community, account, moderates=moderates)


async def test_who_has_the_role_moderates(database: Database) -> None:
    assert await role_of(database, said(Role.MEMBER, "jardin", "relecture")) is Role.MODERATOR


async def test_who_has_it_not_is_a_member(database: Database) -> None:
    assert await role_of(database, said(Role.MEMBER, "jardin")) is Role.MEMBER
    assert await role_of(database, said(Role.MEMBER)) is Role.MEMBER


async def test_an_administrator_stays_one(database: Database) -> None:
    await name(database, "léa")
    assert await role_of(database, said(Role.ADMINISTRATOR, "relecture")) is Role.ADMINISTRATOR


@pytest.mark.parametrize("community", [None, WITHOUT_A_ROLE])
async def test_without_such_a_role_nobody_moderates(database: Database, community: Community | None) -> None:
    assert await role_of(database, said(Role.MEMBER, "relecture"), community) is Role.MEMBER
    assert await role_of(database, said(Role.MEMBER), community) is Role.MEMBER


@pytest.mark.parametrize("community", [WORKSHOP, WITHOUT_A_ROLE])
async def test_who_was_named_moderates_until_they_are_dismissed(database: Database, community: Community) -> None:
    await name(database, "léa")
    assert await role_of(database, said(Role.MEMBER), community) is Role.MODERATOR
    await name(database, "léa", moderates=False)
    assert await role_of(database, said(Role.MEMBER), community) is Role.MEMBER


@pytest.mark.parametrize(
    ("account", "community"),
    [
        ("max", WORKSHOP),
        ("léa", replace(WORKSHOP, id="verger")),
        ("léa", replace(WORKSHOP, platform="telegram")),
    ],
)
async def test_nobody_moderates_by_the_name_of_another_or_elsewhere(
    database: Database, account: str, community: Community
) -> None:
    await name(database, account, community)
    assert await role_of(database, said(Role.MEMBER)) is Role.MEMBER


async def test_nobody_moderates_a_direct_message(database: Database) -> None:
    await name(database, "léa")
    in_private = replace(said(Role.MEMBER), address=Address("discord", "léa"))
    assert await role_of(database, in_private, None) is Role.MEMBER


async def test_nothing_else_changes(database: Database) -> None:
    before = said(Role.MEMBER, "relecture")
    async with database.transaction() as transaction:
        after = await with_role(transaction, before, WORKSHOP)
    assert replace(after, role=before.role) == before
