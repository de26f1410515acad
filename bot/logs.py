"""Logs: one line an event, in English, on standard error."""

import logging
import sys


class _StandardErrorHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what standard error is at the time, so that a line being typed in a prompt stays whole."""

    def emit(self, record: logging.LogRecord) -> None:
        self.setStream(sys.stderr)
        super().emit(record)


def configure_logs(*, verbose: bool) -> None:
    """Send warnings, or everything when verbose, to standard error."""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(
        level=level, format="%(levelname)s %(name)s: %(message)s", handlers=[_StandardErrorHandler()], force=True
    )
