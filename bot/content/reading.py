"""Reads a knowledge folder into a corpus, and refuses it whole when any file of it breaks a structural rule."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.content.corpus import Corpus, Equivalence, GoneService, Location, OutsideTopic, Passage, Source, Status, Theme
from bot.content.files import content_files
from bot.content.journeys import read_journeys
from bot.content.reader import FIX_YAML, ContentReader, in_words
from bot.content.safe_markdown import uncarried
from bot.content.schemas import (
    OneWay,
    PassageHeader,
    PassageRecord,
    SameMeaning,
    ServiceEntry,
    Slug,
    SourceEntry,
    ThemeEntry,
)
from bot.content.strict_yaml import StrictYamlError, line_of, parse
from bot.content.tips import read_tips
from bot.errors import BotError, ContentError

_FENCE = "---"
_slug: TypeAdapter[str] = TypeAdapter(Slug)
_PLAIN = "Keep to paragraphs, lists, bold and https links."


def read_corpus(folder: Path) -> Corpus:
    """Return the corpus of a knowledge folder: `passages/` (*.md and *.jsonl); sources, lexicon and outside optional.

    Raises:
        BotError: the folder, or its `passages` folder, does not exist.
        ContentError: some files break a structural rule; it names each place.
    """
    if not (folder / "passages").is_dir():
        raise BotError(
            f"{folder} holds no folder 'passages'. Give a knowledge folder, such as the one that comes with Vigie."
        )
    return _Reader(folder).corpus()


class PassageReader(ContentReader):
    """Reads passages, each from a Markdown file of its own, which names a source among those known, if any are."""

    def __init__(self) -> None:
        super().__init__()
        self._sources: dict[str, Source] | None = None

    def read_markdown(self, path: Path) -> Passage | None:
        """Return the passage of a file, None where it holds none that can be read."""
        text = self.read_text(path)
        if text is None:
            return None
        opening, _, rest = text.partition("\n")
        front, closing, body = rest.partition(f"\n{_FENCE}\n")
        if opening.strip() != _FENCE or not closing:
            self.report(path, 1, "no front matter.", f"Begin the file with '{_FENCE}', the keys, and '{_FENCE}' again.")
            return None
        header = self.read_header(path, front)
        try:
            _slug.validate_python(path.stem)
        except ValidationError:
            self.report(
                path, 1, f"'{path.stem}' cannot be an id.", "Name the file with at most 40 of a-z, 0-9 and hyphens."
            )
        first_line = front.count("\n") + 4
        body = body.strip()
        self.check_text(path, first_line, body)
        if header is None:
            return None
        if (header.status is Status.DATED) != (header.note is not None):
            self.report(
                path,
                line_of(front, ["status"]) + 1,
                f"the status is {header.status}, and there is {'a' if header.note else 'no'} note.",
                "A dated passage has a note that says what has changed; a current one has none.",
            )
        return Passage(
            path.stem,
            header.title,
            body,
            Location(path, first_line),
            self._source(header.source, path, 2 + front[: front.find("\nsource:") + 1].count("\n")),
            header.said_by,
            header.tags,
            header.phase,
            header.see_also,
            header.status,
            header.note,
            header.reviewed_on,
            self.read_questions(path.with_suffix(".questions")),
        )

    def read_header(self, path: Path, front: str) -> PassageHeader | None:
        """Return the front matter of a passage, None where something is wrong with it."""
        try:
            return self.validate(PassageHeader, parse(front), path, front, first_line=2)
        except StrictYamlError as error:
            self.report(path, error.line + 1, str(error), FIX_YAML)
            return None

    def read_questions(self, path: Path) -> tuple[str, ...]:
        """Return the questions of an optional file."""
        text = self.read_text(path) if path.exists() else None
        return tuple(line.strip() for line in (text or "").split("\n") if line.strip())

    def check_text(self, path: Path, first_line: int, text: str) -> None:
        """Report what is wrong with the text of a passage, which begins on a line of its file."""
        if not text:
            self.report(path, first_line, "no text.", "Write the advice below the front matter.")
        for line, name in uncarried(text):
            self.report(path, first_line + line - 1, f"{name}: no platform carries it.", _PLAIN)

    def check_ids(self, passages: Iterable[Passage]) -> None:
        """Report the passages that have the id of another one."""
        first: dict[str, Passage] = {}
        for passage in passages:
            where = passage.location
            other = first.setdefault(passage.id, passage)
            if other is not passage:
                self.report(
                    where.path,
                    where.line,
                    f"the id '{passage.id}' stands in {other.location.path} too.",
                    "Give one of them another id.",
                )

    def _source(self, key: str, path: Path, line: int) -> Source | None:
        if self._sources is None:
            return Source(key, key)
        if key not in self._sources:
            self.report(path, line, f"the source '{key}' is unknown.", "Use a key of sources.yaml, or add it there.")
        return self._sources.get(key)


class _Reader(PassageReader):
    """Reads every file of a knowledge folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def corpus(self) -> Corpus:
        self._sources = self._read_sources(self._folder / "sources.yaml")
        lexicon = self._read_lexicon(self._folder / "lexicon.yaml")
        outside = self._read_outside(self._folder / "outside.yaml")
        services = self._read_services(self._folder / "services.yaml")
        themes = self._read_themes(self._folder / "themes.yaml")
        files = content_files(self._folder / "passages")
        passages = [passage for path in files for passage in self._read_passages(path)]
        self.check_ids(passages)
        self._check_links(passages)
        known = {passage.id for passage in passages}
        journeys = read_journeys(self, self._folder / "journeys", self._sources, known)
        tips = read_tips(self, self._folder / "tips", {theme.id for theme in themes}, known)
        if self.problems:
            raise ContentError(sorted(self.problems))
        sources = tuple((self._sources or {}).values())
        return Corpus(tuple(passages), lexicon, outside, sources, services, journeys, themes, tips)

    def _read_sources(self, path: Path) -> dict[str, Source] | None:
        """Return the sources by key; one whose details are wrong is reported, and its key is known all the same."""
        entries = self.read_entries(path, SourceEntry)
        if entries is None:
            return None
        return {key: Source(key, **dict(entry)) if entry else Source(key, key) for key, entry in entries.items()}

    def _read_services(self, path: Path) -> tuple[GoneService, ...]:
        entries = self.read_entries(path, ServiceEntry) or {}
        return tuple(GoneService(name, **dict(entry)) for name, entry in entries.items() if entry)

    def _read_themes(self, path: Path) -> tuple[Theme, ...]:
        entries = self.read_entries(path, ThemeEntry) or {}
        return tuple(Theme(key, entry.title, entry.tags) for key, entry in entries.items() if entry)

    def _read_lexicon(self, path: Path) -> tuple[Equivalence, ...]:
        text, data = self.read_yaml(path)
        if data is None:
            return ()
        if not isinstance(data, list):
            self.report(path, 1, "the lexicon is not a list.", "Write one group a line: '- same: [boulot, emploi]'.")
            return ()
        groups = []
        for position, item in enumerate(data):
            schema = OneWay if isinstance(item, dict) and "typed" in item else SameMeaning
            group = self.validate(schema, item, path, text, [position])
            if isinstance(group, SameMeaning):
                groups.append(Equivalence(group.same, group.same))
            elif isinstance(group, OneWay):
                groups.append(Equivalence(group.typed, group.means))
        return tuple(groups)

    def _read_outside(self, path: Path) -> tuple[OutsideTopic, ...]:
        text, data = self.read_yaml(path)
        if data is None:
            return ()
        try:
            topics = TypeAdapter(dict[Slug, list[str]]).validate_python(data)
        except ValidationError as error:
            for detail in error.errors():
                steps = [step for step in detail["loc"] if step != "[key]"]
                self.report(
                    path,
                    line_of(text, steps),
                    f"{detail['msg']}.",
                    "Write one key a subject, a list of questions below it.",
                )
            return ()
        return tuple(OutsideTopic(key, tuple(questions)) for key, questions in topics.items())

    def _read_passages(self, path: Path) -> Iterator[Passage]:
        if path.suffix == ".md":
            passage = self.read_markdown(path)
            if passage:
                yield passage
        elif path.suffix == ".jsonl":
            yield from self._read_records(path)
        elif path.suffix == ".questions":
            if not path.with_suffix(".md").exists():
                self.report(path, 1, "there is no passage of that name.", f"Rename it, or write {path.stem}.md.")
        elif path.is_file():
            self.report(
                path, 1, "an unknown kind of file.", "Keep only .md, .questions and .jsonl files among the passages."
            )

    def _read_records(self, path: Path) -> Iterator[Passage]:
        text = self.read_text(path)
        for number, line in enumerate((text or "").split("\n"), start=1):
            if not line.strip():
                continue
            try:
                record = PassageRecord.model_validate_json(line)
            except ValidationError as error:
                for detail in error.errors():
                    self.report(
                        path, number, *in_words(detail["type"], list(detail["loc"]), detail["msg"], PassageRecord)
                    )
                continue
            for _, name in uncarried(record.text):
                self.report(path, number, f"{name}: no platform carries it.", _PLAIN)
            yield Passage(
                record.id,
                record.title,
                record.text,
                Location(path, number),
                self._source(record.source, path, number) if record.source else None,
                questions=record.questions or (),
            )

    def _check_links(self, passages: Sequence[Passage]) -> None:
        known = {passage.id for passage in passages}
        for passage in passages:
            for target in passage.see_also:
                if target not in known or target == passage.id:
                    self.report(
                        passage.location.path,
                        line_of_key(passage.location.path, "see_also"),
                        f"see_also names '{target}', which is no other passage.",
                        "Name the id of another passage, or leave it out.",
                    )


def line_of_key(path: Path, key: str) -> int:
    """Return the line, from 1, on which a key of a passage's front matter stands."""
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    return next((number for number, line in enumerate(lines, start=1) if line.startswith(f"{key}:")), 1)
