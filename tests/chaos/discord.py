"""Discord in bad weather: sockets cut, sessions ended, events delivered again, requests refused; nothing is lost."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.app import build_advisor
from bot.library import Library
from bot.platforms.discord.adapter import Connection, DiscordAdapter
from bot.platforms.discord.client import Timing
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.storage.database import Database, open_database
from tests.chaos.walkers import ANSWERS
from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, User
from tests.people import NOON

_ROUNDS = 10
_PATIENCE = 60.0
_REPLAYS = 5
_TURNS = 20
"""How often others have their turn between what one person does and the next: some of it is heard meanwhile."""
_SOON = Timing(retries=(0.01,), keeps=(0.01,), reconnects=(0.01,), identifies=0.0, servers=0.01, tended=3600.0)
_LEAVING = {"Quitter", "Recommencer", "Pause"}
_ASKED = ("faut-il répondre aux polémiques ?", "recette de la blanquette de veau", "merci", "c'est quoi le SWOT ?")

Act = Callable[[], Awaitable[Interaction]]


@dataclass
class Outcome:
    """What became of a run.

    Attributes:
        shown: what people read in the end, chat by chat.
        kept: what is kept of them in the end.
        interactions: how many there were.
        repeated: how many of them people made again, since Discord told them that nobody answered.
        resumed: how many sessions were resumed.
        begun: how many sessions were begun.
        astray: events that were set aside, and requests that Discord would not have understood.
    """

    shown: list[tuple[str, ...]] = field(default_factory=list)
    kept: list[tuple[object, ...]] = field(default_factory=list)
    interactions: int = 0
    repeated: int = 0
    resumed: int = 0
    begun: int = 0
    astray: list[str] = field(default_factory=list)


def lost_on_discord(
    journeys: Sequence[str], library: Library, people: int, cuts: int, folder: Path, seed: int = 1
) -> list[str]:
    """Return what differs between a run in fair weather and one in bad weather, with so many sockets cut."""
    fair = asyncio.run(_run(journeys, library, people, 0, folder / "fair.sqlite3", seed))
    foul = asyncio.run(_run(journeys, library, people, cuts, folder / "foul.sqlite3", seed))
    print(
        f"{fair.interactions} interactions; {foul.resumed} sessions resumed, {foul.begun} begun,"
        f" {foul.repeated} interactions lost by Discord and made again"
    )
    return [
        *fair.astray,
        *foul.astray,
        *(f"{once} became {again}" for once, again in zip(fair.shown, foul.shown, strict=True) if once != again),
        *(f"kept: {once} became {again}" for once, again in zip(fair.kept, foul.kept, strict=False) if once != again),
        *(f"{len(fair.kept)} rows became {len(foul.kept)}" for _ in range(len(fair.kept) != len(foul.kept))),
        *(f"{cuts} cuts, {foul.resumed} resumed" for _ in range(foul.resumed + foul.begun != cuts + 1)),
    ]


async def _run(journeys: Sequence[str], library: Library, people: int, cuts: int, database: Path, seed: int) -> Outcome:
    # Apart, so that people do the same whether or not anything is cut.
    chance, moments = (random.Random(f"{seed}/{use}") for use in ("people", "cuts"))  # noqa: S311 - seeded
    async with FakeDiscord(stands_at=NOON, replays=_REPLAYS) as discord, open_database(database) as opened:
        server = discord.server("Les indés")
        general = server.text("général")
        everybody = [discord.user(f"P{number:03d}") for number in range(people)]
        server.add(*everybody)
        async with _serving(discord, library, opened) as adapter:
            run = _Run(discord, adapter, opened, general, moments)
            if cuts:
                discord.limits(every=20, retry_after=0.001)
                discord.cuts_requests(every=40)
            for number in range(_ROUNDS):
                acts = [
                    _begins(person, general, journeys[place % len(journeys)])
                    if number == 0
                    else _acts(person, general, chance)
                    for place, person in enumerate(everybody)
                ]
                done = await run.all_act(acts, cuts // _ROUNDS)
                forms = [each for each in done if each.modal]
                await run.all_act([_fills_in(each, chance) for each in forms], 0)
                discord.clock.passes(seconds=60)
            discord.clears()
        outcome = run.outcome
        outcome.shown = [_texts(discord, channel) for channel in (general, *(each.private for each in everybody))]
        outcome.resumed, outcome.begun = discord.resumes, discord.identifies
        outcome.astray += discord.violations
    outcome.kept = _kept(database)
    outcome.astray += [f"set aside: {row[0]}" for row in _rows(database, "SELECT payload FROM inbox")]
    return outcome


class _Run:
    """People who act, while sockets are cut."""

    def __init__(
        self,
        discord: FakeDiscord,
        adapter: DiscordAdapter,
        database: Database,
        general: Channel,
        moments: random.Random,
    ) -> None:
        self.outcome = Outcome()
        self._discord = discord
        self._adapter = adapter
        self._database = database
        self._general = general
        self._moments = moments
        self._cuts = 0

    async def all_act(self, acts: Sequence[Act], cuts: int) -> list[Interaction]:
        """Have people act, one after the other and without waiting, and sockets be cut meanwhile.

        Who is told by Discord that nobody answers does it again.
        """
        cut_before = set(self._moments.sample(range(len(acts)), cuts))
        asked: list[Interaction] = []
        for number, act in enumerate(acts):
            if number in cut_before:
                await self._cut()
            asked.append(await act())
            await _a_moment_passes()
        self.outcome.interactions += len(asked)
        await self._all_is_heard()
        while lost := [number for number, each in enumerate(asked) if not each.answered]:
            self._discord.clock.advance(3)
            assert all(asked[number].failed for number in lost)
            for number in lost:
                asked[number] = await acts[number]()
            self.outcome.repeated += len(lost)
            await self._all_is_heard()
        for each in asked:
            await each.is_settled(within=_PATIENCE)
        return asked

    async def _cut(self) -> None:
        """End the connection, once it is there again, in one of the ways in which Discord and networks do."""
        discord = self._discord
        await discord.state.sessions.changed.until(lambda: discord.resumes + discord.identifies > self._cuts, _PATIENCE)
        self._cuts += 1
        ways: list[Callable[[], None]] = [
            discord.cuts,
            discord.cuts,
            partial(discord.cuts, 4000),
            partial(discord.cuts, 4009),
            discord.asks_to_reconnect,
            partial(discord.invalidates_sessions, resumable=True),
            discord.invalidates_sessions,
        ]
        self._moments.choice(ways)()

    async def _all_is_heard(self) -> None:
        """Wait until Vigie has heard all that Discord can still tell her, and answered it."""
        sessions = self._discord.state.sessions
        async with asyncio.timeout(_PATIENCE):
            while True:
                await self._discord.is_connected(within=_PATIENCE)
                await self._discord._has_been_heard(_PATIENCE)
                if sessions.connected and all(each.acknowledged >= each.sequence for each in sessions.connected):
                    break
            await self._adapter._desk.finish()
            while await self._database.rows("SELECT number FROM inbox WHERE set_aside = 0"):
                pass


async def _a_moment_passes() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)


@asynccontextmanager
async def _serving(discord: FakeDiscord, library: Library, database: Database) -> AsyncIterator[DiscordAdapter]:
    """Serve the double as long as it is looked at."""
    connection = Connection(discord.token, discord.api, discord.gateway)
    advisor = build_advisor(library.current, database)
    adapter = DiscordAdapter(connection, advisor, read_wording(PROMPTS), database, lambda: discord.clock.now, _SOON)
    with _pointed_back():
        running = asyncio.create_task(adapter.run())
        await discord.is_connected(within=_PATIENCE)
        yield adapter
        adapter.stop()
        await running


@contextmanager
def _pointed_back() -> Iterator[None]:
    """Point the client, which knows one Discord a process, back to where it was afterwards."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


def _begins(person: User, general: Channel, journey: str) -> Act:
    """Begin a journey: some in private, some in the server."""
    where = general if person.id % 2 else None
    return lambda: person.uses("/parcours", in_=where, nom=journey)


def _acts(person: User, general: Channel, chance: random.Random) -> Act:
    """Press a button of what was said last, or ask; what, follows from the chance and from what is shown."""
    drawn, which = chance.random(), chance.random()
    own = [each for each in general.messages if each.reply_to is None and _asked_by(each, person)]
    message = _last(person.private)
    if message and drawn < 0.65:
        labels = [label for label in message.buttons if label not in _LEAVING and message.button(label).custom_id]
        if labels:
            custom_id = message.button(labels[int(which * len(labels))]).custom_id
            return lambda: person.presses_id(message, custom_id or "")
    if own and drawn < 0.75:
        label = ("Utile", "Pas utile")[int(which * 2)]
        found = own[-1]
        if label in found.buttons:
            return lambda: person.presses(found, label)
    if drawn < 0.95:
        question = _ASKED[int(which * len(_ASKED))]
        return lambda: person.uses("/question", in_=general if which < 0.7 else None, texte=question)
    return lambda: person.uses(("/plan", "/themes", "/aide")[int(which * 3)])


def _fills_in(opened: Interaction, chance: random.Random) -> Act:
    """Fill in a form that was opened."""
    text = ANSWERS[int(chance.random() * len(ANSWERS))]
    person = opened.author
    assert isinstance(person, User)
    return lambda: person.submits(opened, text=text)


def _asked_by(message: Message, person: User) -> bool:
    metadata = message.origin.get("interaction_metadata", {})
    return metadata.get("user", {}).get("id") == str(person.id) and bool(message.buttons)


def _last(channel: Channel) -> Message | None:
    """Return what Vigie said last in a channel."""
    said = [each for each in channel.messages if each.author is not channel.person and each.buttons]
    return said[-1] if said else None


def _texts(discord: FakeDiscord, channel: Channel) -> tuple[str, ...]:
    """Return what Vigie said in a channel: sorted, since several people are answered at the same time."""
    said = [each for each in channel.messages if each.author is discord.bot]
    return tuple(sorted(f"{each.text} {each.buttons}" for each in said))


def _kept(database: Path) -> list[tuple[object, ...]]:
    """Return what is kept of people, but for the moments."""
    person = "SELECT account FROM accounts WHERE accounts.person"
    opinions = f"SELECT 'opinion', ({person} = feedback.person), passage, useful FROM feedback ORDER BY 2, 3"  # noqa: S608
    return [
        *_rows(database, f"SELECT 'journey', ({person} = journeys.person), journey, state FROM journeys ORDER BY 2, 3"),  # noqa: S608
        *_rows(database, "SELECT 'step', journey, step, reached, passed, quit FROM step_counts ORDER BY 2, 3"),
        *_rows(database, opinions),
        *_rows(database, "SELECT 'miss', question, COUNT(*) FROM misses GROUP BY question ORDER BY question"),
    ]


def _rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()
