"""What people asked and nobody could answer, gathered by what it asks, for the team of a community to answer."""

from dataclasses import dataclass

from bot.core.buttons import Button, ButtonKind, page, shortened
from bot.core.lessons import Lessons, Written
from bot.core.messages import Choice, ChoiceKind
from bot.core.scene import Scene, Told
from bot.core.team import note_deed, team_button
from bot.core.voice import Voice
from bot.retrieval.likeness import groups
from bot.retrieval.retriever import Retriever
from bot.storage import misses
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Transaction
from bot.storage.misses import Gap

_PAGE = 6
_TOLD = 5
"""How many ways of asking the same are shown."""
_FILLED_IN = 20
"""How many of them are filled in a form."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Questions that ask the same, the newest first."""

    gaps: tuple[Gap, ...]

    @property
    def number(self) -> int:
        """What the group is known by: the number of its newest question."""
        return self.gaps[0].number

    @property
    def asked_for_team(self) -> bool:
        """Whether somebody wants the team to see it."""
        return any(gap.asked_for_team for gap in self.gaps)

    @property
    def questions(self) -> tuple[str, ...]:
        """The different ways in which it was asked."""
        return tuple(dict.fromkeys(" ".join(gap.question.split()) for gap in self.gaps))


class Gaps:
    """Shows a team what Vigie lacks, and has it answered or set aside."""

    def __init__(self, voice: Voice, lessons: Lessons) -> None:
        self._voice = voice
        self._lessons = lessons

    async def command(self, scene: Scene, team: Community, _argument: str) -> Told:
        """List what was asked and not answered, most asked first."""
        return await self._page(scene, team, 0)

    async def press(self, scene: Scene, team: Community, button: Button) -> Told:
        """Show a question, have it answered, set it aside, or turn the page."""
        if button.verb == "list":
            return await self._page(scene, team, button.number)
        group = await _group(scene.transaction, scene.retriever, team, button.number)
        if group is None and scene.incoming.written:
            # While it was being written, a colleague was first: what this one has to say is not lost.
            return await self._lessons.begin(scene, team, Written())
        if group is None:
            return Told((self._voice.notice("gaps/gone"),))
        match button.verb:
            case "answer":
                return await self._lessons.begin(scene, team, _written(group))
            case "aside":
                return await self._set_aside(scene, team, group)
        return self._shown(scene, team, group)

    async def written(self, transaction: Transaction, retriever: Retriever, team: Community, number: int) -> Written:
        """Return what is known already of the passage that would answer a question."""
        group = await _group(transaction, retriever, team, number)
        return _written(group) if group else Written()

    async def _page(self, scene: Scene, team: Community, first: int) -> Told:
        found = await _groups(scene.transaction, scene.retriever, team)
        if not found:
            return Told((self._voice.say("gaps/none", title=team.title),))
        here, following = page(len(found), first, _PAGE)
        shown = found[here]
        choices = [Choice(_button(scene, team, "open", group.number), shortened(group.questions[0])) for group in shown]
        if following:
            more = _button(scene, team, "list", following)
            choices.append(Choice(more, self._voice.labels.more_themes, ChoiceKind.NAVIGATION))
        listed = [(group.questions[0], len(group.gaps), group.asked_for_team) for group in shown]
        values = {"title": team.title, "gaps": listed, "count": len(found)}
        return Told((self._voice.say("gaps/list", choices, **values),))

    def _shown(self, scene: Scene, team: Community, group: _Group) -> Told:
        labels = self._voice.labels
        choices = (
            Choice(_button(scene, team, "answer", group.number), labels.gap_answer),
            Choice(_button(scene, team, "aside", group.number), labels.gap_aside),
            Choice(_button(scene, team, "list", 0), labels.back, ChoiceKind.NAVIGATION),
        )
        values = {
            "questions": group.questions[:_TOLD],
            "count": len(group.gaps),
            "asked_for_team": group.asked_for_team,
        }
        return Told((self._voice.say("gaps/group", choices, **values),))

    async def _set_aside(self, scene: Scene, team: Community, group: _Group) -> Told:
        await misses.set_aside(scene.transaction, team, [gap.number for gap in group.gaps])
        await note_deed(scene, team, Action.GAP_SET_ASIDE, shortened(group.questions[0]))
        return await self._page(scene, team, 0)


async def _groups(transaction: Transaction, retriever: Retriever, team: Community) -> list[_Group]:
    """Return what a community asked without an answer, most asked first, then what is meant for its team."""
    gaps = await misses.gaps(transaction, team)
    gathered = groups([gap.question for gap in gaps], retriever.rarity)
    found = [_Group(tuple(gaps[position] for position in positions)) for positions in gathered]
    return sorted(found, key=lambda group: (-len(group.gaps), not group.asked_for_team, -group.number))


async def _group(transaction: Transaction, retriever: Retriever, team: Community, number: int) -> _Group | None:
    """Return the group that a question is in now, None where it has an answer or was set aside."""
    found = await _groups(transaction, retriever, team)
    return next((group for group in found if any(gap.number == number for gap in group.gaps)), None)


def _written(group: _Group) -> Written:
    return Written(questions=group.questions[:_FILLED_IN], misses=tuple(gap.number for gap in group.gaps))


def _button(scene: Scene, team: Community, verb: str, number: int) -> str:
    return team_button(ButtonKind.GAP, scene.address, team, f"{verb}_{number}")
