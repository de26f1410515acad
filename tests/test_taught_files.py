"""What a community taught goes out as files and comes back, on the command line; hostile files change nothing."""

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.app import build_advisor
from bot.content.corpus import MAX_TITLE, Location, Passage, Phase, Source, Status
from bot.content.export import markdown, write_passages
from bot.content.importing import LARGEST_FILE, TaughtReader
from bot.content.lessons import MAX_NOTE, MAX_QUESTION, MAX_QUESTIONS, FlawKind
from bot.content.reading import read_corpus
from bot.core.imports import flawed
from bot.errors import BotError
from bot.loading import load_retriever
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from bot.storage import audit, communities, misses, taught
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Transaction, open_database
from bot.storage.taught import Card, Lesson, Writer
from tests.command_line import run, run_apart
from tests.conftest import PASSAGE, SOURCES
from tests.conversations.classroom import SERVER
from tests.conversations.words import LABELS
from tests.people import NOON, Member

THEN = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
TEAM = Community("discord", "77", "L'Atelier numérique !")
KEY = "equipe-l-atelier-numerique"
LEA = Writer("1", "Léa")
LESSON = Lesson(
    "Où trouver la charte",
    "La charte est épinglée **en haut** du salon accueil.\n\n- Lis-la.\n- Garde-la.",
    ("où est la charte ?", "charte"),
)
SPECIAL = Lesson(
    "- {{ 7*7 }}: [x]! #1 'où' \"ça\" | & *a* %yes ~ 🚢",
    "*Nota* : {{ 7*7 }} {% raw %} : « [ici](https://exemple.org/a_b?c=1&d=[2]) »"
    " @tous /start\n\n1. un\\_deux : 'x'\n2. deux",
    ("- {{ 7*7 }} ?", '# où: "ça"', "--- 'x'", "null", "🚢 ?"),
    "Depuis 2027 : « oui », #non: {x}",
    Phase.VIRALISER,
)


@dataclass(frozen=True)
class Desk:
    """Somebody at the command line, and a database that two communities taught something."""

    folder: Path
    environment: dict[str, str]

    @property
    def database(self) -> Path:
        return Path(self.environment["VIGIE_DATABASE"])

    def run(self, *arguments: object) -> CompletedProcess[bytes]:
        return run("knowledge", *map(str, arguments), environment=self.environment, folder=self.folder)

    def run_apart(self, *arguments: object) -> CompletedProcess[bytes]:
        """Run it in a process of its own."""
        return run_apart("knowledge", *map(str, arguments), environment=self.environment, folder=self.folder)

    def export(self, *arguments: object) -> str:
        result = self.run("export", "--community", "discord/77", *arguments)
        assert result.returncode == 0, result.stderr.decode()
        return result.stdout.decode()

    def take(self, *arguments: object) -> str:
        result = self.run("import", "--community", "discord/77", *arguments)
        assert result.returncode == 0, result.stderr.decode()
        return result.stdout.decode()

    def refused(self, *arguments: object, apart: bool = False) -> str:
        """Have something refused in a sentence, and nothing be changed."""
        before = self.kept()
        result = (self.run_apart if apart else self.run)(*arguments)
        said = result.stderr.decode()
        assert result.returncode == 2, said
        assert "Traceback" not in said
        assert not any(letter in said for letter in "\x1b\x07\u202e")
        assert self.kept() == before
        return said

    def not_taken(self, *arguments: object) -> str:
        return self.refused("import", "--community", "discord/77", *arguments)

    def does(self, do: Callable[[Transaction], Any]) -> Any:
        async def done() -> Any:
            async with open_database(self.database) as database, database.transaction() as transaction:
                return await do(transaction)

        return asyncio.run(done())

    def cards(self, team: Community = TEAM) -> dict[str, Card]:
        return {card.id: card for card in self.does(lambda transaction: taught.all_of(transaction, team))}

    def kept(self) -> list[list[tuple[Any, ...]]]:
        """Return all that an import may change."""

        async def read(transaction: Transaction) -> list[list[tuple[Any, ...]]]:
            tables = ("taught", "taught_versions", "audit", "communities", "misses")
            return [[tuple(row) for row in await transaction.rows(f"SELECT * FROM {table}")] for table in tables]  # noqa: S608

        return self.does(read)  # type: ignore[no-any-return]


@pytest.fixture
def desk(tmp_path: Path, new_file: Path) -> Desk:
    return _desk(tmp_path, new_file)


def _desk(folder: Path, new_file: Path) -> Desk:
    """Return a desk before a small knowledge folder, and communities with two passages (one hidden), one, and none."""
    shutil.copyfile(new_file, folder / "vigie.sqlite3")
    knowledge = folder / "knowledge"
    (knowledge / "passages").mkdir(parents=True)
    (knowledge / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    text = PASSAGE.format(title="Planter des tomates", text="Plante les tomates après les gelées, en plein soleil.")
    (knowledge / "passages" / "tomates.md").write_text(text, encoding="utf-8")
    gone = "Viadeo:\n  since: fermé\n  instead: LinkedIn\n"
    (knowledge / "services.yaml").write_text(gone, encoding="utf-8")
    desk = Desk(
        folder,
        {
            **os.environ,
            "VIGIE_DATABASE": str(folder / "vigie.sqlite3"),
            "VIGIE_KNOWLEDGE": str(knowledge),
            "VIGIE_CACHE": str(folder / "cache"),
            "COLUMNS": "200",
        },
    )

    async def teach(transaction: Transaction) -> None:
        other = Community("telegram", "-100", "Le verger")
        for each in (TEAM, other, Community("telegram", "-200", "Rien appris")):
            await communities.keep(transaction, each)
        await taught.add(transaction, TEAM, "charte-ab12", LESSON, LEA, THEN)
        hidden = Lesson("Le vieux serveur", "Il n'est plus là.", ("vieux serveur ?",))
        number = await taught.add(transaction, TEAM, "vieux-ab12", hidden, LEA, THEN)
        await taught.set_hidden(transaction, TEAM, number, hidden=True)
        theirs = Lesson("Tailler les pommiers", "En hiver, hors gel.", ("quand tailler ?",))
        await taught.add(transaction, other, "pommiers-cd34", theirs, LEA, THEN)

    desk.does(teach)
    return desk


def passage_text(text: str = "Chaque mardi à midi, au deuxième étage.", title: str = "Le déjeuner", **keys: str) -> str:
    header = {"title": title, "phase": "informer", "source": KEY, "status": "current", "reviewed_on": "2026-11-22"}
    lines = "".join(f"{key}: {value}\n" for key, value in {**header, **keys}.items())
    return f"---\n{lines}---\n{text}\n"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def good(name: str = "dejeuner") -> dict[str, str | bytes]:
    return {f"{name}.md": passage_text(), f"{name}.questions": "quand déjeune-t-on ?\n"}


# Out.


def test_what_was_taught_is_written_as_a_knowledge_folder_has_it(desk: Desk) -> None:
    result = desk.run_apart("export", "--community", "discord/77", "out")
    assert result.returncode == 0
    said = result.stdout.decode()
    assert "Passages of L'Atelier numérique ! in out: 1," in said
    assert "review" in said
    out = desk.folder / "out"
    assert sorted(path.name for path in out.iterdir()) == ["charte-ab12.md", "charte-ab12.questions", "sources.yaml"]
    assert (out / "charte-ab12.md").read_text(encoding="utf-8") == (
        f"---\ntitle: Où trouver la charte\ntags: []\nphase: informer\nsource: {KEY}\nstatus: current\n"
        f"reviewed_on: 2026-03-01\n---\n{LESSON.text}\n"
    )
    assert (out / "charte-ab12.questions").read_text(encoding="utf-8") == "où est la charte ?\ncharte\n"
    assert yaml.safe_load((out / "sources.yaml").read_text(encoding="utf-8")) == {
        KEY: {
            "title": "L'Atelier numérique !",
            "author": "L'équipe",
            "publisher": "L'Atelier numérique !",
            "year": 2026,
            "file": "-",
        }
    }


def test_hidden_passages_are_written_where_they_are_wanted(desk: Desk) -> None:
    desk.export("all", "--hidden")
    assert (desk.folder / "all" / "vieux-ab12.md").exists()


def test_without_a_folder_they_are_written_in_one_of_their_own(desk: Desk) -> None:
    desk.export()
    assert (desk.folder / KEY / "charte-ab12.md").exists()


def test_without_a_community_those_that_taught_something_are_listed(desk: Desk) -> None:
    result = desk.run("export")
    assert result.returncode == 0
    rows = [line.split() for line in result.stdout.decode().splitlines()[1:]]
    assert rows == [["discord/77", "L'Atelier", "numérique", "!", "2"], ["telegram/-100", "Le", "verger", "1"]]


def test_where_nobody_taught_anything_it_is_said(desk: Desk) -> None:
    desk.environment["VIGIE_DATABASE"] = str(desk.folder / "new.sqlite3")
    result = desk.run("export")
    assert result.returncode == 0
    assert "No community has taught anything yet." in result.stdout.decode()


@pytest.mark.parametrize("community", ["telegram/77", "77", "a'; DROP TABLE taught--"])
def test_a_community_that_is_not_known_is_refused(desk: Desk, community: str) -> None:
    assert "Vigie serves no community" in desk.refused("export", "--community", community, "out")
    assert not (desk.folder / "out").exists()
    files = write(desk.folder / "in", good())
    assert "Vigie serves no community" in desk.refused("import", "--community", community, files)


def test_a_community_that_taught_nothing_has_nothing_written(desk: Desk) -> None:
    result = desk.run("export", "--community", "telegram/-200", "out")
    assert result.returncode == 0
    assert "no passage" in result.stdout.decode()
    assert not (desk.folder / "out").exists()


def test_a_folder_without_a_community_is_refused(desk: Desk) -> None:
    assert "--community" in desk.refused("export", "out")
    assert "--community" in desk.refused("import", write(desk.folder / "in", good()))


@pytest.mark.parametrize("name", ["charte-ab12.md", "charte-ab12.questions", "sources.yaml"])
def test_nothing_is_written_over_unasked(desk: Desk, name: str) -> None:
    out = write(desk.folder / "out", {name: "mine"})
    said = desk.refused("export", "--community", "discord/77", "out")
    assert f"out/{name} is there already" in said
    assert "--force" in said
    assert [path.name for path in out.iterdir()] == [name]
    assert (out / name).read_text() == "mine"


def test_what_was_written_is_written_over_when_that_is_wanted(desk: Desk) -> None:
    desk.export("out")
    (desk.folder / "out" / "charte-ab12.md").write_text("changed")
    desk.export("out", "--force")
    assert "épinglée" in (desk.folder / "out" / "charte-ab12.md").read_text(encoding="utf-8")


def test_other_sources_are_never_written_over(desk: Desk) -> None:
    out = write(desk.folder / "out", {"sources.yaml": SOURCES})
    assert "other sources" in desk.refused("export", "--community", "discord/77", "out", "--force")
    assert (out / "sources.yaml").read_text(encoding="utf-8") == SOURCES


def test_a_link_is_not_written_through(desk: Desk) -> None:
    write(desk.folder, {"elsewhere": "mine"})
    (desk.folder / "out").mkdir()
    (desk.folder / "out" / "charte-ab12.md").symlink_to(desk.folder / "elsewhere")
    desk.refused("export", "--community", "discord/77", "out")
    desk.export("out", "--force")
    assert (desk.folder / "elsewhere").read_text() == "mine"
    assert not (desk.folder / "out" / "charte-ab12.md").is_symlink()


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(desk: Desk) -> None:
    write(desk.folder, {"file": ""})
    assert "cannot be written" in desk.refused("export", "--community", "discord/77", "file")
    assert "cannot be written" in desk.refused("export", "--community", "discord/77", "file/below")


def test_an_id_that_cannot_name_a_file_writes_nothing(desk: Desk) -> None:
    lesson = Lesson("Ailleurs", "Texte.", ("où ?",))
    desk.does(lambda transaction: taught.add(transaction, TEAM, "../\x1b[31m", lesson, LEA, THEN))
    assert "cannot name a file" in desk.refused("export", "--community", "discord/77", "out")
    assert not (desk.folder / "out").exists()


@pytest.mark.parametrize("identifier", ["../../evil", "/etc/evil", "a/b", "عربي", "x" * 41, "", "A", "a.b", "a\n"])
def test_ids_that_cannot_name_a_file_are_refused(tmp_path: Path, identifier: str) -> None:
    source = Source(KEY, KEY)
    passages = [Passage(each, "Titre", "Texte.", Location(tmp_path, 1), source) for each in ("a", identifier)]
    with pytest.raises(BotError, match="cannot name a file"):
        write_passages(tmp_path / "out", source, passages, over=True)
    assert not (tmp_path / "out").exists()


def test_a_community_whose_title_holds_no_letter_has_a_source_all_the_same(desk: Desk) -> None:
    desk.does(lambda transaction: communities.keep(transaction, Community("discord", "77", "مرحبا 🚢")))
    desk.export()
    assert (desk.folder / "equipe-discord-77" / "charte-ab12.md").exists()


def test_what_is_written_passes_the_check_but_for_what_is_left_to_review(desk: Desk) -> None:
    desk.does(lambda transaction: taught.add(transaction, TEAM, "special-ab12", SPECIAL, LEA, THEN))
    desk.export("out")
    knowledge = Path(desk.environment["VIGIE_KNOWLEDGE"])
    for path in (desk.folder / "out").iterdir():
        if path.name == "sources.yaml":
            with (knowledge / "sources.yaml").open("a", encoding="utf-8") as sources:
                sources.write(path.read_text(encoding="utf-8"))
        else:
            path.rename(knowledge / "passages" / path.name)
    corpus = read_corpus(knowledge)
    assert corpus.by_id["special-ab12"].text == SPECIAL.text
    assert corpus.by_id["special-ab12"].source == Source(
        KEY, TEAM.title, "L'équipe", publisher=TEAM.title, year=2026, file="-"
    )
    checked = run("check", environment=desk.environment, folder=desk.folder)
    problems = [line for line in checked.stderr.decode().splitlines() if "ab12" in line]
    assert len(problems) == 2
    assert all("questions. Write 24 or more" in problem for problem in problems)


# Back.


def test_what_was_written_is_read_back_as_it_was(desk: Desk) -> None:
    desk.does(lambda transaction: taught.add(transaction, TEAM, "special-ab12", SPECIAL, LEA, THEN))
    desk.export("out", "--hidden")
    before = desk.kept()
    assert "0 new, 0 corrected, 3 unchanged." in desk.take("out")
    assert desk.kept() == before


_letters = st.characters(
    exclude_categories=("Cs", "Cc", "Zl", "Zp"),
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff",
)
_lines = st.text(_letters, min_size=1, max_size=60).map(lambda text: " ".join(text.split())).filter(bool)


@given(
    title=_lines, text=st.lists(_lines, min_size=1, max_size=4), questions=st.lists(_lines, unique=True), note=_lines
)
def test_whatever_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, title: str, text: list[str], questions: list[str], note: str
) -> None:
    folder = tmp_path_factory.mktemp("out")
    source = Source(KEY, title, "L'équipe", publisher=title, year=2026)
    passage = Passage(
        "a", title, "\n\n".join(text), Location(folder, 1), source, phase=Phase.EDUQUER, status=Status.DATED, note=note,
        reviewed_on=THEN.date(), questions=tuple(questions),
    )  # fmt: skip
    write_passages(folder, source, [passage], over=False)
    reader = TaughtReader()
    # What no platform carries is refused, and is not what is looked at here.
    reader.check_text = lambda *_: None  # type: ignore[method-assign]
    [read] = reader.passages([folder])
    assert reader.problems == []
    assert (read.title, read.text, read.questions, read.note) == (title, passage.text, tuple(questions), note)
    assert (read.phase, read.status, read.reviewed_on) == (Phase.EDUQUER, Status.DATED, THEN.date())


def test_new_ids_become_passages_and_known_ones_new_versions(desk: Desk) -> None:
    desk.export("out")
    path = desk.folder / "out" / "charte-ab12.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Garde-la", "Signe-la"), encoding="utf-8")
    write(desk.folder / "out", good())
    said = desk.take("out")
    assert "corrected  charte-ab12  Où trouver la charte" in said
    assert "new        dejeuner  Le déjeuner" in said
    assert "1 new, 1 corrected, 0 unchanged." in said
    cards = desk.cards()
    assert cards["charte-ab12"].version == 2
    assert "Signe-la" in cards["charte-ab12"].lesson.text
    assert cards["charte-ab12"].name == "vigie knowledge import"
    assert cards["dejeuner"].lesson == Lesson(
        "Le déjeuner", "Chaque mardi à midi, au deuxième étage.", ("quand déjeune-t-on ?",)
    )
    past = desk.does(lambda transaction: taught.history(transaction, TEAM, cards["charte-ab12"].number))
    assert [card.lesson for card in past][1] == LESSON
    deeds = desk.does(lambda transaction: audit.latest(transaction, TEAM, 10))
    assert {(deed.name, deed.action, deed.subject) for deed in deeds} == {
        ("vigie knowledge import", Action.CORRECTED, "Où trouver la charte"),
        ("vigie knowledge import", Action.TAUGHT, "Le déjeuner"),
    }


def test_files_are_taken_one_by_one_too_each_once(desk: Desk) -> None:
    folder = write(desk.folder / "in", {**good(), "sources.yaml": "whatever: it holds"})
    said = desk.take(*(folder / name for name in ("dejeuner.md", "dejeuner.questions", "sources.yaml")), folder)
    assert "1 new, 0 corrected, 0 unchanged." in said


def test_a_hidden_passage_that_is_corrected_stays_hidden(desk: Desk) -> None:
    desk.export("out", "--hidden")
    path = desk.folder / "out" / "vieux-ab12.md"
    path.write_text(path.read_text(encoding="utf-8").replace("plus là", "plus ici"), encoding="utf-8")
    desk.take(path)
    assert (desk.cards()["vieux-ab12"].hidden, desk.cards()["vieux-ab12"].version) == (True, 2)


def test_other_communities_have_the_same_ids_and_keep_their_own(desk: Desk) -> None:
    verger = Community("telegram", "-100", "Le verger")
    before = desk.cards(verger)
    desk.take(write(desk.folder / "in", good("pommiers-cd34")))
    assert desk.cards()["pommiers-cd34"].lesson.title == "Le déjeuner"
    assert desk.cards(verger) == before


async def test_what_is_taken_over_answers_at_once_where_vigie_runs(desk: Desk) -> None:
    retriever = load_retriever(Path(desk.environment["VIGIE_KNOWLEDGE"]), read_parameters())
    async with open_database(desk.database) as database:
        max_ = Member(build_advisor(lambda: retriever, database), "max", "77", platform="discord")
        await max_.says("quand déjeune-t-on ?")
        assert "mardi" not in max_.reads
        folder = write(desk.folder / "in", good())
        result = await asyncio.to_thread(desk.run_apart, "import", "--community", "discord/77", folder)
        assert result.returncode == 0, result.stderr.decode()
        assert "Chaque mardi à midi" in await max_.says("quand déjeune-t-on ?")
        async with database.transaction() as transaction:
            assert [gap.question for gap in await misses.gaps(transaction, TEAM)] == []


# Refused, with all that comes with it.

TWICE = ("Elle s'allume quand quelqu'un enregistre.", "La lampe rouge")
BROKEN: dict[str, tuple[dict[str, str | bytes], str]] = {
    "an empty file": ({"a.md": ""}, "a.md:1: no front matter"),
    "no front matter": ({"a.md": "Le conseil, sans plus.\n"}, "a.md:1: no front matter"),
    "a front matter without end": ({"a.md": "---\ntitle: a\n"}, "a.md:1: no front matter"),
    "an empty front matter": ({"a.md": "---\n\n---\nTexte.\n"}, "a.md:2:"),
    "an alias": ({"a.md": passage_text(note="&a [x, *a]")}, "an alias"),
    "a bomb of aliases": ({"a.md": passage_text(a="&a [l, l]", b="&b [*a, *a]", c="[*b, *b]")}, "an alias"),
    "a doubled key": ({"a.md": passage_text().replace("---\nC", "title: Un autre\n---\nC")}, "'title' stands twice"),
    "an unknown key": ({"a.md": passage_text(color="red")}, "'color' is an unknown key"),
    "an object of Python": ({"a.md": passage_text(title="!!python/object/apply:os.system ['touch x']")}, "not valid"),
    "a set": ({"a.md": passage_text(title="!!set {a, b}")}, "'title'"),
    "bytes": ({"a.md": passage_text(title="!!binary aGVsbG8=")}, "'title'"),
    "deep nesting": ({"a.md": passage_text(title="[" * 100_000)}, "the front matter is over"),
    "deep nesting, small": ({"a.md": passage_text(title="[" * 2000 + "]" * 2000)}, "nested more than"),
    "deep nesting of lists": ({"a.md": passage_text(title="\n" + "- " * 120_000)}, "the front matter is over"),
    "a number of base 60": ({"a.md": passage_text(title="1:" * 100_000 + "1")}, "the front matter is over"),
    "a long number": ({"a.md": passage_text(reviewed_on="1" * 6000)}, "a.md:"),
    "a day that is none": ({"a.md": passage_text(reviewed_on="2026-13-45")}, "a.md:6:"),
    "a title of two lines": ({"a.md": passage_text(title='"Un\\ndeux"')}, "a.md:2: 'title'"),
    "a title that is no text": ({"a.md": passage_text(title="2026")}, "a.md:2: 'title'"),
    "a title without words": ({"a.md": passage_text(title="'!!!'")}, "a.md:2: the title holds no word"),
    "a long title": ({"a.md": passage_text(title="a" * (MAX_TITLE + 1))}, "a.md:2: the title is over 80"),
    "a control character in the title": ({"a.md": passage_text(title='"Un \\e[31mrouge"')}, "a.md:2: the title holds"),
    "a turned title": ({"a.md": passage_text(title="Un \u202ednif")}, "a.md:2: the title holds a control character"),
    "a turned note": ({"a.md": passage_text(status="dated", note="a\u2066b")}, "a.md:7: the note holds a control"),
    "a long note": ({"a.md": passage_text(status="dated", note="a" * (MAX_NOTE + 1))}, "a.md:7: the note has 301"),
    "a note, and current": ({"a.md": passage_text(note="Depuis, non.")}, "A dated passage has a note"),
    "a control character in the front matter": ({"a.md": passage_text(title="Un \x1b[31mrouge")}, "not valid YAML"),
    "a null": ({"a.md": passage_text(title="a\x00b")}, "not valid YAML"),
    "a key that commands the terminal": ({"a.md": passage_text(**{'"\\e[31m"': "x"})}, "is an unknown key"),
    "a value that commands the terminal": ({"a.md": passage_text(reviewed_on='!!int "\\e[31m"')}, "cannot be read"),
    "no text": ({"a.md": passage_text("")}, "no text"),
    "a text without words": ({"a.md": passage_text("...")}, "the text holds no word"),
    "a long text": ({"a.md": passage_text("mot " * 300)}, "the text has 1199 characters"),
    "a text of brackets": ({"a.md": passage_text("[" * 200_000)}, "the text has 200000 characters"),
    "a control character": ({"a.md": passage_text("Rouge \x1b[31m.")}, "a.md:8: a control character"),
    "a turned text": ({"a.md": passage_text("Un.\n\nDeux \u202esiort")}, "a.md:10: a control character"),
    "an image": ({"a.md": passage_text("Vois ![x](https://exemple.org/x.png)")}, "a.md:8: an image"),
    "HTML": ({"a.md": passage_text("Un <script>alert(1)</script> mot")}, "a.md:8: HTML"),
    "a script in a link": ({"a.md": passage_text("Un [lien](javascript:alert(1)) là")}, "https://"),
    "a file in a link": ({"a.md": passage_text("Un [lien](file:///etc/passwd) là")}, "https://"),
    "a table": ({"a.md": passage_text("| a | b |\n| - | - |\n| c | d |")}, "a table"),
    "code": ({"a.md": passage_text("Tape `rm -rf`.")}, "a.md:8: code"),
    "a heading": ({"a.md": passage_text("# Titre\n\nTexte")}, "a heading"),
    "a service that is gone": ({"a.md": passage_text("Inscris-toi sur Viadeo dès lundi.")}, "a.md:8: Viadeo is named"),
    "not UTF-8": ({"a.md": passage_text().encode("latin-1")}, "the file is not UTF-8"),
    "UTF-16": ({"a.md": passage_text().encode("utf-16")}, "the file is not UTF-8"),
    "bytes of chance": ({"a.md": bytes(range(256)) * 40}, "the file is not UTF-8"),
    "a huge file": ({"a.md": passage_text("a" * LARGEST_FILE)}, "a.md:1: the file is over 256 KB"),
    "ten megabytes of YAML": ({"a.md": passage_text(title="[" * 10_000_000)}, "a.md:1: the file is over 256 KB"),
    "huge questions": ({"a.md": passage_text(), "a.questions": "où ?\n" * 60_000}, "a.questions:1: the file is over"),
    "many questions": (
        {"a.md": passage_text(), "a.questions": "\n".join(f"{number} ?" for number in range(10_000))},
        "a.questions:1: there are 10000 questions",
    ),
    "a long question": (
        {"a.md": passage_text(), "a.questions": "où ?\n\n" + "a" * (MAX_QUESTION + 1)},
        "a.questions:3: the question is over 500",
    ),
    "a turned question": ({"a.md": passage_text(), "a.questions": "où ?\n\u202e?uo"}, "a.questions:2: the question"),
    "questions that are not UTF-8": ({"a.md": passage_text(), "a.questions": b"o\xf9 ?"}, "a.questions:1: the file"),
    "empty questions": ({"a.md": passage_text(), "a.questions": ""}, "a.questions:1: there is no question"),
    "questions without words": ({"a.md": passage_text(), "a.questions": "?!\n...\n"}, "a.questions:1: there is no"),
    "no questions": ({"z.md": passage_text()}, "z.questions:1: there is no question"),
    "questions alone": ({"b.questions": "où ?"}, "b.questions:1: there is no passage of that name"),
    "an id that is too long": ({f"{'a' * 41}.md": passage_text()}, "cannot be an id"),
    "an id in capitals": ({"Un.md": passage_text()}, "cannot be an id"),
    "an id with points": ({"...md": passage_text(), "a..b.md": passage_text()}, "cannot be an id"),
    "an id that commands the terminal": ({"a\x1b[31m\u202e.md": passage_text()}, "cannot be an id"),
    "a name that is as long as can be": ({f"{'a' * 252}.md": passage_text()}, f"{'a' * 252}.md"),
    "another kind of file": ({"a.jsonl": "{}"}, "a.jsonl:1: an unknown kind of file"),
    "an id of the knowledge folder": ({"tomates.md": passage_text(), "tomates.questions": "où ?"}, "told from there"),
    "another's source": ({"a.md": passage_text(source="essai-2024")}, "a.md:4: its source is 'essai-2024'"),
    "tags": ({"a.md": passage_text(tags="[veille]")}, "a.md:7: 'tags' is not kept"),
    "who said it": ({"a.md": passage_text(said_by="Ada Byron")}, "a.md:7: 'said_by' is not kept"),
    "what to read next": ({"a.md": passage_text(see_also="[tomates]")}, "a.md:7: 'see_also' is not kept"),
    "what the knowledge says": (
        {"a.md": passage_text("Plante les tomates après les gelées, en plein soleil.", "Planter des tomates")},
        "it says nearly the same as 'Planter des tomates'",
    ),
    "what the community taught": (
        {"a.md": passage_text(LESSON.text, LESSON.title)}, "it says nearly the same as 'Où trouver la charte'"
    ),
    "the same twice": (
        {"a.md": passage_text(*TWICE), "b.md": passage_text(*TWICE)}, "it says nearly the same as 'La lampe rouge'"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def refusal(tmp_path_factory: pytest.TempPathFactory, new_file: Path) -> tuple[Path, list[str]]:
    """What is said when all that is broken is to be taken over at once, with what is not; nothing is taken over."""
    folder = tmp_path_factory.mktemp("broken")
    for number, (files, _) in enumerate(BROKEN.values()):
        asked = {"a.questions": "où ?\n"} if "a.md" in files else {}
        write(folder / "in" / str(number), {**asked, **files})
    well = {
        "bien.md": passage_text("Le salon ferme à minuit, tous les soirs.", "La fermeture"),
        "bien.questions": "tard ?",
    }
    write(folder / "in" / "bien", well)
    said = _desk(folder, new_file).refused("import", "--community", "discord/77", folder / "in", apart=True)
    return folder / "in", said.splitlines()


@pytest.mark.parametrize(("number", "expected"), [*enumerate(told for _, told in BROKEN.values())], ids=BROKEN.keys())
def test_what_is_broken_is_refused_with_its_place(refusal: tuple[Path, list[str]], number: int, expected: str) -> None:
    folder, said = refusal
    assert any(line.startswith(f"{folder / str(number)}/") and expected in line for line in said)


def test_what_is_well_is_not_blamed_for_what_is_broken_beside_it(refusal: tuple[Path, list[str]]) -> None:
    folder, said = refusal
    assert not any(line.startswith(f"{folder / 'bien'}/") for line in said)
    assert said[-1] == "Nothing was taken over."
    assert all(len(line) <= 400 for line in said)


def test_one_broken_file_among_good_ones_has_none_taken_over(desk: Desk) -> None:
    folder = write(desk.folder / "in", {**good(), "a.md": "", "b.questions": ""})
    assert len(desk.not_taken(folder).splitlines()) == 3


def test_one_that_repeats_what_is_known_has_none_taken_over(desk: Desk) -> None:
    again = {"a.md": passage_text(LESSON.text, LESSON.title), "a.questions": "où ?"}
    said = desk.not_taken(write(desk.folder / "in", {**good(), **again}))
    assert len(said.splitlines()) == 2
    assert "nearly the same" in said


def test_every_problem_of_every_file_is_told_at_once(desk: Desk) -> None:
    files: dict[str, str | bytes] = {"a.md": passage_text("<b>x</b> `y`", color="red"), "b.md": "", "c.questions": ""}
    said = desk.not_taken(write(desk.folder / "in", files))
    assert [line.split(": ")[0].removeprefix(str(desk.folder / "in")) for line in said.splitlines()[:-1]] == [
        "/a.md:7",
        "/a.md:9",
        "/a.md:9",
        "/a.md:9",
        "/b.md:1",
        "/c.questions:1",
    ]


def test_the_same_id_twice_is_refused(desk: Desk) -> None:
    folder = write(desk.folder / "in", good())
    write(folder / "below", good())
    assert "the id 'dejeuner' stands in" in desk.not_taken(folder)


def test_links_are_not_followed(desk: Desk) -> None:
    outside = write(desk.folder / "outside", {**good("dehors"), "secret": "secret: hunter2"})
    folder = write(desk.folder / "in", good())
    (folder / "a.md").symlink_to(outside / "dehors.md")
    (folder / "b.md").symlink_to(outside / "secret")
    (folder / "c.md").symlink_to(folder / "nowhere.md")
    (folder / "d.md").symlink_to("/dev/zero")
    (folder / "dossier").symlink_to(outside)
    (folder / "f.md").write_text(passage_text(), encoding="utf-8")
    (folder / "f.questions").symlink_to(outside / "secret")
    said = desk.not_taken(folder)
    for name in ("a.md", "b.md", "c.md", "d.md", "f.questions"):
        assert f"{folder / name}:1: it is a link to another file" in said
    assert f"{folder / 'dossier'}:1: an unknown kind of file" in said
    assert "hunter2" not in said
    assert "dehors.md" not in said


def test_what_is_no_file_is_not_read(desk: Desk) -> None:
    folder = write(desk.folder / "in", good())
    (folder / "a.md").mkdir()
    os.mkfifo(folder / "b.md")
    os.mkfifo(folder / "c")
    said = desk.not_taken(folder)
    assert f"{folder / 'a.md'}:1: it is no file" in said
    assert f"{folder / 'b.md'}:1: it is no file" in said
    assert f"{folder / 'c'}:1: an unknown kind of file" in said
    assert "it is no file" in desk.not_taken(folder / "b.md")


@pytest.mark.parametrize("name", ["nowhere", "nowhere.md", "nowhere.questions", "../nowhere/x.md", "a" * 300])
def test_what_is_not_there_is_said_in_a_sentence(desk: Desk, name: str) -> None:
    assert name[:100] in desk.not_taken(name)


def test_a_folder_without_passages_is_refused(desk: Desk) -> None:
    (desk.folder / "in").mkdir()
    assert "There is no passage to read" in desk.not_taken("in")


def test_a_file_without_access_is_said_in_a_sentence(desk: Desk) -> None:
    if os.geteuid() == 0:
        pytest.skip("everything may be read by root")
    folder = write(desk.folder / "in", good())
    (folder / "dejeuner.md").chmod(0)
    assert "cannot be read" in desk.not_taken(folder)


# Those who asked.


def test_what_is_taken_over_answers_those_who_asked_and_tells_those_who_wait(desk: Desk) -> None:
    asked = "quand déjeune-t-on ?"
    retriever = load_retriever(Path(desk.environment["VIGIE_KNOWLEDGE"]), read_parameters())

    async def wait() -> None:
        async with open_database(desk.database) as database:
            max_ = Member(build_advisor(lambda: retriever, database), "max", "77", "discord", capabilities=SERVER)
            await max_.says(asked)
            await max_.presses(LABELS.watch)

    async def left() -> tuple[list[str], list[str]]:
        async with open_database(desk.database) as database:
            async with database.transaction() as transaction:
                gaps = await misses.gaps(transaction, TEAM)
            due = await build_advisor(lambda: retriever, database).due(NOON, ("discord",))
        return [gap.question for gap in gaps], [reply.text for each in due for reply in each.outgoing.replies]

    asyncio.run(wait())
    assert asyncio.run(left()) == ([asked], [])
    desk.take(write(desk.folder / "in", good()))
    gaps, [told] = asyncio.run(left())
    assert gaps == []
    assert "Chaque mardi à midi" in told
    assert "L'équipe" in told


# What is odd, and harmless.


def test_what_looks_like_a_template_or_a_command_is_data(desk: Desk) -> None:
    text = "{{ 7*7 }} {% for x in y %} @everyone /start <@1234> '; DROP TABLE taught; --".replace("<@1234> ", "")
    folder = write(
        desk.folder / "in", {"a.md": passage_text(text, "'{{ 7*7 }} {% if %} @here'"), "a.questions": "{{ 7*7 }} jinja"}
    )
    desk.take(folder)

    async def read() -> str:
        retriever = load_retriever(Path(desk.environment["VIGIE_KNOWLEDGE"]), read_parameters())
        async with open_database(desk.database) as database:
            return await Member(build_advisor(lambda: retriever, database), "max", "77", "discord").says("7*7 jinja ?")

    shown = asyncio.run(read())
    assert "{{ 7*7 }} {% for x in y %}" in shown
    assert "49" not in shown
    assert "DROP TABLE taught" in shown
    assert "@everyone" not in shown
    assert " /start" not in shown


def test_a_byte_order_mark_and_the_ends_of_lines_of_other_systems_are_read(desk: Desk) -> None:
    written = {name: b"\xef\xbb\xbf" + str(text).replace("\n", "\r\n").encode() for name, text in good().items()}
    desk.take(write(desk.folder / "in", written))
    assert desk.cards()["dejeuner"].lesson.questions == ("quand déjeune-t-on ?",)
    assert "0 new, 0 corrected, 1 unchanged." in desk.take(write(desk.folder / "in", good()))


def test_an_editor_s_own_files_are_left_alone(desk: Desk) -> None:
    desk.take(
        write(desk.folder / "in", {**good(), ".dejeuner.md.swp": b"\x00", "dejeuner.md~": "x", ".hidden.md": "x"})
    )


def test_every_rule_for_taught_passages_has_a_sentence(tmp_path: Path) -> None:
    retriever = Retriever(read_corpus(_empty(tmp_path)), read_parameters())
    long = ("!" * (MAX_TITLE + 1), "", ("?" * (MAX_QUESTION + 1),) * (MAX_QUESTIONS + 1), "!" * (MAX_NOTE + 1))
    found = _told(tmp_path, retriever, *long) | _told(tmp_path, retriever, "Un", "`x`" + "!" * 900, ("a",), None)
    found |= _told(tmp_path, retriever, "Un", "`x` Viadeo", ("a",), None)
    found |= _told(tmp_path, retriever, "Deux mots", "Trois autres mots", ("a",), None, twice=True)
    assert len(found) == len(FlawKind) - 1  # no service is gone where none is named


def _empty(folder: Path) -> Path:
    (folder / "passages").mkdir()
    return folder


def _told(
    folder: Path,
    retriever: Retriever,
    title: str,
    text: str,
    questions: tuple[str, ...],
    note: str | None,
    *,
    twice: bool = False,
) -> set[str]:
    def passage(identifier: str) -> Passage:
        return Passage(
            identifier, title, text, Location(folder / f"{identifier}.md", 8), Source(KEY, KEY), phase=Phase.INFORMER,
            status=Status.CURRENT, note=note, reviewed_on=THEN.date(), questions=questions,
        )  # fmt: skip

    passages = [passage(identifier) for identifier in (("a", "b") if twice else ("a",))]
    for each in passages:
        (folder / f"{each.id}.md").write_text(markdown(each), encoding="utf-8")
    return {problem.what for problem in flawed(passages, [], retriever)}
