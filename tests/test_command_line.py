"""The command line as a person or a program runs it."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from bot.library import Library
from tests.command_line import ROOT, run, run_apart
from tests.conftest import PASSAGE, WriteKnowledge
from tests.content.test_check import ADVICE, QUESTIONS


@pytest.fixture
def environment(tmp_path: Path, cache: Path, library: Library) -> dict[str, str]:
    """The surroundings of somebody who has run Vigie before: her knowledge is compiled."""
    assert library
    return {
        **os.environ,
        "VIGIE_DATABASE": str(tmp_path / "state" / "vigie.sqlite3"),
        "VIGIE_CACHE": str(cache),
        "COLUMNS": "200",
    }


@pytest.fixture
def elsewhere(environment: dict[str, str], write_knowledge: WriteKnowledge, tmp_path: Path) -> dict[str, str]:
    """The surroundings of somebody who wrote one passage, and nothing wrong."""
    passage = PASSAGE.format(title="Soigner son profil", text=ADVICE)
    folder = write_knowledge({"passages/profil.md": passage, "passages/profil.questions": QUESTIONS})
    return {**environment, "VIGIE_KNOWLEDGE": str(folder), "VIGIE_CACHE": str(tmp_path / "cache")}


def lines(result: CompletedProcess[bytes]) -> list[dict[str, Any]]:
    assert result.returncode == 0, result.stderr.decode()
    return [json.loads(line) for line in result.stdout.decode("utf-8").splitlines()]


@pytest.mark.parametrize("ask", [run, run_apart])
def test_ask_prints_the_advice_and_its_source(
    environment: dict[str, str], ask: Callable[..., CompletedProcess[bytes]]
) -> None:
    result = ask("ask", "Faut-il répondre aux polémiques ?", environment=environment)
    assert result.returncode == 0
    assert "Alban Jarry" in result.stdout.decode()
    assert result.stderr == b""


def test_ask_in_batch_writes_one_object_a_line_in_order(environment: dict[str, str]) -> None:
    asked = ["Faut-il répondre aux polémiques ?", "", "merci !", "recette de la blanquette de veau"]
    records = lines(run("ask", "--json", "--batch", environment=environment, stdin="\n".join(asked).encode()))
    assert [record["question"] for record in records] == asked
    assert [record["status"] for record in records] == ["answer", "unknown", "smalltalk", "unknown"]
    first = records[0]
    assert set(first) == {"question", "status", "confidence", "answers", "reply"}
    assert 0 < first["confidence"] <= 1
    assert 1 <= len(first["answers"]) <= 3
    answer = first["answers"][0]
    assert set(answer) == {"id", "title", "text", "score", "status", "note", "source"}
    assert set(answer["source"]) == {"id", "title", "author", "publisher", "year", "file"}
    assert answer["source"]["year"] == 2017
    assert answer["text"] in first["reply"]
    assert [record["answers"] for record in records[1:]] == [[], [], []]
    assert all(record["reply"] for record in records)


def test_questions_of_a_batch_do_not_follow_one_another(environment: dict[str, str]) -> None:
    asked = "C'est quoi la méthode VIE ?\net pourquoi ?\n"
    records = lines(run("ask", "--json", "--batch", environment=environment, stdin=asked.encode()))
    assert records[1]["status"] != "answer"


def test_search_writes_scores_best_first(environment: dict[str, str]) -> None:
    [record] = lines(run("search", "--json", "-k", "5", "méthode VIE", environment=environment))
    scores = [result["score"] for result in record["results"]]
    assert record["query"] == "méthode VIE"
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)


def test_search_for_nothing_finds_nothing(environment: dict[str, str]) -> None:
    [record] = lines(run("search", "--json", "--batch", environment=environment, stdin=b"\n"))
    assert record == {"query": "", "results": []}


def test_a_conversation_by_a_program(environment: dict[str, str]) -> None:
    said = [
        {"user": "léa", "text": "C'est quoi le SWOT personnel ?"},
        {"user": "max", "text": "merci"},
        {"user": "léa", "text": "1"},
        {"user": "max", "text": "1"},
    ]
    stdin = "\n".join(json.dumps(line) for line in said).encode()
    first, second, third, fourth = lines(run("chat", "--json", environment=environment, stdin=stdin))
    assert first["user"] == "léa"
    [reply] = first["replies"]
    assert "SWOT" in reply["text"]
    assert set(reply["buttons"][0]) == {"id", "label", "kind"}
    assert len(reply["buttons"][0]["id"].encode()) <= 64
    assert second["user"] == "max"
    assert third["replies"][0]["text"].startswith(f"**{reply['buttons'][0]['label']}")
    assert "📖" not in fourth["replies"][0]["text"]


@pytest.mark.parametrize(
    "line",
    [
        b"pas du json",
        b"[]",
        b"{}",
        b'{"user": 1, "text": "a"}',
        b'{"user": "a"}',
        b"",
        b"\xff\xfe",
        b'{"user":"a","text":null}',
    ],
)
def test_a_line_of_another_form_gives_an_error_and_the_next_is_read(environment: dict[str, str], line: bytes) -> None:
    stdin = line + b'\n{"user": "a", "text": "merci"}\n'
    wrong, right = lines(run("chat", "--json", environment=environment, stdin=stdin))
    assert set(wrong) == {"error"}
    assert right["user"] == "a"


def test_an_unpaired_surrogate_in_json_is_answered(environment: dict[str, str]) -> None:
    [answer] = lines(
        run("chat", "--json", environment=environment, stdin=b'{"user": "\\ud800", "text": "\\ud800 ?"}\n')
    )
    assert answer["replies"]


def test_a_conversation_in_a_pipe(environment: dict[str, str]) -> None:
    result = run("chat", environment=environment, stdin=b"C'est quoi le SWOT personnel ?\n1\n/aide\n")
    shown = result.stdout.decode()
    assert result.returncode == 0
    assert "Je réponds à tes questions" in shown
    assert "SWOT" in shown
    assert "Voir aussi" in shown
    assert "**" not in shown


def test_standard_input_that_is_not_utf8_is_answered_line_by_line(environment: dict[str, str]) -> None:
    records = lines(run("ask", "--json", "--batch", environment=environment, stdin=b"\xe9t\xe9\nmerci\n"))
    assert [record["status"] for record in records] == ["unknown", "smalltalk"]


def test_a_closed_pipe_ends_quietly(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "questions").write_text("C'est quoi la méthode VIE ?\n" * 50, encoding="utf-8")
    with (
        (tmp_path / "questions").open("rb") as questions,
        subprocess.Popen(
            [sys.executable, "-m", "bot", "ask", "--json", "--batch"],
            stdin=questions,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
        ) as process,
    ):
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""


def test_without_write_access_vigie_answers_and_says_what_is_not_kept(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    unwritable = {**environment, "VIGIE_DATABASE": str(tmp_path / "file" / "vigie.sqlite3")}
    result = run("ask", "recette de la blanquette de veau", environment=unwritable)
    assert result.returncode == 0
    assert "je ne sais pas" in result.stdout.decode()
    assert "nothing is kept" in result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()
    chatted = run("chat", environment=unwritable, stdin=b"merci\n")
    assert chatted.returncode == 0
    assert "Avec plaisir" in chatted.stdout.decode()


def test_another_knowledge_folder_is_served(environment: dict[str, str], write_knowledge: WriteKnowledge) -> None:
    folder = write_knowledge({"passages/a.md": PASSAGE.format(title="Planter des tomates", text="Après les gelées.")})
    [record] = lines(run("search", "--json", "--knowledge", str(folder), "tomate", environment=environment))
    assert [result["id"] for result in record["results"]] == ["a"]


def test_an_empty_knowledge_folder_answers_that_it_does_not_know(
    environment: dict[str, str], write_knowledge: WriteKnowledge
) -> None:
    folder = write_knowledge({})
    [record] = lines(run("ask", "--json", "--knowledge", str(folder), "quoi ?", environment=environment))
    assert record["status"] == "unknown"


def test_a_broken_file_among_good_ones_is_named_and_nothing_is_served(
    environment: dict[str, str], write_knowledge: WriteKnowledge
) -> None:
    folder = write_knowledge(
        {"passages/a.md": PASSAGE.format(title="Un", text="Texte."), "lexicon.yaml": "- same: [boulot, emploi\n"}
    )
    for command in (["ask", "quoi ?"], ["search", "quoi ?"], ["chat"], ["check"], ["knowledge", "list"]):
        result = run(*command, "--knowledge", str(folder), environment=environment)
        assert result.returncode == 2
        assert result.stdout == b""
        assert f"{folder}/lexicon.yaml:" in result.stderr.decode()
        assert "Traceback" not in result.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["ask"], "--batch"),
        (["ask", "--batch", "quoi ?"], "--batch"),
        (["search"], "--batch"),
        (["search", "-k", "0", "quoi"], "-k"),
        (["inconnu"], "inconnu"),
        (["ask", "--inconnu", "quoi"], "--inconnu"),
        (["ask", "--knowledge", "nulle-part", "quoi"], "nulle-part"),
        (["knowledge", "show", "nulle-part"], "nulle-part"),
    ],
)
def test_bad_usage_is_said_in_a_sentence(environment: dict[str, str], arguments: list[str], expected: str) -> None:
    result = run(*arguments, environment=environment)
    assert result.returncode == 2
    assert expected in result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()


@pytest.mark.parametrize(
    ("name", "value"), [("vigie.toml", "inconnu = 1"), ("vigie.toml", "pas du toml"), ("vigie.toml", "database = 3")]
)
def test_a_wrong_settings_file_is_said_in_a_sentence(
    environment: dict[str, str], tmp_path: Path, name: str, value: str
) -> None:
    (tmp_path / name).write_text(value, encoding="utf-8")
    del environment["VIGIE_DATABASE"]
    result = run("ask", "quoi ?", environment=environment, folder=tmp_path)
    assert result.returncode == 2
    assert "vigie.toml" in result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()


def test_the_knowledge_that_comes_with_vigie_can_be_listed(environment: dict[str, str]) -> None:
    assert len(lines(run("knowledge", "list", "--json", environment=environment))) >= 220


def test_the_knowledge_commands_show_what_vigie_knows(elsewhere: dict[str, str]) -> None:
    [listed] = lines(run("knowledge", "list", "--json", environment=elsewhere))
    assert (listed["id"], listed["title"]) == ("profil", "Soigner son profil")
    shown = run("knowledge", "show", "profil", environment=elsewhere).stdout.decode()
    assert "Soigner son profil" in shown
    assert ADVICE in " ".join(shown.split())
    assert "questions" in shown
    assert all(question in shown for question in QUESTIONS.splitlines())
    counted = run("knowledge", "stats", environment=elsewhere).stdout.decode().splitlines()
    assert [line.split() for line in counted[1:]] == [["essai-2024", "1", "0", "24"], ["all", "1", "0", "24"]]


def test_the_questions_without_answer_can_be_listed(environment: dict[str, str]) -> None:
    run("ask", "recette de la blanquette de veau", environment=environment)
    assert "recette de la blanquette de veau" in run("knowledge", "misses", environment=environment).stdout.decode()


def test_check_says_that_all_is_well(elsewhere: dict[str, str]) -> None:
    result = run("check", environment=elsewhere)
    assert result.returncode == 0, result.stderr.decode()
    assert result.stdout == b"1 passages, 0 journeys, all is well.\n"


def test_the_version_and_the_help_are_printed(environment: dict[str, str]) -> None:
    assert run("--version", environment=environment).stdout.startswith(b"vigie ")
    helped = run("--help", environment=environment)
    assert helped.returncode == 0
    assert b"chat" in helped.stdout


IN_TURN = """
import json, os, sys
from bot.cli import main

for arguments in json.loads(sys.argv[1]):
    child = os.fork()
    if child == 0:
        sys.argv[1:] = arguments
        sys.exit(main())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(*arguments, "ended with", code, file=sys.stderr)
"""
"""Several commands, each as a process that began with the same streams: to begin takes longer than all that they do."""
COMMANDS = (
    ["ask", "merci"],
    ["search", "méthode"],
    ["knowledge", "list"],
    ["knowledge", "misses"],
    ["check"],
    ["--version"],
    ["--help"],
)


@pytest.mark.parametrize("redirection", ["| true", ">&-", "<&-"])
def test_a_stream_that_is_closed_never_shows_a_traceback(elsewhere: dict[str, str], redirection: str) -> None:
    command = shlex.join([sys.executable, "-c", IN_TURN, json.dumps(COMMANDS)])
    result = subprocess.run(
        ["bash", "-c", f"{command} {redirection}"],  # noqa: S607
        capture_output=True,
        cwd=ROOT,
        env=elsewhere,
        check=False,
    )
    told = result.stderr.decode()
    assert "Traceback" not in told
    for arguments in COMMANDS:
        assert re.search(rf"^{' '.join(arguments)} ended with [01]$", told, re.MULTILINE), told


def test_one_interruption_ends_a_conversation(elsewhere: dict[str, str]) -> None:
    for command in (["chat", "--json"], ["chat"], ["ask", "--batch"]):
        with subprocess.Popen(
            [sys.executable, "-m", "bot", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=elsewhere,
        ) as process:
            assert process.stdin
            assert process.stdout
            process.stdin.write(b'{"user": "a", "text": "merci"}\n')
            process.stdin.flush()
            process.stdout.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) in (0, 130), command


def test_a_number_of_any_length_is_a_text(environment: dict[str, str]) -> None:
    stdin = json.dumps({"user": "a", "text": "1" * 5000}).encode() + b'\n{"user": "a", "text": "merci"}\n'
    assert len(lines(run("chat", "--json", environment=environment, stdin=stdin))) == 2


def test_ids_and_titles_are_listed_as_they_are(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "passages").mkdir()
    record = {"id": "[red]x[/red]", "title": "Titre [bold] \x1b]0;pris\x07", "text": "Texte."}
    (tmp_path / "passages" / "a.jsonl").write_text(json.dumps(record), encoding="utf-8")
    shown = run("knowledge", "list", "--knowledge", str(tmp_path), environment=environment).stdout.decode()
    assert "[red]x[/red]" in shown
    assert "Titre [bold]" in shown
    assert "\x1b]" not in shown


def test_a_misspelt_setting_is_told(environment: dict[str, str]) -> None:
    result = run("ask", "merci", environment={**environment, "VIGIE_KNOWLEGDE": "x"})
    assert result.returncode == 2
    assert "VIGIE_KNOWLEGDE: no such setting" in result.stderr.decode()


@pytest.mark.parametrize("command", ["ask", "search"])
def test_hostile_lines_get_a_line_each(environment: dict[str, str], command: str) -> None:
    stdin = (
        "\n".join(["🔥🔥", "\x00\x1b[31m", "كيف أجد عملا", "<b>x</b>", "{{ 7*7 }}", "a" * 10_000]).encode()
        + b"\n\xff\xfe"
    )
    assert len(lines(run(command, "--json", "--batch", environment=environment, stdin=stdin))) == 7


def test_the_reply_of_a_program_holds_what_a_member_reads(environment: dict[str, str]) -> None:
    [record] = lines(run("ask", "--json", "C'est quoi le SWOT personnel ?", environment=environment))
    for number, answer in enumerate(record["answers"][1:], start=1):
        assert f"{number}. 📖 {answer['title']}" in record["reply"]
