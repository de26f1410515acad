"""How people ask Vigie on Discord, and use what is under her answers, for tests that read as conversations."""

from tests.fakes.discord import Channel, Interaction, Message, User


async def answer_to(interaction: Interaction) -> Message:
    """Return the one message that answers a command."""
    await interaction.is_settled()
    assert not interaction.failed
    [message] = interaction.messages
    return message


async def asks(user: User, question: str, *, in_: Channel | None = None, visible: str | None = None) -> Message:
    """Ask with `/question`, and return the one message that answers."""
    options = {"visible": visible} if visible else {}
    return await answer_to(await user.uses("/question", in_=in_, texte=question, **options))


async def mentions(user: User, text: str, *, in_: Channel) -> Message:
    """Write something in a channel, and return the one message that answers."""
    user.skips(in_=in_)
    await user.writes(text, to=in_)
    return await user.reads_next(in_=in_)


async def writes(user: User, text: str) -> Message:
    """Write to Vigie in private, and return the one message that answers."""
    user.skips()
    await user.writes(text)
    return await user.reads_next()


async def chooses(user: User, message: Message, label: str) -> Message:
    """Press a button, and return the message that is edited or sent for it."""
    user.skips(in_=message.channel)
    interaction = await user.presses(message, label)
    shown = await user.reads_next(in_=message.channel)
    assert interaction.response == "deferred_update"
    return shown


async def is_told(user: User, message: Message, label: str) -> str:
    """Press a button that is answered by a word, which nobody else sees in a server, and return it."""
    shown = await chooses(user, message, label)
    assert shown is not message
    assert shown.ephemeral == (message.channel.server is not None)
    return shown.text
