"""What is answered before anything is kept of who did it: it is nobody's business, or not theirs."""

from collections.abc import Container
from dataclasses import replace

from bot.content.corpus import digest
from bot.core.buttons import Button, ButtonKind, owner_of, read_button
from bot.core.commands import read_command
from bot.core.communities import Communities
from bot.core.messages import Incoming, Outgoing, Role
from bot.core.voice import Voice
from bot.storage import communities, people
from bot.storage.communities import Community
from bot.storage.database import Transaction


class Gate:
    """Turns away what Vigie has nothing to do with, and the presses of other people's buttons.

    Args:
        voice: how she says so.
        served: what communities want.
        commands: the names of the commands that she knows.
    """

    def __init__(self, voice: Voice, served: Communities, commands: Container[str]) -> None:
        self._voice = voice
        self._served = served
        self._commands = commands

    async def turned_away(
        self, transaction: Transaction, incoming: Incoming, community: Community | None
    ) -> Outgoing | None:
        """Return what answers an event that goes no further, None for one that is to be answered."""
        if await self._is_erased_already(transaction, incoming):
            # Pressed twice: nothing is kept anew about somebody who was just forgotten.
            return Outgoing((self._voice.notice("privacy/erased"),))
        if community:
            command = read_command(incoming.text)
            if command and command.name not in self._commands:
                return Outgoing(())
            silence = await self._served.silence(transaction, incoming, community)
            if silence:
                return silence
        return await self._refusal(transaction, incoming, community)

    @staticmethod
    async def _is_erased_already(transaction: Transaction, incoming: Incoming) -> bool:
        button = read_button(incoming.button or "")
        if button is None or button.kind is not ButtonKind.ERASE or button.owner != owner_of(incoming.address):
            return False
        return await people.find(transaction, incoming.address.platform, incoming.address.account) is None

    async def _refusal(
        self, transaction: Transaction, incoming: Incoming, community: Community | None
    ) -> Outgoing | None:
        """Return what answers the press of somebody else's button, None for any other event."""
        address, author = incoming.address, incoming.quoted_author
        button = read_button(incoming.button or "")
        if button is None or button.owner == owner_of(address):
            return None
        if button.kind is ButtonKind.REMOVE and await self._may_remove(transaction, incoming, community, button):
            return None
        if button.kind is ButtonKind.SETTING and incoming.role is Role.ADMINISTRATOR:
            return None
        is_authors = author is not None and button.owner == owner_of(replace(address, account=author.account))
        is_journey = button.kind in (ButtonKind.STEP, ButtonKind.JOURNEY)
        name = author.name if author and is_authors else ""
        return Outgoing((self._voice.notice("buttons/not_yours", name=name, journey=is_journey),))

    @staticmethod
    async def _may_remove(
        transaction: Transaction, incoming: Incoming, community: Community | None, button: Button
    ) -> bool:
        """Tell whether somebody may take away an answer that they did not call for: a moderator, or who is answered."""
        author, account = incoming.quoted_author, incoming.address.account
        is_answered = button.subject == digest(account) or (author is not None and author.account == account)
        if incoming.role is not Role.MEMBER or is_answered:
            return True
        return community is not None and account in await communities.moderators(transaction, community)
