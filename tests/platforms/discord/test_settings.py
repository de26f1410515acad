"""`/reglages` on Discord: what a server's team chooses, by buttons, lists and a form; the role of the journey's end."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.core.communities import LONGEST_WELCOME
from bot.rendering.wording import FormName
from bot.storage.communities import Community
from bot.storage.database import Database
from tests.conversations.words import LABELS
from tests.fakes.discord import Channel, FakeDiscord, Message, Role, Server, User
from tests.platforms.discord.conftest import Vigie
from tests.platforms.discord.speaking import (
    WORDING,
    asks,
    chooses,
    commands,
    is_told,
    skips_to_the_end,
    words_of,
    writes_in_form,
)
from tests.platforms.discord.steps import QUESTION, all_is_handled
from tests.platforms.log import heard

FOR_ADMINISTRATORS = words_of("communities/for_administrators")
WORD = "Présentez-vous dans le salon « Bonjour »."
OPENED_TOO_FAST = 40003
LISTS = [LABELS.welcome_place, LABELS.quiet_places, LABELS.completion_role, LABELS.moderator_role]

pytestmark = pytest.mark.usefixtures("vigie")


@pytest.fixture
def zoe(double: FakeDiscord, server: Server) -> User:
    """Another member of the server."""
    somebody = double.user("Zoé")
    server.add(somebody)
    return somebody


@pytest.fixture
def graduate(server: Server) -> Role:
    return server.role("Diplômé")


@pytest.fixture
def team(server: Server) -> Channel:
    """The channel where Discord writes to the server's team."""
    return server.text("équipe")


async def settings_of(lea: User, channel: Channel) -> Message:
    """Have Léa look at the settings of a server."""
    return await commands(lea, "/reglages", in_=channel)


async def picks(user: User, settings: Message, label: str, *picked: Channel | Role) -> None:
    """Pick channels or roles from a list of the settings, which are shown anew in place."""
    interaction = await user.selects(settings, *picked, of=label)
    assert await user.reads_next(in_=settings.channel) is settings
    assert interaction.answered


def picked_in(settings: Message, label: str) -> list[int]:
    """Return what a list of the settings shows as picked."""
    [found] = [each for row in settings.components for each in row["components"] if each.get("placeholder") == label]
    return [int(each["id"]) for each in found.get("default_values", ())]


def shown(server: Server, **settings: Any) -> str:
    """Return how the settings of a server are told."""
    community = replace(Community("discord", str(server.id), server.name), **settings)
    return words_of("communities/settings", community=community, quiet=False, moderators=0, picks=True)


async def ends_the_journey(user: User, channel: Channel) -> None:
    """Begin the journey of newcomers in a server, and go to its end in private."""
    await commands(user, "/parcours", in_=channel, nom="vie")
    await skips_to_the_end(user, await user.reads_next())


async def roles_are_settled(double: FakeDiscord, database: Database) -> None:
    """Wait until no role waits to be given, but for those that Vigie was refused."""
    waiting = (
        "SELECT role FROM grants JOIN communities ON communities.platform = grants.platform"
        " AND communities.id = grants.community WHERE role_refused = 0"
    )
    async with asyncio.timeout(5):
        while await database.rows(waiting):
            pass
    await double.settled()


def has(server: Server, user: User, role: Role) -> bool:
    return role in server.members[user.id].roles


# Who may.


async def test_the_team_reads_the_settings_unseen_by_others(lea: User, server: Server, general: Channel) -> None:
    await asks(lea, "bonjour")
    settings = await settings_of(lea, general)
    assert (settings.text, settings.ephemeral) == (shown(server), True)
    assert settings.buttons == [LABELS.welcomes_no, LABELS.welcome_text]
    assert [each.placeholder for each in settings.selects] == LISTS
    assert [picked_in(settings, label) for label in LISTS] == [[], [], [], []]
    assert general.messages == []


async def test_the_command_is_offered_to_who_may_manage_the_server(sam: User, server: Server, general: Channel) -> None:
    with pytest.raises(AssertionError, match="may not use"):
        await sam.uses("/reglages", in_=general)
    server.gives(sam, server.role("Équipe", manage_guild=True))
    assert LABELS.welcomes_no in (await settings_of(sam, general)).buttons


async def test_who_may_manage_the_server_no_longer_changes_nothing_any_more(
    sam: User, server: Server, general: Channel
) -> None:
    role = server.role("Équipe", manage_guild=True)
    server.gives(sam, role)
    settings = await settings_of(sam, general)
    before = settings.text
    server.takes(sam, role)
    assert await is_told(sam, settings, LABELS.welcomes_no) == FOR_ADMINISTRATORS
    picked = await sam.selects(settings, general, of=LABELS.welcome_place)
    assert [each.text for each in await picked.shows()] == [FOR_ADMINISTRATORS]
    opened = await sam.presses(settings, LABELS.welcome_text)
    sent = await sam.submits(opened, text=WORD)
    assert [each.text for each in await sent.shows()] == [FOR_ADMINISTRATORS]
    assert settings.text == before


async def test_asked_for_by_a_mention_settings_are_for_the_team_too(
    double: FakeDiscord, lea: User, sam: User, general: Channel
) -> None:
    refused = await asks(sam, f"{double.bot.mention} /reglages accueil Venez chez moi", in_=general)
    assert refused.text.startswith(FOR_ADMINISTRATORS)
    assert refused.buttons == []
    settings = await settings_of(lea, general)
    assert "Venez chez moi" not in settings.text


async def test_another_of_the_team_may_press_what_one_called_for_and_nobody_else(
    double: FakeDiscord, lea: User, sam: User, zoe: User, server: Server, general: Channel
) -> None:
    server.gives(sam, server.role("Équipe", manage_guild=True))
    settings = await asks(lea, f"{double.bot.mention} /reglages", in_=general)
    zoe.skips(in_=general)
    assert await is_told(zoe, settings, LABELS.welcomes_no) == words_of("buttons/not_yours", name="Léa", journey=False)
    sam.skips(in_=general)
    assert await chooses(sam, settings, LABELS.welcomes_no) is settings
    assert LABELS.welcomes_yes in settings.buttons


async def test_in_private_there_is_nothing_to_set(lea: User) -> None:
    assert (await asks(lea, "/reglages")).text.startswith(words_of("communities/in_community"))
    with pytest.raises(AssertionError, match="not there in private"):
        await lea.uses("/reglages")


async def test_the_help_tells_the_team_of_the_settings(lea: User, sam: User, general: Channel) -> None:
    for somebody, administers in ((lea, True), (sam, False)):
        await asks(somebody, "bonjour")
        helped = await commands(somebody, "/aide", in_=general)
        assert helped.text == words_of("help/help", typed=False, administers=administers, moderates=administers)


# What may be set.


async def test_each_button_changes_a_setting_in_place_and_back(
    double: FakeDiscord, lea: User, server: Server, general: Channel
) -> None:
    await asks(lea, "bonjour")
    settings = await commands(lea, "/reglages", in_=general, accueil=WORD)
    assert settings.text == shown(server, welcome_text=WORD)
    for label, buttons, told in [
        (LABELS.welcomes_no, [LABELS.welcomes_yes, LABELS.welcome_text, LABELS.welcome_text_no], (False, WORD)),
        (LABELS.welcomes_yes, [LABELS.welcomes_no, LABELS.welcome_text, LABELS.welcome_text_no], (True, WORD)),
        (LABELS.welcome_text_no, [LABELS.welcomes_no, LABELS.welcome_text], (True, None)),
    ]:
        assert await chooses(lea, settings, label) is settings
        assert settings.buttons == buttons
        assert settings.text == shown(server, welcomes=told[0], welcome_text=told[1])
        assert [each.placeholder for each in settings.selects] == LISTS
    assert double.refused == []


async def test_the_team_s_word_is_written_in_a_form(lea: User, server: Server, general: Channel) -> None:
    await asks(lea, "bonjour")
    settings = await settings_of(lea, general)
    await chooses(lea, settings, LABELS.welcomes_no)
    opened = await lea.presses(settings, LABELS.welcome_text)
    await opened.is_answered()
    assert opened.modal
    words = WORDING.forms[FormName.WELCOME_TEXT]
    [field] = opened.modal.fields
    assert (opened.modal.title, field.label, field.most) == (words.title, words.labels["text"], LONGEST_WELCOME)
    await lea.submits(opened, text=f"  {WORD}\n\nÀ bientôt ! ")
    assert await lea.reads_next(in_=general) is settings
    # To write a word for newcomers is to want them welcomed.
    assert settings.text == shown(server, welcome_text=f"{WORD} À bientôt !")


async def test_a_form_that_is_sent_with_nothing_but_spaces_changes_nothing(
    lea: User, server: Server, general: Channel
) -> None:
    await asks(lea, "bonjour")
    settings = await commands(lea, "/reglages", in_=general, accueil=WORD)
    assert await writes_in_form(lea, settings, LABELS.welcome_text, "   ") is settings
    assert settings.text == shown(server, welcome_text=WORD)


async def test_a_form_opened_before_a_restart_is_heard_when_it_is_sent_after(
    vigie: Vigie, lea: User, general: Channel
) -> None:
    settings = await settings_of(lea, general)
    opened = await lea.presses(settings, LABELS.welcome_text)
    await opened.is_answered()
    await vigie.restarts()
    await lea.submits(opened, text=WORD)
    assert WORD in (await lea.reads_next(in_=general)).text


async def test_the_team_s_word_is_cut_where_it_is_too_long(lea: User, general: Channel) -> None:
    settings = await commands(lea, "/reglages", in_=general, accueil="mot " * 500)
    assert settings.text.count("mot ") == LONGEST_WELCOME // 4


@pytest.mark.parametrize(
    "word", ["**Lisez** [la charte](https://exemple.fr)", "@everyone <@1> <@&2> ici", "# titre", "- un", "{{ 7 * 7 }}"]
)
async def test_whatever_the_team_s_word_is_nobody_is_called_by_it(
    double: FakeDiscord, lea: User, general: Channel, word: str
) -> None:
    settings = await commands(lea, "/reglages", in_=general, accueil=word)
    assert settings.pinged == []
    assert LABELS.welcome_text_no in settings.buttons
    assert double.refused == []


async def test_what_is_picked_is_shown_as_picked_and_stays_after_a_restart(
    vigie: Vigie, lea: User, server: Server, general: Channel, graduate: Role
) -> None:
    hall, news, guards = server.text("accueil"), server.text("annonces"), server.role("Modération")
    choices: list[tuple[str, Sequence[Channel | Role]]] = [
        (LABELS.welcome_place, [hall]),
        (LABELS.quiet_places, [general, news]),
        (LABELS.completion_role, [graduate]),
        (LABELS.moderator_role, [guards]),
    ]
    settings = await settings_of(lea, general)
    for label, picked in choices:
        await picks(lea, settings, label, *picked)
        assert set(picked_in(settings, label)) == {each.id for each in picked}
    await vigie.restarts()
    again = await settings_of(lea, general)
    for label, picked in choices:
        assert set(picked_in(again, label)) == {each.id for each in picked}
    # The old lists work, too, and to pick nothing is a choice.
    for label in LISTS:
        await picks(lea, settings, label)
        assert picked_in(settings, label) == []


async def test_what_is_picked_is_told_since_a_list_hides_what_it_is_for_then(
    lea: User, server: Server, general: Channel, graduate: Role
) -> None:
    guards = server.role("Modération")
    settings = await settings_of(lea, general)
    picked: dict[str, Channel | Role] = {
        LABELS.welcome_place: general,
        LABELS.quiet_places: general,
        LABELS.completion_role: graduate,
        LABELS.moderator_role: guards,
    }
    for label, each in picked.items():
        await picks(lea, settings, label, each)
    for label, each in picked.items():
        assert f"{label} : {each.mention}" in settings.text
    assert settings.pinged == []


async def test_where_vigie_is_to_be_quiet_she_answers_nobody_aloud(
    double: FakeDiscord, database: Database, lea: User, sam: User, server: Server, general: Channel
) -> None:
    calm = server.text("calme")
    await picks(lea, await settings_of(lea, general), LABELS.quiet_places, calm)
    await sam.writes(f"{double.bot.mention} {QUESTION}", to=calm)
    await all_is_handled(double, database)
    assert calm.shown == []
    assert (await asks(sam, f"{double.bot.mention} {QUESTION}", in_=general)).embeds
    await picks(lea, await settings_of(lea, general), LABELS.quiet_places)
    assert (await asks(sam, f"{double.bot.mention} {QUESTION}", in_=calm)).embeds


async def test_settings_are_those_of_one_server(double: FakeDiscord, lea: User, general: Channel) -> None:
    other = double.server("Les autres", owner=lea).text("bavardages")
    await double.settled()
    await commands(lea, "/reglages", in_=general, accueil=WORD)
    assert WORD not in (await settings_of(lea, other)).text


async def test_whatever_a_server_is_called_nobody_is_called_by_it(double: FakeDiscord, lea: User) -> None:
    server = double.server("Les **indés** _et_ <@1> [x](https://exemple.fr)", owner=lea)
    await double.settled()
    settings = await settings_of(lea, server.text("bavardages"))
    assert settings.pinged == []
    assert server.name in settings.text.replace("\\", "").replace("\u2060", "")


# Who moderates.


async def test_who_has_the_role_of_moderators_removes_answers_and_nobody_else(
    vigie: Vigie, lea: User, sam: User, zoe: User, server: Server, general: Channel
) -> None:
    guards = server.role("Modération")
    await picks(lea, await settings_of(lea, general), LABELS.moderator_role, guards)
    await lea.uses("/question", in_=general, texte=QUESTION)
    answer = await sam.reads_next(in_=general)
    for somebody in (sam, zoe):
        somebody.skips(in_=general)
        refused = await is_told(somebody, answer, LABELS.remove)
        assert refused.startswith(words_of("buttons/not_yours", name="", journey=False))
    server.gives(sam, guards)
    await vigie.restarts()
    pressed = await sam.presses(answer, LABELS.remove)
    await pressed.is_settled()
    await general.changed.until(lambda: answer.deleted, 5)
    assert general.messages == []


async def test_the_role_of_moderators_does_not_change_the_settings(
    double: FakeDiscord, lea: User, sam: User, server: Server, general: Channel
) -> None:
    guards = server.role("Modération")
    server.gives(sam, guards)
    await picks(lea, await settings_of(lea, general), LABELS.moderator_role, guards)
    refused = await asks(sam, f"{double.bot.mention} /reglages", in_=general)
    assert refused.text.startswith(FOR_ADMINISTRATORS)


# The role of the journey's end.


async def test_who_ends_the_journey_is_given_the_role_once(
    double: FakeDiscord, database: Database, lea: User, sam: User, server: Server, general: Channel, graduate: Role
) -> None:
    await picks(lea, await settings_of(lea, general), LABELS.completion_role, graduate)
    await asks(sam, f"{double.bot.mention} {QUESTION}", in_=general)
    await ends_the_journey(sam, general)
    await roles_are_settled(double, database)
    assert has(server, sam, graduate)
    assert not has(server, lea, graduate)
    assert len(double.asked_for("PUT", "/guilds/…/members/…/roles/…")) == 1


async def test_who_did_nothing_in_the_server_but_begin_the_journey_is_given_the_role(
    double: FakeDiscord, database: Database, lea: User, sam: User, server: Server, general: Channel, graduate: Role
) -> None:
    await picks(lea, await settings_of(lea, general), LABELS.completion_role, graduate)
    await ends_the_journey(sam, general)
    await roles_are_settled(double, database)
    assert has(server, sam, graduate)


async def test_who_ends_the_journey_in_place_is_given_the_role(
    double: FakeDiscord, database: Database, lea: User, sam: User, server: Server, general: Channel, graduate: Role
) -> None:
    await picks(lea, await settings_of(lea, general), LABELS.completion_role, graduate)
    sam.closes_dms()
    await skips_to_the_end(sam, await commands(sam, "/parcours", in_=general, nom="vie"))
    await roles_are_settled(double, database)
    assert has(server, sam, graduate)


async def test_who_ends_another_journey_is_given_nothing(
    double: FakeDiscord, database: Database, lea: User, sam: User, general: Channel, graduate: Role
) -> None:
    await picks(lea, await settings_of(lea, general), LABELS.completion_role, graduate)
    sam.closes_dms()
    await skips_to_the_end(sam, await commands(sam, "/parcours", in_=general, nom="demarrer"))
    await roles_are_settled(double, database)
    assert double.asked_for("PUT", "/guilds/…/members/…/roles/…") == []


async def test_a_role_that_could_not_be_given_in_time_is_given_after_a_restart(
    double: FakeDiscord,
    database: Database,
    vigie: Vigie,
    lea: User,
    sam: User,
    server: Server,
    general: Channel,
    graduate: Role,
) -> None:
    await picks(lea, await settings_of(lea, general), LABELS.completion_role, graduate)
    sam.closes_dms()
    held = double.slow("PUT", "/guilds/…/members/…/roles/…")
    await skips_to_the_end(sam, await commands(sam, "/parcours", in_=general, nom="vie"))
    await held.is_reached(1)
    await vigie.stops()
    held.release()
    await vigie.starts()
    await roles_are_settled(double, database)
    assert has(server, sam, graduate)


@pytest.mark.parametrize("names_a_channel", [True, False])
@pytest.mark.parametrize("why", ["above", "not allowed", "deleted"])
async def test_the_team_is_told_once_that_the_role_cannot_be_given(
    double: FakeDiscord,
    database: Database,
    lea: User,
    sam: User,
    zoe: User,
    server: Server,
    general: Channel,
    team: Channel,
    graduate: Role,
    why: str,
    *,
    names_a_channel: bool,
) -> None:
    if names_a_channel:
        server.writes_to_team_in(team)
    settings = await settings_of(lea, general)
    await picks(lea, settings, LABELS.completion_role, graduate)
    match why:
        case "above":
            server.places_bot(0)
        case "not allowed":
            server.bot_may(manage_roles=False)
        case "deleted":
            server.removes_role(graduate)
    tom = double.user("Tom")
    server.add(tom)
    for somebody in (sam, zoe, tom):
        somebody.closes_dms()
        await skips_to_the_end(somebody, await commands(somebody, "/parcours", in_=general, nom="vie"))
    told = await lea.reads_next(in_=team if names_a_channel else None)
    # One is told of after the other: when the last one is settled, all was told of those before.
    await roles_are_settled(double, database)
    assert told.text == words_of("communities/role_refused", title=server.name)
    assert (team.messages, lea.messages) == (([told], []) if names_a_channel else ([], [told]))
    assert (await settings_of(lea, general)).text.startswith(shown(server, role_refused=True))


async def test_where_the_team_cannot_be_told_in_its_channel_the_owner_is_told_in_private(
    lea: User,
    sam: User,
    server: Server,
    general: Channel,
    team: Channel,
    graduate: Role,
) -> None:
    server.writes_to_team_in(team)
    server.bot_may(team, send_messages=False)
    await picks(lea, await settings_of(lea, general), LABELS.completion_role, graduate)
    server.places_bot(0)
    sam.closes_dms()
    await skips_to_the_end(sam, await commands(sam, "/parcours", in_=general, nom="vie"))
    assert (await lea.reads_next()).text == words_of("communities/role_refused", title=server.name)
    assert team.messages == []


async def refuses_the_role_and_the_owner(
    double: FakeDiscord, lea: User, sam: User, server: Server, general: Channel, graduate: Role
) -> None:
    """Have Sam earn a role that Vigie may not give, in a server to whose owner she can write nothing."""
    await picks(lea, await settings_of(lea, general), LABELS.completion_role, graduate)
    server.places_bot(0)
    sam.closes_dms()
    held = double.slow("PUT", "/guilds/…/members/…/roles/…")
    await skips_to_the_end(sam, await commands(sam, "/parcours", in_=general, nom="vie"))
    await held.is_reached()
    double.fails("POST", "/users/@me/channels", 400, code=OPENED_TOO_FAST)
    held.release()


async def test_where_the_team_reads_it_the_owner_is_not_written_to(
    double: FakeDiscord, lea: User, sam: User, server: Server, general: Channel, team: Channel, graduate: Role
) -> None:
    server.writes_to_team_in(team)
    await refuses_the_role_and_the_owner(double, lea, sam, server, general, graduate)
    told = await lea.reads_next(in_=team)
    assert told.text == words_of("communities/role_refused", title=server.name)


async def test_an_owner_who_cannot_be_written_to_holds_up_nobody(
    double: FakeDiscord, lea: User, sam: User, server: Server, general: Channel, graduate: Role
) -> None:
    with heard() as log:
        await refuses_the_role_and_the_owner(double, lea, sam, server, general, graduate)
        await log.says("A server's team could not be told.")
        await asks(sam, f"{double.bot.mention} {QUESTION}", in_=general)
    assert "cannot be served" not in log.text
    assert double.identifies == 1


async def test_the_owner_of_several_servers_reads_in_which_one_the_role_cannot_be_given(
    lea: User, sam: User, server: Server, general: Channel, graduate: Role
) -> None:
    await picks(lea, await settings_of(lea, general), LABELS.completion_role, graduate)
    server.places_bot(0)
    sam.closes_dms()
    await skips_to_the_end(sam, await commands(sam, "/parcours", in_=general, nom="vie"))
    assert server.name in (await lea.reads_next()).text


async def test_chosen_anew_the_role_is_given_and_a_new_refusal_is_told(
    double: FakeDiscord,
    database: Database,
    lea: User,
    sam: User,
    zoe: User,
    server: Server,
    general: Channel,
    graduate: Role,
) -> None:
    await asks(lea, "bonjour")
    settings = await settings_of(lea, general)
    await picks(lea, settings, LABELS.completion_role, graduate)
    server.places_bot(0)
    for somebody in (sam, zoe):
        somebody.closes_dms()
    await skips_to_the_end(sam, await commands(sam, "/parcours", in_=general, nom="vie"))
    assert (await lea.reads_next()).text == words_of("communities/role_refused", title=server.name)
    server.places_bot(50)
    await picks(lea, settings, LABELS.completion_role, graduate)
    assert settings.text == f"{shown(server)}\n\n- {LABELS.completion_role} : {graduate.mention}"
    await skips_to_the_end(zoe, await commands(zoe, "/parcours", in_=general, nom="vie"))
    await roles_are_settled(double, database)
    assert has(server, zoe, graduate)
    # Who ended it in the meantime need not begin again.
    assert has(server, sam, graduate)


async def test_after_the_role_is_chosen_anew_another_refusal_is_told_again(
    lea: User,
    sam: User,
    zoe: User,
    server: Server,
    general: Channel,
    graduate: Role,
) -> None:
    settings = await settings_of(lea, general)
    server.places_bot(0)
    refused = words_of("communities/role_refused", title=server.name)
    for somebody in (sam, zoe):
        await picks(lea, settings, LABELS.completion_role, graduate)
        somebody.closes_dms()
        await skips_to_the_end(somebody, await commands(somebody, "/parcours", in_=general, nom="vie"))
        assert (await lea.reads_next()).text == refused


async def test_nobody_is_told_of_a_role_for_somebody_who_has_left(
    double: FakeDiscord, database: Database, lea: User, sam: User, server: Server, general: Channel, graduate: Role
) -> None:
    await picks(lea, await settings_of(lea, general), LABELS.completion_role, graduate)
    await asks(sam, f"{double.bot.mention} {QUESTION}", in_=general)
    step = await commands(sam, "/parcours", nom="vie")
    other = double.server("Les autres").add(sam)
    assert other.has(sam)
    await sam.leaves(server)
    await skips_to_the_end(sam, step)
    await roles_are_settled(double, database)
    assert (lea.messages, double.violations) == ([], [])
    assert (await settings_of(lea, general)).text.startswith(shown(server))


async def test_every_server_that_somebody_is_in_gives_its_role(
    double: FakeDiscord, database: Database, lea: User, sam: User, server: Server, general: Channel, graduate: Role
) -> None:
    other = double.server("Les autres", owner=lea).add(sam)
    lounge, badge = other.text("salon"), other.role("Badge")
    await double.settled()
    await picks(lea, await settings_of(lea, general), LABELS.completion_role, graduate)
    await picks(lea, await settings_of(lea, lounge), LABELS.completion_role, badge)
    for channel in (general, lounge):
        await asks(sam, f"{double.bot.mention} {QUESTION}", in_=channel)
    await ends_the_journey(sam, general)
    await roles_are_settled(double, database)
    assert (has(server, sam, graduate), has(other, sam, badge)) == (True, True)
