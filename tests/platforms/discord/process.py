"""What `vigie run`, in a process of its own, finds its settings in to serve the double."""

import os
from pathlib import Path

from tests.fakes.discord import FakeDiscord


def environment(double: FakeDiscord, folder: Path, **settings: str) -> dict[str, str]:
    """Return the surroundings of a process: its own database, in a folder, and the double's token and addresses."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    return {
        **inherited,
        "VIGIE_DATABASE": str(folder / "vigie.sqlite3"),
        "VIGIE_CACHE": str(folder),
        "VIGIE_HEALTH_LISTEN": "off",
        "VIGIE_DISCORD_TOKEN": double.token,
        "VIGIE_DISCORD_API": double.api,
        "VIGIE_DISCORD_GATEWAY": double.gateway,
        **{f"VIGIE_DISCORD_{name.upper()}": value for name, value in settings.items()},
    }
