"""Tips at a chosen time: on which days, at what hour, where and on what, until their team takes them off again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.content.corpus import Corpus, Theme
from bot.core.buttons import Button, ButtonKind, shortened
from bot.core.calendar import Span, next_occurrence, occurrences, read_span, read_times, read_zone
from bot.core.messages import Address, Choice, ChoiceKind, Due, DueKind, Outgoing
from bot.core.scene import Scene, Told
from bot.core.stats import follow_clock
from bot.core.team import note_deed, team_button
from bot.core.tips import Tips, draw, themes_with_tips
from bot.core.voice import Voice
from bot.rendering.spoken import day, enumerated, weekday
from bot.retrieval.french import STOP_WORDS, fold, stem, words
from bot.storage import communities, programmes
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Transaction
from bot.storage.programmes import Programme

ADD = "add"
"""The argument of the button that opens the form of a new programme."""
LONGEST_WHEN = 100
LONGEST_THEMES = 200
_MOST = 8
"""Programmes of a community: as many as there is room for below one message."""
_SHOWN = 3
"""Dates shown of a programme."""
_LATENESS = timedelta(hours=1)
_FARTHEST = timedelta(days=366)
"""Until when holidays may last."""
_DUE_AT_ONCE = 100
_REMOVE = "remove"
_VERBS = {
    "pause": "pause",
    "vacances": "pause",
    "reprendre": "resume",
    "reprise": "resume",
    "fuseau": "zone",
    "retirer": _REMOVE,
    "supprimer": _REMOVE,
    "enlever": _REMOVE,
}
_BESIDE_THEMES = STOP_WORDS | {"chaque", "theme", "themes", "conseil", "conseils"}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A programme as it is told."""

    when: str
    place: str | None
    place_title: str
    is_here: bool
    is_quiet: bool
    themes: tuple[str, ...]
    dates: tuple[tuple[date, time], ...]


class Programmes:
    """Sets programmes, shows them, takes them off, and has their tips told."""

    def __init__(self, voice: Voice, tips: Tips) -> None:
        self._voice = voice
        self._tips = tips

    async def command(self, scene: Scene, team: Community, argument: str) -> Told:
        """Show the programmes of a community, or do what the rest of the line says: anything else adds one."""
        verb, _, rest = argument.strip().partition(" ")
        if not verb:
            return await self._show(scene, team)
        match _VERBS.get(fold(verb)):
            case "pause":
                return await self._pause(scene, team, rest)
            case "resume":
                return await self._resume(scene, team)
            case "zone":
                return await self._set_zone(scene, team, rest)
            case "remove":
                return await self._remove_listed(scene, team, rest)
        return await self._add(scene, team, argument)

    async def press(self, scene: Scene, team: Community, button: Button) -> Told:
        """Take off the programme of a button, or add the one that was written in the form that it opened."""
        if button.verb == ADD:
            written = dict(scene.incoming.written)
            return await self._add(scene, team, f"{written.get('when', '')} {written.get('themes', '')}")
        listed = await programmes.of_community(scene.transaction, team)
        found = next((each for each in listed if each.number == button.number), None)
        if button.verb != _REMOVE or found is None:
            return Told((self._voice.notice("buttons/outdated"),))
        return await self._remove(scene, team, found)

    async def due(self, transaction: Transaction, platform: str, now: datetime, corpus: Corpus) -> list[Due]:
        """Return the tips whose time has come in a platform's communities, each counted as told.

        One that is late by more than an hour, or whose place is quiet, is left out.
        """
        told = []
        for community, programme in await programmes.due(transaction, platform, now, _DUE_AT_ONCE):
            team = await communities.held(transaction, platform, community)
            if team is None or programme not in await programmes.of_community(transaction, team):
                # Just taken off, or put off; or Vigie was put out of it.
                continue
            if not await _claim(transaction, team, programme, now):
                continue
            address = Address(platform, "", community, programme.place)
            if await communities.is_quiet(transaction, address, now, programme.within):
                continue
            tip = await draw(transaction, corpus, team, programme.themes, now)
            if tip:
                told.append(Due(address, Outgoing((self._tips.shown(corpus, tip),)), to_all=True, kind=DueKind.TIP))
        return told

    async def _add(self, scene: Scene, team: Community, typed: str) -> Told:
        times = read_times(typed)
        if not times.weekdays or times.at is None:
            return Told((self._voice.say("programme/not_understood"),))
        offered = themes_with_tips(scene.corpus)
        themes, unknown = _named(offered, times.others)
        if unknown:
            values = {"words": " ".join(unknown), "themes": [theme.title for theme in offered]}
            return Told((self._voice.say("programme/theme_unknown", **values),))
        within, title = scene.incoming.within, scene.incoming.place_title
        wanted = Programme(scene.public_place, within, title, times.weekdays, times.at, themes, scene.now)
        listed = await programmes.of_community(scene.transaction, team)
        same = next((each for each in listed if _moment(each) == _moment(wanted)), None)
        if same:
            await programmes.drop(scene.transaction, same.number)
        elif len(listed) >= _MOST:
            return Told((self._voice.say("programme/full", self._removals(scene, team, listed), count=_MOST),))
        holidays = await programmes.holidays(scene.transaction, team, _today(team, scene.now))
        wanted = replace(wanted, due=_next(wanted, team, scene.now, holidays))
        await programmes.add(scene.transaction, team, wanted)
        await note_deed(scene, team, Action.PROGRAMME_ADDED, self._when(wanted))
        due, at = _on_clock(team, wanted.due)
        return await self._show(scene, team, "added", due=due, at=at)

    async def _remove_listed(self, scene: Scene, team: Community, number: str) -> Told:
        listed = await programmes.of_community(scene.transaction, team)
        place = number.strip()
        if not (place.isdecimal() and 0 < int(place) <= len(listed)):
            return await self._show(scene, team, "no_such")
        return await self._remove(scene, team, listed[int(place) - 1])

    async def _remove(self, scene: Scene, team: Community, programme: Programme) -> Told:
        await programmes.drop(scene.transaction, programme.number)
        await note_deed(scene, team, Action.PROGRAMME_REMOVED, self._when(programme))
        return await self._show(scene, team, "removed", what=self._when(programme))

    async def _pause(self, scene: Scene, team: Community, typed: str) -> Told:
        today = _today(team, scene.now)
        span = read_span(typed, today)
        if span is None or not today <= span[1] <= today + _FARTHEST:
            return Told((self._voice.say("programme/pause_not_understood"),))
        first, last = span
        await programmes.add_holidays(scene.transaction, team, first, last)
        await _put_off_all(scene.transaction, team, scene.now)
        await note_deed(scene, team, Action.HOLIDAYS_SET, _days(span))
        return await self._show(scene, team, "paused", first_day=first, last_day=last)

    async def _resume(self, scene: Scene, team: Community) -> Told:
        holidays = await programmes.holidays(scene.transaction, team, _today(team, scene.now))
        await programmes.drop_holidays(scene.transaction, team)
        if holidays:
            await _put_off_all(scene.transaction, team, scene.now)
            await note_deed(scene, team, Action.HOLIDAYS_ENDED, enumerated([_days(span) for span in holidays]))
        return await self._show(scene, team, "resumed", was_paused=bool(holidays))

    async def _set_zone(self, scene: Scene, team: Community, typed: str) -> Told:
        zone = read_zone(typed)
        if zone is None:
            return Told((self._voice.say("programme/zone_unknown"),))
        team = replace(team, zone=zone)
        await communities.keep(scene.transaction, team)
        await _put_off_all(scene.transaction, team, scene.now)
        await follow_clock(scene.transaction, team, scene.now)
        await note_deed(scene, team, Action.ZONE_SET, zone)
        return await self._show(scene, team, "zone_set", zone=zone)

    async def _show(self, scene: Scene, team: Community, said: str | None = None, /, **values: object) -> Told:
        """Show the programmes as they are now, after a word on what was done, or before one on what can be."""
        listed = await programmes.of_community(scene.transaction, team)
        holidays = await programmes.holidays(scene.transaction, team, _today(team, scene.now))
        shown = [await self._shown(scene, team, each, holidays) for each in listed]
        choices = [*self._removals(scene, team, listed)]
        if scene.incoming.capabilities.forms and len(listed) < _MOST:
            identifier = team_button(ButtonKind.PROGRAMME, scene.address, team, ADD)
            choices.append(Choice(identifier, self._voice.labels.programme_add, ChoiceKind.NAVIGATION))
        whole = {"programmes": shown, "holidays": holidays, "title": team.title, "zone": team.zone}
        reply = self._voice.say("programme/list", choices, explains=said is None, **whole)
        before = self._voice.templates.render(f"programme/{said}", **values) if said else ()
        return Told((replace(reply, blocks=(*before, *reply.blocks)),))

    async def _shown(self, scene: Scene, team: Community, programme: Programme, holidays: Sequence[Span]) -> _Shown:
        titles = {theme.id: theme.title for theme in scene.corpus.themes}
        coming = occurrences(programme.weekdays, programme.at, team.zone, scene.now, holidays)
        address = Address(team.platform, scene.address.account, team.id, programme.place)
        return _Shown(
            self._when(programme),
            programme.place,
            programme.place_title,
            is_here=scene.community is not None and programme.place == scene.public_place,
            is_quiet=await communities.is_quiet(scene.transaction, address, scene.now, programme.within),
            themes=tuple(titles.get(theme, theme) for theme in programme.themes),
            dates=tuple(_on_clock(team, moment) for moment in islice(coming, _SHOWN)),
        )

    def _when(self, programme: Programme) -> str:
        """Return the days and the time of a programme in few words."""
        values = {"weekdays": [weekday(number) for number in programme.weekdays], "at": programme.at}
        return "".join(block.text for block in self._voice.templates.render("programme/when", **values))

    def _removals(self, scene: Scene, team: Community, listed: Iterable[Programme]) -> list[Choice]:
        return [
            Choice(
                team_button(ButtonKind.PROGRAMME, scene.address, team, f"{_REMOVE}_{each.number}"),
                shortened(f"{self._voice.labels.programme_remove} : {self._when(each)}"),
            )
            for each in listed
        ]


def _named(themes: Iterable[Theme], typed: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """Return the ids of the themes that some words name, and the words that name none."""
    wanted = {stem(word): word for word in typed if word not in _BESIDE_THEMES}
    held = {theme.id: {stem(word) for word in words(f"{theme.title} {theme.id}")} for theme in themes}
    named = tuple(name for name, stems in held.items() if stems & set(wanted))
    return named, [word for each, word in wanted.items() if not any(each in stems for stems in held.values())]


async def _claim(transaction: Transaction, team: Community, programme: Programme, now: datetime) -> bool:
    """Have the next tip of a programme wait for its time; return whether one is to be told now."""
    holidays = await programmes.holidays(transaction, team, _today(team, now - _LATENESS))
    await programmes.put_off(transaction, programme.number, _next(programme, team, now, holidays))
    return _next(programme, team, now - _LATENESS, holidays) <= now


def _next(programme: Programme, team: Community, after: datetime, holidays: Sequence[Span]) -> datetime:
    return next_occurrence(programme.weekdays, programme.at, team.zone, after, holidays)


async def _put_off_all(transaction: Transaction, team: Community, now: datetime) -> None:
    """Have every programme of a community wait for its next time, on the clock and in the holidays of now."""
    holidays = await programmes.holidays(transaction, team, _today(team, now))
    for each in await programmes.of_community(transaction, team):
        await programmes.put_off(transaction, each.number, _next(each, team, now, holidays))


def _moment(programme: Programme) -> tuple[str | None, tuple[int, ...], time]:
    return programme.place, programme.weekdays, programme.at


def _days(span: Span) -> str:
    first, last = span
    return day(first) if first == last else f"{day(first)} – {day(last)}"


def _today(team: Community, now: datetime) -> date:
    return _on_clock(team, now)[0]


def _on_clock(team: Community, moment: datetime) -> tuple[date, time]:
    """Return the day and the time that a community's clock shows at a moment."""
    local = moment.astimezone(ZoneInfo(team.zone))
    return local.date(), local.time()
