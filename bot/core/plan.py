"""The plan: what somebody has set themselves to do in the journeys, to read again, tick off and take along."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.content.corpus import Corpus, digest
from bot.core.buttons import Button, ButtonKind, button_id, shortened
from bot.core.messages import Address, Attachment, Choice, Reply
from bot.core.scene import Scene, Told
from bot.core.voice import Voice
from bot.dialogue.script import Journey, TaskOption
from bot.dialogue.state import JourneyState, TaskState
from bot.rendering.split import split
from bot.storage import journeys
from bot.storage.journeys import Run

_TICKABLE = 5
"""How many tasks have a button below the plan."""


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task of a journey: what to do, what became of it, and the day by which it is to be done."""

    journey: Journey
    step: str
    task: str
    outcome: TaskOption
    due: date

    @property
    def key(self) -> str:
        """What stands for the task in a button and in a calendar."""
        return f"{self.journey.id}/{self.step}"


def planned(journey: Journey, state: JourneyState) -> list[PlannedTask]:
    """Return the tasks of a journey that somebody took on, in the order of the journey."""
    found = []
    for step in journey.steps:
        task = state.tasks.get(step.id)
        if task and step.task and task.outcome is not TaskOption.DECLINED:
            due = task.on + timedelta(days=step.days or 0)
            found.append(PlannedTask(journey, step.id, step.task, task.outcome, due))
    return found


def this_week(tasks: Iterable[PlannedTask]) -> str:
    """Return the one thing to do this week: the open task that is due first, nothing where none is open.

    It begins with a small letter: it is told in the middle of a sentence.
    """
    still_open = [task for task in tasks if task.outcome is TaskOption.LATER]
    first = min(still_open, key=lambda task: task.due).task if still_open else ""
    return first[:1].lower() + first[1:]


def rows(tasks: Sequence[PlannedTask]) -> list[tuple[str, TaskOption, date]]:
    """Return tasks as the templates list them."""
    return [(task.task, task.outcome, task.due) for task in tasks]


class Plan:
    """Shows the plan, ticks its tasks, exports it."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    async def command(self, scene: Scene, argument: str) -> Told:
        """Show the plan, or export it: `md` as text, `ics` for a calendar."""
        wanted = argument.casefold().lstrip(".")
        tasks = await self._tasks(scene)
        if wanted in ("md", "ics"):
            return self._export(scene, tasks, wanted)
        return self._show(scene, tasks)

    async def press(self, scene: Scene, button: Button) -> Told:
        """Show the plan, or export it, as a button asks."""
        return await self.command(scene, button.argument)

    async def tick(self, scene: Scene, button: Button) -> Told:
        """Tick the task of a button."""
        found = next((task for task in await self._tasks(scene) if digest(task.key) == button.subject), None)
        if found is None:
            return Told((self._voice.notice("plan/gone"),))
        run = await journeys.find(scene.transaction, scene.person.id, found.journey.id)
        changed = run is not None and found.outcome is TaskOption.LATER
        if run and changed:
            tasks = {**run.state.tasks, found.step: TaskState(TaskOption.DONE, scene.today)}
            run = replace(run, state=replace(run.state, tasks=tasks), changed=scene.now)
            await journeys.keep(scene.transaction, scene.person.id, run)
        current = run if run and scene.run and run.state.journey == scene.run.state.journey else None
        rest = self._choices(scene.address, await self._tasks(scene))
        return Told((self._voice.say("plan/done", rest, task=found.task, changed=changed),), run=current)

    async def _tasks(self, scene: Scene) -> list[PlannedTask]:
        return tasks_of(scene.corpus, await journeys.all_of(scene.transaction, scene.person.id))

    def _show(self, scene: Scene, tasks: Sequence[PlannedTask]) -> Told:
        plans = [(title, rows(each)) for title, each in by_journey(tasks)]
        reply = self._voice.say("plan/plan", plans=plans, this_week=this_week(tasks))
        return Told(split(reply.blocks, self._choices(scene.address, tasks)))

    def _choices(self, address: Address, tasks: Sequence[PlannedTask]) -> tuple[Choice, ...]:
        done = self._voice.wording.outcomes[TaskOption.DONE].label
        open_first = sorted((task for task in tasks if task.outcome is TaskOption.LATER), key=lambda task: task.due)
        ticks = [
            Choice(button_id(ButtonKind.TASK, address, task.key), shortened(f"{done} : {task.task}"))
            for task in open_first[:_TICKABLE]
        ]
        labels = self._voice.labels
        exports = [Choice(button_id(ButtonKind.PLAN, address, argument="md"), labels.plan_md)]
        if open_first:
            exports.append(Choice(button_id(ButtonKind.PLAN, address, argument="ics"), labels.plan_ics))
        journeys_button = Choice(button_id(ButtonKind.JOURNEYS, address), labels.journeys)
        return (*ticks, *exports) if tasks else (journeys_button,)

    def _export(self, scene: Scene, tasks: Sequence[PlannedTask], kind: str) -> Told:
        if not tasks:
            return Told((self._voice.say("plan/exported", empty=True, calendar=kind == "ics"),))
        if kind == "ics" and not any(task.outcome is TaskOption.LATER for task in tasks):
            return Told((self._voice.say("plan/all_done"),))
        if kind == "ics":
            attachment = Attachment("plan-vigie.ics", "text/calendar", _calendar(tasks, scene))
        else:
            plans = [(title, rows(each)) for title, each in by_journey(tasks)]
            shown = self._voice.say("plan/plan", plans=plans, this_week=this_week(tasks))
            attachment = Attachment("plan-vigie.md", "text/markdown", f"{shown.text}\n")
        said = self._voice.say("plan/exported", empty=False, calendar=kind == "ics")
        return Told((Reply(said.blocks, attachments=(attachment,)),))


def tasks_of(corpus: Corpus, runs: Iterable[Run]) -> list[PlannedTask]:
    """Return the tasks of all of somebody's runs of journeys that still exist."""
    return [
        task for run in runs if (journey := corpus.journey(run.state.journey)) for task in planned(journey, run.state)
    ]


def by_journey(tasks: Sequence[PlannedTask]) -> list[tuple[str, list[PlannedTask]]]:
    """Return tasks by the title of their journey, in order."""
    titles = dict.fromkeys(task.journey.title for task in tasks)
    return [(title, [task for task in tasks if task.journey.title == title]) for title in titles]


def _calendar(tasks: Sequence[PlannedTask], scene: Scene) -> str:
    """Return the open tasks as a calendar, each a whole day: calendars on phones show events, and drop to-dos."""
    # It takes long to load, and few take their plan along.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Vigie//plan//FR")
    calendar.add("version", "2.0")
    for task in tasks:
        if task.outcome is not TaskOption.LATER:
            continue
        event = Event()
        event.add("uid", f"{digest(f'{scene.person.id}/{task.key}')}@vigie")
        event.add("dtstamp", scene.now)
        event.add("dtstart", task.due)
        event.add("dtend", task.due + timedelta(days=1))
        event.add("summary", task.task)
        event.add("description", task.journey.title)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")
