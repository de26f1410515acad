"""YAML read strictly: no key twice, no alias, no object; each value can be found again by its line."""

from collections.abc import Sequence
from typing import Any

import yaml

_DEEPEST, _LONGEST = 20, 10_000


class StrictYamlError(Exception):
    """The text is not YAML that we accept; `line` counts from 1."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.line = line


class _StrictLoader(yaml.CSafeLoader):
    """Refuses what YAML allows and content never needs: doubled keys (one would be lost) and aliases (they explode)."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyYAML's
        if node in self.constructed_objects:
            raise StrictYamlError("an alias (*name) repeats a value.", node.start_mark.line + 1)
        try:
            return super().construct_object(node, deep)
        except (ValueError, TypeError) as error:
            raise StrictYamlError(f"'{node.value}' cannot be read ({error}).", node.start_mark.line + 1) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise StrictYamlError("a key is not a word.", key.start_mark.line + 1)
            if key.value in seen:
                raise StrictYamlError(f"the key '{key.value}' stands twice.", key.start_mark.line + 1)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse(text: str) -> Any:
    """Return the data of one YAML document.

    Raises:
        StrictYamlError: the text is not YAML, or holds a key twice, an alias or a tag.
    """
    try:
        _refuse_what_explodes(text)
        return yaml.load(text, _StrictLoader)  # noqa: S506 - a CSafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise StrictYamlError(f"not valid YAML: {error.problem}.", mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise StrictYamlError(f"not valid YAML: {error}.", 1) from error


def _refuse_what_explodes(text: str) -> None:
    """Look through a text piece by piece: what is nested deep, or goes on for long, can take all memory or time."""
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent) and len(event.value) > _LONGEST:
            raise StrictYamlError(f"a value has over {_LONGEST} characters.", line)
        if depth > _DEEPEST:
            raise StrictYamlError(f"it is nested more than {_DEEPEST} levels deep.", line)


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the line, from 1, on which the value at a path of keys and positions stands (or its nearest parent)."""
    node: yaml.Node | None = yaml.compose(text, yaml.CSafeLoader)
    line = 1
    for step in path:
        child = None
        if isinstance(node, yaml.MappingNode):
            child = next((value for key, value in node.value if key.value == step), None)
            line = next((key.start_mark.line + 1 for key, _ in node.value if key.value == step), line)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
            line = child.start_mark.line + 1
        node = child
    return line
