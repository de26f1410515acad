"""Communities: newcomers welcomed, places kept quiet, and what administrators choose."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.core.buttons import Button, ButtonKind, button_id
from bot.core.commands import FOR_ADMINISTRATORS, FOR_MODERATORS, read_command
from bot.core.messages import Address, Author, Choice, ChoiceKind, Event, Incoming, Outgoing, Reply, Role
from bot.core.onboarding import ORIENTATION, Onboarding
from bot.core.scene import Scene, Told
from bot.core.team import note_deed
from bot.core.voice import Voice
from bot.storage import communities, people
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Transaction

LONGEST_WELCOME = 400
WELCOME_TEXT = "welcome_text"
"""The setting that is written in a form."""
_IN_ANY_CASE = frozenset({*FOR_MODERATORS, *FOR_ADMINISTRATORS})
"""The commands that are answered where Vigie is to keep silent, too."""
_KEPT_APART = frozenset({"quiet_yes", "quiet_no", "quiet_places", "moderators_no"})
"""The settings that are not part of what is kept of a community itself."""


class Communities:
    """Serves communities as such, and lets their administrators say how."""

    def __init__(self, voice: Voice, onboarding: Onboarding) -> None:
        self._voice = voice
        self._onboarding = onboarding

    async def happened(self, transaction: Transaction, incoming: Incoming) -> Outgoing | None:
        """Return what answers that Vigie was taken in or put out, or that somebody left; nobody is kept for it.

        None for anything else.
        """
        address = incoming.address
        if incoming.event is Event.LEFT:
            await people.leave(transaction, address, incoming.received_at)
            return Outgoing(())
        if incoming.event not in (Event.TAKEN_IN, Event.PUT_OUT):
            return None
        is_in = incoming.event is Event.TAKEN_IN
        if address.community is None:
            await people.set_unreachable(transaction, address, None if is_in else incoming.received_at)
            return Outgoing(())
        if not is_in:
            await communities.leave(transaction, address, incoming.received_at)
            return Outgoing(())
        await communities.known(transaction, address, incoming.community_title)
        return Outgoing((self._voice.say("communities/taken_in", named=incoming.capabilities.names),))

    async def silence(self, transaction: Transaction, incoming: Incoming, community: Community) -> Outgoing | None:
        """Return what little is said where Vigie is to keep silent, None where she may speak."""
        if incoming.event is not None:
            return None if community.welcomes else Outgoing(())
        command = read_command(incoming.text)
        if incoming.unseen or incoming.button or (command and command.name in _IN_ANY_CASE):
            return None
        if not await communities.is_quiet(transaction, incoming.address, incoming.received_at, incoming.within):
            return None
        return Outgoing((self._voice.say("communities/quiet", self.in_private(incoming)),) if command else ())

    def in_private(self, incoming: Incoming, start: str = "start") -> tuple[Choice, ...]:
        """Return a button that opens the direct message with a word, where the platform has such a thing."""
        if not incoming.capabilities.links:
            return ()
        return (Choice("", self._voice.labels.in_private, ChoiceKind.LINK, start),)

    async def welcome(self, scene: Scene) -> Told:
        """Welcome those who joined, or who ask to, each once; together, who came together."""
        newcomers = scene.incoming.newcomers or (Author(scene.address.account, ""),)
        welcomed, meets = [], False
        for newcomer in newcomers:
            address = replace(scene.address, account=newcomer.account)
            found = await people.find(scene.transaction, address.platform, address.account)
            person = found or await people.add(scene.transaction, address, scene.now)
            comes = people.knock if scene.incoming.event is Event.ASKED_TO_JOIN else people.belong
            await comes(scene.transaction, person.id, address, scene.now)
            if await people.welcome(scene.transaction, person.id, address, scene.now):
                welcomed.append(newcomer)
                meets = meets or found is None
        if not welcomed:
            return Told(())
        own = scene.community.welcome_text if scene.community else None
        names = [each.name for each in welcomed if each.name]
        values = {"names": names, "several": len(welcomed) > 1, "own": own}
        if scene.incoming.event is Event.ASKED_TO_JOIN:
            values["title"] = scene.community.title if scene.community else ""
            return Told((self.greeting(scene, "communities/asked_to_join", **values),))
        place = scene.community.welcome_place if scene.community else None
        return Told((self.greeting(scene, "onboarding/welcome", **values),), meets=meets, place=place)

    def greeting(self, scene: Scene, template: str, **values: object) -> Reply:
        """Return a greeting with a button that begins the journey of newcomers: in private, where it can be."""
        orientation = scene.corpus.journey(ORIENTATION)
        choices = self._onboarding.buttons(scene.address, (orientation,) if orientation else ())
        if scene.address.community and scene.incoming.capabilities.links:
            choices = tuple(replace(each, kind=ChoiceKind.LINK, start=ORIENTATION) for each in choices)
        return self._voice.say(template, choices, vie=bool(orientation), **values)

    async def command(self, scene: Scene, argument: str) -> Told:
        """Show the settings of a community to its administrators, or change one as the rest of the line says."""
        if scene.community is None:
            return Told((self._voice.say("communities/in_community"),))
        if scene.role is not Role.ADMINISTRATOR:
            return Told((self._voice.say("communities/for_administrators"),))
        setting, *rest = argument.split(maxsplit=1) or [""]
        value = "".join(rest)
        if setting.casefold() == "accueil" and value.strip():
            changed = _with_welcome_text(scene.community, value)
            return await self._change(scene, scene.community, WELCOME_TEXT, changed)
        if setting.casefold().startswith(("moderat", "modérat")):
            return await self._set_moderator(scene, scene.community, moderates=value.strip().casefold() != "non")
        return await self._shown(scene, scene.community)

    async def press(self, scene: Scene, button: Button) -> Told:
        """Change the setting of a button, and show the settings as they are now."""
        community = scene.community
        if community is None or scene.role is not Role.ADMINISTRATOR:
            return Told((self._voice.notice("communities/for_administrators"),))
        match button.argument:
            case "quiet_yes":
                await communities.keep_quiet(scene.transaction, scene.address)
            case "quiet_no":
                await communities.speak(scene.transaction, scene.address)
            case "quiet_places":
                await communities.set_quiet_places(scene.transaction, community, scene.incoming.picked)
            case "moderators_no":
                await communities.drop_moderators(scene.transaction, community)
        changed = _changed(community, button.argument, scene.incoming)
        return await self._change(scene, community, button.argument, changed)

    async def _change(self, scene: Scene, before: Community, setting: str, after: Community) -> Told:
        """Note that a setting was changed, if it was, and show the settings as they are now."""
        if after != before or setting in _KEPT_APART:
            await note_deed(scene, before, Action.SETTING_CHANGED, getattr(self._voice.labels, setting))
        return await self._shown(scene, after)

    async def _set_moderator(self, scene: Scene, community: Community, *, moderates: bool) -> Told:
        somebody = scene.incoming.quoted_author
        if somebody is None:
            return Told((self._voice.say("communities/whom"),))
        await communities.set_moderator(scene.transaction, community, somebody.account, moderates=moderates)
        action = Action.MODERATOR_NAMED if moderates else Action.MODERATOR_DISMISSED
        await note_deed(scene, community, action, somebody.name, somebody.account)
        return Told((self._voice.say("communities/moderator", name=somebody.name, moderates=moderates),))

    async def _shown(self, scene: Scene, community: Community) -> Told:
        """Keep the settings, and show them."""
        if community != scene.community:
            await communities.keep(scene.transaction, community)
        quiet_places = await communities.quiet_places(scene.transaction, community.platform, community.id)
        moderators = await communities.moderators(scene.transaction, community)
        picks = scene.incoming.capabilities.pickers
        quiet = await communities.silence(scene.transaction, scene.address, scene.now) is not None
        values = {"community": community, "quiet": quiet, "moderators": len(moderators), "picks": picks}
        offered = self._buttons(scene, community, quiet=quiet, moderators=moderators)
        choices = [Choice(_setting(scene.address, each), label) for each, label in offered]
        if picks:
            choices += self._pickers(scene.address, community, quiet_places)
        return Told((self._voice.say("communities/settings", choices, **values),))

    def _buttons(
        self, scene: Scene, community: Community, *, quiet: bool, moderators: Sequence[str]
    ) -> Iterator[tuple[str, str]]:
        """Yield what can be set by a button, with its label."""
        labels, can = self._voice.labels, scene.incoming.capabilities
        yield ("welcomes_no", labels.welcomes_no) if community.welcomes else ("welcomes_yes", labels.welcomes_yes)
        if not can.pickers:
            yield ("quiet_no", labels.quiet_no) if quiet else ("quiet_yes", labels.quiet_yes)
            if scene.address.place != community.welcome_place:
                yield "welcome_here", labels.welcome_here
        if can.forms:
            yield WELCOME_TEXT, labels.welcome_text
        if community.welcome_text:
            yield "welcome_text_no", labels.welcome_text_no
        if moderators:
            yield "moderators_no", labels.moderators_no

    def _pickers(self, address: Address, community: Community, quiet_places: Sequence[str]) -> Iterator[Choice]:
        """Yield what is picked from a list."""
        labels = self._voice.labels
        offered = (
            ("welcome_place", labels.welcome_place, ChoiceKind.PLACE, (community.welcome_place,)),
            ("quiet_places", labels.quiet_places, ChoiceKind.PLACES, quiet_places),
            ("completion_role", labels.completion_role, ChoiceKind.ROLE, (community.completion_role,)),
            ("moderator_role", labels.moderator_role, ChoiceKind.ROLE, (community.moderator_role,)),
        )
        for name, label, kind, picked in offered:
            yield Choice(_setting(address, name), label, kind, picked=tuple(filter(None, picked)))


def _changed(community: Community, setting: str, incoming: Incoming) -> Community:
    """Return a community with what the button of a setting changes of it."""
    picked = next(iter(incoming.picked), None)
    match setting:
        case "welcomes_yes" | "welcomes_no":
            return replace(community, welcomes=setting == "welcomes_yes")
        case "welcome_text_no":
            return replace(community, welcome_text=None)
        case "welcome_text" if incoming.text.strip():
            return _with_welcome_text(community, incoming.text)
        case "welcome_here":
            return replace(community, welcome_place=incoming.address.place)
        case "welcome_place":
            return replace(community, welcome_place=picked)
        case "completion_role":
            return replace(community, completion_role=picked, role_refused=False)
        case "moderator_role":
            return replace(community, moderator_role=picked)
    return community


def _with_welcome_text(community: Community, text: str) -> Community:
    return replace(community, welcomes=True, welcome_text=" ".join(text.split())[:LONGEST_WELCOME])


def _setting(address: Address, name: str) -> str:
    return button_id(ButtonKind.SETTING, address, argument=name)
