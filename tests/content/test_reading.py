"""A knowledge folder is read whole or refused whole, and what is wrong is named by file and line."""

import json
from pathlib import Path

import pytest

from bot.content.corpus import Status
from bot.content.reading import read_corpus
from bot.errors import BotError, ContentError
from tests.conftest import PASSAGE, WriteKnowledge

GOOD = PASSAGE.format(title="Un titre", text="Un conseil.")


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read_corpus(folder)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_a_markdown_passage_is_read_with_its_questions_and_source(write_knowledge: WriteKnowledge) -> None:
    folder = write_knowledge(
        {"passages/un/premier.md": GOOD, "passages/un/premier.questions": "c koi ?\n\n  et pourquoi ?  \n"}
    )
    [passage] = read_corpus(folder).passages
    assert passage.id == "premier"
    assert passage.text == "Un conseil."
    assert passage.questions == ("c koi ?", "et pourquoi ?")
    assert passage.source is not None
    assert passage.source.author == "Ada Byron"
    assert passage.status is Status.CURRENT


def test_a_json_lines_corpus_may_have_any_ids_and_no_sources(tmp_path: Path) -> None:
    (tmp_path / "passages").mkdir()
    records = [
        {"id": "Fiche n° 1 / é", "title": "Un", "text": "Texte.", "questions": ["q ?"]},
        {"id": "2", "title": "Deux", "text": "Texte.", "source": "Le guide"},
    ]
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (tmp_path / "passages" / "tout.jsonl").write_text(lines + "\n\n", encoding="utf-8")
    first, second = read_corpus(tmp_path).passages
    assert first.id == "Fiche n° 1 / é"
    assert first.questions == ("q ?",)
    assert second.source is not None
    assert second.source.title == "Le guide"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.md", "Pas d'en-tête", "a.md:1: no front matter."),
        ("a.md", GOOD.replace("title: Un titre", "titre: Un titre"), "a.md:2: 'titre' is an unknown key."),
        ("a.md", GOOD.replace("title: Un titre\n", ""), "'title' is missing."),
        ("a.md", GOOD.replace("Un titre", "x" * 81), "a.md:2: the title is over 80 characters."),
        ("a.md", GOOD.replace("phase: éduquer", "phase: éblouir"), "a.md:3: 'phase'"),
        ("a.md", GOOD.replace("essai-2024", "inconnue"), "a.md:4: the source 'inconnue' is unknown."),
        (
            "a.md",
            GOOD.replace("status: current", "status: dated"),
            "a.md:5: the status is dated, and there is no note.",
        ),
        ("a.md", GOOD.replace("title: Un titre", "title: Un\ntitle: Deux"), "a.md:3: the key 'title' stands twice."),
        ("a.md", GOOD.replace("Un titre", "[Un titre"), "not valid YAML"),
        ("a.md", GOOD.replace("Un conseil.", ""), "no text."),
        ("a.md", GOOD.replace("Un conseil.", "Bien.\n\n# Titre"), "a.md:10: a heading: no platform carries it."),
        ("a.md", GOOD.replace("Un conseil.", "<b>gras</b>"), "a.md:8: HTML"),
        ("a.md", GOOD.replace("Un conseil.", "[ici](http://exemple.fr)"), "a link that does not begin with https://"),
        ("a.md", GOOD.replace("Un conseil.", "| a | b |\n|---|---|\n| 1 | 2 |"), "a table"),
        ("a.md", GOOD.replace("Un conseil.", "![image](https://exemple.fr/i.png)"), "an image"),
        ("Une Fiche.md", GOOD, "'Une Fiche' cannot be an id."),
        ("a.md", GOOD.replace("status:", "see_also: [nulle-part]\nstatus:"), "a.md:5: see_also names 'nulle-part'"),
        ("seule.questions", "pourquoi ?", "there is no passage of that name."),
        ("image.png", "", "an unknown kind of file."),
        ("a.md", GOOD.replace("2026-11-22", "2026-13-45"), "a.md:6: '2026-13-45' cannot be read"),
        ("a.md", GOOD.replace("title: Un titre", "[a, b]: c"), "a key is not a word."),
        ("a.md", GOOD.replace("Un titre", "9" * 5000), "a.md:2:"),
        ("a.md", GOOD.replace("Un conseil.", "**x<script>y</script>z**"), "HTML"),
        ("a.md", GOOD.replace("Un conseil.", "**a [b](javascript:alert) c**"), "a.md:8:"),
        ("a.md", GOOD.replace("Un conseil.", "du \x1b[31mrouge"), "a control character"),
        ("b.jsonl", '{"id": "1", "title": "t", "text": "un\\n\\n<b>x</b>"}', "b.jsonl:1: HTML"),
        ("b.jsonl", '{"id": "1"', "b.jsonl:1: not valid JSON"),
        ("b.jsonl", '{"id": "1", "title": "t", "text": "x", "lien": "y"}', "'lien' is an unknown key."),
        ("b.jsonl", '{"id": 1, "title": "t", "text": "x"}', "b.jsonl:1: 'id'"),
    ],
)
def test_a_broken_passage_is_named_with_its_line(
    write_knowledge: WriteKnowledge, name: str, text: str, expected: str
) -> None:
    found = problems_of(write_knowledge({"passages/bonne.md": GOOD, f"passages/{name}": text}))
    assert any(expected in problem for problem in found), found
    assert all(problem.startswith(f"passages/{name}:") for problem in found)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("sources.yaml", "essai-2024: {title: T, author: A, publisher: P, year: vers 2009, file: f}", "'year'"),
        ("sources.yaml", "- liste", "the file is not a mapping."),
        ("lexicon.yaml", "- same: [seul]", "lexicon.yaml:1: 'same'"),
        ("lexicon.yaml", "- same: [a, b]\n- typed: [x]", "lexicon.yaml:2: 'means' is missing."),
        ("lexicon.yaml", "a: b", "the lexicon is not a list."),
        ("outside.yaml", "météo:\n  - il pleut ?", "outside.yaml:1"),
        ("services.yaml", "Google+:\n  since: fermé", "services.yaml:1: 'instead' is missing."),
        ("lexicon.yaml", "- same: &a [x, y]\n- same: *a", "lexicon.yaml:1: an alias"),
        ("lexicon.yaml", "- !!python/object/apply:os.system [ls]", "not valid YAML"),
    ],
)
def test_a_broken_list_is_named_with_its_line(
    write_knowledge: WriteKnowledge, name: str, text: str, expected: str
) -> None:
    found = problems_of(write_knowledge({"passages/bonne.md": GOOD, name: text}))
    assert any(expected in problem for problem in found), found


def test_two_passages_of_one_id_are_refused(write_knowledge: WriteKnowledge) -> None:
    found = problems_of(write_knowledge({"passages/un/a.md": GOOD, "passages/deux/a.md": GOOD}))
    assert len(found) == 1
    assert "the id 'a' stands in" in found[0]


def test_every_problem_of_a_folder_is_told_at_once(write_knowledge: WriteKnowledge) -> None:
    found = problems_of(write_knowledge({"passages/a.md": "rien", "passages/b.md": "rien", "lexicon.yaml": "a: b"}))
    assert len(found) == 3


def test_a_file_that_is_not_utf8_is_named_with_its_line(write_knowledge: WriteKnowledge) -> None:
    folder = write_knowledge({"passages/a.md": GOOD})
    (folder / "passages" / "a.questions").write_bytes("un\ndeux\nété\n".encode("latin-1"))
    assert problems_of(folder)[0].startswith("passages/a.questions:3: the file is not UTF-8.")


def test_a_folder_without_passages_is_no_knowledge_folder(tmp_path: Path) -> None:
    with pytest.raises(BotError, match="holds no folder 'passages'"):
        read_corpus(tmp_path)


def test_an_alias_bomb_is_refused_at_once(write_knowledge: WriteKnowledge) -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert "an alias" in problems_of(write_knowledge({"passages/a.md": GOOD, "services.yaml": "\n".join(layers)}))[0]


def test_json_lines_may_hold_any_line_separator_and_any_id(tmp_path: Path) -> None:
    (tmp_path / "passages").mkdir()
    records = [
        {"id": " a ", "title": "", "text": "Un texte.", "questions": None},
        {"id": "a", "title": "t", "text": "x", "questions": ["une\u2028question"]},
    ]
    text = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (tmp_path / "passages" / "tout.jsonl").write_text(text, encoding="utf-8")
    assert [passage.id for passage in read_corpus(tmp_path).passages] == [" a ", "a"]


def test_an_editor_s_own_files_are_passed_over(write_knowledge: WriteKnowledge) -> None:
    files = {f"passages/{name}": "x" for name in (".DS_Store", ".a.md.swp", "a.md~")}
    assert len(read_corpus(write_knowledge({"passages/a.md": GOOD, **files})).passages) == 1


def test_a_wrong_source_is_told_once(write_knowledge: WriteKnowledge) -> None:
    wrong = "essai-2024: {title: T, author: A, publisher: P, year: bientôt, file: f}"
    assert len(problems_of(write_knowledge({"passages/a.md": GOOD, "sources.yaml": wrong}))) == 1
