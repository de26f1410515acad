"""The check of the prompts: every template renders, every kind of small talk has its reply, and only one."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError
from pydantic import TypeAdapter, ValidationError

from bot.content.strict_yaml import StrictYamlError, line_of, parse
from bot.core.smalltalk import AROUND
from bot.errors import ContentError, Problem
from bot.rendering.templates import Templates

SMALL_TALK = "smalltalk.yaml"
_SUFFIX = ".md.j2"
_phrases: TypeAdapter[dict[str, list[str]]] = TypeAdapter(dict[str, list[str]])
_SOURCE = SimpleNamespace(title="Titre", author="Auteur", publisher="Éditeur", year=2020, dated="2020")
_EVERY_VALUE: dict[str, Any] = {
    "passage": SimpleNamespace(title="Titre", said_by="Quelqu'un", note="Une note.", source=_SOURCE),
    "text": "Un conseil.",
    "more": True,
    "again": True,
    "kept": True,
}
"""A value for everything that some template inserts."""


def read_small_talk(folder: Path) -> dict[str, list[str]]:
    """Return the phrases of each kind of small talk.

    Raises:
        ContentError: the file is not of that form.
    """
    path = folder / SMALL_TALK
    text = path.read_text(encoding="utf-8")
    try:
        return _phrases.validate_python(parse(text))
    except StrictYamlError as error:
        raise ContentError([Problem(path, error.line, str(error), "Correct the YAML on that line.")]) from error
    except ValidationError as error:
        where = [detail["loc"] for detail in error.errors()]
        problems = [
            Problem(path, line_of(text, loc), "not a phrase.", "Write text, in quotes if need be.") for loc in where
        ]
        raise ContentError(problems) from error


def check_prompts(folder: Path) -> list[Problem]:
    """Return what is wrong with the templates and the phrases of small talk of a prompts folder."""
    names = [path.relative_to(folder).as_posix().removesuffix(_SUFFIX) for path in sorted(folder.rglob(f"*{_SUFFIX}"))]
    templates = Templates(folder)
    problems = [problem for name in names for problem in _template_problems(templates, folder, name)]
    try:
        return problems + list(_small_talk_problems(folder, set(names)))
    except ContentError as error:
        return problems + list(error.problems)


def _template_problems(templates: Templates, folder: Path, name: str) -> Iterator[Problem]:
    path = folder / f"{name}{_SUFFIX}"
    try:
        blocks = templates.render(name, **_EVERY_VALUE)
    except TemplateSyntaxError as error:
        yield Problem(path, error.lineno, f"not a valid template: {error.message}.", "Correct it.")
    except TemplateError as error:
        yield Problem(path, 1, f"the template does not render: {error.message}.", "Insert only what the message holds.")
    else:
        if not blocks:
            yield Problem(
                path, 1, "the template says nothing.", "Write the sentence between {% block text %} and {% endblock %}."
            )


def _small_talk_problems(folder: Path, names: set[str]) -> Iterator[Problem]:
    path = folder / SMALL_TALK
    phrases = read_small_talk(folder)
    text = path.read_text(encoding="utf-8")
    for kind in phrases:
        if kind != AROUND and f"smalltalk/{kind}" not in names:
            yield Problem(path, line_of(text, [kind]), f"'{kind}' has no reply.", f"Write smalltalk/{kind}{_SUFFIX}.")
    first: dict[str, str] = {}
    for kind, listed in phrases.items():
        for place, phrase in enumerate(listed):
            if first.setdefault(phrase.casefold(), kind) != kind or phrase in listed[:place]:
                line = line_of(text, [kind, place])
                yield Problem(path, line, f"'{phrase}' stands in '{first[phrase.casefold()]}' already.", "Keep one.")
