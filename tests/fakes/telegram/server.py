"""The double's HTTP side: requests of the bot come in, updates go out to its webhook."""

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, Self

from aiohttp import BodyPartReader, ClientError, ClientSession, ClientTimeout, web

from tests.fakes.telegram.errors import ApiError, ViolationError
from tests.fakes.telegram.given import Given
from tests.fakes.telegram.groups import Group
from tests.fakes.telegram.methods import METHODS
from tests.fakes.telegram.people import User
from tests.fakes.telegram.state import State, Webhook, conflict
from tests.fakes.telegram.weather import POLL, Chance, Cut, Weather
from tests.fakes.telegram.world import Account, Chat, Document, Json
from tests.fakes.waiting import Clock, Pulse

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{30,}")
_SHORTEST_BACKOFF, _LONGEST_BACKOFF = 0.02, 1.0
_WEBHOOK_TIMEOUT = ClientTimeout(total=30)


@dataclass(slots=True)
class Request:
    """A request that the bot made, and what became of it."""

    method: str
    parameters: Mapping[str, str]
    files: Mapping[str, Document] = field(default_factory=dict)
    status: int | None = None
    """None while it is under way, and when the connection was closed before it was done."""
    error: str | None = None
    result: object = None
    cut: Cut | None = None

    def json(self, name: str) -> Any:
        """Return what a JSON parameter holds."""
        return json.loads(self.parameters[name])


class FakeTelegram:
    """Telegram, for one bot: people act on it, the bot reaches it over HTTP.

    Args:
        username: The bot's name.
        can_read_all_group_messages: Whether the bot is out of privacy mode.
        supports_inline_queries: Whether the bot is asked in any chat.
        stands_at: The time, if it is to stand still; the machine's otherwise.
        port: Where to listen; anywhere free by default.
    """

    def __init__(
        self,
        username: str = "vigie_bot",
        *,
        can_read_all_group_messages: bool = False,
        supports_inline_queries: bool = True,
        stands_at: datetime | None = None,
        port: int = 0,
    ) -> None:
        self.bot = Account(700_000_000, "Vigie", username, is_bot=True)
        self.token = f"{self.bot.id}:{'Vigie-Double_' * 3}"[:46]
        self.clock = Clock(stands_at)
        self.state = State(self.bot, self.clock, reads_all=can_read_all_group_messages, inline=supports_inline_queries)
        self.weather = Weather()
        self.requests: list[Request] = []
        self.violations: list[str] = []
        """What the double is stricter about than Telegram, and was asked all the same."""
        self._port = port
        self._in_flight = 0
        self._flight = Pulse()
        self._proxies: dict[str, str] = {}
        self._poster: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=64 * 2**20)
        application.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self._poster = asyncio.create_task(self._post_updates())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._poster
        assert self._runner
        self._poster.cancel()
        with suppress(asyncio.CancelledError):
            await self._poster
        self.stops_answering()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """What goes before the token, as python-telegram-bot's builder has it."""
        return f"http://127.0.0.1:{self._port}/bot"

    @property
    def commands(self) -> dict[tuple[str, str], dict[str, str]]:
        """The menus, by scope (`"default"`, `"chat:-5"`…) and language: commands and what they are for."""
        return self.state.commands

    @property
    def cut_after(self) -> list[Request]:
        """The requests that were done, and whose answer never arrived."""
        return [request for request in self.requests if request.cut is Cut.AFTER]

    @property
    def refused(self) -> list[Request]:
        """The requests that were answered with an error."""
        return [request for request in self.requests if request.error is not None]

    def asked_for(self, method: str) -> list[Request]:
        """Return the requests of one method."""
        return [request for request in self.requests if request.method == method]

    def user(
        self, first_name: str, *, username: str | None = None, language_code: str | None = None, is_bot: bool = False
    ) -> User:
        """Have somebody on Telegram."""
        identifier = self.state.next_user_id()
        if is_bot and username is None:
            username = f"{first_name.lower()}_bot"
        chat = Chat(identifier, "private")
        user = User(identifier, first_name, username, language_code, is_bot, state=self.state, chat=chat)
        chat.person = user
        self.state.accounts[identifier] = user
        self.state.chats[identifier] = chat
        return user

    def group(self, title: str, *, supergroup: bool = True, forum: bool = False, with_bot: bool = True) -> Group:
        """Have a group, which the bot is in unless told otherwise."""
        assert supergroup or not forum, "only a supergroup can be a forum"
        identifier = self.state.next_chat_id(supergroup=supergroup)
        group = Group(identifier, "supergroup" if supergroup else "group", title, is_forum=forum, state=self.state)
        self.state.chats[identifier] = group
        return group.add(self.bot) if with_bot else group

    async def settled(self, *, requests: bool = False, within: float = 5) -> None:
        """Wait until the bot has acknowledged all updates and, if asked, until none of its requests is under way.

        A bot that polls may acknowledge an update before it has dealt with it: wait for what it says (`reads`) too.
        """
        pending = self.state.updates.pending
        try:
            await self.state.updates.changed.until(lambda: not pending, within)
            if requests:
                await self._flight.until(lambda: not self._in_flight, within)
        except TimeoutError:
            unsettled = f"{len(pending)} updates are not acknowledged, {self._in_flight} requests are under way"
            raise AssertionError(unsettled) from None

    async def is_polled(self, within: float = 5) -> None:
        """Wait until the bot is waiting for updates: it is up, and has said which ones it wants."""
        await self.state.updates.changed.until(lambda: self.state.polling.under_way > 0, within)

    def passes(self, **duration: float) -> datetime:
        """Let time pass for Telegram: `seconds`, `minutes`…"""
        return self.clock.passes(**duration)

    def proxies(self, public: str, local: str) -> None:
        """Have webhook URLs that begin so served from this machine, as a reverse proxy does."""
        self._proxies[public] = local

    def delivers_again(self, update: Json) -> None:
        """Deliver an update a second time."""
        self.state.updates.repeat(update)

    def limits(self, every: int, retry_after: int = 1, *, seed: int = 1, polls: bool = False) -> None:
        """Answer 429 to one request in so many; to getUpdates only if `polls`."""
        self.weather.limits = Chance(every, seed, polls, retry_after)

    def cuts(self, every: int, *, after: bool = False, seed: int = 1, polls: bool = False) -> None:
        """Close the connection of one request in so many, before or after doing what it asks."""
        self.weather.cuts[Cut.AFTER if after else Cut.BEFORE] = Chance(every, seed, polls)

    def fails(self, method: str, code: int, description: str | None = None, *, times: int = 1) -> None:
        """Answer the next requests of a method with an error."""
        self.weather.add_failure(method, code, description, times)

    def stops_answering(self) -> None:
        """Close every connection until `answers_again`: the network is gone."""
        self.weather.is_down = True
        self.state.polling.end(None)

    def answers_again(self) -> None:
        """Let the network be there again."""
        self.weather.is_down = False
        self.state.updates.changed.beat()

    def clears(self) -> None:
        """Let the weather be fair."""
        self.weather.clears()
        self.state.updates.changed.beat()

    def conflict(self, times: int = 1) -> None:
        """Let another instance poll so many times: it ends the getUpdates under way, or else the next ones."""
        if self.state.polling.under_way and times:
            self.state.polling.end(conflict())
            times -= 1
        self.weather.conflicts += times

    def revoke_token(self) -> None:
        """Let the bot's token be valid no more."""
        self.weather.token_revoked = True
        self.state.polling.end(_unauthorized())

    async def _answer(self, http: web.Request) -> web.Response:
        if self.weather.is_down:
            return _closed(http)
        parameters, files = await _read(http)
        method = http.match_info["method"]
        request = Request(METHODS[method.lower()].name if method.lower() in METHODS else method, parameters, files)
        self.requests.append(request)
        request.cut = self.weather.cut(method)
        if request.cut is Cut.BEFORE:
            return _closed(http)
        body = await self._done(http.match_info["token"], request)
        if self.weather.is_down and request.error is None:
            request.cut = Cut.AFTER
        if self.weather.is_down or request.cut is Cut.AFTER:
            return _closed(http)
        return web.json_response(body, status=request.status or 200)

    async def _done(self, token: str, request: Request) -> Json:
        """Do what is asked, and return the answer."""
        is_poll = request.method.lower() == POLL
        self._count(is_poll=is_poll, by=1)
        try:
            request.result = await self._result(token, request)
        except ApiError as error:
            if isinstance(error, ViolationError):
                self.violations.append(f"{request.method}: {error.description}")
            request.status, request.error = error.code, error.description
            return error.to_json()
        except Exception as error:
            # What the double trips over was no request that Telegram would have understood.
            self.violations.append(f"{request.method}: {error!r}")
            request.status, request.error = 500, "Internal Server Error"
            return ApiError(request.status, request.error).to_json()
        finally:
            self._count(is_poll=is_poll, by=-1)
        request.status = 200
        return {"ok": True, "result": request.result}

    async def _result(self, token: str, request: Request) -> object:
        if not _TOKEN.fullmatch(token):
            raise ApiError(404, "Not Found")
        if token != self.token or self.weather.token_revoked:
            raise _unauthorized()
        self.weather.check(request.method)
        method = METHODS.get(request.method.lower())
        if not method:
            raise ApiError(404, "Not Found: method not found")
        if self.state.logged_out:
            raise ApiError(400, "Logged out")
        given = Given(request.parameters, request.files)
        method.check(given)
        result = method.function(self.state, given)
        return await result if asyncio.iscoroutine(result) else result

    def _count(self, *, is_poll: bool, by: int) -> None:
        if is_poll:
            self.state.polling.count(by)
            return
        self._in_flight += by
        self._flight.beat()

    async def _post_updates(self) -> None:
        """Post updates to the webhook, one after the other, each until it is accepted."""
        updates, backoff = self.state.updates, _SHORTEST_BACKOFF
        async with ClientSession(timeout=_WEBHOOK_TIMEOUT) as client:
            while True:
                await updates.changed.until(self._has_to_post, None)
                webhook, update = self.state.webhook, updates.pending[0]
                assert webhook
                webhook.last_error = await self._post(client, webhook, update)
                if webhook.last_error is None:
                    updates.acknowledge(update["update_id"] + 1)
                    backoff = _SHORTEST_BACKOFF
                    continue
                webhook.last_error_date = self.clock.timestamp
                with suppress(TimeoutError):
                    await updates.changed.until(partial(self._goes_elsewhere, webhook), backoff)
                backoff = min(2 * backoff, _LONGEST_BACKOFF)

    def _goes_elsewhere(self, webhook: Webhook) -> bool:
        return self.state.webhook is not webhook

    def _has_to_post(self) -> bool:
        return bool(self.state.webhook and self.state.updates.pending and not self.weather.is_down)

    async def _post(self, client: ClientSession, webhook: Webhook, update: Json) -> str | None:
        """Post an update, and return what went wrong."""
        url = webhook.url
        for public, local in self._proxies.items():
            if url.startswith(public):
                url = local + url.removeprefix(public)
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret_token} if webhook.secret_token else {}
        try:
            async with client.post(url, json=update, headers=headers) as response:
                if _calls_a_method(await response.text()):
                    self.violations.append("webhook: calling a method in the answer is not modelled")
                return None if response.ok else f"Wrong response from the webhook: {response.status} {response.reason}"
        except (ClientError, TimeoutError) as error:
            return str(error) or type(error).__name__


def _unauthorized() -> ApiError:
    return ApiError(401, "Unauthorized")


def _calls_a_method(answer: str) -> bool:
    try:
        return "method" in json.loads(answer)
    except (ValueError, TypeError):
        return False


def _closed(http: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if http.transport:
        http.transport.abort()
    return web.Response()


async def _read(http: web.Request) -> tuple[dict[str, str], dict[str, Document]]:
    """Return the parameters of a request, from its query, form or JSON, and its files."""
    parameters, files = dict(http.query), dict[str, Document]()
    if http.content_type == "application/json":
        given = await http.json()
        parameters |= {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    elif http.content_type == "multipart/form-data":
        async for part in await http.multipart():
            assert isinstance(part, BodyPartReader)
            content = bytes(await part.read(decode=True))
            if part.filename is None:
                parameters[part.name or ""] = content.decode()
            else:
                mime_type = part.headers.get("Content-Type", "application/octet-stream")
                files[part.name or ""] = Document(part.filename, content, mime_type)
    elif http.can_read_body:
        parameters |= {name: str(value) for name, value in (await http.post()).items()}
    return parameters, files
