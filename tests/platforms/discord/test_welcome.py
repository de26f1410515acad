"""Who joins a server is welcomed once, after its screening; and what happens as Vigie is taken in and put out."""

import pytest

from bot.library import Library
from bot.storage.database import Database
from tests.conversations.words import LABELS
from tests.fakes.discord import Channel, FakeDiscord, Server, User
from tests.platforms.discord.conftest import Vigie
from tests.platforms.discord.speaking import ASIDES, asks, chooses, commands, words_of
from tests.platforms.discord.steps import QUESTION, all_is_handled
from tests.platforms.log import heard

FIRST_CONTACT = words_of("privacy/first_contact", lasts=True)
TAKEN_IN = words_of("communities/taken_in", named=True)
TEAM_S_WORD = "Présentez-vous dans le salon « Bonjour »."


@pytest.fixture
def general(server: Server) -> Channel:
    """The channel where Discord tells who joins."""
    channel = server.text("général")
    server.greets_in(channel)
    return channel


@pytest.fixture
def zoe(double: FakeDiscord) -> User:
    return double.user("Zoé")


@pytest.fixture
def ines(double: FakeDiscord) -> User:
    return double.user("Inès")


@pytest.fixture
def orientation(library: Library) -> str:
    """Return the title of the journey that newcomers are offered."""
    journey = library.current().corpus.journey("vie")
    assert journey
    return journey.title


def welcome(*names: str, own: str | None = None) -> str:
    """Return how people are welcomed who join together."""
    return words_of("onboarding/welcome", vie=True, names=names, several=len(names) > 1, own=own)


async def sets(lea: User, channel: Channel, label: str, *picked: Channel) -> None:
    """Have Léa change a setting of the server, by a button or by what is picked from a list."""
    settings = await commands(lea, "/reglages", in_=channel)
    if label in settings.buttons:
        assert await chooses(lea, settings, label) is settings
        return
    await lea.selects(settings, *picked, of=label)
    assert await lea.reads_next(in_=channel) is settings


async def titles(vigie: Vigie) -> list[str]:
    """Return the servers that Vigie serves, as she knows them."""
    return [each.title for each in await vigie.advisor.communities("discord")]


# Once each, when they are in.


@pytest.mark.usefixtures("vigie")
async def test_who_joins_is_welcomed_where_discord_tells_who_joins(
    double: FakeDiscord, database: Database, lea: User, server: Server, zoe: User, general: Channel, orientation: str
) -> None:
    await zoe.joins(server)
    told = await lea.reads_next(in_=general)
    assert told.text == f"{welcome('Zoé')}\n\n{FIRST_CONTACT}"
    assert (told.buttons, told.pinged, told.ephemeral) == ([orientation], [], False)
    await all_is_handled(double, database)
    assert general.messages == [told]


@pytest.mark.usefixtures("vigie")
async def test_with_a_screening_one_is_welcomed_once_it_is_passed(
    double: FakeDiscord, database: Database, lea: User, server: Server, zoe: User, general: Channel
) -> None:
    await zoe.joins(server, screening=True)
    await all_is_handled(double, database)
    assert general.messages == []
    await zoe.passes_screening(server)
    told = await lea.reads_next(in_=general)
    assert told.text.startswith(welcome("Zoé"))
    server.gives(zoe, server.role("Nouveau"))
    await all_is_handled(double, database)
    assert general.messages == [told]


async def test_who_passes_the_screening_after_a_restart_is_welcomed(
    vigie: Vigie, double: FakeDiscord, database: Database, lea: User, server: Server, zoe: User, general: Channel
) -> None:
    await zoe.joins(server, screening=True)
    await all_is_handled(double, database)
    await vigie.restarts()
    await zoe.passes_screening(server)
    told = await lea.reads_next(in_=general)
    assert told.text.startswith(welcome("Zoé"))
    assert general.messages == [told]


@pytest.mark.usefixtures("vigie")
async def test_who_leaves_before_the_screening_is_passed_is_not_welcomed(
    double: FakeDiscord, database: Database, lea: User, server: Server, zoe: User, ines: User, general: Channel
) -> None:
    await zoe.joins(server, screening=True)
    await zoe.leaves(server)
    await ines.joins(server)
    told = await lea.reads_next(in_=general)
    assert told.text.startswith(welcome("Inès"))
    await all_is_handled(double, database)
    assert general.messages == [told]


@pytest.mark.usefixtures("vigie")
async def test_who_was_there_before_vigie_is_not_welcomed_when_something_about_them_changes(
    double: FakeDiscord, database: Database, lea: User, sam: User, server: Server, zoe: User, general: Channel
) -> None:
    role = server.role("Ancien")
    server.gives(sam, role)
    server.takes(sam, role)
    await zoe.joins(server)
    told = await lea.reads_next(in_=general)
    assert told.text.startswith(welcome("Zoé"))
    await all_is_handled(double, database)
    assert general.messages == [told]


@pytest.mark.parametrize("restarts", [True, False])
async def test_who_joins_again_is_not_welcomed_again(
    vigie: Vigie,
    double: FakeDiscord,
    database: Database,
    lea: User,
    server: Server,
    zoe: User,
    ines: User,
    general: Channel,
    *,
    restarts: bool,
) -> None:
    await zoe.joins(server)
    first = await lea.reads_next(in_=general)
    await zoe.leaves(server)
    if restarts:
        await vigie.restarts()
    double.clock.passes(days=40)
    await zoe.joins(server)
    await ines.joins(server)
    second = await lea.reads_next(in_=general)
    assert second.text.startswith(welcome("Inès"))
    await all_is_handled(double, database)
    assert general.messages == [first, second]


@pytest.mark.usefixtures("vigie")
async def test_machines_are_not_welcomed(
    double: FakeDiscord, database: Database, lea: User, server: Server, zoe: User, general: Channel
) -> None:
    await double.user("Robo", bot=True).joins(server)
    await zoe.joins(server)
    told = await lea.reads_next(in_=general)
    assert told.text.startswith(welcome("Zoé"))
    await all_is_handled(double, database)
    assert general.messages == [told]


@pytest.mark.usefixtures("vigie")
async def test_who_joins_another_server_is_welcomed_there_too(
    double: FakeDiscord, lea: User, server: Server, zoe: User, general: Channel
) -> None:
    other = double.server("Les autres", owner=lea, with_bot=False)
    lounge = other.text("salon")
    other.greets_in(lounge).adds_bot()
    assert (await lea.reads_next(in_=lounge)).text == TAKEN_IN
    await zoe.joins(server)
    assert (await lea.reads_next(in_=general)).text == f"{welcome('Zoé')}\n\n{FIRST_CONTACT}"
    await zoe.joins(other)
    assert (await lea.reads_next(in_=lounge)).text == welcome("Zoé")


@pytest.mark.usefixtures("vigie")
async def test_in_a_burst_of_joins_everybody_is_named_once_in_few_messages(
    double: FakeDiscord, database: Database, server: Server, general: Channel
) -> None:
    crowd = [double.user(f"Prénom{number:02}") for number in range(30)]
    held = double.slow("POST", "/channels/…/messages")
    await crowd[0].joins(server)
    await held.is_reached(1)
    for each in crowd[1:]:
        await each.joins(server)
    while len(await database.rows("SELECT number FROM inbox")) < len(crowd) - 1:
        pass
    held.release()
    await all_is_handled(double, database)
    texts = [message.text for message in general.messages]
    assert [sum(each.name in text for text in texts) for each in crowd] == [1] * len(crowd)
    assert len(texts) == 2
    assert all(message.pinged == [] for message in general.messages)


@pytest.mark.usefixtures("vigie")
async def test_a_join_that_discord_tells_again_is_welcomed_once(
    double: FakeDiscord, database: Database, lea: User, server: Server, zoe: User, general: Channel
) -> None:
    await zoe.joins(server)
    told = await lea.reads_next(in_=general)
    double.gate.replays = 3
    double.cuts()
    await double.is_resumed()
    await all_is_handled(double, database)
    assert general.messages == [told]


# Where.


@pytest.mark.usefixtures("vigie")
async def test_where_the_team_chose_a_channel_one_is_welcomed_there(
    double: FakeDiscord, database: Database, lea: User, server: Server, zoe: User, general: Channel
) -> None:
    hall = server.text("accueil")
    await sets(lea, general, LABELS.welcome_place, hall)
    await zoe.joins(server)
    told = await lea.reads_next(in_=hall)
    assert told.text.startswith(welcome("Zoé"))
    await all_is_handled(double, database)
    assert (hall.messages, general.messages) == ([told], [])


@pytest.mark.usefixtures("vigie")
@pytest.mark.parametrize("why", ["deleted", "not to be seen", "not to be written in"])
async def test_where_the_chosen_channel_is_closed_one_is_welcomed_where_discord_tells_who_joins(
    lea: User, server: Server, zoe: User, general: Channel, why: str
) -> None:
    hall = server.text("accueil")
    await sets(lea, general, LABELS.welcome_place, hall)
    match why:
        case "deleted":
            server.deletes(hall)
        case "not to be seen":
            server.bot_may(hall, view_channel=False)
        case _:
            server.bot_may(hall, send_messages=False)
    lea.skips(in_=general)
    await zoe.joins(server)
    told = await lea.reads_next(in_=general)
    assert told.text.startswith(welcome("Zoé"))
    assert hall.messages == []


async def test_where_there_is_no_channel_nobody_is_welcomed_and_the_rest_is_served(
    vigie: Vigie, double: FakeDiscord, database: Database, lea: User, server: Server, zoe: User, general: Channel
) -> None:
    server.greets_in(None)
    await zoe.joins(server)
    await all_is_handled(double, database)
    assert (general.messages, zoe.messages) == ([], [])
    assert await titles(vigie) == [server.name]
    assert (await commands(zoe, "/question", in_=general, texte=QUESTION)).embeds
    # They are welcomed when they come again and there is one.
    await zoe.leaves(server)
    double.clock.passes(days=1)
    server.greets_in(general)
    await zoe.joins(server)
    lea.skips(in_=general)
    assert (await lea.reads_next(in_=general)).text.startswith(welcome("Zoé"))


@pytest.mark.usefixtures("vigie")
async def test_where_welcomes_are_off_nobody_is_welcomed_until_they_are_on_again(
    double: FakeDiscord, database: Database, lea: User, server: Server, zoe: User, ines: User, general: Channel
) -> None:
    await sets(lea, general, LABELS.welcomes_no)
    await zoe.joins(server)
    await all_is_handled(double, database)
    assert general.messages == []
    await sets(lea, general, LABELS.welcomes_yes)
    await ines.joins(server)
    told = await lea.reads_next(in_=general)
    assert told.text.startswith(welcome("Inès"))
    assert general.messages == [told]


# What it says, and where it leads.


@pytest.mark.usefixtures("vigie")
async def test_the_team_s_word_is_part_of_the_welcome(
    lea: User, server: Server, zoe: User, ines: User, general: Channel
) -> None:
    await commands(lea, "/reglages", in_=general, accueil=TEAM_S_WORD)
    await zoe.joins(server)
    assert (await lea.reads_next(in_=general)).text.startswith(welcome("Zoé", own=TEAM_S_WORD))
    await sets(lea, general, LABELS.welcome_text_no)
    await ines.joins(server)
    assert (await lea.reads_next(in_=general)).text.startswith(welcome("Inès"))


@pytest.mark.usefixtures("vigie")
@pytest.mark.parametrize(
    "name", ["@everyone", "<@1>", "**Zoé** [ici](https://exemple.fr)", "# Zoé", "||Zoé||", "`Zoé`"]
)
async def test_whatever_a_newcomer_is_called_nobody_is_called_by_it(
    double: FakeDiscord, lea: User, server: Server, general: Channel, name: str
) -> None:
    await double.user(name, username="zoe").joins(server)
    told = await lea.reads_next(in_=general)
    assert name in told.text.replace("\\", "").replace("\u2060", "")
    assert told.pinged == []


@pytest.mark.usefixtures("vigie")
async def test_the_welcome_opens_the_journey_in_the_direct_message_of_whoever_presses(
    lea: User, sam: User, server: Server, zoe: User, general: Channel, orientation: str
) -> None:
    await zoe.joins(server)
    told = await lea.reads_next(in_=general)
    for somebody in (zoe, sam):
        pressed = await somebody.presses(told, orientation)
        [pointer] = await pressed.shows()
        assert (pointer.text, pointer.ephemeral) == (ASIDES.written_in_private, True)
        step = await somebody.reads_next()
        assert step.text.startswith(f"**{orientation}**")
        assert await chooses(somebody, step, step.buttons[0]) is step
    assert general.messages == [told]
    assert told.text.startswith(welcome("Zoé"))


@pytest.mark.usefixtures("vigie")
async def test_the_welcome_opens_the_journey_in_place_where_direct_messages_are_closed(
    lea: User, server: Server, zoe: User, general: Channel, orientation: str
) -> None:
    await zoe.joins(server)
    told = await lea.reads_next(in_=general)
    zoe.closes_dms()
    pressed = await zoe.presses(told, orientation)
    [step] = await pressed.shows()
    assert step.ephemeral
    zoe.skips(in_=general)
    assert await chooses(zoe, step, step.buttons[0]) is step
    assert general.messages == [told]


async def test_the_button_of_a_welcome_works_after_a_restart(
    vigie: Vigie, lea: User, server: Server, zoe: User, general: Channel, orientation: str
) -> None:
    await zoe.joins(server)
    told = await lea.reads_next(in_=general)
    await vigie.restarts()
    await zoe.presses(told, orientation)
    assert (await zoe.reads_next()).text.startswith(f"**{orientation}**")


# Taken in and put out.


async def test_taken_in_vigie_says_who_she_is_once(
    vigie: Vigie, double: FakeDiscord, database: Database, lea: User, general: Channel
) -> None:
    other = double.server("Les autres", owner=lea, with_bot=False)
    lounge = other.text("salon")
    other.greets_in(lounge).adds_bot()
    told = await lea.reads_next(in_=lounge)
    assert told.text == TAKEN_IN
    assert sorted(await titles(vigie)) == ["Les autres"]
    other.goes_down()
    other.comes_back()
    await vigie.restarts()
    await all_is_handled(double, database)
    assert lounge.messages == [told]
    assert general.messages == []


@pytest.mark.parametrize("asleep_then", [True, False])
async def test_put_out_and_taken_in_again_a_server_keeps_its_settings(
    vigie: Vigie,
    double: FakeDiscord,
    database: Database,
    lea: User,
    server: Server,
    zoe: User,
    general: Channel,
    *,
    asleep_then: bool,
) -> None:
    await commands(lea, "/reglages", in_=general, accueil=TEAM_S_WORD)
    assert await titles(vigie) == [server.name]
    if asleep_then:
        await vigie.stops()
    server.removes_bot()
    if asleep_then:
        await vigie.starts()
    await all_is_handled(double, database)
    assert await titles(vigie) == []
    lea.skips(in_=general)
    server.adds_bot()
    assert (await lea.reads_next(in_=general)).text == TAKEN_IN
    await zoe.joins(server)
    assert (await lea.reads_next(in_=general)).text.startswith(welcome("Zoé", own=TEAM_S_WORD))


async def test_who_was_welcomed_before_vigie_was_put_out_is_not_welcomed_again_after(
    vigie: Vigie, lea: User, server: Server, zoe: User, ines: User, general: Channel
) -> None:
    assert vigie
    await zoe.joins(server)
    await lea.reads_next(in_=general)
    server.removes_bot()
    server.adds_bot()
    assert (await lea.reads_next(in_=general)).text == TAKEN_IN
    await zoe.leaves(server)
    await zoe.joins(server)
    await ines.joins(server)
    assert (await lea.reads_next(in_=general)).text.startswith(welcome("Inès"))


# Where Discord does not let Vigie know who joins.


async def test_where_discord_does_not_tell_who_joins_nobody_is_welcomed_and_all_else_is_served(
    asleep: Vigie, double: FakeDiscord, database: Database, server: Server, zoe: User, general: Channel
) -> None:
    double.refuses_intents("members")
    with heard() as log:
        await asleep.starts()
    assert "Server Members Intent" in log.text
    await zoe.joins(server)
    await all_is_handled(double, database)
    assert general.messages == []
    assert (await commands(zoe, "/question", in_=general, texte=QUESTION)).embeds
    assert (await asks(zoe, QUESTION)).embeds
    assert double.violations == []


async def test_without_welcomes_discord_is_not_asked_who_joins(
    asleep: Vigie, double: FakeDiscord, database: Database, server: Server, zoe: User, general: Channel
) -> None:
    double.refuses_intents("members")
    with heard() as log:
        await asleep.starts(asleep.made(welcomes=False))
    assert "Server Members Intent" not in log.text
    await zoe.joins(server)
    await all_is_handled(double, database)
    assert general.messages == []
    assert (await commands(zoe, "/question", in_=general, texte=QUESTION)).embeds
