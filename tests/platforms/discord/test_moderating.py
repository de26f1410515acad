"""What a server's team does with Vigie on Discord, from beginning to end, and what members notice of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest

from bot.core.advisor import Advisor
from bot.core.limits import ASKED_BY_ONE
from bot.core.messages import Address, Incoming
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.library import Library
from bot.platforms.discord import outgoing as sending
from bot.storage.audit import Action
from bot.storage.database import Database, open_database
from tests.conversations.words import ACTIONS, LABELS
from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, Role, Server, User
from tests.platforms.discord.conftest import Vigie
from tests.platforms.discord.speaking import ASIDES, words_of
from tests.platforms.discord.steps import OTHER_QUESTION, QUESTION, UNANSWERED, all_is_handled
from tests.platforms.discord.talk import answer_to, asks, chooses, is_told, mentions, writes

PNG = b"\x89PNG\r\n\x1a\n"
TITLE, ADVICE = "La blanquette du mardi", "Compte deux heures à feu doux, et demande à Zoé pour la crème."
OUTSIDE, TUNED = "Comment accorder un ukulélé ?", "Prends le diapason du local, corde après corde."
REFUSED, REFUSED_IN_PRIVATE = words_of("team/refused", here=True), words_of("team/refused", here=False)
NOT_POSTED, TOO_FAST = words_of("team/not_posted", reference=""), words_of("limits/too_fast")

pytestmark = pytest.mark.usefixtures("vigie", "hasty", "drawn")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn is there at once."""

    async def draws(_: object) -> bytes:
        return PNG

    monkeypatch.setattr(sending, "drawn", draws)


@pytest.fixture
def zoe(double: FakeDiscord, server: Server) -> User:
    """Another member of the server."""
    somebody = double.user("Zoé")
    server.add(somebody)
    return somebody


@pytest.fixture
def team(server: Server) -> Role:
    """The role of those who moderate, to whom Discord lists their commands."""
    return server.role("Équipe", manage_messages=True)


@pytest.fixture
async def rose(double: FakeDiscord, server: Server, general: Channel, vigie: Vigie, lea: User, team: Role) -> User:
    """Somebody to whom Léa gave the role of moderators, and who never spoke with Vigie."""
    assert vigie
    rose = double.user("Rose")
    server.add(rose)
    server.gives(rose, team)
    settings = await answer_to(await lea.uses("/reglages", in_=general))
    await (await lea.selects(settings, team, of=LABELS.moderator_role)).is_answered()
    await lea.reads_next(in_=general)
    return rose


@pytest.fixture
async def other(
    vigie: Vigie, library: Library, voice: Voice, smalltalk: SmallTalk, tmp_path: Path
) -> AsyncIterator[Advisor]:
    """What another process on the same database does."""
    assert vigie
    async with open_database(tmp_path / "vigie.sqlite3") as database:
        yield Advisor(library.current, voice, smalltalk, database, misses_kept=90)


@pytest.fixture(autouse=True)
async def acquainted(vigie: Vigie, lea: User, sam: User, zoe: User) -> None:
    """Those who speak have spoken before: nobody is told what is kept of them."""
    assert vigie
    for user in (lea, sam, zoe):
        await writes(user, "merci")


async def uses(user: User, command: str, channel: Channel, **options: object) -> Message:
    """Use a command of the team, and return what one alone reads."""
    shown = await answer_to(await user.uses(command, in_=channel, **options))
    assert shown.ephemeral
    return shown


async def names(double: FakeDiscord, owner: User, somebody: User, channel: Channel, said: str = "moderateur") -> None:
    """Have an administrator name somebody by replying to them."""
    written = await somebody.writes("bonjour", to=channel)
    owner.skips(in_=channel)
    await owner.writes(f"{double.bot.mention} /reglages {said}", to=channel, reply_to=written)
    await owner.reads_next(in_=channel)


async def teaches(user: User, channel: Channel, question: str, title: str = TITLE, text: str = ADVICE) -> Message:
    """Answer a question that nobody could answer, and return what is said when that is saved."""
    listed = await uses(user, "/lacunes", channel)
    shown = await chooses(user, listed, question)
    opened = await user.presses(shown, LABELS.gap_answer)
    user.skips(in_=channel)
    await user.submits(opened, title=title, text=text)
    assert await user.reads_next(in_=channel) is shown
    assert LABELS.card_hide in shown.buttons
    return shown


def said_to_all(double: FakeDiscord, channel: Channel) -> list[Message]:
    return [each for each in channel.messages if each.author is double.bot and not each.ephemeral]


def tip_in(preview: Message) -> str:
    """Return the tip of a preview, without what is said before it, or after it of what is kept of who never spoke."""
    [embed] = preview.embeds
    return embed.description.partition("\n\n")[2].partition("\n\n-# 🔒")[0]


# Tips.


async def test_who_never_spoke_with_vigie_gives_a_tip_in_a_thread_in_reply(
    double: FakeDiscord, rose: User, sam: User, server: Server, general: Channel
) -> None:
    thread = server.thread(general, "Le CV", by=sam)
    written = await sam.writes(QUESTION, to=thread)
    preview = await answer_to(await rose.menu(ASIDES.tip_about, written))
    assert preview.ephemeral
    rose.skips(in_=thread)
    await chooses(rose, preview, LABELS.tip_publish)
    [tip] = said_to_all(double, thread)
    assert (tip.reply_to, tip.pinged, tip.buttons) == (written, [], [LABELS.tip_more])
    assert said_to_all(double, general) == []
    assert rose.messages == []


async def test_a_tip_that_discord_refuses_is_told_again_and_the_journal_says_so(
    double: FakeDiscord, rose: User, server: Server, general: Channel
) -> None:
    preview = await uses(rose, "/conseil", general)
    shown = tip_in(preview)
    server.bot_may(general, send_messages=False)
    await chooses(rose, preview, LABELS.tip_publish)
    assert preview.text.startswith(NOT_POSTED)
    server.bot_may(general, send_messages=True)
    journal = (await uses(rose, "/journal", general)).text
    assert ACTIONS[Action.TIP_REFUSED] in journal
    assert said_to_all(double, general) == []
    preview = await uses(rose, "/conseil", general)
    assert tip_in(preview) == shown
    await chooses(rose, preview, LABELS.tip_publish)
    assert [each.embeds[0].description for each in said_to_all(double, general)] == [shown]


async def test_the_deck_is_gone_through_before_a_tip_comes_again(
    double: FakeDiscord, rose: User, general: Channel
) -> None:
    for _ in range(8):
        await chooses(rose, await uses(rose, "/conseil", general), LABELS.tip_publish)
    told = [each.embeds[0].description for each in said_to_all(double, general)]
    assert len(set(told)) == 8


# Scheduled tips.


async def test_a_programme_is_told_in_its_thread_once_even_by_two_processes(
    vigie: Vigie, other: Advisor, double: FakeDiscord, rose: User, server: Server, general: Channel
) -> None:
    thread = server.thread(general, "Le CV")
    listed = await uses(rose, "/programme", thread, quand="tous les jours 18h30")
    assert "18 h 30" in listed.text
    double.clock.advance(timedelta(hours=5, minutes=31).total_seconds())
    claimed = await asyncio.gather(*(each.due(double.clock.now, ["discord"]) for each in (other, vigie.advisor) * 2))
    for due in chain.from_iterable(claimed):
        await vigie.adapter.deliver(due)
    await vigie.restarts()
    await vigie.sends_what_is_due()
    assert (len(said_to_all(double, thread)), said_to_all(double, general)) == (1, [])
    double.clock.advance(timedelta(days=1, minutes=61).total_seconds())
    await vigie.sends_what_is_due()
    # More than an hour late, it is left out; the next one comes at its time.
    assert len(said_to_all(double, thread)) == 1
    await chooses(
        rose, await uses(rose, "/programme", general), f"{LABELS.programme_remove} : tous les jours à 18 h 30"
    )
    double.clock.advance(timedelta(days=1).total_seconds() - 3600)
    await vigie.sends_what_is_due()
    assert len(said_to_all(double, thread)) == 1


# Teaching.


async def test_what_is_taught_in_one_process_is_told_in_another(
    other: Advisor, double: FakeDiscord, rose: User, sam: User, server: Server, general: Channel
) -> None:
    await asks(sam, UNANSWERED, in_=general)
    asked = Incoming(Address("discord", str(sam.id), str(server.id)), double.clock.now, UNANSWERED)
    assert ADVICE not in (await other.handle(asked)).replies[0].text
    await teaches(rose, general, UNANSWERED)
    assert ADVICE in (await other.handle(asked)).replies[0].text
    elsewhere = replace(asked, address=Address("discord", str(sam.id), "1"))
    assert ADVICE not in (await other.handle(elsewhere)).replies[0].text


async def test_what_is_taught_is_answered_at_once_and_who_waited_hears_of_it(
    vigie: Vigie, rose: User, sam: User, zoe: User, general: Channel
) -> None:
    unknown = await asks(sam, UNANSWERED, in_=general)
    assert await is_told(sam, unknown, LABELS.watch) == words_of("feedback/watching")
    saved = await teaches(rose, general, UNANSWERED)
    assert words_of("lessons/saved", title="Les indés", count=1) in saved.text
    answer = await asks(zoe, f"{UNANSWERED} ?", in_=general)
    assert (ADVICE in answer.text, answer.ephemeral) == (True, False)
    assert ASIDES.team in answer.embeds[0].footer
    sam.skips()
    await vigie.sends_what_is_due()
    found = await sam.reads_next()
    assert words_of("lessons/found", question=UNANSWERED) in found.text
    assert ADVICE in found.text
    await vigie.sends_what_is_due()
    assert sam.messages[-1] is found


async def test_who_waited_and_lets_nobody_write_is_left_in_peace(
    vigie: Vigie, rose: User, sam: User, general: Channel
) -> None:
    await is_told(sam, await asks(sam, UNANSWERED, in_=general), LABELS.watch)
    await teaches(rose, general, UNANSWERED)
    sam.closes_dms()
    before = list(sam.messages)
    await vigie.sends_what_is_due()
    assert sam.messages == before
    assert ADVICE in (await asks(sam, UNANSWERED, in_=general)).text


async def test_what_is_taught_of_what_vigie_does_not_treat_is_answered_too(
    rose: User, sam: User, general: Channel
) -> None:
    await asks(sam, OUTSIDE, in_=general)
    await teaches(rose, general, OUTSIDE, "Le ukulélé", TUNED)
    assert TUNED in (await asks(sam, OUTSIDE, in_=general)).text


async def test_a_passage_is_hidden_shown_corrected_and_restored(rose: User, sam: User, general: Channel) -> None:
    async def is_answered(words: str) -> bool:
        return words in (await asks(sam, UNANSWERED, in_=general)).text

    await asks(sam, UNANSWERED, in_=general)
    await teaches(rose, general, UNANSWERED)
    card = await chooses(rose, await uses(rose, "/fiche", general, mots="blanquette"), TITLE)
    await chooses(rose, card, LABELS.card_hide)
    assert not await is_answered(ADVICE)
    await chooses(rose, card, LABELS.card_unhide)
    assert await is_answered(ADVICE)
    opened = await rose.presses(card, LABELS.card_edit)
    await opened.is_answered()
    assert opened.modal
    assert [each.value for each in opened.modal.fields] == [TITLE, ADVICE, UNANSWERED, ""]
    rose.skips(in_=general)
    await rose.submits(opened, text="Compte trois heures, sans couvrir.")
    await rose.reads_next(in_=general)
    assert await is_answered("Compte trois heures")
    card = await chooses(rose, await uses(rose, "/fiche", general), TITLE)
    await chooses(rose, card, LABELS.card_past)
    await chooses(rose, card, f"{LABELS.card_restore} 1")
    assert await is_answered(ADVICE)


async def test_what_is_shown_again_lacks_no_longer(rose: User, sam: User, general: Channel) -> None:
    await asks(sam, UNANSWERED, in_=general)
    saved = await teaches(rose, general, UNANSWERED)
    await chooses(rose, saved, LABELS.card_hide)
    assert UNANSWERED in (await uses(rose, "/lacunes", general)).text
    await chooses(rose, saved, LABELS.card_unhide)
    assert (await uses(rose, "/lacunes", general)).text == words_of("gaps/none", title="Les indés")


# Seeing.


async def week_of(user: User, channel: Channel) -> tuple[Message, list[Message]]:
    """Look at the week, and return its words and its pictures."""
    asked = await user.uses("/stats", in_=channel)
    words, *pictures = await asked.shows(2)
    assert all(each.ephemeral for each in asked.messages)
    return words, pictures


async def test_the_week_comes_with_its_picture_and_tells_no_small_number_and_no_name(
    rose: User, sam: User, general: Channel
) -> None:
    for _ in range(3):
        await asks(sam, QUESTION, in_=general)
    words, [picture] = await week_of(rose, general)
    assert [file.content for file in picture.files] == [PNG]
    assert "Sam" not in words.text
    assert "3" not in words.text.partition("Quelques")[2].splitlines()[0]


async def test_the_digest_comes_on_monday_and_stops_when_it_is_told_to(
    vigie: Vigie, double: FakeDiscord, rose: User, sam: User, server: Server, general: Channel
) -> None:
    bureau = server.text("équipe")
    await asks(sam, QUESTION, in_=general)
    words, _ = await week_of(rose, bureau)
    await is_told(rose, words, LABELS.digest_yes)
    for _ in range(7 * 24):
        double.clock.advance(3600)
        await vigie.sends_what_is_due()
    said = [each for each in said_to_all(double, bureau) if each.text]
    assert len(said) == 1
    assert ("Les indés" in said[0].text, said[0].buttons) == (True, [])
    words, *_ = await (await rose.uses("/stats", in_=bureau)).shows()
    await is_told(rose, words, LABELS.digest_no)
    for _ in range(6):
        await asks(sam, OTHER_QUESTION, in_=general)
    for _ in range(7 * 24):
        double.clock.advance(3600)
        await vigie.sends_what_is_due()
    assert [each for each in said_to_all(double, bureau) if each.text] == said


async def test_the_private_digest_is_for_who_still_moderates(
    vigie: Vigie, double: FakeDiscord, lea: User, sam: User, zoe: User, general: Channel
) -> None:
    await names(double, lea, zoe, general)
    await asks(sam, QUESTION, in_=general)
    zoe.skips()
    await zoe.writes("/stats")
    words, _ = await zoe.reads(2)
    assert len(await (await zoe.presses(words, LABELS.digest_yes)).shows()) == 1
    ready = words_of("stats/ready", title="Les indés")
    for _ in range(7 * 24):
        double.clock.advance(3600)
        await vigie.sends_what_is_due()
    [word] = [each for each in zoe.messages if each.text == ready]
    assert LABELS.see_week in word.buttons
    await names(double, lea, zoe, general, "moderateur non")
    refused = await (await zoe.presses(word, LABELS.see_week)).shows()
    assert [each.text for each in refused] == [REFUSED_IN_PRIVATE]


# Care.


async def test_in_a_silent_thread_she_is_silent_and_around_it_she_is_not(
    double: FakeDiscord, database: Database, rose: User, sam: User, server: Server, general: Channel
) -> None:
    thread = server.thread(general, "Le CV")
    kept = await uses(rose, "/silence", thread, durée="2h")
    assert (await asks(sam, QUESTION, in_=thread)).ephemeral
    assert not (await asks(sam, QUESTION, in_=general)).ephemeral
    written = await sam.writes(f"{double.bot.mention} {QUESTION}", to=thread)
    await all_is_handled(double, database)
    assert [each for each in thread.messages if not each.ephemeral][-1] is written
    await chooses(rose, kept, LABELS.silence_end)
    assert not (await mentions(sam, f"{double.bot.mention} {QUESTION}", in_=thread)).ephemeral


async def alone(asked: Interaction, sam: User, others: User, channel: Channel) -> Message:
    """Return the one message that answers a command that all saw wait, which one alone reads."""
    await asked.shows()
    await asked.is_settled()
    assert asked.original
    assert (asked.ephemeral, asked.deferred, asked.original.deleted) == (False, False, True)
    [word] = asked.messages
    assert word.ephemeral
    assert word.visible_to(sam)
    assert not word.visible_to(others)
    assert not any(each.thinking for each in channel.messages)
    return word


async def test_who_is_barred_reads_it_alone_and_nobody_sees_an_answer_awaited(
    double: FakeDiscord, rose: User, sam: User, zoe: User, general: Channel
) -> None:
    shown = await uses(rose, "/ecarter", general, personne=sam, durée="2h")
    assert "Sam" in shown.text
    barred = words_of("limits/barred", day="", at=(double.clock.now + timedelta(hours=3)).time())
    for _ in range(2):
        word = await alone(await sam.uses("/question", in_=general, texte=QUESTION), sam, zoe, general)
        assert (word.text, "Rose" in word.text) == (barred, False)
    assert said_to_all(double, general) == []
    assert "SWOT" in (await writes(sam, QUESTION)).text
    await chooses(rose, shown, LABELS.bar_lift)
    assert "SWOT" in (await asks(sam, QUESTION, in_=general)).text


async def test_who_asks_too_fast_reads_it_alone_and_nobody_sees_an_answer_awaited(
    double: FakeDiscord, sam: User, zoe: User, general: Channel
) -> None:
    for _ in range(ASKED_BY_ONE):
        assert not (await asks(sam, QUESTION, in_=general)).ephemeral
    for _ in range(2):
        word = await alone(await sam.uses("/question", in_=general, texte=QUESTION), sam, zoe, general)
        assert word.text == TOO_FAST
    assert len(said_to_all(double, general)) == ASKED_BY_ONE
    assert not (await asks(zoe, QUESTION, in_=general)).ephemeral
    double.clock.advance(61)
    assert "SWOT" in (await asks(sam, QUESTION, in_=general)).text


async def test_the_journal_names_who_did_what_to_the_team_alone(
    rose: User, lea: User, sam: User, general: Channel
) -> None:
    await uses(rose, "/ecarter", general, personne=sam, durée="2h")
    await uses(lea, "/silence", general, durée="1h")
    journal = (await uses(rose, "/journal", general)).text
    assert f"Rose {ACTIONS[Action.BARRED]} (Sam)" in journal
    assert f"Léa {ACTIONS[Action.SILENCED]}" in journal
    assert f"Léa {ACTIONS[Action.SETTING_CHANGED]}" in journal


# Rights that change, and several servers.


async def test_who_loses_the_role_sends_a_form_that_was_open_in_vain(
    database: Database, rose: User, sam: User, server: Server, general: Channel, team: Role
) -> None:
    await asks(sam, UNANSWERED, in_=general)
    shown = await chooses(rose, await uses(rose, "/lacunes", general), UNANSWERED)
    opened = await rose.presses(shown, LABELS.gap_answer)
    await opened.is_answered()
    server.takes(rose, team)
    sent = await rose.submits(opened, title=TITLE, text=ADVICE)
    assert [each.text for each in await sent.shows()] == [REFUSED]
    assert await database.rows("SELECT * FROM taught") == []
    assert ADVICE not in (await asks(sam, UNANSWERED, in_=general)).text


@pytest.mark.parametrize("goes", ["leaves", "is put out"])
async def test_who_was_named_and_is_no_longer_in_the_server_is_of_no_team(
    double: FakeDiscord, lea: User, zoe: User, server: Server, general: Channel, goes: str
) -> None:
    await names(double, lea, zoe, general)
    assert (await writes(zoe, "/lacunes")).text == words_of("gaps/none", title="Les indés")
    if goes == "leaves":
        await zoe.leaves(server)
    else:
        server.kicks(zoe)
    await double.settled()
    assert (await writes(zoe, "/lacunes")).text == REFUSED_IN_PRIVATE


@pytest.mark.parametrize("goes", ["leaves", "is put out"])
async def test_who_is_no_longer_in_the_server_is_told_no_longer_what_it_taught(
    double: FakeDiscord, database: Database, rose: User, zoe: User, server: Server, general: Channel, goes: str
) -> None:
    await asks(zoe, UNANSWERED, in_=general)
    await teaches(rose, general, UNANSWERED)
    assert ADVICE in (await writes(zoe, UNANSWERED)).text
    heard = said_to_all(double, general)
    double.clock.advance(1)
    if goes == "leaves":
        await zoe.leaves(server)
    else:
        server.kicks(zoe)
    await all_is_handled(double, database)
    assert ADVICE not in (await writes(zoe, UNANSWERED)).text
    assert said_to_all(double, general) == heard


async def test_of_who_moderates_by_a_role_it_is_not_said_that_they_are_not_answered(
    rose: User, lea: User, general: Channel
) -> None:
    shown = await uses(lea, "/ecarter", general, personne=rose, durée="2h")
    assert words_of("care/not_barred", name="Rose") in shown.text


async def test_of_who_leads_the_server_it_is_not_said_that_they_are_not_answered(
    rose: User, lea: User, general: Channel
) -> None:
    shown = await uses(rose, "/ecarter", general, personne=lea)
    assert words_of("care/not_barred", name="Léa") in shown.text
    assert "SWOT" in (await asks(lea, QUESTION, in_=general)).text


async def test_who_moderates_two_servers_is_asked_in_private_for_which(
    double: FakeDiscord, lea: User, sam: User, zoe: User, general: Channel
) -> None:
    ailleurs = double.server("Ailleurs", owner=sam).add(zoe).text("ici")
    await double.settled()
    await names(double, lea, zoe, general)
    await names(double, sam, zoe, ailleurs)
    asked = await writes(zoe, "/programme mardi 18h30")
    assert (asked.text, asked.buttons) == (words_of("team/which"), ["Ailleurs", "Les indés"])
    preview = await chooses(zoe, await writes(zoe, "/conseil"), "Ailleurs")
    assert "Ailleurs" in preview.text
    assert "Les indés" not in preview.text
    assert "Mardi" in (await chooses(zoe, asked, "Les indés")).text
    assert "Mardi" in (await uses(lea, "/programme", general)).text
    assert "Mardi" not in (await uses(sam, "/programme", ailleurs)).text


async def test_who_administers_a_server_is_not_sent_in_circles(lea: User, general: Channel) -> None:
    await uses(lea, "/lacunes", general)
    # That says to use the command in the server first, which was just done.
    assert (await writes(lea, "/lacunes")).text != REFUSED_IN_PRIVATE
