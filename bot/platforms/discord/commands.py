"""The commands, fields and menus that Discord lists for people, told anew only when they change."""

import json
import logging
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Protocol

import discord
from discord import app_commands
from discord.app_commands import AppCommandContext, AppInstallationType
from discord.app_commands import Choice as Listed

from bot.core.advisor import Advisor
from bot.platforms.discord.incoming import PLATFORM, Place
from bot.platforms.discord.requests import asked
from bot.platforms.errors import UnreachableError
from bot.rendering.wording import Option, Wording
from bot.retrieval.french import fold
from bot.storage import published
from bot.storage.database import Database, DatabaseError

_LISTED = 25
_LONGEST_LISTED = 100
_LONGEST_QUESTION = 1000
_LONGEST_WORD = 100
# https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-choice-structure
_ANYWHERE = AppCommandContext(guild=True, dm_channel=True, private_channel=False)
_IN_SERVERS = AppCommandContext(guild=True, dm_channel=False, private_channel=False)
_BY_SERVERS = AppInstallationType(guild=True, user=False)
_ALL = "all"
_POSTED_IN = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
]

_log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
Tree = app_commands.CommandTree[Any]
Listing = app_commands.Command[Any, Any, None] | app_commands.ContextMenu
Typed = app_commands.Range[str, 1, _LONGEST_WORD]


class Hears(Protocol):
    """What hears the commands."""

    async def command(self, interaction: Interaction, text: str, *, to_all: bool | None = None) -> None:
        """Hear a command as it would be typed, and whether all may read its answer, None where that is left open."""
        ...

    async def team_command(
        self,
        interaction: Interaction,
        text: str,
        *,
        place: Place | None = None,
        person: discord.abc.User | None = None,
    ) -> None:
        """Hear a command of those who moderate, for a place if not where it is used, and about a person."""
        ...

    async def menu(self, interaction: Interaction, message: discord.Message) -> None:
        """Hear that somebody asks about a message."""
        ...

    async def tip_menu(self, interaction: Interaction, message: discord.Message) -> None:
        """Hear that somebody wants to give the author of a message a tip."""
        ...


class _PlacePicker(app_commands.Transformer):
    """Picks a place to write in, which the client need not know."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return _POSTED_IN

    async def transform(self, _: Interaction, value: Place, /) -> Place:
        return value


PickedPlace = app_commands.Transform[Place, _PlacePicker]


def add_commands(tree: Tree, wording: Wording, advisor: Advisor, hears: Hears) -> None:
    """Add all that Discord lists to a tree."""
    _add_asking(tree, wording, advisor, hears)
    _add_journeys(tree, wording, advisor, hears)
    _add_others(tree, wording, hears)
    _add_tips(tree, wording, advisor, hears)
    _add_programme(tree, wording, advisor, hears)
    _add_care(tree, wording, hears)
    for command in tree.walk_commands():
        command.allowed_contexts = command.allowed_contexts or _ANYWHERE
        command.allowed_installs = _BY_SERVERS


async def publish_commands(tree: Tree, database: Database) -> None:
    """Tell Discord the commands, if they are not what it was told last; if it refuses them, all else goes on.

    Raises:
        OutageError: Discord cannot be reached.
    """
    application = str(tree.client.application_id)
    told = [command.to_dict(tree) for command in tree.get_commands(type=None)]
    digest = sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    try:
        if await published.find(database, PLATFORM, application) == digest:
            return
    except DatabaseError as error:
        _log.warning("Which commands Discord was told cannot be looked up: it is told them again. %s", error)
    try:
        await asked(tree.sync())
        await published.keep(database, PLATFORM, application, digest)
    except (discord.DiscordException, UnreachableError) as error:
        said = error.text if isinstance(error, discord.HTTPException) else error
        _log.error("Discord refuses the commands (%s): it keeps those that it has.", said)
    except DatabaseError as error:
        _log.warning("Which commands Discord was told cannot be kept. %s", error)
    else:
        _log.info("Discord was told the commands anew.")


def _add_asking(tree: Tree, wording: Wording, advisor: Advisor, hears: Hears) -> None:
    visible = [Listed(name=wording.asides.to_me, value="me"), Listed(name=wording.asides.to_all, value=_ALL)]

    @tree.command(name="question", description=wording.commands["question"])
    @app_commands.rename(**_names(wording, question=Option.QUESTION, visible=Option.VISIBLE))
    @app_commands.describe(**_descriptions(wording, question=Option.QUESTION, visible=Option.VISIBLE))
    @app_commands.choices(visible=visible)
    async def ask(
        interaction: Interaction, question: app_commands.Range[str, 1, _LONGEST_QUESTION], visible: str | None = None
    ) -> None:
        to_all = None if visible is None else visible == _ALL
        await hears.command(interaction, f"/question {question}", to_all=to_all)

    @ask.autocomplete("question")
    async def complete(interaction: Interaction, typed: str) -> list[Listed[str]]:
        server = str(interaction.guild_id) if interaction.guild_id else None
        return _listed((title, title) for title in advisor.complete(typed, _LISTED, PLATFORM, server))

    @tree.context_menu(name=wording.asides.ask_about)
    async def ask_about(interaction: Interaction, message: discord.Message) -> None:
        await hears.menu(interaction, message)

    ask_about.allowed_contexts = _ANYWHERE


def _add_journeys(tree: Tree, wording: Wording, advisor: Advisor, hears: Hears) -> None:
    @tree.command(name="parcours", description=wording.commands["parcours"])
    @app_commands.rename(**_names(wording, journey=Option.JOURNEY))
    @app_commands.describe(**_descriptions(wording, journey=Option.JOURNEY))
    async def lead(interaction: Interaction, journey: Typed | None = None) -> None:
        await hears.command(interaction, _typed("parcours", journey))

    @lead.autocomplete("journey")
    async def complete(_: Interaction, typed: str) -> list[Listed[str]]:
        wanted = fold(typed)
        return _listed((title, key) for key, title in advisor.journeys() if wanted in fold(f"{title} {key}"))

    @tree.command(name="plan", description=wording.commands["plan"])
    @app_commands.rename(**_names(wording, kind=Option.FORMAT))
    @app_commands.describe(**_descriptions(wording, kind=Option.FORMAT))
    @app_commands.choices(
        kind=[
            Listed(name=wording.labels.plan_md, value="md"),
            Listed(name=wording.labels.plan_ics, value="ics"),
        ]
    )
    async def plan(interaction: Interaction, kind: str | None = None) -> None:
        await hears.command(interaction, _typed("plan", kind))


def _add_others(tree: Tree, wording: Wording, hears: Hears) -> None:
    """Add the commands that take some words at most."""
    _add_plain(tree, wording, hears, "themes", Option.THEME)
    _add_plain(tree, wording, hears, "rappels", Option.REMINDER)
    _add_plain(tree, wording, hears, "mesdonnees")
    _add_plain(tree, wording, hears, "oublier")
    _add_plain(tree, wording, hears, "lier", Option.CODE)
    _add_plain(tree, wording, hears, "aide")

    @tree.command(name="reglages", description=wording.commands["reglages"])
    @app_commands.rename(**_names(wording, welcome=Option.WELCOME))
    @app_commands.describe(**_descriptions(wording, welcome=Option.WELCOME))
    @app_commands.default_permissions(manage_guild=True)
    async def settings(interaction: Interaction, welcome: str | None = None) -> None:
        await hears.command(interaction, f"/reglages accueil {welcome}" if welcome else "/reglages")

    settings.allowed_contexts = _IN_SERVERS


def _add_tips(tree: Tree, wording: Wording, advisor: Advisor, hears: Hears) -> None:
    """Add what those who moderate give tips by."""

    @tree.command(name="conseil", description=wording.commands["conseil"])
    @app_commands.rename(**_names(wording, subject=Option.SUBJECT))
    @app_commands.describe(**_descriptions(wording, subject=Option.SUBJECT))
    async def tip(interaction: Interaction, subject: Typed | None = None) -> None:
        await hears.team_command(interaction, _typed("conseil", subject))

    @tip.autocomplete("subject")
    async def complete(_: Interaction, typed: str) -> list[Listed[str]]:
        return _listed((title, title) for title in advisor.themes() if fold(typed) in fold(title))

    @tree.context_menu(name=wording.asides.tip_about)
    async def tip_about(interaction: Interaction, message: discord.Message) -> None:
        await hears.tip_menu(interaction, message)

    _for_moderators(tip)
    _for_moderators(tip_about)


def _add_programme(tree: Tree, wording: Wording, advisor: Advisor, hears: Hears) -> None:
    options = {"when": Option.WHEN, "themes": Option.THEMES, "place": Option.PLACE}

    @tree.command(name="programme", description=wording.commands["programme"])
    @app_commands.rename(**_names(wording, **options))
    @app_commands.describe(**_descriptions(wording, **options))
    async def programme(
        interaction: Interaction,
        when: Typed | None = None,
        themes: Typed | None = None,
        place: PickedPlace | None = None,
    ) -> None:
        await hears.team_command(interaction, _typed("programme", when, themes), place=place)

    @programme.autocomplete("themes")
    async def complete(_: Interaction, typed: str) -> list[Listed[str]]:
        *before, wanted = (each.strip() for each in typed.split(","))
        titles = (title for title in advisor.themes() if fold(wanted) in fold(title) and title not in before)
        listed = (", ".join((*before, title)) for title in titles)
        return _listed((each, each) for each in listed if len(each) <= _LONGEST_LISTED)

    _for_moderators(programme)


def _add_care(tree: Tree, wording: Wording, hears: Hears) -> None:
    """Add the other commands of those who moderate."""
    for name, option in (
        ("lacunes", None),
        ("fiche", Option.CARD),
        ("stats", None),
        ("silence", Option.SILENT_FOR),
        ("journal", None),
    ):
        _for_moderators(_add_plain(tree, wording, hears, name, option))
    options = {"person": Option.PERSON, "duration": Option.BARRED_FOR}

    @tree.command(name="ecarter", description=wording.commands["ecarter"])
    @app_commands.rename(**_names(wording, **options))
    @app_commands.describe(**_descriptions(wording, **options))
    async def bar(interaction: Interaction, person: discord.User, duration: Typed | None = None) -> None:
        await hears.team_command(interaction, _typed("ecarter", duration), person=person)

    _for_moderators(bar)


def _for_moderators(command: Listing) -> None:
    """Have a command listed in servers, for who manages messages: administrators may open it to others."""
    command.allowed_contexts = _IN_SERVERS
    command.default_permissions = discord.Permissions(manage_messages=True)


def _add_plain(tree: Tree, wording: Wording, hears: Hears, name: str, option: Option | None = None) -> Listing:
    description = wording.commands[name]
    if option is None:

        @tree.command(name=name, description=description)
        async def plain(interaction: Interaction) -> None:
            await hears.command(interaction, f"/{name}")

        return plain

    @tree.command(name=name, description=description)
    @app_commands.rename(**_names(wording, words=option))
    @app_commands.describe(**_descriptions(wording, words=option))
    async def with_words(interaction: Interaction, words: Typed | None = None) -> None:
        await hears.command(interaction, _typed(name, words))

    return with_words


def _typed(name: str, *words: str | None) -> str:
    """Return a command as it would be typed, with the words that were filled in."""
    return " ".join((f"/{name}", *filter(None, words)))


def _names(wording: Wording, **options: Option) -> dict[str, str]:
    return {parameter: wording.options[option].name for parameter, option in options.items()}


def _descriptions(wording: Wording, **options: Option) -> dict[str, str]:
    return {parameter: wording.options[option].description for parameter, option in options.items()}


def _listed(found: Iterable[tuple[str, str]]) -> list[Listed[str]]:
    """Return what is listed while somebody types: names, and the values that stand for them."""
    return [Listed(name=name[:_LONGEST_LISTED], value=value[:_LONGEST_LISTED]) for name, value in found][:_LISTED]
