"""All that is for those who moderate: their tools, the forms that these open, and what falls due in their name."""

from collections.abc import Iterable
from datetime import datetime

from bot.core.buttons import ButtonKind, read_button
from bot.core.cards import Cards
from bot.core.care import Care
from bot.core.gaps import Gaps
from bot.core.journal import Journal
from bot.core.knowledge import Knowledge
from bot.core.lessons import Lessons, filled_form
from bot.core.messages import Due, DueKind, Form, Incoming, Outgoing, Posting
from bot.core.programmes import Programmes
from bot.core.scene import Scene, Told
from bot.core.stats import Stats
from bot.core.team import Team, is_for
from bot.core.tips import Tips
from bot.core.voice import Voice
from bot.storage import communities, people, watches
from bot.storage.communities import Community
from bot.storage.database import Transaction

_DUE_AT_ONCE = 100


class Moderation:
    """Holds the tools of those who moderate, behind `team`, which lets nobody else in."""

    def __init__(self, voice: Voice, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._tips = tips = Tips(voice)
        self._stats = stats = Stats(voice, knowledge)
        self._programmes = programmes = Programmes(voice, tips)
        self._lessons = lessons = Lessons(voice, knowledge)
        self._gaps, self._cards = gaps, cards = Gaps(voice, lessons), Cards(voice, knowledge, lessons)
        care, journal = Care(voice), Journal(voice)
        self.team = Team(
            voice,
            {
                "conseil": tips.command,
                "programme": programmes.command,
                "lacunes": gaps.command,
                "fiche": cards.command,
                "stats": stats.command,
                "silence": care.silence,
                "ecarter": care.bar,
                "journal": journal.command,
            },
            {
                ButtonKind.TIP: tips.press,
                ButtonKind.PROGRAMME: programmes.press,
                ButtonKind.GAP: gaps.press,
                ButtonKind.CARD: cards.press,
                ButtonKind.LESSON: lessons.press,
                ButtonKind.STATS: stats.press,
                ButtonKind.SILENCE: care.press_silence,
                ButtonKind.BAR: care.press_bar,
                ButtonKind.JOURNAL: journal.press,
            },
        )

    async def hear(self, scene: Scene, text: str) -> Told | None:
        """Take what somebody of a team was asked to write, None where they were asked nothing."""
        return await self._lessons.hear(scene, text)

    async def filled(
        self, transaction: Transaction, incoming: Incoming, teams: Iterable[Community], form: Form
    ) -> Form | None:
        """Return a form with what is known already, None where somebody does not moderate.

        Args:
            transaction: where it is looked up.
            incoming: the press that opens it.
            teams: the communities for which who pressed may act there.
            form: the form, empty.
        """
        button = read_button(incoming.button or "")
        team = next((each for each in teams if button and is_for(button, each)), None)
        if button is None or team is None:
            return None
        match button.kind:
            case ButtonKind.GAP:
                written = await self._gaps.written(transaction, self._knowledge.current(), team, button.number)
            case ButtonKind.CARD:
                written = await self._cards.written(transaction, team, button.number)
            case ButtonKind.LESSON:
                written = await self._lessons.written(transaction, incoming.address, team, button.number)
            case _:
                return form
        return filled_form(form, written)

    async def due(self, transaction: Transaction, platform: str, now: datetime) -> list[Due]:
        """Return what is to be said now in a platform's communities, each counted as said."""
        corpus = self._knowledge.current().corpus
        return [
            *await self._stats.due(transaction, platform, now),
            *await self._programmes.due(transaction, platform, now, corpus),
            *await self._found(transaction, platform),
        ]

    async def take_back(self, transaction: Transaction, posting: Posting, now: datetime) -> None:
        """Keep that a platform refused what was to be posted."""
        if posting.tip:
            await self._tips.take_back(transaction, posting, posting.tip, now)

    async def _found(self, transaction: Transaction, platform: str) -> list[Due]:
        """Return what is said to those whose question has an answer of their community now."""
        sent = []
        for each in await watches.claim_fulfilled(transaction, platform, _DUE_AT_ONCE):
            team = await communities.find(transaction, platform, each.community)
            reply = await self._lessons.found(transaction, team, each) if team else None
            if reply and await people.is_reachable(transaction, each.address):
                sent.append(Due(each.address, Outgoing((reply,)), replies_to=each.message, kind=DueKind.NOTICE))
        return sent
