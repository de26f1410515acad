"""The picture of a community's week: a `Picture` as JSON comes in, a PNG goes out.

It is drawn in a process of its own (`python -m bot.rendering.week`), which gives back what matplotlib takes of memory.
It is made for a telephone, which shows it at a third of its size, in dark and light surroundings alike. What tells its
colours apart is how light they are, and hatching. A figure that may not be told is a pale bar, like any other one.
"""

import io
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import matplotlib as mpl
from babel.dates import format_date, format_interval
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import Rectangle
from pydantic import TypeAdapter, ValidationError

from bot.core.messages import SMALLEST_TOLD, Day, Funnel, Picture
from bot.rendering.wording import WeekWords, read_wording
from bot.resources import PROMPTS
from bot.retrieval.french import LOCALE

_DAYS, _FUNNELS, _HIGHEST = 7, 5, 10**9
_FONT = "DejaVu Sans"
_GROUND, _INK, _QUIET = "#24313a", "#f6f2e8", "#c5ced3"

# All that follows is in pixels, three of which are one on a telephone.
_DPI = 100
_WIDTH, _MARGIN = 1080, 60
_INNER = _WIDTH - 2 * _MARGIN
_TITLE, _HEADING, _TEXT = 56, 42, 36
"""The sizes of letters."""
_SMALL, _MEDIUM, _LARGE = 12, 28, 72
"""The spaces between things."""
_SEAM = 4
_HIGHEST_COLUMN, _HIGHEST_UNIT, _COLUMN = 420, 42, 104
_STRIP = 60
_FUNNEL, _LONGEST_FUNNEL = 36, 540
_LONGEST_TITLE = 80
"""Signs: a line has room for half as many."""
_PALE, _LEAST = 24, 48
"""How long a bar is whose figure may not be told, and how long the others are at least."""
_PALENESS = 0.45

_picture: TypeAdapter[Picture] = TypeAdapter(Picture)


@dataclass(frozen=True, slots=True)
class _Look:
    """How a bar is filled, and the colour of what is written on it."""

    fill: str
    ink: str
    hatch: str | None = None


_GOOD = _Look("#4fae93", "#0b211b")
_MIDDLING = _Look("#f0e4c6", "#2e2618")
_BAD = _Look("#c4583f", "#ffffff", "//")
_NEUTRAL = _Look("#8496a3", "#ffffff")


def draw(picture: Picture, words: WeekWords) -> bytes:
    """Return the PNG of a picture."""
    with mpl.rc_context({"font.family": _FONT, "text.parse_math": False, "hatch.linewidth": 3}):
        sheet = _Sheet()
        _draw_title(sheet, picture.days, words)
        _draw_questions(sheet, picture.days, words)
        _draw_opinions(sheet, (picture.useful, picture.useless), words)
        _draw_journeys(sheet, picture.funnels[:_FUNNELS], words)
        if any(_is_hidden(figure) for figure in _figures(picture)):
            sheet.go_down(_LARGE)
            sheet.key(_MARGIN, _NEUTRAL, words.few, 1)
            sheet.go_down(_TEXT)
        return sheet.png()


def main() -> int:
    """Draw what comes in; what cannot be drawn is told in one line."""
    try:
        picture = _picture.validate_json(sys.stdin.buffer.read())
    except ValidationError as error:
        return _refuse(error.errors()[0]["msg"])
    if not 1 <= len(picture.days) <= _DAYS or not all(0 <= figure <= _HIGHEST for figure in _figures(picture)):
        return _refuse("a week has one to seven days, and figures that somebody could have counted")
    sys.stdout.buffer.write(draw(picture, read_wording(PROMPTS).week))
    return 0


def _refuse(reason: str) -> int:
    sys.stderr.write(f"This is no picture of a week: {reason}.\n")
    return 2


class _Sheet:
    """A sheet that is drawn on from top to bottom, as long as need be."""

    def __init__(self) -> None:
        self._figure = Figure(figsize=(_WIDTH / _DPI, _WIDTH / _DPI), dpi=_DPI, facecolor=_GROUND)
        self._axes = self._figure.add_axes((0, 0, 1, 1), xlim=(0, _WIDTH))
        self._axes.set_axis_off()
        self._y = float(_MARGIN)

    def go_down(self, pixels: float) -> None:
        """Go on further below."""
        self._y += pixels

    def write(
        self,
        x: float,
        text: str,
        size: int = _TEXT,
        colour: str = _INK,
        align: str = "left",
        *,
        bold: bool = False,
        up: float = 0,
        on: str | None = None,
    ) -> float:
        """Write something, its top where the sheet is or so far above, and return how long it is.

        What is too long for a line is cut. On a hatched bar, it can be read where the hatching leaves room for it.
        """
        drawn = self._axes.text(
            x,
            self._y - up + size / 2,
            text,
            color=colour,
            fontsize=size * 72 / _DPI,
            fontweight="bold" if bold else "normal",
            horizontalalignment=align,
            verticalalignment="center_baseline",
            bbox={"facecolor": on, "edgecolor": "none", "pad": 1} if on else None,
        )
        while drawn.get_window_extent().width > _INNER:
            text = text[:-1]
            drawn.set_text(f"{text.rstrip()}…")
        return drawn.get_window_extent().width

    def bar(self, x: float, width: float, height: float, look: _Look, figure: int, up: float = 0) -> None:
        """Draw a bar, its top where the sheet is or so far above; pale where its figure may not be told."""
        alpha = _PALENESS if _is_hidden(figure) else 1
        corner = (x, self._y - up)
        self._axes.add_patch(
            Rectangle(corner, width, height, fc=look.fill, ec=_GROUND, hatch=look.hatch, lw=0, alpha=alpha)
        )

    def line(self) -> None:
        """Draw a line across."""
        self._axes.plot((_MARGIN, _WIDTH - _MARGIN), (self._y, self._y), color=_QUIET, linewidth=2)

    def key(self, x: float, look: _Look, word: str, figure: int) -> float:
        """Say what a look means, and return where that ends."""
        self.bar(x, _TEXT, _TEXT, look, figure)
        begin = x + _TEXT + _SMALL
        return begin + self.write(begin, word)

    def heading(self, text: str) -> None:
        """Begin a section."""
        self.go_down(_LARGE)
        self.write(_MARGIN, text, _HEADING, bold=True)
        self.go_down(_HEADING + _MEDIUM)

    def remark(self, text: str) -> None:
        """Say that a section holds nothing."""
        self.write(_MARGIN, text, colour=_QUIET)
        self.go_down(_TEXT)

    def png(self) -> bytes:
        """Return the sheet, cut below what is drawn."""
        height = self._y + _MARGIN
        self._axes.set_ylim(height, 0)
        self._figure.set_size_inches(_WIDTH / _DPI, height / _DPI)
        written = io.BytesIO()
        self._figure.savefig(written, format="png", dpi=_DPI, facecolor=_GROUND)
        return written.getvalue()


def _draw_title(sheet: _Sheet, days: Sequence[Day], words: WeekWords) -> None:
    sheet.write(_MARGIN, words.title, _TITLE, bold=True)
    dates = format_interval(days[0].day, days[-1].day, "yMMMd", locale=LOCALE)
    sheet.write(_WIDTH - _MARGIN, dates, colour=_QUIET, align="right", up=_TEXT - _TITLE)
    sheet.go_down(_TITLE)


def _draw_questions(sheet: _Sheet, days: Sequence[Day], words: WeekWords) -> None:
    """Draw what became of the questions of each day, the answered ones at the bottom."""
    sheet.heading(words.questions)
    if not any(figure for day in days for figure in _outcomes(day)):
        sheet.remark(words.none_asked)
        return
    x = float(_MARGIN)
    for look, word in ((_GOOD, words.answered), (_MIDDLING, words.suggested), (_BAD, words.unknown)):
        x = sheet.key(x, look, word, 0) + _TEXT
    columns = _columns(days)
    sheet.go_down(_TEXT + _MEDIUM + max(sum(column) for column in columns))
    each = _INNER / len(days)
    for number, (day, column) in enumerate(zip(days, columns, strict=True)):
        _draw_column(sheet, _MARGIN + (number + 0.5) * each, day, column)
    sheet.line()
    for pattern in ("EEE", "d"):
        sheet.go_down(_SMALL)
        for number, day in enumerate(days):
            said = format_date(day.day, pattern, locale=LOCALE)
            sheet.write(_MARGIN + (number + 0.5) * each, said, colour=_QUIET, align="center")
        sheet.go_down(_TEXT)


def _columns(days: Sequence[Day]) -> list[list[float]]:
    """Return how high the parts of each day's column are."""
    highest = max(sum(figure for figure in _outcomes(day) if not _is_hidden(figure)) for day in days)
    unit = min(_HIGHEST_UNIT, _HIGHEST_COLUMN / max(highest, 1))
    return [[_length(figure, unit) for figure in _outcomes(day)] for day in days]


def _draw_column(sheet: _Sheet, middle: float, day: Day, column: Sequence[float]) -> None:
    top = 0.0
    for look, figure, height in zip((_GOOD, _MIDDLING, _BAD), _outcomes(day), column, strict=True):
        if not figure:
            continue
        top += height
        sheet.bar(middle - _COLUMN / 2, _COLUMN, height - _SEAM, look, figure, up=top)
        if not _is_hidden(figure):
            above = top - (height - _SEAM - _TEXT) / 2
            sheet.write(middle, _short(figure), colour=look.ink, align="center", bold=True, up=above, on=look.fill)


def _draw_opinions(sheet: _Sheet, figures: tuple[int, int], words: WeekWords) -> None:
    """Draw how many answers were useful, from the left, and how many were not, to the right."""
    sheet.heading(words.opinions)
    if not any(figures):
        sheet.remark(words.no_opinions)
        return
    lengths = [_length(figure, _INNER / sum(figures)) for figure in figures]
    larger = lengths.index(max(lengths))
    if not _is_hidden(figures[larger]):
        lengths[larger] = _INNER - lengths[1 - larger]
    sheet.bar(_MARGIN, lengths[0], _STRIP, _GOOD, figures[0])
    sheet.bar(_WIDTH - _MARGIN - lengths[1] + _SEAM, max(lengths[1] - _SEAM, 0), _STRIP, _BAD, figures[1])
    sheet.go_down(_STRIP + _SMALL)
    sheet.write(_MARGIN, _counted(figures[0], words.useful))
    sheet.write(_WIDTH - _MARGIN, _counted(figures[1], words.useless), align="right")
    sheet.go_down(_TEXT)


def _draw_journeys(sheet: _Sheet, funnels: Sequence[Funnel], words: WeekWords) -> None:
    """Draw how often each journey was begun, and how often it was finished below."""
    sheet.heading(words.journeys)
    if not funnels:
        sheet.remark(words.no_journeys)
        return
    unit = _LONGEST_FUNNEL / max(max(each.begun, each.finished, 1) for each in funnels)
    for number, funnel in enumerate(funnels):
        sheet.go_down(_TEXT if number else 0)
        sheet.write(_MARGIN, _drawable(funnel.title), bold=True)
        sheet.go_down(_TEXT + _SMALL)
        for figure, look, word in ((funnel.begun, _NEUTRAL, words.begun), (funnel.finished, _GOOD, words.finished)):
            length = _length(figure, unit)
            sheet.bar(_MARGIN, length, _FUNNEL, look, figure)
            sheet.write(_MARGIN + length + (_SMALL if figure else 0), _counted(figure, word), colour=_QUIET)
            sheet.go_down(_FUNNEL + _SEAM)


def _figures(picture: Picture) -> Iterator[int]:
    for day in picture.days:
        yield from _outcomes(day)
    yield from (picture.useful, picture.useless)
    for funnel in picture.funnels:
        yield from (funnel.begun, funnel.finished)


def _outcomes(day: Day) -> tuple[int, int, int]:
    return day.answered, day.suggested, day.unknown


def _is_hidden(figure: int) -> bool:
    return 0 < figure < SMALLEST_TOLD


def _length(figure: int, unit: float) -> float:
    """Return how long a figure's bar is."""
    if _is_hidden(figure):
        return _PALE
    return max(figure * unit, _LEAST) if figure else 0


def _counted(figure: int, word: str) -> str:
    """Return a figure with what it counts; that alone, beside a pale bar."""
    return word if _is_hidden(figure) else f"{_short(figure)} {word}"


def _short(figure: int) -> str:
    """Return a figure in four signs at most, as long as a week has fewer than a thousand million questions."""
    for power, sign in ((10**6, "M"), (10**4, "k")):
        if figure >= power:
            return f"{figure // (power if sign == 'M' else 1000)}{sign}"
    return str(figure)


def _drawable(text: str) -> str:
    """Return a text on one line, without the signs that the letters of the picture do not have."""
    known = get_font(findfont(FontProperties(family=_FONT, weight="bold"))).get_charmap()
    composed = unicodedata.normalize("NFC", text[:_LONGEST_TITLE])
    kept = (
        " " if sign.isspace() else sign
        for sign in composed
        if sign.isspace() or (ord(sign) in known and unicodedata.category(sign)[0] not in "CM")
    )
    return " ".join("".join(kept).split()) or "…"


if __name__ == "__main__":
    sys.exit(main())
