"""The forms that buttons open, told from a button's id alone: whether one opens has not to be looked up."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.content.check import MAX_TEXT
from bot.content.corpus import MAX_TITLE
from bot.content.lessons import MAX_NOTE
from bot.core.buttons import WRITE, ButtonKind, owner_of, read_button
from bot.core.communities import LONGEST_WELCOME, WELCOME_TEXT
from bot.core.feedback import LONGEST_REASON
from bot.core.lessons import LONGEST_WRITTEN
from bot.core.messages import Address, Field, Form
from bot.core.onboarding import LONGEST_ANSWER
from bot.core.programmes import ADD, LONGEST_THEMES, LONGEST_WHEN
from bot.rendering.wording import FormName, Wording

_LESSON = (
    Field("title", "", MAX_TITLE, is_short=True),
    Field("text", "", MAX_TEXT),
    Field("questions", "", LONGEST_WRITTEN),
    Field("note", "", MAX_NOTE, is_needed=False),
)
_FORMS: Mapping[tuple[ButtonKind, str], tuple[FormName, tuple[Field, ...]]] = MappingProxyType(
    {
        (ButtonKind.STEP, WRITE): (FormName.ANSWER, (Field("text", "", LONGEST_ANSWER),)),
        (ButtonKind.FEEDBACK, WRITE): (FormName.REASON, (Field("text", "", LONGEST_REASON),)),
        (ButtonKind.SETTING, WELCOME_TEXT): (FormName.WELCOME_TEXT, (Field("text", "", LONGEST_WELCOME),)),
        (ButtonKind.PROGRAMME, ADD): (
            FormName.PROGRAMME,
            (
                Field("when", "", LONGEST_WHEN, is_short=True),
                Field("themes", "", LONGEST_THEMES, is_needed=False, is_short=True),
            ),
        ),
        (ButtonKind.GAP, "answer"): (FormName.LESSON, _LESSON),
        (ButtonKind.CARD, "edit"): (FormName.LESSON, _LESSON),
        (ButtonKind.CARD, "new"): (FormName.LESSON, _LESSON),
        (ButtonKind.LESSON, "fix"): (FormName.LESSON, _LESSON),
    }
)
"""By what a button is for, and what its argument is or begins with, before the number of what it is about."""


def form_of(identifier: str, address: Address, wording: Wording) -> Form | None:
    """Return the form that the button of an id opens for who pressed it, None where it opens none for them."""
    button = read_button(identifier)
    if button is None or button.owner != owner_of(address):
        return None
    name, fields = _FORMS.get((button.kind, button.verb), (None, ()))
    if name is None:
        return None
    words = wording.forms[name]
    return Form(words.title, tuple(replace(field, label=words.labels[field.name]) for field in fields))
