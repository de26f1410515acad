"""`make chaos`: every journey walked to its end 200 times, and 2,000 events of 50 people killed 100 times."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.content.reading import read_corpus
from bot.resources import KNOWLEDGE
from tests.chaos.finishing import finish
from tests.chaos.killing import differences

_SEEDS = 200
_PEOPLE, _EVENTS, _KILLS = 50, 2000, 100


def main() -> None:
    """Run everything, say what went wrong, and fail if anything did."""
    journeys = [journey.id for journey in read_corpus(KNOWLEDGE).journeys]
    with TemporaryDirectory() as folder:
        print(f"{_EVENTS} events of {_PEOPLE} people, killed {_KILLS} times…", flush=True)
        wrong = differences(journeys, _PEOPLE, _EVENTS, _KILLS, Path(folder))
        print(f"{len(wrong)} differences from a run that was left alone")
        print(f"{len(journeys)} journeys, {_SEEDS} walks each…", flush=True)
        astray = finish(journeys, _SEEDS, Path(folder))
        print(f"{len(astray)} walks of {len(journeys) * _SEEDS} went wrong")
    for each in (*wrong, *astray):
        print(each)
    sys.exit(bool(wrong or astray))


if __name__ == "__main__":
    main()
