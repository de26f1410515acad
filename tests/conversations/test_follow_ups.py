"""A question that leans on the one before it is read with it, and only then."""

import pytest

from bot.core.advisor import Advisor
from bot.core.messages import Status
from tests.people import Member


async def test_a_subject_carries_over_to_the_next_question(lea: Member) -> None:
    await lea.says("C'est quoi la méthode VIE ?")
    await lea.says("et qui l'a inventée ?")
    assert lea.verdict.followed_up
    assert "AlterCM" in lea.reads


async def test_the_same_words_alone_are_not_answered(lea: Member) -> None:
    await lea.says("et pourquoi ?")
    assert lea.verdict.status is not Status.ANSWER


async def test_a_question_with_its_own_subject_starts_afresh(lea: Member) -> None:
    await lea.says("C'est quoi la méthode VIE ?")
    await lea.says("Comment préparer un live avec une marque ?")
    assert not lea.verdict.followed_up


async def test_conversations_do_not_mix(advisor: Advisor, lea: Member) -> None:
    await lea.says("C'est quoi la méthode VIE ?")
    max_ = Member(advisor, "max")
    await max_.says("pourquoi ?")
    assert not max_.verdict.followed_up


@pytest.mark.parametrize(
    "question",
    ["C'est quoi le SWOT ?", "c'est quoi la veille ?", "Où publier mes articles ?", "à quoi sert la marque ?"],
)
async def test_a_short_question_with_an_article_is_no_follow_up(lea: Member, question: str) -> None:
    await lea.says("comment préparer un live ?")
    await lea.says(question)
    assert not lea.verdict.followed_up


async def test_nothing_follows_up_what_vigie_did_not_know(lea: Member) -> None:
    await lea.says("recette de la blanquette de veau")
    await lea.says("et pourquoi ?")
    assert not lea.verdict.followed_up


async def test_the_same_advice_again_says_so(lea: Member) -> None:
    await lea.says("Faut-il répondre aux polémiques ?")
    await lea.says("et pourquoi ?")
    assert lea.reads.startswith("Ce que j'ai de plus proche, c'est encore ce conseil")
