"""Logs go to what standard error is at the time, whatever became of it before."""

import io
import logging
import sys
from collections.abc import Iterator

import pytest

from bot.logs import configure_logs, hide
from tests.command_line import logs_left_as_they_are


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    with logs_left_as_they_are():
        yield


def test_a_standard_error_that_was_closed_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", first)
    configure_logs(logging.INFO)
    logging.getLogger("vigie").info("one")
    first.close()
    monkeypatch.setattr(sys, "stderr", second)
    logging.getLogger("vigie").info("two")
    assert second.getvalue() == "INFO vigie: two\n"


def test_a_secret_is_hidden_in_a_traceback_too(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure_logs(logging.INFO)
    hide(["hemmelig"])
    try:
        raise OSError("hemmelig is wrong")  # noqa: TRY301 - its traceback is what is looked at
    except OSError:
        logging.getLogger("vigie").exception("%s failed", "hemmelig")
    assert "hemmelig" not in written.getvalue()
    assert "OSError: [hidden] is wrong" in written.getvalue()
