"""From a question to a verdict and the message that tells it."""

from collections.abc import Sequence
from textwrap import shorten
from typing import Protocol

from markupsafe import Markup

from bot.content.corpus import Passage
from bot.content.schemas import MAX_TITLE
from bot.core.buttons import ButtonKind, button_id
from bot.core.messages import Address, Block, Choice, Reply, Status, Verdict
from bot.retrieval.retriever import Hit, Retriever

MORE = 2
"""How many passages are offered under an answer."""
SUGGESTIONS = 3


class Renderer(Protocol):
    """Makes the blocks of a message from a template's name and values."""

    def render(self, name: str, **values: object) -> tuple[Block, ...]: ...


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


def more_after(retriever: Retriever, passage: Passage) -> list[Passage]:
    """Return what to read after a passage that was chosen: what its writer named, else the nearest to its title."""
    named = [retriever.corpus.by_id[name] for name in passage.see_also]
    near = [hit.passage for hit in retriever.search(passage.title, 1 + MORE) if hit.passage is not passage]
    return (named or near)[:MORE]


def tell(verdict: Verdict, templates: Renderer, address: Address, *, again: bool) -> Reply:
    """Return the message that answers or suggests; `again` if it shows the same passage as the message before."""
    passages = [hit.passage for hit in verdict.hits]
    if verdict.status is Status.SUGGEST:
        return Reply(templates.render("answer/suggest"), _choices(passages, address))
    return show(passages[0], passages[1:], templates, address, again=again)


def show(
    passage: Passage, more: Sequence[Passage], templates: Renderer, address: Address, *, again: bool = False
) -> Reply:
    """Return the message that shows one passage, with what to read next."""
    # The check has let the text's Markdown pass; everything else that a template inserts is escaped.
    text = Markup(passage.text)  # noqa: S704
    blocks = templates.render("answer/answer", passage=passage, text=text, more=bool(more), again=again)
    return Reply(blocks, _choices(more, address))


def _choices(passages: Sequence[Passage], address: Address) -> tuple[Choice, ...]:
    return tuple(Choice(button_id(ButtonKind.PASSAGE, address, passage.id), _label(passage)) for passage in passages)


def _label(passage: Passage) -> str:
    """Return what a button says of a passage: its title, or the beginning of its text where it has none."""
    return shorten(passage.title or passage.text, MAX_TITLE, placeholder="…")
