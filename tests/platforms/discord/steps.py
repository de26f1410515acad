"""What several conversations on Discord have in common."""

import asyncio

from bot.storage.database import Database
from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.conftest import Vigie

QUESTION, PASSAGE = "C'est quoi le SWOT personnel ?", "brahimi-swot"
"""A question, and the passage that answers it."""
OTHER_QUESTION, OTHER_PASSAGE = "Faut-il répondre aux polémiques ?", "jarry-polemiques-jamais"
UNANSWERED = "recette de la blanquette de veau"


async def all_is_handled(double: FakeDiscord, database: Database) -> None:
    """Wait until Vigie has handled all that happened, and answered what asks for an answer."""
    await double.settled()
    async with asyncio.timeout(30):
        while await database.rows("SELECT number FROM inbox WHERE set_aside = 0"):
            pass


async def all_is_said(vigie: Vigie, double: FakeDiscord, database: Database) -> None:
    """Wait until Vigie has said all that she had to say; she is stopped then."""
    await all_is_handled(double, database)
    await vigie.stops()
