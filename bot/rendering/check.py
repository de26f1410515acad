"""The check of the prompts: every template renders, every kind of small talk has its reply, and only one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError
from pydantic import TypeAdapter

from bot.content.strict_yaml import line_of
from bot.core.figures import Sum
from bot.core.smalltalk import AROUND
from bot.errors import ContentError, Problem
from bot.rendering.prompt_files import read_prompt_file
from bot.rendering.templates import SUFFIX, Templates
from bot.rendering.wording import read_wording

JOURNEYS = "journeys"
SMALL_TALK = "smalltalk.yaml"
_phrases: TypeAdapter[dict[str, list[str]]] = TypeAdapter(dict[str, list[str]])
_SOURCE = SimpleNamespace(title="Titre", author="Auteur", publisher="Éditeur", year=2020, dated="2020")
_JOURNEY = SimpleNamespace(id="parcours", title="Titre", summary="Résumé", minutes=10)
_TASKS = [("À faire", "later", date(2026, 12, 3)), ("Déjà fait", "done", date(2026, 12, 4))]
_PROGRAMME = SimpleNamespace(
    when="mardi",
    place="7",
    place_title="Titre",
    is_here=True,
    is_quiet=True,
    themes=["Titre"],
    dates=[(date(2026, 12, 3), time(18, 30))],
)
_LESSON = SimpleNamespace(title="Titre", text="Un conseil.", questions=["Une question ?"] * 7, note="Une note.")
_CARD = SimpleNamespace(version=2, name="Léa", hidden=True, at=datetime(2026, 11, 22, tzinfo=UTC), lesson=_LESSON)
_EVERY_VALUE: dict[str, Any] = {
    "passage": SimpleNamespace(title="Titre", said_by="Quelqu'un", note="Une note.", source=_SOURCE),
    "text": "Un conseil.",
    "journey": _JOURNEY,
    "journeys": [_JOURNEY],
    "runs": {"parcours": "under_way"},
    "answers": [("Le but", "des clients")],
    "tasks": _TASKS,
    "plans": [("Titre", _TASKS)],
    "begun": [("Titre", ["des clients"], ["À faire : plus tard"])],
    "links": ["Titre"],
    "sources": [_SOURCE],
    "due": date(2026, 12, 3),
    "since": date(2026, 11, 22),
    "at": time(18, 30),
    "day": "jeudi",
    "community": SimpleNamespace(title="Titre", welcomes=True, welcome_text="Un mot.", role_refused=True),
    "picks": False,
    "named": False,
    "names": ["Léa", "Sam"],
    "turn": 1,
    "place": 2,
    "total": 9,
    "left": 7,
    "page": 1,
    "pages": 2,
    "count": 9,
    **dict.fromkeys(("feedback", "watches", "conversations", "events"), 2),
    **dict.fromkeys(("title", "task", "this_week", "bar", "zone", "code", "reference", "accounts"), "Texte"),
    **dict.fromkeys(("communities", "reminder"), "Texte"),
    **dict.fromkeys(("more", "again", "kept", "written", "several", "say", "under_way", "vie", "changed"), True),
    **dict.fromkeys(("name", "own"), "Texte"),
    **dict.fromkeys(("empty", "calendar", "lasts", "last", "was_on", "typed", "administers"), True),
    **dict.fromkeys(("quiet", "moderates", "moderators", "here", "quoted"), True),
    **dict.fromkeys(("command", "today"), "Texte"),
    "gaps": [("Une question ?", 3, True), ("Une autre", 1, False)],
    "questions": ["Une question ?"],
    "question": "Une question ?",
    "asked": "title",
    "lesson": _LESSON,
    "card": _CARD,
    "versions": [_CARD],
    "flaws": [("Le titre fait {} caractères.", "90")],
    **dict.fromkeys(("asked_for_team", "searched"), True),
    "hidden": 1,
    "until": date(2026, 11, 28),
    "deeds": [(date(2026, 12, 3), [(time(18, 30), "Quelqu'un", "a fait cela", "Texte")])],
    **dict.fromkeys(("endless", "misread", "earlier"), True),
    "spot": "Texte",
    "low_rated": [("Titre", "Une raison")],
    "oldest": ["Titre"],
    **dict.fromkeys(("answered", "suggested", "unknown", "started", "finished"), Sum(9, more=True)),
    **dict.fromkeys(("useful", "useless", "stale"), 9),
    "is_empty": False,
    "programmes": [_PROGRAMME],
    "holidays": [(date(2026, 12, 24), date(2027, 1, 2)), (date(2027, 5, 1), date(2027, 5, 1))],
    "first_day": date(2026, 12, 24),
    "last_day": date(2027, 1, 2),
    "themes": ["Titre"],
    "weekdays": ["mardi", "jeudi"],
    **dict.fromkeys(("explains", "was_paused"), True),
    **dict.fromkeys(("what", "words"), "Texte"),
}
"""A value for everything that some template inserts."""
_MAY_BE_NOTHING = (
    *("runs", "answers", "tasks", "plans", "begun", "links", "feedback", "watches", "conversations", "events", "day"),
    *("this_week", "communities", "reminder", "more", "again", "kept", "written", "several", "say", "under_way", "vie"),
    *("changed", "empty", "calendar", "lasts", "last", "was_on", "typed", "administers", "quiet", "moderates"),
    *("moderators", "names", "name", "own", "here", "quoted", "flaws", "questions", "asked_for_team", "searched"),
    "hidden",
    *("programmes", "holidays", "themes", "explains", "was_paused"),
    *("endless", "misread", "earlier", "spot"),
    *("low_rated", "oldest", "useful", "useless", "started", "finished", "stale"),
)
_LEAST = {name: type(value)() if name in _MAY_BE_NOTHING else value for name, value in _EVERY_VALUE.items()}
"""The same where what may be nothing is nothing."""


def read_small_talk(folder: Path) -> dict[str, list[str]]:
    """Return the phrases of each kind of small talk.

    Raises:
        ContentError: the file is not of that form.
    """
    return read_prompt_file(folder / SMALL_TALK, _phrases)


def check_prompts(folder: Path) -> list[Problem]:
    """Return what is wrong with the templates and the phrases of small talk of a prompts folder."""
    found = (path.relative_to(folder) for path in sorted(folder.rglob(f"*{SUFFIX}")))
    # The words of a journey are checked with the journey.
    names = [path.as_posix().removesuffix(SUFFIX) for path in found if path.parts[0] != JOURNEYS]
    templates = Templates(folder)
    problems = [problem for name in names for problem in _template_problems(templates, folder, name)]
    try:
        read_wording(folder)
        return problems + list(_small_talk_problems(folder, set(names)))
    except ContentError as error:
        return problems + list(error.problems)


def _template_problems(templates: Templates, folder: Path, name: str) -> Iterator[Problem]:
    path = folder / f"{name}{SUFFIX}"
    try:
        blocks = templates.render(name, **_EVERY_VALUE)
        templates.render(name, **_LEAST)
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
            yield Problem(path, line_of(text, [kind]), f"'{kind}' has no reply.", f"Write smalltalk/{kind}{SUFFIX}.")
    first: dict[str, str] = {}
    for kind, listed in phrases.items():
        for place, phrase in enumerate(listed):
            if first.setdefault(phrase.casefold(), kind) != kind or phrase in listed[:place]:
                line = line_of(text, [kind, place])
                yield Problem(path, line, f"'{phrase}' stands in '{first[phrase.casefold()]}' already.", "Keep one.")
