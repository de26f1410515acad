"""Who administers which chat, as Telegram tells, remembered for a few minutes."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from telegram import Chat, ChatMember, User
from telegram.constants import ChatID, ChatMemberStatus, ChatType
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.core.messages import Role
from bot.platforms.errors import UnreachableError
from bot.platforms.telegram.requests import asked

_REMEMBERED = timedelta(minutes=5)
_REMEMBERED_PEOPLE = 1000
_WITHIN = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.MEMBER})

_log = logging.getLogger(__name__)


class Roles:
    """Asks Telegram for the administrators of a chat when somebody does something there."""

    def __init__(self, bot: ExtBot[int], now: Callable[[], datetime]) -> None:
        self._bot = bot
        self._now = now
        self._known: dict[int, tuple[datetime, frozenset[int]]] = {}
        self._within: dict[tuple[int, int], tuple[datetime, bool]] = {}

    async def of(self, chat: Chat, person: User) -> Role:
        """Return what somebody is in a chat; a member, where Telegram does not tell.

        Raises:
            OutageError: Telegram cannot be reached now.
        """
        if chat.type == ChatType.PRIVATE:
            return Role.MEMBER
        if person.id == ChatID.ANONYMOUS_ADMIN:
            return Role.ADMINISTRATOR
        return Role.ADMINISTRATOR if await self.leads(chat.id, person.id) else Role.MEMBER

    async def leads(self, chat: int, person: int) -> bool:
        """Tell whether somebody administers a chat.

        Raises:
            OutageError: Telegram cannot be reached now.
        """
        return person in await self._administrators(chat)

    async def is_in(self, chat: int, person: int) -> bool:
        """Tell whether somebody is in a chat; where Telegram does not tell, they are.

        Raises:
            OutageError: Telegram cannot be reached now.
        """
        asked_at, known = self._within.get((chat, person), (None, True))
        if asked_at is None or self._now() - asked_at > _REMEMBERED:
            try:
                known = is_within(await asked(self._bot.get_chat_member(chat, person)))
            except (UnreachableError, TelegramError) as error:
                _log.info("Telegram does not tell whether somebody is in a chat (%s).", error)
            if len(self._within) >= _REMEMBERED_PEOPLE:
                self._within.clear()
            self._within[chat, person] = (self._now(), known)
        return known

    def forget(self, chat: int) -> None:
        """Ask again the next time: something changed in a chat."""
        self._known.pop(chat, None)
        self._within = {key: known for key, known in self._within.items() if key[0] != chat}

    async def _administrators(self, chat: int) -> frozenset[int]:
        asked_at, known = self._known.get(chat, (None, frozenset()))
        if asked_at is None or self._now() - asked_at > _REMEMBERED:
            try:
                known = frozenset(each.user.id for each in await asked(self._bot.get_chat_administrators(chat)))
            except (UnreachableError, TelegramError) as error:
                _log.info("Telegram does not tell who administers a chat (%s).", error)
            self._known[chat] = (self._now(), known)
        return known


def is_within(member: ChatMember) -> bool:
    """Tell whether somebody is in a chat, by what they are there."""
    is_restricted_inside = member.status == ChatMemberStatus.RESTRICTED and getattr(member, "is_member", False)
    return member.status in _WITHIN or is_restricted_inside
