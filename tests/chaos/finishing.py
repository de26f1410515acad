"""Every journey walked to its end, at random, through `vigie chat --json`."""

from collections.abc import Sequence
from pathlib import Path

from tests.chaos.vigie import Vigie
from tests.chaos.walkers import Walker

LONGEST_WALK = 1000
"""Things done: nobody who goes forward more often than back needs so many."""


def finish(journeys: Sequence[str], seeds: int, folder: Path) -> list[str]:
    """Walk every journey `seeds` times, and return what went wrong: an error, a walk without an end."""
    wrong = []
    with Vigie(folder / "finishing.sqlite3", folder / "cache") as vigie:
        for journey in journeys:
            for seed in range(seeds):
                wrong += _walk(vigie, Walker(f"{journey}-{seed}", journey, seed))
    return wrong


def _walk(vigie: Vigie, walker: Walker) -> list[str]:
    for _ in range(LONGEST_WALK):
        done = walker.does()
        answer = vigie.answer(done)
        if (
            "error" in answer
            or not answer["replies"]
            or "Quelque chose s'est mal passé" in answer["replies"][0]["text"]
        ):
            return [f"{walker.name}: {done} was answered by {answer}"]
        walker.reads(answer)
        if walker.finished:
            return []
    return [f"{walker.name} never came to the end"]
