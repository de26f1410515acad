"""Bad weather, as a client feels it."""

import asyncio
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter

from tests.fakes.telegram import FakeTelegram, User


@pytest.fixture(autouse=True)
def of_tomorrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the client tell how long to wait as its next version does: without, it warns, and warnings are errors."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


async def test_one_request_in_so_many_is_told_to_wait(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    lea.has_started()
    telegram.limits(every=4, retry_after=3)
    sent = await asyncio.gather(
        *(bot.send_message(lea.id, str(number)) for number in range(40)), return_exceptions=True
    )
    told = [each.retry_after for each in sent if isinstance(each, RetryAfter)]
    assert set(told) == {timedelta(seconds=3)}
    assert len(lea.messages) == 40 - len(told)
    telegram.limits(every=1)
    await bot.get_updates()
    telegram.limits(every=1, polls=True)
    with pytest.raises(RetryAfter):
        await bot.get_updates()
    telegram.clears()
    await bot.send_message(lea.id, "il fait beau")


async def test_a_connection_is_cut_before_the_request_is_done(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    lea.has_started()
    telegram.cuts(every=1)
    with pytest.raises(NetworkError):
        await bot.send_message(lea.id, "perdu")
    assert lea.messages == []
    assert telegram.cut_after == []


async def test_a_connection_is_cut_after_the_request_is_done(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    lea.has_started()
    telegram.cuts(every=1, after=True)
    with pytest.raises(NetworkError):
        await bot.send_message(lea.id, "arrivé")
    assert [message.text for message in lea.messages] == ["arrivé"]
    assert [request.parameters["text"] for request in telegram.cut_after] == ["arrivé"]


async def test_a_method_fails_so_many_times(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    lea.has_started()
    telegram.fails("sendMessage", 502, times=2)
    for _ in range(2):
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.send_message(lea.id, "un")
    await bot.send_message(lea.id, "deux")
    assert [message.text for message in lea.messages] == ["deux"]


async def test_the_network_goes_and_comes_back(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    lea.has_started()
    poll = asyncio.create_task(bot.get_updates(timeout=5))
    await telegram.is_polled()
    telegram.stops_answering()
    with pytest.raises(NetworkError):
        await poll
    with pytest.raises(NetworkError):
        await bot.send_message(lea.id, "perdu")
    telegram.answers_again()
    await bot.send_message(lea.id, "arrivé")
    assert [message.text for message in lea.messages] == ["arrivé"]


async def test_another_instance_polls(telegram: FakeTelegram, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=5))
    await telegram.is_polled()
    telegram.conflict(times=2)
    for asked in (poll, bot.get_updates()):
        with pytest.raises(Conflict):
            await asked
    assert await bot.get_updates() == ()


async def test_the_token_is_revoked(telegram: FakeTelegram, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=5))
    await telegram.is_polled()
    telegram.revoke_token()
    with pytest.raises(InvalidToken, match="Unauthorized"):
        await poll
    with pytest.raises(InvalidToken, match="Unauthorized"):
        await bot.get_me()


@pytest.mark.parametrize(("token", "words"), [("1:short", "Not Found"), (f"1:{'a' * 35}", "Unauthorized")])
async def test_another_token_is_refused(telegram: FakeTelegram, token: str, words: str) -> None:
    with pytest.raises(InvalidToken):
        await Bot(token, base_url=telegram.base_url).__aenter__()
    assert telegram.refused[-1].error == words


async def test_a_bot_that_has_logged_out_is_answered_nothing_else(bot: Bot) -> None:
    await bot.log_out()
    with pytest.raises(BadRequest, match="Logged out"):
        await bot.get_me()


async def test_a_bot_closes(bot: Bot) -> None:
    assert await bot.close()
