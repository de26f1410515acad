"""Reads the journeys of a knowledge folder, and refuses those whose graph is wrong."""

from collections.abc import Collection, Container, Iterator, Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.content.files import content_files
from bot.content.reader import ContentReader
from bot.content.schemas import BranchEntry, JourneyEntry, OptionEntry, ProposalEntry, Slug, StepEntry
from bot.content.strict_yaml import line_of
from bot.dialogue.lint import flaws
from bot.dialogue.script import Branch, Journey, Option, Step

_slug: TypeAdapter[str] = TypeAdapter(Slug)


def read_journeys(
    reader: ContentReader, folder: Path, sources: Container[str] | None, passages: Collection[str]
) -> tuple[Journey, ...]:
    """Return the journeys of a folder; what is wrong with them is reported.

    Args:
        reader: what gathers the problems.
        folder: the folder of the YAML files; it may be missing.
        sources: the known sources, None where any will do.
        passages: the ids of the known passages.
    """
    found = [(path, _read_journey(reader, folder, path)) for path in content_files(folder) if path.is_file()]
    journeys = {path: journey for path, journey in found if journey}
    for path, journey in journeys.items():
        _check_names(reader, path, journey, sources, passages, {each.id for each in journeys.values()})
        for flaw in flaws(journey):
            reader.report(path, flaw.line, flaw.what, flaw.remedy)
    return tuple(sorted(journeys.values(), key=lambda journey: (journey.order, journey.id)))


def _read_journey(reader: ContentReader, folder: Path, path: Path) -> Journey | None:
    if path.suffix != ".yaml" or path.parent != folder:
        reader.report(path, 1, "not a journey.", "Keep only .yaml files among the journeys, and no folder.")
        return None
    text, data = reader.read_yaml(path)
    if (text and data is None) or (not text and not reader.has_problem(path)):
        reader.report(
            path, 1, "the file holds no journey.", "Write title, summary, version, minutes, sources and steps."
        )
    entry = reader.validate(JourneyEntry, data, path, text) if data is not None else None
    try:
        _slug.validate_python(path.stem)
    except ValidationError:
        reader.report(path, 1, f"'{path.stem}' cannot be an id.", "Name the file with at most 40 of a-z, 0-9, hyphens.")
        return None
    if entry is None:
        return None
    steps = [_step(name, step, line_of(text, ["steps", name])) for name, step in entry.steps.items()]
    return Journey(
        id=path.stem,
        title=entry.title,
        summary=entry.summary,
        version=entry.version,
        minutes=entry.minutes,
        order=entry.order,
        sources=entry.sources,
        steps=tuple(steps),
    )


def _step(name: str, entry: StepEntry, line: int) -> Step:
    return Step(
        id=name,
        kind=entry.kind,
        line=line,
        options=tuple(_option(key, option) for key, option in (entry.options or {}).items()),
        save=entry.save,
        recap=entry.recap,
        facts=entry.facts,
        task=entry.task,
        days=entry.days,
        next=tuple(_branch(each) for each in entry.next),
        proposes=tuple(_branch(each) for each in entry.proposes),
    )


def _option(key: str, entry: OptionEntry) -> Option:
    said = entry.said or entry.label[:1].lower() + entry.label[1:]
    return Option(key, entry.label, said, entry.words, entry.next, entry.right)


def _branch(entry: BranchEntry | ProposalEntry) -> Branch:
    target = entry.go if isinstance(entry, BranchEntry) else entry.journey
    wanted = {name: (given,) if isinstance(given, str) else tuple(given) for name, given in (entry.when or {}).items()}
    return Branch(target, wanted)


def _check_names(
    reader: ContentReader,
    path: Path,
    journey: Journey,
    sources: Container[str] | None,
    passages: Container[str],
    journeys: Container[str],
) -> None:
    for source in journey.sources:
        if sources is not None and source not in sources:
            line = line_of(path.read_text(encoding="utf-8-sig"), ["sources"])
            reader.report(
                path, line, f"the source '{source}' is unknown.", "Use a key of sources.yaml, or add it there."
            )
    for line, what in _unknown(journey, passages, journeys):
        reader.report(path, line, what, "Correct the name, or leave it out.")
    for name, step in _saved_twice(journey):
        reader.report(path, step.line, f"'{name}' is saved by another step already.", "Give it another name.")


def _unknown(journey: Journey, passages: Container[str], journeys: Container[str]) -> Iterator[tuple[int, str]]:
    for step in journey.steps:
        for fact in step.facts:
            if fact not in passages:
                yield step.line, f"'{fact}' is no passage."
        for proposal in step.proposes:
            if proposal.target not in journeys or proposal.target == journey.id:
                yield step.line, f"'{proposal.target}' is no other journey."


def _saved_twice(journey: Journey) -> Iterator[tuple[str, Step]]:
    first: Mapping[str, Step] = {}
    for step in journey.steps:
        if step.save and step.save in first:
            yield step.save, step
        elif step.save:
            first = {**first, step.save: step}
