"""Reads content files, gathering problems rather than stopping at the first."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.content.corpus import MAX_TITLE
from bot.content.strict_yaml import StrictYamlError, line_of, parse
from bot.errors import Problem

Schema = TypeVar("Schema", bound=BaseModel)

FIX_YAML = "Correct the YAML on that line."


class ContentReader:
    """Reads files one after the other; what is wrong with them adds up in `problems`."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def report(self, path: Path, line: int, what: str, remedy: str) -> None:
        """Add a problem."""
        self.problems.append(Problem(path, line, what, remedy))

    def has_problem(self, path: Path) -> bool:
        """Tell whether something is wrong with a file so far."""
        return any(problem.path == path for problem in self.problems)

    def read_text(self, path: Path) -> str | None:
        """Return the text of a file, None where it cannot be read."""
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.report(path, line, "the file is not UTF-8.", "Save it as UTF-8.")
        except OSError as error:
            self.report(
                path, 1, f"the file cannot be read ({error.strerror}).", "Check that it is a file, and its permissions."
            )
        return None

    def read_yaml(self, path: Path) -> tuple[str, Any]:
        """Return the text and the data of an optional YAML file, ("", None) where there is none or it is broken."""
        text = self.read_text(path) if path.exists() else None
        if text is None:
            return "", None
        try:
            return text, parse(text)
        except StrictYamlError as error:
            self.report(path, error.line, str(error), FIX_YAML)
            return "", None

    def validate(
        self,
        schema: type[Schema],
        data: Any,
        path: Path,
        text: str,
        within: Sequence[str | int] = (),
        first_line: int = 1,
    ) -> Schema | None:
        """Return data in the shape of a schema, None where it is not: `within` is where the data stands in the text."""
        try:
            return schema.model_validate(data)
        except ValidationError as error:
            for detail in error.errors():
                steps = [step for step in detail["loc"] if isinstance(step, str | int)]
                line = line_of(text, [*within, *steps]) + first_line - 1
                self.report(path, line, *in_words(detail["type"], steps, detail["msg"], schema))
            return None

    def read_entries(self, path: Path, schema: type[Schema]) -> dict[str, Schema | None] | None:
        """Return the entries of an optional file by name, None for one that is not valid; None without a file."""
        text, data = self.read_yaml(path)
        if data is None:
            return None
        if not isinstance(data, dict):
            self.report(path, 1, "the file is not a mapping.", "Write one key an entry, its details below it.")
            return None
        return {str(key): self.validate(schema, value, path, text, [key]) for key, value in data.items()}


def in_words(
    kind: str, steps: Sequence[str | int], message: str, schema: type[BaseModel] | None = None
) -> tuple[str, str]:
    """Return a validation error as what is wrong and what to do; the schema tells which keys there are."""
    where = ".".join(map(str, steps))
    match kind:
        case "missing":
            return f"'{where}' is missing.", "Add it."
        case "extra_forbidden" if schema and len(steps) == 1:
            return f"'{where}' is an unknown key.", f"Use only: {', '.join(schema.model_fields)}."
        case "extra_forbidden":
            return f"'{where}' is an unknown key.", "Take it out, or correct its name."
        case "string_too_long" if where == "title":
            return f"the title is over {MAX_TITLE} characters.", "Shorten it: it must fit on a button."
        case "json_invalid":
            return f"not valid JSON: {message}.", "Write one JSON object on each line."
        case _:
            return f"'{where}': {message}." if where else f"{message}.", "Correct it."
