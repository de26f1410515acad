"""Tips are told at the hour that a team chose, once, on its own clock; an hour late at most, and never in a pause."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.core.buttons import ButtonKind, button_id
from bot.core.messages import Address, Capabilities, Due, Event, Incoming, Reply, Role
from bot.library import Library
from bot.rendering.wording import FormName
from bot.storage import audit, communities
from bot.storage.communities import Community
from bot.storage.database import Database, open_database
from tests.conversations.words import FORMS, LABELS, said
from tests.people import PLATFORMS, Clock, Member

TUESDAY = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
"""The first Tuesday at 18:30 in Paris after the Sunday on which people come in tests."""
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
OFFERED = ("Débuter", "Veille et organisation")
"""Two of the themes."""


@pytest.fixture
def max_(advisor: Advisor) -> Member:
    return moderator(advisor)


def moderator(advisor: Advisor, community: str = "atelier", place: str | None = None, *, forms: bool = False) -> Member:
    can = Capabilities(buttons=True, forms=forms)
    member = Member(advisor, "max", community, capabilities=can, role=Role.ADMINISTRATOR)
    member.address = replace(member.address, place=place)
    return member


async def comes(advisor: Advisor, moment: datetime) -> list[Due]:
    return await advisor.due(moment, PLATFORMS)


def text_of(due: Due) -> str:
    return "\n\n".join(reply.text for reply in due.outgoing.replies)


def kind_of(reply: Reply) -> list[str]:
    """Return what a message is made of."""
    return [block.role for block in reply.blocks]


def tip_of(library: Library, due: Due) -> str:
    """Return the theme of the tip that falls due."""
    [tip] = [tip for tip in library.current().corpus.tips if tip.text in text_of(due)]
    return tip.theme


async def listed(member: Member) -> str:
    return await member.says("/programme")


async def test_where_nothing_is_programmed_it_says_how_to(max_: Member) -> None:
    assert (
        await listed(max_)
        == said("programme/list", programmes=[], holidays=[], title="atelier", zone="Europe/Paris", explains=True)
        + notice()
    )
    assert max_.choices == []
    assert max_.last.in_private


def notice() -> str:
    """Return what is said to whom Vigie meets for the first time."""
    return "\n\n" + said("privacy/first_contact", lasts=True)


@pytest.mark.parametrize(
    ("typed", "when", "first", "others"),
    [
        ("mardi jeudi 18h30", "Mardi et jeudi à 18 h 30", "mardi 24 novembre", ["mardi 1er décembre"]),
        ("Tous les jours à 9h", "Tous les jours à 9 h", "lundi 23 novembre", ["mardi 24 novembre"]),
        ("en semaine 12h30 veille", "En semaine à 12 h 30", "lundi 23 novembre", ["mardi 24 novembre"]),
        ("le week-end 10h", "Samedi et dimanche à 10 h", "samedi 28 novembre", ["dimanche 29 novembre"]),
        ("du vendredi au lundi midi", "Lundi, vendredi, samedi et dimanche à 12 h", "lundi 23 novembre", []),
        ("dimanche 13h01", "Dimanche à 13 h 01", "dimanche 22 novembre", ["dimanche 29 novembre"]),
        ("dimanche 13h", "Dimanche à 13 h", "dimanche 29 novembre", ["dimanche 6 décembre"]),
        ("samedi 3h", "Samedi à 3 h", "samedi 28 novembre", []),
    ],
)
async def test_a_programme_is_added_and_its_next_dates_are_told(
    max_: Member, typed: str, when: str, first: str, others: list[str]
) -> None:
    added = await max_.says(f"/programme {typed}")
    at = when.rpartition(" à ")[2]
    assert f"**{when}**" in added
    assert f"{first} à {at}" in added.partition("\n\n")[0]
    shown = await listed(max_)
    assert all(f"{day} à {at}" in shown for day in [first, *others])
    assert max_.choices == [f"{LABELS.programme_remove} : {when[0].lower()}{when[1:]}"]


@pytest.mark.parametrize("typed", ["mardi", "18h30", "un de ces jours", "mardi 25h", "mardi 12h75 veille"])
async def test_what_is_no_moment_is_told_and_adds_nothing(max_: Member, typed: str) -> None:
    assert said("programme/not_understood") in await max_.says(f"/programme {typed}")
    await listed(max_)
    assert max_.choices == []


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("", ["sur tous les thèmes"]),
        ("veille", ["« Veille et organisation »"]),
        ("Veille et organisation", ["« Veille et organisation »"]),
        ("sur le thème vie_privee", ["« Vie privée et données »"]),
        ("vie privée, débuter", ["« Débuter »", "« Vie privée et données »"]),
        ("réseau", ["« Choisir ses réseaux »"]),
    ],
)
async def test_themes_are_named_by_a_word_of_theirs(max_: Member, typed: str, titles: list[str]) -> None:
    shown = await max_.says(f"/programme mardi 18h30 {typed}")
    assert all(title in shown for title in titles)
    assert shown.count("«") == sum("«" in title for title in titles)


@pytest.mark.parametrize("typed", ["cuisine", "veille cuisine", "chiffres"])
async def test_a_theme_without_tips_is_told_and_adds_nothing(max_: Member, typed: str) -> None:
    told = await max_.says(f"/programme mardi 18h30 {typed}")
    assert f"« {typed.split()[-1]} »" in told
    assert all(title in told for title in OFFERED)
    await listed(max_)
    assert max_.choices == []


async def test_a_tip_falls_due_at_its_hour_for_all_to_read_and_once(
    advisor: Advisor, library: Library, max_: Member
) -> None:
    await max_.says("/programme mardi jeudi 18h30 veille")
    assert await comes(advisor, TUESDAY - timedelta(seconds=1)) == []
    [due] = await comes(advisor, TUESDAY)
    assert (due.address, due.to_all) == (Address("test", "", "atelier"), True)
    assert tip_of(library, due) == "veille"
    assert kind_of(due.outgoing.replies[0])[:2] == ["text", "today"]
    assert await comes(advisor, TUESDAY + timedelta(seconds=30)) == []
    assert await comes(advisor, TUESDAY + timedelta(minutes=50)) == []
    [after] = await comes(advisor, TUESDAY + 2 * DAY)
    assert text_of(after) != text_of(due)


async def test_two_programmes_at_the_same_time_tell_two_tips(advisor: Advisor) -> None:
    await moderator(advisor, place="1").says("/programme mardi 18h30")
    await moderator(advisor, place="2").says("/programme mardi 18h30")
    due = await comes(advisor, TUESDAY)
    assert [each.address.place for each in due] == ["1", "2"]
    assert len({text_of(each) for each in due}) == 2


async def test_two_processes_do_not_tell_the_same_tip(library: Library, tmp_path: Path) -> None:
    async with open_database(tmp_path / "v.sqlite3") as one, open_database(tmp_path / "v.sqlite3") as other:
        advisors = [build_advisor(library.current, each) for each in (one, other)]
        await moderator(advisors[0]).says("/programme mardi 18h30")
        told = await asyncio.gather(*(advisor.due(TUESDAY, PLATFORMS) for advisor in advisors))
    assert sorted(map(len, told)) == [0, 1]


@pytest.mark.parametrize(("minutes", "told"), [(0, 1), (59, 1), (61, 0), (60 * 23, 0)])
async def test_a_missed_tip_is_told_late_only_within_an_hour(
    advisor: Advisor, max_: Member, minutes: int, told: int
) -> None:
    await max_.says("/programme tous les jours 18h30")
    await comes(advisor, TUESDAY - DAY)
    assert len(await comes(advisor, TUESDAY + timedelta(minutes=minutes))) == told
    assert await comes(advisor, TUESDAY + DAY - timedelta(seconds=1)) == []
    assert len(await comes(advisor, TUESDAY + DAY)) == 1


async def test_after_days_without_vigie_the_last_tip_alone_is_told_if_it_is_late_by_less_than_an_hour(
    advisor: Advisor, max_: Member
) -> None:
    await max_.says("/programme tous les jours 18h30")
    assert len(await comes(advisor, TUESDAY + 5 * DAY + timedelta(minutes=40))) == 1
    assert await comes(advisor, TUESDAY + 5 * DAY + timedelta(minutes=41)) == []


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("du 24/12 au 2/1", "du jeudi 24 décembre au samedi 2 janvier"),
        ("du 24/12/2026 au 2/1/2027", "du jeudi 24 décembre au samedi 2 janvier"),
        ("le 25/12", "le vendredi 25 décembre"),
        ("1er janvier", "le vendredi 1er janvier"),
        ("24/12 2/1", "du jeudi 24 décembre au samedi 2 janvier"),
        ("jusqu'au 2/1", "du dimanche 22 novembre au samedi 2 janvier"),
    ],
)
async def test_a_pause_is_told_with_its_days(max_: Member, typed: str, days: str) -> None:
    assert days in (await max_.says(f"/programme pause {typed}")).partition("\n\n")[0]
    assert f"En pause {days}." in await listed(max_)


@pytest.mark.parametrize("typed", ["", "bientôt", "31/2", "le 1/5/2020", "du 1/1/2027 au 1/1/2030"])
async def test_what_are_no_days_of_the_next_year_is_told_and_pauses_nothing(max_: Member, typed: str) -> None:
    assert said("programme/pause_not_understood") in await max_.says(f"/programme pause {typed}")
    assert "En pause" not in await listed(max_)


async def test_in_a_pause_nothing_is_told(advisor: Advisor, max_: Member) -> None:
    await max_.says("/programme tous les jours 18h30")
    shown = await max_.says("/programme pause du 24/11 au 26/11")
    assert "18 h 30, lundi 23 novembre à 18 h 30, vendredi 27 novembre à 18 h 30" in shown
    told = [len(await comes(advisor, TUESDAY + number * DAY)) for number in range(-1, 5)]
    assert told == [1, 0, 0, 0, 1, 1]


async def test_when_a_pause_is_ended_tips_are_told_again(advisor: Advisor, max_: Member) -> None:
    await max_.says("/programme tous les jours 18h30")
    await max_.says("/programme pause du 24/11 au 24/12")
    assert said("programme/resumed", was_paused=True) in await max_.says("/programme reprendre")
    assert len(await comes(advisor, TUESDAY)) == 1
    assert said("programme/resumed", was_paused=False) in await max_.says("/programme reprendre")


async def test_a_pause_that_is_over_is_not_shown(max_: Member) -> None:
    await max_.says("/programme pause du 24/11 au 26/11")
    max_.clock.now = datetime(2026, 11, 26, 22, 59, tzinfo=UTC)
    assert "En pause" in await listed(max_)
    max_.clock.passes(minutes=1)
    assert "En pause" not in await listed(max_)


async def test_the_hour_is_that_of_the_time_zone_of_the_community(advisor: Advisor, max_: Member) -> None:
    await max_.says("/programme mardi 18h30")
    assert said("programme/zone_set", zone="America/Montreal") in await max_.says("/programme fuseau Montréal")
    assert "mardi 24 novembre à 18 h 30" in max_.reads
    assert await comes(advisor, TUESDAY) == []
    assert len(await comes(advisor, TUESDAY + timedelta(hours=6))) == 1
    await max_.says("/programme mercredi 7h")
    assert len(await comes(advisor, datetime(2026, 11, 25, 12, tzinfo=UTC))) == 1


async def test_in_a_time_zone_that_is_ahead_a_tip_is_told_earlier(advisor: Advisor, max_: Member) -> None:
    await max_.says("/programme mardi 18h30")
    await max_.says("/programme fuseau Tokyo")
    assert len(await comes(advisor, TUESDAY - timedelta(hours=8))) == 1


async def test_a_time_zone_that_does_not_exist_is_told_and_changes_nothing(advisor: Advisor, max_: Member) -> None:
    await max_.says("/programme mardi 18h30")
    assert await max_.says("/programme fuseau Atlantide") == said("programme/zone_unknown")
    assert len(await comes(advisor, TUESDAY)) == 1


@pytest.mark.parametrize(
    ("zone", "begins", "typed", "told"),
    [
        ("Paris", "2026-10-24", "tous les jours 2h30", ["2026-10-25T00:30", "2026-10-26T01:30", "2026-10-27T01:30"]),
        ("Paris", "2027-03-27", "tous les jours 2h30", ["2027-03-28T01:00", "2027-03-29T00:30", "2027-03-30T00:30"]),
        ("Paris", "2026-10-24", "samedi dimanche 18h30", ["2026-10-24T16:30", "2026-10-25T17:30", "2026-10-31T17:30"]),
        ("Montréal", "2026-10-31", "tous les jours 1h30", ["2026-11-01T05:30", "2026-11-02T06:30", "2026-11-03T06:30"]),
        ("Montréal", "2027-03-13", "tous les jours 2h30", ["2027-03-14T07:00", "2027-03-15T06:30", "2027-03-16T06:30"]),
        ("Dakar", "2026-10-24", "tous les jours 2h30", ["2026-10-25T02:30", "2026-10-26T02:30", "2026-10-27T02:30"]),
    ],
)
async def test_when_the_clocks_change_a_tip_is_told_once_at_the_hour_on_the_wall(
    advisor: Advisor, zone: str, begins: str, typed: str, told: list[str]
) -> None:
    now = datetime.fromisoformat(f"{begins}T12:00+00:00")
    member = Member(advisor, "max", "atelier", clock=Clock(now), role=Role.ADMINISTRATOR)
    await member.says(f"/programme fuseau {zone}")
    await member.says(f"/programme {typed}")
    last = datetime.fromisoformat(f"{told[-1]}+00:00")
    found = []
    while now < last + timedelta(minutes=30):
        now += timedelta(minutes=15)
        found += [now.strftime("%Y-%m-%dT%H:%M")] * len(await comes(advisor, now))
    assert found == told


async def test_a_community_that_vigie_was_put_out_of_is_told_nothing_nor_late_when_she_is_back(
    advisor: Advisor, max_: Member
) -> None:
    await max_.says("/programme tous les jours 18h30")
    await advisor.handle(Incoming(max_.address, max_.clock.now, event=Event.PUT_OUT))
    assert await comes(advisor, TUESDAY) == []
    max_.clock.now = TUESDAY + timedelta(hours=20)
    await advisor.handle(Incoming(max_.address, max_.clock.now, event=Event.TAKEN_IN))
    assert await comes(advisor, max_.clock.now) == []
    assert len(await comes(advisor, TUESDAY + DAY)) == 1


async def test_where_vigie_is_to_keep_silent_no_tip_is_told_and_the_list_says_so(
    advisor: Advisor, database: Database, max_: Member
) -> None:
    await max_.says("/programme tous les jours 18h30")
    async with database.transaction() as transaction:
        await communities.keep_quiet(transaction, max_.address, until=TUESDAY + timedelta(minutes=1))
    assert "Je me tais" in await listed(max_)
    assert await comes(advisor, TUESDAY) == []
    assert await comes(advisor, TUESDAY + timedelta(minutes=5)) == []
    assert len(await comes(advisor, TUESDAY + DAY)) == 1


async def test_where_vigie_is_to_keep_silent_in_a_place_no_tip_is_told_in_its_threads(
    advisor: Advisor, database: Database, max_: Member
) -> None:
    thread = replace(max_.address, place="thread")
    added = Incoming(thread, max_.clock.now, "/programme mardi 18h30", role=Role.ADMINISTRATOR, within="channel")
    await advisor.handle(added)
    async with database.transaction() as transaction:
        await communities.keep_quiet(transaction, replace(max_.address, place="channel"))
    assert await comes(advisor, TUESDAY) == []


async def test_a_platform_that_is_not_ready_is_not_served(advisor: Advisor, max_: Member) -> None:
    await max_.says("/programme mardi 18h30")
    assert await advisor.due(TUESDAY, ["telegram"]) == []
    assert len(await advisor.due(TUESDAY + timedelta(minutes=2), ["test"])) == 1


@pytest.mark.parametrize(("place", "told_in"), [(None, None), ("42", "42"), ("42/max", "42")])
async def test_a_tip_is_told_where_it_was_programmed(advisor: Advisor, place: str | None, told_in: str | None) -> None:
    await moderator(advisor, place=place).says("/programme mardi 18h30")
    [due] = await comes(advisor, TUESDAY)
    assert due.address.place == told_in


async def test_the_places_are_told_by_their_titles(advisor: Advisor) -> None:
    here, there = moderator(advisor, place="1"), moderator(advisor, place="2")
    titled = Incoming(
        there.address, there.clock.now, "/programme jeudi 9h", role=Role.ADMINISTRATOR, place_title="#annonces"
    )
    await here.says("/programme mardi 18h30")
    await advisor.handle(titled)
    await moderator(advisor).says("/programme lundi 8h")
    shown = await listed(here)
    places = [line.split("**, ")[1].partition(", sur tous")[0] for line in shown.splitlines() if "**, " in line]
    assert places == ["ici", "dans \\#annonces", "dans le fil principal"]


async def test_in_a_direct_message_it_is_for_the_community_that_one_administers(advisor: Advisor, max_: Member) -> None:
    await listed(max_)
    alone = Incoming(Address("test", "max"), max_.clock.now, "/programme mardi 18h30", administers=("atelier",))
    outgoing = await advisor.handle(alone)
    assert "**Mardi à 18 h 30**, dans le fil principal" in outgoing.replies[0].text
    [due] = await comes(advisor, TUESDAY)
    assert due.address == Address("test", "", "atelier")


async def test_a_programme_is_taken_off_by_its_button_or_its_number(advisor: Advisor, max_: Member) -> None:
    for typed in ("mardi 18h30", "mardi 18h31", "mardi 18h32"):
        await max_.says(f"/programme {typed}")
    assert said("programme/removed", what="mardi à 18 h 31") in await max_.says("/programme retirer 2")
    await max_.presses(f"{LABELS.programme_remove} : mardi à 18 h 30")
    assert max_.choices == [f"{LABELS.programme_remove} : mardi à 18 h 32"]
    assert len(await comes(advisor, TUESDAY + timedelta(minutes=5))) == 1


@pytest.mark.parametrize("number", ["", "0", "2", "-1", "deux", "²"])
async def test_a_number_that_is_not_in_the_list_takes_nothing_off(max_: Member, number: str) -> None:
    await max_.says("/programme mardi 18h30")
    assert said("programme/no_such") in await max_.says(f"/programme retirer {number}")
    assert max_.choices == [f"{LABELS.programme_remove} : mardi à 18 h 30"]


async def test_a_button_of_a_programme_that_is_gone_says_so(max_: Member) -> None:
    await max_.says("/programme mardi 18h30")
    button = max_.button_id(f"{LABELS.programme_remove} : mardi à 18 h 30")
    await max_.presses_id(button)
    assert await max_.presses_id(button) == said("buttons/outdated")


async def test_a_community_has_at_most_eight_programmes(max_: Member) -> None:
    for hour in range(8):
        await max_.says(f"/programme mardi {hour}h")
    assert said("programme/full", count=8) in await max_.says("/programme mardi 18h30")
    assert len(max_.choices) == 8
    await max_.says("/programme retirer 1")
    assert said("programme/full", count=8) not in await max_.says("/programme mardi 18h30")


async def test_the_same_moment_typed_again_changes_its_themes(advisor: Advisor, library: Library, max_: Member) -> None:
    await max_.says("/programme mardi 18h30 emploi")
    assert "« Veille et organisation »" in await max_.says("/programme mardi 18h30 veille")
    [due] = await comes(advisor, TUESDAY)
    assert tip_of(library, due) == "veille"


async def test_where_forms_exist_a_programme_is_written_in_one(advisor: Advisor) -> None:
    member = moderator(advisor, forms=True)
    await listed(member)
    pressed = Incoming(
        member.address, member.clock.now, button=member.button_id(LABELS.programme_add), role=Role.ADMINISTRATOR
    )
    form = await advisor.form(pressed)
    assert form
    assert (form.title, [(field.name, field.is_needed) for field in form.fields]) == (
        FORMS[FormName.PROGRAMME].title,
        [("when", True), ("themes", False)],
    )
    written = (("when", "mardi 18h30"), ("themes", "veille"))
    outgoing = await advisor.handle(replace(pressed, written=written))
    assert "**Mardi à 18 h 30**, ici, sur « Veille et organisation »" in outgoing.replies[0].text


async def test_a_member_neither_sees_nor_changes_the_programmes(advisor: Advisor, max_: Member) -> None:
    await max_.says("/programme mardi 18h30")
    lea = Member(advisor, "léa", "atelier")
    refused = said("team/refused", here=True)
    for typed in ("", " mercredi 9h", " retirer 1", " pause le 24/11", " fuseau Montréal"):
        assert refused in await lea.says(f"/programme{typed}")
    assert len(await comes(advisor, TUESDAY)) == 1


async def test_who_moderates_another_community_takes_nothing_off(advisor: Advisor, max_: Member) -> None:
    await max_.says("/programme mardi 18h30")
    ada = Member(advisor, "ada", "ailleurs", role=Role.ADMINISTRATOR)
    await ada.says("/programme jeudi 9h")
    for argument in ("remove_1", "remove_2", "remove_", "add", "other"):
        forged = button_id(ButtonKind.PROGRAMME, ada.address, "test/atelier", argument)
        assert await ada.presses_id(forged) == said("team/refused", here=True)
    own = button_id(ButtonKind.PROGRAMME, ada.address, "test/ailleurs", "remove_1")
    assert await ada.presses_id(own) == said("buttons/outdated")
    assert len(await comes(advisor, TUESDAY)) == 1


async def test_all_that_is_changed_is_noted(database: Database, max_: Member) -> None:
    for typed in ("mardi 18h30", "pause le 25/12", "reprendre", "fuseau Montréal", "retirer 1"):
        await max_.says(f"/programme {typed}")
    for typed in ("", "mardi", "pause bientôt", "reprendre", "fuseau Atlantide", "retirer 1"):
        await max_.says(f"/programme {typed}")
    async with database.transaction() as transaction:
        deeds = await audit.latest(transaction, Community("test", "atelier", ""), 20)
    assert [(deed.action.value, deed.subject) for deed in reversed(deeds)] == [
        ("programme_added", "mardi à 18 h 30"),
        ("holidays_set", "vendredi 25 décembre"),
        ("holidays_ended", "vendredi 25 décembre"),
        ("zone_set", "America/Montreal"),
        ("programme_removed", "mardi à 18 h 30"),
    ]


async def test_a_group_that_becomes_a_supergroup_keeps_its_programmes_and_its_pause(
    advisor: Advisor, max_: Member
) -> None:
    await max_.says("/programme tous les jours 18h30")
    await max_.says("/programme pause le 24/11")
    await advisor.move_community("test", "atelier", "grand-atelier")
    assert await comes(advisor, TUESDAY) == []
    [due] = await comes(advisor, TUESDAY + DAY)
    assert due.address.community == "grand-atelier"


def test_the_words_of_a_pause_are_those_of_its_days() -> None:
    paused = said("programme/paused", first_day=date(2027, 5, 1), last_day=date(2027, 5, 1))
    assert "le samedi 1er mai" in paused
    assert said("programme/added", due=date(2027, 5, 1), at=time(9)).endswith("samedi 1er mai à 9 h.")


async def test_holidays_are_kept_no_longer_than_they_last(advisor: Advisor, database: Database, max_: Member) -> None:
    await max_.says("/programme pause du 24/11 au 26/11")
    await max_.says("/programme pause du 24/12 au 2/1")
    await comes(advisor, datetime(2026, 11, 28, 12, tzinfo=UTC))
    async with database.transaction() as transaction:
        rows = await transaction.rows("SELECT first_day FROM holidays")
    assert [row[0] for row in rows] == ["2026-12-24"]
