"""Slash commands a second through the real Discord client: Vigie beside a bot that echoes, each in its own process."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from tests.benchmarks.memory import resident
from tests.benchmarks.telegram import Throughput, telegram_environment
from tests.evaluation.cases import questions
from tests.fakes.discord import Channel, FakeDiscord, User
from tests.fakes.telegram import FakeTelegram

_PEOPLE, _CHANNELS, _ROUNDS = 50, 10, 20
_START = 60.0
_PATIENCE = 120.0
"""Seconds: for a bot to come up, and for all of its answers."""
_VIGIE = (sys.executable, "-m", "bot", "run")
_ECHO = (sys.executable, "-m", "tests.benchmarks.discord_echo")


async def vigie(folder: Path) -> Throughput:
    """Measure Vigie, on questions that people ask."""
    async with FakeDiscord() as double:
        return await _measured(double, _VIGIE, _environment(double, folder))


async def echo() -> Throughput:
    """Measure the bot that echoes, on the same questions."""
    async with FakeDiscord() as double:
        return await _measured(double, (*_ECHO, double.token, double.api), os.environ)


async def both(folder: Path) -> float:
    """Return the memory of Vigie when she serves both platforms, in MB, once she has answered on each."""
    async with FakeDiscord() as double, FakeTelegram(can_read_all_group_messages=True) as telegram:
        environment = {**_environment(double, folder), **telegram_environment(telegram)}
        people, channels = _world(double)
        async with _running(_VIGIE, environment) as process:
            await _is_up(double)
            await telegram.is_polled(within=_START)
            await _ask(people, channels, 1)
            writer = telegram.user("Personne")
            await writer.writes(questions()[0].turns[0])
            await writer.reads(within=_PATIENCE)
            return resident(process.pid)


async def _measured(double: FakeDiscord, command: Sequence[str], environment: Mapping[str, str]) -> Throughput:
    people, channels = _world(double)
    async with _running(command, environment) as process:
        await _is_up(double)
        await _ask(people, channels, 1)
        started = time.perf_counter()
        await _ask(people, channels, _ROUNDS)
        rate = _PEOPLE * _ROUNDS / (time.perf_counter() - started)
        return Throughput(rate, resident(process.pid))


def _world(double: FakeDiscord) -> tuple[list[User], list[Channel]]:
    server = double.server("Les indés")
    people = [double.user(f"Personne {number}") for number in range(_PEOPLE)]
    server.add(*people)
    # Those who administer may ask as fast as they like.
    team = server.role("Équipe", manage_guild=True)
    for person in people:
        server.gives(person, team)
    return people, [server.text(f"salon-{number}") for number in range(_CHANNELS)]


@asynccontextmanager
async def _running(command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


async def _is_up(double: FakeDiscord) -> None:
    async with asyncio.timeout(_START):
        await double.is_connected()
        while not double.commands.everywhere:  # noqa: ASYNC110 - the double tells of no such thing
            await asyncio.sleep(0.05)


async def _ask(people: Sequence[User], channels: Sequence[Channel], rounds: int) -> None:
    """Have everybody ask so many questions, each after the answer to the one before, all at the same time."""
    texts = [case.turns[0] for case in questions()]

    async def asks(place: int, person: User) -> None:
        for number in range(rounds):
            text = texts[(number * len(people) + place) % len(texts)]
            asked = await person.uses("/question", in_=channels[place % len(channels)], texte=text)
            await asked.shows(within=_PATIENCE)
            await asked.is_settled(within=_PATIENCE)

    await asyncio.gather(*(asks(place, person) for place, person in enumerate(people)))


def _environment(double: FakeDiscord, folder: Path) -> Mapping[str, str]:
    return {
        **os.environ,
        "VIGIE_DISCORD_TOKEN": double.token,
        "VIGIE_DISCORD_API": double.api,
        "VIGIE_DISCORD_GATEWAY": double.gateway,
        "VIGIE_DATABASE": str(folder / f"{uuid4()}.sqlite3"),
        "VIGIE_CACHE": str(folder / "cache"),
    }
