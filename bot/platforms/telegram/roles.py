"""Who administers which chat, as Telegram tells, remembered for a few minutes."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from telegram import Chat, User
from telegram.constants import ChatID, ChatType
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.core.messages import Role
from bot.platforms.errors import UnreachableError
from bot.platforms.telegram.requests import asked

_REMEMBERED = timedelta(minutes=5)

_log = logging.getLogger(__name__)


class Roles:
    """Asks Telegram for the administrators of a chat when somebody does something there."""

    def __init__(self, bot: ExtBot[int], now: Callable[[], datetime]) -> None:
        self._bot = bot
        self._now = now
        self._known: dict[int, tuple[datetime, frozenset[int]]] = {}

    async def of(self, chat: Chat, person: User) -> Role:
        """Return what somebody is in a chat; a member, where Telegram does not tell.

        Raises:
            OutageError: Telegram cannot be reached now.
        """
        if chat.type == ChatType.PRIVATE:
            return Role.MEMBER
        if person.id == ChatID.ANONYMOUS_ADMIN:
            return Role.ADMINISTRATOR
        return Role.ADMINISTRATOR if person.id in await self._administrators(chat.id) else Role.MEMBER

    def forget(self, chat: int) -> None:
        """Ask again the next time: something changed in a chat."""
        self._known.pop(chat, None)

    async def _administrators(self, chat: int) -> frozenset[int]:
        asked_at, known = self._known.get(chat, (None, frozenset()))
        if asked_at is None or self._now() - asked_at > _REMEMBERED:
            try:
                known = frozenset(each.user.id for each in await asked(self._bot.get_chat_administrators(chat)))
            except (UnreachableError, TelegramError) as error:
                _log.info("Telegram does not tell who administers a chat (%s).", error)
            self._known[chat] = (self._now(), known)
        return known
