"""A reply as plain Markdown, its buttons as a list to type from, for whoever has none to press."""

import re
from collections.abc import Container

from bot.core.messages import Choice, ChoiceKind, Reply

EVERY_KIND = frozenset(ChoiceKind)
_ITEM = re.compile(r"^\d+\. ", re.MULTILINE)


def numbered(reply: Reply, kinds: Container[ChoiceKind] = EVERY_KIND, first: int = 1) -> str:
    """Return the whole message: text, choices of some kinds as a numbered list, and the words that lead on.

    Below a question that awaits an answer in one's own words, a choice is typed with a word before its number.
    """
    offered = [choice for choice in reply.choices if choice.kind in kinds and choice.kind is not ChoiceKind.NAVIGATION]
    # After a numbered list, another sign begins another list, whose numbers do not go on from there.
    number = "{}) {}" if _ITEM.search(reply.text.rpartition("\n\n")[2]) else "{}. {}"
    form = "- lire {} : {}" if reply.awaits_text else number
    listed = "\n".join(form.format(place, _label(choice)) for place, choice in enumerate(offered, start=first))
    onward = " · ".join(choice.label.casefold() for choice in reply.choices if choice.kind is ChoiceKind.NAVIGATION)
    parts = (reply.text, listed, f"*{onward}*" if onward and ChoiceKind.NAVIGATION in kinds else "")
    return "\n\n".join(part for part in parts if part)


def _label(choice: Choice) -> str:
    """Return a choice's label, those that are advice to read told from those that are answers."""
    return f"📖 {choice.label}" if choice.kind is ChoiceKind.SEE_ALSO else choice.label
