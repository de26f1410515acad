"""Tips are read, a file a theme; what is wrong with one is named by file and line, and the folder is refused whole."""

import pytest

from bot.content.check import check_corpus
from bot.content.reading import read_corpus
from bot.errors import ContentError
from tests.conftest import PASSAGE, WriteKnowledge

TEXT = "Un levain qu'on nourrit à heure fixe te prévient quand il a faim : il retombe, et son odeur change."
TODAY = "Nourris-le, et note l'heure qu'il est."
GOOD = f"levain-matin:\n  passages: [levain]\n  text: >-\n    {TEXT}\n  today: >-\n    {TODAY}\n"
THEMES = "pain:\n  title: Le pain\n  tags: [pain]\nfour:\n  title: Le four\n  tags: [four]\n"
FILES = {
    "themes.yaml": THEMES,
    "services.yaml": "Bakster:\n  since: closed in 2019\n  instead: nothing\n",
    "passages/levain.md": PASSAGE.format(title="Nourrir un levain", text="Nourris-le chaque matin."),
    "passages/petrir.md": PASSAGE.format(title="Pétrir", text="Pétris dix minutes, puis laisse reposer."),
}


def problems_of(write_knowledge: WriteKnowledge, tips: dict[str, str]) -> list[str]:
    """Return what is wrong with a folder that holds these files of tips."""
    folder = write_knowledge({**FILES, **{f"tips/{name}": text for name, text in tips.items()}})
    with pytest.raises(ContentError) as caught:
        read_corpus(folder)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def flaws_of(write_knowledge: WriteKnowledge, tips: dict[str, str]) -> list[str]:
    """Return what the editorial rules find in the tips of a folder that can be read."""
    folder = write_knowledge({**FILES, **{f"tips/{name}": text for name, text in tips.items()}})
    found = [str(problem).removeprefix(f"{folder}/") for problem in check_corpus(read_corpus(folder))]
    return [problem for problem in found if problem.startswith("tips/")]


def test_tips_are_read_with_their_theme_and_where_they_stand(write_knowledge: WriteKnowledge) -> None:
    other = GOOD.replace("levain-matin", "autre").replace("[levain]", "[petrir, levain]")
    folder = write_knowledge({**FILES, "tips/pain.yaml": f"# Bread\n{GOOD}\n{other}"})
    first, second = read_corpus(folder).tips
    assert (first.id, first.theme, first.text, first.today) == ("levain-matin", "pain", TEXT, TODAY)
    assert (first.passages, second.passages) == (("levain",), ("petrir", "levain"))
    assert (first.location.path, first.location.line) == (folder / "tips" / "pain.yaml", 2)
    assert second.location.line == 9


def test_a_folder_without_tips_is_read(write_knowledge: WriteKnowledge) -> None:
    assert read_corpus(write_knowledge(FILES)).tips == ()


def test_an_empty_file_holds_no_tips(write_knowledge: WriteKnowledge) -> None:
    assert read_corpus(write_knowledge({**FILES, "tips/pain.yaml": ""})).tips == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD.replace("[levain]", "[seigle]"), "tips/pain.yaml:1: 'seigle' is no passage."),
        (GOOD.replace("[levain]", "[levain, seigle]"), "tips/pain.yaml:1: 'seigle' is no passage."),
        (GOOD.replace("[levain]", "[]"), "tips/pain.yaml:2: 'passages'"),
        (GOOD.replace("  passages: [levain]\n", ""), "'passages' is missing."),
        (GOOD.replace("[levain]", "levain"), "tips/pain.yaml:2: 'passages'"),
        (GOOD.replace("[levain]", "[../levain]"), "tips/pain.yaml:2: 'passages"),
        (GOOD.replace(TEXT, "x" * 261), "tips/pain.yaml:3: 'text': String should have at most 260 characters."),
        (GOOD.replace(TEXT, "Trop court."), "tips/pain.yaml:3: 'text'"),
        (GOOD.replace(TODAY, "x" * 161), "tips/pain.yaml:5: 'today': String should have at most 160 characters."),
        (GOOD.replace(TODAY, "Vas-y."), "tips/pain.yaml:5: 'today'"),
        (GOOD.replace("  today: >-\n    " + TODAY, ""), "'today' is missing."),
        (GOOD.replace("levain-matin", "Levain_Matin"), "tips/pain.yaml:1: 'Levain_Matin' cannot be an id."),
        (GOOD.replace("levain-matin", "l" * 41), "cannot be an id."),
        (GOOD + GOOD, "tips/pain.yaml:7: the key 'levain-matin' stands twice."),
        (GOOD + "  author: Ada\n", "tips/pain.yaml:7: 'author' is an unknown key."),
        (GOOD.replace(TEXT, f"# Titre : {TEXT}"), "tips/pain.yaml:1: a heading: no platform carries it."),
        (GOOD.replace(TEXT, f"<b>Gras</b> : {TEXT}"), "tips/pain.yaml:1: HTML"),
        (GOOD.replace(TODAY, "Lis [cette page](http://exemple.fr) ce soir."), "tips/pain.yaml:1: a link"),
        (GOOD.replace(TODAY, "![Une image](https://exemple.fr/a.png) à voir."), "tips/pain.yaml:1: an image"),
        (GOOD.replace("text: >-", "text: |-").replace(TEXT, f"{TEXT}\n    Et encore."), "tips/pain.yaml:3: 'text'"),
        (GOOD.replace("[levain]", "[levain"), "tips/pain.yaml"),
        ("- une liste\n", "tips/pain.yaml:1:"),
        ("levain-matin:\n", "tips/pain.yaml:1:"),
        ("levain-matin: un conseil\n", "tips/pain.yaml:1:"),
        ("a: &a\n  passages: [levain]\nb: *a\n", "tips/pain.yaml"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(write_knowledge: WriteKnowledge, text: str, expected: str) -> None:
    assert expected in "\n".join(problems_of(write_knowledge, {"pain.yaml": text}))


@pytest.mark.parametrize("name", ["vin.yaml", "pain.txt", "pain.yml", "Pain.yaml", "pain/levain.yaml"])
def test_a_file_that_is_not_the_tips_of_a_theme_is_refused(write_knowledge: WriteKnowledge, name: str) -> None:
    assert f"tips/{name}:1: not the tips of a theme." in "\n".join(problems_of(write_knowledge, {name: GOOD}))


def test_an_id_stands_in_one_file_alone(write_knowledge: WriteKnowledge) -> None:
    [problem] = problems_of(write_knowledge, {"four.yaml": GOOD, "pain.yaml": f"\n\n{GOOD}"})
    assert problem.startswith("tips/pain.yaml:3: the id 'levain-matin' stands in ")
    assert "tips/four.yaml too." in problem


def test_everything_that_is_wrong_is_named_at_once(write_knowledge: WriteKnowledge) -> None:
    text = GOOD.replace("levain-matin", "LEVAIN").replace("[levain]", "[seigle]")
    assert len(problems_of(write_knowledge, {"pain.yaml": text, "vin.yaml": GOOD})) == 3


@pytest.mark.parametrize("part", [TEXT, TODAY])
def test_a_service_that_is_gone_is_not_named(write_knowledge: WriteKnowledge, part: str) -> None:
    text = GOOD.replace(part, "Partage ta photo sur Bakster dès ce matin, avant que le four soit froid, et attends.")
    [problem] = flaws_of(write_knowledge, {"pain.yaml": f"\n{text}"})
    assert problem.startswith("tips/pain.yaml:2: Bakster is named (closed in 2019).")


def test_two_tips_that_say_the_same_are_one_too_many(write_knowledge: WriteKnowledge) -> None:
    [problem] = flaws_of(write_knowledge, {"pain.yaml": GOOD + GOOD.replace("levain-matin", "levain-soir")})
    assert problem.startswith("tips/pain.yaml:7: it says nearly the same as 'levain-matin'.")


def test_good_tips_have_no_flaw(write_knowledge: WriteKnowledge) -> None:
    assert flaws_of(write_knowledge, {"pain.yaml": GOOD}) == []
