"""How requests travel to Telegram: by aiohttp, as those to Discord do, which takes half of what httpx does."""

from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

_SOCKS = ("socks5", "socks5h")
_SOCKS_PORT = 1080
_CONNECTED, _ANSWERED, _UPLOADED = 5.0, 5.0, 20.0
"""Seconds, at most: until a server is connected, between two pieces of an answer, and until one to a file begins."""


class AiohttpRequest(BaseRequest):
    """Makes the requests of python-telegram-bot, as many at the same time as there may be connections.

    Args:
        connections: how many there may be; they are kept for the requests that follow.
        wait: seconds that a request waits for one of them to be free, at most.
        proxy: the address of a proxy, if any.
    """

    def __init__(self, connections: int, wait: float, proxy: str | None = None) -> None:
        self._connections = connections
        self._wait = wait
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """The seconds that an answer may take, where a request does not say."""
        return _ANSWERED

    async def initialize(self) -> None:
        """Be ready for requests."""
        self._session = self._session or _session(self._connections, self._proxy, self.USER_AGENT)

    async def shutdown(self) -> None:
        """Close all connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = None,  # noqa: ARG002 - that the answer begins in time says as much
        connect_timeout: object = None,  # noqa: ARG002 - what is set for all requests is never set for one
        pool_timeout: object = None,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Return the status of an answer, and what it holds.

        Raises:
            TimedOut: it took too long.
            NetworkError: there is none.
        """
        if self._session is None:
            raise RuntimeError("the connections are closed")
        has_files = request_data is not None and request_data.contains_files
        usual = _UPLOADED if has_files else _ANSWERED
        seconds = read_timeout if isinstance(read_timeout, int | float) else usual
        timeout = aiohttp.ClientTimeout(connect=self._wait, sock_connect=_CONNECTED, sock_read=seconds)
        data, headers = _body(request_data)
        try:
            async with self._session.request(method, url, data=data, headers=headers, timeout=timeout) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut(type(error).__name__) from None
        except (aiohttp.ClientError, OSError) as error:
            # What they say themselves may hold the address, and thereby the token.
            raise NetworkError(type(error).__name__) from None


def surrounding_proxy(address: str) -> str | None:
    """Return the proxy that the environment names for an address (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), if any."""
    parts = urlsplit(address)
    named = getproxies()
    proxy = named.get(parts.scheme) or named.get("all")
    is_known = proxy is not None and urlsplit(proxy).scheme in ("http", "https", *_SOCKS)
    return proxy if is_known and not proxy_bypass(parts.hostname or "") else None


def _session(connections: int, proxy: str | None, agent: str) -> aiohttp.ClientSession:
    headers, no_cookies = {"User-Agent": agent}, aiohttp.DummyCookieJar()
    if proxy and urlsplit(proxy).scheme in _SOCKS:
        connector = _through_socks(proxy, connections)
        return aiohttp.ClientSession(connector=connector, headers=headers, cookie_jar=no_cookies)
    connector = aiohttp.TCPConnector(limit=connections)
    return aiohttp.ClientSession(connector=connector, headers=headers, cookie_jar=no_cookies, proxy=proxy)


def _through_socks(proxy: str, connections: int) -> aiohttp.TCPConnector:
    """Return what connects through a proxy, which looks up the names of servers itself."""
    # Few have such a proxy.
    from aiohttp_socks import ProxyConnector, ProxyType

    parts = urlsplit(proxy)
    return ProxyConnector(
        parts.hostname or "",
        parts.port or _SOCKS_PORT,
        ProxyType.SOCKS5,
        unquote(parts.username or "") or None,
        unquote(parts.password or "") or None,
        rdns=True,
        limit=connections,
    )


def _body(data: RequestData | None) -> tuple[aiohttp.FormData | bytes | None, dict[str, str]]:
    """Return what a request holds, and what tells how it is written: JSON, unless files go with it."""
    if data is None:
        return None, {}
    if not data.contains_files:
        return data.json_payload, {"Content-Type": "application/json"}
    form = aiohttp.FormData(data.json_parameters)
    for name, (file_name, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=kind)
    return form, {}
