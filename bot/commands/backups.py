"""`vigie backup` and `vigie restore`: all that is kept, as one file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.common import DatabaseFile, settings_with
from bot.errors import BotError
from bot.operating import backup as backups
from bot.storage.address import ServerAddress

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


def backup(
    file: BackupFile,
    force: Annotated[bool, typer.Option("--force", help="Write over a backup that is there.")] = False,
    database: DatabaseFile = None,
) -> None:
    """Write all that is kept to a file, verified, while `vigie run` goes on; its checksum is beside it."""
    rows = backups.back_up(_file_of(database), file, force=force)
    print(f"{file} holds all that is kept ({rows} rows, {file.stat().st_size / 1e6:.1f} MB), and is whole.")


def restore(file: BackupFile, database: DatabaseFile = None) -> None:
    """Put a backup in the place of the database, which is kept beside it; `vigie run` must be stopped."""
    target = _file_of(database)
    kept = backups.restore(file, target, datetime.now(UTC))
    print(f"{target} is what was backed up in {file}: whoever was forgotten since is in it again.")
    if kept:
        print(f"What was there before is in {kept}. Remove it once you are sure.")


def _file_of(database: str | None) -> Path:
    """Return the file that the database is.

    Raises:
        BotError: it is on a server.
    """
    address = settings_with(database=database).database
    if isinstance(address, ServerAddress):
        raise BotError(f"{address} is on a server, which is backed up with pg_dump and restored with pg_restore.")
    return address
