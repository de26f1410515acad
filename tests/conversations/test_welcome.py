"""Who joins is welcomed once, and told once what is kept about them."""

import pytest

from bot.app import build_advisor
from bot.content.corpus import Corpus
from bot.core.advisor import Advisor
from bot.library import Library
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from bot.storage.database import MEMORY, Database, open_database
from tests.conversations.words import LABELS, opening, said
from tests.people import Member

WELCOME = said("onboarding/welcome", vie=True, names=[], several=False, own=None)
KEPT = said("privacy/first_contact", lasts=True)


@pytest.fixture
def orientation(library: Library) -> str:
    """Return the title of the journey that newcomers are offered."""
    journey = library.current().corpus.journey("vie")
    assert journey
    return journey.title


@pytest.fixture
def newcomer(advisor: Advisor) -> Member:
    return Member(advisor, "léa", community="atelier")


# Joining.


async def test_who_joins_is_welcomed_and_offered_a_journey(newcomer: Member, orientation: str) -> None:
    assert (await newcomer.joins()).startswith(WELCOME)
    assert newcomer.choices == [orientation]
    assert newcomer.journey is None


@pytest.mark.parametrize("typed", [None, "1"])
async def test_the_welcome_opens_the_journey_of_newcomers(
    newcomer: Member, orientation: str, typed: str | None
) -> None:
    await newcomer.joins()
    await (newcomer.says(typed) if typed else newcomer.presses(orientation))
    assert newcomer.journey
    assert newcomer.journey.id == "vie"
    assert opening(newcomer) == "begun"


async def test_who_joins_again_is_not_welcomed_again(newcomer: Member, database: Database) -> None:
    await newcomer.joins()
    newcomer.clock.passes(days=30)
    assert await newcomer.joins() == ""
    assert newcomer.last.replies == ()
    assert len(await database.rows("SELECT * FROM memberships WHERE welcomed IS NOT NULL")) == 1


async def test_who_joins_another_community_is_welcomed_there(advisor: Advisor, newcomer: Member) -> None:
    await newcomer.joins()
    elsewhere = Member(advisor, "léa", community="chorale")
    assert await elsewhere.joins() == WELCOME
    assert await elsewhere.joins() == ""
    assert await newcomer.joins() == ""


async def test_each_is_welcomed(advisor: Advisor, newcomer: Member) -> None:
    await newcomer.joins()
    assert (await Member(advisor, "max", community="atelier").joins()).startswith(WELCOME)


async def test_who_has_asked_before_they_joined_is_welcomed_all_the_same(newcomer: Member) -> None:
    await newcomer.says("Faut-il répondre aux polémiques ?")
    assert await newcomer.joins() == WELCOME


async def test_who_joins_in_the_middle_of_a_journey_stays_in_it(advisor: Advisor, newcomer: Member) -> None:
    in_private = Member(advisor, "léa")
    await in_private.says("/parcours demarrer")
    await newcomer.joins()
    assert newcomer.journey == in_private.journey
    await in_private.presses("Passer")
    assert in_private.journey
    assert in_private.journey.id == "demarrer"
    assert in_private.journey != newcomer.journey


async def test_the_welcome_of_somebody_else_opens_nothing(advisor: Advisor, newcomer: Member, orientation: str) -> None:
    await newcomer.joins()
    max_ = Member(advisor, "max", community="atelier")
    assert (await max_.presses_id(newcomer.button_id(orientation))).startswith(
        said("buttons/not_yours", name="", journey=True)
    )
    assert max_.journey is None


async def test_without_a_journey_for_newcomers_the_welcome_offers_none(database: Database) -> None:
    retriever = Retriever(Corpus(), read_parameters())
    newcomer = Member(build_advisor(lambda: retriever, database), "léa", community="atelier")
    assert (await newcomer.joins()).startswith(said("onboarding/welcome", vie=False, names=[], several=False, own=None))
    assert newcomer.choices == []


async def test_who_starts_is_greeted_and_offered_the_journey_of_newcomers(lea: Member, orientation: str) -> None:
    assert (await lea.says("/start")).startswith(said("help/welcome"))
    assert lea.choices == [orientation]


# What is kept.


@pytest.mark.parametrize(
    "typed", ["bonjour", "Faut-il répondre aux polémiques ?", "/start", "/parcours", "/plan", "zzz"]
)
async def test_the_first_contact_says_what_is_kept_and_the_next_do_not(lea: Member, typed: str) -> None:
    assert (await lea.says(typed)).endswith(KEPT)
    assert lea.reads.count(KEPT) == 1
    for again in (typed, "merci", "Faut-il répondre aux polémiques ?"):
        assert KEPT not in await lea.says(again)


async def test_the_first_contact_may_be_to_join(newcomer: Member) -> None:
    assert await newcomer.joins() == f"{WELCOME}\n\n{KEPT}"
    assert KEPT not in await newcomer.says("bonjour")


async def test_nothing_is_kept_of_who_presses_the_button_of_somebody_else(
    advisor: Advisor, newcomer: Member, orientation: str
) -> None:
    await newcomer.joins()
    max_ = Member(advisor, "max")
    assert KEPT not in await max_.presses_id(newcomer.button_id(orientation))
    assert KEPT in await max_.says("bonjour")


async def test_the_same_account_in_another_place_is_known(advisor: Advisor, newcomer: Member) -> None:
    assert KEPT in await newcomer.says("bonjour")
    assert KEPT not in await Member(advisor, "léa").says("bonjour")
    assert KEPT in await Member(advisor, "léa", platform="ailleurs").says("bonjour")


async def test_what_is_kept_is_said_in_two_sentences(lea: Member) -> None:
    await lea.says("bonjour")
    [notice] = [block.text for reply in lea.last.replies for block in reply.blocks if block.role == "privacy"]
    assert notice.count(". ") + notice.endswith(".") == 2
    assert "/mesdonnees" in notice
    assert "/oublier" in notice


async def test_where_nothing_lasts_the_first_contact_says_so(library: Library) -> None:
    async with open_database(MEMORY) as database:
        lea = Member(build_advisor(library.current, database), "léa")
        assert (await lea.says("bonjour")).endswith(said("privacy/first_contact", lasts=False))
        assert KEPT not in lea.reads


async def test_who_comes_back_after_they_were_forgotten_is_met_as_on_the_first_day(newcomer: Member) -> None:
    await newcomer.joins()
    await newcomer.says("/oublier")
    assert KEPT not in await newcomer.presses(LABELS.erase_yes)
    assert await newcomer.joins() == f"{WELCOME}\n\n{KEPT}"
