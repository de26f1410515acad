"""Many processes on one database, which all see at once that a tip is due: one of them tells it, and only one."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app import build_advisor
from bot.core.messages import Role
from bot.library import Library
from bot.retrieval.parameters import read_parameters
from bot.storage.address import read_address
from bot.storage.database import DatabaseError, open_database
from tests.people import PLATFORMS, Clock, Member

_BEGIN = datetime(2026, 10, 20, 12, tzinfo=UTC)
"""Some days before the clocks change."""
_FIRST = datetime(2026, 10, 21, 9, tzinfo=ZoneInfo("Europe/Paris"))
_KNOWLEDGE = {
    "sources.yaml": "essai:\n  title: Un essai\n  author: Ada\n  publisher: Le Journal\n  year: 2024\n  file: a.txt\n",
    "themes.yaml": "veille:\n  title: Veille\n  tags: [veille]\n",
    "passages/essai/veiller.md": "---\ntitle: Veiller\ntags: [veille]\nphase: éduquer\nsource: essai\n"
    "status: current\nreviewed_on: 2026-11-22\n---\nLis trois sources, les mêmes chaque semaine.\n",
    "tips/veille.yaml": "".join(
        f"tip-{number}:\n  passages: [veiller]\n"
        f"  text: Garde l'œil sur {number} sources de ton métier, toujours les mêmes, un peu chaque matin.\n"
        f"  today: Choisis {number} sources et lis-les.\n"
        for number in range(2, 5)
    ),
}


def not_told_once(processes: int, days: int, folder: Path, database: str = "") -> list[str]:
    """Return the days on which a daily tip was told never or more than once: none, if all is well."""
    for name, text in _KNOWLEDGE.items():
        path = folder / "knowledge" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    database = database or str(folder / "racing.sqlite3")
    asyncio.run(_set_programme(folder, database))
    with _processes(processes, folder, database) as running:
        told = [_told(running, _FIRST + timedelta(days=day)) for day in range(days)]
    return [f"day {day}: the tip was told {times} times" for day, times in enumerate(told) if times != 1]


async def _set_programme(folder: Path, address: str) -> None:
    async with open_database(read_address(address)) as database:
        advisor = build_advisor(_library(folder).current, database)
        await Member(advisor, "max", "atelier", clock=Clock(_BEGIN), role=Role.ADMINISTRATOR).says(
            "/programme tous les jours 9h"
        )


@contextmanager
def _processes(count: int, folder: Path, database: str) -> Iterator[list["subprocess.Popen[str]"]]:
    """Run processes that wait for what time it is."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.racing", str(folder), database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        for process in running:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        yield running
    finally:
        for process in running:
            process.communicate()


def _told(running: Sequence["subprocess.Popen[str]"], moment: datetime) -> int:
    """Return how many tips processes tell that see the same moment come, on clocks some seconds apart."""
    for seconds, process in enumerate(running):
        assert process.stdin
        process.stdin.write(f"{(moment + timedelta(seconds=seconds)).isoformat()}\n")
        process.stdin.flush()
    return sum(int(process.stdout.readline()) for process in running if process.stdout)


async def _serve(folder: Path, address: str) -> None:
    """Tell how many tips fall due at each moment that is read."""
    async with open_database(read_address(address)) as database:
        advisor = build_advisor(_library(folder).current, database)
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            moment, due = datetime.fromisoformat(line.strip()), None
            while due is None:
                try:
                    due = await advisor.due(moment, PLATFORMS)
                except DatabaseError:
                    await asyncio.sleep(0)
            print(len(due), flush=True)


def _library(folder: Path) -> Library:
    return Library(folder / "knowledge", read_parameters())


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), sys.argv[2]))
