"""Which button opens a form, told from its id alone."""

import pytest

from bot.core.buttons import WRITE, ButtonKind, button_id
from bot.core.communities import LONGEST_WELCOME, WELCOME_TEXT
from bot.core.feedback import LONGEST_REASON
from bot.core.forms import form_of
from bot.core.messages import Address, Form
from bot.core.onboarding import LONGEST_ANSWER
from bot.rendering.wording import FormName, read_wording
from bot.resources import PROMPTS

WORDING = read_wording(PROMPTS)
LEA = Address("discord", "léa", "atelier", "accueil")
OPENING = [
    (ButtonKind.STEP, WRITE, FormName.ANSWER, LONGEST_ANSWER),
    (ButtonKind.FEEDBACK, WRITE, FormName.REASON, LONGEST_REASON),
    (ButtonKind.SETTING, WELCOME_TEXT, FormName.WELCOME_TEXT, LONGEST_WELCOME),
]


@pytest.mark.parametrize(("kind", "argument", "name", "longest"), OPENING)
def test_a_button_to_write_opens_its_form(kind: ButtonKind, argument: str, name: FormName, longest: int) -> None:
    words = WORDING.forms[name]
    expected = Form(words.title, words.label, longest)
    assert form_of(button_id(kind, LEA, "sujet", argument), LEA, WORDING) == expected


@pytest.mark.parametrize(("kind", "argument", "name", "longest"), OPENING)
def test_it_opens_wherever_its_owner_is(kind: ButtonKind, argument: str, name: FormName, longest: int) -> None:
    form = form_of(button_id(kind, LEA, "sujet", argument), Address("discord", "léa"), WORDING)
    assert form
    assert (form.title, form.longest) == (WORDING.forms[name].title, longest)


@pytest.mark.parametrize(
    "address", [Address("discord", "max", "atelier", "accueil"), Address("telegram", "léa", "atelier", "accueil")]
)
@pytest.mark.parametrize(("kind", "argument"), [(each[0], each[1]) for each in OPENING])
def test_it_opens_for_nobody_else(kind: ButtonKind, argument: str, address: Address) -> None:
    assert form_of(button_id(kind, LEA, "sujet", argument), address, WORDING) is None


@pytest.mark.parametrize("kind", ButtonKind)
def test_no_other_button_opens_one(kind: ButtonKind) -> None:
    opens = {(each[0], each[1]) for each in OPENING}
    for argument in ("", "yes", "no", "continue", "option0", WRITE, WELCOME_TEXT, "welcome_text_no"):
        form = form_of(button_id(kind, LEA, "sujet", argument), LEA, WORDING)
        assert (form is not None) is ((kind, argument) in opens)


@pytest.mark.parametrize("identifier", ["", "link:vie", "step", "x" * 100])
def test_what_is_no_button_opens_none(identifier: str) -> None:
    assert form_of(identifier, LEA, WORDING) is None


def test_the_button_of_another_version_opens_none() -> None:
    identifier = button_id(ButtonKind.STEP, LEA, "sujet", WRITE).replace(":1:", ":2:", 1)
    assert form_of(identifier, LEA, WORDING) is None
