"""Settings, from the environment (VIGIE_…) and from `vigie.toml` in the current folder; the environment prevails."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, HttpUrl, SecretStr, ValidationError, WebsocketUrl, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from bot.errors import BotError
from bot.logs import LogForm
from bot.resources import KNOWLEDGE
from bot.storage.address import LAST_PORT, ServerAddress, SettingsAddress
from bot.storage.inbox import Shards

_OFF = "off"
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_DISCORD_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_SHARDS = re.compile(r"(?P<first>\d{1,6})(-(?P<last>\d{1,6}))?/(?P<count>\d{1,6})", re.ASCII)
_DATA = user_data_path("vigie", appauthor=False)
_PROXIES = ("http", "https", "socks5", "socks5h")


class Settings(BaseSettings):
    """What whoever hosts Vigie may choose.

    Attributes:
        knowledge: the folder of the passages, sources and lexicon.
        database: where Vigie keeps what she must remember: a SQLite file, or a database of a PostgreSQL server
            (postgresql://USER:PASSWORD@HOST:PORT/NAME).
        cache: the folder in which the knowledge is kept compiled, for a quick start; it may be erased at any time.
        misses_kept: for how many days the questions without an answer are kept.
        log: how the log is written: as text, or as one JSON object a line.
        health_listen: where health and figures are told on this machine, or off.
        telegram_token: the token of the Telegram bot, from @BotFather.
        telegram_token_file: a file that holds the token, in its place.
        telegram_api: the address of the Bot API, for a server of one's own.
        telegram_proxy: the address of a proxy to Telegram (http://, https:// or socks5://).
        telegram_webhook: the public address at which Telegram posts updates; without it, they are asked for.
        telegram_listen: where these posts arrive on this machine, behind a proxy that speaks HTTPS.
        telegram_paced: whether requests are held back to Telegram's limits, which a server of one's own may not have.
        discord_token: the token of the Discord bot, from the developer portal.
        discord_token_file: a file that holds the token, in its place.
        discord_api: the address of Discord's HTTP API, for a proxy of one's own.
        discord_gateway: the address of Discord's gateway, for a proxy of one's own; without it, the one Discord names.
        discord_welcomes: whether to ask Discord who joins, which the developer portal must allow.
        discord_shards: the shards that this process serves, where several divide them (FIRST-LAST/COUNT, such as
            0-3/8); without it, all of them, as many as Discord wants.
    """

    model_config = SettingsConfigDict(
        env_prefix="VIGIE_", env_ignore_empty=True, toml_file="vigie.toml", extra="forbid", frozen=True
    )

    knowledge: Path = KNOWLEDGE
    database: SettingsAddress = _DATA / "vigie.sqlite3"
    cache: Path = user_cache_path("vigie", appauthor=False)
    misses_kept: Annotated[int, Field(ge=1)] = 90
    log: LogForm = LogForm.TEXT
    health_listen: Annotated[str, Field(pattern=r"^(off|[^:\s]+:\d{1,5})$")] = "127.0.0.1:8082"
    telegram_token: SecretStr | None = None
    telegram_token_file: Path | None = None
    telegram_api: HttpUrl = HttpUrl("https://api.telegram.org")
    telegram_proxy: SecretStr | None = None
    telegram_webhook: HttpUrl | None = None
    telegram_listen: Annotated[str, Field(pattern=r"^[^:\s]+:\d{1,5}$")] = "127.0.0.1:8081"
    telegram_paced: bool = True
    discord_token: SecretStr | None = None
    discord_token_file: Path | None = None
    discord_api: HttpUrl = HttpUrl("https://discord.com/api/v10")
    discord_gateway: WebsocketUrl | None = None
    discord_welcomes: bool = True
    discord_shards: str | None = None

    @field_validator("knowledge", "cache", "telegram_token_file", "discord_token_file")
    @classmethod
    def _from_home(cls, path: Path | None) -> Path | None:
        return path and path.expanduser()

    @field_validator("telegram_token")
    @classmethod
    def _is_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        return token and _telegram_token(token.get_secret_value())

    @field_validator("discord_token")
    @classmethod
    def _is_a_discord_token(cls, token: SecretStr | None) -> SecretStr | None:
        return token and _discord_token(token.get_secret_value())

    @field_validator("telegram_listen", "health_listen")
    @classmethod
    def _is_a_port(cls, listen: str) -> str:
        if listen != _OFF and not 0 < int(listen.rpartition(":")[2]) <= LAST_PORT:
            raise ValueError(f"a port is between 1 and {LAST_PORT}")
        return listen

    @field_validator("discord_shards")
    @classmethod
    def _are_shards(cls, shards: str | None) -> str | None:
        if shards is not None:
            _shards(shards)
        return shards

    @field_validator("telegram_proxy")
    @classmethod
    def _is_a_proxy(cls, proxy: SecretStr | None) -> SecretStr | None:
        if proxy is None:
            return None
        try:
            address = urlsplit(proxy.get_secret_value())
            is_whole = bool(address.hostname and (address.port or address.scheme in _PROXIES))
        except ValueError:
            is_whole = False
        if not (is_whole and address.scheme in _PROXIES):
            raise ValueError(f"a proxy is {', '.join(f'{scheme}://HOST:PORT' for scheme in _PROXIES)}")
        return proxy

    @property
    def health_address(self) -> tuple[str, int] | None:
        """The host and the port where health and figures are told, None for nowhere."""
        host, _, port = self.health_listen.rpartition(":")
        return None if self.health_listen == _OFF else (host, int(port))

    @property
    def shards(self) -> Shards | None:
        """The shards of Discord that this process serves, None for all."""
        return None if self.discord_shards is None else _shards(self.discord_shards)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What is never shown."""
        kept = (self.telegram_token, self.telegram_proxy, self.discord_token)
        of_server = self.database.secrets if isinstance(self.database, ServerAddress) else ()
        return (*(each.get_secret_value() for each in kept if each), *of_server)

    @property
    def history(self) -> Path:
        """The file of what was typed in the terminal."""
        file = _DATA / "vigie" if isinstance(self.database, ServerAddress) else self.database
        return file.with_suffix(".history")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings() -> Settings:
    """Return the settings in force.

    Raises:
        BotError: a setting is unknown or of the wrong kind, or vigie.toml is not TOML.
    """
    prefix = "VIGIE_"
    unknown = [
        name
        for name in os.environ
        if name.startswith(prefix) and name[len(prefix) :].lower() not in Settings.model_fields
    ]
    if unknown:
        known = ", ".join(f"{prefix}{name.upper()}" for name in Settings.model_fields)
        raise BotError(f"{', '.join(unknown)}: no such setting. There are: {known}.")
    try:
        return _with_tokens(Settings())
    except ValidationError as error:
        details = "; ".join(
            f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors(include_input=False)
        )
        raise BotError(
            f"The settings are not right ({details}). Correct vigie.toml or the VIGIE_… variables."
        ) from None
    except ValueError as error:
        raise BotError(f"vigie.toml cannot be read ({error}). Correct it, or move it away.") from None


def _with_tokens(settings: Settings) -> Settings:
    """Return the settings with the tokens that their files hold, where files are named."""
    found = {
        "telegram_token": _from_file(settings.telegram_token_file, "TELEGRAM", _telegram_token),
        "discord_token": _from_file(settings.discord_token_file, "DISCORD", _discord_token),
    }
    return settings.model_copy(update={name: token for name, token in found.items() if token})


def _from_file(path: Path | None, platform: str, read: Callable[[str], SecretStr]) -> SecretStr | None:
    """Return the token of a platform that a file holds, None where no file is named."""
    if path is None:
        return None
    setting = f"VIGIE_{platform}_TOKEN_FILE"
    try:
        return read(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BotError(f"{setting}: {path} cannot be read ({error.strerror}). Name a file that can.") from error
    except ValueError:
        raise BotError(f"{setting}: {path} holds no token. Write the token alone in it.") from None


def _telegram_token(typed: str) -> SecretStr:
    return _token(typed, _TOKEN, "@BotFather")


def _discord_token(typed: str) -> SecretStr:
    # Some copy it with the word that the HTTP API wants before it.
    return _token(typed.strip().removeprefix("Bot "), _DISCORD_TOKEN, "the developer portal")


def _shards(typed: str) -> Shards:
    """Return some shards of so many.

    Raises:
        ValueError: there are no such ones.
    """
    found = _SHARDS.fullmatch(typed.strip())
    if found:
        first, last, count = int(found["first"]), int(found["last"] or found["first"]), int(found["count"])
        if first <= last < count:
            return Shards(first, last, count)
    raise ValueError("shards are FIRST-LAST/COUNT, counted from 0, such as 0-3/8")


def _token(typed: str, form: re.Pattern[str], giver: str) -> SecretStr:
    """Return a token without the blanks around it.

    Raises:
        ValueError: nobody gives such tokens.
    """
    token = typed.strip()
    if not form.fullmatch(token):
        raise ValueError(f"not a token: copy it again from {giver}")
    return SecretStr(token)
