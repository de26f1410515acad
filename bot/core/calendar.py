"""Days, hours and time zones as people type them, and when they come on a clock that changes twice a year."""

import re
from calendar import isleap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from cronsim import CronSim

from bot.rendering.spoken import month, weekday
from bot.retrieval.french import LOCALE, fold, words

Span = tuple[date, date]
"""Some days in a row: the first and the last of them."""

_WEEKDAYS = tuple(fold(weekday(number)) for number in range(7))
_MONTHS = tuple(fold(month(number)) for number in range(1, 13))
_WEEKDAY = f"({'|'.join(_WEEKDAYS)})s?"
_TIME = re.compile(r"\b(\d{1,2})\s*(?:h|:|heures?)\s*(\d{2})?\b|\b(midi|minuit)\b")
_NAMED_TIMES = {"midi": time(12), "minuit": time()}
_GROUPS = (
    (re.compile(r"\b(?:tous les |les )?jours (?:de semaine|ouvr(?:es|ables))\b|\ben semaine\b"), (0, 1, 2, 3, 4)),
    (re.compile(r"\btous les jours\b|\bchaque jour\b"), (0, 1, 2, 3, 4, 5, 6)),
    (re.compile(r"\bweek[ -]?ends?\b"), (5, 6)),
)
_FROM_TO = re.compile(rf"\b{_WEEKDAY}\s+(?:au|a)\s+{_WEEKDAY}\b")
_ONE_DAY = re.compile(rf"\b{_WEEKDAY}\b")
_DATE = re.compile(
    rf"(?<!\d[/.])(?<![/.]\s)\b(\d{{1,2}})(?:er)?\b(?:\s*[/.]\s*(\d{{1,2}})\b|\s+({'|'.join(_MONTHS)})\b)?"
    r"(?:(?:\s*[/.]\s*|\s+)(\d{4}|(?<=[/.])\d{2})\b)?(?!\s*[/.]\s*\d)"
)
_UNTIL = re.compile(r"\bjusqu")
_LEAP_YEAR = 2000
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Times:
    """When something is to happen every week, as somebody typed it.

    Attributes:
        weekdays: the days, 0 for Monday, in order.
        at: the time, None where none was typed.
        others: the words that say neither.
    """

    weekdays: tuple[int, ...]
    at: time | None
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Date:
    """A day as somebody typed it: 0 stands for the month or the year that they left out."""

    day: int
    month: int
    year: int

    @classmethod
    def of(cls, found: tuple[str, ...]) -> "_Date":
        day, number, name, year = found
        month = _MONTHS.index(name) + 1 if name else int(number or 0)
        return cls(int(day), month, int(year or 0) + (2000 if len(year) == 2 else 0))

    def in_year(self, year: int) -> date:
        return date(year, self.month, self.day)

    def first_from(self, earliest: date) -> date:
        """Return the day of its year, or else the first one that is no earlier than a day."""
        return self.in_year(self.year) if self.year else next(self._nearest(earliest, 1))

    def last_until(self, latest: date) -> date:
        """Return the last one that is no later than a day."""
        return next(self._nearest(latest, -1))

    def _nearest(self, start: date, step: int) -> Iterator[date]:
        """Yield the day in the years from a day on, or back from it.

        Raises:
            ValueError: no year has it.
        """
        self.in_year(_LEAP_YEAR)
        for year in count(start.year, step):
            if (self.month, self.day) != (2, 29) or isleap(year):
                found = self.in_year(year)
                if (found - start) * step >= _NOTHING:
                    yield found


def occurrences(
    weekdays: Sequence[int], at: time, zone: str, after: datetime, without: Sequence[Span] = ()
) -> Iterator[datetime]:
    """Yield the moments, in UTC, at which a time comes on some weekdays of a zone's calendar.

    A time that the clock leaps over comes right after the leap; one that it shows twice counts the first time.

    Args:
        weekdays: 0 for Monday to 6 for Sunday; at least one.
        at: the time, to the minute.
        zone: the IANA name of the zone.
        after: the moments come after this one.
        without: the days on which there are none.
    """
    numbers = ",".join(str((weekday + 1) % 7) for weekday in weekdays)
    for moment in CronSim(f"{at.minute} {at.hour} * * {numbers}", after.astimezone(ZoneInfo(zone))):
        is_over = moment.astimezone(UTC) <= after.astimezone(UTC)
        if not is_over and not any(first <= moment.date() <= last for first, last in without):
            yield moment.astimezone(UTC)


def next_occurrence(
    weekdays: Sequence[int], at: time, zone: str, after: datetime, without: Sequence[Span] = ()
) -> datetime:
    """Return the first of the moments at which a time comes: see `occurrences`."""
    return next(occurrences(weekdays, at, zone, after, without))


def on_another_clock(weekdays: Sequence[int], at: time, zone: str, due: datetime, now: datetime) -> datetime:
    """Return when what was due on another clock comes on that of a zone: no day earlier, so that it comes once."""
    day = due.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0)
    return next_occurrence(weekdays, at, zone, max(now, day))


def read_times(typed: str) -> Times:
    """Return the days and the time that somebody typed ("jeudi 18h30", "en semaine à midi")."""
    at, left = _taken_time(fold(typed))
    weekdays: set[int] = set()
    for pattern, group in _GROUPS:
        left, found = pattern.subn(" ", left)
        weekdays.update(group if found else ())
    for first, last in _FROM_TO.findall(left):
        begins = _WEEKDAYS.index(first)
        length = (_WEEKDAYS.index(last) - begins) % 7 + 1
        weekdays.update((begins + step) % 7 for step in range(length))
    left = _FROM_TO.sub(" ", left)
    weekdays.update(_WEEKDAYS.index(name) for name in _ONE_DAY.findall(left))
    return Times(tuple(sorted(weekdays)), at, tuple(words(_ONE_DAY.sub(" ", left))))


def read_span(typed: str, today: date) -> Span | None:
    """Return the days that somebody typed ("du 24/12 au 2/1", "le 1er mai"), None if there are none in it.

    Where no year is typed, they are the next ones that are not over. What only ends ("jusqu'au 2/1") begins today.
    """
    folded = fold(typed)
    found = [_Date.of(each) for each in _DATE.findall(folded)]
    if len(found) not in (1, 2) or not found[-1].month:
        return None
    begins, ends = replace(found[0], month=found[0].month or found[-1].month), found[-1]
    try:
        if begins.year:
            first = begins.in_year(begins.year)
            last = ends.first_from(max(today, first))
        else:
            last = ends.first_from(today)
            first = begins.last_until(last) if found[0].month else last.replace(day=begins.day)
        if len(found) == 1 and _UNTIL.search(folded):
            first = today
    except ValueError:
        return None
    return (first, last) if first <= last else None


def read_zone(typed: str) -> str | None:
    """Return the IANA time zone of a name or of a city ("Montréal", "Londres"), None if there is none."""
    wanted = _plain(typed)
    by_name, by_city = _zones()
    return by_name.get(wanted) or by_city.get(wanted)


@cache
def _zones() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the time zones by their names and by their cities: to list them takes a look at the disk.

    "Etc/GMT+1" is no city: POSIX turns the sign round, so that it is two hours off what people mean by "GMT+1".
    """
    by_name = {_plain(zone): zone for zone in sorted(available_timezones(), reverse=True)}
    in_french = {_plain(told["city"]): zone for zone, told in _told_zones().items() if _plain(zone) in by_name}
    by_city = {name.rpartition("/")[2]: zone for name, zone in by_name.items() if not name.startswith("etc/")}
    return by_name, {**in_french, **by_city}


def _told_zones() -> Mapping[str, Mapping[str, str]]:
    """Return what is said in French of the time zones whose cities are called otherwise there."""
    return {zone: told for zone, told in Locale.parse(LOCALE).time_zones.items() if "city" in told}


def _plain(name: str) -> str:
    """Return a name in the one of several spellings by which it is looked up."""
    return "_".join(fold(name).replace("-", " ").replace("_", " ").split())


def minute_of(at: time) -> int:
    """Return a time as a minute of the day."""
    return at.hour * 60 + at.minute


def time_of(minute: int) -> time:
    """Return a minute of the day as a time."""
    return time(*divmod(minute, 60))


def _taken_time(folded: str) -> tuple[time | None, str]:
    """Return the time in a text, and the text without it."""
    found = _TIME.search(folded)
    if found is None:
        return None, folded
    left = f"{folded[: found.start()]} {folded[found.end() :]}"
    if found[3]:
        return _NAMED_TIMES[found[3]], left
    hour, minute = int(found[1]), int(found[2] or 0)
    return (time(hour, minute) if hour < 24 and minute < 60 else None), left
