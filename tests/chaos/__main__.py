"""`make chaos`: whatever is killed, cut, full, slow or gone, nothing is lost and nothing counts twice.

In all it takes about fourteen minutes on two quiet cores, of which the hour takes five. `--only` runs one part.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.content.reading import read_corpus
from bot.library import Library
from bot.resources import KNOWLEDGE
from bot.retrieval.parameters import read_parameters
from tests.chaos.discord import lost_on_discord
from tests.chaos.finishing import finish
from tests.chaos.hour import Scale, lost_in_an_hour
from tests.chaos.killing import differences
from tests.chaos.racing import not_told_once
from tests.chaos.telegram import lost_on_telegram
from tests.chaos.traffic import EVENTS, MEMBERS
from tests.fakes.postgresql import serving

_SEEDS = 200
_PEOPLE, _EVENTS, _KILLS = 50, 2000, 100
_WRITERS, _TELEGRAM_KILLS = 100, 50
_MEMBERS, _CUTS = 50, 50
_PROCESSES, _DAYS = 10, 200
_HOUR = Scale(EVENTS, MEMBERS, fair=45, foul=90)

Part = Callable[[Path], list[str]]


def _lost_on_discord(journeys: Sequence[str], folder: Path) -> list[str]:
    return lost_on_discord(journeys, Library(KNOWLEDGE, read_parameters()), _MEMBERS, _CUTS, folder)


def _lost_in_an_hour(journeys: Sequence[str], folder: Path) -> list[str]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(serving())
        except pytest.skip.Exception as reason:
            print(f"on a file alone: {reason}")
            server = None
        return lost_in_an_hour(journeys, _HOUR, folder, server, judges_speed=True)


def _parts(journeys: Sequence[str]) -> Mapping[str, tuple[str, Part]]:
    """Return what can be run: what it does, and what returns what went wrong."""
    return {
        "kills": (
            f"{_EVENTS} events of {_PEOPLE} people, killed {_KILLS} times",
            partial(differences, journeys, _PEOPLE, _EVENTS, _KILLS),
        ),
        "walks": (f"{len(journeys)} journeys, {_SEEDS} walks each", partial(finish, journeys, _SEEDS)),
        "telegram": (
            f"10 updates each of {_WRITERS} people on Telegram, killed {_TELEGRAM_KILLS} times",
            partial(lost_on_telegram, journeys, _WRITERS, _TELEGRAM_KILLS),
        ),
        "discord": (
            f"10 interactions each of {_MEMBERS} people on Discord, sockets cut {_CUTS} times",
            partial(_lost_on_discord, journeys),
        ),
        "races": (
            f"{_DAYS} tips that fall due in {_PROCESSES} processes at once",
            partial(not_told_once, _PROCESSES, _DAYS),
        ),
        "faults": (
            f"an hour of {MEMBERS} people, {EVENTS} events on both platforms, one fault after the other",
            partial(_lost_in_an_hour, journeys),
        ),
    }


def main() -> None:
    """Run everything, or one part; say what went wrong, and fail if anything did."""
    parts = _parts([journey.id for journey in read_corpus(KNOWLEDGE).journeys])
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", choices=parts)
    only = parser.parse_args().only
    found = []
    for name, (what, run) in parts.items():
        if only in (None, name):
            print(f"{what}…", flush=True)
            with TemporaryDirectory() as folder:
                wrong = run(Path(folder))
            print(f"{len(wrong)} went wrong", flush=True)
            found += wrong
    for each in found:
        print(each)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
