"""Updates: which ones the bot receives, and how they wait until it has acknowledged them."""

from collections import deque
from collections.abc import Collection
from itertools import count, islice

from telegram import Update

from tests.fakes.telegram.world import Account, Json, Message
from tests.fakes.waiting import Pulse

KINDS = frozenset(str(kind) for kind in Update.ALL_TYPES)
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""What is delivered only to bots that ask for it by name."""


class Updates:
    """The queue of one bot, first in, first out; what is not acknowledged stays."""

    def __init__(self) -> None:
        self.allowed: list[str] = []
        """What setWebhook or getUpdates last asked for; nothing means all but what is on request."""
        self.pending: deque[Json] = deque()
        self.changed = Pulse()
        self._ids = count(700_000_001)

    def add(self, kind: str, body: Json) -> None:
        """Queue an update unless the bot does not want such."""
        if kind in (self.allowed or KINDS - ON_REQUEST):
            self.pending.append({"update_id": next(self._ids), kind: body})
            self.changed.beat()

    def repeat(self, update: Json) -> None:
        """Queue an update a second time, as Telegram does when it has not heard that it arrived."""
        place = sum(each["update_id"] <= update["update_id"] for each in self.pending)
        self.pending.insert(place, update)
        self.changed.beat()

    def first(self, limit: int) -> list[Json]:
        """Return the oldest ones that are not acknowledged."""
        return list(islice(self.pending, limit))

    def acknowledge(self, offset: int) -> None:
        """Forget the updates before an id."""
        while self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()
        self.changed.beat()

    def forget_all_but(self, latest: int) -> None:
        """Forget all but so many of the latest."""
        while len(self.pending) > latest:
            self.pending.popleft()
        self.changed.beat()

    def want(self, kinds: Collection[str] | None) -> None:
        """Remember what the bot wants from now on; None leaves it as it is."""
        if kinds is not None:
            self.allowed = list(kinds)


def reaches(message: Message, bot: Account, *, reads_all: bool) -> bool:
    """Whether a message is delivered to the bot: in groups, privacy mode leaves out what is not meant for it."""
    chat = message.chat
    if chat.type == "private":
        return True
    if not chat.has(bot) or (message.sender.is_bot and not message.sender_chat and not message.service):
        return False
    if message.service or reads_all or chat.is_led_by(bot):
        return True
    answers_bot = message.reply_to is not None and message.reply_to.sender is bot
    return answers_bot or message.via_bot is bot or _is_command_for(message, bot)


def _is_command_for(message: Message, bot: Account) -> bool:
    command = next((text for text in message.written_as("bot_command") if message.text.startswith(text)), None)
    if command is None:
        return False
    target = command.partition("@")[2]
    return not target or target.lower() == (bot.username or "").lower()
