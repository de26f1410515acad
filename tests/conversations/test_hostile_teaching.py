"""Whatever a team writes in a passage is data: it is refused in a sentence, or shown as it was typed."""

import re

import pytest
from markdown_it import MarkdownIt

from bot.core.cleaning import clean
from bot.core.messages import Status
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.storage import taught
from bot.storage.communities import Community
from bot.storage.taught import Card
from tests.conversations.classroom import LESSON, UNANSWERED, Classroom
from tests.conversations.words import LABELS
from tests.people import Member

FLAWS = {str(kind): sentence for kind, sentence in read_wording(PROMPTS).flaws.items()}
TABLES = ("taught", "taught_versions", "audit")
HARMLESS = {
    "Jinja": "{{ 7*7 }} {% for x in y %}{{ config }}{% endfor %} {# rien #}",
    "a format": "{} {0} {title} %s %(x)d ${x}",
    "SQL": "'; DROP TABLE taught; -- zut",
    "quotation marks": "\"deux\" 'un' « trois »",
    "JSON": '{"title": null, "misses": [1]} fin',
    "YAML": "fin: !!python/object x",
    "paths": "../../etc/passwd C:\\Windows",
    "an address": "Va sur https://exemple.org/a_b?c=1",
    "emoji": "Voilà 👩‍👩‍👧‍👦 et 🚢",
    "right to left": "Le mot مرحبا veut dire bonjour",
    "combining flood": "zut" + "\u0301" * 200,
}
"""What is told as it was typed."""
REFUSED = {
    "an image": ("Vois ![x](https://exemple.org/x.png) là", "markup"),
    "HTML": ("Un <script>alert(1)</script> mot", "markup"),
    "a comment": ("Un <!-- x --> mot", "markup"),
    "a script in a link": ("Un [lien](javascript:alert(1)) mot", "markup"),
    "data in a link": ("Un [lien](data:text/html;base64,xx) mot", "markup"),
    "a reference": ("Un [lien][1] mot\n\n[1]: javascript:alert(1)", "markup"),
    "an address in brackets": ("Un <javascript:alert(1)> mot", "markup"),
    "a mention of an account": ("Un <@1234567890> mot `x`", "markup"),
    "a table": ("| a | b |\n| - | - |\n| c | d |", "markup"),
    "code": ("Tape `rm -rf` vite", "markup"),
    "a block of code": ("```\nrm -rf\n```", "markup"),
    "a heading": ("# Titre\n\nUn mot", "markup"),
    "a quotation": ("> Un mot", "markup"),
    "brackets": ("[" * 900 + " mot", "long_text"),
    "a megabyte": ("mot " * 250_000, "long_text"),
    "signs alone": ("…!?", "no_text"),
    "what nobody sees": ("\u200b\u200b", "no_text"),
}
"""What is refused, and by which rule."""
MARKUP = {"image", "html_block", "html_inline", "link_open", "table_open", "code_inline", "code_block", "fence"}
"""Kinds of markup that stand in nothing that Vigie says to a team unless somebody typed them."""
UNWRITTEN = "a\x00b\x1b[31mc\u202ed\u2066e\ud800f\x85g"


def flaw(name: str) -> str:
    """Return a part of the sentence for what is wrong that stands in it whatever its detail is."""
    return max(FLAWS[name].split("{}"), key=len).strip()


async def writes(member: Member, **fields: str) -> str:
    """Write a new passage in a form."""
    await member.says("/fiche")
    return await member.writes(LABELS.card_new, **(LESSON | fields))


async def says(member: Member, **fields: str) -> str:
    """Write a new passage word by word, and save it where that is offered."""
    await member.says("/fiche")
    await member.presses(LABELS.card_new)
    for name in ("title", "text", "questions"):
        await member.says((LESSON | fields)[name])
    if "note" in fields:
        await member.presses(LABELS.lesson_note)
        await member.says(fields["note"])
    return await member.presses(LABELS.lesson_save) if LABELS.lesson_save in member.choices else member.reads


@pytest.fixture(params=["form", "word by word"])
def school(request: pytest.FixtureRequest, server: Classroom, terminal: Classroom) -> Classroom:
    """Where a team writes in a form, or word by word."""
    return server if request.param == "form" else terminal


async def teaches(school: Classroom, **fields: str) -> str:
    """Have the team write a passage in the way of its platform, and return what it reads last."""
    lea = school.moderator("léa")
    return await (writes if school.capabilities.forms else says)(lea, **fields)


async def cards(school: Classroom) -> list[Card]:
    async with school.database.transaction() as transaction:
        return await taught.all_of(transaction, Community(school.platform, "fournil", "fournil"))


async def kept(school: Classroom) -> list[list[tuple[object, ...]]]:
    return [await school.rows(table) for table in TABLES]


def kinds_of(shown: str) -> set[str]:
    """Return what a text in Markdown is made of."""
    blocks = MarkdownIt("commonmark").enable("table").parse(shown)
    return {token.type for block in blocks for token in (block, *(block.children or ()))}


def as_read(shown: str) -> str:
    """Return a text in Markdown as somebody reads it."""
    return re.sub(r"\\(?=[\\`*_\[\]<>~|&#.\-+=)])", "", shown).replace("\u2060", "")


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS.keys())
async def test_a_text_is_told_as_it_was_typed(school: Classroom, text: str) -> None:
    await teaches(school, text=text)
    [card] = await cards(school)
    assert card.lesson.text == text
    shown = await school.member("max").says(UNANSWERED)
    assert text in shown.replace("\u2060", "")
    assert "49" not in shown


@pytest.mark.parametrize("field", ["title", "questions", "note"])
@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS.keys())
async def test_a_title_questions_and_a_note_are_data_whatever_they_hold(
    school: Classroom, field: str, text: str
) -> None:
    text = text[:80]
    await teaches(school, **{field: text})
    [card] = await cards(school)
    held = {"title": card.lesson.title, "questions": "\n".join(card.lesson.questions), "note": card.lesson.note}
    assert held[field] == text
    lea = school.moderator("léa")
    await lea.says("/fiche")
    shown = as_read(await lea.presses(lea.choices[0]))
    assert " ".join(text.split()) in shown
    assert "49" not in shown


@pytest.mark.parametrize(("text", "rule"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_no_platform_carries_is_refused_and_nothing_is_kept(school: Classroom, text: str, rule: str) -> None:
    before = await kept(school)
    shown = await teaches(school, text=text)
    assert flaw(rule) in shown
    assert LABELS.lesson_save not in school.moderator("léa").choices
    assert await kept(school) == before
    assert await cards(school) == []
    # What was typed is shown to be mended, and is no markup there either.
    assert not kinds_of(shown) & MARKUP


@pytest.mark.parametrize("field", ["title", "text", "questions", "note"])
async def test_what_nobody_writes_is_left_out(school: Classroom, field: str) -> None:
    await teaches(school, **{field: UNWRITTEN})
    [card] = await cards(school)
    lesson = card.lesson
    held = {"title": lesson.title, "text": lesson.text, "questions": lesson.questions[0], "note": lesson.note}
    assert held[field] == clean(UNWRITTEN) == "ab[31mcdefg"


@pytest.mark.parametrize("call", ["@everyone", "@here", "/start", "@lea_dubois"])
@pytest.mark.parametrize("field", ["title", "text", "questions", "note"])
async def test_nobody_is_called_by_it(school: Classroom, field: str, call: str) -> None:
    shown = [await teaches(school, **{field: f"Demande à {call} vite"})]
    shown.append(await school.member("max").says(UNANSWERED))
    lea = school.moderator("léa")
    shown.append(await lea.says("/fiche"))
    shown += [label for label in lea.choices if field != "title"]
    shown.append(await lea.presses(lea.choices[0]))
    shown.append(await lea.presses(LABELS.card_past))
    escaped = call.replace("_", r"\_")
    assert not any(call in each or escaped in each for each in shown)
    assert any(call[1:] in each or escaped[1:] in each for each in shown)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"title": "a" * 1_000_000}, "long_title"),
        ({"title": "!?…"}, "no_title"),
        ({"questions": "a" * 1_000_000}, "long_question"),
        ({"questions": "\n".join(f"q{number}" for number in range(10_000))}, "many_questions"),
        ({"note": "a" * 1_000_000}, "long_note"),
    ],
    ids=["title", "no word", "question", "questions", "note"],
)
async def test_what_is_too_long_is_refused_in_a_message_of_its_size(
    school: Classroom, fields: dict[str, str], rule: str
) -> None:
    before = await kept(school)
    shown = await teaches(school, **fields)
    assert len(shown) < 12_000
    assert await kept(school) == before
    if rule != "no_title" or school.capabilities.forms:
        assert flaw(rule) in shown


@pytest.mark.parametrize(
    "title", ["مرحبا بكم", "Привет всем", "你好 世界", "ﬃ Ⅷ ½", "🚢 Ohé", "bonjour " * 9, "../../etc"]
)
async def test_a_passage_has_an_id_that_a_file_can_be_named_after(school: Classroom, title: str) -> None:
    for text in ("Gare-toi derrière l'église.", "Prends plutôt le vélo, il pleut rarement."):
        await teaches(school, title=title, text=text)
    found = await cards(school)
    assert len(found) == 2
    for card in found:
        assert re.fullmatch(r"[a-z0-9-]{1,40}", card.id)


async def test_what_is_written_anew_is_checked_as_well(server: Classroom) -> None:
    lea = server.moderator("léa")
    await writes(lea)
    before = await kept(server)
    await lea.says("/fiche")
    await lea.presses(LESSON["title"])
    assert flaw("markup") in await lea.writes(LABELS.card_edit, text="<b>zut</b> `x`")
    assert await kept(server) == before
    member = server.member("max")
    assert "église" in await member.says(UNANSWERED)
    assert member.verdict.status is Status.ANSWER


async def test_an_unanswered_question_is_shown_and_filled_in_as_data(school: Classroom) -> None:
    asked = "Où garer {{ 7*7 }} <b>ma</b> [camionnette](javascript:x) ?"
    await school.asked(asked)
    lea = school.moderator("léa")
    for shown in (await lea.says("/lacunes"), await lea.presses(lea.choices[0])):
        assert not kinds_of(shown) & MARKUP
        assert asked in as_read(shown)
    if school.capabilities.forms:
        form = await lea.opens(lea.button_id(LABELS.gap_answer))
        assert form
        assert asked in [field.value for field in form.fields]
        await lea.writes(LABELS.gap_answer, title=LESSON["title"], text=LESSON["text"])
        [card] = await cards(school)
        assert card.lesson.questions == (asked,)
