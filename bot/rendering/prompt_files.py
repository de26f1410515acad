"""Reads the YAML files that stand among the prompts."""

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

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
            Problem(path, line_of(text, detail["loc"]), f"{detail['msg']}.", "Write text, in quotes if need be.")
            for detail in error.errors()
        ]
        raise ContentError(problems) from error
