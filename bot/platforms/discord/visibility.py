"""Who sees an answer in a server: known at once, from memory, since Discord is told before anything else is done."""

import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core.advisor import Advisor
from bot.platforms.discord.incoming import PLATFORM
from bot.storage.database import DatabaseError

BUSY = 10
"""Messages within `BUSY_WITHIN` from which on a channel is busy: what one person asks would be in the others' way."""
BUSY_WITHIN = timedelta(minutes=5)
_CHANNELS = 10_000

_log = logging.getLogger(__name__)


class Visibility:
    """Decides whether an answer is shown to one person alone, by how busy a channel is, and by where to be quiet."""

    def __init__(self, advisor: Advisor, now: Callable[[], datetime]) -> None:
        self._advisor = advisor
        self._now = now
        self._lately: OrderedDict[int, deque[datetime]] = OrderedDict()
        self._quiet: frozenset[tuple[str, str]] = frozenset()

    def note_message(self, channel: int) -> None:
        """Count a message that somebody wrote in a channel."""
        lately = self._lately.setdefault(channel, deque(maxlen=BUSY))
        lately.append(self._now())
        self._lately.move_to_end(channel)
        if len(self._lately) > _CHANNELS:
            self._lately.popitem(last=False)

    async def refresh(self) -> None:
        """Look up where to be quiet."""
        try:
            self._quiet = frozenset(await self._advisor.quiet_places(PLATFORM, self._now()))
        except DatabaseError as error:
            _log.warning("Where to be quiet cannot be looked up. %s", error)

    def is_unseen(self, server: int, channel: int, within: int | None, *, to_all: bool | None) -> bool:
        """Tell whether an answer is for who asks alone, who may have said whether it is `to_all`."""
        if any((str(server), str(place)) in self._quiet for place in (channel, within)):
            return True
        return self._is_busy(channel) if to_all is None else not to_all

    def _is_busy(self, channel: int) -> bool:
        lately = self._lately.get(channel)
        return lately is not None and len(lately) == BUSY and self._now() - lately[0] < BUSY_WITHIN
