"""Who may do what where, as Discord computes it."""

import discord

EVERYONE = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    add_reactions=True,
    read_message_history=True,
    mention_everyone=True,
    use_application_commands=True,
    connect=True,
    speak=True,
    change_nickname=True,
).value
"""What a new server lets everybody do."""

INVITED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
    manage_roles=True,
    use_application_commands=True,
).value
"""What the link asks for by which the bot is invited."""

ALL = discord.Permissions.all().value

Overwrite = tuple[int, int]
"""What is allowed and what is denied."""


def bits(**names: bool) -> int:
    """Return the permissions of those names."""
    return discord.Permissions(**names).value


def overwritten(overwrite: Overwrite, **names: bool) -> Overwrite:
    """Return what an overwrite becomes when those permissions are allowed or denied."""
    allow, deny = overwrite
    allowed = bits(**{name: True for name, value in names.items() if value})
    denied = bits(**{name: True for name, value in names.items() if not value})
    return (allow | allowed) & ~denied, (deny | denied) & ~allowed


def apply(permissions: int, overwrite: Overwrite) -> int:
    """Return permissions under an overwrite."""
    allow, deny = overwrite
    return (permissions & ~deny) | allow


def allows(permissions: int, name: str) -> bool:
    """Whether permissions hold one by its name."""
    return bool(permissions & bits(**{name: True}))
