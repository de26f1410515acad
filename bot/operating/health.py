"""Whether Vigie is well, told to whoever asks over HTTP: alive, ready to serve, and in figures.

Three addresses that are only read do not need a server's worth of memory.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from bot.operating.figures import Depth, Figures, Link, State
from bot.platforms.base import Platform
from bot.platforms.standby import Standby
from bot.storage import chores
from bot.storage.database import Database, DatabaseError

_LONGEST = 8192
"""Bytes of a request: what asks for health sends a few hundred."""
_READ_WITHIN = 5.0
_PROBED_WITHIN = 2.0
_AT_ONCE = 16
"""Whoever keeps more connections open than that waits for the others."""
_PLAIN = "text/plain; charset=utf-8"
_FIGURES = "text/plain; version=0.0.4; charset=utf-8"

_log = logging.getLogger(__name__)


class Health:
    """Looks how things stand.

    Args:
        platforms: those that are served.
        database: where everything is kept.
        now: the clock.
        within: the seconds that the database has to take a write.
    """

    def __init__(
        self,
        platforms: Sequence[Platform],
        database: Database,
        now: Callable[[], datetime],
        within: float = _PROBED_WITHIN,
    ) -> None:
        self._platforms = platforms
        self._database = database
        self._now = now
        self._within = within
        self._probing: asyncio.Task[dict[str, Depth] | None] | None = None

    async def look(self) -> State:
        """Return how things stand."""
        depths = await self._probed()
        links = {platform.name: _link_of(platform) for platform in self._platforms}
        if depths is None:
            return State(links, is_writable=False)
        return State(links, is_writable=True, inbox={name: depths.get(name, Depth()) for name in links})

    async def _probed(self) -> dict[str, Depth] | None:
        """Return what waits, None where the database does not take a write in time.

        A probe that hangs is not given up, and not joined by another: nothing piles up behind a slow disk.
        """
        if self._probing is None or self._probing.done():
            self._probing = asyncio.create_task(self._probe())
        await asyncio.wait((self._probing,), timeout=self._within)
        return self._probing.result() if self._probing.done() else None

    async def _probe(self) -> dict[str, Depth] | None:
        try:
            async with self._database.transaction() as transaction:
                # It is kept, and not undone: that a disk is full shows only then.
                await chores.claim(transaction, "health", self._now(), timedelta())
            rows = await self._database.rows(
                "SELECT platform, set_aside, COUNT(*) FROM inbox GROUP BY platform, set_aside"
            )
        except DatabaseError as error:
            _log.warning("The database takes nothing. %s", error)
            return None
        counts = {(row[0], bool(row[1])): int(row[2]) for row in rows}
        return {name: Depth(counts.get((name, False), 0), counts.get((name, True), 0)) for name, _ in counts}

    async def close(self) -> None:
        """Wait until nothing is looked at any more."""
        if self._probing:
            await asyncio.wait((self._probing,))


def _link_of(platform: Platform) -> Link:
    if platform.is_ready:
        return Link.CONNECTED
    return Link.STANDING_BY if isinstance(platform, Standby) and platform.stands_by else Link.NOT_CONNECTED


@dataclass(frozen=True, slots=True)
class _Answer:
    status: HTTPStatus
    body: bytes
    media_type: str = _PLAIN


class Door:
    """Answers `/healthz`, `/readyz` and `/metrics`."""

    def __init__(self, health: Health, figures: Figures) -> None:
        self._health = health
        self._figures = figures
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._answers: dict[str, Callable[[], Awaitable[_Answer]]] = {
            "/healthz": self._alive,
            "/readyz": self._ready,
            "/metrics": self._told,
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, and close."""
        try:
            async with self._places, asyncio.timeout(_READ_WITHIN):
                method, answer = await self._answer(reader)
                head = (
                    f"HTTP/1.1 {answer.status.value} {answer.status.phrase}\r\n"
                    f"Content-Type: {answer.media_type}\r\nContent-Length: {len(answer.body)}\r\n"
                    "Allow: GET, HEAD\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
                )
                writer.write(head.encode() + (b"" if method == "HEAD" else answer.body))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            # Whoever asked has gone, or never said what they want to know.
            return
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[str, _Answer]:
        """Return the method of a request, and what answers it."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            return "", _said(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        match words:
            case ["GET" | "HEAD" as method, target, "HTTP/1.0" | "HTTP/1.1"]:
                look = self._answers.get(target.partition("?")[0])
                return method, await look() if look else _said(HTTPStatus.NOT_FOUND)
            case [_, _, "HTTP/1.0" | "HTTP/1.1"]:
                return "", _said(HTTPStatus.METHOD_NOT_ALLOWED)
            case _:
                return "", _said(HTTPStatus.BAD_REQUEST)

    async def _alive(self) -> _Answer:
        return _said(HTTPStatus.OK)

    async def _ready(self) -> _Answer:
        state = await self._health.look()
        lines = [
            *(f"{name}: {link}" for name, link in state.links.items()),
            f"database: {'writable' if state.is_writable else 'not writable'}",
        ]
        status = HTTPStatus.OK if state.is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        return _Answer(status, "".join(f"{line}\n" for line in lines).encode())

    async def _told(self) -> _Answer:
        return _Answer(HTTPStatus.OK, self._figures.told(await self._health.look()), _FIGURES)


def _said(status: HTTPStatus) -> _Answer:
    return _Answer(status, f"{status.phrase}\n".encode())


@asynccontextmanager
async def open_door(door: Door, host: str, port: int) -> AsyncIterator[int]:
    """Answer at an address as long as it is open; where it is taken, go on without, and tell the log.

    Yields:
        The port that is listened on, 0 where none is.
    """
    try:
        server = await asyncio.start_server(door.serve, host, port, limit=_LONGEST)
    except OSError as error:
        _log.warning(
            "Health and figures are not told: %s:%d cannot be listened on (%s). Set VIGIE_HEALTH_LISTEN to another"
            " address, or to off.",
            host,
            port,
            error.strerror,
        )
        yield 0
        return
    async with server:
        yield int(server.sockets[0].getsockname()[1])
