"""What the steps of a journey say is checked for every answer that it reads, before anybody hears it."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest

from bot.content.corpus import GoneService
from bot.dialogue.script import Journey, Step, StepKind, TaskOption
from bot.dialogue.state import Answer
from bot.library import Library
from bot.rendering.check_journeys import MAX_REACTION, MAX_STEP, check_journey_prompts
from bot.rendering.journeys import ASKED, reaction_role, template_of, values_of
from bot.rendering.templates import Templates
from bot.resources import PROMPTS
from tests.conftest import WriteKnowledge
from tests.dialogue import JOURNEYS, STEPS, changed, read_journey

THANKED = changed(STEPS, {"save: mots, next: bilan}": "save: mots, next: merci}\nmerci: {kind: say, next: bilan}"})
"""A journey whose step `merci` may tell of every answer."""
WORDS = {
    "accueil": "{% block say %}\nBienvenue.\n{% endblock %}",
    "but": "{% block ask %}\nQu'est-ce qui t'amène ?\n{% endblock %}\n{% block again %}\nAlors ?\n{% endblock %}",
    "mots": "{% block ask %}\nTes mots ?\n{% endblock %}",
    "quiz": (
        "{% block ask %}\nCombien ?\n{% endblock %}\n{% block again %}\nÀ peu près ?\n{% endblock %}\n"
        "{% block on_moitie %}\nDavantage.\n{% endblock %}\n{% block on_tous %}\nOui.\n{% endblock %}"
    ),
    "lieux": "{% block ask %}\nOù ?\n{% endblock %}\n{% block again %}\nOù donc ?\n{% endblock %}",
    "cv": "{% block say %}\nRelis ton CV.\n{% endblock %}\n{% block ask %}\nC'est fait ?\n{% endblock %}",
    "merci": "{% block say %}\nMerci.\n{% endblock %}",
    "bilan": "{% block say %}\nVoilà.\n{% endblock %}\n{% block end %}\n{{ this_week }}\n{% endblock %}",
}
GONE = [GoneService("Periscope", "fermé en 2021", "un autre direct")]


class Writer:
    """Somebody who writes the words of a journey, and has them checked."""

    def __init__(self, journey: Journey, folder: Path) -> None:
        self._journey = journey
        self._folder = folder

    def finds(self, changes: Mapping[str, str | None]) -> list[str]:
        """Return what the check finds once some steps' words are others, or are missing."""
        written: dict[str, str | None] = {**WORDS, **changes}
        for name, text in written.items():
            if text is None:
                continue
            path = self._folder / "journeys" / "essai" / f"{name}.md.j2"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        found = check_journey_prompts(self._folder, [self._journey], GONE)
        return [str(problem).removeprefix(f"{self._folder}/journeys/essai/") for problem in found]


@pytest.fixture
def writer(write_knowledge: WriteKnowledge, tmp_path: Path) -> Writer:
    return Writer(read_journey(write_knowledge, THANKED), tmp_path / "prompts")


def ask(text: str, more: str = "") -> str:
    """Return the words of a step that asks, and asks otherwise when not understood."""
    return f"{{% block ask %}}\n{text}\n{{% endblock %}}\n{{% block again %}}\nAlors ?\n{{% endblock %}}\n{more}"


def block(role: str, text: str) -> str:
    return f"{{% block {role} %}}\n{text}\n{{% endblock %}}\n"


def test_good_words_pass(writer: Writer) -> None:
    assert writer.finds({}) == []


def test_what_every_kind_of_step_may_say_beside_passes(writer: Writer) -> None:
    note = block("note", "⚠️ Depuis : Periscope a fermé.")
    assert (
        writer.finds(
            {
                "but": ask("Qu'est-ce qui t'amène ?", block("say", "Bonjour.") + block("on_emploi", "Bien.") + note),
                "mots": block("say", "Tu cherches : {{ answers.but }}.") + WORDS["mots"] + block("on_answer", "Merci."),
                "lieux": ask("Où, {{ answers.mots }} ?", note),
                "cv": WORDS["cv"] + "\n" + block("on_later", "Je le note.") + block("on_declined", "Soit."),
                "merci": block("say", "{% if 'emploi' in picked.but %}Bonne chance.{% else %}Merci.{% endif %}"),
            }
        )
        == []
    )


def test_a_step_without_words_is_named(writer: Writer) -> None:
    assert writer.finds({"cv": None}) == ["cv.md.j2:1: the step 'cv' has no words. Write the file."]


def test_words_without_a_step_are_named(writer: Writer) -> None:
    assert writer.finds({"ancien": block("say", "Bonjour.")}) == [
        "ancien.md.j2:1: there is no step of that name. Rename it, or take it out."
    ]


@pytest.mark.parametrize(
    ("step", "words", "expected"),
    [
        ("but", block("ask", "Alors ?"), "but.md.j2:1: no block 'again'."),
        ("lieux", block("again", "Alors ?"), "lieux.md.j2:1: no block 'ask'."),
        ("quiz", ask("Combien ?", block("on_tous", "Oui.")), "quiz.md.j2:1: no block 'on_moitie'."),
        ("mots", block("say", "Tes mots."), "mots.md.j2:1: no block 'ask'."),
        ("cv", block("ask", "C'est fait ?"), "cv.md.j2:1: no block 'say'."),
        ("merci", block("note", "Merci."), "merci.md.j2:1: no block 'say'."),
        ("bilan", block("say", "Voilà."), "bilan.md.j2:1: no block 'end'."),
        ("but", ask("Alors ?", block("on_autre", "Bien.")), "but.md.j2:1: a block 'on_autre'."),
        ("lieux", ask("Où ?", block("on_linkedin", "Bien.")), "lieux.md.j2:1: a block 'on_linkedin'."),
        ("merci", block("say", "Merci.") + block("ask", "Ça va ?"), "merci.md.j2:1: a block 'ask'."),
        ("cv", WORDS["cv"] + block("on_fait", "Bien."), "cv.md.j2:1: a block 'on_fait'."),
        ("bilan", WORDS["bilan"] + block("fin", "Au revoir."), "bilan.md.j2:1: a block 'fin'."),
    ],
)
def test_a_block_that_is_missing_or_unknown_is_named(writer: Writer, step: str, words: str, expected: str) -> None:
    found = writer.finds({step: words})
    assert len(found) == 1
    assert found[0].startswith(expected)


@pytest.mark.parametrize(
    "read",
    [
        "{{ answers.metier }}",
        "{{ answers.cv }}",
        "{% if answers.metier %}oui{% endif %}",
        "{% if 'x' in picked.metier %}oui{% endif %}",
        "{% if answers.mots == 'jamais' %}{{ answers.metier }}{% endif %}",
    ],
)
def test_an_answer_that_is_read_and_never_saved_is_named_with_its_line(writer: Writer, read: str) -> None:
    [problem] = writer.finds({"merci": f"{{% block say %}}\nMerci.\n{read}\n{{% endblock %}}"})
    assert problem.startswith("merci.md.j2:3: '")
    assert "is never saved." in problem


@pytest.mark.parametrize(
    "said",
    [
        "{% if 'clients' in picked.but %}{{ answers.but.ville }}{% endif %}",
        "{% if answers.mots and 'linkedin' in picked.lieux and 'facebook' in picked.lieux %}{{ ville }}{% endif %}",
        "{% if not answers.but %}{{ ville }}{% endif %}",
        "{% if not this_week %}{{ ville }}{% endif %}",
    ],
)
def test_words_that_fail_for_one_path_only_are_named(writer: Writer, said: str) -> None:
    [problem] = writer.finds({"merci": block("say", f"Merci. {said}")})
    assert problem.startswith("merci.md.j2:1: the template does not render:")


@pytest.mark.parametrize(
    "said", ["{{ answers.mots + 1 }}", "{{ 1 / (answers.mots|length) }}", "{{ answers.mots|round }}"]
)
def test_words_that_cannot_be_worked_out_are_named_too(writer: Writer, said: str) -> None:
    [problem] = writer.finds({"merci": block("say", f"Merci. {said}")})
    assert problem.startswith("merci.md.j2:1: the template does not render:")


@pytest.mark.parametrize("said", ["{{ answers.mots", "{% if answers.mots %}", "{{ answers.mots|majuscule }}"])
def test_words_that_are_no_template_are_named_with_their_line(writer: Writer, said: str) -> None:
    [problem] = writer.finds({"merci": f"{{% block say %}}\n{said}\n{{% endblock %}}"})
    assert problem.startswith("merci.md.j2:")
    assert "not a valid template" in problem


def test_a_step_that_says_nothing_for_one_path_is_named(writer: Writer) -> None:
    [problem] = writer.finds({"merci": block("say", "{% if answers.mots %}Merci.{% endif %}")})
    assert problem.startswith("merci.md.j2:1:")


def test_a_step_as_long_as_may_be_passes_and_one_letter_more_is_named(writer: Writer) -> None:
    assert writer.finds({"merci": block("say", "x" * MAX_STEP)}) == []
    [problem] = writer.finds({"merci": block("say", "x" * (MAX_STEP + 1))})
    assert problem.startswith(f"merci.md.j2:1: the step has {MAX_STEP + 1} characters.")


def test_a_step_is_as_long_as_all_that_it_says_together(writer: Writer) -> None:
    half = "x" * (MAX_STEP // 2)
    [problem] = writer.finds({"but": ask(half, block("note", half))})
    assert problem.startswith(f"but.md.j2:1: the step has {MAX_STEP + 2} characters.")


def test_a_step_that_is_too_long_for_one_option_only_is_named(writer: Writer) -> None:
    said = f"Merci. {{% if 'clients' in picked.but %}}{'x' * MAX_STEP}{{% endif %}}"
    [problem] = writer.finds({"merci": block("say", said)})
    assert problem.startswith(f"merci.md.j2:1: the step has {MAX_STEP + 7} characters.")


def test_a_recap_may_be_longer_for_it_is_parted(writer: Writer) -> None:
    assert writer.finds({"bilan": block("say", "x" * 2 * MAX_STEP) + block("end", "Va.")}) == []


@pytest.mark.parametrize(("step", "role"), [("but", "on_emploi"), ("quiz", "on_tous"), ("cv", "on_later")])
def test_a_reaction_that_is_too_long_is_named(writer: Writer, step: str, role: str) -> None:
    kept = WORDS[step].replace(block("on_tous", "Oui.").strip(), "")
    assert writer.finds({step: kept + block(role, "x" * MAX_REACTION)}) == []
    [problem] = writer.finds({step: kept + block(role, "x" * (MAX_REACTION + 1))})
    assert problem.startswith(f"{step}.md.j2:1: '{role}' has {MAX_REACTION + 1} characters.")


@pytest.mark.parametrize("named", ["Filme sur Periscope.", "Filme sur **periscope**."])
def test_a_service_that_is_gone_is_named_only_with_a_note(writer: Writer, named: str) -> None:
    [problem] = writer.finds({"merci": block("say", named)})
    assert problem.startswith("merci.md.j2:1: Periscope is named (fermé en 2021). Write a note: un autre direct")
    assert writer.finds({"merci": block("say", named) + block("note", "⚠️ Depuis : fermé.")}) == []


def test_a_note_that_is_not_always_there_is_no_note(writer: Writer) -> None:
    sometimes = block("note", "{% if 'emploi' in picked.but %}⚠️ Fermé.{% endif %}")
    [problem] = writer.finds({"merci": block("say", "Filme sur Periscope.") + sometimes})
    assert "Periscope is named" in problem


@pytest.mark.parametrize("role", ["on_tous", "again"])
def test_a_service_that_is_gone_is_found_in_whatever_a_step_says(writer: Writer, role: str) -> None:
    words = {"again": block("again", "À peu près ?"), "on_tous": block("on_tous", "Oui.")}
    words[role] = block(role, "Comme sur Periscope.")
    quiz = block("ask", "Combien ?") + block("on_moitie", "Davantage.") + "".join(words.values())
    assert any("Periscope is named" in problem for problem in writer.finds({"quiz": quiz}))


def test_every_problem_is_told_at_once_and_each_once(writer: Writer) -> None:
    found = writer.finds({"cv": None, "merci": block("say", "Sur Periscope, {{ answers.mots }} !"), "ancien": "x"})
    assert [problem.partition(":")[0] for problem in found] == ["cv.md.j2", "merci.md.j2", "ancien.md.j2"]


_TEMPLATES = Templates(PROMPTS)
LONG = Answer("une longue réponse " * 20)
NOTICE_OF_A_TASK = 60
"""Characters of what is said after a task when its own words say nothing."""


def test_the_words_of_the_journeys_that_come_with_vigie_pass(library: Library) -> None:
    corpus = library.current().corpus
    assert {journey.id for journey in corpus.journeys} == set(JOURNEYS)
    assert check_journey_prompts(PROMPTS, corpus.journeys, corpus.gone_services) == []


def answers_of(step: Step) -> list[Answer | None]:
    """Return the answers that a step can get, a long one where they are written, and none."""
    each = [Answer(option.said, (option.id,)) for option in step.options] or [LONG]
    if step.kind is StepKind.SEVERAL:
        each.append(Answer(", ".join(one.text for one in each), tuple(option.id for option in step.options)))
    return [None, *each]


def longest(journey: Journey, step: Step, *roles: str) -> int:
    """Return the characters of some blocks of a step, together, for the answers that make them longest."""
    name = template_of(journey, step)
    read = _TEMPLATES.attributes_read(name)
    names = sorted({*read.get("answers", {}), *read.get("picked", {})})
    given: Iterator[dict[str, Answer]] = (
        {each: answer for each, answer in zip(names, answers, strict=True) if answer}
        for answers in product(*(answers_of(journey.saved[each]) for each in names))
    )
    return max(
        len("\n\n".join(block.text for block in _TEMPLATES.render(name, roles, **values_of(journey, each))))
        for each in given
    )


def reactions(step: Step) -> list[str]:
    outcomes = [*(option.id for option in step.options), *TaskOption, "answer"]
    return [reaction_role(outcome) for outcome in outcomes]


@pytest.mark.parametrize("name", JOURNEYS)
def test_no_message_of_a_journey_is_over_900_characters_whatever_was_answered(library: Library, name: str) -> None:
    journey = library.current().corpus.journey(name)
    assert journey
    asked = {step.id: longest(journey, step, *ASKED) for step in journey.steps}
    for step in journey.steps:
        reacted = max(NOTICE_OF_A_TASK, *(longest(journey, step, role) for role in reactions(step)))
        for following in step.targets:
            if not journey.by_id[following].is_end:
                assert reacted + 2 + asked[following] <= 900, (step.id, following)
