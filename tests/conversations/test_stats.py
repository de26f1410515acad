"""Those who moderate see their week and what to look at again, and read of it every Monday; nobody is counted alone."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.core.buttons import ButtonKind
from bot.core.messages import Address, Capabilities, Day, Due, Funnel, Incoming, Manner, Picture, Role
from bot.core.team import team_button
from bot.library import Library
from bot.storage import audit, communities, question_counts, taught
from bot.storage.audit import Action, Deed
from bot.storage.communities import Community
from bot.storage.database import Database
from bot.storage.taught import Lesson, Writer
from tests.conversations.garden import ADVICE, QUESTION, UNANSWERED, led_to
from tests.conversations.words import LABELS, REASONS, said
from tests.people import NOON, Clock, Member

SUNDAY = date(2026, 11, 22)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""The Monday after the Sunday on which people come in tests, at nine in Paris."""
VAGUE = "tomate radis compost"
REFUSED = said("team/refused", here=True)
UNSEEN = Capabilities(buttons=True, unseen=True)
"""What a platform can that shows answers to one person alone."""


class Workshop:
    """A community whose members ask, and whose team looks at it."""

    def __init__(self, advisor: Advisor, database: Database, name: str = "atelier") -> None:
        self.clock = Clock()
        self.lea = Member(advisor, "léa", name, clock=self.clock, role=Role.MODERATOR)
        self.max = Member(advisor, "max", name, clock=self.clock)
        self._advisor = advisor
        self._database = database
        self._name = name

    def somebody(self, name: str, community: str | None = "same") -> Member:
        return Member(self._advisor, name, self._name if community == "same" else community, clock=self.clock)

    async def is_asked(self, question: str, times: int) -> None:
        for number in range(times):
            await self.somebody(f"{question[:9]}{number}").says(question)

    async def opinions(self, passage: str, useful: int, useless: int, reasons: tuple[str, ...] = ()) -> None:
        """Have so many people say what they think of the answer to a question."""
        for number in range(useful + useless):
            member = self.somebody(f"{passage[:9]}{number}")
            await member.says(passage)
            await member.presses(LABELS.useful if number < useful else LABELS.useless)
            if useful <= number < useful + len(reasons):
                await member.presses(reasons[number - useful])

    async def due(self, moment: datetime = MONDAY) -> list[Due]:
        self.clock.now = moment
        return await self._advisor.due(moment, ("test",))

    async def journal(self) -> list[Deed]:
        async with self._database.transaction() as transaction:
            return await audit.latest(transaction, Community("test", self._name, self._name), 20)


@pytest.fixture
def workshop(gardening: Advisor, database: Database) -> Workshop:
    return Workshop(gardening, database)


def picture(member: Member) -> Picture:
    [found] = [each for reply in member.last.replies for each in reply.pictures]
    return found


def has_picture(member: Member) -> bool:
    return any(reply.pictures for reply in member.last.replies)


# The week.


async def test_a_week_without_questions_is_told_as_such_and_without_a_picture(workshop: Workshop) -> None:
    shown = await workshop.lea.says("/stats")
    assert "Semaine calme" in shown
    assert "du lundi 16 novembre au dimanche 22 novembre" in shown
    assert not has_picture(workshop.lea)


async def test_what_became_of_questions_is_told_and_drawn(workshop: Workshop) -> None:
    await workshop.is_asked(QUESTION, 6)
    await workshop.is_asked(UNANSWERED, 5)
    shown = await workshop.lea.says("/stats")
    assert "**11 questions** : 6 avec une réponse, 0 avec des conseils proposés, 5 sans réponse." in shown
    assert [each.day for each in picture(workshop.lea).days] == [
        SUNDAY - timedelta(days=left) for left in range(6, -1, -1)
    ]
    assert picture(workshop.lea).days[-1] == Day(SUNDAY, 6, 0, 5)
    assert picture(workshop.lea).days[:-1] == tuple(Day(SUNDAY - timedelta(days=left)) for left in range(6, 0, -1))


async def test_each_question_counts_on_its_day_on_the_community_s_clock(workshop: Workshop, database: Database) -> None:
    # It is Sunday still, and in Auckland Monday.
    async with database.transaction() as transaction:
        await communities.keep(transaction, Community("test", "atelier", "atelier", zone="Pacific/Auckland"))
    await workshop.is_asked(QUESTION, 5)
    await workshop.lea.says("/stats")
    assert picture(workshop.lea).days[-1] == Day(SUNDAY + timedelta(days=1), 5)


async def test_what_is_older_than_seven_days_is_not_told(workshop: Workshop) -> None:
    await workshop.is_asked(QUESTION, 5)
    workshop.clock.passes(days=6)
    assert "**5 questions**" in await workshop.lea.says("/stats")
    workshop.clock.passes(days=1)
    assert "Semaine calme" in await workshop.lea.says("/stats")


async def test_figures_under_five_are_not_told(workshop: Workshop) -> None:
    await workshop.is_asked(QUESTION, 6)
    await workshop.is_asked(UNANSWERED, 3)
    shown = await workshop.lea.says("/stats")
    assert "**Plus de 6 questions** : 6 avec une réponse" in shown
    assert "moins de 5 sans réponse" in shown
    assert "9" not in shown


async def test_of_a_week_no_more_is_told_than_its_days_may_tell(workshop: Workshop) -> None:
    await workshop.is_asked(UNANSWERED, 5)
    workshop.clock.passes(days=1)
    await workshop.is_asked(UNANSWERED, 1)
    await workshop.is_asked(QUESTION, 6)
    shown = await workshop.lea.says("/stats")
    assert [each.unknown for each in picture(workshop.lea).days[-2:]] == [5, 1]
    assert "**Plus de 11 questions** : 6 avec une réponse" in shown
    assert "plus de 5 sans réponse" in shown


async def test_of_a_week_of_few_questions_a_day_the_sum_is_told(workshop: Workshop) -> None:
    for _ in range(7):
        workshop.clock.passes(days=1)
        await workshop.is_asked(QUESTION, 3)
    assert "**21 questions** : 21 avec une réponse" in await workshop.lea.says("/stats")
    assert picture(workshop.lea).days[-1].answered == 1


@pytest.mark.parametrize("times", [1, 2, 3, 4])
async def test_a_handful_is_told_and_drawn_like_any_other(workshop: Workshop, times: int) -> None:
    await workshop.is_asked(QUESTION, times)
    shown = await workshop.lea.says("/stats")
    assert "**Quelques questions** : moins de 5 avec une réponse" in shown
    assert picture(workshop.lea).days[-1] == Day(SUNDAY, 1)


async def test_small_talk_and_what_is_asked_in_private_or_elsewhere_do_not_count(workshop: Workshop) -> None:
    for number in range(6):
        await workshop.somebody(f"voisin{number}", "verger").says(QUESTION)
        await workshop.somebody(f"voisin{number}", None).says(QUESTION)
        assert said("smalltalk/thanks") in await workshop.somebody(f"membre{number}").says("merci")
        await workshop.somebody(f"membre{number}").says("?")
        await workshop.somebody(f"membre{number}").says("/aide")
    assert "Semaine calme" in await workshop.lea.says("/stats")


async def test_a_question_that_is_written_anew_counts_once(gardening: Advisor, workshop: Workshop) -> None:
    await workshop.is_asked(QUESTION, 5)
    edited = Incoming(workshop.max.address, NOON, UNANSWERED, edited=True)
    assert (await gardening.handle(edited)).verdict
    assert "**5 questions** : 5 avec une réponse, 0 avec des conseils proposés, 0 sans" in await workshop.lea.says(
        "/stats"
    )


async def test_an_event_that_comes_twice_counts_once(workshop: Workshop) -> None:
    await workshop.is_asked(QUESTION, 4)
    for _ in range(3):
        await workshop.max.says(QUESTION, identifier="1")
    assert "**5 questions**" in await workshop.lea.says("/stats")


async def test_a_question_on_the_way_through_a_journey_counts_and_an_answer_to_a_step_does_not(
    workshop: Workshop,
) -> None:
    for number in range(5):
        member = workshop.somebody(f"marcheur{number}")
        await led_to(member, "outils")
        assert ADVICE in await member.says(QUESTION)
    assert "**5 questions** : 5 avec une réponse" in await workshop.lea.says("/stats")


async def test_opinions_are_told_and_drawn(workshop: Workshop) -> None:
    await workshop.opinions(QUESTION, useful=6, useless=2)
    shown = await workshop.lea.says("/stats")
    assert "jugées **utiles** 6 fois, et pas utiles moins de 5 fois." in shown
    assert (picture(workshop.lea).useful, picture(workshop.lea).useless) == (6, 1)


async def test_without_opinions_that_is_said(workshop: Workshop) -> None:
    await workshop.is_asked(QUESTION, 5)
    assert "Personne n'a dit si mes réponses étaient **utiles**." in await workshop.lea.says("/stats")


async def test_journeys_are_counted_from_their_beginning_to_their_end(workshop: Workshop) -> None:
    for number in range(6):
        await led_to(workshop.somebody(f"marcheur{number}"), "bilan" if number < 5 else "terre")
    await workshop.somebody("ada").says("/parcours balcon")
    await workshop.is_asked(QUESTION, 5)
    assert "depuis le début : plus de 6 commencés, 5 menés au bout." in await workshop.lea.says("/stats")
    assert picture(workshop.lea).funnels == (Funnel("Commencer un potager", 6, 5), Funnel("Jardiner au balcon", 1, 0))


# What to look at again.


async def test_passages_that_help_few_are_shown_first_with_the_reason_most_given(workshop: Workshop) -> None:
    await workshop.opinions(QUESTION, 1, 3, (REASONS["vague"], REASONS["known"], REASONS["vague"]))
    await workshop.opinions("Comment semer des radis ?", 0, 5)
    await workshop.opinions("Que mettre au compost ?", 2, 2)
    await workshop.lea.says("/stats")
    [shown] = [block.text for block in workshop.lea.last.replies[0].blocks if block.role == "low_rated"]
    assert shown.splitlines()[1:] == [
        "- Semer des radis",
        f"- Planter des tomates (le plus souvent : « {REASONS['vague']} »)",
    ]
    assert ADVICE in await workshop.lea.presses("Planter des tomates")


async def test_a_reason_that_one_person_alone_gave_is_not_told(workshop: Workshop) -> None:
    await workshop.opinions(QUESTION, 0, 5, (REASONS["vague"],))
    shown = await workshop.lea.says("/stats")
    assert "Planter des tomates" in shown
    assert REASONS["vague"] not in shown


async def test_one_opinion_alone_makes_no_passage_one_to_look_at(workshop: Workshop) -> None:
    await workshop.opinions(QUESTION, 0, 1)
    assert "Planter des tomates" not in await workshop.lea.says("/stats")


async def test_what_another_community_thinks_is_its_own(
    gardening: Advisor, workshop: Workshop, database: Database
) -> None:
    await Workshop(gardening, database, "verger").opinions(QUESTION, 0, 5)
    shown = await workshop.lea.says("/stats")
    assert "Semaine calme" in shown
    assert "Planter des tomates" not in shown


async def test_passages_that_nobody_reviewed_for_a_year_are_told(workshop: Workshop) -> None:
    workshop.clock.passes(days=365)
    assert "relu" not in await workshop.lea.says("/stats")
    workshop.clock.passes(days=1)
    shown = await workshop.lea.says("/stats")
    assert "**3 conseils** n'ont pas été relus depuis un an" in shown
    assert "- Semer des radis" in shown


async def test_what_a_team_wrote_itself_is_told_to_it_alone_once_a_year_is_over(
    gardening: Advisor, workshop: Workshop, database: Database
) -> None:
    lesson = Lesson("Où sont les outils", "Les outils sont dans la cabane.", ("où sont les outils ?",))
    async with database.transaction() as transaction:
        team = Community("test", "atelier", "atelier")
        await communities.keep(transaction, team)
        await taught.add(transaction, team, "outils", lesson, Writer("léa", "Léa"), NOON)
    workshop.clock.passes(days=364)
    assert "Où sont les outils" not in await workshop.lea.says("/stats")
    workshop.clock.passes(days=2)
    shown = await workshop.lea.says("/stats")
    assert "**4 conseils** n'ont pas été relus" in shown
    assert "- Où sont les outils" in shown
    elsewhere = Member(gardening, "léa", "verger", clock=workshop.clock, role=Role.MODERATOR)
    assert "**3 conseils**" in await elsewhere.says("/stats")


# Who may see it.


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMINISTRATOR])
async def test_the_team_sees_it_in_private(workshop: Workshop, role: Role) -> None:
    workshop.lea.role = role
    await workshop.lea.says("/stats")
    assert workshop.lea.last.in_private
    assert workshop.lea.last.takes_away


async def test_a_member_sees_nothing_of_it(workshop: Workshop) -> None:
    await workshop.is_asked(QUESTION, 5)
    assert REFUSED in await workshop.max.says("/stats")
    assert "5" not in workshop.max.reads
    assert not has_picture(workshop.max)
    for argument in ("digest_yes", "digest_no", "week_20261122"):
        team = Community("test", "atelier", "atelier")
        assert (
            await workshop.max.presses_id(team_button(ButtonKind.STATS, workshop.max.address, team, argument))
            == REFUSED
        )
    assert await workshop.journal() == []
    assert await workshop.due() == []


async def test_who_moderates_elsewhere_sees_nothing_of_it(gardening: Advisor, workshop: Workshop) -> None:
    await workshop.is_asked(QUESTION, 5)
    stranger = Member(gardening, "sam", "verger", clock=workshop.clock, role=Role.MODERATOR)
    assert "Semaine calme" in await stranger.says("/stats")
    team = Community("test", "atelier", "atelier")
    assert await stranger.presses_id(team_button(ButtonKind.STATS, stranger.address, team, "week_20261122")) == REFUSED


@pytest.mark.parametrize(
    "argument", ["week_99999999", "week_", "week", "what", "week_2026", "week_00010101", "week_20261123"]
)
async def test_a_button_that_names_no_week_is_outdated(workshop: Workshop, argument: str) -> None:
    await workshop.lea.says("/stats")
    team = Community("test", "atelier", "atelier")
    identifier = team_button(ButtonKind.STATS, workshop.lea.address, team, argument)
    assert await workshop.lea.presses_id(identifier) == said("buttons/outdated")


# Every Monday.


async def test_the_digest_comes_on_monday_at_nine_for_all_to_read(workshop: Workshop) -> None:
    await workshop.lea.says("/stats")
    told = await workshop.lea.presses(LABELS.digest_yes)
    assert told == said("stats/digest_on", here=True, at=time(9), due=date(2026, 11, 23))
    assert workshop.lea.last.replies[0].manner is Manner.NOTICE
    await workshop.is_asked(QUESTION, 6)
    assert await workshop.due(MONDAY - timedelta(minutes=1)) == []
    [due] = await workshop.due()
    assert (due.address, due.to_all) == (Address("test", "", "atelier"), True)
    [reply] = due.outgoing.replies
    assert "du lundi 16 novembre au dimanche 22 novembre" in reply.text
    assert "**6 questions** : 6 avec une réponse" in reply.text
    assert reply.pictures[0].days[-1] == Day(SUNDAY, 6)
    assert reply.choices == ()


async def test_the_digest_comes_once_a_week(workshop: Workshop) -> None:
    await workshop.lea.says("/stats")
    await workshop.lea.presses(LABELS.digest_yes)
    for week in range(3):
        workshop.clock.now = MONDAY + timedelta(days=7 * week, hours=-1)
        await workshop.is_asked(QUESTION, 5)
        workshop.clock.now += timedelta(hours=-20)
        await workshop.is_asked(QUESTION, 5)
        assert len(await workshop.due(MONDAY + timedelta(days=7 * week))) == 1
        assert await workshop.due(MONDAY + timedelta(days=7 * week, minutes=1)) == []


async def test_of_two_processes_one_sends_the_digest(library: Library, workshop: Workshop, database: Database) -> None:
    await workshop.lea.says("/stats")
    await workshop.lea.presses(LABELS.digest_yes)
    await workshop.is_asked(QUESTION, 5)
    other = build_advisor(library.current, database)
    assert len([*await workshop.due(), *await other.due(MONDAY, ("test",))]) == 1


@pytest.mark.parametrize(("hours", "count"), [(24, 1), (25, 0)])
async def test_a_digest_that_was_missed_comes_within_a_day_or_not_at_all(
    workshop: Workshop, hours: int, count: int
) -> None:
    await workshop.lea.says("/stats")
    await workshop.lea.presses(LABELS.digest_yes)
    await workshop.is_asked(QUESTION, 5)
    sent = await workshop.due(MONDAY + timedelta(hours=hours))
    assert len(sent) == count
    for due in sent:
        assert "au dimanche 22 novembre" in due.outgoing.replies[0].text
    await workshop.is_asked(QUESTION, 5)
    assert len(await workshop.due(MONDAY + timedelta(days=7))) == 1


async def test_a_week_with_nothing_in_it_is_not_sent(workshop: Workshop) -> None:
    await workshop.lea.says("/stats")
    await workshop.lea.presses(LABELS.digest_yes)
    assert await workshop.due() == []
    await workshop.is_asked(QUESTION, 5)
    assert len(await workshop.due(MONDAY + timedelta(days=7))) == 1


async def test_a_community_that_was_left_is_sent_nothing(gardening: Advisor, workshop: Workshop) -> None:
    await workshop.lea.says("/stats")
    await workshop.lea.presses(LABELS.digest_yes)
    await workshop.is_asked(QUESTION, 5)
    await gardening.note_unreachable(Address("test", "", "atelier"), workshop.clock.now)
    assert await workshop.due() == []


async def test_the_digest_can_be_stopped(workshop: Workshop) -> None:
    await workshop.lea.says("/stats")
    assert LABELS.digest_no not in workshop.lea.choices
    await workshop.lea.presses(LABELS.digest_yes)
    await workshop.lea.says("/stats")
    assert LABELS.digest_yes not in workshop.lea.choices
    await workshop.is_asked(QUESTION, 5)
    assert await workshop.lea.presses(LABELS.digest_no) == said("stats/digest_off")
    assert await workshop.due() == []


async def test_what_is_done_is_noted_once(workshop: Workshop) -> None:
    await workshop.lea.says("/stats")
    yes = workshop.lea.button_id(LABELS.digest_yes)
    await workshop.lea.presses_id(yes)
    await workshop.lea.presses_id(yes)
    await workshop.lea.says("/stats")
    no = workshop.lea.button_id(LABELS.digest_no)
    await workshop.lea.presses_id(no)
    await workshop.lea.presses_id(no)
    assert [deed.action for deed in await workshop.journal()] == [Action.DIGEST_OFF, Action.DIGEST_ON]


async def test_the_digest_follows_to_the_channel_where_it_is_asked_for_last(
    gardening: Advisor, workshop: Workshop
) -> None:
    def asks(place: str, button: str | None = None) -> Incoming:
        """Return what somebody does where one person alone sees the answer: that is a place within the channel."""
        address = replace(workshop.lea.address, place=f"{place}/léa")
        text = "" if button else "/stats"
        return Incoming(address, NOON, text, button, role=Role.MODERATOR, unseen=True, capabilities=UNSEEN)

    await workshop.is_asked(QUESTION, 5)
    for place in ("général", "équipe"):
        [reply] = (await gardening.handle(asks(place))).replies
        yes = next(choice.id for choice in reply.choices if choice.label == LABELS.digest_yes)
        await gardening.handle(asks(place, yes))
    [due] = await workshop.due()
    assert due.address == Address("test", "", "atelier", "équipe")


async def test_who_asks_in_a_direct_message_is_written_to_there_and_sees_the_figures_when_they_press(
    gardening: Advisor, workshop: Workshop
) -> None:
    await workshop.is_asked(QUESTION, 6)
    await asks_in_private(gardening, workshop, "/stats")
    yes = workshop.lea.button_id(LABELS.digest_yes)
    await asks_in_private(gardening, workshop, button=yes)
    assert workshop.lea.reads == said("stats/digest_on", here=False, at=time(9), due=date(2026, 11, 23))
    [due] = await workshop.due()
    assert (due.address, due.to_all) == (Address("test", "léa"), False)
    [reply] = due.outgoing.replies
    assert reply.text == said("stats/ready", title="atelier")
    assert not reply.pictures
    week = next(choice.id for choice in reply.choices if choice.label == LABELS.see_week)
    workshop.clock.passes(days=2)
    await asks_in_private(gardening, workshop, button=week)
    assert "au dimanche 22 novembre" in workshop.lea.reads
    assert "**6 questions**" in workshop.lea.reads
    await asks_in_private(gardening, workshop, button=week, administers=())
    assert workshop.lea.reads == said("team/refused", here=False)


async def asks_in_private(
    advisor: Advisor,
    workshop: Workshop,
    text: str = "",
    button: str | None = None,
    administers: tuple[str, ...] = ("atelier",),
) -> None:
    """Have Léa, who administers the workshop, do something in the direct message."""
    address = Address("test", "léa")
    incoming = Incoming(address, workshop.clock.now, text, button, administers=administers)
    workshop.lea.last = await advisor.handle(incoming)


async def test_who_cannot_be_written_to_is_not(gardening: Advisor, workshop: Workshop) -> None:
    await workshop.is_asked(QUESTION, 5)
    await asks_in_private(gardening, workshop, "/stats")
    await asks_in_private(gardening, workshop, button=workshop.lea.button_id(LABELS.digest_yes))
    await gardening.note_unreachable(Address("test", "léa"), workshop.clock.now)
    assert await workshop.due() == []


async def test_who_is_forgotten_is_written_to_no_more(gardening: Advisor, workshop: Workshop) -> None:
    await workshop.is_asked(QUESTION, 5)
    await asks_in_private(gardening, workshop, "/stats")
    await asks_in_private(gardening, workshop, button=workshop.lea.button_id(LABELS.digest_yes))
    await asks_in_private(gardening, workshop, "/oublier")
    await asks_in_private(gardening, workshop, button=workshop.lea.button_id(LABELS.erase_yes))
    assert await workshop.due() == []


async def test_what_all_read_goes_on_when_who_asked_for_it_is_forgotten(workshop: Workshop) -> None:
    await workshop.is_asked(QUESTION, 5)
    await workshop.lea.says("/stats")
    await workshop.lea.presses(LABELS.digest_yes)
    there = workshop.lea.in_private()
    await there.says("/mesdonnees")
    assert "digests" not in json.loads(there.files[0].content)
    await there.says("/oublier")
    await there.presses(LABELS.erase_yes)
    [due] = await workshop.due()
    assert due.address == Address("test", "", "atelier")


@pytest.mark.parametrize(
    ("before", "changed", "after", "sent"),
    [
        ("Nouméa", "2026-11-25T12:00", "Paris", ["2026-11-30T08:00", "2026-12-07T08:00"]),
        ("Nouméa", "2026-11-30T00:00", "Paris", ["2026-11-29T22:00", "2026-12-07T08:00"]),
        ("Paris", "2026-11-25T12:00", "Montréal", ["2026-11-30T14:00", "2026-12-07T14:00"]),
        ("Paris", "2026-11-25T12:00", "Nouméa", ["2026-11-29T22:00", "2026-12-06T22:00"]),
    ],
)
async def test_when_the_clock_of_a_community_changes_the_digest_comes_on_monday_at_nine_and_never_twice_a_week(
    workshop: Workshop, before: str, changed: str, after: str, sent: list[str]
) -> None:
    await workshop.lea.says(f"/programme fuseau {before}")
    await workshop.lea.says("/stats")
    await workshop.lea.presses(LABELS.digest_yes)
    workshop.clock.now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    await workshop.due(workshop.clock.now)
    found = []
    while workshop.clock.now < datetime(2026, 12, 7, 15, tzinfo=UTC):
        if workshop.clock.now == datetime.fromisoformat(f"{changed}Z"):
            await workshop.lea.says(f"/programme fuseau {after}")
        if (workshop.clock.now.weekday(), workshop.clock.now.hour) == (4, 12):
            await workshop.is_asked(QUESTION, 5)
        found += [workshop.clock.now.strftime("%Y-%m-%dT%H:%M")] * len(await workshop.due(workshop.clock.now))
        workshop.clock.now += timedelta(hours=2)
    assert found == sent


# The sums.


async def test_which_passages_answer_is_counted_and_the_sums_of_long_ago_are_dropped(
    workshop: Workshop, database: Database
) -> None:
    team = Community("test", "atelier", "atelier")
    await workshop.is_asked(QUESTION, 3)
    await workshop.is_asked(UNANSWERED, 2)

    async def about(since: datetime) -> object:
        async with database.transaction() as transaction:
            return await question_counts.asked_about(transaction, team, since)

    assert await about(NOON) == {"tomates": 3}
    assert await about(NOON + timedelta(days=1)) == {}
    await workshop.due(NOON + timedelta(days=399))
    assert await about(NOON) == {"tomates": 3}
    await workshop.due(NOON + timedelta(days=401))
    assert await about(NOON) == {}
