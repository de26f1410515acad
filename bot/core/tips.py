"""Tips: the right word at the right moment, shown to who moderates first, never the same before the deck is through."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from markupsafe import Markup
from pydantic import TypeAdapter

from bot.content.corpus import Corpus, Passage, Theme, Tip, digest
from bot.core.answering import LONGEST_READ
from bot.core.buttons import Button, ButtonKind, shortened
from bot.core.messages import Address, Choice, ChoiceKind, Posting, Reply
from bot.core.scene import Scene, Told
from bot.core.team import note_deed, team_button
from bot.core.voice import Voice
from bot.retrieval.french import fold, words
from bot.retrieval.retriever import Retriever
from bot.storage import audit, communities, drafts, question_counts, told_tips
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Transaction
from bot.storage.drafts import Draft

_KIND = "tip"
_LOOKED_AT = 30
"""Passages near to a message or to some words among which one with a tip is looked for."""
_OFFERED = 12
"""Tips that one preview leads through."""
_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a preview leads through: the ids of tips, the one shown now, and where it would be told."""

    tips: tuple[str, ...]
    shown: int = 0
    place: str | None = None
    replies_to: str | None = None
    name: str = ""


_offer: TypeAdapter[_Offer] = TypeAdapter(_Offer)


class Tips:
    """Finds tips, previews them, and has them told."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    async def command(self, scene: Scene, team: Community, argument: str) -> Told:
        """Show who moderates a tip that fits the message quoted, the subject named, or what is asked lately."""
        incoming = scene.incoming
        if argument:
            found = await self._on(scene, team, argument)
        elif incoming.quoted is not None:
            found = _for_message(scene.retriever, incoming.quoted)
        else:
            found = await _deck(scene.transaction, scene.corpus, team, (), scene.now)
        if not found:
            return Told((self._voice.say("tips/none_fits", quoted=incoming.quoted is not None and not argument),))
        author = incoming.quoted_author
        offer = _Offer(
            tuple(tip.id for tip in found[:_OFFERED]),
            place=scene.public_place,
            replies_to=incoming.quoted_message,
            name=author.name if author else "",
        )
        content, about = _offer.dump_json(offer).decode(), author.account if author else None
        number = await drafts.add(scene.transaction, scene.address, team, _KIND, content, scene.now, about)
        return Told((self._preview(scene, team, number, offer),))

    async def press(self, scene: Scene, team: Community, button: Button) -> Told:
        """Have the tip of a preview told, show another one, or give it up."""
        draft = await drafts.find(scene.transaction, scene.address, team, _KIND, button.number)
        if draft is None:
            return Told((self._voice.notice("buttons/outdated"),))
        offer = _offer.validate_json(draft.content)
        match button.verb:
            case "publish":
                return await self._publish(scene, team, draft, offer)
            case "another":
                offer = replace(offer, shown=(offer.shown + 1) % len(offer.tips))
                await drafts.change(scene.transaction, draft.number, _offer.dump_json(offer).decode(), scene.now)
                return Told((self._preview(scene, team, draft.number, offer),))
            case "cancel":
                await drafts.drop(scene.transaction, draft.number)
                return Told((self._voice.say("tips/cancelled"),))
        return Told((self._voice.notice("buttons/outdated"),))

    async def take_back(self, transaction: Transaction, posting: Posting, tip: str, now: datetime) -> None:
        """Keep that a community was not told a tip after all: its platform refused it."""
        where = posting.address
        team = await communities.find(transaction, where.platform, where.community or "")
        if team:
            await told_tips.drop(transaction, team, [tip])
            await audit.note(transaction, team, where.account, "", Action.TIP_REFUSED, "", now)

    def shown(self, corpus: Corpus, tip: Tip) -> Reply:
        """Return the message that tells a tip to all, with a way to read more."""
        passage = corpus.by_id[tip.passages[0]]
        source = self._voice.templates.render("answer/answer", {"source"}, passage=passage)
        reply = self._voice.say("tips/tip", **_said(tip))
        more = Choice("", self._voice.labels.tip_more, ChoiceKind.LINK, passage.id)
        return replace(reply, blocks=(*reply.blocks, *source), choices=(more,), phase=passage.phase)

    async def _publish(self, scene: Scene, team: Community, draft: Draft, offer: _Offer) -> Told:
        tip = _tip(scene.corpus, offer)
        if tip is None:
            return Told((self._voice.notice("buttons/gone"),))
        await drafts.drop(scene.transaction, draft.number)
        await told_tips.keep(scene.transaction, team, tip.id, scene.now)
        await note_deed(scene, team, Action.TIP_POSTED, shortened(tip.text))
        where = Address(team.platform, scene.address.account, team.id, offer.place)
        posting = Posting(where, self.shown(scene.corpus, tip), offer.replies_to, tip.id)
        return Told((self._voice.say("tips/published"),), postings=(posting,))

    @staticmethod
    async def _on(scene: Scene, team: Community, subject: str) -> list[Tip]:
        """Return the tips on a theme, those not told yet first, or those nearest to some words."""
        corpus = scene.corpus
        theme = next((each for each in corpus.themes if fold(subject) in (fold(each.title), each.id)), None)
        if theme:
            return await _deck(scene.transaction, corpus, team, (theme.id,), scene.now)
        if not words(subject):
            return []
        hits = scene.retriever.search(subject[:LONGEST_READ], _LOOKED_AT)
        return _drawn_from(corpus.tips, [hit.passage for hit in hits])

    def _preview(self, scene: Scene, team: Community, number: int, offer: _Offer) -> Reply:
        tip = _tip(scene.corpus, offer)
        if tip is None:
            return self._voice.notice("buttons/gone")
        labels = self._voice.labels
        offered = [("publish", labels.tip_publish), ("cancel", labels.tip_cancel)]
        if len(offer.tips) > 1:
            offered.insert(1, ("another", labels.tip_another))
        choices = [
            Choice(team_button(ButtonKind.TIP, scene.address, team, f"{verb}_{number}"), label)
            for verb, label in offered
        ]
        shown = self.shown(scene.corpus, tip)
        notice = self._voice.templates.render("tips/preview", name=offer.name, title=team.title)
        return replace(shown, blocks=(*notice, *shown.blocks), choices=tuple(choices))


async def draw(
    transaction: Transaction, corpus: Corpus, team: Community, themes: Sequence[str], now: datetime
) -> Tip | None:
    """Take the next tip of a community's deck, of some themes or (none named) of all; None where there is none."""
    deck = await _deck(transaction, corpus, team, themes, now)
    if not deck:
        return None
    await told_tips.keep(transaction, team, deck[0].id, now)
    return deck[0]


def themes_with_tips(corpus: Corpus) -> list[Theme]:
    """Return the themes that there are tips on."""
    held = {tip.theme for tip in corpus.tips}
    return [theme for theme in corpus.themes if theme.id in held]


async def _deck(
    transaction: Transaction, corpus: Corpus, team: Community, themes: Sequence[str], now: datetime
) -> list[Tip]:
    """Return the tips of a deck that a community was not told, those first that fit what it asks lately.

    A deck that is through begins anew, without the tip that was told last.
    """
    deck = [tip for tip in corpus.tips if not themes or tip.theme in themes]
    told = [name for name in await told_tips.told(transaction, team) if any(tip.id == name for tip in deck)]
    left = [tip for tip in deck if tip.id not in told]
    if not left:
        await told_tips.drop(transaction, team, told[:-1])
        left = [tip for tip in deck if tip.id not in told[-1:]] or deck
    asked = await question_counts.asked_about(transaction, team, now - _LATELY)

    def fits(tip: Tip) -> tuple[int, str]:
        # The deck of each community is shuffled in its own way, the same in every process.
        return -sum(asked.get(name, 0) for name in tip.passages), digest(f"{team.platform}/{team.id}/{tip.id}")

    return sorted(left, key=fits)


def _for_message(retriever: Retriever, text: str) -> list[Tip]:
    """Return the tips that fit what somebody wrote, the best first; none where nothing near is known."""
    ranking = retriever.rank(text[:LONGEST_READ], None, _LOOKED_AT)
    if ranking.confidence < retriever.parameters.suggest_from:
        return []
    return _drawn_from(retriever.corpus.tips, [hit.passage for hit in ranking.hits])


def _drawn_from(tips: Collection[Tip], passages: Iterable[Passage]) -> list[Tip]:
    """Return the tips that suit some passages, in the order of these: those drawn from one first."""
    found: dict[str, Tip] = {}
    for passage in passages:
        suiting = [tip for tip in tips if passage.id in tip.passages]
        for tip in sorted(suiting, key=lambda each: each.passages.index(passage.id)):
            found.setdefault(tip.id, tip)
    return list(found.values())


def _tip(corpus: Corpus, offer: _Offer) -> Tip | None:
    """Return the tip that an offer shows, None where it is no longer among those that there are."""
    return next((tip for tip in corpus.tips if tip.id == offer.tips[offer.shown]), None)


def _said(tip: Tip) -> dict[str, Markup]:
    """Return the words of a tip: the check has let their Markdown pass."""
    return {"text": Markup(tip.text), "today": Markup(tip.today)}  # noqa: S704
