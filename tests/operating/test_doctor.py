"""What `vigie doctor` finds, and what it says to do about it."""

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.app import addresses_of
from bot.commands.examining import _findings, _settings_or_why
from bot.operating import doctor
from bot.operating.findings import Finding, Grade
from bot.settings import load_settings
from bot.storage.database import newest_version, open_database
from tests.command_line import run
from tests.fakes.discord import FakeDiscord, Server
from tests.platforms.telegram.process import free_port
from tests.platforms.telegram.storm import StormyTelegram
from tests.platforms.test_both import WRONG_DISCORD, WRONG_TELEGRAM


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, knowledge: Path) -> Callable[..., None]:
    """Have a small knowledge and a database of its own; more settings may be given."""
    monkeypatch.chdir(tmp_path)

    def use(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"VIGIE_{name.upper()}", str(value))

    use(knowledge=knowledge, database=tmp_path / "vigie.sqlite3", cache=tmp_path)
    return use


async def found(subject: str, *, offline: bool = True) -> list[Finding]:
    """Return what is found about something."""
    return [each async for each in _findings(_settings_or_why(None, None), offline=offline) if each.subject == subject]


async def one(subject: str, *, offline: bool = True) -> Finding:
    [finding] = await found(subject, offline=offline)
    return finding


async def made(path: Path) -> None:
    async with open_database(path):
        pass


async def test_a_vigie_that_is_well(settings: Callable[..., None], telegram: StormyTelegram, tmp_path: Path) -> None:
    await made(tmp_path / "vigie.sqlite3")
    settings(telegram_token=telegram.token, telegram_api=telegram.base_url.removesuffix("bot"))
    told = [each async for each in _findings(load_settings(), offline=False)]
    assert {each.subject for each in told if each.grade is Grade.WRONG} == set()
    subjects = {"versions", "settings", "knowledge", "cache", "disk", "database", "clock", "telegram"}
    assert {each.subject for each in told} == subjects
    assert f"version {newest_version()}" in next(each.found for each in told if each.subject == "database")
    assert telegram.token not in repr(told)


async def test_an_unknown_setting_is_told_and_ends_the_visit(settings: Callable[..., None]) -> None:
    settings(knowlege="here")
    [finding] = await found("settings")
    assert finding.grade is Grade.WRONG
    assert "VIGIE_KNOWLEGE" in finding.found
    assert await found("database") == []


@pytest.mark.parametrize(
    ("given", "grade", "words"),
    [
        ({}, Grade.NOTED, "no token"),
        ({"telegram_proxy": "socks5://proxy:1080"}, Grade.NOTED, "no token of Telegram"),
        (
            {"telegram_token": WRONG_TELEGRAM, "telegram_webhook": "http://vigie.example/updates"},
            Grade.WRONG,
            "https:// alone",
        ),
        (
            {
                "telegram_token": WRONG_TELEGRAM,
                "telegram_webhook": "https://vigie.example/updates",
                "health_listen": "127.0.0.1:8081",
            },
            Grade.WRONG,
            "both listen",
        ),
    ],
)
async def test_settings_that_contradict_each_other(
    settings: Callable[..., None], given: dict[str, str], grade: Grade, words: str
) -> None:
    settings(**given)
    [finding] = [each for each in await found("settings") if words in each.found]
    assert finding.grade is grade
    assert finding.remedy


async def test_a_token_that_others_may_read(settings: Callable[..., None], tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(WRONG_TELEGRAM)
    file.chmod(0o644)
    settings(telegram_token_file=file)
    finding = await one("settings")
    assert (finding.grade, finding.remedy) == (Grade.NOTED, f"chmod 600 {file}")
    file.chmod(0o600)
    assert (await one("settings")).grade is Grade.WELL


async def test_a_knowledge_that_is_not_there(settings: Callable[..., None], tmp_path: Path) -> None:
    settings(knowledge=tmp_path / "nowhere")
    assert (await one("knowledge")).grade is Grade.WRONG


async def test_a_database_that_is_not_there_yet_is_well_and_is_not_made(tmp_path: Path) -> None:
    finding = await one("database")
    assert finding.grade is Grade.WELL
    assert not (tmp_path / "vigie.sqlite3").exists()


@pytest.mark.parametrize(
    ("version", "grade", "words"), [(1, Grade.NOTED, "vigie backup"), (99, Grade.WRONG, "Upgrade")]
)
async def test_a_database_of_another_version_is_left_as_it_is(
    tmp_path: Path, version: int, grade: Grade, words: str
) -> None:
    file = tmp_path / "vigie.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    finding = await one("database")
    assert finding.grade is grade
    assert words in finding.remedy
    assert doctor.version_of(file) == version


async def test_a_damaged_database_is_told_with_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "vigie.sqlite3"
    await made(file)
    content = bytearray(file.read_bytes())
    content[8192:12288] = b"x" * 4096
    file.write_bytes(content)
    finding = await one("database")
    assert finding.grade is Grade.WRONG
    file.write_bytes(b"no database " * 1000)
    finding = await one("database")
    assert finding.grade is Grade.WRONG
    assert "vigie restore" in finding.found


async def test_events_that_were_set_aside_are_told(tmp_path: Path) -> None:
    await made(tmp_path / "vigie.sqlite3")
    with closing(sqlite3.connect(tmp_path / "vigie.sqlite3")) as connection:
        connection.execute(
            "INSERT INTO inbox (platform, id, lane, payload, at, set_aside) VALUES ('here', '1', 'x', '{}', '', 1)"
        )
        connection.commit()
    assert (await one("inbox")).grade is Grade.NOTED


async def test_a_clock_behind_what_the_database_knows(tmp_path: Path) -> None:
    await made(tmp_path / "vigie.sqlite3")
    ahead = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    with closing(sqlite3.connect(tmp_path / "vigie.sqlite3")) as connection:
        connection.execute("INSERT INTO chores (name, done) VALUES ('sweep', ?)", (ahead,))
        connection.commit()
    finding = await one("clock")
    assert finding.grade is Grade.WRONG
    assert "timedatectl" in finding.remedy


@pytest.mark.parametrize(("free", "grade"), [(1e6, Grade.WRONG), (1e8, Grade.NOTED), (1e10, Grade.WELL)])
async def test_a_disk_that_is_full(monkeypatch: pytest.MonkeyPatch, free: float, grade: Grade) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    assert (await one("disk")).grade is grade


async def test_a_library_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "version", lambda _: "0.0.1")
    finding = await one("versions")
    assert finding.grade is Grade.WRONG
    assert "aiohttp" in finding.found


async def test_a_clock_far_from_that_of_a_platform(
    settings: Callable[..., None], telegram: StormyTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(telegram_token=telegram.token, telegram_api=telegram.base_url.removesuffix("bot"))
    assert (await one("clock", offline=False)).grade is Grade.WELL
    monkeypatch.setattr(doctor, "_ASTRAY", timedelta(days=-1))
    assert (await one("clock", offline=False)).grade is Grade.WRONG


async def test_a_platform_behind_a_proxy_is_not_asked_past_it(settings: Callable[..., None]) -> None:
    settings(telegram_token=WRONG_TELEGRAM, telegram_proxy="socks5://proxy:1080")
    assert addresses_of(load_settings()) == {}


async def test_a_token_that_telegram_refuses(settings: Callable[..., None], telegram: StormyTelegram) -> None:
    settings(telegram_token=WRONG_TELEGRAM, telegram_api=telegram.base_url.removesuffix("bot"))
    finding = await one("telegram", offline=False)
    assert finding.grade is Grade.WRONG
    assert "@BotFather" in finding.remedy
    assert WRONG_TELEGRAM not in repr(finding)


async def test_where_telegram_cannot_be_reached_its_token_is_not_blamed(
    settings: Callable[..., None], telegram: StormyTelegram
) -> None:
    settings(telegram_token=telegram.token, telegram_api=telegram.base_url.removesuffix("bot"))
    telegram.stops_answering()
    assert (await one("telegram", offline=False)).grade is Grade.NOTED
    assert await found("telegram", offline=True) == []


async def test_a_clock_that_nobody_can_be_asked_about_is_not_blamed(settings: Callable[..., None]) -> None:
    settings(telegram_token=WRONG_TELEGRAM, telegram_api=f"http://127.0.0.1:{free_port()}")
    for subject in ("clock", "telegram"):
        assert (await one(subject, offline=False)).grade is Grade.NOTED


async def test_a_token_that_discord_refuses(settings: Callable[..., None], discord: FakeDiscord) -> None:
    settings(discord_token=WRONG_DISCORD, discord_api=discord.api)
    finding = await one("discord", offline=False)
    assert finding.grade is Grade.WRONG
    assert WRONG_DISCORD not in repr(finding)


async def test_what_vigie_lacks_in_a_server(
    settings: Callable[..., None], discord: FakeDiscord, server: Server, tmp_path: Path
) -> None:
    settings(discord_token=discord.token, discord_api=discord.api)
    server.places_bot(0)
    server.bot_may(attach_files=False)
    role = server.role("Diplômé")
    await made(tmp_path / "vigie.sqlite3")
    with closing(sqlite3.connect(tmp_path / "vigie.sqlite3")) as connection:
        for identifier, title, given in ((server.id, "Les indés", role.id), (12, "Le fournil", None)):
            connection.execute(
                "INSERT INTO communities (platform, id, title, completion_role) VALUES ('discord', ?, ?, ?)",
                (str(identifier), title, given and str(given)),
            )
        connection.commit()
    well, *noted = await found("discord", offline=False)
    assert well.grade is Grade.WELL
    assert {each.grade for each in noted} <= {Grade.NOTED}
    told = "\n".join(each.found for each in noted)
    assert "In 'Les indés', Vigie lacks: attach_files." in told
    assert "may not give the role" in told
    assert "not in 'Le fournil' any more" in told
    assert all(each.remedy for each in noted)


def test_on_the_command_line_it_tells_and_ends_with_what_it_found(tmp_path: Path) -> None:
    def visit(*options: str) -> tuple[int, str]:
        ended = run("doctor", "--offline", *options, environment=os.environ, folder=tmp_path)
        return ended.returncode, ended.stdout.decode()

    code, told = visit("--json")
    assert code == 0
    lines = [json.loads(line) for line in told.splitlines()]
    assert all(line.keys() == {"subject", "found", "grade", "remedy"} for line in lines)
    (tmp_path / "vigie.sqlite3").write_bytes(b"no database " * 1000)
    code, told = visit()
    assert code == 2
    assert "✘ database: " in told
