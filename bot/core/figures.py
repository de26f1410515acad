"""Figures as they may be told: none that is so small that it could tell who it counts, nor could another tell it."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.messages import SMALLEST_TOLD


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum as far as it may be told: it is a figure, or `more` than that."""

    figure: int = 0
    more: bool = False

    def __bool__(self) -> bool:
        """Tell whether anything was counted."""
        return self.more or self.figure > 0


def coarse(figure: int) -> int:
    """Return a figure that may be told: one stands for every one that may not."""
    return 1 if 0 < figure < SMALLEST_TOLD else figure


def summed(figures: Iterable[int]) -> Sum:
    """Return the sum of figures that are told as far as they may be: none follows from it that may not."""
    counted = [figure for figure in figures if figure]
    hidden = [figure for figure in counted if figure < SMALLEST_TOLD]
    told, rest = sum(counted) - sum(hidden), sum(hidden)
    largest = SMALLEST_TOLD - 1
    # What is hidden may be told as a whole, unless all of it must be ones, or the largest but for one perhaps.
    if rest >= SMALLEST_TOLD and len(hidden) < rest < len(hidden) * largest - 1:
        return Sum(told + rest)
    # Up to three that make less than five may be this or that; four would be ones.
    is_small = rest < SMALLEST_TOLD and len(hidden) < largest
    return Sum(told if is_small else told + largest - 1, more=bool(hidden))
