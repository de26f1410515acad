"""A double of a SOCKS 5 proxy (RFC 1928), to which everybody says who they are (RFC 1929)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_VERSION, _BY_PASSWORD, _CONNECT, _BY_NAME = 5, 2, 1, 3
_DONE = bytes((_VERSION, 0, 0, 1, 0, 0, 0, 0, 0, 0))


@dataclass(slots=True)
class SocksProxy:
    """Leads all connections to one place of this machine, whatever server they were meant for.

    Attributes:
        leads_to: the host and the port.
        user: who may use it.
        password: by which they say so.
        asked_for: the servers that were asked for, each by name and port.
        address: where it listens.
    """

    leads_to: tuple[str, int]
    user: str
    password: str
    asked_for: list[tuple[str, int]] = field(default_factory=list)
    address: tuple[str, int] = ("", 0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until one of its ends is closed."""
        try:
            await self._greet(reader, writer)
            await self._join(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        version, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        assert version == _VERSION
        assert _BY_PASSWORD in methods, "who it is is not said"
        writer.write(bytes((_VERSION, _BY_PASSWORD)))
        await reader.readexactly(1)
        user, password = [(await reader.readexactly((await reader.readexactly(1))[0])).decode() for _ in range(2)]
        is_known = (user, password) == (self.user, self.password)
        writer.write(bytes((1, not is_known)))
        if not is_known:
            raise ConnectionAbortedError

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        version, command, _, kind = await reader.readexactly(4)
        assert (version, command) == (_VERSION, _CONNECT)
        assert kind == _BY_NAME, "the name was looked up before, which not everybody can"
        name = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        self.asked_for.append((name, int.from_bytes(await reader.readexactly(2))))
        there_reader, there_writer = await asyncio.open_connection(*self.leads_to)
        writer.write(_DONE)
        try:
            await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))
        finally:
            there_writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(1 << 16):
        writer.write(piece)
        await writer.drain()
    with suppress(OSError):
        writer.write_eof()


@asynccontextmanager
async def socks_proxy(leads_to: tuple[str, int], user: str, password: str) -> AsyncIterator[SocksProxy]:
    """Serve one on a free port of this machine, until the end."""
    proxy = SocksProxy(leads_to, user, password)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.address = server.sockets[0].getsockname()
    async with server:
        yield proxy
