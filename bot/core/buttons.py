"""Button ids: kind, version, owner and what the button is about, readable after a restart and at most 64 bytes."""

from dataclasses import dataclass
from enum import StrEnum

from bot.content.corpus import digest
from bot.core.messages import Address

_VERSION = "1"
_SEPARATOR = ":"


class ButtonKind(StrEnum):
    """What pressing does."""

    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class Button:
    """A button read back from its id: the owner and the subject are digests, compared and never reversed."""

    kind: ButtonKind
    owner: str
    subject: str


def owner_of(address: Address) -> str:
    """Return what stands for a person's account in a button."""
    return digest(f"{address.platform}/{address.account}")


def button_id(kind: ButtonKind, address: Address, subject: str) -> str:
    """Return the id of a button that only the person at the address may press."""
    return _SEPARATOR.join((kind, _VERSION, owner_of(address), digest(subject)))


def read_button(text: str) -> Button | None:
    """Return the button of an id, or None if the text is not an id of this version."""
    kind, *rest = text.split(_SEPARATOR)
    if kind not in set(ButtonKind) or len(rest) != 3 or rest[0] != _VERSION:
        return None
    return Button(ButtonKind(kind), rest[1], rest[2])
