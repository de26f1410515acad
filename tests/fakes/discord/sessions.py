"""Sessions of the gateway: what each is sent, and what it is sent again when it resumes."""

import asyncio
import json
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord.world import Json
from tests.fakes.waiting import Pulse

DISPATCH = 0
KEPT = 5_000
"""How many events a session keeps for who resumes it."""

Payload = Json | Callable[[int], Json | None]
"""What an event tells, or what it tells a session of such intents."""


class Connection:
    """One client's socket; what is sent goes out in order."""

    def __init__(self, http: web.Request, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.closing = False
        """Whether it is the double that closes it."""
        self.heard_at = 0.0
        """When a heartbeat was heard last, on the loop's clock."""
        self._http = http
        self._compressor = zlib.compressobj() if compressed else None
        self._outbox: asyncio.Queue[str | int] = asyncio.Queue()

    def tell(self, operation: int, content: Any = None) -> None:
        """Send what is no event."""
        self.send(json.dumps({"op": operation, "d": content, "s": None, "t": None}))

    def send(self, frame: str) -> None:
        """Send a frame."""
        self._outbox.put_nowait(frame)

    def close(self, code: int) -> None:
        """Close the socket with a code, after what was sent before."""
        self.closing = True
        self._outbox.put_nowait(code)

    def abort(self) -> None:
        """Drop the connection without a word."""
        if self._http.transport:
            self._http.transport.abort()

    async def write(self) -> None:
        """Write what is to be sent until the socket is closed."""
        while True:
            item = await self._outbox.get()
            try:
                if isinstance(item, int):
                    # The socket stays open until the client has closed its end, too, so that it reads the code.
                    await self.socket.send_frame(item.to_bytes(2, "big"), WSMsgType.CLOSE)
                    return
                if self._compressor is None:
                    await self.socket.send_str(item)
                else:
                    packed = self._compressor.compress(item.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(packed)
            except ConnectionError:
                return


@dataclass(eq=False, slots=True)
class Session:
    """What a client began by identifying itself; it outlives its connection until another takes its place."""

    id: str
    intents: int
    shard: tuple[int, int]
    connection: Connection | None = None
    sequence: int = 0
    acknowledged: int = 0
    """The last sequence that the client has told in a heartbeat."""
    presence: Json | None = None
    _sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def hears(self, needs: int, server_id: int | None) -> bool:
        """Whether an event of such intents reaches this session; what is private reaches the first shard."""
        number, count = self.shard
        return self.intents & needs == needs and ((server_id or 0) >> 22) % count == number

    def dispatch(self, event: str, content: Json) -> None:
        """Send an event, now or on resuming."""
        self.sequence += 1
        frame = json.dumps({"op": DISPATCH, "d": content, "s": self.sequence, "t": event})
        self._sent.append((self.sequence, frame))
        if self.connection:
            self.connection.send(frame)

    def repeat(self) -> None:
        """Send the last event again, as another one."""
        last = json.loads(self._sent[-1][1])
        self.dispatch(last["t"], last["d"])

    def replay(self, after: int) -> None:
        """Send again what was sent after a sequence."""
        assert self.connection
        for sequence, frame in self._sent:
            if sequence > after:
                self.connection.send(frame)


class Sessions:
    """All sessions of the bot."""

    def __init__(self) -> None:
        self.changed = Pulse()
        self.identifies = 0
        self.resumes = 0
        self.heartbeats = 0
        self._all: dict[str, Session] = {}

    @property
    def connected(self) -> list[Session]:
        """The sessions that a client is connected to."""
        return [session for session in self._all.values() if session.connection]

    def begin(self, intents: int, shard: tuple[int, int], connection: Connection) -> Session:
        """Begin a session; those of the same shard that nobody is connected to are forgotten."""
        self.identifies += 1
        for old in [each for each in self._all.values() if each.shard == shard and each.connection is None]:
            del self._all[old.id]
        session = Session(f"{self.identifies:032x}", intents, shard, connection)
        self._all[session.id] = connection.session = session
        return session

    def resume(self, identifier: str, connection: Connection) -> Session | None:
        """Give a session another connection, if there is such a session."""
        session = self._all.get(identifier)
        if session:
            self.resumes += 1
            session.connection = connection
            connection.session = session
        return session

    def leave(self, connection: Connection, *, ended: bool) -> None:
        """Take a connection from its session, and end the session if the client has ended it."""
        session = connection.session
        if session and session.connection is connection:
            session.connection = None
            if ended:
                self._all.pop(session.id, None)
        self.changed.beat()

    def forget(self) -> None:
        """End all sessions that nobody is connected to, and let those that somebody is connected to not be resumed."""
        self._all = {session.id: session for session in self.connected}
        for number, session in enumerate(self.connected):
            del self._all[session.id]
            session.id = f"forgotten-{self.identifies}-{number}"
            self._all[session.id] = session

    def repeat(self) -> None:
        """Tell every session the last of what it was told once more."""
        for session in self._all.values():
            session.repeat()
        self.changed.beat()

    def dispatch(self, event: str, payload: Payload, *, needs: int = 0, server_id: int | None = None) -> None:
        """Tell an event to every session that hears it."""
        for session in self._all.values():
            if session.hears(needs, server_id):
                content = payload(session.intents) if callable(payload) else payload
                if content is not None:
                    session.dispatch(event, content)
        self.changed.beat()
