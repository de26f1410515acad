"""From a question to a verdict and the message that tells it."""

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from bot.content.corpus import Passage, digest
from bot.core.buttons import ButtonKind, button_id, shortened
from bot.core.messages import Address, Choice, ChoiceKind, Found, Reply, Status, Verdict
from bot.core.scene import Scene, Told
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.retrieval.french import words
from bot.retrieval.retriever import Hit, Retriever
from bot.storage import misses
from bot.storage.conversations import Turn

LONGEST_READ = 1000
"""Characters read of a message: nobody's question is longer, and what follows is left alone."""
MORE = 2
"""How many passages are offered under an answer."""
SUGGESTIONS = 3
_LONGEST_SUBJECT = 300
_BACK = "back"


def judge(retriever: Retriever, question: str, previous: str | None) -> Verdict:
    """Decide whether to answer a question, to suggest or to say that we do not know."""
    ranking = retriever.rank(question, previous, count=1 + MORE)
    parameters = retriever.parameters
    hits: tuple[Hit, ...] = ()
    if ranking.confidence < parameters.suggest_from:
        status = Status.UNKNOWN
    elif ranking.confidence < parameters.answer_from:
        status, hits = Status.SUGGEST, ranking.hits[:SUGGESTIONS]
    else:
        status, hits = Status.ANSWER, (ranking.hits[0], *_more(retriever, ranking.hits))
    return Verdict(status, ranking.confidence, hits, ranking.followed_up)


def _more(retriever: Retriever, hits: Sequence[Hit]) -> list[Hit]:
    """Return what to read next: the runners-up that came close, then what the writer of the passage named."""
    best, *others = hits
    close = [hit for hit in others if hit.score >= best.score * retriever.parameters.close_runner_up]
    named = [Hit(retriever.corpus.by_id[name], 0.0) for name in best.passage.see_also]
    ordered = {hit.passage.id: hit for hit in (*others, *named)}
    preferred = dict.fromkeys([hit.passage.id for hit in (*close, *named, *others)])
    return [ordered[name] for name in preferred][:MORE]


class Answering:
    """Answers questions and small talk, and shows passages."""

    def __init__(self, voice: Voice, smalltalk: SmallTalk) -> None:
        self._voice = voice
        self._smalltalk = smalltalk

    def reply(self, retriever: Retriever, text: str, address: Address, before: Turn) -> Told:
        """Return the answer to what somebody says; a question without one is not kept here."""
        heard = self._smalltalk.hear(text[:LONGEST_READ])
        if heard.kind:
            return Told((self._voice.say(f"smalltalk/{heard.kind}"),), Verdict(Status.SMALLTALK, 1.0))
        if not words(heard.question):
            return Told((self._voice.say("answer/empty"),), Verdict(Status.UNKNOWN))
        verdict = judge(retriever, heard.question, before.subject)
        if verdict.status is Status.UNKNOWN:
            return Told((self._voice.say("answer/unknown", kept=False),), verdict, Turn())
        subject = f"{before.subject} {heard.question}" if verdict.followed_up else heard.question
        shown = verdict.hits[0].passage.id if verdict.status is Status.ANSWER else None
        about = Turn(subject[-_LONGEST_SUBJECT:], shown)
        again = shown is not None and shown == before.shown
        return Told((self._tell(verdict, address, again=again),), verdict, about)

    def is_small_talk(self, text: str) -> bool:
        """Tell whether a text is a greeting, thanks or the like, and nothing else."""
        return self._smalltalk.hear(text[:LONGEST_READ]).kind is not None

    async def converse(self, scene: Scene, text: str) -> Told:
        """Answer what somebody says; a question that nobody can answer is kept for moderators."""
        return await self.recorded(scene, text, self.reply(scene.retriever, text, scene.address, scene.turn))

    async def answer_quoted(self, scene: Scene, text: str) -> Told:
        """Answer somebody else's message that the person points to; the buttons are the author's."""
        author = scene.incoming.quoted_author
        address = replace(scene.address, account=author.account) if author else scene.address
        answer = self.reply(scene.retriever, text, address, Turn())
        told = await self.recorded(scene, text, answer, address)
        return replace(told, replies=tuple(replace(reply, to_quoted=True) for reply in told.replies))

    async def recorded(self, scene: Scene, text: str, told: Told, address: Address | None = None) -> Told:
        """Return what answers a text; a question that nobody can answer is kept, with what can be done about it.

        The buttons are those of the person at the address, who need not be the one who asked.
        """
        if not told.unanswered:
            return told
        address = address or scene.address
        miss = await misses.record(scene.transaction, text, scene.address.community, scene.now)
        choices = (
            Choice(button_id(ButtonKind.WATCH, address, miss.key, str(miss.number)), self._voice.labels.watch),
            Choice(button_id(ButtonKind.TEAM, address, miss.key, str(miss.number)), self._voice.labels.team),
        )
        reply = self._voice.say("answer/unknown", choices, kept=scene.lasts)
        return replace(told, replies=(reply,))

    def show_chosen(self, scene: Scene, passage: Passage, origin: Passage | None = None) -> Told:
        """Return a passage that somebody chose to read, with the way back to the one that it was offered under."""
        reply = self._show(passage, self._more_after(scene.retriever, passage), scene.address)
        if origin:
            way_back = Choice(
                button_id(ButtonKind.PASSAGE, scene.address, origin.id, _BACK),
                self._voice.labels.back,
                ChoiceKind.NAVIGATION,
            )
            reply = replace(reply, choices=(*reply.choices, way_back))
        return Told((reply,), about=Turn(passage.title, passage.id))

    def found(self, passage: Passage) -> Found:
        """Return a passage as it is listed, with the message that shows it to anybody."""
        reply = self._voice.say("answer/answer", (), passage=passage, text=_text(passage), more=False, again=False)
        reply = replace(reply, phase=passage.phase)
        source = next((block.text for block in reply.blocks if block.role == "source"), "")
        return Found(digest(passage.id), passage.title or shortened(passage.text), source, reply)

    def _tell(self, verdict: Verdict, address: Address, *, again: bool) -> Reply:
        passages = [hit.passage for hit in verdict.hits]
        if verdict.status is Status.SUGGEST:
            return self._voice.say("answer/suggest", passage_choices(passages, address, ChoiceKind.CHOICE))
        return self._show(passages[0], passages[1:], address, again=again)

    def _show(self, passage: Passage, more: Sequence[Passage], address: Address, *, again: bool = False) -> Reply:
        """Return the message that shows one passage, with what to read next, and asks whether it helps."""
        choices = passage_choices(more, address, ChoiceKind.SEE_ALSO, passage) + self._feedback(passage, address)
        values = {"passage": passage, "text": _text(passage), "more": bool(more), "again": again}
        return replace(self._voice.say("answer/answer", choices, **values), phase=passage.phase)

    def _feedback(self, passage: Passage, address: Address) -> tuple[Choice, ...]:
        return tuple(
            Choice(button_id(ButtonKind.FEEDBACK, address, passage.id, argument), label, ChoiceKind.FEEDBACK)
            for argument, label in (("yes", self._voice.labels.useful), ("no", self._voice.labels.useless))
        )

    @staticmethod
    def _more_after(retriever: Retriever, passage: Passage) -> list[Passage]:
        """Return what to read after a passage that was chosen: what its writer named, else the nearest to its title."""
        named = [retriever.corpus.by_id[name] for name in passage.see_also]
        near = [hit.passage for hit in retriever.search(passage.title, 1 + MORE) if hit.passage is not passage]
        return (named or near)[:MORE]


def passage_choices(
    passages: Sequence[Passage], address: Address, kind: ChoiceKind, origin: Passage | None = None
) -> tuple[Choice, ...]:
    """Return buttons that show passages, each with the way back to the one that they are offered under."""
    under = digest(origin.id) if origin else ""
    return tuple(
        Choice(button_id(ButtonKind.PASSAGE, address, each.id, under), _label(each), kind) for each in passages
    )


def _text(passage: Passage) -> Markup:
    """Return a passage's text: the check has let its Markdown pass; all else that a template inserts is escaped."""
    return Markup(passage.text)  # noqa: S704


def _label(passage: Passage) -> str:
    """Return what a button says of a passage: its title, or the beginning of its text where it has none."""
    return shortened(passage.title or passage.text)
