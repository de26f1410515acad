"""Tips: shown to who moderates alone, told to all when they say so, never the same before the deck is through."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.advisor import Advisor
from bot.core.messages import Address, ChoiceKind, Manner, Posting, Role, Status
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.storage import audit, communities, question_counts
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Database, open_database
from tests.conversations.classroom import (
    EVERY_TIP,
    PASSAGES,
    TIPS,
    Classroom,
    in_direct_message,
    knowledge_files,
    tip_files,
    written_to,
)
from tests.conversations.words import LABELS, said
from tests.people import Member

PREVIEW_CHOICES = [LABELS.tip_publish, LABELS.tip_another, LABELS.tip_cancel]
QUOTED = "Chez moi la pâte colle aux doigts quand je la pétris…"
NOTHING_FITS = said("tips/none_fits", quoted=False)
REFUSED = said("team/refused", here=True)


@pytest.fixture
def lea(server: Classroom) -> Member:
    """Who moderates, where the answer is for her alone."""
    return server.moderator("léa")


def told_in(text: str) -> str:
    """Return the id of the tip that a message tells."""
    [name] = [name for name, (_, advice, today) in EVERY_TIP.items() if advice in text and today in text]
    return name


def posted(member: Member) -> Posting:
    [posting] = member.postings
    return posting


async def publishes(member: Member, command: str = "/conseil") -> str:
    """Ask for a tip, publish it, and return its id."""
    await member.says(command)
    await member.presses(LABELS.tip_publish)
    return told_in(posted(member).reply.text)


async def walks_through(member: Member) -> list[str]:
    """Ask for another tip until the first is shown again, and return the ids of them all."""
    seen = [told_in(member.reads)]
    while (name := told_in(await member.presses(LABELS.tip_another))) != seen[0]:
        assert len(seen) < len(EVERY_TIP)
        seen.append(name)
    return seen


# What a tip looks like.


async def test_a_tip_is_shown_to_who_moderates_alone_before_it_is_told(lea: Member) -> None:
    await lea.says("/conseil")
    assert lea.reads.startswith(said("tips/preview", name="", title="fournil"))
    assert told_in(lea.reads)
    assert lea.choices == PREVIEW_CHOICES
    assert lea.postings == ()
    assert (lea.last.in_private, lea.last.takes_away) == (False, True)


async def test_where_a_group_reads_everything_the_preview_comes_in_private_and_the_command_goes(
    group: Classroom,
) -> None:
    lea = group.moderator("léa")
    await lea.says("/conseil")
    assert (lea.last.in_private, lea.last.takes_away) == (True, True)
    assert lea.postings == ()
    there = in_direct_message(lea)
    assert await there.presses(LABELS.tip_publish) == said("tips/published")
    assert posted(there).address == Address("telegram", "léa", "fournil")


async def test_what_is_typed_where_an_answer_could_be_for_one_alone_is_not_shown_to_all(server: Classroom) -> None:
    lea = server.moderator("léa")
    lea.unseen = False
    assert (await lea.says("/conseil")).startswith(said("team/by_command", command="conseil"))
    assert lea.choices == []


async def test_what_is_published_is_the_tip_with_its_source_and_a_way_to_read_more(lea: Member) -> None:
    await lea.says("/conseil levain")
    assert await lea.presses(LABELS.tip_publish) == said("tips/published")
    assert lea.last.replies[0].manner is Manner.IN_PLACE
    posting = posted(lea)
    assert posting.address == Address("discord", "léa", "fournil")
    assert posting.replies_to is None
    passages, advice, today = EVERY_TIP["levain-matin"]
    assert [block.role for block in posting.reply.blocks] == ["text", "today", "source"]
    assert posting.reply.text.startswith(f"💡 {advice}\n\n**À faire aujourd'hui :** {today}\n\n📖 Ada Byron")
    [more] = posting.reply.choices
    assert (more.kind, more.label, more.start) == (ChoiceKind.LINK, LABELS.tip_more, passages[0])
    assert PASSAGES["levain"][1] in await lea.in_private().says(f"/start {more.start}")


async def test_the_preview_shows_word_for_word_what_is_told(lea: Member) -> None:
    await lea.says("/conseil")
    preview = [block for block in lea.last.replies[0].blocks if block.role in ("text", "today", "source")]
    await lea.presses(LABELS.tip_publish)
    assert list(posted(lea).reply.blocks) == preview


async def test_a_tip_is_told_where_it_was_asked_for_and_not_in_a_place_that_one_alone_sees(lea: Member) -> None:
    lea.address = replace(lea.address, place="salon/léa")
    await lea.says("/conseil")
    await lea.presses(LABELS.tip_publish)
    assert posted(lea).address.place == "salon"


async def test_what_is_published_is_noted_in_the_journal(server: Classroom, lea: Member) -> None:
    name = await publishes(lea)
    async with server.database.transaction() as transaction:
        [deed] = await audit.latest(transaction, Community("discord", "fournil", ""), 9)
    assert (deed.name, deed.action, deed.at) == ("Léa", Action.TIP_POSTED, server.clock.now)
    assert EVERY_TIP[name][1].startswith(deed.subject.rstrip("… "))


# The deck.


async def test_the_deck_is_told_without_repetition_then_begins_anew_without_the_last(
    server: Classroom, lea: Member
) -> None:
    told = []
    for _ in range(4 * len(EVERY_TIP)):
        told.append(await publishes(lea))
        server.clock.passes(hours=7)
    assert set(told[: len(EVERY_TIP)]) == set(EVERY_TIP)
    for place, name in enumerate(told[1:]):
        assert name != told[place]
    # The last one of a deck is left out of the next one: that one has one less, until it is through.
    assert len(set(told[len(EVERY_TIP) : 2 * len(EVERY_TIP) - 1])) == len(EVERY_TIP) - 1


async def test_a_tip_that_is_looked_at_or_given_up_stays_in_the_deck(lea: Member) -> None:
    await lea.says("/conseil")
    first = told_in(lea.reads)
    await lea.presses(LABELS.tip_another)
    await lea.presses(LABELS.tip_cancel)
    assert told_in(await lea.says("/conseil")) == first


async def test_each_community_has_its_own_deck_shuffled_in_its_own_way(server: Classroom) -> None:
    decks = []
    for community in ("fournil", "moulin", "verger", "phare"):
        lea = server.moderator("léa", community)
        decks.append([await publishes(lea) for _ in EVERY_TIP])
        server.clock.passes(hours=1)
        assert sorted(decks[-1]) == sorted(EVERY_TIP)
    assert len({tuple(deck) for deck in decks}) > 1


async def test_all_of_a_team_have_one_deck(server: Classroom) -> None:
    told = [await publishes(server.moderator(name)) for name in ("léa", "max", "zoé", "ada", "tom")]
    assert sorted(told) == sorted(EVERY_TIP)


async def test_the_deck_goes_on_after_a_restart(
    tmp_path: Path, voice: Voice, smalltalk: SmallTalk, server: Classroom
) -> None:
    told: list[str] = []
    for _ in EVERY_TIP:
        library = written_to(tmp_path / "bakery", knowledge_files())
        async with open_database(tmp_path / "deck.sqlite3") as database:
            again = Advisor(library.current, voice, smalltalk, database, misses_kept=90)
            told.append(await publishes(server.moderator("léa", advisor=again)))
        server.clock.passes(days=1)
    assert sorted(told) == sorted(EVERY_TIP)


async def test_two_processes_have_one_deck(
    server: Classroom, voice: Voice, smalltalk: SmallTalk, tmp_path: Path, database: Database
) -> None:
    library = written_to(tmp_path / "bakery", knowledge_files())
    other = Advisor(library.current, voice, smalltalk, database, misses_kept=90)
    told = [await publishes(server.moderator("léa", advisor=each)) for each in (server.advisor, other) * 2]
    assert len(set(told)) == 4


async def test_what_is_asked_lately_comes_first(server: Classroom, lea: Member) -> None:
    await server.asked("allumer le feu de bois", 2)
    await server.asked("faire des tranches bien nettes", 1)
    assert told_in(await lea.says("/conseil")) == "bois-sec"
    await lea.presses(LABELS.tip_publish)
    assert {told_in(await lea.says("/conseil")), told_in(await lea.presses(LABELS.tip_another))} == {
        "pate-repos",
        "tranches-froides",
    }


async def test_what_was_asked_long_ago_or_elsewhere_or_in_private_counts_for_nothing(
    server: Classroom, lea: Member
) -> None:
    await lea.says("/conseil")
    before = await walks_through(lea)
    question = {"levain-matin": "entretenir un levain", "bois-sec": "allumer le feu de bois"}
    last = max(question, key=before.index)
    await server.asked(question[last], 3, "moulin")
    for number in range(3):
        await server.member(f"passant{number}", None).says(question[last])
    await lea.says("/conseil")
    assert await walks_through(lea) == before
    await server.asked(question[last], 3)
    server.clock.passes(days=9)
    await lea.says("/conseil")
    assert await walks_through(lea) == before


async def test_what_is_asked_a_week_long_counts(server: Classroom, lea: Member) -> None:
    async with server.database.transaction() as transaction:
        team = Community("discord", "fournil", "fournil")
        await communities.keep(transaction, team)
        await question_counts.count(transaction, team, Status.ANSWER, "vapeur", server.clock.now - timedelta(days=6))
    assert told_in(await lea.says("/conseil")) == "verre-d-eau"


async def test_without_tips_that_is_said(tmp_path: Path, voice: Voice, smalltalk: SmallTalk, server: Classroom) -> None:
    files = {name: text for name, text in knowledge_files().items() if not name.startswith("tips/")}
    bare = Advisor(written_to(tmp_path / "bare", files).current, voice, smalltalk, server.database, misses_kept=90)
    lea = server.moderator("léa", advisor=bare)
    assert (await lea.says("/conseil")).startswith(NOTHING_FITS)
    assert lea.choices == []


async def test_a_single_tip_is_told_again_and_again(
    tmp_path: Path, voice: Voice, smalltalk: SmallTalk, server: Classroom
) -> None:
    files = {name: text for name, text in knowledge_files().items() if not name.startswith("tips/")}
    files |= tip_files({"four": {"bois-sec": TIPS["four"]["bois-sec"]}})
    one = Advisor(written_to(tmp_path / "one", files).current, voice, smalltalk, server.database, misses_kept=90)
    lea = server.moderator("léa", advisor=one)
    for _ in range(3):
        await lea.says("/conseil")
        assert lea.choices == [LABELS.tip_publish, LABELS.tip_cancel]
        await lea.presses(LABELS.tip_publish)
        assert told_in(posted(lea).reply.text) == "bois-sec"
        server.clock.passes(days=1)


# By theme, and by words.


@pytest.mark.parametrize("typed", ["le pain", "Le Pain", "LE PAIN", "pain"])
async def test_a_theme_is_named_by_its_title_or_its_id(lea: Member, typed: str) -> None:
    await lea.says(f"/conseil {typed}")
    assert set(await walks_through(lea)) == set(TIPS["pain"])


async def test_a_theme_has_a_deck_of_its_own(server: Classroom, lea: Member) -> None:
    told = []
    for _ in range(3 * len(TIPS["four"])):
        told.append(await publishes(lea, "/conseil four"))
        server.clock.passes(days=1)
    assert told == told[:2] * 3
    assert set(told) == set(TIPS["four"])


async def test_what_was_told_of_a_theme_is_told_last_of_all(lea: Member) -> None:
    told = {await publishes(lea, "/conseil four") for _ in TIPS["four"]}
    assert told == set(TIPS["four"])
    assert {await publishes(lea) for _ in TIPS["pain"]} == set(TIPS["pain"])


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("levain", "levain-matin"),
        ("pâte qui colle", "pate-repos"),
        ("ma croute n'est pas brillante", "verre-d-eau"),
        ("les tranches", "tranches-froides"),
        ("TRANCHES", "tranches-froides"),
    ],
)
async def test_words_find_the_tip_that_is_nearest(lea: Member, typed: str, first: str) -> None:
    assert told_in(await lea.says(f"/conseil {typed}")) == first


async def test_where_a_passage_suits_several_tips_the_one_drawn_from_it_comes_first(lea: Member) -> None:
    await lea.says("/conseil couteau à dents")
    assert (await walks_through(lea))[:2] == ["tranches-froides", "pate-repos"]


@pytest.mark.parametrize("typed", ["xylophone", "?", "🎷", "de la", "x" * 5000])
async def test_words_that_find_nothing_are_said_to(lea: Member, typed: str) -> None:
    assert (await lea.says(f"/conseil {typed}")).startswith(NOTHING_FITS)
    assert lea.choices == []


# In reply to somebody.


async def test_a_tip_for_a_message_replies_to_its_author(lea: Member) -> None:
    await lea.says("/conseil", quoted=QUOTED, author="max", message="m1")
    assert lea.reads.startswith(said("tips/preview", name="Max", title="fournil"))
    assert told_in(lea.reads) == "pate-repos"
    await lea.presses(LABELS.tip_publish)
    assert posted(lea).replies_to == "m1"
    assert told_in(posted(lea).reply.text) == "pate-repos"
    assert "Max" not in posted(lea).reply.text


async def test_another_tip_for_a_message_still_replies_to_it(lea: Member) -> None:
    await lea.says("/conseil", quoted=QUOTED, author="max", message="m1")
    shown = told_in(await lea.presses(LABELS.tip_another))
    assert shown != "pate-repos"
    assert lea.reads.startswith(said("tips/preview", name="Max", title="fournil"))
    await lea.presses(LABELS.tip_publish)
    assert (posted(lea).replies_to, told_in(posted(lea).reply.text)) == ("m1", shown)


async def test_a_subject_goes_before_the_message(lea: Member) -> None:
    await lea.says("/conseil levain", quoted=QUOTED, author="max", message="m1")
    assert told_in(lea.reads) == "levain-matin"
    await lea.presses(LABELS.tip_publish)
    assert posted(lea).replies_to == "m1"


FAR = (
    "On mange quoi ce soir, des sushis ?",
    "J'ai cassé mes lunettes hier en vélo, quelqu'un connaît un opticien ouvert dimanche, avec un verre pas cher ?",
    "Rendez-vous à dix heures devant la mairie pour la réunion du conseil municipal, apportez vos papiers",
)
"""Messages that share a word or none with what Vigie knows, and not what they are about."""


@pytest.mark.parametrize("quoted", [*FAR, "", "👍", "ok", "x" * 5000])
async def test_where_nothing_is_near_to_a_message_that_is_said(lea: Member, quoted: str) -> None:
    await lea.says("/conseil", quoted=quoted, author="max", message="m1")
    assert lea.reads.startswith(said("tips/none_fits", quoted=True))
    assert (lea.choices, lea.postings) == ([], ())


async def test_a_message_of_nobody_known_is_read_and_replied_to_without_a_name(lea: Member) -> None:
    await lea.says("/conseil", quoted=QUOTED, message="m1")
    assert lea.reads.startswith(said("tips/preview", name="", title="fournil"))
    await lea.presses(LABELS.tip_publish)
    assert posted(lea).replies_to == "m1"


async def test_the_name_of_an_author_is_shown_and_is_no_markup(lea: Member) -> None:
    await lea.says("/conseil", quoted=QUOTED, author="*@everyone* [ici](https://x.fr)", message="m1")
    preview = lea.last.replies[0].blocks[0].text
    assert "@everyone" not in preview
    assert "[ici](" not in preview


# What is pressed.


async def test_another_one_leads_through_the_deck_and_round(lea: Member) -> None:
    await lea.says("/conseil")
    seen = await walks_through(lea)
    assert sorted(seen) == sorted(EVERY_TIP)
    assert told_in(lea.reads) == seen[0]
    assert lea.last.replies[0].manner is Manner.IN_PLACE
    assert lea.choices == PREVIEW_CHOICES


async def test_what_is_given_up_is_not_told(lea: Member) -> None:
    await lea.says("/conseil")
    publish = lea.button_id(LABELS.tip_publish)
    assert await lea.presses(LABELS.tip_cancel) == said("tips/cancelled")
    assert await lea.presses_id(publish) == said("buttons/outdated")
    assert lea.postings == ()


async def test_a_forged_button_that_asks_for_nothing_gives_nothing_up(lea: Member) -> None:
    await lea.says("/conseil")
    publish = lea.button_id(LABELS.tip_publish)
    assert await lea.presses_id(publish.replace(".publish_", ".nonsense_")) == said("buttons/outdated")
    assert await lea.presses_id(publish) == said("tips/published")


@pytest.mark.parametrize("label", PREVIEW_CHOICES)
async def test_what_was_published_is_not_published_twice(server: Classroom, lea: Member, label: str) -> None:
    await lea.says("/conseil")
    again = lea.button_id(label)
    await lea.presses(LABELS.tip_publish)
    before = await server.rows("told_tips")
    assert await lea.presses_id(again) == said("buttons/outdated")
    assert lea.last.replies[0].manner is Manner.NOTICE
    assert lea.postings == ()
    assert await server.rows("told_tips") == before


async def test_a_press_that_is_delivered_twice_counts_once(server: Classroom, lea: Member) -> None:
    await lea.says("/conseil")
    publish = lea.button_id(LABELS.tip_publish)
    await lea.presses_id(publish, event="7")
    first, kept = lea.last, await server.everything()
    await lea.presses_id(publish, event="7")
    # What was lost on its way goes out again, the same.
    assert lea.last == first
    assert await server.everything() == kept


async def test_a_preview_is_pressed_by_who_asked_for_it_and_nobody_else_of_the_team(
    server: Classroom, lea: Member
) -> None:
    await lea.says("/conseil")
    zoe = server.moderator("zoé")
    for label in PREVIEW_CHOICES:
        text = await zoe.presses_id(lea.button_id(label))
        assert text.startswith(said("buttons/not_yours", name="", journey=False))
        assert zoe.postings == ()
    await lea.presses(LABELS.tip_publish)
    assert posted(lea)


@pytest.mark.parametrize(("hours", "is_there"), [(47, True), (49, False)])
async def test_a_preview_is_kept_for_two_days(server: Classroom, lea: Member, *, hours: int, is_there: bool) -> None:
    await lea.says("/conseil")
    await server.due(hours=hours)
    assert (await lea.presses(LABELS.tip_publish) == said("tips/published")) is is_there
    assert bool(lea.postings) is is_there
    assert is_there or lea.reads == said("buttons/outdated")


async def test_a_preview_that_is_gone_through_is_kept_for_longer(server: Classroom, lea: Member) -> None:
    await lea.says("/conseil")
    for _ in range(3):
        await server.due(hours=47)
        await lea.presses(LABELS.tip_another)
    assert await lea.presses(LABELS.tip_publish) == said("tips/published")


async def test_previews_do_not_disturb_one_another(lea: Member) -> None:
    await lea.says("/conseil levain")
    levain = lea.button_id(LABELS.tip_publish)
    await lea.says("/conseil tranches")
    await lea.presses(LABELS.tip_publish)
    assert told_in(posted(lea).reply.text) == "tranches-froides"
    await lea.presses_id(levain)
    assert told_in(posted(lea).reply.text) == "levain-matin"


async def test_a_tip_that_is_no_more_is_not_told(
    tmp_path: Path, voice: Voice, smalltalk: SmallTalk, server: Classroom, lea: Member
) -> None:
    await lea.says("/conseil four")
    publish = lea.button_id(LABELS.tip_publish)
    files = {name: text for name, text in knowledge_files().items() if name != "tips/four.yaml"}
    less = Advisor(written_to(tmp_path / "less", files).current, voice, smalltalk, server.database, misses_kept=90)
    again = server.moderator("léa", advisor=less)
    assert (await again.presses_id(publish)).startswith(said("buttons/gone"))
    assert again.postings == ()


async def test_who_moderates_no_longer_publishes_nothing(lea: Member) -> None:
    await lea.says("/conseil")
    lea.role = Role.MEMBER
    assert await lea.presses(LABELS.tip_publish) == REFUSED
    assert lea.postings == ()


async def test_where_there_are_no_buttons_numbers_are_typed(terminal: Classroom) -> None:
    lea = terminal.moderator("léa")
    first = told_in(await lea.says("/conseil"))
    second = told_in(await lea.says("2"))
    assert second != first
    assert await lea.says(LABELS.tip_publish.upper()) == said("tips/published")
    assert told_in(posted(lea).reply.text) == second


# From a direct message.


async def test_who_moderates_one_community_has_tips_told_in_it_from_a_direct_message(group: Classroom) -> None:
    lea = in_direct_message(group.moderator("léa"))
    await group.member("max").says("/aide")
    await lea.says("/conseil four")
    assert lea.reads.startswith(said("tips/preview", name="", title="fournil"))
    assert (lea.last.in_private, lea.last.takes_away) == (False, False)
    await lea.presses(LABELS.tip_publish)
    assert posted(lea).address == Address("telegram", "léa", "fournil")


async def test_who_moderates_several_says_which(group: Classroom) -> None:
    for community in ("fournil", "moulin"):
        await group.member("max", community).says("/aide")
    lea = in_direct_message(group.moderator("léa"))
    lea.administers = ("fournil", "moulin")
    assert (await lea.says("/conseil")).startswith(said("team/which"))
    assert lea.choices == ["fournil", "moulin"]
    await lea.presses("moulin")
    assert lea.reads.startswith(said("tips/preview", name="", title="moulin"))
    await lea.presses(LABELS.tip_publish)
    assert posted(lea).address.community == "moulin"


async def test_what_was_looked_for_is_not_lost_when_the_community_is_asked(group: Classroom) -> None:
    for community in ("fournil", "moulin"):
        await group.member("max", community).says("/aide")
    lea = in_direct_message(group.moderator("léa"))
    lea.administers = ("fournil", "moulin")
    await lea.says("/conseil four")
    await lea.presses("moulin")
    assert told_in(lea.reads) in TIPS["four"]
