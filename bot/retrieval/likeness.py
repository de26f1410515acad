"""Questions gathered by what they ask."""

from collections.abc import Callable, Sequence

from bot.retrieval.french import stems

_ALIKE = 0.5
"""The share of the weight of their words from which two questions ask the same."""


def groups(questions: Sequence[str], weight: Callable[[str], float]) -> list[list[int]]:
    """Return the positions of questions in groups of those that ask the same, the first of each being its leader.

    Args:
        questions: the questions.
        weight: how much a stem says: rare ones say more.
    """
    found: list[list[int]] = []
    leaders: list[frozenset[str]] = []
    holding: dict[str, list[int]] = {}
    for position, question in enumerate(questions):
        own = frozenset(stems(question))
        near = dict.fromkeys(group for stem in own for group in holding.get(stem, ()))
        alike = ((_likeness(own, leaders[group], weight), -group) for group in near)
        likeness, negated = max(alike, default=(0.0, 0))
        if likeness >= _ALIKE:
            found[-negated].append(position)
            continue
        for stem in own:
            holding.setdefault(stem, []).append(len(found))
        leaders.append(own)
        found.append([position])
    return found


def _likeness(one: frozenset[str], other: frozenset[str], weight: Callable[[str], float]) -> float:
    """Return the weight that two questions share, over the weight of both."""
    return sum(map(weight, one & other)) / (sum(map(weight, one | other)) or 1.0)
