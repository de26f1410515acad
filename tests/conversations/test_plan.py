"""What somebody has set themselves to do: read again, ticked off, taken along."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from icalendar import Calendar

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.library import Library
from bot.rendering.split import LONGEST
from bot.storage.database import Database
from tests.conversations.garden import REPLIES, STEPS, TITLES, Garden, journey_text, led_to, where
from tests.conversations.words import LABELS, said
from tests.people import Member

TRAY, SOWING, MULCH, TREE = "Acheter un bac", "Semer trois rangs de radis", "Pailler le sol", "Planter un pommier"
LATER = {**REPLIES, "terre": "Je n'ai pas de terre", "bac": "Plus tard", "semer": "Plus tard", "pailler": "Plus tard"}
"""Everything is put off: due in 3, 7 and 14 days."""
EMPTY = said("plan/plan", plans=[], this_week="")


@pytest.fixture
def advisor(gardening: Advisor) -> Advisor:
    return gardening


async def plan_of(member: Member, replies: Mapping[str, str] = LATER) -> list[str]:
    """Walk the journey `potager` until its tasks are all behind, and return the lines of the plan."""
    await led_to(member, "quiz", replies)
    return (await member.says("/plan")).splitlines()


def ticks(member: Member) -> list[str]:
    return [label.removeprefix("C'est fait : ") for label in member.choices if label.startswith("C'est fait : ")]


async def events(member: Member) -> dict[str, Any]:
    """Export the plan for an agenda, and return its events by what they say."""
    await member.says("/plan ics")
    [file] = member.files
    assert (file.name, file.media_type) == ("plan-vigie.ics", "text/calendar")
    return {str(event["summary"]): event for event in Calendar.from_ical(file.content).walk("VEVENT")}


# Read again.


async def test_an_empty_plan_says_so_and_leads_to_the_journeys(lea: Member) -> None:
    assert (await lea.says("/plan")).startswith(EMPTY)
    assert lea.choices == [LABELS.journeys]
    await lea.presses(LABELS.journeys)
    assert set(lea.choices) == set(TITLES.values())


async def test_the_plan_lists_the_tasks_with_the_day_by_which_they_are_to_be_done(lea: Member) -> None:
    lines = await plan_of(lea)
    assert lines[lines.index("**Commencer un potager**") + 1 :] == [
        "- ☐ Acheter un bac, avant le mercredi 25 novembre",
        "- ☐ Semer trois rangs de radis, avant le dimanche 29 novembre",
        "- ☐ Pailler le sol, avant le dimanche 6 décembre",
    ]


async def test_the_plan_names_one_thing_for_this_week_the_soonest_that_is_open(lea: Member) -> None:
    assert (await plan_of(lea))[0].endswith("acheter un bac")
    await lea.presses(f"C'est fait : {TRAY}")
    assert (await lea.says("/plan")).splitlines()[0].endswith("semer trois rangs de radis")


async def test_what_is_done_is_ticked_and_what_is_declined_left_out(lea: Member) -> None:
    lines = await plan_of(lea, {**LATER, "bac": "C'est fait", "semer": "Pas pour moi"})
    assert "- ☑ Acheter un bac" in lines
    assert not any("radis" in line for line in lines)


async def test_who_declined_everything_has_an_empty_plan(lea: Member) -> None:
    await plan_of(lea, {**LATER, "bac": "Pas pour moi", "semer": "Pas pour moi", "pailler": "Pas pour moi"})
    assert lea.reads == EMPTY


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Montréal", "dimanche 29 novembre"), ("Paris", "lundi 30 novembre"), ("Tokyo", "lundi 30 novembre")],
)
async def test_days_are_those_of_the_persons_own_calendar(lea: Member, zone: str, day: str) -> None:
    lea.clock.now = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    await lea.says(f"/rappels fuseau {zone}")
    assert f"- ☐ {SOWING}, avant le {day}" in await plan_of(lea)


async def test_the_tasks_of_several_journeys_stand_below_their_titles(lea: Member) -> None:
    await led_to(lea, "quiz", LATER)
    await lea.says("/parcours verger")
    await lea.presses("Plus tard")
    lines = (await lea.says("/plan")).splitlines()
    orchard, garden = lines.index("**Planter un verger**"), lines.index("**Commencer un potager**")
    assert lines.index("- ☐ Planter un pommier, avant le mardi 22 décembre") == orchard + 1
    assert lines.index("- ☐ Acheter un bac, avant le mercredi 25 novembre") == garden + 1


async def test_the_plan_outlives_pauses_restarts_and_goodbyes(lea: Member) -> None:
    plan = await plan_of(lea)
    for farewell in ("Pause", "Recommencer", "Quitter"):
        await lea.says("/parcours potager")
        await lea.presses(farewell)
        lea.clock.passes(days=10)
        assert (await lea.says("/plan")).splitlines() == plan


async def test_a_long_plan_comes_in_messages_that_are_not_too_long_with_five_tasks_to_tick(
    library: Library, database: Database
) -> None:
    ada = Member(build_advisor(library.current, database), "ada")
    for name in ("demarrer", "vie", "cinq-paliers", "live"):
        await ada.says(f"/parcours {name}")
        while not (ada.journey and ada.journey.finished):
            await ada.presses(next(label for label in ("Plus tard", "Passer", "Continuer") if label in ada.choices))
    reply = await ada.says("/plan")
    assert len(reply) > LONGEST
    assert all(len(message.text) <= LONGEST for message in ada.last.replies)
    assert not any(message.choices for message in ada.last.replies[:-1])
    assert len(ticks(ada)) == 5
    assert reply.splitlines()[0].endswith(ticks(ada)[0][1:])


# Ticked off.


@pytest.mark.parametrize("typed", [None, "2", "c'est fait semer trois rangs de radis"])
async def test_a_task_is_ticked_by_its_button_its_number_or_its_label(lea: Member, typed: str | None) -> None:
    await plan_of(lea)
    assert ticks(lea) == [TRAY, SOWING, MULCH]
    await (lea.says(typed) if typed else lea.presses(f"C'est fait : {SOWING}"))
    assert lea.reads == said("plan/done", changed=True, task=SOWING)
    assert ticks(lea) == [TRAY, MULCH]
    assert f"- ☑ {SOWING}" in (await lea.says("/plan")).splitlines()


async def test_a_task_ticked_twice_is_ticked_once_and_says_so(lea: Member) -> None:
    await plan_of(lea)
    button = lea.button_id(f"C'est fait : {SOWING}")
    await lea.presses_id(button)
    assert await lea.presses_id(button) == said("plan/done", changed=False, task=SOWING)
    assert (await lea.says("/plan")).count("☑") == 1


async def test_to_tick_leaves_the_journey_where_it_stands(lea: Member) -> None:
    await plan_of(lea)
    await lea.presses(f"C'est fait : {SOWING}")
    assert where(lea) == "potager/quiz"
    assert "Quand sème-t-on les premiers radis ?" in await lea.presses(LABELS.back_to_step)
    recap = await led_to(lea, "bilan")
    assert f"- ☑ {SOWING}" in recap.splitlines()


async def test_to_tick_in_another_journey_leaves_both_where_they_stand(lea: Member) -> None:
    await plan_of(lea)
    button = lea.button_id(f"C'est fait : {SOWING}")
    await lea.says("/parcours verger")
    await lea.presses_id(button)
    assert where(lea) == "verger/debut"
    await lea.says("/parcours potager")
    assert where(lea) == "potager/quiz"


async def test_a_task_that_has_left_the_plan_cannot_be_ticked(lea: Member) -> None:
    await plan_of(lea)
    button = lea.button_id(f"C'est fait : {MULCH}")
    await lea.says("/parcours")
    await lea.presses("Retour")
    await lea.presses("Pas pour moi")
    assert MULCH not in await lea.presses_id(button)
    assert MULCH not in await lea.says("/plan")


async def test_the_task_of_somebody_else_cannot_be_ticked(advisor: Advisor, lea: Member) -> None:
    await plan_of(lea)
    max_ = Member(advisor, "max")
    assert (await max_.presses_id(lea.button_id(f"C'est fait : {SOWING}"))).startswith(
        said("buttons/not_yours", name="", journey=False)
    )
    assert "☑" not in await lea.says("/plan")


# Taken along.


@pytest.mark.parametrize("typed", [None, "/plan md", "/plan .MD"])
async def test_the_plan_is_exported_as_text(lea: Member, typed: str | None) -> None:
    plan = await plan_of(lea, {**LATER, "bac": "C'est fait"})
    await (lea.says(typed) if typed else lea.presses(LABELS.plan_md))
    assert lea.reads == said("plan/exported", empty=False, calendar=False)
    [file] = lea.files
    assert (file.name, file.media_type) == ("plan-vigie.md", "text/markdown")
    assert file.content.splitlines() == plan


@pytest.mark.parametrize("kind", ["md", "ics"])
async def test_there_is_nothing_to_export_of_an_empty_plan(lea: Member, kind: str) -> None:
    assert (await lea.says(f"/plan {kind}")).startswith(said("plan/exported", empty=True, calendar=False))
    assert lea.files == []


async def test_the_plan_is_exported_for_an_agenda_by_its_button(lea: Member) -> None:
    await plan_of(lea)
    assert await lea.presses(LABELS.plan_ics) == said("plan/exported", empty=False, calendar=True)
    [file] = lea.files
    calendar: Any = Calendar.from_ical(file.content)
    assert calendar["version"] == "2.0"
    assert len(calendar.walk("VEVENT")) == 3
    assert file.content.endswith("END:VCALENDAR\r\n")


async def test_each_open_task_is_a_whole_day_of_the_agenda(lea: Member) -> None:
    await plan_of(lea)
    days = {name: (event.decoded("dtstart"), event.decoded("dtend")) for name, event in (await events(lea)).items()}
    assert days == {
        TRAY: (date(2026, 11, 25), date(2026, 11, 26)),
        SOWING: (date(2026, 11, 29), date(2026, 11, 30)),
        MULCH: (date(2026, 12, 6), date(2026, 12, 7)),
    }


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 10, 22, 12, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 10, 28)),
        (datetime(2027, 3, 25, 12, tzinfo=UTC), date(2027, 3, 28)),
        (datetime(2027, 3, 27, 23, 30, tzinfo=UTC), date(2027, 3, 31)),
        (datetime(2028, 2, 26, 12, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
async def test_no_change_of_hour_moves_a_day_of_the_agenda(lea: Member, now: datetime, due: date) -> None:
    lea.clock.now = now
    await plan_of(lea)
    event = (await events(lea))[TRAY]
    assert not isinstance(event.decoded("dtstart"), datetime)
    assert event.decoded("dtstart") == due
    assert "VTIMEZONE" not in lea.files[0].content


async def test_what_is_done_or_declined_is_not_in_the_agenda(lea: Member) -> None:
    await plan_of(lea, {**LATER, "bac": "C'est fait", "semer": "Pas pour moi"})
    assert list(await events(lea)) == [MULCH]


async def test_a_task_is_the_same_event_whenever_the_plan_is_exported(lea: Member) -> None:
    await plan_of(lea)
    first = {name: str(event["uid"]) for name, event in (await events(lea)).items()}
    lea.clock.passes(days=2)
    await lea.says("/plan")
    await lea.presses(f"C'est fait : {TRAY}")
    await lea.says("/parcours potager")
    await lea.presses("Retour")
    await lea.presses("Plus tard")
    moved = await events(lea)
    assert {name: str(event["uid"]) for name, event in moved.items()} == {each: first[each] for each in (SOWING, MULCH)}
    assert moved[MULCH].decoded("dtstart") == date(2026, 12, 8)
    assert len(set(first.values())) == 3


async def test_two_people_have_two_events_of_the_same_task(advisor: Advisor, lea: Member) -> None:
    max_ = Member(advisor, "max")
    await plan_of(lea)
    await plan_of(max_)
    assert (await events(lea))[SOWING]["uid"] != (await events(max_))[SOWING]["uid"]


async def test_signs_that_mean_something_in_an_agenda_stay_what_they_are(garden: Garden, lea: Member) -> None:
    task = "Semer : radis, fèves ; \\n et « œillets », en lignes " + "de dix, " * 20 + "puis arroser"
    garden.holds(journey_text("potager", {**STEPS, "semer": STEPS["semer"].replace(SOWING, json.dumps(task))}))
    await plan_of(lea)
    assert task in await events(lea)
    assert all(len(line.encode()) <= 75 for line in lea.files[0].content.split("\r\n"))


async def test_a_task_too_long_for_a_button_is_cut_between_words(garden: Garden, lea: Member) -> None:
    task = "Semer des radis, des fèves, des petits pois et des œillets, en lignes espacées de vingt centimètres"
    garden.holds(journey_text("potager", {**STEPS, "semer": STEPS["semer"].replace(SOWING, json.dumps(task))}))
    await plan_of(lea)
    label = "C'est fait : Semer des radis, des fèves, des petits pois et des œillets, en…"
    assert len(label) <= 80
    assert task in await lea.presses(label)


async def test_without_an_open_task_there_is_no_agenda_to_export(lea: Member) -> None:
    await plan_of(lea, {**LATER, "bac": "C'est fait", "semer": "C'est fait", "pailler": "C'est fait"})
    assert LABELS.plan_md in lea.choices
    assert LABELS.plan_ics not in lea.choices
    assert await lea.says("/plan ics") == said("plan/all_done")
    assert lea.files == []
