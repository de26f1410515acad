"""The parameters of a request, parsed as Telegram does: whatever the encoding, each is a string at first."""

import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.telegram.errors import BadRequestError
from tests.fakes.telegram.world import Document

_TRUE = frozenset({"true", "yes", "1"})


class Given:
    """What came with one request."""

    def __init__(self, parameters: Mapping[str, str], files: Mapping[str, Document]) -> None:
        self.parameters = parameters
        self.files = files

    @property
    def names(self) -> set[str]:
        """All that is given by name, files that another parameter attaches left out."""
        attached = {
            value.removeprefix("attach://") for value in self.parameters.values() if value.startswith("attach://")
        }
        return set(self.parameters) | (set(self.files) - attached)

    def has(self, name: str) -> bool:
        return name in self.parameters or name in self.files

    def text(self, name: str) -> str:
        """Return a text; the empty one if it is not given."""
        return self.parameters.get(name, "")

    def integer(self, name: str, default: int = 0) -> int:
        """Return a number; as Telegram, take what is none for none."""
        try:
            return int(self.parameters.get(name, default))
        except ValueError:
            return default

    def boolean(self, name: str) -> bool:
        """Return whether something is asked for."""
        return self.text(name).lower() in _TRUE

    def json(self, name: str, kind: type[dict[str, Any]] | type[list[Any]]) -> Any:
        """Return what a JSON parameter holds, an object or an array; None if it is not given."""
        if not self.text(name):
            return None
        try:
            value = json.loads(self.text(name))
        except ValueError:
            raise BadRequestError(f"can't parse {name} JSON object") from None
        if not isinstance(value, kind):
            expected = "Object" if kind is dict else "Array"
            raise BadRequestError(f"can't parse {name}: expected an {expected}")
        return value

    def file(self, name: str) -> Document | None:
        """Return a file that came with the request, directly or attached."""
        return self.files.get(name) or self.files.get(self.text(name).removeprefix("attach://"))
