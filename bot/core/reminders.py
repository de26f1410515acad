"""Reminders: offered once, at a time that the person chooses on their own clock, never at night, never insisting."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.content.corpus import Corpus
from bot.core.buttons import Button, ButtonKind, button_id
from bot.core.calendar import minute_of, next_occurrence, on_another_clock, read_times, read_zone, time_of
from bot.core.messages import Address, Choice, ChoiceKind, Outgoing, Reply
from bot.core.scene import Scene, Told
from bot.core.voice import Voice
from bot.dialogue.engine import position
from bot.rendering.spoken import clock, weekday
from bot.retrieval.french import words
from bot.storage import journeys, people, reminders
from bot.storage.database import Transaction
from bot.storage.reminders import DueReminder, Reminder

INSISTS = 2
"""How many reminders are sent without an answer: after these, there are no more."""
_WEEK = timedelta(days=7)
_LATENESS = timedelta(hours=2)
"""What a reminder may be late by without putting off the next: a week goes by between two, less that at most."""
_DAY_BEGINS, _LATEST, _NIGHT_BEGINS = time(8), time(21), time(21, 15)
"""The hours that may be chosen; what is late by then is still sent until the night begins."""
_OFFERED = ((6, time(18)), (2, time(12, 30)), (0, time(9)))
"""The weekdays and times offered as buttons; any other can be typed."""
_STOP = frozenset({"stop", "arreter", "arrete", "non", "off", "plus"})


@dataclass(frozen=True, slots=True)
class Moment:
    """A weekday (0 for Monday) and a time of the person's own clock."""

    weekday: int
    at: time

    @property
    def minute(self) -> int:
        """The time as a minute of the day."""
        return minute_of(self.at)

    def next_in(self, zone: str, after: datetime) -> datetime:
        """Return when it comes next on the clock of a zone."""
        return next_occurrence((self.weekday,), self.at, zone, after)


class Reminders:
    """Offers reminders, sets and stops them."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    async def offer(self, scene: Scene, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """Return replies with the offer of a reminder after them, if it is the first one."""
        if not await self._is_first_offer(scene):
            return replies
        return (*replies, self._voice.say("reminders/offer", self._choices(scene.address)))

    async def mention(self, scene: Scene, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """Return replies that begin with a word on reminders, if it is the first one: the step goes on at once."""
        if not replies or not await self._is_first_offer(scene):
            return replies
        first, *others = replies
        mention = self._voice.templates.render("reminders/mention")
        return (replace(first, blocks=(*first.blocks[:1], *mention, *first.blocks[1:])), *others)

    async def command(self, scene: Scene, argument: str) -> Told:
        """Show the reminder, set it ("jeudi 18h30"), stop it ("stop"), or change the time zone ("fuseau Montréal")."""
        typed = words(argument)
        if not typed:
            return await self._show(scene)
        if typed[0] == "fuseau":
            return await self._set_zone(scene, argument.partition(" ")[2])
        if typed[0] in _STOP:
            return await self._stop(scene)
        moment = _read_moment(argument, scene.today)
        if moment is None:
            return Told((self._voice.say("reminders/not_understood", self._choices(scene.address)),))
        return await self._set(scene, moment)

    async def press(self, scene: Scene, button: Button) -> Told:
        """Set the reminder of a button, decline the offer, or stop what was set."""
        if button.argument == "stop":
            return await self._stop(scene)
        if button.argument == "no":
            return Told((self._voice.say("reminders/declined"),))
        moment = _moment_of(button)
        return await self._set(scene, moment) if moment else Told((self._voice.notice("buttons/outdated"),))

    async def claim(
        self, transaction: Transaction, found: DueReminder, now: datetime, corpus: Corpus
    ) -> Outgoing | None:
        """Count a reminder whose time has come as sent, and return it.

        Returns:
            None where there is nothing to remind of or nobody to insist with; where it is night, or the person cannot
            be written to, it waits.
        """
        reminder, zone = found.reminder, ZoneInfo(found.zone)
        held = await people.hold(transaction, found.person)
        if held and await reminders.find(transaction, found.person) != reminder:
            return None
        run = next((run for run in await journeys.all_of(transaction, found.person) if run.state.open), None)
        journey = corpus.journey(run.state.journey) if run else None
        if run is None or journey is None or reminder.unanswered >= INSISTS or run.state.step not in journey.by_id:
            await reminders.drop(transaction, found.person)
            return None
        moment = Moment(reminder.weekday, time_of(reminder.minute))
        if not await people.is_reachable(transaction, reminder.address):
            await reminders.keep(transaction, found.person, replace(reminder, due=moment.next_in(found.zone, now)))
            return None
        local = now.astimezone(zone)
        if not _DAY_BEGINS <= local.time() < _NIGHT_BEGINS:
            morning = local.date() + timedelta(days=local.time() >= _NIGHT_BEGINS)
            waits = replace(reminder, due=datetime.combine(morning, _DAY_BEGINS, zone))
            await reminders.keep(transaction, found.person, waits)
            return None
        due = moment.next_in(found.zone, now + _WEEK - _LATENESS)
        sent = replace(reminder, due=due, unanswered=reminder.unanswered + 1)
        await reminders.keep(transaction, found.person, sent)
        place, total = position(journey, run.state)
        choices = (
            Choice(button_id(ButtonKind.JOURNEY, reminder.address, journey.id), self._voice.labels.resume),
            self._stop_button(reminder.address),
        )
        last = sent.unanswered >= INSISTS
        values = {"journey": journey, "place": place, "left": total - place, "last": last}
        return Outgoing((self._voice.say("reminders/reminder", choices, **values),))

    @staticmethod
    async def _is_first_offer(scene: Scene) -> bool:
        """Tell whether reminders were neither offered nor set before, and keep that they are offered now."""
        if scene.person.reminder_offered or await reminders.find(scene.transaction, scene.person.id):
            return False
        await people.set_reminder_offered(scene.transaction, scene.person.id, scene.now)
        return True

    async def _show(self, scene: Scene) -> Told:
        found = await reminders.find(scene.transaction, scene.person.id)
        if found is None:
            choices = self._choices(scene.address)
            return Told((self._voice.say("reminders/show", choices, day=None, zone=scene.person.zone),))
        moment = Moment(found.weekday, time_of(found.minute))
        values = _told(moment, found.due, scene.person.zone)
        return Told((self._voice.say("reminders/show", (self._stop_button(scene.address),), **values),))

    async def _set(self, scene: Scene, moment: Moment) -> Told:
        if not _DAY_BEGINS <= moment.at <= _LATEST:
            return Told((self._voice.say("reminders/night", self._choices(scene.address)),))
        due = moment.next_in(scene.person.zone, scene.now)
        reminder = Reminder(scene.address, moment.weekday, moment.minute, due)
        await reminders.keep(scene.transaction, scene.person.id, reminder)
        return Told((self._voice.say("reminders/set", **_told(moment, due, scene.person.zone)),))

    async def _stop(self, scene: Scene) -> Told:
        was_on = await reminders.drop(scene.transaction, scene.person.id)
        return Told((self._voice.say("reminders/stopped", was_on=was_on),))

    async def _set_zone(self, scene: Scene, wanted: str) -> Told:
        zone = read_zone(wanted)
        if zone is None:
            return Told((self._voice.say("reminders/zone_unknown"),))
        await people.set_zone(scene.transaction, scene.person.id, zone)
        found = await reminders.find(scene.transaction, scene.person.id)
        if found:
            due = on_another_clock((found.weekday,), time_of(found.minute), zone, found.due, scene.now)
            await reminders.keep(scene.transaction, scene.person.id, replace(found, due=due))
        return Told((self._voice.say("reminders/zone_set", zone=zone),))

    def _choices(self, address: Address) -> tuple[Choice, ...]:
        offered = (Moment(weekday, at) for weekday, at in _OFFERED)
        moments = (
            Choice(
                button_id(ButtonKind.REMIND, address, argument=f"{moment.weekday}_{moment.minute}"),
                f"{weekday(moment.weekday).capitalize()} {clock(moment.at)}",
            )
            for moment in offered
        )
        no = Choice(button_id(ButtonKind.REMIND, address, argument="no"), self._voice.labels.no_thanks)
        return (*moments, no)

    def _stop_button(self, address: Address) -> Choice:
        identifier = button_id(ButtonKind.REMIND, address, argument="stop")
        return Choice(identifier, self._voice.labels.stop_reminders, ChoiceKind.NAVIGATION)


def _told(moment: Moment, due: datetime, zone: str) -> dict[str, object]:
    """Return what the templates tell of a reminder."""
    due_on = due.astimezone(ZoneInfo(zone)).date()
    return {"day": weekday(moment.weekday), "at": moment.at, "due": due_on, "zone": zone}


def _moment_of(button: Button) -> Moment | None:
    """Return the moment that a button offers, None if it offers none."""
    day, _, minute = button.argument.partition("_")
    if not (day.isdecimal() and minute.isdecimal() and int(day) < 7 and int(minute) < 24 * 60):
        return None
    return Moment(int(day), time_of(int(minute)))


def _read_moment(typed: str, today: date) -> Moment | None:
    """Return the moment that somebody typed ("jeudi 18h30", "demain à 9 h"), None if there is none in it."""
    times = read_times(typed)
    days = {*times.weekdays, *([(today.weekday() + 1) % 7] if "demain" in times.others else [])}
    return Moment(days.pop(), times.at) if len(days) == 1 and times.at else None
