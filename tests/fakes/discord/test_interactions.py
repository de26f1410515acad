"""Commands, buttons, menus and modals, as an unmodified client answers them."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest
from discord import app_commands, ui

from tests.fakes.discord import Channel, FakeDiscord, Server, User
from tests.fakes.discord.conftest import Bot, running

THEMES = {"Le CV": "cv", "La photo": "photo"}

Answer = Callable[[discord.Interaction], Awaitable[Any]]


async def command(bot: Bot, answer: Answer, name: str = "question") -> None:
    """Have a command that is answered so."""

    @bot.tree.command(name=name, description="Poser une question")
    async def _(interaction: discord.Interaction) -> None:
        await answer(interaction)

    await bot.tree.sync()


async def test_commands_are_synced(double: FakeDiscord, bot: Bot, server: Server) -> None:
    await command(bot, lambda interaction: interaction.response.send_message("oui"))
    guild = discord.Object(server.id)
    bot.tree.add_command(app_commands.Command(name="ici", description="Ici", callback=_here), guild=guild)
    await bot.tree.sync(guild=guild)
    assert [each["name"] for each in double.commands.everywhere] == ["question"]
    assert [each["name"] for each in double.commands.in_server[server.id]] == ["ici"]
    assert double.commands.syncs == 2
    [known] = await bot.tree.fetch_commands()
    assert (known.name, known.description) == ("question", "Poser une question")
    [known] = await bot.tree.fetch_commands(guild=guild)
    assert known.name == "ici"


async def test_a_command_is_answered_to_all(
    double: FakeDiscord, bot: Bot, general: Channel, lea: User, sam: User
) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        sent = await interaction.response.send_message("à tous")
        assert sent.message_id
        assert (await interaction.original_response()).id == sent.message_id

    await command(bot, answer)
    interaction = await lea.uses("/question", in_=general)
    assert not interaction.answered
    [message] = await interaction.shows()
    assert (interaction.response, interaction.ephemeral, message.content) == ("message", False, "à tous")
    assert (await sam.reads_next(in_=general)) is message
    heard = await bot.hears("message")
    assert heard.interaction_metadata.user.id == lea.id
    await double.settled()
    assert double.violations == []


async def test_one_reads_an_answer(bot: Bot, general: Channel, lea: User, sam: User) -> None:
    await command(bot, lambda interaction: interaction.response.send_message("entre nous", ephemeral=True))
    interaction = await lea.uses("/question", in_=general)
    assert (await lea.reads_next(in_=general)).ephemeral
    assert interaction.ephemeral
    assert general.messages == []
    with pytest.raises(AssertionError, match="Sam waits"):
        await sam.reads(in_=general, within=0.01)
    # An application hears of what only one person sees as of what is private.
    heard = await bot.hears("message")
    assert (heard.flags.ephemeral, heard.guild) == (True, None)


async def test_a_command_knows_who_asks_and_where(bot: Bot, server: Server, general: Channel, sam: User) -> None:
    asked: list[discord.Interaction] = []

    async def answer(interaction: discord.Interaction) -> None:
        asked.append(interaction)
        await interaction.response.send_message("oui", ephemeral=True)

    await command(bot, answer)
    server.gives(sam, server.role("Équipe", manage_guild=True))
    await (await sam.uses("/question", in_=general)).is_answered()
    await (await sam.uses("/question")).is_answered()
    here, private = asked
    assert isinstance(here.user, discord.Member)
    assert (here.user.id, here.permissions.manage_guild, here.app_permissions.send_messages) == (sam.id, True, True)
    assert (here.guild_id, here.channel_id, str(here.locale)) == (server.id, general.id, "en-US")
    assert (private.guild, private.user.id) == (None, sam.id)
    assert isinstance(private.channel, discord.DMChannel)


async def test_options_are_checked(bot: Bot, server: Server, general: Channel, lea: User, sam: User) -> None:
    given: list[Any] = []

    @bot.tree.command(name="question", description="Poser une question")
    @app_commands.choices(visible=[app_commands.Choice(name="à tous", value="tous")])
    async def question(
        interaction: discord.Interaction,
        texte: app_commands.Range[str, 2, 20],
        visible: app_commands.Choice[str] | None = None,
        combien: app_commands.Range[int, 1, 5] = 1,
        qui: discord.Member | None = None,
        quoi: discord.Role | None = None,
        channel: discord.TextChannel | None = None,
    ) -> None:
        given.append((texte, visible and visible.value, combien, qui, quoi, channel and channel.id))
        await interaction.response.send_message("oui", ephemeral=True)

    await bot.tree.sync()
    role = server.role("Diplômé")
    asked = await lea.uses(
        "/question", texte="et moi ?", visible="à tous", combien=3, qui=sam, quoi=role, channel=general, in_=general
    )
    await asked.is_answered()
    [(texte, visible, combien, qui, quoi, channel)] = given
    assert (texte, visible, combien, channel) == ("et moi ?", "tous", 3, general.id)
    assert (qui.id, quoi.id) == (sam.id, role.id)
    wrong: dict[str, dict[str, Any]] = {
        "must be given": {},
        "no option": {"texte": "oui", "autre": 1},
        "takes 2 to 20": {"texte": "x"},
        "is none of": {"texte": "oui", "visible": "personne"},
        "takes 5 at most": {"texte": "oui", "combien": 6},
        "takes 1 at least": {"texte": "oui", "combien": 0},
        "is no value": {"texte": "oui", "qui": "Sam"},
    }
    for words, options in wrong.items():
        with pytest.raises(AssertionError, match=words):
            await lea.uses("/question", in_=general, **options)


async def test_channels_and_roles_are_chosen_where_they_are_listed(
    double: FakeDiscord, bot: Bot, server: Server, general: Channel, lea: User, sam: User
) -> None:
    given: list[Any] = []

    @bot.tree.command(name="ranger", description="Ranger")
    async def tidy(
        interaction: discord.Interaction,
        where: app_commands.AppCommandThread | None = None,
        anywhere: app_commands.AppCommandChannel | None = None,
        who: discord.User | None = None,
        role: discord.Role | None = None,
    ) -> None:
        given.append((where or anywhere, who, role))
        await interaction.response.send_message("oui", ephemeral=True)

    await bot.tree.sync()
    server.gives(lea, server.role("Équipe", administrator=True))
    team, forum, thread = server.text("équipe"), server.forum("idées"), server.thread(general, "Le CV")
    server.everyone_may(team, view_channel=False)
    stranger = double.user("Zoé")
    elsewhere = double.server("Ailleurs", owner=sam).text("ailleurs")
    await (await sam.uses("/ranger", in_=general, anywhere=forum)).is_answered()
    await (await sam.uses("/ranger", in_=general, who=stranger)).is_answered()
    assert [(each[0] and each[0].id, each[1] and type(each[1])) for each in given] == [
        (forum.id, None),
        (None, discord.User),
    ]
    await (await lea.uses("/ranger", in_=general, anywhere=team, who=sam)).is_answered()
    picked, who, _ = given.pop()
    # What may be done there is told of who picked it, and not of the bot.
    assert (picked.id, picked.permissions, type(who)) == (team.id, discord.Permissions.all(), discord.Member)
    wrong: dict[str, dict[str, Any]] = {
        "is not listed": {"where": general},
        "does not see": {"anywhere": team},
        "no channel of that server": {"anywhere": elsewhere},
        "no role of that server": {"role": double.server("Plus loin", owner=sam).everyone},
    }
    for words, options in wrong.items():
        with pytest.raises(AssertionError, match=words):
            await sam.uses("/ranger", in_=general, **options)
    await (await sam.uses("/ranger", in_=general, where=thread)).is_answered()
    assert given[-1][0].parent_id == general.id


async def test_a_command_is_opened_to_a_role(bot: Bot, server: Server, general: Channel, lea: User, sam: User) -> None:
    for name in ("ranger", "trier"):
        await command(bot, lambda interaction: interaction.response.send_message("oui", ephemeral=True), name)
        listed = bot.tree.get_command(name)
        assert listed
        listed.default_permissions = discord.Permissions(manage_messages=True)
    await bot.tree.sync()
    server.gives(lea, server.role("Modération", manage_messages=True))
    role = server.role("Équipe")
    server.opens("ranger", role)
    await (await lea.uses("/ranger", in_=general)).is_answered()
    with pytest.raises(AssertionError, match="may not use"):
        await sam.uses("/ranger", in_=general)
    server.gives(sam, role)
    await (await sam.uses("/ranger", in_=general)).is_answered()
    with pytest.raises(AssertionError, match="may not use"):
        await sam.uses("/trier", in_=general)
    server.opens("trier", server.everyone)
    await (await sam.uses("/trier", in_=general)).is_answered()


async def test_subcommands_are_used(bot: Bot, general: Channel, lea: User) -> None:
    group = app_commands.Group(name="vigie", description="La vigie")

    @group.command(name="question", description="Poser une question")
    async def question(interaction: discord.Interaction, texte: str) -> None:
        await interaction.response.send_message(texte)

    bot.tree.add_command(group)
    await bot.tree.sync()
    [message] = await (await lea.uses("/vigie question", texte="et moi ?", in_=general)).shows()
    assert message.content == "et moi ?"
    for words, wrong in (("/vigie", "must be used"), ("/vigie rien", "no subcommand"), ("/rien", "no command")):
        with pytest.raises(AssertionError, match=wrong):
            await lea.uses(words, in_=general)


async def test_commands_are_where_they_are_wanted(bot: Bot, server: Server, general: Channel, lea: User) -> None:
    @bot.tree.command(name="serveur", description="Dans un serveur")
    @app_commands.guild_only()
    async def in_server(interaction: discord.Interaction) -> None:
        await nothing(interaction)

    @bot.tree.command(name="privé", description="En privé")
    @app_commands.allowed_contexts(guilds=False, dms=True)
    async def in_private(interaction: discord.Interaction) -> None:
        await nothing(interaction)

    @bot.tree.command(name="équipe", description="Pour l'équipe")
    @app_commands.default_permissions(manage_guild=True)
    async def for_some(interaction: discord.Interaction) -> None:
        await nothing(interaction)

    await bot.tree.sync()
    with pytest.raises(AssertionError, match="not there in private"):
        await lea.uses("/serveur")
    with pytest.raises(AssertionError, match="not there in servers"):
        await lea.uses("/privé", in_=general)
    with pytest.raises(AssertionError, match="may not use"):
        await lea.uses("/équipe", in_=general)
    server.gives(lea, server.role("Équipe", manage_guild=True))
    for asked in (lea.uses("/équipe", in_=general), lea.uses("/serveur", in_=general), lea.uses("/privé")):
        await (await asked).is_answered()


async def test_what_is_typed_is_completed(bot: Bot, general: Channel, lea: User) -> None:
    @bot.tree.command(name="question", description="Poser une question")
    async def question(interaction: discord.Interaction, texte: str) -> None:
        await nothing(interaction, texte)

    @question.autocomplete("texte")
    async def complete(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}din", value="linkedin")]

    await bot.tree.sync()
    assert await lea.autocompletes("/question", texte="linke", in_=general) == [
        {"name": "linkedin", "value": "linkedin"}
    ]


async def test_the_menu_of_a_message_and_of_somebody(bot: Bot, general: Channel, lea: User, sam: User) -> None:
    @bot.tree.context_menu(name="Demander à Vigie")
    async def ask(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"{message.author.display_name} : {message.content}")

    @bot.tree.context_menu(name="Saluer")
    async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"Salut {member.display_name}", ephemeral=True)

    await bot.tree.sync()
    written = await sam.writes("mon CV ?", to=general)
    [message] = await (await lea.menu("Demander à Vigie", written)).shows()
    assert message.content == "Sam : mon CV ?"
    [message] = await (await lea.menu("Saluer", sam, in_=general)).shows()
    assert message.content == "Salut Sam"


class Choices(ui.View):
    """Buttons and menus."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.Button(label="Lire", url="https://example.org"))
        self.add_item(ui.Button(label="Grisé", disabled=True, custom_id="grey"))

    @ui.button(label="Oui", custom_id="yes", style=discord.ButtonStyle.success)
    async def yes(self, interaction: discord.Interaction, _: ui.Button["Choices"]) -> None:
        await interaction.response.edit_message(content="C'est noté", view=None)

    @ui.button(label="Plus tard", custom_id="later", emoji="⏰")
    async def later(self, interaction: discord.Interaction, _: ui.Button["Choices"]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="À plus tard")
        await interaction.followup.send("Je te rappelle", ephemeral=True)

    @ui.select(
        placeholder="Un thème",
        options=[
            discord.SelectOption(label="Le CV", value="cv"),
            discord.SelectOption(label="La photo", value="photo"),
        ],
        custom_id="theme",
        min_values=1,
        max_values=2,
    )
    async def theme(self, interaction: discord.Interaction, select: ui.Select["Choices"]) -> None:
        await interaction.response.send_message(", ".join(select.values), ephemeral=True)

    @ui.select(cls=ui.RoleSelect, placeholder="Un rôle", custom_id="role")
    async def role(self, interaction: discord.Interaction, select: ui.RoleSelect["Choices"]) -> None:
        await interaction.response.send_message(select.values[0].name)

    @ui.select(cls=ui.ChannelSelect, placeholder="Un salon", custom_id="channel")
    async def channel(self, interaction: discord.Interaction, select: ui.ChannelSelect["Choices"]) -> None:
        await interaction.response.send_message(select.values[0].name)


async def test_buttons_are_pressed(double: FakeDiscord, bot: Bot, general: Channel, lea: User, sam: User) -> None:
    await command(bot, lambda interaction: interaction.response.send_message("On commence ?", view=Choices()))
    [message] = await (await lea.uses("/question", in_=general)).shows()
    assert message.buttons == ["Oui", "Plus tard", "Lire", "Grisé"]
    pressed = await sam.presses(message, "Plus tard")
    await pressed.shows()
    assert (message.content, message.edited, pressed.response) == ("À plus tard", True, "deferred_update")
    assert [each.content for each in pressed.messages] == ["Je te rappelle"]
    pressed = await lea.presses(message, "Oui")
    await pressed.is_answered()
    assert (message.content, message.buttons, pressed.response) == ("C'est noté", [], "update")
    bot.add_view(Choices())
    await (await lea.presses_id(message, "later")).shows()
    assert message.content == "À plus tard"
    await double.settled()
    assert double.violations == []


async def test_buttons_that_nobody_presses(bot: Bot, general: Channel, lea: User, sam: User) -> None:
    await command(bot, lambda interaction: interaction.response.send_message("?", view=Choices(), ephemeral=True))
    [message] = await (await lea.uses("/question", in_=general)).shows()
    for label, wrong in (("Lire", "is a link"), ("Grisé", "is disabled"), ("Non", "no button")):
        with pytest.raises(AssertionError, match=wrong):
            await lea.presses(message, label)
    with pytest.raises(AssertionError, match="only <Léa"):
        await sam.presses(message, "Oui")
    await lea.deletes(message)
    with pytest.raises(AssertionError, match="no longer there"):
        await lea.presses(message, "Oui")


async def test_buttons_outlive_the_process(bot: Bot, general: Channel, lea: User) -> None:
    class Counted(ui.DynamicItem[ui.Button[ui.View]], template=r"count:(?P<number>\d+)"):
        def __init__(self, number: int) -> None:
            super().__init__(ui.Button(label=str(number), custom_id=f"count:{number}"))
            self.number = number

        @classmethod
        async def from_custom_id(cls, _: Any, __: Any, match: re.Match[str]) -> "Counted":
            return cls(int(match["number"]))

        async def callback(self, interaction: discord.Interaction) -> None:
            view = ui.View(timeout=None).add_item(Counted(self.number + 1))
            await interaction.response.edit_message(view=view)

    bot.add_dynamic_items(Counted)
    channel = bot.get_channel(general.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.send("Compte", view=ui.View(timeout=None).add_item(Counted(7)))
    message = await lea.reads_next(in_=general)
    await (await lea.presses(message, "7")).is_answered()
    assert message.buttons == ["8"]
    await (await lea.presses(message, "8")).is_answered()
    assert message.buttons == ["9"]


async def test_menus_are_chosen_from(bot: Bot, server: Server, general: Channel, lea: User) -> None:
    await command(bot, lambda interaction: interaction.response.send_message("?", view=Choices()))
    [message] = await (await lea.uses("/question", in_=general)).shows()
    assert [select.placeholder for select in message.selects] == ["Un thème", "Un rôle", "Un salon"]
    assert message.select().labels == ["Le CV", "La photo"]
    role = server.role("Diplômé")
    await bot.hears("guild_role_create")
    chosen = [
        await lea.selects(message, "cv", "La photo"),
        await lea.selects(message, role, of="Un rôle"),
        await lea.selects(message, general, of=2),
    ]
    assert [(await each.shows())[0].content for each in chosen] == ["cv, photo", "Diplômé", "général"]
    for values, of, wrong in (
        (["x"], 0, "no option"),
        ([], 0, "1 to 2"),
        (["x"], 1, "not to be chosen"),
        ([], 9, "no menu"),
    ):
        with pytest.raises(AssertionError, match=wrong):
            await lea.selects(message, *values, of=of)


class Form(ui.Modal, title="Ta question"):
    """A modal with fields of every sort."""

    text: ui.TextInput["Form"] = ui.TextInput(label="Question", placeholder="Mon CV ?", min_length=3, max_length=20)
    more: ui.Label["Form"] = ui.Label(
        text="Détails",
        description="Si tu veux",
        component=ui.TextInput(required=False, style=discord.TextStyle.paragraph),
    )
    theme: ui.Label["Form"] = ui.Label(
        text="Thème", component=ui.Select(options=[discord.SelectOption(label="Le CV", value="cv")])
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.more.component, ui.TextInput)
        assert isinstance(self.theme.component, ui.Select)
        told = f"{self.text.value} / {self.more.component.value} / {self.theme.component.values[0]}"
        await interaction.response.send_message(told, ephemeral=True)


class Passage(ui.Modal, title="Une fiche"):
    """A modal with as many fields as there may be."""

    def __init__(self) -> None:
        super().__init__()
        for number in range(5):
            field = ui.TextInput["Passage"](custom_id=f"f{number}", default="x" * number or None, max_length=10)
            self.add_item(ui.Label(text=f"Champ {number}", component=field))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        fields = [each.component for each in self.children if isinstance(each, ui.Label)]
        told = "/".join(each.value for each in fields if isinstance(each, ui.TextInput))
        await interaction.response.send_message(told, ephemeral=True)


async def test_what_stands_in_the_fields_of_a_modal_is_sent_unless_it_is_written_over(
    double: FakeDiscord, bot: Bot, general: Channel, lea: User
) -> None:
    await command(bot, lambda interaction: interaction.response.send_modal(Passage()))
    opened = await lea.uses("/question", in_=general)
    written: dict[str, Any] = {"f0": "a", "Champ 3": "trois"}
    submitted = await lea.submits(opened, **written)
    [message] = await submitted.shows()
    assert message.content == "a/x/xx/trois/xxxx"
    assert opened.modal
    assert [each.value for each in opened.modal.fields] == ["", "x", "xx", "xxx", "xxxx"]
    with pytest.raises(AssertionError, match="takes 0 to 10"):
        await lea.submits(opened, f0="x" * 11)
    assert double.violations == []


async def test_modals_are_filled_in(double: FakeDiscord, bot: Bot, general: Channel, lea: User, sam: User) -> None:
    await command(bot, lambda interaction: interaction.response.send_modal(Form()))
    opened = await lea.uses("/question", in_=general)
    submitted = await lea.submits(opened, Question="et moi ?", Thème=["Le CV"])
    [message] = await submitted.shows()
    assert message.content == "et moi ? /  / cv"
    assert (opened.response, submitted.ephemeral) == ("modal", True)
    modal = opened.modal
    assert modal
    assert modal.title == "Ta question"
    assert [(field.label, field.required) for field in modal.fields] == [
        ("Question", True), ("Détails", False), ("Thème", True),
    ]  # fmt: skip
    assert (modal.fields[0].placeholder, modal.fields[0].least, modal.fields[0].most) == ("Mon CV ?", 3, 20)
    assert (modal.fields[1].long, modal.fields[1].description) == (True, "Si tu veux")
    for values, wrong in (
        ({"Thème": ["cv"]}, "must be filled in"),
        ({"Question": "x", "Thème": ["cv"]}, "takes 3 to 20"),
        ({"Question": "et moi ?"}, "to be chosen"),
        ({"Autre": "x"}, "no field"),
    ):
        with pytest.raises(AssertionError, match=wrong):
            await lea.submits(opened, **values)
    with pytest.raises(AssertionError, match="Léa's screen"):
        await sam.submits(opened, Question="et moi ?")
    with pytest.raises(AssertionError, match="opened no modal"):
        await lea.submits(submitted)
    assert double.violations == []


async def test_the_first_followup_takes_the_place_of_thinking(bot: Bot, general: Channel, lea: User) -> None:
    thought = asyncio.Event()

    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await thought.wait()
        await interaction.followup.send("un")
        await interaction.followup.send(f"deux {lea.mention}")

    await command(bot, answer)
    interaction = await lea.uses("/question", in_=general)
    await interaction.is_answered()
    assert (interaction.response, interaction.deferred, interaction.messages) == ("deferred", True, [])
    assert not interaction.settled
    thought.set()
    first, second = await interaction.shows(2)
    assert (first.content, first.ephemeral, first.edited) == ("un", True, False)
    assert (second.content, second.ephemeral, second.pinged) == (f"deux {lea.mention}", False, [lea.id])
    assert (interaction.deferred, interaction.original) == (False, first)
    await interaction.is_settled()
    assert [message.content for message in await lea.reads(2, in_=general)] == ["un", f"deux {lea.mention}"]


async def test_answers_are_edited_and_deleted(bot: Bot, general: Channel, lea: User) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"un {lea.mention}")
        followup = await interaction.followup.send("deux", wait=True)
        await followup.edit(content="trois")
        await interaction.edit_original_response(content="quatre", embed=discord.Embed(title="cinq"))
        await followup.delete()

    await command(bot, answer)
    interaction = await lea.uses("/question", in_=general)
    await interaction.shows()
    shown = await lea.reads(4, in_=general)
    original, followup = shown[0], shown[1]
    assert [message is original for message in shown] == [True, False, False, True]
    await interaction.changed.until(lambda: followup.deleted, 5)
    assert (original.text, original.edited, original.pinged) == ("quatre\ncinq", True, [lea.id])
    assert interaction.messages == [original]


async def test_an_answer_that_comes_too_late(double: FakeDiscord, bot: Bot, general: Channel, lea: User) -> None:
    refused: asyncio.Queue[discord.HTTPException] = asyncio.Queue()
    late = asyncio.Event()

    async def answer(interaction: discord.Interaction) -> None:
        await late.wait()
        try:
            await interaction.response.send_message("trop tard")
        except discord.HTTPException as error:
            refused.put_nowait(error)

    await command(bot, answer)
    interaction = await lea.uses("/question", in_=general)
    assert not interaction.failed
    double.clock.advance(3)
    assert interaction.failed
    late.set()
    error = await asyncio.wait_for(refused.get(), 5)
    assert (error.status, error.code, error.text) == (404, 10062, "Unknown interaction")
    assert interaction.messages == []


async def test_a_token_that_has_expired(double: FakeDiscord, bot: Bot, general: Channel, lea: User) -> None:
    asked: list[discord.Interaction] = []

    async def answer(interaction: discord.Interaction) -> None:
        asked.append(interaction)
        await interaction.response.defer()

    await command(bot, answer)
    interaction = await lea.uses("/question", in_=general)
    await interaction.is_answered()
    double.clock.passes(minutes=15)
    assert interaction.failed
    with pytest.raises(discord.HTTPException, match="Invalid Webhook Token") as refused:
        await asked[0].followup.send("trop tard")
    assert (refused.value.status, refused.value.code) == (401, 50027)


async def test_an_interaction_is_answered_once(bot: Bot, general: Channel, lea: User) -> None:
    codes: asyncio.Queue[int] = asyncio.Queue()

    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("un")
        interaction.response._response_type = None
        try:
            await interaction.response.send_message("deux")
        except discord.HTTPException as error:
            codes.put_nowait(error.code)

    await command(bot, answer)
    await lea.uses("/question", in_=general)
    assert await asyncio.wait_for(codes.get(), 5) == 40060


async def test_an_interaction_is_lost_without_a_session(
    double: FakeDiscord, server: Server, general: Channel, lea: User
) -> None:
    assert server.has(lea)
    async with running(double, Bot()) as bot:
        await command(bot, lambda interaction: interaction.response.send_message("oui"))
    await double.is_disconnected()
    interaction = await lea.uses("/question", in_=general)
    double.clock.advance(2.9)
    assert not interaction.failed
    double.clock.advance(0.1)
    assert interaction.failed
    with pytest.raises(AssertionError, match="is not answered"):
        await interaction.is_answered(0.01)


async def nothing(interaction: discord.Interaction, *_: Any) -> None:
    """Answer with next to nothing."""
    await interaction.response.send_message("…", ephemeral=True)


async def _here(interaction: discord.Interaction) -> None:
    await nothing(interaction)
