"""Which files of a knowledge folder are content."""

from pathlib import Path


def content_files(folder: Path) -> list[Path]:
    """Return every file and folder below a folder, in order, without those that are an editor's or a system's own."""
    return [path for path in sorted(folder.rglob("*")) if not is_hidden(path.relative_to(folder))]


def is_hidden(path: Path) -> bool:
    """Tell whether a path is an editor's or a system's own: hidden, or a copy kept aside."""
    return path.name.endswith("~") or any(part.startswith(".") for part in path.parts if part not in (".", ".."))
