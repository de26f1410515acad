"""Somebody who writes from two platforms joins their accounts, and loses nothing that they did on either."""

import json
import re
from typing import Any

import pytest

from bot.core.advisor import Advisor
from bot.core.messages import Capabilities, Role
from tests.conversations.words import LABELS, opening, said
from tests.people import PLATFORMS, Clock, Member

pytestmark = pytest.mark.both_engines

JOINED, WRONG, WAIT = said("privacy/linked"), said("privacy/wrong_code"), said("privacy/wait")
OFFER = said("reminders/offer")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def here(advisor: Advisor, clock: Clock) -> Member:
    return Member(advisor, "léa#1", platform="discord", clock=clock)


@pytest.fixture
def there(advisor: Advisor, clock: Clock) -> Member:
    return Member(advisor, "42", platform="telegram", clock=clock)


async def code_of(member: Member) -> str:
    [code] = set(re.findall(r"\b[A-Z2-9]{8}\b", await member.says("/lier")))
    assert said("privacy/code", code=code) in member.reads
    return str(code)


async def join(giving: Member, typing: Member) -> None:
    assert JOINED in await typing.says(f"/lier {await code_of(giving)}")


async def answers(member: Member, journey: str, *replies: str) -> None:
    """Begin or resume a journey, and reply to its steps."""
    await member.says(f"/parcours {journey}")
    for reply in replies:
        await member.says(reply)


def stands_at(member: Member, step: str) -> bool:
    return member.journey is not None and member.journey.step == step


async def export_of(member: Member) -> dict[str, list[dict[str, Any]]]:
    await member.says("/mesdonnees")
    exported: dict[str, list[dict[str, Any]]] = json.loads(member.files[0].content)
    return exported


async def test_what_was_done_on_both_sides_is_there_on_both(here: Member, there: Member) -> None:
    await answers(here, "demarrer", "presque rien", "la pâtisserie", "plus tard")
    await answers(there, "marque-personnelle", "patient", "rigoureux", "distant", "plus tard")
    await join(here, there)
    for member in (here, there):
        shown = await member.says("/mesdonnees")
        assert "discord/léa#1, telegram/42" in shown
        for answer in ("presque rien", "la pâtisserie", "patient", "rigoureux", "distant"):
            assert answer in shown
        plan = await member.says("/plan")
        assert "Lire quinze minutes" in plan
        assert "Demander à deux proches" in plan
        for journey, step in (("demarrer", "cadrer"), ("marque-personnelle", "but")):
            await member.says(f"/parcours {journey}")
            assert opening(member) == "resumed"
            assert stands_at(member, step)


@pytest.mark.parametrize("typed_on_the_busy_side", [True, False])
async def test_a_journey_begun_on_one_side_goes_on_on_the_other(
    here: Member, there: Member, *, typed_on_the_busy_side: bool
) -> None:
    await answers(here, "demarrer", "presque rien")
    await there.says("merci")
    await (join(there, here) if typed_on_the_busy_side else join(here, there))
    await there.says("/parcours")
    assert opening(there) == "resumed"
    assert stands_at(there, "ecouter")
    await there.says("la pâtisserie")
    assert stands_at(there, "lire")


async def test_a_code_may_be_typed_in_small_letters_and_in_two_parts(here: Member, there: Member) -> None:
    code = (await code_of(here)).lower()
    assert JOINED in await there.says(f"/lier {code[:4]} {code[4:]}")


async def test_a_wrong_code_joins_nothing(here: Member, there: Member) -> None:
    await answers(here, "demarrer", "presque rien")
    await code_of(here)
    assert WRONG in await there.says("/lier ABCDEFGH")
    assert "presque rien" not in await there.says("/mesdonnees")


@pytest.mark.parametrize(("minutes", "told"), [(9, JOINED), (10, WRONG), (11, WRONG)])
async def test_a_code_ends_after_ten_minutes(
    here: Member, there: Member, clock: Clock, minutes: int, told: str
) -> None:
    code = await code_of(here)
    clock.passes(minutes=minutes)
    assert told in await there.says(f"/lier {code}")


async def test_a_code_serves_once(advisor: Advisor, here: Member, there: Member) -> None:
    code = await code_of(here)
    await there.says(f"/lier {code}")
    assert WRONG in await Member(advisor, "max", platform="telegram").says(f"/lier {code}")


async def test_a_new_code_ends_the_one_before(here: Member, there: Member) -> None:
    before, after = await code_of(here), await code_of(here)
    assert WRONG in await there.says(f"/lier {before}")
    assert JOINED in await there.says(f"/lier {after}")


async def test_ones_own_code_is_told_apart_and_still_serves(here: Member, there: Member) -> None:
    code = await code_of(here)
    assert said("privacy/own_code") in await here.says(f"/lier {code}")
    assert JOINED in await there.says(f"/lier {code}")


async def test_after_five_wrong_codes_even_the_right_one_waits_for_an_hour(
    here: Member, there: Member, clock: Clock
) -> None:
    for _ in range(5):
        assert WRONG in await there.says("/lier ABCDEFGH")
    assert WAIT in await there.says(f"/lier {await code_of(here)}")
    clock.passes(minutes=59)
    assert WAIT in await there.says(f"/lier {await code_of(here)}")
    clock.passes(minutes=2)
    assert JOINED in await there.says(f"/lier {await code_of(here)}")


async def test_four_wrong_codes_do_not_stop_the_right_one(here: Member, there: Member) -> None:
    for _ in range(4):
        await there.says("/lier ABCDEFGH")
    assert JOINED in await there.says(f"/lier {await code_of(here)}")


async def test_wrong_codes_of_somebody_else_stop_nobody(advisor: Advisor, here: Member, there: Member) -> None:
    max_ = Member(advisor, "max", platform="telegram")
    for _ in range(6):
        await max_.says("/lier ABCDEFGH")
    assert JOINED in await there.says(f"/lier {await code_of(here)}")


@pytest.mark.parametrize("typed_on_the_later_side", [True, False])
async def test_a_journey_begun_on_both_sides_goes_on_where_the_later_stands_with_the_answers_of_both(
    here: Member, there: Member, clock: Clock, *, typed_on_the_later_side: bool
) -> None:
    await answers(here, "demarrer", "presque rien", "la pâtisserie", "c'est fait", "trouver des clients")
    clock.passes(hours=1)
    await answers(there, "demarrer", "trois photos")
    await (join(here, there) if typed_on_the_later_side else join(there, here))
    for member in (here, there):
        await member.says("/parcours")
        assert stands_at(member, "ecouter")
        [run] = (await export_of(member))["journeys"]
        told = {name: answer["text"] for name, answer in run["state"]["answers"].items()}
        assert told == {"image": "trois photos", "sujets": "la pâtisserie", "objectif": "trouver des clients"}
        assert run["state"]["tasks"]["lire"]["outcome"] == "done"


async def test_what_was_done_on_one_side_is_not_put_off_again_by_the_other(
    here: Member, there: Member, clock: Clock
) -> None:
    await answers(here, "demarrer", "presque rien", "la pâtisserie", "c'est fait")
    clock.passes(hours=1)
    await answers(there, "demarrer", "trois photos", "le vélo", "plus tard")
    await join(here, there)
    assert "☑ Lire quinze minutes" in await here.says("/plan")


async def test_a_journey_finished_on_one_side_keeps_its_answers_when_begun_on_the_other(
    here: Member, there: Member, clock: Clock
) -> None:
    await answers(here, "demarrer", "presque rien", "la pâtisserie")
    while here.journey and not here.journey.finished:
        await here.presses("Passer")
    clock.passes(hours=1)
    await answers(there, "demarrer", "trois photos")
    await join(here, there)
    await here.says("/parcours")
    assert stands_at(here, "ecouter")
    assert "la pâtisserie" in await here.says("/mesdonnees")


async def test_a_button_of_before_is_late_after_the_accounts_are_joined(
    here: Member, there: Member, clock: Clock
) -> None:
    """Both runs have shown three steps, and stand at different ones."""
    await answers(here, "demarrer", "passer", "passer")
    late = here.button_id("Plus tard")
    skip = here.button_id("Passer")
    clock.passes(hours=1)
    await answers(there, "demarrer", "passer", "retour")
    await join(here, there)
    for button in (late, skip):
        assert said("onboarding/outdated", under_way=True) in await here.presses_id(button)
        assert stands_at(here, "depart")


async def test_a_reminder_keeps_its_hour_on_the_clock_where_it_was_set(
    advisor: Advisor, here: Member, there: Member, clock: Clock
) -> None:
    await answers(here, "demarrer", "presque rien")
    await here.says("/rappels fuseau Montréal")
    await here.says("/rappels jeudi 18h30")
    await join(here, there)
    assert "America/Montreal" in await there.says("/rappels")
    assert "jeudi 26 novembre" in there.reads
    [due] = await advisor.due(clock.passes(days=4, hours=11, minutes=30), PLATFORMS)
    assert due.address == here.address
    assert "jeudi 3 décembre" in await there.says("/rappels")
    assert "America/Montreal" in there.reads


async def test_a_reminder_offered_on_one_side_is_not_offered_again_on_the_other(here: Member, there: Member) -> None:
    await answers(here, "demarrer", "pause")
    assert OFFER in here.reads
    await join(here, there)
    await answers(there, "demarrer", "pause")
    assert opening(there) == "paused"
    assert OFFER not in there.reads


async def test_the_first_day_of_the_two_counts(here: Member, there: Member, clock: Clock) -> None:
    await here.says("merci")
    clock.passes(days=3)
    await join(here, there)
    assert "dimanche 22 novembre" in await there.says("/mesdonnees")


async def test_opinions_and_questions_waited_for_are_joined(here: Member, there: Member) -> None:
    await here.says("Faut-il répondre aux polémiques ?")
    await here.presses("Utile")
    await there.says("recette de la blanquette de veau")
    await there.presses("Préviens-moi")
    await join(here, there)
    for member in (here, there):
        kept = await export_of(member)
        assert len(kept["feedback"]) == len(kept["watches"]) == 1


async def test_why_an_answer_did_not_help_is_still_there(here: Member, there: Member) -> None:
    here.capabilities = Capabilities(forms=True)
    await here.says("Faut-il répondre aux polémiques ?")
    await here.presses(LABELS.useless)
    await here.writes(LABELS.other_reason, "trop court pour moi")
    await join(here, there)
    [opinion] = (await export_of(there))["feedback"]
    assert opinion["words"] == "trop court pour moi"


async def test_who_waits_for_an_answer_is_told_of_it_below_their_question(
    advisor: Advisor, here: Member, there: Member, clock: Clock
) -> None:
    asking = Member(advisor, "léa#1", "fournil", "discord", clock)
    await asking.says("recette de la blanquette de veau")
    await asking.says(LABELS.watch, message="m7")
    team = Member(advisor, "max", "fournil", "discord", clock, Capabilities(forms=True), Role.MODERATOR)
    await team.says("/fiche")
    text, questions = "Deux heures à feu doux, pas une de moins.", "recette de la blanquette de veau\nblanquette"
    await team.writes(LABELS.card_new, title="La blanquette de veau", text=text, questions=questions)
    await join(here, there)
    [due] = await advisor.due(clock.passes(minutes=1), PLATFORMS)
    assert (due.address, due.replies_to) == (asking.address, "m7")


async def test_an_event_answered_before_is_answered_alike_after(here: Member, there: Member) -> None:
    await here.says("/parcours demarrer")
    told = await here.says("presque rien", identifier="7")
    await join(here, there)
    assert await here.says("presque rien", identifier="7") == told
    assert stands_at(here, "ecouter")


async def test_a_third_account_joins_the_two(advisor: Advisor, here: Member, there: Member, clock: Clock) -> None:
    third = Member(advisor, "léa@travail", platform="teams", clock=clock)
    await answers(here, "demarrer", "presque rien")
    await join(here, there)
    await join(there, third)
    for member in (here, there, third):
        assert "presque rien" in await member.says("/mesdonnees")
        assert len((await export_of(member))["accounts"]) == 3
