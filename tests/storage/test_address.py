"""Where the database is, is a setting, and who may use it is shown nowhere."""

from pathlib import Path

import pytest

from bot.errors import BotError
from bot.settings import Settings, load_settings
from bot.storage.address import ServerAddress

SECRET = "t0ut-p3tit"  # noqa: S105 - nobody's
SERVER = f"postgresql://vigie:{SECRET}@db.example:5433/vigie"


@pytest.fixture(params=["environment", "file"])
def given(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.FixtureRequest:
    """Set the server, or what is nearly one, in one of the ways that there are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_DATABASE", raising=False)
    return request


def set_to(given: pytest.FixtureRequest, address: str) -> Settings:
    if given.param == "file":
        Path("vigie.toml").write_text(f'database = "{address}"\n', encoding="utf-8")
    else:
        given.getfixturevalue("monkeypatch").setenv("VIGIE_DATABASE", address)
    return load_settings()


def test_a_server_is_taken_and_its_password_shown_nowhere(given: pytest.FixtureRequest) -> None:
    settings = set_to(given, SERVER)
    assert isinstance(settings.database, ServerAddress)
    assert settings.database.get_secret_value() == SERVER
    assert SECRET in settings.secrets
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert settings.history.suffix == ".history"


def test_a_file_is_a_path_from_home(given: pytest.FixtureRequest) -> None:
    settings = set_to(given, "~/vigie.sqlite3")
    assert settings.database == Path.home() / "vigie.sqlite3"
    assert settings.history == Path.home() / "vigie.history"


def test_a_wrong_port_is_refused_without_repeating_who_may_use_it(given: pytest.FixtureRequest) -> None:
    with pytest.raises(BotError, match="between 1 and 65535") as refused:
        set_to(given, SERVER.replace("5433", "54x3"))
    assert SECRET not in str(refused.value)


def test_half_a_server_is_refused_without_repeating_it(given: pytest.FixtureRequest) -> None:
    with pytest.raises(BotError, match="postgresql://USER:PASSWORD@HOST:PORT/NAME") as refused:
        set_to(given, f"postgresql://vigie:{SECRET}@db.example")
    assert SECRET not in str(refused.value)
