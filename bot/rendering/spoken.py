"""Days, hours, figures and lists as they are said."""

from collections.abc import Sequence
from datetime import date, time
from textwrap import shorten

from babel.dates import format_date, format_time, get_day_names, get_month_names
from babel.lists import format_list

from bot.core.figures import Sum
from bot.core.messages import SMALLEST_TOLD
from bot.retrieval.french import LOCALE

_BRIEF, _CUT = 120, 900
_ELLIPSIS = "…"


def day(value: date) -> str:
    """Return a day as it is said: "jeudi 3 décembre", "mardi 1er décembre"."""
    return format_date(value, "EEEE d MMMM", locale=LOCALE).replace(" 1 ", " 1er ")


def clock(value: time) -> str:
    """Return a time as it is said: "18 h 30"."""
    return format_time(value, "H 'h' mm", locale=LOCALE).removesuffix(" 00")


def weekday(number: int) -> str:
    """Return the name of a day of the week, 0 for Monday: "lundi"."""
    return str(get_day_names(locale=LOCALE)[number])


def month(number: int) -> str:
    """Return the name of a month, 1 for January: "janvier"."""
    return str(get_month_names(locale=LOCALE)[number])


def figure(counted: int | Sum) -> str:
    """Return how often something happened, as far as it may be told: "12", "moins de 5", "plus de 12"."""
    value, more = (counted.figure, counted.more) if isinstance(counted, Sum) else (counted, False)
    if more and value:
        return f"plus de {value}"
    return f"moins de {SMALLEST_TOLD}" if more or 0 < value < SMALLEST_TOLD else str(value)


def enumerated(parts: Sequence[str]) -> str:
    """Return several things as they are said together: "Léa, Sam et Ali"."""
    return format_list(parts, locale=LOCALE)


def brief(text: str) -> str:
    """Return what a text begins with."""
    return shortened(text, _BRIEF)


def cut(text: str) -> str:
    """Return a text that is no longer than a passage may be."""
    return shortened(text, _CUT)


def shortened(text: str, longest: int) -> str:
    """Return a text on one line, no longer than so many characters: what is too long is cut between words."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    kept = shorten(text, longest, placeholder=_ELLIPSIS)
    # Nothing is left where the first word is too long already.
    return kept if kept != _ELLIPSIS else f"{text[: longest - len(_ELLIPSIS)]}{_ELLIPSIS}"
