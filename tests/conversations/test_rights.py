"""Who may do what of what is for a community's team: every person, place, command, button and form, cell by cell."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.content.corpus import digest
from bot.core.advisor import Advisor
from bot.core.buttons import ButtonKind, button_id
from bot.core.commands import FOR_ADMINISTRATORS, FOR_MODERATORS
from bot.core.messages import Address, Manner, Role
from bot.core.smalltalk import SmallTalk
from bot.core.team import TEAM_BUTTONS, team_button
from bot.core.voice import Voice
from bot.library import Library
from bot.storage import communities
from bot.storage.communities import Community
from bot.storage.database import Database, open_database
from tests.conversations.classroom import GROUP, LESSON, OTHER, SERVER, UNANSWERED, Classroom
from tests.conversations.words import LABELS, said
from tests.people import Member

HOME, AWAY = "fournil", "moulin"
PLATFORMS = {"telegram": GROUP, "discord": SERVER}
PLACES = ("community", "direct message")
SECRETS = (LESSON["title"], "derrière l'église", UNANSWERED, "Léa", "7 h 45", HOME)
"""What nobody of another community is to read of this one."""
REPLACED = frozenset({"conversations"})
"""What is kept anew of whoever says anything: the last turn of a conversation."""


@dataclass(frozen=True)
class Person:
    """Somebody, and where they may act for the team: in the community, in their direct message.

    The rest is what the platform tells of them.
    """

    may: tuple[str, ...]
    role: Role = Role.MEMBER
    roles: tuple[str, ...] = ()
    administers: tuple[str, ...] = ()


PEOPLE = {
    "member": Person(()),
    "newcomer": Person(()),
    "named": Person(PLACES),
    "by_role": Person(PLACES[:1], roles=("boulange",)),
    "administrator": Person(PLACES, Role.ADMINISTRATOR, administers=(HOME,)),
    "stranger": Person((), administers=(AWAY,)),
}
COMMANDS = {
    "conseil": ("/conseil", "/conseil le four", "/conseil xylophone"),
    "programme": (
        "/programme",
        "/programme mardi 18h30",
        "/programme retirer 1",
        "/programme pause du 24/12 au 2/1",
        "/programme reprendre",
        "/programme fuseau Montréal",
    ),
    "lacunes": ("/lacunes",),
    "fiche": ("/fiche", "/fiche camionnette"),
    "stats": ("/stats",),
    "silence": ("/silence", "/silence 2h", "/silence fin"),
    "ecarter": ("/ecarter", "/ecarter 2h", "/ecarter fin"),
    "journal": ("/journal",),
}
"""In every way that does something."""
PRESSES = {
    ButtonKind.TEAM_OF: tuple(COMMANDS),
    ButtonKind.TIP: ("another_{tip}", "publish_{tip}", "cancel_{tip}"),
    ButtonKind.PROGRAMME: ("add", "remove_1"),
    ButtonKind.GAP: ("list_0", "open_{gap}", "answer_{gap}", "aside_{gap}"),
    ButtonKind.CARD: ("list_0", "show_1", "past_1", "restore_1_1", "edit_1", "hide_1", "unhide_1", "new"),
    ButtonKind.LESSON: ("title_{lesson}", "save_{lesson}", "fix_{lesson}", "drop_{lesson}"),
    ButtonKind.STATS: ("week_20261122", "digest_yes", "digest_no"),
    ButtonKind.JOURNAL: ("before_99",),
    ButtonKind.SILENCE: ("hour_{silence}", "open_{silence}", "end_{silence}"),
    ButtonKind.BAR: ("day_{bar}", "week_{bar}", "end_{bar}"),
}
FORMS = (
    (ButtonKind.GAP, "answer_{gap}"),
    (ButtonKind.CARD, "edit_1"),
    (ButtonKind.CARD, "new"),
    (ButtonKind.LESSON, "fix_{lesson}"),
    (ButtonKind.PROGRAMME, "add"),
)
HOSTILE = ("", "_", "x", "9" * 19, "show", "list_99999999999999", "restore_1", "publish", "fix_0", "digest", "week_1")


def test_the_matrix_holds_every_command_and_every_button() -> None:
    assert set(COMMANDS) == set(FOR_MODERATORS)
    assert set(PRESSES) == TEAM_BUTTONS


async def written_word_by_word(lea: Member) -> None:
    """Teach in the direct message, where there may be no forms."""
    lea.capabilities = GROUP
    await lea.says("/fiche")
    await lea.presses(LABELS.card_new)
    for name in ("title", "text", "questions"):
        await lea.says(LESSON[name])


async def prepare(classroom: Classroom) -> None:
    """Have all there that a button may be about: what Léa, an administrator, did for her community."""
    for community in (HOME, AWAY):
        await classroom.asked(OTHER, 1, community)
    database = classroom.database
    async with database.transaction() as transaction:
        home = await communities.find(transaction, classroom.platform, HOME)
        away = await communities.find(transaction, classroom.platform, AWAY)
        assert home
        assert away
        await communities.keep(transaction, replace(home, moderator_role="boulange"))
        await communities.set_moderator(transaction, home, "named", moderates=True)
        await communities.set_moderator(transaction, away, "stranger", moderates=True)
    lea = classroom.moderator("léa")
    lea.role, lea.unseen = Role.ADMINISTRATOR, True
    await lea.says("/programme samedi 7h45")
    await lea.says("/stats")
    await lea.presses(LABELS.digest_yes)
    there = classroom.member("léa", None)
    there.administers = (HOME,)
    await written_word_by_word(there)
    await there.presses(LABELS.lesson_save)
    await written_word_by_word(there)
    await lea.says("/conseil")
    await lea.says("/silence")
    await lea.says("/ecarter 2h", quoted="Bonjour", author="max")
    for name in PEOPLE:
        member = somebody(classroom, name, PLACES[0])
        await member.says("/aide")
        await somebody(classroom, name, PLACES[1]).says("/aide")
        if name == "newcomer":
            await somebody(classroom, name, PLACES[1]).says("/parcours carnet")
            await member.says("/parcours carnet")
            assert member.journey
    stranger = somebody(classroom, "stranger", PLACES[1])
    await stranger.says("/programme lundi 8h")


def somebody(classroom: Classroom, name: str, place: str) -> Member:
    """Return one of the people, in a place, with what the platform tells of them there."""
    person = PEOPLE[name]
    member = classroom.member(name, HOME if place == PLACES[0] else None)
    if place == PLACES[0]:
        member.role, member.roles, member.unseen = person.role, person.roles, classroom.capabilities.unseen
    else:
        member.administers = person.administers
    return member


@pytest.fixture(scope="session")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, bakery: Library, voice: Voice, smalltalk: SmallTalk
) -> Mapping[str, Path]:
    """Return, for each platform, a database in which everything stands."""
    folder = tmp_path_factory.mktemp("prepared")

    async def fill(platform: str, path: Path) -> None:
        async with open_database(path) as database:
            advisor = Advisor(bakery.current, voice, smalltalk, database, misses_kept=90)
            await prepare(Classroom(advisor, database, PLATFORMS[platform], platform))

    files = {platform: folder / f"{platform}.sqlite3" for platform in PLATFORMS}
    for platform, path in files.items():
        asyncio.run(fill(platform, path))
    return files


@pytest.fixture
def platform() -> str:
    # Cell by cell on each platform is what the tests of the adapters are.
    return "discord"


@pytest.fixture
async def database(platform: str, prepared: Mapping[str, Path], tmp_path: Path) -> AsyncIterator[Database]:
    shutil.copy(prepared[platform], tmp_path / "vigie.sqlite3")
    async with open_database(tmp_path / "vigie.sqlite3") as opened:
        yield opened


@pytest.fixture
def school(baking: Advisor, database: Database, platform: str) -> Classroom:
    return Classroom(baking, database, PLATFORMS[platform], platform)


async def numbers(database: Database) -> dict[str, int]:
    """Return the numbers of what buttons are about."""
    drafts = await database.rows("SELECT kind, MAX(number) AS number FROM drafts GROUP BY kind")
    [gap] = await database.rows("SELECT MAX(id) AS number FROM misses WHERE community = ?", HOME)
    return {"gap": gap["number"], **{row["kind"]: row["number"] for row in drafts}}


async def forged(database: Database, member: Member, kind: ButtonKind, argument: str, team: str = HOME) -> str:
    """Return the id of a button as the member would have to have it to act for a community."""
    filled = argument.format(**await numbers(database))
    return team_button(kind, member.address, Community(member.address.platform, team, team), filled)


async def left(school: Classroom) -> dict[str, list[tuple[object, ...]]]:
    """Return what every table holds, but for what is kept anew of whoever says anything."""
    return {name: rows for name, rows in (await school.everything()).items() if name not in REPLACED}


def refused(member: Member) -> bool:
    """Tell whether somebody was told that this is not for them, and nothing else."""
    is_told = member.reads == said("team/refused", here=member.address.community is not None)
    return is_told and (member.postings, member.last.takes_away) == ((), False)


def others(place: str) -> list[str]:
    """Return who may not act somewhere."""
    return [name for name, person in PEOPLE.items() if place not in person.may]


WHO_MAY_NOT = [(name, place) for place in PLACES for name in others(place) if (name, place) != ("stranger", PLACES[1])]
WHO_MAY = [(name, place) for name, person in PEOPLE.items() for place in person.may]


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(("person", "place"), WHO_MAY_NOT)
async def test_who_may_not_is_refused_a_command_and_changes_nothing(
    school: Classroom, name: str, person: str, place: str
) -> None:
    member = somebody(school, person, place)
    before = await left(school)
    for typed in COMMANDS[name]:
        await member.says(typed, quoted="Ma pâte colle", author="zoé", message="m1")
        assert refused(member), typed
        # In a group, others would read it.
        assert member.last.in_private is (place == PLACES[0] and not member.unseen)
    assert await left(school) == before


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(("person", "place"), WHO_MAY)
async def test_who_may_is_obeyed(school: Classroom, name: str, person: str, place: str) -> None:
    member = somebody(school, person, place)
    for typed in COMMANDS[name]:
        await member.says(typed, quoted="Ma pâte colle", author="zoé", message="m1")
        assert member.last.replies, typed
        assert not refused(member), typed
        assert not member.reads.startswith(said("team/by_command", command=name))
        # What is for one alone is never read by all, and the command that asked for it goes.
        assert member.last.in_private is (place == PLACES[0] and not member.unseen)
        assert member.last.takes_away is (place == PLACES[0])


@pytest.mark.parametrize("kind", PRESSES)
@pytest.mark.parametrize(("person", "place"), WHO_MAY_NOT)
async def test_who_may_not_presses_in_vain_and_changes_nothing(
    school: Classroom, kind: ButtonKind, person: str, place: str
) -> None:
    member = somebody(school, person, place)
    before = await left(school)
    for argument in (*PRESSES[kind], *HOSTILE[:3]):
        await member.presses_id(await forged(school.database, member, kind, argument))
        assert refused(member), argument
        assert member.last.replies[0].manner is Manner.NOTICE
    assert await left(school) == before


@pytest.mark.parametrize("kind", PRESSES)
@pytest.mark.parametrize(("person", "place"), WHO_MAY)
async def test_who_may_presses(school: Classroom, kind: ButtonKind, person: str, place: str) -> None:
    member = somebody(school, person, place)
    for argument in PRESSES[kind]:
        await member.presses_id(await forged(school.database, member, kind, argument))
        assert member.last.replies, argument
        assert not refused(member), argument


@pytest.mark.parametrize("kind", PRESSES)
async def test_whatever_who_may_sends_as_a_button_fails_nothing(
    school: Classroom, kind: ButtonKind, caplog: pytest.LogCaptureFixture
) -> None:
    member = somebody(school, "named", PLACES[1])
    for argument in HOSTILE:
        await member.presses_id(await forged(school.database, member, kind, argument))
        assert member.last.replies, argument
        assert caplog.records == [], argument


@pytest.mark.parametrize("kind", [ButtonKind.TIP, ButtonKind.LESSON, ButtonKind.SILENCE, ButtonKind.BAR])
@pytest.mark.parametrize(("person", "place"), WHO_MAY)
async def test_what_one_of_a_team_is_about_to_do_is_not_done_by_another(
    school: Classroom, kind: ButtonKind, person: str, place: str
) -> None:
    member = somebody(school, person, place)
    before = await left(school)
    for argument in PRESSES[kind]:
        await member.presses_id(await forged(school.database, member, kind, argument))
        assert member.reads == said("buttons/outdated"), argument
    assert await left(school) == before


@pytest.mark.parametrize(("person", "place"), [(name, place) for name in PEOPLE for place in PLACES])
async def test_forms_open_for_who_may_and_for_nobody_else(school: Classroom, person: str, place: str) -> None:
    member = somebody(school, person, place)
    before = await school.everything()
    for kind, argument in FORMS:
        form = await member.opens(await forged(school.database, member, kind, argument))
        assert (form is not None) is (place in PEOPLE[person].may), argument
        is_filled = form is not None and any(field.value for field in form.fields)
        # The draft of somebody else is not shown.
        assert is_filled is (form is not None and argument in ("answer_{gap}", "edit_1")), argument
    assert await school.everything() == before


@pytest.mark.parametrize("person", [name for name, person in PEOPLE.items() if not person.may])
@pytest.mark.parametrize("place", PLACES)
async def test_who_may_not_sends_a_form_in_vain(school: Classroom, person: str, place: str) -> None:
    member = somebody(school, person, place)
    before = await left(school)
    for kind, argument in FORMS:
        await member.sends(await forged(school.database, member, kind, argument), **LESSON, when="mardi 9h", themes="")
        assert refused(member), argument
    assert await left(school) == before


# Who moderates another community.


async def of_home(school: Classroom) -> dict[str, list[tuple[object, ...]]]:
    """Return all that is the community's own, and nobody's who writes now."""
    kept = await left(school)
    own = {
        name: [row for row in rows if HOME in row]
        for name, rows in kept.items()
        if name not in ("taught_versions", "misses")
    }
    return own | {name: kept[name] for name in ("taught_versions", "misses")}


def seen(member: Member) -> str:
    """Return all that somebody was sent, pictures and files included."""
    return repr(member.last)


@pytest.mark.parametrize("name", COMMANDS)
async def test_who_moderates_elsewhere_acts_for_that_alone(school: Classroom, name: str) -> None:
    stranger = somebody(school, "stranger", PLACES[1])
    before = await of_home(school)
    for typed in COMMANDS[name]:
        await stranger.says(typed, quoted="Ma pâte colle", author="zoé", message="m1")
        assert not refused(stranger), typed
        for secret in SECRETS:
            assert secret not in seen(stranger) or secret in typed, typed
    assert await of_home(school) == before


@pytest.mark.parametrize("kind", PRESSES)
async def test_with_a_button_of_their_own_nobody_reaches_what_is_another_community_s(
    school: Classroom, kind: ButtonKind
) -> None:
    stranger = somebody(school, "stranger", PLACES[1])
    before = await of_home(school)
    for argument in PRESSES[kind]:
        identifier = await forged(school.database, stranger, kind, argument, AWAY)
        await stranger.presses_id(identifier)
        for secret in SECRETS:
            assert secret not in seen(stranger), argument
        await stranger.sends(identifier, **LESSON, when="jeudi 9h", themes="")
        form = await stranger.opens(identifier)
        for field in form.fields if form else ():
            assert field.value == "", argument
    after = await of_home(school)
    after["taught_versions"] = [row for row in after["taught_versions"] if "stranger" not in row]
    assert after == before


@pytest.mark.parametrize("kind", PRESSES)
async def test_in_a_direct_message_a_button_of_another_community_is_refused(
    school: Classroom, kind: ButtonKind
) -> None:
    stranger = somebody(school, "stranger", PLACES[1])
    before = await left(school)
    for argument in PRESSES[kind]:
        await stranger.presses_id(await forged(school.database, stranger, kind, argument))
        assert refused(stranger), argument
    assert await left(school) == before


# What is a member's own.


ALL_CELLS = [(name, place) for name in PEOPLE for place in PLACES]
PRIVATE = "Qui rembourse mes dettes de jeu ?"
"""What somebody asked in a direct message, and nobody else is to read."""


@pytest.mark.parametrize("kind", [ButtonKind.WATCH, ButtonKind.TEAM])
@pytest.mark.parametrize(("person", "place"), ALL_CELLS)
async def test_with_a_forged_button_nobody_reaches_a_question(
    school: Classroom, kind: ButtonKind, person: str, place: str
) -> None:
    await school.member("ada", None).says(PRIVATE)
    member = somebody(school, person, place)
    before = await left(school)
    asked = await school.database.rows("SELECT id, question FROM misses")
    for number, question in asked:
        for subject in ("", str(number), question):
            for argument in (f"{number}", f"{number}_{digest(HOME)[:8]}", f"{number}_{digest(AWAY)[:8]}"):
                await member.presses_id(button_id(kind, member.address, subject, argument))
                assert member.reads == said("feedback/too_late"), (subject, argument)
    assert {question for _, question in asked} >= {PRIVATE, OTHER}
    assert await left(school) == before


async def test_who_asked_has_a_button_that_leads_to_the_question(school: Classroom) -> None:
    ada = school.member("ada", None)
    await ada.says(PRIVATE)
    assert await ada.presses(LABELS.watch) == said("feedback/watching")


@pytest.mark.parametrize(("person", "place"), ALL_CELLS)
async def test_with_a_button_that_a_message_does_not_hold_nobody_takes_it_away_or_puts_anything_in_its_place(
    school: Classroom, person: str, place: str
) -> None:
    member = somebody(school, person, place)
    zoe = replace(member.address, account="zoé")
    for identifier in (
        button_id(ButtonKind.REMOVE, member.address),
        button_id(ButtonKind.REMOVE, member.address, "zoé"),
        button_id(ButtonKind.REMOVE, zoe, member.address.account),
        button_id(ButtonKind.THEME, member.address),
        *[await forged(school.database, member, kind, PRESSES[kind][0]) for kind in PRESSES],
    ):
        await member.presses_id(identifier, stands=False)
        manners = {reply.manner for reply in member.last.replies}
        assert not manners & {Manner.REMOVAL, Manner.IN_PLACE}, identifier


# What does not make anybody a moderator.


async def every_command_is_refused(member: Member) -> None:
    for name in COMMANDS:
        await member.says(f"/{name}")
        assert refused(member), name


async def test_the_role_of_one_place_is_none_in_a_direct_message(school: Classroom) -> None:
    member = somebody(school, "member", PLACES[1])
    member.role, member.roles = Role.ADMINISTRATOR, ("boulange",)
    await every_command_is_refused(member)


async def test_what_somebody_administers_elsewhere_counts_for_nothing_in_a_community(school: Classroom) -> None:
    member = somebody(school, "member", PLACES[0])
    member.administers = (HOME, AWAY)
    await every_command_is_refused(member)


async def test_a_role_of_another_name_is_no_moderator_s(school: Classroom) -> None:
    member = somebody(school, "member", PLACES[0])
    member.roles = ("boulanger", "", "BOULANGE")
    await every_command_is_refused(member)


async def test_who_was_dismissed_is_refused_everywhere(school: Classroom) -> None:
    async with school.database.transaction() as transaction:
        home = Community(school.platform, HOME, HOME)
        await communities.set_moderator(transaction, home, "named", moderates=False)
    for place in PLACES:
        await every_command_is_refused(somebody(school, "named", place))


async def test_the_team_of_a_community_that_vigie_left_is_refused(school: Classroom) -> None:
    await school.advisor.note_unreachable(Address(school.platform, "", HOME), school.clock.now)
    for person in ("named", "administrator"):
        await every_command_is_refused(somebody(school, person, PLACES[1]))


async def test_an_account_of_the_same_id_on_another_platform_is_somebody_else(school: Classroom, platform: str) -> None:
    other = next(each for each in PLATFORMS if each != platform)
    member = Member(school.advisor, "named", None, other, school.clock, PLATFORMS[other])
    await member.says("/aide")
    await every_command_is_refused(member)


async def test_without_a_role_set_nobody_has_it(school: Classroom) -> None:
    member = somebody(school, "member", PLACES[0])
    member.address = replace(member.address, community=AWAY)
    member.roles = ("", "None", AWAY)
    await member.says("/aide")
    await every_command_is_refused(member)


# What is for administrators alone.


@pytest.mark.parametrize("command", FOR_ADMINISTRATORS)
@pytest.mark.parametrize(("person", "place"), ALL_CELLS)
async def test_settings_are_for_administrators_in_their_community(
    school: Classroom, command: str, person: str, place: str
) -> None:
    member = somebody(school, person, place)
    before = await left(school)
    for typed in (f"/{command}", f"/{command} moderateur", f"/{command} accueil Bonjour."):
        await member.says(typed, quoted="Bonjour", author="zoé", message="m1")
    is_changed = await left(school) != before
    assert is_changed is (person == "administrator" and place == PLACES[0])


def test_every_cell_of_the_matrix_is_one_or_the_other() -> None:
    assert sorted([*WHO_MAY, *WHO_MAY_NOT, ("stranger", PLACES[1])]) == sorted(
        (name, place) for name in PEOPLE for place in PLACES
    )
