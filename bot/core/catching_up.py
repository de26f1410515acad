"""What was asked in vain and is answered now that a community taught it: who waits for it hears of it."""

from collections.abc import Sequence

from bot.core.answering import judge
from bot.core.knowledge import Knowledge
from bot.core.messages import Status
from bot.retrieval.french import stems
from bot.storage import misses, watches
from bot.storage.communities import Community
from bot.storage.database import Transaction
from bot.storage.taught import Card


async def catch_up(transaction: Transaction, knowledge: Knowledge, team: Community, cards: Sequence[Card]) -> int:
    """Keep which questions of a community its new passages answer, by what Vigie would say now.

    Returns:
        How many people waited for one of them, and are to hear of it.
    """
    retriever = await knowledge.just_taught(transaction, team)
    numbers = {card.id: card.number for card in cards}
    own = {stem for card in cards for said in (card.lesson.title, *card.lesson.questions) for stem in stems(said)}
    for gap in await misses.gaps(transaction, team):
        if own.isdisjoint(stems(gap.question)):
            continue
        verdict = judge(retriever, gap.question, None)
        found = numbers.get(verdict.hits[0].passage.id) if verdict.status is Status.ANSWER else None
        if found is not None:
            await misses.answer(transaction, team, [gap.number], found)
    return sum([await watches.fulfil(transaction, number) for number in numbers.values()])
