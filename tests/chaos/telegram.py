"""Telegram in bad weather: `vigie run` killed again and again, requests refused, connections cut; nothing is lost."""

import asyncio
import os
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.walkers import ANSWERS
from tests.fakes.telegram import FakeTelegram, Message, User

_ROUNDS = 10
_START = 60.0
_PATIENCE = 120.0
_LOOKS_EVERY = 0.02
_WORK = 0.8
"""Seconds from when Vigie is up to the last moment at which she is killed: what a round of updates takes her."""
_LEAVING = {"Quitter", "Recommencer", "Pause"}
_ASKED = ("faut-il répondre aux polémiques ?", "recette de la blanquette de veau", "merci", "/plan", "/themes")


@dataclass
class Outcome:
    """What became of a run.

    Attributes:
        read: what each person read last, round by round.
        kept: what is kept of them in the end.
        welcomed: how often each newcomer was welcomed.
        sent: how many messages were sent.
        astray: updates that were set aside, and requests that Telegram would not have understood.
    """

    read: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    kept: list[tuple[object, ...]] = field(default_factory=list)
    welcomed: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    astray: list[str] = field(default_factory=list)


def lost_on_telegram(journeys: Sequence[str], people: int, kills: int, folder: Path, seed: int = 1) -> list[str]:
    """Return what differs between a run in fair weather and one in bad weather, killed so many times."""
    for each in ("fair", "foul"):
        (folder / each).mkdir()
    fair = asyncio.run(_run(journeys, people, 0, folder / "fair", seed))
    foul = asyncio.run(_run(journeys, people, kills, folder / "foul", seed))
    print(f"{foul.sent - fair.sent} of {fair.sent} messages were sent again, {_missed(fair, foul)} welcomes were lost")
    return [
        *foul.astray,
        *(f"{once} became {again}" for once, again in zip(fair.read, foul.read, strict=True) if once != again),
        *(f"kept: {once} became {again}" for once, again in zip(fair.kept, foul.kept, strict=False) if once != again),
        *(f"{len(fair.kept)} rows became {len(foul.kept)}" for _ in range(len(fair.kept) != len(foul.kept))),
        *(f"{name} was welcomed {count} times" for name, count in foul.welcomed.items() if count > 1),
        *(f"{_missed(fair, foul)} welcomes lost to {kills} kills" for _ in range(_missed(fair, foul) > kills)),
    ]


def _missed(fair: Outcome, foul: Outcome) -> int:
    return len(set(fair.welcomed) - set(foul.welcomed))


async def _run(journeys: Sequence[str], people: int, kills: int, folder: Path, seed: int) -> Outcome:
    # Apart, so that people do the same whether or not anything is killed.
    chance, moments = (random.Random(f"{seed}/{use}") for use in ("people", "kills"))  # noqa: S311 - seeded
    outcome = Outcome()
    async with FakeTelegram() as telegram, _Killable(telegram, folder) as vigie:
        group = telegram.group("Les indés").promote(telegram.bot)
        everybody = [telegram.user(f"P{number:03d}") for number in range(people)]
        if kills:
            telegram.limits(every=20)
            telegram.cuts(every=50)
        for number in range(_ROUNDS):
            for place, person in enumerate(everybody):
                if number == 0:
                    await person.writes(f"/parcours {journeys[place % len(journeys)]}")
                else:
                    await _act(person, chance)
                if number == 1 + place % _ROUNDS and place % 5 == 0:
                    await person.joins(group)
            for _ in range(kills * (number + 1) // _ROUNDS - kills * number // _ROUNDS):
                await vigie.is_killed(moments.uniform(0, _WORK))
            await vigie.is_done()
            outcome.read += [_last(person) for person in everybody]
        outcome.welcomed = Counter(
            person.first_name
            for message in group.messages
            for person in everybody
            if message.sender is telegram.bot and person.first_name in message.text
        )
        outcome.sent = sum(request.error is None for request in telegram.asked_for("sendMessage"))
        outcome.astray = telegram.violations + vigie.set_aside()
        outcome.kept = vigie.kept()
    return outcome


async def _act(person: User, chance: random.Random) -> None:
    """Press a button of the last message, or type something; what, follows from the chance and from what is shown."""
    drawn, which = chance.random(), chance.random()
    message = person.messages[-1]
    labels = [label for label in message.buttons if label not in _LEAVING]
    if drawn < 0.6 and labels:
        await person.presses(message, labels[int(which * len(labels))])
    elif drawn < 0.85:
        await person.writes(ANSWERS[int(which * len(ANSWERS))])
    else:
        await person.writes(_ASKED[int(which * len(_ASKED))])


def _last(person: User) -> tuple[str, tuple[str, ...]]:
    message: Message = next(each for each in reversed(person.messages) if each.sender is not person)
    return message.text, tuple(message.buttons)


class _Killable:
    """`vigie run` in a process of its own, started again whenever it is killed."""

    def __init__(self, telegram: FakeTelegram, folder: Path) -> None:
        self._telegram = telegram
        self._database = folder / "vigie.sqlite3"
        self._environment = {
            **os.environ,
            "VIGIE_TELEGRAM_TOKEN": telegram.token,
            "VIGIE_TELEGRAM_API": telegram.base_url.removesuffix("/bot"),
            "VIGIE_TELEGRAM_PACED": "false",
            "VIGIE_DATABASE": str(self._database),
            "VIGIE_CACHE": str(folder.parent / "cache"),
        }
        self._start = 0.0

    async def __aenter__(self) -> "_Killable":
        await self._begin()
        await self._telegram.is_polled(within=_START)
        self._start = time.monotonic() - self._begun
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._process.terminate()
        await self._process.wait()

    async def is_killed(self, moment: float) -> None:
        """Kill it some seconds after it came up, as long as that took the first time; and start it again."""
        await asyncio.sleep(self._begun + self._start - time.monotonic() + moment)
        self._process.kill()
        await self._process.wait()
        await self._begin()

    async def is_done(self) -> None:
        """Wait until everything was delivered, answered and dropped."""
        await self._telegram.settled(within=_PATIENCE)
        until = time.monotonic() + _PATIENCE
        while self._rows("SELECT number FROM inbox WHERE set_aside = 0"):
            assert time.monotonic() < until, "the inbox is not emptied"
            await asyncio.sleep(_LOOKS_EVERY)
        await self._telegram.settled(requests=False, within=_PATIENCE)

    def set_aside(self) -> list[str]:
        return [f"set aside: {row[0]}" for row in self._rows("SELECT payload FROM inbox WHERE set_aside = 1")]

    def kept(self) -> list[tuple[object, ...]]:
        """Return what is kept of people, but for the moments."""
        person = "SELECT account FROM accounts WHERE accounts.person"
        return [
            *self._rows(f"SELECT 'journey', ({person} = journeys.person), journey, state FROM journeys ORDER BY 2, 3"),  # noqa: S608
            *self._rows("SELECT 'step', journey, step, reached, passed, quit FROM step_counts ORDER BY 2, 3"),
            *self._rows(f"SELECT 'opinion', ({person} = feedback.person), passage, useful FROM feedback ORDER BY 2, 3"),  # noqa: S608
            *self._rows("SELECT 'miss', question, COUNT(*) FROM misses GROUP BY question ORDER BY question"),
        ]

    async def _begin(self) -> None:
        self._begun = time.monotonic()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=self._environment, stderr=asyncio.subprocess.DEVNULL
        )

    def _rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self._database, timeout=_START)) as connection:
            return connection.execute(query).fetchall()
