"""The journal: whatever the team does with Vigie, all of the team can read, and nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.advisor import Advisor
from bot.core.journal import PAGE
from bot.core.messages import Manner, Role
from bot.storage import audit, communities
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Database
from tests.conversations.words import ACTIONS, LABELS, said
from tests.conversations.workshop import WORKSHOP, Neighbour
from tests.people import Clock

TEAM = Community("telegram", WORKSHOP, WORKSHOP)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lea(advisor: Advisor, clock: Clock) -> Neighbour:
    """Who administers the workshop."""
    return Neighbour(advisor, "léa", clock, Role.ADMINISTRATOR)


@pytest.fixture
def max_(advisor: Advisor, clock: Clock) -> Neighbour:
    return Neighbour(advisor, "max", clock)


async def did(database: Database, clock: Clock, action: Action, subject: str = "", name: str = "léa") -> None:
    """Have somebody of the team done something."""
    async with database.transaction() as transaction:
        await audit.note(transaction, TEAM, name, name, action, subject, clock.now)


async def did_many(database: Database, clock: Clock, count: int) -> None:
    for number in range(count):
        await did(database, clock, Action.TAUGHT, f"fiche {number}.")
        clock.passes(minutes=1)


def lines(member: Neighbour) -> list[str]:
    """Return what the journal tells, line by line, without the privacy notice."""
    return [line for line in member.reads.splitlines() if line.startswith("- ")]


async def test_at_first_there_is_nothing(lea: Neighbour) -> None:
    assert said("journal/empty", title=WORKSHOP, earlier=False) in await lea.says("/journal")
    assert lea.choices == []
    assert lea.last.in_private


async def test_what_was_done_is_told_day_by_day_the_newest_first(lea: Neighbour, max_: Neighbour, clock: Clock) -> None:
    await lea.replies(max_, "/ecarter 3 jours")
    clock.passes(hours=11, minutes=30)
    await lea.goes_to("bla").says("/silence 2h")
    clock.passes(minutes=5)
    await lea.says("/silence fin")
    await lea.replies(max_, "/ecarter fin")
    read = await lea.says("/journal")
    assert lines(lea) == [
        f"- 0 h 35 : léa {ACTIONS[Action.BAR_LIFTED]} (max)",
        f"- 0 h 35 : léa {ACTIONS[Action.SILENCE_ENDED]} (\\#bla)",
        f"- 0 h 30 : léa {ACTIONS[Action.SILENCED]} (\\#bla)",
        f"- 13 h : léa {ACTIONS[Action.BARRED]} (max)",
    ]
    assert read.index("Lundi 23 novembre") < read.index("0 h 30") < read.index("Dimanche 22 novembre")


async def test_what_changes_nothing_is_not_told(lea: Neighbour, max_: Neighbour) -> None:
    await lea.says("/silence")
    await lea.says("/silence fin")
    await lea.says("/silence un peu")
    await lea.replies(max_, "/ecarter fin")
    await lea.replies(lea, "/ecarter")
    await lea.replies(max_, "/ecarter un peu")
    await max_.replies(lea, "/ecarter")
    await lea.says("/reglages")
    await lea.says("/journal")
    assert lines(lea) == []


async def test_settings_are_told(lea: Neighbour, max_: Neighbour) -> None:
    await lea.says("/reglages")
    await lea.presses(LABELS.welcomes_no)
    await lea.presses(LABELS.welcomes_yes)
    await lea.presses(LABELS.quiet_yes)
    await lea.presses(LABELS.quiet_no)
    await lea.says("/reglages accueil Passez nous voir.")
    await lea.says("/reglages accueil Passez nous voir.")
    await lea.replies(max_, "/reglages modérateur")
    await lea.replies(max_, "/reglages modérateur non")
    await lea.says("/journal")
    changed = f"- 13 h : léa {ACTIONS[Action.SETTING_CHANGED]}"
    assert lines(lea) == [
        f"- 13 h : léa {ACTIONS[Action.MODERATOR_DISMISSED]} (max)",
        f"- 13 h : léa {ACTIONS[Action.MODERATOR_NAMED]} (max)",
        f"{changed} ({LABELS.welcome_text})",
        f"{changed} ({LABELS.quiet_no})",
        f"{changed} ({LABELS.quiet_yes})",
        f"{changed} ({LABELS.welcomes_yes})",
        f"{changed} ({LABELS.welcomes_no})",
    ]


async def test_a_setting_that_somebody_else_presses_is_not_told(lea: Neighbour, max_: Neighbour) -> None:
    await lea.says("/reglages")
    max_.last = lea.last
    await max_.presses(LABELS.welcomes_no)
    await lea.says("/journal")
    assert lines(lea) == []


async def test_all_that_can_be_done_can_be_told(lea: Neighbour, database: Database, clock: Clock) -> None:
    for action in Action:
        await did(database, clock, action, "ceci")
    await lea.says("/journal")
    told = lines(lea)
    if LABELS.journal_older in lea.choices:
        await lea.presses(LABELS.journal_older)
        told += lines(lea)
    assert told == [f"- 13 h : léa {ACTIONS[action]} (ceci)" for action in reversed(Action)]


@pytest.mark.parametrize("count", [PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 3])
async def test_what_is_older_is_on_the_next_page(lea: Neighbour, database: Database, clock: Clock, count: int) -> None:
    await did_many(database, clock, count)
    await lea.says("/journal")
    alone = lea.in_private()
    told = lines(alone)
    assert len(told) == min(count, PAGE)
    while LABELS.journal_older in alone.choices:
        # What is done meanwhile shifts nothing.
        await did(database, clock, Action.ZONE_SET)
        await alone.presses(LABELS.journal_older)
        assert alone.last.replies[0].manner is Manner.IN_PLACE
        told += lines(alone)
    assert [line.rpartition("fiche ")[2] for line in told] == [f"{number}.)" for number in reversed(range(count))]


async def test_whoever_was_forgotten_is_somebody_of_the_team(lea: Neighbour, advisor: Advisor, clock: Clock) -> None:
    zoe = Neighbour(advisor, "zoé", clock)
    await lea.replies(zoe, "/reglages modérateur")
    await zoe.says("/silence 2h")
    await zoe.goes_to("bla").says("/oublier")
    await zoe.presses(LABELS.erase_yes)
    await lea.says("/journal")
    assert f"- 13 h : quelqu'un de l'équipe {ACTIONS[Action.SILENCED]} (\\#accueil)" in lines(lea)


async def test_it_is_told_on_the_clock_of_the_community(lea: Neighbour, database: Database) -> None:
    await lea.says("/silence 2h")
    async with database.transaction() as transaction:
        kept = await communities.find(transaction, "telegram", WORKSHOP)
        assert kept
        await communities.keep(transaction, replace(kept, zone="America/Montreal"))
    await lea.says("/journal")
    assert lines(lea) == [f"- 7 h : léa {ACTIONS[Action.SILENCED]} (\\#accueil)"]


async def test_names_and_places_are_told_as_they_are(lea: Neighbour, database: Database, clock: Clock) -> None:
    await did(database, clock, Action.BARRED, "[clic](https://x.fr) `a` @tous", "**Léa**\n- 13 h : max")
    await lea.says("/journal")
    [line] = lines(lea)
    assert "\\*\\*Léa\\*\\* - 13 h : max" in line
    assert "\\[clic\\](https://x.fr) \\`a\\` @\u2060tous" in line


async def test_the_longest_page_is_parted_between_lines(lea: Neighbour, database: Database, clock: Clock) -> None:
    for _ in range(PAGE + 1):
        await did(database, clock, Action.TIP_POSTED, "mot " * 25, "N" * 64)
    await lea.says("/journal")
    assert len(lea.last.replies) > 1
    assert len(lines(lea)) == PAGE
    assert [bool(reply.choices) for reply in lea.last.replies].count(True) == 1
    assert lea.last.replies[-1].choices


@pytest.mark.parametrize("where", ["here", "elsewhere", "private"])
async def test_nobody_but_the_team_reads_it(lea: Neighbour, max_: Neighbour, where: str) -> None:
    await lea.says("/silence 2h")
    await lea.says("/journal")
    if where == "elsewhere":
        max_.goes_to("accueil", "chorale").role = Role.ADMINISTRATOR
        assert said("journal/empty", title="chorale", earlier=False) in await max_.says("/journal")
    elif where == "private":
        assert said("team/refused", here=False) in await max_.in_private().says("/journal")
    else:
        assert said("team/refused", here=True) in await max_.says("/journal")
    assert ACTIONS[Action.SILENCED] not in max_.reads


async def test_a_button_shows_the_journal_of_its_own_community_alone(
    lea: Neighbour, database: Database, clock: Clock
) -> None:
    await did_many(database, clock, PAGE + 1)
    await lea.says("/journal")
    older = lea.button_id(LABELS.journal_older)
    lea.goes_to("accueil", "chorale")
    assert await lea.presses_id(older) == said("team/refused", here=True)
    lea.goes_to("accueil").role = Role.MEMBER
    assert await lea.presses_id(older) == said("team/refused", here=True)


async def test_it_is_kept_for_a_year(lea: Neighbour, advisor: Advisor, clock: Clock) -> None:
    await lea.says("/silence 2h")
    await advisor.due(clock.passes(days=364), ())
    await lea.says("/journal")
    assert len(lines(lea)) == 1
    clock.now += timedelta(days=2)
    await advisor.due(clock.now, ())
    await lea.says("/journal")
    assert lines(lea) == []
