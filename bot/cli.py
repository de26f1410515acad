"""The command line: `vigie`, or `python -m bot`."""

import asyncio
import json
import sys
import unicodedata
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from bot import __version__
from bot.app import open_advisor
from bot.content.check import check_corpus
from bot.content.corpus import Corpus, Passage
from bot.content.reading import read_corpus
from bot.core.messages import Address, Incoming
from bot.errors import BotError, ContentError
from bot.loading import load_retriever
from bot.logs import configure_logs
from bot.platforms.terminal.adapter import TerminalChat, print_reply
from bot.platforms.terminal.keyboard import typed_lines
from bot.platforms.terminal.program import ProgramChat
from bot.platforms.terminal.records import answer_record
from bot.platforms.terminal.standard_streams import OutputClosedError, input_lines, prepare_streams
from bot.rendering.check import check_prompts
from bot.resources import PROMPTS
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from bot.settings import Settings, load_settings
from bot.storage.database import open_database
from bot.storage.misses import Misses

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Vigie advises, in French, on digital identity, personal branding and social networks. Begin with: vigie chat",
)
knowledge_app = typer.Typer(no_args_is_help=True, help="Look at what Vigie knows.")
app.add_typer(knowledge_app, name="knowledge")

Knowledge = Annotated[
    Path | None,
    typer.Option(
        "--knowledge", metavar="DIR", help="Serve another knowledge folder than the one that comes with Vigie."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, one object a line.")]
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
) -> None:
    configure_logs(verbose=verbose)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know, in French, in your own words.")] = None,
    as_json: AsJson = False,
    batch: Batch = False,
    knowledge: Knowledge = None,
) -> None:
    """Answer a question, with the source of the answer."""
    questions = _questions(question, batch=batch)
    asyncio.run(_ask(questions, _settings(knowledge), as_json=as_json))


async def _ask(questions: AsyncIterator[str], settings: Settings, *, as_json: bool) -> None:
    async with open_advisor(settings) as advisor:
        number = 0
        async for question in questions:
            # Each question is a conversation of its own: none is read as the follow-up of another.
            number += 1
            outgoing = await advisor.handle(Incoming(Address("terminal", str(number)), datetime.now(UTC), question))
            if as_json:
                _write_line(answer_record(question, outgoing))
            else:
                for reply in outgoing.replies:
                    print_reply(_console(), reply)


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
    settings = _settings(knowledge)
    retriever = load_retriever(settings.knowledge, read_parameters(), settings.cache)
    asyncio.run(_search(queries, retriever, count, as_json=as_json))


async def _search(queries: AsyncIterator[str], retriever: Retriever, count: int, *, as_json: bool) -> None:
    async for query in queries:
        hits = retriever.search(query, count)
        if as_json:
            results = [{"id": hit.passage.id, "score": round(hit.score, 6)} for hit in hits]
            _write_line({"query": query, "results": results})
            continue
        table = _table("score", "id", "title")
        for hit in hits:
            _add_row(table, f"{hit.score:.2f}", hit.passage.id, hit.passage.title)
        _console().print(table if hits else "Nothing found.")


@app.command()
def chat(as_json: AsJson = False, knowledge: Knowledge = None) -> None:
    """Talk with Vigie in the terminal. Leave with Ctrl-D."""
    asyncio.run(_chat(_settings(knowledge), as_json=as_json))


async def _chat(settings: Settings, *, as_json: bool) -> None:
    async with open_advisor(settings) as advisor:
        if as_json:
            program = ProgramChat(advisor)
            async for line in input_lines():
                _write_line(await program.answer(line))
        else:
            await TerminalChat(advisor, _console()).converse(typed_lines(settings.database.with_suffix(".history")))


@app.command()
def check(knowledge: Knowledge = None) -> None:
    """Check a knowledge folder: says what is wrong, where, and what to do about it."""
    corpus = _corpus(knowledge)
    problems = [*check_corpus(corpus), *check_prompts(PROMPTS)]
    if problems:
        raise ContentError(problems)
    print(f"{len(corpus.passages)} passages, all is well.")


@knowledge_app.command("list")
def list_passages(as_json: AsJson = False, knowledge: Knowledge = None) -> None:
    """List the passages: id, source, title."""
    rows = [(passage.id, _source_of(passage), passage.title) for passage in _corpus(knowledge).passages]
    if as_json:
        for identifier, source, title in rows:
            _write_line({"id": identifier, "source": source, "title": title})
        return
    table = _table("id", "source", "title")
    for row in rows:
        _add_row(table, *row)
    _console().print(table)


@knowledge_app.command("show")
def show_passage(passage_id: Annotated[str, typer.Argument(metavar="ID")], knowledge: Knowledge = None) -> None:
    """Show one passage, and the questions that find it."""
    passage = _corpus(knowledge).by_id.get(passage_id)
    if passage is None:
        raise BotError(f"No passage has the id '{passage_id}'. List them with: vigie knowledge list")
    console = _console()
    console.print(_printable(passage.title), style="bold", markup=False)
    console.print(Markdown(passage.text))
    for label, value in (
        ("source", _source_of(passage)),
        ("said by", passage.said_by),
        ("note", passage.note),
        ("reviewed on", passage.reviewed_on),
        ("questions", "\n".join(passage.questions)),
    ):
        if value:
            console.print(f"\n{label}", style="bold")
            console.print(str(value), markup=False)


@knowledge_app.command()
def stats(knowledge: Knowledge = None) -> None:
    """Count passages and questions by source."""
    passages = _corpus(knowledge).passages
    table = _table("source", "passages", "outdated", "questions")
    for source in sorted({_source_of(passage) for passage in passages}):
        _add_counts(table, source, [passage for passage in passages if _source_of(passage) == source])
    _add_counts(table, "all", passages)
    _console().print(table)


def _add_counts(table: Table, name: str, passages: Sequence[Passage]) -> None:
    outdated = sum(passage.note is not None for passage in passages)
    questions = sum(len(passage.questions) for passage in passages)
    _add_row(table, name, str(len(passages)), str(outdated), str(questions))


@knowledge_app.command()
def misses(count: Annotated[int, typer.Option("-n", min=1, help="How many to list.")] = 20) -> None:
    """List the newest questions that found no answer here."""
    asyncio.run(_list_misses(_settings(None), count))


async def _list_misses(settings: Settings, count: int) -> None:
    async with open_database(settings.database) as database:
        for miss in await Misses(database).latest(None, count):
            print(f"{miss.asked_at:%Y-%m-%d %H:%M}  {_printable(miss.question)}")


def _settings(knowledge: Path | None) -> Settings:
    settings = load_settings()
    return settings if knowledge is None else settings.model_copy(update={"knowledge": knowledge})


def _corpus(knowledge: Path | None) -> Corpus:
    return read_corpus(_settings(knowledge).knowledge)


def _source_of(passage: Passage) -> str:
    return passage.source.id if passage.source else "-"


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


def _write_line(record: dict[str, Any]) -> None:
    print(json.dumps(record, ensure_ascii=False), flush=True)


def _table(*columns: str) -> Table:
    """Return a table that shows its cells as they are, none cut."""
    table = Table(box=None)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _add_row(table: Table, *cells: str) -> None:
    table.add_row(*(Text(_printable(cell)) for cell in cells))


def _printable(text: str) -> str:
    """Return a text on one line, without what would command the terminal."""
    return "".join(letter for letter in " ".join(text.split()) if unicodedata.category(letter)[0] != "C")


def _console() -> Console:
    return Console(file=sys.stdout, highlight=False)
