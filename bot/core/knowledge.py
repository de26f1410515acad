"""What Vigie knows where she is asked: the files, for all, and beside them what a community taught her, for its own."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.content.corpus import Location, Passage, Source, Status
from bot.core.answering import LONGEST_READ
from bot.rendering.templates import uncalled
from bot.retrieval.retriever import Retriever
from bot.storage import taught
from bot.storage.communities import Community
from bot.storage.database import Transaction
from bot.storage.taught import Card

_REMEMBERED = 256
"""Communities, or sets of them, whose passages are held ready: a few milliseconds are spared each time."""
_NEAR = 10
"""Passages near to a new one among which one that says the same is looked for."""

_Key = tuple[tuple[str, str, int], ...]


class Knowledge:
    """Holds retrievers over the files, and over what communities taught beside.

    Args:
        current: the retriever over the files, which changes when they do.
        team: what the team of a community is called as the author of its passages.
    """

    def __init__(self, current: Callable[[], Retriever], team: str) -> None:
        self.current = current
        self._team = team
        self._remembered: OrderedDict[_Key, tuple[Retriever, Retriever]] = OrderedDict()
        self._latest: dict[tuple[str, str], _Key] = {}

    async def known(self, transaction: Transaction, community: Community | None, person: int | None) -> Retriever:
        """Return what is known in a community, or in a direct message to a member of some."""
        if community is not None:
            return await self._with(transaction, [community] if community.taught else [])
        return await self._with(transaction, await taught.schools(transaction, person) if person is not None else [])

    async def just_taught(self, transaction: Transaction, community: Community) -> Retriever:
        """Return what is known in a community that is being taught, which may yet come to nothing: not held ready."""
        return await self._extended(transaction, self.current(), [community])

    def remembered(self, platform: str, community: str | None) -> Retriever:
        """Return what is known in a community as far as it is held ready."""
        current = self.current()
        base, extended = self._remembered.get(self._latest.get((platform, community or ""), ()), (None, current))
        return extended if base is current else current

    def passage_of(self, card: Card, school: Community) -> Passage:
        """Return a passage of a community's own as it is told: nobody is called by what its team wrote."""
        lesson = card.lesson
        return Passage(
            card.id,
            lesson.title,
            uncalled(lesson.text),
            Location(Path(school.title), card.number),
            Source(f"{school.platform}/{school.id}", school.title, self._team, year=card.at.year),
            phase=lesson.phase,
            status=Status.DATED if lesson.note else Status.CURRENT,
            note=lesson.note,
            reviewed_on=card.at.date(),
            questions=lesson.questions,
        )

    async def _with(self, transaction: Transaction, schools: Sequence[Community]) -> Retriever:
        current = self.current()
        if not schools:
            return current
        key = tuple((each.platform, each.id, each.taught) for each in schools)
        base, extended = self._remembered.get(key, (None, current))
        if base is not current:
            extended = await self._extended(transaction, current, schools)
            self._remembered[key] = (current, extended)
        self._remembered.move_to_end(key)
        if len(schools) == 1:
            self._latest[schools[0].platform, schools[0].id] = key
        if len(self._remembered) > _REMEMBERED:
            self._forget(self._remembered.popitem(last=False)[0])
        return extended

    async def _extended(self, transaction: Transaction, current: Retriever, schools: Sequence[Community]) -> Retriever:
        passages = [
            self.passage_of(card, school)
            for school in schools
            for card in await taught.all_of(transaction, school)
            # What was taken over into the files is told from there.
            if not card.hidden and card.id not in current.corpus.by_id
        ]
        return current.with_own(passages) if passages else current

    def _forget(self, key: _Key) -> None:
        for platform, community, _ in key:
            if self._latest.get((platform, community)) == key:
                del self._latest[platform, community]


def may_repeat(retriever: Retriever, identifier: str, title: str, text: str) -> list[Passage]:
    """Return the passages that one with an id may repeat: those nearest to it, but for itself."""
    hits = retriever.search(f"{title} {text}"[:LONGEST_READ], _NEAR)
    return [hit.passage for hit in hits if hit.passage.id != identifier]
