"""One event as a use case sees it, and what a use case makes of it."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.content.corpus import Corpus
from bot.core.messages import Address, Incoming, Posting, Reply, Role, Status, Verdict
from bot.retrieval.retriever import Retriever
from bot.storage.communities import Community
from bot.storage.conversations import Turn
from bot.storage.database import Transaction
from bot.storage.journeys import Run
from bot.storage.people import Person


@dataclass(frozen=True, slots=True)
class Scene:
    """An event, and all that is known when it comes.

    Attributes:
        incoming: the event.
        transaction: what is changed through it is kept with the event, or not at all.
        person: who it comes from.
        turn: the last turn of the conversation.
        run: where the person stands in the journey that they were last in.
        retriever: the knowledge in force.
        lasts: whether what is kept will still be there after a restart.
        community: the community that it happens in, None in a direct message.
    """

    incoming: Incoming
    transaction: Transaction
    person: Person
    turn: Turn
    run: Run | None
    retriever: Retriever
    lasts: bool
    community: Community | None = None

    @property
    def role(self) -> Role:
        """What the person is in the community, as the platform tells."""
        return self.incoming.role

    @property
    def is_overheard(self) -> bool:
        """Whether others read the answer, although it could be shown to the person alone."""
        incoming = self.incoming
        return incoming.capabilities.unseen and self.address.community is not None and not incoming.unseen

    @property
    def address(self) -> Address:
        """Where the event comes from."""
        return self.incoming.address

    @property
    def public_place(self) -> str | None:
        """The place where it comes from, as others know it: what one person alone sees is a place within it."""
        place = self.address.place
        return place.partition("/")[0] if place else None

    @property
    def now(self) -> datetime:
        """When it comes."""
        return self.incoming.received_at

    @property
    def today(self) -> date:
        """The day on the person's own calendar."""
        return self.now.astimezone(ZoneInfo(self.person.zone)).date()

    @property
    def corpus(self) -> Corpus:
        """The content in force."""
        return self.retriever.corpus


@dataclass(frozen=True, slots=True)
class Told:
    """What a use case answers.

    Attributes:
        replies: the messages, in order.
        verdict: what was decided, if it was a question.
        about: what the conversation is now about, None where that does not change.
        run: the run of a journey as it is now, None where none changed.
        erased: whether all that was kept about the person is gone.
        meets: whether somebody beside the person hears from Vigie for the first time.
        place: the community's place where it is said, if not where the event happened.
        postings: what is said elsewhere.
        in_private: whether it is for the person alone.
        takes_away: whether the command that asked for it is taken away.
    """

    replies: tuple[Reply, ...]
    verdict: Verdict | None = None
    about: Turn | None = None
    run: Run | None = None
    erased: bool = False
    meets: bool = False
    place: str | None = None
    postings: tuple[Posting, ...] = ()
    in_private: bool = False
    takes_away: bool = False

    @property
    def unanswered(self) -> bool:
        """Whether it was a question that nobody can answer."""
        return self.about is not None and self.verdict is not None and self.verdict.status is Status.UNKNOWN
