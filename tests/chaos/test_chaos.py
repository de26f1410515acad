"""A small part of `make chaos`."""

from pathlib import Path

from bot.library import Library
from tests.chaos.discord import lost_on_discord
from tests.chaos.finishing import finish
from tests.chaos.killing import differences
from tests.chaos.racing import not_told_once
from tests.chaos.telegram import lost_on_telegram


def ids(library: Library) -> list[str]:
    return [journey.id for journey in library.current().corpus.journeys]


def test_every_journey_comes_to_its_end_whatever_is_pressed_or_typed(library: Library, tmp_path: Path) -> None:
    assert finish(ids(library), seeds=5, folder=tmp_path) == []


def test_killed_at_any_instant_nothing_is_lost_and_nothing_counts_twice(library: Library, tmp_path: Path) -> None:
    assert differences(ids(library), people=5, events=120, kills=4, folder=tmp_path) == []


def test_in_bad_weather_telegram_loses_nothing_and_nobody_is_welcomed_twice(library: Library, tmp_path: Path) -> None:
    assert lost_on_telegram(ids(library), people=6, kills=2, folder=tmp_path) == []


def test_with_sockets_cut_again_and_again_discord_loses_nothing_and_nothing_counts_twice(
    library: Library, tmp_path: Path
) -> None:
    assert lost_on_discord(ids(library), library, people=5, cuts=10, folder=tmp_path) == []


def test_of_four_processes_on_one_database_one_tells_the_tip_that_is_due(tmp_path: Path) -> None:
    assert not_told_once(processes=4, days=20, folder=tmp_path) == []
