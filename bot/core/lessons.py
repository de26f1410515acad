"""What a team teaches Vigie: written in a form or word by word, checked, shown, and told from then on."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from itertools import count

from markupsafe import Markup
from pydantic import TypeAdapter

from bot.content.corpus import Phase, digest
from bot.content.lessons import Flaw, flaws
from bot.core.buttons import Button, ButtonKind
from bot.core.catching_up import catch_up
from bot.core.knowledge import Knowledge, may_repeat
from bot.core.messages import Address, Choice, Form, Reply
from bot.core.scene import Scene, Told
from bot.core.team import note_deed, team_button
from bot.core.voice import Voice
from bot.rendering.templates import uncalled
from bot.retrieval.french import fold, words
from bot.retrieval.retriever import Retriever
from bot.storage import communities, drafts, misses, taught
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Transaction
from bot.storage.taught import Card, Lesson, Writer
from bot.storage.watches import Fulfilled

_KIND = "lesson"
LONGEST_WRITTEN = 4000
"""Characters: what a form, or a message on most platforms, has room for."""
_LONGEST_ID, _MARK = 40, 4
_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")
_FIELDS = ("title", "text", "questions", "note")
_NO_NOTE = frozenset({"rien", "aucune", "non", "-"})


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody of a team has written so far of a passage.

    Attributes:
        title: its title.
        text: its advice, in Markdown.
        questions: the questions that it answers.
        note: what has changed since, empty where nothing has.
        card: the number of the passage that it changes, None for a new one.
        id: the id of that passage, empty for a new one.
        misses: the numbers of the questions that it is to answer.
    """

    title: str = ""
    text: str = ""
    questions: tuple[str, ...] = ()
    note: str = ""
    card: int | None = None
    id: str = ""
    misses: tuple[int, ...] = ()

    @property
    def awaits(self) -> str | None:
        """What cannot be done without and lacks, None where nothing does."""
        return next((name for name in _FIELDS[:3] if not getattr(self, name)), None)


_written: TypeAdapter[Written] = TypeAdapter(Written)


class Lessons:
    """Leads who writes a passage to its end, and has it told.

    Args:
        voice: how she says so.
        knowledge: what is known already.
    """

    def __init__(self, voice: Voice, knowledge: Knowledge) -> None:
        self._voice = voice
        self._knowledge = knowledge

    async def begin(self, scene: Scene, team: Community, written: Written) -> Told:
        """Take what was written in a form; where there are no forms, ask for what lacks, one thing after the other."""
        if scene.incoming.written:
            return await self._submitted(scene, team, _filled_in(written, scene.incoming.written))
        if scene.incoming.capabilities.forms:
            return self._again()
        number = await drafts.add(scene.transaction, scene.address, team, _KIND, _kept(written), scene.now)
        return await self._go_on(scene, team, number, written)

    async def press(self, scene: Scene, team: Community, button: Button) -> Told:
        """Do with a draft what its button says: save it, give it up, or change a part of it."""
        draft = await drafts.find(scene.transaction, scene.address, team, _KIND, button.number)
        if draft is None:
            return Told((self._voice.notice("buttons/outdated"),))
        written = _written.validate_json(draft.content)
        match button.verb:
            case "fix" if not scene.incoming.written:
                return self._again()
            case "fix":
                await drafts.drop(scene.transaction, draft.number)
                return await self._submitted(scene, team, _filled_in(written, scene.incoming.written))
            case "save":
                return await self.save(scene, team, written, draft.number)
            case "drop":
                await drafts.drop(scene.transaction, draft.number)
                return Told((self._voice.say("lessons/dropped"),))
            case name if name in _FIELDS:
                await drafts.change(scene.transaction, draft.number, draft.content, scene.now, name)
                return Told((self._ask(scene, team, draft.number, name, written),))
        return Told((self._voice.notice("buttons/outdated"),))

    async def hear(self, scene: Scene, text: str) -> Told | None:
        """Take what somebody was asked to write, None where they were asked nothing."""
        if scene.address.community is not None and not scene.incoming.unseen:
            return None
        draft = await drafts.awaiting(scene.transaction, scene.address, scene.now)
        if draft is None or draft.kind != _KIND or draft.awaits is None:
            return None
        team = await communities.find(scene.transaction, scene.address.platform, draft.community)
        if team is None:
            return None
        if words(text) == words(self._voice.labels.lesson_drop):
            await drafts.drop(scene.transaction, draft.number)
            return Told((self._voice.say("lessons/dropped"),))
        written = _filled_in(_written.validate_json(draft.content), ((draft.awaits, text),))
        return await self._go_on(scene, team, draft.number, written)

    @staticmethod
    async def written(transaction: Transaction, address: Address, team: Community, number: int) -> Written:
        """Return what was written so far of a draft."""
        draft = await drafts.find(transaction, address, team, _KIND, number)
        return _written.validate_json(draft.content) if draft else Written()

    def _again(self) -> Told:
        """Ask that a button be pressed again: the form that it opens was not sent in time."""
        return Told((self._voice.notice("lessons/again"),))

    async def _submitted(self, scene: Scene, team: Community, written: Written) -> Told:
        """Save what was written in a form; where something is wrong with it, say what, and keep it to be mended."""
        if not _flaws(await self._known(scene, team), written):
            return await self.save(scene, team, written)
        number = await drafts.add(scene.transaction, scene.address, team, _KIND, _kept(written), scene.now)
        return Told((await self._preview(scene, team, number, written),))

    async def _go_on(self, scene: Scene, team: Community, number: int, written: Written) -> Told:
        """Ask for what lacks next, or show the whole."""
        awaits = written.awaits
        await drafts.change(scene.transaction, number, _kept(written), scene.now, awaits)
        if awaits:
            return Told((self._ask(scene, team, number, awaits, written),))
        return Told((await self._preview(scene, team, number, written),))

    async def save(self, scene: Scene, team: Community, written: Written, number: int = 0) -> Told:
        """Have a passage told from now on, and those who waited for it hear of it."""
        known = await self._known(scene, team)
        if _flaws(known, written):
            number = number or await drafts.add(
                scene.transaction, scene.address, team, _KIND, _kept(written), scene.now
            )
            return Told((await self._preview(scene, team, number, written),))
        await drafts.drop(scene.transaction, number)
        writer = Writer(scene.address.account, scene.incoming.name)
        card = await taught.find(scene.transaction, team, written.card) if written.card is not None else None
        lesson = _lesson(known, written, card)
        saved = await self._keep(scene, team, card, lesson, writer)
        action = Action.CORRECTED if card else Action.TAUGHT
        await note_deed(scene, team, action, lesson.title)
        await misses.answer(scene.transaction, team, written.misses, saved.number)
        waiting = await catch_up(scene.transaction, self._knowledge, team, [saved])
        choices = self.card_choices(scene, team, saved)
        template = "lessons/saved_hidden" if saved.hidden else "lessons/saved"
        word = self._voice.templates.render(template, title=team.title, count=waiting)
        told = self.as_told(team, saved)
        return Told((replace(told, blocks=(*word, *told.blocks), choices=choices),))

    def card_choices(self, scene: Scene, team: Community, card: Card) -> tuple[Choice, ...]:
        """Return the buttons that change a passage, and that hide it or show it again."""
        labels = self._voice.labels
        hide = ("unhide", labels.card_unhide) if card.hidden else ("hide", labels.card_hide)
        return tuple(
            Choice(team_button(ButtonKind.CARD, scene.address, team, f"{verb}_{card.number}"), label)
            for verb, label in (("edit", labels.card_edit), hide)
        )

    def as_told(self, team: Community, card: Card) -> Reply:
        """Return a passage as members read it."""
        passage = self._knowledge.passage_of(card, team)
        text = Markup(passage.text)  # noqa: S704 - the rules have let its Markdown pass
        reply = self._voice.say("answer/answer", passage=passage, text=text, more=False, again=False)
        return replace(reply, phase=passage.phase)

    async def found(self, transaction: Transaction, team: Community, waiting: Fulfilled) -> Reply | None:
        """Return what is said to somebody whose question has an answer now, None where it was hidden meanwhile."""
        card = await taught.find(transaction, team, waiting.card)
        if card is None or card.hidden:
            return None
        told = self.as_told(team, card)
        word = self._voice.templates.render("lessons/found", question=waiting.question)
        return replace(told, blocks=(*word, *told.blocks))

    async def _known(self, scene: Scene, team: Community) -> Retriever:
        """Return what is known in the community that is written for, wherever it is written."""
        return await self._knowledge.known(scene.transaction, team, None)

    @staticmethod
    async def _keep(scene: Scene, team: Community, card: Card | None, lesson: Lesson, writer: Writer) -> Card:
        """Keep a new passage, or another version of one, and return it."""
        if card:
            await taught.revise(scene.transaction, team, card, lesson, writer, scene.now)
            number = card.number
        else:
            known = {each.id for each in await taught.all_of(scene.transaction, team)}
            identifier = free_id(lesson.title, team, {*known, *scene.corpus.by_id})
            number = await taught.add(scene.transaction, team, identifier, lesson, writer, scene.now)
        saved = await taught.find(scene.transaction, team, number)
        if saved is None:
            raise LookupError("the passage was not kept")
        return saved

    def _ask(self, scene: Scene, team: Community, number: int, name: str, written: Written) -> Reply:
        """Return the question for one part of a passage."""
        choices = (self._button(scene, team, "drop", number, self._voice.labels.lesson_drop),)
        said = self._voice.say("lessons/ask", choices, asked=name, lesson=written)
        return replace(said, awaits_text=True)

    async def _preview(self, scene: Scene, team: Community, number: int, written: Written) -> Reply:
        """Return what was written as a whole, what is wrong with it, and what can be done about it."""
        wrong = _flaws(await self._known(scene, team), written)
        labels = self._voice.labels
        offered = [] if wrong else [("save", labels.lesson_save)]
        if scene.incoming.capabilities.forms:
            offered.append(("fix", labels.lesson_fix))
        else:
            offered += [
                ("title", labels.lesson_title),
                ("text", labels.lesson_text),
                ("questions", labels.lesson_questions),
                ("note", labels.lesson_note),
            ]
        offered.append(("drop", labels.lesson_drop))
        choices = [self._button(scene, team, verb, number, label) for verb, label in offered]
        told = [(self._voice.wording.flaws[flaw.kind], flaw.detail) for flaw in wrong]
        # What the rules let pass is shown as it will be read; all else as it was typed.
        text = written.text if wrong else Markup(uncalled(written.text))  # noqa: S704
        return self._voice.say("lessons/preview", choices, lesson=written, text=text, flaws=told)

    def _button(self, scene: Scene, team: Community, verb: str, number: int, label: str) -> Choice:
        return Choice(team_button(ButtonKind.LESSON, scene.address, team, f"{verb}_{number}"), label)


def filled_form(form: Form, written: Written) -> Form:
    """Return a form with what is written already in its fields."""
    values = {
        "title": written.title,
        "text": written.text,
        "questions": "\n".join(written.questions),
        "note": written.note,
    }
    return replace(form, fields=tuple(replace(each, value=values[each.name][: each.longest]) for each in form.fields))


def free_id(title: str, team: Community, taken: Container[str]) -> str:
    """Return an id for a passage that no other one has, which a file could be named after."""
    name = _NOT_IN_IDS.sub("-", " ".join(words(title))).strip("-") or _KIND
    mark = digest(f"{team.platform}/{team.id}")[:_MARK]
    ends = (mark if number == 1 else f"{mark}{number}" for number in count(1))
    numbered = (f"{name[: _LONGEST_ID - 1 - len(end)].strip('-')}-{end}" for end in ends)
    return next(each for each in numbered if each not in taken)


def _filled_in(written: Written, fields: Iterable[tuple[str, str]]) -> Written:
    """Return what was written with some fields filled in anew."""
    for name, text in fields:
        said = text[:LONGEST_WRITTEN].replace("\r\n", "\n").strip()
        match name:
            case "title":
                written = replace(written, title=" ".join(said.split()))
            case "text":
                written = replace(written, text=said)
            case "questions":
                lines = (" ".join(line.split()) for line in said.split("\n"))
                written = replace(written, questions=tuple(dict.fromkeys(filter(words, lines))))
            case "note":
                said = " ".join(said.split())
                written = replace(written, note="" if fold(said) in _NO_NOTE else said)
    return written


def _flaws(retriever: Retriever, written: Written) -> list[Flaw]:
    """Return what is wrong with what was written; what it changes is no repetition."""
    others = may_repeat(retriever, written.id, written.title, written.text)
    return flaws(written.title, written.text, written.questions, written.note, retriever.corpus, others)


def _lesson(retriever: Retriever, written: Written, card: Card | None) -> Lesson:
    """Return what was written as it is kept, in the phase of what is nearest to it among what is known."""
    near = retriever.search(" ".join((written.title, *written.questions)), 1)
    nearest = next((hit.passage.phase for hit in near if hit.passage.phase), Phase.INFORMER)
    phase = card.lesson.phase if card else nearest
    return Lesson(written.title, written.text, written.questions, written.note or None, phase)


def _kept(written: Written) -> str:
    return _written.dump_json(written, exclude_defaults=True).decode()
