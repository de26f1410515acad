"""What is small and unfolds into much: refused at once, within a bound of time and of memory."""

import gzip
import json
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.content.importing import TaughtReader
from bot.content.safe_markdown import uncarried
from bot.content.strict_yaml import StrictYamlError, parse
from bot.core.advisor import Advisor
from bot.platforms.telegram.webhook import Webhook, listening, secret_of
from bot.platforms.terminal.program import ProgramChat
from tests.platforms.telegram.process import free_port

SECONDS, MEGABYTES = 3, 64
PATH, SECRET = "/updates", secret_of("123456789:AAE")
_HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@contextmanager
def bounded() -> Iterator[None]:
    """Hold what is done to a bound of time, as this process counts it, and of memory: far above what it takes."""
    tracemalloc.start()
    begun = time.process_time()
    try:
        yield
        taken, (_, most) = time.process_time() - begun, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < SECONDS
    assert most < MEGABYTES << 20


ALIASES = "a: &a [x, x]\n" + "\n".join(f"{new}: &{new} [*{old}, *{old}]" for old, new in pairwise("abcdefghijkl"))
YAML_BOMBS = {
    "aliases": ALIASES,
    "an alias to itself": "&a [*a]",
    "lists within lists": "[" * 100_000,
    "mappings within mappings": "\n".join(f"{' ' * depth}a:" for depth in range(120)),
    "a merge of a value that repeats": "a: &a {b: c}\nd: {<<: *a}",
    "an object": "!!python/object/apply:os.system [id]",
    "a number without end": f"a: {'9' * 100_000}",
}


@pytest.mark.parametrize("text", YAML_BOMBS.values(), ids=YAML_BOMBS.keys())
def test_yaml_that_unfolds_is_refused_or_stays_small(text: str) -> None:
    with bounded():
        try:
            found = parse(text)
        except StrictYamlError as error:
            found = error
    assert isinstance(found, StrictYamlError) or len(repr(found)) < 2 * len(text)


@pytest.mark.parametrize("text", YAML_BOMBS.values(), ids=YAML_BOMBS.keys())
def test_a_file_to_import_that_unfolds_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bombe.md"
    path.write_text(f"---\n{text}\n---\nOse.\n")
    reader = TaughtReader()
    with bounded():
        assert reader.passages([path]) == []
    assert reader.problems


@pytest.mark.parametrize(
    "signs", ["*", "_", "[", "![", "`", "> ", "- ", "<", "**a_", "[a](", "|a\n|-\n", "&amp;", "\\"]
)
def test_markdown_that_nests_is_read_at_once(signs: str) -> None:
    with bounded():
        uncarried((signs * 900)[:900])


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"user": ' * 50_000,
        b'{"user": "u", "text": ' + b"9" * 100_000 + b"}",
        b'{"user": "u", "text": "' + b"a" * 500_000 + b'"}',
        json.dumps({"user": "u", "text": "h", "administers": ["c"] * 200_000}).encode(),
    ],
    ids=["lists", "objects", "a number", "a text", "communities"],
)
async def test_a_line_of_a_program_that_is_too_much_is_answered_like_any_other(advisor: Advisor, line: bytes) -> None:
    chat = ProgramChat(advisor)
    await anext(chat.answer(b'{"user": "u", "text": "Bonjour"}'))
    with bounded():
        records = [record async for record in chat.answer(line)]
    assert len(records) == 1
    assert "error" in records[0] or records[0]["replies"]


async def test_a_post_that_is_small_only_while_it_is_packed_is_refused() -> None:
    packed = gzip.compress(b" " * (64 << 20))
    assert len(packed) < 1 << 20
    port = free_port()

    def read(_: object) -> None:
        pytest.fail("it was taken for an update")

    async def accept(_: None) -> None: ...

    webhook = Webhook(f"https://vigie.example{PATH}", "127.0.0.1", port)
    async with listening(webhook, SECRET, read, accept), ClientSession(headers={"Content-Encoding": "gzip"}) as client:
        for headers, status in (
            (_HEADERS, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
            ({}, HTTPStatus.FORBIDDEN),
        ):
            with bounded():
                posted = client.post(f"http://127.0.0.1:{port}{PATH}", data=BytesIO(packed), headers=headers)
                async with posted as answer:
                    assert answer.status == status
