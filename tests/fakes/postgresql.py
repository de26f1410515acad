"""A real PostgreSQL server for the tests: on a free port of this machine, waiting for no disk, gone with them."""

import asyncio
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import pytest

from bot.storage.address import ServerAddress
from bot.storage.database import open_database

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_MEMORY = Path("/dev/shm")  # noqa: S108 - each server makes a folder of its own in it
_ROOM = 1 << 30
"""Bytes: many times as much as the databases of one test take."""
_TEMPLATE = "vigie_template"
_SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "60"}
_HASTE = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgreSQL:
    """A server, and the databases in it."""

    def __init__(self, folder: Path, binaries: Path, user: str | None, settings: Mapping[str, str]) -> None:
        self._folder = folder
        self._binaries = binaries
        self._user = user
        self._settings = settings
        self._numbers = itertools.count(1)
        self.port = _free_port()

    def start(self) -> None:
        """Start, or start again with all that was kept."""
        options = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        self._run(
            "pg_ctl", "start", "--wait", "--silent", f"--log={self._folder}/log", "-o", f"-p {self.port} {options}"
        )

    def stop(self, mode: str = "immediate") -> None:
        """Stop, by default as if the machine had lost its power."""
        self._run("pg_ctl", "stop", "--wait", "--silent", f"--mode={mode}")

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Have the server stopped and erased at the end, even if the tests are killed before they can do it."""
        # It waits until nobody holds the other end of its standard input.
        stop_and_erase = 'cat; "$0"/pg_ctl stop --silent --mode=immediate --pgdata="$1"/data; rm -rf "$1"'
        with subprocess.Popen(
            ["/bin/sh", "-c", stop_and_erase, self._binaries, self._folder],
            user=self._user,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        ):
            yield

    def create(self) -> None:
        self._run("initdb", "--auth=trust", "--username=vigie", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")

    def address(self, name: str) -> ServerAddress:
        return ServerAddress(f"postgresql://vigie@127.0.0.1:{self.port}/{name}")

    async def prepare(self) -> None:
        """Make the database that the others are copies of."""
        await self._command(f"CREATE DATABASE {_TEMPLATE}")
        async with open_database(self.address(_TEMPLATE)):
            pass

    @asynccontextmanager
    async def database(self, *, bare: bool = False) -> AsyncIterator[ServerAddress]:
        """Give a database of one's own for a while, as Vigie first finds it or (bare) without anything in it."""
        name = f"vigie_{next(self._numbers)}"
        await self._command(f"CREATE DATABASE {name}" if bare else f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        try:
            yield self.address(name)
        finally:
            await self._command(f"DROP DATABASE {name} WITH (FORCE)")

    async def _command(self, statement: str) -> None:
        connection = await asyncpg.connect(self.address("postgres").get_secret_value())
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._binaries / program, f"--pgdata={self._folder / 'data'}", *arguments],
            check=True,
            user=self._user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
        )


@contextmanager
def serving(*, like_a_host: bool = False) -> Iterator[PostgreSQL]:
    """Serve a new server, and leave nothing of it; skip the test where there is none to be had.

    Args:
        like_a_host: whether it waits for the disk and does all else that it does where nothing is set; tests have no
            time for that.
    """
    user = "postgres" if os.geteuid() == 0 else None
    if not _BINARIES:
        pytest.skip("there is no PostgreSQL under /usr/lib/postgresql: apt install postgresql")
    if user and not any(each.pw_name == user for each in pwd.getpwall()):
        pytest.skip("PostgreSQL does not run as the superuser, and there is no user postgres")
    folder = Path(tempfile.mkdtemp(prefix="vigie-postgresql-", dir=None if like_a_host else _in_memory()))
    try:
        if user:
            shutil.chown(folder, user)
        settings = _SETTINGS if like_a_host else _SETTINGS | _HASTE
        server = PostgreSQL(folder, _BINARIES[-1], user, settings)
        with server.guarded():
            server.create()
            server.start()
            asyncio.run(server.prepare())
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> Path | None:
    """Return where files are in memory, None where there is no room: a database is three hundred files to copy."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM else None


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
