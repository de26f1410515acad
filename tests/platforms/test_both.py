"""Telegram and Discord in one process: one person across both, and neither is harmed by the other."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.advisor import Advisor
from bot.errors import BotError
from bot.platforms.discord.adapter import DiscordAdapter
from bot.platforms.telegram.adapter import TelegramAdapter
from bot.serving import serve_all
from bot.storage.database import Database
from tests.conversations.words import LABELS
from tests.fakes import discord as fake_discord
from tests.fakes import telegram as fake_telegram
from tests.fakes.discord import Channel, FakeDiscord, Role, Server
from tests.platforms.discord import conftest as discord_side
from tests.platforms.discord import process as discord_process
from tests.platforms.discord import speaking as on_discord
from tests.platforms.discord.steps import QUESTION
from tests.platforms.log import heard
from tests.platforms.telegram import conftest as telegram_side
from tests.platforms.telegram import process as telegram_process
from tests.platforms.telegram import talk as on_telegram
from tests.platforms.telegram.process import ends, vigie_run
from tests.platforms.telegram.storm import StormyTelegram

WRONG_TELEGRAM, WRONG_DISCORD = f"700000000:{'x' * 35}", f"{'x' * 24}.{'y' * 6}.{'z' * 38}"
GOAL = "Trouver un emploi"


class Both:
    """Vigie as she serves both platforms in one process, over one database."""

    def __init__(self, telegram: StormyTelegram, discord: FakeDiscord, advisor: Advisor, database: Database) -> None:
        self.telegram = telegram
        self.discord = discord
        self.advisor = advisor
        self._on_telegram = telegram_side.Vigie(telegram, advisor, database)
        self._on_discord = discord_side.Vigie(discord, advisor, database)
        self.serving: asyncio.Task[None] | None = None

    def starts(self, *, telegram_token: str | None = None, discord_token: str | None = None) -> None:
        """Begin to serve both; nothing is waited for."""
        self._telegram: TelegramAdapter = self._on_telegram.made(token=telegram_token)
        self._discord: DiscordAdapter = self._on_discord.made(token=discord_token)
        platforms = (self._telegram, self._discord)
        self.serving = asyncio.create_task(serve_all(platforms, self.advisor, lambda: self.telegram.clock.now))

    async def is_on_telegram(self) -> None:
        """Wait until Telegram is served."""
        await self.telegram.is_polled()

    async def is_on_discord(self) -> None:
        """Wait until Discord is served."""
        async with asyncio.timeout(5):
            while not self._discord.is_ready:
                assert self.serving
                assert not self.serving.done()
                await asyncio.sleep(0.005)

    async def is_up(self) -> None:
        """Wait until both are served."""
        await self.is_on_telegram()
        await self.is_on_discord()

    def is_told_to_stop(self) -> None:
        """Have the process be told to end."""
        os.kill(os.getpid(), signal.SIGTERM)

    async def stops(self) -> None:
        """Have the process be told to end, and wait until it would."""
        if self.serving and not self.serving.done():
            self.is_told_to_stop()
            await asyncio.wait_for(self.serving, 5)

    async def sends_what_is_due(self, **later: float) -> None:
        """Let time pass on both sides, and send what falls due then, as the service does every now and then."""
        self.telegram.clock.passes(**later)
        self.discord.clock.passes(**later)
        platforms = {each.name: each for each in (self._telegram, self._discord)}
        for due in await self.advisor.due(self.telegram.clock.now, platforms):
            await platforms[due.address.platform].deliver(due)


@pytest.fixture
def there(telegram: StormyTelegram) -> fake_telegram.User:
    """Léa, on Telegram."""
    return telegram.user("Léa", language_code="fr")


@pytest.fixture
def here(discord: FakeDiscord) -> fake_discord.User:
    """Léa, on Discord."""
    return discord.user("Léa")


@pytest.fixture
def graduate(server: Server) -> Role:
    return server.role("Diplômé")


@pytest.fixture
async def asleep(
    telegram: StormyTelegram, discord: FakeDiscord, advisor: Advisor, database: Database, general: Channel
) -> AsyncIterator[Both]:
    """Vigie before she starts."""
    assert general
    both = Both(telegram, discord, advisor, database)
    yield both
    await both.stops()


@pytest.fixture
async def vigie(asleep: Both) -> Both:
    """Vigie as she serves both."""
    asleep.starts()
    await asleep.is_up()
    return asleep


@pytest.fixture
async def linked(
    vigie: Both, there: fake_telegram.User, here: fake_discord.User, general: Channel, graduate: Role
) -> Both:
    """Vigie, who knows that Léa is one person, and gives a role for the journey's end in the server."""
    settings = await on_discord.commands(here, "/reglages", in_=general)
    await here.selects(settings, graduate, of=LABELS.completion_role)
    await here.reads_next(in_=general)
    given = await on_telegram.asks(there, "/lier")
    [code] = set(re.findall(r"\b[A-Z2-9]{8}\b", given.text))
    joined = await on_discord.commands(here, "/lier", in_=general, code=code)
    assert joined.text.startswith(on_discord.words_of("privacy/linked"))
    return vigie


async def is_graduated(database: Database, discord: FakeDiscord) -> None:
    """Wait until no role waits to be given."""
    while await database.rows("SELECT role FROM grants"):
        pass
    await discord.settled()


# One person.


@pytest.mark.usefixtures("linked")
async def test_a_journey_begun_on_telegram_ends_on_discord_with_the_role(
    discord: FakeDiscord,
    database: Database,
    there: fake_telegram.User,
    here: fake_discord.User,
    server: Server,
    general: Channel,
    graduate: Role,
) -> None:
    begun = await on_telegram.asks(there, "/parcours vie")
    following = await on_telegram.chooses(there, begun, GOAL)
    asked = following.text.splitlines()[-1]
    await on_discord.commands(here, "/parcours", in_=general)
    resumed = await here.reads_next()
    assert asked in resumed.text
    here.skips()
    await on_discord.skips_to_the_end(here, resumed)
    assert any(GOAL in message.text for message in here.messages)
    await is_graduated(database, discord)
    assert graduate in server.members[here.id].roles


@pytest.mark.usefixtures("linked")
async def test_a_journey_begun_on_discord_ends_on_telegram_with_the_role_on_discord(
    discord: FakeDiscord,
    database: Database,
    there: fake_telegram.User,
    here: fake_discord.User,
    server: Server,
    graduate: Role,
) -> None:
    begun = await on_discord.commands(here, "/parcours", nom="vie")
    await on_discord.chooses(here, begun, GOAL)
    message = await on_telegram.asks(there, "/parcours")
    while LABELS.plan not in message.buttons:
        onward = [label for label in (on_discord.SKIP, on_discord.CONTINUE) if label in message.buttons]
        message = await (on_telegram.chooses(there, message, onward[0]) if onward else there.reads_next())
    await is_graduated(database, discord)
    assert graduate in server.members[here.id].roles


@pytest.mark.usefixtures("linked")
async def test_the_plan_is_the_same_on_both_sides(there: fake_telegram.User, here: fake_discord.User) -> None:
    begun = await on_telegram.asks(there, "/parcours demarrer")
    assert begun
    for _ in range(20):
        if "Plus tard" in begun.buttons:
            break
        begun = await on_telegram.chooses(there, begun, on_discord.SKIP)
    await on_telegram.chooses(there, begun, "Plus tard")
    plan = await on_telegram.asks(there, "/plan")
    tick = next(label for label in plan.buttons if label.startswith("C'est fait : "))
    shown = await on_discord.commands(here, "/plan")
    done = await on_discord.chooses(here, shown, tick)
    assert tick.removeprefix("C'est fait : ").removesuffix("…") in done.text
    assert tick not in (await on_telegram.asks(there, "/plan")).buttons


async def test_reminders_come_where_they_were_set_last(
    linked: Both, there: fake_telegram.User, here: fake_discord.User, general: Channel
) -> None:
    await on_telegram.asks(there, "/parcours vie")
    await on_telegram.asks(there, "/rappels jeudi 18h30")
    on_discord_before = len(here.messages)
    await linked.sends_what_is_due(days=5)
    reminder = await there.reads_next()
    assert reminder.buttons == [LABELS.resume, LABELS.stop_reminders]
    assert len(here.messages) == on_discord_before
    await on_discord.commands(here, "/rappels", in_=general, quand="vendredi 18h30")
    on_telegram_before = len(there.messages)
    await linked.sends_what_is_due(days=14)
    assert (await here.reads_next()).buttons == [LABELS.resume, LABELS.stop_reminders]
    assert len(there.messages) == on_telegram_before


@pytest.mark.usefixtures("linked")
@pytest.mark.parametrize("erases_on", ["telegram", "discord"])
async def test_to_erase_all_on_one_side_erases_it_on_both(
    there: fake_telegram.User, here: fake_discord.User, general: Channel, erases_on: str
) -> None:
    begun = await on_telegram.asks(there, "/parcours vie")
    await on_telegram.chooses(there, begun, GOAL)
    if erases_on == "telegram":
        confirm = await on_telegram.asks(there, "/oublier")
        erased = (await on_telegram.chooses(there, confirm, LABELS.erase_yes)).text
    else:
        asked = await on_discord.commands(here, "/oublier", in_=general)
        erased = (await on_discord.chooses(here, asked, LABELS.erase_yes)).text
    assert erased == on_discord.words_of("privacy/erased")
    assert (await on_telegram.asks(there, "merci")).text.endswith(
        on_telegram.words_of("privacy/first_contact", lasts=True)
    )
    again = await on_discord.commands(here, "/parcours", nom="vie")
    assert again.text.endswith(on_discord.words_of("privacy/first_contact", lasts=True))
    assert GOAL in again.buttons


# Neither harms the other.


async def test_told_to_end_what_was_begun_on_both_sides_is_finished(
    vigie: Both,
    telegram: StormyTelegram,
    discord: FakeDiscord,
    there: fake_telegram.User,
    here: fake_discord.User,
    general: Channel,
) -> None:
    held_there, held_here = telegram.holds("sendMessage"), discord.slow("PATCH", "/webhooks/…/…/messages/@original")
    await there.writes(QUESTION)
    asked = await here.uses("/question", in_=general, texte=QUESTION)
    await held_there.is_reached()
    await held_here.is_reached(1)
    vigie.is_told_to_stop()
    # She takes nothing new from then on.
    await telegram.state.updates.changed.until(lambda: telegram.state.polling.under_way == 0, 5)
    held_there.let_go.set()
    held_here.release()
    assert vigie.serving
    await asyncio.wait_for(vigie.serving, 5)
    assert "SWOT" in (await there.reads_next()).text
    assert "SWOT" in asked.messages[0].text
    await discord.is_disconnected()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


async def test_where_discord_refuses_the_token_telegram_is_served(asleep: Both, there: fake_telegram.User) -> None:
    with heard() as log:
        asleep.starts(discord_token=WRONG_DISCORD)
        await log.says("Discord is served no longer")
    assert "VIGIE_DISCORD_TOKEN" in log.text
    assert WRONG_DISCORD not in log.text
    await asleep.is_on_telegram()
    assert "SWOT" in (await on_telegram.asks(there, QUESTION)).text


async def test_where_telegram_refuses_the_token_discord_is_served(asleep: Both, here: fake_discord.User) -> None:
    with heard() as log:
        asleep.starts(telegram_token=WRONG_TELEGRAM)
        await log.says("Telegram is served no longer")
    assert WRONG_TELEGRAM not in log.text
    await asleep.is_on_discord()
    assert "SWOT" in (await on_discord.asks(here, QUESTION)).text


async def test_where_both_refuse_the_token_the_end_says_why(asleep: Both) -> None:
    asleep.starts(telegram_token=WRONG_TELEGRAM, discord_token=WRONG_DISCORD)
    assert asleep.serving
    with pytest.raises(BotError, match="refuses the token"):
        await asyncio.wait_for(asleep.serving, 5)


async def test_as_long_as_discord_is_down_telegram_is_served_and_then_both_are(
    asleep: Both, discord: FakeDiscord, there: fake_telegram.User, here: fake_discord.User
) -> None:
    discord.stops_answering()
    asleep.starts()
    await asleep.is_on_telegram()
    assert "SWOT" in (await on_telegram.asks(there, QUESTION)).text
    discord.answers_again()
    await asleep.is_on_discord()
    assert "SWOT" in (await on_discord.asks(here, QUESTION)).text


async def test_as_long_as_telegram_is_down_discord_is_served_and_then_both_are(
    asleep: Both, telegram: StormyTelegram, there: fake_telegram.User, here: fake_discord.User
) -> None:
    telegram.stops_answering()
    asleep.starts()
    await asleep.is_on_discord()
    assert "SWOT" in (await on_discord.asks(here, QUESTION)).text
    telegram.answers_again()
    await asleep.is_on_telegram()
    assert "SWOT" in (await on_telegram.asks(there, QUESTION)).text


async def test_the_gateway_lost_on_the_way_does_not_touch_telegram(
    vigie: Both, discord: FakeDiscord, there: fake_telegram.User, here: fake_discord.User
) -> None:
    assert vigie
    discord.refuses_gateway()
    discord.cuts()
    await discord.is_disconnected()
    assert "SWOT" in (await on_telegram.asks(there, QUESTION)).text
    discord.accepts_gateway()
    await discord.is_connected()
    assert "SWOT" in (await on_discord.asks(here, QUESTION)).text


# The process.


def surroundings(telegram: StormyTelegram, discord: FakeDiscord, folder: Path, **settings: str) -> dict[str, str]:
    """Return what a process finds its settings in: those of both platforms."""
    both = telegram_process.environment(telegram, folder) | discord_process.environment(discord, folder)
    return both | {f"VIGIE_{name.upper()}": value for name, value in settings.items()}


@pytest.mark.usefixtures("general")
async def test_one_process_serves_both_and_ends_cleanly(
    telegram: StormyTelegram,
    discord: FakeDiscord,
    there: fake_telegram.User,
    here: fake_discord.User,
    tmp_path: Path,
    knowledge: Path,
) -> None:
    async with vigie_run(surroundings(telegram, discord, tmp_path), knowledge=knowledge) as process:
        await there.writes("planter des tomates")
        await discord.is_connected(within=60)
        answer = await there.reads_next(within=60)
        assert "Après les gelées." in answer.text
        await here.writes("planter des tomates")
        assert "Après les gelées." in (await here.reads_next(within=60)).text
        process.send_signal(signal.SIGTERM)
        code, told = await ends(process, within=20)
    assert (code, "Traceback" in told) == (0, False)
    await discord.is_disconnected()


async def test_a_process_that_both_refuse_ends_with_a_sentence_and_without_the_tokens(
    telegram: StormyTelegram, discord: FakeDiscord, tmp_path: Path, knowledge: Path
) -> None:
    wrong = surroundings(telegram, discord, tmp_path, telegram_token=WRONG_TELEGRAM, discord_token=WRONG_DISCORD)
    async with vigie_run(wrong, knowledge=knowledge) as process:
        code, told = await ends(process)
    assert (code, "Traceback" in told) == (2, False)
    assert "Telegram refuses the token" in told
    assert "Discord refuses the token" in told
    assert WRONG_TELEGRAM not in told
    assert WRONG_DISCORD not in told
