"""The methods of the Bot API that the double knows; any other one is not found."""

import re
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.fakes.telegram import checks
from tests.fakes.telegram.errors import ApiError, BadRequestError, ForbiddenError, ViolationError
from tests.fakes.telegram.given import Given
from tests.fakes.telegram.state import Query, State, Webhook
from tests.fakes.telegram.updates import KINDS
from tests.fakes.telegram.world import Account, Chat, Document, Json, Message, Photo, Topic, thread_of

SomeQuery = TypeVar("SomeQuery", bound=Query)
Function = Callable[[State, Given], object | Awaitable[object]]

ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip
SCOPES = frozenset({
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
    "chat_member",
})  # fmt: skip
LARGEST_FILE = 50_000_000
LARGEST_PHOTO = 10 << 20
LONGEST_SIDES = 10_000
"""Pixels of a photo's width and height together."""
NARROWEST_PHOTO = 20
"""How many times longer one side may be than the other."""
PNG = b"\x89PNG\r\n\x1a\n"
"""What a file of that kind begins with."""
DELETABLE_FOR = 48 * 3600
"""Seconds: what is older, only an administrator takes away."""

_MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "document": "there is no document in the request",
    "photo": "there is no photo in the request",
    "user_id": "invalid user_id specified",
    "action": "wrong parameter action in request",
    "commands": "can't parse commands: expected an Array",
    "results": "can't parse inline query results: expected an Array",
}
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content"
    " and reply markup of the message"
)


@dataclass(frozen=True, slots=True)
class Method:
    """A method, and the parameters that it takes."""

    name: str
    function: Function
    required: frozenset[str]
    optional: frozenset[str]

    def check(self, given: Given) -> None:
        """Refuse parameters that the method does not have, and miss those that it needs."""
        if "parse_mode" in given.names:
            raise ViolationError("parse_mode is not wanted: entities say it")
        if unknown := given.names - self.required - self.optional:
            raise ViolationError(f"{self.name} takes no {', '.join(sorted(unknown))}, or it is not modelled")
        for name in sorted(self.required):
            if not given.has(name):
                raise BadRequestError(_MISSING.get(name, f"parameter {name} is required"))


METHODS: dict[str, Method] = {}
"""By name in lower case, as Telegram takes them in any."""


def _method(name: str, *, required: str = "", optional: str = "") -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        METHODS[name.lower()] = Method(name, function, frozenset(required.split()), frozenset(optional.split()))
        return function

    return register


@_method("getMe")
def _get_me(state: State, _: Given) -> Json:
    return state.bot.to_json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": state.reads_all,
        "supports_inline_queries": state.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@_method("logOut")
def _log_out(state: State, _: Given) -> bool:
    state.logged_out = True
    return True


@_method("close")
def _close(state: State, _: Given) -> bool:
    state.polling.end(None)
    return True


@_method("getUpdates", optional="offset limit timeout allowed_updates")
async def _get_updates(state: State, given: Given) -> list[Json]:
    if state.webhook:
        words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        raise ApiError(409, f"Conflict: {words}")
    updates = state.updates
    updates.want(_kinds(given))
    offset = given.integer("offset")
    if offset < 0:
        updates.forget_all_but(-offset)
    else:
        updates.acknowledge(offset)
    limit = min(max(given.integer("limit", 100), 1), 100)
    number = state.polling.begin()
    try:
        await updates.changed.until(
            lambda: bool(updates.pending) or state.polling.has_ended(number), min(given.integer("timeout"), 50)
        )
    except TimeoutError:
        return []
    state.polling.check(number)
    return updates.first(limit)


@_method("setWebhook", required="url", optional="max_connections allowed_updates drop_pending_updates secret_token")
def _set_webhook(state: State, given: Given) -> bool:
    url, secret = given.text("url"), given.text("secret_token")
    if not re.match(r"https://[^/\s]+|http://(127\.0\.0\.1|localhost)[:/]|$", url):
        raise BadRequestError("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise BadRequestError("secret token contains unallowed characters")
    connections = given.integer("max_connections", 40)
    if not 1 <= connections <= 100:
        raise ViolationError("max_connections is between 1 and 100")
    state.updates.want(_kinds(given))
    if given.boolean("drop_pending_updates"):
        state.updates.forget_all_but(0)
    state.webhook = Webhook(url, secret or None, connections) if url else None
    state.polling.end(None)
    return True


@_method("deleteWebhook", optional="drop_pending_updates")
def _delete_webhook(state: State, given: Given) -> bool:
    if given.boolean("drop_pending_updates"):
        state.updates.forget_all_but(0)
    state.webhook = None
    state.updates.changed.beat()
    return True


@_method("getWebhookInfo")
def _get_webhook_info(state: State, _: Given) -> Json:
    told: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(state.updates.pending)}
    if state.updates.allowed:
        told["allowed_updates"] = state.updates.allowed
    if not state.webhook:
        return told
    told |= {"url": state.webhook.url, "max_connections": state.webhook.max_connections}
    if state.webhook.last_error:
        told |= {"last_error_message": state.webhook.last_error, "last_error_date": state.webhook.last_error_date}
    return told


@_method(
    "sendMessage",
    required="chat_id text",
    optional="message_thread_id entities link_preview_options disable_notification protect_content reply_parameters"
    " reply_markup",
)
def _send_message(state: State, given: Given) -> Json:
    chat = _chat_to_write_to(state, given)
    text, entities = checks.checked_text(
        given.text("text"), given.json("entities", list) or [], checks.TEXT_LIMIT, "message is too long"
    )
    if not text:
        raise BadRequestError("message text is empty")
    message = _composed(state, chat, given)
    message.text, message.entities = text, entities
    return _sent(message)


@_method(
    "sendDocument",
    required="chat_id document",
    optional="message_thread_id caption caption_entities disable_content_type_detection disable_notification"
    " protect_content reply_parameters reply_markup",
)
def _send_document(state: State, given: Given) -> Json:
    chat = _chat_to_write_to(state, given)
    document = _checked_file(given, "document")
    caption, entities = _checked_caption(given)
    message = _composed(state, chat, given)
    message.text, message.entities, message.document = caption, entities, document
    return _sent(message)


@_method(
    "sendPhoto",
    required="chat_id photo",
    optional="message_thread_id caption caption_entities show_caption_above_media has_spoiler disable_notification"
    " protect_content reply_parameters reply_markup",
)
def _send_photo(state: State, given: Given) -> Json:
    chat = _chat_to_write_to(state, given)
    file = _checked_file(given, "photo")
    caption, entities = _checked_caption(given)
    message = _composed(state, chat, given)
    message.text, message.entities, message.photo = caption, entities, _checked_photo(file)
    return _sent(message)


@_method("editMessageText", required="text", optional="chat_id message_id entities link_preview_options reply_markup")
def _edit_message_text(state: State, given: Given) -> Json:
    message = _message_to_edit(state, given)
    if message.document or message.photo:
        raise BadRequestError("there is no text in the message to edit")
    text, entities = checks.checked_text(
        given.text("text"), given.json("entities", list) or [], checks.TEXT_LIMIT, "MESSAGE_TOO_LONG"
    )
    if not text:
        raise BadRequestError("message text is empty")
    rows = checks.checked_keyboard(given.json("reply_markup", dict))
    checks.check_preview(given.json("link_preview_options", dict))
    if (text, entities, rows) == (message.text, message.entities, message.rows):
        raise BadRequestError(_NOT_MODIFIED)
    message.text, message.entities, message.rows = text, entities, rows
    message.edit_date = state.clock.timestamp
    message.chat.show(message)
    return message.to_json()


@_method("editMessageReplyMarkup", optional="chat_id message_id reply_markup")
def _edit_message_reply_markup(state: State, given: Given) -> Json:
    message = _message_to_edit(state, given)
    rows = checks.checked_keyboard(given.json("reply_markup", dict))
    if rows == message.rows:
        raise BadRequestError(_NOT_MODIFIED)
    message.rows = rows
    message.chat.show(message)
    return message.to_json()


@_method("deleteMessage", required="chat_id message_id")
def _delete_message(state: State, given: Given) -> bool:
    chat = _chat(state, given)
    message = chat.history.get(given.integer("message_id"))
    if not message:
        raise BadRequestError("message to delete not found")
    if not chat.may_delete(state.bot):
        if message.sender is not state.bot and chat.type != "private":
            raise BadRequestError("message can't be deleted")
        if state.clock.timestamp - message.date > DELETABLE_FOR:
            raise BadRequestError("message can't be deleted for everyone")
    chat.delete(message)
    return True


@_method("answerCallbackQuery", required="callback_query_id", optional="text show_alert url cache_time")
def _answer_callback_query(state: State, given: Given) -> bool:
    query = _open(state.callback_queries.get(given.text("callback_query_id")))
    text, url = given.text("text"), given.text("url")
    if checks.units(text) > checks.NOTICE_LIMIT:
        raise BadRequestError("MESSAGE_TOO_LONG")
    if url and not re.fullmatch(rf"https://t\.me/{state.bot.username}\?start={checks.START_PARAMETER}", url):
        raise BadRequestError("URL_INVALID")
    query.notice, query.alert, query.url = text or None, given.boolean("show_alert"), url or None
    _count_answer(query)
    return True


@_method("answerInlineQuery", required="inline_query_id results", optional="cache_time is_personal next_offset button")
def _answer_inline_query(state: State, given: Given) -> bool:
    query = _open(state.inline_queries.get(given.text("inline_query_id")))
    results = given.json("results", list) or []
    query.results = checks.checked_results(results, len(given.text("results").encode()))
    if len(given.text("next_offset").encode()) > 64:
        raise BadRequestError("NEXT_OFFSET_INVALID")
    button = given.json("button", dict)
    if button is not None:
        _check_inline_button(button)
    query.button = button
    query.cache_time = given.integer("cache_time", 300)
    query.is_personal = given.boolean("is_personal")
    query.next_offset = given.text("next_offset")
    _count_answer(query)
    return True


@_method("setMyCommands", required="commands", optional="scope language_code")
def _set_my_commands(state: State, given: Given) -> bool:
    menu = checks.checked_commands(given.json("commands", list))
    key = _menu_key(state, given)
    if menu:
        state.commands[key] = menu
    else:
        state.commands.pop(key, None)
    return True


@_method("getMyCommands", optional="scope language_code")
def _get_my_commands(state: State, given: Given) -> list[Json]:
    menu = state.commands.get(_menu_key(state, given), {})
    return [{"command": command, "description": description} for command, description in menu.items()]


@_method("deleteMyCommands", optional="scope language_code")
def _delete_my_commands(state: State, given: Given) -> bool:
    state.commands.pop(_menu_key(state, given), None)
    return True


@_method("getChat", required="chat_id")
def _get_chat(state: State, given: Given) -> Json:
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    chat = _chat(state, given)
    return chat.to_json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, chat.type == "private"),
    }


@_method("getChatMember", required="chat_id user_id")
def _get_chat_member(state: State, given: Given) -> Json:
    chat = _chat(state, given)
    account = _account(state, given.integer("user_id"))
    if not account:
        raise BadRequestError("user not found")
    if chat.type == "private":
        return {"user": account.to_json(), "status": "member"}
    member = chat.members.get(account.id)
    return member.to_json() if member else {"user": account.to_json(), "status": "left"}


@_method("getChatAdministrators", required="chat_id", optional="return_bots")
def _get_chat_administrators(state: State, given: Given) -> list[Json]:
    chat = _chat(state, given)
    if chat.type == "private":
        raise BadRequestError("there are no administrators in the private chat")
    with_bots = given.boolean("return_bots")
    return [
        member.to_json()
        for member in chat.members.values()
        if chat.is_led_by(member.account) and (with_bots or not member.account.is_bot or member.account is state.bot)
    ]


@_method("sendChatAction", required="chat_id action", optional="message_thread_id")
def _send_chat_action(state: State, given: Given) -> bool:
    chat = _chat_to_write_to(state, given)
    if given.text("action") not in ACTIONS:
        raise BadRequestError("wrong parameter action in request")
    _topic(chat, given)
    chat.actions.append(given.text("action"))
    chat.changed.beat()
    return True


@_method("leaveChat", required="chat_id")
def _leave_chat(state: State, given: Given) -> bool:
    chat = _chat(state, given)
    if chat.type == "private":
        raise BadRequestError("chat member status can't be changed in private chats")
    state.change(chat, state.bot, "left", by=state.bot)
    return True


def _chat(state: State, given: Given) -> Chat:
    """Return the chat that is meant, if the bot has access to it."""
    chat = state.chats.get(given.integer("chat_id"))
    if not chat:
        raise BadRequestError("chat not found")
    if chat.upgraded_to:
        parameters = {"migrate_to_chat_id": chat.upgraded_to.id}
        raise BadRequestError("group chat was upgraded to a supergroup chat", parameters)
    if chat.person:
        if not chat.started and not _is_open(state, chat):
            raise BadRequestError("chat not found")
    elif not chat.has(state.bot):
        how = "was kicked from" if chat.status_of(state.bot) == "kicked" else "is not a member of"
        raise ForbiddenError(f"bot {how} the {chat.type} chat")
    return chat


def _is_open(state: State, chat: Chat) -> bool:
    return chat.open_until is not None and state.clock.now < chat.open_until


def _chat_to_write_to(state: State, given: Given) -> Chat:
    known = state.chats.get(given.integer("chat_id"))
    if known and known.person:
        _check_private(state, known, known.person)
    chat = _chat(state, given)
    if chat.status_of(state.bot) == "restricted":
        raise BadRequestError("not enough rights to send text messages to the chat")
    return chat


def _check_private(state: State, chat: Chat, person: Account) -> None:
    if person.deactivated:
        raise ForbiddenError("user is deactivated")
    if person.is_bot:
        raise ForbiddenError("bot can't send messages to bots")
    if chat.blocked:
        raise ForbiddenError("bot was blocked by the user")
    if not chat.started and not _is_open(state, chat):
        raise ForbiddenError("bot can't initiate conversation with a user")


def _account(state: State, identifier: int) -> Account | None:
    return state.bot if identifier == state.bot.id else state.accounts.get(identifier)


def _topic(chat: Chat, given: Given) -> Topic | None:
    identifier = given.integer("message_thread_id")
    if not identifier:
        return None
    topic = chat.topics.get(identifier)
    if not topic:
        raise BadRequestError("message thread not found")
    return topic


def _replied(chat: Chat, given: Given) -> Message | None:
    reply: Json | None = given.json("reply_parameters", dict)
    if not reply:
        return None
    if unknown := set(reply) - {"message_id", "allow_sending_without_reply"}:
        raise ViolationError(f"reply_parameters: {', '.join(sorted(unknown))} is not modelled")
    message = chat.history.get(reply.get("message_id", 0))
    if not message and not reply.get("allow_sending_without_reply"):
        raise BadRequestError("message to be replied not found")
    return message


def _composed(state: State, chat: Chat, given: Given) -> Message:
    """Return a new message of the bot, with all but its words."""
    replied = _replied(chat, given)
    topic = _topic(chat, given) or (replied.topic if replied else None)
    if topic and topic.closed and not chat.is_led_by(state.bot):
        raise BadRequestError("TOPIC_CLOSED")
    rows = checks.checked_keyboard(given.json("reply_markup", dict))
    checks.check_preview(given.json("link_preview_options", dict))
    message = state.compose(chat, state.bot, topic=topic, reply_to=replied, thread_id=thread_of(chat, topic, replied))
    message.rows = rows
    return message


def _sent(message: Message) -> Json:
    message.chat.keep(message)
    message.chat.show(message)
    return message.to_json()


def _message_to_edit(state: State, given: Given) -> Message:
    for name in ("chat_id", "message_id"):
        if not given.has(name):
            raise BadRequestError(_MISSING[name])
    message = _chat_to_write_to(state, given).history.get(given.integer("message_id"))
    if not message:
        raise BadRequestError("message to edit not found")
    if message.sender is not state.bot or message.service:
        raise BadRequestError("message can't be edited")
    return message


def _checked_caption(given: Given) -> tuple[str, list[Json]]:
    return checks.checked_text(
        given.text("caption"),
        given.json("caption_entities", list) or [],
        checks.CAPTION_LIMIT,
        "message caption is too long",
    )


def _checked_file(given: Given, name: str) -> Document:
    file = given.file(name)
    if not file:
        raise ViolationError(f"{name}: only files that come with the request are modelled")
    if not file.content:
        raise BadRequestError("file must be non-empty")
    if len(file.content) > LARGEST_FILE:
        raise ApiError(413, "Request Entity Too Large")
    return file


def _checked_photo(file: Document) -> Photo:
    """Return what a file shows: only PNG is modelled."""
    size = len(file.content)
    if size > LARGEST_PHOTO:
        raise BadRequestError(f"file of size {size} bytes is too big for a photo; the maximum is {LARGEST_PHOTO} bytes")
    if not file.content.startswith(PNG) or len(file.content) < 24:
        raise BadRequestError("IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", file.content[16:24])
    narrow, wide = sorted((width, height))
    if not narrow or width + height > LONGEST_SIDES or wide > NARROWEST_PHOTO * narrow:
        raise BadRequestError("PHOTO_INVALID_DIMENSIONS")
    return Photo(file.name, file.content, width, height)


def _open(query: SomeQuery | None) -> SomeQuery:
    """Return a query that can still be answered."""
    if not query or query.expired:
        raise BadRequestError(_TOO_OLD)
    return query


def _count_answer(query: Query) -> None:
    query.answers += 1
    query.changed.beat()


def _check_inline_button(button: Json) -> None:
    if not str(button.get("text", "")).strip():
        raise BadRequestError("BUTTON_TEXT_INVALID")
    if set(button) != {"text", "start_parameter"}:
        raise ViolationError(f"only buttons with a start parameter are modelled: {button}")
    if not re.fullmatch(checks.START_PARAMETER, button["start_parameter"]):
        raise BadRequestError("START_PARAM_INVALID")


def _menu_key(state: State, given: Given) -> tuple[str, str]:
    """Return the scope and the language of a menu, such as `("chat:-5", "fr")`."""
    scope: Json = given.json("scope", dict) or {"type": "default"}
    language = given.text("language_code")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise BadRequestError("Invalid language code specified")
    if scope.get("type") not in SCOPES:
        raise BadRequestError("can't parse BotCommandScope: unsupported type specified")
    if scope["type"].startswith("chat"):
        _chat(state, Given({"chat_id": str(scope.get("chat_id", ""))}, {}))
    parts = (scope["type"], scope.get("chat_id"), scope.get("user_id"))
    return ":".join(str(part) for part in parts if part), language


def _kinds(given: Given) -> list[str] | None:
    kinds: list[str] | None = given.json("allowed_updates", list)
    if kinds and (unknown := set(kinds) - KINDS):
        raise ViolationError(f"there are no updates of type {', '.join(sorted(unknown))}")
    return kinds
