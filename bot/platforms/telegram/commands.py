"""The commands that Telegram lists for people, by where they are."""

import logging
from collections.abc import Mapping, Sequence

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.ext import ExtBot

from bot.core.commands import FOR_ADMINISTRATORS, FOR_MODERATORS, IN_COMMUNITY, IN_PRIVATE

_log = logging.getLogger(__name__)


async def publish_commands(bot: ExtBot[int], described: Mapping[str, str]) -> None:
    """Tell Telegram the commands and what they do, where that is not what it has.

    Raises:
        TelegramError: Telegram cannot be reached, or refuses them.
    """
    listed: tuple[tuple[BotCommandScope, Sequence[str]], ...] = (
        (BotCommandScopeAllPrivateChats(), IN_PRIVATE),
        (BotCommandScopeAllGroupChats(), IN_COMMUNITY),
        (BotCommandScopeAllChatAdministrators(), (*IN_COMMUNITY, *FOR_MODERATORS, *FOR_ADMINISTRATORS)),
    )
    for scope, names in listed:
        wanted = tuple(BotCommand(name, described[name]) for name in names)
        if await bot.get_my_commands(scope) != wanted:
            await bot.set_my_commands(wanted, scope)
            _log.info("The commands of %s were set anew.", scope.type)
