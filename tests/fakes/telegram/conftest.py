"""Real clients of python-telegram-bot, connected to the double."""

import asyncio
import struct
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from telegram import Bot, Update
from telegram.ext import ApplicationBuilder, ContextTypes, TypeHandler
from telegram.request import HTTPXRequest

from tests.fakes.telegram import FakeTelegram, Group, User
from tests.fakes.telegram.methods import PNG

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def connection() -> HTTPXRequest:
    """Return a connection that loads no certificates, which takes long and serves nothing on this machine."""
    return HTTPXRequest(httpx_kwargs={"verify": False})


def png(width: int, height: int, size: int = 0) -> bytes:
    """Return the beginning of a picture of so many pixels, filled up to so many bytes."""
    return (PNG + b"\x00\x00\x00\rIHDR" + struct.pack(">II", width, height)).ljust(size, b"\x00")


class Listener:
    """What an application received and has not told yet."""

    def __init__(self) -> None:
        self._received: asyncio.Queue[Update] = asyncio.Queue()

    async def keeps(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """Keep an update: the handler of the application."""
        await self._received.put(update)

    async def hears(self) -> Update:
        """Wait for the next update."""
        return await asyncio.wait_for(self._received.get(), 5)

    @property
    def hears_nothing(self) -> bool:
        return self._received.empty()


def bot_of(telegram: FakeTelegram) -> Bot:
    """Return a client of the double."""
    return Bot(telegram.token, base_url=telegram.base_url, request=connection(), get_updates_request=connection())


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(stands_at=NOON) as double:
        yield double


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with bot_of(telegram) as client:
        yield client


@pytest.fixture
async def listener(telegram: FakeTelegram) -> AsyncIterator[Listener]:
    """An application that polls for updates of every kind."""
    kept = Listener()
    application = ApplicationBuilder().bot(bot_of(telegram)).build()
    application.add_handler(TypeHandler(Update, kept.keeps))
    async with application:
        await application.start()
        assert application.updater
        await application.updater.start_polling(allowed_updates=Update.ALL_TYPES)
        # What is on request would not reach it any sooner.
        await telegram.is_polled()
        yield kept
        await application.updater.stop()
        await application.stop()


@pytest.fixture
def lea(telegram: FakeTelegram) -> User:
    return telegram.user("Léa", username="lea", language_code="fr")


@pytest.fixture
def sam(telegram: FakeTelegram) -> User:
    return telegram.user("Sam")


@pytest.fixture
def group(telegram: FakeTelegram, lea: User) -> Group:
    """A supergroup that Léa leads."""
    return telegram.group("Les indés").promote(lea)
