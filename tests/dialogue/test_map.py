"""The map of a journey: Mermaid text for whoever writes it, and an SVG picture for whoever looks at it."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from bot.dialogue.map import mermaid
from bot.dialogue.script import Branch, Journey, Step, StepKind
from bot.library import Library
from bot.rendering.pictures import flowchart
from tests.conftest import WriteKnowledge
from tests.dialogue import STEPS, changed, read_journey

CHANGES = {
    "  save: but\n": "  save: but\n  recap: Ce qui t'amène\n",
    "label: Trouver un emploi": 'label: Trouver un "vrai" emploi',
    "task: Relire mon CV": 'task: "Relire mon CV (le n° 1, celui qui traîne depuis dix ans)"',
    "save: mots, next: bilan": "save: mots, recap: Tes mots, next: suite",
    "bilan: {kind: recap}\n": """\
suite:
  kind: choice
  save: suite
  options:
    encore: {label: Encore, next: lieux}
    assez: {label: Assez, next: bilan}
bilan: {kind: recap}
""",
}
"""What makes the journey harder to draw: signs and lengths that are not drawn as they are, and a loop."""
MAP = """\
flowchart TD
    step_accueil["accueil"]
    step_but{"Ce qui t'amène"}
    step_cv[["Relire mon CV (le n° 1, celui qui traîne de…"]]
    step_lieux{"lieux"}
    step_quiz{{"quiz"}}
    step_mots[/"Tes mots"/]
    step_suite{"suite"}
    step_bilan(["bilan"])
    step_accueil --> step_but
    step_but -- "Trouver un 'vrai' emploi" --> step_cv
    step_but --> step_lieux
    step_cv --> step_lieux
    step_lieux -- "Trouver un 'vrai' emploi, LinkedIn / Facebo…" --> step_quiz
    step_lieux --> step_mots
    step_quiz --> step_mots
    step_mots --> step_suite
    step_suite -- "Encore" --> step_lieux
    step_suite -- "Assez" --> step_bilan
"""
_SVG = "{http://www.w3.org/2000/svg}"


def labels(picture: str) -> str:
    """Return what is written in an SVG picture, without blanks: long labels are parted into lines.

    One that is no well-formed XML cannot be read.
    """
    drawn = ET.fromstring(picture)  # noqa: S314 - we drew it
    assert drawn.tag == f"{_SVG}svg"
    return "\n".join(unspaced("".join(text.itertext())) for text in drawn.iter(f"{_SVG}text"))


def unspaced(text: str) -> str:
    return "".join(text.split())


def test_the_map_shows_each_step_by_its_kind_and_each_way_by_its_answer(write_knowledge: WriteKnowledge) -> None:
    assert mermaid(read_journey(write_knowledge, changed(STEPS, CHANGES))) == MAP


def test_the_picture_of_a_journey_s_opening_holds_what_its_steps_ask(library: Library) -> None:
    journey = library.current().corpus.journey("vie")
    assert journey
    opening = replace(journey, steps=journey.steps[:2])
    written = labels(flowchart(mermaid(opening)))
    for step in opening.steps:
        assert unspaced(step.recap or step.id) in written
    assert unspaced("Représenter une entreprise") in written


def test_a_step_may_have_any_name_and_its_label_any_sign() -> None:
    names = ("style", "end", "click", "graph", "class", "default")
    asked = 'Dire "oui" & <non> ; %% puis **fin**'
    steps = tuple(
        Step(name, StepKind.TASK, task=asked if name == "style" else f"Faire {name}", days=1, next=(Branch(after),))
        for name, after in zip(names, (*names[1:], "fin"), strict=True)
    )
    journey = Journey("essai", "Un essai", "", 1, 1, 1, (), (*steps, Step("fin", StepKind.RECAP)))
    written = labels(flowchart(mermaid(journey)))
    assert "&<non>" in written
    assert "**fin**" in written
    assert all(f"Faire{name}" in written for name in names[1:])
