"""Whatever a person types, is called or sends, everywhere that Vigie takes something: it is data, and stays data."""

import ast
import re
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.core.advisor import Advisor
from bot.core.commands import FOR_ADMINISTRATORS, FOR_MODERATORS, IN_COMMUNITY, IN_PRIVATE
from bot.core.messages import Address, Author, Capabilities, Event, Incoming, Outgoing, Reply, Role
from bot.platforms.discord import markup as discord_markup
from bot.platforms.telegram.markup import messages as telegram_messages
from bot.storage.database import Database
from tests.people import NOON
from tests.platforms.discord.reader import read
from tests.security.noting import NotedDatabase

ROOT = Path(__file__).parent.parent.parent
MARK = "zqx"
HOSTILE = (
    "zqx'\"; DROP TABLE people; -- {{ 7 * 191 }} {% include 'zqx' %} {0.__class__} **zqx** _zqx_ [zqx](https://mal.example)"
    " <b>zqx</b> `zqx` ||zqx|| @everyone <@1> <#2> <@&3> /oublier ../../zqx \x1b[31m\u202e $(zqx) %s"
)
COMMANDS = sorted({*IN_PRIVATE, *IN_COMMUNITY, *FOR_MODERATORS, *FOR_ADMINISTRATORS, "start", "annuler"})
PICKED = "4242"
FULL = Capabilities(buttons=True, links=True, removal=True, forms=True, pickers=True, names=True, unseen=True)
PLAIN = Capabilities(buttons=True, links=True, removal=True)


@pytest.fixture
def statements() -> list[str]:
    """All SQL that is run on the database, as it is written, before values are bound to it."""
    return []


@pytest.fixture
def database(database: Database, statements: list[str]) -> Database:
    return NotedDatabase(database, statements)


def replies_of(outgoing: Outgoing) -> tuple[Reply, ...]:
    return (*outgoing.replies, *(each.reply for each in outgoing.postings))


def assert_shown_as_data(reply: Reply) -> None:
    """Hold that nothing of what was typed is markup, a mention, a command or a template, on either platform."""
    assert "1337" not in reply.text, "a template was run"
    for telegram in telegram_messages(reply) if reply.blocks else ():
        for entity in telegram.entities:
            where = telegram.text.encode("utf-16-le")[2 * entity.offset : 2 * (entity.offset + entity.length)]
            assert "mal.example" not in (entity.url or "")
            assert where.decode("utf-16-le") != MARK
        assert not re.search(r"(?<!\w)@everyone|(?<!\S)/oublier \.\.", telegram.text)
        assert not re.search("[\x1b\u202e]", telegram.text)
    for message in discord_markup.messages(reply):
        for text in filter(None, [message.text, message.embed.description if message.embed else None]):
            typed = re.sub(rf"<(@&|#){PICKED}>", "", text)
            assert not re.search(r"(?<!\\)<[@#]|(?<!\w)@everyone", typed)
            assert not any(span == MARK for _, span in read(text).styles)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("capabilities", [PLAIN, FULL], ids=["plain", "full"])
@pytest.mark.parametrize("community", [None, f"-100{MARK}' OR 1=1"], ids=["private", "community"])
async def test_whatever_is_typed_everywhere_is_data(
    advisor: Advisor,
    database: Database,
    statements: list[str],
    role: Role,
    capabilities: Capabilities,
    community: str | None,
) -> None:
    numbers = count(1)
    tables = await database.tables()
    address = Address("test", f"{MARK}' OR ''='", community, community and f"{MARK}/../../7")
    somebody = Incoming(
        address,
        NOON,
        role=role,
        roles=(HOSTILE,),
        name=HOSTILE[:60],
        place_title=HOSTILE,
        administers=() if community else (f"-100{MARK}' OR 1=1",),
        community_title=community and HOSTILE,
        quoted=HOSTILE,
        quoted_author=Author(f"{MARK}'", HOSTILE),
        quoted_message=f"{MARK}'--",
        capabilities=capabilities,
    )

    async def does(**what: Any) -> Outgoing:
        outgoing = await advisor.handle(replace(somebody, id=f"{MARK}'{next(numbers)}", **what))
        for reply in replies_of(outgoing):
            assert_shown_as_data(reply)
        return outgoing

    if community:
        await does(event=Event.TAKEN_IN)
        await does(event=Event.JOINED, newcomers=(Author(f"{MARK}';", HOSTILE),))
    for command in COMMANDS:
        # Held back for asking too fast, nobody would be heard.
        somebody = replace(somebody, received_at=somebody.received_at.replace(hour=13, minute=next(numbers) % 60))
        shown = [await does(text=f"/{command} {HOSTILE}"), await does(text=f"/{command}")]
        buttons = {choice.id for each in shown for reply in replies_of(each) for choice in reply.choices}
        for identifier in sorted(buttons):
            form = await advisor.form(replace(somebody, button=identifier))
            written = tuple((field.name, HOSTILE[: field.longest]) for field in form.fields) if form else ()
            # What is picked comes from a list of the platform's own: ids of roles and of channels.
            await does(button=identifier, text=HOSTILE if form else "", written=written, picked=(PICKED,))
            await does(text=HOSTILE)
    assert statements
    assert not any(MARK in statement for statement in statements), "what was typed became SQL"
    assert await database.tables() == tables


async def test_there_is_no_way_to_run_sql_unnoted(database: Database, statements: list[str]) -> None:
    ways = iter(range(7))

    def made() -> str:
        return f"SELECT '{MARK}{next(ways)}'"

    await database.rows(made())
    for begin in (database.transaction, database.snapshot):
        async with begin() as transaction:
            await transaction.rows(made())
            await transaction.row(made())
            _ = [rows async for rows in transaction.chunks(made(), 1)]
    async with database.transaction() as transaction:
        told = f"INSERT INTO chores (name, done) VALUES (?, '{MARK}7')"  # noqa: S608 - it is to be noticed
        await transaction.each(told, [("one",), ("two",)])
    assert [re.findall(rf"{MARK}(\d)", statement) for statement in statements] == [[str(way)] for way in range(8)]


RUNS_DATA = {"eval", "exec", "compile", "__import__", "from_string", "loads_unsafe", "system", "popen", "input"}
"""What makes code of data."""
MODULES = {"pickle", "marshal", "shelve", "dill", "xml", "subprocess", "ctypes", "code", "telnetlib", "ftplib"}
ALLOWED = {"bot/loading.py": {"pickle", "subprocess"}}
"""The compiled knowledge, in the user's own folder, and the process that compiles it: itself, with two folders."""


def test_nothing_makes_code_of_data() -> None:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                # A method of the same name as a builtin, such as that of a pattern, is another one.
                called = node.func.id if isinstance(node.func, ast.Name) else None
                of = node.func if isinstance(node.func, ast.Attribute) else None
                assert called not in RUNS_DATA, f"{name}:{node.lineno}"
                assert of is None or of.attr not in {"from_string", "system", "popen"}, f"{name}:{node.lineno}"
                assert not any(keyword.arg == "shell" for keyword in node.keywords), f"{name}:{node.lineno}"
            imported = (
                {alias.name for alias in node.names}
                if isinstance(node, ast.Import)
                else {node.module or ""}
                if isinstance(node, ast.ImportFrom)
                else set()
            )
            found = {each.partition(".")[0] for each in imported} & MODULES
            assert found <= ALLOWED.get(name, set()), f"{name}:{getattr(node, 'lineno', 0)}"


def test_yaml_is_read_in_one_place_and_strictly() -> None:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        if re.search(r"\byaml\.(load|safe_load|full_load|unsafe_load|compose|parse)", path.read_text(encoding="utf-8")):
            assert path.name == "strict_yaml.py"
