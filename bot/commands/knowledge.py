"""`vigie knowledge`: look at what Vigie knows, and at what she lacks."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markdown import Markdown
from rich.table import Table

from bot.commands.common import (
    AsJson,
    Knowledge,
    add_row,
    console,
    corpus_of,
    printable,
    settings_with,
    table,
    write_line,
)
from bot.commands.taught import export_taught, import_taught
from bot.content.corpus import Passage
from bot.errors import BotError
from bot.settings import Settings
from bot.storage.database import open_database
from bot.storage.misses import latest

app = typer.Typer(no_args_is_help=True, help="Look at what Vigie knows, and take over what communities taught her.")
app.command("export")(export_taught)
app.command("import")(import_taught)


@app.command("list")
def list_passages(as_json: AsJson = False, knowledge: Knowledge = None) -> None:
    """List the passages: id, source, title."""
    rows = [(passage.id, _source_of(passage), passage.title) for passage in corpus_of(knowledge).passages]
    if as_json:
        for identifier, source, title in rows:
            write_line({"id": identifier, "source": source, "title": title})
        return
    listed = table("id", "source", "title")
    for row in rows:
        add_row(listed, *row)
    console().print(listed)


@app.command("show")
def show_passage(passage_id: Annotated[str, typer.Argument(metavar="ID")], knowledge: Knowledge = None) -> None:
    """Show one passage, and the questions that find it."""
    passage = corpus_of(knowledge).by_id.get(passage_id)
    if passage is None:
        raise BotError(f"No passage has the id '{passage_id}'. List them with: vigie knowledge list")
    output = console()
    output.print(printable(passage.title), style="bold", markup=False)
    output.print(Markdown(passage.text))
    for label, value in (
        ("source", _source_of(passage)),
        ("said by", passage.said_by),
        ("note", passage.note),
        ("reviewed on", passage.reviewed_on),
        ("questions", "\n".join(passage.questions)),
    ):
        if value:
            output.print(f"\n{label}", style="bold")
            output.print(str(value), markup=False)


@app.command()
def stats(knowledge: Knowledge = None) -> None:
    """Count passages and questions by source."""
    passages = corpus_of(knowledge).passages
    counted = table("source", "passages", "outdated", "questions")
    for source in sorted({_source_of(passage) for passage in passages}):
        _add_counts(counted, source, [passage for passage in passages if _source_of(passage) == source])
    _add_counts(counted, "all", passages)
    console().print(counted)


@app.command()
def misses(count: Annotated[int, typer.Option("-n", min=1, help="How many to list.")] = 20) -> None:
    """List the newest questions that found no answer here."""
    asyncio.run(_list_misses(settings_with(), count))


async def _list_misses(settings: Settings, count: int) -> None:
    async with open_database(settings.database) as database:
        for miss in await latest(database, None, count):
            print(f"{miss.asked_at:%Y-%m-%d %H:%M}  {printable(miss.question)}")


def _add_counts(to: Table, name: str, passages: Sequence[Passage]) -> None:
    outdated = sum(passage.note is not None for passage in passages)
    questions = sum(len(passage.questions) for passage in passages)
    add_row(to, name, str(len(passages)), str(outdated), str(questions))


def _source_of(passage: Passage) -> str:
    return passage.source.id if passage.source else "-"
