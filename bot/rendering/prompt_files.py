"""Reads the YAML files that stand among the prompts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.content.reader import in_words
from bot.content.strict_yaml import StrictYamlError, line_of, parse
from bot.errors import ContentError, Problem

Shape = TypeVar("Shape")


def read_prompt_file(path: Path, shape: TypeAdapter[Shape]) -> Shape:
    """Return the data of a YAML file in a shape.

    Raises:
        ContentError: the file is not of that shape; it names each place.
    """
    text = path.read_text(encoding="utf-8")
    try:
        return shape.validate_python(parse(text))
    except StrictYamlError as error:
        raise ContentError([Problem(path, error.line, str(error), "Correct the YAML on that line.")]) from error
    except ValidationError as error:
        problems = [
            Problem(path, line_of(text, detail["loc"]), *_in_words(detail["type"], detail["loc"], detail["msg"]))
            for detail in error.errors()
        ]
        raise ContentError(problems) from error


def _in_words(kind: str, steps: Sequence[str | int], message: str) -> tuple[str, str]:
    """Return a validation error as what is wrong and what to do; a key that is missing has no line to tell it by."""
    return in_words(kind, steps, message) if kind == "missing" else (f"{message}.", "Write text, in quotes if need be.")
