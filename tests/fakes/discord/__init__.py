"""A strict double of Discord over HTTP and WebSocket, in which unmodified clients run.

People act (`lea.writes`, `lea.uses`, `lea.presses`…), the bot reaches the double at `discord.api` and
`discord.gateway`, and tests look at what people see (`lea.reads`, `interaction.messages`) and at what the bot asked for
(`discord.requests`). What Discord refuses is refused in its own words; what it overlooks and a careful bot never does
is refused as well, and listed in `discord.violations`.
"""

from tests.fakes.discord.interactions import Field, Interaction, Modal
from tests.fakes.discord.people import User
from tests.fakes.discord.server import FakeDiscord, Request
from tests.fakes.discord.servers import Server
from tests.fakes.discord.weather import Hold
from tests.fakes.discord.world import (
    Account,
    Button,
    Channel,
    Embed,
    File,
    Member,
    Message,
    Role,
    Select,
    Style,
    Thread,
)

__all__ = [
    "Account",
    "Button",
    "Channel",
    "Embed",
    "FakeDiscord",
    "Field",
    "File",
    "Hold",
    "Interaction",
    "Member",
    "Message",
    "Modal",
    "Request",
    "Role",
    "Select",
    "Server",
    "Style",
    "Thread",
    "User",
]
