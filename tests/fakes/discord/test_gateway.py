"""The gateway: how sessions begin, are resumed and end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import discord
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from tests.fakes.discord import Channel, FakeDiscord, Server, User
from tests.fakes.discord.conftest import INTENTS, Bot, point_at, running

HELLO, ACK, INVALID_SESSION = 10, 11, 9


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def connected(double: FakeDiscord, client: ClientSession, version: int = 10) -> ClientWebSocketResponse:
    """Return a socket that has said nothing yet."""
    socket = await client.ws_connect(f"{double.gateway}?v={version}&encoding=json")
    assert (await socket.receive_json())["op"] == HELLO
    return socket


def identity(double: FakeDiscord, **changed: Any) -> dict[str, Any]:
    """Return what a client says of itself."""
    return {"op": 2, "d": {"token": double.token, "intents": 1, "properties": {}} | changed}


async def test_a_session_is_resumed_after_a_cut(double: FakeDiscord, bot: Bot, general: Channel, lea: User) -> None:
    double.refuses_gateway()
    double.cuts()
    await double.is_disconnected()
    await lea.writes("tu m'entends ?", to=general)
    double.accepts_gateway()
    assert (await bot.hears("message")).content == "tu m'entends ?"
    await bot.hears("resumed")
    assert (double.identifies, double.resumes) == (1, 1)
    assert not bot.has_heard("ready")


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4008])
async def test_a_session_is_resumed_after_a_close(double: FakeDiscord, bot: Bot, code: int) -> None:
    double.cuts(code)
    await bot.hears("resumed")
    assert (double.identifies, double.resumes, double.connected) == (1, 1, 1)


async def test_a_session_is_resumed_when_the_gateway_asks_for_it(double: FakeDiscord, bot: Bot) -> None:
    double.asks_to_reconnect()
    await bot.hears("resumed")
    double.invalidates_sessions(resumable=True)
    await bot.hears("resumed")
    assert (double.identifies, double.resumes) == (1, 2)


async def test_another_session_begins_when_one_is_invalid(double: FakeDiscord, bot: Bot) -> None:
    double.invalidates_sessions()
    await bot.hears("ready")
    double.cuts(4009)
    await bot.hears("ready")
    double.forgets_sessions()
    double.cuts()
    await bot.hears("ready")
    assert (double.identifies, double.resumes, double.connected) == (4, 0, 1)


async def test_an_interaction_waits_for_who_resumes(double: FakeDiscord, bot: Bot, general: Channel, lea: User) -> None:
    @bot.tree.command(name="question", description="Poser une question")
    async def question(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("me revoilà")

    await bot.tree.sync()
    double.cuts()
    await double.is_disconnected()
    [message] = await (await lea.uses("/question", in_=general)).shows()
    assert message.content == "me revoilà"


async def test_events_are_replayed_twice(double: FakeDiscord, bot: Bot, general: Channel, lea: User) -> None:
    for text in ("un", "deux", "trois"):
        await lea.writes(text, to=general)
    heard = [await bot.hears("message") for _ in range(3)]
    await double.settled()
    double.gate.replays = 2
    double.cuts()
    await bot.hears("resumed")
    again = [await bot.hears("message") for _ in range(2)]
    assert [message.id for message in again] == [message.id for message in heard[1:]]
    assert not bot.has_heard("message")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"shard": [1, 1]}, 4010),
        ({"shard": "0"}, 4010),
        ({"intents": 1 << 50}, 4013),
        ({"intents": None}, 4013),
        ({"intents": 1 << 1}, 4014),
    ],
)
async def test_who_is_not_let_in(
    double: FakeDiscord, client: ClientSession, changed: dict[str, Any], code: int
) -> None:
    double.refuses_intents("members")
    assert await closed_after(double, client, identity(double, **changed)) == code


async def test_what_is_not_understood(double: FakeDiscord, client: ClientSession) -> None:
    assert await closed_after(double, client, {"op": 99}) == 4001
    assert await closed_after(double, client, {"d": 1}) == 4002
    assert await closed_after(double, client, identity(double, properties={"os": "x" * 4096})) == 4002
    assert await closed_after(double, client, {"op": 3, "d": {}}) == 4003
    assert await closed_after(double, client, identity(double), identity(double)) == 4005
    socket = await connected(double, client, version=6)
    assert await close_code(socket) == 4012


async def test_what_cannot_be_resumed(double: FakeDiscord, client: ClientSession) -> None:
    socket = await connected(double, client)
    await socket.send_json({"op": 6, "d": {"token": double.token, "session_id": "none", "seq": 1}})
    assert await socket.receive_json() == {"op": INVALID_SESSION, "d": False, "s": None, "t": None}
    await socket.close()
    socket = await connected(double, client)
    await socket.send_json(identity(double))
    session = (await socket.receive_json())["d"]["session_id"]
    await socket.close(code=4000)
    known = {"token": double.token, "session_id": session}
    assert await closed_after(double, client, {"op": 6, "d": known | {"seq": 99}}) == 4007
    assert await closed_after(double, client, {"op": 6, "d": known | {"token": "wrong", "seq": 1}}) == 4004


async def test_a_client_that_closes_for_good_ends_its_session(double: FakeDiscord, client: ClientSession) -> None:
    socket = await connected(double, client)
    await socket.send_json(identity(double))
    session = (await socket.receive_json())["d"]["session_id"]
    await socket.close(code=1000)
    await double.is_disconnected()
    socket = await connected(double, client)
    await socket.send_json({"op": 6, "d": {"token": double.token, "session_id": session, "seq": 1}})
    assert (await socket.receive_json())["op"] == INVALID_SESSION
    await socket.close()


async def test_heartbeats_are_acknowledged_or_not(double: FakeDiscord, client: ClientSession) -> None:
    socket = await connected(double, client)
    await socket.send_json({"op": 1, "d": None})
    assert (await socket.receive_json())["op"] == ACK
    double.withholds_acks()
    await socket.send_json({"op": 1, "d": None})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(socket.receive(), 0.02)
    double.acknowledges_again()
    await socket.send_json({"op": 1, "d": None})
    assert (await socket.receive_json())["op"] == ACK
    assert double.heartbeats == 3
    double.asks_for_heartbeat()
    assert (await socket.receive_json())["op"] == 1
    await socket.close()


async def test_a_client_without_a_heartbeat_is_cut(monkeypatch: pytest.MonkeyPatch, client: ClientSession) -> None:
    async with FakeDiscord(heartbeat_interval=0.02) as double:
        socket = await connected(double, client)
        assert (await socket.receive()).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
        double.gate.heartbeat_interval = 0.05
        point_at(double, monkeypatch)
        async with running(double, Bot()):
            await double.state.sessions.changed.until(lambda: double.heartbeats >= 5, 5)
            assert (double.connected, double.identifies, double.resumes) == (1, 1, 0)


async def test_a_bot_gives_up_without_its_intents(double: FakeDiscord) -> None:
    double.refuses_intents("message_content")
    async with Bot() as bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.start(double.token)


async def test_a_bot_gives_up_without_its_token(double: FakeDiscord) -> None:
    async with Bot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.start("wrong")
    assert [(request.status, request.error) for request in double.refused] == [(401, "401: Unauthorized")]


async def test_shards_share_the_servers(double: FakeDiscord) -> None:
    servers = [double.server(f"Serveur {number}") for number in range(4)]

    class Sharded(Bot, discord.AutoShardedClient):
        pass

    async with running(double, Sharded(INTENTS, shard_count=2)) as bot:
        assert {guild.id: guild.shard_id for guild in bot.guilds} == {each.id: (each.id >> 22) % 2 for each in servers}
        assert (double.identifies, double.connected) == (2, 2)
        assert {guild.shard_id for guild in bot.guilds} == {0, 1}
        await double.user("Léa").writes("salut")
        assert (await bot.hears("message")).content == "salut"
        await double.settled()
        assert not bot.has_heard("message")


async def test_what_the_bot_shows_itself_as(double: FakeDiscord) -> None:
    async with running(double, Bot(activity=discord.Game("veiller"))) as bot:
        await bot.change_presence(status=discord.Status.idle)
        await double.settled()
        [presence] = double.presences
        assert presence
        assert presence["status"] == "idle"


async def test_everything_is_settled_or_not(double: FakeDiscord, bot: Bot, server: Server, lea: User) -> None:
    assert server.has(lea)

    @bot.tree.command(name="question", description="Poser une question")
    async def question(_: discord.Interaction) -> None:
        pass

    await bot.tree.sync()
    await double.settled()
    await lea.uses("/question")
    with pytest.raises(AssertionError, match="are open"):
        await double.settled(within=0.05)
    double.clock.advance(3)
    await double.settled()


async def closed_after(double: FakeDiscord, client: ClientSession, *said: dict[str, Any]) -> int | None:
    """Return the code with which a socket is closed after what is said over it."""
    socket = await connected(double, client)
    for each in said:
        await socket.send_json(each)
    return await close_code(socket)


async def close_code(socket: ClientWebSocketResponse) -> int | None:
    """Wait until a socket is closed, and return the code."""
    async with asyncio.timeout(5):
        async for _ in socket:
            pass
    with suppress(ConnectionError):
        await socket.close()
    return socket.close_code
