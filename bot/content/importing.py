"""Reads from files the passages that a community is to be taught: each is harmless data, or refused in a sentence."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.content.check import MAX_TEXT
from bot.content.corpus import Passage
from bot.content.export import SOURCES, TEAM_SOURCE
from bot.content.files import content_files
from bot.content.lessons import MAX_QUESTION
from bot.content.reading import PassageReader, line_of_key
from bot.content.safe_markdown import CONTROL
from bot.content.schemas import PassageHeader

LARGEST_FILE = 1 << 18
"""Bytes: twice what sixty questions of the greatest length take; what is larger is not read at all."""
_LONGEST_HEADER = 1 << 13
"""Characters: twice what all keys take. What YAML makes of more can take hours, or all of the memory."""


class TaughtReader(PassageReader):
    """Reads passages that people who are not the host's may have written; what is wrong adds up in `problems`."""

    def passages(self, given: Iterable[Path]) -> list[Passage]:
        """Return the passages of files and folders; each only once, whatever names it."""
        files = {path.parent.resolve() / path.name: path for each in given for path in self._files(each)}
        found = [passage for path in files.values() if (passage := self._passage(path))]
        self.check_ids(found)
        return found

    def read_text(self, path: Path) -> str | None:
        """Return the text of a file of its own and of a size that passages have, None for all else."""
        if path.is_symlink():
            self.report(path, 1, "it is a link to another file.", "Put that file in its place.")
        elif not path.is_file():
            self.report(path, 1, "it is no file.", "Write a passage there, or take it away.")
        elif path.stat().st_size > LARGEST_FILE:
            self.report(
                path, 1, f"the file is over {LARGEST_FILE >> 10} KB, which no passage takes.", "Shorten it, or part it."
            )
        else:
            return super().read_text(path)
        return None

    def read_header(self, path: Path, front: str) -> PassageHeader | None:
        """Return the front matter of a passage, None where something is wrong with it."""
        if len(front) > _LONGEST_HEADER:
            self.report(path, 2, f"the front matter is over {_LONGEST_HEADER} characters.", "Shorten it.")
            return None
        return super().read_header(path, front)

    def read_questions(self, path: Path) -> tuple[str, ...]:
        """Return the different questions of an optional file."""
        questions = super().read_questions(path)
        if any(CONTROL.search(question) or len(question) > MAX_QUESTION for question in questions):
            self._check_lines(path)
        return tuple(dict.fromkeys(" ".join(question.split()) for question in questions))

    def check_text(self, path: Path, first_line: int, text: str) -> None:
        """Report what is wrong with the text of a passage, whose Markdown is not read where it is too long anyway."""
        if len(text) <= MAX_TEXT:
            super().check_text(path, first_line, text)

    def _files(self, given: Path) -> Iterator[Path]:
        """Yield the Markdown file of each passage that a file is a part of, or that a folder holds."""
        try:
            if not (given.is_symlink() or given.exists()):
                self.report(given, 1, "there is no such file.", "Give files, or folders of them.")
                return
            for path in content_files(given) if given.is_dir() else [given]:
                if path.suffix == ".md" or (path.suffix == ".questions" and path.with_suffix(".md").exists()):
                    yield path.with_suffix(".md")
                elif path.suffix == ".questions":
                    self.report(path, 1, "there is no passage of that name.", f"Rename it, or write {path.stem}.md.")
                elif path.name != SOURCES and (path.is_symlink() or not path.is_dir()):
                    self.report(path, 1, "an unknown kind of file.", "Give only .md and .questions files.")
        except OSError as error:
            self._unreadable(given, error)

    def _passage(self, path: Path) -> Passage | None:
        """Return the passage of a file, None where there is something wrong with it."""
        passage = None
        try:
            passage = self.read_markdown(path)
            if passage:
                self._check_header(path, passage)
        except OSError as error:
            self._unreadable(path, error)
        if self.has_problem(path) or self.has_problem(path.with_suffix(".questions")):
            return None
        return passage

    def _check_header(self, path: Path, passage: Passage) -> None:
        """Report what a passage of a community's own has not, or may not hold."""
        for key in ("tags", "said_by", "see_also"):
            if getattr(passage, key):
                what = f"'{key}' is not kept of what a community taught."
                self.report(
                    path, line_of_key(path, key), what, "Take it out, or add the passage to a knowledge folder."
                )
        for key in ("title", "note"):
            if CONTROL.search(getattr(passage, key) or ""):
                self.report(path, line_of_key(path, key), f"the {key} holds a control character.", "Take it out.")
        if passage.source and not passage.source.id.startswith(TEAM_SOURCE):
            what = f"its source is '{passage.source.id}', and no community."
            remedy = f"Name a community as its source ('{TEAM_SOURCE}…'), or add the passage to a knowledge folder."
            self.report(path, line_of_key(path, "source"), what, remedy)

    def _check_lines(self, path: Path) -> None:
        """Report the questions that hold what nobody writes, or are too long."""
        for number, line in enumerate((self.read_text(path) or "").split("\n"), start=1):
            if CONTROL.search(line):
                self.report(path, number, "the question holds a control character.", "Take it out.")
            if len(line.strip()) > MAX_QUESTION:
                self.report(path, number, f"the question is over {MAX_QUESTION} characters.", "Shorten it.")

    def _unreadable(self, path: Path, error: OSError) -> None:
        self.report(path, 1, f"it cannot be read ({error.strerror}).", "Check its name and its permissions.")
