"""Choices made by typing: a number in the list last shown, or a button's whole id."""

from collections.abc import Sequence

from bot.core.buttons import read_button
from bot.core.messages import Choice


def press_or_text(line: str, choices: Sequence[Choice]) -> tuple[str, str | None]:
    """Return (text, button): what a typed line says, and the id of the button that it presses if it presses one."""
    typed = line.strip()
    numbered = {str(number): choice.id for number, choice in enumerate(choices, start=1)}
    button = numbered.get(typed) or (typed if read_button(typed) else None)
    return ("", button) if button else (line, None)
