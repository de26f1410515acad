"""What several conversations on Telegram have in common."""

import asyncio

from bot.storage.database import Database
from tests.fakes.telegram import FakeTelegram, User
from tests.platforms.telegram.conftest import Vigie

QUESTION, PASSAGE = "C'est quoi le SWOT personnel ?", "brahimi-swot"
"""A question, and the passage that answers it."""
OTHER_QUESTION, OTHER_PASSAGE = "Faut-il répondre aux polémiques ?", "jarry-polemiques-jamais"
UNANSWERED = "recette de la blanquette de veau"


async def all_is_handled(telegram: FakeTelegram, database: Database) -> None:
    """Wait until Vigie has handled all that happened, and answered what asks for an answer."""
    await telegram.settled()
    async with asyncio.timeout(30):
        while await database.rows("SELECT number FROM inbox WHERE set_aside = 0"):
            pass


async def all_is_said(vigie: Vigie, telegram: FakeTelegram, database: Database) -> None:
    """Wait until Vigie has said all that she had to say; she is stopped then."""
    await all_is_handled(telegram, database)
    await vigie.stops()


async def is_known(*people: User) -> None:
    """Have people meet Vigie in private, and read what she says first."""
    for person in people:
        await person.starts()
        await person.reads_next()
