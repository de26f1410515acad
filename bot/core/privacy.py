"""What is kept about a person: shown, exported, erased; and accounts joined."""

import json
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.content.corpus import digest
from bot.core.buttons import Button, ButtonKind, button_id
from bot.core.messages import Attachment, Choice
from bot.core.scene import Scene, Told
from bot.core.voice import Voice
from bot.dialogue.state import merged
from bot.rendering.split import split
from bot.rendering.spoken import weekday
from bot.storage import journeys, links, people, personal
from bot.storage.database import stamp
from bot.storage.journeys import Run

_ERASURE_STANDS = timedelta(minutes=10)
_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that are taken for one another: I and 1, O and 0."""
_CODE_LENGTH = 8


class Privacy:
    """Shows people what is kept about them, erases it, and joins their accounts."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    async def show(self, scene: Scene, _argument: str = "") -> Told:
        """Show all that is kept about the person, with a file that holds it word for word."""
        kept = await personal.export(scene.transaction, scene.person.id)
        runs = await journeys.all_of(scene.transaction, scene.person.id)
        zone = ZoneInfo(scene.person.zone)
        reminder = kept.get("reminders")
        blocks = self._voice.templates.render(
            "privacy/shown",
            accounts=", ".join(f"{row['platform']}/{row['account']}" for row in kept["accounts"]),
            since=datetime.fromisoformat(kept["people"][0]["since"]).astimezone(zone).date(),
            zone=scene.person.zone,
            communities=", ".join((await people.communities(scene.transaction, scene.person.id)).values()),
            reminder=weekday(reminder[0]["weekday"]) if reminder else "",
            begun=[self._journey(scene, run) for run in runs],
            **{name: len(kept.get(name, ())) for name in ("feedback", "watches", "conversations", "events")},
        )
        content = json.dumps(personal.unfolded(kept), ensure_ascii=False, indent=2)
        *before, last = split(blocks)
        file = Attachment("mes-donnees-vigie.json", "application/json", content)
        return Told((*before, replace(last, attachments=(file,))))

    async def ask_erasure(self, scene: Scene, _argument: str = "") -> Told:
        """Ask whether all is to be erased."""
        asked = stamp(scene.now)
        await people.set_erasure_asked(scene.transaction, scene.person.id, asked)
        choices = (
            Choice(button_id(ButtonKind.ERASE, scene.address, asked, answer), label)
            for answer, label in (("yes", self._voice.labels.erase_yes), ("no", self._voice.labels.erase_no))
        )
        return Told((self._voice.say("privacy/confirm", choices),))

    async def press_erasure(self, scene: Scene, button: Button) -> Told:
        """Erase all, or keep it, as the button says, if it is the one that was shown last, and lately."""
        asked = scene.person.erasure_asked
        if asked is None or digest(asked) != button.subject:
            return Told((self._voice.notice("privacy/outdated"),))
        if scene.now - datetime.fromisoformat(asked) > _ERASURE_STANDS:
            return Told((self._voice.notice("privacy/outdated"),))
        if button.argument != "yes":
            await people.set_erasure_asked(scene.transaction, scene.person.id, None)
            return Told((self._voice.say("privacy/kept"),))
        await personal.erase(scene.transaction, scene.person.id, scene.now)
        return Told((self._voice.say("privacy/erased"),), erased=True)

    async def link(self, scene: Scene, typed: str) -> Told:
        """Give a code to join another account with, or take the one of another account."""
        if not typed:
            code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
            await links.offer(scene.transaction, scene.person.id, code, scene.now)
            return Told((self._voice.say("privacy/code", code=code),))
        if not await links.may_try(scene.transaction, scene.person.id, scene.now):
            return Told((self._voice.say("privacy/wait"),))
        other = await links.owner(scene.transaction, "".join(typed.upper().split()), scene.now)
        if other is None:
            await links.count_wrong(scene.transaction, scene.person.id, scene.now)
            return Told((self._voice.say("privacy/wrong_code"),))
        if other == scene.person.id:
            return Told((self._voice.say("privacy/own_code"),))
        await self._join(scene, other)
        return Told((self._voice.say("privacy/linked"),))

    async def _join(self, scene: Scene, other: int) -> None:
        """Join another person to this one; of a journey that both have, the later run goes on with all answers."""
        own = {run.state.journey: run for run in await journeys.all_of(scene.transaction, scene.person.id)}
        theirs = await journeys.all_of(scene.transaction, other)
        for run in theirs:
            mine = own.get(run.state.journey)
            await journeys.keep(scene.transaction, scene.person.id, _joined(mine, run) if mine else run)
        await links.join(scene.transaction, scene.person.id, other)
        latest = max((*own.values(), *theirs), key=lambda run: run.changed, default=None)
        if latest:
            await people.set_journey(scene.transaction, scene.person.id, latest.state.journey)

    def _journey(self, scene: Scene, run: Run) -> tuple[str, list[str], list[str]]:
        journey = scene.corpus.journey(run.state.journey)
        tasks = [
            f"{step.task} : {self._voice.wording.outcomes[task.outcome].label}"
            for name, task in run.state.tasks.items()
            if journey and (step := journey.by_id.get(name))
        ]
        answers = [answer.text for answer in run.state.answers.values()]
        return journey.title if journey else run.state.journey, answers, tasks


def _joined(one: Run, other: Run) -> Run:
    older, newer = sorted((one, other), key=lambda run: run.changed)
    return replace(newer, state=merged(newer.state, older.state))
