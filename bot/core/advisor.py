"""The only door: one incoming event in, everything that answers it out, all that it changes in one transaction."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot.content.corpus import Passage
from bot.core.answering import LONGEST_READ, Answering
from bot.core.buttons import ButtonKind, button_id, kind_of
from bot.core.cleaning import clean, cleaned
from bot.core.commands import read_command
from bot.core.communities import Communities
from bot.core.forms import form_of
from bot.core.gate import Gate
from bot.core.knowledge import Knowledge
from bot.core.limits import Limits
from bot.core.messages import (
    PICKERS,
    Address,
    Block,
    Choice,
    ChoiceKind,
    Due,
    Form,
    Found,
    Grant,
    Incoming,
    JourneyPlace,
    Outgoing,
    Posting,
    Reply,
    Status,
)
from bot.core.moderation import Moderation
from bot.core.onboarding import Onboarding
from bot.core.references import new_reference
from bot.core.reminders import Reminders
from bot.core.responding import Responding
from bot.core.scene import Scene, Told
from bot.core.smalltalk import SmallTalk
from bot.core.team import concerns_team, teams_of, with_role
from bot.core.themes import first_of_each
from bot.core.tips import themes_with_tips
from bot.core.voice import Voice
from bot.dialogue.state import Progress
from bot.dialogue.understanding import is_question
from bot.retrieval.french import words
from bot.retrieval.retriever import Retriever
from bot.storage import (
    answers,
    audit,
    barred,
    chores,
    communities,
    conversations,
    drafts,
    events,
    grants,
    inbox,
    journeys,
    links,
    misses,
    paces,
    people,
    personal,
    programmes,
    question_counts,
    reminders,
    watches,
)
from bot.storage.communities import Community
from bot.storage.conversations import Turn
from bot.storage.database import ConflictError, Database, DatabaseError, Transaction, UncertainError
from bot.storage.inbox import EVERYTHING, Shards

_DUE_AT_ONCE = 100
_SWEEP_EVERY = timedelta(hours=1)
_AWAITED = 10_000
_GRANTED_AT_ONCE = 50
_TRIES = 3
"""How often an event is taken that another process was in the way of."""

_log = logging.getLogger(__name__)


class Advisor:
    """Answers each event from the knowledge that is current when it comes, and from what it knows of the person."""

    def __init__(
        self,
        current_retriever: Callable[[], Retriever],
        voice: Voice,
        smalltalk: SmallTalk,
        database: Database,
        misses_kept: int,
    ) -> None:
        self._knowledge = Knowledge(current_retriever, voice.wording.asides.team)
        self._voice = voice
        self._database = database
        self._misses_kept = misses_kept
        self._answering = Answering(voice, smalltalk)
        self._reminders = Reminders(voice)
        self._moderation = Moderation(voice, self._knowledge)
        self._onboarding = Onboarding(voice, self._answering, self._reminders)
        self._communities = Communities(voice, self._onboarding)
        self._responding = Responding(
            voice, self._answering, self._onboarding, self._reminders, self._communities, self._moderation
        )
        limits = Limits(voice, self._communities)
        self._gate = Gate(voice, self._communities, limits, self._responding.commands)
        self._awaited: OrderedDict[Address, None] = OrderedDict()

    async def handle(self, incoming: Incoming) -> Outgoing:
        """Return all that answers one event; one that came before gets the same again and changes nothing.

        Raises:
            UncertainError: whether it changed something cannot be known: it is to come once more.
        """
        incoming = cleaned(incoming)
        try:
            outgoing = await self._in_turn(incoming)
        except UncertainError:
            raise
        except DatabaseError as error:
            reference = new_reference()
            told = _about(incoming.address, reference)
            _log.warning("An event was answered without the database (%s). %s", reference, error, extra=told)
            return self._without_memory(incoming, reference)
        except Exception:
            reference = new_reference()
            told = _about(incoming.address, reference)
            _log.exception("An event could not be answered (%s).", reference, extra=told)
            # Who comes or goes did not ask for anything.
            failure = () if incoming.event else (self._voice.say("help/failure", reference=reference),)
            return Outgoing(failure, reference=reference)
        self._note_awaited(incoming.address, outgoing)
        if outgoing.erased:
            await self._wipe()
        return outgoing

    async def ask(self, question: str, asked_at: datetime, address: Address) -> Outgoing:
        """Answer one question outside of any conversation; it alone is kept, if nobody can answer it."""
        text = clean(question)
        command = read_command(text)
        if command and command.name != "question":
            return Outgoing((self._voice.say("help/help", typed=True, administers=False, moderates=False),))
        asked = command.argument if command else text
        told = self._answering.reply(self._knowledge.current(), asked, address, Turn())
        if not told.unanswered:
            return Outgoing(told.replies, told.verdict)
        kept = await self._keep_miss(asked, asked_at)
        return Outgoing((self._voice.say("answer/unknown", kept=kept),), told.verdict)

    def look_up(self, text: str, count: int) -> list[Found]:
        """Return the passages nearest to a few words, best first, each with the message that shows it."""
        hits = self._knowledge.current().search(text[:LONGEST_READ], count) if words(text) else []
        return [self._answering.found(hit.passage) for hit in hits]

    def complete(self, typed: str, count: int, platform: str = "", community: str | None = None) -> list[str]:
        """Return the titles of the passages nearest to a question that is being typed somewhere, from memory."""
        retriever = self._knowledge.remembered(platform, community)
        if words(typed):
            near: Iterable[Passage] = retriever.complete(typed[:LONGEST_READ], count)
        else:
            near = first_of_each(retriever.corpus.themes, retriever.corpus.passages)
        return list(dict.fromkeys(passage.title for passage in near if passage.title))[:count]

    def themes(self) -> list[str]:
        """Return the titles of the themes that there are tips on."""
        return [theme.title for theme in themes_with_tips(self._knowledge.current().corpus)]

    def journeys(self) -> list[tuple[str, str]]:
        """Return the journeys that there are: the id of each, and its title."""
        return [(journey.id, journey.title) for journey in self._knowledge.current().corpus.journeys]

    def opens_form(self, incoming: Incoming) -> bool:
        """Tell whether a pressed button opens a form, as far as can be told without looking anything up."""
        return form_of(incoming.button or "", incoming.address, self._voice.wording) is not None

    async def form(self, incoming: Incoming) -> Form | None:
        """Return the form that a pressed button opens, None where it opens none for who pressed it."""
        form = form_of(incoming.button or "", incoming.address, self._voice.wording)
        if form is None or not concerns_team("", incoming.button):
            return form
        try:
            async with self._database.transaction() as transaction:
                address = incoming.address
                community = await communities.find(transaction, address.platform, address.community or "")
                incoming = await with_role(transaction, incoming, community)
                teams = await teams_of(transaction, incoming, community)
                return await self._moderation.filled(transaction, incoming, teams, form)
        except DatabaseError as error:
            _log.warning("A form could not be filled in. %s", error)
            return None

    async def communities(self, platform: str) -> list[Community]:
        """Return the communities of a platform that Vigie serves, by title.

        Raises:
            DatabaseError: the database cannot be used now; the same holds for what follows.
        """
        async with self._database.transaction() as transaction:
            return await communities.served(transaction, platform)

    async def communities_of(self, address: Address) -> list[str]:
        """Return the communities of a platform in which an account was seen."""
        async with self._database.transaction() as transaction:
            return await communities.of_account(transaction, address)

    async def move_community(self, platform: str, old: str, new: str) -> None:
        """Have all that is kept of a community follow it to the id that its platform gives it now."""
        async with self._database.transaction() as transaction:
            await communities.move(transaction, platform, old, new)

    async def go_on_at(self, before: Address, after: Address, now: datetime) -> None:
        """Have what was begun with somebody at one address go on at another of theirs."""
        async with self._database.transaction(_lane(before)) as transaction:
            person = await people.held(transaction, before.platform, before.account)
            if person is None:
                return
            if after.community:
                await people.belong(transaction, person.id, after, now)
            await journeys.readdress(transaction, person.id, before, after)
            turn = await conversations.find(transaction, before, now)
            await conversations.keep(transaction, person.id, after, turn, now)

    async def note_unreachable(self, address: Address, now: datetime) -> None:
        """Keep that nothing unasked is to be sent to an account, or that Vigie is no longer in a community."""
        async with self._database.transaction() as transaction:
            if address.community is None:
                await people.set_unreachable(transaction, address, now)
            else:
                await communities.leave(transaction, address, now)

    async def wipe_again(self, now: datetime) -> None:
        """Wipe what a platform kept of an event that erased its person, and dropped since."""
        async with self._database.transaction() as transaction:
            await personal.ask_wiping(transaction, now)
        await self._wipe()

    async def quiet_places(self, platform: str, now: datetime) -> list[tuple[str, str]]:
        """Return where Vigie does not speak on a platform: communities, each with a place."""
        async with self._database.transaction() as transaction:
            return await communities.all_quiet_places(transaction, platform, now)

    async def grants(self, platform: str, shards: Shards = EVERYTHING) -> list[Grant]:
        """Return roles that are to be given in some shards of a platform; each is, until it is settled."""
        async with self._database.transaction() as transaction:
            return await grants.waiting(transaction, platform, _GRANTED_AT_ONCE, shards)

    async def settle(self, grant: Grant, *, refused: bool = False) -> Outgoing:
        """Keep that a role is given, or refused for now; return what its community is told of that, once."""
        async with self._database.transaction() as transaction:
            community = await communities.held(transaction, grant.address.platform, grant.address.community or "")
            if not refused or community is None:
                await grants.settle(transaction, grant)
                return Outgoing(())
            if community.role_refused:
                return Outgoing(())
            await communities.keep(transaction, replace(community, role_refused=True))
        return Outgoing((self._voice.say("communities/role_refused", title=community.title),))

    async def not_posted(self, posting: Posting, now: datetime, reference: str) -> Reply:
        """Keep that a platform refuses what was to be posted, and return what who moderates is told of it.

        Args:
            posting: what was to be posted.
            now: when.
            reference: what the log tells of it by.
        """
        async with self._database.transaction() as transaction:
            await self._moderation.take_back(transaction, posting, now)
        return self._voice.say("team/not_posted", reference=reference)

    def opening(self, incoming: Incoming) -> Reply:
        """Return what tells somebody to open the direct message, where Vigie cannot write to them first."""
        return self._voice.say("team/in_private", self._communities.in_private(incoming))

    async def take_back_welcome(self, incoming: Incoming) -> None:
        """Have those welcomed whose welcome could not be delivered, the next time that they come."""
        async with self._database.transaction() as transaction:
            for newcomer in incoming.newcomers:
                address = replace(incoming.address, account=newcomer.account)
                await people.take_back_welcome(transaction, address)

    async def due(self, now: datetime, platforms: Collection[str]) -> list[Due]:
        """Return what falls due on some platforms, each message counted as sent; drop what is over.

        Raises:
            DatabaseError: the database cannot be used now.
        """
        corpus = self._knowledge.current().corpus
        async with self._database.transaction("due") as transaction:
            # Communities are held before people, as by whoever answers somebody in one.
            sent = [due for platform in platforms for due in await self._moderation.due(transaction, platform, now)]
            for platform in platforms:
                for found in await reminders.due(transaction, platform, now, _DUE_AT_ONCE):
                    outgoing = await self._reminders.claim(transaction, found, now, corpus)
                    if outgoing:
                        sent.append(Due(found.reminder.address, outgoing))
            if await chores.claim(transaction, "sweep", now, _SWEEP_EVERY):
                await self._sweep(transaction, now)
        await self._wipe()
        return sent

    async def _in_turn(self, incoming: Incoming) -> Outgoing:
        """Return what answers an event after those of its account that came before, whichever process they came to."""
        address = incoming.address
        for _ in range(_TRIES - 1):
            with suppress(ConflictError):
                async with self._database.transaction(_lane(address)) as transaction:
                    return await self._once(transaction, incoming)
        async with self._database.transaction(_lane(address)) as transaction:
            return await self._once(transaction, incoming)

    async def _once(self, transaction: Transaction, incoming: Incoming) -> Outgoing:
        platform = incoming.address.platform
        if incoming.id is not None:
            known = await events.find(transaction, platform, incoming.id)
            if known:
                return known.outgoing or Outgoing((self._voice.say("privacy/answered_before"),))
        outgoing, person = await self._answered(transaction, incoming)
        if incoming.id is not None:
            kept = None if outgoing.erased else outgoing
            await events.keep(transaction, platform, incoming.id, person, kept, incoming.received_at)
        return outgoing

    async def _answered(self, transaction: Transaction, incoming: Incoming) -> tuple[Outgoing, int | None]:
        """Return what answers an event, and the person whom it is kept of: none where that is nobody's business."""
        address = incoming.address
        if address.community and (incoming.button or incoming.event or read_command(incoming.text)):
            await communities.hold(transaction, address.platform, address.community)
        happened = await self._communities.happened(transaction, incoming)
        if happened:
            return happened, None
        community = await communities.known(
            transaction, address, incoming.community_title, comes_back=incoming.button is None
        )
        incoming = await with_role(transaction, incoming, community)
        turned_away = await self._gate.turned_away(transaction, incoming, community)
        if turned_away:
            return turned_away, None
        scene, is_new = await self._scene(transaction, incoming, community)
        told = await self._responding.respond(scene)
        return await self._close(scene, told, is_new=is_new), None if told.erased else scene.person.id

    async def _scene(
        self, transaction: Transaction, incoming: Incoming, community: Community | None
    ) -> tuple[Scene, bool]:
        """Return the event with all that is known, and whether the person is new."""
        address = incoming.address
        found = await people.held(transaction, address.platform, address.account)
        person = found or await people.add(transaction, address, incoming.received_at)
        home = replace(address, community=address.community or incoming.comes_from)
        if home.community and incoming.event is None:
            await people.belong(transaction, person.id, home, incoming.received_at)
        if person.reminded:
            await reminders.answered(transaction, person.id)
        if person.unreachable:
            await people.set_unreachable(transaction, address, None)
        turn = await conversations.find(transaction, address, incoming.received_at) if found else Turn()
        run = await journeys.find(transaction, person.id, person.journey) if person.journey else None
        known = await self._knowledge.known(transaction, community, person.id)
        return Scene(incoming, transaction, person, turn, run, known, self._database.lasts, community), found is None

    async def _close(self, scene: Scene, told: Told, *, is_new: bool) -> Outgoing:
        """Keep what the next turn needs, and return what goes out."""
        replies = told.replies
        if (is_new or told.meets) and not told.erased:
            notice = self._voice.templates.render("privacy/first_contact", lasts=self._database.lasts)
            replies = _with_blocks(replies, notice)
        if told.erased:
            return Outgoing(replies, told.verdict, erased=True)
        await self._count(scene, told)
        replies = self._with_removal(scene, told, self._with_way_back(scene, told, replies))
        turn = told.about or scene.turn
        shown = [choice for reply in replies for choice in reply.choices]
        if shown:
            turn = _with_choices(turn, shown)
        elif told.about:
            before = scene.turn
            turn = replace(turn, choices=before.choices, onward=before.onward, shows_step=before.shows_step)
        await conversations.keep(scene.transaction, scene.person.id, scene.address, turn, scene.now)
        return Outgoing(
            replies,
            told.verdict,
            _place(scene, told),
            place=told.place,
            postings=told.postings,
            in_private=told.in_private,
            takes_away=told.takes_away,
        )

    @staticmethod
    async def _count(scene: Scene, told: Told) -> None:
        """Count what became of a question asked in a community; one that is written anew was counted before."""
        verdict = told.verdict
        if scene.community is None or verdict is None or told.about is None or scene.incoming.edited:
            return
        passage = told.about.shown or ""
        await question_counts.count(scene.transaction, scene.community, verdict.status, passage, scene.now)

    def _with_way_back(self, scene: Scene, told: Told, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """Return replies with a button back to the journey that waits, unless they lead there already."""
        run = told.run or scene.run
        journey = scene.corpus.journey(run.state.journey) if run and run.state.open else None
        if run is None or journey is None or run.address.community != scene.address.community or scene.is_overheard:
            return replies
        if not replies or any(_leads_on(choice) for reply in replies for choice in reply.choices):
            return replies
        [way_back] = self._onboarding.buttons(scene.address, (journey,))
        way_back = replace(way_back, label=self._voice.labels.back_to_step, kind=ChoiceKind.NAVIGATION)
        *before, last = replies
        return (*before, replace(last, choices=(*last.choices, way_back)))

    def _with_removal(self, scene: Scene, told: Told, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """Return replies with a button to take the answer away, where others have to read it too."""
        is_answer = told.verdict is not None and told.verdict.status is not Status.SMALLTALK
        is_seen = scene.address.community is not None and not scene.incoming.unseen
        if not (replies and is_answer and is_seen and scene.incoming.capabilities.removal):
            return replies
        first, *others = replies
        author = scene.incoming.quoted_author
        answered = author.account if author and first.to_quoted else ""
        identifier = button_id(ButtonKind.REMOVE, scene.address, answered)
        remove = Choice(identifier, self._voice.labels.remove, ChoiceKind.NAVIGATION)
        return (replace(first, choices=(*first.choices, remove)), *others)

    def _note_awaited(self, address: Address, outgoing: Outgoing) -> None:
        """Note whether an answer in one's own words is awaited: without the database, nothing else would tell."""
        self._awaited.pop(address, None)
        if outgoing.replies and outgoing.replies[-1].awaits_text:
            self._awaited[address] = None
            if len(self._awaited) > _AWAITED:
                self._awaited.popitem(last=False)

    def _without_memory(self, incoming: Incoming, reference: str) -> Outgoing:
        """Answer what can be answered while nothing can be kept; nobody asked for what merely happened."""
        if incoming.event:
            return Outgoing((), reference=reference)
        command = read_command(incoming.text)
        if command and command.name in ("aide", "help"):
            return Outgoing((self._voice.say("help/help", typed=True, administers=False, moderates=False),))
        text = command.argument if command and command.name == "question" else incoming.text
        is_answer = incoming.address in self._awaited and not command and not is_question(text)
        if not is_answer and incoming.button is None and (not command or command.name == "question"):
            told = self._answering.reply(self._knowledge.current(), text, incoming.address, Turn())
            if told.verdict and told.verdict.status is not Status.UNKNOWN:
                return Outgoing(told.replies, told.verdict)
        return Outgoing((self._voice.say("help/cannot_keep", reference=reference),), reference=reference)

    async def _keep_miss(self, text: str, asked_at: datetime) -> bool:
        """Keep a question without an answer; return whether it will still be there after a restart."""
        try:
            async with self._database.transaction() as transaction:
                await misses.record(transaction, text, None, asked_at)
        except DatabaseError as error:
            _log.warning("A question without an answer could not be kept. %s", error)
            return False
        return self._database.lasts

    async def _sweep(self, transaction: Transaction, now: datetime) -> None:
        """Drop what is kept no longer."""
        await events.drop_old(transaction, now)
        await conversations.drop_old(transaction, now)
        await links.drop_old(transaction, now)
        await watches.drop_old(transaction, now)
        await misses.drop_old(transaction, now, self._misses_kept)
        await inbox.drop_old(transaction, now)
        await answers.drop_old(transaction, now)
        await communities.drop_left(transaction, now)
        await grants.drop_old(transaction, now)
        await drafts.drop_old(transaction, now)
        await programmes.drop_old_holidays(transaction, now)
        await audit.drop_old(transaction, now)
        await barred.drop_old(transaction, now)
        await paces.drop_old(transaction, now)
        await communities.drop_old_silences(transaction, now)
        await question_counts.drop_old(transaction, now)

    async def _wipe(self) -> None:
        """Wipe what is left of what was erased; if another process uses the database now, the next time."""
        try:
            await personal.wipe(self._database)
        except DatabaseError as error:
            _log.warning("%s It is tried again.", error)


def _about(address: Address, reference: str) -> dict[str, str]:
    """Return what a machine that reads the log finds a line by."""
    return {"reference": reference, "platform": address.platform}


def _lane(address: Address) -> str:
    """Return what the events of one account are taken in turn by."""
    return f"account/{address.platform}/{address.account}"


def _place(scene: Scene, told: Told) -> JourneyPlace | None:
    """Return the journey under way after an event, or the one that it finished."""
    run = told.run or scene.run
    if run is None or scene.corpus.journey(run.state.journey) is None:
        return None
    if not (run.state.open or (told.run and run.state.progress is Progress.FINISHED)):
        return None
    return JourneyPlace(run.state.journey, run.state.step, run.state.progress is Progress.FINISHED)


def _with_choices(turn: Turn, shown: Sequence[Choice]) -> Turn:
    """Return a turn with the buttons of its message that can be typed: by number, or by what they say."""
    typed = [each for each in shown if each.kind not in (ChoiceKind.NAVIGATION, *PICKERS)]
    numbered = tuple((each.id, each.label) for each in typed)
    navigation = [each for each in shown if each.kind is ChoiceKind.NAVIGATION]
    # What steers a step is understood by its words, with the step; there is no need to keep its buttons.
    onward = tuple((each.id, each.label) for each in navigation if kind_of(each.id) is not ButtonKind.STEP)
    return replace(turn, choices=numbered, onward=onward, shows_step=len(onward) < len(navigation))


def _leads_on(choice: Choice) -> bool:
    return kind_of(choice.id) in (ButtonKind.STEP, ButtonKind.JOURNEY)


def _with_blocks(replies: tuple[Reply, ...], blocks: tuple[Block, ...]) -> tuple[Reply, ...]:
    """Return replies with blocks at the end of the last one."""
    if not replies:
        return ()
    *before, last = replies
    return (*before, replace(last, blocks=(*last.blocks, *blocks)))
