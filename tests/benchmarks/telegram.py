"""Updates a second through the real Telegram client: Vigie beside a bot that only echoes, each in its own process."""

import asyncio
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests.benchmarks.memory import resident
from tests.evaluation.cases import questions
from tests.fakes.telegram import FakeTelegram, User

_VIGIE = (sys.executable, "-m", "bot", "run")
ECHO = (sys.executable, "-m", "tests.benchmarks.telegram_echo")
_PEOPLE = 50
_ROUNDS = 20
_START = 60.0
_PATIENCE = 120.0
"""Seconds: for a bot to come up, and for all of its answers."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """How many updates a bot answers a second, and the memory that it holds then, in MB."""

    rate: float
    memory: float


async def vigie(folder: Path) -> Throughput:
    """Measure Vigie, on questions that people ask."""
    asked = [case.turns[0] for case in questions()]
    return await _measured(_VIGIE, folder, asked)


async def echo(folder: Path) -> Throughput:
    """Measure the bot that echoes, on the same questions."""
    asked = [case.turns[0] for case in questions()]
    return await _measured(ECHO, folder, asked)


async def _measured(command: Sequence[str], folder: Path, texts: Sequence[str]) -> Throughput:
    async with FakeTelegram(can_read_all_group_messages=True) as telegram:
        arguments = [] if command[-1] == "run" else [telegram.token, telegram.base_url]
        # Each double counts its updates from one: in a database that had seen another's, they would be known already.
        database = folder / f"{uuid4()}.sqlite3"
        environment = {
            **os.environ,
            **telegram_environment(telegram),
            "VIGIE_DATABASE": str(database),
            "VIGIE_CACHE": str(folder / "cache"),
        }
        process = await asyncio.create_subprocess_exec(*command, *arguments, env=environment)
        try:
            await telegram.is_polled(within=_START)
            people = [telegram.user(f"Personne {number}") for number in range(_PEOPLE)]
            await _written(people, texts, rounds=1)
            started = time.perf_counter()
            await _written(people, texts, _ROUNDS)
            rate = _PEOPLE * _ROUNDS / (time.perf_counter() - started)
            return Throughput(rate, resident(process.pid))
        finally:
            process.terminate()
            await process.wait()


async def _written(people: Sequence[User], texts: Sequence[str], rounds: int) -> None:
    """Have everybody write so many times at once, and wait until all have read as many answers."""
    for number in range(rounds):
        for place, person in enumerate(people):
            await person.writes(texts[(number * len(people) + place) % len(texts)])
    await asyncio.gather(*(person.reads(rounds, within=_PATIENCE) for person in people))


def telegram_environment(telegram: FakeTelegram) -> Mapping[str, str]:
    """Return the settings by which Vigie serves the double."""
    return {
        "VIGIE_TELEGRAM_TOKEN": telegram.token,
        "VIGIE_TELEGRAM_API": telegram.base_url.removesuffix("/bot"),
        "VIGIE_TELEGRAM_PACED": "false",
    }
