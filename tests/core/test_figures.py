"""A sum tells no figure that may not be told, even beside the figures that it is the sum of."""

from collections import defaultdict
from itertools import product

import pytest

from bot.core.figures import Sum, coarse, summed
from bot.core.messages import SMALLEST_TOLD


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ([], Sum(0)),
        ([0, 0], Sum(0)),
        ([6, 0, 5], Sum(11)),
        ([3], Sum(0, more=True)),
        ([6, 1], Sum(6, more=True)),
        ([1, 1, 2], Sum(0, more=True)),
        ([3, 3, 3, 3, 3, 3, 3], Sum(21)),
        ([6, 2, 3], Sum(11)),
        ([1, 1, 1, 1], Sum(3, more=True)),
        ([4, 4], Sum(3, more=True)),
        ([6, 4, 4], Sum(9, more=True)),
        ([1, 1, 1, 1, 1, 1], Sum(3, more=True)),
    ],
)
def test_a_sum_is_told_as_far_as_it_may_be(figures: list[int], told: Sum) -> None:
    assert summed(figures) == told


@pytest.mark.parametrize(("days", "highest"), [(1, 9), (2, 9), (3, 6), (4, 5), (5, 4)])
def test_no_figure_follows_from_what_is_told_of_it_and_of_the_sum(days: int, highest: int) -> None:
    told = defaultdict(list)
    for figures in product(range(highest + 1), repeat=days):
        told[summed(figures), tuple(map(coarse, figures))].append(figures)
    for seen in told.values():
        for day in zip(*seen, strict=True):
            assert not 0 < day[0] < SMALLEST_TOLD or len(set(day)) > 1


@pytest.mark.parametrize("days", [1, 2, 3])
def test_what_is_told_of_a_sum_is_true(days: int) -> None:
    for figures in product(range(8), repeat=days):
        found = summed(figures)
        assert sum(figures) > found.figure if found.more else sum(figures) == found.figure
        assert found.figure or not found.more or sum(figures) < SMALLEST_TOLD
