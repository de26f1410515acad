"""How use cases speak: messages from templates, and labels from the wording."""

from collections.abc import Container, Iterable
from typing import Protocol

from bot.core.messages import Block, Choice, Manner, Reply
from bot.rendering.wording import Wording


class Renderer(Protocol):
    """Makes the blocks of a message from a template's name and values."""

    def render(self, name: str, only: Container[str] | None = None, /, **values: object) -> tuple[Block, ...]: ...

    def roles(self, name: str) -> tuple[str, ...]: ...


class Voice:
    """The templates and the wording of one language."""

    def __init__(self, templates: Renderer, wording: Wording) -> None:
        self.templates = templates
        self.wording = wording
        self.labels = wording.labels
        self.phrases = wording.phrases()

    def say(self, name: str, choices: Iterable[Choice] = (), /, **values: object) -> Reply:
        """Return the message of a template, with choices below it."""
        return Reply(self.templates.render(name, **values), tuple(choices))

    def notice(self, name: str, /, **values: object) -> Reply:
        """Return the message of a template, to be shown for a moment to who pressed a button."""
        return Reply(self.templates.render(name, **values), manner=Manner.NOTICE)
