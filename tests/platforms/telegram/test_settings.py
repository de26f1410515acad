"""`/reglages`: what the administrators of a group choose, and nobody else; and the commands that Telegram lists."""

import pytest

from bot.core.commands import FOR_MODERATORS, IN_COMMUNITY
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.storage.database import Database
from tests.conversations.words import LABELS
from tests.fakes.telegram import FakeTelegram, Group, Message, User
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.steps import QUESTION, all_is_handled, all_is_said, is_known
from tests.platforms.telegram.talk import chooses, is_told, words_of

FOR_ADMINISTRATORS = words_of("communities/for_administrators")
WORD = "Présentez-vous dans le sujet « Bonjour »."
DESCRIBED = read_wording(PROMPTS).commands
ALL_PRIVATE, ALL_GROUPS, ALL_ADMINISTRATORS = (
    ("all_private_chats", ""),
    ("all_group_chats", ""),
    ("all_chat_administrators", ""),
)

pytestmark = pytest.mark.usefixtures("vigie")


@pytest.fixture
def max_(telegram: FakeTelegram, group: Group) -> User:
    """Another administrator of the group."""
    somebody = telegram.user("Max")
    group.promote(somebody)
    return somebody


async def settings_of(lea: User, group: Group) -> Message:
    """Have Léa look at the settings of a group."""
    await lea.writes("/reglages", to=group)
    return await lea.reads_next(chat=group)


# Who may.


async def test_administrators_see_the_settings_under_their_command(lea: User, group: Group) -> None:
    asked = await lea.writes("/reglages", to=group)
    settings = await lea.reads_next(chat=group)
    assert settings.reply_to is asked
    assert group.title in settings.bold[0]
    assert settings.buttons == [LABELS.welcomes_no, LABELS.quiet_yes]


@pytest.mark.parametrize("command", ["/reglages", "/reglages accueil Venez chez moi", "/reglages modérateur"])
async def test_settings_are_for_administrators(lea: User, sam: User, group: Group, command: str) -> None:
    talk = await lea.writes("Bonjour", to=group)
    await sam.writes(command, to=group, reply_to=talk)
    refused = await lea.reads_next(chat=group)
    assert refused.text.startswith(FOR_ADMINISTRATORS)
    assert refused.buttons == []
    settings = await settings_of(lea, group)
    assert settings.buttons == [LABELS.welcomes_no, LABELS.quiet_yes]


async def test_an_anonymous_administrator_sees_and_changes_the_settings(lea: User, group: Group) -> None:
    group.promote(lea, anonymous=True)
    await lea.writes("/reglages", to=group, anonymously=True)
    settings = await lea.reads_next(chat=group)
    assert settings.buttons == [LABELS.welcomes_no, LABELS.quiet_yes]
    await lea.writes(f"/reglages accueil {WORD}", to=group, anonymously=True)
    assert WORD in (await lea.reads_next(chat=group)).text


async def test_an_anonymous_administrator_presses_the_buttons_of_the_settings(lea: User, group: Group) -> None:
    group.promote(lea, anonymous=True)
    await lea.writes("/reglages", to=group, anonymously=True)
    settings = await lea.reads_next(chat=group)
    # Telegram tells who presses, even where it does not tell who writes.
    assert await chooses(lea, settings, LABELS.welcomes_no) is settings
    assert settings.buttons == [LABELS.welcomes_yes, LABELS.quiet_yes]


async def test_any_administrator_may_press_the_buttons_that_another_called_for(
    lea: User, max_: User, group: Group
) -> None:
    settings = await settings_of(lea, group)
    await is_known(max_)
    await max_.presses(settings, LABELS.welcomes_no)
    assert await lea.reads_next(chat=group) is settings
    assert settings.buttons == [LABELS.welcomes_yes, LABELS.quiet_yes]


async def test_another_member_s_press_changes_nothing(lea: User, sam: User, group: Group) -> None:
    settings = await settings_of(lea, group)
    before = settings.text
    refused = words_of("buttons/not_yours", name="Léa", journey=False)
    assert await is_told(sam, settings, LABELS.welcomes_no) == refused
    assert (settings.text, group.shown) == (before, [settings])


@pytest.mark.parametrize("administers", [True, False])
async def test_who_is_an_administrator_no_longer_changes_nothing_any_more(
    telegram: FakeTelegram, database: Database, lea: User, max_: User, group: Group, *, administers: bool
) -> None:
    if administers:
        group.promote(telegram.bot)
    settings = await settings_of(max_, group)
    before = settings.text
    await group.demotes(max_, by=lea)
    await all_is_handled(telegram, database)
    if not administers:
        # Then nobody tells Vigie: she asks every few minutes.
        telegram.passes(minutes=6)
    assert await is_told(max_, settings, LABELS.welcomes_no) == FOR_ADMINISTRATORS
    assert settings.text == before


@pytest.mark.parametrize("administers", [True, False])
async def test_who_becomes_an_administrator_may_change_settings(
    telegram: FakeTelegram, database: Database, lea: User, sam: User, group: Group, *, administers: bool
) -> None:
    if administers:
        group.promote(telegram.bot)
    await sam.writes("/reglages", to=group)
    assert (await lea.reads_next(chat=group)).text.startswith(FOR_ADMINISTRATORS)
    await group.promotes(sam, by=lea)
    await all_is_handled(telegram, database)
    if not administers:
        telegram.passes(minutes=6)
    await sam.writes("/reglages", to=group)
    assert LABELS.welcomes_no in (await lea.reads_next(chat=group)).buttons


async def test_administrators_are_asked_for_once_in_a_few_minutes(
    telegram: FakeTelegram, lea: User, group: Group
) -> None:
    for _ in range(5):
        await settings_of(lea, group)
    assert len(telegram.asked_for("getChatAdministrators")) == 1


async def test_where_telegram_does_not_tell_who_administers_nobody_does(
    telegram: FakeTelegram, lea: User, group: Group
) -> None:
    telegram.fails("getChatAdministrators", 400, "Bad Request: member list is inaccessible")
    await lea.writes("/reglages", to=group)
    assert (await lea.reads_next(chat=group)).text.startswith(FOR_ADMINISTRATORS)


async def test_in_private_there_is_nothing_to_set(lea: User) -> None:
    await lea.writes("/reglages")
    assert (await lea.reads_next()).text.startswith(words_of("communities/in_community"))


# What may be set.


async def test_each_button_changes_a_setting_in_place_and_back(
    telegram: FakeTelegram, lea: User, sam: User, group: Group
) -> None:
    talk = await sam.writes("Bonjour", to=group)
    await lea.writes("/reglages modérateur", to=group, reply_to=talk)
    await lea.writes(f"/reglages accueil {WORD}", to=group)
    _, settings = await lea.reads(2, chat=group)
    for label, buttons in [
        (LABELS.welcomes_no, [LABELS.welcomes_yes, LABELS.quiet_yes, LABELS.welcome_text_no, LABELS.moderators_no]),
        (LABELS.quiet_yes, [LABELS.welcomes_yes, LABELS.quiet_no, LABELS.welcome_text_no, LABELS.moderators_no]),
        (LABELS.welcome_text_no, [LABELS.welcomes_yes, LABELS.quiet_no, LABELS.moderators_no]),
        (LABELS.moderators_no, [LABELS.welcomes_yes, LABELS.quiet_no]),
        (LABELS.quiet_no, [LABELS.welcomes_yes, LABELS.quiet_yes]),
        (LABELS.welcomes_yes, [LABELS.welcomes_no, LABELS.quiet_yes]),
    ]:
        before = settings.text
        assert await chooses(lea, settings, label) is settings
        assert settings.text != before
        assert settings.buttons == buttons
    assert telegram.refused == []


async def test_a_setting_that_stands_already_is_shown_as_it_is(
    vigie: Vigie, telegram: FakeTelegram, database: Database, lea: User, group: Group
) -> None:
    settings = await settings_of(lea, group)
    data = settings.button(LABELS.welcomes_no).value
    for _ in range(2):
        pressed = await lea.presses_data(settings, data)
        await pressed.is_answered()
    await all_is_said(vigie, telegram, database)
    assert settings.buttons == [LABELS.welcomes_yes, LABELS.quiet_yes]
    assert group.shown == [settings, settings]


async def test_settings_survive_a_restart_and_their_old_buttons_work(vigie: Vigie, lea: User, group: Group) -> None:
    await lea.writes(f"/reglages accueil {WORD}", to=group)
    settings = await lea.reads_next(chat=group)
    await vigie.restarts()
    assert WORD in (await settings_of(lea, group)).text
    assert await chooses(lea, settings, LABELS.welcome_text_no) is settings
    assert WORD not in settings.text


async def test_settings_are_those_of_one_group(telegram: FakeTelegram, lea: User, group: Group) -> None:
    other = telegram.group("Les autres").promote(lea)
    await lea.writes(f"/reglages accueil {WORD}", to=group)
    await lea.reads_next(chat=group)
    assert WORD not in (await settings_of(lea, other)).text


async def test_the_team_s_word_turns_welcomes_on_and_is_cut_where_it_is_too_long(lea: User, group: Group) -> None:
    settings = await settings_of(lea, group)
    await chooses(lea, settings, LABELS.welcomes_no)
    await lea.writes("/reglages accueil " + "mot " * 500, to=group)
    settings = await lea.reads_next(chat=group)
    assert settings.buttons == [LABELS.welcomes_no, LABELS.quiet_yes, LABELS.welcome_text_no]
    assert 90 < settings.text.count("mot") < 110


async def test_the_team_s_word_may_stand_on_lines_of_its_own(lea: User, group: Group) -> None:
    await lea.writes(f"/reglages@vigie_bot accueil\n{WORD}", to=group)
    assert WORD in (await lea.reads_next(chat=group)).text


async def test_a_moderator_is_named_and_is_one_no_longer(lea: User, sam: User, group: Group) -> None:
    talk = await sam.writes("Bonjour", to=group)
    await lea.writes("/reglages moderateur", to=group, reply_to=talk)
    told = await lea.reads_next(chat=group)
    assert told.text.startswith(words_of("communities/moderator", name="Sam", moderates=True))
    assert LABELS.moderators_no in (await settings_of(lea, group)).buttons
    await lea.writes("/reglages modérateur non", to=group, reply_to=talk)
    assert (await lea.reads_next(chat=group)).text == words_of("communities/moderator", name="Sam", moderates=False)
    assert LABELS.moderators_no not in (await settings_of(lea, group)).buttons


async def test_who_is_to_be_a_moderator_has_to_be_pointed_to(lea: User, group: Group) -> None:
    await lea.writes("/reglages modérateur", to=group)
    told = await lea.reads_next(chat=group)
    assert told.text.startswith(words_of("communities/whom"))
    await lea.writes("/reglages modérateur", to=group, reply_to=told)
    assert (await lea.reads_next(chat=group)).text == words_of("communities/whom")


async def test_a_named_moderator_does_not_change_the_settings(lea: User, sam: User, group: Group) -> None:
    talk = await sam.writes("Bonjour", to=group)
    await lea.writes("/reglages modérateur", to=group, reply_to=talk)
    await lea.reads_next(chat=group)
    await sam.writes("/reglages", to=group)
    assert (await lea.reads_next(chat=group)).text.startswith(FOR_ADMINISTRATORS)


async def test_the_title_and_the_names_are_shown_as_they_are_written(telegram: FakeTelegram, lea: User) -> None:
    group = telegram.group("Les **indés** _et_ <co> & [x](https://exemple.fr)").promote(lea)
    sam = telegram.user("*Sam* `x`")
    group.add(sam)
    assert group.title in (await settings_of(lea, group)).text
    talk = await sam.writes("Bonjour", to=group)
    await lea.writes("/reglages modérateur", to=group, reply_to=talk)
    assert "*Sam* `x`" in (await lea.reads_next(chat=group)).text


async def test_a_group_that_is_called_otherwise_is_named_as_it_is_now(lea: User, group: Group) -> None:
    assert group.title in (await settings_of(lea, group)).text
    group.title = "Les indépendants"
    assert "Les indépendants" in (await settings_of(lea, group)).text


async def test_without_any_setting_the_group_is_served(lea: User, sam: User, group: Group) -> None:
    await sam.writes(f"/question {QUESTION}", to=group)
    assert LABELS.useful in (await lea.reads_next(chat=group)).buttons


async def test_the_help_tells_administrators_of_the_settings(lea: User, sam: User, group: Group) -> None:
    await is_known(lea, sam)
    await lea.writes("/aide", to=group)
    assert (await lea.reads_next(chat=group)).text == words_of(
        "help/help", typed=False, administers=True, moderates=True
    )
    await sam.writes("/aide", to=group)
    assert (await lea.reads_next(chat=group)).text == words_of(
        "help/help", typed=False, administers=False, moderates=False
    )


# The commands that Telegram lists.


async def test_commands_are_listed_by_where_people_are(telegram: FakeTelegram) -> None:
    assert set(telegram.commands) == {ALL_PRIVATE, ALL_GROUPS, ALL_ADMINISTRATORS}
    for menu in telegram.commands.values():
        assert menu == {name: DESCRIBED[name] for name in menu}
    private, groups, administrators = (
        set(telegram.commands[each]) for each in (ALL_PRIVATE, ALL_GROUPS, ALL_ADMINISTRATORS)
    )
    assert private == set(DESCRIBED) - {"reglages", *FOR_MODERATORS}
    assert groups == private & groups
    assert list(telegram.commands[ALL_ADMINISTRATORS]) == [*IN_COMMUNITY, *FOR_MODERATORS, "reglages"]
    assert administrators == {*groups, *FOR_MODERATORS, "reglages"}
    assert not groups & {"mesdonnees", "oublier", "lier"}


async def test_every_command_that_is_listed_does_something(telegram: FakeTelegram, lea: User, group: Group) -> None:
    await is_known(lea)
    unknown = words_of("help/unknown_command")
    for name in telegram.commands[ALL_PRIVATE]:
        await lea.writes(f"/{name}")
        assert (await lea.reads_next()).text != unknown
    for name in telegram.commands[ALL_ADMINISTRATORS]:
        await lea.writes(f"/{name}", to=group)
        answered_in = None if name in FOR_MODERATORS else group
        assert (await lea.reads(chat=answered_in))[0].text != unknown


async def test_commands_that_are_listed_already_are_not_set_again(vigie: Vigie, telegram: FakeTelegram) -> None:
    assert len(telegram.asked_for("setMyCommands")) == 3
    for _ in range(2):
        await vigie.restarts()
    assert len(telegram.asked_for("setMyCommands")) == 3


async def test_commands_that_differ_are_set_anew(vigie: Vigie, telegram: FakeTelegram) -> None:
    listed = dict(telegram.commands)
    await vigie.stops()
    telegram.commands[ALL_GROUPS] = {"question": "Ask me"}
    del telegram.commands[ALL_ADMINISTRATORS]
    await vigie.starts()
    assert telegram.commands == listed
    assert len(telegram.asked_for("setMyCommands")) == 5
