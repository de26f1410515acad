"""The load that is measured: the same at every run, mixed, and answered whole by one process or several."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.library import Library
from tests.benchmarks.load import INCOMING, Bench, Fresh, files_in, made, prepared
from tests.conftest import PASSAGE, WriteKnowledge
from tests.fakes.postgresql import PostgreSQL

EVENTS = 60


@pytest.fixture
async def bench(library: Library, tmp_path: Path, write_knowledge: WriteKnowledge) -> Bench:
    little = write_knowledge({"passages/veiller.md": PASSAGE.format(title="Veiller", text="Lis trois sources.")})
    return replace(await prepared(library.current(), tmp_path, EVENTS, busiest=1), knowledge=little)


@pytest.fixture
def fresh(database_server: PostgreSQL | None, tmp_path: Path) -> Fresh:
    return database_server.database if database_server else files_in(tmp_path)


async def test_the_load_is_the_same_at_every_run(library: Library) -> None:
    assert await made(library.current(), EVENTS) == await made(library.current(), EVENTS)


async def test_the_load_is_mixed_and_some_of_it_comes_twice(library: Library) -> None:
    load = await made(library.current(), 600)
    assert 600 < len(load) < 630
    assert len(set(load)) == 600
    incoming = [INCOMING.validate_json(each.payload) for each in set(load)]
    kinds = Counter(
        "group" if each.address.community else "press" if each.button else "command" if each.text[0] == "/" else "text"
        for each in incoming
    )
    assert set(kinds) == {"text", "press", "command", "group"}
    assert min(kinds.values()) > 20


@pytest.mark.both_engines
async def test_all_of_it_is_answered_once(bench: Bench, fresh: Fresh, engine: str) -> None:
    # It fails where an event is answered twice, or not at all.
    emptied = await bench.emptied(bench.many, processes=1 if engine == "sqlite" else 2, fresh=fresh)
    assert emptied.rate > 0
    assert 0 < emptied.deciding.p50 <= emptied.deciding.p99
    assert emptied.deciding.p50 < emptied.whole.p50 <= emptied.whole.p99
