"""Updates come through a webhook: from Telegram alone, and each is answered 200 only once it is kept."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from io import BytesIO

import pytest
from aiohttp import ClientSession
from telegram import Update

from bot.core.advisor import Advisor
from bot.errors import BotError
from bot.platforms.telegram import adapter
from bot.platforms.telegram.webhook import Webhook, secret_of
from bot.storage.database import Database
from tests.fakes.telegram import User
from tests.people import NOON
from tests.platforms.log import heard
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.process import free_port
from tests.platforms.telegram.steps import OTHER_QUESTION, QUESTION
from tests.platforms.telegram.storm import BAD_GATEWAY, StormyTelegram

_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def webhook() -> Webhook:
    """A webhook at a port that nobody listens on."""
    return Webhook("https://vigie.example/telegram/updates", "127.0.0.1", free_port())


class PostedVigie(Vigie):
    """Vigie behind a proxy that speaks HTTPS, at which Telegram posts."""

    webhook: Webhook
    _telegram: StormyTelegram

    @property
    def local(self) -> str:
        """Where the posts arrive on this machine."""
        return f"http://127.0.0.1:{self.webhook.port}/telegram/updates"

    async def starts_posted(self) -> None:
        """Start, and wait until Telegram knows where to post."""
        telegram = self._telegram
        telegram.proxies("https://vigie.example", f"http://127.0.0.1:{self.webhook.port}")
        telegram.state.webhook = None
        self.adapter = self.made(webhook=self.webhook)
        self._running = asyncio.create_task(self.adapter.run())
        await telegram.state.updates.changed.until(lambda: telegram.state.webhook is not None, 5)

    async def is_posted(self, body: bytes, secret: str | None = None, **headers: str) -> int:
        """Post something to it; return the status of the answer."""
        given = {_HEADER: secret_of(self._telegram.token) if secret is None else secret, **headers}
        async with ClientSession() as client, client.post(self.local, data=BytesIO(body), headers=given) as response:
            return response.status


@pytest.fixture
async def vigie(
    telegram: StormyTelegram, advisor: Advisor, database: Database, webhook: Webhook
) -> AsyncIterator[PostedVigie]:
    posted = PostedVigie(telegram, advisor, database)
    posted.webhook = webhook
    await posted.starts_posted()
    yield posted
    await posted.stops()


def update_of(person: User, text: str, identifier: int = 1) -> bytes:
    """Return an update that tells of a message, as Telegram posts it."""
    message = {
        "message_id": 1,
        "date": int(NOON.timestamp()),
        "from": person.to_json(),
        "chat": person.chat.to_json(),
        "text": text,
    }
    return json.dumps({"update_id": identifier, "message": message}).encode()


@pytest.mark.usefixtures("vigie")
async def test_people_are_answered(telegram: StormyTelegram, lea: User, sam: User) -> None:
    await lea.writes(QUESTION)
    await sam.writes("/themes")
    assert "SWOT" in (await lea.reads_next()).text
    themes = await sam.reads_next()
    query = await sam.presses(themes, themes.buttons[0])
    assert await sam.reads_next() is themes
    found = await lea.asks_inline("swot")
    assert found.results
    await telegram.settled()
    assert query.answered
    assert telegram.asked_for("getUpdates") == []


async def test_only_who_has_the_secret_is_listened_to(
    vigie: PostedVigie, telegram: StormyTelegram, lea: User, database: Database
) -> None:
    body = update_of(lea, QUESTION)
    right = secret_of(telegram.token)
    for secret in ("", "wrong", right[:-1], right.upper(), f"{right}x", telegram.token, "é", "\udcff"):
        with heard() as log:
            assert await vigie.is_posted(body, secret) == HTTPStatus.FORBIDDEN
        assert log.lines == []
    async with ClientSession() as client, client.post(vigie.local, data=body) as response:
        assert response.status == HTTPStatus.FORBIDDEN
    assert await database.rows("SELECT id FROM inbox") == []
    lea.has_started()
    assert await vigie.is_posted(body, right) == HTTPStatus.OK
    await lea.reads_next()


async def test_the_secret_gives_nothing_of_the_token_away(telegram: StormyTelegram) -> None:
    secret = secret_of(telegram.token)
    assert secret == secret_of(telegram.token)
    assert secret != secret_of(telegram.token + "x")
    assert not any(telegram.token[at : at + 8] in secret for at in range(len(telegram.token) - 8))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[1]",
        b"1",
        b'"update"',
        b"{}",
        b'{"update_id": 1, "message": "hello"}',
        b'{"update_id": 1, "message": {"text": "hello"}}',
        b'{"update_id": 1, "callback_query": []}',
        b"\xff\xfe",
        b"update_id=1",
        b"[" * 100_000,
        b'{"update_id": 1, "message": {"message_id": 1, "date": %d, "chat": {"id": 5, "type": "private"}}}' % 10**27,
    ],
)
async def test_what_is_no_update_is_refused_and_kept_nowhere(
    vigie: PostedVigie, database: Database, body: bytes
) -> None:
    with heard() as log:
        assert await vigie.is_posted(body) == HTTPStatus.BAD_REQUEST
    assert "Traceback" not in log.text
    assert log.count("What was posted as an update cannot be read") == 1
    assert await database.rows("SELECT id FROM inbox") == []


async def test_a_slip_of_vigie_s_own_is_told_in_the_log_and_costs_no_update(
    vigie: PostedVigie, telegram: StormyTelegram, lea: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slips(_: Update) -> str:
        raise KeyError("lane")

    lea.has_started()
    with heard() as log, monkeypatch.context() as slipping:
        slipping.setattr(adapter, "lane", slips)
        assert await vigie.is_posted(update_of(lea, QUESTION)) == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "KeyError: 'lane'" in log.text
    assert await vigie.is_posted(update_of(lea, QUESTION)) == HTTPStatus.OK
    await lea.reads_next()
    assert len(telegram.asked_for("sendMessage")) == 1


async def test_what_is_too_large_is_refused(vigie: PostedVigie, lea: User) -> None:
    assert await vigie.is_posted(update_of(lea, "a" * 2_000_000)) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


async def test_nothing_else_is_served(vigie: PostedVigie) -> None:
    async with ClientSession() as client:
        async with client.get(vigie.local) as response:
            assert response.status == HTTPStatus.METHOD_NOT_ALLOWED
        async with client.post(vigie.local.removesuffix("/updates")) as response:
            assert response.status == HTTPStatus.NOT_FOUND


async def test_an_update_posted_twice_is_answered_once(vigie: PostedVigie, telegram: StormyTelegram, lea: User) -> None:
    lea.has_started()
    for _ in range(3):
        assert await vigie.is_posted(update_of(lea, QUESTION)) == HTTPStatus.OK
    await lea.reads_next()
    assert await vigie.is_posted(update_of(lea, QUESTION)) == HTTPStatus.OK
    assert await vigie.is_posted(update_of(lea, OTHER_QUESTION, 2)) == HTTPStatus.OK
    await lea.reads_next()
    assert len(telegram.asked_for("sendMessage")) == 2


async def test_while_nothing_can_be_kept_telegram_is_told_to_come_again(
    vigie: PostedVigie, telegram: StormyTelegram, lea: User, database: Database
) -> None:
    await database.rows("ALTER TABLE inbox RENAME TO gone")
    assert await vigie.is_posted(update_of(lea, QUESTION)) == HTTPStatus.SERVICE_UNAVAILABLE
    with heard() as log:
        await lea.writes(QUESTION)
        await log.says("An update has to wait", times=2)
        assert len(telegram.state.updates.pending) == 1
        assert telegram.state.webhook
        assert "503" in (telegram.state.webhook.last_error or "")
        await database.rows("ALTER TABLE gone RENAME TO inbox")
    await lea.reads_next()
    await telegram.settled()
    assert len(telegram.asked_for("sendMessage")) == 1


async def test_what_is_confirmed_is_kept_even_if_it_cannot_be_answered_yet(
    vigie: PostedVigie, telegram: StormyTelegram, lea: User, database: Database
) -> None:
    hold = telegram.holds("sendMessage")
    await lea.writes(QUESTION)
    await lea.writes(OTHER_QUESTION)
    await hold.is_reached()
    await telegram.settled()
    assert len(await database.rows("SELECT id FROM inbox")) == 2
    hold.let_go.set()
    await lea.reads(2)
    await vigie.stops()
    assert await database.rows("SELECT id FROM inbox") == []


async def test_what_happens_while_vigie_is_away_is_posted_when_she_is_back(
    vigie: PostedVigie, telegram: StormyTelegram, lea: User
) -> None:
    await vigie.stops()
    await lea.writes(QUESTION)
    await vigie.starts_posted()
    await lea.reads_next()
    await vigie.stops()
    await lea.writes(OTHER_QUESTION)
    await vigie.starts()
    await lea.reads_next()
    assert telegram.state.webhook is None


async def test_a_webhook_that_cannot_be_set_yet_is_set_later(
    telegram: StormyTelegram, advisor: Advisor, database: Database, webhook: Webhook, lea: User
) -> None:
    vigie = PostedVigie(telegram, advisor, database)
    vigie.webhook = webhook
    telegram.meets("setWebhook", BAD_GATEWAY, BAD_GATEWAY)
    with heard() as log:
        await vigie.starts_posted()
    assert log.count("no connection") == 2
    await lea.writes(QUESTION)
    await lea.reads_next()
    await vigie.stops()


async def test_a_token_revoked_before_the_webhook_is_set_ends_with_a_sentence(
    telegram: StormyTelegram, advisor: Advisor, database: Database, webhook: Webhook
) -> None:
    hold = telegram.holds("setWebhook")
    running = asyncio.create_task(Vigie(telegram, advisor, database).made(webhook=webhook).run())
    await hold.is_reached()
    telegram.revoke_token()
    hold.let_go.set()
    with pytest.raises(BotError, match="Telegram refuses the token"):
        await asyncio.wait_for(running, 5)


async def test_a_port_that_is_taken_ends_with_a_sentence(
    vigie: PostedVigie, telegram: StormyTelegram, advisor: Advisor, database: Database
) -> None:
    second = Vigie(telegram, advisor, database).made(webhook=vigie.webhook)
    with pytest.raises(BotError, match="VIGIE_TELEGRAM_LISTEN") as raised:
        await asyncio.wait_for(second.run(), 5)
    assert f"127.0.0.1:{vigie.webhook.port}" in str(raised.value)


async def test_a_port_is_free_again_once_vigie_has_stopped(vigie: PostedVigie, telegram: StormyTelegram) -> None:
    await vigie.stops()
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", vigie.webhook.port)
    assert telegram.state.webhook is not None
