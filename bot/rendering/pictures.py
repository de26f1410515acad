"""Pictures for those who write and host: flowcharts and funnels, as SVG."""

import io
from collections.abc import Mapping, Sequence

import mermaidx
from matplotlib.figure import Figure

from bot.storage.journeys import StepCount

_STYLE = {"htmlLabels": False, "flowchart": {"htmlLabels": False}}
_ROW_HEIGHT = 0.28
_COLOURS = {"passed": "#3a7d6b", "waiting": "#c9c2b3", "quit": "#b5523b"}


def flowchart(mermaid: str) -> str:
    """Return the SVG picture of a Mermaid flowchart."""
    drawn = str(mermaidx.render(mermaid, theme="neutral", config=_STYLE).svg())
    # Words stand apart in pieces of text that begin with a blank, which not every viewer keeps otherwise.
    return drawn.replace("<svg ", '<svg xml:space="preserve" ', 1)


def funnels(counted: Sequence[StepCount], titles: Mapping[str, str]) -> str:
    """Return the SVG picture of how many people went through, stand at, and quit at each step, a chart a journey."""
    journeys = list(dict.fromkeys(each.journey for each in counted))
    heights = [sum(each.journey == journey for each in counted) + 2 for journey in journeys] or [2]
    figure = Figure(figsize=(8, sum(heights) * _ROW_HEIGHT + 0.6), layout="constrained")
    axes = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    for place, journey in enumerate(journeys):
        rows = [each for each in counted if each.journey == journey][::-1]
        steps, left = [each.step for each in rows], [0] * len(rows)
        for part, label in (("passed", "went on"), ("waiting", "still there"), ("quit", "quit")):
            widths = [getattr(each, part) for each in rows]
            axes[place].barh(steps, widths, left=left, color=_COLOURS[part], label=label)
            left = [start + width for start, width in zip(left, widths, strict=True)]
        axes[place].set_title(titles.get(journey, journey), loc="left", fontsize=10)
        axes[place].tick_params(labelsize=7)
        axes[place].xaxis.get_major_locator().set_params(integer=True)
        axes[place].spines[["top", "right"]].set_visible(False)
    if journeys:
        axes[0].legend(fontsize=7, frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1, 1))
    picture = io.StringIO()
    figure.savefig(picture, format="svg", metadata={"Date": None})
    return picture.getvalue()
