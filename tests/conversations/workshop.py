"""People of a workshop: a community with places, members, and a team."""

from dataclasses import replace
from typing import Any

from bot.core.advisor import Advisor
from bot.core.messages import Address, Author, Capabilities, Incoming, Role
from tests.people import Clock, Member

WORKSHOP = "atelier"
BY_GROUP = Capabilities(buttons=True, links=True, removal=True)
"""A platform where whatever is said in a group is read by all of it."""
BY_SERVER = replace(BY_GROUP, forms=True, pickers=True, names=True, unseen=True)
"""A platform that shows an answer to one person alone."""


class Neighbour(Member):
    """Somebody of the workshop; `facts` is what the platform tells of what they do, beside where and what."""

    def __init__(
        self,
        advisor: Advisor,
        name: str,
        clock: Clock,
        role: Role = Role.MEMBER,
        platform: str = "telegram",
        capabilities: Capabilities = BY_GROUP,
    ) -> None:
        super().__init__(advisor, name, WORKSHOP, platform, clock, capabilities, role)
        self.facts: dict[str, Any] = {"name": name}
        self.goes_to("accueil")

    def goes_to(self, place: str, community: str = WORKSHOP) -> "Neighbour":
        """Go to a place of a community."""
        self.address = Address(self.address.platform, self.address.account, community, place)
        self.facts["place_title"] = f"#{place}"
        return self

    def alone(self) -> "Neighbour":
        """Be shown the answers alone from now on."""
        self.address = replace(self.address, place=f"{self.address.place}/{self.address.account}")
        self.facts["unseen"] = True
        return self

    def in_private(self) -> "Neighbour":
        """Return the same person in a direct message, who reads there what they read last."""
        same = Neighbour(self._advisor, self.address.account, self.clock, Role.MEMBER, self.address.platform)
        same.address = Address(self.address.platform, self.address.account)
        same.facts = {"name": self.address.account}
        if self.role is Role.ADMINISTRATOR:
            same.facts["administers"] = (self.address.community,)
        same.last = self.last
        return same

    async def replies(self, to: Member, text: str) -> str:
        """Say something in reply to a message of somebody else's, and return what Vigie replies."""
        author = Author(to.address.account, to.address.account)
        asked = Incoming(self.address, self.clock.now, text, quoted="Salut tout le monde", quoted_author=author)
        return await self._does(replace(asked, quoted_role=to.role, quoted_roles=to.roles))

    async def rewrites(self, text: str) -> str:
        """Write a question anew, and return what Vigie replies."""
        return await self._does(Incoming(self.address, self.clock.now, text, edited=True))

    async def _does(self, incoming: Incoming) -> str:
        return await super()._does(replace(incoming, **self.facts))
