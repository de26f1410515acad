"""What people think of an answer, and what they want done about a question, is heard, and kept without insisting."""

import pytest

from bot.core.advisor import Advisor
from bot.storage.database import Database
from tests.conversations.words import REASONS, said
from tests.people import Member

QUESTION = "C'est quoi le SWOT personnel ?"
PASSAGE = "brahimi-swot"
UNANSWERED = "recette de la blanquette de veau"
TEAM, WATCH = "Demander à l'équipe", "Préviens-moi"


async def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await database.rows(query)]


async def opinions(database: Database) -> list[tuple[object, ...]]:
    """Return all that was said of passages, without who said it."""
    return await rows(database, "SELECT passage, useful, reason, community FROM feedback ORDER BY person")


async def questions(database: Database) -> list[tuple[object, ...]]:
    """Return the questions kept, whose they are to answer, and whether the team was asked."""
    return await rows(database, "SELECT question, community, asked_for_team FROM misses ORDER BY id")


@pytest.fixture
def in_community(advisor: Advisor) -> Member:
    return Member(advisor, "léa", community="atelier")


# Useful or not.


async def test_a_useful_answer_is_thanked_for_and_kept(lea: Member, database: Database) -> None:
    await lea.says(QUESTION)
    assert await lea.presses("Utile") == said("feedback/thanks")
    assert await opinions(database) == [(PASSAGE, 1, None, "")]


@pytest.mark.parametrize("typed", ["utile", "UTILE !", "3"])
async def test_an_opinion_can_be_typed(lea: Member, database: Database, typed: str) -> None:
    await lea.says(QUESTION)
    assert lea.choices[2] == "Utile"
    await lea.says(typed)
    assert await opinions(database) == [(PASSAGE, 1, None, "")]


async def test_what_a_community_thinks_is_kept_for_it(in_community: Member, database: Database) -> None:
    await in_community.says(QUESTION)
    await in_community.presses("Utile")
    assert await opinions(database) == [(PASSAGE, 1, None, "atelier")]


async def test_a_useless_answer_is_kept_and_why_is_asked(lea: Member, database: Database) -> None:
    await lea.says(QUESTION)
    assert await lea.presses("Pas utile") == said("feedback/why")
    assert lea.choices == [*REASONS.values(), TEAM]
    assert await opinions(database) == [(PASSAGE, 0, None, "")]


@pytest.mark.parametrize("reason", REASONS)
async def test_why_an_answer_is_useless_is_one_press(lea: Member, database: Database, reason: str) -> None:
    await lea.says(QUESTION)
    await lea.presses("Pas utile")
    assert await lea.presses(REASONS[reason]) == said("feedback/explained")
    assert await opinions(database) == [(PASSAGE, 0, reason, "")]


async def test_who_changes_their_mind_is_heard_last(lea: Member, database: Database) -> None:
    await lea.says(QUESTION)
    useful = lea.button_id("Utile")
    await lea.presses("Pas utile")
    vague, aside = lea.button_id(REASONS["vague"]), lea.button_id(REASONS["aside"])
    await lea.presses_id(vague)
    await lea.presses_id(aside)
    assert await opinions(database) == [(PASSAGE, 0, "aside", "")]
    await lea.presses_id(useful)
    assert await opinions(database) == [(PASSAGE, 1, None, "")]
    assert await lea.presses_id(vague) == said("buttons/outdated")
    assert await opinions(database) == [(PASSAGE, 1, None, "")]


async def test_an_opinion_given_twice_counts_once(lea: Member, database: Database) -> None:
    await lea.says(QUESTION)
    useful = lea.button_id("Utile")
    await lea.presses_id(useful)
    assert await lea.presses_id(useful) == said("feedback/thanks")
    assert len(await opinions(database)) == 1


async def test_each_has_their_own_opinion(advisor: Advisor, lea: Member, database: Database) -> None:
    for member, opinion in ((lea, "Utile"), (Member(advisor, "max"), "Pas utile")):
        await member.says(QUESTION)
        await member.presses(opinion)
    assert await opinions(database) == [(PASSAGE, 1, None, ""), (PASSAGE, 0, None, "")]


async def test_nobody_gives_an_opinion_for_somebody_else(advisor: Advisor, lea: Member, database: Database) -> None:
    await lea.says(QUESTION)
    max_ = Member(advisor, "max")
    assert (await max_.presses_id(lea.button_id("Pas utile"))).startswith(
        said("buttons/not_yours", name="", journey=False)
    )
    assert await opinions(database) == []


async def test_no_opinion_is_kept_of_a_passage_that_is_gone(lea: Member, database: Database) -> None:
    await lea.says(QUESTION)
    kind, version, owner, _ = lea.button_id("Utile").split(":")
    assert await lea.presses_id(f"{kind}:{version}:{owner}:{'0' * 16}.yes") == said("buttons/gone")
    assert await opinions(database) == []


async def test_an_opinion_on_the_way_shows_the_way_back(lea: Member, database: Database) -> None:
    await lea.says("/parcours vie")
    step = lea.last.replies[-1].choices
    await lea.says(QUESTION)
    await lea.presses("Utile")
    assert await opinions(database) == [(PASSAGE, 1, None, "")]
    await lea.presses(lea.choices[-1])
    assert lea.last.replies[-1].choices == step


# Asking the team.


async def test_a_question_of_a_community_is_passed_on_to_its_team_without_a_name(
    in_community: Member, database: Database
) -> None:
    await in_community.says(UNANSWERED)
    assert await questions(database) == [(UNANSWERED, "atelier", 0)]
    assert await in_community.presses(TEAM) == said("feedback/passed_on")
    assert await questions(database) == [(UNANSWERED, "atelier", 1)]
    assert "léa" not in repr(await rows(database, "SELECT * FROM misses"))


async def test_a_question_whose_answer_was_useless_is_passed_on(in_community: Member, database: Database) -> None:
    await in_community.says(QUESTION)
    await in_community.presses("Pas utile")
    assert await in_community.presses(TEAM) == said("feedback/passed_on")
    assert await questions(database) == [(QUESTION, "atelier", 1)]


async def test_who_gives_a_reason_first_may_still_ask_the_team(in_community: Member, database: Database) -> None:
    await in_community.says(QUESTION)
    await in_community.presses("Pas utile")
    team = in_community.button_id(TEAM)
    await in_community.presses(REASONS["vague"])
    await in_community.presses_id(team)
    assert await questions(database) == [(QUESTION, "atelier", 1)]


@pytest.mark.parametrize("asked", [UNANSWERED, QUESTION])
async def test_a_team_that_is_asked_twice_is_asked_once(in_community: Member, database: Database, asked: str) -> None:
    await in_community.says(asked)
    if asked == QUESTION:
        await in_community.presses("Pas utile")
    team = in_community.button_id(TEAM)
    await in_community.presses_id(team)
    assert await in_community.presses_id(team) == said("feedback/passed_on")
    assert await questions(database) == [(asked, "atelier", 1)]


async def test_what_could_tell_who_asks_is_masked_for_the_team(in_community: Member, database: Database) -> None:
    await in_community.says("recette de blanquette pour lea@exemple.fr ou 06 12 34 56 78")
    await in_community.presses(TEAM)
    assert await questions(database) == [("recette de blanquette pour [courriel] ou [numéro]", "atelier", 1)]


@pytest.mark.parametrize("asked", [UNANSWERED, QUESTION])
async def test_in_private_nobody_is_told_where_no_community_is_known(
    lea: Member, database: Database, asked: str
) -> None:
    await lea.says(asked)
    if asked == QUESTION:
        await lea.presses("Pas utile")
    assert await lea.presses(TEAM) == said("feedback/no_community")
    assert not any(asked_for_team for _, _, asked_for_team in await questions(database))


async def test_in_private_a_question_is_passed_on_to_the_community_that_is_picked(
    advisor: Advisor, lea: Member, database: Database
) -> None:
    for community in ("potager", "atelier"):
        await Member(advisor, "léa", community=community).says("bonjour")
    await Member(advisor, "max", community="chorale").says("bonjour")
    await lea.says(UNANSWERED)
    assert await lea.presses(TEAM) == said("feedback/which_community")
    assert lea.choices == ["atelier", "potager"]
    assert await questions(database) == [(UNANSWERED, None, 0)]
    assert await lea.presses("potager") == said("feedback/passed_on")
    assert await questions(database) == [(UNANSWERED, "potager", 1)]


async def test_in_private_the_community_is_picked_by_its_number(
    advisor: Advisor, lea: Member, database: Database
) -> None:
    await Member(advisor, "léa", community="atelier").says("bonjour")
    await lea.says(UNANSWERED)
    await lea.presses(TEAM)
    await lea.says("1")
    assert await questions(database) == [(UNANSWERED, "atelier", 1)]


@pytest.mark.parametrize("kept_before", [998, 999])
async def test_in_private_a_question_is_passed_on_however_many_are_kept(
    advisor: Advisor, lea: Member, database: Database, kept_before: int
) -> None:
    await Member(advisor, "léa", community="atelier").says("bonjour")
    await database.rows(
        "INSERT INTO misses (id, community, question, asked_at) VALUES (?, NULL, 'x', '2026-11-22')", kept_before
    )
    await lea.says(UNANSWERED)
    await lea.presses(TEAM)
    assert await lea.presses("atelier") == said("feedback/passed_on")
    assert (UNANSWERED, "atelier", 1) in await questions(database)


async def test_nobody_passes_on_the_question_of_somebody_else(
    advisor: Advisor, in_community: Member, database: Database
) -> None:
    await in_community.says(UNANSWERED)
    max_ = Member(advisor, "max", community="atelier")
    assert (await max_.presses_id(in_community.button_id(TEAM))).startswith(
        said("buttons/not_yours", name="", journey=False)
    )
    assert await questions(database) == [(UNANSWERED, "atelier", 0)]


@pytest.mark.parametrize("choice", [TEAM, WATCH])
async def test_what_is_wanted_of_a_question_that_is_gone_comes_too_late(
    in_community: Member, database: Database, choice: str
) -> None:
    await in_community.says(UNANSWERED)
    await database.rows("DELETE FROM misses")
    assert await in_community.presses(choice) == said("feedback/too_late")
    assert await questions(database) == []
    assert await rows(database, "SELECT * FROM watches") == []


async def test_a_question_that_is_forgotten_is_asked_again_before_it_is_passed_on(
    in_community: Member, database: Database
) -> None:
    await in_community.says(QUESTION)
    await in_community.presses("Pas utile")
    in_community.clock.passes(hours=2)
    assert await in_community.presses(TEAM) == said("feedback/too_late")
    assert await questions(database) == []


# Waiting for an answer.


async def test_who_wants_to_hear_of_an_answer_is_kept_with_the_question(lea: Member, database: Database) -> None:
    await lea.says(UNANSWERED)
    assert await rows(database, "SELECT * FROM watches") == []
    assert await lea.presses(WATCH) == said("feedback/watching")
    waiting = await rows(
        database,
        "SELECT account, question FROM watches JOIN misses ON misses.id = miss JOIN accounts USING (person)",
    )
    assert waiting == [("léa", UNANSWERED)]


async def test_who_waits_twice_waits_once_from_the_last_time(lea: Member, database: Database) -> None:
    await lea.says(UNANSWERED)
    watch = lea.button_id(WATCH)
    await lea.presses_id(watch)
    lea.clock.passes(days=3)
    assert await lea.presses_id(watch) == said("feedback/watching")
    assert await rows(database, "SELECT at FROM watches") == [(lea.clock.now.isoformat(),)]


async def test_several_may_wait_each_for_their_own(advisor: Advisor, lea: Member, database: Database) -> None:
    for member in (lea, Member(advisor, "max")):
        await member.says(UNANSWERED)
        await member.presses(WATCH)
    assert await rows(database, "SELECT count(DISTINCT person), count(DISTINCT miss) FROM watches") == [(2, 2)]


async def test_nobody_waits_in_the_place_of_somebody_else(advisor: Advisor, lea: Member, database: Database) -> None:
    await lea.says(UNANSWERED)
    await Member(advisor, "max").presses_id(lea.button_id(WATCH))
    assert await rows(database, "SELECT * FROM watches") == []


async def test_nobody_waits_for_a_question_that_never_was(lea: Member, database: Database) -> None:
    await lea.says(UNANSWERED)
    known, _, _ = lea.button_id(WATCH).partition(".")
    assert await lea.presses_id(f"{known}.12345") == said("feedback/too_late")
    assert await lea.presses_id(f"{known}.x") == said("feedback/too_late")
    assert await rows(database, "SELECT * FROM watches") == []


@pytest.mark.parametrize("label", [WATCH, TEAM])
async def test_a_button_from_before_questions_had_keys_comes_too_late(
    in_community: Member, database: Database, label: str
) -> None:
    await in_community.says(UNANSWERED)
    await database.rows("UPDATE misses SET key = NULL")
    assert await in_community.presses(label) == said("feedback/too_late")
    assert await rows(database, "SELECT * FROM watches") == []


async def test_who_waits_may_also_ask_the_team(in_community: Member, database: Database) -> None:
    await in_community.says(UNANSWERED)
    team = in_community.button_id(TEAM)
    await in_community.presses(WATCH)
    assert await in_community.presses_id(team) == said("feedback/passed_on")
    assert await questions(database) == [(UNANSWERED, "atelier", 1)]
    assert len(await rows(database, "SELECT * FROM watches")) == 1
