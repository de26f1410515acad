"""More than anybody types, in every place that takes something: it is answered, kept short, and shown within limits."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.core.advisor import Advisor
from bot.core.buttons import ButtonKind, button_id, read_button
from bot.core.messages import Address, Author, Capabilities, Event, Incoming, Role
from bot.platforms.discord import markup as discord_markup
from bot.platforms.telegram.markup import messages as telegram_messages
from bot.storage.database import Database
from tests.people import NOON

HUGE = "mot " * 25_000
ONE_WORD = "é" * 100_000
SOMEBODY = Incoming(
    Address("test", "léa", "-100", "7"),
    NOON,
    role=Role.ADMINISTRATOR,
    capabilities=Capabilities(
        buttons=True, links=True, removal=True, forms=True, pickers=True, names=True, unseen=True
    ),
)
NAME, TITLE = 64, 255
"""Characters of a name and of a title, to which platforms hold them."""
LARGEST_KEPT = 8_000
"""Bytes of one value in the database."""

Sent = Callable[[str], dict[str, Any]]
PLACES: dict[str, Sent] = {
    "text": lambda huge: {"text": huge},
    "question": lambda huge: {"text": f"/question {huge}"},
    "tip": lambda huge: {"text": f"/conseil {huge}"},
    "programme": lambda huge: {"text": f"/programme {huge}"},
    "silence": lambda huge: {"text": f"/silence {huge}"},
    "start": lambda huge: {"text": f"/start {huge}"},
    "code": lambda huge: {"text": f"/lier {huge}"},
    "command": lambda huge: {"text": f"/{huge.replace(' ', '')}"},
    "quoted": lambda huge: {"text": "/question", "quoted": huge, "quoted_author": Author("sam", huge)},
    "name": lambda huge: {"text": "Bonjour", "name": huge},
    "titles": lambda huge: {"event": Event.TAKEN_IN, "community_title": huge[:TITLE], "place_title": huge[:TITLE]},
    "newcomers": lambda huge: {
        "event": Event.JOINED,
        "newcomers": tuple(Author(str(n), huge[:NAME]) for n in range(20)),
    },
    "roles": lambda huge: {"text": "/stats", "roles": tuple(huge.split()[:5000])},
    "button": lambda huge: {"button": huge},
    "picked": lambda huge: {"button": button_id(ButtonKind.SETTING, SOMEBODY.address, "x"), "picked": (huge,) * 50},
    "written": lambda huge: {
        "button": button_id(ButtonKind.STEP, SOMEBODY.address, "x", "write"),
        "text": huge,
        "written": tuple((f"field{number}", huge) for number in range(20)),
    },
}


@pytest.mark.parametrize("huge", [HUGE, ONE_WORD], ids=["words", "one word"])
@pytest.mark.parametrize("sent", PLACES.values(), ids=PLACES.keys())
async def test_whatever_is_too_large_is_answered_within_limits_and_kept_short(
    advisor: Advisor, database: Database, sent: Sent, huge: str
) -> None:
    outgoing = await advisor.handle(replace(SOMEBODY, id="1", **sent(huge)))
    for reply in outgoing.replies:
        assert len(telegram_messages(reply)) <= 3
        assert len(discord_markup.messages(reply)) <= 3
    for table in await database.tables():
        for row in await database.rows(f"SELECT * FROM {table}"):  # noqa: S608 - the names of our own tables
            assert all(len(str(value)) <= LARGEST_KEPT for value in row), table


@pytest.mark.parametrize(
    "identifier",
    ["", ":", "step", "step:1", f"step:1:{'0' * 16}:{'0' * 16}.{'9' * 20}", f"step:{'9' * 5000}:{'0' * 16}:{'0' * 16}"],
)
async def test_a_button_that_nobody_was_shown_does_nothing(advisor: Advisor, identifier: str) -> None:
    assert read_button(identifier) is None
    outgoing = await advisor.handle(replace(SOMEBODY, button=identifier, id="1"))
    assert len(outgoing.replies) <= 1


async def test_a_number_in_a_button_is_one_that_a_database_holds(advisor: Advisor) -> None:
    for kind in ButtonKind:
        identifier = button_id(kind, SOMEBODY.address, "-100", "9999999999999999999")
        button = read_button(identifier)
        assert button is not None
        assert all(number < 1 << 63 for number in button.numbers)
        outgoing = await advisor.handle(replace(SOMEBODY, button=identifier, id=kind))
        assert outgoing.reference == "", kind
