"""A community's week as its team sees it: figures, a picture, what to look at again; and the same every Monday."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from operator import attrgetter, itemgetter
from zoneinfo import ZoneInfo

from bot.content.corpus import Corpus, Passage
from bot.core.answering import passage_choices
from bot.core.buttons import Button, ButtonKind
from bot.core.calendar import next_occurrence, on_another_clock
from bot.core.figures import Sum, coarse, summed
from bot.core.knowledge import Knowledge
from bot.core.messages import (
    Address,
    Choice,
    ChoiceKind,
    Day,
    Due,
    DueKind,
    Funnel,
    Outgoing,
    Picture,
    Reply,
    Status,
)
from bot.core.scene import Scene, Told
from bot.core.team import note_deed, team_button
from bot.core.voice import Voice
from bot.dialogue.script import StepKind
from bot.storage import communities, digests, feedback, journeys, people, question_counts
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Transaction
from bot.storage.digests import Digest
from bot.storage.question_counts import DayCount

_DAYS = 7
_MONDAY, _AT = 0, time(9)
_LATENESS = timedelta(hours=24)
"""What a digest may be late by: on the next day the week is still the last one."""
_USELESS_FROM = 2
"""How many have to find a passage useless, or to say why, before that is told: one may have been in a bad mood."""
_LISTED = 5
_STALE_AFTER = timedelta(days=365)
_WEEK, _DIGEST = "week", "digest"


@dataclass(frozen=True, slots=True)
class _LowRated:
    """A passage that helps few, and the label of the reason that most people gave, if some gave the same."""

    passage: Passage
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Week:
    """What is known of a community's week; no figure that is kept here is one that may not be told.

    Attributes:
        days: the questions, day by day.
        answered: those of all days that had an answer.
        suggested: those for which some advice was proposed.
        unknown: those that had neither.
        useful: how often an answer was said to be useful.
        useless: how often it was not.
        funnels: the journeys, those most begun first, since they are counted.
        begun: how many were begun, all of them together.
        finished: how many were gone through.
        low_rated: the passages to look at first, the worst first.
    """

    days: tuple[Day, ...]
    answered: Sum
    suggested: Sum
    unknown: Sum
    useful: int
    useless: int
    funnels: tuple[Funnel, ...]
    begun: Sum
    finished: Sum
    low_rated: tuple[_LowRated, ...]

    @property
    def is_empty(self) -> bool:
        return not any((*self.outcomes, self.useful, self.useless))

    @property
    def outcomes(self) -> tuple[Sum, Sum, Sum]:
        return self.answered, self.suggested, self.unknown

    @property
    def pictures(self) -> tuple[Picture, ...]:
        if self.is_empty:
            return ()
        name = f"semaine-{self.days[-1].day.isoformat()}.png"
        return (Picture(name, self.days, self.useful, self.useless, self.funnels[:_LISTED]),)


class Stats:
    """Shows teams their week when they ask, and every Monday if they want it."""

    def __init__(self, voice: Voice, knowledge: Knowledge) -> None:
        self._voice = voice
        self._knowledge = knowledge

    async def command(self, scene: Scene, team: Community, _argument: str) -> Told:
        """Show the last seven days, today included."""
        return await self._show(scene, team, _day(team, scene.now))

    async def press(self, scene: Scene, team: Community, button: Button) -> Told:
        """Show the week that ends on the day of a button, or have the digest sent or not."""
        verb, _, what = button.argument.partition("_")
        if verb == _DIGEST:
            return await (self._send_here(scene, team) if what == "yes" else self._stop(scene, team))
        last = _kept_day(what, _day(team, scene.now))
        return await self._show(scene, team, last) if last else Told((self._voice.notice("buttons/outdated"),))

    async def due(self, transaction: Transaction, platform: str, now: datetime) -> list[Due]:
        """Return the digests of a platform's communities whose time has come, each counted as sent."""
        sent = []
        for found in await digests.due(transaction, platform, now):
            team = await communities.held(transaction, platform, found.community)
            if team is None or await digests.find(transaction, team) != found:
                # Just chosen anew; or Vigie was put out of it: dropped with the community, or goes on when she is back.
                continue
            await _put_off(transaction, team, found, now)
            outgoing = await self._digest(transaction, team, found) if now - found.due <= _LATENESS else None
            if outgoing:
                sent.append(Due(_address(team, found), outgoing, to_all=found.to_all, kind=DueKind.DIGEST))
        return sent

    async def _digest(self, transaction: Transaction, team: Community, digest: Digest) -> Outgoing | None:
        """Return what a team is to read of the week before, None where there is nothing in it or nobody to write to."""
        address = _address(team, digest)
        last = _day(team, digest.due) - timedelta(days=1)
        week = await self._week(transaction, team, last, await self._known(transaction, team))
        if week.is_empty or not (digest.to_all or await people.is_reachable(transaction, address)):
            return None
        if digest.to_all:
            return Outgoing((self._told(team, week, ()),))
        identifier = team_button(ButtonKind.STATS, address, team, f"{_WEEK}_{last:%Y%m%d}")
        choices = (Choice(identifier, self._voice.labels.see_week), self._digest_button(address, team, wanted=False))
        return Outgoing((self._voice.say("stats/ready", choices, title=team.title),))

    async def _show(self, scene: Scene, team: Community, last: date) -> Told:
        corpus = await self._known(scene.transaction, team)
        week = await self._week(scene.transaction, team, last, corpus)
        stale = _unreviewed(corpus, _day(team, scene.now) - _STALE_AFTER)
        passages = [each.passage for each in week.low_rated]
        choices = (
            *passage_choices(passages, scene.address, ChoiceKind.SEE_ALSO),
            *await self._digest_choices(scene, team),
        )
        return Told((self._told(team, week, stale, choices),))

    def _told(self, team: Community, week: _Week, stale: Sequence[Passage], choices: Iterable[Choice] = ()) -> Reply:
        reply = self._voice.say(
            "stats/week",
            choices,
            title=team.title,
            since=week.days[0].day,
            until=week.days[-1].day,
            is_empty=week.is_empty,
            total=sum(outcome.figure for outcome in week.outcomes),
            more=any(outcome.more for outcome in week.outcomes),
            answered=week.answered,
            suggested=week.suggested,
            unknown=week.unknown,
            useful=week.useful,
            useless=week.useless,
            started=week.begun,
            finished=week.finished,
            low_rated=[(each.passage.title, each.reason) for each in week.low_rated],
            stale=len(stale),
            oldest=[passage.title for passage in stale[:_LISTED]],
        )
        return replace(reply, pictures=week.pictures)

    async def _known(self, transaction: Transaction, team: Community) -> Corpus:
        """Return what a community knows, whatever else whoever asks may be told."""
        return (await self._knowledge.known(transaction, team, None)).corpus

    async def _week(self, transaction: Transaction, team: Community, last: date, corpus: Corpus) -> _Week:
        """Return what is known of the seven days that end with one."""
        first = last - timedelta(days=_DAYS - 1)
        counts = await question_counts.between(transaction, team, first, last)
        days = [
            _counted(day, [each for each in counts if each.day == day])
            for day in (first + timedelta(days=number) for number in range(_DAYS))
        ]
        since, until = (_midnight(team, day) for day in (first, last + timedelta(days=1)))
        useful, useless = await feedback.opinions(transaction, team.id, since, until)
        walked = await _walked(transaction, team, corpus)
        low_rated = await feedback.low_rated(transaction, team.id, _USELESS_FROM)
        reasons = self._voice.wording.reasons
        return _Week(
            tuple(Day(day.day, coarse(day.answered), coarse(day.suggested), coarse(day.unknown)) for day in days),
            summed(day.answered for day in days),
            summed(day.suggested for day in days),
            summed(day.unknown for day in days),
            coarse(useful),
            coarse(useless),
            tuple(sorted(map(_coarse_funnel, walked), key=attrgetter("begun"), reverse=True)),
            summed(each.begun for each in walked),
            summed(each.finished for each in walked),
            tuple(
                _LowRated(corpus.by_id[each.passage], reasons.get(each.reason or ""))
                for each in low_rated
                if each.passage in corpus.by_id
            )[:_LISTED],
        )

    async def _send_here(self, scene: Scene, team: Community) -> Told:
        before, wanted = await digests.find(scene.transaction, team), _wanted(scene, team)
        if before is None or not _are_read_alike(before, wanted):
            await digests.keep(scene.transaction, team.platform, wanted)
            await note_deed(scene, team, Action.DIGEST_ON, scene.incoming.place_title)
        due = _day(team, wanted.due)
        return Told((self._voice.notice("stats/digest_on", here=wanted.to_all, due=due, at=_AT),))

    async def _stop(self, scene: Scene, team: Community) -> Told:
        if await digests.drop(scene.transaction, team):
            await note_deed(scene, team, Action.DIGEST_OFF, scene.incoming.place_title)
        return Told((self._voice.notice("stats/digest_off"),))

    async def _digest_choices(self, scene: Scene, team: Community) -> tuple[Choice, ...]:
        """Return the buttons that have the digest sent here, and stopped, as far as they would change something."""
        found = await digests.find(scene.transaction, team)
        is_here = found is not None and _are_read_alike(found, _wanted(scene, team))
        start = () if is_here else (self._digest_button(scene.address, team, wanted=True),)
        stop = (self._digest_button(scene.address, team, wanted=False),) if found else ()
        return (*start, *stop)

    def _digest_button(self, address: Address, team: Community, *, wanted: bool) -> Choice:
        identifier = team_button(ButtonKind.STATS, address, team, f"{_DIGEST}_{'yes' if wanted else 'no'}")
        label = self._voice.labels.digest_yes if wanted else self._voice.labels.digest_no
        return Choice(identifier, label, ChoiceKind.NAVIGATION)


async def follow_clock(transaction: Transaction, team: Community, now: datetime) -> None:
    """Have a team's digest come on Monday on the clock that the community has now."""
    found = await digests.find(transaction, team)
    if found:
        due = on_another_clock((_MONDAY,), _AT, team.zone, found.due, now)
        await digests.keep(transaction, team.platform, replace(found, due=due))


async def _put_off(transaction: Transaction, team: Community, digest: Digest, now: datetime) -> None:
    """Have a digest come the next Monday."""
    due = next_occurrence((_MONDAY,), _AT, team.zone, now)
    await digests.keep(transaction, team.platform, replace(digest, due=due))


async def _walked(transaction: Transaction, team: Community, corpus: Corpus) -> list[Funnel]:
    """Return how far people got in the journeys that anybody began in a community."""
    reached = {(each.journey, each.step): each.reached for each in await journeys.counts_of(transaction, team.id)}
    found = []
    for journey in corpus.journeys:
        ends = [step.id for step in journey.steps if step.kind is StepKind.RECAP]
        begun = reached.get((journey.id, journey.steps[0].id), 0)
        found.append(Funnel(journey.title, begun, sum(reached.get((journey.id, end), 0) for end in ends)))
    return [each for each in found if each.begun]


def _wanted(scene: Scene, team: Community) -> Digest:
    """Return the digest that is asked for where an event happens."""
    to_all = scene.community is not None
    place = scene.public_place if to_all else None
    account = "" if to_all else scene.address.account
    return Digest(team.id, account, place, to_all, next_occurrence((_MONDAY,), _AT, team.zone, scene.now))


def _are_read_alike(one: Digest, other: Digest) -> bool:
    """Tell whether two digests are read in the same place, or by the same person."""
    if not (one.to_all and other.to_all):
        return (one.to_all, one.account) == (other.to_all, other.account)
    return one.place == other.place


def _address(team: Community, digest: Digest) -> Address:
    """Return where a digest goes."""
    if digest.to_all:
        return Address(team.platform, "", team.id, digest.place)
    return Address(team.platform, digest.account)


def _unreviewed(corpus: Corpus, before: date) -> list[Passage]:
    """Return the passages that nobody reviewed since a day, the longest ago first."""
    dated = [(each.reviewed_on, each) for each in corpus.passages if each.reviewed_on]
    return [passage for day, passage in sorted(dated, key=itemgetter(0)) if day < before]


def _kept_day(written: str, today: date) -> date | None:
    """Return the day that a button tells, None where the figures up to it are not kept."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if today - question_counts.KEPT < day <= today else None


def _counted(day: date, counts: Iterable[DayCount]) -> Day:
    """Return what became of questions, all taken together."""
    sums: Counter[Status] = Counter()
    for each in counts:
        sums[each.outcome] += each.asked
    return Day(day, sums[Status.ANSWER], sums[Status.SUGGEST], sums[Status.UNKNOWN])


def _coarse_funnel(funnel: Funnel) -> Funnel:
    return Funnel(funnel.title, coarse(funnel.begun), coarse(funnel.finished))


def _day(team: Community, moment: datetime) -> date:
    """Return the day on a community's calendar."""
    return moment.astimezone(ZoneInfo(team.zone)).date()


def _midnight(team: Community, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(team.zone))
