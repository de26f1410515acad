"""Settings picked from lists and written in forms, answers for one alone, and what is proposed while one types."""

from dataclasses import replace

import pytest

from bot.core.advisor import Advisor
from bot.core.communities import LONGEST_WELCOME
from bot.core.messages import PICKERS, Address, Capabilities, Choice, ChoiceKind, Incoming, Manner, Outgoing, Role
from bot.library import Library
from bot.retrieval.french import words
from bot.storage import communities, grants
from bot.storage.communities import Community
from bot.storage.database import Database
from tests.conversations.words import LABELS, said
from tests.people import NOON, Member

ALL = Capabilities(buttons=True, links=True, removal=True, forms=True, pickers=True)
ADMINISTRATORS = said("communities/for_administrators")
QUESTION = "C'est quoi le SWOT personnel ?"


@pytest.fixture
def lea(advisor: Advisor) -> Member:
    """Who administers the workshop."""
    return Member(advisor, "léa", "atelier", "discord", capabilities=ALL, role=Role.ADMINISTRATOR)


@pytest.fixture
def max_(advisor: Advisor) -> Member:
    return Member(advisor, "max", "atelier", "discord", capabilities=ALL)


async def kept(database: Database, name: str = "atelier") -> Community:
    """Return what is kept of a community."""
    async with database.transaction() as transaction:
        found = await communities.find(transaction, "discord", name)
    assert found
    return found


def lists(member: Member) -> dict[str, Choice]:
    """Return the lists to pick from under the last message, by their labels."""
    return {each.label: each for reply in member.last.replies for each in reply.choices if each.kind in PICKERS}


# Lists to pick from.


async def test_lists_are_offered_where_there_are_such_things(lea: Member) -> None:
    await lea.says("/reglages")
    assert {label: each.kind for label, each in lists(lea).items()} == {
        LABELS.welcome_place: ChoiceKind.PLACE,
        LABELS.quiet_places: ChoiceKind.PLACES,
        LABELS.completion_role: ChoiceKind.ROLE,
        LABELS.moderator_role: ChoiceKind.ROLE,
    }
    assert all(each.picked == () for each in lists(lea).values())
    assert LABELS.quiet_yes not in lea.choices
    assert LABELS.welcome_here not in lea.choices


async def test_elsewhere_there_are_buttons_instead(lea: Member) -> None:
    lea.capabilities = replace(ALL, pickers=False, forms=False)
    lea.address = replace(lea.address, place="accueil")
    await lea.says("/reglages")
    assert lists(lea) == {}
    assert LABELS.welcome_text not in lea.choices
    assert {LABELS.quiet_yes, LABELS.welcome_here} <= set(lea.choices)


@pytest.mark.parametrize("label", [LABELS.welcome_place, LABELS.completion_role, LABELS.moderator_role])
async def test_what_is_picked_is_kept_and_shown_as_picked_until_none_is(
    lea: Member, database: Database, label: str
) -> None:
    before = await lea.says("/reglages")
    await lea.picks(label, "7")
    assert lea.last.replies[0].manner is Manner.IN_PLACE
    assert {each: picker.picked for each, picker in lists(lea).items() if picker.picked} == {label: ("7",)}
    await lea.picks(label)
    assert lists(lea)[label].picked == ()
    assert lea.reads == before.removesuffix(said("privacy/first_contact", lasts=True)).strip()
    community = await kept(database)
    assert (community.welcome_place, community.completion_role, community.moderator_role) == (None, None, None)


async def test_several_places_are_picked_to_be_quiet_in(lea: Member, advisor: Advisor) -> None:
    await lea.says("/reglages")
    await lea.picks(LABELS.quiet_places, "blague", "annonces")
    assert lists(lea)[LABELS.quiet_places].picked == ("annonces", "blague")
    assert await advisor.quiet_places("discord", NOON) == [("atelier", "annonces"), ("atelier", "blague")]
    assert await advisor.quiet_places("telegram", NOON) == []
    await lea.picks(LABELS.quiet_places, "blague")
    assert await advisor.quiet_places("discord", NOON) == [("atelier", "blague")]
    await lea.picks(LABELS.quiet_places)
    assert await advisor.quiet_places("discord", NOON) == []


async def test_what_one_community_picks_is_its_own(lea: Member, database: Database) -> None:
    await lea.says("/reglages")
    await lea.picks(LABELS.quiet_places, "blague")
    await lea.picks(LABELS.welcome_place, "accueil")
    lea.address = replace(lea.address, community="chorale")
    await lea.says("/reglages")
    assert all(each.picked == () for each in lists(lea).values())
    assert (await kept(database)).welcome_place == "accueil"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR])
async def test_who_does_not_administer_picks_and_writes_nothing(
    lea: Member, max_: Member, advisor: Advisor, database: Database, role: Role
) -> None:
    await lea.says("/reglages")
    max_.last, max_.role = lea.last, role
    for label in (LABELS.quiet_places, LABELS.moderator_role):
        max_.last = lea.last
        await max_.picks(label, "7")
        assert max_.last.replies[0].manner is Manner.NOTICE
    # Their own button, forged, is of no more use.
    own = lea.button_id(LABELS.moderator_role).replace(lea.button_id(LABELS.quiet_places).split(":")[2], "f" * 16)
    await max_.presses_id(own)
    assert (await kept(database)).moderator_role is None
    assert await advisor.quiet_places("discord", NOON) == []


async def test_who_administers_no_longer_is_told_so(lea: Member, database: Database) -> None:
    await lea.says("/reglages")
    lea.role = Role.MEMBER
    assert await lea.picks(LABELS.moderator_role, "7") == ADMINISTRATORS
    assert (await kept(database)).moderator_role is None


async def test_another_administrator_may_pick(lea: Member, max_: Member, database: Database) -> None:
    await lea.says("/reglages")
    max_.last, max_.role = lea.last, Role.ADMINISTRATOR
    await max_.picks(LABELS.welcome_place, "accueil")
    assert (await kept(database)).welcome_place == "accueil"


# The form for the team's word.


async def test_the_team_s_word_is_written_in_a_form(lea: Member, database: Database) -> None:
    await lea.says("/reglages")
    await lea.presses(LABELS.welcomes_no)
    assert "Passe nous voir \\*ici\\*." in await lea.writes(LABELS.welcome_text, " Passe  nous\nvoir *ici*. ")
    community = await kept(database)
    assert (community.welcome_text, community.welcomes) == ("Passe nous voir *ici*.", True)
    await lea.writes(LABELS.welcome_text, "x" * 1000)
    assert (await kept(database)).welcome_text == "x" * LONGEST_WELCOME


async def test_a_form_with_nothing_written_changes_nothing(lea: Member, database: Database) -> None:
    await lea.says("/reglages")
    await lea.writes(LABELS.welcome_text, "Passe nous voir.")
    await lea.writes(LABELS.welcome_text, " \n ")
    assert (await kept(database)).welcome_text == "Passe nous voir."
    assert LABELS.welcome_text_no in lea.choices


# A role that the platform refuses to let Vigie give.


async def test_a_community_is_told_once_that_its_role_cannot_be_given(
    lea: Member, advisor: Advisor, database: Database
) -> None:
    await lea.says("/reglages")
    await lea.picks(LABELS.completion_role, "7")
    for account in ("max", "zoé"):
        async with database.transaction() as transaction:
            values = ("discord", "atelier", account, "7", NOON.isoformat())
            await transaction.rows("INSERT INTO grants VALUES (?, ?, ?, ?, ?)", *values)
    told = [await advisor.settle(grant, refused=True) for grant in await advisor.grants("discord")]
    refused = said("communities/role_refused", title="atelier")
    assert ["\n\n".join(reply.text for reply in each.replies) for each in told] == [refused, ""]
    assert await advisor.grants("discord") == []
    assert (await kept(database)).role_refused
    assert "⚠️" in await lea.says("/reglages")
    # Chosen anew, it is tried anew.
    assert "⚠️" not in await lea.picks(LABELS.completion_role, "7")
    assert not (await kept(database)).role_refused


async def test_of_a_role_that_was_given_nothing_is_said(lea: Member, advisor: Advisor, database: Database) -> None:
    await lea.says("/reglages")
    await lea.picks(LABELS.completion_role, "7")
    await lea.in_private().says("bonjour")
    [[person]] = await database.rows("SELECT person FROM accounts WHERE account = 'léa'")
    async with database.transaction() as transaction:
        await grants.earn(transaction, person, NOON)
    [grant] = await advisor.grants("discord")
    assert (grant.address, grant.role) == (Address("discord", "léa", "atelier"), "7")
    assert await advisor.settle(grant) == Outgoing(())
    assert await advisor.grants("discord") == []
    assert not (await kept(database)).role_refused


# Answers that one alone reads.


async def asks(advisor: Advisor, text: str, *, unseen: bool, place: str = "accueil") -> Outgoing:
    address = Address("discord", "max", "atelier", place)
    return await advisor.handle(Incoming(address, NOON, text, unseen=unseen, capabilities=ALL))


@pytest.mark.parametrize("unseen", [False, True])
async def test_an_answer_that_nobody_else_reads_needs_not_be_taken_away(advisor: Advisor, *, unseen: bool) -> None:
    outgoing = await asks(advisor, f"/question {QUESTION}", unseen=unseen)
    labels = [each.label for reply in outgoing.replies for each in reply.choices]
    assert LABELS.useful in labels
    assert (LABELS.remove in labels) is not unseen


@pytest.mark.parametrize("command", ["/mesdonnees", "/lier"])
async def test_what_is_somebody_s_own_business_is_told_to_them_alone(advisor: Advisor, command: str) -> None:
    [told] = (await asks(advisor, command, unseen=False)).replies
    assert said("help/in_private") in told.text
    [told] = (await asks(advisor, command, unseen=True)).replies
    assert said("help/in_private") not in told.text


async def test_where_vigie_is_silent_who_asks_is_answered_alone(lea: Member, advisor: Advisor) -> None:
    await lea.says("/reglages")
    await lea.picks(LABELS.quiet_places, "blague")
    asked = f"/question {QUESTION}"
    assert (await asks(advisor, QUESTION, unseen=False, place="blague")).replies == ()
    [told] = (await asks(advisor, asked, unseen=False, place="blague")).replies
    assert told.text == said("communities/quiet")
    answer = await asks(advisor, asked, unseen=True, place="blague")
    assert answer.verdict
    assert answer.verdict.hits


async def test_a_part_of_a_place_is_as_silent_as_the_place(lea: Member, advisor: Advisor) -> None:
    await lea.says("/reglages")
    await lea.picks(LABELS.quiet_places, "blague")
    address = Address("discord", "max", "atelier", "fil")
    within = Incoming(address, NOON, QUESTION, within="blague", capabilities=ALL)
    assert (await advisor.handle(within)).replies == ()
    assert (await advisor.handle(replace(within, within="accueil"))).replies


async def test_who_has_the_role_of_moderators_takes_answers_away(lea: Member, advisor: Advisor) -> None:
    await lea.says("/reglages")
    await lea.picks(LABELS.moderator_role, "relecture")
    outgoing = await asks(advisor, f"/question {QUESTION}", unseen=False)
    remove = next(each for reply in outgoing.replies for each in reply.choices if each.label == LABELS.remove)
    pressed = Incoming(Address("discord", "zoé", "atelier", "accueil"), NOON, button=remove.id, capabilities=ALL)
    [told] = (await advisor.handle(pressed)).replies
    assert told.manner is Manner.NOTICE
    [told] = (await advisor.handle(replace(pressed, roles=("relecture",)))).replies
    assert told.manner is Manner.REMOVAL


# What is proposed while somebody types.


def test_nothing_typed_is_one_of_each_theme(advisor: Advisor, library: Library) -> None:
    corpus = library.current().corpus
    tags = {each.title: set(each.tags) for each in corpus.passages}
    for nothing in ("", "  ", "?!", "…"):
        proposed = advisor.complete(nothing, 25)
        assert 1 < len(proposed) == len(set(proposed)) <= len(corpus.themes)
        assert all(any(tags[title] & set(theme.tags) for title in proposed) for theme in corpus.themes)
        assert advisor.complete(nothing, 3) == proposed[:3]


def test_what_is_typed_so_far_finds_titles_and_questions(advisor: Advisor, library: Library) -> None:
    title = library.current().corpus.by_id["brahimi-swot"].title
    assert title in advisor.complete("swo", 5)
    assert title in advisor.complete("remplir la matrice forces faibl", 5)
    assert title in advisor.complete("SWOT personnel ", 5)


def test_no_more_is_proposed_than_asked_for_and_nothing_twice(advisor: Advisor) -> None:
    for typed in ("l", "le", "linkedin", "linkedin comment", "zzzz", "x" * 5000, "a " * 5000):
        for count in (1, 5, 25):
            proposed = advisor.complete(typed, count)
            assert len(proposed) <= count
            assert len(set(proposed)) == len(proposed)
            assert all(proposed)


def test_the_beginning_of_every_title_proposes_it(advisor: Advisor, library: Library) -> None:
    missed = []
    for passage in library.current().corpus.passages[::10]:
        typed = passage.title[:-3]
        if len(words(typed)) > 3 and passage.title not in advisor.complete(typed, 25):
            missed.append(passage.title)
    assert missed == []
