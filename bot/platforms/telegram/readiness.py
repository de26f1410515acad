"""What a bot lacks to serve well, said in plain words when it starts."""

import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.storage.communities import Community

_LOOKED_AT = 50
"""Groups looked at: a start does not wait for hundreds of requests."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lack:
    """What is set up otherwise than Vigie would like, and what to do about it."""

    what: str
    remedy: str


async def report(bot: ExtBot[int], communities: Iterable[Community]) -> None:
    """Log what a bot lacks."""
    async for lack in lacks(bot, communities):
        _log.warning("%s %s", lack.what, lack.remedy)


async def lacks(bot: ExtBot[int], communities: Iterable[Community]) -> AsyncIterator[Lack]:
    """Yield what a bot lacks, in itself and in the groups that it is known to be in."""
    if not bot.can_read_all_group_messages:
        yield Lack(
            f"Privacy mode is on: in groups, @{bot.username} hears commands and replies to her, and a bare mention only"
            " where she is an administrator.",
            "To change it: @BotFather, /setprivacy, Disable; then take her out of each group and in again.",
        )
    if not bot.supports_inline_queries:
        yield Lack("Inline mode is off.", f"To let people type @{bot.username} in any chat: @BotFather, /setinline.")
    for community in list(communities)[:_LOOKED_AT]:
        lack = await _lack_in(bot, community)
        if lack:
            yield lack


async def _lack_in(bot: ExtBot[int], community: Community) -> Lack | None:
    try:
        member = await bot.get_chat_member(int(community.id), bot.id)
    except TelegramError as error:
        return Lack(f"The group '{community.title}' cannot be looked at ({error.message}).", "Is she still in it?")
    if member.status == ChatMemberStatus.ADMINISTRATOR:
        return None
    return Lack(
        f"@{bot.username} is not an administrator of '{community.title}': she may not be told who joins, and does not"
        " hear her name.",
        "Make her one in the group's settings; the right to delete messages is enough.",
    )
