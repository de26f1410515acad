"""The editorial rules of the Markdown that we ship."""

import pytest

from bot.content.check import MIN_QUESTIONS, check_corpus
from bot.content.reading import read_corpus
from bot.resources import KNOWLEDGE
from tests.conftest import PASSAGE, WriteKnowledge

ADVICE = "Soigne ta photo, relis ta biographie et demande deux recommandations à d'anciens collègues."
QUESTIONS = "".join(f"question numéro {number} ?\n" for number in range(MIN_QUESTIONS))
SERVICES = "Periscope:\n  since: fermé en 2021\n  instead: un autre direct\n"


def found_in(folder_files: dict[str, str], write_knowledge: WriteKnowledge) -> list[str]:
    folder = write_knowledge(folder_files)
    return [str(problem).removeprefix(f"{folder}/passages/") for problem in check_corpus(read_corpus(folder))]


def test_the_knowledge_that_comes_with_vigie_passes() -> None:
    assert check_corpus(read_corpus(KNOWLEDGE)) == []


def test_a_good_passage_passes(write_knowledge: WriteKnowledge) -> None:
    files = {"passages/a.md": PASSAGE.format(title="Profil", text=ADVICE), "passages/a.questions": QUESTIONS}
    assert found_in(files, write_knowledge) == []


def test_too_few_questions_are_told(write_knowledge: WriteKnowledge) -> None:
    files = {"passages/a.md": PASSAGE.format(title="Profil", text=ADVICE), "passages/a.questions": "une seule ?"}
    [problem] = found_in(files, write_knowledge)
    assert problem.startswith("a.questions:2: 1 questions.")


def test_a_long_text_is_told(write_knowledge: WriteKnowledge) -> None:
    files = {"passages/a.md": PASSAGE.format(title="Profil", text="mot " * 250), "passages/a.questions": QUESTIONS}
    [problem] = found_in(files, write_knowledge)
    assert "the text has 999 characters." in problem


def test_a_question_in_two_passages_is_told_whatever_its_accents(write_knowledge: WriteKnowledge) -> None:
    other = "Choisis trois sources sérieuses et lis-les chaque lundi matin, quinze minutes suffisent."
    files = {
        "passages/a.md": PASSAGE.format(title="Profil", text=ADVICE),
        "passages/a.questions": QUESTIONS + "Où commencer ?\n",
        "passages/b.md": PASSAGE.format(title="Veille", text=other),
        "passages/b.questions": QUESTIONS.replace("question", "demande") + "ou commencer\n",
    }
    [problem] = found_in(files, write_knowledge)
    assert problem.startswith(f"b.questions:{MIN_QUESTIONS + 1}: 'ou commencer' stands in a too.")


def test_a_question_twice_in_a_passage_is_told(write_knowledge: WriteKnowledge) -> None:
    files = {
        "passages/a.md": PASSAGE.format(title="Profil", text=ADVICE),
        "passages/a.questions": QUESTIONS + "\n" + QUESTIONS.splitlines()[0],
    }
    [problem] = found_in(files, write_knowledge)
    assert problem.startswith(f"a.questions:{MIN_QUESTIONS + 2}: 'question numéro 0 ?' stands here twice.")


def test_the_line_of_a_question_is_not_that_of_a_longer_one(write_knowledge: WriteKnowledge) -> None:
    files = {
        "passages/a.md": PASSAGE.format(title="Profil", text=ADVICE),
        "passages/a.questions": "il pleut demain matin ?\n\nil pleut demain\n" + QUESTIONS,
        "outside.yaml": "meteo:\n  - il pleut demain\n",
    }
    [problem] = found_in(files, write_knowledge)
    assert problem.startswith("a.questions:3: 'il pleut demain' stands in")


def test_a_question_of_an_outside_subject_is_told(write_knowledge: WriteKnowledge) -> None:
    files = {
        "passages/a.md": PASSAGE.format(title="Profil", text=ADVICE),
        "passages/a.questions": QUESTIONS + "il pleut demain ?\n",
        "outside.yaml": "meteo:\n  - il pleut demain\n",
    }
    [problem] = found_in(files, write_knowledge)
    assert "the outside subject 'meteo'" in problem


def test_two_passages_that_say_the_same_are_told(write_knowledge: WriteKnowledge) -> None:
    files = {
        "passages/a.md": PASSAGE.format(title="Profil", text=ADVICE),
        "passages/a.questions": QUESTIONS,
        "passages/b.md": PASSAGE.format(title="Un profil", text=ADVICE.replace("Soigne", "Soignez")),
        "passages/b.questions": QUESTIONS.replace("question", "demande"),
    }
    [problem] = found_in(files, write_knowledge)
    assert "b.md:8: it says nearly the same as 'a'." in problem


@pytest.mark.parametrize(
    ("text", "told"), [("Ouvre Periscope.", True), ("ouvre periscope", True), ("Un périscope de sous-marin.", False)]
)
def test_a_service_that_is_gone_needs_a_note(write_knowledge: WriteKnowledge, text: str, told: bool) -> None:  # noqa: FBT001
    files = {
        "passages/a.md": PASSAGE.format(title="Direct", text=text),
        "passages/a.questions": QUESTIONS,
        "services.yaml": SERVICES,
    }
    found = found_in(files, write_knowledge)
    assert any("Periscope is named (fermé en 2021)." in problem for problem in found) is told


def test_a_service_that_is_gone_may_be_named_with_a_note(write_knowledge: WriteKnowledge) -> None:
    text = PASSAGE.format(title="Direct", text="Ouvre Periscope.")
    files = {
        "passages/a.md": text.replace("status: current", "status: dated\nnote: Periscope a fermé."),
        "passages/a.questions": QUESTIONS,
        "services.yaml": SERVICES,
    }
    assert found_in(files, write_knowledge) == []


def test_editorial_rules_do_not_bind_json_lines(write_knowledge: WriteKnowledge) -> None:
    record = '{"id": "1", "title": "Titre", "text": "%s"}\n' % ("mot " * 500)
    assert found_in({"passages/tout.jsonl": record}, write_knowledge) == []
