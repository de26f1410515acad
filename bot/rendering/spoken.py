"""Days, hours and lists as they are said."""

from collections.abc import Sequence
from datetime import date, time

from babel.dates import format_date, format_time, get_day_names
from babel.lists import format_list

from bot.retrieval.french import LOCALE


def day(value: date) -> str:
    """Return a day as it is said: "jeudi 3 décembre"."""
    return format_date(value, "EEEE d MMMM", locale=LOCALE)


def clock(value: time) -> str:
    """Return a time as it is said: "18 h 30"."""
    return format_time(value, "H 'h' mm", locale=LOCALE).removesuffix(" 00")


def weekday(number: int) -> str:
    """Return the name of a day of the week, 0 for Monday: "lundi"."""
    return str(get_day_names(locale=LOCALE)[number])


def enumerated(parts: Sequence[str]) -> str:
    """Return several things as they are said together: "Léa, Sam et Ali"."""
    return format_list(parts, locale=LOCALE)
