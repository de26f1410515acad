"""Writes passages as the files that a knowledge folder has, to be read again, reviewed and kept there."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from bot.content.corpus import Passage, Source
from bot.content.schemas import Slug
from bot.errors import BotError

TEAM_SOURCE = "equipe-"
"""What the key of a community begins with, as the source of what its team wrote."""
SOURCES = "sources.yaml"
_NO_FILE = "-"
"""What stands for the document of a source that has none."""
_slug: TypeAdapter[str] = TypeAdapter(Slug)


def write_passages(folder: Path, source: Source, passages: Sequence[Passage], *, over: bool) -> list[Path]:
    """Write passages of one source into a folder, with the entry of that source, and return the files.

    Args:
        folder: where; it is made if need be.
        source: what all of the passages come from.
        passages: what is written.
        over: whether files that are there already are written over.

    Raises:
        BotError: a passage's id cannot name a file, a file is there already, or the folder cannot be written.
    """
    texts = {folder / SOURCES: _yaml({source.id: _details(source)})}
    for passage in passages:
        _check_id(passage)
        texts[folder / f"{passage.id}.md"] = markdown(passage)
        texts[folder / f"{passage.id}.questions"] = "".join(f"{question}\n" for question in passage.questions)
    try:
        _check_free(texts, source, over=over)
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            # What is there is not written through: it might be a link to somewhere else.
            path.unlink(missing_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise BotError(f"{folder} cannot be written ({error.strerror}). Give another folder.") from error
    return [*texts]


def markdown(passage: Passage) -> str:
    """Return a passage as the text of its file."""
    header = {
        "title": passage.title,
        "tags": [*passage.tags],
        "phase": passage.phase and passage.phase.value,
        "source": passage.source and passage.source.id,
        "status": passage.status.value,
        "reviewed_on": passage.reviewed_on,
        "note": passage.note,
    }
    return f"---\n{_yaml({key: value for key, value in header.items() if value is not None})}---\n{passage.text}\n"


def _details(source: Source) -> Mapping[str, Any]:
    return {
        "title": source.title,
        "author": source.author,
        "publisher": source.publisher,
        "year": source.year,
        "file": source.file or _NO_FILE,
    }


def _yaml(data: Mapping[str, Any]) -> str:
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=math.inf))


def _check_id(passage: Passage) -> None:
    try:
        _slug.validate_python(passage.id)
    except ValidationError as error:
        raise BotError(f"The id {passage.id!r} of the passage {passage.title!r} cannot name a file.") from error


def _check_free(paths: Iterable[Path], source: Source, *, over: bool) -> None:
    """Refuse to write over what is there, or, where that is wanted, over what tells of other sources."""
    for path in paths:
        if not over and (path.is_symlink() or path.exists()):
            raise BotError(f"{path} is there already. Give another folder, or --force to write over it.")
        if path.name == SOURCES and path.is_file():
            keys = [line for line in path.read_bytes().splitlines() if line.strip() and not line.startswith(b" ")]
            if keys != [f"{source.id}:".encode()]:
                raise BotError(f"{path} tells of other sources. Give another folder.")
