"""A strict double of the Telegram Bot API over HTTP, in which unmodified clients run.

People act (`lea.writes`, `lea.presses`, `group.adds`…), the bot reaches the double at `telegram.base_url`, and tests
look at what people see (`lea.reads`, `group.messages`) and at what the bot asked for (`telegram.requests`). What
Telegram refuses is refused in its own words; what it overlooks and a careful bot never does is refused as well, and
listed in `telegram.violations`.
"""

from tests.fakes.telegram.groups import Group
from tests.fakes.telegram.people import User
from tests.fakes.telegram.server import FakeTelegram, Request
from tests.fakes.telegram.state import CallbackQuery, InlineQuery
from tests.fakes.telegram.world import Button, Chat, Document, Message, Topic

__all__ = [
    "Button",
    "CallbackQuery",
    "Chat",
    "Document",
    "FakeTelegram",
    "Group",
    "InlineQuery",
    "Message",
    "Request",
    "Topic",
    "User",
]
