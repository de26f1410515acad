"""The double itself: its HTTP and WebSocket server, and what tests arrange."""

import json
import re
import time
from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, Self

import discord
from aiohttp import BodyPartReader, web

# Imported for the routes that they register.
from tests.fakes.discord import callbacks, messages, resources  # noqa: F401
from tests.fakes.discord.checks import Uploads
from tests.fakes.discord.errors import ApiError, ViolationError, unauthorized
from tests.fakes.discord.gateway import Gateway, Operation
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.people import User
from tests.fakes.discord.routes import ROUTES, Call, Function, Route
from tests.fakes.discord.servers import Server
from tests.fakes.discord.snowflakes import Clock
from tests.fakes.discord.state import Commands, State
from tests.fakes.discord.weather import Aim, Chance, Cut, Failure, Hold, Weather, failed
from tests.fakes.discord.world import Account, Json
from tests.fakes.waiting import Pulse

_BASE = "/api/v10"
_GENEROUS = 1_000_000
"""How many requests a bucket lets through: no more than `limits` says are told to wait."""
_FILE = re.compile(r"files\[(\d+)\]")
_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(slots=True)
class Request:
    """A request that the bot made, and what became of it."""

    method: str
    path: str
    route: str | None
    """The path with names where it has ids, or None if there is no such route."""
    json: Any = None
    status: int | None = None
    """None while it is under way, and when the connection was closed before it was done."""
    code: int | None = None
    error: str | None = None
    result: object = None
    cut: Cut | None = None


class FakeDiscord:
    """Discord, for one application: people act on it, the bot reaches it over HTTP and over the gateway.

    Args:
        stands_at: The time, if it is to stand still; the machine's otherwise.
        port: Where to listen; anywhere free by default.
        heartbeat_interval: Seconds between two heartbeats of a client.
        replays: How many events a session receives again when it resumes, though it had them before.
    """

    def __init__(
        self,
        *,
        stands_at: datetime | None = None,
        port: int = 0,
        heartbeat_interval: float = 41.25,
        replays: int = 0,
    ) -> None:
        self.clock = Clock(stands_at)
        self.state = State(self.clock)
        self.token = f"{urlsafe_b64encode(str(self.application_id).encode()).decode().rstrip('=')}.Double.{'vigie' * 6}"
        self.weather = Weather()
        self.gate = Gateway(self.state, self.token)
        self.gate.heartbeat_interval = heartbeat_interval
        self.gate.replays = replays
        self.requests: list[Request] = []
        self.violations: list[str] = []
        """What the double is stricter about than Discord, or does not model, and was asked all the same."""
        self._port = port
        self._in_flight = 0
        self._flight = Pulse()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=256 * 2**20)
        # What says less of an id comes first: `@me` before `{user}`.
        for route in sorted(ROUTES, key=lambda each: len(_VARIABLE.findall(each.path))):
            application.router.add_route(route.method, _BASE + route.path, partial(self._answer, route))
        application.router.add_route("GET", _BASE + "/gateway/bot", partial(self._answer, self._gateway_route()))
        application.router.add_route("GET", _BASE + "/gateway", partial(self._answer, self._address_route()))
        application.router.add_route("GET", "/gateway", self._connect)
        application.router.add_route("GET", "/gateway/", self._connect)
        application.router.add_route("*", "/{path:.*}", partial(self._answer, None))
        self._runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.gate.url = self.gateway
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner
        self.weather.clears()
        self.stops_answering()
        await self._runner.cleanup()

    @property
    def api(self) -> str:
        """What goes before a path, as `discord.http.Route.BASE` has it."""
        return f"http://127.0.0.1:{self._port}{_BASE}"

    @property
    def gateway(self) -> str:
        """Where clients connect to, as `discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY` has it."""
        return f"ws://127.0.0.1:{self._port}/gateway"

    @property
    def application_id(self) -> int:
        return self.state.application_id

    @property
    def bot(self) -> Account:
        return self.state.bot

    @property
    def commands(self) -> Commands:
        """The commands as the bot synced them: everywhere and by server, and how many times."""
        return self.state.commands

    @property
    def interactions(self) -> list[Interaction]:
        """All that people asked by commands, buttons, menus and modals."""
        return list(self.state.interactions.values())

    @property
    def refused(self) -> list[Request]:
        """The requests that were answered with an error."""
        return [request for request in self.requests if request.error is not None]

    @property
    def cut_after(self) -> list[Request]:
        """The requests that were done, and whose answer never arrived."""
        return [request for request in self.requests if request.cut is Cut.AFTER]

    @property
    def identifies(self) -> int:
        """How many sessions clients have begun."""
        return self.state.sessions.identifies

    @property
    def resumes(self) -> int:
        """How many times a client has resumed its session."""
        return self.state.sessions.resumes

    @property
    def heartbeats(self) -> int:
        """How many heartbeats clients have sent."""
        return self.state.sessions.heartbeats

    @property
    def connected(self) -> int:
        """How many sessions a client is connected to."""
        return len(self.state.sessions.connected)

    @property
    def presences(self) -> list[Json | None]:
        """What the bot shows itself as, session by session."""
        return [session.presence for session in self.state.sessions.connected]

    def asked_for(self, method: str, path: str) -> list[Request]:
        """Return the requests of one route; in its path, `…` stands for any one step."""
        aim = Aim(method, path)
        return [request for request in self.requests if aim.hits(request.method, request.path)]

    def user(self, name: str, *, locale: str = "fr", bot: bool = False, username: str | None = None) -> User:
        """Have somebody on Discord."""
        identifier = self.state.ids.next()
        plain = username or re.sub(r"\W", "", name.lower()) or f"user{identifier}"
        user = User(identifier, name, plain, bot, state=self.state)
        self.state.accounts[user.id] = user
        self.state.locales[user.id] = locale
        return user

    def server(self, name: str, *, owner: User | None = None, with_bot: bool = True) -> Server:
        """Have a server, which the bot is in unless told otherwise."""
        founder = owner or self.user(f"Fondatrice de {name}")
        server = Server(self.state.ids.next_server(), name, founder, self.clock.now, state=self.state)
        self.state.servers[server.id] = server
        if with_bot:
            server.adds_bot()
        return server

    async def is_connected(self, shards: int = 1, within: float = 5) -> None:
        """Wait until so many sessions have a client: it is up."""
        await self.state.sessions.changed.until(lambda: self.connected >= shards, within)

    async def is_disconnected(self, within: float = 5) -> None:
        """Wait until no client is connected."""
        await self.state.sessions.changed.until(lambda: not self.connected, within)

    async def is_resumed(self, times: int = 1, within: float = 5) -> None:
        """Wait until sessions were resumed so many times in all."""
        await self.state.sessions.changed.until(lambda: self.resumes >= times, within)

    async def settled(self, within: float = 5) -> None:
        """Wait until clients have heard all, no request is under way and all that people asked is answered.

        Clients are asked for a heartbeat if they have not told yet how far they have heard; discord.py sends no more
        than 110 of those a minute. A bot may still do what needs no request: wait for what it says (`reads`) too.
        """
        try:
            await self._has_been_heard(within)
            await self._flight.until(lambda: not self._in_flight, within)
            for interaction in [each for each in self.interactions if not each.settled]:
                await interaction.changed.until(lambda each=interaction: each.settled, within)  # type: ignore[misc]
        except TimeoutError:
            unsettled = [each for each in self.interactions if not each.settled]
            raise AssertionError(f"{self._in_flight} requests are under way, {unsettled} are open") from None

    def delivers_again(self) -> None:
        """Deliver the last event a second time."""
        self.state.sessions.repeat()

    def limits(self, every: int, retry_after: float = 1.0, *, seed: int = 1) -> None:
        """Answer 429 to one request in so many."""
        self.weather.limits = Chance(every, seed, retry_after)

    def limits_globally(self, times: int = 1, retry_after: float = 1.0) -> None:
        """Answer 429 to the next requests, whatever they ask."""
        self.weather.add_global_limit(retry_after, times)

    def fails(
        self, method: str, path: str, status: int, *, code: int = 0, message: str | None = None, times: int = 1
    ) -> None:
        """Answer the next requests of a route with an error; in its path, `…` stands for any one step."""
        self.weather.add_failure(Aim(method, path), failed(status, code, message), times)

    def cuts_requests(self, every: int, *, after: bool = False, seed: int = 1) -> None:
        """Close the connection of one request in so many, before or after doing what it asks."""
        self.weather.cuts[Cut.AFTER if after else Cut.BEFORE] = Chance(every, seed)

    def slow(self, method: str, path: str, *, after: bool = False) -> Hold:
        """Hold the requests of a route, or their answers (`after`), until they are released."""
        hold = Hold(Aim(method, path), after=after)
        self.weather.add_hold(hold)
        return hold

    def stops_answering(self) -> None:
        """Close every connection until `answers_again`: the network is gone."""
        self.weather.is_down = True
        self.gate.cut()

    def answers_again(self) -> None:
        """Let the network be there again."""
        self.weather.is_down = False

    def clears(self) -> None:
        """Let the weather be fair."""
        self.weather.clears()
        self.gate.refuses = self.gate.withholds_acks = False

    def cuts(self, code: int | None = None) -> None:
        """Close every client's socket with a code, or drop it without a word."""
        self.gate.cut(code)

    def refuses_gateway(self) -> None:
        """Let nobody connect to the gateway; who is connected stays."""
        self.gate.refuses = True

    def accepts_gateway(self) -> None:
        """Let clients connect again."""
        self.gate.refuses = False

    def refuses_intents(self, *names: str) -> None:
        """Let the application not have some privileged intents: `"members"`, `"message_content"`, `"presences"`."""
        self.gate.allowed &= ~discord.Intents(**dict.fromkeys(names, True)).value

    def asks_to_reconnect(self) -> None:
        """Ask every client to connect anew."""
        self.gate.tell(Operation.RECONNECT)

    def asks_for_heartbeat(self) -> None:
        """Ask every client for a heartbeat."""
        self.gate.tell(Operation.HEARTBEAT)

    def invalidates_sessions(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is invalid."""
        if not resumable:
            self.forgets_sessions()
        self.gate.tell(Operation.INVALID_SESSION, resumable)

    def forgets_sessions(self) -> None:
        """Let no session be resumed, without telling anybody."""
        self.state.sessions.forget()

    def withholds_acks(self) -> None:
        """Acknowledge no heartbeats."""
        self.gate.withholds_acks = True

    def acknowledges_again(self) -> None:
        """Acknowledge heartbeats again."""
        self.gate.withholds_acks = False

    def _gateway_route(self) -> Route:
        return Route("GET", "/gateway/bot", self._describe_gateway, with_token=True)

    def _address_route(self) -> Route:
        return Route("GET", "/gateway", lambda _: {"url": self.gateway}, with_token=False)

    def _describe_gateway(self, _: Call) -> Json:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": self.gate.max_concurrency}
        return {"url": self.gateway, "shards": 1, "session_start_limit": limit}

    async def _has_been_heard(self, within: float) -> None:
        behind = [each for each in self.state.sessions.connected if each.acknowledged < each.sequence]
        for session in behind:
            assert session.connection
            session.connection.tell(Operation.HEARTBEAT)
        for session in behind:
            sequence = session.sequence
            await self.state.sessions.changed.until(
                lambda each=session, last=sequence: each.acknowledged >= last or not each.connection,  # type: ignore[misc]
                within,
            )

    async def _connect(self, http: web.Request) -> web.StreamResponse:
        return _closed(http) if self.weather.is_down else await self.gate.connect(http)

    async def _answer(self, route: Route | None, http: web.Request) -> web.Response:
        if self.weather.is_down:
            return _closed(http)
        body, uploads = await _read(http)
        path = http.path.removeprefix(_BASE)
        request = Request(http.method, path, route.path if route else None, body)
        self.requests.append(request)
        request.cut = self.weather.cut()
        if request.cut is Cut.BEFORE:
            return _closed(http)
        self._count(1)
        try:
            answer = await self._done(route, http, request, uploads)
        finally:
            self._count(-1)
        if self.weather.is_down and request.error is None:
            request.cut = Cut.AFTER
        return _closed(http) if self.weather.is_down or request.cut is Cut.AFTER else answer

    async def _done(self, route: Route | None, http: web.Request, request: Request, uploads: Uploads) -> web.Response:
        """Do what is asked, and return the answer."""
        await self.weather.hold(request.method, request.path, after=False)
        failure = self.weather.failure(request.method, request.path)
        if failure is None:
            failure = self._result(route, http, request, uploads)
        await self.weather.hold(request.method, request.path, after=True)
        if failure:
            request.status, body = failure.status, failure.body
            request.code = body.get("code") if isinstance(body, dict) else None
            request.error = body["message"] if isinstance(body, dict) else body
            return self._response(request, body, failure.headers)
        request.status = 204 if request.result is None else 200
        return self._response(request, request.result, {})

    def _function(self, route: Route | None, http: web.Request) -> Function:
        """Return what does what is asked, if there is such a route and the bot says who it is."""
        if route is None:
            raise ViolationError("404: Not Found", 404)
        if route.with_token and http.headers.get("Authorization") != f"Bot {self.token}":
            raise unauthorized()
        return route.function

    def _result(self, route: Route | None, http: web.Request, request: Request, uploads: Uploads) -> Failure | None:
        """Do what is asked, and return what is wrong with it."""
        try:
            function = self._function(route, http)
            request.result = function(Call(self.state, http.match_info, http.query, request.json, uploads))
        except ApiError as error:
            if isinstance(error, ViolationError):
                self.violations.append(f"{request.method} {request.path}: {error.message}")
            return Failure(error.status, error.to_json())
        except Exception as error:
            # What the double trips over was no request that Discord would have understood.
            self.violations.append(f"{request.method} {request.path}: {error!r}")
            return failed(500, 0, None)
        return None

    def _response(self, request: Request, body: object, headers: dict[str, str]) -> web.Response:
        bucket = f"{abs(hash((request.method, request.route))):032x}"[:32]
        allowed = {
            "Via": "1.1 google",
            "X-RateLimit-Bucket": bucket,
            "X-RateLimit-Limit": str(_GENEROUS),
            "X-RateLimit-Remaining": str(_GENEROUS - 1),
            "X-RateLimit-Reset": str(time.time() + 1),
            "X-RateLimit-Reset-After": "1",
        } | headers
        if body is None:
            return web.Response(status=request.status or 204, headers=allowed)
        if isinstance(body, str):
            return web.Response(status=request.status or 200, text=body, content_type="text/html", headers=allowed)
        # discord.py takes for JSON only what is called so without a charset.
        allowed["Content-Type"] = "application/json"
        return web.Response(status=request.status or 200, body=json.dumps(body).encode(), headers=allowed)

    def _count(self, by: int) -> None:
        self._in_flight += by
        self._flight.beat()


def _closed(http: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if http.transport:
        http.transport.abort()
    return web.Response()


async def _read(http: web.Request) -> tuple[Any, Uploads]:
    """Return the JSON of a request, and its files by number."""
    if http.content_type == "application/json":
        with suppress(ValueError):
            return await http.json(), {}
    uploads: dict[int, tuple[str, bytes]] = {}
    if http.content_type != "multipart/form-data":
        return None, uploads
    body = None
    async for part in await http.multipart():
        assert isinstance(part, BodyPartReader)
        content = bytes(await part.read(decode=True))
        numbered = _FILE.fullmatch(part.name or "")
        if part.name == "payload_json":
            body = json.loads(content)
        elif numbered:
            uploads[int(numbered[1])] = (part.filename or "", content)
    return body, uploads
