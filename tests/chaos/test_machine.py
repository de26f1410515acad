"""What was measured while the machine's processors were elsewhere is told apart."""

import pytest

from tests.chaos.machine import Machine, stolen


@pytest.fixture
def machine() -> Machine:
    """A machine of two processors that others took for half of its fourth second, and a little now and then."""
    taken = iter([0.0, 0.01, 0.02, 0.03, 1.03, 1.04, 1.05])
    machine = Machine(lambda: next(taken), processors=2)
    for moment in range(7):
        machine.note(float(moment))
    return machine


@pytest.mark.parametrize(
    ("begin", "end", "own"),
    [(0.5, 2.5, True), (2.9, 3.0, True), (2.9, 3.1, False), (3.5, 3.6, False), (3.9, 5.5, False), (4.0, 5.5, True)],
)
def test_what_met_nothing_taken_away_is_told_from_what_did(
    machine: Machine, begin: float, end: float, *, own: bool
) -> None:
    assert machine.was_its_own(begin, end) is own


@pytest.mark.parametrize(("begin", "end"), [(-1.0, 0.5), (5.5, 9.0)])
def test_what_lasted_longer_than_the_look_is_judged_by_what_was_seen(
    machine: Machine, begin: float, end: float
) -> None:
    assert machine.was_its_own(begin, end)


def test_what_others_take_never_grows_less() -> None:
    assert 0 <= stolen() <= stolen()
