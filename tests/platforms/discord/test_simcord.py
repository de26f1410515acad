"""The same client on simcord, another model of Discord: what two models take alike, Discord is likely to take."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

import discord
import pytest
import simcord.http.client
from simcord import ChannelHandle, Env, InteractionResult, MemberActor

from bot.core.advisor import Advisor
from bot.library import Library
from bot.platforms.discord.carrier import DiscordCarrier
from bot.platforms.discord.client import Timing, VigieClient
from bot.platforms.discord.commands import add_commands, publish_commands
from bot.platforms.discord.desk import Desk
from bot.platforms.discord.incoming import PLATFORM
from bot.platforms.discord.visibility import Visibility
from bot.platforms.handling import Handling
from bot.platforms.inbox import Inbox
from bot.rendering.wording import FormName, read_wording
from bot.resources import PROMPTS
from bot.storage.database import Database
from tests.conversations.words import FORMS, LABELS
from tests.people import NOON
from tests.platforms.discord.speaking import ASIDES, words_of
from tests.platforms.discord.steps import OTHER_PASSAGE, OTHER_QUESTION, PASSAGE, QUESTION, UNANSWERED

WORDING = read_wording(PROMPTS)


class Watching:
    """What is told of the connection, as the adapter takes it."""

    def __init__(self, carrier: DiscordCarrier, database: Database) -> None:
        self._carrier = carrier
        self._database = database

    async def connected(self, client: VigieClient) -> None:
        self._carrier.connect(client)
        await publish_commands(client.tree, self._database)

    async def ready(self, client: VigieClient) -> None:
        assert client.is_ready()


class Serving:
    """All that the adapter puts together for a client."""

    def __init__(self, advisor: Advisor, database: Database) -> None:
        self._advisor = advisor
        visibility = Visibility(advisor, now)
        self._carrier = DiscordCarrier(WORDING.asides, visibility, advisor)
        handling = Handling(self._carrier, advisor, database, now)
        self.inbox = Inbox(database, PLATFORM, handling.handle, now)
        self._desk = Desk(advisor, self._carrier, handling, self.inbox, visibility, now)
        self._watching = Watching(self._carrier, database)

    def client(self) -> VigieClient:
        """Return a new client, as after a restart."""
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, members=True)
        client = VigieClient(intents, None, Timing(), self._desk, self._watching)
        add_commands(client.tree, WORDING, self._advisor, self._desk)
        return client


def now() -> datetime:
    return NOON


@dataclass(frozen=True, slots=True)
class Place:
    """A server on simcord, and what is in it."""

    env: Env
    serving: Serving
    database: Database
    general: ChannelHandle
    lea: MemberActor
    sam: MemberActor

    @property
    def mention(self) -> str:
        return self.env.bot.user.mention if self.env.bot.user else ""

    async def all_is_handled(self) -> None:
        """Wait until Vigie has answered all that came in."""
        async with asyncio.timeout(5):
            while await self.database.rows("SELECT number FROM inbox WHERE set_aside = 0"):
                pass

    async def restarts(self) -> None:
        """Have another client take over: nothing is left of what the one before had in memory."""
        await self.env.restart_bot(self.serving.client())

    async def answers(self, interaction: InteractionResult) -> discord.Message:
        """Return the message that answers a command."""
        await self.all_is_handled()
        assert interaction.acknowledged
        assert interaction.response
        return interaction.response.message

    async def asks(self, question: str, **options: str) -> discord.Message:
        """Have Sam ask by the command, and return what answers him."""
        return await self.answers(await self.sam.slash(self.general, "question", texte=question, **options))

    async def presses(self, somebody: MemberActor, message: discord.Message, label: str) -> InteractionResult:
        pressed = await somebody.click(message, label=label)
        await self.all_is_handled()
        assert pressed.acknowledged
        return pressed


@pytest.fixture
def serving(advisor: Advisor, database: Database) -> Serving:
    return Serving(advisor, database)


@pytest.fixture
def simcord_bot(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> VigieClient:
    """The client that simcord connects."""
    # On the wire, what the client quotes in a path is read as what it stands for; simcord takes it as it is.
    path_of = simcord.http.client._path_of
    monkeypatch.setattr(simcord.http.client, "_path_of", lambda url: unquote(path_of(url)))
    return serving.client()


@pytest.fixture
async def place(simcord_env: Env, serving: Serving, database: Database) -> AsyncIterator[Place]:
    serves = asyncio.create_task(serving.inbox.empty())
    server = simcord_env.create_guild(name="Les indés")
    general = server.create_text_channel("général")
    # Whoever is added is seen to join, but there is no place to welcome them at.
    lea, sam = (server.add_member(simcord_env.create_user(name)) for name in ("lea", "sam"))
    yield Place(simcord_env, serving, database, general, lea, sam)
    serving.inbox.stop()
    await serves


@pytest.fixture
def title(library: Library) -> str:
    return library.current().corpus.by_id[PASSAGE].title


@pytest.fixture
def other_title(library: Library) -> str:
    return library.current().corpus.by_id[OTHER_PASSAGE].title


def labels_of(message: discord.Message) -> list[str | None]:
    return [
        each.label
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for each in row.children
        if isinstance(each, discord.Button)
    ]


async def test_a_question_is_answered_to_all(place: Place, title: str) -> None:
    answer = await place.asks(QUESTION)
    assert answer.embeds[0].title == title
    assert answer.embeds[0].footer.text
    assert not answer.flags.ephemeral
    assert labels_of(answer)[-3:] == [LABELS.useful, LABELS.useless, LABELS.remove]


async def test_who_asks_may_keep_the_answer_to_themselves(place: Place) -> None:
    answer = await place.asks(QUESTION, visible="me")
    assert answer.flags.ephemeral
    assert answer not in place.general.history(viewer=place.lea)


async def test_titles_are_proposed_while_somebody_types(place: Place, title: str) -> None:
    proposed = await place.sam.autocomplete(place.general, "question", "texte", "swo")
    assert title in [each["name"] for each in proposed]


async def test_the_menu_answers_somebody_s_message(place: Place, title: str) -> None:
    asked = await place.lea.send(place.general, QUESTION)
    answer = await place.answers(await place.sam.context_menu(place.general, ASIDES.ask_about, asked))
    assert answer.embeds[0].title == title


async def test_a_mention_is_answered_as_a_reply(place: Place, title: str) -> None:
    asked = await place.sam.send(place.general, f"{place.mention} {QUESTION}")
    await place.all_is_handled()
    answer = place.general.last_message
    assert answer
    assert answer.embeds[0].title == title
    assert answer.reference
    assert answer.reference.message_id == asked.id
    assert answer.mentions == []


async def test_what_people_say_among_themselves_is_left_alone(place: Place) -> None:
    before = len(place.general.history())
    await place.sam.send(place.general, QUESTION)
    await place.all_is_handled()
    assert len(place.general.history()) == before + 1


async def test_in_private_no_command_is_needed(place: Place, title: str) -> None:
    await place.sam.send_dm(QUESTION)
    await place.all_is_handled()
    answer = place.sam.user.dm_channel.last_message
    assert answer
    assert answer.embeds[0].title == title


async def test_an_edited_question_edits_its_answer(place: Place, other_title: str) -> None:
    asked = await place.sam.send(place.general, f"{place.mention} {QUESTION}")
    await place.all_is_handled()
    count = len(place.general.history())
    await place.sam.edit(asked, f"{place.mention} {OTHER_QUESTION}")
    await place.all_is_handled()
    assert len(place.general.history()) == count
    assert place.general.history()[-1].embeds[0].title == other_title


async def test_what_to_see_next_takes_the_place_of_the_answer(place: Place) -> None:
    answer = await place.asks(QUESTION)
    chosen = labels_of(answer)[0] or ""
    await place.presses(place.sam, answer, chosen)
    [shown] = [each for each in place.general.history() if each.id == answer.id]
    assert shown.embeds[0].title == chosen


async def test_somebody_else_s_button_is_refused_to_who_presses_alone(place: Place) -> None:
    answer = await place.asks(QUESTION)
    pressed = await place.presses(place.lea, answer, LABELS.useful)
    [told] = pressed.followups
    assert told.ephemeral
    assert words_of("buttons/not_yours", name="", journey=False) in told.content


async def test_an_answer_is_taken_away(place: Place) -> None:
    answer = await place.asks(QUESTION)
    await place.presses(place.sam, answer, LABELS.remove)
    assert answer.id not in [each.id for each in place.general.history()]


async def test_why_can_be_said_in_a_form(place: Place) -> None:
    answer = await place.asks(QUESTION)
    [why] = (await place.presses(place.sam, answer, LABELS.useless)).followups
    opened = await place.sam.click(why.message, label=LABELS.other_reason)
    assert opened.modal
    assert opened.modal["title"] == FORMS[FormName.REASON].title
    await place.sam.submit_modal(opened, {"text": "trop long"})
    await place.all_is_handled()
    assert why.content == words_of("feedback/explained")
    [[kept]] = await place.database.rows("SELECT words FROM feedback")
    assert kept == "trop long"


async def test_old_buttons_go_on_after_a_restart(place: Place) -> None:
    answer = await place.asks(QUESTION)
    unanswered = await place.asks(UNANSWERED)
    await place.restarts()
    [thanks] = (await place.presses(place.sam, answer, LABELS.useful)).followups
    assert thanks.content == words_of("feedback/thanks")
    [watching] = (await place.presses(place.sam, unanswered, LABELS.watch)).followups
    assert watching.content == words_of("feedback/watching")


async def test_a_journey_goes_to_the_direct_message(place: Place) -> None:
    word = await place.answers(await place.sam.slash(place.general, "parcours", nom="vie"))
    assert word.flags.ephemeral
    assert word.content == ASIDES.written_in_private
