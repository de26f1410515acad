"""Vigie on the double of Telegram: the real adapter, client and database; people act, and read what she says."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.core.advisor import Advisor
from bot.platforms.telegram.adapter import Connection, TelegramAdapter
from bot.platforms.telegram.webhook import Webhook
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.storage.database import Database
from tests.fakes.telegram import FakeTelegram, Group, User
from tests.platforms.telegram.storm import SOON

_WORDING = read_wording(PROMPTS)


class Vigie:
    """Vigie as she serves the double: she may be stopped, and started again on the same database."""

    adapter: TelegramAdapter
    """The one that was started last."""

    def __init__(
        self, telegram: FakeTelegram, advisor: Advisor, database: Database, seconds: Sequence[float] = SOON
    ) -> None:
        self.seconds = seconds
        self.advisor = advisor
        self._telegram = telegram
        self._database = database
        self._running: asyncio.Task[None] | None = None

    def made(self, *, token: str | None = None, webhook: Webhook | None = None, paced: bool = False) -> TelegramAdapter:
        """Return an adapter on the double and on the database, not running; without limits of its own unless paced."""
        telegram = self._telegram
        connection = Connection(
            token or telegram.token, telegram.base_url.removesuffix("/bot"), webhook=webhook, paced=paced
        )
        return TelegramAdapter(
            connection, self.advisor, _WORDING, self._database, lambda: telegram.clock.now, self.seconds
        )

    async def starts(self, adapter: TelegramAdapter | None = None) -> None:
        """Start a new adapter, or that one, and wait until it waits for updates."""
        self.adapter = adapter or self.made()
        self._running = asyncio.create_task(self.adapter.run())
        await self._telegram.is_polled()

    async def stops(self) -> None:
        """Stop, and finish what was begun."""
        self.adapter.stop()
        if self._running:
            await asyncio.wait_for(self._running, 5)
            self._running = None

    async def restarts(self) -> None:
        """Stop, and start anew: nothing is left of what was in memory."""
        await self.stops()
        await self.starts()

    async def sends_what_is_due(self) -> None:
        """Send what falls due at this moment, as the service does every now and then."""
        for due in await self.advisor.due(self._telegram.clock.now, [self.adapter.name]):
            await self.adapter.deliver(due)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The client warns where it tells of durations otherwise, and warnings are errors here.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    # Certificates take long to load, and serve nothing on this machine.
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))


@pytest.fixture
def asleep(telegram: FakeTelegram, advisor: Advisor, database: Database) -> Vigie:
    """Vigie before she starts."""
    return Vigie(telegram, advisor, database)


@pytest.fixture
async def vigie(asleep: Vigie) -> AsyncIterator[Vigie]:
    """Vigie as she serves the double."""
    await asleep.starts()
    yield asleep
    await asleep.stops()


@pytest.fixture
def lea(telegram: FakeTelegram) -> User:
    return telegram.user("Léa", username="lea", language_code="fr")


@pytest.fixture
def sam(telegram: FakeTelegram) -> User:
    return telegram.user("Sam", language_code="fr")


@pytest.fixture
def group(telegram: FakeTelegram, lea: User, sam: User) -> Group:
    """A supergroup that Léa leads, with Sam in it, and Vigie as a plain member."""
    return telegram.group("Les indés").promote(lea).add(sam)
