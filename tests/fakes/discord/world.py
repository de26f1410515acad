"""What the double holds in memory: accounts, servers, channels and messages, as Discord's API describes them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from tests.fakes.discord.permissions import ALL, EVERYONE, Overwrite, allows, apply
from tests.fakes.waiting import Pulse

Json = dict[str, Any]

LOADING, EPHEMERAL, SILENT = 1 << 7, 1 << 6, 1 << 12
"""Flags of messages: the bot is thinking, one person sees it, nobody's device rings."""

LARGEST_FILE = 10 * 2**20


class Kind(IntEnum):
    """The types of channels that are modelled."""

    TEXT = 0
    DM = 1
    THREAD = 11
    FORUM = 15


class Style(IntEnum):
    """The styles of buttons."""

    PRIMARY = 1
    SECONDARY = 2
    SUCCESS = 3
    DANGER = 4
    LINK = 5


@dataclass(eq=False, repr=False, slots=True)
class Account:
    """Somebody with an account: a person or a bot."""

    id: int
    name: str
    username: str
    bot: bool = False
    webhook: bool = False
    """Whether it is the face of a webhook, which is no account."""

    def __repr__(self) -> str:
        return f"<{self.name}, {self.id}>"

    @property
    def mention(self) -> str:
        """What mentions them in a message."""
        return f"<@{self.id}>"

    def to_json(self) -> Json:
        """Return a user."""
        return {
            "id": str(self.id),
            "username": self.username,
            "global_name": None if self.bot else self.name,
            "discriminator": "0000" if self.bot else "0",
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass(eq=False, repr=False, slots=True)
class Role:
    """A role of a server."""

    id: int
    name: str
    position: int = 0
    permissions: int = 0
    mentionable: bool = False
    managed_for: Account | None = None
    """The bot whose role it is: nobody gives or takes it."""

    def __repr__(self) -> str:
        return f"<role {self.name}, {self.id}>"

    @property
    def mention(self) -> str:
        """What mentions those who have it."""
        return f"<@&{self.id}>"

    def to_json(self) -> Json:
        """Return a role."""
        role: Json = {
            "id": str(self.id),
            "name": self.name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "icon": None,
            "unicode_emoji": None,
            "position": self.position,
            "permissions": str(self.permissions),
            "managed": self.managed_for is not None,
            "mentionable": self.mentionable,
            "flags": 0,
        }
        return role | ({"tags": {"bot_id": str(self.managed_for.id)}} if self.managed_for else {})


@dataclass(eq=False, repr=False, slots=True)
class Member:
    """Somebody's place in a server."""

    account: Account
    joined_at: datetime
    roles: list[Role] = field(default_factory=list)
    pending: bool = False
    """Whether they have yet to agree to the server's rules."""

    def __repr__(self) -> str:
        return f"<member {self.account.name}: {self.roles}>"

    def to_json(self, *, with_user: bool = True) -> Json:
        """Return a member."""
        member: Json = {
            "nick": None,
            "avatar": None,
            "roles": [str(role.id) for role in self.roles],
            "joined_at": self.joined_at.isoformat(),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": self.pending,
            "flags": 0,
            "communication_disabled_until": None,
        }
        return member | ({"user": self.account.to_json()} if with_user else {})


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a message."""

    id: int
    name: str
    content: bytes
    description: str | None = None

    def to_json(self) -> Json:
        """Return an attachment."""
        url = f"https://cdn.discordapp.com/attachments/{self.id}/{self.name}"
        told: Json = {"id": str(self.id), "filename": self.name, "size": len(self.content), "url": url}
        return told | {"proxy_url": url} | ({"description": self.description} if self.description else {})


@dataclass(frozen=True, slots=True)
class Embed:
    """An embed, as it was sent."""

    raw: Json

    @property
    def title(self) -> str:
        return str(self.raw.get("title") or "")

    @property
    def description(self) -> str:
        return str(self.raw.get("description") or "")

    @property
    def url(self) -> str | None:
        return self.raw.get("url")

    @property
    def color(self) -> int | None:
        return self.raw.get("color")

    @property
    def fields(self) -> dict[str, str]:
        """What each field says, by name."""
        return {each["name"]: each["value"] for each in self.raw.get("fields") or ()}

    @property
    def footer(self) -> str:
        return str((self.raw.get("footer") or {}).get("text") or "")

    @property
    def author(self) -> str:
        return str((self.raw.get("author") or {}).get("name") or "")

    @property
    def text(self) -> str:
        """All that it says, line by line."""
        fields = [f"{name}\n{value}" for name, value in self.fields.items()]
        return "\n".join(filter(None, (self.author, self.title, self.description, *fields, self.footer)))

    def to_json(self) -> Json:
        """Return an embed."""
        return {"type": "rich"} | self.raw


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message."""

    label: str
    style: Style
    custom_id: str | None = None
    url: str | None = None
    disabled: bool = False
    emoji: str | None = None


@dataclass(frozen=True, slots=True)
class Select:
    """A menu under a message or in a modal."""

    kind: int
    custom_id: str
    placeholder: str = ""
    options: tuple[Json, ...] = ()
    least: int = 1
    most: int = 1
    disabled: bool = False

    @property
    def labels(self) -> list[str]:
        """What can be chosen, of a menu that lists it."""
        return [option["label"] for option in self.options]


Rows = list[list[Button | Select]]


def rows_of(components: Iterable[Json]) -> Rows:
    """Return the rows of a message's components."""
    return [[component_of(each) for each in row["components"]] for row in components]


def component_of(raw: Json) -> Button | Select:
    """Return a button or a menu."""
    if raw["type"] == 2:
        emoji = (raw.get("emoji") or {}).get("name")
        style, disabled = Style(raw["style"]), bool(raw.get("disabled"))
        return Button(raw.get("label") or "", style, raw.get("custom_id"), raw.get("url"), disabled, emoji)
    return Select(
        raw["type"],
        raw["custom_id"],
        raw.get("placeholder") or "",
        tuple(raw.get("options") or ()),
        raw.get("min_values", 1),
        raw.get("max_values", 1),
        bool(raw.get("disabled")),
    )


@dataclass(eq=False, repr=False, slots=True)
class Channel:
    """Where people write: a server's text channel, its forum, or a private chat with the bot."""

    id: int
    kind: Kind
    name: str = ""
    server: "Guild | None" = None
    person: Account | None = None
    """Whom the bot writes to, in a private chat."""
    bot: Account | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    history: dict[int, "Message"] = field(default_factory=dict)
    shown: list["Message"] = field(default_factory=list)
    """What the bot sent or edited, in that order."""
    changed: Pulse = field(default_factory=Pulse)
    typing: int = 0
    """How many times the bot was seen typing."""
    deleted: bool = False

    def __repr__(self) -> str:
        return f"<{self.kind.name.lower()} {self.name or self.person}, {self.id}>"

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def messages(self) -> list["Message"]:
        """What everybody there can read."""
        return [message for message in self.history.values() if message.seen_by is None and not message.thinking]

    @property
    def overwritten(self) -> "Channel":
        """The channel whose overwrites hold here."""
        return self

    @property
    def last_message_id(self) -> int | None:
        return max(self.history, default=None)

    def allows(self, account: Account, name: str) -> bool:
        """Whether somebody may do something here."""
        return allows(self.permissions_of(account), name)

    def permissions_of(self, account: Account) -> int:
        """Return what somebody may do here."""
        return self.server.permissions_in(self, account) if self.server else ALL

    def keep(self, message: "Message") -> None:
        """Let people see a message."""
        self.history[message.id] = message
        self.changed.beat()

    def show(self, message: "Message") -> None:
        """Let those who read know that the bot sent or edited a message."""
        self.shown.append(message)
        self.changed.beat()

    def forget(self, message: "Message") -> None:
        """Take a message away."""
        del self.history[message.id]
        self.changed.beat()

    def to_json(self) -> Json:
        """Return a channel."""
        last = self.last_message_id
        told: Json = {"id": str(self.id), "type": int(self.kind), "last_message_id": str(last) if last else None}
        if self.server is None:
            recipients = [self.person.to_json()] if self.person else []
            return told | {"recipients": recipients, "flags": 0}
        told |= {
            "guild_id": str(self.server.id),
            "name": self.name,
            "position": self.server.channels.index(self),
            "permission_overwrites": [
                {
                    "id": str(identifier),
                    "type": 0 if identifier in self.server.roles else 1,
                    "allow": str(allow),
                    "deny": str(deny),
                }
                for identifier, (allow, deny) in self.overwrites.items()
            ],
            "parent_id": None,
            "topic": None,
            "nsfw": False,
            "rate_limit_per_user": 0,
            "flags": 0,
        }
        if self.kind is Kind.FORUM:
            told |= {"available_tags": [], "default_reaction_emoji": None, "default_sort_order": None}
        return told


@dataclass(eq=False, repr=False, slots=True)
class Thread(Channel):
    """A thread of a channel, or a post of a forum."""

    parent: Channel = field(kw_only=True)
    owner: Account = field(kw_only=True)
    created_at: datetime = field(kw_only=True)
    archived: bool = False
    locked: bool = False
    joined_by_bot: bool = False

    @property
    def overwritten(self) -> Channel:
        return self.parent

    @property
    def starter(self) -> "Message | None":
        """The message that began the post, which has its id."""
        return self.history.get(self.id) or self.parent.history.get(self.id)

    def to_json(self) -> Json:
        """Return a thread."""
        assert self.server
        last = self.last_message_id
        told: Json = {
            "id": str(self.id),
            "type": int(self.kind),
            "guild_id": str(self.server.id),
            "parent_id": str(self.parent.id),
            "owner_id": str(self.owner.id),
            "name": self.name,
            "last_message_id": str(last) if last else None,
            "message_count": len(self.history),
            "member_count": 1,
            "total_message_sent": len(self.history),
            "rate_limit_per_user": 0,
            "flags": 0,
            "applied_tags": [],
            "thread_metadata": {
                "archived": self.archived,
                "auto_archive_duration": 4320,
                "archive_timestamp": self.created_at.isoformat(),
                "locked": self.locked,
                "create_timestamp": self.created_at.isoformat(),
            },
        }
        if self.joined_by_bot and self.bot:
            joined = {"user_id": str(self.bot.id), "id": str(self.id), "flags": 0}
            told["member"] = joined | {"join_timestamp": self.created_at.isoformat()}
        return told


@dataclass(eq=False, repr=False, slots=True)
class Message:
    """A message in a channel, as people see it now."""

    channel: Channel
    id: int
    sent_at: datetime
    author: Account
    content: str = ""
    embeds: list[Embed] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    reply_to: "Message | None" = None
    reference: Json | None = None
    flags: int = 0
    nonce: str | None = None
    seen_by: Account | None = None
    """The one person who sees it, of an ephemeral message."""
    edited_at: datetime | None = None
    mentioned: list[Account] = field(default_factory=list)
    mentioned_roles: list[Role] = field(default_factory=list)
    mentions_everyone: bool = False
    origin: Json = field(default_factory=dict)
    """What tells of the interaction, or the webhook, that it came by."""

    def __repr__(self) -> str:
        return f"<message {self.id} of {self.author.name}: {self.content!r} {self.embeds} {self.buttons}>"

    @property
    def ephemeral(self) -> bool:
        return self.seen_by is not None

    @property
    def thinking(self) -> bool:
        """Whether the bot has only said that it thinks."""
        return bool(self.flags & LOADING)

    @property
    def edited(self) -> bool:
        return self.edited_at is not None

    @property
    def deleted(self) -> bool:
        return self.id not in self.channel.history

    @property
    def text(self) -> str:
        """All that it says: its content, then its embeds."""
        return "\n".join(filter(None, (self.content, *(embed.text for embed in self.embeds))))

    @property
    def pinged(self) -> list[int]:
        """Who was notified: ids of people and roles, and the server's of @everyone and @here."""
        everyone = [self.channel.server.id] if self.mentions_everyone and self.channel.server else []
        return everyone + [role.id for role in self.mentioned_roles] + [account.id for account in self.mentioned]

    @property
    def rows(self) -> Rows:
        """The buttons and menus under it, row by row."""
        return rows_of(self.components)

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons under it."""
        return [each.label or each.emoji or "" for each in self._parts() if isinstance(each, Button)]

    @property
    def selects(self) -> list[Select]:
        """The menus under it."""
        return [each for each in self._parts() if isinstance(each, Select)]

    def button(self, label: str) -> Button:
        """Return the button of that label, or of that emoji if it has none."""
        buttons = [each for each in self._parts() if isinstance(each, Button)]
        found = next((each for each in buttons if label == (each.label or each.emoji)), None)
        assert found, f"no button {label!r} under {self.text!r}, but {self.buttons}"
        return found

    def select(self, of: str | int = 0) -> Select:
        """Return a menu by its place or its placeholder."""
        found = [each for number, each in enumerate(self.selects) if of in {number, each.placeholder}]
        assert found, f"no menu {of!r} under {self.text!r}, but {[each.placeholder for each in self.selects]}"
        return found[0]

    def visible_to(self, account: Account) -> bool:
        """Whether somebody who reads the channel sees it."""
        return self.seen_by in {None, account}

    def mentions(self, account: Account) -> bool:
        """Whether it mentions somebody by name or in reply."""
        return account in self.mentioned

    def to_json(self, *, blanked: bool = False, nested: bool = False) -> Json:
        """Return a message; without what only those may read who asked for message contents, if `blanked`."""
        server = self.channel.server
        told: Json = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "type": 19 if self.reference else 0,
            "author": self.author.to_json(),
            "content": "" if blanked else self.content,
            "embeds": [] if blanked else [embed.to_json() for embed in self.embeds],
            "components": [] if blanked else self.components,
            "attachments": [] if blanked else [file.to_json() for file in self.files],
            "timestamp": self.sent_at.isoformat(),
            "edited_timestamp": self.edited_at.isoformat() if self.edited_at else None,
            "tts": False,
            "mention_everyone": self.mentions_everyone,
            "mentions": [self._mention_to_json(each, server) for each in self.mentioned],
            "mention_roles": [str(role.id) for role in self.mentioned_roles],
            "pinned": False,
            "flags": self.flags,
        }
        told |= self.origin
        if self.nonce is not None:
            told["nonce"] = self.nonce
        if self.reference:
            told["message_reference"] = self.reference
            if not nested:
                told["referenced_message"] = self._replied_to_json(blanked=blanked)
        return told

    def _replied_to_json(self, *, blanked: bool) -> Json | None:
        if self.reply_to is None or self.reply_to.deleted:
            return None
        return self.reply_to.to_json(blanked=blanked and not self.reply_to.author.bot, nested=True)

    @staticmethod
    def _mention_to_json(account: Account, server: "Guild | None") -> Json:
        member = server.members.get(account.id) if server else None
        return account.to_json() | ({"member": member.to_json(with_user=False)} if member else {})

    def _parts(self) -> Iterator[Button | Select]:
        for row in self.rows:
            yield from row


@dataclass(eq=False, repr=False, slots=True)
class Guild:
    """A server: who is in it, its roles and its channels."""

    id: int
    name: str
    owner: Account
    created_at: datetime
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    threads: dict[int, Thread] = field(default_factory=dict)
    available: bool = True
    system_channel: Channel | None = None
    """Where Discord itself tells who joined."""
    updates_channel: Channel | None = None
    """Where Discord itself writes to the team."""

    def __post_init__(self) -> None:
        self.roles[self.id] = Role(self.id, "@everyone", permissions=EVERYONE)

    def __repr__(self) -> str:
        return f"<server {self.name}, {self.id}>"

    @property
    def everyone(self) -> Role:
        """The role that everybody has: its id is the server's."""
        return self.roles[self.id]

    def has(self, account: Account) -> bool:
        """Whether somebody is in this server."""
        return account.id in self.members

    def roles_of(self, account: Account) -> list[Role]:
        """Return the roles that somebody was given, the highest first."""
        return sorted(self.members[account.id].roles, key=lambda role: -role.position)

    def permissions_of(self, account: Account) -> int:
        """Return what somebody may do in the whole server."""
        if account is self.owner:
            return ALL
        if not self.has(account):
            return 0
        permissions = self.everyone.permissions
        for role in self.members[account.id].roles:
            permissions |= role.permissions
        return ALL if allows(permissions, "administrator") else permissions

    def permissions_in(self, channel: Channel, account: Account) -> int:
        """Return what somebody may do in a channel."""
        permissions = self.permissions_of(account)
        if permissions in {0, ALL}:
            return permissions
        overwrites = channel.overwritten.overwrites
        permissions = apply(permissions, overwrites.get(self.id, (0, 0)))
        of_roles = [overwrites[role.id] for role in self.members[account.id].roles if role.id in overwrites]
        denied = allowed = 0
        for allow, deny in of_roles:
            allowed, denied = allowed | allow, denied | deny
        permissions = apply(apply(permissions, (allowed, denied)), overwrites.get(account.id, (0, 0)))
        # What one cannot see, one can do nothing in.
        return permissions if allows(permissions, "view_channel") else 0

    def to_json(self, bot: Account, *, with_members: bool = False) -> Json:
        """Return a guild, as the bot is told of it when it sees it first."""
        members = self.members.values() if with_members else [self.members[bot.id]]
        return self.profile() | {
            "joined_at": self.members[bot.id].joined_at.isoformat(),
            "large": len(self.members) >= 250,
            "member_count": len(self.members),
            "members": [member.to_json() for member in members],
            "channels": [each.to_json() for each in self.channels],
            "threads": [
                each.to_json()
                for each in self.threads.values()
                if not each.archived and each.allows(bot, "view_channel")
            ],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def profile(self) -> Json:
        """Return what a guild is, without who and what is in it."""
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "banner": None,
            "description": None,
            "owner_id": str(self.owner.id),
            "afk_channel_id": None,
            "afk_timeout": 300,
            "verification_level": 1,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "roles": [role.to_json() for role in self.roles.values()],
            "emojis": [],
            "stickers": [],
            "features": [],
            "mfa_level": 0,
            "nsfw_level": 0,
            "application_id": None,
            "system_channel_id": str(self.system_channel.id) if self.system_channel else None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "public_updates_channel_id": str(self.updates_channel.id) if self.updates_channel else None,
            "safety_alerts_channel_id": None,
            "max_members": 500000,
            "vanity_url_code": None,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "preferred_locale": "fr",
            "incidents_data": None,
        }
