"""The journal: what the team did, so that all of it can see."""

from itertools import groupby
from zoneinfo import ZoneInfo

from bot.core.buttons import Button, ButtonKind
from bot.core.messages import Choice, ChoiceKind
from bot.core.scene import Scene, Told
from bot.core.team import team_button
from bot.core.voice import Voice
from bot.rendering.split import split
from bot.storage import audit
from bot.storage.audit import Deed
from bot.storage.communities import Community

PAGE = 20
"""How many deeds one page tells."""
_BEFORE = "before"


class Journal:
    """Shows a team what was done in its name."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    async def command(self, scene: Scene, team: Community, _argument: str) -> Told:
        """Show what was done last."""
        return await self._page(scene, team, None)

    async def press(self, scene: Scene, team: Community, button: Button) -> Told:
        """Show what was done before the deed of a button."""
        return await self._page(scene, team, button.number or None)

    async def _page(self, scene: Scene, team: Community, before: int | None) -> Told:
        deeds = await audit.latest(scene.transaction, team, PAGE + 1, before)
        if not deeds:
            return Told((self._voice.say("journal/empty", title=team.title, earlier=before is not None),))
        told = deeds[:PAGE]
        blocks = self._voice.templates.render("journal/journal", title=team.title, deeds=self._by_day(team, told))
        choices = []
        if len(deeds) > PAGE:
            identifier = team_button(ButtonKind.JOURNAL, scene.address, team, f"{_BEFORE}_{told[-1].number}")
            choices.append(Choice(identifier, self._voice.labels.journal_older, ChoiceKind.NAVIGATION))
        return Told(split(blocks, choices))

    def _by_day(self, team: Community, deeds: list[Deed]) -> list[tuple[object, list[tuple[object, ...]]]]:
        """Return deeds by their days on the community's clock, each as it is told."""
        clock = ZoneInfo(team.zone)
        told = [(deed.at.astimezone(clock), deed) for deed in deeds]
        phrases = self._voice.wording.actions
        return [
            (day, [(at.time(), deed.name, phrases[deed.action], deed.subject) for at, deed in of_day])
            for day, of_day in groupby(told, lambda each: each[0].date())
        ]
