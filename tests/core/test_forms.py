"""Which button opens a form, told from its id alone."""

import pytest

from bot.content.check import MAX_TEXT
from bot.content.corpus import MAX_TITLE
from bot.content.lessons import MAX_NOTE
from bot.core.buttons import WRITE, ButtonKind, button_id
from bot.core.communities import LONGEST_WELCOME, WELCOME_TEXT
from bot.core.feedback import LONGEST_REASON
from bot.core.forms import form_of
from bot.core.lessons import LONGEST_WRITTEN
from bot.core.messages import Address, Field, Form
from bot.core.onboarding import LONGEST_ANSWER
from bot.core.programmes import ADD, LONGEST_THEMES, LONGEST_WHEN
from bot.rendering.wording import FormName, read_wording
from bot.resources import PROMPTS

WORDING = read_wording(PROMPTS)
LEA = Address("discord", "léa", "atelier", "accueil")
LESSON = {"title": MAX_TITLE, "text": MAX_TEXT, "questions": LONGEST_WRITTEN, "note": MAX_NOTE}
OPENING = [
    (ButtonKind.STEP, WRITE, FormName.ANSWER, {"text": LONGEST_ANSWER}),
    (ButtonKind.FEEDBACK, WRITE, FormName.REASON, {"text": LONGEST_REASON}),
    (ButtonKind.SETTING, WELCOME_TEXT, FormName.WELCOME_TEXT, {"text": LONGEST_WELCOME}),
    (ButtonKind.PROGRAMME, ADD, FormName.PROGRAMME, {"when": LONGEST_WHEN, "themes": LONGEST_THEMES}),
    (ButtonKind.GAP, "answer_12", FormName.LESSON, LESSON),
    (ButtonKind.CARD, "edit_3", FormName.LESSON, LESSON),
    (ButtonKind.CARD, "new", FormName.LESSON, LESSON),
    (ButtonKind.LESSON, "fix_40", FormName.LESSON, LESSON),
]
"""What opens a form: the kind of a button, its argument, which form, and the room that there is in each field."""
ARGUMENTS = {
    *(each[1] for each in OPENING),
    *("", "yes", "no", "continue", "option0", "welcome_text_no", "list_6", "aside_12", "hide_3", "save_40"),
}
LEFT_OUT, IN_ONE_LINE = {"note", "themes"}, {"title", "when", "themes"}
"""The fields that may be left empty, and those for which one line is enough."""


@pytest.mark.parametrize(("kind", "argument", "name", "fields"), OPENING)
def test_a_button_to_write_opens_its_form(
    kind: ButtonKind, argument: str, name: FormName, fields: dict[str, int]
) -> None:
    words = WORDING.forms[name]
    expected = Form(
        words.title,
        tuple(
            Field(each, words.labels[each], longest, is_needed=each not in LEFT_OUT, is_short=each in IN_ONE_LINE)
            for each, longest in fields.items()
        ),
    )
    assert form_of(button_id(kind, LEA, "sujet", argument), LEA, WORDING) == expected


@pytest.mark.parametrize(("kind", "argument", "name", "fields"), OPENING)
def test_it_opens_wherever_its_owner_is(
    kind: ButtonKind, argument: str, name: FormName, fields: dict[str, int]
) -> None:
    form = form_of(button_id(kind, LEA, "sujet", argument), Address("discord", "léa"), WORDING)
    assert form
    assert form.title == WORDING.forms[name].title
    assert {field.name: field.longest for field in form.fields} == fields


@pytest.mark.parametrize("name", FormName)
def test_every_label_of_a_form_is_that_of_a_field(name: FormName) -> None:
    [fields] = {tuple(each[3]) for each in OPENING if each[2] is name}
    assert set(WORDING.forms[name].labels) == set(fields)


@pytest.mark.parametrize(
    "address", [Address("discord", "max", "atelier", "accueil"), Address("telegram", "léa", "atelier", "accueil")]
)
@pytest.mark.parametrize(("kind", "argument"), [(each[0], each[1]) for each in OPENING])
def test_it_opens_for_nobody_else(kind: ButtonKind, argument: str, address: Address) -> None:
    assert form_of(button_id(kind, LEA, "sujet", argument), address, WORDING) is None


@pytest.mark.parametrize("kind", ButtonKind)
def test_no_other_button_opens_one(kind: ButtonKind) -> None:
    opens = {(each[0], each[1]) for each in OPENING}
    for argument in ARGUMENTS:
        form = form_of(button_id(kind, LEA, "sujet", argument), LEA, WORDING)
        assert (form is not None) is ((kind, argument) in opens)


@pytest.mark.parametrize("identifier", ["", "link:vie", "step", "x" * 100])
def test_what_is_no_button_opens_none(identifier: str) -> None:
    assert form_of(identifier, LEA, WORDING) is None


def test_the_button_of_another_version_opens_none() -> None:
    identifier = button_id(ButtonKind.STEP, LEA, "sujet", WRITE).replace(":1:", ":2:", 1)
    assert form_of(identifier, LEA, WORDING) is None
