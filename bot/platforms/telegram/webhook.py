"""The door at which Telegram posts updates, when they are not asked for."""

import hmac
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

from bot.errors import BotError
from bot.storage.database import DatabaseError

_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_LARGEST = 1 << 20
"""Bytes of an update: Telegram's are a few thousand."""

Posted = TypeVar("Posted")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram posts updates, and where that arrives here, behind a proxy that speaks HTTPS."""

    url: str
    host: str
    port: int


def secret_of(token: str) -> str:
    """Return what tells Telegram's posts from anybody else's: the same in every process that has the token."""
    return hmac.digest(token.encode(), b"webhook", "sha256").hex()


@asynccontextmanager
async def listening(
    webhook: Webhook, secret: str, read: Callable[[Any], Posted], accept: Callable[[Posted], Awaitable[None]]
) -> AsyncIterator[None]:
    """Take the updates that Telegram posts: each is answered 200 once `accept` returns.

    Args:
        webhook: where they arrive.
        secret: what Telegram posts them with.
        read: makes an update of JSON, or fails where it is none.
        accept: what takes it.

    Raises:
        BotError: the port is taken.
    """
    # What serves HTTP is heavy, and is needed for a webhook alone.
    from aiohttp import web

    async def post(request: web.Request) -> web.Response:
        given = request.headers.get(_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, secret.encode()):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        try:
            posted = read(json.loads(await request.read()))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            _log.warning("What was posted as an update cannot be read (%s).", type(error).__name__)
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        try:
            await accept(posted)
        except DatabaseError as error:
            _log.warning("An update has to wait. %s", error)
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        except Exception:  # Telegram posts it again, and meanwhile the log says why
            _log.exception("An update could not be taken.")
            return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return web.Response()

    application = web.Application(client_max_size=_LARGEST)
    application.router.add_post(urlsplit(webhook.url).path or "/", post)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, webhook.host, webhook.port).start()
        yield
    except OSError as error:
        raise BotError(
            f"{webhook.host}:{webhook.port} cannot be listened on ({error.strerror}). Set VIGIE_TELEGRAM_LISTEN."
        ) from error
    finally:
        await runner.cleanup()
