"""The evaluation set: questions with the patterns of a right answer, follow-ups, out-of-scope questions, small talk."""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "sets"


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation of one turn or two, and what a right answer to the last one holds.

    An answer is right when its text, in lower case and without accents, matches at least one pattern of every group of
    `must`. A case without `must` is out of scope: it must not be answered with advice.
    """

    id: str
    turns: tuple[str, ...]
    style: str
    must: tuple[tuple[str, ...], ...] = ()

    @property
    def for_tuning(self) -> bool:
        """Whether the case belongs to the half that parameters are chosen on; the other half is trusted."""
        return int(self.id[-3:]) % 2 == 0

    def is_right(self, text: str) -> bool:
        """Tell whether a text is a right answer."""
        folded = folded_text(text)
        return bool(self.must) and all(any(re.search(pattern, folded) for pattern in group) for group in self.must)


def folded_text(text: str) -> str:
    """Return the text as the patterns expect it: lower case, no accents, no ligatures, straight apostrophes."""
    plain = text.lower().replace("œ", "oe").replace("’", "'")
    return "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))


def questions() -> list[Case]:
    """Return the questions that the passages answer."""
    return [_case(record, record["style"]) for record in _records("questions")]


def follow_ups() -> list[Case]:
    """Return the conversations of two turns, whose second leans on the first."""
    return [_case(record, "follow-up") for record in _records("follow_ups")]


def out_of_scope() -> list[Case]:
    """Return what must not be answered with advice."""
    return [_case(record, record["kind"]) for record in _records("out_of_scope")]


def smalltalk() -> list[Case]:
    """Return greetings, thanks and the like."""
    return [_case(record, record["kind"]) for record in _records("smalltalk")]


def _records(name: str) -> Iterable[dict[str, Any]]:
    return map(json.loads, (_FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())


def _case(record: dict[str, Any], style: str) -> Case:
    turns = record.get("turns") or [record["question"]]
    return Case(record["id"], tuple(turns), style, tuple(tuple(group) for group in record.get("must", ())))
