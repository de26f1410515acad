"""Updates are posted to a webhook, in order, each until it is accepted."""

from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, Conflict

from tests.fakes.telegram import FakeTelegram, User
from tests.fakes.waiting import Pulse


class Receiver:
    """A webhook that refuses so many times."""

    def __init__(self) -> None:
        self.port = 0
        self.refusals = 0
        self.texts: list[str] = []
        self.secrets: set[str | None] = set()
        self.pulse = Pulse()

    async def receives(self, request: web.Request) -> web.Response:
        """Accept an update, or refuse it."""
        update = await request.json()
        self.texts.append(update["message"]["text"])
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.pulse.beat()
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return web.Response()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/updates"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiving = Receiver()
    application = web.Application()
    application.router.add_post("/updates", receiving.receives)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiving.port = runner.addresses[0][1]
    yield receiving
    await runner.cleanup()


async def test_updates_are_posted_in_order_with_the_secret(
    telegram: FakeTelegram, bot: Bot, receiver: Receiver, lea: User
) -> None:
    await lea.writes("avant")
    await bot.set_webhook(receiver.url, secret_token="s3cret", max_connections=1)  # noqa: S106 - the double's
    for text in ("un", "deux", "trois"):
        await lea.writes(text)
    await telegram.settled()
    assert receiver.texts == ["avant", "un", "deux", "trois"]
    assert receiver.secrets == {"s3cret"}


async def test_an_update_is_posted_again_until_it_is_accepted(
    telegram: FakeTelegram, bot: Bot, receiver: Receiver, lea: User
) -> None:
    receiver.refusals = 2
    await bot.set_webhook(receiver.url)
    await lea.writes("un")
    await lea.writes("deux")
    await receiver.pulse.until(lambda: bool(receiver.texts), 5)
    await telegram.settled()
    assert receiver.texts == ["un", "un", "un", "deux"]


async def test_what_went_wrong_is_told(telegram: FakeTelegram, bot: Bot, receiver: Receiver, lea: User) -> None:
    receiver.refusals = 1_000
    await bot.set_webhook(receiver.url)
    await lea.writes("un")
    await receiver.pulse.until(lambda: len(receiver.texts) == 2, 5)
    told = await bot.get_webhook_info()
    assert (told.url, told.pending_update_count) == (receiver.url, 1)
    assert told.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
    await bot.delete_webhook(drop_pending_updates=True)
    await telegram.settled()
    assert (await bot.get_webhook_info()).url == ""


async def test_a_public_address_is_served_through_a_proxy(
    telegram: FakeTelegram, bot: Bot, receiver: Receiver, lea: User
) -> None:
    telegram.proxies("https://vigie.example", f"http://127.0.0.1:{receiver.port}")
    await bot.set_webhook("https://vigie.example/updates")
    await lea.writes("bonjour")
    await telegram.settled()
    assert receiver.texts == ["bonjour"]


async def test_nobody_polls_while_there_is_a_webhook(bot: Bot, receiver: Receiver, lea: User) -> None:
    await bot.set_webhook(receiver.url)
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    await lea.writes("bonjour")
    assert len(await bot.get_updates()) == 1


async def test_a_webhook_is_secure(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)an HTTPS URL must be provided for webhook"):
        await bot.set_webhook("http://vigie.example/updates")
    with pytest.raises(BadRequest, match="Secret token contains unallowed characters"):
        await bot.set_webhook("https://vigie.example/updates", secret_token="é")  # noqa: S106 - none
