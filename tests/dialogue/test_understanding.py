"""What is typed in place of a button is taken for an answer where it plainly is one, and for nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.engine import Control, Input, Mumble, Notice, Pick, PickEach, advance, begin
from bot.dialogue.script import Branch, Journey, Option, Step, StepKind, TaskOption
from bot.dialogue.understanding import is_question, understand
from bot.library import Library
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from tests.dialogue import JOURNEYS, SUNDAY
from tests.people import Member

ON = (Branch("fin"),)
WHERE = Step(
    "ou",
    StepKind.CHOICE,
    save="ou",
    options=(
        Option("linkedin", "LinkedIn", "LinkedIn", ("linked in", "réseau pro")),
        Option("facebook", "Facebook", "Facebook", ("fb", "meta")),
        Option("groupe", "Un groupe de discussion", "un groupe de discussion", ("whatsapp", "messagerie")),
        Option("nulle_part", "Je n'y suis pas", "tu n'y es pas encore", ("nulle part", "pas encore")),
    ),
    next=ON,
)
SEVERAL = replace(WHERE, kind=StepKind.SEVERAL)
TEXT = Step("mots", StepKind.TEXT, save="mots", next=ON)
TASK = Step("cv", StepKind.TASK, task="Relire mon CV", days=3, next=ON)
SAY = Step("accueil", StepKind.SAY, next=ON)
TIME = replace(
    WHERE,
    options=(
        Option("moyen", "Entre une demi-heure et deux heures", "une heure ou deux", ("1h", "2h", "1 h", "deux heures")),
        Option("beaucoup", "Plus de deux heures", "plus de deux heures", ("beaucoup",)),
    ),
)


WORDING = read_wording(PROMPTS)
PHRASES = WORDING.phrases()


def heard(step: Step, typed: str) -> Input | None:
    return understand(step, typed, PHRASES)


@pytest.mark.parametrize(
    ("typed", "option"),
    [
        ("2", "facebook"),
        ("la 2", "facebook"),
        ("La 2.", "facebook"),
        ("n°2", "facebook"),
        ("numéro 2", "facebook"),
        ("réponse 2", "facebook"),
        ("plutôt la 2", "facebook"),
        ("je prends la 2", "facebook"),
        ("la deuxième", "facebook"),
        ("le second", "facebook"),
        ("LA PREMIÈRE", "linkedin"),
        ("la premiere", "linkedin"),
        ("la dernière", "nulle_part"),
        ("2e", "facebook"),
        ("la 2ème", "facebook"),
        ("la 2eme", "facebook"),
        ("1er", "linkedin"),
        ("la 1ère", "linkedin"),
        ("linkedin", "linkedin"),
        ("LinkedIn !", "linkedin"),
        ("sur linkedin", "linkedin"),
        ("plutôt linkedin je crois", "linkedin"),
        ("linkdin", "linkedin"),
        ("Linkedinn", "linkedin"),
        ("facebok", "facebook"),
        ("fb", "facebook"),
        ("reseau pro", "linkedin"),
        ("un groupe de discution", "groupe"),
        ("groupes de discussion", "groupe"),
        ("whatsapp", "groupe"),
        ("je n'y suis pas", "nulle_part"),
        ("JE N’Y SUIS PAS", "nulle_part"),
        ("je ny suis pas", "nulle_part"),
        ("j'y suis pas", "nulle_part"),
        ("pas encore", "nulle_part"),
    ],
)
def test_what_plainly_is_one_of_the_answers_is_that_answer(typed: str, option: str) -> None:
    assert heard(WHERE, typed) == Pick(option)


@pytest.mark.parametrize(
    "typed",
    [
        "pas linkedin",
        "tout sauf linkedin",
        "linkedin non",
        "je n'utilise jamais facebook",
        "pas la 2",
        "ni la 1 ni la 2",
        "sans la 1",
        "1 et 3",
        "linkedin ou facebook",
        "5",
        "0",
        "la neuvième",
        "2024",
        "j'ai 2 enfants",
        "bof",
        "je ne sais pas",
        "",
        "👍",
        "...",
    ],
)
def test_what_is_not_plainly_one_answer_is_none(typed: str) -> None:
    assert heard(WHERE, typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "linkedin ?",
        "C'est quoi linkedin ?",
        "c'est quoi linkedin",
        "c koi facebook",
        "comment marche linkedin",
        "pourquoi linkedin",
        "la 2 c'est quoi ?",
    ],
)
def test_a_question_about_an_answer_is_not_that_answer(typed: str) -> None:
    assert is_question(typed)
    assert heard(WHERE, typed) is None


@pytest.mark.parametrize("step", [WHERE, SEVERAL, TASK])
def test_a_story_is_not_an_answer(step: Step) -> None:
    story = (
        "alors moi j'ai longtemps été sur linkedin et c'est fait depuis des années mais mon patron "
        "regardait tout ce que je publiais alors j'ai arrêté"
    )
    assert heard(step, story) is None


@pytest.mark.parametrize(
    ("typed", "option"),
    [
        ("1 h", "moyen"),
        ("2h", "moyen"),
        ("plus de deux heures", "beaucoup"),
        ("Plus de deux heures.", "beaucoup"),
        ("beaucoup", "beaucoup"),
    ],
)
def test_a_duration_is_not_a_place_in_the_list(typed: str, option: str) -> None:
    assert heard(TIME, typed) == Pick(option)


@pytest.mark.parametrize("typed", ["plus de 2h", "plus de 2 h", "plus de 1h"])
def test_what_says_more_than_an_answer_is_not_that_answer(typed: str) -> None:
    assert heard(TIME, typed) in (None, Pick("beaucoup"))


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        ("1 et 3", ("linkedin", "groupe")),
        ("3, 1", ("linkedin", "groupe")),
        ("1 3", ("linkedin", "groupe")),
        ("la 1 et la 3", ("linkedin", "groupe")),
        ("la première et la dernière", ("linkedin", "nulle_part")),
        ("la 2", ("facebook",)),
        ("linkedin et facebook", ("linkedin", "facebook")),
        ("fb, linkedin", ("linkedin", "facebook")),
        ("linkdin", ("linkedin",)),
        ("je n'y suis pas", ("nulle_part",)),
    ],
)
def test_several_answers_may_be_named_at_once(typed: str, options: tuple[str, ...]) -> None:
    assert heard(SEVERAL, typed) == PickEach(options)


@pytest.mark.parametrize(
    "typed", ["pas linkedin", "linkedin et pas facebook", "1 et 9", "ni 1 ni 2", "pas la 1", "linkedin ou facebook ?"]
)
def test_several_of_which_some_are_refused_are_not_several(typed: str) -> None:
    assert heard(SEVERAL, typed) is None


def test_a_label_that_holds_the_words_of_another_is_still_itself() -> None:
    step = replace(
        SEVERAL,
        options=(
            Option("replay", "Garder le direct", "garder le direct", ("garder",)),
            Option("rien", "Ne rien garder", "ne rien garder", ("effacer",)),
        ),
    )
    assert heard(step, "ne rien garder") == PickEach(("rien",))
    assert heard(step, "garder") == PickEach(("replay",))


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [
        ("c fait", TaskOption.DONE),
        ("C'est fait !", TaskOption.DONE),
        ("c’est fait", TaskOption.DONE),
        ("déjà fait", TaskOption.DONE),
        ("deja fait", TaskOption.DONE),
        ("oui", TaskOption.DONE),
        ("la 1", TaskOption.DONE),
        ("plus tard", TaskOption.LATER),
        ("+ tard", TaskOption.LATER),
        ("demain", TaskOption.LATER),
        ("ok", TaskOption.LATER),
        ("d'accord", TaskOption.LATER),
        ("2", TaskOption.LATER),
        ("pas pour moi", TaskOption.DECLINED),
        ("non merci", TaskOption.DECLINED),
        ("j'ai pas envie", TaskOption.DECLINED),
        ("la dernière", TaskOption.DECLINED),
    ],
)
def test_what_becomes_of_a_task_may_be_said(typed: str, outcome: TaskOption) -> None:
    assert heard(TASK, typed) == outcome


@pytest.mark.parametrize("typed", ["je ne l'ai pas fait", "c'est fait ?", "pas la 1", "c'est pas fait", "mon cv", "4"])
def test_what_does_not_say_what_becomes_of_a_task_is_none(typed: str) -> None:
    assert heard(TASK, typed) is None


CONTROLS = [
    ("retour", Control.BACK),
    ("Étape précédente", Control.BACK),
    ("etape precedente", Control.BACK),
    ("passer", Control.SKIP),
    ("je passe !", Control.SKIP),
    ("où j'en suis", Control.WHERE),
    ("ou j'en suis", Control.WHERE),
    ("où j’en suis ?", Control.WHERE),
    ("j'en suis où ?", Control.WHERE),
    ("PAUSE", Control.PAUSE),
    ("à plus tard", Control.PAUSE),
    ("a plus tard", Control.PAUSE),
    ("recommencer", Control.RESTART),
    ("depuis le début", Control.RESTART),
    ("depuis le debut", Control.RESTART),
    ("quitter", Control.QUIT),
    ("arrêter", Control.QUIT),
    ("arreter", Control.QUIT),
    ("j'arrête", Control.QUIT),
]


@pytest.mark.parametrize("step", [WHERE, SEVERAL, TASK, TEXT, SAY], ids=lambda step: step.kind)
@pytest.mark.parametrize(("typed", "control"), CONTROLS)
def test_a_control_is_heard_at_every_step_with_or_without_its_accents(step: Step, typed: str, control: Control) -> None:
    assert heard(step, typed) is control


@pytest.mark.parametrize("step", [WHERE, SEVERAL, TASK, TEXT], ids=lambda step: step.kind)
@pytest.mark.parametrize(
    "typed", ["passer un entretien", "je veux continuer mes études", "une pause café", "retour au bureau lundi"]
)
def test_the_word_of_a_control_in_a_sentence_is_no_control(step: Step, typed: str) -> None:
    assert heard(step, typed) is None


@pytest.mark.parametrize("typed", ["continuer", "ok", "la suite", "oui", "d'accord"])
def test_what_is_only_said_goes_on_at_a_word(typed: str) -> None:
    assert heard(SAY, typed) is Control.CONTINUE


@pytest.mark.parametrize("typed", ["ok", "oui", "d'accord", "la suite", "2", "linkedin", "c'est fait", "non", "demain"])
def test_where_somebody_may_write_what_they_write_is_the_answer(typed: str) -> None:
    assert heard(TEXT, typed) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("oui", Pick("celui")), ("ok", Pick("celui")), ("pause", Control.PAUSE), ("arrêter", Control.QUIT)],
)
def test_a_word_that_is_an_answer_too_leads_on_by_that_answer_and_a_way_out_is_always_heard(
    typed: str, meant: Input
) -> None:
    step = replace(WHERE, options=(Option("celui", "Celui-ci", "celui-ci", (typed,)), *WHERE.options))
    assert heard(step, typed) == meant


@pytest.mark.parametrize("typed", ["2", "merci", "ça m'intéresse", "linkedin"])
def test_where_nothing_is_asked_nothing_is_an_answer(typed: str) -> None:
    assert heard(SAY, typed) is None


def meant_by(step: Step, option: Option) -> Input:
    return PickEach((option.id,)) if step.kind is StepKind.SEVERAL else Pick(option.id)


@pytest.mark.parametrize("name", JOURNEYS)
def test_every_word_that_a_journey_has_for_an_answer_is_understood(library: Library, name: str) -> None:
    journey = library.current().corpus.journey(name)
    assert journey
    missed = [
        (step.id, option.id, typed, heard(step, typed))
        for step in journey.steps
        for option in step.options
        for typed in (option.label, *option.words)
        if not typed.endswith("?") and heard(step, typed) != meant_by(step, option)
    ]
    assert missed == []


@pytest.mark.parametrize("outcome", list(TaskOption))
def test_every_word_for_an_outcome_is_understood(outcome: TaskOption) -> None:
    spoken = WORDING.outcomes[outcome]
    understood = {typed: heard(TASK, typed) for typed in (spoken.label, *spoken.words)}
    assert understood == dict.fromkeys(understood, outcome)


FRAGMENTS = ["la", "1", "2", "3", "et", "pas", "linkedin", "facebook", "groupe", "oui", "c'est", "fait", "?", "passer"]


@settings(max_examples=100)
@given(
    step=st.sampled_from([WHERE, SEVERAL, TASK, TEXT, SAY, TIME]),
    typed=st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=6)), max_size=6).map(" ".join),
)
def test_what_is_taken_for_an_answer_is_always_one_that_the_step_offers(step: Step, typed: str) -> None:
    journey = Journey("essai", "Un essai", "", 1, 1, 1, (), (step, Step("fin", StepKind.RECAP)))
    given_ = heard(step, typed)
    turn = advance(journey, begin(journey).state, given_ or Mumble(), SUNDAY)
    if given_ is None:
        assert turn.notice is Notice.MISUNDERSTOOD
    elif not isinstance(given_, Control):
        assert turn.state.step == "fin"


async def test_at_a_choice_a_question_is_answered_and_the_choice_comes_back(lea: Member) -> None:
    await lea.says("/parcours vie")
    reply = await lea.says("Faut-il répondre aux polémiques ?")
    assert "Alban Jarry" in reply
    assert "Trouver des clients" in lea.choices


async def test_where_somebody_may_write_a_question_that_has_an_answer_is_a_question_and_ok_is_an_answer(
    lea: Member, library: Library
) -> None:
    journey = library.current().corpus.journey("vie")
    assert journey
    await lea.says("/parcours vie")
    while lea.journey and journey.by_id[lea.journey.step].kind is not StepKind.TEXT:
        await lea.says("passer")
    assert lea.journey
    asks = lea.journey.step
    await lea.says("Faut-il répondre aux polémiques ?")
    assert lea.journey
    assert lea.journey.step == asks
    await lea.says("ok")
    assert lea.journey
    assert lea.journey.step != asks
