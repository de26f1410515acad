"""Logs: one line an event, in English, on standard error, without any secret."""

import logging
import sys
from collections.abc import Iterable

_HIDDEN = "[hidden]"


class _StandardErrorHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what standard error is at the time, so that a line being typed in a prompt stays whole."""

    def emit(self, record: logging.LogRecord) -> None:
        # What it was before may be closed by now: `setStream` would write to it once more.
        self.stream = sys.stderr
        super().emit(record)


class _DiscreetFormatter(logging.Formatter):
    """Formats records, tracebacks included, and hides secrets wherever they stand."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self.secrets: frozenset[str] = frozenset()

    def format(self, record: logging.LogRecord) -> str:
        formatted = super().format(record)
        for secret in self.secrets:
            formatted = formatted.replace(secret, _HIDDEN)
        return formatted


_formatter = _DiscreetFormatter()


def configure_logs(level: int) -> None:
    """Send what is of a level at least to standard error."""
    handler = _StandardErrorHandler()
    handler.setFormatter(_formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)


def hide(secrets: Iterable[str]) -> None:
    """Have secrets hidden in the logs from now on."""
    _formatter.secrets |= frozenset(filter(None, secrets))
