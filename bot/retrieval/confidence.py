"""How sure it is that the first passage answers the question: a probability from what the ranking rests on."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against the first passage.

    Attributes:
        coverage: the share of the question's weight that the passage holds; a word that no passage knows weighs most.
        likeness: how near the nearest question of the passage is: weight shared over weight of both (Jaccard).
        strength: the passage's score, as a multiple of the most that the question's words give in a text.
        runner_up: the score of the second passage, on the same scale.
        outside: the score of the best subject that Vigie does not treat, on the same scale.
    """

    coverage: float
    likeness: float
    strength: float
    runner_up: float
    outside: float


@dataclass(frozen=True, slots=True)
class ConfidenceWeights:
    """The coefficients of the logistic regression of "this can be answered" on the evidence, in its order."""

    intercept: float
    coverage: float
    likeness: float
    strength: float
    runner_up: float
    outside: float


def confidence(evidence: Evidence, weights: ConfidenceWeights) -> float:
    """Return the probability, from 0 to 1, that the first passage answers the question."""
    logit = (
        weights.coverage * evidence.coverage
        + weights.likeness * evidence.likeness
        + weights.strength * evidence.strength
        + weights.runner_up * evidence.runner_up
        + weights.outside * evidence.outside
        + weights.intercept
    )
    return 1 / (1 + math.exp(-logit))
