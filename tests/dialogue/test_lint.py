"""A journey that somebody could get lost in is refused, by file and line, before anybody walks it."""

import pytest

from bot.content.reading import read_corpus
from bot.errors import ContentError
from tests.conftest import PASSAGE, WriteKnowledge
from tests.dialogue import written

ADVICE = PASSAGE.format(title="Un titre", text="Un conseil.")
GOOD = """\
depart:
  kind: choice
  save: but
  options:
    emploi: {label: Un emploi, next: cv}
    clients: {label: Des clients}
  next: nom
cv: {kind: task, task: Relire mon CV, days: 3, facts: [conseil], next: nom}
nom:
  kind: text
  save: nom
  next:
    - {when: {but: emploi}, go: quiz}
    - {go: fin}
quiz:
  kind: quiz
  options:
    moitie: {label: La moitié}
    tous: {label: Presque tous, right: true}
  next: fin
fin: {kind: recap}
"""
DEPART, OPTION, CV, NOM, FIRST_BRANCH, QUIZ, FIN = 7, 11, 14, 15, 19, 21, 27
"""Where they stand in the file."""


def problems(write_knowledge: WriteKnowledge, files: dict[str, str]) -> list[str]:
    """Return what is wrong with a knowledge folder, nothing where it is served."""
    folder = write_knowledge({"passages/conseil.md": ADVICE, **files})
    try:
        read_corpus(folder)
    except ContentError as error:
        return [str(problem).removeprefix(f"{folder}/journeys/") for problem in error.problems]
    return []


def problems_of(write_knowledge: WriteKnowledge, *changes: tuple[str, str]) -> list[str]:
    """Return what is wrong with the good journey after changes to it."""
    text = written(GOOD)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return problems(write_knowledge, {"journeys/essai.yaml": text})


def test_a_good_journey_is_served(write_knowledge: WriteKnowledge) -> None:
    assert problems_of(write_knowledge) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (", next: cv}", "}", f"essai.yaml:{CV}: no step leads to 'cv'."),
        ("[conseil], next: nom}", "[conseil]}", f"essai.yaml:{CV}: 'cv' leads nowhere."),
        ("    next: fin\n", "", f"essai.yaml:{QUIZ}: 'quiz' leads nowhere."),
        ("- {go: fin}", "- {when: {but: clients}, go: fin}", f"essai.yaml:{NOM}: 'nom' leads nowhere when no branch"),
        ("    next: nom\n", "", f"essai.yaml:{DEPART}: an option of 'depart' leads nowhere."),
        ("go: quiz", "go: quizz", f"essai.yaml:{NOM}: 'nom' leads to 'quizz', which is no step."),
        (
            "Un emploi, next: cv",
            "Un emploi, next: vc",
            f"essai.yaml:{DEPART}: 'depart' leads to 'vc', which is no step.",
        ),
        ("[conseil], next: nom", "[conseil], next: non", f"essai.yaml:{CV}: 'cv' leads to 'non', which is no step."),
        ("when: {but: emploi}", "when: {bu: emploi}", f"essai.yaml:{NOM}: 'nom' reads 'bu', which no step saves."),
        (
            "when: {but: emploi}",
            "when: {but: [clients, stage]}",
            f"essai.yaml:{NOM}: 'nom' looks for 'stage', which is no option of 'depart'.",
        ),
        (
            "when: {but: emploi}",
            "when: {nom: emploi}",
            f"essai.yaml:{NOM}: 'nom' looks for 'emploi', which is no option of 'nom'.",
        ),
        ("facts: [conseil]", "facts: [conseils]", f"essai.yaml:{CV}: 'conseils' is no passage."),
        ("save: nom", "save: but", f"essai.yaml:{NOM}: 'but' is saved by another step already."),
        (
            "kind: recap",
            "kind: recap, proposes: [{journey: ailleurs}]",
            f"essai.yaml:{FIN}: 'ailleurs' is no other journey.",
        ),
        ("kind: recap", "kind: recap, proposes: [{journey: essai}]", f"essai.yaml:{FIN}: 'essai' is no other journey."),
    ],
)
def test_a_broken_way_is_named_with_its_step(
    write_knowledge: WriteKnowledge, before: str, after: str, expected: str
) -> None:
    found = problems_of(write_knowledge, (before, after))
    assert any(problem.startswith(expected) for problem in found), found
    assert all(problem.startswith("essai.yaml:") for problem in found)


def test_a_recap_that_proposes_by_an_answer_never_saved_is_named(write_knowledge: WriteKnowledge) -> None:
    other = written("fin: {kind: recap, proposes: [{when: {rien: oui}, journey: essai}]}\n")
    found = problems(write_knowledge, {"journeys/essai.yaml": written(GOOD), "journeys/autre.yaml": other})
    assert [problem.partition(". ")[0] for problem in found] == [
        "autre.yaml:7: 'fin' reads 'rien', which no step saves"
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("label: Un emploi", f"label: {'x' * 81}", f"essai.yaml:{OPTION}: 'steps.depart.options.emploi.label'"),
        ("title: Un essai", f"title: {'x' * 81}", "essai.yaml:1: the title is over 80 characters."),
        ("summary:", "resume: x\nsummary:", "essai.yaml:2: 'resume' is an unknown key."),
        ("kind: text", "kind: text\n    sauve: x", f"essai.yaml:{NOM + 2}: 'steps.nom.sauve' is an unknown key."),
        (
            "label: Un emploi",
            "label: Un emploi, juste: true",
            f"essai.yaml:{OPTION}: 'steps.depart.options.emploi.juste' is an unknown key.",
        ),
        (", right: true", "", f"essai.yaml:{QUIZ}:"),
        ("kind: text", "kind: texte", f"essai.yaml:{NOM + 1}: 'steps.nom.kind'"),
        ("    save: nom\n", "", f"essai.yaml:{NOM}:"),
        (", days: 3", "", f"essai.yaml:{CV}:"),
        ("days: 3", "days: trois", f"essai.yaml:{CV}: 'steps.cv.days'"),
        ("  cv:", "  Mon-CV:", f"essai.yaml:{CV}: 'steps.Mon-CV"),
        ("sources: [essai-2024]\n", "", "essai.yaml:1: 'sources' is missing."),
        ("[essai-2024]", "[]", "essai.yaml:5: 'sources'"),
        ("[essai-2024]", "[essai-2042]", "essai.yaml:5: the source 'essai-2042' is unknown."),
        ("version: 1", "version: 0", "essai.yaml:3: 'version'"),
        ("  nom:\n", "  cv:\n", f"essai.yaml:{NOM}: the key 'cv' stands twice."),
        ("title: Un essai", "title: [Un essai", "not valid YAML"),
    ],
)
def test_what_is_badly_written_is_named_with_its_line(
    write_knowledge: WriteKnowledge, before: str, after: str, expected: str
) -> None:
    found = problems_of(write_knowledge, (before, after))
    assert any(expected in problem for problem in found), found
    assert all(problem.startswith("essai.yaml:") for problem in found)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (", right: true", "", "no answer of the quiz is right"),
        ("    save: nom\n", "", "a step of kind text needs save"),
        ("kind: recap", "kind: recap, save: x", "a step of kind recap has no save"),
        ("      clients: {label: Des clients}\n", "", "fewer than two options"),
    ],
)
def test_what_a_step_of_its_kind_lacks_is_said(
    write_knowledge: WriteKnowledge, before: str, after: str, said: str
) -> None:
    [problem] = problems_of(write_knowledge, (before, after))
    assert said in problem


def test_a_mistyped_branch_is_told_once_in_the_writer_s_words(write_knowledge: WriteKnowledge) -> None:
    found = problems_of(write_knowledge, ("when: {but: emploi}", "whne: {but: emploi}"))
    assert len(found) == 1
    assert found[0].startswith(f"essai.yaml:{FIRST_BRANCH}:")
    assert "whne' is an unknown key." in found[0]


def test_a_loop_without_a_way_out_names_each_of_its_steps(write_knowledge: WriteKnowledge) -> None:
    loop = written("un: {kind: say, next: deux}\ndeux: {kind: say, next: un}\n")
    assert [problem.partition(". ")[0] for problem in problems(write_knowledge, {"journeys/essai.yaml": loop})] == [
        "essai.yaml:7: no way leads from 'un' to an end",
        "essai.yaml:8: no way leads from 'deux' to an end",
    ]


def test_a_loop_that_no_answer_given_in_it_leaves_is_refused(write_knowledge: WriteKnowledge) -> None:
    loop = written(
        """\
        depart:
          kind: choice
          save: but
          options:
            emploi: {label: Un emploi}
            clients: {label: Des clients}
          next: un
        un:
          kind: say
          next:
            - {when: {but: emploi}, go: fin}
            - {go: deux}
        deux: {kind: say, next: un}
        fin: {kind: recap}
        """
    )
    assert any("'un'" in problem for problem in problems(write_knowledge, {"journeys/essai.yaml": loop}))


def test_a_loop_that_an_answer_leaves_is_served(write_knowledge: WriteKnowledge) -> None:
    loop = written(
        """\
        encore:
          kind: choice
          save: encore
          options:
            oui: {label: Encore un, next: encore}
            assez: {label: Assez, next: fin}
        fin: {kind: recap}
        """
    )
    assert problems(write_knowledge, {"journeys/essai.yaml": loop}) == []


def test_where_those_go_who_skip_is_a_way_too(write_knowledge: WriteKnowledge) -> None:
    each_its_own = ("clients: {label: Des clients}", "clients: {label: Des clients, next: nom}")
    found = problems_of(write_knowledge, each_its_own, ("    next: nom\n", "    next: nulle_part\n"))
    assert any("leads to 'nulle_part', which is no step" in problem for problem in found), found


def test_a_step_that_is_reached_by_skipping_is_reached(write_knowledge: WriteKnowledge) -> None:
    each_its_own = ("clients: {label: Des clients}", "clients: {label: Des clients, next: nom}")
    by_skipping = ("  cv:", "  sans: {kind: say, next: nom}\n  cv:")
    assert problems_of(write_knowledge, each_its_own, ("    next: nom\n", "    next: sans\n"), by_skipping) == []


@pytest.mark.parametrize("name", ["Mon parcours", "été", "a" * 41, "mon_parcours"])
def test_a_file_whose_name_cannot_be_an_id_is_named(write_knowledge: WriteKnowledge, name: str) -> None:
    [problem] = problems(write_knowledge, {f"journeys/{name}.yaml": written(GOOD)})
    assert problem.startswith(f"{name}.yaml:1: '{name}' cannot be an id.")


@pytest.mark.parametrize("name", ["essai.yml", "essai.txt"])
def test_a_file_that_would_not_be_read_is_named(write_knowledge: WriteKnowledge, name: str) -> None:
    assert [each.partition(":")[0] for each in problems(write_knowledge, {f"journeys/{name}": written(GOOD)})] == [name]


@pytest.mark.parametrize("text", ["", "# à écrire\n", "- une liste\n", "un mot\n"])
def test_a_file_that_holds_no_journey_is_named(write_knowledge: WriteKnowledge, text: str) -> None:
    [problem] = problems(write_knowledge, {"journeys/essai.yaml": text})
    assert problem.startswith("essai.yaml:1:")


def test_a_journey_in_a_folder_of_its_own_is_refused(write_knowledge: WriteKnowledge) -> None:
    twice = {f"journeys/{folder}/essai.yaml": written(GOOD) for folder in ("un", "deux")}
    found = problems(write_knowledge, twice)
    assert len(found) == 2
    assert all("essai.yaml:1: not a journey." in each for each in found)


def test_every_problem_of_every_journey_is_told_at_once(write_knowledge: WriteKnowledge) -> None:
    without_end = written("un: {kind: say}\n")
    without_save = written("un: {kind: text, next: fin}\nfin: {kind: recap}\n")
    found = problems(write_knowledge, {"journeys/a.yaml": without_end, "journeys/b.yaml": without_save})
    assert [problem.partition(": ")[0] for problem in found] == ["a.yaml:7", "b.yaml:7"]
