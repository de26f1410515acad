"""The token is shown nowhere: in no log at any level, no error, no traceback, no representation."""

import asyncio
import logging
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import BotError
from bot.logs import configure_logs, hide
from bot.platforms.telegram.adapter import Connection
from bot.platforms.telegram.webhook import Webhook, secret_of
from bot.settings import load_settings
from tests.conftest import PASSAGE, WriteKnowledge
from tests.fakes.telegram import FakeTelegram, User
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.process import ends, environment, free_port, vigie_run
from tests.platforms.telegram.steps import QUESTION
from tests.platforms.telegram.storm import BAD_GATEWAY, StormyTelegram, patience, refusal

PROXY = "http://vigie:hemmelig@proxy.example:8080"


@pytest.fixture
def everything_logged() -> Iterator[None]:
    """All that is logged goes to standard error, as with `vigie --debug`."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    # The handlers of pytest are taken off first, so that they are not closed.
    root.handlers.clear()
    configure_logs(logging.DEBUG)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def secret_parts(telegram: FakeTelegram) -> tuple[str, ...]:
    """Return what nobody may read: the token, and what comes after its colon alone."""
    return telegram.token, telegram.token.partition(":")[2]


def assert_discreet(text: str, telegram: FakeTelegram) -> None:
    assert not any(secret in text for secret in secret_parts(telegram)), "the token is shown"


@pytest.mark.usefixtures("everything_logged")
async def test_whatever_happens_no_log_shows_the_token(
    asleep: Vigie, telegram: StormyTelegram, lea: User, capsys: pytest.CaptureFixture[str]
) -> None:
    hide([telegram.token])
    telegram.meets("getMe", BAD_GATEWAY)
    adapter = asleep.made()
    running = asyncio.create_task(adapter.run())
    await telegram.is_polled()
    telegram.meets("sendMessage", BAD_GATEWAY, patience(), *[refusal("something new and strange")] * 3)
    await lea.writes(QUESTION)
    telegram.conflict(times=2)
    await lea.writes("/themes")
    themes = await lea.reads_next()
    await lea.presses(themes, themes.buttons[0])
    await lea.reads_next()
    telegram.stops_answering()
    await lea.writes("merci")
    telegram.answers_again()
    await lea.reads_next()
    telegram.revoke_token()
    with pytest.raises(BotError):
        await asyncio.wait_for(running, 5)
    logged = capsys.readouterr().err
    for words in ("WARNING bot.platforms.telegram", "Traceback", "new and strange"):
        assert words in logged
    # Libraries tell what they send: addresses with the token, and what people read.
    assert not re.search(r"^(DEBUG|INFO) (telegram|aiohttp|asyncio)", logged, re.MULTILINE)
    assert_discreet(logged, telegram)


@pytest.mark.usefixtures("everything_logged")
async def test_the_secret_of_the_webhook_is_logged_as_little(
    asleep: Vigie, telegram: StormyTelegram, capsys: pytest.CaptureFixture[str]
) -> None:
    hide([telegram.token])
    adapter = asleep.made(webhook=Webhook("https://vigie.example/updates", "127.0.0.1", free_port()))
    running = asyncio.create_task(adapter.run())
    await telegram.state.updates.changed.until(lambda: telegram.state.webhook is not None, 5)
    adapter.stop()
    await asyncio.wait_for(running, 5)
    logged = capsys.readouterr().err
    logging.getLogger("bot").info("%s/bot%s/setWebhook", telegram.base_url, telegram.token)
    logged += capsys.readouterr().err
    assert "bot[hidden]/setWebhook" in logged
    assert_discreet(logged, telegram)
    assert secret_of(telegram.token) not in logged


async def test_no_error_shows_the_token(asleep: Vigie, telegram: StormyTelegram) -> None:
    telegram.revoke_token()
    with pytest.raises(BotError) as raised:
        await asyncio.wait_for(asleep.made().run(), 5)
    told = "".join(traceback.format_exception(raised.value))
    assert_discreet(told + str(raised.value) + repr(raised.value), telegram)


async def test_nothing_shows_the_token_when_it_is_shown_itself(
    asleep: Vigie, telegram: StormyTelegram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_TELEGRAM_TOKEN", telegram.token)
    monkeypatch.setenv("VIGIE_TELEGRAM_PROXY", PROXY)
    settings = load_settings()
    connection = Connection(telegram.token, proxy=PROXY)
    for each in (settings, connection, asleep.made(), settings.model_dump()):
        for shown in (repr(each), str(each), f"{each}"):
            assert_discreet(shown, telegram)
            assert "hemmelig" not in shown
    assert settings.secrets == (telegram.token, PROXY)


def test_a_token_from_a_file_is_hidden_as_well(
    telegram: StormyTelegram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(f"{telegram.token}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_TELEGRAM_TOKEN_FILE", str(tmp_path / "token"))
    settings = load_settings()
    assert telegram.token in settings.secrets
    assert_discreet(repr(settings), telegram)


def test_wrong_settings_beside_the_token_do_not_show_it(
    telegram: StormyTelegram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vigie.toml").write_text(
        f'telegram_token = "{telegram.token}"\nunknown = "{telegram.token}"\nmisses_kept = "{telegram.token}"\n'
    )
    with pytest.raises(BotError) as raised:
        load_settings()
    assert_discreet("".join(traceback.format_exception(raised.value)), telegram)


async def test_run_with_debug_never_shows_the_token(
    telegram: StormyTelegram, tmp_path: Path, write_knowledge: WriteKnowledge, lea: User, sam: User
) -> None:
    knowledge = write_knowledge(
        {"passages/a.md": PASSAGE.format(title="Planter des tomates", text="Après les gelées.")}
    )
    telegram.meets("sendMessage", BAD_GATEWAY, refusal("something new and strange"))
    async with vigie_run(environment(telegram, tmp_path), "--debug", knowledge=knowledge) as process:
        await telegram.is_polled(20)
        await lea.writes("planter des tomates")
        await sam.writes("planter des tomates")
        await lea.reads_next()
        await sam.reads_next()
        telegram.revoke_token()
        code, told = await ends(process)
    assert code == 2
    assert told.endswith("VIGIE_TELEGRAM_TOKEN.\n")
    assert "DEBUG aiohttp" not in told
    assert "new and strange" in told
    assert_discreet(told, telegram)
