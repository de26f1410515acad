"""People: what they do in a test, and what they read."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.fakes.telegram.checks import START_PARAMETER, TEXT_LIMIT, entities_in, units
from tests.fakes.telegram.state import (
    CALLBACK_LIFETIME,
    INLINE_LIFETIME,
    JOIN_REQUEST_LIFETIME,
    CallbackQuery,
    InlineQuery,
    State,
)
from tests.fakes.telegram.world import ANONYMOUS, Account, Chat, Json, Member, Message, Status, Topic, thread_of


@dataclass(eq=False, repr=False, slots=True)
class User(Account):
    """Somebody who uses Telegram. What they do (async) reaches the bot; what is arranged (sync), nobody is told of."""

    state: State = field(kw_only=True)
    chat: Chat = field(kw_only=True)
    """The private chat with the bot."""
    _read: dict[int, int] = field(default_factory=dict, kw_only=True)

    @property
    def messages(self) -> list[Message]:
        """What is there to read in the private chat."""
        return self.chat.messages

    def has_started(self) -> None:
        """Let the bot write to them, as if they had once pressed "Start"."""
        self.chat.started = True

    async def writes(
        self,
        text: str,
        *,
        to: "Chat | None" = None,
        topic: Topic | None = None,
        reply_to: Message | None = None,
        anonymously: bool = False,
    ) -> Message:
        """Write to the bot, or to a group; as an administrator, in the group's name if they like."""
        text = text.strip()
        assert 1 <= units(text) <= TEXT_LIMIT, f"nobody can write {units(text)} characters at once"
        chat = self._chat_to_write_to(to)
        topic = topic or (reply_to.topic if reply_to else None)
        assert topic is None or topic.id in chat.topics, f"{chat.title} has no such topic"
        assert reply_to is None or not reply_to.deleted, "the message replied to is no longer there"
        thread = thread_of(chat, topic, reply_to)
        message = self.state.compose(chat, self, text, topic=topic, reply_to=reply_to, thread_id=thread)
        message.entities = entities_in(text)
        if anonymously:
            assert chat.is_led_by(self), f"{self.first_name} is no administrator"
            message.sender, message.sender_chat = ANONYMOUS, chat
        chat.keep(message)
        self.state.deliver(message)
        return message

    async def sends(self, attachment: Json, *, caption: str = "", to: "Chat | None" = None) -> Message:
        """Send what is no text, told as the Bot API does: `{"dice": {"emoji": "🎲", "value": 4}}`."""
        message = self.state.compose(self._chat_to_write_to(to), self, caption)
        message.attachment = attachment
        message.chat.keep(message)
        self.state.deliver(message)
        return message

    async def edits(self, message: Message, text: str) -> Message:
        """Change what they wrote."""
        assert message.sender is self, "only what one wrote oneself can be edited"
        message.text, message.entities, message.edit_date = text, entities_in(text), self.state.clock.timestamp
        message.chat.changed.beat()
        self.state.deliver(message, "edited_message")
        return message

    async def deletes(self, message: Message) -> None:
        """Delete a message; bots are not told."""
        message.chat.delete(message)

    async def presses(self, message: Message, label: str) -> CallbackQuery:
        """Press a button, and return the query; `await query.is_answered()` waits for the bot."""
        button = message.button(label)
        assert button.action == "callback_data", f"{label!r} is no callback button: it does {button.action}"
        return await self.presses_data(message, button.value)

    async def presses_data(self, message: Message, data: str) -> CallbackQuery:
        """Press a button by its data, even one that is no longer shown: a slow client still may."""
        assert not message.deleted, "the message is no longer there"
        assert message.chat is self.chat or message.chat.has(self), f"{self.first_name} does not see that message"
        query = CallbackQuery(
            id=self.state.next_query_id(),
            author=self,
            until=self.state.clock.now + CALLBACK_LIFETIME,
            clock=self.state.clock,
            message=message,
            data=data,
        )
        self.state.callback_queries[query.id] = query
        self.state.updates.add("callback_query", query.to_json())
        return query

    async def follows(self, message: Message, label: str) -> Message:
        """Follow a link to the bot, under a message or in it: open the private chat, and press "Start"."""
        linked = [
            entity["url"]
            for entity, words in zip(
                [each for each in message.entities if each["type"] == "text_link"],
                message.written_as("text_link"),
                strict=True,
            )
            if words == label
        ]
        return await self.opens(linked[0] if linked else self._url_of(message, label))

    async def opens(self, url: str) -> Message:
        """Open a deep link, as posted anywhere, and press "Start"."""
        parts = urlsplit(url)
        given = parse_qs(parts.query)
        name = given.get("domain", [""])[0] if parts.scheme == "tg" else parts.path.strip("/")
        assert parts.scheme == "tg" or parts.netloc in {"t.me", "telegram.me"}, f"{url} leads out of Telegram"
        assert name.lower() == (self.state.bot.username or "").lower(), f"{url} leads to somebody else"
        return await self.starts(*given.get("start", []))

    async def starts(self, parameter: str = "") -> Message:
        """Press "Start", with the parameter of a deep link."""
        assert not parameter or re.fullmatch(START_PARAMETER, parameter), f"{parameter!r} is no start parameter"
        return await self.writes(f"/start {parameter}".rstrip())

    async def joins(self, group: Chat) -> None:
        """Join a group by its link."""
        assert not group.has(self), f"{self.first_name} is in {group.title} already"
        self.state.change(group, self, "member", by=self)
        self.state.announce(group, self, joined([self]))

    async def leaves(self, group: Chat) -> None:
        """Leave a group."""
        assert group.has(self), f"{self.first_name} is not in {group.title}"
        self.state.change(group, self, "left", by=self)
        self.state.announce(group, self, {"left_chat_member": self.to_json()})

    async def asks_to_join(self, group: Chat, bio: str = "") -> None:
        """Ask to join a group: for five minutes the bot may write to them, if it is an administrator there."""
        assert not group.has(self), f"{self.first_name} is in {group.title} already"
        if not group.is_led_by(self.state.bot):
            return
        self.chat.open_until = self.state.clock.now + JOIN_REQUEST_LIFETIME
        asked: Json = {
            "chat": group.to_json(),
            "from": self.to_json(),
            "user_chat_id": self.id,
            "date": self.state.clock.timestamp,
        }
        self.state.updates.add("chat_join_request", asked | ({"bio": bio} if bio else {}))

    async def blocks_bot(self) -> None:
        """Block the bot."""
        self.chat.blocked = True
        self._changes_private("member", "kicked")

    async def unblocks_bot(self) -> None:
        """Let the bot write again."""
        self.chat.blocked = False
        self._changes_private("kicked", "member")

    def deletes_account(self) -> None:
        """Leave Telegram."""
        self.deactivated = True

    async def asks_inline(self, text: str, within: float | None = 5) -> InlineQuery:
        """Type the bot's name and a text in any chat, and wait for its answer, unless `within` is None."""
        assert self.state.inline, "the bot supports no inline queries"
        query = InlineQuery(
            id=self.state.next_query_id(),
            author=self,
            until=self.state.clock.now + INLINE_LIFETIME,
            clock=self.state.clock,
            text=text,
        )
        self.state.inline_queries[query.id] = query
        self.state.updates.add("inline_query", query.to_json())
        if within is not None:
            await query.is_answered(within)
        return query

    async def picks(self, query: InlineQuery, title: str, *, to: "Chat | None" = None) -> Message:
        """Send a result of an inline query to a chat, via the bot."""
        content = query.result(title)["input_message_content"]
        message = self.state.compose(self._chat_to_write_to(to), self, content["message_text"])
        message.entities = content.get("entities", [])
        message.via_bot = self.state.bot
        message.chat.keep(message)
        self.state.deliver(message)
        return message

    async def follows_inline(self, query: InlineQuery) -> Message:
        """Press the button above the results of an inline query."""
        assert query.button, "there is no button above the results"
        return await self.starts(query.button["start_parameter"])

    async def reads(self, count: int = 1, *, chat: "Chat | None" = None, within: float = 5) -> list[Message]:
        """Wait for what the bot sends or edits next in a chat, after what they have read there, and return it."""
        chat = chat or self.chat
        read = self._read.get(chat.id, 0)
        try:
            await chat.changed.until(lambda: len(chat.shown) >= read + count, within)
        except TimeoutError:
            unread = [message.text for message in chat.shown[read:]]
            raise AssertionError(f"{self.first_name} waits for {count} messages, and reads {unread}") from None
        self._read[chat.id] = read + count
        return chat.shown[read : read + count]

    async def reads_next(self, *, chat: "Chat | None" = None, within: float = 5) -> Message:
        """Wait for the one message that the bot sends or edits next in a chat."""
        [message] = await self.reads(chat=chat, within=within)
        return message

    def skips(self, *, chat: "Chat | None" = None) -> None:
        """Take all that the bot has said so far in a chat for read."""
        chat = chat or self.chat
        self._read[chat.id] = len(chat.shown)

    def _chat_to_write_to(self, chat: "Chat | None") -> Chat:
        if chat is None:
            self.chat.started = True
            assert not self.chat.blocked, f"{self.first_name} has blocked the bot"
            return self.chat
        assert chat.upgraded_to is None, f"{chat.title} has become a supergroup"
        assert chat.has(self), f"{self.first_name} is not in {chat.title}"
        return chat

    def _changes_private(self, old: Status, new: Status) -> None:
        bot = self.state.bot
        self.state.tell_change(self.chat, Member(bot, old), Member(bot, new), by=self)

    @staticmethod
    def _url_of(message: Message, label: str) -> str:
        button = message.button(label)
        assert button.action == "url", f"{label!r} is no link: it does {button.action}"
        return str(button.value)


def joined(accounts: list[Account]) -> Json:
    """Return the service message of those who joined."""
    return {"new_chat_members": [account.to_json() for account in accounts]}
