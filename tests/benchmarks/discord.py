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
from tests.benchmarks.telegram import Throughput
from tests.evaluation.cases import questions
from tests.fakes.discord import Channel, FakeDiscord, User

_PEOPLE, _CHANNELS, _ROUNDS = 50, 10, 20
_START = 60.0
_PATIENCE = 120.0
"""Seconds: for a bot to come up, and for all of its answers."""
VIGIE = (sys.executable, "-m", "bot", "run")
ECHO = (sys.executable, "-m", "tests.benchmarks.discord_echo")


async def vigie(folder: Path) -> Throughput:
    """Measure Vigie, on questions that people ask."""
    async with FakeDiscord() as double:
        return await _measured(double, VIGIE, discord_environment(double, folder))


async def echo() -> Throughput:
    """Measure the bot that echoes, on the same questions."""
    async with FakeDiscord() as double:
        return await _measured(double, (*ECHO, double.token, double.api), os.environ)


async def _measured(double: FakeDiscord, command: Sequence[str], environment: Mapping[str, str]) -> Throughput:
    people, channels = world(double)
    async with running(command, environment) as process:
        await is_up(double)
        await ask(people, channels, 1)
        started = time.perf_counter()
        await ask(people, channels, _ROUNDS)
        rate = _PEOPLE * _ROUNDS / (time.perf_counter() - started)
        return Throughput(rate, resident(process.pid))


def world(double: FakeDiscord) -> tuple[list[User], list[Channel]]:
    """Return people, and the channels of the server that they are in."""
    server = double.server("Les indés")
    people = [double.user(f"Personne {number}") for number in range(_PEOPLE)]
    server.add(*people)
    # Those who administer may ask as fast as they like.
    team = server.role("Équipe", manage_guild=True)
    for person in people:
        server.gives(person, team)
    return people, [server.text(f"salon-{number}") for number in range(_CHANNELS)]


@asynccontextmanager
async def running(command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a bot as long as it is looked at."""
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


async def is_up(double: FakeDiscord) -> None:
    """Wait until a bot is connected and has said which commands it has."""
    async with asyncio.timeout(_START):
        await double.is_connected()
        while not double.commands.everywhere:  # noqa: ASYNC110 - the double tells of no such thing
            await asyncio.sleep(0.05)


async def ask(people: Sequence[User], channels: Sequence[Channel], rounds: int) -> None:
    """Have everybody ask so many questions, each after the answer to the one before, all at the same time."""
    texts = [case.turns[0] for case in questions()]

    async def asks(place: int, person: User) -> None:
        for number in range(rounds):
            text = texts[(number * len(people) + place) % len(texts)]
            asked = await person.uses("/question", in_=channels[place % len(channels)], texte=text)
            await asked.shows(within=_PATIENCE)
            await asked.is_settled(within=_PATIENCE)

    await asyncio.gather(*(asks(place, person) for place, person in enumerate(people)))


def discord_environment(double: FakeDiscord, folder: Path) -> Mapping[str, str]:
    """Return the settings by which Vigie serves the double, with a database of her own."""
    return {
        **os.environ,
        "VIGIE_DISCORD_TOKEN": double.token,
        "VIGIE_DISCORD_API": double.api,
        "VIGIE_DISCORD_GATEWAY": double.gateway,
        "VIGIE_DATABASE": str(folder / f"{uuid4()}.sqlite3"),
        "VIGIE_CACHE": str(folder / "cache"),
    }
