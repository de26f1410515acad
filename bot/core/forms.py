"""The forms that buttons open, told from a button's id alone: nothing has to be looked up before one is shown."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.core.buttons import WRITE, ButtonKind, owner_of, read_button
from bot.core.communities import LONGEST_WELCOME, WELCOME_TEXT
from bot.core.feedback import LONGEST_REASON
from bot.core.messages import Address, Form
from bot.core.onboarding import LONGEST_ANSWER
from bot.rendering.wording import FormName, Wording

_FORMS: Mapping[tuple[ButtonKind, str], tuple[FormName, int]] = MappingProxyType(
    {
        (ButtonKind.STEP, WRITE): (FormName.ANSWER, LONGEST_ANSWER),
        (ButtonKind.FEEDBACK, WRITE): (FormName.REASON, LONGEST_REASON),
        (ButtonKind.SETTING, WELCOME_TEXT): (FormName.WELCOME_TEXT, LONGEST_WELCOME),
    }
)


def form_of(identifier: str, address: Address, wording: Wording) -> Form | None:
    """Return the form that the button of an id opens for who pressed it, None where it opens none for them."""
    button = read_button(identifier)
    if button is None or button.owner != owner_of(address):
        return None
    name, longest = _FORMS.get((button.kind, button.argument), (None, 0))
    if name is None:
        return None
    words = wording.forms[name]
    return Form(words.title, words.label, longest)
