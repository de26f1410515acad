"""The errors that reach a person, each with a sentence that says what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class BotError(Exception):
    """An error whose message is meant to be read: the command line prints it as it is, with exit code 2."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a content file: where (line 1 is the first), what, and what to do about it."""

    path: Path
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what} {self.remedy}"


class ContentError(BotError):
    """Content that does not pass the check: nothing of it is served."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
