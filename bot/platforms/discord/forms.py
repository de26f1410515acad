"""Forms as Discord opens them."""

from typing import Any

import discord

from bot.core.messages import Form


class WrittenForm(discord.ui.Modal):
    """A form, whose id is that of the button that opens it."""

    def __init__(self, form: Form, identifier: str) -> None:
        super().__init__(title=form.title, custom_id=identifier)
        field = discord.ui.TextInput[Any](style=discord.TextStyle.paragraph, max_length=form.longest, custom_id="text")
        self.add_item(discord.ui.Label(text=form.label, component=field))
        # The client remembers no form that is over: what is written in it is heard by its id.
        self.stop()
