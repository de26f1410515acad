"""An event delivered twice counts once; and what is kept for a time is dropped when the time is over."""

import asyncio
import time

import pytest

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.core.messages import Event, Incoming
from bot.library import Library
from bot.storage.address import DatabaseAddress
from bot.storage.database import Database, open_database
from bot.storage.journeys import counts
from bot.storage.misses import latest
from tests.conversations.words import LABELS, said
from tests.people import PLATFORMS, Member

UNANSWERABLE = "recette de la blanquette de veau"
pytestmark = pytest.mark.both_engines


async def question_kept(database: Database) -> str:
    [miss] = await latest(database, None, 5)
    return miss.question


async def questions_kept(database: Database) -> list[str]:
    return [miss.question for miss in await latest(database, None, 5)]


async def export_of(member: Member) -> str:
    await member.says("/mesdonnees")
    return member.files[0].content


async def test_a_message_delivered_twice_gets_the_same_reply_and_counts_once(lea: Member) -> None:
    await lea.says("/parcours demarrer", identifier="1")
    await lea.says("presque rien", identifier="2")
    told = lea.last
    await lea.says("presque rien", identifier="2")
    assert lea.last == told
    await lea.says("la pâtisserie", identifier="3")
    assert lea.journey
    assert lea.journey.step == "lire"
    shown = await lea.says("/mesdonnees")
    assert shown.count("presque rien") == 1


async def test_an_older_message_delivered_again_takes_nobody_back(lea: Member) -> None:
    begun = await lea.says("/parcours demarrer", identifier="1")
    await lea.says("presque rien", identifier="2")
    await lea.says("la pâtisserie", identifier="3")
    assert await lea.says("/parcours demarrer", identifier="1") == begun
    await lea.says("plus tard", identifier="4")
    assert lea.journey
    assert lea.journey.step == "cadrer"


async def test_a_press_delivered_twice_counts_once(lea: Member) -> None:
    await lea.says("/parcours demarrer")
    button = Incoming(lea.address, lea.clock.now, button=lea.button_id("Passer"), id="1")
    once = await lea._does(button)
    assert await lea._does(button) == once
    assert lea.journey
    assert lea.journey.step == "ecouter"


async def test_a_file_is_sent_again_with_the_reply(lea: Member) -> None:
    await lea.says("/mesdonnees", identifier="1")
    [file] = lea.files
    await lea.says("/mesdonnees", identifier="1")
    assert lea.files == [file]


async def test_an_arrival_delivered_twice_is_welcomed_alike(advisor: Advisor) -> None:
    lea = Member(advisor, "léa", community="atelier")
    joined = Incoming(lea.address, lea.clock.now, event=Event.JOINED, id="1")
    welcome = await lea._does(joined)
    assert said("onboarding/welcome", vie=True, names=[], several=False, own=None) in welcome
    assert await lea._does(joined) == welcome


async def test_a_question_delivered_twice_is_kept_once(lea: Member, database: Database) -> None:
    await lea.says(UNANSWERABLE, identifier="1")
    await lea.says(UNANSWERABLE, identifier="1")
    assert await questions_kept(database) == [UNANSWERABLE]


async def test_a_step_reached_through_an_event_delivered_twice_is_counted_once(lea: Member, database: Database) -> None:
    for _ in range(3):
        await lea.says("/parcours demarrer", identifier="1")
    assert [count.reached for count in await counts(database)] == [1]


async def test_an_event_delivered_twice_at_the_same_time_counts_once(lea: Member, database: Database) -> None:
    replies = await asyncio.gather(*(lea.says(UNANSWERABLE, identifier="1") for _ in range(5)))
    assert len(set(replies)) == 1
    assert await questions_kept(database) == [UNANSWERABLE]


async def test_an_event_is_known_after_a_restart(
    library: Library, database_address: DatabaseAddress, lea: Member
) -> None:
    await lea.says("/parcours demarrer", identifier="1")
    told = await lea.says("presque rien", identifier="2")
    async with open_database(database_address) as reopened:
        after = Member(build_advisor(library.current, reopened), "léa")
        assert await after.says("presque rien", identifier="2") == told
        assert after.journey
        assert after.journey.step == "ecouter"


async def test_the_same_text_in_another_event_counts_again(lea: Member, database: Database) -> None:
    await lea.says(UNANSWERABLE, identifier="1")
    await lea.says(UNANSWERABLE, identifier="2")
    await lea.says(UNANSWERABLE)
    await lea.says(UNANSWERABLE)
    assert await questions_kept(database) == [UNANSWERABLE] * 4


async def test_the_ids_of_two_platforms_are_apart(advisor: Advisor) -> None:
    here, there = Member(advisor, "léa", platform="discord"), Member(advisor, "léa", platform="telegram")
    await here.says("/parcours demarrer", identifier="1")
    assert said("smalltalk/thanks") in await there.says("merci", identifier="1")
    assert "Démarrer ton identité numérique" in await here.says("/parcours demarrer", identifier="1")


@pytest.mark.parametrize(("hours", "counts_again"), [(47, False), (49, True)])
async def test_an_event_is_known_for_48_hours(
    advisor: Advisor, lea: Member, database: Database, hours: int, *, counts_again: bool
) -> None:
    await lea.says(UNANSWERABLE, identifier="1")
    await advisor.due(lea.clock.passes(hours=hours), PLATFORMS)
    await lea.says(UNANSWERABLE, identifier="1")
    assert len(await questions_kept(database)) == 1 + counts_again


async def test_what_is_over_is_dropped_time_after_time(advisor: Advisor, lea: Member, database: Database) -> None:
    for day in range(6):
        await lea.says("merci", identifier=f"{day}")
        await advisor.due(lea.clock.passes(days=1), PLATFORMS)
    [row] = await database.rows("SELECT COUNT(*) FROM events")
    assert row[0] <= 2


@pytest.mark.parametrize(("days", "kept"), [(89, [UNANSWERABLE]), (91, [])])
async def test_a_question_without_an_answer_is_kept_for_90_days(
    advisor: Advisor, lea: Member, database: Database, days: int, kept: list[str]
) -> None:
    await lea.says(UNANSWERABLE)
    await advisor.due(lea.clock.passes(days=days), PLATFORMS)
    assert await questions_kept(database) == kept


async def test_for_how_long_is_a_setting(library: Library, lea: Member, database: Database) -> None:
    await lea.says(UNANSWERABLE)
    await build_advisor(library.current, database, misses_kept=7).due(lea.clock.passes(days=8), PLATFORMS)
    assert await questions_kept(database) == []


async def test_who_waits_for_an_answer_waits_for_90_days(advisor: Advisor, lea: Member) -> None:
    await lea.says(UNANSWERABLE)
    await lea.presses(LABELS.watch)
    await advisor.due(lea.clock.passes(days=89), PLATFORMS)
    assert "watches" in await export_of(lea)
    await advisor.due(lea.clock.passes(days=2), PLATFORMS)
    assert "watches" not in await export_of(lea)


@pytest.mark.parametrize("pressed", [LABELS.watch, LABELS.team])
async def test_the_buttons_under_a_dropped_question_never_touch_the_question_of_another(
    advisor: Advisor, lea: Member, database: Database, pressed: str
) -> None:
    await lea.says(UNANSWERABLE)
    button = lea.button_id(pressed)
    await advisor.due(lea.clock.passes(days=91), PLATFORMS)
    await Member(advisor, "max", community="verger", clock=lea.clock).says("quand planter les poireaux ?")
    assert said("feedback/too_late") in await lea.presses_id(button)
    assert len(await latest(database, "verger", 5)) == 1


MASKED = {
    "e-mail": ("écris à lea.martin+web@mon-exemple.co.uk vite", ["lea", "martin", "exemple"]),
    "e-mail in brackets": ("écris à <lea@exemple.fr> vite", ["lea", "exemple"]),
    "French number": ("appelle le 06 12 34 56 78 vite", ["06", "34", "78"]),
    "number with dots": ("appelle le 06.12.34.56.78 vite", ["06", "34", "78"]),
    "number with dashes": ("appelle le 06-12-34-56-78 vite", ["06", "34", "78"]),
    "number in one": ("appelle le 0612345678 vite", ["0612"]),
    "number with no-break spaces": ("appelle le 06\u00a012\u00a034\u00a056\u00a078 vite", ["06", "34", "78"]),
    "number with narrow spaces": ("appelle le 06\u202f12\u202f34\u202f56\u202f78 vite", ["06", "34", "78"]),
    "international number": ("appelle le +33 6 12 34 56 78 vite", ["33", "12", "78"]),
    "number with a zero in brackets": ("appelle le +33 (0)6 12 34 56 78 vite", ["12", "34", "78"]),
    "Quebec number": ("appelle le (514) 555-1234 vite", ["514", "555", "1234"]),
    "Quebec number with its country": ("appelle le +1 (514) 555-1234 vite", ["514", "555", "1234"]),
    "mention": ("demande à @maxime_dupont vite", ["maxime", "dupont"]),
    "mention with a dot": ("demande à @maxime.dupont vite", ["maxime", "dupont"]),
    "mention on a server": ("demande à @maxime@piaille.fr vite", ["maxime", "piaille"]),
    "Discord mention": ("demande à <@!123456789> ou <@&42> vite", ["123456789", "42"]),
    "several": ("lea@exemple.fr, max@exemple.fr, 0612345678 et @paul vite", ["lea", "max", "0612", "paul"]),
}


@pytest.mark.parametrize(("asked", "hidden"), MASKED.values(), ids=MASKED.keys())
async def test_what_could_tell_who_asked_is_masked_in_a_question(
    lea: Member, database: Database, asked: str, hidden: list[str]
) -> None:
    await lea.says(f"blanquette de veau : {asked}")
    kept = await question_kept(database)
    assert kept.startswith("blanquette de veau : ")
    assert kept.endswith(" vite")
    assert [part for part in hidden if part in kept] == []


async def test_what_tells_of_nobody_is_left_as_it_is(lea: Member, database: Database) -> None:
    asked = "blanquette pour 10 000 invités en 2026, à 12 h 30, à 50 % @ Lyon"
    await lea.says(asked)
    assert await question_kept(database) == asked


async def test_a_question_passed_on_to_the_team_is_masked_too(advisor: Advisor, database: Database) -> None:
    lea = Member(advisor, "léa", community="atelier")
    await lea.says("faut-il répondre aux polémiques de @maxime ou écrire à max@exemple.fr ?")
    await lea.presses(LABELS.useless)
    assert await lea.presses(LABELS.team) == said("feedback/passed_on")
    [miss] = await latest(database, "atelier", 5)
    assert "polémiques" in miss.question
    assert "max" not in miss.question


async def test_a_question_asked_outside_of_a_conversation_is_masked_too(
    advisor: Advisor, lea: Member, database: Database
) -> None:
    await advisor.ask(f"{UNANSWERABLE} pour max@exemple.fr", lea.clock.now, lea.address)
    assert await question_kept(database) == f"{UNANSWERABLE} pour [courriel]"


async def test_what_is_cut_off_at_the_end_is_masked_before(lea: Member, database: Database) -> None:
    await lea.says(f"{UNANSWERABLE} {'zut ' * 116}max@exemple.fr")
    assert "max" not in await question_kept(database)


@pytest.mark.parametrize("flood", ["a" * 20_000, "1" * 20_000, "a." * 10_000], ids=["letters", "digits", "dots"])
async def test_an_endless_word_is_kept_in_no_time(lea: Member, database: Database, flood: str) -> None:
    began = time.process_time()
    await lea.says(f"{UNANSWERABLE} {flood}")
    assert time.process_time() - began < 1
    assert len(await question_kept(database)) <= 500
