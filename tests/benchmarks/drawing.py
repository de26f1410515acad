"""Pictures of what something costs, as SVG: on logarithms, so that what is straight grows in proportion.

They bring their own ground, so that they can be read in dark and light surroundings alike. What tells lines apart is
how light they are, and the shape of their points.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import EngFormatter, FuncFormatter, LogLocator, NullLocator

_SIZE, _PADDING = (10.5, 3.6), 0.12
"""In inches."""
_GROUND, _INK, _QUIET = "#24313a", "#f6f2e8", "#4c5c66"
_LOOKS = (("#4fae93", "o"), ("#f0e4c6", "s"))


@dataclass(frozen=True, slots=True)
class Line:
    """What is drawn as one line, and what it is called."""

    label: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Panel:
    """Some lines with a scale in common."""

    title: str
    lines: Sequence[Line]


def drawn(against: str, sizes: Sequence[int], panels: Sequence[Panel]) -> str:
    """Return the picture of panels side by side, all of them against the same sizes."""
    with mpl.rc_context(
        {
            # Letters are letters, and not their outlines: the file stays small, and can be searched.
            "svg.fonttype": "none",
            "svg.hashsalt": "vigie",
            "font.family": "sans-serif",
            "font.size": 10,
            "text.color": _INK,
            "axes.facecolor": _GROUND,
            "axes.edgecolor": _INK,
            "axes.labelcolor": _INK,
            "xtick.color": _INK,
            "ytick.color": _INK,
            "grid.color": _QUIET,
        }
    ):
        around = ConstrainedLayoutEngine(w_pad=_PADDING, h_pad=_PADDING)
        figure = Figure(figsize=_SIZE, layout=around, facecolor=_GROUND)
        for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
            _draw(axes, against, sizes, panel)
        picture = io.StringIO()
        title = f"{', '.join(panel.title for panel in panels)}, against {against}"
        figure.savefig(picture, format="svg", metadata={"Date": None, "Title": title})
    return picture.getvalue()


def _draw(axes: Axes, against: str, sizes: Sequence[int], panel: Panel) -> None:
    for line, (colour, marker) in zip(panel.lines, _LOOKS, strict=False):
        axes.plot(sizes, line.values, color=colour, marker=marker, label=line.label, linewidth=2)
    axes.set_xscale("log")
    axes.set_yscale("log")
    values = [value for line in panel.lines for value in line.values]
    # From one power of ten to another, with room for the words above.
    axes.set_ylim(_power_below(min(values)), _power_below(max(values)) * 100)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=12))
        axis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.set_title(panel.title, loc="left", fontsize=11)
    axes.set_xlabel(against)
    axes.grid(visible=True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left", fontsize=9)


def _power_below(value: float) -> float:
    return float(10.0 ** math.floor(math.log10(value)))
