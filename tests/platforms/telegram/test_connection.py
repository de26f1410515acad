"""Vigie finds Telegram, loses it and finds it again, says what is wrong, and ends in order."""

import asyncio
import signal
from pathlib import Path

import pytest

from bot.core.advisor import Advisor
from bot.errors import BotError
from bot.settings import load_settings
from bot.storage.database import Database
from tests.command_line import run
from tests.fakes.telegram import User
from tests.fakes.telegram.errors import ApiError
from tests.fakes.telegram.state import Webhook
from tests.people import NOON
from tests.platforms.log import heard
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.process import ends, environment, vigie_run
from tests.platforms.telegram.steps import OTHER_QUESTION, QUESTION
from tests.platforms.telegram.storm import BAD_GATEWAY, StormyTelegram, refusal

WRONG = f"700000000:{'x' * 35}"


# What can be waited out


async def test_without_network_at_the_start_vigie_waits_for_it(
    asleep: Vigie, telegram: StormyTelegram, lea: User
) -> None:
    telegram.stops_answering()
    await lea.writes(QUESTION)
    with heard() as log:
        starting = asyncio.create_task(asleep.starts())
        await log.says("no connection", times=3)
        assert not asleep.adapter.is_ready
        telegram.answers_again()
        await starting
    assert asleep.adapter.is_ready
    assert "SWOT" in (await lea.reads_next()).text
    await asleep.stops()


@pytest.mark.parametrize("method", ["getMe", "getMyCommands", "setMyCommands", "deleteWebhook"])
async def test_a_start_that_fails_half_way_is_begun_again(
    asleep: Vigie, telegram: StormyTelegram, lea: User, method: str
) -> None:
    telegram.meets(method, BAD_GATEWAY, BAD_GATEWAY)
    await asleep.starts()
    await lea.writes(QUESTION)
    await lea.reads_next()
    assert ("all_private_chats", "") in telegram.commands
    await asleep.stops()


async def test_told_to_end_while_there_is_no_network_vigie_ends(asleep: Vigie, telegram: StormyTelegram) -> None:
    telegram.stops_answering()
    adapter = asleep.made()
    with heard() as log:
        running = asyncio.create_task(adapter.run())
        await log.says("no connection")
        adapter.stop()
        await asyncio.wait_for(running, 5)


async def test_the_network_goes_and_comes_back(vigie: Vigie, telegram: StormyTelegram, lea: User, sam: User) -> None:
    await lea.writes("merci")
    await lea.reads_next()
    with heard() as log:
        telegram.stops_answering()
        await log.says("no connection", times=2)
        await lea.writes(QUESTION)
        await sam.writes(OTHER_QUESTION)
        telegram.answers_again()
        assert "SWOT" in (await lea.reads_next()).text
        await sam.reads_next()
    assert "failed" not in log.text
    assert vigie.adapter.is_ready


async def test_another_instance_is_explained_and_waited_out(vigie: Vigie, telegram: StormyTelegram, lea: User) -> None:
    with heard() as log:
        telegram.conflict(times=3)
        await log.says("Another process takes the updates of this bot", times=3)
        await lea.writes(QUESTION)
        await lea.reads_next()
    assert "Traceback" not in log.text
    assert vigie.adapter.is_ready


async def test_a_webhook_set_before_is_taken_away(asleep: Vigie, telegram: StormyTelegram, lea: User) -> None:
    telegram.state.webhook = Webhook("https://vigie.example/elsewhere")
    telegram.proxies("https://vigie.example", "http://127.0.0.1:9")
    await lea.writes(QUESTION)
    await asleep.starts()
    await lea.reads_next()
    assert telegram.state.webhook is None
    await asleep.stops()


async def test_commands_that_are_refused_hold_up_nothing_for_ever(asleep: Vigie, telegram: StormyTelegram) -> None:
    telegram.meets("setMyCommands", refusal("BOT_COMMAND_INVALID"))
    with heard() as log:
        await asleep.starts()
    assert "BOT_COMMAND_INVALID" in log.text.upper()
    await asleep.stops()


# A token that is refused


@pytest.mark.parametrize(
    "token", [WRONG, "1:short", "not-a-token", "1:with/slash", "1:with?mark", "1:with space", "1:é"]
)
async def test_a_wrong_token_ends_with_a_sentence(asleep: Vigie, token: str) -> None:
    with pytest.raises(BotError, match="Telegram refuses the token") as raised:
        await asyncio.wait_for(asleep.made(token=token).run(), 5)
    assert token not in str(raised.value)
    assert "@BotFather" in str(raised.value)


async def test_a_token_revoked_while_vigie_runs_ends_with_a_sentence_and_loses_nothing(
    asleep: Vigie, telegram: StormyTelegram, lea: User, database: Database
) -> None:
    adapter = asleep.made()
    running = asyncio.create_task(adapter.run())
    await telegram.is_polled()
    hold = telegram.holds("sendMessage")
    await lea.writes(QUESTION)
    await hold.is_reached()
    await telegram.is_polled()
    telegram.revoke_token()
    with pytest.raises(BotError, match="Telegram refuses the token"):
        await asyncio.wait_for(running, 5)
    assert not adapter.is_ready
    assert len(await database.rows("SELECT id FROM inbox WHERE set_aside = 0")) == 1


@pytest.mark.usefixtures("vigie")
async def test_an_answer_waits_while_the_token_is_refused(telegram: StormyTelegram, lea: User) -> None:
    telegram.meets("sendMessage", *[ApiError(401, "Unauthorized")] * 4)
    with heard() as log:
        await lea.writes(QUESTION)
        await lea.reads_next()
    assert "set aside" not in log.text


# What is set up otherwise than Vigie would like


async def test_what_is_missing_is_said_at_the_start(advisor: Advisor, database: Database) -> None:
    async with StormyTelegram(supports_inline_queries=False, stands_at=NOON) as telegram:
        lea = telegram.user("Léa")
        group = telegram.group("Les indés").promote(lea)
        vigie = Vigie(telegram, advisor, database)
        await vigie.starts()
        await lea.writes(f"/question {QUESTION}", to=group)
        await lea.reads_next(chat=group)
        await vigie.stops()
        with heard() as log:
            await vigie.starts()
        assert "Privacy mode is on" in log.text
        assert "/setprivacy" in log.text
        assert "Inline mode is off" in log.text
        assert "/setinline" in log.text
        assert "not an administrator of 'Les indés'" in log.text
        assert telegram.token not in log.text
        await vigie.stops()


async def test_where_all_is_set_up_well_nothing_is_said(advisor: Advisor, database: Database) -> None:
    async with StormyTelegram(can_read_all_group_messages=True, stands_at=NOON) as telegram:
        lea = telegram.user("Léa")
        group = telegram.group("Les indés").promote(lea).promote(telegram.bot)
        vigie = Vigie(telegram, advisor, database)
        await vigie.starts()
        await lea.writes(f"/question {QUESTION}", to=group)
        await lea.reads_next(chat=group)
        await vigie.stops()
        with heard() as log:
            await vigie.starts()
        assert log.lines == []
        await vigie.stops()


async def test_a_group_that_vigie_was_put_out_of_meanwhile_holds_up_no_start(
    asleep: Vigie, telegram: StormyTelegram, lea: User
) -> None:
    group = telegram.group("Les indés").promote(lea)
    await asleep.starts()
    await lea.writes(f"/question {QUESTION}", to=group)
    await lea.reads_next(chat=group)
    await asleep.stops()
    group.place(telegram.bot, "kicked")
    with heard() as log:
        await asleep.starts()
    assert "'Les indés' cannot be looked at" in log.text
    await asleep.stops()


# Settings


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An empty folder, in which no settings file stands."""
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def token_of(settings: pytest.MonkeyPatch, **given: str) -> str | None:
    for name, value in given.items():
        settings.setenv(f"VIGIE_TELEGRAM_{name.upper()}", value)
    token = load_settings().telegram_token
    return token.get_secret_value() if token else None


def test_the_token_may_stand_in_a_file(settings: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{WRONG}\n", encoding="utf-8")
    assert token_of(settings, token_file=str(tmp_path / "token")) == WRONG


def test_blanks_around_a_token_are_no_part_of_it(settings: pytest.MonkeyPatch) -> None:
    assert token_of(settings, token=f" {WRONG}\r\n") == WRONG


@pytest.mark.parametrize("token", ["700000000:with\x07bell", "700000000:two\nlines"])
def test_what_can_be_no_token_is_told(settings: pytest.MonkeyPatch, token: str) -> None:
    with pytest.raises(BotError, match="telegram_token") as raised:
        token_of(settings, token=token)
    assert "bell" not in str(raised.value)
    assert "lines" not in str(raised.value)


@pytest.mark.parametrize("content", [None, b"", b"\n \n", b"\xff\xfe\x00"])
def test_a_token_file_without_a_token_is_told(
    settings: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(BotError, match="VIGIE_TELEGRAM_TOKEN_FILE"):
        token_of(settings, token_file=str(tmp_path / "token"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen", "8081"),
        ("listen", "127.0.0.1:"),
        ("listen", "127.0.0.1:0"),
        ("listen", "127.0.0.1:65536"),
        ("listen", "127.0.0.1:http"),
        ("listen", "https://vigie.example"),
        ("webhook", "vigie.example/updates"),
        ("webhook", "ftp://vigie.example/updates"),
        ("webhook", "https://"),
        ("api", "api.telegram.org"),
        ("api", "tg://resolve"),
        ("proxy", "127.0.0.1:8080"),
        ("proxy", "socks9://user:hemmelig@127.0.0.1:1080"),
        ("proxy", "http://user:hemmelig@127.0.0.1:99999"),
        ("proxy", "http://user:hemmelig@[::1:80"),
        ("paced", "perhaps"),
    ],
)
def test_a_setting_that_cannot_be_is_told(settings: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(BotError, match=rf"telegram_{name}") as raised:
        token_of(settings, token=WRONG, **{name: value})
    assert "hemmelig" not in str(raised.value)
    assert WRONG not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen", "0.0.0.0:65535"),
        ("webhook", "https://vigie.example/a/b?c=d"),
        ("api", "http://localhost:8081/"),
        ("proxy", "http://127.0.0.1:8080"),
        ("proxy", "socks5://user:hemmelig@proxy.example:1080"),
        ("paced", "false"),
    ],
)
def test_a_setting_that_can_be_is_taken(settings: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert token_of(settings, token=WRONG, **{name: value}) == WRONG


# The process


def test_run_without_a_token_ends_with_a_sentence(telegram: StormyTelegram, tmp_path: Path, knowledge: Path) -> None:
    surroundings = environment(telegram, tmp_path)
    del surroundings["VIGIE_TELEGRAM_TOKEN"]
    ended = run("run", "--knowledge", str(knowledge), environment=surroundings)
    assert (ended.returncode, ended.stdout, ended.stderr.count(b"\n")) == (2, b"", 1)
    assert b"VIGIE_TELEGRAM_TOKEN" in ended.stderr


async def test_run_with_a_wrong_token_ends_with_a_sentence_and_without_the_token(
    telegram: StormyTelegram, tmp_path: Path, knowledge: Path
) -> None:
    async with vigie_run(environment(telegram, tmp_path, token=WRONG), knowledge=knowledge) as process:
        code, told = await ends(process)
    assert (code, told.count("\n")) == (2, 1)
    assert "Telegram refuses the token" in told
    assert WRONG not in told


def test_run_with_a_bad_setting_ends_with_a_sentence(telegram: StormyTelegram, tmp_path: Path, knowledge: Path) -> None:
    surroundings = environment(telegram, tmp_path, listen="here")
    ended = run("run", "--knowledge", str(knowledge), environment=surroundings)
    assert (ended.returncode, ended.stdout, ended.stderr.count(b"\n")) == (2, b"", 1)
    assert b"telegram_listen" in ended.stderr


async def test_run_finishes_the_answer_under_way_and_leaves_the_rest_for_the_next_start(
    telegram: StormyTelegram, tmp_path: Path, knowledge: Path, lea: User, sam: User
) -> None:
    (tmp_path / "token").write_text(telegram.token, encoding="utf-8")
    surroundings = environment(telegram, tmp_path, token_file=str(tmp_path / "token"))
    del surroundings["VIGIE_TELEGRAM_TOKEN"]
    hold = telegram.holds("sendMessage")
    async with vigie_run(surroundings, knowledge=knowledge) as process:
        await lea.writes("planter des tomates")
        await lea.writes("merci")
        await hold.is_reached(20)
        await telegram.is_polled()
        process.send_signal(signal.SIGTERM)
        await telegram.state.updates.changed.until(lambda: telegram.state.polling.under_way == 0, 5)
        await sam.writes("planter des tomates")
        hold.let_go.set()
        code, told = await ends(process, within=10)
    assert (code, "Traceback" in told) == (0, False)
    [answer] = lea_reads = [message for message in lea.messages if message.sender is telegram.bot]
    assert "Après les gelées." in answer.text
    assert [message for message in sam.messages if message.sender is telegram.bot] == []
    lea.skips()
    async with vigie_run(surroundings, knowledge=knowledge) as process:
        [thanks], _ = await asyncio.gather(lea.reads(within=20), sam.reads(within=20))
        process.send_signal(signal.SIGINT)
        code, _ = await ends(process)
    assert code == 0
    assert [message for message in lea.messages if message.sender is telegram.bot] == [*lea_reads, thanks]
