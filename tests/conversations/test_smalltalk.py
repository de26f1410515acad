"""Greetings and thanks get a short human reply; courtesies around a question do not hide it."""

import pytest

from bot.core.messages import Status
from tests.people import Member


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Salut !", "Bonjour"),
        ("slt vigie, ça va ?", "Tout va bien"),
        ("merci bcp pour ton aide !!", "Avec plaisir"),
        ("bon allez, à demain", "À bientôt"),
        ("qui es-tu ?", "Je suis Vigie"),
        ("t'es un bot ou quoi", "Je suis Vigie"),
        ("tu sais faire quoi ?", "Tu me poses une question"),
        ("ok", "Ça marche"),
        ("mouais", "D'accord"),
        ("bonne année Vigie !", "Merci, à toi aussi"),
    ],
)
async def test_small_talk_gets_a_short_reply(lea: Member, text: str, expected: str) -> None:
    reply = await lea.says(text)
    assert reply.startswith(expected)
    assert lea.verdict.status is Status.SMALLTALK
    assert not lea.choices


async def test_courtesies_around_a_question_do_not_hide_it(lea: Member) -> None:
    await lea.says("Bonjour ! Faut-il répondre aux polémiques ? Merci d'avance")
    assert lea.verdict.status is Status.ANSWER
    assert "polémique" in lea.reads


async def test_help_tells_how_to_ask_and_what_is_kept(lea: Member) -> None:
    reply = await lea.says("/aide")
    assert "Pose-moi ta question" in reply
    assert "sans le nom" in reply


async def test_the_question_command_asks(lea: Member) -> None:
    await lea.says("/question Faut-il répondre aux polémiques ?")
    assert lea.verdict.status is Status.ANSWER


@pytest.mark.parametrize("text", ["/inconnue", "/AIDEZ moi"])
async def test_an_unknown_command_points_to_help(lea: Member, text: str) -> None:
    assert "/aide" in await lea.says(text)


async def test_distress_gets_a_humane_reply_and_a_number_to_call(lea: Member) -> None:
    reply = await lea.says("je veux mourir")
    assert "3114" in reply
    assert not lea.choices


async def test_the_question_command_alone_asks_for_one(lea: Member) -> None:
    assert "après /question" in await lea.says("/question")


async def test_the_question_command_alone_reads_the_message_that_it_replies_to(lea: Member) -> None:
    await lea.says("/question", quoted="Faut-il répondre aux polémiques ?")
    assert lea.verdict.status is Status.ANSWER
