"""`make chaos`: journeys walked 200 times, 2,000 events killed 100 times, tips raced for, platforms in bad weather."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.content.reading import read_corpus
from bot.library import Library
from bot.resources import KNOWLEDGE
from bot.retrieval.parameters import read_parameters
from tests.chaos.discord import lost_on_discord
from tests.chaos.finishing import finish
from tests.chaos.killing import differences
from tests.chaos.racing import not_told_once
from tests.chaos.telegram import lost_on_telegram

_SEEDS = 200
_PEOPLE, _EVENTS, _KILLS = 50, 2000, 100
_WRITERS, _TELEGRAM_KILLS = 100, 50
_MEMBERS, _CUTS = 50, 50
_PROCESSES, _DAYS = 10, 200


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
        print(f"10 updates each of {_WRITERS} people on Telegram, killed {_TELEGRAM_KILLS} times…", flush=True)
        lost = lost_on_telegram(journeys, _WRITERS, _TELEGRAM_KILLS, Path(folder))
        print(f"{len(lost)} differences from a run in fair weather")
        print(f"10 interactions each of {_MEMBERS} people on Discord, sockets cut {_CUTS} times…", flush=True)
        library = Library(KNOWLEDGE, read_parameters())
        missed = lost_on_discord(journeys, library, _MEMBERS, _CUTS, Path(folder))
        print(f"{len(missed)} differences from a run in fair weather")
        print(f"{_DAYS} tips that fall due in {_PROCESSES} processes at once…", flush=True)
        raced = not_told_once(_PROCESSES, _DAYS, Path(folder))
        print(f"{len(raced)} tips were not told once")
    found = (*wrong, *astray, *lost, *missed, *raced)
    for each in found:
        print(each)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
