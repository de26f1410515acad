"""Reads the tips of a knowledge folder: a file a theme."""

from collections.abc import Container, Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.content.corpus import Location, Tip
from bot.content.files import content_files
from bot.content.reader import ContentReader
from bot.content.safe_markdown import uncarried
from bot.content.schemas import Slug, TipEntry
from bot.content.strict_yaml import line_of

_slug: TypeAdapter[str] = TypeAdapter(Slug)


def read_tips(reader: ContentReader, folder: Path, themes: Container[str], passages: Container[str]) -> tuple[Tip, ...]:
    """Return the tips of a folder; what is wrong with them is reported.

    Args:
        reader: what gathers the problems.
        folder: the folder of the YAML files; it may be missing.
        themes: the ids of the known themes.
        passages: the ids of the known passages.
    """
    tips: dict[str, Tip] = {}
    for path in content_files(folder):
        if path.suffix != ".yaml" or path.stem not in themes:
            reader.report(path, 1, "not the tips of a theme.", "Name the file after a theme of themes.yaml.")
            continue
        for tip in _read_file(reader, path):
            first = tips.setdefault(tip.id, tip)
            if first is not tip:
                what = f"the id '{tip.id}' stands in {first.location.path} too."
                reader.report(path, tip.location.line, what, "Give one of them another id.")
            for name in tip.passages:
                if name not in passages:
                    reader.report(path, tip.location.line, f"'{name}' is no passage.", "Name the id of a passage.")
    return tuple(tips.values())


def _read_file(reader: ContentReader, path: Path) -> Iterator[Tip]:
    text = reader.read_text(path) or ""
    for name, entry in (reader.read_entries(path, TipEntry) or {}).items():
        line = line_of(text, [name])
        try:
            _slug.validate_python(name)
        except ValidationError:
            reader.report(path, line, f"'{name}' cannot be an id.", "Use at most 40 of a-z, 0-9 and hyphens.")
        if entry is None:
            continue
        for part in (entry.text, entry.today):
            for _, what in uncarried(part):
                reader.report(path, line, f"{what}: no platform carries it.", "Keep to words, bold at most.")
        yield Tip(name, path.stem, entry.text, entry.today, entry.passages, Location(path, line))
