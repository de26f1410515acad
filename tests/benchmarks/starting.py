"""How soon both platforms are served, and the memory that takes: Vigie beside both bots that only echo."""

import asyncio
import os
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import aiohttp

from tests.benchmarks import discord, telegram
from tests.benchmarks.memory import resident
from tests.evaluation.cases import questions
from tests.fakes.discord import Channel, FakeDiscord, User
from tests.fakes.telegram import FakeTelegram

_WITHIN = 60.0
_LOOKS_EVERY = 0.02
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How soon a bot stands on both platforms, and the memory that it holds once somebody was answered on each.

    Attributes:
        connected: the seconds until both doubles had a client.
        ready: the seconds until the bot knew of everything that there is on them, and said so; 0 if it never says.
        memory: in MB.
    """

    connected: float
    ready: float
    memory: float


async def echoes() -> Standing:
    """Measure both bots that echo, started at the same moment."""
    async with FakeDiscord() as there, FakeTelegram(can_read_all_group_messages=True) as here:
        world = discord.world(there)
        begun = time.perf_counter()
        async with (
            discord.running((*telegram.ECHO, here.token, here.base_url), os.environ) as one,
            discord.running((*discord.ECHO, there.token, there.api), os.environ) as other,
        ):
            await _are_connected(there, here)
            connected = time.perf_counter() - begun
            await _asks(there, here, *world)
            return Standing(connected, 0.0, resident(one.pid) + resident(other.pid))


async def vigie(folder: Path) -> Standing:
    """Measure Vigie, who keeps the knowledge compiled in the folder, or finds it there."""
    port = _free_port()
    async with FakeDiscord() as there, FakeTelegram(can_read_all_group_messages=True) as here:
        world = discord.world(there)
        settings = {
            **discord.discord_environment(there, folder),
            **telegram.telegram_environment(here),
            "VIGIE_HEALTH_LISTEN": f"127.0.0.1:{port}",
        }
        begun = time.perf_counter()
        async with discord.running(discord.VIGIE, settings) as process:
            await _are_connected(there, here)
            connected = time.perf_counter() - begun
            await _is_ready(port)
            ready = time.perf_counter() - begun
            await _asks(there, here, *world)
            return Standing(connected, ready, resident(process.pid))


async def _are_connected(there: FakeDiscord, here: FakeTelegram) -> None:
    await asyncio.gather(here.is_polled(within=_WITHIN), there.is_connected(within=_WITHIN))


async def _is_ready(port: int) -> None:
    async with aiohttp.ClientSession() as client, asyncio.timeout(_WITHIN):
        while True:
            with suppress(aiohttp.ClientConnectionError):
                async with client.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == HTTPStatus.OK:
                        return
            await asyncio.sleep(_LOOKS_EVERY)


async def _asks(there: FakeDiscord, here: FakeTelegram, people: Sequence[User], channels: Sequence[Channel]) -> None:
    """Have somebody ask on each platform, and wait for the answers."""
    await discord.is_up(there)
    await discord.ask(people[:1], channels, 1)
    writer = here.user("Personne")
    await writer.writes(questions()[0].turns[0])
    await writer.reads(within=_WITHIN)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
