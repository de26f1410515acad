"""What is said in the log, for tests that wait for it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.waiting import Pulse


class Log(logging.Handler):
    """Hears all that is logged while it listens."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self._pulse = Pulse()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
        self._pulse.beat()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def count(self, words: str) -> int:
        """Return how many times some words were said."""
        return sum(words in line for line in self.lines)

    async def says(self, words: str, times: int = 1, within: float = 5) -> None:
        """Wait until some words were said so many times."""
        try:
            await self._pulse.until(lambda: self.count(words) >= times, within)
        except TimeoutError:
            raise AssertionError(f"the log does not say {words!r} but {self.text}") from None


@contextmanager
def heard() -> Iterator[Log]:
    """Listen to the log."""
    log, root = Log(), logging.getLogger()
    root.addHandler(log)
    try:
        yield log
    finally:
        root.removeHandler(log)
