"""Looks at all that Vigie needs of the machine that she runs on."""

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from bot import __version__
from bot.content.check import check_corpus
from bot.content.reading import read_corpus
from bot.errors import BotError
from bot.operating.findings import Finding, noted, wrong
from bot.settings import Settings
from bot.storage.address import ServerAddress
from bot.storage.database import Database, newest_version

_DISTRIBUTION = "vigie-bot"
_FULL, _NEARLY_FULL = 50e6, 500e6
"""Bytes that are free on a disk."""
_ASTRAY = timedelta(minutes=1)
"""How wrong a clock may be: reminders and tips come to the minute."""
_ASKED_WITHIN = 5.0
_SHARED = stat.S_IRWXG | stat.S_IRWXO
_SETTINGS_FILE = Path("vigie.toml")


def look_at_versions() -> Iterator[Finding]:
    """Yield whether the libraries are those that Vigie asks for."""
    running = f"Vigie {__version__}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"
    try:
        asked = [Requirement(each) for each in requires(_DISTRIBUTION) or ()]
    except PackageNotFoundError:
        yield noted("versions", f"{running}; Vigie is not installed as a package.", "Install it: pip install .")
        return
    lacking = [each for each in asked if not _is_met(each)]
    if lacking:
        names = ", ".join(f"{each.name}{each.specifier}" for each in lacking)
        yield wrong("versions", f"{running}; these lack or are too old: {names}.", "Install requirements.lock again.")
    else:
        yield Finding("versions", f"{running}; every library is as it should be.")


def _is_met(requirement: Requirement) -> bool:
    if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
        return True
    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """Yield which settings contradict each other, or show a token to others."""
    found = [*_contradictions(settings), *_shown_tokens(settings)]
    yield from found or [Finding("settings", "All are known, and none contradicts another.")]


def _contradictions(settings: Settings) -> Iterator[Finding]:
    if not (settings.telegram_token or settings.discord_token):
        remedy = "Set VIGIE_TELEGRAM_TOKEN or VIGIE_DISCORD_TOKEN."
        yield noted("settings", "There is no token: `vigie run` has no platform to serve.", remedy)
    for name in ("telegram", "discord"):
        variable = f"VIGIE_{name.upper()}_TOKEN"
        if variable in os.environ and getattr(settings, f"{name}_token_file"):
            yield noted("settings", f"{variable} and {variable}_FILE are both set: the file holds.", "Unset one.")
    beside = [name for name in ("telegram_webhook", "telegram_proxy") if getattr(settings, name) is not None]
    if beside and not settings.telegram_token:
        names = " and ".join(f"VIGIE_{name.upper()}" for name in beside)
        yield noted("settings", f"There is {names}, but no token of Telegram.", "Set VIGIE_TELEGRAM_TOKEN.")
    webhook = settings.telegram_webhook
    if webhook and webhook.scheme != "https":
        yield wrong("settings", "Telegram posts to https:// alone.", "Correct VIGIE_TELEGRAM_WEBHOOK.")
    if webhook and settings.telegram_listen == settings.health_listen:
        remedy = "Give VIGIE_HEALTH_LISTEN or VIGIE_TELEGRAM_LISTEN another port."
        yield wrong("settings", f"Health and the webhook both listen on {settings.health_listen}.", remedy)


def _shown_tokens(settings: Settings) -> Iterator[Finding]:
    """Yield the files with a token that others on the machine may read."""
    files = [settings.telegram_token_file, settings.discord_token_file]
    if _SETTINGS_FILE.is_file() and "_token " in _SETTINGS_FILE.read_text(encoding="utf-8").replace("=", " "):
        files.append(_SETTINGS_FILE)
    for file in files:
        if file and file.stat().st_mode & _SHARED:
            yield noted("settings", f"{file} holds a token, and others may read it.", f"chmod 600 {file}")


def look_at_knowledge(settings: Settings) -> Iterator[Finding]:
    """Yield whether the knowledge can be served, and kept compiled."""
    try:
        corpus = read_corpus(settings.knowledge)
    except BotError as error:
        yield wrong("knowledge", str(error))
        return
    counted = f"{settings.knowledge} ({len(corpus.passages)} passages, {len(corpus.journeys)} journeys)"
    problems = list(check_corpus(corpus))
    if problems:
        yield noted("knowledge", f"{counted}; the check finds {len(problems)} things.", "See `vigie check`.")
    else:
        yield Finding("knowledge", counted)
    cache = _nearest(settings.cache)
    if os.access(cache, os.W_OK):
        yield Finding(
            "cache", f"{settings.cache} ({'there' if cache == settings.cache else 'made at the first start'})"
        )
    else:
        remedy = "Let Vigie write there, or set VIGIE_CACHE."
        yield noted("cache", f"{settings.cache} cannot be written: every start takes a second longer.", remedy)


def look_at_disk(settings: Settings) -> Iterator[Finding]:
    """Yield how much space there is where Vigie writes."""
    folders = [settings.cache] if isinstance(settings.database, ServerAddress) else [settings.database, settings.cache]
    for folder in dict.fromkeys(map(_nearest, folders)):
        free = shutil.disk_usage(folder).free
        told = f"{free / 1e6:,.0f} MB are free at {folder}"
        if free < _FULL:
            yield wrong("disk", f"{told}.", "Make room: soon nothing is kept any more.")
        elif free < _NEARLY_FULL:
            yield noted("disk", f"{told}.", "Make room.")
        else:
            yield Finding("disk", told)


def _nearest(path: Path) -> Path:
    """Return the folder in which a path is, or would be made."""
    return next(each for each in (path, *path.absolute().parents) if each.is_dir())


def version_of(file: Path) -> int | None:
    """Return the schema's version of a file without changing anything, None where there is no database yet.

    Raises:
        BotError: it is no database.
    """
    if not file.is_file() or not file.stat().st_size:
        return None
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        remedy = "Check the file and its folder, or `vigie restore` a backup."
        raise BotError(f"The database {file} cannot be used ({error}). {remedy}") from error


def look_at_version(file: Path) -> Finding | None:
    """Return what there is to say of a file that is not to be opened, for that would bring it to another schema."""
    try:
        found = version_of(file)
    except BotError as error:
        return wrong("database", str(error))
    if found is None and os.access(_nearest(file), os.W_OK):
        return Finding("database", f"{file} (made at the first start)")
    if found is None:
        return wrong("database", f"{file} cannot be made.", "Let Vigie write there, or set VIGIE_DATABASE.")
    if found < newest_version():
        told = f"{file} is at version {found}: the next start, or `vigie migrate`, brings it to {newest_version()}."
        return noted("database", told, "Take a `vigie backup` before.")
    if found > newest_version():
        return wrong("database", f"{file} is of a newer version ({found}).", "Upgrade Vigie, or set VIGIE_DATABASE.")
    return None


async def look_at_database(database: Database, settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    """Yield whether the database is whole, takes what is to be kept, and agrees with the clock."""
    async with database.transaction() as transaction:
        await transaction.rows("UPDATE people SET zone = zone WHERE id = 0")
    told = f"{settings.database} (version {newest_version()}, {await database.size() / 1e6:.1f} MB"
    told = f"{told}, {await database.engine()}"
    if isinstance(settings.database, ServerAddress):
        yield Finding("database", f"{told})")
    else:
        [[mode]] = await database.rows("PRAGMA journal_mode")
        damage = [row[0] for row in await database.rows("PRAGMA quick_check(3)") if row[0] != "ok"]
        if damage:
            remedy = "Stop Vigie, and `vigie restore` the newest backup."
            yield wrong("database", f"{settings.database} is damaged ({'; '.join(damage)}).", remedy)
        elif mode != "wal":
            yield noted("database", f"{told}, without a write-ahead log).", "Put it on a disk of this machine.")
        else:
            yield Finding("database", f"{told}, whole)")
    [[aside]] = await database.rows("SELECT COUNT(*) FROM inbox WHERE set_aside = 1")
    if aside:
        remedy = "The log says why; they are dropped after 48 hours."
        yield noted("inbox", f"{aside} events failed three times and were set aside.", remedy)
    [[latest]] = await database.rows(
        "SELECT MAX(at) FROM (SELECT MAX(at) AS at FROM events UNION SELECT MAX(done) FROM chores) AS kept"
    )
    if latest and datetime.fromisoformat(latest) > now + _ASTRAY:
        told = f"It is {now:%Y-%m-%d %H:%M} UTC here, and the database knows of {latest[:16].replace('T', ' ')}."
        yield wrong("clock", told, "Set the clock of this machine (timedatectl set-ntp true).")


async def look_at_clock(addresses: dict[str, str]) -> AsyncIterator[Finding]:
    """Yield how far the clock is from that of the platforms, given where their servers are."""
    import aiohttp

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ASKED_WITHIN)) as session:
        for name, address in addresses.items():
            try:
                async with session.get(address, allow_redirects=False) as answer:
                    theirs = parsedate_to_datetime(answer.headers["Date"])
            except (aiohttp.ClientError, OSError, TimeoutError, KeyError, ValueError) as error:
                told = f"That of {name} could not be asked ({type(error).__name__})."
                yield noted("clock", told, "Check the network and the address.")
                continue
            apart = datetime.now(UTC) - theirs
            seconds = round(abs(apart).total_seconds())
            if abs(apart) > _ASTRAY:
                told = f"It is {seconds} s from that of {name}."
                yield wrong("clock", told, "Set the clock of this machine (timedatectl set-ntp true).")
            else:
                yield Finding("clock", f"It agrees with that of {name}, to {max(seconds, 1)} s")
