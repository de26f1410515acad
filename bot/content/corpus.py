"""What Vigie knows: passages of advice, the sources they come from, the lexicon, and the subjects it does not treat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from hashlib import blake2s
from pathlib import Path

from bot.dialogue.script import Journey

MAX_LABEL = 80
"""Characters: a Discord button's label holds no more."""
MAX_TITLE = MAX_LABEL
"""A title is offered as a button."""


class Phase(StrEnum):
    """The three movements of the VIE method."""

    VIRALISER = "viraliser"
    INFORMER = "informer"
    EDUQUER = "éduquer"


class Status(StrEnum):
    """Whether a passage still holds as it stands, or needs its note to be read today."""

    CURRENT = "current"
    DATED = "dated"


@dataclass(frozen=True, slots=True)
class Location:
    """Where something stands: a file and a line, 1 being the first."""

    path: Path
    line: int


@dataclass(frozen=True, slots=True)
class Source:
    """A dated document that passages come from."""

    id: str
    title: str
    author: str | None = None
    people: tuple[str, ...] = ()
    publisher: str | None = None
    year: int | None = None
    inferred: bool = False
    file: str | None = None

    @property
    def dated(self) -> str:
        """The year as it is said: "2017", or "vers 2009" where the document does not tell it."""
        return f"vers {self.year}" if self.inferred else str(self.year or "")


@dataclass(frozen=True, slots=True)
class Passage:
    """One piece of advice, with the questions that it answers."""

    id: str
    title: str
    text: str
    location: Location
    source: Source | None = None
    said_by: str | None = None
    tags: tuple[str, ...] = ()
    phase: Phase | None = None
    see_also: tuple[str, ...] = ()
    status: Status = Status.CURRENT
    note: str | None = None
    reviewed_on: date | None = None
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Forms that mean the same. What is typed in a form of `given` is also looked for in the forms of `meant`."""

    given: tuple[str, ...]
    meant: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutsideTopic:
    """A subject that Vigie does not treat, known by how people ask about it."""

    id: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoneService:
    """A service that no longer is what a passage may say of it: what became of it, and what to say today.

    `also_a_word` marks a name that is a common word too: only with its capital letter is it the service.
    """

    name: str
    since: str
    instead: str
    also_a_word: bool = False


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject under which advice can be browsed: the passages that carry one of its tags."""

    id: str
    title: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tip:
    """A word of advice for everybody to read, that ends with one thing to do today.

    Attributes:
        id: unique.
        theme: the theme that it belongs to.
        text: the advice.
        today: what to do.
        passages: the ids of the passages that it is drawn from, the first, and that it suits as well.
        location: where it stands.
    """

    id: str
    theme: str
    text: str
    today: str
    passages: tuple[str, ...]
    location: Location


@dataclass(frozen=True)
class Corpus:
    """Everything that answers are made from, as one consistent set."""

    passages: tuple[Passage, ...] = ()
    lexicon: tuple[Equivalence, ...] = ()
    outside: tuple[OutsideTopic, ...] = ()
    sources: tuple[Source, ...] = ()
    gone_services: tuple[GoneService, ...] = ()
    journeys: tuple[Journey, ...] = ()
    themes: tuple[Theme, ...] = ()
    tips: tuple[Tip, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Passage]:
        """The passages by their ids."""
        return {passage.id: passage for passage in self.passages}

    def journey(self, identifier: str) -> Journey | None:
        """Return the journey of an id, None if there is none."""
        return next((journey for journey in self.journeys if journey.id == identifier), None)

    @cached_property
    def by_digest(self) -> Mapping[str, Passage]:
        """The passages by the digests of their ids, which are short whatever the id is."""
        return {digest(passage.id): passage for passage in self.passages}


@lru_cache(maxsize=1024)
def digest(text: str) -> str:
    """Return 16 letters that stand for a text of any length."""
    return blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
