"""`vigie run` in a process of its own, on the double."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.fakes.telegram import FakeTelegram

ROOT = Path(__file__).parents[3]


def environment(telegram: FakeTelegram, folder: Path, **settings: str) -> dict[str, str]:
    """Return what a process finds its settings in: its own database, in a folder, and the double's token."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    return {
        **inherited,
        "VIGIE_DATABASE": str(folder / "vigie.sqlite3"),
        "VIGIE_CACHE": str(folder),
        "VIGIE_HEALTH_LISTEN": "off",
        "VIGIE_TELEGRAM_TOKEN": telegram.token,
        "VIGIE_TELEGRAM_API": telegram.base_url.removesuffix("bot"),
        **{f"VIGIE_TELEGRAM_{name.upper()}": value for name, value in settings.items()},
    }


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def vigie_run(surroundings: dict[str, str], *options: str, knowledge: Path) -> AsyncIterator[Process]:
    """Run it as long as it is looked at."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", *options, "run", "--knowledge", str(knowledge)),
        cwd=ROOT,
        env=surroundings,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ends(process: Process, within: float = 60) -> tuple[int | None, str]:
    """Wait until it ends; return its exit code and what it said."""
    output, errors = await asyncio.wait_for(process.communicate(), within)
    return process.returncode, (output + errors).decode()
