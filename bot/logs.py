"""Logs: one line an event, in English, on standard error."""

import logging


def configure_logs(*, verbose: bool) -> None:
    """Send warnings, or everything when verbose, to standard error."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s", force=True
    )
