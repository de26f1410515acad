"""The token is shown nowhere, at any level; and what an interaction is answered by, nowhere that people look."""

import asyncio
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.messages import Address, Incoming
from bot.errors import BotError
from bot.logs import configure_logs, hide
from bot.platforms.discord.adapter import Connection
from bot.platforms.discord.incoming import DiscordReceived, kept
from bot.settings import load_settings
from bot.storage.database import Database
from tests.conftest import PASSAGE, WriteKnowledge
from tests.conversations.words import LABELS
from tests.fakes.discord import Channel, FakeDiscord, User
from tests.people import NOON
from tests.platforms.discord.conftest import Vigie
from tests.platforms.discord.process import environment
from tests.platforms.discord.steps import QUESTION, UNANSWERED
from tests.platforms.log import heard
from tests.platforms.telegram.process import ends, vigie_run

pytestmark = pytest.mark.usefixtures("hasty")


@pytest.fixture(params=["INFO", "DEBUG"])
def everything_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """All that is logged goes to standard error, as with `vigie --verbose` and with `vigie --debug`."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    # The handlers of pytest are taken off first, so that they are not closed.
    root.handlers.clear()
    configure_logs(logging.getLevelNamesMapping()[request.param])
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def secret_parts(double: FakeDiscord) -> tuple[str, ...]:
    """Return what nobody may read: the token, and its last part alone."""
    return double.token, double.token.rpartition(".")[2]


def assert_discreet(text: str, double: FakeDiscord) -> None:
    assert not any(secret in text for secret in secret_parts(double)), "the token is shown"


async def stormy(vigie: Vigie, double: FakeDiscord, lea: User, sam: User, general: Channel) -> None:
    """Have all sorts of things go wrong, up to a token that is refused."""
    double.fails("GET", "/users/@me", 503)
    adapter = vigie.made()
    running = asyncio.create_task(adapter.run())
    await double.is_connected()
    # Discord tells the text of an error, in which anything may stand.
    strange = f"new and strange: Bot {double.token}"
    double.fails("PATCH", "/webhooks/…/…/messages/@original", 400, code=50035, message=strange, times=3)
    with heard() as log:
        asked = await sam.uses("/question", in_=general, texte=UNANSWERED)
        await log.says("is set aside")
    assert asked.answered
    double.fails("POST", "/channels/…/messages", 503)
    await lea.writes(QUESTION)
    await lea.reads_next()
    double.cuts()
    await double.is_resumed()
    double.stops_answering()
    await double.is_disconnected()
    double.answers_again()
    await double.is_connected()
    known = await sam.uses("/question", in_=general, texte=QUESTION)
    [answer] = await known.shows()
    await (await sam.presses(answer, LABELS.useful)).is_settled()
    double.cuts(4004)
    with pytest.raises(BotError):
        await asyncio.wait_for(running, 5)


@pytest.mark.usefixtures("everything_logged")
async def test_whatever_happens_no_log_shows_the_token(
    asleep: Vigie,
    double: FakeDiscord,
    lea: User,
    sam: User,
    general: Channel,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hide([double.token])
    await stormy(asleep, double, lea, sam, general)
    logged = capsys.readouterr().err
    for words in ("Traceback", "new and strange", "INFO discord", "cannot be served now"):
        assert words in logged
    # The library tells what passes through it at a level at which it is never asked to.
    assert "DEBUG discord" not in logged
    assert_discreet(logged, double)
    tokens = [interaction.token for interaction in double.interactions]
    assert len(tokens) == 3
    assert not any(token in logged for token in tokens)
    # Nor what people wrote.
    assert UNANSWERED not in logged
    assert QUESTION not in logged


async def test_no_error_shows_the_token(asleep: Vigie, double: FakeDiscord) -> None:
    wrong = double.token[:-1] + "x"
    with pytest.raises(BotError) as raised:
        await asyncio.wait_for(asleep.made(token=wrong).run(), 5)
    told = "".join(traceback.format_exception(raised.value)) + str(raised.value) + repr(raised.value)
    assert wrong not in told
    assert wrong.rpartition(".")[2] not in told


async def test_nothing_shows_the_token_when_it_is_shown_itself(
    asleep: Vigie, double: FakeDiscord, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_DISCORD_TOKEN", double.token)
    settings = load_settings()
    for each in (settings, Connection(double.token), asleep.made(), settings.model_dump()):
        for shown in (repr(each), str(each), f"{each}"):
            assert_discreet(shown, double)
    assert settings.secrets == (double.token,)


def test_a_token_from_a_file_is_hidden_as_well(
    double: FakeDiscord, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(f"{double.token}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_DISCORD_TOKEN_FILE", str(tmp_path / "token"))
    settings = load_settings()
    assert double.token in settings.secrets
    assert_discreet(repr(settings), double)


def test_wrong_settings_beside_the_token_do_not_show_it(
    double: FakeDiscord, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vigie.toml").write_text(
        f'discord_token = "{double.token}"\nunknown = "{double.token}"\nmisses_kept = "{double.token}"\n'
    )
    with pytest.raises(BotError) as raised:
        load_settings()
    assert_discreet("".join(traceback.format_exception(raised.value)), double)


async def test_what_an_interaction_is_answered_by_is_shown_by_nothing_and_kept_no_longer_than_it_takes(
    asleep: Vigie, double: FakeDiscord, sam: User, general: Channel, database: Database
) -> None:
    await asleep.starts()
    hold = double.slow("PATCH", "/webhooks/…/…/messages/@original")
    asked = await sam.uses("/question", in_=general, texte=QUESTION)
    await hold.is_reached()
    [row] = await database.rows("SELECT payload FROM inbox")
    assert asked.token in row[0]
    hold.release()
    await asked.is_settled()
    await asleep.stops()
    assert await database.rows("SELECT payload FROM inbox") == []
    await database.forget_deleted()
    assert asked.token.encode() not in database.path.read_bytes()


def test_what_was_received_does_not_show_how_it_is_answered() -> None:
    incoming = Incoming(Address("discord", "1"), NOON, "bonjour")
    received = DiscordReceived(incoming=incoming, channel=1, token="hemmelig")  # noqa: S106
    nested = DiscordReceived(incoming=incoming, channel=1, otherwise=received)
    assert "hemmelig" in kept(nested)
    assert "hemmelig" not in repr(nested) + str(received)


async def test_run_with_debug_never_shows_the_token(
    double: FakeDiscord, tmp_path: Path, write_knowledge: WriteKnowledge, sam: User, general: Channel
) -> None:
    knowledge = write_knowledge(
        {"passages/a.md": PASSAGE.format(title="Planter des tomates", text="Après les gelées.")}
    )
    strange = f"new and strange: Bot {double.token}"
    double.fails("PATCH", "/webhooks/…/…/messages/@original", 400, code=50035, message=strange)
    async with vigie_run(environment(double, tmp_path), "--debug", knowledge=knowledge) as process:
        await double.is_connected(within=20)
        asked = await sam.uses("/question", in_=general, texte="planter des tomates")
        await asked.is_settled()
        process.terminate()
        code, told = await ends(process)
    assert code == 0
    assert "DEBUG discord.gateway" not in told
    assert "new and strange" in told
    assert_discreet(told, double)
