"""Groups: who is in them, and what happens to them."""

from dataclasses import dataclass, field
from typing import Self

from tests.fakes.telegram.people import joined
from tests.fakes.telegram.state import State
from tests.fakes.telegram.world import RIGHTS, Account, Chat, Topic


@dataclass(eq=False, repr=False, slots=True)
class Group(Chat):
    """A group or a supergroup. `add`, `promote`, `restrict` and `topic` are arrangements that nobody is told of."""

    state: State = field(kw_only=True)

    def add(self, *accounts: Account) -> Self:
        """Have people or bots in the group."""
        for account in accounts:
            self.place(account, "member")
        return self

    def promote(self, account: Account, *, anonymous: bool = False, lacks: tuple[str, ...] = ()) -> Self:
        """Have an administrator, perhaps without some rights."""
        assert set(lacks) <= set(RIGHTS), f"there are no such rights: {lacks}"
        self.place(account, "administrator", anonymous=anonymous).lacks = frozenset(lacks)
        return self

    def restrict(self, account: Account) -> Self:
        """Have a member who may not write."""
        self.place(account, "restricted")
        return self

    def topic(self, name: str) -> Topic:
        """Have a topic of that name in the forum."""
        assert self.is_forum, f"{self.title} is no forum"
        people = [member.account for member in self.members.values() if not member.account.is_bot]
        created = self.state.compose(self, people[0] if people else self.state.bot)
        created.service = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        self.topics[created.id] = topic = Topic(created.id, name, self)
        created.topic, created.thread_id = topic, topic.id
        self.keep(created)
        return topic

    async def adds(self, *accounts: Account, by: Account) -> None:
        """Let a member add others, all in one service message."""
        assert self.has(by), f"{by.first_name} is not in {self.title}"
        for account in accounts:
            self.state.change(self, account, "member", by)
        self.state.announce(self, by, joined(list(accounts)))

    async def removes(self, account: Account, *, by: Account) -> None:
        """Let an administrator ban somebody."""
        self.state.change(self, account, "kicked", by)
        self.state.announce(self, by, {"left_chat_member": account.to_json()})

    async def promotes(self, account: Account, *, by: Account) -> None:
        """Let an administrator make an administrator of somebody; the bot is told."""
        self.state.change(self, account, "administrator", by)

    async def demotes(self, account: Account, *, by: Account) -> None:
        """Let an administrator make a plain member of somebody; the bot is told."""
        self.state.change(self, account, "member", by)

    async def adds_bot(self, *, by: Account) -> None:
        """Let a member add the bot."""
        await self.adds(self.state.bot, by=by)

    async def removes_bot(self, *, by: Account) -> None:
        """Let an administrator remove the bot."""
        self.state.change(self, self.state.bot, "kicked", by)

    async def upgrades(self) -> "Group":
        """Become a supergroup, which is another chat with another id, and return it."""
        assert self.type == "group", f"{self.title} is a supergroup already"
        identifier = self.state.next_chat_id(supergroup=True)
        supergroup = Group(identifier, "supergroup", self.title, members=dict(self.members), state=self.state)
        self.state.chats[identifier] = supergroup
        author = next(iter(self.members.values())).account
        self.state.announce(self, author, {"migrate_to_chat_id": supergroup.id})
        self.state.announce(supergroup, author, {"migrate_from_chat_id": self.id})
        self.upgraded_to = supergroup
        return supergroup
