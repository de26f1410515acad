"""What is kept about somebody is told at the start, shown and exported on demand, and erased for good."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.library import Library
from bot.platforms.terminal.adapter import TerminalChat
from bot.platforms.terminal.keyboard import TypedLines
from bot.storage import people, personal
from bot.storage.database import Database, open_database
from bot.storage.misses import latest
from bot.storage.personal import PERSONAL
from tests.conversations.words import ASIDES, LABELS, said
from tests.people import NOON, PLATFORMS, Clock, Member

MARK = "zqxvlo"
"""A word that nobody says, found wherever a person's own words are left."""
QUESTION = "Faut-il répondre aux polémiques ?"
UNANSWERABLE = "recette de la blanquette de veau"
LATER = "Plus tard"
YES, NO = LABELS.erase_yes, LABELS.erase_no
ERASED, OUTDATED = said("privacy/erased"), said("privacy/outdated")
NOTICE = said("privacy/first_contact", lasts=True)


async def begins_a_journey(member: Member, image: str = "presque rien", topics: str = "la pâtisserie") -> None:
    """Leave two answers and a task for later in a journey, and pause it."""
    await member.says("/parcours demarrer")
    await member.says(image)
    await member.says(topics)
    await member.presses(LATER)
    await member.presses("Pause")


async def is_forgotten(member: Member) -> None:
    await member.says("/oublier")
    assert await member.presses(YES) == ERASED


async def export_of(member: Member) -> dict[str, list[dict[str, Any]]]:
    await member.says("/mesdonnees")
    [file] = member.files
    assert file.media_type == "application/json"
    exported: dict[str, list[dict[str, Any]]] = json.loads(file.content)
    return exported


async def has_begun(member: Member) -> bool:
    """Whether Vigie knows of the journey that the person began."""
    return "presque rien" in await member.says("/mesdonnees")


async def kept_about_anybody(database: Database) -> dict[str, int]:
    """Count the rows that belong to somebody, table by table, empty ones left out."""
    counts = {}
    for table in PERSONAL:
        about_anybody = table.about.replace("= ?", "IS NOT NULL")
        [row] = await database.rows(f"SELECT COUNT(*) FROM {table.name} WHERE {about_anybody}")  # noqa: S608
        counts[table.name] = row[0]
    return {name: count for name, count in counts.items() if count}


def files_with(text: str, path: Path) -> list[str]:
    """Name the files of a database in which a text stands, the log and its index included."""
    return [file.name for file in sorted(path.parent.glob(f"{path.name}*")) if text.encode() in file.read_bytes()]


async def test_the_first_contact_says_in_two_sentences_what_is_kept(lea: Member) -> None:
    assert (await lea.says("merci")).endswith(NOTICE)
    assert NOTICE.count(". ") + NOTICE.endswith(".") == 2
    assert "/mesdonnees" in NOTICE
    assert "/oublier" in NOTICE
    assert NOTICE not in await lea.says("merci")


async def test_all_that_is_kept_is_shown(advisor: Advisor) -> None:
    lea = Member(advisor, "léa", community="atelier")
    await begins_a_journey(lea)
    await lea.says("/rappels jeudi 18h30")
    await lea.says(QUESTION)
    await lea.presses("Utile")
    await lea.says(UNANSWERABLE)
    await lea.presses("Préviens-moi")
    task = f"Lire quinze minutes sur tes sujets, sans rien publier : {LATER}"
    assert await lea.in_private().says("/mesdonnees") == said(
        "privacy/shown",
        accounts="test/léa",
        since=date(2026, 11, 22),
        zone="Europe/Paris",
        communities="atelier",
        reminder="jeudi",
        feedback=1,
        watches=1,
        conversations=1,
        events=0,
        begun=[("Démarrer ton identité numérique", ["presque rien", "la pâtisserie"], [task])],
    )


async def test_the_file_holds_all_of_it_word_for_word(lea: Member) -> None:
    await begins_a_journey(lea, topics="la *pâtisserie*, le « vrai » pain & <le sel>")
    await lea.says("/rappels fuseau Montréal")
    await lea.says(QUESTION)
    await lea.presses("Pas utile")
    await lea.presses("Trop vague")
    exported = await export_of(lea)
    [journey] = exported["journeys"]
    assert journey["state"]["answers"]["sujets"]["text"] == "la *pâtisserie*, le « vrai » pain & <le sel>"
    assert journey["state"]["tasks"]["lire"] == {"outcome": "later", "on": "2026-11-22"}
    assert exported["accounts"] == [{"platform": "test", "account": "léa"}]
    assert exported["people"][0]["zone"] == "America/Montreal"
    assert exported["feedback"][0]["reason"] == "vague"


async def test_the_file_tells_which_question_one_waits_for(lea: Member) -> None:
    await lea.says(UNANSWERABLE)
    await lea.presses("Préviens-moi")
    assert UNANSWERABLE in json.dumps((await export_of(lea))["watches"])


@pytest.mark.parametrize("community", ["[FR] Atelier", "{atelier", "[1]", '"atelier"'])
async def test_a_name_that_looks_like_data_is_shown_as_it_is(advisor: Advisor, community: str) -> None:
    await Member(advisor, "léa", community=community).says("merci")
    assert (await export_of(Member(advisor, "léa")))["memberships"][0]["community"] == community


async def test_nobody_is_shown_what_another_said(advisor: Advisor, lea: Member) -> None:
    await begins_a_journey(lea)
    max_ = Member(advisor, "max")
    shown = await max_.says("/mesdonnees")
    assert "presque rien" not in shown + json.dumps(await export_of(max_), ensure_ascii=False)


async def test_the_last_question_is_kept_for_an_hour(advisor: Advisor, lea: Member) -> None:
    await lea.says(f"{QUESTION} {MARK}")
    lea.clock.passes(minutes=59)
    await advisor.due(lea.clock.now, PLATFORMS)
    assert MARK in json.dumps(await export_of(lea))
    lea.clock.passes(minutes=61)
    await advisor.due(lea.clock.now, PLATFORMS)
    assert "conversations" not in await export_of(lea)


async def test_to_be_forgotten_is_asked_before_it_is_done(lea: Member) -> None:
    await begins_a_journey(lea)
    assert said("privacy/confirm") in await lea.says("/oublier")
    assert lea.choices[:2] == [YES, NO]
    assert not lea.last.erased
    assert await has_begun(lea)


async def test_yes_erases_everything(lea: Member, database: Database) -> None:
    await begins_a_journey(lea)
    await is_forgotten(lea)
    assert lea.last.erased
    assert await kept_about_anybody(database) == {}
    assert not await has_begun(lea)
    assert said("plan/plan", plans=[], this_week="") in await lea.says("/plan")
    await lea.says("/parcours demarrer")
    assert lea.journey
    assert lea.journey.step == "depart"


async def test_who_comes_back_is_met_as_on_the_first_day(lea: Member) -> None:
    await lea.says("merci")
    await is_forgotten(lea)
    assert NOTICE in await lea.says("merci")


@pytest.mark.parametrize("typed", [YES, "1"])
async def test_yes_is_understood_where_a_journey_awaits_ones_own_words(lea: Member, typed: str) -> None:
    await lea.says("/parcours demarrer")
    await lea.says("/oublier")
    assert await lea.says(typed) == ERASED


async def test_no_keeps_everything(lea: Member) -> None:
    await begins_a_journey(lea)
    await lea.says("/oublier")
    assert await lea.presses(NO) == said("privacy/kept")
    assert await has_begun(lea)


async def test_yes_after_no_changes_nothing(lea: Member) -> None:
    await begins_a_journey(lea)
    await lea.says("/oublier")
    yes = lea.button_id(YES)
    await lea.presses(NO)
    assert OUTDATED in await lea.presses_id(yes)
    assert await has_begun(lea)


async def test_yes_pressed_much_later_changes_nothing(lea: Member) -> None:
    await begins_a_journey(lea)
    await lea.says("/oublier")
    yes = lea.button_id(YES)
    lea.clock.passes(minutes=11)
    assert OUTDATED in await lea.presses_id(yes)
    assert not lea.last.erased
    assert await has_begun(lea)


async def test_yes_to_an_earlier_demand_changes_nothing(lea: Member) -> None:
    await begins_a_journey(lea)
    await lea.says("/oublier")
    earlier = lea.button_id(YES)
    lea.clock.passes(minutes=1)
    await lea.says("/oublier")
    assert OUTDATED in await lea.presses_id(earlier)
    assert await has_begun(lea)
    await is_forgotten(lea)


async def test_yes_pressed_again_leaves_what_was_begun_since(lea: Member) -> None:
    await lea.says("/oublier")
    yes = lea.button_id(YES)
    await lea.presses_id(yes)
    await begins_a_journey(lea)
    assert OUTDATED in await lea.presses_id(yes)
    assert await has_begun(lea)


async def test_yes_pressed_twice_in_a_row_leaves_nothing_kept(lea: Member, database: Database) -> None:
    await begins_a_journey(lea)
    await lea.says("/oublier")
    yes = lea.button_id(YES)
    await lea.presses_id(yes)
    await lea.presses_id(yes)
    assert await kept_about_anybody(database) == {}


async def test_yes_pressed_by_somebody_else_changes_nothing(advisor: Advisor, lea: Member) -> None:
    await begins_a_journey(lea)
    await lea.says("/oublier")
    assert said("buttons/not_yours", name="", journey=False) in await Member(advisor, "max").presses_id(
        lea.button_id(YES)
    )
    assert await has_begun(lea)


async def test_being_forgotten_covers_all_accounts_that_were_joined(advisor: Advisor, database: Database) -> None:
    clock = Clock()
    here, there = Member(advisor, "léa", clock=clock), Member(advisor, "42", platform="telegram", clock=clock)
    await begins_a_journey(here)
    code = (await here.says("/lier")).partition("**")[2].partition("**")[0]
    assert said("privacy/linked") in await there.says(f"/lier {code}")
    await is_forgotten(there)
    assert await kept_about_anybody(database) == {}


async def test_an_event_of_before_delivered_again_gets_one_neutral_sentence(lea: Member, database: Database) -> None:
    await begins_a_journey(lea)
    await lea.says("/plan", identifier="1")
    await lea.says("/oublier", identifier="2")
    await lea.says(YES, identifier="3")
    assert lea.last.erased
    for text, identifier in (("/plan", "1"), ("/oublier", "2"), (YES, "3")):
        again = await lea.says(text, identifier=identifier)
        assert again == said("privacy/answered_before")
        assert lea.choices == []
    assert await kept_about_anybody(database) == {}


async def test_after_being_forgotten_no_reminder_comes(advisor: Advisor, lea: Member) -> None:
    await begins_a_journey(lea)
    await lea.says("/rappels jeudi 18h30")
    await is_forgotten(lea)
    assert await advisor.due(lea.clock.passes(days=30), PLATFORMS) == []


async def test_no_byte_of_what_was_typed_is_left(advisor: Advisor, database: Database) -> None:
    lea = Member(advisor, f"léa-{MARK}", community="atelier")
    await lea.joins()
    await begins_a_journey(lea, image=f"{MARK} et des photos", topics=f"le {MARK}, " * 20)
    await lea.says("/parcours marque-personnelle")
    await lea.says(f"je suis {MARK}", identifier="7")
    await lea.says("Pause")
    await lea.says(f"{QUESTION} {MARK}", identifier="8")
    await lea.presses("Utile")
    await lea.says(f"/rappels {MARK} jeudi 18h30")
    await lea.says(f"/lier {MARK}")
    await lea.says("/lier")
    await lea.says(f"/mesdonnees {MARK}", identifier="9")
    assert files_with(MARK, database.path)
    await is_forgotten(lea)
    assert files_with(MARK, database.path) == []


async def test_a_question_without_an_answer_stays_and_nothing_says_whose_it_was(
    lea: Member, database: Database
) -> None:
    await lea.says(UNANSWERABLE)
    await lea.presses("Préviens-moi")
    await is_forgotten(lea)
    assert [miss.question for miss in await latest(database, None, 5)] == [UNANSWERABLE]
    assert await kept_about_anybody(database) == {}
    assert files_with("léa", database.path) == []


async def test_what_another_process_was_reading_is_wiped_as_soon_as_it_has_read(
    advisor: Advisor, lea: Member, database: Database
) -> None:
    await lea.says(f"{QUESTION} {MARK}")
    with closing(sqlite3.connect(database.path, isolation_level=None)) as reader:
        await database.rows("PRAGMA busy_timeout = 10")
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM conversations").fetchall()
        await is_forgotten(lea)
        assert files_with(MARK, database.path)
        reader.execute("COMMIT")
        await advisor.due(lea.clock.now, PLATFORMS)
    assert files_with(MARK, database.path) == []


async def test_who_is_forgotten_while_the_file_is_written_anew_is_not_left_in_it(
    advisor: Advisor, lea: Member, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another process, at the very end: what it erases is no longer in the rows, and may be beside them."""
    wiped = 0
    real = database.forget_deleted

    async def wipes() -> None:
        nonlocal wiped
        await real()
        wiped += 1
        if wiped == 1:
            async with database.transaction() as transaction:
                max_ = await people.find(transaction, lea.address.platform, "max")
                assert max_
                await personal.erase(transaction, max_.id, NOON)

    monkeypatch.setattr(database, "forget_deleted", wipes)
    await Member(advisor, "max").says("merci")
    await lea.says("/oublier")
    await lea.presses(LABELS.erase_yes)
    await advisor.due(NOON, PLATFORMS)
    assert wiped == 2
    await advisor.due(NOON, PLATFORMS)
    assert wiped == 2


async def test_what_was_erased_just_before_a_power_cut_is_wiped_at_the_next_start(
    library: Library, lea: Member, database: Database, tmp_path: Path
) -> None:
    await lea.says(f"{QUESTION} {MARK}")
    with closing(sqlite3.connect(database.path, isolation_level=None)) as reader:
        await database.rows("PRAGMA busy_timeout = 10")
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM conversations").fetchall()
        await is_forgotten(lea)
        left = tmp_path / "left" / database.path.name
        left.parent.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(f"{database.path}{suffix}", f"{left}{suffix}")
    assert files_with(MARK, left)
    async with open_database(left) as reopened:
        await build_advisor(library.current, reopened).due(lea.clock.now, PLATFORMS)
        assert files_with(MARK, left) == []


async def test_the_terminal_forgets_what_was_typed_in_it(advisor: Advisor, tmp_path: Path) -> None:
    history = tmp_path / "vigie.history"
    history.write_text(f"\n# 2026-11-22 12:00:00\n+je cherche du travail {MARK}\n", encoding="utf-8")

    async def lines() -> AsyncIterator[str]:
        for line in ("merci", "/oublier", NO):
            yield line
        assert MARK in history.read_text(encoding="utf-8")
        for line in ("/oublier", YES):
            yield line
        assert not history.exists()
        yield "merci"

    screen = StringIO()
    forget = TypedLines(history).forget
    chat = TerminalChat(advisor, Console(file=screen), tmp_path, ASIDES.posted, forget=forget, now=lambda: NOON)
    await chat.converse(lines())
    assert ERASED.partition(",")[0] in screen.getvalue()
    assert not history.exists()


@pytest.mark.parametrize("command", ["/mesdonnees", "/lier"])
async def test_what_is_nobody_else_s_business_is_not_told_in_a_community(advisor: Advisor, command: str) -> None:
    lea = Member(advisor, "léa", community="atelier")
    assert said("help/in_private") in await lea.says(command)
    assert not lea.files
