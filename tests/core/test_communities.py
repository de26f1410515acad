"""Who moderates a community by a role of it."""

import pytest

from bot.core.communities import as_moderator
from bot.core.messages import Address, Incoming, Role
from bot.storage.communities import Community
from tests.people import NOON

WORKSHOP = Community("discord", "atelier", "L'atelier", moderator_role="relecture")


def said(role: Role, *roles: str) -> Incoming:
    return Incoming(Address("discord", "léa", "atelier"), NOON, "bonjour", role=role, roles=roles)


def test_who_has_the_role_moderates() -> None:
    assert as_moderator(said(Role.MEMBER, "jardin", "relecture"), WORKSHOP).role is Role.MODERATOR


def test_who_has_it_not_is_a_member() -> None:
    assert as_moderator(said(Role.MEMBER, "jardin"), WORKSHOP).role is Role.MEMBER
    assert as_moderator(said(Role.MEMBER), WORKSHOP).role is Role.MEMBER


def test_an_administrator_stays_one() -> None:
    assert as_moderator(said(Role.ADMINISTRATOR, "relecture"), WORKSHOP).role is Role.ADMINISTRATOR


@pytest.mark.parametrize("community", [None, Community("discord", "atelier", "L'atelier")])
def test_without_such_a_role_nobody_moderates(community: Community | None) -> None:
    before = said(Role.MEMBER, "relecture")
    assert as_moderator(before, community) == before


def test_nothing_else_changes() -> None:
    before = said(Role.MEMBER, "relecture")
    after = as_moderator(before, WORKSHOP)
    assert (after.address, after.text, after.roles) == (before.address, before.text, before.roles)
