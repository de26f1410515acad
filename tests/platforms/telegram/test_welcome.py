"""Who joins a group is welcomed once, however Telegram tells of it; who asks to join is greeted in private."""

import pytest

from bot.library import Library
from bot.storage.database import Database
from tests.conversations.words import LABELS
from tests.fakes.telegram import FakeTelegram, Group, User
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.steps import QUESTION, all_is_handled, all_is_said, is_known
from tests.platforms.telegram.talk import chooses, words_of

FIRST_CONTACT = words_of("privacy/first_contact", lasts=True)
TEAM_S_WORD = "Présentez-vous dans le sujet « Bonjour »."

pytestmark = pytest.mark.usefixtures("vigie")


@pytest.fixture(params=["as an administrator", "as a plain member"])
def told_of_joins(request: pytest.FixtureRequest, telegram: FakeTelegram, group: Group) -> None:
    """Vigie hears of who joins twice, or only once."""
    if request.param == "as an administrator":
        group.promote(telegram.bot)


@pytest.fixture
def administers(telegram: FakeTelegram, group: Group) -> None:
    """Vigie is an administrator of the group: she is told who becomes what, and who asks to join."""
    group.promote(telegram.bot)


@pytest.fixture
def zoe(telegram: FakeTelegram) -> User:
    return telegram.user("Zoé")


@pytest.fixture
def ines(telegram: FakeTelegram) -> User:
    return telegram.user("Inès")


@pytest.fixture
def orientation(library: Library) -> str:
    """Return the title of the journey that newcomers are offered."""
    journey = library.current().corpus.journey("vie")
    assert journey
    return journey.title


def welcome(*names: str, own: str | None = None) -> str:
    """Return how people are welcomed who join together."""
    return words_of("onboarding/welcome", vie=True, names=names, several=len(names) > 1, own=own)


def greeting(name: str, group: Group, own: str | None = None) -> str:
    """Return how somebody is greeted who asks to join."""
    values = {"vie": True, "names": [name], "several": False, "own": own, "title": group.title}
    return words_of("communities/asked_to_join", **values)


async def sets(lea: User, group: Group, label: str) -> None:
    """Have Léa change a setting of the group."""
    await lea.writes("/reglages", to=group)
    settings = await lea.reads_next(chat=group)
    assert await chooses(lea, settings, label) is settings


# Once each.


@pytest.mark.usefixtures("told_of_joins")
async def test_who_joins_is_welcomed_once(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, zoe: User, group: Group, orientation: str
) -> None:
    await zoe.joins(group)
    told = await lea.reads_next(chat=group)
    assert told.text == f"{welcome('Zoé')}\n\n{FIRST_CONTACT}"
    assert told.buttons == [orientation]
    assert told.reply_to is None
    await all_is_said(vigie, telegram, database)
    assert group.shown == [told]


@pytest.mark.usefixtures("told_of_joins")
async def test_who_joins_again_is_not_welcomed_again(
    telegram: FakeTelegram, lea: User, zoe: User, ines: User, group: Group
) -> None:
    await zoe.joins(group)
    first = await lea.reads_next(chat=group)
    await zoe.leaves(group)
    telegram.passes(days=40)
    await zoe.joins(group)
    await ines.joins(group)
    second = await lea.reads_next(chat=group)
    assert second.text.startswith(welcome("Inès"))
    assert group.shown == [first, second]


@pytest.mark.usefixtures("told_of_joins")
async def test_who_are_added_together_are_welcomed_together(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, zoe: User, ines: User, group: Group
) -> None:
    noe = telegram.user("Noé")
    await group.adds(zoe, ines, noe, by=lea)
    told = await lea.reads_next(chat=group)
    assert told.text.startswith(welcome("Zoé", "Inès", "Noé"))
    await all_is_said(vigie, telegram, database)
    assert group.shown == [told]


@pytest.mark.usefixtures("told_of_joins")
async def test_of_those_added_together_only_newcomers_are_named(lea: User, zoe: User, ines: User, group: Group) -> None:
    await zoe.joins(group)
    await lea.reads_next(chat=group)
    await zoe.leaves(group)
    await group.adds(zoe, ines, by=lea)
    assert (await lea.reads_next(chat=group)).text.startswith(welcome("Inès"))


async def test_who_is_added_together_with_somebody_known_is_told_what_is_kept(
    lea: User, zoe: User, ines: User, group: Group
) -> None:
    await is_known(zoe)
    await group.adds(zoe, ines, by=lea)
    assert (await lea.reads_next(chat=group)).text == f"{welcome('Zoé', 'Inès')}\n\n{FIRST_CONTACT}"


@pytest.mark.usefixtures("told_of_joins")
async def test_machines_are_not_welcomed(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, zoe: User, group: Group
) -> None:
    robo, other = telegram.user("Robo", is_bot=True), telegram.user("Autre", is_bot=True)
    await group.adds(robo, by=lea)
    await group.adds(other, zoe, by=lea)
    told = await lea.reads_next(chat=group)
    assert told.text.startswith(welcome("Zoé"))
    await all_is_said(vigie, telegram, database)
    assert group.shown == [told]


async def test_who_joins_another_group_is_welcomed_there_too(
    telegram: FakeTelegram, lea: User, zoe: User, group: Group
) -> None:
    other = telegram.group("Les autres").promote(lea)
    await zoe.joins(group)
    assert (await lea.reads_next(chat=group)).text == f"{welcome('Zoé')}\n\n{FIRST_CONTACT}"
    await zoe.joins(other)
    assert (await lea.reads_next(chat=other)).text == welcome("Zoé")


@pytest.mark.usefixtures("administers")
async def test_who_becomes_something_else_in_the_group_has_not_joined(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group
) -> None:
    await group.promotes(sam, by=lea)
    await group.demotes(sam, by=lea)
    await group.removes(sam, by=lea)
    await all_is_said(vigie, telegram, database)
    assert group.shown == []


async def test_who_joined_while_vigie_was_away_is_welcomed_once_when_she_is_back(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, zoe: User, group: Group
) -> None:
    group.promote(telegram.bot)
    await vigie.stops()
    await zoe.joins(group)
    await vigie.starts()
    told = await lea.reads_next(chat=group)
    assert told.text.startswith(welcome("Zoé"))
    await all_is_said(vigie, telegram, database)
    await vigie.starts()
    await all_is_said(vigie, telegram, database)
    assert group.shown == [told]


@pytest.mark.usefixtures("told_of_joins")
async def test_in_a_burst_of_joins_everybody_is_named_once_in_few_messages_and_questions_are_answered(
    vigie: Vigie, telegram: FakeTelegram, database: Database, sam: User, group: Group
) -> None:
    crowd = [telegram.user(f"Prénom{number:02}") for number in range(30)]
    await vigie.stops()
    for each in crowd:
        await each.joins(group)
    asked = await sam.writes(f"/question {QUESTION}", to=group)
    await vigie.starts()
    await all_is_said(vigie, telegram, database)
    answers = [message for message in group.shown if message.reply_to is asked]
    assert len(answers) == 1
    welcomes = [message.text for message in group.shown if message not in answers]
    assert [sum(each.first_name in text for text in welcomes) for each in crowd] == [1] * len(crowd)
    assert len(welcomes) < len(crowd) / 3


# What it says, and where it leads.


@pytest.mark.usefixtures("told_of_joins")
async def test_the_welcome_opens_the_journey_of_newcomers_in_private(
    lea: User, zoe: User, group: Group, orientation: str
) -> None:
    await zoe.joins(group)
    told = await lea.reads_next(chat=group)
    await zoe.follows(told, orientation)
    step = await zoe.reads_next()
    assert step.bold[0] == orientation
    assert FIRST_CONTACT not in step.text
    assert await chooses(zoe, step, step.buttons[0]) is step
    assert group.shown == [told]


async def test_the_link_of_a_welcome_is_for_everybody(
    lea: User, sam: User, zoe: User, group: Group, orientation: str
) -> None:
    await zoe.joins(group)
    told = await lea.reads_next(chat=group)
    await sam.follows(told, orientation)
    assert (await sam.reads_next()).bold[0] == orientation


@pytest.mark.parametrize(
    "name",
    ["<b>Zoé</b> & _co_", "*Zoé* [ici](https://exemple.fr)", "# Zoé", "1. Zoé", "- Zoé", "`Zoé` ||ici||"],
)
async def test_a_name_is_shown_as_it_is_written(telegram: FakeTelegram, lea: User, group: Group, name: str) -> None:
    await telegram.user(name).joins(group)
    told = await lea.reads_next(chat=group)
    assert f"Bienvenue, {name} !" in told.text
    assert told.written_as("text_link") == told.written_as("text_mention") == told.written_as("italic") == []


async def test_a_name_that_looks_like_somebody_else_s_calls_nobody(
    telegram: FakeTelegram, lea: User, group: Group
) -> None:
    await telegram.user("@lea").joins(group)
    told = await lea.reads_next(chat=group)
    assert "@lea" not in told.text
    assert "lea" in told.text


async def test_a_name_does_not_turn_the_writing_around(telegram: FakeTelegram, lea: User, group: Group) -> None:
    await telegram.user("Zoé\u202e").joins(group)
    assert "Bienvenue, Zoé !" in (await lea.reads_next(chat=group)).text


@pytest.mark.usefixtures("told_of_joins")
async def test_the_team_s_word_is_part_of_the_welcome(lea: User, zoe: User, ines: User, group: Group) -> None:
    await lea.writes(f"/reglages accueil {TEAM_S_WORD}", to=group)
    assert TEAM_S_WORD in (await lea.reads_next(chat=group)).text
    await zoe.joins(group)
    assert (await lea.reads_next(chat=group)).text.startswith(welcome("Zoé", own=TEAM_S_WORD))
    await sets(lea, group, LABELS.welcome_text_no)
    await ines.joins(group)
    assert (await lea.reads_next(chat=group)).text.startswith(welcome("Inès"))


async def test_the_team_s_word_is_shown_as_it_is_written(lea: User, zoe: User, group: Group) -> None:
    word = "Lisez <les> *règles* & [la charte](https://exemple.fr) d'abord_"
    await lea.writes(f"/reglages accueil {word}", to=group)
    assert word in (await lea.reads_next(chat=group)).text
    await zoe.joins(group)
    told = await lea.reads_next(chat=group)
    assert word in told.text
    assert told.written_as("text_link") == []


# Where nobody is welcomed.


@pytest.mark.usefixtures("told_of_joins")
async def test_where_welcomes_are_off_nobody_is_welcomed_until_they_are_on_again(
    telegram: FakeTelegram, database: Database, lea: User, zoe: User, ines: User, group: Group
) -> None:
    await sets(lea, group, LABELS.welcomes_no)
    before = len(group.shown)
    await zoe.joins(group)
    await all_is_handled(telegram, database)
    await sets(lea, group, LABELS.welcomes_yes)
    await ines.joins(group)
    told = await lea.reads_next(chat=group)
    assert told.text.startswith(welcome("Inès"))
    assert [message for message in group.shown[before:] if "Bienvenue" in message.text] == [told]


async def test_who_was_not_welcomed_because_welcomes_were_off_is_told_what_is_kept_when_they_write(
    telegram: FakeTelegram, database: Database, lea: User, zoe: User, group: Group
) -> None:
    await sets(lea, group, LABELS.welcomes_no)
    await zoe.joins(group)
    await all_is_handled(telegram, database)
    await zoe.starts()
    assert FIRST_CONTACT in (await zoe.reads_next()).text


# Who asks to join.


@pytest.mark.usefixtures("administers")
async def test_who_asks_to_join_is_greeted_in_private_and_not_again_when_they_join(
    lea: User, zoe: User, ines: User, group: Group, orientation: str
) -> None:
    await zoe.asks_to_join(group)
    told = await zoe.reads_next()
    assert told.text == f"{greeting('Zoé', group)}\n\n{FIRST_CONTACT}"
    assert told.buttons == [orientation]
    await group.adds(zoe, by=lea)
    await ines.joins(group)
    welcomed = await lea.reads_next(chat=group)
    assert welcomed.text.startswith(welcome("Inès"))
    assert group.shown == [welcomed]
    assert zoe.chat.shown == [told]


@pytest.mark.usefixtures("administers")
async def test_the_greeting_of_who_asks_to_join_begins_the_journey(zoe: User, group: Group, orientation: str) -> None:
    await zoe.asks_to_join(group)
    told = await zoe.reads_next()
    await zoe.follows(told, orientation)
    assert (await zoe.reads_next()).bold[0] == orientation


@pytest.mark.usefixtures("administers")
async def test_who_asks_to_join_again_is_not_greeted_again(
    vigie: Vigie, telegram: FakeTelegram, database: Database, zoe: User, group: Group
) -> None:
    for _ in range(2):
        await zoe.asks_to_join(group)
    told = await zoe.reads_next()
    await all_is_said(vigie, telegram, database)
    assert zoe.chat.shown == [told]


@pytest.mark.usefixtures("administers")
async def test_the_team_s_word_is_part_of_the_greeting(lea: User, zoe: User, group: Group) -> None:
    await lea.writes(f"/reglages accueil {TEAM_S_WORD}", to=group)
    await lea.reads_next(chat=group)
    await zoe.asks_to_join(group)
    assert (await zoe.reads_next()).text.startswith(greeting("Zoé", group, TEAM_S_WORD))


@pytest.mark.usefixtures("administers")
async def test_where_welcomes_are_off_nobody_is_greeted_in_private_either(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, zoe: User, group: Group
) -> None:
    await sets(lea, group, LABELS.welcomes_no)
    await zoe.asks_to_join(group)
    await all_is_said(vigie, telegram, database)
    assert zoe.chat.shown == []


@pytest.mark.usefixtures("administers")
async def test_who_could_not_be_greeted_in_private_is_welcomed_when_they_join(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, zoe: User, group: Group
) -> None:
    await vigie.stops()
    await zoe.asks_to_join(group)
    telegram.passes(minutes=6)
    await vigie.starts()
    await all_is_said(vigie, telegram, database)
    assert zoe.chat.shown == []
    await vigie.starts()
    await group.adds(zoe, by=lea)
    assert (await lea.reads_next(chat=group)).text.startswith(welcome("Zoé"))


@pytest.mark.usefixtures("administers")
async def test_who_has_blocked_vigie_is_welcomed_when_they_join_and_nobody_else_loses_by_it(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, zoe: User, group: Group
) -> None:
    await lea.writes(f"/reglages accueil {TEAM_S_WORD}", to=group)
    await lea.reads_next(chat=group)
    await is_known(zoe)
    await zoe.blocks_bot()
    await zoe.asks_to_join(group)
    await all_is_said(vigie, telegram, database)
    assert [each.title for each in await vigie.advisor.communities("telegram")] == [group.title]
    await vigie.starts()
    await group.adds(zoe, by=lea)
    assert (await lea.reads_next(chat=group)).text == welcome("Zoé", own=TEAM_S_WORD)


async def test_names_are_shown_as_they_are_written_in_a_greeting(telegram: FakeTelegram) -> None:
    group = telegram.group("Les **indés** & <co>").promote(telegram.bot)
    zoe = telegram.user("_Zoé_")
    await zoe.asks_to_join(group)
    told = await zoe.reads_next()
    assert "Bonjour _Zoé_" in told.text
    assert group.title in told.text
