"""The shapes of the content files, as their writers see them. A key that is not listed here is refused."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.content.corpus import Phase, Status

MAX_TITLE = 80
"""Characters: a Discord button's label holds no more, and a title is offered as a button."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\r\n]*$")]
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


class SameMeaning(_Schema):
    """A lexicon group whose forms mean the same, in both directions."""

    same: Annotated[tuple[Line, ...], Field(strict=False, min_length=2)]


class OneWay(_Schema):
    """A lexicon group that holds in one direction: who types one of `typed` may mean one of `means`."""

    typed: Annotated[tuple[Line, ...], Field(strict=False, min_length=1)]
    means: Annotated[tuple[Line, ...], Field(strict=False, min_length=1)]
