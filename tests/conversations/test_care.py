"""Care: what is asked too fast, Vigie kept silent in a place, and somebody asked for a pause."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.advisor import Advisor
from bot.core.care import LONGEST_BAR, read_duration
from bot.core.limits import ASKED_BY_ONE, ASKED_IN_A_PLACE
from bot.core.messages import ChoiceKind, Manner, Role
from bot.storage import communities
from bot.storage.database import Database
from tests.conversations.words import LABELS, said
from tests.conversations.workshop import BY_SERVER, WORKSHOP, Neighbour
from tests.people import Clock

QUESTION = "C'est quoi le SWOT personnel ?"
ANSWER = "SWOT"
TOO_FAST = said("limits/too_fast")
CROWDED = said("limits/crowded")
QUIET = said("communities/quiet")
NOBODY = ""


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


@pytest.fixture
def zoe(advisor: Advisor, clock: Clock) -> Neighbour:
    return Neighbour(advisor, "zoé", clock)


def on_a_server(member: Neighbour) -> Neighbour:
    """Return somebody where an answer may be shown to one person alone."""
    member.address = replace(member.address, platform="discord")
    member.capabilities = BY_SERVER
    return member


async def asks_all(member: Neighbour, asked: str = QUESTION) -> None:
    """Ask as much as one person may."""
    for _ in range(ASKED_BY_ONE):
        assert ANSWER in await member.says(asked)


async def crowd_asks(advisor: Advisor, clock: Clock, platform: str = "telegram") -> None:
    """Have people ask as much as may be asked in one place."""
    for number in range(ASKED_IN_A_PLACE):
        member = Neighbour(advisor, f"n{number}", clock, platform=platform)
        assert ANSWER in await member.says(QUESTION)


async def rows(database: Database, table: str) -> Sequence[object]:
    return [tuple(row) for row in await database.rows(f"SELECT * FROM {table}")]  # noqa: S608


# What one person asks.


@pytest.mark.parametrize("asked", [QUESTION, f"/question {QUESTION}"])
async def test_who_asks_too_fast_is_told_once_and_answered_again_after_a_minute(
    max_: Neighbour, clock: Clock, asked: str
) -> None:
    await asks_all(max_, asked)
    clock.passes(seconds=30)
    assert await max_.says(asked) == TOO_FAST
    assert [(each.kind, each.label) for each in max_.last.replies[0].choices] == [(ChoiceKind.LINK, LABELS.in_private)]
    assert await max_.says(asked) == NOBODY
    assert await max_.says(asked) == NOBODY
    clock.passes(seconds=29)
    assert await max_.says(asked) == NOBODY
    clock.passes(seconds=1)
    await asks_all(max_, asked)
    assert await max_.says(asked) == TOO_FAST


async def test_a_clock_that_is_put_right_keeps_nobody_waiting(max_: Neighbour, clock: Clock) -> None:
    clock.passes(hours=1)
    await asks_all(max_)
    clock.passes(hours=-1)
    await asks_all(max_)
    assert await max_.says(QUESTION) == TOO_FAST


async def test_whoever_asks_too_fast_keeps_nobody_else_from_being_answered(max_: Neighbour, zoe: Neighbour) -> None:
    for _ in range(2 * ASKED_IN_A_PLACE):
        await max_.says(QUESTION)
    assert await max_.says(QUESTION) == NOBODY
    assert ANSWER in await zoe.says(QUESTION)
    assert ANSWER in await max_.in_private().says(QUESTION)
    assert await max_.goes_to("bla").says(QUESTION) == NOBODY
    assert ANSWER in await max_.goes_to("accueil", "chorale").says(QUESTION)


async def test_in_a_direct_message_nothing_is_too_much(max_: Neighbour) -> None:
    alone = max_.in_private()
    for _ in range(2 * ASKED_IN_A_PLACE):
        assert ANSWER in await alone.says(QUESTION)


async def test_small_talk_and_what_nobody_can_answer_count(max_: Neighbour) -> None:
    for text in ("merci", "bonjour", "recette de la blanquette", "zkrtq", "/question", "?"):
        assert await max_.says(text) != NOBODY
    assert await max_.says("merci") == TOO_FAST


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMINISTRATOR])
async def test_the_team_may_ask_as_fast_as_it_likes(zoe: Neighbour, role: Role) -> None:
    zoe.role = role
    for _ in range(ASKED_IN_A_PLACE + 1):
        assert ANSWER in await zoe.says(QUESTION)


async def test_who_was_named_to_moderate_may_too(lea: Neighbour, zoe: Neighbour) -> None:
    await lea.replies(zoe, "/reglages modérateur")
    for _ in range(ASKED_BY_ONE + 1):
        assert ANSWER in await zoe.says(QUESTION)


async def test_buttons_and_other_commands_do_not_count(max_: Neighbour) -> None:
    await max_.says(QUESTION)
    useful = max_.button_id(LABELS.useful)
    for _ in range(ASKED_BY_ONE):
        assert await max_.presses_id(useful) != NOBODY
        assert await max_.says("/aide") != NOBODY
        assert await max_.says("/themes") != NOBODY
    for _ in range(ASKED_BY_ONE - 1):
        assert ANSWER in await max_.says(QUESTION)
    assert await max_.says(QUESTION) == TOO_FAST
    assert await max_.presses_id(useful) != NOBODY


async def test_what_is_said_to_a_journey_does_not_count_and_questions_on_the_way_do(max_: Neighbour) -> None:
    await max_.says("/parcours demarrer")
    for _ in range(2 * ASKED_BY_ONE):
        assert "Étape" in await max_.says("où j'en suis")
    await asks_all(max_)
    assert await max_.says(QUESTION) == TOO_FAST
    assert "Étape" in await max_.says("où j'en suis")


async def test_what_comes_twice_counts_once(max_: Neighbour) -> None:
    for _ in range(ASKED_BY_ONE + 1):
        assert ANSWER in await max_.says(QUESTION, identifier="1")
    for _ in range(ASKED_BY_ONE - 1):
        assert ANSWER in await max_.says(QUESTION)
    assert await max_.says(QUESTION, identifier="2") == TOO_FAST
    assert await max_.says(QUESTION, identifier="2") == TOO_FAST


async def test_the_answer_to_a_question_that_is_written_anew_too_often_stays(max_: Neighbour) -> None:
    await max_.says(QUESTION)
    for _ in range(ASKED_BY_ONE - 1):
        assert ANSWER in await max_.rewrites(QUESTION)
    assert await max_.rewrites(QUESTION) == NOBODY


async def test_whoever_waits_for_an_answer_gets_one_each_time(max_: Neighbour) -> None:
    await asks_all(on_a_server(max_))
    for _ in range(3):
        assert await max_.says(f"/question {QUESTION}") == TOO_FAST
        assert max_.last.replies[0].manner is Manner.NOTICE
    assert await max_.says(QUESTION) == NOBODY
    max_.alone()
    for _ in range(3):
        assert await max_.says(f"/question {QUESTION}") == TOO_FAST
    assert await max_.says(QUESTION) == TOO_FAST


async def test_nothing_is_kept_of_a_pace_that_is_over(max_: Neighbour, advisor: Advisor, database: Database) -> None:
    await max_.says(QUESTION)
    assert await rows(database, "paces") != []
    await advisor.due(max_.clock.passes(seconds=60), ())
    assert await rows(database, "paces") == []


# What is asked in one place.


async def test_a_place_where_much_is_asked_gets_a_word_once(
    max_: Neighbour, zoe: Neighbour, advisor: Advisor, clock: Clock
) -> None:
    await crowd_asks(advisor, clock)
    assert await max_.says(QUESTION) == CROWDED
    assert max_.choices == [LABELS.in_private]
    assert await max_.says(QUESTION) == NOBODY
    assert await zoe.says(QUESTION) == NOBODY
    assert ANSWER in await max_.in_private().says(QUESTION)
    assert ANSWER in await zoe.goes_to("bla").says(QUESTION)
    clock.passes(minutes=1)
    assert ANSWER in await max_.says(QUESTION)


async def test_an_answer_that_others_do_not_see_is_in_nobody_s_way(
    max_: Neighbour, advisor: Advisor, clock: Clock, database: Database
) -> None:
    on_a_server(max_)
    await crowd_asks(advisor, clock, "discord")
    assert await max_.says(QUESTION) == CROWDED
    assert ANSWER in await max_.alone().says(QUESTION)
    # Such a place tells who is in it: nothing is counted there.
    places = await database.rows("SELECT place FROM paces WHERE place <> ''")
    assert [row["place"] for row in places] == ["accueil"]


# Vigie kept silent.


async def test_vigie_keeps_silent_in_a_place_for_as_long_as_is_picked(
    lea: Neighbour, max_: Neighbour, clock: Clock
) -> None:
    read = await lea.says("/silence")
    assert WORKSHOP in read
    assert "\\#accueil" in read or "#accueil" in read
    assert lea.choices == [LABELS.an_hour, LABELS.a_day, LABELS.silence_open]
    assert lea.last.in_private
    assert lea.last.takes_away
    assert ANSWER in await max_.says(QUESTION)
    # Their answers come in the direct message, where the buttons are pressed.
    alone = lea.in_private()
    assert "14 h" in await alone.presses(LABELS.an_hour)
    assert alone.choices == [LABELS.silence_end]
    assert alone.last.replies[0].manner is Manner.IN_PLACE
    assert await max_.says(QUESTION) == NOBODY
    assert await max_.says(f"/question {QUESTION}") == QUIET
    assert ANSWER in await max_.goes_to("bla").says(QUESTION)
    max_.goes_to("accueil")
    clock.passes(minutes=59)
    assert await max_.says(QUESTION) == NOBODY
    clock.passes(minutes=1)
    assert ANSWER in await max_.says(QUESTION)
    assert lea.choices == [LABELS.an_hour, LABELS.a_day, LABELS.silence_open]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("30 min", "jusqu'à 13 h 30"),
        ("2h", "jusqu'à 15 h"),
        ("1h30", "jusqu'à 14 h 30"),
        ("12 heures", "jusqu'au lundi 23 novembre à 1 h"),
        ("1 jour", "jusqu'au lundi 23 novembre à 13 h"),
        ("Une semaine", "jusqu'au dimanche 29 novembre à 13 h"),
        ("jusqu'à nouvel ordre", "jusqu'à nouvel ordre"),
    ],
)
async def test_how_long_may_be_typed(lea: Neighbour, max_: Neighbour, typed: str, told: str) -> None:
    assert told in await lea.says(f"/silence {typed}")
    assert lea.choices == [LABELS.silence_end]
    assert await max_.says(QUESTION) == NOBODY
    assert told in await lea.says("/silence")
    await lea.says("/silence fin")
    assert ANSWER in await max_.says(QUESTION)


async def test_until_further_notice_is_until_further_notice(lea: Neighbour, max_: Neighbour, clock: Clock) -> None:
    await lea.says("/silence")
    await lea.presses(LABELS.silence_open)
    clock.passes(days=300)
    assert await max_.says(QUESTION) == NOBODY
    await lea.says("/silence")
    await lea.presses(LABELS.silence_end)
    assert lea.choices == [LABELS.an_hour, LABELS.a_day, LABELS.silence_open]
    assert ANSWER in await max_.says(QUESTION)


async def test_what_is_not_understood_changes_nothing(lea: Neighbour, max_: Neighbour) -> None:
    assert "pas compris" in await lea.says("/silence un peu")
    assert ANSWER in await max_.says(QUESTION)
    assert LABELS.an_hour in lea.choices


async def test_in_a_direct_message_there_is_no_place_to_be_silent_in(lea: Neighbour) -> None:
    await lea.says("bonjour")
    assert said("care/where") in await lea.in_private().says("/silence 2h")


async def test_the_place_is_the_one_that_all_know(lea: Neighbour, max_: Neighbour, advisor: Advisor) -> None:
    await on_a_server(lea).alone().says("/silence 2h")
    assert await advisor.quiet_places("discord", lea.clock.now) == [(WORKSHOP, "accueil")]
    assert await on_a_server(max_).says(QUESTION) == NOBODY
    assert ANSWER in await max_.alone().says(f"/question {QUESTION}")
    assert await advisor.quiet_places("discord", lea.clock.passes(hours=2)) == []


async def test_a_part_of_a_place_may_be_silent_and_is_as_long_as_the_place_is(lea: Neighbour, max_: Neighbour) -> None:
    await lea.says("/silence 1 jour")
    for person in (lea, max_):
        person.goes_to("fil")
        person.facts["within"] = "accueil"
    await lea.says("/silence")
    await lea.presses(LABELS.silence_open)
    assert "tout le salon" in await lea.presses(LABELS.silence_end)
    assert await max_.says(QUESTION) == NOBODY
    lea.goes_to("accueil").facts["within"] = None
    await lea.says("/silence fin")
    assert ANSWER in await max_.says(QUESTION)


async def test_settings_and_silences_do_not_undo_each_other(lea: Neighbour, advisor: Advisor) -> None:
    on_a_server(lea)
    await lea.alone().says("/silence 2h")
    await lea.goes_to("annonces").alone().says("/silence jusqu'à nouvel ordre")
    lea.goes_to("fil").alone().facts["within"] = "projets"
    await lea.says("/silence jusqu'à nouvel ordre")
    await lea.says("/reglages")
    [places] = [each for each in lea.last.replies[0].choices if each.label == LABELS.quiet_places]
    assert places.picked == ("annonces",)
    await lea.picks(LABELS.quiet_places, "bla")
    assert sorted(await advisor.quiet_places("discord", lea.clock.now)) == [
        (WORKSHOP, "accueil"),
        (WORKSHOP, "bla"),
        (WORKSHOP, "fil"),
    ]
    await lea.picks(LABELS.quiet_places, "accueil")
    lea.clock.passes(days=1)
    assert (WORKSHOP, "accueil") in await advisor.quiet_places("discord", lea.clock.now)


async def test_settings_tell_of_a_silence_and_end_it(lea: Neighbour, max_: Neighbour) -> None:
    await lea.says("/silence 2h")
    assert "je me tais" in await lea.says("/reglages")
    await lea.presses(LABELS.quiet_no)
    assert ANSWER in await max_.says(QUESTION)


async def test_members_can_silence_nobody(lea: Neighbour, max_: Neighbour) -> None:
    refused = said("team/refused", here=True)
    assert refused in await max_.says("/silence 2h")
    await lea.says("/silence")
    max_.last = lea.last
    await max_.presses(LABELS.an_hour)
    assert ANSWER in await max_.says(QUESTION)
    lea.role = Role.MEMBER
    assert await lea.presses(LABELS.an_hour) == refused
    assert ANSWER in await max_.says(QUESTION)


async def test_a_button_of_one_community_silences_no_other(lea: Neighbour, max_: Neighbour) -> None:
    await lea.says("/silence")
    lea.goes_to("accueil", "chorale")
    assert await lea.presses(LABELS.an_hour) == said("team/refused", here=True)
    assert ANSWER in await max_.says(QUESTION)
    assert ANSWER in await max_.goes_to("accueil", "chorale").says(QUESTION)


async def test_old_buttons_say_so(lea: Neighbour, advisor: Advisor, max_: Neighbour) -> None:
    await lea.says("/silence")
    await advisor.due(lea.clock.passes(days=3), ())
    assert await lea.presses(LABELS.an_hour) == said("buttons/outdated")
    assert ANSWER in await max_.says(QUESTION)


async def test_of_a_silence_that_is_over_nothing_is_kept(lea: Neighbour, advisor: Advisor, database: Database) -> None:
    await lea.says("/silence 2h")
    await lea.goes_to("bla").says("/silence jusqu'à nouvel ordre")
    await advisor.due(lea.clock.passes(hours=2), ())
    assert [row["place"] for row in await database.rows("SELECT place FROM quiet_places")] == ["bla"]


# Somebody asked for a pause.


def pause(until: str) -> str:
    return f"L'équipe te demande une pause {until}"


async def test_who_is_asked_for_a_pause_is_told_once_and_answered_elsewhere(
    lea: Neighbour, max_: Neighbour, zoe: Neighbour, clock: Clock
) -> None:
    read = await lea.replies(max_, "/ecarter")
    assert "max jusqu'au lundi 23 novembre à 13 h" in read
    assert lea.last.in_private
    assert pause("jusqu'au lundi 23 novembre à 13 h") in await max_.says(QUESTION)
    assert max_.choices == [LABELS.in_private]
    for text in (QUESTION, f"/question {QUESTION}", "/themes", "/parcours", "/reglages", "merci"):
        assert await max_.says(text) == NOBODY
    assert ANSWER in await zoe.says(QUESTION)
    assert ANSWER in await max_.in_private().says(QUESTION)
    assert ANSWER in await max_.goes_to("accueil", "chorale").says(QUESTION)
    max_.goes_to("accueil")
    clock.passes(hours=23, minutes=59)
    assert await max_.says(QUESTION) == NOBODY
    clock.passes(minutes=1)
    assert ANSWER in await max_.says(QUESTION)


async def test_a_pause_is_made_longer_shorter_and_lifted_with_buttons(
    lea: Neighbour, max_: Neighbour, clock: Clock
) -> None:
    await lea.replies(max_, "/ecarter")
    alone = lea.in_private()
    assert alone.choices == [LABELS.an_hour, LABELS.a_day, LABELS.a_week, LABELS.bar_lift]
    assert "jusqu'au dimanche 29 novembre à 13 h" in await alone.presses(LABELS.a_week)
    assert pause("jusqu'au dimanche 29 novembre à 13 h") in await max_.says(QUESTION)
    assert "jusqu'à 14 h" in await alone.presses(LABELS.an_hour)
    # What they were told does not hold any more.
    assert pause("jusqu'à 14 h") in await max_.says(QUESTION)
    assert await max_.says(QUESTION) == NOBODY
    assert said("care/lifted", name="max", title=WORKSHOP) in await alone.presses(LABELS.bar_lift)
    assert alone.choices == []
    assert ANSWER in await max_.says(QUESTION)
    clock.passes(hours=1)
    assert ANSWER in await max_.says(QUESTION)


async def test_a_pause_lasts_as_long_as_is_typed_but_no_longer_than_a_month(
    lea: Neighbour, max_: Neighbour, clock: Clock
) -> None:
    assert "jusqu'à 15 h" in await lea.replies(max_, "/écarter 2h")
    assert "jusqu'à 15 h" in await lea.replies(max_, "/ecarter")
    await lea.replies(max_, "/ecarter 52 semaines")
    await max_.says(QUESTION)
    clock.now += LONGEST_BAR - timedelta(minutes=1)
    assert await max_.says(QUESTION) == NOBODY
    clock.passes(minutes=1)
    assert ANSWER in await max_.says(QUESTION)


@pytest.mark.parametrize("typed", ["fin", "lever", "Stop !"])
async def test_a_pause_is_lifted_by_typing_so(lea: Neighbour, max_: Neighbour, typed: str) -> None:
    await lea.replies(max_, "/ecarter 2 jours")
    await lea.replies(max_, f"/ecarter {typed}")
    assert ANSWER in await max_.says(QUESTION)


async def test_how_long_has_to_be_understood(lea: Neighbour, max_: Neighbour) -> None:
    assert await lea.replies(max_, "/ecarter un peu") != NOBODY
    assert "pas compris la durée" in lea.reads
    assert ANSWER in await max_.says(QUESTION)


async def test_somebody_has_to_be_meant(lea: Neighbour) -> None:
    assert said("care/whom") in await lea.says("/ecarter")
    assert said("care/whom") in await lea.in_private().says("/ecarter 2h")


async def test_nobody_of_the_team_is_asked_for_a_pause(lea: Neighbour, zoe: Neighbour) -> None:
    await lea.replies(zoe, "/reglages modérateur")
    assert said("care/not_barred", name="zoé") in await lea.replies(zoe, "/ecarter")
    assert ANSWER in await zoe.says(QUESTION)
    assert said("care/not_barred", name="") in await lea.replies(lea, "/ecarter")
    assert said("care/not_barred", name="") in await zoe.replies(zoe, "/ecarter")
    assert ANSWER in await lea.says(QUESTION)


async def test_nobody_who_moderates_by_a_role_is_asked_for_a_pause(
    lea: Neighbour, zoe: Neighbour, max_: Neighbour, database: Database
) -> None:
    await lea.says("/aide")
    async with database.transaction() as transaction:
        workshop = await communities.find(transaction, "telegram", WORKSHOP)
        assert workshop
        await communities.keep(transaction, replace(workshop, moderator_role="ébéniste"))
    zoe.roles, max_.roles = ("membre", "ébéniste"), ("membre",)
    assert said("care/not_barred", name="zoé") in await lea.replies(zoe, "/ecarter 2h")
    zoe.roles = ()
    assert ANSWER in await zoe.says(QUESTION)
    assert "jusqu'à 15 h" in await lea.replies(max_, "/ecarter 2h")


async def test_whoever_is_named_meanwhile_is_asked_for_no_longer_pause(lea: Neighbour, zoe: Neighbour) -> None:
    await lea.replies(zoe, "/ecarter 2h")
    alone = lea.in_private()
    longer, lift = alone.button_id(LABELS.a_week), alone.button_id(LABELS.bar_lift)
    await lea.replies(zoe, "/reglages modérateur")
    assert said("care/not_barred", name="zoé") in await alone.presses_id(longer)
    assert said("care/lifted", name="zoé", title=WORKSHOP) in await alone.presses_id(lift)


async def test_whoever_administers_is_answered_even_so(lea: Neighbour, max_: Neighbour) -> None:
    await lea.replies(max_, "/ecarter")
    max_.role = Role.ADMINISTRATOR
    assert ANSWER in await max_.says(QUESTION)


async def test_what_is_kept_of_somebody_stays_their_own_business(lea: Neighbour, max_: Neighbour) -> None:
    await lea.replies(max_, "/ecarter")
    await max_.says(QUESTION)
    for text in ("/mesdonnees", "/oublier", "/aide"):
        assert await max_.says(text) not in (NOBODY, pause("jusqu'au lundi 23 novembre à 13 h"))
    await max_.says("/oublier")
    await max_.presses(LABELS.erase_yes)
    assert max_.last.erased


async def test_journeys_wait_and_other_buttons_do_what_they_say(lea: Neighbour, max_: Neighbour) -> None:
    await max_.says("/parcours demarrer")
    step = max_.last
    await max_.says(QUESTION)
    useful = max_.button_id(LABELS.useful)
    await lea.replies(max_, "/ecarter")
    for _ in range(2):
        max_.last = step
        assert pause("jusqu'au") in await max_.presses("Pause")
        assert max_.last.replies[0].manner is Manner.NOTICE
    assert pause("jusqu'au") not in await max_.presses_id(useful)
    assert max_.reads != NOBODY
    await lea.replies(max_, "/ecarter fin")
    max_.last = step
    assert pause("jusqu'au") not in await max_.presses("Pause")


async def test_who_waits_for_an_answer_is_told_each_time(lea: Neighbour, max_: Neighbour) -> None:
    await on_a_server(lea).alone().replies(max_, "/ecarter")
    on_a_server(max_)
    assert pause("jusqu'au") in await max_.says(QUESTION)
    assert await max_.says(QUESTION) == NOBODY
    assert pause("jusqu'au") in await max_.says(f"/question {QUESTION}")
    max_.alone()
    for _ in range(2):
        assert pause("jusqu'au") in await max_.says(f"/question {QUESTION}")


async def test_whom_a_question_written_anew_tells_nothing_is_told_later(lea: Neighbour, max_: Neighbour) -> None:
    await max_.says(QUESTION)
    await lea.replies(max_, "/ecarter")
    assert await max_.rewrites(QUESTION) == NOBODY
    assert pause("jusqu'au") in await max_.says(QUESTION)


async def test_a_pause_in_a_silent_place_is_silent(lea: Neighbour, max_: Neighbour) -> None:
    await lea.says("/silence 2h")
    await lea.replies(max_, "/ecarter")
    assert await max_.says(QUESTION) == NOBODY
    assert pause("jusqu'au") in await max_.goes_to("bla").says(QUESTION)


async def test_members_keep_nobody_from_asking(lea: Neighbour, max_: Neighbour, zoe: Neighbour) -> None:
    assert said("team/refused", here=True) in await max_.replies(zoe, "/ecarter")
    await lea.replies(zoe, "/ecarter")
    zoe.last = lea.last
    await zoe.presses(LABELS.bar_lift)
    assert pause("jusqu'au") in await zoe.says(QUESTION)


async def test_names_are_shown_as_they_are_and_not_kept(lea: Neighbour, max_: Neighbour, database: Database) -> None:
    max_.address = replace(max_.address, account="**@tous** [x](https://x.fr)")
    assert "\\*\\*@\u2060tous\\*\\*" in await lea.replies(max_, "/ecarter")
    [kept] = await database.rows("SELECT * FROM barred")
    assert set(kept.keys()) == {"platform", "community", "account", "until", "told"}


async def test_of_a_pause_that_is_over_nothing_is_kept(
    lea: Neighbour, max_: Neighbour, advisor: Advisor, database: Database
) -> None:
    await lea.replies(max_, "/ecarter 2h")
    await advisor.due(lea.clock.passes(hours=2), ())
    assert await rows(database, "barred") == []


async def test_a_community_that_moves_takes_silences_and_pauses_along(
    lea: Neighbour, max_: Neighbour, zoe: Neighbour, advisor: Advisor
) -> None:
    await lea.replies(max_, "/ecarter")
    await lea.goes_to("bla").says("/silence 2h")
    await advisor.move_community("telegram", WORKSHOP, "grand-atelier")
    assert pause("jusqu'au") in await max_.goes_to("accueil", "grand-atelier").says(QUESTION)
    assert await zoe.goes_to("bla", "grand-atelier").says(QUESTION) == NOBODY


# How long.


@pytest.mark.parametrize(
    "typed", ["", "demain", "0h", "-1h", "1000h", "2h99", "heure", "1 siècle", "2h ce soir", "h" * 99]
)
def test_what_is_no_length_of_time_is_none(typed: str) -> None:
    assert read_duration(typed) is None


@pytest.mark.parametrize(
    ("typed", "lasts"),
    [
        ("45 mn", timedelta(minutes=45)),
        ("2 H", timedelta(hours=2)),
        ("pendant deux heures", timedelta(hours=2)),
        ("une heure", timedelta(hours=1)),
        ("1h05", timedelta(hours=1, minutes=5)),
        ("3j", timedelta(days=3)),
        ("trois jours.", timedelta(days=3)),
        ("2 semaines", timedelta(weeks=2)),
        ("1 mois", timedelta(days=30)),
        ("999 mois", timedelta(days=29970)),
    ],
)
def test_lengths_of_time_are_read(typed: str, lasts: timedelta) -> None:
    assert read_duration(typed) == lasts
