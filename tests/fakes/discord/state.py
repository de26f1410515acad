"""The state of the double, which people change on one side and the bot on the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import discord

from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.permissions import allows
from tests.fakes.discord.sessions import Payload, Sessions
from tests.fakes.discord.snowflakes import Clock, Snowflakes
from tests.fakes.discord.world import Account, Channel, Guild, Json, Kind, Message, Role, Thread

GUILDS = discord.Intents(guilds=True).value
MEMBERS = discord.Intents(members=True).value
PRESENCES = discord.Intents(presences=True).value
GUILD_MESSAGES = discord.Intents(guild_messages=True).value
DIRECT_MESSAGES = discord.Intents(dm_messages=True).value
MESSAGE_CONTENT = discord.Intents(message_content=True).value

Ids = Sequence[int]

_MENTION = re.compile(r"<@(?P<role>&)?!?(?P<id>\d+)>|@(?P<everyone>everyone|here)\b")


@dataclass(frozen=True, slots=True)
class Pings:
    """Whom a message may notify: everybody it mentions of some sorts, some by id, and who is replied to."""

    parse: frozenset[str] = frozenset({"users", "roles", "everyone"})
    users: Ids = ()
    roles: Ids = ()
    replied: bool = True


@dataclass(slots=True)
class Commands:
    """The commands as the bot synced them."""

    everywhere: list[Json] = field(default_factory=list)
    in_server: dict[int, list[Json]] = field(default_factory=dict)
    syncs: int = 0
    opened: dict[tuple[int, str], set[Role]] = field(default_factory=dict)
    """The roles to which administrators opened a command, by server and name."""

    def find(self, name: str, kind: int, server: Guild | None) -> Json:
        """Return the command that somebody sees in a server, or in private."""
        seen = (self.in_server.get(server.id, []) if server else []) + self.everywhere
        found = next((each for each in seen if each["name"] == name and each["type"] == kind), None)
        assert found, f"no command {name!r}, but {[each['name'] for each in seen]}"
        return found


class State:
    """Everything that the double knows."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.application_id = self.ids.next()
        self.bot = Account(self.application_id, "Vigie", "Vigie", bot=True)
        self.owner = Account(self.ids.next(), "La propriétaire", "proprietaire")
        self.accounts: dict[int, Account] = {self.bot.id: self.bot}
        self.servers: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.locales: dict[int, str] = {}
        """The languages of people, by their ids."""
        self.closed_to: set[Account] = set()
        """Those who let no bot write to them in private."""
        self.commands = Commands()
        self.interactions: dict[str, Interaction] = {}
        """By token."""
        self.sessions = Sessions()
        self._private: dict[Account, Channel] = {}

    def add_channel(self, channel: Channel) -> Channel:
        """Have a channel."""
        channel.bot = self.bot
        self.channels[channel.id] = channel
        return channel

    def private_channel(self, person: Account) -> Channel:
        """Return somebody's private chat with the bot."""
        if person not in self._private:
            self._private[person] = self.add_channel(Channel(self.ids.next(), Kind.DM, person=person))
        return self._private[person]

    def shares_server_with(self, person: Account) -> bool:
        """Whether somebody is in a server that the bot is in."""
        return any(server.has(person) and server.has(self.bot) for server in self.servers.values())

    def compose(
        self,
        channel: Channel,
        author: Account,
        content: str = "",
        *,
        pings: Pings | None = None,
        reply_to: Message | None = None,
        identifier: int | None = None,
    ) -> Message:
        """Return a new message that nobody sees yet."""
        message = Message(channel, identifier or self.ids.next(), self.clock.now, author, content.strip())
        if reply_to:
            message.reply_to = reply_to
            message.reference = {"type": 0, "message_id": str(reply_to.id), "channel_id": str(channel.id)}
            if channel.server:
                message.reference["guild_id"] = str(channel.server.id)
        self.mention(message, pings or Pings())
        return message

    def mention(self, message: Message, pings: Pings) -> None:
        """Find out whom a message notifies."""
        channel, server = message.channel, message.channel.server
        everybody = channel.allows(message.author, "mention_everyone") or message.author.webhook
        message.mentioned, message.mentioned_roles, message.mentions_everyone = [], [], False
        if message.ephemeral:
            return
        if message.reply_to and pings.replied:
            self._mention_account(message, message.reply_to.author)
        for match in _MENTION.finditer(message.content):
            if match["everyone"]:
                message.mentions_everyone |= bool(server) and everybody and "everyone" in pings.parse
                continue
            identifier = int(match["id"])
            if match["role"]:
                role = server.roles.get(identifier) if server else None
                if role and (everybody or role.mentionable) and _is_meant(identifier, "roles", pings.roles, pings):
                    self._mention_role(message, role)
            elif _is_meant(identifier, "users", pings.users, pings) and identifier in self.accounts:
                self._mention_account(message, self.accounts[identifier])

    def tell(self, event: str, payload: Payload, *, needs: int = 0, server: Guild | None = None) -> None:
        """Tell the bot an event, of a server that it is in and that is there, or of none."""
        if server is None or (server.available and server.has(self.bot)):
            self.sessions.dispatch(event, payload, needs=needs, server_id=server.id if server else None)

    def tell_message(self, message: Message, event: str = "MESSAGE_CREATE") -> None:
        """Tell the bot of a message, if it sees it."""
        # An ephemeral message goes past the server: it is told like a private one.
        server = None if message.ephemeral else message.channel.server
        if server and not message.channel.allows(self.bot, "view_channel"):
            return
        needs = GUILD_MESSAGES if server else DIRECT_MESSAGES
        self.tell(event, partial(self._message_for, message), needs=needs, server=server)

    def tell_deletion(self, message: Message) -> None:
        """Tell the bot that a message is no longer there."""
        server = None if message.ephemeral else message.channel.server
        gone = {"id": str(message.id), "channel_id": str(message.channel.id)}
        gone |= {"guild_id": str(server.id)} if server else {}
        if not server or message.channel.allows(self.bot, "view_channel"):
            self.tell("MESSAGE_DELETE", gone, needs=GUILD_MESSAGES if server else DIRECT_MESSAGES, server=server)

    def tell_thread(self, thread: Thread, event: str, *, newly: bool = False) -> None:
        """Tell the bot of a thread, if it sees it."""
        if thread.allows(self.bot, "view_channel"):
            told = thread.to_json() | ({"newly_created": True} if newly else {})
            self.tell(event, told, needs=GUILDS, server=thread.server)

    def tell_member(self, server: Guild, account: Account, event: str = "GUILD_MEMBER_UPDATE") -> None:
        """Tell the bot of a member; of itself whatever its intents."""
        told = server.members[account.id].to_json() | {"guild_id": str(server.id)}
        self.tell(event, told, needs=0 if account is self.bot else MEMBERS, server=server)

    def tell_departure(self, server: Guild, account: Account) -> None:
        """Tell the bot that somebody has left a server."""
        gone = {"guild_id": str(server.id), "user": account.to_json()}
        self.tell("GUILD_MEMBER_REMOVE", gone, needs=MEMBERS, server=server)

    def tell_server(self, server: Guild, *, known: bool) -> None:
        """Tell the bot all of a server, which it knew of already or has just been added to."""
        self.tell("GUILD_CREATE", partial(self.server_for, server, known=known), needs=GUILDS, server=server)

    def server_for(self, server: Guild, intents: int, *, known: bool) -> Json:
        """Return a server as a session of such intents is told of it."""
        told = server.to_json(self.bot, with_members=bool(intents & PRESENCES))
        return told | ({"unavailable": False} if known else {})

    def _message_for(self, message: Message, intents: int) -> Json:
        server = message.channel.server
        read = bool(intents & MESSAGE_CONTENT) or message.author is self.bot or message.mentions(self.bot)
        told = message.to_json(blanked=server is not None and not read)
        told["channel_type"] = int(message.channel.kind)
        if server and not message.ephemeral:
            told["guild_id"] = str(server.id)
            member = server.members.get(message.author.id)
            if member and not message.author.webhook:
                told["member"] = member.to_json(with_user=False)
        return told

    @staticmethod
    def _mention_account(message: Message, account: Account) -> None:
        server = message.channel.server
        there = server.has(account) if server else account.bot or account is message.channel.person
        if there and account not in message.mentioned:
            message.mentioned.append(account)

    @staticmethod
    def _mention_role(message: Message, role: Role) -> None:
        if role not in message.mentioned_roles:
            message.mentioned_roles.append(role)


def _is_meant(identifier: int, sort: str, listed: Ids, pings: Pings) -> bool:
    return sort in pings.parse or identifier in listed


def permits(server: Guild, account: Account, name: str) -> bool:
    """Whether somebody may do something in a whole server."""
    return allows(server.permissions_of(account), name)
