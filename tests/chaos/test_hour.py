"""A small part of the hour of `make chaos`, each fault once."""

from pathlib import Path

from bot.library import Library
from tests.chaos.hour import Scale, lost_in_an_hour
from tests.chaos.test_chaos import ids
from tests.fakes.postgresql import PostgreSQL

SMALL = Scale(events=60, members=100, fair=3, foul=6)


def test_whatever_goes_wrong_nothing_is_lost_and_nothing_counts_twice(
    library: Library, tmp_path: Path, postgresql: PostgreSQL
) -> None:
    assert lost_in_an_hour(ids(library), SMALL, tmp_path, postgresql) == []
