"""How what a platform delivered is answered: read, handed to the core, and what comes back sent."""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from aiolimiter import AsyncLimiter

from bot.core.advisor import Advisor
from bot.core.messages import Address, Author, Due, Event, Manner, Outgoing, Posting, Reply
from bot.core.references import new_reference
from bot.operating.figures import UNCOUNTED, Figures, Stage, Trouble
from bot.platforms.errors import NowhereError, OutageError, SilencedError, UnreachableError
from bot.platforms.parts import Part, Post, Received, Shown
from bot.storage import answers, inbox
from bot.storage.database import Database
from bot.storage.inbox import Item

_DECIDED_AT_ONCE = 4
"""Others wait, and what was sent is recorded before they have their turn: a file takes one transaction at a time."""
_BEGUN = 1024
"""Answers of which a part was sent, at most, that are remembered until they are whole."""

_UNASKED = 5
"""Messages a second that nobody asked for, at most: those that answer somebody come first."""
_TRIED = 512
"""The last items that were tried: more than there are at the same time that wait for another attempt."""

ReceivedT = TypeVar("ReceivedT", bound=Received)

_log = logging.getLogger(__name__)


class Carrier(Protocol[ReceivedT, Shown]):
    """What carries messages from a platform and to it.

    Whatever it sends may meet an `OutageError`, an `UnreachableError`, or one of its `refusals`.
    """

    @property
    def platform(self) -> str:
        """What addresses on it are called by."""
        ...

    @property
    def refusals(self) -> type[Exception]:
        """The errors by which the platform refuses something else."""
        ...

    async def read(self, item: Item) -> ReceivedT | None:
        """Return what the core hears of what was delivered, None where it is nothing to Vigie."""
        ...

    def parts(self, received: ReceivedT, replies: Sequence[Reply], before: Sequence[int]) -> list[Part[Shown]]:
        """Return all that answers what was received, in order."""
        ...

    async def acknowledge(self, received: ReceivedT, replies: Sequence[Reply], /) -> None:
        """Tell who pressed a button that it was heard, with what is shown for a moment if there is something."""
        ...

    async def send(self, received: ReceivedT, part: Part[Shown]) -> int | None:
        """Do what a part says; return the message that shows it, if one does."""
        ...

    async def post(self, posting: Posting, /) -> None:
        """Say something for all to read in a place of a community."""
        ...

    async def take_away(self, received: ReceivedT, /) -> None:
        """Take away the command that was received, where it is a message that others see."""
        ...

    async def tell(self, received: ReceivedT, outgoing: Outgoing) -> None:
        """Send what is said of something that happened."""
        ...

    async def deliver(self, due: Due) -> None:
        """Send what falls due."""
        ...

    def reached(self, address: Address, event: Event | None) -> Address:
        """Return whom a message that nobody asked for goes to: a community, or a person in private."""
        ...

    def privately(self, received: ReceivedT, /) -> ReceivedT | None:
        """Return the same event to be answered for its person alone, None where they cannot be written to."""
        ...

    def otherwise(self, received: ReceivedT) -> ReceivedT | None:
        """Return the same event for another place, where it cannot be answered in its own, None without such a way."""
        ...


@dataclass(slots=True)
class _Progress:
    """How much of an answer was sent, and the messages that it takes."""

    outgoing: Outgoing
    sent: int
    taken: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What a platform does not let be posted, and what the log tells of it by."""

    posting: Posting
    reference: str


class Handling(Generic[ReceivedT, Shown]):
    """Answers what was delivered, and sends what falls due."""

    def __init__(
        self,
        carrier: Carrier[ReceivedT, Shown],
        advisor: Advisor,
        database: Database,
        now: Callable[[], datetime],
        figures: Figures = UNCOUNTED,
    ) -> None:
        self._figures = figures
        self._carrier = carrier
        self._advisor = advisor
        self._database = database
        self._now = now
        self._progress: OrderedDict[int, _Progress] = OrderedDict()
        self._deciding = asyncio.Semaphore(_DECIDED_AT_ONCE)
        self._unasked = AsyncLimiter(_UNASKED, 1)
        self._tried: deque[int] = deque(maxlen=_TRIED)

    async def handle(self, item: Item) -> None:
        """Answer what was delivered, and drop it from the inbox."""
        self._note_waiting(item)
        try:
            received = await self._carrier.read(item)
            if received is None:
                await inbox.drop(self._database, item.number)
            elif received.incoming.event:
                await self._tell_of(item, received)
            else:
                await self._reply_to(item, received)
        except (OutageError, self._carrier.refusals) as error:
            self._note(error)
            raise

    async def deliver(self, due: Due) -> None:
        """Send what nobody asked for at this moment: once, and not again if it fails."""
        try:
            async with self._unasked:
                await self._carrier.deliver(due)
            self._figures.sent(due)
        except UnreachableError as error:
            address = due.address if due.to_all else self._carrier.reached(due.address, None)
            await self._note_unreachable(address, error)
        except (OutageError, self._carrier.refusals) as error:
            self._note(error)
            _log.warning("A message that nobody asked for was not sent. %s", error)

    def _note_waiting(self, item: Item) -> None:
        """Hear how long an event waited for its first attempt: those that follow tell how long an outage lasts."""
        if item.tries or item.number in self._tried:
            return
        self._tried.append(item.number)
        self._figures.took(Stage.WAITING, (self._now() - item.at).total_seconds())

    async def _tell_of(self, item: Item, received: ReceivedT) -> None:
        """Say what is to be said of something that happened: it is dropped before, and said once at most."""
        if received.incoming.event is Event.JOINED:
            received = await self._with_others(received, item)
        outgoing = await self._decided(received)
        await inbox.drop(self._database, item.number)
        self._figures.handled(received.incoming, outgoing)
        if not outgoing.replies:
            return
        try:
            await self._carrier.tell(received, outgoing)
        except UnreachableError as error:
            incoming = received.incoming
            await self._note_unreachable(self._carrier.reached(incoming.address, incoming.event), error)
            await self._advisor.take_back_welcome(received.incoming)
        except (OutageError, self._carrier.refusals) as error:
            # It may have arrived, and is not sent again.
            self._note(error)
            _log.warning("A message that nobody asked for was not sent. %s", error)

    async def _reply_to(self, item: Item, received: ReceivedT) -> None:
        """Answer what somebody said or pressed: it is dropped once it is answered, so that it is at least once."""
        outgoing = await self._replied(item, received)
        await inbox.drop(self._database, item.number)
        self._progress.pop(item.number, None)
        self._figures.handled(received.incoming, outgoing)
        if outgoing.erased:
            await self._advisor.wipe_again(item.at)

    async def reply_unkept(self, received: ReceivedT) -> None:
        """Answer what could not be kept, as far as the core can without keeping anything: once, or not at all."""
        outgoing = await self._decided(received)
        self._figures.handled(received.incoming, outgoing)
        try:
            await self._carrier.acknowledge(received, outgoing.replies)
            await self._say(received, outgoing.replies)
        except (UnreachableError, OutageError, self._carrier.refusals) as error:
            self._note(error)
            _log.warning("An answer was not sent. %s", error)

    async def _replied(self, item: Item, received: ReceivedT) -> Outgoing:
        """Answer an event, as it is heard otherwise if need be; return what it was answered."""
        before = await self._answers_before(received)
        if received.incoming.edited and not before:
            # What was no question is none for having been written anew.
            return Outgoing(())
        outgoing = self._begun(item) or await self._decided(received)
        begun = time.perf_counter()
        try:
            if outgoing.in_private:
                await self._answer_in_private(item, received, outgoing)
            else:
                await self._answer(item, received, outgoing, before)
        except UnreachableError as error:
            otherwise = self._carrier.otherwise(received)
            if otherwise:
                await self._advisor.go_on_at(received.incoming.address, otherwise.incoming.address, item.at)
                await self._answer(item, otherwise, outgoing, before)
                return outgoing
            await self._note_unreachable(received.incoming.address, error)
        finally:
            self._figures.took(Stage.SENDING, time.perf_counter() - begun)
        return outgoing

    def _progress_of(self, item: Item, outgoing: Outgoing) -> _Progress:
        progress = self._progress.setdefault(item.number, _Progress(outgoing, item.sent))
        progress.outgoing = outgoing
        if len(self._progress) > _BEGUN:
            # What was given up, or taken up by another process.
            self._progress.popitem(last=False)
        return progress

    def _begun(self, item: Item) -> Outgoing | None:
        """Return the answer of which a part was sent: it stays, whatever can be kept or found by now."""
        progress = self._progress.get(item.number)
        return progress.outgoing if progress and progress.sent else None

    async def _decided(self, received: ReceivedT) -> Outgoing:
        begun = time.perf_counter()
        async with self._deciding:
            outgoing = await self._advisor.handle(received.incoming)
        self._figures.took(Stage.DECIDING, time.perf_counter() - begun)
        return outgoing

    async def _answers_before(self, received: ReceivedT) -> list[int]:
        """Return the messages that answered a question before it was edited."""
        if received.question is None or not received.incoming.edited:
            return []
        return await answers.find(self._database, received.question)

    async def _answer_in_private(self, item: Item, received: ReceivedT, outgoing: Outgoing) -> None:
        """Answer where nobody else reads it; where that cannot be, tell how it can, and nothing of the answer."""
        private = self._carrier.privately(received)
        try:
            if private is None:
                raise NowhereError("nobody knows who it is")
            await self._answer(item, private, outgoing, ())
        except UnreachableError as error:
            _log.info("What is for one person alone could not be sent to them (%s).", error)
            await self._say(received, (self._advisor.opening(received.incoming),))
            return
        if outgoing.takes_away:
            await self._take_away(received)

    async def _take_away(self, received: ReceivedT) -> None:
        try:
            await self._carrier.take_away(received)
        except (UnreachableError, self._carrier.refusals) as error:
            _log.info("A command could not be taken away (%s).", error)

    async def _answer(self, item: Item, received: ReceivedT, outgoing: Outgoing, before: Sequence[int]) -> None:
        """Send what was not sent yet of an answer, and keep which messages it takes."""
        # What the database does not know, of an attempt before, is known here.
        progress = self._progress_of(item, outgoing)
        posted = len(outgoing.postings)
        planned = self._carrier.parts(received, outgoing.replies, before)
        if not progress.sent:
            await self._carrier.acknowledge(received, outgoing.replies)
        refused = await self._refused(item, outgoing.postings, progress)
        if refused:
            # It is told in the way in which it would have been told that it is posted.
            manner = outgoing.replies[0].manner if outgoing.replies else Manner.MESSAGE
            told = await self._advisor.not_posted(refused.posting, item.at, refused.reference)
            await self._say(received, (replace(told, manner=manner),))
            return
        for part in planned[progress.sent - posted :]:
            message = await self._carrier.send(received, part)
            progress.sent += 1
            if message and isinstance(part, Post) and part.is_answer:
                progress.taken.append(message)
            if progress.sent < posted + len(planned):
                await inbox.set_sent(self._database, item.number, progress.sent)
        if received.question and outgoing.verdict and progress.taken:
            await answers.keep(self._database, received.question, progress.taken, item.at)

    async def _refused(self, item: Item, postings: Sequence[Posting], progress: _Progress) -> _Refusal | None:
        """Post what was not posted yet; return what the platform refuses, None where it lets all of it be."""
        for posting in postings[progress.sent :]:
            try:
                await self._carrier.post(posting)
            except (UnreachableError, self._carrier.refusals) as error:
                self._note(error)
                platform, reference = self._carrier.platform, new_reference()
                told = {"platform": platform, "reference": reference}
                _log.warning(
                    "%s refuses what was to be posted (%s). %s", platform.capitalize(), reference, error, extra=told
                )
                return _Refusal(posting, reference)
            progress.sent += 1
            await inbox.set_sent(self._database, item.number, progress.sent)
        return None

    async def _say(self, received: ReceivedT, replies: Sequence[Reply]) -> None:
        """Send replies, whatever was sent before."""
        for part in self._carrier.parts(received, replies, ()):
            await self._carrier.send(received, part)

    async def _with_others(self, received: ReceivedT, item: Item) -> ReceivedT:
        """Return that somebody joined together with all who wait behind them: they are welcomed in one message."""
        others: list[Author] = []
        for each in await inbox.in_lane(self._database, self._carrier.platform, item.lane):
            read = await self._carrier.read(each)
            if read and read.incoming.event is Event.JOINED:
                others += read.incoming.newcomers
        newcomers = tuple(dict.fromkeys((*received.incoming.newcomers, *others)))
        return replace(received, incoming=replace(received.incoming, newcomers=newcomers))

    async def _note_unreachable(self, address: Address, error: UnreachableError) -> None:
        if isinstance(error, NowhereError):
            return
        self._note(error)
        if isinstance(error, SilencedError):
            _log.warning("%s does not let a message be written (%s).", address.platform.capitalize(), error)
        else:
            _log.info("%s refuses a message for good (%s).", address.platform.capitalize(), error)
            await self._advisor.note_unreachable(address, self._now())

    def _note(self, error: Exception) -> None:
        """Count what went wrong with the platform."""
        match error:
            case OutageError():
                trouble = Trouble.OUTAGE
            case UnreachableError():
                trouble = Trouble.UNREACHABLE
            case _:
                trouble = Trouble.REFUSAL
        self._figures.troubled(self._carrier.platform, trouble)
