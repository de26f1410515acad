"""The command line: `vigie`, or `python -m bot`."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import __version__
from bot.app import open_advisor, serve
from bot.commands import backups, examining, keeping, moving
from bot.commands.common import (
    AsJson,
    DatabaseFile,
    Knowledge,
    add_row,
    console,
    corpus_of,
    settings_with,
    table,
    write_line,
)
from bot.commands.journeys import app as journeys_commands
from bot.commands.knowledge import app as knowledge_commands
from bot.content.check import check_corpus
from bot.core.messages import Role
from bot.errors import BotError, ContentError
from bot.loading import load_retriever
from bot.logs import LogForm, configure_logs
from bot.platforms.terminal.adapter import ADDRESS, TerminalChat, print_reply
from bot.platforms.terminal.program import ProgramChat
from bot.platforms.terminal.records import OFFERED, answer_record
from bot.platforms.terminal.standard_streams import OutputClosedError, input_lines, prepare_streams
from bot.rendering.check import check_prompts
from bot.rendering.check_journeys import check_journey_prompts
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from bot.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Vigie advises, in French, on digital identity, personal branding and social networks. Begin with: vigie chat",
)
app.add_typer(knowledge_commands, name="knowledge")
app.add_typer(journeys_commands, name="journeys")
app.add_typer(keeping.people, name="people")
app.command()(moving.migrate)
app.command()(examining.doctor)
app.command()(backups.backup)
app.command()(backups.restore)

Batch = Annotated[bool, typer.Option("--batch", help="Read one question a line on standard input.")]


def main() -> None:
    """Run the command line; what is wrong is told in one sentence on standard error, with exit code 2."""
    prepare_streams()
    try:
        app()
    except BotError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except OutputClosedError:
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"vigie {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave."),
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log what happens, on standard error.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log all that Vigie does; never what people write.")] = False,
    log_format: Annotated[
        LogForm | None, typer.Option("--log-format", help="Log for people, or one JSON object a line (VIGIE_LOG).")
    ] = None,
) -> None:
    level = logging.DEBUG if debug else logging.INFO if verbose else logging.WARNING
    configure_logs(level, log_format)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know, in French, in your own words.")] = None,
    as_json: AsJson = False,
    batch: Batch = False,
    knowledge: Knowledge = None,
) -> None:
    """Answer a question, with the source of the answer."""
    questions = _questions(question, batch=batch)
    asyncio.run(_ask(questions, settings_with(knowledge), as_json=as_json))


async def _ask(questions: AsyncIterator[str], settings: Settings, *, as_json: bool) -> None:
    async with open_advisor(settings) as advisor:
        async for question in questions:
            outgoing = await advisor.ask(question, datetime.now(UTC), ADDRESS)
            if as_json:
                write_line(answer_record(question, outgoing))
            else:
                for reply in outgoing.replies:
                    print_reply(console(), reply, OFFERED)


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="Words to look for.")] = None,
    count: Annotated[int, typer.Option("-k", min=1, help="How many passages to list.")] = 10,
    as_json: AsJson = False,
    batch: Batch = False,
    knowledge: Knowledge = None,
) -> None:
    """List the passages nearest to a query, best first."""
    queries = _questions(query, batch=batch)
    settings = settings_with(knowledge)
    retriever = load_retriever(settings.knowledge, read_parameters(), settings.cache)
    asyncio.run(_search(queries, retriever, count, as_json=as_json))


async def _search(queries: AsyncIterator[str], retriever: Retriever, count: int, *, as_json: bool) -> None:
    async for query in queries:
        hits = retriever.search(query, count)
        if as_json:
            results = [{"id": hit.passage.id, "score": round(hit.score, 6)} for hit in hits]
            write_line({"query": query, "results": results})
            continue
        found = table("score", "id", "title")
        for hit in hits:
            add_row(found, f"{hit.score:.2f}", hit.passage.id, hit.passage.title)
        console().print(found if hits else "Nothing found.")


@app.command()
def chat(
    as_json: AsJson = False,
    knowledge: Knowledge = None,
    database: DatabaseFile = None,
    role: Annotated[Role, typer.Option("--as", help="What you are in the community.")] = Role.MEMBER,
) -> None:
    """Talk with Vigie in the terminal. Leave with Ctrl-D."""
    asyncio.run(_chat(settings_with(knowledge, database), role, as_json=as_json))


async def _chat(settings: Settings, role: Role, *, as_json: bool) -> None:
    async with open_advisor(settings) as advisor:
        if as_json:
            program = ProgramChat(advisor, role)
            async for line in input_lines():
                async for record in program.answer(line):
                    write_line(record)
        else:
            # A service has no keyboard, and its memory does not carry what edits a line.
            from bot.platforms.terminal.keyboard import TypedLines

            typed = TypedLines(settings.history)
            posted = read_wording(PROMPTS).asides.posted
            await TerminalChat(advisor, console(), Path.cwd(), posted, role, typed.forget).converse(typed.lines())


@app.command()
def run(knowledge: Knowledge = None, database: DatabaseFile = None) -> None:
    """Serve every platform whose token is set, until interrupted or terminated."""
    asyncio.run(serve(settings_with(knowledge, database)))


@app.command()
def check(knowledge: Knowledge = None) -> None:
    """Check a knowledge folder: says what is wrong, where, and what to do about it."""
    corpus = corpus_of(knowledge)
    problems = [
        *check_corpus(corpus),
        *check_prompts(PROMPTS),
        *check_journey_prompts(PROMPTS, corpus.journeys, corpus.gone_services),
    ]
    if problems:
        raise ContentError(problems)
    print(f"{len(corpus.passages)} passages, {len(corpus.journeys)} journeys, all is well.")


def _questions(question: str | None, *, batch: bool) -> AsyncIterator[str]:
    """Return the question given, or those on standard input, one a line."""
    if batch == (question is not None):
        raise BotError("Give one question, or --batch to read questions on standard input.")
    return _lines_of_input() if question is None else _only(question)


async def _only(question: str) -> AsyncIterator[str]:
    yield question


async def _lines_of_input() -> AsyncIterator[str]:
    async for line in input_lines():
        yield line.rstrip(b"\r\n").decode("utf-8", "replace")
