"""`vigie knowledge export` and `import`: what communities taught, as files to review and keep, and back."""

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.common import DatabaseFile, Knowledge, add_row, console, printable, settings_with, table
from bot.content.corpus import Location, Passage, Source, Status
from bot.content.export import TEAM_SOURCE, write_passages
from bot.content.importing import TaughtReader
from bot.core.imports import Change, flawed, take_over
from bot.errors import BotError, Problem
from bot.loading import load_retriever
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.retrieval.french import fold
from bot.retrieval.parameters import read_parameters
from bot.settings import Settings
from bot.storage import communities, taught
from bot.storage.communities import Community
from bot.storage.database import Transaction, open_database
from bot.storage.taught import Card

_LONGEST_TOLD = 400
"""Characters of a problem: some of it may come from a file."""

_COMMUNITY = typer.Option("--community", metavar="PLATFORM/ID", help="Whose passages: telegram/-1001234567890, say.")


def export_taught(
    folder: Annotated[Path | None, typer.Argument(help="Where to; a folder of their own by default.")] = None,
    community: Annotated[str | None, _COMMUNITY] = None,
    hidden: Annotated[bool, typer.Option("--hidden", help="Write the passages that nobody is told, too.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there already.")] = False,
    database: DatabaseFile = None,
) -> None:
    """Write what a community taught as Markdown, to review and commit; without --community, list those that did."""
    settings = settings_with(database=database)
    if community is None:
        if folder:
            raise BotError("Say whose passages with --community PLATFORM/ID. List them with: vigie knowledge export")
        asyncio.run(_list_communities(settings))
        return
    team, cards = asyncio.run(_cards(settings, community))
    shown = [card for card in cards if hidden or not card.hidden]
    if not shown:
        print(f"{printable(team.title)} has no passage to write.")
        return
    source = _source_of(team, shown)
    where = folder or Path(source.id)
    write_passages(where, source, [_passage_of(card, source) for card in shown], over=force)
    print(f"Passages of {printable(team.title)} in {where}: {len(shown)}, with their source in sources.yaml.")
    print("What is left is to review them; CONTRIBUTING.md tells how to take them over.")


def import_taught(
    files: Annotated[list[Path], typer.Argument(metavar="FOLDER_OR_FILE...", help="Passages, as export writes them.")],
    community: Annotated[str, _COMMUNITY],
    knowledge: Knowledge = None,
    database: DatabaseFile = None,
) -> None:
    """Teach passages from files to a community: all of them, or, where one does not pass the check, none."""
    settings = settings_with(knowledge, database)
    reader = TaughtReader()
    passages = reader.passages(files)
    if not passages and not reader.problems:
        raise BotError("There is no passage to read. Give Markdown files, or folders of them.")
    changes = asyncio.run(_take_over(settings, community, passages, reader.problems))
    for change, passage in changes:
        print(f"{change:<10} {passage.id}  {printable(passage.title)}")
    counted = Counter(change for change, _ in changes)
    print(", ".join(f"{counted[change]} {change}" for change in Change) + ".")


async def _list_communities(settings: Settings) -> None:
    async with open_database(settings.database) as database, database.transaction() as transaction:
        found = await taught.counts(transaction)
    if not found:
        print("No community has taught anything yet.")
        return
    listed = table("community", "title", "passages")
    for team, count in found:
        add_row(listed, f"{team.platform}/{team.id}", team.title, str(count))
    console().print(listed)


async def _cards(settings: Settings, community: str) -> tuple[Community, list[Card]]:
    async with open_database(settings.database) as database, database.transaction() as transaction:
        team = await _team(transaction, community)
        return team, await taught.all_of(transaction, team)


async def _take_over(
    settings: Settings, community: str, passages: list[Passage], problems: list[Problem]
) -> list[tuple[Change, Passage]]:
    """Have a community be taught passages, unless something is wrong with one.

    Raises:
        BotError: something is; it names each place.
    """
    retriever = load_retriever(settings.knowledge, read_parameters(), settings.cache)
    async with open_database(settings.database) as database:
        async with database.transaction() as transaction:
            team = await _team(transaction, community)
            cards = await taught.all_of(transaction, team)
        # Meanwhile, what runs on the same database goes on writing.
        found = [*problems, *flawed(passages, cards, retriever)]
        if found:
            told = (printable(str(problem))[:_LONGEST_TOLD] for problem in sorted(found))
            raise BotError("\n".join((*told, "Nothing was taken over.")))
        async with database.transaction() as transaction:
            return await take_over(transaction, retriever, team, passages, datetime.now(UTC))


async def _team(transaction: Transaction, community: str) -> Community:
    """Return a community by its platform and id.

    Raises:
        BotError: Vigie serves none of that name.
    """
    platform, _, identifier = community.partition("/")
    team = await communities.find(transaction, platform, identifier)
    if team is None:
        raise BotError(
            f"Vigie serves no community '{printable(community)}'. Give PLATFORM/ID; those that taught something are"
            " listed by: vigie knowledge export"
        )
    return team


def _source_of(team: Community, cards: list[Card]) -> Source:
    """Return what passages of a community's own come from."""
    title = " ".join(team.title.split()) or team.id
    name = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-") or f"{team.platform}-{team.id.strip('-')}"
    author = read_wording(PROMPTS).asides.team
    year = max(card.at for card in cards).year
    return Source(f"{TEAM_SOURCE}{name}", title, author, publisher=title, year=year)


def _passage_of(card: Card, source: Source) -> Passage:
    """Return a passage of a community's own as its team wrote it."""
    lesson = card.lesson
    return Passage(
        card.id,
        lesson.title,
        lesson.text,
        Location(Path(card.id), card.number),
        source,
        phase=lesson.phase,
        status=Status.DATED if lesson.note else Status.CURRENT,
        note=lesson.note,
        reviewed_on=card.at.date(),
        questions=lesson.questions,
    )
