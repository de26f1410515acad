"""The commands that Discord lists: in French, within its limits, and told to it when they change and only then."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import discord
import pytest

from bot.core.commands import FOR_ADMINISTRATORS, FOR_MODERATORS, IN_COMMUNITY, IN_PRIVATE
from bot.rendering.wording import Option, Wording, read_wording
from bot.resources import PROMPTS
from bot.storage.database import Database
from tests.conversations.words import LABELS, said
from tests.fakes.discord import Channel, FakeDiscord, Server, User
from tests.platforms.discord.conftest import Vigie
from tests.platforms.discord.steps import QUESTION
from tests.platforms.log import heard

WORDING = read_wording(PROMPTS)
SLASH, ON_MESSAGE = 1, 3
IN_SERVERS, ANYWHERE = {0}, {0, 1}
# https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-naming
NAME = re.compile(r"[-_'\w]{1,32}")
MOST_COMMANDS, MOST_OPTIONS, MOST_CHOICES, LONGEST_TEXT, LONGEST_COMMAND = 100, 25, 25, 100, 8000
COMMANDS = "/applications/…/commands"
FOR_TEAMS = (*FOR_MODERATORS, *FOR_ADMINISTRATORS)

pytestmark = pytest.mark.usefixtures("hasty")


def listed(double: FakeDiscord, kind: int = SLASH) -> dict[str, dict[str, Any]]:
    """Return the commands of a kind as Discord lists them, by name."""
    return {each["name"]: each for each in double.commands.everywhere if each["type"] == kind}


def options(commands: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for command in commands:
        yield from command.get("options", ())


def reworded(wording: Wording, **commands: str) -> Wording:
    """Return the wording with other descriptions of some commands."""
    return wording.model_copy(update={"commands": {**wording.commands, **commands}})


# Told when they change


async def test_commands_are_told_once_and_not_again_at_a_start_or_a_new_connection(
    vigie: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    assert double.commands.syncs == 1
    before = list(double.commands.everywhere)
    await vigie.restarts()
    double.cuts()
    await double.is_resumed()
    double.invalidates_sessions()
    await double.state.sessions.changed.until(lambda: double.identifies == 3, 5)
    double.cuts(4011)
    await double.state.sessions.changed.until(lambda: double.identifies == 4, 5)
    await (await sam.uses("/question", in_=general, texte=QUESTION)).is_settled()
    assert double.commands.syncs == 1
    assert double.commands.everywhere == before
    assert len([request for request in double.requests if request.path.endswith("/commands")]) == 1


async def test_commands_are_told_anew_when_a_word_of_them_changes_and_then_not_again(
    vigie: Vigie, double: FakeDiscord
) -> None:
    await vigie.stops()
    other = reworded(WORDING, question="Pose ta question ici")
    for _ in range(2):
        await vigie.starts(vigie.made(wording=other))
        assert double.commands.syncs == 2
        assert listed(double)["question"]["description"] == "Pose ta question ici"
        await vigie.stops()
    await vigie.starts()
    assert double.commands.syncs == 3
    assert listed(double)["question"]["description"] == WORDING.commands["question"]


async def test_commands_that_could_not_be_told_are_told_at_the_next_try(
    asleep: Vigie, double: FakeDiscord, general: Channel
) -> None:
    assert general
    double.fails("PUT", COMMANDS, 503, times=2)
    with heard() as log:
        await asleep.starts()
    assert "Discord cannot be served now" in log.text
    assert double.commands.syncs == 1
    assert listed(double)


async def test_commands_that_are_refused_hold_up_nobody_else(
    asleep: Vigie, double: FakeDiscord, sam: User, general: Channel
) -> None:
    assert general
    double.fails("PUT", COMMANDS, 400, code=50035, message="Invalid Form Body", times=1000)
    with heard() as log:
        await asleep.starts()
        await sam.writes(QUESTION)
        assert "SWOT" in (await sam.reads_next()).text
    assert "refuses the commands" in log.text
    assert "Traceback" not in log.text


async def test_commands_are_told_anew_to_another_application(vigie: Vigie, double: FakeDiscord) -> None:
    """Somebody takes another bot's token: its commands are its own."""
    await vigie.stops()
    double.state.application_id += 1
    double.commands.everywhere.clear()
    await vigie.starts()
    assert double.commands.syncs == 2
    assert listed(double)


async def test_where_nothing_can_be_remembered_the_commands_are_there(
    asleep: Vigie, sam: User, general: Channel, database: Database
) -> None:
    await database.rows("ALTER TABLE published RENAME TO gone")
    with heard() as log:
        await asleep.starts()
    assert "Traceback" not in log.text
    await (await sam.uses("/question", in_=general, texte=QUESTION)).is_settled()
    await database.rows("ALTER TABLE gone RENAME TO published")


# Within Discord's limits


@pytest.mark.usefixtures("vigie")
async def test_all_commands_are_listed_and_no_other(double: FakeDiscord) -> None:
    assert set(listed(double)) == {*IN_PRIVATE, *IN_COMMUNITY, *FOR_TEAMS} - {"start"}
    assert set(listed(double, ON_MESSAGE)) == {WORDING.asides.ask_about, WORDING.asides.tip_about}
    assert len(double.commands.everywhere) == len(listed(double)) + 2 <= MOST_COMMANDS
    assert double.commands.in_server == {}


@pytest.mark.usefixtures("vigie")
async def test_names_and_descriptions_fit_and_are_those_of_the_wording(double: FakeDiscord) -> None:
    for name, command in listed(double).items():
        assert NAME.fullmatch(name)
        assert name == name.lower()
        assert command["description"] == WORDING.commands[name]
        given = list(options([command]))
        assert len(given) <= MOST_OPTIONS
        needed = [bool(each.get("required")) for each in given]
        assert needed == sorted(needed, reverse=True)
        texts = [name, command["description"]]
        for each in given:
            assert NAME.fullmatch(each["name"])
            assert each["name"] == each["name"].lower()
            assert len(each.get("choices", ())) <= MOST_CHOICES
            texts += [each["name"], each["description"]]
            texts += [text for choice in each.get("choices", ()) for text in (choice["name"], choice["value"])]
        assert all(1 <= len(text) <= LONGEST_TEXT for text in texts)
        assert sum(map(len, texts)) <= LONGEST_COMMAND
    for name in listed(double, ON_MESSAGE):
        assert 1 <= len(name) <= 32


@pytest.mark.usefixtures("vigie")
async def test_fields_are_those_of_the_wording(double: FakeDiscord) -> None:
    words = {(each.name, each.description) for each in WORDING.options.values()}
    assert {(each["name"], each["description"]) for each in options(listed(double).values())} == words
    [question, visible] = options([listed(double)["question"]])
    assert (question["required"], visible.get("required", False)) == (True, False)
    assert question["autocomplete"]
    assert [choice["name"] for choice in visible["choices"]] == [WORDING.asides.to_me, WORDING.asides.to_all]
    [journey] = options([listed(double)["parcours"]])
    assert journey["name"] == WORDING.options[Option.JOURNEY].name
    assert journey["autocomplete"]


@pytest.mark.usefixtures("vigie")
async def test_commands_are_there_in_servers_and_in_private_and_nowhere_else(double: FakeDiscord) -> None:
    for command in double.commands.everywhere:
        where = IN_SERVERS if command["name"] in (*FOR_TEAMS, WORDING.asides.tip_about) else ANYWHERE
        assert set(command["contexts"]) == where
        assert command["integration_types"] == [0]
        assert not command["nsfw"]


@pytest.mark.usefixtures("vigie")
async def test_the_settings_are_listed_for_who_manages_the_server(
    double: FakeDiscord, lea: User, sam: User, server: Server, general: Channel
) -> None:
    needed = {each["name"]: each["default_member_permissions"] for each in double.commands.everywhere}
    server_s, messages = (str(discord.Permissions(**{f"manage_{of}": True}).value) for of in ("guild", "messages"))
    assert {name: each for name, each in needed.items() if each is not None} == {
        **dict.fromkeys(FOR_ADMINISTRATORS, server_s),
        **dict.fromkeys([*FOR_MODERATORS, WORDING.asides.tip_about], messages),
    }
    with pytest.raises(AssertionError, match="may not use"):
        await sam.uses("/reglages", in_=general)
    server.gives(sam, server.role("Équipe", manage_guild=True))
    for person in (lea, sam):
        asked = await person.uses("/reglages", in_=general)
        [settings] = await asked.shows()
        assert LABELS.welcomes_no in settings.buttons


# Each of them does something


@pytest.mark.usefixtures("vigie")
async def test_every_command_that_is_listed_does_something(
    double: FakeDiscord, lea: User, sam: User, general: Channel
) -> None:
    unknown = said("help/unknown_command")
    needed: dict[str, dict[str, Any]] = {"question": {"texte": QUESTION}, "ecarter": {"personne": sam}}
    for name, command in listed(double).items():
        given = needed.get(name, {})
        for where in [general, *([None] if 1 in command["contexts"] else [])]:
            asked = await lea.uses(f"/{name}", in_=where, **given)
            await asked.is_settled()
            assert not asked.failed
            assert asked.messages
            assert all(message.text.strip() for message in asked.messages)
            assert unknown not in [message.text for message in asked.messages]


@pytest.mark.usefixtures("vigie")
async def test_a_command_that_is_no_more_is_told_in_the_log_alone(
    double: FakeDiscord, sam: User, general: Channel
) -> None:
    old = {**listed(double)["aide"], "name": "astuce", "id": "1"}
    double.commands.everywhere.append(old)
    with heard() as log:
        asked = await sam.uses("/astuce", in_=general)
        await log.says("A command that is no more was used (astuce)")
        await (await sam.uses("/aide", in_=general)).is_settled()
    assert "Traceback" not in log.text
    double.clock.advance(4)
    assert asked.failed
