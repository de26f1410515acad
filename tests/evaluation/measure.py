"""What Vigie does with the evaluation set, and what plain rank-bm25 does on the same passages."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from rank_bm25 import BM25Okapi

from bot.app import build_advisor
from bot.content.corpus import Corpus
from bot.core.advisor import Advisor
from bot.core.messages import Address, Incoming, Status, Verdict
from bot.retrieval.retriever import Retriever
from bot.storage.database import MEMORY, open_database
from tests.evaluation.cases import Case


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case: the status, and whether each passage told or proposed is right, best first."""

    case: Case
    status: Status
    rights: tuple[bool, ...]

    @property
    def answered_right(self) -> bool:
        """The first passage was told, and is right."""
        return self.status is Status.ANSWER and self.rights[0]

    @property
    def among_three(self) -> bool:
        """One of the first three passages told or proposed is right."""
        return any(self.rights[:3])

    @property
    def answered_wrong(self) -> bool:
        """A passage was told, and is not right."""
        return self.status is Status.ANSWER and not self.rights[0]

    @property
    def refused(self) -> bool:
        """No advice was told or proposed."""
        return self.status in (Status.UNKNOWN, Status.SMALLTALK)


@asynccontextmanager
async def forgetful(current_retriever: Callable[[], Retriever]) -> AsyncIterator[Advisor]:
    """Yield an advisor that forgets everything at the end."""
    async with open_database(MEMORY) as database:
        yield build_advisor(current_retriever, database)


async def outcomes(advisor: Advisor, cases: Iterable[Case]) -> list[Outcome]:
    """Return what the advisor does with each case, in a conversation of its own."""
    return [_outcome(case, await _last_verdict(advisor, case)) for case in cases]


async def _last_verdict(advisor: Advisor, case: Case) -> Verdict:
    verdict = None
    for turn in case.turns:
        address = Address("evaluation", case.id)
        verdict = (await advisor.handle(Incoming(address, datetime(2026, 1, 1, tzinfo=UTC), turn))).verdict
    return verdict or Verdict(Status.SMALLTALK)


def _outcome(case: Case, verdict: Verdict) -> Outcome:
    return Outcome(case, verdict.status, tuple(case.is_right(hit.passage.text) for hit in verdict.hits))


def plain_outcomes(corpus: Corpus, cases: Iterable[Case]) -> list[Outcome]:
    """Return what rank-bm25 finds for each case's last turn, in titles and texts split at blanks: it never refuses."""
    index = BM25Okapi([f"{passage.title} {passage.text}".lower().split() for passage in corpus.passages])
    found = []
    for case in cases:
        best = index.get_top_n(case.turns[-1].lower().split(), corpus.passages, n=3)
        found.append(Outcome(case, Status.ANSWER, tuple(case.is_right(passage.text) for passage in best)))
    return found


def share(results: Sequence[Outcome], is_so: Callable[[Outcome], bool]) -> float:
    """Return the share of results for which something holds, 0 for none."""
    return sum(map(is_so, results)) / len(results) if results else 0.0


def by_style(results: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Return the results of each register or kind."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for result in results:
        groups[result.case.style].append(result)
    return dict(groups)
