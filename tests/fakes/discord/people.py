"""People: what they do in a test, and what they read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord.asking import IN_PRIVATE, IN_SERVER, ask, resolved
from tests.fakes.discord.commands import ON_MESSAGE, ON_USER, SLASH, given_options, leaf_of
from tests.fakes.discord.components import CHANNEL_SELECT, MENTIONABLE_SELECT, ROLE_SELECT, STRING_SELECT, USER_SELECT
from tests.fakes.discord.interactions import Asked, Field, Interaction
from tests.fakes.discord.permissions import allows
from tests.fakes.discord.servers import Server
from tests.fakes.discord.state import Pings, State, permits
from tests.fakes.discord.world import (
    Account,
    Channel,
    File,
    Guild,
    Json,
    Kind,
    Message,
    Role,
    Select,
    Thread,
)

LONGEST_TEXT = 2000

_CHOSEN: dict[int, type | tuple[type, ...]] = {
    USER_SELECT: Account, ROLE_SELECT: Role, CHANNEL_SELECT: Channel, MENTIONABLE_SELECT: (Account, Role),
}  # fmt: skip


@dataclass(eq=False, repr=False, slots=True)
class User(Account):
    """Somebody who uses Discord. What they do (async) reaches the bot, unless nobody is told of such."""

    state: State = field(kw_only=True)
    _read: dict[int, int] = field(default_factory=dict, kw_only=True)

    @property
    def private(self) -> Channel:
        """The private chat with the bot."""
        return self.state.private_channel(self)

    @property
    def messages(self) -> list[Message]:
        """What there is to read in the private chat."""
        return self.private.messages

    def closes_dms(self) -> None:
        """Let nobody write in private."""
        self.state.closed_to.add(self)

    def opens_dms(self) -> None:
        """Let others write in private again."""
        self.state.closed_to.discard(self)

    async def writes(
        self,
        text: str,
        *,
        to: Channel | None = None,
        reply_to: Message | None = None,
        pings: bool = True,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Message:
        """Write in a channel, or to the bot; a reply mentions whom it answers, unless told not to (`pings`)."""
        assert len(text) <= LONGEST_TEXT, f"nobody can write {len(text)} characters at once"
        assert text.strip() or files, "nobody can write nothing"
        channel = to or self.private
        self._check_writes(channel)
        assert reply_to is None or not reply_to.deleted, "the message replied to is no longer there"
        message = self.state.compose(channel, self, text, pings=Pings(replied=pings), reply_to=reply_to)
        message.files = [File(self.state.ids.next(), name, content) for name, content in files]
        if isinstance(channel, Thread) and channel.archived:
            channel.archived = False
            self.state.tell_thread(channel, "THREAD_UPDATE")
        channel.keep(message)
        self.state.tell_message(message)
        return message

    async def edits(self, message: Message, text: str) -> Message:
        """Change what they wrote, and whom it mentions."""
        assert message.author is self, "only what one wrote oneself can be edited"
        assert not message.deleted, "the message is no longer there"
        message.content, message.edited_at = text.strip(), self.state.clock.now
        self.state.mention(
            message, Pings(replied=message.reply_to is not None and message.mentions(message.reply_to.author))
        )
        message.channel.changed.beat()
        self.state.tell_message(message, "MESSAGE_UPDATE")
        return message

    async def deletes(self, message: Message) -> None:
        """Delete a message: one's own, what only oneself sees, or any if one may manage messages."""
        own = message.author is self or message.seen_by is self
        assert own or message.channel.allows(self, "manage_messages"), f"{self.name} cannot delete that message"
        message.channel.forget(message)
        if not message.ephemeral:
            self.state.tell_deletion(message)

    async def opens_post(self, forum: Channel, title: str, text: str) -> Thread:
        """Open a post in a forum."""
        assert forum.kind is Kind.FORUM, f"{forum.name} is no forum"
        assert isinstance(forum.server, Server)
        self._check_writes(forum)
        # The message that begins a post has the post's id.
        identifier = self.state.ids.next()
        thread = forum.server.new_thread(forum, title, self, identifier)
        message = self.state.compose(thread, self, text, identifier=identifier)
        thread.keep(message)
        self.state.tell_thread(thread, "THREAD_CREATE", newly=True)
        self.state.tell_message(message)
        return thread

    async def joins(self, server: Server, *, screening: bool = False) -> None:
        """Join a server; with screening, one is a full member only after agreeing to its rules."""
        assert not server.has(self), f"{self.name} is in {server.name} already"
        server.place(self, pending=screening)
        self.state.tell_member(server, self, "GUILD_MEMBER_ADD")

    async def passes_screening(self, server: Server) -> None:
        """Agree to a server's rules."""
        assert server.members[self.id].pending, f"{self.name} has nothing to agree to"
        server.members[self.id].pending = False
        self.state.tell_member(server, self)

    async def leaves(self, server: Server) -> None:
        """Leave a server."""
        server.kicks(self)

    async def uses(self, command: str, /, *, in_: Channel | None = None, **options: Any) -> Interaction:
        """Use a slash command, `"/question"` or `"/groupe sous-commande"`, in a channel or in private."""
        data = self._slash(command, in_, options, typing=None)
        return ask(self.state, Asked.COMMAND, self, in_ or self.private, data)

    async def autocompletes(
        self, command: str, /, *, in_: Channel | None = None, within: float = 5, **options: Any
    ) -> list[Json]:
        """Type the last of some options, and return what is proposed for it."""
        data = self._slash(command, in_, options, typing=list(options)[-1])
        interaction = ask(self.state, Asked.AUTOCOMPLETE, self, in_ or self.private, data)
        await interaction.is_answered(within)
        return interaction.choices or []

    async def menu(self, name: str, target: "Message | Account", *, in_: Channel | None = None) -> Interaction:
        """Use a command of the menu of a message, or of a person."""
        channel = target.channel if isinstance(target, Message) else in_ or self.private
        kind = ON_MESSAGE if isinstance(target, Message) else ON_USER
        if isinstance(target, Message):
            self._check_sees(target)
        command = self._command(name, kind, channel)
        told = {"target_id": str(target.id), "resolved": resolved(self, channel.server, [target])}
        return ask(self.state, Asked.COMMAND, self, channel, _named(command) | told)

    async def presses(self, message: Message, label: str) -> Interaction:
        """Press a button."""
        button = message.button(label)
        assert button.url is None, f"{label!r} is a link to {button.url}"
        assert not button.disabled, f"{label!r} is disabled"
        assert button.custom_id
        return await self.presses_id(message, button.custom_id)

    async def presses_id(self, message: Message, custom_id: str) -> Interaction:
        """Press a button by its id, even one that is no longer shown: a slow client still may."""
        self._check_sees(message)
        data = {"component_type": 2, "custom_id": custom_id}
        return ask(self.state, Asked.COMPONENT, self, message.channel, data, message)

    async def selects(self, message: Message, *values: Any, of: str | int = 0) -> Interaction:
        """Choose in a menu: by values or labels, or people, roles and channels; `of` is its place or placeholder."""
        self._check_sees(message)
        select = message.select(of)
        assert not select.disabled, "the menu is disabled"
        assert select.least <= len(values) <= select.most, f"{select.least} to {select.most} can be chosen"
        data: Json = {"component_type": select.kind, "custom_id": select.custom_id}
        data |= self._chosen(select, values, message.channel.server)
        return ask(self.state, Asked.COMPONENT, self, message.channel, data, message)

    async def submits(self, interaction: Interaction, /, within: float = 5, **values: Any) -> Interaction:
        """Fill in the modal that the bot opens, by labels or ids: `**{"Ta question": "…"}`; a menu takes a list."""
        await interaction.is_answered(within)
        modal = interaction.modal
        assert modal, f"{interaction!r} opened no modal"
        assert interaction.author is self, f"the modal is open on {interaction.author.name}'s screen"
        given = {modal.field(name): value for name, value in values.items()}
        told = [_submitted(each, given.get(each)) for each in modal.fields]
        data: Json = {"custom_id": modal.custom_id, "components": told}
        return ask(self.state, Asked.MODAL, self, interaction.channel, data, interaction.message)

    async def reads(self, count: int = 1, *, in_: Channel | None = None, within: float = 5) -> list[Message]:
        """Wait for what the bot sends or edits next in a channel, after what they have read there, and return it."""
        channel = in_ or self.private
        try:
            await channel.changed.until(lambda: len(self._unread(channel)) >= count, within)
        except TimeoutError:
            unread = [message.text for _, message in self._unread(channel)]
            raise AssertionError(f"{self.name} waits for {count} messages, and reads {unread}") from None
        read = self._unread(channel)[:count]
        self._read[channel.id] = read[-1][0] + 1
        return [message for _, message in read]

    async def reads_next(self, *, in_: Channel | None = None, within: float = 5) -> Message:
        """Wait for the one message that the bot sends or edits next in a channel."""
        [message] = await self.reads(in_=in_, within=within)
        return message

    def skips(self, *, in_: Channel | None = None) -> None:
        """Take all that the bot has said so far in a channel for read."""
        channel = in_ or self.private
        self._read[channel.id] = len(channel.shown)

    def _unread(self, channel: Channel) -> list[tuple[int, Message]]:
        """Return what they see and have not read, and where it stands among what the bot showed."""
        begin = self._read.get(channel.id, 0)
        return [each for each in enumerate(channel.shown[begin:], begin) if each[1].visible_to(self)]

    def _check_writes(self, channel: Channel) -> None:
        assert not channel.deleted, f"{channel.name} is no longer there"
        if channel.server is None:
            assert channel.person is self, "nobody writes in the private chat of somebody else"
            return
        self._check_is_in(channel)
        name = "send_messages_in_threads" if isinstance(channel, Thread) else "send_messages"
        assert channel.allows(self, name), f"{self.name} cannot write in {channel.name}"
        assert not channel.server.members[self.id].pending, f"{self.name} has yet to agree to the rules"
        assert not (isinstance(channel, Thread) and channel.locked), f"{channel.name} is locked"

    def _check_is_in(self, channel: Channel) -> None:
        server = channel.server
        assert server
        assert server.available, f"{server.name} is out of order"
        assert server.has(self), f"{self.name} is not in {server.name}"
        assert channel.allows(self, "view_channel"), f"{self.name} does not see {channel.name}"

    def _check_sees(self, message: Message) -> None:
        assert not message.deleted, "the message is no longer there"
        assert message.visible_to(self), f"only {message.seen_by} sees that message"
        if message.channel.server:
            self._check_is_in(message.channel)
        else:
            assert message.channel.person is self, f"{self.name} does not see that message"

    def _command(self, name: str, kind: int, channel: Channel) -> Json:
        server = channel.server
        if server:
            self._check_is_in(channel)
            assert server.has(self.state.bot), f"the bot is not in {server.name}"
            assert channel.allows(self, "use_application_commands"), f"{self.name} uses no commands in {channel.name}"
        command = self.state.commands.find(name, kind, server)
        contexts = command["contexts"]
        where = IN_SERVER if server else IN_PRIVATE
        allowed = where in contexts if contexts else server is not None or command.get("dm_permission", True)
        assert allowed, f"{name!r} is not there {'in servers' if server else 'in private'}"
        needed = command["default_member_permissions"]
        if server and needed is not None:
            own = server.permissions_of(self)
            may = permits(server, self, "administrator") if int(needed) == 0 else own & int(needed) == int(needed)
            opened = self.state.commands.opened.get((server.id, name), set())
            may = may or not opened.isdisjoint([server.everyone, *server.roles_of(self)])
            assert may or allows(own, "administrator"), f"{self.name} may not use {name!r}"
        return command

    def _slash(self, words: str, in_: Channel | None, given: dict[str, Any], *, typing: str | None) -> Json:
        assert words.startswith("/"), f"{words!r} is no slash command"
        name, *path = words[1:].split()
        channel = in_ or self.private
        command = self._command(name, SLASH, channel)
        known, way = leaf_of(command, path)
        options = given_options(known, given, typing=typing)
        for step in reversed(way):
            options = [step | {"options": options}]
        data = _named(command) | {"options": options}
        chosen = [value for value in given.values() if isinstance(value, (Account, Channel, Role))]
        for each in chosen:
            self._check_is_listed(each, channel.server)
        return data | ({"resolved": resolved(self, channel.server, chosen)} if chosen else {})

    def _check_is_listed(self, chosen: Account | Channel | Role, server: Guild | None) -> None:
        """Check that somebody is shown what they choose; a person may be named by id, wherever they are."""
        if isinstance(chosen, Channel):
            assert chosen.server is server, f"{chosen.name} is no channel of that server"
            self._check_is_in(chosen)
        elif isinstance(chosen, Role):
            assert server, "there are no roles in private"
            assert chosen.id in server.roles, f"{chosen.name} is no role of that server"

    def _chosen(self, select: Select, values: Sequence[Any], server: Guild | None) -> Json:
        if select.kind == STRING_SELECT:
            return {"values": [_option(select.options, value) for value in values]}
        for value in values:
            assert isinstance(value, _CHOSEN[select.kind]), f"{value!r} is not to be chosen in that menu"
        return {"values": [str(value.id) for value in values], "resolved": resolved(self, server, values)}


def _named(command: Json) -> Json:
    told = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return told | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})


def _option(options: Sequence[Json], wanted: str) -> str:
    found = next((each["value"] for each in options if wanted in {each["label"], each["value"]}), None)
    assert found is not None, f"no option {wanted!r}, but {[each['label'] for each in options]}"
    return str(found)


def _submitted(field: Field, value: Any) -> Json:
    """Return a field as it is told when it was filled in."""
    told: Json = {"type": field.kind, "custom_id": field.custom_id}
    if field.kind == STRING_SELECT:
        chosen = [_option(field.options, each) for each in value or ()]
        assert not field.required or field.least <= len(chosen) <= field.most, f"{field.label!r} is to be chosen"
        told["values"] = chosen
    else:
        text = field.value if value is None else value
        assert text or not field.required, f"{field.label!r} must be filled in"
        assert not text or field.least <= len(text) <= field.most, (
            f"{field.label!r} takes {field.least} to {field.most} characters"
        )
        told["value"] = text
    if field.in_label:
        return {"type": 18, "component": told} | ({"id": field.identifier} if field.identifier is not None else {})
    return {"type": 1, "components": [told]}
