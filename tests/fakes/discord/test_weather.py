"""Bad weather, as a client feels it."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from tests.fakes.discord import Channel, FakeDiscord, User
from tests.fakes.discord.conftest import Bot, running

MESSAGES = "/channels/…/messages"


@pytest.fixture
async def channel(double: FakeDiscord, general: Channel) -> AsyncIterator[discord.TextChannel]:
    """The channel, as a bot has it that may complain."""
    async with running(double, Bot()) as ready:
        found = ready.get_channel(general.id)
        assert isinstance(found, discord.TextChannel)
        yield found
        double.clears()


async def test_one_request_in_so_many_waits(
    double: FakeDiscord, channel: discord.TextChannel, general: Channel
) -> None:
    double.limits(every=4, retry_after=0.01)
    await asyncio.gather(*(channel.send(str(number)) for number in range(20)))
    assert len(general.messages) == 20
    told = double.refused
    assert told
    assert {(request.status, request.error) for request in told} == {(429, "You are being rate limited.")}


async def test_all_requests_wait(double: FakeDiscord, channel: discord.TextChannel, general: Channel) -> None:
    double.limits_globally(times=2, retry_after=0.01)
    await channel.send("un")
    assert [request.status for request in double.asked_for("POST", MESSAGES)] == [429, 429, 200]
    assert len(general.messages) == 1


async def test_a_route_fails_so_many_times(double: FakeDiscord, channel: discord.TextChannel) -> None:
    double.fails("POST", MESSAGES, 503, times=2)
    for _ in range(2):
        with pytest.raises(discord.DiscordServerError):
            await channel.send("un")
    await channel.send("deux")
    double.fails("POST", "/channels/{channel}/messages", 403, code=50013, message="Missing Permissions")
    with pytest.raises(discord.Forbidden, match="Missing Permissions"):
        await channel.send("trois")
    await channel.typing()


async def test_what_stands_before_discord_fails(double: FakeDiscord, channel: discord.TextChannel) -> None:
    double.fails("POST", MESSAGES, 502)
    # The client tries again after a second of its own.
    await channel.send("un")
    assert [request.status for request in double.asked_for("POST", MESSAGES)] == [502, 200]


async def test_a_connection_is_cut_before_the_request_is_done(
    double: FakeDiscord, channel: discord.TextChannel, general: Channel
) -> None:
    double.cuts_requests(every=1)
    with pytest.raises(aiohttp.ClientError):
        await channel.send("perdu")
    assert general.messages == []
    assert double.cut_after == []


async def test_a_connection_is_cut_after_the_request_is_done(
    double: FakeDiscord, channel: discord.TextChannel, general: Channel
) -> None:
    double.cuts_requests(every=1, after=True)
    with pytest.raises(aiohttp.ClientError):
        await channel.send("arrivé")
    assert [message.content for message in general.messages] == ["arrivé"]
    assert [request.json["content"] for request in double.cut_after] == ["arrivé"]


async def test_requests_are_held(double: FakeDiscord, channel: discord.TextChannel, general: Channel) -> None:
    held = double.slow("POST", MESSAGES)
    sending = asyncio.create_task(channel.send("un"))
    await held.is_reached()
    assert general.messages == []
    held.release()
    await sending
    late = double.slow("POST", MESSAGES, after=True)
    sending = asyncio.create_task(channel.send("deux"))
    await late.is_reached()
    assert [message.content for message in general.messages] == ["un", "deux"]
    with pytest.raises(AssertionError, match="1 requests are under way"):
        await double.settled(within=0.05)
    late.release()
    await sending


async def test_the_network_goes_and_comes_back(
    double: FakeDiscord, channel: discord.TextChannel, general: Channel, lea: User
) -> None:
    double.stops_answering()
    with pytest.raises(aiohttp.ClientError):
        await channel.send("perdu")
    await double.is_disconnected()
    await lea.writes("allô ?", to=general)
    double.answers_again()
    await double.is_resumed()
    await channel.send("me revoilà")
    assert [message.content for message in general.messages] == ["allô ?", "me revoilà"]
    assert double.identifies == 1


async def test_the_weather_is_the_same_at_every_run(double: FakeDiscord, channel: discord.TextChannel) -> None:
    async def limited() -> list[int | None]:
        double.limits(every=3, retry_after=0.0)
        double.requests.clear()
        for number in range(10):
            await channel.send(str(number))
        return [request.status for request in double.requests]

    assert await limited() == await limited()
