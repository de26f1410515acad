"""Texts that no message of Telegram holds, from a corpus whose writers did not think of it."""

import json

import pytest

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.loading import load_retriever
from bot.retrieval.parameters import read_parameters
from bot.storage.database import Database
from tests.conftest import WriteKnowledge
from tests.conversations.words import LABELS
from tests.fakes.telegram import FakeTelegram, User
from tests.fakes.telegram.checks import TEXT_LIMIT, units
from tests.platforms.telegram.talk import asks, chooses

LINES = [f"{number} {'potiron 🎃 ' * 40}".strip() for number in range(1, 31)]
TEXTS = {
    "potiron": "\n\n".join(LINES),
    "courge": f"**{'courge 🎃 ' * 900}fin**",
    "navet": "Arrose le navet.",
}

pytestmark = pytest.mark.usefixtures("vigie")


@pytest.fixture
def advisor(database: Database, write_knowledge: WriteKnowledge) -> Advisor:
    records = [
        {"id": name, "title": f"La culture de la plante {name}", "text": text, "questions": [f"cultiver {name}"]}
        for name, text in TEXTS.items()
    ]
    folder = write_knowledge({"passages/tout.jsonl": "\n".join(json.dumps(record) for record in records)})
    retriever = load_retriever(folder, read_parameters())
    return build_advisor(lambda: retriever, database)


async def test_a_long_text_is_parted_between_its_paragraphs(lea: User) -> None:
    await asks(lea, "bonjour")
    await lea.starts("potiron")
    parts = await lea.reads(4)
    assert all(units(part.text) <= TEXT_LIMIT for part in parts)
    told = [line for part in parts for line in part.text.split("\n\n")]
    assert told[: len(LINES) + 1] == ["La culture de la plante potiron", *LINES]
    assert [bool(part.buttons) for part in parts] == [False, False, False, True]
    assert {LABELS.useful, LABELS.useless} <= set(parts[-1].buttons)


async def test_a_long_line_stays_bold_in_every_message(lea: User) -> None:
    await asks(lea, "bonjour")
    await lea.starts("courge")
    title, *parts = await lea.reads(4)
    assert title.text == "La culture de la plante courge"
    bold = "".join("".join(part.bold) for part in parts)
    assert bold.replace(" ", "") == f"{'courge🎃' * 900}fin"


async def test_a_long_text_opened_in_place_goes_on_below_and_leads_back(lea: User) -> None:
    await asks(lea, "bonjour")
    await lea.starts("navet")
    short = await lea.reads_next()
    await lea.presses(short, "📖 La culture de la plante potiron")
    parts = await lea.reads(4)
    assert parts[0] is short
    assert [bool(part.buttons) for part in parts] == [False, False, False, True]
    back = await chooses(lea, parts[-1], LABELS.back)
    assert back is parts[-1]
    assert back.text.startswith("La culture de la plante navet\n\nArrose le navet.")


async def test_an_answer_becomes_shorter_and_longer_with_its_question(telegram: FakeTelegram, lea: User) -> None:
    await asks(lea, "bonjour")
    asked = await lea.writes("cultiver potiron")
    long = await lea.reads(4)
    await lea.edits(asked, "cultiver navet")
    short = await lea.reads_next()
    assert short is long[0]
    assert "Arrose le navet." in short.text
    assert LABELS.useful in short.buttons
    await lea.edits(asked, "cultiver potiron")
    again = await lea.reads(4)
    assert again[0] is short
    assert lea.chat.deleted == long[1:]
    assert [each for each in lea.messages if each.sender is telegram.bot][1:] == again
