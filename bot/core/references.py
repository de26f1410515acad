"""Short references, by which what a person is told of an error finds its line in the log."""

import secrets

_BYTES = 4


def new_reference() -> str:
    """Return a reference that no other error has lately had."""
    return secrets.token_hex(_BYTES)
