"""The passages that a community taught: read again, corrected, hidden, and their versions."""

import json
from dataclasses import replace

from bot.core.buttons import Button, ButtonKind, page, shortened
from bot.core.catching_up import catch_up
from bot.core.knowledge import Knowledge
from bot.core.lessons import Lessons, Written
from bot.core.messages import Choice, ChoiceKind
from bot.core.scene import Scene, Told
from bot.core.team import note_deed, team_button
from bot.core.voice import Voice
from bot.retrieval.french import stems
from bot.storage import drafts, misses, taught, watches
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Transaction
from bot.storage.taught import Card

_SEARCH = "search"
_PAGE = 8
_VERSIONS = 6
"""How many versions are shown, the newest ones."""


class Cards:
    """Lists a community's passages, and lets its team change them."""

    def __init__(self, voice: Voice, knowledge: Knowledge, lessons: Lessons) -> None:
        self._voice = voice
        self._knowledge = knowledge
        self._lessons = lessons

    async def command(self, scene: Scene, team: Community, argument: str) -> Told:
        """List the passages of a community, or those that hold some words."""
        number = 0
        if argument:
            content = json.dumps(argument)
            number = await drafts.add(scene.transaction, scene.address, team, _SEARCH, content, scene.now)
        return await self._page(scene, team, 0, number)

    async def press(self, scene: Scene, team: Community, button: Button) -> Told:
        """Show a passage or its versions, hide it or show it again, change it, or begin a new one."""
        if button.verb == "new":
            return await self._lessons.begin(scene, team, Written())
        if button.verb == "list":
            return await self._page(scene, team, button.number, *button.numbers[1:2])
        card = await taught.find(scene.transaction, team, button.number)
        if card is None:
            return Told((self._voice.notice("buttons/gone"),))
        match button.verb:
            case "edit":
                return await self._lessons.begin(scene, team, _written(card))
            case "hide" | "unhide":
                return await self._set_hidden(scene, team, card, hidden=button.verb == "hide")
            case "past":
                return await self._history(scene, team, card)
            case "restore":
                return await self._restore(scene, team, card, button.numbers[-1])
        return self._shown(scene, team, card)

    @staticmethod
    async def written(transaction: Transaction, team: Community, number: int) -> Written:
        """Return what a passage says, as it is filled in a form."""
        card = await taught.find(transaction, team, number)
        return _written(card) if card else Written()

    async def _page(self, scene: Scene, team: Community, first: int, search: int = 0) -> Told:
        """Return a page of the passages, or of those that hold the words kept under a number."""
        draft = await drafts.find(scene.transaction, scene.address, team, _SEARCH, search)
        wanted = set(stems(json.loads(draft.content))) if draft else set()
        cards = [
            card
            for card in await taught.all_of(scene.transaction, team)
            if not wanted or wanted & set(stems(f"{card.lesson.title} {card.lesson.text}"))
        ]
        labels = self._voice.labels
        here, following = page(len(cards), first, _PAGE)
        choices = [Choice(_button(scene, team, f"show_{card.number}"), shortened(_title(card))) for card in cards[here]]
        choices.append(Choice(_button(scene, team, "new"), labels.card_new))
        if following:
            more = _button(scene, team, f"list_{following}_{search}")
            choices.append(Choice(more, labels.more_themes, ChoiceKind.NAVIGATION))
        hidden = sum(card.hidden for card in cards)
        values = {"title": team.title, "count": len(cards), "hidden": hidden, "searched": bool(wanted)}
        return Told((self._voice.say("cards/list", choices, **values),))

    def _shown(self, scene: Scene, team: Community, card: Card) -> Told:
        labels = self._voice.labels
        choices = (
            *self._lessons.card_choices(scene, team, card),
            Choice(_button(scene, team, f"past_{card.number}"), labels.card_past),
            Choice(_button(scene, team, "list_0"), labels.back, ChoiceKind.NAVIGATION),
        )
        told = self._lessons.as_told(team, card)
        about = self._voice.templates.render("cards/about", card=card, since=card.at.date())
        return Told((replace(told, blocks=(*told.blocks, *about), choices=choices),))

    async def _set_hidden(self, scene: Scene, team: Community, card: Card, *, hidden: bool) -> Told:
        if card.hidden != hidden:
            await taught.set_hidden(scene.transaction, team, card.number, hidden=hidden)
            if hidden:
                await misses.reopen(scene.transaction, card.number)
                await watches.wait_on(scene.transaction, card.number)
            else:
                await catch_up(scene.transaction, self._knowledge, team, [card])
            action = Action.HIDDEN if hidden else Action.SHOWN
            await note_deed(scene, team, action, card.lesson.title)
        now = await taught.find(scene.transaction, team, card.number)
        return self._shown(scene, team, now or card)

    async def _history(self, scene: Scene, team: Community, card: Card) -> Told:
        versions = (await taught.history(scene.transaction, team, card.number))[:_VERSIONS]
        choices = [
            Choice(
                _button(scene, team, f"restore_{card.number}_{each.version}"),
                f"{self._voice.labels.card_restore} {each.version}",
            )
            for each in versions[1:]
        ]
        back = _button(scene, team, f"show_{card.number}")
        choices.append(Choice(back, self._voice.labels.back, ChoiceKind.NAVIGATION))
        return Told((self._voice.say("cards/history", choices, versions=versions),))

    async def _restore(self, scene: Scene, team: Community, card: Card, version: int) -> Told:
        versions = await taught.history(scene.transaction, team, card.number)
        before = next((each for each in versions if each.version == version), None)
        if before is None:
            return Told((self._voice.notice("buttons/gone"),))
        return await self._lessons.save(scene, team, _written(before))


def _title(card: Card) -> str:
    return f"🙈 {card.lesson.title}" if card.hidden else card.lesson.title


def _written(card: Card) -> Written:
    lesson = card.lesson
    return Written(lesson.title, lesson.text, lesson.questions, lesson.note or "", card.number, card.id)


def _button(scene: Scene, team: Community, argument: str) -> str:
    return team_button(ButtonKind.CARD, scene.address, team, argument)
