"""Who moderates has in the terminal, and by a program, what they have on a platform."""

import json
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from rich.console import Console

from bot.core.advisor import Advisor
from bot.core.lessons import Written
from bot.core.messages import Picture, Role
from bot.library import Library
from bot.platforms.terminal import adapter
from bot.platforms.terminal.adapter import TerminalChat
from bot.platforms.terminal.program import ProgramChat
from bot.storage.audit import Action
from tests.command_line import run, run_apart
from tests.conversations.words import ACTIONS, ASIDES, LABELS, said
from tests.fakes.waiting import Pulse
from tests.people import NOON, Clock

QUESTION = "Faut-il répondre aux polémiques ?"
UNANSWERED = "Où garer la camionnette du marché ?"
LESSON = ("Garer la camionnette", "Gare-toi derrière l'église, jamais devant le lavoir.")
ADVICE = LESSON[1]
PUBLISHED, CANCELLED = said("tips/published"), said("tips/cancelled")
PNG = b"\x89PNG\r\n"
TITLE = "Terminal"
"""What the community of the terminal is called."""


class _Screen(StringIO):
    """What is printed on it is told to who waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.printed = Pulse()

    def write(self, text: str, /) -> int:
        length = super().write(text)
        self.printed.beat()
        return length


class Terminal:
    """A conversation in the terminal; `prints` is what each line that was typed had printed, in order."""

    def __init__(self, advisor: Advisor, folder: Path, role: Role = Role.MODERATOR, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.prints: list[str] = []
        self._screen = _Screen()
        console = Console(file=self._screen, width=3000)
        self._chat = TerminalChat(advisor, console, folder, ASIDES.posted, role, now=lambda: self.clock.now)

    async def types(self, *typed: str) -> str:
        """Type lines from the first to the last, and return what the last one had printed."""

        async def lines() -> AsyncIterator[str]:
            for line in typed:
                self._printed()
                yield line
                self.prints.append(self._printed())

        await self._chat.converse(lines())
        return self.prints[-1]

    async def waits(self, expected: str, **duration: float) -> str:
        """Let time pass, and return what is printed unasked, once it holds what is expected."""

        async def lines() -> AsyncIterator[str]:
            self._printed()
            self.clock.passes(**duration)
            await self._screen.printed.until(lambda: expected in self._screen.getvalue(), 20)
            self.prints.append(self._printed())
            yield ""

        await self._chat.converse(lines())
        return self.prints[-1]

    def _printed(self) -> str:
        """Return what was printed since this was asked last, with its lines as one."""
        printed = " ".join(self._screen.getvalue().split())
        self._screen.seek(0)
        self._screen.truncate()
        return printed


@pytest.fixture
def terminal(advisor: Advisor, tmp_path: Path) -> Terminal:
    return Terminal(advisor, tmp_path)


def tips_in(printed: str, library: Library) -> list[str]:
    """Return the ids of the tips that something printed tells, in the order in which it does."""
    told = {tip.id: printed.find(plain(tip.today)) for tip in library.current().corpus.tips}
    return sorted((name for name, position in told.items() if position >= 0), key=told.__getitem__)


def pictures_in(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*.png")]


def plain(markdown: str) -> str:
    return " ".join(markdown.replace("*", "").split())


# Tips.


async def test_a_tip_is_shown_first_and_told_to_all_when_who_moderates_says_so(
    terminal: Terminal, library: Library
) -> None:
    told = await terminal.types("/conseil", "1")
    preview = terminal.prints[0]
    [tip] = tips_in(preview, library)
    assert plain(said("tips/preview", name="", title=TITLE)) in preview
    assert f"1 {LABELS.tip_publish}" in preview
    assert ASIDES.posted not in preview
    posted, _, after = told.partition(PUBLISHED)
    assert posted.startswith(ASIDES.posted)
    assert tips_in(posted, library) == [tip]
    assert LABELS.tip_publish not in told
    assert after == ""


async def test_what_opens_another_window_is_not_offered_in_the_terminal(terminal: Terminal) -> None:
    assert LABELS.tip_more not in await terminal.types("/conseil", "1")


async def test_another_tip_is_shown_and_it_is_the_one_that_is_told(terminal: Terminal, library: Library) -> None:
    told = await terminal.types("/conseil veille", "2", "publier")
    first, second = (tips_in(printed, library) for printed in terminal.prints[:2])
    assert first != second
    assert tips_in(told, library) == second


async def test_a_tip_that_is_given_up_is_told_to_nobody(terminal: Terminal) -> None:
    assert await terminal.types("/conseil", "annuler") == CANCELLED
    assert [printed for printed in terminal.prints if ASIDES.posted in printed] == []
    assert await terminal.types("/journal") == plain(said("journal/empty", title=TITLE, earlier=False))


@pytest.mark.parametrize(
    "command", ["/conseil", "/programme", "/lacunes", "/fiche", "/stats", "/journal", "/silence 2h"]
)
async def test_a_member_is_refused(advisor: Advisor, tmp_path: Path, command: str) -> None:
    terminal = Terminal(advisor, tmp_path, Role.MEMBER)
    assert await terminal.types(command) == said("team/refused", here=False)
    assert pictures_in(tmp_path) == []


async def test_an_administrator_may_do_the_same(advisor: Advisor, tmp_path: Path) -> None:
    terminal = Terminal(advisor, tmp_path, Role.ADMINISTRATOR)
    assert ASIDES.posted in await terminal.types("/conseil", "1")


# Scheduled tips.


async def test_a_programme_is_shown_with_its_next_dates(terminal: Terminal) -> None:
    added = await terminal.types("/programme mardi jeudi 18h30 veille")
    assert "mardi 24 novembre" in added
    assert "jeudi 26 novembre" in added
    assert "18 h 30" in added
    assert await terminal.types("/programme") != added
    assert "mardi 24 novembre" in terminal.prints[-1]


async def test_what_is_offered_below_a_numbered_list_has_numbers_of_its_own(terminal: Terminal) -> None:
    removed = await terminal.types("/programme mardi 18h30", "/programme jeudi 9h", "2")
    offered = f"1 {LABELS.programme_remove} : mardi à 18 h 30 2 {LABELS.programme_remove} : jeudi à 9 h"
    assert terminal.prints[1].endswith(offered)
    assert "Mardi à 18 h 30" in removed
    assert "Jeudi à 9 h" not in removed


async def test_a_programmed_tip_is_printed_as_told_to_all(
    terminal: Terminal, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "_DUE_EVERY", 0.01)
    await terminal.types("/programme mardi 18h30")
    printed = await terminal.waits(ASIDES.posted, days=2, hours=5, minutes=31)
    assert printed.startswith(ASIDES.posted)
    assert len(tips_in(printed, library)) == 1
    assert LABELS.tip_more not in printed


# Teaching.


async def teaches(terminal: Terminal) -> str:
    """Answer the question that is listed first, and return what is said when that is saved."""
    return await terminal.types("/lacunes", "1", LABELS.gap_answer, *LESSON, LABELS.lesson_save)


async def test_a_question_without_answer_is_taught_and_answered(terminal: Terminal) -> None:
    await terminal.types(UNANSWERED)
    assert ADVICE not in terminal.prints[-1]
    saved = await teaches(terminal)
    listed, opened, asks_title, asks_text, preview = terminal.prints[1:6]
    assert UNANSWERED in listed
    assert UNANSWERED in opened
    assert asks_title.startswith(said("lessons/ask", asked="title", lesson=Written()))
    assert asks_text.startswith(said("lessons/ask", asked="text", lesson=Written()))
    assert UNANSWERED in preview
    assert ADVICE in preview
    assert ADVICE in saved
    answered = await terminal.types("c'est où pour garer la camionnette ?")
    assert ADVICE in answered
    assert ASIDES.team in answered
    assert UNANSWERED not in await terminal.types("/lacunes")


async def test_what_is_taught_is_told_in_every_conversation_on_the_same_database(
    terminal: Terminal, advisor: Advisor, tmp_path: Path
) -> None:
    member = Terminal(advisor, tmp_path, Role.MEMBER)
    await terminal.types(UNANSWERED)
    assert ADVICE not in await member.types(UNANSWERED)
    await teaches(terminal)
    assert ADVICE in await member.types(UNANSWERED)


async def test_who_wanted_to_hear_of_it_does(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    # What falls due is looked for at once, and not again while the lines below are typed.
    monkeypatch.setattr(adapter, "_DUE_EVERY", 3600)
    await terminal.types(UNANSWERED, LABELS.watch)
    assert terminal.prints[-1] == said("feedback/watching")
    await teaches(terminal)
    assert plain(said("lessons/saved", title=TITLE, count=1)) in terminal.prints[-1]
    assert ADVICE in await terminal.waits(said("lessons/found", question=UNANSWERED))


async def test_what_was_taught_can_be_hidden(terminal: Terminal) -> None:
    await terminal.types(UNANSWERED)
    await teaches(terminal)
    await terminal.types("/fiche", "1", LABELS.card_hide)
    assert ADVICE not in await terminal.types(UNANSWERED)


# Seeing, and care.


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """Return the pictures that are drawn, each of which is given in no time."""
    drawn: list[Picture] = []

    async def draw(picture: Picture) -> bytes:
        drawn.append(picture)
        return PNG

    monkeypatch.setattr(adapter, "drawn", draw)
    return drawn


async def test_the_week_is_drawn_to_a_file_each_time(
    terminal: Terminal, tmp_path: Path, pictures: list[Picture]
) -> None:
    week = await terminal.types(QUESTION, "/stats")
    path = tmp_path / "semaine-2026-11-22.png"
    assert week.startswith(f"{TITLE}, du lundi 16 novembre au dimanche 22 novembre")
    assert f"→ {path}" in week
    assert path.read_bytes() == PNG
    assert [(picture.days[-1].answered, picture.days[-1].unknown) for picture in pictures] == [(1, 0)]
    assert f"→ {tmp_path / 'semaine-2026-11-22-2.png'}" in await terminal.types("/stats")


@pytest.mark.usefixtures("pictures")
async def test_a_week_without_questions_is_not_drawn(terminal: Terminal, tmp_path: Path) -> None:
    assert (await terminal.types("/stats")).startswith(f"{TITLE}, du lundi 16 novembre")
    assert pictures_in(tmp_path) == []


async def test_a_picture_that_cannot_be_drawn_leaves_the_words(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def draw(picture: Picture) -> None:
        assert picture.name == "semaine-2026-11-22.png"

    monkeypatch.setattr(adapter, "drawn", draw)
    assert TITLE in await terminal.types(QUESTION, "/stats")
    assert pictures_in(tmp_path) == []


@pytest.mark.usefixtures("pictures")
async def test_a_picture_that_cannot_be_written_is_told(advisor: Advisor, tmp_path: Path) -> None:
    terminal = Terminal(advisor, tmp_path / "gone")
    week = await terminal.types(QUESTION, "/stats")
    assert f"{tmp_path / 'gone' / 'semaine-2026-11-22.png'} cannot be written" in week


async def test_the_journal_tells_what_was_done(terminal: Terminal) -> None:
    await terminal.types(UNANSWERED, "/conseil", "1", "/programme mardi 18h30", "/silence 2h", "/silence fin")
    await teaches(terminal)
    journal = await terminal.types("/journal")
    done = (Action.TAUGHT, Action.SILENCE_ENDED, Action.SILENCED, Action.PROGRAMME_ADDED, Action.TIP_POSTED)
    positions = [journal.find(ACTIONS[action]) for action in done]
    assert -1 not in positions
    assert positions == sorted(positions)


# The command itself.


def surroundings(folder: Path, cache: Path) -> dict[str, str]:
    settings = {"VIGIE_DATABASE": str(folder / "state" / "vigie.sqlite3"), "VIGIE_CACHE": str(cache)}
    return {**os.environ, **settings, "COLUMNS": "1000"}


def printed(result: CompletedProcess[bytes]) -> str:
    assert result.returncode == 0, result.stderr.decode()
    assert result.stderr == b""
    return " ".join(result.stdout.decode().split())


def test_a_week_of_moderating_in_a_pipe(tmp_path: Path, library: Library, cache: Path) -> None:
    environment = surroundings(tmp_path, cache)
    typed = (
        *("/conseil", "1"),
        *(UNANSWERED, "/lacunes", "1", LABELS.gap_answer, *LESSON, LABELS.lesson_save),
        *("/programme mardi jeudi 18h30", "/stats", "/journal"),
    )
    stdin = "\n".join(typed).encode()
    week = printed(run("chat", "--as", "moderator", environment=environment, folder=tmp_path, stdin=stdin))
    _, _, posted = week.partition(ASIDES.posted)
    posted, _, rest = posted.partition(PUBLISHED)
    assert len(tips_in(posted, library)) == 1
    [picture] = tmp_path.glob("semaine-*.png")
    assert f"→ {picture}" in rest
    assert picture.read_bytes().startswith(PNG)
    for action in (Action.TIP_POSTED, Action.TAUGHT, Action.PROGRAMME_ADDED):
        assert ACTIONS[action] in rest
    # Another process on the same database knows it; somebody else there does not moderate for that.
    asked = {"user": "max", "text": UNANSWERED, "community": "terminal"}
    answered, refused = (json.dumps(each) for each in (asked, asked | {"text": "/journal"}))
    stdin = f"{answered}\n{refused}\n".encode()
    later = printed(run_apart("chat", "--json", environment=environment, folder=tmp_path, stdin=stdin))
    assert ADVICE in later
    assert said("team/refused", here=True) in later
    assert ACTIONS[Action.TIP_POSTED] not in later


# Programs.

AT_HOME = {"community": "atelier", "channel": "accueil"}
LEA = {"user": "léa", "role": "moderator", **AT_HOME}
MAX = {"user": "max", **AT_HOME}


class Program:
    """A program that talks with Vigie, a line at a time."""

    def __init__(self, advisor: Advisor) -> None:
        self.clock = Clock()
        self._chat = ProgramChat(advisor, now=lambda: self.clock.now)

    async def writes(self, *lines: dict[str, Any]) -> list[dict[str, Any]]:
        """Write lines, and return the records that answer them."""
        return [record for line in lines async for record in self._chat.answer(json.dumps(line).encode())]


@pytest.fixture
def program(advisor: Advisor) -> Program:
    return Program(advisor)


def pressing(who: dict[str, Any], record: dict[str, Any], label: str, **others: Any) -> dict[str, Any]:
    """Return the line with which somebody presses a button of a record."""
    buttons = [button for reply in record["replies"] for button in reply["buttons"]]
    [identifier] = [button["id"] for button in buttons if button["label"] == label]
    return {**who, "press": identifier, **others}


async def test_a_program_reads_what_is_told_to_all(program: Program, library: Library) -> None:
    [shown] = await program.writes(LEA | {"text": "/conseil", "id": "1"})
    [told] = await program.writes(pressing(LEA, shown, LABELS.tip_publish, id="2"))
    assert shown["private"] is True
    assert "posts" not in shown
    [post] = told["posts"]
    assert {name: post[name] for name in ("community", "channel", "reply_to")} == {**AT_HOME, "reply_to": None}
    [tip] = tips_in(plain(post["text"]), library)
    assert tips_in(plain(shown["replies"][0]["text"]), library) == [tip]
    [more] = post["buttons"]
    corpus = library.current().corpus
    assert more == {"id": "", "label": LABELS.tip_more, "kind": "link", "start": more["start"]}
    assert corpus.by_id[more["start"]].id in next(each for each in corpus.tips if each.id == tip).passages
    assert told["replies"][0]["text"] == PUBLISHED
    assert await program.writes(pressing(LEA, shown, LABELS.tip_publish, id="2")) == [told]


async def test_a_tip_answers_who_wrote_the_line_that_is_replied_to(program: Program) -> None:
    said_by_max = MAX | {"id": "m1", "text": "Mon profil LinkedIn est vide, je ne sais pas quoi y mettre…"}
    _, shown = await program.writes(said_by_max, LEA | {"text": "/conseil", "reply_to": "m1"})
    assert shown["replies"][0]["text"].startswith(said("tips/preview", name="max", title="atelier"))
    [told] = await program.writes(pressing(LEA, shown, LABELS.tip_publish))
    assert told["posts"][0]["reply_to"] == "m1"


async def test_a_reply_to_a_line_that_nobody_wrote_answers_nobody(program: Program) -> None:
    [shown] = await program.writes(LEA | {"text": "/conseil", "reply_to": "never"})
    assert shown["replies"][0]["text"].startswith(said("tips/preview", name="", title="atelier"))
    [told] = await program.writes(pressing(LEA, shown, LABELS.tip_publish))
    assert told["posts"][0]["reply_to"] is None


async def test_who_administers_goes_on_in_the_direct_message(program: Program) -> None:
    [shown] = await program.writes(LEA | {"text": "/conseil"})
    alone = {"user": "léa", "administers": ["verger", "atelier"]}
    [told] = await program.writes(pressing(alone, shown, LABELS.tip_publish))
    assert {name: told["posts"][0][name] for name in AT_HOME} == AT_HOME
    assert "private" not in told
    [journal] = await program.writes(alone | {"text": "/journal"})
    assert f"léa {ACTIONS[Action.TIP_POSTED]}" in plain(journal["replies"][0]["text"])


@pytest.mark.parametrize(
    "alone", [{}, {"role": "moderator"}, {"role": "administrator"}, {"administers": ["verger"]}, {"administers": []}]
)
async def test_who_does_not_administer_it_is_refused_in_the_direct_message(
    program: Program, alone: dict[str, Any]
) -> None:
    [shown] = await program.writes(LEA | {"text": "/conseil"})
    press = pressing({"user": "léa", **alone}, shown, LABELS.tip_publish)
    pressed, typed = await program.writes(press, {"user": "léa", **alone, "text": "/journal"})
    for record in (pressed, typed):
        assert record["replies"][0]["text"] == said("team/refused", here=False)
        assert "posts" not in record


async def test_nobody_presses_what_another_was_shown(program: Program) -> None:
    [shown] = await program.writes(LEA | {"text": "/conseil"})
    [pressed] = await program.writes(pressing(MAX, shown, LABELS.tip_publish))
    [by_her_team] = await program.writes(pressing(MAX | {"role": "moderator"}, shown, LABELS.tip_publish))
    assert "posts" not in pressed
    assert "posts" not in by_her_team


@pytest.mark.parametrize("administers", ["atelier", [1], [""], {"atelier": True}])
async def test_what_is_no_list_of_communities_is_an_error(program: Program, administers: object) -> None:
    [record] = await program.writes({"user": "léa", "text": "/journal", "administers": administers})
    assert set(record) == {"error"}


async def test_a_programmed_tip_says_where_it_is_told(program: Program, library: Library) -> None:
    [added] = await program.writes(LEA | {"text": "/programme mardi 18h30"})
    assert "dans accueil" in added["replies"][0]["text"]
    told, _ = await program.writes({"at": at(days=2, hours=5, minutes=31)})
    assert {name: told[name] for name in ("due", "user", *AT_HOME)} == {"due": True, "user": None, **AT_HOME}
    assert len(tips_in(plain(told["replies"][0]["text"]), library)) == 1


def at(**later: float) -> str:
    """Return some time after noon, as a line tells it."""
    return (NOON + timedelta(**later)).isoformat()


async def test_what_was_waited_for_answers_the_line_that_asked(program: Program) -> None:
    [unknown] = await program.writes(MAX | {"id": "q1", "text": UNANSWERED})
    await program.writes(pressing(MAX, unknown, LABELS.watch, reply_to="q1"))
    [listed] = await program.writes(LEA | {"text": "/lacunes"})
    [opened] = await program.writes(pressing(LEA, listed, UNANSWERED))
    alone = {"user": "léa", "administers": ["atelier"]}
    await program.writes(pressing(alone, opened, LABELS.gap_answer))
    *_, preview = await program.writes(*({**alone, "text": text} for text in LESSON))
    await program.writes(pressing(alone, preview, LABELS.lesson_save))
    found, _ = await program.writes({"at": at()})
    assert {name: found[name] for name in ("due", "user", "reply_to", *AT_HOME)} == {
        "due": True,
        "user": "max",
        "reply_to": "q1",
        **AT_HOME,
    }
    assert said("lessons/found", question=UNANSWERED) in found["replies"][0]["text"]
    assert ADVICE in found["replies"][0]["text"]


async def test_a_program_is_given_the_figures_of_the_week_and_draws_them_itself(program: Program) -> None:
    await program.writes(*(MAX | {"user": f"passant{number}", "text": QUESTION} for number in range(5)))
    [week] = await program.writes(LEA | {"text": "/stats"})
    [picture] = week["replies"][0]["pictures"]
    assert picture["name"] == "semaine-2026-11-22.png"
    assert len(picture["days"]) == 7
    assert picture["days"][-1] == {"day": "2026-11-22", "answered": 5, "suggested": 0, "unknown": 0}
