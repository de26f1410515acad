"""Messages: sending, editing and deleting them, and the threads that begin with one."""

from datetime import timedelta

from tests.fakes.discord import checks
from tests.fakes.discord.checks import Draft, Kept, Upload
from tests.fakes.discord.errors import ApiError, ForbiddenError, FormError, missing_permissions
from tests.fakes.discord.forms import Fields
from tests.fakes.discord.routes import Call, route
from tests.fakes.discord.servers import Server
from tests.fakes.discord.state import State
from tests.fakes.discord.world import LOADING, Channel, Embed, File, Json, Kind, Message, Thread

NONCE_LIFETIME = timedelta(minutes=5)
LONGEST_TITLE = 100


def fill(state: State, message: Message, draft: Draft) -> None:
    """Put into a message what the draft says of it."""
    if draft.content is not None:
        message.content = draft.content.strip()
    if draft.embeds is not None:
        message.embeds = [Embed(each) for each in draft.embeds]
    if draft.components is not None:
        message.components = draft.components
    if draft.files is not None:
        message.files = [_file(state, message, each) for each in draft.files]


def show(state: State, message: Message, draft: Draft) -> Message:
    """Let a new message of the bot be seen, by all or by one."""
    fill(state, message, draft)
    message.flags |= draft.flags
    state.mention(message, draft.pings)
    message.channel.keep(message)
    message.channel.show(message)
    state.tell_message(message)
    return message


def change(state: State, message: Message, draft: Draft) -> Message:
    """Edit a message of the bot; one that was thinking says what it thought, as if it was new."""
    left = Draft(
        content=message.content if draft.content is None else draft.content,
        embeds=[each.raw for each in message.embeds] if draft.embeds is None else draft.embeds,
        files=[Kept(each.id) for each in message.files] if draft.files is None else draft.files,
    )
    if left.is_empty:
        raise checks.refuse_empty()
    fill(state, message, draft)
    if message.thinking:
        message.flags &= ~LOADING
        state.mention(message, draft.pings)
    else:
        message.edited_at = state.clock.now
    message.channel.show(message)
    state.tell_message(message, "MESSAGE_UPDATE")
    return message


def remove(state: State, message: Message) -> None:
    """Delete a message."""
    message.channel.forget(message)
    state.tell_deletion(message)


@route("GET", "/channels/{channel}/messages")
def _list_messages(call: Call) -> list[Json]:
    channel = call.channel()
    if channel.server and not channel.allows(call.state.bot, "read_message_history"):
        return []
    before, after = int(call.query.get("before", 2**63)), int(call.query.get("after", 0))
    limit = int(call.query.get("limit", 50))
    found = [each for each in channel.messages if after < each.id < before]
    # What comes after an id is told from there on, all else from the end.
    found = found[:limit] if "after" in call.query else found[-limit:]
    return [each.to_json() for each in reversed(found)]


@route("GET", "/channels/{channel}/messages/{message}")
def _get_message(call: Call) -> Json:
    message = call.message()
    if message.channel.server and not message.channel.allows(call.state.bot, "read_message_history"):
        raise missing_permissions()
    return message.to_json()


@route("POST", "/channels/{channel}/messages")
def _send(call: Call) -> Json:
    state, channel, body = call.state, call.channel(), call.fields()
    draft = checks.settled(body.form, checks.sent(body, call.uploads))
    check_may_send(state, channel, draft)
    if draft.is_empty:
        raise checks.refuse_empty()
    sent_before = _same_nonce(state, channel, draft)
    if sent_before:
        return sent_before.to_json()
    message = state.compose(channel, state.bot, reply_to=_replied_to(channel, draft.reference))
    message.nonce = draft.nonce
    if isinstance(channel, Thread) and channel.archived:
        channel.archived = False
        state.tell_thread(channel, "THREAD_UPDATE")
    return show(state, message, draft).to_json()


@route("PATCH", "/channels/{channel}/messages/{message}")
def _edit(call: Call) -> Json:
    message, body = call.message(), call.fields()
    draft = checks.settled(body.form, checks.edited(body, call.uploads))
    if message.author is not call.state.bot:
        raise ForbiddenError(50005, "Cannot edit a message authored by another user")
    return change(call.state, message, draft).to_json()


@route("DELETE", "/channels/{channel}/messages/{message}")
def _delete(call: Call) -> None:
    message, bot = call.message(), call.state.bot
    if message.author is not bot and not (message.channel.server and message.channel.allows(bot, "manage_messages")):
        raise missing_permissions() if message.channel.server else ForbiddenError(50003, _ONLY_IN_SERVERS)
    remove(call.state, message)


@route("POST", "/channels/{channel}/typing")
def _type(call: Call) -> None:
    channel = call.channel()
    if channel.server and not channel.allows(call.state.bot, _writing(channel)):
        raise missing_permissions()
    channel.typing += 1
    channel.changed.beat()


@route("POST", "/channels/{channel}/threads")
def _start_thread(call: Call) -> Json:
    state, channel, body = call.state, call.channel(), call.fields()
    body.knows("name auto_archive_duration type invitable rate_limit_per_user message applied_tags")
    title = _title(body)
    server = channel.server
    if not isinstance(server, Server) or channel.kind not in {Kind.TEXT, Kind.FORUM}:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    if channel.kind is Kind.TEXT:
        body.choice("type", [int(Kind.THREAD)], required=True)
        body.form.settle()
        _check_starts_threads(state, channel)
        thread = server.new_thread(channel, title, state.bot)
        state.tell_thread(thread, "THREAD_CREATE", newly=True)
        return thread.to_json()
    first = body.object("message")
    if first is None:
        body.needs("message")
    draft = checks.sent(first, call.uploads) if first else Draft()
    body.form.settle()
    check_may_send(state, channel, draft, post=True)
    if draft.is_empty:
        raise checks.refuse_empty()
    identifier = state.ids.next()
    thread = server.new_thread(channel, title, state.bot, identifier)
    state.tell_thread(thread, "THREAD_CREATE", newly=True)
    message = show(state, state.compose(thread, state.bot, identifier=identifier), draft)
    return thread.to_json() | {"message": message.to_json()}


@route("POST", "/channels/{channel}/messages/{message}/threads")
def _start_thread_from(call: Call) -> Json:
    state, message, body = call.state, call.message(), call.fields()
    body.knows("name auto_archive_duration rate_limit_per_user")
    title = _title(body)
    body.form.settle()
    server = message.channel.server
    if not isinstance(server, Server) or message.channel.kind is not Kind.TEXT:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    _check_starts_threads(state, message.channel)
    if message.id in server.threads:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    thread = server.new_thread(message.channel, title, state.bot, message.id)
    state.tell_thread(thread, "THREAD_CREATE", newly=True)
    return thread.to_json()


@route("PUT", "/channels/{channel}/thread-members/@me")
def _join_thread(call: Call) -> None:
    channel = call.channel()
    if not isinstance(channel, Thread):
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    channel.joined_by_bot = True


def check_may_send(state: State, channel: Channel, draft: Draft, *, post: bool = False) -> None:
    """Refuse what the bot may not send to a channel."""
    if channel.server is None:
        person = channel.person
        assert person
        wrote_first = any(message.author is person for message in channel.history.values())
        if person in state.closed_to or not (state.shares_server_with(person) or wrote_first):
            raise ForbiddenError(50007, "Cannot send messages to this user")
        return
    if channel.kind is Kind.FORUM and not post:
        raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
    if isinstance(channel, Thread) and channel.locked:
        raise ApiError(400, 50083, "Thread is archived")
    needed = [_writing(channel)]
    needed += ["embed_links"] if draft.embeds else []
    needed += ["attach_files"] if draft.files else []
    if not all(channel.allows(state.bot, name) for name in needed):
        raise missing_permissions()
    if draft.reference and not channel.allows(state.bot, "read_message_history"):
        raise ForbiddenError(160002, "Cannot reply without permission to read message history")


_ONLY_IN_SERVERS = "Cannot execute action on a DM channel"


def _writing(channel: Channel) -> str:
    return "send_messages_in_threads" if isinstance(channel, Thread) else "send_messages"


def _check_starts_threads(state: State, channel: Channel) -> None:
    if not channel.allows(state.bot, "create_public_threads"):
        raise missing_permissions()


def _title(body: Fields) -> str:
    body.choice("auto_archive_duration", [60, 1440, 4320, 10080])
    return body.text("name", least=1, most=LONGEST_TITLE, required=True)


def _same_nonce(state: State, channel: Channel, draft: Draft) -> Message | None:
    """Return the message that was sent already with a nonce that is to be used once."""
    if not draft.enforces_nonce or draft.nonce is None:
        return None
    since = state.clock.now - NONCE_LIFETIME
    return next((each for each in channel.messages if each.nonce == draft.nonce and each.sent_at >= since), None)


def _replied_to(channel: Channel, reference: Fields | None) -> Message | None:
    if reference is None:
        return None
    message = channel.history.get(int(reference.value["message_id"]))
    elsewhere = reference.snowflake("channel_id") not in {None, channel.id}
    if message and not message.ephemeral and not elsewhere:
        return message
    if reference.boolean("fail_if_not_exists", default=True):
        unknown = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
        raise FormError({"message_reference": {"_errors": [unknown]}})
    return None


def _file(state: State, message: Message, given: Kept | Upload) -> File:
    if isinstance(given, Upload):
        return File(state.ids.next(), given.name, given.content, given.description)
    found = next((each for each in message.files if each.id == given.id), None)
    if found is None:
        unknown = {"code": "ATTACHMENT_NOT_FOUND", "message": "Attachment data not found"}
        raise FormError({"attachments": {"_errors": [unknown]}})
    return found
