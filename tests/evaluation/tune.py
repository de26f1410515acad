"""Chooses the parameters of retrieval, on half of the evaluation set and on questions held out of the index."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, replace

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.content.corpus import Corpus
from bot.retrieval.confidence import ConfidenceWeights
from bot.retrieval.parameters import PARAMETERS_FILE, Parameters, read_parameters
from bot.retrieval.retriever import Retriever
from tests.evaluation.cases import Case, follow_ups, out_of_scope, questions

_HEADER = "# Chosen by `make tune`: measured, not set by hand.\n"
_GRID: dict[str, tuple[float, ...]] = {
    "k1": (0.8, 1.2, 1.6, 2.0, 2.5),
    "b": (0.2, 0.35, 0.5, 0.65, 0.8),
    "title_repeats": (1, 2, 3, 5),
    "gram_weight": (0.1, 0.2, 0.3, 0.45),
    "question_weight": (0.0, 0.15, 0.3, 0.45, 0.6, 0.9),
    "synonym_weight": (0.0, 0.2, 0.35, 0.5, 0.7),
    "correction_weight": (0.6, 0.8, 1.0),
    "previous_weight": (0.2, 0.4, 0.6, 0.8),
}
_FOLD = 4
"""One question in so many of each passage, and one outside subject in so many, is held out of the index."""
_SAMPLE = 1500
_ANSWERED_OUT = 0.08
_REFUSED_IN = 0.06
"""What is bearable: the share of questions out of scope that get advice, and of questions in scope that get none."""
_EVEN = 0.5
"""The confidence below which titles are proposed rather than one passage told: even odds."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A corpus without some of its questions, those questions with the id of their passage, and those out of scope."""

    corpus: Corpus
    asked: Sequence[tuple[str, str]]
    outside: Sequence[str]


def tune(corpus: Corpus) -> None:
    """Choose each parameter in turn, then the confidence and its thresholds, and put them in force."""
    cases = [case for case in (*questions(), *follow_ups()) if case.for_tuning]
    held_out = hold_out(corpus)
    parameters = read_parameters()
    best = _ranking_score(corpus, held_out, parameters, cases)
    print(f"before: {best:.4f}", flush=True)
    for name, candidate in _candidates(parameters):
        trial = replace(parameters, **{name: candidate})  # type: ignore[arg-type]  # the grid holds each field's type
        score = _ranking_score(corpus, held_out, trial, cases)
        if score > best:
            best, parameters = score, trial
            print(f"{name} = {candidate}: {score:.4f}", flush=True)
    parameters = replace(parameters, confidence=_fit(Retriever(held_out.corpus, parameters), held_out))
    _write(_with_thresholds(Retriever(corpus, parameters), cases))


def hold_out(corpus: Corpus) -> HeldOut:
    """Return the corpus with a part of its questions and outside subjects held out."""
    kept = tuple(
        replace(passage, questions=tuple(each for place, each in enumerate(passage.questions) if place % _FOLD))
        for passage in corpus.passages
    )
    asked = [(passage.id, question) for passage in corpus.passages for question in passage.questions[::_FOLD]]
    topics = tuple(topic for place, topic in enumerate(corpus.outside) if place % _FOLD)
    outside = [question for topic in corpus.outside[::_FOLD] for question in topic.questions]
    sample = random.Random(0).sample(asked, min(_SAMPLE, len(asked)))  # noqa: S311 - a sample that is always the same
    return HeldOut(replace(corpus, passages=kept, outside=topics), sample, outside)


def _candidates(parameters: Parameters) -> Iterator[tuple[str, float]]:
    for name, values in _GRID.items():
        yield from ((name, value) for value in values if value != getattr(parameters, name))


def _ranking_score(corpus: Corpus, held_out: HeldOut, parameters: Parameters, cases: Sequence[Case]) -> float:
    """Return the mean reciprocal rank of the first right passage among five, over both kinds of questions alike."""
    retriever = Retriever(corpus, parameters)
    of_cases = [
        _reciprocal_rank([case.is_right(hit.passage.text) for hit in retriever.rank(*_asked(case), 5).hits])
        for case in cases
    ]
    retriever = Retriever(held_out.corpus, parameters)
    of_held_out = [
        _reciprocal_rank([hit.passage.id == owner for hit in retriever.search(question, 5)])
        for owner, question in held_out.asked
    ]
    return float(np.mean(of_cases) + np.mean(of_held_out)) / 2


def _reciprocal_rank(rights: Sequence[bool]) -> float:
    return next((1 / rank for rank, right in enumerate(rights, start=1) if right), 0.0)


def _asked(case: Case) -> tuple[str, str | None]:
    return case.turns[-1], case.turns[0] if len(case.turns) > 1 else None


def _fit(retriever: Retriever, held_out: HeldOut) -> ConfidenceWeights:
    """Return the logistic regression of "in scope" on the evidence of the held-out questions and of the tuning half."""
    in_scope = [retriever.rank(question, None, 1).evidence for _, question in held_out.asked]
    outside = [*held_out.outside, *(case.turns[0] for case in out_of_scope() if case.for_tuning)]
    out = [retriever.rank(question, None, 1).evidence for question in outside]
    features = [astuple(evidence) for evidence in (*in_scope, *out) if evidence]
    labels = [True] * sum(map(bool, in_scope)) + [False] * sum(map(bool, out))
    model = LogisticRegression(C=100.0, class_weight="balanced", max_iter=5000).fit(features, labels)
    return ConfidenceWeights(float(model.intercept_[0]), *map(float, model.coef_[0]))


def _with_thresholds(retriever: Retriever, cases: Sequence[Case]) -> Parameters:
    """Return the retriever's parameters with the thresholds that the tuning half asks for."""
    outside = np.array([retriever.rank(*_asked(case), 1).confidence for case in out_of_scope() if case.for_tuning])
    inside = np.array([retriever.rank(*_asked(case), 1).confidence for case in cases])
    steps = np.linspace(0, 1, 501)
    costs = [(outside >= step).mean() / _ANSWERED_OUT + (inside < step).mean() / _REFUSED_IN for step in steps]
    suggest_from = float(np.median(steps[np.isclose(costs, min(costs))]))
    return replace(retriever.parameters, suggest_from=suggest_from, answer_from=max(suggest_from, _EVEN))


def _write(parameters: Parameters) -> None:
    """Put other parameters in force, for the next start."""
    values = asdict(parameters)
    weights = values.pop("confidence")
    lines = [_line(name, value) for name, value in values.items()]
    lines += ["", "[confidence]", *(_line(name, value) for name, value in weights.items())]
    PARAMETERS_FILE.write_text(_HEADER + "\n".join(lines) + "\n", encoding="utf-8")


def _line(name: str, value: float) -> str:
    return f"{name} = {value if isinstance(value, int) else round(value, 4)}"
