"""Killed at any instant: the same events, killed and not, end in the same state and the same replies."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.chaos.vigie import Line, Vigie
from tests.chaos.walkers import Walker

_BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
_LONGEST_WAIT = 0.006
"""Seconds from writing an event to the kill: a little more than it takes to answer one."""


def differences(
    journeys: Sequence[str], people: int, events: int, kills: int, folder: Path, seed: int = 1
) -> list[str]:
    """Return how a run killed so many times differs from one that was left alone: nothing, if all is well."""
    script = list(_script(journeys, people, events, folder, seed))
    killed_at = set(random.Random(seed).sample(range(len(script)), kills))  # noqa: S311 - the same at every run
    alone = folder / "alone.sqlite3"
    killed = folder / "killed.sqlite3"
    expected = _run(script, alone, folder / "cache", frozenset(), seed)
    found = _run(script, killed, folder / "cache", frozenset(killed_at), seed)
    differing = [
        f"event {line['id']}: {once} became {again}"
        for line, once, again in zip(script, expected, found, strict=True)
        if once != again
    ]
    return differing + _differing_tables(alone, killed)


def _script(journeys: Sequence[str], people: int, events: int, folder: Path, seed: int) -> Iterator[Line]:
    """Yield events of many people, made by walking once: each has an id and a time."""
    chance = random.Random(seed)  # noqa: S311 - the same at every run
    walkers = [Walker(f"person-{number}", journeys[number % len(journeys)], seed) for number in range(people)]
    now = _BEGIN
    with Vigie(folder / "script.sqlite3", folder / "cache") as vigie:
        for number in range(events):
            walker = chance.choice(walkers)
            now += timedelta(seconds=chance.choice((1, 30, 600)))
            line = {**walker.does(), "id": f"event-{number}", "at": now.isoformat()}
            walker.reads(vigie.answer(line))
            yield line


def _run(script: Sequence[Line], database: Path, cache: Path, killed_at: frozenset[int], seed: int) -> list[Line]:
    chance = random.Random(seed)  # noqa: S311 - the same at every run
    answers: list[Line] = []
    while len(answers) < len(script):
        with Vigie(database, cache) as vigie:
            for number, line in enumerate(script[len(answers) :], start=len(answers)):
                if number in killed_at:
                    killed_at -= {number}
                    answer = vigie.answer_while_killed(line, chance.uniform(0, _LONGEST_WAIT))
                    answers += [answer] if answer else []
                    break
                answers.append(vigie.answer(line))
    return answers


def _differing_tables(one: Path, other: Path) -> list[str]:
    left, right = _tables(one), _tables(other)
    return [f"table {name}: {left[name]} became {right[name]}" for name in left if left[name] != right[name]]


def _tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}  # noqa: S608
