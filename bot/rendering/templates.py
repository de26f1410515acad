"""The sentences that Vigie says: Jinja templates that make Markdown.

A template is a sequence of Jinja blocks; each makes one block of the reply, under its name; an empty one is left out.
Whatever a template inserts is escaped as Markdown, so that nothing typed by a person or written in a corpus can be
markup, unless it was marked as `Markup` because the knowledge check has let its Markdown pass.
"""

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.core.messages import Block

_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>~|])")


def escape_markdown(text: str) -> str:
    """Return the text so that Markdown shows it as it is, on one line."""
    return _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))


class Templates:
    """Renders the templates of one language's folder."""

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            finalize=_finalize,
            autoescape=False,  # noqa: S701 - what is made is Markdown: `finalize` escapes
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, name: str, **values: Any) -> tuple[Block, ...]:
        """Return the blocks of the template `name`, in the order of the file."""
        template = self._environment.get_template(f"{name}.md.j2")
        context = template.new_context(values)
        texts = ((role, "".join(render(context)).strip()) for role, render in template.blocks.items())
        return tuple(Block(role, text) for role, text in texts if text)


def _finalize(value: Any) -> Any:
    return value if isinstance(value, Markup) else escape_markdown(str(value))
