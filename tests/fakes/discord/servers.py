"""Servers: what is in them, and what happens to them."""

from dataclasses import dataclass, field
from typing import Self

from tests.fakes.discord.permissions import INVITED, bits, overwritten
from tests.fakes.discord.state import GUILDS, State
from tests.fakes.discord.world import Account, Channel, File, Guild, Json, Kind, Member, Message, Role, Thread

BOT_POSITION = 50
"""Where the bot's role stands at first; those that are made without a position stand below."""


@dataclass(eq=False, repr=False, slots=True)
class Server(Guild):
    """A server. `add` is an arrangement that nobody is told of; of all else, the bot is told if it is connected."""

    state: State = field(kw_only=True)
    bot_role: Role = field(init=False)
    """The role that the bot was given when it was invited: its permissions, and its place."""

    def __post_init__(self) -> None:
        # A slotted dataclass is another class than the one that super() without arguments would look for.
        Guild.__post_init__(self)
        bot = self.state.bot
        self.bot_role = Role(self.state.ids.next(), bot.name, BOT_POSITION, INVITED, managed_for=bot)
        self.add(self.owner)

    def text(self, name: str) -> Channel:
        """Have a text channel."""
        return self._channel(name, Kind.TEXT)

    def forum(self, name: str) -> Channel:
        """Have a forum."""
        return self._channel(name, Kind.FORUM)

    def thread(self, channel: Channel, title: str, *, by: Account | None = None) -> Thread:
        """Have a thread in a text channel."""
        assert channel.kind is Kind.TEXT, "only text channels have threads; in a forum, somebody opens a post"
        thread = self.new_thread(channel, title, by or self.owner)
        self.state.tell_thread(thread, "THREAD_CREATE", newly=True)
        return thread

    def new_thread(self, parent: Channel, title: str, owner: Account, identifier: int | None = None) -> Thread:
        """Return a new thread that nobody was told of."""
        state = self.state
        thread = Thread(
            identifier or state.ids.next(),
            Kind.THREAD,
            title,
            self,
            parent=parent,
            owner=owner,
            created_at=state.clock.now,
            joined_by_bot=owner is state.bot,
        )
        self.threads[thread.id] = thread
        state.add_channel(thread)
        return thread

    def greets_in(self, channel: Channel | None) -> Self:
        """Have Discord tell in a channel who joined."""
        self.system_channel = channel
        self._tell("GUILD_UPDATE", self.profile())
        return self

    def writes_to_team_in(self, channel: Channel | None) -> Self:
        """Have Discord write to the team in a channel."""
        self.updates_channel = channel
        self._tell("GUILD_UPDATE", self.profile())
        return self

    def archives(self, thread: Thread, *, locked: bool = False) -> None:
        """Archive a thread; in one that is locked, the bot cannot write."""
        thread.archived, thread.locked = True, locked
        self.state.tell_thread(thread, "THREAD_UPDATE")

    def deletes(self, channel: Channel) -> None:
        """Delete a channel with all that is in it."""
        channel.deleted = True
        del self.state.channels[channel.id]
        told = {"id": str(channel.id), "type": int(channel.kind), "guild_id": str(self.id)}
        if isinstance(channel, Thread):
            del self.threads[channel.id]
            self._tell("THREAD_DELETE", told | {"parent_id": str(channel.parent.id)})
            return
        for thread in [each for each in self.threads.values() if each.parent is channel]:
            self.deletes(thread)
        told = channel.to_json()
        self.channels.remove(channel)
        self._tell("CHANNEL_DELETE", told)

    def role(
        self, name: str, *, position: int | None = None, permissions: int = 0, mentionable: bool = False, **may: bool
    ) -> Role:
        """Have a role, below the bot's unless told otherwise; what it lets do may be named: `manage_guild=True`."""
        below = [role.position for role in self.roles.values() if role.position < BOT_POSITION]
        place = max(below, default=0) + 1 if position is None else position
        role = Role(self.state.ids.next(), name, place, permissions | bits(**may), mentionable)
        self.roles[role.id] = role
        self._tell("GUILD_ROLE_CREATE", {"guild_id": str(self.id), "role": role.to_json()})
        return role

    def removes_role(self, role: Role) -> None:
        """Delete a role."""
        del self.roles[role.id]
        for member in self.members.values():
            if role in member.roles:
                member.roles.remove(role)
        self._tell("GUILD_ROLE_DELETE", {"guild_id": str(self.id), "role_id": str(role.id)})

    def add(self, *accounts: Account) -> Self:
        """Have people or bots in the server, without anybody being told."""
        for account in accounts:
            self.place(account)
        return self

    def place(self, account: Account, *, pending: bool = False) -> Member:
        """Give somebody a place in the server."""
        member = Member(account, self.state.clock.now, pending=pending)
        self.members[account.id] = member
        return member

    def opens(self, command: str, role: Role) -> None:
        """Have administrators open a command to those who have a role, or to everyone."""
        assert role.id in self.roles, f"{role.name} is no role of {self.name}"
        self.state.commands.opened.setdefault((self.id, command), set()).add(role)

    def gives(self, account: Account, role: Role) -> None:
        """Have somebody be given a role."""
        assert role.id in self.roles, f"{role.name} is no role of {self.name}"
        if role not in self.members[account.id].roles:
            self.members[account.id].roles.append(role)
            self.state.tell_member(self, account)

    def takes(self, account: Account, role: Role) -> None:
        """Have a role be taken from somebody."""
        if role in self.members[account.id].roles:
            self.members[account.id].roles.remove(role)
            self.state.tell_member(self, account)

    def kicks(self, account: Account) -> None:
        """Have somebody be thrown out."""
        assert self.has(account), f"{account.name} is not in {self.name}"
        del self.members[account.id]
        self.state.tell_departure(self, account)

    def bot_may(self, channel: Channel | None = None, **permissions: bool) -> None:
        """Let the bot do something or not, in a channel or everywhere: `send_messages=False`."""
        if channel:
            self._overwrite(channel, self.state.bot.id, permissions)
            return
        allowed, denied = (
            bits(**{name: True for name, value in permissions.items() if value is wanted}) for wanted in (True, False)
        )
        # What everybody may do, the bot may, too: to deny it one has to take it from both.
        self.bot_role.permissions = (self.bot_role.permissions | allowed) & ~denied
        self.everyone.permissions &= ~denied
        for role in (self.bot_role, self.everyone):
            self._tell("GUILD_ROLE_UPDATE", {"guild_id": str(self.id), "role": role.to_json()})

    def everyone_may(self, channel: Channel, **permissions: bool) -> None:
        """Let everybody do something or not in a channel: `view_channel=False`."""
        self._overwrite(channel, self.id, permissions)

    def places_bot(self, position: int) -> None:
        """Move the bot's role; it gives and takes those below only."""
        self.bot_role.position = position
        self._tell("GUILD_ROLE_UPDATE", {"guild_id": str(self.id), "role": self.bot_role.to_json()})

    def adds_bot(self) -> None:
        """Have the bot be invited."""
        self.members.pop(self.state.bot.id, None)
        self.roles[self.bot_role.id] = self.bot_role
        self.place(self.state.bot).roles.append(self.bot_role)
        self.state.tell_server(self, known=False)

    def removes_bot(self) -> None:
        """Have the bot be thrown out."""
        del self.members[self.state.bot.id]
        del self.roles[self.bot_role.id]
        self.state.sessions.dispatch("GUILD_DELETE", {"id": str(self.id)}, needs=GUILDS, server_id=self.id)

    def goes_down(self) -> None:
        """Let the server be out of order: nothing is told of it until it comes back."""
        gone: Json = {"id": str(self.id), "unavailable": True}
        self.state.tell("GUILD_DELETE", gone, needs=GUILDS, server=self)
        self.available = False

    def comes_back(self) -> None:
        """Let the server work again."""
        self.available = True
        self.state.tell_server(self, known=True)

    def posts(
        self, channel: Channel, text: str, *, by: str = "Webhook", files: tuple[tuple[str, bytes], ...] = ()
    ) -> Message:
        """Have a webhook post in a channel."""
        face = Account(self.state.ids.next(), by, by, bot=True, webhook=True)
        message = self.state.compose(channel, face, text)
        message.files = [File(self.state.ids.next(), name, content) for name, content in files]
        message.origin = {"webhook_id": str(face.id)}
        channel.keep(message)
        self.state.tell_message(message)
        return message

    def _channel(self, name: str, kind: Kind) -> Channel:
        channel = self.state.add_channel(Channel(self.state.ids.next(), kind, name, self))
        self.channels.append(channel)
        self._tell("CHANNEL_CREATE", channel.to_json())
        return channel

    def _overwrite(self, channel: Channel, identifier: int, permissions: dict[str, bool]) -> None:
        overwrites = channel.overwritten.overwrites
        overwrites[identifier] = overwritten(overwrites.get(identifier, (0, 0)), **permissions)
        self._tell("CHANNEL_UPDATE", channel.overwritten.to_json())

    def _tell(self, event: str, told: Json) -> None:
        self.state.tell(event, told, needs=GUILDS, server=self)
