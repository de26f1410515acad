"""What `vigie doctor` finds: how it stands with one thing, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How it stands with something."""

    WELL = "well"
    NOTED = "noted"
    """It may be meant, or could not be looked at."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, what was found, and what to do about it unless it is well."""

    subject: str
    found: str
    grade: Grade = Grade.WELL
    remedy: str = ""


def noted(subject: str, found: str, remedy: str) -> Finding:
    """Return that something may be meant, or could not be looked at."""
    return Finding(subject, found, Grade.NOTED, remedy)


def wrong(subject: str, found: str, remedy: str = "") -> Finding:
    """Return that something is wrong; what was found may say itself what to do about it."""
    return Finding(subject, found, Grade.WRONG, remedy)
