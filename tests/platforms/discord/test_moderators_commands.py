"""What Vigie hears of the commands, forms and buttons of those who moderate on Discord, and how she answers."""

import asyncio
from typing import Any

import pytest

from bot.core.messages import Address, Author, Field, Form, Incoming, Outgoing, Role
from bot.platforms.discord import desk
from bot.platforms.discord.client import Timing
from bot.rendering.wording import FormName
from bot.storage.database import Database
from tests.conversations.words import FORMS, LABELS
from tests.fakes.discord import Channel, FakeDiscord, Message, Server, User
from tests.fakes.discord.interactions import TIME_TO_ANSWER
from tests.platforms.discord.conftest import Vigie
from tests.platforms.discord.speaking import ASIDES, words_of
from tests.platforms.discord.steps import QUESTION, UNANSWERED, all_is_handled
from tests.platforms.discord.talk import answer_to, asks, chooses, is_told, mentions, writes

AGAIN = words_of("lessons/again")
RARELY = Timing(retries=(0.01,), reconnects=(0.01,), identifies=0.0, servers=0.01, tended=3600.0)
"""Where to be quiet is not looked up by itself as long as a test lasts."""

pytestmark = pytest.mark.usefixtures("vigie")


@pytest.fixture
def heard(vigie: Vigie, monkeypatch: pytest.MonkeyPatch) -> list[Incoming]:
    """What the core hears, from now on."""
    kept: list[Incoming] = []
    handle = vigie.advisor.handle

    async def keeps(incoming: Incoming) -> Outgoing:
        kept.append(incoming)
        return await handle(incoming)

    monkeypatch.setattr(vigie.advisor, "handle", keeps)
    return kept


@pytest.fixture(autouse=True)
async def acquainted(vigie: Vigie, lea: User, sam: User) -> None:
    """Those who speak have spoken before: nobody is told what is kept of them."""
    assert vigie
    for user in (lea, sam):
        await writes(user, "merci")


def unseen(user: User, server: Server, channel: Channel) -> Address:
    """Return the address of what one person alone sees in a channel."""
    return Address("discord", str(user.id), str(server.id), f"{channel.id}/{user.id}")


# Commands.


@pytest.mark.parametrize(
    ("command", "options", "text"),
    [
        ("/conseil", {}, "/conseil"),
        ("/conseil", {"sujet": "photo de profil"}, "/conseil photo de profil"),
        ("/programme", {}, "/programme"),
        ("/programme", {"quand": "mardi 18h30"}, "/programme mardi 18h30"),
        ("/programme", {"thèmes": "Veille"}, "/programme Veille"),
        ("/programme", {"quand": "mardi 18h30", "thèmes": "Veille, Tweets"}, "/programme mardi 18h30 Veille, Tweets"),
        ("/lacunes", {}, "/lacunes"),
        ("/fiche", {}, "/fiche"),
        ("/fiche", {"mots": "le tarif"}, "/fiche le tarif"),
        ("/stats", {}, "/stats"),
        ("/silence", {}, "/silence"),
        ("/silence", {"durée": "2h"}, "/silence 2h"),
        ("/journal", {}, "/journal"),
    ],
)
async def test_a_command_is_heard_as_it_would_be_typed_and_answered_unseen(
    double: FakeDiscord,
    heard: list[Incoming],
    lea: User,
    server: Server,
    general: Channel,
    command: str,
    options: dict[str, Any],
    text: str,
) -> None:
    asked = await lea.uses(command, in_=general, **options)
    await asked.is_settled()
    [incoming] = heard
    assert (incoming.text, incoming.address, incoming.unseen) == (text, unseen(lea, server, general), True)
    assert (incoming.name, incoming.place_title, incoming.role) == ("Léa", "#général", Role.ADMINISTRATOR)
    assert asked.messages
    assert all(message.ephemeral for message in asked.messages)
    assert double.refused == []


async def test_somebody_is_barred_by_picking_them(
    heard: list[Incoming], lea: User, sam: User, general: Channel
) -> None:
    for options, text in (({}, "/ecarter"), ({"durée": "2h"}, "/ecarter 2h"), ({"durée": "fin"}, "/ecarter fin")):
        shown = await answer_to(await lea.uses("/ecarter", in_=general, personne=sam, **options))
        assert (shown.ephemeral, "Sam" in shown.text) == (True, True)
        assert (heard[-1].text, heard[-1].quoted_author) == (text, Author(str(sam.id), "Sam"))


async def test_somebody_who_has_left_is_picked_too(
    double: FakeDiscord, heard: list[Incoming], lea: User, general: Channel
) -> None:
    zoe = double.user("Zoé")
    await answer_to(await lea.uses("/ecarter", in_=general, personne=zoe))
    assert heard[-1].quoted_author == Author(str(zoe.id), "Zoé")


async def test_a_programme_is_for_the_channel_that_was_picked(
    heard: list[Incoming], lea: User, server: Server, general: Channel
) -> None:
    news, thread = server.text("annonces"), server.thread(general, "Le CV")
    for picked, title, within in ((news, "#annonces", None), (thread, "#Le CV", str(general.id))):
        listed = await answer_to(await lea.uses("/programme", in_=general, quand="mardi 18h30", salon=picked))
        incoming = heard[-1]
        assert (incoming.address, incoming.place_title) == (unseen(lea, server, picked), title)
        assert incoming.within == within
        assert (listed.channel, listed.ephemeral) == (general, True)
        assert title in listed.text
    with pytest.raises(AssertionError, match="is not listed"):
        await lea.uses("/programme", in_=general, quand="mardi 18h30", salon=server.forum("idées"))


async def test_a_programme_set_for_a_channel_tells_its_tips_there(
    vigie: Vigie, double: FakeDiscord, lea: User, server: Server, general: Channel
) -> None:
    news = server.text("annonces")
    await answer_to(await lea.uses("/programme", in_=general, quand="tous les jours 13h30", salon=news))
    double.clock.advance(3600)
    await vigie.sends_what_is_due()
    [tip] = news.messages
    assert tip.author is double.bot
    assert (tip.ephemeral, tip.buttons, general.messages) == (False, [LABELS.tip_more], [])


async def test_themes_are_proposed_one_after_the_other(vigie: Vigie, lea: User, general: Channel) -> None:
    first, second, *_ = titles = vigie.advisor.themes()
    proposed = await lea.autocompletes("/programme", in_=general, thèmes="")
    assert [each["value"] for each in proposed] == titles[:25]
    proposed = await lea.autocompletes("/programme", in_=general, thèmes=f"{first}, {second[:3]}")
    assert f"{first}, {second}" in [each["value"] for each in proposed]
    proposed = await lea.autocompletes("/programme", in_=general, thèmes=f"{first},")
    values = [each["value"] for each in proposed]
    assert f"{first}, {second}" in values
    assert f"{first}, {first}" not in values
    proposed = await lea.autocompletes("/programme", in_=general, thèmes=f"{'x' * 95}, ")
    assert proposed == []


# What is heard of messages and presses.


async def test_the_menu_tells_what_was_written_by_whom_and_where(
    heard: list[Incoming], lea: User, sam: User, server: Server, general: Channel
) -> None:
    written = await sam.writes(QUESTION, to=general)
    await answer_to(await lea.menu(ASIDES.tip_about, written))
    await answer_to(await lea.menu(ASIDES.ask_about, written))
    tip, question = heard
    assert (tip.text, tip.address, tip.unseen) == ("/conseil", unseen(lea, server, general), True)
    for incoming in heard:
        assert (incoming.quoted, incoming.quoted_message) == (QUESTION, str(written.id))
        assert (incoming.quoted_author, incoming.name) == (Author(str(sam.id), "Sam"), "Léa")
    assert question.text == "/question"


async def test_a_message_tells_who_wrote_it_where_and_what_it_replies_to(
    double: FakeDiscord, heard: list[Incoming], lea: User, sam: User, server: Server, general: Channel
) -> None:
    thread = server.thread(general, "Le CV")
    written = await sam.writes("bonjour", to=thread)
    lea.skips(in_=thread)
    await lea.writes(f"{double.bot.mention} {QUESTION}", to=thread, reply_to=written)
    await lea.reads_next(in_=thread)
    await mentions(lea, f"{double.bot.mention} {QUESTION}", in_=general)
    replying, plain = heard
    assert (replying.name, replying.place_title, replying.quoted_message) == ("Léa", "#Le CV", str(written.id))
    assert (plain.place_title, plain.quoted_message) == ("#général", None)
    await writes(lea, QUESTION)
    assert (heard[-1].name, heard[-1].place_title) == ("Léa", "")


async def test_a_press_tells_the_message_that_was_answered(
    double: FakeDiscord, heard: list[Incoming], sam: User, general: Channel
) -> None:
    sam.skips(in_=general)
    written = await sam.writes(f"{double.bot.mention} {UNANSWERED}", to=general)
    answer = await sam.reads_next(in_=general)
    await is_told(sam, answer, LABELS.watch)
    assert (heard[-1].quoted_message, heard[-1].name) == (str(written.id), "Sam")


# Forms.


async def lacks(lea: User, channel: Channel) -> Message:
    """Have a question that nobody can answer be shown to who moderates."""
    listed = await answer_to(await lea.uses("/lacunes", in_=channel))
    return await chooses(lea, listed, next(label for label in listed.buttons if UNANSWERED in label))


async def test_a_form_has_its_fields_and_what_stands_in_them_already(
    double: FakeDiscord, database: Database, heard: list[Incoming], lea: User, sam: User, general: Channel
) -> None:
    await asks(sam, UNANSWERED, in_=general)
    opened = await lea.presses(await lacks(lea, general), LABELS.gap_answer)
    await opened.is_answered()
    assert opened.modal
    words = FORMS[FormName.LESSON]
    assert opened.modal.title == words.title
    assert [(each.custom_id, each.label) for each in opened.modal.fields] == list(words.labels.items())
    title, text, questions, note = opened.modal.fields
    assert [each.long for each in (title, text, questions, note)] == [False, True, True, True]
    assert [each.required for each in (title, text, questions, note)] == [True, True, True, False]
    assert questions.value == UNANSWERED
    await lea.submits(opened, title="La blanquette", text="Compte deux heures, et demande à Zoé.")
    await all_is_handled(double, database)
    assert heard[-1].written == (
        ("title", "La blanquette"),
        ("text", "Compte deux heures, et demande à Zoé."),
        ("questions", UNANSWERED),
        ("note", ""),
    )


async def test_what_is_written_in_a_form_is_what_members_are_answered(
    lea: User, sam: User, general: Channel, double: FakeDiscord, database: Database
) -> None:
    await asks(sam, UNANSWERED, in_=general)
    shown = await lacks(lea, general)
    opened = await lea.presses(shown, LABELS.gap_answer)
    await lea.submits(opened, title="La blanquette", text="Compte deux heures, et demande à Zoé.")
    await all_is_handled(double, database)
    assert LABELS.card_edit in shown.buttons
    assert "demande à Zoé" in (await asks(sam, UNANSWERED, in_=general)).text
    for where, is_proposed in ((general, True), (double.server("Ailleurs", owner=sam).text("ici"), False)):
        proposed = await sam.autocompletes("/question", in_=where, texte="blanq")
        assert ("La blanquette" in [each["name"] for each in proposed]) is is_proposed


async def test_a_form_of_short_fields_opens_too(heard: list[Incoming], lea: User, general: Channel) -> None:
    listed = await answer_to(await lea.uses("/programme", in_=general))
    opened = await lea.presses(listed, LABELS.programme_add)
    await opened.is_answered()
    assert opened.modal
    assert [(each.custom_id, each.long, each.required) for each in opened.modal.fields] == [
        ("when", False, True),
        ("themes", False, False),
    ]
    lea.skips(in_=general)
    await lea.submits(opened, when="mardi 18h30")
    assert await lea.reads_next(in_=general) is listed
    assert (heard[-1].written, heard[-1].text) == ((("when", "mardi 18h30"), ("themes", "")), "mardi 18h30\n")
    assert LABELS.programme_add in listed.buttons


async def test_a_form_that_is_not_known_in_time_is_not_opened_and_the_press_is_answered(
    vigie: Vigie, lea: User, sam: User, general: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asks(sam, UNANSWERED, in_=general)
    shown = await lacks(lea, general)
    form, holds = vigie.advisor.form, asyncio.Event()

    async def late(incoming: Incoming) -> Form | None:
        await holds.wait()
        return await form(incoming)

    monkeypatch.setattr(vigie.advisor, "form", late)
    monkeypatch.setattr(desk, "_LOOKED_UP_WITHIN", 0.01)
    pressed = await lea.presses(shown, LABELS.gap_answer)
    assert [each.text for each in await pressed.shows()] == [AGAIN]
    assert (pressed.modal, pressed.failed) == (None, False)
    holds.set()


def test_a_form_is_waited_for_no_longer_than_discord_waits() -> None:
    assert TIME_TO_ANSWER.total_seconds() > desk._LOOKED_UP_WITHIN + 1


async def test_whatever_stands_in_a_form_discord_opens_it(
    vigie: Vigie, lea: User, sam: User, general: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asks(sam, UNANSWERED, in_=general)
    shown = await lacks(lea, general)

    async def long(_: Incoming) -> Form:
        return Form("Une fiche", tuple(Field(f"f{each}", "Quoi ?", 10, "é😀" * 40) for each in range(5)))

    monkeypatch.setattr(vigie.advisor, "form", long)
    opened = await lea.presses(shown, LABELS.gap_answer)
    await opened.is_answered()
    assert opened.modal
    assert [each.value for each in opened.modal.fields] == ["é😀" * 5] * 5


# Silence.


async def test_silence_holds_for_the_very_next_question(vigie: Vigie, lea: User, sam: User, general: Channel) -> None:
    await vigie.stops()
    await vigie.starts(vigie.made(timing=RARELY))
    assert not (await asks(sam, QUESTION, in_=general)).ephemeral
    kept = await answer_to(await lea.uses("/silence", in_=general, durée="2h"))
    assert (await asks(sam, QUESTION, in_=general)).ephemeral
    await chooses(lea, kept, LABELS.silence_end)
    assert not (await asks(sam, QUESTION, in_=general)).ephemeral
