"""Every weight and threshold of retrieval: here what each means; in parameters.toml its value, chosen by measuring."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from bot.retrieval.confidence import ConfidenceWeights

PARAMETERS_FILE = Path(__file__).with_name("parameters.toml")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The numbers that ranking and confidence depend on.

    Attributes:
        k1, b: BM25's saturation of a word's frequency and its correction for a passage's length.
        title_repeats: how many times the title counts in the passage's one field; text and questions count once.
        synonym_weight, correction_weight: what a synonym of the lexicon, or a corrected word, counts for, 0 to 1.
        gram_weight: what sequences of four letters add to the score of whole words.
        gram_passages: the largest corpus, in passages, whose letter sequences are indexed: beyond, they cost too much.
        question_weight: what the best single question of a passage adds to the score of the passage.
        previous_weight: what the words of the question before count for in a follow-up, 0 to 1.
        confidence: the coefficients of the confidence.
        answer_from, suggest_from: the least confidence to answer, and to suggest titles.
        close_runner_up: the share of the first passage's score from which another is offered before what its writer
            named.
    """

    k1: float
    b: float
    title_repeats: int
    synonym_weight: float
    correction_weight: float
    gram_weight: float
    gram_passages: int
    question_weight: float
    previous_weight: float
    answer_from: float
    suggest_from: float
    close_runner_up: float
    confidence: ConfidenceWeights


def read_parameters() -> Parameters:
    """Return the parameters in force."""
    values = tomllib.loads(PARAMETERS_FILE.read_text(encoding="utf-8"))
    return Parameters(**{**values, "confidence": ConfidenceWeights(**values["confidence"])})
