"""Whatever the database holds about somebody is in the register, so that it is shown and erased whole."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.core.advisor import Advisor
from bot.core.messages import Address, Capabilities, Role
from bot.storage import answers, communities, conversations, grants, inbox, people, personal
from bot.storage.answers import Question
from bot.storage.conversations import Turn
from bot.storage.database import Database
from bot.storage.inbox import Delivered
from bot.storage.personal import IMPERSONAL, PERSONAL, PersonalTable
from tests.conversations.words import LABELS, REASONS
from tests.people import NOON, Member

pytestmark = pytest.mark.both_engines
DRAWN_BY_VIGIE = {("link_codes", "code")}
"""Columns of text that tell nothing of the person: the digest of a code that Vigie drew."""
GONE_ONCE_THEY_WRITE = {("accounts", "unreachable_since")}
EMPTY_IN_WHAT_IS_THEIRS = {("digests", "place")}
TOLD_BY_THE_ACCOUNT = {
    ("inbox", "lane"),
    *((table, "account") for table in ("answers", "moderators", "grants", "drafts", "taught_versions", "audit")),
    *((table, "account") for table in ("barred", "paces", "digests")),
    *((table, "about") for table in ("drafts", "audit")),
}
"""Columns that hold the account itself, which is shown once."""
LEFT_TO_THE_COMMUNITY = {"taught_versions": "taught, version", "audit": "number"}
"""The tables of what somebody did for a community, and their order: it stays, and nobody is told who did it."""
LESSONS = {
    "léa": {
        "title": "Garer la camionnette",
        "text": "Gare-toi derrière l'église, jamais devant le lavoir.",
        "questions": "où garer ma camionnette\nun parking pour le marché",
        "note": "Le lavoir rouvre en mars.",
    },
    "max": {
        "title": "Les clés du placard",
        "text": "Demande-les au bar d'en face, qui les détient jusqu'au soir.",
        "questions": "qui détient les clés du placard\nouvrir le placard",
        "note": "Le bar ferme le lundi.",
    },
}
"""What each of them teaches Vigie for the community."""

Kept = Mapping[str, Sequence[Mapping[str, Any]]]


async def tables_of(database: Database) -> set[str]:
    return set(await database.tables())


async def columns_of(database: Database, table: str) -> dict[str, str]:
    """Return the columns of a table, each with its declared type."""
    rows = await database.rows("SELECT name, type FROM pragma_table_info(?)", table)
    return {row["name"]: row["type"] for row in rows}


async def number_of(database: Database, member: Member) -> int:
    [row] = await database.rows("SELECT person FROM accounts WHERE account = ?", member.address.account)
    return int(row["person"])


async def rows_about(database: Database, person: int) -> dict[str, list[dict[str, Any]]]:
    """Return every row that holds a person's number, straight from the tables."""
    return {
        table.name: await sorted_rows(database, f"SELECT * FROM {table.name} WHERE {table.about}", person)  # noqa: S608
        for table in PERSONAL
    }


async def sorted_rows(database: Database, query: str, *values: object) -> list[dict[str, Any]]:
    """Return the rows of a query in an order of their own: PostgreSQL gives those that changed last."""
    return sorted((dict(row) for row in await database.rows(query, *values)), key=str)


async def all_rows(database: Database, tables: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    return {name: await sorted_rows(database, f"SELECT * FROM {name}") for name in tables}  # noqa: S608 - our names


async def export_of(member: Member) -> Kept:
    await member.says("/mesdonnees")
    exported: Kept = json.loads(member.files[0].content)
    return exported


async def what_a_platform_leaves(database: Database, member: Member) -> None:
    """Leave what a platform keeps of somebody: something set aside, the answer to a question, a moderator."""
    address = member.address
    async with database.transaction() as transaction:
        delivered = Delivered(f"{address.account}-9", address.account, "{}")
        await inbox.keep(transaction, address.platform, [delivered], NOON)
        community = await communities.known(transaction, address, None)
        assert community
        await communities.set_moderator(transaction, community, address.account, moderates=True)
        await communities.keep(transaction, replace(community, completion_role="diplômé"))
        person = await people.find(transaction, address.platform, address.account)
        assert person
        await grants.earn(transaction, person.id, NOON)
    asked = Question(address.platform, "atelier", address.account, address.account)
    await answers.keep(database, asked, [1], NOON)
    [item] = [each for each in await inbox.waiting(database, address.platform, 9) if each.lane == address.account]
    await inbox.set_tries(database, item.number, 3, set_aside=True)


async def works_for_the_team(member: Member) -> None:
    """Do what leaves something of who moderates, and end on a passage that is not written yet."""
    role, capabilities, address = member.role, member.capabilities, member.address
    member.role, member.name = Role.MODERATOR, address.account.capitalize()
    member.address = replace(address, place=f"coin-{address.account}")
    there = member.in_private()
    there.administers = ("atelier",)
    await there.says("/stats")
    await there.presses(LABELS.digest_yes)
    await member.says("/fiche")
    await member.writes(LABELS.card_new, **LESSONS[address.account])
    member.capabilities = replace(capabilities, forms=False)
    await member.says("/fiche")
    await member.presses(LABELS.card_new)
    member.role, member.capabilities, member.address = role, capabilities, address


async def fills_every_table(advisor: Advisor, database: Database, member: Member) -> None:
    """Do everything that leaves something behind, and end on the demand to be forgotten."""
    name = member.address.account
    member.capabilities = Capabilities(forms=True)
    await member.joins()
    await Member(advisor, name, "chorale", member.address.platform).asks_to_join()
    await member.says("/rappels fuseau Montréal", identifier=f"{name}-1")
    await member.says("/parcours demarrer")
    await member.says("presque rien", identifier=f"{name}-2")
    await member.presses("Pause")
    await member.says("/rappels jeudi 18h30")
    await member.says("Faut-il répondre aux polémiques ?")
    await member.presses(LABELS.useless)
    await member.presses(REASONS["vague"])
    await member.says("C'est quoi une marque personnelle ?")
    await member.presses(LABELS.useless)
    await member.writes(LABELS.other_reason, "Je n'ai pas de compte.")
    await member.says("recette de la blanquette de veau")
    await member.says(LABELS.watch, message="7")
    await Member(advisor, "garde", "atelier", role=Role.MODERATOR).says("/ecarter 2h", author=name)
    await works_for_the_team(member)
    await what_a_platform_leaves(database, member)
    await member.in_private().says("/lier AUHASARD")
    await member.in_private().says("/lier")
    await member.says("/oublier")


def test_the_register_is_not_contradictory() -> None:
    names = [table.name for table in PERSONAL]
    assert len(names) == len(set(names))
    assert not set(names) & set(IMPERSONAL)


async def test_every_table_is_in_the_register(database: Database) -> None:
    assert await tables_of(database) == {table.name for table in PERSONAL} | set(IMPERSONAL)


def columns_shown(table: PersonalTable) -> set[str]:
    """Return what is shown as it stands in the table, not by way of another one."""
    return {name for name, expression in table.shown.items() if name == expression}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("table", PERSONAL, ids=lambda table: table.name)
async def test_every_column_about_a_person_is_shown_or_a_number_of_ours(
    database: Database, table: PersonalTable
) -> None:
    columns = await columns_of(database, table.name)
    assert columns_shown(table) <= set(columns)
    untold = DRAWN_BY_VIGIE | TOLD_BY_THE_ACCOUNT | GONE_ONCE_THEY_WRITE | EMPTY_IN_WHAT_IS_THEIRS
    hidden = {name for name in columns if name not in table.shown and (table.name, name) not in untold}
    assert {name for name in hidden if columns[name] != "INTEGER"} == set()


@pytest.mark.sqlite_only
@pytest.mark.parametrize("table", IMPERSONAL)
async def test_what_is_said_to_be_impersonal_points_to_nobody(database: Database, table: str) -> None:
    pointed_to = await database.rows('SELECT "table" FROM pragma_foreign_key_list(?)', table)
    assert [row["table"] for row in pointed_to] == []
    assert not set(await columns_of(database, table)) & {"person", "account", "address", "lane"}


@pytest.mark.sqlite_only
async def test_a_table_that_points_to_people_is_personal(database: Database) -> None:
    rows = await database.rows(
        "SELECT sqlite_master.name FROM sqlite_master JOIN pragma_foreign_key_list(sqlite_master.name) AS points"
        " WHERE sqlite_master.type = 'table' AND points.\"table\" IN ('people', 'accounts')"
    )
    by_account = {table for table, _ in TOLD_BY_THE_ACCOUNT}
    assert {row["name"] for row in rows} == {table.name for table in PERSONAL} - {"people"} - by_account


async def test_a_conversation_can_fill_every_table_and_every_column(advisor: Advisor, database: Database) -> None:
    lea = Member(advisor, "léa", community="atelier")
    await fills_every_table(advisor, database, lea)
    kept = await rows_about(database, await number_of(database, lea))
    for table in PERSONAL:
        assert kept[table.name], f"{table.name}: the conversation above leaves nothing in it, complete it"
        for column in columns_shown(table):
            values = [row[column] for row in kept[table.name]]
            assert any(value is not None for value in values), f"{table.name}.{column}: complete the conversation above"


async def test_all_of_it_is_in_the_file(advisor: Advisor, database: Database) -> None:
    lea = Member(advisor, "léa", community="atelier")
    await fills_every_table(advisor, database, lea)
    kept = await rows_about(database, await number_of(database, lea))
    exported = await export_of(lea.in_private())
    assert set(exported) == set(kept)
    for table in PERSONAL:
        shown = [{column: read(row[column]) for column in columns_shown(table)} for row in kept[table.name]]
        told = [{column: row[column] for column in columns_shown(table)} for row in exported[table.name]]
        assert sorted(told, key=str) == sorted(shown, key=str), table.name


def read(value: object) -> object:
    return json.loads(value) if isinstance(value, str) and value.startswith(("{", "[")) else value


async def test_all_of_it_is_erased_and_nothing_of_anybody_else(advisor: Advisor, database: Database) -> None:
    lea, max_ = (Member(advisor, name, community="atelier") for name in ("léa", "max"))
    await fills_every_table(advisor, database, lea)
    await fills_every_table(advisor, database, max_)
    erased, other = await number_of(database, lea), await number_of(database, max_)
    before = await rows_about(database, other)
    impersonal = await all_rows(database, IMPERSONAL)
    assert all(before.values())
    await lea.says("/oublier")
    await lea.presses(LABELS.erase_yes)
    assert lea.last.erased
    assert await rows_about(database, erased) == {table.name: [] for table in PERSONAL}
    assert await rows_about(database, other) == before
    assert await all_rows(database, IMPERSONAL) == impersonal


async def test_what_somebody_did_for_a_community_stays_and_is_nobody_s(advisor: Advisor, database: Database) -> None:
    lea = Member(advisor, "léa", community="atelier")
    await fills_every_table(advisor, database, lea)
    queries = {name: f"SELECT * FROM {name} ORDER BY {order}" for name, order in LEFT_TO_THE_COMMUNITY.items()}  # noqa: S608
    before = {name: [dict(row) for row in await database.rows(query)] for name, query in queries.items()}
    assert all(any(row["account"] == "léa" for row in rows) for rows in before.values())
    await lea.says("/oublier")
    await lea.presses(LABELS.erase_yes)
    for name, query in queries.items():
        expected = [_without_lea(row) for row in before[name]]
        assert [dict(row) for row in await database.rows(query)] == expected


async def test_all_of_it_is_there_when_accounts_are_joined(advisor: Advisor, database: Database) -> None:
    lea = Member(advisor, "léa", community="atelier")
    await fills_every_table(advisor, database, lea)
    await database.rows("UPDATE watches SET found = 7")
    code = re.search(r"\b[A-Z2-9]{8}\b", await lea.in_private().says("/lier"))
    assert code
    there = Member(advisor, "42", platform="telegram")
    await there.says("merci")
    before, other = await number_of(database, lea), await number_of(database, there)
    kept = await rows_about(database, before)
    await there.says(f"/lier {code[0]}")
    assert await rows_about(database, before) == {table.name: [] for table in PERSONAL}
    joined = await rows_about(database, other)
    for table in {*kept} - {"accounts", "conversations", "link_codes", "people"}:
        assert joined[table] == [row | ({"person": other} if "person" in row else {}) for row in kept[table]], table


def _without_lea(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a team did, without who did it, and without whom it was done about."""
    unsigned = {"account": None, "name": ""} if row["account"] == "léa" else {}
    untold = {"about": None, "subject": ""} if row.get("about") == "léa" else {}
    return row | unsigned | untold


async def test_who_was_barred_is_named_nowhere_once_forgotten(advisor: Advisor, database: Database) -> None:
    garde = Member(advisor, "garde", community="atelier", role=Role.MODERATOR)
    lea = Member(advisor, "léa", community="atelier")
    await lea.says("merci")
    await garde.says("/ecarter 2h", quoted="bonjour", author="léa")
    await lea.says("/oublier")
    await lea.presses(LABELS.erase_yes)
    for table in ("audit", "drafts", "barred"):
        assert "éa" not in str([dict(row) for row in await database.rows(f"SELECT * FROM {table}")])  # noqa: S608


async def test_of_an_event_its_own_number_alone_outlives_the_person(advisor: Advisor, database: Database) -> None:
    lea = Member(advisor, "léa")
    await lea.says("merci", identifier="1")
    await lea.says("/oublier")
    await lea.presses(LABELS.erase_yes)
    [row] = await database.rows("SELECT platform, id, person, reply FROM events")
    assert tuple(row) == ("test", "1", None, None)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("seed", range(8))
async def test_who_is_erased_leaves_no_byte_in_the_pages_of_the_others(database: Database, seed: int) -> None:
    """Pages that were parted and filled again can hold what moved away, where no row reaches."""
    random = Random(seed)  # noqa: S311
    names = [f"account-{number:02d}" for number in range(40)]
    async with database.transaction() as transaction:
        numbers = {name: (await people.add(transaction, Address("test", name), NOON)).id for name in names}
        for _ in range(400):
            name = random.choice(names)
            turn = Turn(f"{name} " * random.randrange(1, 100))
            await conversations.keep(transaction, numbers[name], Address("test", name), turn, NOON)
    for name in names:
        async with database.transaction() as transaction:
            await personal.erase(transaction, numbers[name], NOON)
        await database.forget_deleted()
        assert not is_in_a_file(name, database.path)


def is_in_a_file(text: str, path: Path) -> bool:
    return any(text.encode() in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
