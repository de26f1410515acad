"""Days and hours are said as people say them."""

from datetime import date, time

import pytest

from bot.rendering.spoken import clock, day, weekday


@pytest.mark.parametrize(
    ("at", "said"), [(time(9), "9 h"), (time(18, 30), "18 h 30"), (time(12, 5), "12 h 05"), (time(0), "0 h")]
)
def test_a_whole_hour_is_said_without_its_minutes(at: time, said: str) -> None:
    assert clock(at) == said


def test_the_days_of_the_week_are_those_of_the_calendar() -> None:
    names = [weekday(number) for number in range(7)]
    assert names == ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
    assert day(date(2026, 12, 3)) == f"{names[date(2026, 12, 3).weekday()]} 3 décembre"
