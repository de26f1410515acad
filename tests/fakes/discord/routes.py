"""The routes of the REST API that the double knows; any other one is not found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord.checks import Uploads
from tests.fakes.discord.errors import UnknownError, missing_access
from tests.fakes.discord.forms import Fields, Form
from tests.fakes.discord.servers import Server
from tests.fakes.discord.state import State
from tests.fakes.discord.world import Channel, Message


@dataclass(slots=True)
class Call:
    """What was asked of a route."""

    state: State
    path: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    uploads: Uploads = field(default_factory=dict)

    def id(self, name: str) -> int:
        """Return an id of the path; what is none is the id of nothing."""
        return int(self.path[name]) if self.path[name].isdecimal() else 0

    def fields(self) -> Fields:
        """Return the body, to be read field by field."""
        return Fields(self.body, Form())

    def server(self) -> Server:
        """Return the server of the path, which the bot is in."""
        server = self.state.servers.get(self.id("guild"))
        if server is None:
            raise UnknownError("Guild")
        if not server.has(self.state.bot):
            raise missing_access()
        assert isinstance(server, Server)
        return server

    def channel(self) -> Channel:
        """Return the channel of the path, which the bot sees."""
        channel = self.state.channels.get(self.id("channel"))
        if channel is None:
            raise UnknownError("Channel")
        if channel.server and not channel.allows(self.state.bot, "view_channel"):
            raise missing_access()
        return channel

    def message(self) -> Message:
        """Return the message of the path; one that is ephemeral is not found there."""
        message = self.channel().history.get(self.id("message"))
        if message is None or message.ephemeral:
            raise UnknownError("Message")
        return message


Function = Callable[[Call], object]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path, and what it does; None is answered with 204."""

    method: str
    path: str
    function: Function
    with_token: bool
    """Whether it wants the bot's token, or has one in its path."""


ROUTES: list[Route] = []


def route(method: str, path: str, *, with_token: bool = True) -> Callable[[Function], Function]:
    """Register a route."""

    def register(function: Function) -> Function:
        ROUTES.append(Route(method, path, function, with_token))
        return function

    return register
