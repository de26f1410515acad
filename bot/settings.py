"""Settings, from the environment (VIGIE_…) and from `vigie.toml` in the current folder; the environment prevails."""

import os
from pathlib import Path
from typing import Annotated

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from bot.errors import BotError
from bot.resources import KNOWLEDGE


class Settings(BaseSettings):
    """What whoever hosts Vigie may choose.

    Attributes:
        knowledge: the folder of the passages, sources and lexicon.
        database: the SQLite file in which Vigie keeps what she must remember.
        cache: the folder in which the knowledge is kept compiled, for a quick start; it may be erased at any time.
        misses_kept: for how many days the questions without an answer are kept.
    """

    model_config = SettingsConfigDict(env_prefix="VIGIE_", toml_file="vigie.toml", extra="forbid", frozen=True)

    knowledge: Path = KNOWLEDGE
    database: Path = user_data_path("vigie", appauthor=False) / "vigie.sqlite3"
    cache: Path = user_cache_path("vigie", appauthor=False)
    misses_kept: Annotated[int, Field(ge=1)] = 90

    @field_validator("knowledge", "database", "cache")
    @classmethod
    def _from_home(cls, path: Path) -> Path:
        return path.expanduser()

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
        return Settings()
    except ValidationError as error:
        details = "; ".join(
            f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors(include_input=False)
        )
        raise BotError(
            f"The settings are not right ({details}). Correct vigie.toml or the VIGIE_… variables."
        ) from None
    except ValueError as error:
        raise BotError(f"vigie.toml cannot be read ({error}). Correct it, or move it away.") from None
