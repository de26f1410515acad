"""`vigie journeys`: look at the guided dialogues, and at how people get through them."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

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
from bot.content.corpus import Corpus
from bot.dialogue.map import mermaid
from bot.dialogue.script import Journey
from bot.errors import BotError
from bot.storage.address import DatabaseAddress
from bot.storage.database import open_database
from bot.storage.journeys import StepCount, counts

app = typer.Typer(no_args_is_help=True, help="Look at the journeys.")

JourneyId = Annotated[str, typer.Argument(metavar="ID", help="The journey's id: its file's name.")]
Picture = Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Draw it as a picture in this file.")]


@app.command("list")
def list_journeys(as_json: AsJson = False, knowledge: Knowledge = None) -> None:
    """List the journeys: id, steps, minutes, title."""
    listed = table("id", "steps", "minutes", "title")
    for journey in corpus_of(knowledge).journeys:
        if as_json:
            steps = len(journey.steps)
            write_line({"id": journey.id, "title": journey.title, "steps": steps, "minutes": journey.minutes})
        else:
            add_row(listed, journey.id, str(len(journey.steps)), str(journey.minutes), journey.title)
    if not as_json:
        console().print(listed)


@app.command()
def show(journey_id: JourneyId, knowledge: Knowledge = None) -> None:
    """Show the steps of a journey: id, kind, what is kept, where it leads, the passages that it tells of."""
    journey = _journey(corpus_of(knowledge), journey_id)
    console().print(f"{journey.title} (version {journey.version})", style="bold", markup=False)
    console().print(journey.summary, markup=False)
    steps = table("step", "kind", "keeps", "leads to", "tells of")
    for step in journey.steps:
        leads_to = ", ".join(dict.fromkeys(step.targets)) or "the end"
        add_row(steps, step.id, step.kind, step.save or step.task or "", leads_to, ", ".join(step.facts))
    console().print(steps)


@app.command("map")
def draw_map(journey_id: JourneyId, svg: Picture = None, knowledge: Knowledge = None) -> None:
    """Print the map of a journey as Mermaid text, or draw it as an SVG picture."""
    text = mermaid(_journey(corpus_of(knowledge), journey_id))
    if svg is None:
        print(text, end="")
        return
    # The pictures' libraries take longer to load than most commands take to run.
    from bot.rendering.pictures import flowchart

    _write(svg, flowchart(text))


@app.command()
def stats(
    as_json: AsJson = False, svg: Picture = None, knowledge: Knowledge = None, database: DatabaseFile = None
) -> None:
    """Count how many people reached each step of the journeys, went through it, and quit there."""
    corpus = corpus_of(knowledge)
    kept = asyncio.run(_counts(settings_with(database=database).database))
    found = {(each.journey, each.step): each for each in kept}
    rows = [
        found.get((journey.id, step.id), StepCount(journey.id, step.id, 0, 0, 0))
        for journey in corpus.journeys
        for step in journey.steps
    ]
    begun = {each.journey for each in rows if each.reached}
    if svg is not None:
        from bot.rendering.pictures import funnels

        titles = {journey.id: journey.title for journey in corpus.journeys}
        _write(svg, funnels([each for each in rows if each.journey in begun], titles))
    elif as_json:
        for each in rows:
            write_line(asdict(each))
    elif begun:
        listed = table("journey", "step", "reached", "passed", "quit", "still there")
        for each in rows:
            if each.journey in begun:
                numbers = (each.reached, each.passed, each.quit, each.waiting)
                add_row(listed, each.journey, each.step, *map(str, numbers))
        console().print(listed)
    else:
        console().print("Nobody has begun a journey yet.")


async def _counts(address: DatabaseAddress) -> list[StepCount]:
    async with open_database(address) as database:
        return await counts(database)


def _journey(corpus: Corpus, identifier: str) -> Journey:
    journey = corpus.journey(identifier)
    if journey is None:
        raise BotError(f"No journey has the id '{identifier}'. List them with: vigie journeys list")
    return journey


def _write(path: Path, picture: str) -> None:
    try:
        path.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise BotError(f"{path} cannot be written ({error.strerror}). Name another file.") from error
