"""Requests travel to Telegram straight or through a proxy, wait no longer than they may, and tell no secret."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable
from urllib.parse import quote, urlsplit

import pytest
from telegram.error import NetworkError, TimedOut

from bot.core.advisor import Advisor
from bot.platforms.telegram.adapter import Connection, TelegramAdapter
from bot.platforms.telegram.transport import AiohttpRequest
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.storage.database import Database
from tests.fakes.socks import SocksProxy, socks_proxy
from tests.fakes.telegram import User
from tests.people import NOON
from tests.platforms.log import heard
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.steps import QUESTION
from tests.platforms.telegram.storm import StormyTelegram

NOWHERE = "http://api.telegram.invalid"
PASSWORD = "p@ss:mot"  # noqa: S105 - of a proxy of this machine
SHORT = 0.05


@pytest.fixture
async def socks(telegram: StormyTelegram) -> AsyncIterator[SocksProxy]:
    """A SOCKS proxy that leads to the double."""
    address = urlsplit(telegram.base_url)
    async with socks_proxy((address.hostname or "", address.port or 0), "vigie", PASSWORD) as proxy:
        yield proxy


@pytest.fixture
def reaching(telegram: StormyTelegram, advisor: Advisor, database: Database) -> Callable[[str | None], TelegramAdapter]:
    """Make an adapter for a Telegram that is found by whoever stands on the way alone."""

    def made(proxy: str | None) -> TelegramAdapter:
        connection = Connection(telegram.token, NOWHERE, proxy=proxy, paced=False)
        return TelegramAdapter(connection, advisor, read_wording(PROMPTS), database, lambda: NOON, (SHORT,))

    return made


async def is_answered(asleep: Vigie, adapter: TelegramAdapter, lea: User) -> None:
    await asleep.starts(adapter)
    await lea.writes(QUESTION)
    assert "SWOT" in (await lea.reads_next()).text
    await asleep.stops()


# Through a proxy


async def test_a_proxy_leads_to_telegram(
    asleep: Vigie, reaching: Callable[[str | None], TelegramAdapter], telegram: StormyTelegram, lea: User
) -> None:
    await is_answered(asleep, reaching(telegram.base_url.removesuffix("/bot")), lea)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_socks_proxy_leads_to_telegram_and_looks_up_its_name(
    asleep: Vigie, reaching: Callable[[str | None], TelegramAdapter], socks: SocksProxy, lea: User, scheme: str
) -> None:
    host, port = socks.address
    await is_answered(asleep, reaching(f"{scheme}://vigie:{quote(PASSWORD)}@{host}:{port}"), lea)
    assert set(socks.asked_for) == {("api.telegram.invalid", 80)}


async def test_a_socks_proxy_that_refuses_is_waited_for_and_its_password_is_told_nowhere(
    reaching: Callable[[str | None], TelegramAdapter], socks: SocksProxy
) -> None:
    host, port = socks.address
    adapter = reaching(f"socks5://vigie:hemmelig@{host}:{port}")
    with heard() as log:
        running = asyncio.create_task(adapter.run())
        await log.says("There is no connection", times=2)
        adapter.stop()
        await asyncio.wait_for(running, 5)
    assert "hemmelig" not in log.text
    assert socks.asked_for == []


async def test_a_proxy_that_the_environment_names_is_used(
    asleep: Vigie,
    reaching: Callable[[str | None], TelegramAdapter],
    telegram: StormyTelegram,
    lea: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", telegram.base_url.removesuffix("/bot"))
    await is_answered(asleep, reaching(None), lea)


@pytest.mark.parametrize("named", [{"NO_PROXY": "127.0.0.1"}, {"HTTP_PROXY": "gopher://127.0.0.1:9"}])
async def test_where_the_environment_wants_none_telegram_is_reached_straight(
    vigie: Vigie, lea: User, monkeypatch: pytest.MonkeyPatch, named: dict[str, str]
) -> None:
    for name, value in {"HTTP_PROXY": "http://127.0.0.1:9", **named}.items():
        monkeypatch.setenv(name, value)
    await vigie.restarts()
    await lea.writes(QUESTION)
    assert "SWOT" in (await lea.reads_next()).text


# No longer than it may take


def address_of(telegram: StormyTelegram) -> str:
    return f"{telegram.base_url}{telegram.token}/getMe"


@pytest.fixture
async def over() -> AsyncIterator[AiohttpRequest]:
    """What makes requests over one connection."""
    request = AiohttpRequest(1, SHORT)
    await request.initialize()
    yield request
    await request.shutdown()


async def test_an_answer_that_takes_too_long_is_given_up(telegram: StormyTelegram, over: AiohttpRequest) -> None:
    hold = telegram.holds("getMe")
    with pytest.raises(TimedOut):
        await over.post(address_of(telegram), read_timeout=SHORT)
    hold.let_go.set()


async def test_a_request_waits_for_a_connection_as_long_as_it_may(
    telegram: StormyTelegram, over: AiohttpRequest
) -> None:
    hold = telegram.holds("getMe")
    first = asyncio.create_task(over.post(address_of(telegram)))
    await hold.is_reached()
    with pytest.raises(TimedOut):
        await over.post(address_of(telegram))
    hold.let_go.set()
    assert await first


async def test_no_error_shows_where_the_request_went(telegram: StormyTelegram, over: AiohttpRequest) -> None:
    telegram.stops_answering()
    with pytest.raises(NetworkError) as raised:
        await over.post(address_of(telegram))
    told = "".join(traceback.format_exception(raised.value))
    assert telegram.token not in told
    assert telegram.base_url not in told


async def test_once_closed_nothing_is_sent(telegram: StormyTelegram, over: AiohttpRequest) -> None:
    await over.shutdown()
    await over.shutdown()
    with pytest.raises(NetworkError, match="closed"):
        await over.post(address_of(telegram))
    await over.initialize()
    assert await over.post(address_of(telegram))
