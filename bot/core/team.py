"""Those who moderate: for which communities somebody acts, from wherever they write, and that nobody else does."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from bot.content.corpus import digest
from bot.core.buttons import Button, ButtonKind, button_id, kind_of, shortened
from bot.core.commands import FOR_MODERATORS, Command, read_command
from bot.core.messages import Address, Choice, Incoming, Reply, Role
from bot.core.scene import Scene, Told
from bot.core.voice import Voice
from bot.storage import audit, communities, digests, drafts
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Transaction

TEAM_BUTTONS = frozenset(
    {
        ButtonKind.TEAM_OF,
        ButtonKind.TIP,
        ButtonKind.PROGRAMME,
        ButtonKind.GAP,
        ButtonKind.CARD,
        ButtonKind.LESSON,
        ButtonKind.STATS,
        ButtonKind.JOURNAL,
        ButtonKind.SILENCE,
        ButtonKind.BAR,
    }
)
"""The buttons that only those who moderate a community may press: each carries which."""

_COMMAND = "command"

Commands = Mapping[str, Callable[[Scene, Community, str], Awaitable[Told]]]
Presses = Mapping[ButtonKind, Callable[[Scene, Community, Button], Awaitable[Told]]]


def concerns_team(text: str, button: str | None) -> bool:
    """Tell whether a command or a press is for those who moderate, so that a platform tells what they administer."""
    if button is not None:
        return kind_of(button) in TEAM_BUTTONS
    command = read_command(text)
    return command is not None and command.name in FOR_MODERATORS


def team_button(kind: ButtonKind, address: Address, team: Community, argument: str = "") -> str:
    """Return the id of a button with which the person at an address acts for a community."""
    return button_id(kind, address, _subject(team), argument)


def is_for(button: Button, team: Community) -> bool:
    """Tell whether somebody acts for a community with a button."""
    return button.subject == digest(_subject(team))


def _subject(team: Community) -> str:
    return f"{team.platform}/{team.id}"


async def with_role(transaction: Transaction, incoming: Incoming, community: Community | None) -> Incoming:
    """Return an event with what its person is in its community."""
    if community is None:
        return incoming
    account = incoming.address.account
    return replace(incoming, role=await role_in(transaction, community, account, incoming.role, incoming.roles))


async def role_in(
    transaction: Transaction, community: Community, account: str, role: Role = Role.MEMBER, roles: Sequence[str] = ()
) -> Role:
    """Return what somebody is in a community: as the platform tells, or made a moderator by a role of it, or by name.

    Args:
        transaction: where names are looked up.
        community: the community.
        account: who it is about.
        role: what they are there, as the platform tells.
        roles: the ids of the roles that the community gave them.
    """
    if role is not Role.MEMBER:
        return role
    by_role = community.moderator_role in roles
    moderates = by_role or await communities.is_moderator(transaction, community, account)
    return Role.MODERATOR if moderates else Role.MEMBER


async def teams_of(transaction: Transaction, incoming: Incoming, community: Community | None) -> list[Community]:
    """Return the communities for which the person of an event may act where it happens.

    In a community, that one alone; in a direct message, those that the platform says they administer, and those that
    named them.
    """
    if community is not None:
        return [community] if incoming.role is not Role.MEMBER else []
    if incoming.address.community is not None:
        return []
    moderated = await communities.moderated(transaction, incoming.address, incoming.administers)
    return [each for each in moderated if each.id not in incoming.has_left]


class Team:
    """Lets those who moderate do what is theirs, and nobody else.

    Args:
        voice: how she says so.
        commands: what they may type, by name.
        presses: what they may press.
    """

    def __init__(self, voice: Voice, commands: Commands, presses: Presses) -> None:
        self._voice = voice
        self._commands = commands
        self._presses = presses

    def knows(self, command: Command) -> bool:
        """Tell whether a command is for those who moderate."""
        return command.name in self._commands

    async def command(self, scene: Scene, command: Command) -> Told:
        """Do what a command says for the community that it is typed in, or the one that somebody moderates."""
        teams = await _held_teams(scene)
        if not teams:
            return _between_us(scene, Told((self._voice.say("team/refused", here=scene.community is not None),)))
        if scene.is_overheard:
            # The answer would be for all to read, and the platform has a way that it is not.
            return Told((self._voice.say("team/by_command", command=command.name),))
        if len(teams) > 1:
            return Told((await self._which(scene, teams, command),))
        told = await self._commands[command.name](scene, teams[0], command.argument)
        return _between_us(scene, replace(told, takes_away=scene.community is not None))

    async def press(self, scene: Scene, button: Button) -> Told:
        """Do what a button says for the community that it carries, if somebody still moderates that one."""
        teams = await _held_teams(scene)
        team = next((each for each in teams if is_for(button, each)), None)
        if team is None:
            await _stop_writing(scene, button)
            return Told((self._voice.notice("team/refused", here=scene.community is not None),))
        press = self._go_on if button.kind is ButtonKind.TEAM_OF else self._presses[button.kind]
        return _between_us(scene, await press(scene, team, button))

    async def _which(self, scene: Scene, teams: Iterable[Community], command: Command) -> Reply:
        """Ask for which community a command is; the rest of its line is kept until that is answered."""
        choices = []
        for team in teams:
            said = command.name
            if command.argument:
                number = await drafts.add(
                    scene.transaction, scene.address, team, _COMMAND, json.dumps(command.argument), scene.now
                )
                said = f"{said}_{number}"
            identifier = team_button(ButtonKind.TEAM_OF, scene.address, team, said)
            choices.append(Choice(identifier, shortened(team.title)))
        return self._voice.say("team/which", choices)

    async def _go_on(self, scene: Scene, team: Community, button: Button) -> Told:
        """Do what was typed before it was asked for which community."""
        command = self._commands.get(button.verb)
        kept = await drafts.find(scene.transaction, scene.address, team, _COMMAND, button.number)
        if command is None or (button.number and kept is None):
            return Told((self._voice.notice("buttons/outdated"),))
        return await command(scene, team, json.loads(kept.content) if kept else "")


async def _stop_writing(scene: Scene, button: Button) -> None:
    """Have who moderates no longer be written to every week, once they press what they were sent."""
    if button.kind is not ButtonKind.STATS:
        return
    for community in await digests.of_account(scene.transaction, scene.address):
        team = await communities.find(scene.transaction, scene.address.platform, community)
        if team and is_for(button, team):
            await digests.drop(scene.transaction, team)


async def _held_teams(scene: Scene) -> list[Community]:
    """Return the communities for which somebody may act, as they are until they have."""
    teams = await teams_of(scene.transaction, scene.incoming, scene.community)
    if scene.community is not None:
        return teams
    held = [await communities.hold(scene.transaction, team.platform, team.id) for team in teams]
    return await teams_of(scene.transaction, scene.incoming, None) if any(held) else teams


def _between_us(scene: Scene, told: Told) -> Told:
    """Return an answer that is for who asked alone."""
    return replace(told, in_private=scene.community is not None and not scene.incoming.unseen)


async def note_deed(scene: Scene, team: Community, action: Action, subject: str, about: str | None = None) -> None:
    """Keep in the journal what somebody does for a community, and the account that it is about, if it is."""
    incoming = scene.incoming
    account, name = incoming.address.account, incoming.name
    await audit.note(scene.transaction, team, account, name, action, subject, scene.now, about)
