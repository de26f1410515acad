"""A time comes on the days that were chosen, at the hour on the wall, and on no day twice: whatever the clock does."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.calendar import Span, next_occurrence, occurrences, read_span, read_times, read_zone

EVERY_DAY = tuple(range(7))
PARIS, MONTREAL, DAKAR = "Europe/Paris", "America/Montreal", "Africa/Dakar"
YEAR = (datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 9, 1, tzinfo=UTC))
"""From one to the other the clocks of Paris and of Montréal change twice, and that of Dakar never."""
TODAY = date(2026, 11, 22)

# A calendar written by hand, for whoever asked for a tip every day at that time: what a watch shows, and UTC.
AROUND_THE_CHANGES = """
Europe/Paris      02:30   2026-10-24 00:30   2026-10-25 00:30   2026-10-26 01:30   2026-10-27 01:30
Europe/Paris      01:30   2026-10-23 23:30   2026-10-24 23:30   2026-10-26 00:30   2026-10-27 00:30
Europe/Paris      03:00   2026-10-24 01:00   2026-10-25 02:00   2026-10-26 02:00   2026-10-27 02:00
Europe/Paris      18:30   2026-10-24 16:30   2026-10-25 17:30   2026-10-26 17:30   2026-10-27 17:30
Europe/Paris      00:00   2026-10-23 22:00   2026-10-24 22:00   2026-10-25 23:00   2026-10-26 23:00
Europe/Paris      02:30   2027-03-27 01:30   2027-03-28 01:00   2027-03-29 00:30   2027-03-30 00:30
Europe/Paris      02:00   2027-03-27 01:00   2027-03-28 01:00   2027-03-29 00:00   2027-03-30 00:00
Europe/Paris      01:30   2027-03-27 00:30   2027-03-28 00:30   2027-03-28 23:30   2027-03-29 23:30
Europe/Paris      03:00   2027-03-27 02:00   2027-03-28 01:00   2027-03-29 01:00   2027-03-30 01:00
Europe/Paris      18:30   2027-03-27 17:30   2027-03-28 16:30   2027-03-29 16:30   2027-03-30 16:30
America/Montreal  01:30   2026-10-31 05:30   2026-11-01 05:30   2026-11-02 06:30   2026-11-03 06:30
America/Montreal  02:30   2026-10-31 06:30   2026-11-01 07:30   2026-11-02 07:30   2026-11-03 07:30
America/Montreal  18:30   2026-10-31 22:30   2026-11-01 23:30   2026-11-02 23:30   2026-11-03 23:30
America/Montreal  02:30   2027-03-13 07:30   2027-03-14 07:00   2027-03-15 06:30   2027-03-16 06:30
America/Montreal  01:30   2027-03-13 06:30   2027-03-14 06:30   2027-03-15 05:30   2027-03-16 05:30
America/Montreal  18:30   2027-03-13 23:30   2027-03-14 22:30   2027-03-15 22:30   2027-03-16 22:30
Africa/Dakar      02:30   2026-10-24 02:30   2026-10-25 02:30   2026-10-26 02:30   2026-10-27 02:30
Africa/Dakar      02:30   2027-03-27 02:30   2027-03-28 02:30   2027-03-29 02:30   2027-03-30 02:30
"""


def utc(day: str, at: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{at}+00:00")


def around_the_changes() -> list[tuple[str, time, list[datetime]]]:
    rows = [line.split() for line in AROUND_THE_CHANGES.split("\n") if line]
    return [
        (zone, time.fromisoformat(at), [utc(*pair) for pair in zip(rest[::2], rest[1::2], strict=True)])
        for zone, at, *rest in rows
    ]


@pytest.mark.parametrize(("zone", "at", "expected"), around_the_changes())
def test_around_the_changes_of_hour_it_comes_as_written_by_hand(zone: str, at: time, expected: list[datetime]) -> None:
    before = expected[0] - timedelta(seconds=1)
    assert list(islice(occurrences(EVERY_DAY, at, zone, before), len(expected))) == expected
    # Worked out one from the other, as a programme's next date is.
    assert [next_occurrence(EVERY_DAY, at, zone, each) for each in expected[:-1]] == expected[1:]


@pytest.mark.parametrize("minutes", range(0, 130, 10))
def test_an_hour_that_is_shown_twice_has_come_once_it_was_shown(minutes: int) -> None:
    first, tomorrow = utc("2026-10-25", "00:30"), utc("2026-10-26", "01:30")
    assert next_occurrence(EVERY_DAY, time(2, 30), PARIS, first + timedelta(minutes=minutes)) == tomorrow


def test_a_week_has_the_days_that_were_chosen() -> None:
    came = occurrences((1, 3), time(18, 30), PARIS, utc("2026-11-22", "12:00"))
    assert [each.isoformat() for each in islice(came, 3)] == [
        "2026-11-24T17:30:00+00:00",
        "2026-11-26T17:30:00+00:00",
        "2026-12-01T17:30:00+00:00",
    ]


def test_holidays_are_left_out_with_their_first_and_last_day() -> None:
    without: list[Span] = [(date(2026, 12, 24), date(2027, 1, 2)), (date(2027, 1, 5), date(2027, 1, 5))]
    came = occurrences(EVERY_DAY, time(0), PARIS, utc("2026-12-21", "23:30"), without)
    days = [each.astimezone(ZoneInfo(PARIS)).date() for each in islice(came, 4)]
    assert days == [date(2026, 12, 23), date(2027, 1, 3), date(2027, 1, 4), date(2027, 1, 6)]


@pytest.mark.parametrize("zone", [PARIS, MONTREAL, DAKAR])
@settings(deadline=None)
@given(
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_in_a_year_it_comes_once_on_every_chosen_day_at_the_hour_on_the_wall(
    zone: str, weekdays: set[int], at: time
) -> None:
    begins, ends = YEAR
    came = list(takewhile(lambda each: each < ends, occurrences(sorted(weekdays), at, zone, begins)))
    local = [each.astimezone(ZoneInfo(zone)) for each in came]
    assert all(each.replace(tzinfo=None).time() == at or is_leapt_over(each, at) for each in local)
    first, last = begins.astimezone(ZoneInfo(zone)).date(), ends.astimezone(ZoneInfo(zone)).date()
    whole_days = [first + timedelta(days=number) for number in range(1, (last - first).days)]
    counted = Counter(each.date() for each in local)
    assert {day: counted[day] for day in whole_days} == {day: day.weekday() in weekdays for day in whole_days}


def is_leapt_over(local: datetime, at: time) -> bool:
    """Whether a time is not on the clock of a day, which shows a moment right where it would have been."""
    asked = datetime.combine(local.date(), at, local.tzinfo)
    exists = asked.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == asked.replace(tzinfo=None)
    just_before = (local.astimezone(UTC) - timedelta(minutes=1)).astimezone(local.tzinfo)
    return not exists and just_before.time() < at < local.time()


@pytest.mark.parametrize(
    ("typed", "weekdays", "at", "others"),
    [
        ("mardi jeudi 18h30", (1, 3), time(18, 30), ()),
        ("les Mardis et jeudis à 18 h 30", (1, 3), time(18, 30), ("les", "et", "a")),
        ("tous les jours 9h", EVERY_DAY, time(9), ()),
        ("chaque jour à 9 heures", EVERY_DAY, time(9), ("a",)),
        ("en semaine 12h30 veille", (0, 1, 2, 3, 4), time(12, 30), ("veille",)),
        ("tous les jours ouvrés 8:05", (0, 1, 2, 3, 4), time(8, 5), ()),
        ("du lundi au vendredi midi", (0, 1, 2, 3, 4), time(12), ("du",)),
        ("samedi au lundi minuit", (0, 5, 6), time(0), ()),
        ("week-end 10h", (5, 6), time(10), ()),
        ("weekends 10h, emploi", (5, 6), time(10), ("emploi",)),
        ("mardi", (1,), None, ()),
        ("18h30", (), time(18, 30), ()),
        ("mardi 25h", (1,), None, ()),
        ("mardi 12h75", (1,), None, ()),
        ("n'importe quand", (), None, ("n", "importe", "quand")),
    ],
)
def test_days_and_a_time_are_read_as_they_are_typed(
    typed: str, weekdays: tuple[int, ...], at: time | None, others: tuple[str, ...]
) -> None:
    times = read_times(typed)
    assert (times.weekdays, times.at, times.others) == (weekdays, at, others)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("du 24/12 au 2/1", date(2026, 12, 24), date(2027, 1, 2)),
        ("du 24/12/2026 au 02/01/2027", date(2026, 12, 24), date(2027, 1, 2)),
        ("du 24/12/26 au 2/1/27", date(2026, 12, 24), date(2027, 1, 2)),
        ("du 24/12/2027 au 2/1", date(2027, 12, 24), date(2028, 1, 2)),
        ("du 24 au 31 décembre", date(2026, 12, 24), date(2026, 12, 31)),
        ("du 15 juillet au 31 août 2027", date(2027, 7, 15), date(2027, 8, 31)),
        ("le 1/5", date(2027, 5, 1), date(2027, 5, 1)),
        ("le 1er mai", date(2027, 5, 1), date(2027, 5, 1)),
        ("22/11", date(2026, 11, 22), date(2026, 11, 22)),
        ("21/11", date(2027, 11, 21), date(2027, 11, 21)),
        ("du 20/11 au 25/11", date(2026, 11, 20), date(2026, 11, 25)),
        ("29/2", date(2028, 2, 29), date(2028, 2, 29)),
        ("24/12 2/1", date(2026, 12, 24), date(2027, 1, 2)),
        ("24 26/12", date(2026, 12, 24), date(2026, 12, 26)),
        ("24/12/2026 2/1/2027", date(2026, 12, 24), date(2027, 1, 2)),
        ("jusqu'au 2/1", TODAY, date(2027, 1, 2)),
        ("Jusqu’au 2 janvier 2027", TODAY, date(2027, 1, 2)),
        ("du 24/12 jusqu'au 2/1", date(2026, 12, 24), date(2027, 1, 2)),
    ],
)
def test_days_of_the_year_are_the_next_ones_that_are_not_over(typed: str, first: date, last: date) -> None:
    assert read_span(typed, TODAY) == (first, last)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "bientôt", "31/2", "0/1", "12/13", "29/2/2027", "31/12/9999999", "le 24", "du 1/2 au 3/4 et le 5/6"),
        *("du 24/12/2026 au 2/1/2026", "du 28 au 3 janvier", "du 31 au 30 avril"),
        *("24/12/2", "24 / 12 / 2", "jusqu'au 2", "jusqu'au 31/2", "jusqu'au 21/11/2026"),
    ],
)
def test_what_is_no_day_of_the_year_is_not_taken_for_one(typed: str) -> None:
    assert read_span(typed, TODAY) is None


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        *(("Montréal", MONTREAL), ("paris", PARIS), ("Africa/Dakar", DAKAR), ("Atlantide", None), ("", None)),
        *(("Bruxelles", "Europe/Brussels"), ("Londres", "Europe/London"), ("Alger", "Africa/Algiers")),
        *(("La Réunion", "Indian/Reunion"), ("addis abeba", "Africa/Addis_Ababa"), ("N’Djamena", "Africa/Ndjamena")),
        *(("London", "Europe/London"), ("utc", "UTC"), ("ville inconnue", None)),
    ],
)
def test_a_time_zone_is_found_by_city_and_by_name(typed: str, zone: str | None) -> None:
    assert read_zone(typed) == zone


@pytest.mark.parametrize("typed", ["GMT+1", "gmt-5", "Gmt+10", "UTC+2"])
def test_hours_ahead_are_not_taken_for_hours_behind(typed: str) -> None:
    assert read_zone(typed) is None


def test_whoever_types_the_whole_name_of_a_zone_means_it() -> None:
    assert read_zone("Etc/GMT+1") == "Etc/GMT+1"
