"""Several processes on one server share what platforms deliver: each event is handled once, each person's in order."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.app import build_advisor
from bot.library import Library
from bot.platforms.base import Platform
from bot.platforms.errors import OutageError
from bot.platforms.telegram.adapter import CONNECTIONS
from bot.platforms.telegram.webhook import Webhook
from bot.storage.address import ServerAddress
from bot.storage.database import Database, open_database
from bot.storage.inbox import Delivered, Shards
from tests.fakes.discord import Channel, FakeDiscord
from tests.fakes.telegram import User
from tests.people import NOON
from tests.platforms.discord import conftest as discord_side
from tests.platforms.discord import speaking as on_discord
from tests.platforms.discord import steps as discord_steps
from tests.platforms.discord.test_connection import asks
from tests.platforms.log import heard
from tests.platforms.office import NEVER_AGAIN, Office, delivered, emptied
from tests.platforms.telegram import conftest as telegram_side
from tests.platforms.telegram.process import free_port
from tests.platforms.telegram.steps import QUESTION, all_is_handled
from tests.platforms.telegram.storm import StormyTelegram

PUBLIC = "https://vigie.example"
TAKEN_UP_WITHIN = 15.0
FIRST, SECOND = Shards(0, 0, 2), Shards(1, 1, 2)


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
async def others(database_address: ServerAddress) -> AsyncIterator[tuple[Database, ...]]:
    """The same database, as two other processes reach it."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(open_database(database_address)) for _ in range(2)]
        yield tuple(opened)


@pytest.fixture
def office(database: Database) -> Office:
    """Those of all processes: it refuses to deal with two items of one lane at the same time."""
    return Office(database)


async def are_done(database: Database) -> None:
    async with asyncio.timeout(TAKEN_UP_WITHIN):
        while await database.rows("SELECT number FROM inbox WHERE set_aside = 0"):  # noqa: ASYNC110 - others do it
            await asyncio.sleep(0.01)


# What is kept, and by whom it is handled


async def test_each_item_is_handled_once_and_each_lane_in_order_whoever_took_it_in(
    database: Database, others: tuple[Database, ...], office: Office
) -> None:
    chance = random.Random(1)  # noqa: S311 - seeded
    processes = [office.inbox(database=each) for each in (database, *others)]
    items = [Delivered(f"{lane}{number}", lane, f"{lane}{number}") for number in range(40) for lane in "abcdefgh"]
    async with AsyncExitStack() as stack:
        for each in processes:
            await stack.enter_async_context(emptied(each))
        for start in range(0, len(items), 5):
            await chance.choice(processes).accept(items[start : start + 5])
        await are_done(database)
    done: defaultdict[str, list[str]] = defaultdict(list)
    for payload in office.done:
        done[payload[0]].append(payload)
    assert done == {lane: [f"{lane}{number}" for number in range(40)] for lane in "abcdefgh"}


async def test_what_one_process_has_in_hand_another_leaves_alone_and_does_not_wait_for(
    database: Database, others: tuple[Database, ...], office: Office
) -> None:
    let_go = office.holds("a1")
    async with emptied(office.inbox()):
        await office.inbox().accept(delivered("a1"))
        await office.has_begun("a1")
        async with emptied(office.inbox(database=others[0])):
            await office.inbox().accept(delivered("a2", "b1"))
            await office.has_done("b1")
            let_go.set()
            await are_done(database)
    assert office.done == ["b1", "a1", "a2"]


async def test_behind_what_others_have_in_hand_what_nobody_has_is_found(
    database: Database, others: tuple[Database, ...], office: Office
) -> None:
    much = [f"a{number}" for number in range(200)]
    let_go = office.holds("a0")
    async with emptied(office.inbox()):
        await office.inbox().accept(delivered(*much))
        await office.has_begun("a0")
        others_stop = office.inbox(database=others[0], platform="elsewhere")
        await office.inbox().accept(delivered("b1"))
        async with emptied(others_stop), emptied(office.inbox(database=others[0])):
            await office.has_done("b1")
            let_go.set()
            await are_done(database)
    assert office.done == ["b1", *much]


async def test_what_was_had_is_had_no_longer_once_the_server_is_lost(database: Database) -> None:
    called = asyncio.Event()
    async with database.crew("work", called) as crew:
        assert set(await crew.claim(["a", "b"])) == {"a", "b"}
        await crew.release(["b"])
        assert (crew.has("a"), crew.has("b")) == (True, False)
        await database.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        async with asyncio.timeout(TAKEN_UP_WITHIN):
            while crew.has("a"):  # noqa: ASYNC110 - the end of a connection is heard a moment later
                await asyncio.sleep(0)
            called.clear()
            await called.wait()
        assert await crew.claim(["a"]) == ["a"]


async def test_what_a_claim_that_was_given_up_may_have_taken_is_not_kept_from_others(
    database: Database, others: tuple[Database, ...]
) -> None:
    async with database.crew("work", asyncio.Event()) as crew, others[0].crew("work", asyncio.Event()) as other:
        await crew.claim(["a"])
        claiming = asyncio.create_task(crew.claim(["b"]))
        for _ in range(5):
            await asyncio.sleep(0)
        claiming.cancel()
        await asyncio.gather(claiming, return_exceptions=True)
        # It may have been quicker: then it is known who has it.
        await crew.release(["b"])
        async with asyncio.timeout(TAKEN_UP_WITHIN):
            while not await other.claim(["b"]):  # noqa: ASYNC110 - the server hears of it a moment later
                await asyncio.sleep(0.01)


async def test_what_a_process_leaves_undone_another_takes_up(
    database: Database, others: tuple[Database, ...], office: Office
) -> None:
    office.holds("a1")
    dying = asyncio.create_task(office.inbox(database=others[0]).empty())
    await office.inbox().accept(delivered("a1", "a2"))
    await office.has_begun("a1")
    async with emptied(office.inbox()):
        office.held.clear()
        # Killed: it finishes nothing, and says nothing to anybody.
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        await are_done(database)
    assert office.done == ["a1", "a2"]


async def test_a_process_that_loses_the_server_goes_on_when_it_is_there_again(
    database: Database, office: Office
) -> None:
    let_go = office.holds("a1")
    with heard() as log:
        async with emptied(office.inbox()):
            await office.inbox().accept(delivered("a1", "a2"))
            await office.has_begun("a1")
            await database.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await log.says("Who does what of inbox telegram cannot be known now")
            let_go.set()
            await are_done(database)
    assert office.done == ["a1", "a2"]
    assert "Traceback" not in log.text


async def test_those_who_wait_for_their_next_attempt_are_in_nobody_s_way(office: Office) -> None:
    failing = [
        f"{letter}{number}" for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" for number in "12"
    ]
    for each in failing:
        office.failures[each] = [OutageError("down")]
    async with emptied(office.inbox(NEVER_AGAIN)):
        await office.inbox().accept(delivered(*failing))
        await office.has_begun(*failing[::2])
        await office.inbox().accept(delivered("é1"))
        await office.has_done("é1")


async def test_each_part_of_what_is_divided_is_handled_where_it_belongs(database: Database, office: Office) -> None:
    here, there = 2 << 22, 3 << 22
    items = [Delivered("a1", "a", "a1", here), Delivered("a2", "a", "a2", there), Delivered("a3", "a", "a3")]
    async with emptied(office.inbox(shards=FIRST)):
        await office.inbox().accept(items)
        await office.has_done("a1", "a3")
    assert office.done == ["a1", "a3"]
    async with emptied(office.inbox(shards=SECOND)):
        await are_done(database)
    assert office.done == ["a1", "a3", "a2"]


# Telegram


def on_telegram(telegram: StormyTelegram, library: Library, database: Database) -> telegram_side.Vigie:
    """Return Vigie as one process has her."""
    return telegram_side.Vigie(telegram, build_advisor(library.current, database), database)


async def is_ready(platform: Platform) -> None:
    async with asyncio.timeout(TAKEN_UP_WITHIN):
        while not platform.is_ready:  # noqa: ASYNC110 - it is, some time after it was started
            await asyncio.sleep(0.01)


def answered(telegram: StormyTelegram, member: User) -> int:
    return sum(message.sender is telegram.bot for message in member.messages)


async def test_one_process_asks_telegram_and_all_of_them_answer(
    telegram: StormyTelegram, library: Library, database: Database, others: tuple[Database, ...]
) -> None:
    processes = [on_telegram(telegram, library, each) for each in (database, others[0])]
    people = [telegram.user(f"Personne {number}") for number in range(60)]
    for vigie in processes:
        await vigie.starts()
        await is_ready(vigie.adapter)
    # More answers on their way than one process has connections for.
    held = [telegram.holds("sendMessage") for _ in range(CONNECTIONS + 1)]
    for question in (QUESTION, "/plan"):
        for person in people:
            await person.writes(question)
    await held[-1].is_reached(TAKEN_UP_WITHIN)
    for hold in held:
        hold.let_go.set()
    await all_is_handled(telegram, database)
    for vigie in processes:
        await vigie.stops()
    assert [answered(telegram, person) for person in people] == [2] * len(people)


async def test_behind_one_address_each_process_takes_what_is_posted_to_it(
    telegram: StormyTelegram, library: Library, database: Database, others: tuple[Database, ...]
) -> None:
    lea = telegram.user("Léa")
    ports = [free_port() for _ in range(2)]
    adapters = [
        on_telegram(telegram, library, each).made(webhook=Webhook(f"{PUBLIC}/updates", "127.0.0.1", port))
        for each, port in zip((database, others[0]), ports, strict=True)
    ]
    async with asyncio.TaskGroup() as serving:
        for adapter, port in zip(adapters, ports, strict=True):
            telegram.proxies(PUBLIC, f"http://127.0.0.1:{port}")
            telegram.state.webhook = None
            serving.create_task(adapter.run())
            await telegram.state.updates.changed.until(lambda: telegram.state.webhook is not None, 5)
        for turn in range(6):
            telegram.proxies(PUBLIC, f"http://127.0.0.1:{ports[turn % 2]}")
            await lea.writes(QUESTION if turn % 3 else "/plan")
        await all_is_handled(telegram, database)
        for adapter in adapters:
            adapter.stop()
    assert answered(telegram, lea) == 6


# Discord


@pytest.fixture
async def double(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    # The adapter points the client at the double, for the whole process: afterwards it is pointed back.
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    async with FakeDiscord(stands_at=NOON) as double:
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(double.gateway))
        yield double
        assert double.violations == []


def answers(double: FakeDiscord, channel: Channel) -> int:
    return sum(message.author is double.bot for message in channel.messages)


async def test_processes_divide_the_servers_of_discord_among_them(
    double: FakeDiscord, library: Library, database: Database, others: tuple[Database, ...]
) -> None:
    lea, sam = double.user("Léa"), double.user("Sam")
    servers = [double.server(f"Les indés {number}", owner=lea).add(sam) for number in range(4)]
    channels = [server.text("général") for server in servers]
    processes = [discord_side.Vigie(double, build_advisor(library.current, each), each) for each in (database, *others)]
    for vigie, shards in zip(processes[:2], (FIRST, SECOND), strict=True):
        await vigie.starts(vigie.made(shards=shards))
    await double.is_connected(shards=2)
    for channel in (*channels, None):
        await asks(sam, channel)
    await discord_steps.all_is_handled(double, database)
    assert [answers(double, channel) for channel in channels] == [1] * 4
    # None of them takes the servers of the other one for gone.
    assert {each.id for each in await processes[0].advisor.communities("discord")} == {str(each.id) for each in servers}
    await processes[1].stops()
    await asks(sam, next(each for each, server in zip(channels, servers, strict=True) if FIRST.hold(server.id)))
    await processes[0].stops()


async def test_a_team_is_served_in_private_whichever_process_has_its_server(
    double: FakeDiscord, library: Library, database: Database, others: tuple[Database, ...]
) -> None:
    lea = double.user("Léa")
    servers = [double.server(f"Les indés {number}", owner=lea).add(lea) for number in range(2)]
    processes = [discord_side.Vigie(double, build_advisor(library.current, each), each) for each in (database, *others)]
    for vigie, shards in zip(processes[:2], (FIRST, SECOND), strict=True):
        await vigie.starts(vigie.made(shards=shards))
    for server in servers:
        await asks(lea, server.text("général"))
    told = await on_discord.asks(lea, "/lacunes")
    shown = " ".join([told.text, *told.buttons])
    assert all(server.name in shown for server in servers)
    for vigie in processes[:2]:
        await vigie.stops()
