"""What is answered before anything is kept of who did it: it is nobody's business, or not theirs."""

from collections.abc import Container
from dataclasses import replace

from bot.content.corpus import digest
from bot.core.buttons import Button, ButtonKind, owner_of, read_button
from bot.core.commands import FOR_MODERATORS, read_command
from bot.core.communities import Communities
from bot.core.limits import Limits
from bot.core.messages import Incoming, Outgoing, Role
from bot.core.voice import Voice
from bot.storage import people
from bot.storage.communities import Community
from bot.storage.database import Transaction


class Gate:
    """Turns away what Vigie has nothing to do with, what is too much, and the presses of other people's buttons.

    Args:
        voice: how she says so.
        served: what communities want.
        limits: what may be asked, and by whom.
        commands: the names of the commands that she knows.
    """

    def __init__(self, voice: Voice, served: Communities, limits: Limits, commands: Container[str]) -> None:
        self._voice = voice
        self._served = served
        self._limits = limits
        self._commands = commands

    async def turned_away(
        self, transaction: Transaction, incoming: Incoming, community: Community | None
    ) -> Outgoing | None:
        """Return what answers an event that goes no further, None for one that is to be answered."""
        if await self._is_erased_already(transaction, incoming):
            # Pressed twice: nothing is kept anew about somebody who was just forgotten.
            return Outgoing((self._voice.notice("privacy/erased"),))
        if community:
            # What is written in a form may begin like a command, and is none.
            command = None if incoming.button else read_command(incoming.text)
            if command and command.name not in self._commands and command.name not in FOR_MODERATORS:
                return Outgoing(())
            silence = await self._served.silence(transaction, incoming, community)
            if silence and not silence.replies:
                return silence
            held_back = await self._limits.held_back(transaction, incoming, community)
            if held_back or silence:
                return held_back or silence
        return self._refusal(incoming)

    @staticmethod
    async def _is_erased_already(transaction: Transaction, incoming: Incoming) -> bool:
        button = read_button(incoming.button or "")
        if button is None or button.kind is not ButtonKind.ERASE or button.owner != owner_of(incoming.address):
            return False
        return await people.find(transaction, incoming.address.platform, incoming.address.account) is None

    def _refusal(self, incoming: Incoming) -> Outgoing | None:
        """Return what answers the press of somebody else's button, None for any other event."""
        address, author = incoming.address, incoming.quoted_author
        button = read_button(incoming.button or "")
        if button is None or button.owner == owner_of(address):
            return None
        if button.kind is ButtonKind.REMOVE and _may_remove(incoming, button):
            return None
        if button.kind is ButtonKind.SETTING and incoming.role is Role.ADMINISTRATOR:
            return None
        is_authors = author is not None and button.owner == owner_of(replace(address, account=author.account))
        is_journey = button.kind in (ButtonKind.STEP, ButtonKind.JOURNEY)
        name = author.name if author and is_authors else ""
        return Outgoing((self._voice.notice("buttons/not_yours", name=name, journey=is_journey),))


def _may_remove(incoming: Incoming, button: Button) -> bool:
    """Tell whether somebody may take away an answer that they did not call for: a moderator, or who is answered."""
    author, account = incoming.quoted_author, incoming.address.account
    is_answered = button.subject == digest(account) or (author is not None and author.account == account)
    return incoming.role is not Role.MEMBER or is_answered
