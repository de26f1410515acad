"""The settings of Discord, alone and beside those of Telegram: taken, or told what is wrong with them."""

from pathlib import Path

import pytest

from bot.errors import BotError
from bot.settings import Settings, load_settings
from bot.storage.inbox import Shards

# Made up: the form is Discord's.
TOKEN = f"MTU3NDAzMTY5NDIzMzYwMDAwMA.G{'a' * 5}.{'x-_' * 12}"
TELEGRAM_TOKEN = f"700000000:{'x' * 35}"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An empty folder, in which no settings file stands."""
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def load(settings: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in given.items():
        settings.setenv(f"VIGIE_{name.upper()}", value)
    return load_settings()


def token_of(settings: pytest.MonkeyPatch, **given: str) -> str | None:
    token = load(settings, **{f"discord_{name}": value for name, value in given.items()}).discord_token
    return token.get_secret_value() if token else None


def test_without_any_setting_discord_is_where_it_is_and_is_not_served(settings: pytest.MonkeyPatch) -> None:
    loaded = load(settings)
    assert loaded.discord_token is None
    assert str(loaded.discord_api) == "https://discord.com/api/v10"
    assert loaded.discord_gateway is None
    assert loaded.discord_welcomes


def test_the_token_may_stand_in_a_file(settings: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
    assert token_of(settings, token_file=str(tmp_path / "token")) == TOKEN


def test_the_token_may_stand_in_the_settings_file(settings: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "vigie.toml").write_text(f'discord_token = "{TOKEN}"\ndiscord_welcomes = false\n', encoding="utf-8")
    assert token_of(settings) == TOKEN
    assert not load_settings().discord_welcomes


@pytest.mark.parametrize("typed", [f" {TOKEN}\r\n", f"Bot {TOKEN}", f"\tBot {TOKEN} "])
def test_what_stands_around_a_token_is_no_part_of_it(settings: pytest.MonkeyPatch, typed: str) -> None:
    assert token_of(settings, token=typed) == TOKEN


@pytest.mark.parametrize(
    "token",
    [
        "hemmelig",
        "hemmelig.token",
        "hemmelig.with.four.parts",
        "hemmelig.with space.part",
        "hemmelig.with\nline.part",
        "hemmelig.with\x07bell.part",
        "hemmelig.é.part",
        "hemmelig..part",
        "hemmelig.with/slash.part",
        "Bearer hemmelig.two.three",
        TELEGRAM_TOKEN,
    ],
)
def test_what_can_be_no_token_is_told_and_not_shown(settings: pytest.MonkeyPatch, token: str) -> None:
    with pytest.raises(BotError, match=r"discord_token.*developer portal") as raised:
        token_of(settings, token=token)
    assert "hemmelig" not in str(raised.value)
    assert TELEGRAM_TOKEN not in str(raised.value)


@pytest.mark.parametrize("content", [None, b"", b"\n \n", b"\xff\xfe\x00", b"Bot ", b"one.two"])
def test_a_token_file_without_a_token_is_told(
    settings: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(BotError, match="VIGIE_DISCORD_TOKEN_FILE"):
        token_of(settings, token_file=str(tmp_path / "token"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api", "discord.com/api/v10"),
        ("api", "wss://discord.com/api/v10"),
        ("api", "https://"),
        ("gateway", "gateway.discord.gg"),
        ("gateway", "https://gateway.discord.gg"),
        ("gateway", "wss://"),
        ("welcomes", "perhaps"),
    ],
)
def test_a_setting_that_cannot_be_is_told(settings: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(BotError, match=rf"discord_{name}") as raised:
        token_of(settings, token=TOKEN, **{name: value})
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api", "http://127.0.0.1:8080/api/v10"),
        ("api", "https://proxy.example/discord/"),
        ("gateway", "ws://127.0.0.1:7878"),
        ("gateway", "wss://proxy.example/gateway?shard=1"),
        ("welcomes", "false"),
        ("welcomes", "1"),
    ],
)
def test_a_setting_that_can_be_is_taken(settings: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert token_of(settings, token=TOKEN, **{name: value}) == TOKEN


def test_a_setting_that_there_is_not_is_told_with_those_that_there_are(settings: pytest.MonkeyPatch) -> None:
    with pytest.raises(BotError, match=r"VIGIE_DISCORD_INTENTS: no such setting.*VIGIE_DISCORD_GATEWAY"):
        load(settings, discord_intents="all")


def test_both_platforms_have_their_own_tokens_and_neither_is_shown(settings: pytest.MonkeyPatch) -> None:
    loaded = load(settings, discord_token=TOKEN, telegram_token=TELEGRAM_TOKEN)
    assert set(loaded.secrets) == {TOKEN, TELEGRAM_TOKEN}
    for shown in (repr(loaded), str(loaded), f"{loaded.model_dump()}"):
        assert TOKEN not in shown
        assert TELEGRAM_TOKEN not in shown


@pytest.mark.parametrize(("typed", "shards"), [("0-3/8", Shards(0, 3, 8)), ("5/8", Shards(5, 5, 8)), ("0/1", Shards())])
def test_the_shards_of_a_process_are_taken(settings: pytest.MonkeyPatch, typed: str, shards: Shards) -> None:
    assert load(settings, discord_shards=typed).shards == shards


@pytest.mark.parametrize("typed", ["3-1/8", "4-8/8", "8/8", "0-3", "all", "-1/8", "0/0", "1-2-3/8", "٣/8"])
def test_shards_that_there_are_not_are_refused(settings: pytest.MonkeyPatch, typed: str) -> None:
    with pytest.raises(BotError, match=r"discord_shards: .*FIRST-LAST/COUNT"):
        load(settings, discord_shards=typed)


def test_without_a_division_all_shards_are_served(settings: pytest.MonkeyPatch) -> None:
    assert load(settings).shards is None
