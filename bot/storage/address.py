"""Where the database is: a SQLite file, or a PostgreSQL server."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, unquote

from pydantic import BeforeValidator, SecretStr

_SERVER = re.compile(
    r"postgres(?:ql)?://(?:[^@:/?#\s]*(?::(?P<password>[^@/?#\s]*))?@)?"
    r"(?P<host>[^@/?#\s]*)/(?P<name>[^@/?#\s]+)(?:\?(?P<options>[^#\s]*))?"
)
_HOST = re.compile(r"(?:\[[\da-fA-F:.]+\]|[^\[\]:]*)(?::(?P<port>\d*))?")
LAST_PORT = 65535


class ServerAddress(SecretStr):
    """The address of a database on a PostgreSQL server, which shows who may use it to nobody."""

    def __init__(self, address: str) -> None:
        found = _SERVER.fullmatch(address)
        if found is None:
            raise ValueError(
                "a server's database is postgresql://USER:PASSWORD@HOST:PORT/NAME,"
                " where @, :, /, ? and # within a name or a password are written %40, %3A, %2F, %3F and %23"
            )
        options = parse_qs(found["options"] or "")
        _check_ports(found["host"].split(","), options.get("port", ()))
        super().__init__(address)
        self._shown = f"postgresql://{found['host']}/{found['name']}"
        self._passwords = (found["password"] or "", *options.get("password", ()))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What is never shown."""
        found = {self.get_secret_value(), *self._passwords, *map(unquote, self._passwords)}
        return tuple(sorted(filter(None, found), key=len, reverse=True))

    def _display(self) -> str:
        return self._shown


def _check_ports(hosts: Iterable[str], ports: Iterable[str]) -> None:
    """Check the ports of hosts, each behind its own, and those that stand for themselves.

    Raises:
        ValueError: one is none.
    """
    found = [_HOST.fullmatch(host) for host in hosts]
    named = [host["port"] if host else "?" for host in found] + [port for each in ports for port in each.split(",")]
    if not all(port.isdecimal() and 0 < int(port) <= LAST_PORT for port in named if port):
        raise ValueError(f"a server's port is a number between 1 and {LAST_PORT}, and stands behind HOST:")


def read_address(typed: str) -> Path | ServerAddress:
    """Return the address that somebody typed.

    Raises:
        ValueError: it is the address of a server, and not a whole one.
    """
    if typed.startswith(("postgresql://", "postgres://")):
        return ServerAddress(typed)
    return Path(typed).expanduser()


def _read(given: object) -> object:
    return read_address(given) if isinstance(given, str) else given


DatabaseAddress = Path | ServerAddress
SettingsAddress = Annotated[DatabaseAddress, BeforeValidator(_read)]
