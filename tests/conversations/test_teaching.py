"""What nobody could answer is shown to the team, which answers it; from then on, Vigie does, in that community."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.corpus import Phase
from bot.content.lessons import MAX_NOTE, MAX_QUESTION, MAX_QUESTIONS
from bot.core.advisor import Advisor
from bot.core.messages import Address, Due, Form, Manner, Role, Status
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.library import Library
from bot.rendering.wording import FormName, read_wording
from bot.resources import PROMPTS
from bot.storage import audit, misses, watches
from bot.storage.address import DatabaseAddress, ServerAddress
from bot.storage.audit import Action, Deed
from bot.storage.communities import Community
from bot.storage.database import DatabaseError
from tests.conftest import PASSAGE
from tests.conversations.classroom import (
    ADVICE,
    LESSON,
    OTHER,
    OTHERWISE,
    UNANSWERED,
    Classroom,
    in_direct_message,
    knowledge_files,
    written_to,
)
from tests.conversations.words import FORMS, LABELS, said
from tests.people import Member

FLAWS = {str(kind): sentence for kind, sentence in read_wording(PROMPTS).flaws.items()}
NEW = {
    "title": "Le placard",
    "text": "La boulangère détient les clés, demande-les au comptoir.",
    "questions": f"{OTHER}\nouvrir le placard",
}
"""Another passage."""
OUTDATED = said("buttons/outdated")


@pytest.fixture
def lea(server: Classroom) -> Member:
    """Who moderates where there are forms."""
    return server.moderator("léa")


@pytest.fixture
def typing(terminal: Classroom) -> Member:
    """Who moderates where there are neither forms nor buttons."""
    return terminal.moderator("léa")


async def opens_gap(member: Member, which: int = 0) -> str:
    """Open one of the questions without an answer."""
    await member.says("/lacunes")
    return await member.presses(member.choices[which])


async def teaches(member: Member, **fields: str) -> str:
    """Write a new passage in a form."""
    await member.says("/fiche")
    return await member.writes(LABELS.card_new, **(LESSON | fields))


async def teaches_word_by_word(member: Member, **fields: str) -> str:
    """Write a new passage where there are no forms."""
    await member.says("/fiche")
    await member.presses(LABELS.card_new)
    for name in ("title", "text", "questions"):
        await member.says((LESSON | fields)[name])
    return await member.presses(LABELS.lesson_save)


async def opens_card(member: Member, title: str = LESSON["title"]) -> str:
    await member.says("/fiche")
    return await member.presses(title)


async def is_answered(member: Member, question: str = UNANSWERED) -> bool:
    """Ask, and tell whether the answer is what the team taught."""
    await member.says(question)
    return member.verdict.status is Status.ANSWER and ADVICE in member.reads


async def forms_of(member: Member, label: str) -> dict[str, str]:
    """Return what the form of a button holds when it opens."""
    form = await member.opens(member.button_id(label))
    assert form
    return {field.name: field.value for field in form.fields}


async def journal(classroom: Classroom, community: str = "fournil") -> list[Deed]:
    async with classroom.database.transaction() as transaction:
        team = Community(classroom.platform, community, community)
        return await audit.latest(transaction, team, 50)


# What nobody could answer.


async def test_without_unanswered_questions_that_is_said(lea: Member) -> None:
    assert (await lea.says("/lacunes")).startswith(said("gaps/none", title="fournil"))
    assert lea.choices == []


async def test_questions_are_gathered_by_what_they_ask_the_most_asked_first(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED)
    for question in OTHERWISE:
        await server.asked(question)
    await server.asked(OTHER)
    await server.asked("levain")
    shown = await lea.says("/lacunes")
    gaps = [(OTHERWISE[-1], 3, False), (OTHER, 1, False)]
    assert shown.startswith(said("gaps/list", title="fournil", gaps=gaps, count=2))
    assert lea.choices == [OTHERWISE[-1], OTHER]
    assert (lea.last.in_private, lea.last.takes_away) == (False, True)
    assert await lea.presses(OTHERWISE[-1]) == said(
        "gaps/group", questions=(*OTHERWISE[::-1], UNANSWERED), count=3, asked_for_team=False
    )
    assert lea.last.replies[0].manner is Manner.IN_PLACE
    assert lea.choices == [LABELS.gap_answer, LABELS.gap_aside, LABELS.back]


async def test_in_a_group_they_are_shown_in_the_direct_message(group: Classroom) -> None:
    await group.asked(UNANSWERED)
    lea = group.moderator("léa")
    await lea.says("/lacunes")
    assert (lea.last.in_private, lea.last.takes_away) == (True, True)


async def test_nobody_is_named(server: Classroom, lea: Member) -> None:
    max_ = server.member("maximilien")
    await max_.says(f"{UNANSWERED} écris-moi à max@exemple.fr ou au 06 12 34 56 78, signé @maximilien")
    await max_.presses(LABELS.watch)
    shown = await lea.says("/lacunes") + await lea.presses(lea.choices[0])
    shown += repr(await lea.opens(lea.button_id(LABELS.gap_answer)))
    for name in ("aximilien", "max@", "06 12"):
        assert name not in shown
    assert "[courriel]" in shown


async def test_what_was_asked_for_the_team_is_said_to_be(server: Classroom, lea: Member) -> None:
    await server.asked(OTHER)
    max_ = server.member("max")
    await max_.says(UNANSWERED)
    await max_.presses(LABELS.team)
    await server.asked("comment dresser un furet")
    assert "et on aimerait votre avis" in await lea.says("/lacunes")
    # Asked as often as the others, it comes first.
    assert lea.choices[0] == UNANSWERED
    assert "Quelqu'un a demandé que l'équipe la voie." in await lea.presses(UNANSWERED)


async def test_what_is_asked_in_a_direct_message_is_shown_once_it_is_passed_on(server: Classroom, lea: Member) -> None:
    await server.member("max").says("/aide")
    max_ = server.member("max", None)
    await max_.says(UNANSWERED)
    assert (await lea.says("/lacunes")).startswith(said("gaps/none", title="fournil"))
    await max_.presses(LABELS.team)
    await max_.presses("fournil")
    await lea.says("/lacunes")
    assert lea.choices == [UNANSWERED]


async def test_what_another_community_asks_is_not_shown(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED, community="moulin")
    assert (await lea.says("/lacunes")).startswith(said("gaps/none", title="fournil"))


async def test_many_are_shown_page_by_page(server: Classroom, lea: Member) -> None:
    animals = ("furet", "lama", "wapiti", "zébu", "okapi", "gnou", "yack", "ibis", "koala")
    for animal in animals:
        await server.asked(f"dresser un {animal}")
    await lea.says("/lacunes")
    seen = lea.choices[:-1]
    assert lea.choices[-1] == LABELS.more_themes
    await lea.presses(LABELS.more_themes)
    assert LABELS.more_themes not in lea.choices
    seen += lea.choices
    assert sorted(seen) == sorted(f"dresser un {animal}" for animal in animals)


async def test_hostile_questions_are_shown_as_they_were_typed(server: Classroom, lea: Member) -> None:
    hostile = "zgrblt [clique](https://x.fr) **@everyone** {{ 7*7 }} <b>gras</b>"
    await server.asked(hostile)
    shown = await lea.says("/lacunes") + await lea.presses(lea.choices[0])
    assert "[clique](" not in shown
    assert "@everyone" not in shown
    assert "49" not in shown


async def test_a_question_is_set_aside_with_those_that_ask_the_same(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED)
    await server.asked(OTHERWISE[0])
    await server.asked(OTHER)
    await opens_gap(lea)
    await lea.presses(LABELS.gap_aside)
    assert lea.choices == [OTHER]
    await opens_gap(lea)
    await lea.presses(LABELS.gap_aside)
    assert lea.reads == said("gaps/none", title="fournil")
    assert [(deed.action, deed.subject) for deed in await journal(server)] == [
        (Action.GAP_SET_ASIDE, OTHER),
        (Action.GAP_SET_ASIDE, OTHERWISE[0]),
    ]


async def test_what_was_set_aside_is_not_set_aside_or_answered_again(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED)
    await opens_gap(lea)
    aside, answer = lea.button_id(LABELS.gap_aside), lea.button_id(LABELS.gap_answer)
    await lea.presses_id(aside)
    for identifier in (aside, answer):
        assert await lea.presses_id(identifier) == said("gaps/gone")
    assert len(await journal(server)) == 1


async def test_a_question_that_is_asked_again_after_it_was_set_aside_is_shown_again(
    server: Classroom, lea: Member
) -> None:
    await server.asked(UNANSWERED)
    await opens_gap(lea)
    await lea.presses(LABELS.gap_aside)
    await server.asked(UNANSWERED)
    await lea.says("/lacunes")
    assert lea.choices == [UNANSWERED]


async def test_the_button_of_a_question_holds_while_others_ask_the_same(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED)
    await opens_gap(lea)
    answer = lea.button_id(LABELS.gap_answer)
    await server.asked(OTHERWISE[0])
    form = await lea.opens(answer)
    assert form
    assert form.fields[2].value == f"{OTHERWISE[0]}\n{UNANSWERED}"


# Answered, in a form.


async def test_the_form_opens_with_what_was_asked(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED, 2)
    await server.asked(OTHERWISE[0])
    await opens_gap(lea)
    form = await lea.opens(lea.button_id(LABELS.gap_answer))
    words = FORMS[FormName.LESSON]
    assert isinstance(form, Form)
    assert form.title == words.title
    assert [(each.name, each.label, each.is_needed) for each in form.fields] == [
        ("title", words.labels["title"], True),
        ("text", words.labels["text"], True),
        ("questions", words.labels["questions"], True),
        ("note", words.labels["note"], False),
    ]
    assert [each.value for each in form.fields] == ["", "", f"{OTHERWISE[0]}\n{UNANSWERED}", ""]


async def test_an_unanswered_question_is_answered_from_then_on(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED)
    await opens_gap(lea)
    shown = await lea.writes(LABELS.gap_answer, title=LESSON["title"], text=LESSON["text"])
    assert shown.startswith(said("lessons/saved", title="fournil", count=0))
    assert ADVICE in shown
    assert lea.choices == [LABELS.card_edit, LABELS.card_hide]
    max_ = server.member("max")
    assert await is_answered(max_)
    assert f"**{LESSON['title']}**" in max_.reads
    assert "📖 L'équipe, dans « fournil », 2026" in max_.reads.replace("\u00a0", " ")
    assert {LABELS.useful, LABELS.useless} <= set(max_.choices)
    assert (await lea.says("/lacunes")).startswith(said("gaps/none", title="fournil"))


async def test_the_members_are_answered_in_their_direct_messages_too(server: Classroom, lea: Member) -> None:
    await server.member("max").says("/aide")
    await teaches(lea)
    assert await is_answered(server.member("max", None))


async def test_nobody_else_is_answered(server: Classroom, lea: Member) -> None:
    await server.member("zoé", "moulin").says("/aide")
    await teaches(lea)
    for stranger in (server.member("zoé", "moulin"), server.member("zoé", None), server.member("ada", None)):
        assert not await is_answered(stranger)
        assert stranger.verdict.status is Status.UNKNOWN


async def test_of_a_member_of_two_communities_each_place_knows_its_own(server: Classroom, lea: Member) -> None:
    for community in ("fournil", "moulin"):
        await server.member("max", community).says("/aide")
    await teaches(lea)
    await teaches(server.moderator("zoé", "moulin"), **NEW)
    at_home, at_work, alone = server.member("max"), server.member("max", "moulin"), server.member("max", None)
    assert await is_answered(at_home)
    assert not await is_answered(at_work)
    assert "au comptoir" in await at_work.says(OTHER)
    assert "au comptoir" not in await at_home.says(OTHER)
    assert await is_answered(alone)
    assert "au comptoir" in await alone.says(OTHER)


async def test_a_community_of_the_same_id_on_another_platform_knows_nothing_of_it(
    group: Classroom, lea: Member
) -> None:
    await teaches(lea)
    assert not await is_answered(group.member("max"))


async def test_what_is_taught_is_read_again_and_found_again_by_its_button(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    max_ = server.member("max")
    await max_.says(f"{UNANSWERED} levain")
    await max_.says(UNANSWERED)
    assert await max_.presses(LABELS.useful) == said("feedback/thanks")
    [kept] = await server.database.rows("SELECT passage, useful, community FROM feedback")
    assert tuple(kept)[1:] == (1, "fournil")
    assert str(kept["passage"]).startswith("la-camionnette-au-marche-")


async def test_what_is_taught_is_found_while_one_types(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    await server.member("max").says(UNANSWERED)
    assert LESSON["title"] in server.advisor.complete("camionn", 5, "discord", "fournil")
    assert LESSON["title"] not in server.advisor.complete("camionn", 5, "discord", "moulin")


async def test_other_questions_are_answered_as_before(server: Classroom, lea: Member) -> None:
    max_ = server.member("max")
    before = await max_.says("mon levain ne bulle plus"), max_.verdict.confidence
    await teaches(lea)
    after = await server.member("zoé").says("mon levain ne bulle plus")
    assert before[0].split("\n\n")[:3] == after.split("\n\n")[:3]


async def test_other_questions_that_it_answers_leave_the_list(server: Classroom, lea: Member) -> None:
    for question in (UNANSWERED, *OTHERWISE, "ma camionnette, la garer", OTHER):
        await server.asked(question)
    await teaches(lea)
    await lea.says("/lacunes")
    assert lea.choices == [OTHER]


async def test_a_question_that_many_others_followed_leaves_the_list(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED)
    async with server.database.transaction() as transaction:
        for number in range(310):
            await misses.record(transaction, f"zorglub{number}", "fournil", server.clock.now)
    await teaches(lea)
    shown = await lea.says("/lacunes")
    assert "zorglub" in shown
    async with server.database.transaction() as transaction:
        left = await misses.gaps(transaction, Community(server.platform, "fournil", "fournil"))
    assert UNANSWERED not in [gap.question for gap in left]


async def test_what_another_community_asked_is_still_without_an_answer(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED, community="moulin")
    await teaches(lea)
    zoe = server.moderator("zoé", "moulin")
    await zoe.says("/lacunes")
    assert zoe.choices == [UNANSWERED]


async def test_it_is_shown_as_text_whatever_it_holds(server: Classroom, lea: Member) -> None:
    await teaches(
        lea,
        title="*Camionnette* [ici](https://x.fr) @everyone",
        text="Gare-toi **derrière** l'église, {{ 7*7 }}, demande à @everyone, ou tape /oublier.",
    )
    shown = await server.member("max").says(UNANSWERED)
    assert "**derrière**" in shown
    assert "[ici](" not in shown
    assert "@everyone" not in shown
    assert "/oublier." not in shown
    assert "{{ 7*7 }}" in shown


async def test_a_note_says_what_changed(server: Classroom, lea: Member) -> None:
    await teaches(lea, note="depuis les travaux, par la rue du puits")
    shown = await server.member("max").says(UNANSWERED)
    assert "⚠️ **Depuis :** depuis les travaux, par la rue du puits" in shown


@pytest.mark.parametrize("nothing", ["rien", "Rien", "aucune", "-", "  "])
async def test_a_note_that_says_nothing_is_none(server: Classroom, lea: Member, nothing: str) -> None:
    await teaches(lea, note=nothing)
    assert "Depuis" not in await server.member("max").says(UNANSWERED)


async def test_a_form_that_could_not_be_opened_in_time_is_asked_for_again(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED)
    await opens_gap(lea)
    assert await lea.presses(LABELS.gap_answer) == said("lessons/again")
    assert lea.last.replies[0].manner is Manner.NOTICE


async def test_a_form_that_mends_a_draft_and_could_not_be_opened_in_time_leaves_the_draft(
    server: Classroom, lea: Member
) -> None:
    await teaches(lea, title="…")
    fix = lea.button_id(LABELS.lesson_fix)
    before = await server.rows("drafts")
    assert await lea.presses_id(fix) == said("lessons/again")
    assert lea.last.replies[0].manner is Manner.NOTICE
    assert await server.rows("drafts") == before
    await lea.sends(fix, **LESSON)
    assert await is_answered(server.member("max"))


async def test_while_somebody_writes_another_answers(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED)
    zoe = server.moderator("zoé")
    await opens_gap(lea)
    await opens_gap(zoe)
    await zoe.writes(LABELS.gap_answer, title=LESSON["title"], text=LESSON["text"])
    assert await lea.opens(lea.button_id(LABELS.gap_answer))
    shown = await lea.writes(LABELS.gap_answer, **(LESSON | {"text": "Prends plutôt la rue basse, elle est libre."}))
    # What took somebody minutes to write is not lost.
    assert "la rue basse" in shown


async def test_what_is_taught_is_noted_in_the_journal(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    [deed] = await journal(server)
    assert (deed.name, deed.action, deed.subject) == ("Léa", Action.TAUGHT, LESSON["title"])
    assert deed.at == server.clock.now


# In every process.


async def test_every_process_on_the_same_database_answers_at_once(
    server: Classroom, lea: Member, bakery: Library, voice: Voice, smalltalk: SmallTalk
) -> None:
    other = Advisor(bakery.current, voice, smalltalk, server.database, misses_kept=90)
    assert not await is_answered(server.member("max", advisor=other))
    await teaches(lea)
    assert await is_answered(server.member("max", advisor=other))
    await opens_card(lea)
    await lea.presses(LABELS.card_hide)
    assert not await is_answered(server.member("max", advisor=other))
    zoe = server.moderator("zoé", advisor=other)
    await opens_card(zoe, f"🙈 {LESSON['title']}")
    await zoe.presses(LABELS.card_unhide)
    assert await is_answered(server.member("max"))


ANOTHER_PROCESS = """
import asyncio, sys
from pathlib import Path
from bot.app import build_advisor
from bot.library import Library
from bot.retrieval.parameters import read_parameters
from bot.storage.address import read_address
from bot.storage.database import open_database
from tests.people import Member

async def main(folder, address):
    async with open_database(read_address(address)) as database:
        library = Library(Path(folder), read_parameters())
        advisor = build_advisor(library.current, database)
        for number, question in enumerate(iter(sys.stdin.readline, "")):
            print(repr(await Member(advisor, f"max{number}", "fournil", "discord").says(question)), flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.both_engines
async def test_another_process_that_runs_already_answers_at_once(
    lea: Member, tmp_path: Path, database_address: DatabaseAddress
) -> None:
    written_to(tmp_path / "bakery", knowledge_files())
    server = database_address
    address = server.get_secret_value() if isinstance(server, ServerAddress) else str(server)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ANOTHER_PROCESS, str(tmp_path / "bakery"), address),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    asked, answered = process.stdin, process.stdout
    assert asked
    assert answered

    async def ask() -> str:
        asked.write(f"{UNANSWERED}\n".encode())
        return (await answered.readline()).decode()

    assert ADVICE[:8] not in await ask()
    await teaches(lea)
    assert ADVICE[:8] in await ask()
    asked.close()
    assert await process.wait() == 0


async def test_after_a_restart_it_is_still_answered(
    server: Classroom, lea: Member, bakery: Library, voice: Voice, smalltalk: SmallTalk
) -> None:
    await teaches(lea)
    again = Advisor(bakery.current, voice, smalltalk, server.database, misses_kept=90)
    assert await is_answered(server.member("max", advisor=again))


async def test_a_passage_that_could_not_be_saved_is_told_to_nobody_and_the_next_one_is(
    server: Classroom, lea: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> int:
        raise DatabaseError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(watches, "fulfil", fails)
        await teaches(lea)
    assert await server.rows("taught") == []
    await teaches(lea, **NEW)
    max_ = server.member("max")
    assert not await is_answered(max_)
    assert "au comptoir" in await max_.says(OTHER)


# Every rule refuses, with its sentence; what was written is kept, mended and taught.

BROKEN = {
    "no_title": ({"title": "…"}, ""),
    "long_title": ({"title": "très " * 17}, "84"),
    "no_text": ({"text": "…"}, ""),
    "long_text": ({"text": "mot " * 226}, "903"),
    "markup": ({"text": "# Un titre\n\nGare-toi derrière l'église."}, ""),
    "no_question": ({"questions": "…\n?"}, ""),
    "many_questions": (
        {"questions": "\n".join(f"question {number}" for number in range(MAX_QUESTIONS + 1))},
        str(MAX_QUESTIONS + 1),
    ),
    "long_question": ({"questions": "x" * (MAX_QUESTION + 1)}, ""),
    "long_note": ({"note": "x" * (MAX_NOTE + 1)}, str(MAX_NOTE + 1)),
    "gone_service": ({"text": "Note ta place sur Bakster avant de partir."}, "Bakster"),
    "same": (
        {
            "title": "Nourrir un levain",
            "text": "Nourris le levain chaque matin, avec de la farine et de l'eau tiède.",
        },
        "Nourrir un levain",
    ),
}


def test_there_is_a_case_for_every_rule() -> None:
    assert set(BROKEN) == set(FLAWS)


@pytest.mark.parametrize("rule", BROKEN)
async def test_what_breaks_a_rule_is_refused_with_its_sentence_then_mended(
    server: Classroom, lea: Member, rule: str
) -> None:
    fields, detail = BROKEN[rule]
    shown = await teaches(lea, **fields)
    sentence = FLAWS[rule].replace("{}", detail)
    assert f"- {sentence}" in shown.replace("\\", "")
    assert shown.count("\n- ") >= 1
    assert lea.choices == [LABELS.lesson_fix, LABELS.lesson_drop]
    assert await server.rows("taught") == []
    assert await journal(server) == []
    assert not await is_answered(server.member("max"))
    held = await forms_of(lea, LABELS.lesson_fix)
    for name, text in LESSON.items():
        if name not in fields:
            assert held[name] == text
    shown = await lea.writes(LABELS.lesson_fix, **(LESSON | {"note": ""}))
    assert shown.startswith(said("lessons/saved", title="fournil", count=0))
    assert await is_answered(server.member("zoé"))


@pytest.mark.parametrize("rule", [rule for rule in BROKEN if rule != "no_question"])
async def test_word_by_word_what_breaks_a_rule_cannot_be_saved(typing: Member, rule: str) -> None:
    fields, detail = BROKEN[rule]
    await typing.says("/fiche")
    await typing.presses(LABELS.card_new)
    written = LESSON | fields
    for name in ("title", "text", "questions"):
        await typing.says(written[name])
    if "note" in written:
        await typing.presses(LABELS.lesson_note)
        await typing.says(written["note"])
    assert f"- {FLAWS[rule].replace('{}', detail)}" in typing.reads.replace("\\", "")
    assert LABELS.lesson_save not in typing.choices
    label = {name: getattr(LABELS, f"lesson_{name}") for name in ("title", "text", "questions", "note")}
    for name in fields:
        await typing.presses(label[name])
        await typing.says(LESSON.get(name, "rien"))
    assert LABELS.lesson_save in typing.choices
    await typing.presses(LABELS.lesson_save)
    assert typing.reads.startswith(said("lessons/saved", title="fournil", count=0))


async def test_what_is_wrong_in_several_ways_is_said_at_once(lea: Member) -> None:
    shown = await teaches(lea, title="…", questions="?", note="x" * 301)
    for rule, detail in (("no_title", ""), ("no_question", ""), ("long_note", "301")):
        assert FLAWS[rule].replace("{}", detail) in shown


async def test_what_the_community_taught_already_is_not_taught_twice(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    shown = await teaches(lea, questions="tout autre chose")
    assert FLAWS["same"].replace("{}", LESSON["title"]) in shown
    await teaches(server.moderator("zoé", "moulin"))
    assert len(await server.rows("taught")) == 2


async def begins_in_private(group: Classroom) -> Member:
    """Return Léa in her direct message, about to save what she wrote for her community."""
    there = in_direct_message(group.moderator("léa"))
    await there.says("/fiche")
    await there.presses(LABELS.card_new)
    for name in ("title", "text", "questions"):
        await there.says(LESSON[name])
    return there


async def test_what_another_community_taught_may_be_taught_from_a_direct_message(group: Classroom) -> None:
    for community in ("fournil", "moulin"):
        await group.member("léa", community).says("/aide")
    zoe = in_direct_message(group.moderator("zoé", "moulin"))
    await teaches_word_by_word(zoe)
    there = await begins_in_private(group)
    assert "Je dis déjà" not in there.reads
    await there.presses(LABELS.lesson_save)
    assert await is_answered(group.member("max"))


async def test_what_the_community_taught_already_is_not_taught_twice_from_a_direct_message(group: Classroom) -> None:
    await group.member("max").says("/aide")
    zoe = in_direct_message(group.moderator("zoé"))
    await teaches_word_by_word(zoe)
    # The platform tells that she administers it; she never wrote there.
    there = await begins_in_private(group)
    assert FLAWS["same"].replace("{}", LESSON["title"]) in there.reads
    assert LABELS.lesson_save not in there.choices


async def test_a_service_that_is_gone_may_be_named_with_a_note(lea: Member) -> None:
    shown = await teaches(lea, text="Note ta place sur Bakster avant de partir.", note="aujourd'hui, sur le tableau")
    assert shown.startswith(said("lessons/saved", title="fournil", count=0))


async def test_what_is_dropped_instead_of_mended_is_gone(server: Classroom, lea: Member) -> None:
    await teaches(lea, title="…")
    fix = lea.button_id(LABELS.lesson_fix)
    assert await lea.presses(LABELS.lesson_drop) == said("lessons/dropped")
    assert await lea.presses_id(fix) == OUTDATED
    assert await server.rows("drafts") == []


@pytest.mark.parametrize("forged", ["save", "title", "nonsense"])
async def test_a_draft_that_breaks_a_rule_cannot_be_saved_by_a_forged_button(
    server: Classroom, lea: Member, forged: str
) -> None:
    await teaches(lea, title="…")
    await lea.presses_id(lea.button_id(LABELS.lesson_fix).replace(".fix_", f".{forged}_"))
    assert await server.rows("taught") == []


async def test_a_forged_button_that_asks_for_nothing_leaves_a_draft_as_it_is(server: Classroom, lea: Member) -> None:
    await teaches(lea, title="…")
    before = await server.rows("drafts")
    assert await lea.presses_id(lea.button_id(LABELS.lesson_drop).replace(".drop_", ".nonsense_")) == OUTDATED
    assert await server.rows("drafts") == before


async def test_a_draft_is_gone_after_two_days(server: Classroom, lea: Member) -> None:
    await teaches(lea, title="…")
    await server.due(hours=49)
    assert await lea.presses(LABELS.lesson_fix) == OUTDATED


# Word by word, where there are no forms.


async def test_in_a_direct_message_a_passage_is_written_word_by_word(group: Classroom) -> None:
    await group.asked(UNANSWERED)
    lea = group.moderator("léa")
    await lea.says("/lacunes")
    lea = in_direct_message(lea)
    await lea.presses(UNANSWERED)
    await lea.presses(LABELS.gap_answer)
    empty = {"title": "", "text": "", "questions": (), "note": ""}
    assert lea.reads == said("lessons/ask", asked="title", lesson=empty)
    assert lea.last.replies[0].awaits_text
    assert lea.choices == [LABELS.lesson_drop]
    assert (await lea.says(LESSON["title"])) == said("lessons/ask", asked="text", lesson=empty)
    # The questions stand already: the whole is shown.
    shown = await lea.says(LESSON["text"])
    assert "Relis une dernière fois" in shown
    assert all(part in shown for part in (LESSON["title"], ADVICE, UNANSWERED))
    assert lea.choices == [
        LABELS.lesson_save,
        LABELS.lesson_title,
        LABELS.lesson_text,
        LABELS.lesson_questions,
        LABELS.lesson_note,
        LABELS.lesson_drop,
    ]
    assert not await is_answered(group.member("max"))
    assert (await lea.presses(LABELS.lesson_save)).startswith(said("lessons/saved", title="fournil", count=0))
    assert await is_answered(group.member("max"))
    assert lea.postings == ()


async def test_in_the_terminal_everything_is_typed(terminal: Classroom, typing: Member) -> None:
    await terminal.asked(UNANSWERED)
    await typing.says("/lacunes")
    await typing.says("1")
    await typing.says("1")
    await typing.says(LESSON["title"])
    await typing.says(LESSON["text"])
    await typing.says(LABELS.lesson_save.casefold())
    assert typing.reads.startswith(said("lessons/saved", title="fournil", count=0))
    assert await is_answered(terminal.member("max"))


async def test_each_part_can_be_changed_before_it_is_saved(terminal: Classroom, typing: Member) -> None:
    await typing.says("/fiche")
    await typing.presses(LABELS.card_new)
    for text in ("Un titre", "Un conseil qui change.", "une question\n\n une   autre \nune question"):
        await typing.says(text)
    assert "Pour l'instant : Un titre" in await typing.presses(LABELS.lesson_title)
    await typing.says(LESSON["title"])
    assert "Pour l'instant : Un conseil qui change" in await typing.presses(LABELS.lesson_text)
    await typing.says(LESSON["text"])
    assert "- une question\n- une autre" in await typing.presses(LABELS.lesson_questions)
    await typing.says(UNANSWERED)
    await typing.presses(LABELS.lesson_note)
    assert "⚠️ **Depuis :** depuis avril" in await typing.says("depuis  avril")
    await typing.presses(LABELS.lesson_save)
    shown = await terminal.member("max").says(UNANSWERED)
    assert ADVICE in shown
    assert "depuis avril" in shown


@pytest.mark.parametrize("typed", ["laisser tomber", "Laisser tomber !", "LAISSER TOMBER"])
async def test_what_is_begun_is_given_up_in_so_many_words(terminal: Classroom, typing: Member, typed: str) -> None:
    await typing.says("/fiche")
    await typing.presses(LABELS.card_new)
    await typing.says("Un titre")
    assert await typing.says(typed) == said("lessons/dropped")
    assert await terminal.rows("drafts") == []
    await typing.says("mon levain ne bulle plus")
    assert typing.verdict.status is Status.ANSWER


async def test_a_command_on_the_way_is_obeyed_and_the_way_goes_on(typing: Member) -> None:
    await typing.says("/fiche")
    await typing.presses(LABELS.card_new)
    assert "Pose-moi ta question" in await typing.says("/aide")
    await typing.says("Un titre")
    assert "Et le conseil ?" in typing.reads


async def test_a_number_typed_after_another_list_is_one_of_that_list(terminal: Classroom, typing: Member) -> None:
    await terminal.asked(UNANSWERED)
    await typing.says("/fiche")
    await typing.presses(LABELS.card_new)
    await typing.says("/lacunes")
    assert "Posée une fois" in await typing.says("1")


async def test_another_draft_that_is_begun_takes_the_words_that_follow(typing: Member) -> None:
    await typing.says("/fiche")
    await typing.presses(LABELS.card_new)
    await typing.says("/conseil")
    assert await typing.says("1") == said("tips/published")
    await typing.says("mon levain ne bulle plus")
    assert typing.verdict.status is Status.ANSWER


@pytest.mark.parametrize(("minutes", "is_taken"), [(59, True), (61, False)])
async def test_what_is_awaited_is_awaited_for_an_hour(
    terminal: Classroom, typing: Member, *, minutes: int, is_taken: bool
) -> None:
    await typing.says("/fiche")
    await typing.presses(LABELS.card_new)
    terminal.clock.passes(minutes=minutes)
    await typing.says("mon levain ne bulle plus")
    assert (typing.last.verdict is None) is is_taken
    assert ("Et le conseil ?" in typing.reads) is is_taken


async def test_what_is_said_to_all_is_no_part_of_a_draft(group: Classroom) -> None:
    lea = group.moderator("léa")
    await lea.says("/fiche")
    there = in_direct_message(lea)
    await there.presses(LABELS.card_new)
    await lea.says("mon levain ne bulle plus")
    assert lea.verdict.status is Status.ANSWER
    assert "Et le conseil ?" in await there.says("Un titre")


async def test_who_writes_nothing_is_asked_again(typing: Member) -> None:
    await typing.says("/fiche")
    await typing.presses(LABELS.card_new)
    await typing.says("Un titre")
    await typing.says("Un conseil.")
    assert "Comment pose-t-on cette question ?" in await typing.says("???")
    assert "Relis une dernière fois" in await typing.says("une question")


async def test_who_is_in_the_middle_of_a_journey_writes_a_passage_and_goes_on(group: Classroom) -> None:
    lea = group.moderator("léa")
    await lea.says("/fiche")
    there = in_direct_message(lea)
    new = there.button_id(LABELS.card_new)
    await there.says("/parcours carnet")
    await there.presses_id(new)
    for name in ("title", "text", "questions"):
        await there.says(LESSON[name])
    await there.presses(LABELS.lesson_save)
    assert there.reads.startswith(said("lessons/saved", title="fournil", count=0))
    await there.presses(LABELS.back_to_step)
    assert "Tu as écrit : seigle." in await there.says("seigle")


async def test_who_moderates_no_longer_is_asked_no_further(group: Classroom) -> None:
    lea = group.moderator("léa")
    await lea.says("/fiche")
    there = in_direct_message(lea)
    await there.presses(LABELS.card_new)
    there.administers = ()
    for text in (LESSON["title"], LESSON["text"], LESSON["questions"]):
        await there.says(text)
    if LABELS.lesson_save in there.choices:
        assert await there.presses(LABELS.lesson_save) == said("team/refused", here=False)
    assert await group.rows("taught") == []


async def test_a_passage_is_saved_once(terminal: Classroom, typing: Member) -> None:
    await typing.says("/fiche")
    await typing.presses(LABELS.card_new)
    for name in ("title", "text", "questions"):
        await typing.says(LESSON[name])
    save = typing.button_id(LABELS.lesson_save)
    await typing.presses_id(save)
    assert await typing.presses_id(save) == OUTDATED
    assert len(await terminal.rows("taught_versions")) == 1


# Those who wait for an answer.


async def waits(
    classroom: Classroom, name: str, question: str = UNANSWERED, community: str | None = "fournil"
) -> Member:
    """Have somebody ask, and want to hear of an answer."""
    member = classroom.member(name, community)
    await member.says(question)
    await member.presses(LABELS.watch)
    return member


def told_to(due: list[Due]) -> list[str]:
    return [each.address.account for each in due]


async def test_who_waited_is_told_once(server: Classroom, lea: Member) -> None:
    max_ = await waits(server, "max")
    assert await server.due(hours=1) == []
    shown = await teaches(lea)
    assert shown.startswith(said("lessons/saved", title="fournil", count=1))
    [due] = await server.due(minutes=1)
    assert due.address == max_.address
    assert not due.to_all
    [reply] = due.outgoing.replies
    assert reply.text.startswith(said("lessons/found", question=UNANSWERED))
    assert ADVICE in reply.text
    assert await server.due(minutes=1) == []


async def test_each_who_waited_is_told_and_nobody_else(server: Classroom, lea: Member) -> None:
    await waits(server, "max")
    await waits(server, "zoé", OTHERWISE[0])
    await waits(server, "ada", OTHER)
    await server.asked(UNANSWERED)
    await waits(server, "tom", community="moulin")
    shown = await teaches(lea)
    assert shown.startswith(said("lessons/saved", title="fournil", count=2))
    assert sorted(told_to(await server.due(minutes=1))) == ["max", "zoé"]
    await teaches(lea, **NEW)
    assert told_to(await server.due(minutes=1)) == ["ada"]


async def test_of_two_processes_one_tells(
    server: Classroom, lea: Member, bakery: Library, voice: Voice, smalltalk: SmallTalk
) -> None:
    await waits(server, "max")
    await teaches(lea)
    other = Advisor(bakery.current, voice, smalltalk, server.database, misses_kept=90)
    told = [*await server.due(), *await other.due(server.clock.now, ("discord",))]
    assert told_to(told) == ["max"]


async def test_each_platform_tells_its_own(server: Classroom, lea: Member) -> None:
    await waits(server, "max")
    await teaches(lea)
    assert await server.advisor.due(server.clock.now, ("telegram",)) == []
    assert told_to(await server.due()) == ["max"]


async def test_who_asked_in_a_direct_message_is_told_there(server: Classroom, lea: Member) -> None:
    await server.member("max").says("/aide")
    max_ = await waits(server, "max", community=None)
    assert max_.address.community is None
    await max_.says(UNANSWERED)
    watch = max_.button_id(LABELS.watch)
    await max_.presses(LABELS.team)
    await max_.presses("fournil")
    await max_.presses_id(watch)
    await teaches(lea)
    [due] = await server.due(minutes=1)
    assert due.address == Address("discord", "max")


async def test_the_message_in_which_it_was_asked_is_replied_to(server: Classroom, lea: Member) -> None:
    max_ = server.member("max")
    await max_.says(UNANSWERED)
    await max_.presses_id(max_.button_id(LABELS.watch), under="m7")
    await teaches(lea)
    [due] = await server.due(minutes=1)
    assert due.replies_to == "m7"


async def test_who_cannot_be_written_to_is_not(server: Classroom, lea: Member) -> None:
    await server.member("max").says("/aide")
    max_ = server.member("max", None)
    await max_.says(UNANSWERED)
    watch = max_.button_id(LABELS.watch)
    await max_.presses(LABELS.team)
    await max_.presses("fournil")
    await max_.presses_id(watch)
    await server.advisor.note_unreachable(max_.address, server.clock.now)
    await teaches(lea)
    assert await server.due(minutes=1) == []


async def test_what_is_hidden_before_it_is_told_is_told_once_it_is_shown_again(server: Classroom, lea: Member) -> None:
    await waits(server, "max")
    await teaches(lea)
    await lea.presses(LABELS.card_hide)
    assert await server.due(minutes=1) == []
    await lea.presses(LABELS.card_unhide)
    assert told_to(await server.due(minutes=1)) == ["max"]
    assert await server.due(minutes=1) == []


async def test_who_asks_while_the_answer_is_hidden_is_told_once_it_is_shown_again(
    server: Classroom, lea: Member
) -> None:
    await teaches(lea)
    await lea.presses(LABELS.card_hide)
    max_ = await waits(server, "max")
    assert await server.due(minutes=1) == []
    await lea.presses(LABELS.card_unhide)
    [due] = await server.due(minutes=1)
    assert due.address == max_.address
    assert ADVICE in due.outgoing.replies[0].text


async def test_what_is_corrected_while_it_is_hidden_is_told_once_it_is_shown_again(
    server: Classroom, lea: Member
) -> None:
    await waits(server, "max")
    await teaches(lea)
    await lea.presses(LABELS.card_hide)
    await lea.writes(LABELS.card_edit, text=f"{LESSON['text']} Sauf le dimanche.")
    assert await server.due(minutes=1) == []
    await lea.presses(LABELS.card_unhide)
    [due] = await server.due(minutes=1)
    assert "Sauf le dimanche" in due.outgoing.replies[0].text


async def test_who_is_forgotten_is_not_told(server: Classroom, lea: Member) -> None:
    max_ = await waits(server, "max")
    there = max_.in_private()
    await there.says("/oublier")
    await there.presses(LABELS.erase_yes)
    await teaches(lea)
    assert await server.due(minutes=1) == []


async def test_who_begins_to_wait_when_there_is_an_answer_hears_of_it(server: Classroom, lea: Member) -> None:
    max_ = server.member("max")
    await max_.says(UNANSWERED)
    watch = max_.button_id(LABELS.watch)
    await teaches(lea)
    shown = await max_.presses_id(watch)
    assert ADVICE in shown or told_to(await server.due(minutes=1)) == ["max"]


async def test_a_community_that_was_left_tells_nobody(server: Classroom, lea: Member) -> None:
    await waits(server, "max")
    await teaches(lea)
    await server.advisor.note_unreachable(Address("discord", "", "fournil"), server.clock.now)
    assert await server.due(minutes=1) == []


# The passages of a community.


async def test_without_passages_that_is_said(lea: Member) -> None:
    assert (await lea.says("/fiche")).startswith(said("cards/list", title="fournil", count=0, hidden=0, searched=False))
    assert lea.choices == [LABELS.card_new]


async def test_passages_are_listed_and_found_by_their_words(lea: Member) -> None:
    await teaches(lea)
    await teaches(lea, **NEW)
    assert (await lea.says("/fiche")).startswith(said("cards/list", title="fournil", count=2, hidden=0, searched=False))
    assert lea.choices == [LESSON["title"], NEW["title"], LABELS.card_new]
    for typed, found in (("camionnette", LESSON), ("CLÉ", NEW), ("églises", LESSON)):
        await lea.says(f"/fiche {typed}")
        assert lea.choices == [found["title"], LABELS.card_new]
    shown = await lea.says("/fiche xylophone")
    assert shown == said("cards/list", title="fournil", count=0, hidden=0, searched=True)


async def test_passages_of_another_community_are_not_listed(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    zoe = server.moderator("zoé", "moulin")
    await zoe.says("/fiche")
    assert zoe.choices == [LABELS.card_new]


PLACES = ("gare", "lac", "pont", "phare", "moulin", "stade", "port", "parc", "quai", "pré", "bois", "puits")


async def test_many_passages_are_listed_page_by_page(lea: Member) -> None:
    for place in PLACES:
        await teaches(lea, title=f"Autour du {place}", text=f"Le {place} ferme tard.", questions=f"horaires du {place}")
    await lea.says("/fiche")
    seen = lea.choices[:-2]
    assert lea.choices[-2:] == [LABELS.card_new, LABELS.more_themes]
    await lea.presses(LABELS.more_themes)
    seen += lea.choices[:-1]
    assert sorted(seen) == sorted(f"Autour du {place}" for place in PLACES)


async def test_many_passages_that_hold_some_words_are_listed_page_by_page(lea: Member) -> None:
    for place in PLACES[:10]:
        await teaches(lea, title=f"Autour du {place}", text=f"Le {place} ferme tard.", questions=f"horaires du {place}")
    await teaches(lea)
    await teaches(lea, **NEW)
    await lea.says("/fiche autour")
    seen = [label for label in lea.choices if label not in (LABELS.card_new, LABELS.more_themes)]
    if LABELS.more_themes in lea.choices:
        await lea.presses(LABELS.more_themes)
        seen += [label for label in lea.choices if label not in (LABELS.card_new, LABELS.more_themes)]
    assert sorted(set(seen) - {f"Autour du {place}" for place in PLACES}) == []


async def test_a_passage_is_shown_as_members_read_it_with_who_wrote_it(lea: Member) -> None:
    await teaches(lea)
    shown = await opens_card(lea)
    assert ADVICE in shown
    assert "*Version 1, dimanche 22 novembre 2026, par Léa.*" in shown
    assert f"- {UNANSWERED}" in shown
    assert lea.choices == [LABELS.card_edit, LABELS.card_hide, LABELS.card_past, LABELS.back]


async def test_a_passage_is_corrected_and_keeps_its_versions(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    server.clock.passes(days=1)
    zoe = server.moderator("zoé")
    await opens_card(zoe)
    assert await forms_of(zoe, LABELS.card_edit) == {**LESSON, "note": ""}
    shown = await zoe.writes(LABELS.card_edit, text="Gare-toi au stade.", note="depuis les travaux")
    assert shown.startswith(said("lessons/saved", title="fournil", count=0))
    shown = await server.member("max").says(UNANSWERED)
    assert "Gare-toi au stade." in shown
    assert "depuis les travaux" in shown
    await opens_card(lea)
    assert "*Version 2, lundi 23 novembre 2026, par Zoé.*" in lea.reads
    history = await lea.presses(LABELS.card_past)
    assert history.index("Gare-toi au stade") < history.index(ADVICE)
    assert "**Version 1**, dimanche 22 novembre 2026, par Léa" in history
    assert lea.choices == [f"{LABELS.card_restore} 1", LABELS.back]
    assert [deed.action for deed in await journal(server)] == [Action.CORRECTED, Action.TAUGHT]


async def test_a_version_is_restored_as_another_version(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    await opens_card(lea)
    await lea.writes(LABELS.card_edit, text="Gare-toi au stade.", title="Tout autre chose")
    await opens_card(lea, "Tout autre chose")
    await lea.presses(LABELS.card_past)
    shown = await lea.presses(f"{LABELS.card_restore} 1")
    assert shown.startswith(said("lessons/saved", title="fournil", count=0))
    assert await is_answered(server.member("max"))
    await opens_card(lea)
    assert "Version 3" in lea.reads
    versions = await server.database.rows("SELECT version, title FROM taught_versions ORDER BY version")
    assert [tuple(row) for row in versions] == [(1, LESSON["title"]), (2, "Tout autre chose"), (3, LESSON["title"])]


async def test_of_many_versions_the_newest_are_shown_and_all_are_kept(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    for number in range(2, 10):
        await lea.writes(LABELS.card_edit, text=f"Gare-toi derrière l'église, place {number}.")
    await opens_card(lea)
    history = await lea.presses(LABELS.card_past)
    assert history.index("place 9.") < history.index("place 8.")
    assert lea.choices[0] == f"{LABELS.card_restore} 8"
    assert len(await server.rows("taught_versions")) == 9


async def test_a_version_that_breaks_a_rule_now_is_mended_before_it_is_restored(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    await opens_card(lea)
    await lea.writes(LABELS.card_edit, title="Tout autre chose", text="Prends le bac de midi, il est gratuit.")
    await teaches(lea, questions="où laisser son véhicule")
    await opens_card(lea, "Tout autre chose")
    await lea.presses(LABELS.card_past)
    shown = await lea.presses(f"{LABELS.card_restore} 1")
    assert FLAWS["same"].replace("{}", LESSON["title"]) in shown
    shown = await lea.writes(LABELS.lesson_fix, title="La place du bac", text="Laisse-la au bac, on te fera traverser.")
    assert shown.startswith(said("lessons/saved", title="fournil", count=0))
    assert len(await server.rows("taught")) == 2


async def test_a_passage_that_is_changed_is_no_repetition_of_itself(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    await opens_card(lea)
    shown = await lea.writes(LABELS.card_edit, questions=f"{LESSON['questions']}\nranger la remorque")
    assert shown.startswith(said("lessons/saved", title="fournil", count=0))
    assert await is_answered(server.member("max"), "ranger la remorque")


async def test_a_hidden_passage_is_told_no_longer_until_it_is_shown_again(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    await opens_card(lea)
    hide = lea.button_id(LABELS.card_hide)
    await lea.presses_id(hide)
    assert "Masquée : personne ne la lit" in lea.reads
    assert LABELS.card_unhide in lea.choices
    await lea.presses_id(hide)
    assert not await is_answered(server.member("max"))
    shown = await lea.says("/fiche")
    assert shown == said("cards/list", title="fournil", count=1, hidden=1, searched=False)
    assert lea.choices[0] == f"🙈 {LESSON['title']}"
    await lea.presses(lea.choices[0])
    await lea.presses(LABELS.card_unhide)
    assert await is_answered(server.member("zoé"))
    assert [deed.action for deed in await journal(server)] == [Action.SHOWN, Action.HIDDEN, Action.TAUGHT]


async def test_who_reads_a_passage_that_was_hidden_meanwhile_is_told_that_it_is_gone(
    server: Classroom, lea: Member
) -> None:
    await teaches(lea)
    max_ = server.member("max")
    await max_.says(UNANSWERED)
    useful = max_.button_id(LABELS.useful)
    await opens_card(lea)
    await lea.presses(LABELS.card_hide)
    assert await max_.presses_id(useful) == said("buttons/gone")


async def test_a_hidden_passage_that_is_corrected_stays_hidden_and_that_is_said(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    await opens_card(lea)
    await lea.presses(LABELS.card_hide)
    shown = await lea.writes(LABELS.card_edit, text="Gare-toi derrière l'église, à gauche.")
    assert not await is_answered(server.member("max"))
    assert "Voici ce qu'on lira désormais" not in shown
    assert LABELS.card_hide not in lea.choices


@pytest.mark.parametrize("argument", ["show_99", "edit_99", "hide_99", "past_99", "restore_99_1", "restore_1_99"])
async def test_what_is_not_there_is_said_to_be_gone(server: Classroom, lea: Member, argument: str) -> None:
    await teaches(lea)
    await opens_card(lea)
    before = await server.everything()
    identifier = lea.button_id(LABELS.card_edit).partition(".")[0]
    assert await lea.presses_id(f"{identifier}.{argument}") == said("buttons/gone")
    after = await server.everything()
    for table in ("taught", "taught_versions", "audit", "drafts"):
        assert before[table] == after[table]


async def test_a_passage_of_the_files_with_the_same_id_is_the_one_told(
    server: Classroom, lea: Member, tmp_path: Path, voice: Voice, smalltalk: SmallTalk
) -> None:
    await teaches(lea)
    [row] = await server.database.rows("SELECT id FROM taught")
    name = row["id"]
    files = knowledge_files()
    files[f"passages/{name}.md"] = PASSAGE.format(title="Relue et reprise", text="Gare-toi au stade, c'est plus sûr.")
    files[f"passages/{name}.questions"] = LESSON["questions"]
    library = written_to(tmp_path / "more", files)
    more = Advisor(library.current, voice, smalltalk, server.database, misses_kept=90)
    max_ = server.member("max", advisor=more)
    assert "Gare-toi au stade" in await max_.says(UNANSWERED)
    assert LESSON["title"] not in max_.choices


async def test_a_passage_has_the_phase_of_what_is_nearest_to_it(server: Classroom, lea: Member) -> None:
    await teaches(lea, title="Nourrir un chat", questions="le chat du fournil a faim, nourrir un chat")
    max_ = server.member("max")
    await max_.says("nourrir un chat")
    assert max_.last.replies[0].phase is Phase.EDUQUER


async def test_ids_differ_though_titles_do_not(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    await teaches(lea, text="Tout autre chose : prends le bac de midi.", questions="le bac")
    await teaches(lea, title="🎷 ok", text="Un saxophone se range debout.", questions="saxophone")
    names = [row["id"] for row in await server.database.rows("SELECT id FROM taught")]
    assert len(set(names)) == 3
    assert all(len(name) <= 40 and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in names)


# What is kept of those who write.


async def test_who_writes_sees_what_is_kept_of_it(lea: Member) -> None:
    await teaches(lea)
    await teaches(lea, title="…")
    there = lea.in_private()
    await there.says("/mesdonnees")
    kept = json.loads(there.files[0].content)
    [version] = kept["taught_versions"]
    assert (version["title"], version["text"], version["name"]) == (LESSON["title"], LESSON["text"], "Léa")
    [draft] = kept["drafts"]
    assert draft["community"] == "fournil"
    assert draft["content"]["text"] == LESSON["text"]
    [deed] = kept["audit"]
    assert (deed["action"], deed["subject"]) == ("taught", LESSON["title"])


async def test_who_is_forgotten_leaves_the_passage_without_their_name(server: Classroom, lea: Member) -> None:
    await teaches(lea)
    await teaches(lea, title="…")
    there = lea.in_private()
    await there.says("/oublier")
    await there.presses(LABELS.erase_yes)
    assert await is_answered(server.member("max"))
    zoe = server.moderator("zoé")
    shown = await opens_card(zoe) + await zoe.presses(LABELS.card_past)
    assert "Léa" not in shown
    assert "léa" not in repr(await server.everything())
    assert "Léa" not in repr(await server.everything())
    [deed] = await journal(server)
    assert (deed.name, deed.action) == ("", Action.TAUGHT)
    assert await server.rows("drafts") == []


async def test_what_a_community_taught_is_gone_thirty_days_after_it_put_vigie_out(
    server: Classroom, lea: Member
) -> None:
    await waits(server, "max")
    await teaches(lea)
    await server.advisor.note_unreachable(Address("discord", "", "fournil"), server.clock.now)
    await server.due(days=31)
    for table in ("taught", "taught_versions", "drafts", "audit", "misses"):
        assert await server.rows(table) == [], table


async def test_what_a_community_taught_follows_it_to_its_new_id(group: Classroom) -> None:
    lea = group.moderator("léa")
    await lea.says("/fiche")
    there = in_direct_message(lea)
    await teaches_word_by_word(there)
    await group.advisor.move_community("telegram", "fournil", "moulin")
    assert await is_answered(group.member("max", "moulin"))
    lea.address = replace(lea.address, community="moulin")
    await lea.says("/fiche")
    assert LESSON["title"] in lea.choices
    assert lea.role is Role.MODERATOR


async def test_what_a_community_taught_is_told_where_somebody_wrote_under_its_new_id_before_it_followed(
    group: Classroom,
) -> None:
    lea = group.moderator("léa")
    lea.role = Role.ADMINISTRATOR
    await lea.says("/reglages accueil Lisez la charte")
    await lea.says("/fiche")
    there = in_direct_message(lea)
    await teaches_word_by_word(there)
    assert await is_answered(group.member("max"))
    await group.member("zoé", "moulin").says("entretenir un levain")
    for _ in range(2):
        await group.advisor.move_community("telegram", "fournil", "moulin")
    assert await is_answered(group.member("max", "moulin"))
    lea.address = replace(lea.address, community="moulin")
    assert "Lisez la charte" in await lea.says("/reglages")


async def test_what_was_chosen_under_the_new_id_of_a_community_stays(group: Classroom) -> None:
    lea = group.moderator("léa")
    lea.role = Role.ADMINISTRATOR
    await lea.says("/fiche")
    there = in_direct_message(lea)
    await teaches_word_by_word(there)
    max_ = group.member("max", "moulin")
    max_.role = Role.ADMINISTRATOR
    await max_.says("/reglages accueil Lisez la charte")
    await group.advisor.move_community("telegram", "fournil", "moulin")
    assert "Lisez la charte" in await max_.says("/reglages")
    assert await is_answered(group.member("zoé", "moulin"))


async def test_questions_without_an_answer_are_kept_for_ninety_days(server: Classroom, lea: Member) -> None:
    await server.asked(UNANSWERED)
    await server.due(days=89)
    await lea.says("/lacunes")
    assert lea.choices == [UNANSWERED]
    await server.due(days=2)
    assert (await lea.says("/lacunes")).startswith(said("gaps/none", title="fournil"))
