"""The check of what journeys say: every step's template renders for every answer that it reads, short enough."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, product
from pathlib import Path

from jinja2 import TemplateNotFound, TemplateSyntaxError

from bot.content.check import gone_services
from bot.content.corpus import GoneService
from bot.core.messages import Block
from bot.dialogue.script import Journey, Step, StepKind
from bot.dialogue.state import Answer
from bot.errors import Problem
from bot.rendering.journeys import ASKED, FOLDER, LONGEST_TOLD, roles_of, template_of, values_of
from bot.rendering.templates import SUFFIX, Templates

MAX_STEP = 680
"""Characters of a step, the longest answers told again in it, and of a reaction: a message stays under 900."""
MAX_REACTION = 218
_ALL_VALUES = {"answers", "picked", "this_week"}
_RENDERED = 4096


def check_journey_prompts(folder: Path, journeys: Sequence[Journey], services: Sequence[GoneService]) -> list[Problem]:
    """Return what is wrong with the templates of the journeys of a prompts folder."""
    templates = Templates(folder)
    problems = [
        problem
        for journey in journeys
        for step in journey.steps
        for problem in _step_problems(templates, folder, journey, step, services)
    ]
    expected = {f"{template_of(journey, step)}{SUFFIX}" for journey in journeys for step in journey.steps}
    written = sorted(path for journey in journeys for path in (folder / FOLDER / journey.id).rglob(f"*{SUFFIX}"))
    orphans = (path for path in written if path.relative_to(folder).as_posix() not in expected)
    return problems + [
        Problem(path, 1, "there is no step of that name.", "Rename it, or take it out.") for path in orphans
    ]


def _step_problems(
    templates: Templates, folder: Path, journey: Journey, step: Step, services: Sequence[GoneService]
) -> Iterator[Problem]:
    name = template_of(journey, step)
    path = folder / f"{name}{SUFFIX}"
    try:
        roles, read = templates.roles(name), templates.attributes_read(name)
    except TemplateNotFound:
        yield Problem(path, 1, f"the step '{step.id}' has no words.", "Write the file.")
        return
    except TemplateSyntaxError as error:
        yield Problem(path, error.lineno, f"not a valid template: {error.message}.", "Correct it.")
        return
    wrong = [*_role_problems(path, step, roles), *_read_problems(path, journey, read)]
    yield from wrong
    if not wrong:
        yield from _rendering_problems(templates, path, journey, step, services)


def _rendering_problems(
    templates: Templates, path: Path, journey: Journey, step: Step, services: Sequence[GoneService]
) -> Iterator[Problem]:
    name = template_of(journey, step)
    try:
        renderings = list(islice(_renderings(templates, journey, name), _RENDERED))
    except Exception as error:  # whatever a template can make of an answer
        yield Problem(path, 1, f"the template does not render: {error}.", "Correct what it does with the answers.")
    else:
        yield from _once(chain.from_iterable(_text_problems(path, step, blocks, services) for blocks in renderings))


def _renderings(templates: Templates, journey: Journey, name: str) -> Iterator[tuple[Block, ...]]:
    """Yield the template's blocks for every combination of the answers that it reads."""
    read = templates.attributes_read(name)
    names = sorted({*read.get("answers", {}), *read.get("picked", {})} & set(journey.saved))
    for values in product(*(_samples(journey.saved[each]) for each in names)):
        answers = {each: value for each, value in zip(names, values, strict=True) if value}
        for this_week in ("", "Une tâche"):
            yield templates.render(name, **values_of(journey, answers, this_week))


def _samples(step: Step) -> list[Answer | None]:
    """Return an answer of each sort that a step can get, none included."""
    if not step.options:
        return [None, Answer("ce que quelqu'un répond"), Answer("x" * LONGEST_TOLD)]
    each = [Answer(option.said, (option.id,)) for option in step.options]
    if step.kind is StepKind.SEVERAL:
        each.append(Answer(", ".join(one.text for one in each), tuple(option.id for option in step.options)))
    return [None, *each]


def _role_problems(path: Path, step: Step, roles: Sequence[str]) -> Iterator[Problem]:
    needed, optional = roles_of(step)
    for role in sorted(needed - set(roles)):
        yield Problem(path, 1, f"no block '{role}'.", f"A step of kind {step.kind} has one.")
    for role in sorted(set(roles) - needed - optional):
        yield Problem(path, 1, f"a block '{role}'.", f"Use only: {', '.join(sorted(needed | optional))}.")


def _read_problems(path: Path, journey: Journey, read: Mapping[str, Mapping[str, int]]) -> Iterator[Problem]:
    for value, attributes in read.items():
        for attribute, line in attributes.items():
            if value in _ALL_VALUES and attribute not in journey.saved:
                yield Problem(path, line, f"'{attribute}' is never saved.", "Save it in a step, or leave it out.")


def _text_problems(
    path: Path, step: Step, blocks: Sequence[Block], services: Sequence[GoneService]
) -> Iterator[Problem]:
    asked = "\n\n".join(block.text for block in blocks if block.role in ASKED)
    if len(asked) > MAX_STEP and step.kind is not StepKind.RECAP:
        yield Problem(
            path, 1, f"the step has {len(asked)} characters.", f"Shorten it to {MAX_STEP}, or part it in two."
        )
    for block in blocks:
        if block.role.startswith("on_") and len(block.text) > MAX_REACTION:
            yield Problem(path, 1, f"'{block.role}' has {len(block.text)} characters.", f"At most {MAX_REACTION}.")
    if not asked:
        yield Problem(path, 1, "for some answers the step says nothing.", "Say something whatever was answered.")
    if not any(block.role == "note" for block in blocks):
        for service in gone_services("\n\n".join(block.text for block in blocks), services):
            yield Problem(path, 1, f"{service.name} is named ({service.since}).", f"Write a note: {service.instead}.")


def _once(problems: Iterator[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
