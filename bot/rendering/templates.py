"""The sentences that Vigie says: Jinja templates that make Markdown.

A template is a sequence of Jinja blocks; each makes one block of the reply, under its name; an empty one is left out.
Whatever a template inserts is escaped as Markdown, so that nothing typed by a person or written in a corpus can be
markup, unless it was marked as `Markup` because the knowledge check has let its Markdown pass.
"""

import re
from collections.abc import Callable, Container, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, Template, nodes
from jinja2.runtime import Context
from markupsafe import Markup

from bot.core.messages import Block
from bot.rendering.spoken import brief, clock, cut, day, enumerated, figure

SUFFIX = ".md.j2"
_Part = Callable[[dict[str, Any]], Block | None]
"""Makes one block of a reply from the values that a template may insert, None where it says nothing."""

_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>~|&])")
_CALLS = re.compile(r"((?<!\w)@|(?<!\S)/)(?=\w)")
"""What a platform would make a mention or a command of; not what stands within an address, a date or « et/ou »."""
_JOINER = "\u2060"
_BEGINNING = re.compile(r"^(\d{0,9})(?=[-+#=.)])")
"""What would begin a list, a heading or a rule."""


def escape_markdown(text: str) -> str:
    """Return the text so that Markdown shows it as it is, on one line, and no platform calls anybody by it."""
    escaped = _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))
    return uncalled(_BEGINNING.sub(r"\1\\", escaped))


def uncalled(text: str) -> str:
    """Return the text so that no platform calls anybody by it, nor makes a command of it."""
    return _CALLS.sub(rf"\1{_JOINER}", text)


class Templates:
    """Renders the templates of one language's folder."""

    def __init__(self, folder: Path) -> None:
        # Read now: when something is to be said, the machine may have no file to open left.
        self._loader = DictLoader(
            {
                file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
                for file in folder.rglob(f"*{SUFFIX}")
            }
        )
        self._environment = Environment(
            loader=self._loader,
            undefined=StrictUndefined,
            finalize=_finalize,
            auto_reload=False,
            autoescape=False,  # noqa: S701 - what is made is Markdown: `finalize` escapes
            trim_blocks=True,
            lstrip_blocks=True,
        )

        self._environment.filters |= {
            "day": day,
            "clock": clock,
            "enumerated": enumerated,
            "figure": figure,
            "brief": brief,
            "cut": cut,
            "filled": str.format,
        }
        self._parts = cache(self._read_parts)

    def render(self, name: str, only: Container[str] | None = None, /, **values: Any) -> tuple[Block, ...]:
        """Return the blocks of the template `name` in the order of the file: all, or `only` those of some roles."""
        parts = (part for role, part in self._parts(name).items() if only is None or role in only)
        return tuple(block for part in parts if (block := part(values)))

    def roles(self, name: str) -> tuple[str, ...]:
        """Return the roles of the blocks that the template holds, said or not, in the order of the file."""
        return tuple(self._parts(name))

    def attributes_read(self, name: str) -> dict[str, dict[str, int]]:
        """Return what the template reads of each value (`answers.goal`): value, to attribute, to the first line."""
        found: dict[str, dict[str, int]] = {}
        for node in self._tree(name).find_all(nodes.Getattr):
            if isinstance(node.node, nodes.Name):
                found.setdefault(node.node.name, {}).setdefault(node.attr, node.lineno)
        return found

    def _read_parts(self, name: str) -> Mapping[str, _Part]:
        """Return what makes each block of a template, by role; one that names no value is made here, once."""
        template = self._environment.get_template(_file(name))
        parts = {role: self._part(template, role) for role in template.blocks}
        named = {block.name for block in self._tree(name).find_all(nodes.Block) if block.find(nodes.Name)}
        return {role: part if role in named else _always(part({})) for role, part in parts.items()}

    def _part(self, template: Template, role: str) -> _Part:
        def said(values: dict[str, Any]) -> Block | None:
            # `new_context` would first copy the values, and all that Jinja lets templates name beside.
            context = Context(self._environment, values, template.name, template.blocks)
            text = "".join(template.blocks[role](context)).strip()
            return Block(role, text) if text else None

        return said

    def _tree(self, name: str) -> nodes.Template:
        source, _, _ = self._loader.get_source(self._environment, _file(name))
        return self._environment.parse(source)


def _file(name: str) -> str:
    return f"{name}{SUFFIX}"


def _always(block: Block | None) -> _Part:
    return lambda _values: block


def _finalize(value: Any) -> Any:
    return value if isinstance(value, Markup) else escape_markdown(str(value))
