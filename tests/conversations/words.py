"""The sentences and the labels of Vigie, for tests that hold whatever their words become."""

from bot.rendering.templates import Templates
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from tests.people import Member

_templates = Templates(PROMPTS)
_wording = read_wording(PROMPTS)
LABELS = _wording.labels
FORMS = _wording.forms
"""What is written on the windows that open to write in."""
ASIDES = _wording.asides
"""What a platform says beside the messages."""
ACTIONS = _wording.actions
"""What the journal says of each thing that a team does."""
REASONS = _wording.reasons
"""The labels of why an answer was not useful, by their keys."""


def said(name: str, /, **values: object) -> str:
    """Return what a template says."""
    return "\n\n".join(block.text for block in _templates.render(name, **values))


def opening(member: Member) -> str:
    """Return the role of what Vigie said first: the kind of notice that it was."""
    return member.last.replies[0].blocks[0].role
