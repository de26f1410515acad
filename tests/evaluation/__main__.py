"""`make evaluate` prints what Vigie does with the evaluation set; `make tune` chooses the parameters on half of it."""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bot.content.reading import read_corpus
from bot.core.messages import Status
from bot.library import Library
from bot.resources import KNOWLEDGE
from bot.retrieval.parameters import read_parameters
from tests.evaluation.cases import follow_ups, out_of_scope, questions, smalltalk
from tests.evaluation.measure import Outcome, by_style, forgetful, outcomes, plain_outcomes, share

_HALVES = {"tuning": True, "trusted": False}


@dataclass(frozen=True, slots=True)
class Report:
    """The results of each set."""

    questions: list[Outcome]
    plain: list[Outcome]
    follow_ups: list[Outcome]
    out_of_scope: list[Outcome]
    smalltalk: list[Outcome]


async def report(library: Library) -> Report:
    """Return what Vigie, and plain rank-bm25, do with every set."""
    async with forgetful(library.current) as advisor:
        return Report(
            await outcomes(advisor, questions()),
            plain_outcomes(library.current().corpus, questions()),
            await outcomes(advisor, follow_ups()),
            await outcomes(advisor, out_of_scope()),
            await outcomes(advisor, smalltalk()),
        )


def print_report(results: Report, console: Console) -> None:
    """Print the shares, for both halves and by register."""
    table = Table("in scope", "cases", "right at 1", "right at 3", "wrong answer", "refused", box=None)
    for name, half in _HALVES.items():
        _add_row(table, f"{name} half", [each for each in results.questions if each.case.for_tuning is half])
    for style, group in by_style(results.questions).items():
        _add_row(table, style, group)
    _add_row(table, "all", results.questions)
    _add_row(table, "all, plain rank-bm25", results.plain)
    _add_row(table, "follow-ups", results.follow_ups)
    console.print(table)
    table = Table("out of scope", "cases", "refused", "suggested", "answered", box=None)
    groups = {
        f"{name} half": [each for each in results.out_of_scope if each.case.for_tuning is half]
        for name, half in _HALVES.items()
    }
    for style, group in {**groups, **by_style(results.out_of_scope), "all": results.out_of_scope}.items():
        table.add_row(
            style,
            str(len(group)),
            f"{share(group, lambda each: each.refused):.3f}",
            f"{share(group, lambda each: each.status is Status.SUGGEST):.3f}",
            f"{share(group, lambda each: each.status is Status.ANSWER):.3f}",
        )
    console.print(table)
    greeted = share(results.smalltalk, lambda each: each.status is Status.SMALLTALK)
    console.print(f"small talk recognised  {greeted:.3f} of {len(results.smalltalk)}", highlight=False)


def _add_row(table: Table, name: str, group: Sequence[Outcome]) -> None:
    figures = (
        share(group, lambda each: each.answered_right),
        share(group, lambda each: each.among_three),
        share(group, lambda each: each.answered_wrong),
        share(group, lambda each: each.refused),
    )
    table.add_row(name, str(len(group)), *(f"{figure:.3f}" for figure in figures))


def main() -> None:
    """Evaluate, or tune and then evaluate."""
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation", description=__doc__)
    parser.add_argument("--tune", action="store_true", help="choose the parameters on the tuning half, and write them")
    if parser.parse_args().tune:
        from tests.evaluation.tune import tune

        tune(read_corpus(KNOWLEDGE))
    print_report(asyncio.run(report(Library(KNOWLEDGE, read_parameters()))), Console(width=100))


if __name__ == "__main__":
    main()
