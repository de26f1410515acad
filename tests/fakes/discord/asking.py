"""How what people ask reaches the bot."""

import base64
from collections.abc import Iterable
from typing import Any

from tests.fakes.discord.interactions import Asked, Interaction
from tests.fakes.discord.permissions import ALL
from tests.fakes.discord.state import State
from tests.fakes.discord.world import LARGEST_FILE, Account, Channel, Guild, Json, Message, Role

IN_SERVER, IN_PRIVATE = 0, 1
"""The contexts of interactions that are modelled."""


def ask(
    state: State, kind: Asked, author: Account, channel: Channel, data: Json, message: Message | None = None
) -> Interaction:
    """Have somebody ask the bot."""
    identifier = state.ids.next()
    token = base64.urlsafe_b64encode(f"interaction:{identifier}:{'Vigie' * 24}".encode()).decode().rstrip("=")
    interaction = Interaction(identifier, token, kind, author, channel, data, state.clock, state.clock.now, message)
    state.interactions[token] = interaction
    state.tell("INTERACTION_CREATE", _to_json(state, interaction), server=channel.server)
    return interaction


def resolved(author: Account, server: Guild | None, values: Iterable[Any]) -> Json:
    """Return what is told of the people, channels, roles and messages that somebody chose."""
    told: Json = {}
    for value in values:
        key = str(value.id)
        if isinstance(value, Account):
            told.setdefault("users", {})[key] = value.to_json()
            if server and server.has(value):
                member = server.members[value.id].to_json(with_user=False)
                permissions = str(server.permissions_of(value))
                told.setdefault("members", {})[key] = member | {"permissions": permissions}
        elif isinstance(value, Channel):
            permissions = str(value.permissions_of(author))
            told.setdefault("channels", {})[key] = value.to_json() | {"permissions": permissions}
        elif isinstance(value, Role):
            told.setdefault("roles", {})[key] = value.to_json()
        else:
            told.setdefault("messages", {})[key] = value.to_json()
    return told


def _to_json(state: State, interaction: Interaction) -> Json:
    channel, author, server = interaction.channel, interaction.author, interaction.server
    told: Json = {
        "id": str(interaction.id),
        "application_id": str(state.application_id),
        "type": int(interaction.kind),
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": channel.to_json() | {"permissions": str(channel.permissions_of(author))},
        "token": interaction.token,
        "version": 1,
        "app_permissions": str(channel.permissions_of(state.bot)),
        "locale": state.locales.get(author.id, "fr"),
        "entitlements": [],
        "attachment_size_limit": LARGEST_FILE,
        "authorizing_integration_owners": {"0": str(server.id) if server else "0"},
        "context": IN_SERVER if server else IN_PRIVATE,
    }
    if interaction.message:
        told["message"] = interaction.message.to_json()
    if server is None:
        # In private, the channel of an interaction does not say with whom it is.
        told["channel"].pop("recipients")
        return told | {"user": author.to_json(), "app_permissions": str(ALL)}
    member = server.members[author.id].to_json() | {"permissions": str(channel.permissions_of(author))}
    guild = {"id": str(server.id), "locale": "fr", "features": []}
    return told | {"guild_id": str(server.id), "guild": guild, "guild_locale": "fr", "member": member}
