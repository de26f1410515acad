"""The state of the double, which people change on one side and the bot on the other."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from tests.fakes.telegram.errors import ApiError
from tests.fakes.telegram.updates import Updates, reaches
from tests.fakes.telegram.world import Account, Chat, Json, Member, Message, Status, Topic
from tests.fakes.waiting import Clock, Pulse

CALLBACK_LIFETIME = timedelta(minutes=5)
INLINE_LIFETIME = timedelta(seconds=10)
JOIN_REQUEST_LIFETIME = timedelta(minutes=5)
FIRST_USER_ID = 500_000_001
CHANNEL_PREFIX = 1_000_000_000_000


@dataclass(eq=False, kw_only=True)
class Query:
    """What waits for an answer of the bot, and not for long."""

    id: str
    author: Account
    until: datetime
    clock: Clock
    answers: int = 0
    """How many times the bot answered; a second time does no harm."""
    changed: Pulse = field(default_factory=Pulse)

    @property
    def answered(self) -> bool:
        return self.answers > 0

    @property
    def expired(self) -> bool:
        return self.clock.now >= self.until

    def expires(self) -> None:
        """Let it be too late to answer."""
        self.until = self.clock.now

    async def is_answered(self, within: float = 5) -> None:
        """Wait for the bot's answer."""
        await self.changed.until(lambda: self.answered, within)


@dataclass(eq=False, kw_only=True)
class CallbackQuery(Query):
    """A button that somebody pressed."""

    message: Message
    data: str
    notice: str | None = None
    """What answerCallbackQuery showed."""
    alert: bool = False
    url: str | None = None

    def to_json(self) -> Json:
        """Return a `CallbackQuery`."""
        return {
            "id": self.id,
            "from": self.author.to_json(),
            "message": self.message.to_json(),
            "chat_instance": str(self.message.chat.id),
            "data": self.data,
        }


@dataclass(eq=False, kw_only=True)
class InlineQuery(Query):
    """What somebody typed after the bot's name, in any chat."""

    text: str
    results: list[Json] = field(default_factory=list)
    button: Json | None = None
    cache_time: int = 300
    is_personal: bool = False
    next_offset: str = ""

    def to_json(self) -> Json:
        """Return an `InlineQuery`."""
        return {"id": self.id, "from": self.author.to_json(), "query": self.text, "offset": "", "chat_type": "sender"}

    def result(self, title: str) -> Json:
        """Return the result of that title."""
        found = next((each for each in self.results if each["title"] == title), None)
        assert found, f"no result {title!r}, but {[each['title'] for each in self.results]}"
        return found


@dataclass(eq=False)
class Webhook:
    """Where updates are posted to."""

    url: str
    secret_token: str | None = None
    max_connections: int = 40
    last_error: str | None = None
    last_error_date: int | None = None


class Polling:
    """The getUpdates under way: there is one at a time, and it ends when another begins."""

    def __init__(self, changed: Pulse) -> None:
        self._number = 0
        self._changed = changed
        self._reason: ApiError | None = None
        self.under_way = 0

    def count(self, by: int) -> None:
        """Count one more, or one less."""
        self.under_way += by
        self._changed.beat()

    def begin(self) -> int:
        """Begin one, and end the one under way."""
        self.end(conflict())
        return self._number

    def end(self, reason: ApiError | None) -> None:
        """End the one under way, with an error or with what there is."""
        self._number += 1
        self._reason = reason
        self._changed.beat()

    def has_ended(self, number: int) -> bool:
        """Whether that one is no longer the one under way."""
        return number != self._number

    def check(self, number: int) -> None:
        """Raise the reason for which that one was ended, if it was."""
        if self.has_ended(number) and self._reason:
            raise self._reason


def conflict() -> ApiError:
    """Return what a bot is told of which two instances run."""
    words = "terminated by other getUpdates request; make sure that only one bot instance is running"
    return ApiError(409, f"Conflict: {words}")


class State:
    """Everything that the double knows."""

    def __init__(self, bot: Account, clock: Clock, *, reads_all: bool, inline: bool) -> None:
        self.bot = bot
        self.clock = clock
        self.reads_all = reads_all
        self.inline = inline
        self.accounts: dict[int, Account] = {}
        self.chats: dict[int, Chat] = {}
        self.updates = Updates()
        self.polling = Polling(self.updates.changed)
        self.webhook: Webhook | None = None
        self.callback_queries: dict[str, CallbackQuery] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        self.commands: dict[tuple[str, str], dict[str, str]] = {}
        self.logged_out = False
        self._user_ids = count(FIRST_USER_ID)
        self._chat_ids = count(1)
        self._query_ids = count(4_000_000_000_000_001)

    def next_user_id(self) -> int:
        """Return the id of the next account."""
        return next(self._user_ids)

    def next_chat_id(self, *, supergroup: bool) -> int:
        """Return the id of the next group: negative, and beyond -100… for a supergroup."""
        number = 4_000_000 + next(self._chat_ids)
        return -(CHANNEL_PREFIX + number) if supergroup else -number

    def next_query_id(self) -> str:
        """Return the id of the next callback or inline query."""
        return str(next(self._query_ids))

    def compose(
        self,
        chat: Chat,
        sender: Account,
        text: str = "",
        *,
        topic: Topic | None = None,
        reply_to: Message | None = None,
        thread_id: int | None = None,
    ) -> Message:
        """Return a new message that nobody sees yet."""
        return Message(
            chat,
            chat.next_id(),
            self.clock.timestamp,
            sender,
            text,
            topic=topic,
            reply_to=reply_to,
            thread_id=thread_id,
        )

    def deliver(self, message: Message, kind: str = "message") -> None:
        """Tell the bot of a message, if it is one that reaches it."""
        if reaches(message, self.bot, reads_all=self.reads_all):
            self.updates.add(kind, message.to_json())

    def announce(self, chat: Chat, author: Account, service: Json) -> Message:
        """Put a service message into a chat, and tell the bot of it."""
        message = self.compose(chat, author)
        message.service = service
        chat.keep(message)
        self.deliver(message)
        return message

    def change(self, chat: Chat, account: Account, status: Status, by: Account) -> None:
        """Change what somebody is in a group; the bot hears of itself always, of others if it is an administrator."""
        old = chat.members.get(account.id) or Member(account, "left")
        new = chat.place(account, status)
        if account is self.bot or chat.is_led_by(self.bot):
            self.tell_change(chat, old, new, by)

    def tell_change(self, chat: Chat, old: Member, new: Member, by: Account) -> None:
        """Tell the bot what somebody has become in a chat."""
        told = {
            "chat": chat.to_json(),
            "from": by.to_json(),
            "date": self.clock.timestamp,
            "old_chat_member": old.to_json(),
            "new_chat_member": new.to_json(),
        }
        self.updates.add("my_chat_member" if new.account is self.bot else "chat_member", told)
