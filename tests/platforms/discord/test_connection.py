"""Vigie finds Discord, loses it and finds it again, says what is wrong, and ends in order."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
import yarl

from bot.core.messages import Event
from bot.errors import BotError
from bot.storage.database import Database
from bot.storage.inbox import Delivered, Shards
from tests.fakes.discord import Channel, FakeDiscord, Message, Server, User
from tests.platforms.discord.conftest import SOON, Vigie
from tests.platforms.discord.process import environment
from tests.platforms.discord.steps import OTHER_QUESTION, QUESTION
from tests.platforms.log import heard
from tests.platforms.telegram.process import ends, vigie_run

WRONG = f"{'x' * 24}.{'y' * 6}.{'z' * 38}"
NOWHERE = "ws://127.0.0.1:9/gateway"
MEMBERS = discord.Intents(members=True).value

pytestmark = pytest.mark.usefixtures("hasty")


NEVER_SILENT = 100
"""More people than leave while it is waited for."""


async def is_up(double: FakeDiscord, identifies: int) -> None:
    """Wait until Vigie has begun so many sessions, and holds the last one."""
    await double.state.sessions.changed.until(lambda: double.identifies >= identifies and double.connected > 0, 5)


async def is_ready(vigie: Vigie) -> None:
    """Wait until Vigie knows all about the servers; nobody is told when that is."""
    async with asyncio.timeout(5):
        while not vigie.adapter.is_ready:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def asks(person: User, where: Channel | None = None, question: str = QUESTION) -> list[Message]:
    """Ask by the command, and return what answers."""
    interaction = await person.uses("/question", in_=where, texte=question)
    await interaction.is_settled()
    assert not interaction.failed
    return interaction.messages


def intents(double: FakeDiscord) -> int:
    """Return what the session that is connected asked to be told of."""
    [session] = double.state.sessions.connected
    return session.intents


def answers(double: FakeDiscord, channel: Channel) -> list[Message]:
    """Return what Vigie said in a channel."""
    return [message for message in channel.messages if message.author is double.bot and not message.deleted]


# What can be waited out


async def test_without_network_at_the_start_vigie_waits_for_it(
    asleep: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    double.stops_answering()
    with heard() as log:
        starting = asyncio.create_task(asleep.starts())
        await log.says("no connection", times=3)
        assert not asleep.adapter.is_ready
        double.answers_again()
        await starting
    assert "Traceback" not in log.text
    [answer] = await asks(sam, general)
    assert "SWOT" in answer.text
    await asleep.stops()


async def test_without_gateway_at_the_start_vigie_waits_for_it(
    asleep: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    double.refuses_gateway()
    with heard() as log:
        starting = asyncio.create_task(asleep.starts())
        await log.says("Discord cannot be served now", times=3)
        double.accepts_gateway()
        await starting
    assert "Traceback" not in log.text
    await asks(sam, general)
    await asleep.stops()


@pytest.mark.parametrize("down", [FakeDiscord.stops_answering, FakeDiscord.refuses_gateway])
async def test_told_to_end_while_there_is_no_connection_vigie_ends(
    asleep: Vigie, double: FakeDiscord, down: Callable[[FakeDiscord], None]
) -> None:
    down(double)
    adapter = asleep.made()
    with heard() as log:
        running = asyncio.create_task(adapter.run())
        await log.says("Discord cannot be served now")
        adapter.stop()
        await asyncio.wait_for(running, 5)


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("path", ["/users/@me", "/oauth2/applications/@me", "/gateway/bot"])
async def test_a_start_that_fails_half_way_is_begun_again(
    asleep: Vigie, double: FakeDiscord, sam: User, general: Channel, path: str, status: int
) -> None:
    assert general
    double.fails("GET", path, status, times=6)
    with heard() as log:
        await asleep.starts()
    assert "Discord cannot be served now" in log.text
    assert "Traceback" not in log.text
    assert "The client failed" not in log.text
    await asks(sam)
    await asleep.stops()


async def test_a_session_that_is_resumed_is_told_what_it_missed(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    await asks(sam, general)
    double.cuts()
    await double.is_disconnected()
    await sam.writes(OTHER_QUESTION)
    interaction = await sam.uses("/question", in_=general, texte=QUESTION)
    await interaction.is_settled()
    assert not interaction.failed
    assert "polémique" in (await sam.reads_next()).text
    assert (double.identifies, double.resumes) == (1, 1)
    assert vigie.adapter.is_ready


async def test_what_a_resumed_session_is_told_again_is_answered_once(
    vigie: Vigie, double: FakeDiscord, lea: User, sam: User, general: Channel, server: Server
) -> None:
    double.gate.replays = 50
    server.greets_in(general)
    await sam.writes(OTHER_QUESTION)
    await sam.reads_next()
    mentioning = await sam.writes(f"{double.bot.mention} {QUESTION}", to=general)
    await lea.reads_next(in_=general)
    asked = await sam.uses("/question", in_=general, texte=OTHER_QUESTION)
    [answer] = await asked.shows()
    pressed = await sam.presses(answer, "Utile")
    await pressed.is_settled()
    await double.user("Tom").joins(server)
    await lea.reads(2, in_=general)
    await double.settled()
    places = (general, sam.private)
    before = [[(each.id, each.text, each.buttons) for each in answers(double, place)] for place in places]
    for times in (1, 2, 3):
        double.cuts()
        await double.is_resumed(times)
    await asks(lea)
    await vigie.stops()
    after = [[(each.id, each.text, each.buttons) for each in answers(double, place)] for place in places]
    assert after == before
    assert len([each for each in answers(double, general) if each.reply_to is mentioning]) == 1
    assert len(asked.messages) == len(pressed.messages) == 1
    [useful] = await vigie._database.rows("SELECT COUNT(*) FROM feedback")
    assert useful[0] == 1


async def test_the_network_goes_and_comes_back(
    vigie: Vigie, double: FakeDiscord, lea: User, sam: User, general: Channel
) -> None:
    await asks(sam, general)
    with heard() as log:
        double.stops_answering()
        await log.says("reconnect", times=2)
        await lea.writes(OTHER_QUESTION)
        double.answers_again()
        await double.is_connected()
        assert "polémique" in (await lea.reads_next()).text
    assert "Traceback" not in log.text
    await asks(sam, general)
    assert vigie.adapter.is_ready


async def test_a_connection_lost_for_long_is_made_anew(
    asleep: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    await asleep.starts(asleep.made(timing=replace(SOON, patience=0.02)))
    with heard() as log:
        double.stops_answering()
        await log.says("Discord cannot be served now. There is no connection", times=2)
        assert not asleep.adapter.is_ready
        double.answers_again()
        await is_up(double, identifies=2)
    await is_ready(asleep)
    await asks(sam, general)


async def test_a_connection_lost_before_all_servers_are_known_ends_up_ready_all_the_same(
    asleep: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    starting = asyncio.create_task(asleep.starts())
    await double.is_connected()
    # What tells of the servers and the end of the connection arrive together.
    double.cuts(4000)
    await double.is_resumed()
    await starting
    await asks(sam, general)


# What ends a connection, and is followed by another


@pytest.mark.parametrize("code", [None, 1000, 1001, 1006, 4000, 4001, 4002, 4003, 4005, 4008])
async def test_a_socket_that_is_closed_is_opened_anew(
    asleep: Vigie, double: FakeDiscord, sam: User, server: Server, general: Channel, code: int | None
) -> None:
    server.greets_in(general)
    with heard() as log:
        await asleep.starts()
        double.cuts(code)
        await double.is_disconnected()
        await double.is_connected()
        await asks(sam, general)
    assert asleep.adapter.is_ready
    assert log.lines == []


@pytest.mark.parametrize("code", [4007, 4009])
async def test_a_session_that_is_over_is_followed_by_another(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel, code: int
) -> None:
    double.cuts(code)
    await is_up(double, identifies=2)
    await asks(sam, general)
    assert vigie.adapter.is_ready


@pytest.mark.parametrize("code", [4010, 4011, 4012])
async def test_a_connection_that_ends_otherwise_is_explained_and_made_anew(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel, code: int
) -> None:
    with heard() as log:
        double.cuts(code)
        await log.says(f"code {code}")
        await is_up(double, identifies=2)
        await asks(sam, general)
        await is_ready(vigie)
    assert "Traceback" not in log.text


async def test_asked_to_connect_anew_vigie_resumes(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    double.asks_to_reconnect()
    await double.is_resumed()
    await asks(sam, general)
    assert double.identifies == 1
    assert vigie.adapter.is_ready


@pytest.mark.parametrize("resumable", [True, False])
async def test_an_invalid_session_is_resumed_or_begun_anew(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel, *, resumable: bool
) -> None:
    double.invalidates_sessions(resumable=resumable)
    if resumable:
        await double.is_resumed()
    else:
        await is_up(double, identifies=2)
    await asks(sam, general)
    assert (double.identifies, double.resumes) == ((1, 1) if resumable else (2, 0))
    assert vigie.adapter.is_ready


@pytest.mark.usefixtures("general")
async def test_a_gateway_that_acknowledges_no_heartbeat_is_left(
    asleep: Vigie, double: FakeDiscord, sam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Impatient(discord.gateway.KeepAliveHandler):
        """Waits not a minute for an acknowledgement."""

        heartbeat_timeout = 0.1

        def __setattr__(self, name: str, value: object) -> None:
            if name != "heartbeat_timeout":
                super().__setattr__(name, value)

    monkeypatch.setattr(discord.gateway, "KeepAliveHandler", Impatient)
    double.gate.heartbeat_interval = 0.15
    await asleep.starts()
    with heard() as log:
        double.withholds_acks()
        await log.says("has stopped responding")
        double.acknowledges_again()
        await double.is_resumed()
    await asks(sam)
    assert asleep.adapter.is_ready
    await asleep.stops()


# What there is no waiting for


async def test_a_wrong_token_ends_with_a_sentence(asleep: Vigie) -> None:
    with pytest.raises(BotError, match="Discord refuses the token") as raised:
        await asyncio.wait_for(asleep.made(token=WRONG).run(), 5)
    assert WRONG not in str(raised.value)
    assert "VIGIE_DISCORD_TOKEN" in str(raised.value)


@pytest.mark.usefixtures("general")
@pytest.mark.parametrize(("code", "sentence"), [(4004, "Discord refuses the token"), (4013, "upgrade Vigie")])
async def test_what_there_is_no_waiting_for_ends_with_a_sentence_and_loses_nothing(
    asleep: Vigie, double: FakeDiscord, database: Database, sam: User, code: int, sentence: str
) -> None:
    adapter = asleep.made()
    running = asyncio.create_task(adapter.run())
    await double.is_connected()
    double.clock.advance(1)
    double.fails("POST", "/channels/…/messages", 503, times=1000)
    with heard() as log:
        await sam.writes(QUESTION)
        await log.says("has to wait")
    double.cuts(code)
    with pytest.raises(BotError, match=sentence):
        await asyncio.wait_for(running, 5)
    assert not adapter.is_ready
    assert len(await database.rows("SELECT id FROM inbox WHERE set_aside = 0")) == 1
    double.clears()
    await asleep.starts()
    assert "SWOT" in (await sam.reads_next()).text
    await asleep.stops()


# What Vigie asks to be told


@pytest.mark.parametrize("welcomes", [True, False])
@pytest.mark.usefixtures("general")
async def test_no_more_is_asked_for_than_it_takes(asleep: Vigie, double: FakeDiscord, *, welcomes: bool) -> None:
    await asleep.starts(asleep.made(welcomes=welcomes))
    asked = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, members=welcomes)
    assert intents(double) == asked.value
    await asleep.stops()


async def test_without_the_right_to_know_who_joins_all_else_is_served(
    asleep: Vigie, double: FakeDiscord, lea: User, sam: User, server: Server, general: Channel
) -> None:
    double.refuses_intents("members")
    with heard() as log:
        await asleep.starts()
    assert log.count("Server Members Intent") == log.count("VIGIE_DISCORD_WELCOMES=false") == 1
    assert "Traceback" not in log.text
    assert intents(double) & MEMBERS == 0
    await asks(sam, general)
    await double.user("Tom").joins(server)
    await lea.writes(OTHER_QUESTION)
    await lea.reads_next()
    assert len(answers(double, general)) == 1
    double.cuts(4009)
    await is_up(double, identifies=2)
    assert intents(double) & MEMBERS == 0
    await asleep.stops()


async def test_with_welcomes_off_the_refused_right_is_never_asked_for(
    asleep: Vigie, double: FakeDiscord, sam: User, server: Server, general: Channel
) -> None:
    server.greets_in(general)
    double.refuses_intents("members", "message_content", "presences")
    with heard() as log:
        await asleep.starts(asleep.made(welcomes=False))
        await asks(sam, general)
    assert log.lines == []
    assert double.identifies == 1
    await asleep.stops()


# Where Discord is


async def test_the_gateway_that_was_set_is_used_for_everything(
    asleep: Vigie,
    double: FakeDiscord,
    sam: User,
    server: Server,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.greets_in(general)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(NOWHERE))
    double.gate.url = NOWHERE
    with heard() as log:
        await asleep.starts()
        await asks(sam, general)
        double.cuts()
        await double.is_resumed()
        await asks(sam, general)
        double.invalidates_sessions()
        await is_up(double, identifies=2)
        await asks(sam, general)
    assert double.identifies == 2
    assert log.lines == []
    await asleep.stops()


async def test_without_a_gateway_of_one_s_own_the_one_that_discord_names_is_used(
    asleep: Vigie, sam: User, general: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(NOWHERE))
    adapter = asleep.made()
    adapter._connection = replace(adapter._connection, gateway=None)
    await asleep.starts(adapter)
    await asks(sam, general)


# More servers than one connection is for


@pytest.fixture
def two_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord wants two connections."""
    describe = FakeDiscord._describe_gateway
    monkeypatch.setattr(FakeDiscord, "_describe_gateway", lambda *given: describe(*given) | {"shards": 2})


@pytest.mark.usefixtures("two_shards")
async def test_in_many_servers_as_many_connections_are_made_as_discord_wants(
    asleep: Vigie, double: FakeDiscord, lea: User, sam: User, general: Channel
) -> None:
    elsewhere = double.server("Les autres", owner=lea).add(sam).text("salon")
    await asleep.starts()
    await double.is_connected(shards=2)
    for place in (general, elsewhere, None):
        await asks(sam, place)
    double.cuts()
    await double.is_resumed(2)
    for place in (general, elsewhere, None):
        await asks(sam, place)
    assert (double.identifies, len(answers(double, general)), len(answers(double, elsewhere))) == (2, 2, 2)


@pytest.mark.usefixtures("two_shards")
async def test_in_many_servers_a_gateway_that_is_not_there_at_the_start_is_waited_for(
    asleep: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    double.refuses_gateway()
    with heard() as log:
        starting = asyncio.create_task(asleep.starts())
        await log.says("Discord cannot be served now", times=3)
        double.accepts_gateway()
        await starting
    assert "Traceback" not in log.text
    await asks(sam, general)


# Servers that come and go


async def test_servers_that_are_out_of_order_are_served_again_when_they_come_back(
    vigie: Vigie, double: FakeDiscord, lea: User, sam: User, server: Server, general: Channel, database: Database
) -> None:
    other = double.server("Les autres", owner=lea).add(sam)
    elsewhere = other.text("salon")
    await asks(sam, general)
    await asks(sam, elsewhere)
    for each in (server, other):
        each.goes_down()
    await sam.writes(QUESTION)
    await sam.reads_next()
    for each in (other, server):
        each.comes_back()
    for place in (general, elsewhere):
        await asks(sam, place)
    await double.settled()
    assert [len(answers(double, place)) for place in (general, elsewhere)] == [2, 2]
    known = await vigie.advisor.communities("discord")
    assert {each.id for each in known} >= {str(server.id), str(other.id)}
    told = await database.rows("SELECT id FROM events WHERE id LIKE ?", f"{Event.PUT_OUT}/%")
    assert list(told) == []


async def test_a_server_that_is_out_of_order_at_the_start_holds_up_nobody(
    asleep: Vigie, double: FakeDiscord, lea: User, sam: User, server: Server, general: Channel
) -> None:
    other = double.server("Les autres", owner=lea).add(sam)
    elsewhere = other.text("salon")
    await asleep.starts()
    await asks(sam, elsewhere)
    await asleep.stops()
    other.goes_down()
    with heard() as log:
        await asleep.starts()
        await asks(sam, general)
        other.comes_back()
        await asks(sam, elsewhere)
        await double.settled()
    assert "failed" not in log.text
    assert len(answers(double, elsewhere)) == 2
    assert str(server.id) in {each.id for each in await asleep.advisor.communities("discord")}
    await asleep.stops()


async def test_in_no_server_yet_vigie_says_how_to_take_her_into_one(asleep: Vigie, double: FakeDiscord) -> None:
    with heard() as log:
        await asleep.starts()
        await log.says("in no server yet")
    [line] = log.lines
    assert f"client_id={double.application_id}" in line
    assert "applications.commands" in line
    await asleep.stops()


async def test_a_process_whose_shards_have_no_server_knows_of_those_of_the_others(
    asleep: Vigie, double: FakeDiscord, sam: User, server: Server, general: Channel
) -> None:
    shard = Shards(0, 0, 2).hold(server.id) and 1
    with heard() as log:
        for each in (1 - shard, shard):
            await asleep.starts(asleep.made(shards=Shards(each, each, 2)))
            if Shards(each, each, 2).hold(server.id):
                await asks(sam, general)
            await asleep.stops()
    assert "in no server yet" not in log.text
    assert len(answers(double, general)) == 1


async def test_told_to_end_vigie_ends_although_people_go_on(asleep: Vigie, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes in meanwhile is kept by the time that she is gone; she does not wait for a moment of silence."""
    adapter, kept = asleep.made(), 0
    sam: Any = SimpleNamespace(id=7, bot=False)
    leaving: list[asyncio.Task[None]] = []

    async def accept(_: Sequence[Delivered]) -> None:
        """Keep that somebody left, while the next one does."""
        nonlocal kept
        if len(leaving) < NEVER_SILENT:
            leaving.append(asyncio.create_task(adapter._desk.left(1, sam)))
        for _turn in range(3):
            await asyncio.sleep(0)
        kept += 1

    monkeypatch.setattr(adapter._inbox, "accept", accept)
    leaving.append(asyncio.create_task(adapter._desk.left(1, sam)))
    await asyncio.sleep(0)
    await adapter._desk.finish()
    assert 1 <= kept < NEVER_SILENT
    for each in leaving:
        await each


# The process


async def test_run_with_a_wrong_token_ends_with_a_sentence_and_without_the_token(
    double: FakeDiscord, tmp_path: Path, knowledge: Path
) -> None:
    async with vigie_run(environment(double, tmp_path, token=WRONG), knowledge=knowledge) as process:
        code, told = await ends(process)
    assert (code, told.count("\n")) == (2, 1)
    assert "Discord refuses the token" in told
    assert WRONG not in told


async def test_run_ends_with_a_sentence_when_its_token_is_refused_later(
    double: FakeDiscord, tmp_path: Path, knowledge: Path, general: Channel
) -> None:
    assert general
    async with vigie_run(environment(double, tmp_path), knowledge=knowledge) as process:
        await double.is_connected(within=20)
        double.cuts(4004)
        code, told = await ends(process, within=10)
    assert (code, told.count("\n")) == (2, 1)
    assert "Discord refuses the token" in told


async def test_run_killed_in_the_middle_of_an_interaction_answers_it_after_the_next_start(
    double: FakeDiscord, tmp_path: Path, knowledge: Path, sam: User, general: Channel
) -> None:
    surroundings = environment(double, tmp_path)
    hold = double.slow("PATCH", "/webhooks/…/…/messages/@original")
    async with vigie_run(surroundings, knowledge=knowledge) as process:
        await double.is_connected(within=20)
        asked = await sam.uses("/question", in_=general, texte="planter des tomates")
        await hold.is_reached()
        assert asked.deferred
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await double.is_disconnected()
    double.clears()
    assert asked.deferred
    async with vigie_run(surroundings, knowledge=knowledge) as process:
        await asked.is_settled(within=20)
        process.send_signal(signal.SIGTERM)
        code, told = await ends(process)
    assert (code, "Traceback" in told) == (0, False)
    [answer] = asked.messages
    assert "Après les gelées." in answer.text
    assert len(answers(double, general)) == 1


async def test_run_without_the_right_to_know_who_joins_goes_on(
    double: FakeDiscord, tmp_path: Path, knowledge: Path, sam: User, general: Channel
) -> None:
    double.refuses_intents("members")
    async with vigie_run(environment(double, tmp_path), knowledge=knowledge) as process:
        await double.is_connected(within=20)
        [answer] = await asks(sam, general, "planter des tomates")
        process.send_signal(signal.SIGTERM)
        code, told = await ends(process)
    assert code == 0
    assert "Après les gelées." in answer.text
    assert told.count("VIGIE_DISCORD_WELCOMES=false") == 1
    assert "Traceback" not in told
