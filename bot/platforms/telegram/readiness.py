"""What a bot lacks to serve well, said in plain words when it starts."""

import logging
from collections.abc import Iterable

from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.storage.communities import Community

_LOOKED_AT = 50
"""Groups looked at: a start does not wait for hundreds of requests."""

_log = logging.getLogger(__name__)


async def report(bot: ExtBot[int], communities: Iterable[Community]) -> None:
    """Log what is set up otherwise than Vigie would like, and what to do about it."""
    if not bot.can_read_all_group_messages:
        _log.warning(
            "Privacy mode is on: in groups, @%s hears commands and replies to her, and a bare mention only where she is"
            " an administrator. To change it: @BotFather, /setprivacy, Disable; then take her out of each group and"
            " in again.",
            bot.username,
        )
    if not bot.supports_inline_queries:
        _log.warning("Inline mode is off. To let people type @%s in any chat: @BotFather, /setinline.", bot.username)
    for community in list(communities)[:_LOOKED_AT]:
        await _report_on(bot, community)


async def _report_on(bot: ExtBot[int], community: Community) -> None:
    try:
        member = await bot.get_chat_member(int(community.id), bot.id)
    except TelegramError as error:
        _log.warning("The group '%s' cannot be looked at (%s).", community.title, error.message)
        return
    if member.status != ChatMemberStatus.ADMINISTRATOR:
        _log.warning(
            "@%s is not an administrator of '%s': she may not be told who joins, and does not hear her name. Make her"
            " one in the group's settings; the right to delete messages is enough.",
            bot.username,
            community.title,
        )
