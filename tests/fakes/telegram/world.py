"""What the double holds in memory: users, chats and messages, as the Bot API describes them."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tests.fakes.waiting import Pulse

Json = dict[str, Any]
Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]
ChatType = Literal["private", "group", "supergroup"]

PRESENT: frozenset[Status] = frozenset({"creator", "administrator", "member", "restricted"})
IN_CHARGE: frozenset[Status] = frozenset({"creator", "administrator"})

RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_pin_messages", "can_manage_topics",
)  # fmt: skip
PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
    "can_edit_tag", "can_react_to_messages",
)  # fmt: skip


@dataclass(eq=False, repr=False, slots=True)
class Account:
    """Somebody with an account: a person or a bot."""

    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    deactivated: bool = False

    def __repr__(self) -> str:
        return f"<{self.first_name}, {self.id}>"

    def to_json(self) -> Json:
        """Return a `User`."""
        optional = {"username": self.username, "language_code": self.language_code}
        return {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name} | _given(optional)


ANONYMOUS = Account(1087968824, "Group", "GroupAnonymousBot", is_bot=True)
"""In whose name administrators write who remain anonymous."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was sent."""

    name: str
    content: bytes
    mime_type: str = "application/octet-stream"

    def to_json(self) -> Json:
        """Return a `Document`."""
        identifier = hashlib.sha256(self.name.encode() + self.content).hexdigest()[:12]
        return {
            "file_id": f"BQAC{identifier}",
            "file_unique_id": identifier,
            "file_name": self.name,
            "mime_type": self.mime_type,
            "file_size": len(self.content),
        }


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that was sent, with its size in pixels."""

    name: str
    content: bytes
    width: int
    height: int

    def to_json(self) -> list[Json]:
        """Return the `PhotoSize`s: the one that was sent."""
        identifier = hashlib.sha256(self.content).hexdigest()[:12]
        told = {"file_id": f"AgAC{identifier}", "file_unique_id": identifier, "file_size": len(self.content)}
        return [told | {"width": self.width, "height": self.height}]


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: `action` names what it does, `value` with what."""

    text: str
    action: str
    value: Any
    style: str | None = None

    def to_json(self) -> Json:
        """Return an `InlineKeyboardButton`."""
        return {"text": self.text, self.action: self.value} | _given({"style": self.style})


Rows = tuple[tuple[Button, ...], ...]


@dataclass(eq=False, repr=False, slots=True)
class Topic:
    """A topic of a forum; its id is that of the message that created it."""

    id: int
    name: str
    chat: "Chat"
    closed: bool = False

    def __repr__(self) -> str:
        return f"<topic {self.name}, {self.id}>"

    def closes(self) -> None:
        """Let nobody write in it but administrators."""
        self.closed = True

    def disappears(self) -> None:
        """Delete the topic with all that was said in it."""
        del self.chat.topics[self.id]
        for message in [each for each in self.chat.history.values() if each.thread_id == self.id]:
            self.chat.delete(message)


@dataclass(eq=False, repr=False, slots=True)
class Message:
    """A message in a chat, as people see it now."""

    chat: "Chat"
    id: int
    date: int
    sender: Account
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    rows: Rows = ()
    reply_to: "Message | None" = None
    topic: Topic | None = None
    thread_id: int | None = None
    document: Document | None = None
    photo: Photo | None = None
    sender_chat: "Chat | None" = None
    via_bot: Account | None = None
    edit_date: int | None = None
    service: Json = field(default_factory=dict)
    attachment: Json = field(default_factory=dict)
    """What people send that is no text, as the Bot API tells of it."""

    def __repr__(self) -> str:
        return f"<message {self.id} of {self.sender.first_name}: {self.service or self.text!r} {self.buttons}>"

    @property
    def edited(self) -> bool:
        """Whether its words were changed (a change of its buttons leaves no mark)."""
        return self.edit_date is not None

    @property
    def deleted(self) -> bool:
        return self.id not in self.chat.history

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons under it."""
        return [button.text for row in self.rows for button in row]

    @property
    def bold(self) -> list[str]:
        """What is written in bold."""
        return self.written_as("bold")

    def written_as(self, kind: str) -> list[str]:
        """Return the parts of the text that are entities of a kind."""
        units = self.text.encode("utf-16-le")
        return [
            units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
            for entity in self.entities
            if entity["type"] == kind
        ]

    def button(self, label: str) -> Button:
        """Return the button of that label."""
        found = next((button for row in self.rows for button in row if button.text == label), None)
        assert found, f"no button {label!r} under {self.text!r}, but {self.buttons}"
        return found

    def to_json(self, *, nested: bool = False) -> Json:
        """Return a `Message`; one that is replied to tells no further whom it replies to."""
        content: Json = {"document": self.document.to_json()} if self.document else self.attachment
        if self.photo:
            content = {"photo": self.photo.to_json()}
        words, entities = ("caption", "caption_entities") if content else ("text", "entities")
        keyboard = {"inline_keyboard": [[button.to_json() for button in row] for row in self.rows]}
        return (
            {"message_id": self.id, "from": self.sender.to_json(), "date": self.date, "chat": self.chat.to_json()}
            | content
            | self.service
            | _given(
                {
                    words: self.text,
                    entities: self.entities,
                    "message_thread_id": self.thread_id,
                    "is_topic_message": self.topic is not None,
                    "sender_chat": self.sender_chat and self.sender_chat.to_json(),
                    "via_bot": self.via_bot and self.via_bot.to_json(),
                    "edit_date": self.edit_date,
                    "reply_markup": keyboard if self.rows else None,
                    "reply_to_message": None if nested else self._reply_to_json(),
                }
            )
        )

    def _reply_to_json(self) -> Json | None:
        # In a topic, whatever replies to nothing else replies to the message that created the topic.
        created = self.chat.history.get(self.topic.id) if self.topic and self.topic.id != self.id else None
        replied = self.reply_to if self.reply_to and not self.reply_to.deleted else created
        return replied.to_json(nested=True) if replied else None


@dataclass(eq=False, repr=False, slots=True)
class Member:
    """Somebody's place in a group."""

    account: Account
    status: Status
    anonymous: bool = False
    lacks: frozenset[str] = frozenset()
    """The rights that an administrator does not have."""

    def __repr__(self) -> str:
        return f"<{self.status} {self.account.first_name}>"

    def to_json(self) -> Json:
        """Return a `ChatMember`."""
        told: Json = {"user": self.account.to_json(), "status": self.status}
        if self.status == "creator":
            return told | {"is_anonymous": self.anonymous}
        if self.status == "administrator":
            rights = {right: right not in self.lacks for right in RIGHTS}
            return told | {"is_anonymous": self.anonymous, "can_be_edited": False} | rights
        if self.status == "restricted":
            return told | {"is_member": True, "until_date": 0} | dict.fromkeys(PERMISSIONS, False)
        if self.status == "kicked":
            return told | {"until_date": 0}
        return told


@dataclass(eq=False, repr=False, slots=True)
class Chat:
    """A private chat with the bot, a group or a supergroup."""

    id: int
    type: ChatType
    title: str = ""
    person: Account | None = None
    is_forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    history: dict[int, Message] = field(default_factory=dict)
    deleted: list[Message] = field(default_factory=list)
    shown: list[Message] = field(default_factory=list)
    """What the bot sent or edited, in that order."""
    changed: Pulse = field(default_factory=Pulse)
    actions: list[str] = field(default_factory=list)
    """What sendChatAction showed."""
    started: bool = False
    blocked: bool = False
    open_until: datetime | None = None
    """Until when the bot may write to somebody who has never started it, because they ask to join a group."""
    upgraded_to: "Chat | None" = None
    _last_message_id: int = 0

    def __repr__(self) -> str:
        return f"<{self.type} {self.title or self.person}, {self.id}>"

    @property
    def messages(self) -> list[Message]:
        """What is there to read, by the bot or by people; not the service messages."""
        return [message for message in self.history.values() if not message.service]

    @property
    def services(self) -> list[Message]:
        """The service messages: who joined, who left."""
        return [message for message in self.history.values() if message.service]

    def status_of(self, account: Account) -> Status:
        """Return what somebody is in this group."""
        member = self.members.get(account.id)
        return member.status if member else "left"

    def has(self, account: Account) -> bool:
        """Whether somebody is in this group."""
        return self.status_of(account) in PRESENT

    def is_led_by(self, account: Account) -> bool:
        """Whether somebody is an administrator of this group."""
        return self.status_of(account) in IN_CHARGE

    def may_delete(self, account: Account) -> bool:
        """Whether somebody may take away what others wrote."""
        return self.is_led_by(account) and "can_delete_messages" not in self.members[account.id].lacks

    def place(self, account: Account, status: Status, *, anonymous: bool = False) -> Member:
        """Give somebody a place in this group."""
        self.members[account.id] = member = Member(account, status, anonymous)
        return member

    def next_id(self) -> int:
        """Return an id that no message has had in this chat."""
        self._last_message_id += 1
        return self._last_message_id

    def keep(self, message: Message) -> Message:
        """Let people see a message."""
        self.history[message.id] = message
        self.changed.beat()
        return message

    def show(self, message: Message) -> None:
        """Let those who read know that the bot sent or edited a message."""
        self.shown.append(message)
        self.changed.beat()

    def delete(self, message: Message) -> None:
        """Take a message away."""
        self.deleted.append(self.history.pop(message.id))
        self.changed.beat()

    def to_json(self) -> Json:
        """Return a `Chat`."""
        if self.person:
            named = _given({"username": self.person.username})
            return {"id": self.id, "type": self.type, "first_name": self.person.first_name} | named
        return {"id": self.id, "type": self.type, "title": self.title} | _given({"is_forum": self.is_forum})


def thread_of(chat: Chat, topic: Topic | None, reply_to: Message | None) -> int | None:
    """Return a message's `message_thread_id`: its topic, or in a plain supergroup the first message replied to."""
    if topic:
        return topic.id
    if reply_to and chat.type == "supergroup" and not chat.is_forum:
        return reply_to.thread_id or reply_to.id
    return None


def _given(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value not in (None, False, "", [])}
