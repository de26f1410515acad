"""The shapes of the content files, as their writers see them. A key that is not listed here is refused."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from bot.content.corpus import MAX_LABEL, MAX_TITLE, Phase, Status
from bot.dialogue.script import StepKind

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\r\n]*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
"""What a template can name: a step, an option or an answer of a journey."""
MAX_OPTIONS = 12
"""So many answers, and what leads on, find room under a message on every platform."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PassageHeader(_Schema):
    """The front matter of a Markdown passage."""

    title: Annotated[Line, StringConstraints(max_length=MAX_TITLE)]
    tags: Annotated[tuple[Line, ...], Field(strict=False)] = ()
    phase: Annotated[Phase, Field(strict=False)]
    source: Line
    said_by: Line | None = None
    see_also: Annotated[tuple[Slug, ...], Field(strict=False)] = ()
    status: Annotated[Status, Field(strict=False)]
    reviewed_on: date
    note: Line | None = None


class PassageRecord(_Schema):
    """One line of a JSON Lines corpus."""

    id: Annotated[str, Field(min_length=1)]
    title: str
    text: Text
    questions: Annotated[tuple[str, ...], Field(strict=False)] | None = None
    source: Line | None = None


class SourceEntry(_Schema):
    """One dated document in sources.yaml, under its key."""

    title: Line
    author: Line
    people: Annotated[tuple[Line, ...], Field(strict=False)] = ()
    publisher: Line
    year: Annotated[int, Field(ge=1990, le=2100)]
    inferred: bool = False
    file: Line


class ServiceEntry(_Schema):
    """A service that is gone or renamed, in services.yaml, under its name."""

    since: Line
    instead: Line
    also_a_word: bool = False


class ThemeEntry(_Schema):
    """A theme under which advice is browsed, in themes.yaml, under its id."""

    title: Annotated[Line, StringConstraints(max_length=MAX_LABEL)]
    tags: Annotated[tuple[Line, ...], Field(strict=False, min_length=1)]


class TipEntry(_Schema):
    """A tip, under its id, in the file of its theme."""

    passages: Annotated[tuple[Slug, ...], Field(strict=False, min_length=1)]
    text: Annotated[Line, StringConstraints(min_length=60, max_length=260)]
    today: Annotated[Line, StringConstraints(min_length=20, max_length=160)]


class SameMeaning(_Schema):
    """A lexicon group whose forms mean the same, in both directions."""

    same: Annotated[tuple[Line, ...], Field(strict=False, min_length=2)]


class OneWay(_Schema):
    """A lexicon group that holds in one direction: who types one of `typed` may mean one of `means`."""

    typed: Annotated[tuple[Line, ...], Field(strict=False, min_length=1)]
    means: Annotated[tuple[Line, ...], Field(strict=False, min_length=1)]


class OptionEntry(_Schema):
    """An answer of a journey's step, under its id."""

    label: Annotated[Line, StringConstraints(max_length=MAX_LABEL)]
    said: Line | None = None
    words: Annotated[tuple[Line, ...], Field(strict=False)] = ()
    next: Name | None = None
    right: bool = False


Wanted = Annotated[dict[Name, Name | list[Name]], Field(min_length=1)]


class BranchEntry(_Schema):
    """Where a step leads, when the answers named are among those given."""

    when: Wanted | None = None
    go: Name


def _as_branches(following: object) -> object:
    """Return a step named alone as a branch that holds in any case."""
    return [{"go": following}] if isinstance(following, str) else following


class ProposalEntry(_Schema):
    """A journey that a recap offers, when the answers named are among those given."""

    when: Wanted | None = None
    journey: Slug


class StepEntry(_Schema):
    """One step of a journey, under its id."""

    kind: Annotated[StepKind, Field(strict=False)]
    options: Annotated[dict[Name, OptionEntry], Field(max_length=MAX_OPTIONS)] | None = None
    save: Name | None = None
    recap: Line | None = None
    facts: Annotated[tuple[Slug, ...], Field(strict=False)] = ()
    task: Line | None = None
    days: Annotated[int, Field(ge=0, le=366)] | None = None
    next: Annotated[tuple[BranchEntry, ...], Field(strict=False), BeforeValidator(_as_branches)] = ()
    proposes: Annotated[tuple[ProposalEntry, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needed = {
            StepKind.CHOICE: ("options", "save"),
            StepKind.SEVERAL: ("options", "save"),
            StepKind.QUIZ: ("options",),
            StepKind.TEXT: ("save",),
            StepKind.TASK: ("task", "days"),
        }.get(self.kind, ())
        allowed = {*needed, "kind", "facts", "next"}
        if self.kind in (StepKind.CHOICE, StepKind.SEVERAL, StepKind.TEXT):
            allowed |= {"recap"}
        if self.kind is StepKind.RECAP:
            allowed |= {"proposes"}
        missing = [key for key in needed if getattr(self, key) is None]
        if missing:
            raise ValueError(f"a step of kind {self.kind} needs {' and '.join(missing)}")
        beside = sorted(self.model_fields_set - allowed)
        if beside:
            raise ValueError(f"a step of kind {self.kind} has no {' nor '.join(beside)}")
        if self.options is not None and len(self.options) < 2:
            raise ValueError("there is nothing to choose between fewer than two options")
        if self.kind is StepKind.QUIZ and not any(option.right for option in (self.options or {}).values()):
            raise ValueError("no answer of the quiz is right")
        return self


class JourneyEntry(_Schema):
    """A journey, in a file of its own whose name is its id."""

    title: Annotated[Line, StringConstraints(max_length=MAX_LABEL)]
    summary: Line
    version: Annotated[int, Field(ge=1)]
    minutes: Annotated[int, Field(ge=1)]
    order: int = 100
    sources: Annotated[tuple[Line, ...], Field(strict=False, min_length=1)]
    steps: Annotated[dict[Name, StepEntry], Field(min_length=1)]
