"""Care: Vigie kept silent in a place for a while, and somebody kept from asking for a while."""

import re
from dataclasses import dataclass
from datetime import timedelta

from pydantic import TypeAdapter

from bot.core.buttons import Button, ButtonKind
from bot.core.limits import ending
from bot.core.messages import Address, Author, Choice, Reply, Role
from bot.core.scene import Scene, Told
from bot.core.team import note_deed, role_in, team_button
from bot.core.voice import Voice
from bot.retrieval.french import fold
from bot.storage import barred, communities, drafts
from bot.storage.audit import Action
from bot.storage.barred import Bar
from bot.storage.communities import Community, Silence

LONGEST_BAR = timedelta(days=30)
_USUAL_BAR = timedelta(days=1)
_SILENCE, _BAR = "silence", "bar"
"""What a draft is about."""
_LASTING = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
"""How long what a button begins lasts, by the first word of its argument."""
_OPEN, _END = "open", "end"
_NUMBERS = ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze")
_UNITS = (
    ("mois", timedelta(days=30)),
    ("m", timedelta(minutes=1)),
    ("h", timedelta(hours=1)),
    ("j", timedelta(days=1)),
    ("s", timedelta(weeks=1)),
)
"""How the words for a length of time begin, the first that fits."""
_DURATION = re.compile(
    rf"(?:(?:pendant|pour)\s+)?(\d{{1,3}}|{'|'.join(_NUMBERS)})e?\s*"
    r"(mn|min(?:ute)?s?|h(?:eure)?s?|j(?:our)?s?|sem(?:aine)?s?|mois)"
)
_HOURS_AND_MINUTES = re.compile(r"(\d{1,2})\s*h\s*([0-5]\d)")
_ENDS = frozenset({"fin", "stop", "fini", "termine", "lever", "leve", "non", "off"})
_OPEN_ENDED = frozenset({"jusqu'a nouvel ordre", "nouvel ordre", "sans fin", "toujours"})


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of a community: what it is called where the platform tells, and the place that it is a part of."""

    id: str | None
    title: str = ""
    within: str | None = None


_place: TypeAdapter[_Place] = TypeAdapter(_Place)
_author: TypeAdapter[Author] = TypeAdapter(Author)


class Care:
    """Lets a team have Vigie keep silent in a place, and keep somebody from asking."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    async def silence(self, scene: Scene, team: Community, argument: str) -> Told:
        """Have Vigie keep silent where the command is typed, for as long as the rest of the line says."""
        if scene.community is None:
            return Told((self._voice.say("care/where"),))
        place = _Place(scene.public_place, scene.incoming.place_title, scene.incoming.within)
        content = _place.dump_json(place).decode()
        number = await drafts.add(scene.transaction, scene.address, team, _SILENCE, content, scene.now)
        lasts = read_duration(argument)
        if _says(argument, _ENDS):
            return Told((await self._speak(scene, team, number, place),))
        if lasts or _says(argument, _OPEN_ENDED):
            return Told((await self._keep_quiet(scene, team, number, place, lasts),))
        now_kept = await communities.silence(scene.transaction, _address(team, place), scene.now)
        return Told((self._silence_shown(scene, team, number, place, now_kept, misread=bool(argument)),))

    async def press_silence(self, scene: Scene, team: Community, button: Button) -> Told:
        """Have Vigie keep silent in the place of a draft, or speak there again."""
        verb, number = button.verb, button.number
        draft = await drafts.find(scene.transaction, scene.address, team, _SILENCE, number)
        if draft is None:
            return Told((self._voice.notice("buttons/outdated"),))
        place = _place.validate_json(draft.content)
        if verb == _END:
            return Told((await self._speak(scene, team, number, place),))
        return Told((await self._keep_quiet(scene, team, number, place, _LASTING.get(verb)),))

    async def bar(self, scene: Scene, team: Community, argument: str) -> Told:
        """Keep who wrote the message quoted from asking, for as long as the rest of the line says, or a day."""
        incoming, somebody = scene.incoming, scene.incoming.quoted_author
        if somebody is None:
            return Told((self._voice.say("care/whom"),))
        if somebody.account == scene.address.account:
            return Told((self._voice.say("care/not_barred", name=""),))
        role = await role_in(scene.transaction, team, somebody.account, incoming.quoted_role, incoming.quoted_roles)
        if role is not Role.MEMBER:
            return Told((self._voice.say("care/not_barred", name=somebody.name),))
        lasts, ends = read_duration(argument), _says(argument, _ENDS)
        if argument and not lasts and not ends:
            return Told((self._voice.say("care/how_long", name=somebody.name),))
        content = _author.dump_json(somebody).decode()
        number = await drafts.add(scene.transaction, scene.address, team, _BAR, content, scene.now, somebody.account)
        if ends:
            return Told((await self._lift(scene, team, somebody),))
        before = await barred.find(scene.transaction, team, somebody.account, scene.now)
        if before and not lasts:
            return Told((self._bar_shown(scene, team, number, somebody, before),))
        return Told((await self._bar(scene, team, number, somebody, lasts or _USUAL_BAR),))

    async def press_bar(self, scene: Scene, team: Community, button: Button) -> Told:
        """Have somebody kept from asking for longer or for less, or let them ask again."""
        verb, number = button.verb, button.number
        draft = await drafts.find(scene.transaction, scene.address, team, _BAR, number)
        if draft is None:
            return Told((self._voice.notice("buttons/outdated"),))
        somebody = _author.validate_json(draft.content)
        if verb == _END:
            return Told((await self._lift(scene, team, somebody),))
        if await role_in(scene.transaction, team, somebody.account) is not Role.MEMBER:
            # They were named since.
            return Told((self._voice.say("care/not_barred", name=somebody.name),))
        return Told((await self._bar(scene, team, number, somebody, _LASTING.get(verb, _USUAL_BAR)),))

    async def _keep_quiet(
        self, scene: Scene, team: Community, number: int, place: _Place, lasts: timedelta | None
    ) -> Reply:
        until = scene.now + lasts if lasts else None
        await communities.keep_quiet(scene.transaction, _address(team, place), until, place.within)
        await note_deed(scene, team, Action.SILENCED, place.title)
        return self._silence_shown(scene, team, number, place, Silence(until))

    async def _speak(self, scene: Scene, team: Community, number: int, place: _Place) -> Reply:
        here = _address(team, place)
        if await communities.silence(scene.transaction, here, scene.now):
            await communities.speak(scene.transaction, here)
            await note_deed(scene, team, Action.SILENCE_ENDED, place.title)
        if await communities.is_quiet(scene.transaction, here, scene.now, place.within):
            return self._voice.say("care/around", title=team.title, spot=place.title)
        return self._silence_shown(scene, team, number, place, None)

    def _silence_shown(
        self, scene: Scene, team: Community, number: int, place: _Place, kept: Silence | None, *, misread: bool = False
    ) -> Reply:
        labels = self._voice.labels
        offered = [(_END, labels.silence_end)]
        if kept is None:
            offered = [("hour", labels.an_hour), ("day", labels.a_day), (_OPEN, labels.silence_open)]
        choices = _choices(ButtonKind.SILENCE, scene.address, team, number, offered)
        values = ending(kept.until if kept else None, scene.now, team.zone)
        said = {"title": team.title, "spot": place.title, "quiet": kept is not None, "misread": misread, **values}
        return self._voice.say("care/silence", choices, **said)

    async def _bar(self, scene: Scene, team: Community, number: int, somebody: Author, lasts: timedelta) -> Reply:
        until = scene.now + min(lasts, LONGEST_BAR)
        await barred.keep(scene.transaction, team, somebody.account, until)
        await note_deed(scene, team, Action.BARRED, somebody.name, somebody.account)
        return self._bar_shown(scene, team, number, somebody, Bar(until, told=False))

    async def _lift(self, scene: Scene, team: Community, somebody: Author) -> Reply:
        if await barred.find(scene.transaction, team, somebody.account, scene.now):
            await barred.lift(scene.transaction, team, somebody.account)
            await note_deed(scene, team, Action.BAR_LIFTED, somebody.name, somebody.account)
        return self._voice.say("care/lifted", name=somebody.name, title=team.title)

    def _bar_shown(self, scene: Scene, team: Community, number: int, somebody: Author, bar: Bar) -> Reply:
        labels = self._voice.labels
        offered = [("hour", labels.an_hour), ("day", labels.a_day), ("week", labels.a_week), (_END, labels.bar_lift)]
        choices = _choices(ButtonKind.BAR, scene.address, team, number, offered)
        values = ending(bar.until, scene.now, team.zone)
        return self._voice.say("care/bar", choices, name=somebody.name, title=team.title, **values)


def read_duration(typed: str) -> timedelta | None:
    """Return how long something is to last ("2h", "1 jour", "deux semaines"), None where that is not what was typed."""
    folded = fold(typed).strip(" .!")
    if found := _HOURS_AND_MINUTES.fullmatch(folded):
        return timedelta(hours=int(found[1]), minutes=int(found[2])) or None
    found = _DURATION.fullmatch(folded)
    if found is None:
        return None
    count = int(found[1]) if found[1].isdecimal() else _NUMBERS.index(found[1]) + 1
    return count * next(length for name, length in _UNITS if found[2].startswith(name)) or None


def _says(typed: str, phrases: frozenset[str]) -> bool:
    return fold(typed).strip(" .!") in phrases


def _choices(
    kind: ButtonKind, address: Address, team: Community, number: int, offered: list[tuple[str, str]]
) -> list[Choice]:
    return [Choice(team_button(kind, address, team, f"{verb}_{number}"), label) for verb, label in offered]


def _address(team: Community, place: _Place) -> Address:
    return Address(team.platform, "", team.id, place.id)
