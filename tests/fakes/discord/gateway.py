"""The gateway: sockets, and what is said over them that is no event."""

import asyncio
import json
from contextlib import suppress
from enum import IntEnum
from typing import Any

import discord
from aiohttp import WSMsgType, web

from tests.fakes.discord.sessions import Connection, Session
from tests.fakes.discord.state import MEMBERS, MESSAGE_CONTENT, PRESENCES, State
from tests.fakes.discord.world import Guild, Json


class Operation(IntEnum):
    """What is said over a socket."""

    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Close(IntEnum):
    """Why the gateway closes a socket."""

    UNKNOWN_OPERATION = 4001
    UNDECODABLE = 4002
    NOT_AUTHENTICATED = 4003
    NOT_THE_TOKEN = 4004
    ALREADY_AUTHENTICATED = 4005
    WRONG_SEQUENCE = 4007
    TIMED_OUT = 4009
    WRONG_SHARD = 4010
    WRONG_VERSION = 4012
    WRONG_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


ENDS_SESSION = frozenset({1000, 1001})
"""The codes with which a client that closes ends its session, too."""
UNRESUMABLE = frozenset({Close.WRONG_SEQUENCE, Close.TIMED_OUT})
"""The codes after which a client has to begin another session."""
LARGEST_FRAME = 4096
LARGEST_CHUNK = 1000
KNOWN_INTENTS = discord.Intents.all().value
PRIVILEGED = PRESENCES | MEMBERS | MESSAGE_CONTENT
LATE = 2
"""After how many intervals without a heartbeat a client is taken for dead."""


class CloseError(Exception):
    """What a client said, for which its connection is closed."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Gateway:
    """What clients connect to."""

    def __init__(self, state: State, token: str) -> None:
        self.url = ""
        self.refuses = False
        self.withholds_acks = False
        self.heartbeat_interval = 41.25
        self.max_concurrency = 16
        self.replays = 0
        self.allowed = KNOWN_INTENTS
        """The intents that the application has."""
        self._state = state
        self._token = token
        self._connections: set[Connection] = set()

    async def connect(self, http: web.Request) -> web.StreamResponse:
        """Serve one client until its socket is closed."""
        if self.refuses:
            if http.transport:
                http.transport.abort()
            return web.Response()
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(http)
        connection = Connection(http, socket, compressed=http.query.get("compress") == "zlib-stream")
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write())
        try:
            await self._serve(connection, http.query.get("v"))
        finally:
            self._connections.discard(connection)
            ended = socket.close_code in ENDS_SESSION and not connection.closing
            self._state.sessions.leave(connection, ended=ended)
            if not connection.closing:
                writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
        return socket

    def cut(self, code: int | None = None) -> None:
        """Close every connection with a code, or drop it without a word; some codes end the session, too."""
        if code in UNRESUMABLE:
            self._state.sessions.forget()
        for connection in list(self._connections):
            if code is None:
                connection.abort()
            else:
                connection.close(code)

    def tell(self, operation: int, content: Any = None) -> None:
        """Say to every client what is no event."""
        for connection in list(self._connections):
            connection.tell(operation, content)

    async def _serve(self, connection: Connection, version: str | None) -> None:
        loop = asyncio.get_running_loop()
        interval = self.heartbeat_interval
        connection.heard_at = loop.time()
        connection.tell(Operation.HELLO, {"heartbeat_interval": int(interval * 1000)})
        if version != "10":
            connection.close(Close.WRONG_VERSION)
            return
        try:
            while True:
                async with asyncio.timeout_at(connection.heard_at + LATE * interval):
                    received = await connection.socket.receive()
                if received.type is not WSMsgType.TEXT:
                    return
                self._hear(connection, received.data)
        except TimeoutError:
            connection.abort()
        except CloseError as error:
            connection.close(error.code)

    def _hear(self, connection: Connection, frame: str) -> None:
        try:
            said = json.loads(frame)
            operation, content = said["op"], said.get("d")
        except (ValueError, TypeError, KeyError):
            raise CloseError(Close.UNDECODABLE) from None
        if len(frame.encode()) > LARGEST_FRAME:
            raise CloseError(Close.UNDECODABLE)
        match operation:
            case Operation.HEARTBEAT:
                self._beat(connection, content)
            case Operation.IDENTIFY:
                self._identify(connection, content)
            case Operation.RESUME:
                self._resume(connection, content)
            case Operation.PRESENCE:
                _authenticated(connection).presence = content
            case Operation.REQUEST_MEMBERS:
                self._list_members(_authenticated(connection), content)
            case _:
                raise CloseError(Close.UNKNOWN_OPERATION)

    def _beat(self, connection: Connection, sequence: int | None) -> None:
        connection.heard_at = asyncio.get_running_loop().time()
        self._state.sessions.heartbeats += 1
        if connection.session:
            connection.session.acknowledged = sequence or 0
        self._state.sessions.changed.beat()
        if not self.withholds_acks:
            connection.tell(Operation.HEARTBEAT_ACK)

    def _identify(self, connection: Connection, said: Json) -> None:
        if connection.session:
            raise CloseError(Close.ALREADY_AUTHENTICATED)
        if said.get("token") != self._token:
            raise CloseError(Close.NOT_THE_TOKEN)
        shard = _shard(said.get("shard", [0, 1]))
        intents = said.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            raise CloseError(Close.WRONG_INTENTS)
        if intents & PRIVILEGED & ~self.allowed:
            raise CloseError(Close.DISALLOWED_INTENTS)
        session = self._state.sessions.begin(intents, shard, connection)
        session.presence = said.get("presence")
        self._welcome(session)

    def _welcome(self, session: Session) -> None:
        state = self._state
        servers = [
            each for each in state.servers.values() if each.has(state.bot) and session.hears(0, each.id)
        ]  # those of other shards are told to other sessions
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": state.bot.to_json() | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0},
                "guilds": [{"id": str(each.id), "unavailable": True} for each in servers],
                "session_id": session.id,
                "resume_gateway_url": self.url,
                "shard": list(session.shard),
                "application": {"id": str(state.application_id), "flags": 1 << 15 | 1 << 19},
                "private_channels": [],
            },
        )
        for server in servers:
            if server.available:
                session.dispatch("GUILD_CREATE", state.server_for(server, session.intents, known=True))
        state.sessions.changed.beat()

    def _resume(self, connection: Connection, said: Json) -> None:
        if connection.session:
            raise CloseError(Close.ALREADY_AUTHENTICATED)
        if said.get("token") != self._token:
            raise CloseError(Close.NOT_THE_TOKEN)
        session = self._state.sessions.resume(str(said.get("session_id")), connection)
        if session is None:
            connection.tell(Operation.INVALID_SESSION, content=False)
            return
        sequence = said.get("seq")
        if not isinstance(sequence, int) or sequence > session.sequence:
            raise CloseError(Close.WRONG_SEQUENCE)
        session.replay(sequence - self.replays)
        session.dispatch("RESUMED", {})
        self._state.sessions.changed.beat()

    def _list_members(self, session: Session, said: Json) -> None:
        server = self._state.servers.get(int(said["guild_id"]))
        if server is None or not server.has(self._state.bot):
            return
        query, limit, wanted = said.get("query"), said.get("limit", 0), said.get("user_ids")
        if query == "" and limit == 0 and not session.intents & MEMBERS:
            raise CloseError(Close.DISALLOWED_INTENTS)
        listed, missing = _found(server, query, limit, wanted)
        chunks = [listed[at : at + LARGEST_CHUNK] for at in range(0, len(listed), LARGEST_CHUNK)] or [[]]
        for index, chunk in enumerate(chunks):
            told: Json = {
                "guild_id": str(server.id),
                "members": chunk,
                "chunk_index": index,
                "chunk_count": len(chunks),
                "not_found": missing,
            }
            nonce = said.get("nonce")
            session.dispatch("GUILD_MEMBERS_CHUNK", told | ({"nonce": nonce} if nonce else {}))


def _found(server: Guild, query: str | None, limit: int, wanted: Any) -> tuple[list[Json], list[str]]:
    if wanted is not None:
        ids = [int(each) for each in (wanted if isinstance(wanted, list) else [wanted])]
        members = [server.members[each].to_json() for each in ids if each in server.members]
        return members, [str(each) for each in ids if each not in server.members]
    begin = (query or "").lower()
    members = [
        member.to_json()
        for member in server.members.values()
        if member.account.username.lower().startswith(begin) or member.account.name.lower().startswith(begin)
    ]
    return members[: limit or None], []


def _authenticated(connection: Connection) -> Session:
    if connection.session is None:
        raise CloseError(Close.NOT_AUTHENTICATED)
    return connection.session


def _shard(shard: Any) -> tuple[int, int]:
    if not (isinstance(shard, list) and len(shard) == 2 and all(isinstance(each, int) for each in shard)):
        raise CloseError(Close.WRONG_SHARD)
    number, count = shard
    if not 0 <= number < count:
        raise CloseError(Close.WRONG_SHARD)
    return number, count
