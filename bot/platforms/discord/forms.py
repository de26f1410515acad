"""Forms as Discord opens them."""

from typing import Any

import discord

from bot.core.messages import Field, Form


class WrittenForm(discord.ui.Modal):
    """A form, whose id is that of the button that opens it."""

    def __init__(self, form: Form, identifier: str) -> None:
        super().__init__(title=form.title, custom_id=identifier)
        for field in form.fields:
            self.add_item(discord.ui.Label(text=field.label, component=_input(field)))
        # The client remembers no form that is over: what is written in it is heard by its id.
        self.stop()


def _input(field: Field) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(
        style=discord.TextStyle.short if field.is_short else discord.TextStyle.paragraph,
        custom_id=field.name,
        # What stands there already is no longer than what may be written there: else it could not be sent.
        default=field.value[: field.longest] or None,
        required=field.is_needed,
        max_length=field.longest,
    )
