"""A reminder comes with consent, at the hour that was chosen, on the clock of whoever chose it, and never insists."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.core.buttons import ButtonKind, button_id
from bot.core.messages import Due, Manner
from bot.library import Library
from bot.storage.database import open_database
from tests.conversations.words import LABELS, opening, said
from tests.people import PLATFORMS, Clock, Member

OFFER = said("reminders/offer")
MOMENTS = ["Dimanche 18 h", "Mercredi 12 h 30", "Lundi 9 h", LABELS.no_thanks]
NONE = said("reminders/show", day=None, zone="Europe/Paris")
STOPPED = said("reminders/stopped", was_on=True)
THURSDAY = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)
"""The first Thursday at 18:30 in Paris after the Sunday on which people come in tests."""
WEEK = timedelta(days=7)
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


async def begins(member: Member) -> None:
    await member.says("/parcours demarrer")
    await member.says("presque rien")


async def is_reminded_on_thursdays(member: Member) -> None:
    await begins(member)
    await member.says("/rappels jeudi 18h30")
    assert set_for(date(2026, 11, 26), time(18, 30)) in member.reads


def set_for(day: date, at: time, zone: str = "Europe/Paris") -> str:
    """Return how a reminder is confirmed whose first day is that one."""
    return said("reminders/set", day=WEEKDAYS[day.weekday()], at=at, due=day, zone=zone)


async def finishes(member: Member) -> None:
    while member.journey and not member.journey.finished:
        await member.presses("Passer")


async def comes(advisor: Advisor, member: Member, moment: datetime) -> list[Due]:
    """Return the reminders that a member gets at a moment, which is then now."""
    member.clock.now = moment
    due = await advisor.due(moment, PLATFORMS)
    assert all(each.address == member.address for each in due)
    return due


def text_of(due: Due) -> str:
    return "\n\n".join(reply.text for reply in due.outgoing.replies)


def is_last(due: Due) -> bool:
    """Whether a reminder says that no other follows it."""
    return any(block.role == "last" for reply in due.outgoing.replies for block in reply.blocks)


def button_of(due: Due, label: str) -> str:
    return next(choice.id for reply in due.outgoing.replies for choice in reply.choices if choice.label == label)


async def test_a_reminder_is_offered_at_the_first_pause_alone(lea: Member) -> None:
    await begins(lea)
    assert OFFER in await lea.presses("Pause")
    assert lea.choices[-4:] == MOMENTS
    await lea.says("/parcours")
    assert OFFER not in await lea.presses("Pause")


async def test_a_reminder_mentioned_at_a_task_for_later_is_not_offered_again(lea: Member) -> None:
    await begins(lea)
    await lea.says("la pâtisserie")
    assert said("reminders/mention") in await lea.presses("Plus tard")
    assert OFFER not in await lea.presses("Pause")


async def test_who_has_a_reminder_is_not_offered_one(lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    assert OFFER not in await lea.says("pause")


async def test_to_who_has_a_reminder_none_is_mentioned(lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    await lea.says("/parcours")
    await lea.says("la pâtisserie")
    assert said("reminders/mention") not in await lea.presses("Plus tard")


async def test_without_consent_nothing_ever_comes(advisor: Advisor, lea: Member) -> None:
    await begins(lea)
    await lea.presses("Pause")
    assert await lea.presses(LABELS.no_thanks) == said("reminders/declined")
    for days in range(40):
        assert await comes(advisor, lea, THURSDAY + timedelta(days=days)) == []
    assert NONE in await lea.says("/rappels")


async def test_a_button_sets_the_reminder(advisor: Advisor, lea: Member) -> None:
    await begins(lea)
    await lea.presses("Pause")
    assert await lea.presses("Mercredi 12 h 30") == set_for(date(2026, 11, 25), time(12, 30))
    due = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)
    assert await comes(advisor, lea, due - timedelta(seconds=1)) == []
    assert len(await comes(advisor, lea, due)) == 1


@pytest.mark.parametrize("argument", ["", "yes", "jeudi", "3", "7_1110", "3_1440", "3_18h30"])
async def test_a_button_that_offers_no_moment_sets_nothing_and_is_not_taken_for_a_no(
    lea: Member, argument: str
) -> None:
    await lea.says("merci")
    assert await lea.presses_id(button_id(ButtonKind.REMIND, lea.address, argument=argument)) == said(
        "buttons/outdated"
    )
    assert lea.last.replies[0].manner is Manner.NOTICE
    assert NONE in await lea.says("/rappels")


@pytest.mark.parametrize(
    ("typed", "day", "at"),
    [
        ("jeudi 18h30", 26, time(18, 30)),
        ("le jeudi à 18 h 30", 26, time(18, 30)),
        ("Jeudi 18:30", 26, time(18, 30)),
        ("jeudi 9 heures", 26, time(9)),
        ("demain à 9 h", 23, time(9)),
        ("dimanche 18h", 22, time(18)),
        ("dimanche 13h", 29, time(13)),
        ("dimanche 12h59", 29, time(12, 59)),
        ("dimanche 13h01", 22, time(13, 1)),
        ("samedi 8h", 28, time(8)),
        ("samedi 21h", 28, time(21)),
    ],
)
async def test_a_day_and_an_hour_may_be_typed(lea: Member, typed: str, day: int, at: time) -> None:
    await lea.says("merci")
    assert await lea.says(f"/rappels {typed}") == set_for(date(2026, 11, day), at)
    values = {"day": WEEKDAYS[date(2026, 11, day).weekday()], "at": at, "due": date(2026, 11, day)}
    assert await lea.says("/rappels") == said("reminders/show", zone="Europe/Paris", **values)


@pytest.mark.parametrize("typed", ["jeudi", "18h30", "un de ces jours", "jeudi 25h", "jeudi 12h75", "jeudi matin"])
async def test_what_is_no_moment_is_told_and_sets_nothing(lea: Member, typed: str) -> None:
    assert said("reminders/not_understood") in await lea.says(f"/rappels {typed}")
    assert lea.choices == MOMENTS
    assert NONE in await lea.says("/rappels")


@pytest.mark.parametrize("hour", ["7h59", "21h01", "22h", "23h59", "0h", "3h30"])
async def test_an_hour_of_the_night_is_refused(lea: Member, hour: str) -> None:
    assert said("reminders/night") in await lea.says(f"/rappels jeudi {hour}")
    assert NONE in await lea.says("/rappels")


@pytest.mark.parametrize("hour", [8, 21])
async def test_the_first_and_the_last_hour_that_may_be_chosen_are_kept_to(
    advisor: Advisor, lea: Member, hour: int
) -> None:
    await begins(lea)
    assert set_for(date(2026, 11, 26), time(hour)) in await lea.says(f"/rappels jeudi {hour}h")
    due = datetime(2026, 11, 26, hour, tzinfo=ZoneInfo("Europe/Paris"))
    assert await comes(advisor, lea, due - timedelta(seconds=1)) == []
    assert len(await comes(advisor, lea, due)) == 1


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Montréal", "America/Montreal"),
        ("montreal", "America/Montreal"),
        ("America/Montreal", "America/Montreal"),
        ("new york", "America/New_York"),
        ("Port-au-Prince", "America/Port-au-Prince"),
        ("paris", "Europe/Paris"),
        ("Bruxelles", "Europe/Brussels"),
    ],
)
async def test_a_time_zone_is_found_by_city_and_by_name(lea: Member, typed: str, zone: str) -> None:
    assert said("reminders/zone_set", zone=zone) in await lea.says(f"/rappels fuseau {typed}")
    assert await lea.says("/rappels jeudi 18h30") == set_for(date(2026, 11, 26), time(18, 30), zone)


@pytest.mark.parametrize("typed", ["Atlantide", "", "../../etc/passwd", "Europe", "GMT+1"])
async def test_a_time_zone_that_does_not_exist_is_told_and_changes_nothing(lea: Member, typed: str) -> None:
    assert said("reminders/zone_unknown") in await lea.says(f"/rappels fuseau {typed}")
    assert await lea.says("/rappels jeudi 18h30") == set_for(date(2026, 11, 26), time(18, 30))


async def test_a_reminder_moves_with_the_time_zone(advisor: Advisor, lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    await lea.says("/rappels fuseau Montréal")
    moved = {"day": "jeudi", "at": time(18, 30), "due": date(2026, 11, 26), "zone": "America/Montreal"}
    assert await lea.says("/rappels") == said("reminders/show", **moved)
    assert await comes(advisor, lea, THURSDAY) == []
    assert len(await comes(advisor, lea, THURSDAY + timedelta(hours=6))) == 1


async def test_a_time_zone_where_the_hour_is_past_brings_no_reminder_at_once(advisor: Advisor, lea: Member) -> None:
    await begins(lea)
    await lea.says("/rappels lundi 9h")
    lea.clock.now = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    await lea.says("/rappels fuseau Tokyo")
    assert await comes(advisor, lea, lea.clock.passes(minutes=1)) == []
    assert len(await comes(advisor, lea, datetime(2026, 11, 30, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo")))) == 1


async def test_today_is_the_day_on_the_clock_of_the_person(lea: Member) -> None:
    lea.clock.now = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
    await lea.says("/rappels fuseau Montréal")
    set_ = await lea.says("/rappels demain à 9h")
    assert set_ == set_for(date(2026, 11, 27), time(9), "America/Montreal")


@pytest.mark.parametrize(
    ("zone", "monday", "typed", "before", "after"),
    [
        ("Paris", "2026-10-19", "jeudi 18h30", "2026-10-22T16:30", "2026-10-29T17:30"),
        ("Paris", "2027-03-22", "jeudi 18h30", "2027-03-25T17:30", "2027-04-01T16:30"),
        ("Montréal", "2026-10-26", "jeudi 18h30", "2026-10-29T22:30", "2026-11-05T23:30"),
        ("Montréal", "2027-03-08", "jeudi 18h30", "2027-03-11T23:30", "2027-03-18T22:30"),
        ("Paris", "2027-03-15", "dimanche 9h", "2027-03-21T08:00", "2027-03-28T07:00"),
        ("Montréal", "2026-10-19", "dimanche 9h", "2026-10-25T13:00", "2026-11-01T14:00"),
    ],
)
async def test_the_hour_stays_when_the_clocks_change(
    advisor: Advisor, zone: str, monday: str, typed: str, before: str, after: str
) -> None:
    lea = Member(advisor, "léa", clock=Clock(datetime.fromisoformat(f"{monday}T15:00Z")))
    await begins(lea)
    await lea.says(f"/rappels fuseau {zone}")
    await lea.says(f"/rappels {typed}")
    for instant in (before, after):
        due = datetime.fromisoformat(f"{instant}Z")
        assert await comes(advisor, lea, due - timedelta(seconds=1)) == []
        assert len(await comes(advisor, lea, due)) == 1


@pytest.mark.parametrize(
    ("monday", "typed", "before", "after"),
    [
        ("2026-10-19", "samedi 18h", "2026-10-24T16:00", "2026-10-31T17:00"),
        ("2027-03-22", "samedi 20h30", "2027-03-27T19:30", "2027-04-03T18:30"),
    ],
)
async def test_the_hour_stays_when_the_clocks_change_while_who_is_reminded_cannot_be_written_to(
    advisor: Advisor, monday: str, typed: str, before: str, after: str
) -> None:
    lea = Member(advisor, "léa", clock=Clock(datetime.fromisoformat(f"{monday}T15:00Z")))
    await begins(lea)
    await lea.says(f"/rappels {typed}")
    await advisor.note_unreachable(lea.address, lea.clock.now)
    assert await comes(advisor, lea, datetime.fromisoformat(f"{before}Z")) == []
    await lea.says("merci")
    due = datetime.fromisoformat(f"{after}Z")
    assert await comes(advisor, lea, due - timedelta(seconds=1)) == []
    assert len(await comes(advisor, lea, due)) == 1


async def test_a_reminder_set_before_the_clocks_change_comes_right_after_it(advisor: Advisor) -> None:
    lea = Member(advisor, "léa", clock=Clock(datetime(2027, 3, 27, 20, tzinfo=UTC)))
    await begins(lea)
    await lea.says("/rappels demain à 8h")
    assert await comes(advisor, lea, datetime(2027, 3, 28, 5, 59, tzinfo=UTC)) == []
    assert len(await comes(advisor, lea, datetime(2027, 3, 28, 6, 0, tzinfo=UTC))) == 1


async def test_a_reminder_says_where_one_stands_and_leads_back_there(advisor: Advisor, lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    [due] = await advisor.due(THURSDAY, PLATFORMS)
    assert "étape 2 de **Démarrer ton identité numérique**" in text_of(due)
    lea.clock.now = THURSDAY
    await lea.presses_id(button_of(due, LABELS.resume))
    assert opening(lea) == "resumed"
    assert lea.journey
    assert lea.journey.step == "ecouter"


async def test_a_reminder_comes_where_it_was_asked_for(advisor: Advisor) -> None:
    lea = Member(advisor, "léa", community="atelier", platform="discord")
    await is_reminded_on_thursdays(lea)
    [due] = await advisor.due(THURSDAY, PLATFORMS)
    assert due.address == lea.address


async def test_a_reminder_is_claimed_once(advisor: Advisor, lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    assert len(await comes(advisor, lea, THURSDAY)) == 1
    assert await comes(advisor, lea, THURSDAY) == []
    assert await comes(advisor, lea, THURSDAY + timedelta(hours=1)) == []


async def test_two_processes_do_not_send_the_same_reminder(library: Library, tmp_path: Path) -> None:
    async with open_database(tmp_path / "v.sqlite3") as one, open_database(tmp_path / "v.sqlite3") as other:
        advisors = [build_advisor(library.current, each) for each in (one, other)]
        await is_reminded_on_thursdays(Member(advisors[0], "léa"))
        sent = await asyncio.gather(*(advisor.due(THURSDAY, PLATFORMS) for advisor in advisors))
    assert sorted(map(len, sent)) == [0, 1]


async def test_everybody_gets_a_reminder_of_their_own(advisor: Advisor) -> None:
    members = [Member(advisor, f"membre-{number}") for number in range(5)]
    for member in members:
        await is_reminded_on_thursdays(member)
    assert {due.address for due in await advisor.due(THURSDAY, PLATFORMS)} == {member.address for member in members}


@pytest.mark.parametrize("hours_between_looks", [5, 26])
async def test_at_most_one_a_week_comes_however_late_vigie_is(
    advisor: Advisor, lea: Member, hours_between_looks: int
) -> None:
    await is_reminded_on_thursdays(lea)
    sent = []
    for hours in range(0, 24 * 50, hours_between_looks):
        now = THURSDAY + timedelta(hours=hours)
        if await comes(advisor, lea, now):
            sent.append(now)
            await lea.says("merci")
    assert len(sent) >= 3
    assert all(later - earlier >= WEEK for earlier, later in pairwise(sent))


async def test_after_the_second_without_an_answer_none_comes(advisor: Advisor, lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    [first] = await comes(advisor, lea, THURSDAY)
    [second] = await comes(advisor, lea, THURSDAY + WEEK)
    assert not is_last(first)
    assert is_last(second)
    for weeks in range(2, 10):
        assert await comes(advisor, lea, THURSDAY + weeks * WEEK) == []
    assert NONE in await lea.says("/rappels")


@pytest.mark.parametrize("answer", ["merci", "/parcours", "la pâtisserie", "recette de la blanquette de veau"])
async def test_any_answer_counts_and_reminders_go_on(advisor: Advisor, lea: Member, answer: str) -> None:
    await is_reminded_on_thursdays(lea)
    for weeks in range(6):
        [reminder] = await comes(advisor, lea, THURSDAY + weeks * WEEK)
        assert is_last(reminder) == (weeks % 2 == 1)
        if weeks % 2 == 1:
            await lea.says(answer)


async def test_a_button_is_an_answer_too(advisor: Advisor, lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    await comes(advisor, lea, THURSDAY)
    [due] = await advisor.due(THURSDAY + WEEK, PLATFORMS)
    lea.clock.now = THURSDAY + WEEK
    await lea.presses_id(button_of(due, LABELS.resume))
    [third] = await comes(advisor, lea, THURSDAY + 2 * WEEK)
    assert not is_last(third)


async def test_an_answer_of_somebody_else_does_not_count(advisor: Advisor, lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    for weeks in range(2):
        await comes(advisor, lea, THURSDAY + weeks * WEEK)
        await Member(advisor, "max").says("merci")
    assert await comes(advisor, lea, THURSDAY + 2 * WEEK) == []


@pytest.mark.parametrize("typed", ["/rappels stop", "/rappels arrête", "/rappels non"])
async def test_reminders_stop_when_told(advisor: Advisor, lea: Member, typed: str) -> None:
    await is_reminded_on_thursdays(lea)
    assert await lea.says(typed) == STOPPED
    assert NONE in await lea.says("/rappels")
    assert await comes(advisor, lea, THURSDAY) == []


async def test_the_button_under_a_reminder_stops_them(advisor: Advisor, lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    [due] = await advisor.due(THURSDAY, PLATFORMS)
    lea.clock.now = THURSDAY
    assert await lea.presses_id(button_of(due, LABELS.stop_reminders)) == STOPPED
    assert await comes(advisor, lea, THURSDAY + WEEK) == []


async def test_where_there_is_none_stopping_says_so(lea: Member) -> None:
    assert said("reminders/stopped", was_on=False) in await lea.says("/rappels stop")


async def test_a_journey_that_is_finished_is_not_reminded_of(advisor: Advisor, lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    await lea.says("/parcours")
    await finishes(lea)
    assert lea.journey
    assert lea.journey.finished
    assert await comes(advisor, lea, THURSDAY) == []


async def test_a_journey_that_was_quit_is_not_reminded_of(advisor: Advisor, lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    await lea.says("/parcours")
    await lea.presses("Quitter")
    assert await comes(advisor, lea, THURSDAY) == []


async def test_of_two_journeys_the_one_that_still_waits_is_reminded_of(advisor: Advisor, lea: Member) -> None:
    await is_reminded_on_thursdays(lea)
    await lea.says("/parcours marque-personnelle")
    await finishes(lea)
    [reminder] = await comes(advisor, lea, THURSDAY)
    assert "Démarrer ton identité numérique" in text_of(reminder)


@pytest.mark.parametrize(
    ("late", "morning"),
    [
        (timedelta(hours=3), "2026-11-27T07:00"),
        (timedelta(hours=6, minutes=30), "2026-11-27T07:00"),
        (timedelta(hours=13, minutes=29), "2026-11-27T07:00"),
        (timedelta(days=1, hours=4), "2026-11-28T07:00"),
    ],
)
async def test_a_reminder_that_is_late_at_night_waits_for_the_morning(
    advisor: Advisor, lea: Member, late: timedelta, morning: str
) -> None:
    await is_reminded_on_thursdays(lea)
    eight = datetime.fromisoformat(f"{morning}Z")
    assert await comes(advisor, lea, THURSDAY + late) == []
    assert await comes(advisor, lea, eight - timedelta(seconds=1)) == []
    assert len(await comes(advisor, lea, eight)) == 1


async def test_a_reminder_that_is_late_by_day_comes_at_once_and_the_next_at_its_hour(
    advisor: Advisor, lea: Member
) -> None:
    await is_reminded_on_thursdays(lea)
    assert len(await comes(advisor, lea, THURSDAY + timedelta(hours=16))) == 1
    await lea.says("merci")
    assert await comes(advisor, lea, THURSDAY + WEEK) == []
    assert len(await comes(advisor, lea, THURSDAY + 2 * WEEK)) == 1
