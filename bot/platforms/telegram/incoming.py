"""From Telegram's updates to what the core hears: who does what, and where its answer goes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from telegram import (
    CallbackQuery,
    Chat,
    ChatJoinRequest,
    ChatMemberUpdated,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram.constants import ChatID, ChatType
from telegram.ext import ExtBot

from bot.core.messages import Address, Author, Capabilities, Event, Incoming, Role
from bot.core.team import concerns_team
from bot.platforms.parts import Received
from bot.platforms.telegram.roles import Roles, is_within
from bot.storage.answers import Question

PLATFORM = "telegram"
UPDATES = (
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.CHAT_MEMBER,
    Update.MY_CHAT_MEMBER,
    Update.CHAT_JOIN_REQUEST,
    Update.INLINE_QUERY,
)
"""What Vigie asks Telegram for: the members of chats, among others, come on demand alone."""
CAPABILITIES = Capabilities(buttons=True, links=True, removal=True)
_ASKED_ABOUT = 20
"""Chats of which Telegram is asked, at most, whether somebody administers them."""
_MENTIONS: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages go: a chat, and a topic of it or none."""

    chat: int
    topic: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramReceived(Received):
    """An update as the core hears it, and what it takes to answer.

    Attributes:
        place: where the answer goes.
        callback: Telegram's id of the press.
    """

    place: Place
    callback: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A group that became a supergroup, which has another id."""

    old: int
    new: int


def lane(update: Update) -> str:
    """Return what an update waits its turn in: its person's lane, or for what happens to a chat, the chat's."""
    message = update.message
    comes_or_goes = message and (message.new_chat_members or message.left_chat_member)
    happens_to_chat = update.chat_member or update.my_chat_member or comes_or_goes
    if update.effective_user and not happens_to_chat:
        return str(update.effective_user.id)
    return f"chat {update.effective_chat.id}" if update.effective_chat else ""


def move_of(update: Update) -> Move | None:
    """Return the move that an update tells of."""
    message = update.message
    if message is None:
        return None
    if message.migrate_to_chat_id:
        return Move(message.chat.id, message.migrate_to_chat_id)
    return Move(message.migrate_from_chat_id, message.chat.id) if message.migrate_from_chat_id else None


class Reader:
    """Reads updates, as the bot that they came to.

    Args:
        bot: the bot, which knows its own name once it is connected.
        roles: who administers which chat.
        communities_of: tells in which communities an account was seen.
    """

    def __init__(
        self, bot: ExtBot[int], roles: Roles, communities_of: Callable[[Address], Awaitable[list[str]]]
    ) -> None:
        self._bot = bot
        self._roles = roles
        self._communities_of = communities_of

    async def read(self, update: Update, at: datetime) -> TelegramReceived | None:
        """Return what the core hears of an update, None where it is nothing to Vigie."""
        identifier = str(update.update_id)
        if update.effective_chat and update.effective_chat.type == ChatType.CHANNEL:
            return None
        if update.callback_query:
            return await self._press(update.callback_query, identifier, at)
        if update.my_chat_member:
            return self._own_membership(update.my_chat_member, identifier, at)
        if update.chat_member:
            self._roles.forget(update.chat_member.chat.id)
            return self._membership(update.chat_member, at)
        if update.chat_join_request:
            return _asked_to_join(update.chat_join_request, at)
        message = update.message or update.edited_message
        if message is None:
            return None
        if message.new_chat_members:
            return _joined(message.chat, message.new_chat_members, at)
        if message.left_chat_member:
            return _left(message.chat, message.left_chat_member, at)
        return await self._message(message, identifier, at, edited=update.edited_message is not None)

    async def _message(
        self, message: Message, identifier: str, at: datetime, *, edited: bool
    ) -> TelegramReceived | None:
        person = message.from_user
        text = self._addressed(message)
        if text is None or person is None or _is_machine(person):
            return None
        place = Place(message.chat.id, _topic(message))
        is_private = message.chat.type == ChatType.PRIVATE
        quoted = None if is_private else self._quoted(message)
        address = _address(message.chat, person, place.topic)
        incoming = Incoming(
            address,
            at,
            text,
            id=identifier,
            role=await self._roles.of(message.chat, person),
            quoted=(quoted.text or quoted.caption) if quoted else None,
            quoted_author=_author_of(quoted),
            quoted_message=_id_of(quoted),
            name=person.first_name,
            place_title=_topic_title(message),
            quoted_role=await self._role_of_quoted(message.chat, quoted, text),
            edited=edited,
            community_title=message.chat.title,
            capabilities=CAPABILITIES,
        )
        incoming = await self._with_teams(incoming)
        question = Question(PLATFORM, str(message.chat.id), str(message.message_id), str(person.id))
        replies_to = None if is_private else message.message_id
        return TelegramReceived(
            incoming=incoming,
            place=place,
            replies_to=replies_to,
            quoted=quoted.message_id if quoted else None,
            question=question,
        )

    def _addressed(self, message: Message) -> str | None:
        """Return what a message says to Vigie, None where it is not meant for her or says nothing."""
        text = message.text or message.caption or ""
        if message.via_bot:
            return None
        command, *rest = text.split(maxsplit=1) or [""]
        name, at_sign, target = command.partition("@")
        is_to_me = target.casefold() == self._bot.username.casefold()
        if name.startswith("/") and at_sign and is_to_me:
            return " ".join((name, *rest))
        mentioned = self._without_mention(message)
        if message.chat.type == ChatType.PRIVATE:
            # A picture or a voice says nothing that can be read, and gets an answer all the same; of an album, which
            # comes picture by picture, what is written under it does.
            is_mute = message.effective_attachment is None or message.media_group_id is not None
            return mentioned or text or (None if is_mute else "")
        if name.startswith("/"):
            return None if at_sign else text
        if mentioned is not None:
            return mentioned or "/question"
        replied = _replied(message)
        is_reply_to_me = replied is not None and replied.from_user is not None and replied.from_user.id == self._bot.id
        return text if is_reply_to_me and text else None

    def _without_mention(self, message: Message) -> str | None:
        """Return the text of a message that mentions Vigie, without the mention; None where none does."""
        found = {**message.parse_entities(_MENTIONS), **message.parse_caption_entities(_MENTIONS)}
        for entity, text in found.items():
            is_me = (
                entity.user.id == self._bot.id
                if entity.user
                else text.casefold() == f"@{self._bot.username}".casefold()
            )
            if is_me:
                before, after = _around(message.text or message.caption or "", entity)
                return " ".join(f"{before} {after}".split())
        return None

    def _quoted(self, message: Message) -> Message | None:
        """Return the message of somebody else that a message replies to."""
        replied = _replied(message)
        author = replied.from_user if replied else None
        return replied if author and not _is_machine(author) else None

    async def _press(self, query: CallbackQuery, identifier: str, at: datetime) -> TelegramReceived | None:
        message = query.message
        if message is None or query.data is None:
            return None
        shown = message if isinstance(message, Message) else None
        asked = _replied(shown) if shown else None
        place = Place(message.chat.id, _topic(shown) if shown else None)
        address = _address(message.chat, query.from_user, place.topic)
        incoming = Incoming(
            address,
            at,
            button=query.data,
            stands=shown is not None and _holds(shown, query.data),
            id=identifier,
            role=await self._roles.of(message.chat, query.from_user),
            quoted_author=_author_of(asked),
            quoted_message=_id_of(asked),
            name=query.from_user.first_name,
            place_title=_topic_title(shown) if shown else "",
            community_title=message.chat.title,
            capabilities=CAPABILITIES,
        )
        incoming = await self._with_teams(incoming)
        replies_to = asked.message_id if asked else None
        return TelegramReceived(
            incoming=incoming,
            place=place,
            replies_to=replies_to,
            pressed=message.message_id,
            notices=True,
            callback=query.id,
        )

    async def _with_teams(self, incoming: Incoming) -> Incoming:
        """Return what is done in private with what somebody is in the communities they were seen in, if it matters."""
        address = incoming.address
        if address.community is not None or not concerns_team(incoming.text, incoming.button):
            return incoming
        seen_in = (await self._communities_of(address))[:_ASKED_ABOUT]
        person = int(address.account)
        leads = [each for each in seen_in if await self._roles.leads(int(each), person)]
        left = [each for each in seen_in if each not in leads and not await self._roles.is_in(int(each), person)]
        return replace(incoming, administers=tuple(leads), has_left=tuple(left))

    async def _role_of_quoted(self, chat: Chat, quoted: Message | None, text: str) -> Role:
        """Return what the author of a quoted message is in a chat, where it matters."""
        author = quoted.from_user if quoted else None
        return await self._roles.of(chat, author) if author and concerns_team(text, None) else Role.MEMBER

    def _own_membership(self, change: ChatMemberUpdated, identifier: str, at: datetime) -> TelegramReceived | None:
        """Return that Vigie was taken in a chat or put out of it; in a private one, that somebody blocks her or not."""
        was_in, is_in = is_within(change.old_chat_member), is_within(change.new_chat_member)
        if was_in == is_in and change.chat.type != ChatType.PRIVATE:
            return None
        incoming = Incoming(
            _address(change.chat, change.from_user),
            at,
            event=Event.TAKEN_IN if is_in else Event.PUT_OUT,
            id=identifier,
            community_title=change.chat.title,
            capabilities=CAPABILITIES,
        )
        return TelegramReceived(incoming=incoming, place=Place(change.chat.id))

    def _membership(self, change: ChatMemberUpdated, at: datetime) -> TelegramReceived | None:
        was_in, is_in = is_within(change.old_chat_member), is_within(change.new_chat_member)
        person = change.new_chat_member.user
        if was_in == is_in:
            return None
        return _joined(change.chat, (person,), at) if is_in else _left(change.chat, person, at)


def _asked_to_join(request: ChatJoinRequest, at: datetime) -> TelegramReceived:
    """Return that somebody asks to join: for five minutes, Vigie may write to them in private."""
    incoming = Incoming(
        _address(request.chat, request.from_user),
        at,
        event=Event.ASKED_TO_JOIN,
        newcomers=(_author(request.from_user),),
        community_title=request.chat.title,
        capabilities=CAPABILITIES,
    )
    return TelegramReceived(incoming=incoming, place=Place(request.user_chat_id))


def _joined(chat: Chat, members: tuple[User, ...], at: datetime) -> TelegramReceived | None:
    """Return that people joined a chat; machines are not welcomed."""
    newcomers = [each for each in members if not _is_machine(each)]
    if not newcomers:
        return None
    incoming = Incoming(
        _address(chat, newcomers[0]),
        at,
        event=Event.JOINED,
        newcomers=tuple(map(_author, newcomers)),
        community_title=chat.title,
        capabilities=CAPABILITIES,
    )
    return TelegramReceived(incoming=incoming, place=Place(chat.id))


def _left(chat: Chat, person: User, at: datetime) -> TelegramReceived | None:
    """Return that somebody is in a chat no longer, whoever saw to that; of machines nothing is kept."""
    if _is_machine(person):
        return None
    incoming = Incoming(
        _address(chat, person), at, event=Event.LEFT, community_title=chat.title, capabilities=CAPABILITIES
    )
    return TelegramReceived(incoming=incoming, place=Place(chat.id))


def _around(text: str, entity: MessageEntity) -> tuple[str, str]:
    """Return what stands before and behind an entity: Telegram counts in UTF-16."""
    encoded = text.encode("utf-16-le")
    begins, ends = (2 * place for place in (entity.offset, entity.offset + entity.length))
    return encoded[:begins].decode("utf-16-le"), encoded[ends:].decode("utf-16-le")


def _holds(message: Message, data: str) -> bool:
    """Tell whether a button stands below a message: Telegram passes on whatever a client says that it pressed."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return any(button.callback_data == data for row in rows for button in row)


def _address(chat: Chat, person: User, topic: int | None = None) -> Address:
    if chat.type == ChatType.PRIVATE:
        return Address(PLATFORM, str(person.id))
    return Address(PLATFORM, str(person.id), str(chat.id), None if topic is None else str(topic))


def _author(person: User) -> Author:
    return Author(str(person.id), person.first_name)


def _author_of(message: Message | None) -> Author | None:
    """Return who wrote a message; who did in a group's name, nobody knows."""
    person = message.from_user if message else None
    return _author(person) if person and person.id != ChatID.ANONYMOUS_ADMIN else None


def _id_of(message: Message | None) -> str | None:
    return str(message.message_id) if message else None


def _topic_title(message: Message) -> str:
    """Return what a message's topic was called at its beginning, where the message replies to that."""
    replied = message.reply_to_message
    created = replied.forum_topic_created if replied else None
    return created.name if created else ""


def _topic(message: Message) -> int | None:
    # Replies have a thread too: only topics of a forum are places of their own.
    return message.message_thread_id if message.is_topic_message else None


def _replied(message: Message) -> Message | None:
    """Return the message that one replies to; that a topic's messages reply to its beginning means nothing."""
    replied = message.reply_to_message
    return None if replied is None or replied.forum_topic_created else replied


def _is_machine(person: User) -> bool:
    return (person.is_bot and person.id != ChatID.ANONYMOUS_ADMIN) or person.id == ChatID.SERVICE_CHAT
