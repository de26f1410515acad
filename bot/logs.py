"""Logs: one line an event, in English, on standard error, without any secret, and without what people write.

For people it is text; for machines it is one JSON object a line.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterable, Iterator
from enum import StrEnum

_HIDDEN = "[hidden]"
_OURS = "bot"
_TOLD = ("reference", "platform")
"""What a line may carry beside its message, for machines."""
_RELIABLE = frozenset({_OURS, "aiohttp", "aiosqlite", "discord", "sqlite3", "telegram"})
"""Whose errors say what went wrong, and not with what: any other may quote what somebody wrote."""
_STANDARD = frozenset(vars(logging.makeLogRecord({})))


class LogForm(StrEnum):
    """How a line of the log is written."""

    TEXT = "text"
    JSON = "json"


class _StandardErrorHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what standard error is at the time, so that a line being typed in a prompt stays whole."""

    def emit(self, record: logging.LogRecord) -> None:
        # What it was before may be closed by now: `setStream` would write to it once more.
        self.stream = sys.stderr
        super().emit(record)


class _DiscreetFormatter(logging.Formatter):
    """Formats records, tracebacks included, and hides secrets wherever they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: frozenset[str] = frozenset()
        self.is_chosen = False
        self._written: logging.Formatter = _TextFormatter()

    def write(self, form: LogForm) -> None:
        """Write lines in a form from now on."""
        self._written = _json_formatter() if form is LogForm.JSON else _TextFormatter()

    def format(self, record: logging.LogRecord) -> str:
        told = {name: value for name, value in vars(record).items() if name in _STANDARD or name in _TOLD}
        # Another handler may have written the traceback already, and less discreetly.
        discreet = logging.makeLogRecord({**told, "exc_text": _explained(record), "exc_info": None})
        formatted = self._written.format(discreet)
        # The longest first: one may be a part of another.
        for secret in sorted(self.secrets, key=len, reverse=True):
            formatted = formatted.replace(secret, _HIDDEN).replace(json.dumps(secret)[1:-1], _HIDDEN)
        return formatted


class _TextFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")


def _json_formatter() -> logging.Formatter:
    # Whoever reads the log themselves has no use for it.
    from pythonjsonlogger.json import JsonFormatter

    return JsonFormatter(
        ["levelname", "name", "message"],
        rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
        timestamp="time",
        json_ensure_ascii=False,
    )


def _explained(record: logging.LogRecord) -> str | None:
    """Return the traceback of a record, without what its errors quote."""
    error = record.exc_info[1] if record.exc_info else None
    return "".join(_lines(error, set())).rstrip("\n") if error else None


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    """Yield the lines of a traceback, those of what led to it first."""
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _lines(before, seen)
        yield "\nwhich led to:\n\n"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _lines(each, seen)
            yield "\nwhich is part of:\n\n"
    if error.__traceback__:
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(error.__traceback__)
    yield f"{_named(error)}\n"


def _named(error: BaseException) -> str:
    """Return what kind of error it is, and what it says where that quotes nobody."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    is_told = isinstance(error, OSError) or kind.__module__.partition(".")[0] in _RELIABLE
    said = str(error) if is_told else ""
    return f"{name}: {said}" if said else name


_formatter = _DiscreetFormatter()


def configure_logs(level: int, form: LogForm | None = None) -> None:
    """Send what is of a level at least to standard error; below `INFO`, what Vigie tells, and no library.

    What libraries tell for debugging holds whatever passes through them: what people write, and who they are.

    Args:
        level: the lowest level that is told.
        form: how lines are written, None to leave it to the settings.
    """
    handler = _StandardErrorHandler()
    _formatter.is_chosen = form is not None
    _formatter.write(form or LogForm.TEXT)
    handler.setFormatter(_formatter)
    logging.basicConfig(level=max(level, logging.INFO), handlers=[handler], force=True)
    logging.getLogger(_OURS).setLevel(level)


def prefer(form: LogForm) -> None:
    """Write lines in a form from now on, unless another was asked for on the command line."""
    if not _formatter.is_chosen:
        _formatter.write(form)


def hide(secrets: Iterable[str]) -> None:
    """Have secrets hidden in the logs from now on."""
    _formatter.secrets |= frozenset(filter(None, secrets))
