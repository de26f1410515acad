"""Tips on Discord: a preview for who moderates alone, told to all when they say so, and never twice."""

import pytest

from bot.content.corpus import Corpus, Tip
from bot.library import Library
from bot.platforms.discord.client import Timing
from bot.storage.database import Database
from tests.conversations.words import LABELS
from tests.fakes.discord import Channel, FakeDiscord, Message, Server, Style, User
from tests.platforms.discord.conftest import SOON, Vigie
from tests.platforms.discord.speaking import ASIDES, words_of
from tests.platforms.discord.steps import PASSAGE, QUESTION, UNANSWERED, all_is_handled
from tests.platforms.discord.talk import answer_to, chooses, is_told, mentions, writes
from tests.platforms.log import heard

PUBLISHED, CANCELLED = words_of("tips/published"), words_of("tips/cancelled")
NOT_POSTED = words_of("team/not_posted", reference="…").partition("…")[0]
REFUSED = words_of("team/refused", here=True)
BY_COMMAND = words_of("team/by_command", command="conseil")
NONE_FITS = words_of("tips/none_fits", quoted=True)
TOO_LATE = words_of("buttons/outdated")
MESSAGES = "/channels/…/messages"
NEVER = Timing(retries=(3600.0,), reconnects=SOON.reconnects, identifies=0.0, servers=0.01, tended=0.02)
"""More seconds between attempts than any test lasts."""

pytestmark = pytest.mark.usefixtures("vigie", "hasty")


@pytest.fixture(autouse=True)
async def acquainted(vigie: Vigie, lea: User, sam: User) -> None:
    """Those who speak have spoken before: nobody is told what is kept of them."""
    assert vigie
    for user in (lea, sam):
        await writes(user, "merci")


@pytest.fixture
def zoe(double: FakeDiscord, server: Server) -> User:
    """Somebody else in the server."""
    somebody = double.user("Zoé")
    server.add(somebody)
    return somebody


async def tip_for(user: User, channel: Channel, **options: str) -> Message:
    """Ask for a tip by the command, and return its preview."""
    return await answer_to(await user.uses("/conseil", in_=channel, **options))


async def tip_about(user: User, message: Message) -> Message:
    """Ask for a tip by the menu of a message, and return its preview."""
    return await answer_to(await user.menu(ASIDES.tip_about, message))


async def publishes(user: User, preview: Message) -> Message:
    """Have the tip of a preview told, and return it as it is told; the preview says that it is."""
    user.skips(in_=preview.channel)
    pressed = await user.presses(preview, LABELS.tip_publish)
    tip, said = await user.reads(2, in_=preview.channel)
    assert (pressed.response, said) == ("deferred_update", preview)
    assert (preview.text, preview.buttons) == (PUBLISHED, [])
    return tip


def tip_of(preview: Message) -> str:
    """Return the tip that a preview shows, without what is said before it."""
    [embed] = preview.embeds
    return embed.description.partition("\n\n")[2]


def shown_of(preview: Message, corpus: Corpus) -> Tip:
    """Return the tip that a preview shows, as it was written."""
    [found] = [tip for tip in corpus.tips if tip_of(preview).startswith(f"💡 {tip.text}")]
    return found


def posted(double: FakeDiscord, channel: Channel) -> list[Message]:
    """Return what Vigie says in a channel, for all to read."""
    return [message for message in channel.messages if message.author is double.bot]


# From the preview to the tip.


async def test_a_preview_is_for_who_moderates_alone_and_the_tip_for_all(
    double: FakeDiscord, lea: User, sam: User, general: Channel
) -> None:
    preview = await tip_for(lea, general)
    assert preview.ephemeral
    assert preview.buttons == [LABELS.tip_publish, LABELS.tip_another, LABELS.tip_cancel]
    assert preview.button(LABELS.tip_publish).style is Style.SUCCESS
    assert posted(double, general) == []
    tip = await publishes(lea, preview)
    assert posted(double, general) == [tip]
    assert await sam.reads_next(in_=general) is tip
    assert (tip.buttons, tip.reply_to) == ([LABELS.tip_more], None)


async def test_the_tip_that_was_previewed_is_the_one_that_is_told(lea: User, general: Channel) -> None:
    preview = await tip_for(lea, general)
    shown = [tip_of(preview)]
    for _ in range(2):
        assert await chooses(lea, preview, LABELS.tip_another) is preview
        shown.append(tip_of(preview))
    assert len(set(shown)) == len(shown)
    tip = await publishes(lea, preview)
    assert tip.embeds[0].description == shown[-1]
    assert tip.embeds[0].footer


async def test_given_up_nothing_is_told_and_what_was_given_up_cannot_be_published(
    double: FakeDiscord, lea: User, general: Channel
) -> None:
    preview = await tip_for(lea, general)
    publish = preview.button(LABELS.tip_publish).custom_id or ""
    await chooses(lea, preview, LABELS.tip_cancel)
    assert (preview.text, preview.buttons) == (CANCELLED, [])
    late = await lea.presses_id(preview, publish)
    assert [each.text for each in await late.shows()] == [TOO_LATE]
    assert posted(double, general) == []


async def test_pressed_twice_a_tip_is_told_once(double: FakeDiscord, lea: User, general: Channel) -> None:
    preview = await tip_for(lea, general)
    publish = preview.button(LABELS.tip_publish).custom_id or ""
    first, second = [await lea.presses_id(preview, publish) for _ in range(2)]
    await first.is_answered()
    assert [each.text for each in await second.shows()] == [TOO_LATE]
    assert len(posted(double, general)) == 1


async def test_themes_are_proposed_and_the_one_chosen_is_followed(
    double: FakeDiscord, lea: User, general: Channel, library: Library
) -> None:
    corpus = library.current().corpus
    themes = {theme.title: theme.id for theme in corpus.themes if any(tip.theme == theme.id for tip in corpus.tips)}
    proposed = await lea.autocompletes("/conseil", in_=general, sujet="")
    assert [(each["name"], each["value"]) for each in proposed] == [(title, title) for title in themes][:25]
    title = list(themes)[-1]
    proposed = await lea.autocompletes("/conseil", in_=general, sujet=title[:4].upper())
    assert title in [each["value"] for each in proposed]
    preview = await tip_for(lea, general, sujet=title)
    assert shown_of(preview, corpus).theme == themes[title]
    assert double.refused == []


async def test_a_tip_leads_whoever_reads_it_to_the_advice_it_is_drawn_from(
    double: FakeDiscord, lea: User, sam: User, general: Channel
) -> None:
    tip = await publishes(lea, await tip_for(lea, general))
    pressed = await sam.presses(tip, LABELS.tip_more)
    advice = await sam.reads_next()
    assert (advice.channel, advice.embeds[0].footer) == (sam.private, tip.embeds[0].footer)
    await pressed.is_settled()
    assert len(posted(double, general)) == 1


# In reply to somebody.


async def test_from_the_menu_a_tip_answers_the_message_and_calls_nobody(
    lea: User, sam: User, zoe: User, general: Channel
) -> None:
    written = await sam.writes(f"{zoe.mention} {QUESTION}", to=general)
    preview = await tip_about(lea, written)
    assert preview.ephemeral
    notice = words_of("tips/preview", name="Sam", title="Les indés")
    assert preview.embeds[0].description.partition("\n\n")[0] == notice
    tip = await publishes(lea, preview)
    assert tip.reply_to is written
    assert tip.pinged == []


async def test_a_tip_fits_the_message(lea: User, sam: User, general: Channel, library: Library) -> None:
    preview = await tip_about(lea, await sam.writes(QUESTION, to=general))
    assert PASSAGE in shown_of(preview, library.current().corpus).passages
    refused = await tip_about(lea, await sam.writes(UNANSWERED, to=general))
    assert (refused.text, refused.buttons, refused.ephemeral) == (NONE_FITS, [], True)


async def test_where_the_message_is_gone_the_tip_is_told_all_the_same(lea: User, sam: User, general: Channel) -> None:
    written = await sam.writes(QUESTION, to=general)
    preview = await tip_about(lea, written)
    await sam.deletes(written)
    assert (await publishes(lea, preview)).reply_to is None


async def test_what_a_machine_wrote_is_answered_without_a_name(lea: User, server: Server, general: Channel) -> None:
    written = server.posts(general, QUESTION)
    preview = await tip_about(lea, written)
    assert words_of("tips/preview", name="", title="Les indés") in preview.text
    assert (await publishes(lea, preview)).reply_to is written


async def test_a_thread_and_the_post_of_a_forum_are_told_tips_themselves(
    double: FakeDiscord, lea: User, sam: User, server: Server, general: Channel
) -> None:
    thread = server.thread(general, "Le CV", by=sam)
    await publishes(lea, await tip_for(lea, thread))
    post = await sam.opens_post(server.forum("idées"), "Un avis ?", QUESTION)
    [question] = post.messages
    tip = await publishes(lea, await tip_about(lea, question))
    assert [len(posted(double, each)) for each in (thread, post, general)] == [1, 1, 0]
    assert tip.reply_to is question


# Who may.


async def test_the_command_and_the_menu_are_offered_to_who_manages_messages(
    lea: User, sam: User, server: Server, general: Channel
) -> None:
    written = await lea.writes(QUESTION, to=general)
    with pytest.raises(AssertionError, match="may not use"):
        await sam.uses("/conseil", in_=general)
    with pytest.raises(AssertionError, match="may not use"):
        await sam.menu(ASIDES.tip_about, written)
    server.gives(sam, server.role("Modération", manage_messages=True))
    # To be offered them is not yet to be of the team: that is for administrators to say.
    assert (await tip_for(sam, general)).text == REFUSED
    assert (await tip_about(sam, written)).text == REFUSED


async def test_opened_to_everyone_they_are_still_for_the_team_alone(
    double: FakeDiscord, lea: User, sam: User, server: Server, general: Channel
) -> None:
    for command in ("conseil", ASIDES.tip_about):
        server.opens(command, server.everyone)
    written = await lea.writes(QUESTION, to=general)
    for refused in (await tip_for(sam, general), await tip_about(sam, written)):
        assert (refused.text, refused.buttons, refused.ephemeral) == (REFUSED, [], True)
    assert posted(double, general) == []


async def test_who_has_the_role_of_moderators_gives_tips_until_it_is_taken(
    double: FakeDiscord, lea: User, sam: User, server: Server, general: Channel
) -> None:
    role = server.role("Équipe")
    server.opens("conseil", role)
    server.gives(sam, role)
    settings = await answer_to(await lea.uses("/reglages", in_=general))
    await (await lea.selects(settings, role, of=LABELS.moderator_role)).is_answered()
    tip = await publishes(sam, await tip_for(sam, general))
    preview = await tip_for(sam, general)
    server.takes(sam, role)
    assert await is_told(sam, preview, LABELS.tip_publish) == REFUSED
    assert posted(double, general) == [tip]


async def test_written_where_others_read_the_command_leads_to_the_one_they_do_not(
    double: FakeDiscord, lea: User, sam: User, general: Channel
) -> None:
    written = await sam.writes(QUESTION, to=general)
    for user, said in ((lea, BY_COMMAND), (sam, REFUSED)):
        answer = await mentions(user, f"{double.bot.mention} /conseil", in_=general)
        assert (answer.text, answer.buttons) == (said, [])
    lea.skips(in_=general)
    await lea.writes(f"{double.bot.mention} /conseil", to=general, reply_to=written)
    assert (await lea.reads_next(in_=general)).text == BY_COMMAND


# What Discord does not take.


@pytest.mark.parametrize("denied", ["send_messages", "embed_links", "view_channel"])
async def test_where_vigie_may_not_write_who_moderates_is_told_so(
    double: FakeDiscord, lea: User, server: Server, general: Channel, denied: str
) -> None:
    preview = await tip_for(lea, general)
    server.bot_may(general, **{denied: False})
    with heard() as log:
        assert await chooses(lea, preview, LABELS.tip_publish) is preview
    assert preview.text.startswith(NOT_POSTED)
    assert preview.buttons == []
    assert posted(double, general) == []
    assert "refuses what was to be posted" in log.text
    assert "Traceback" not in log.text
    server.bot_may(general, **{denied: True})
    tip = await publishes(lea, await tip_for(lea, general))
    assert posted(double, general) == [tip]


async def test_where_the_channel_is_gone_who_moderates_is_told_so(lea: User, server: Server, general: Channel) -> None:
    thread = server.thread(general, "Le CV")
    preview = await tip_for(lea, thread)
    server.archives(thread, locked=True)
    await chooses(lea, preview, LABELS.tip_publish)
    assert preview.text.startswith(NOT_POSTED)


async def test_a_tip_waits_until_discord_takes_it_and_is_told_once(
    double: FakeDiscord, lea: User, general: Channel
) -> None:
    preview = await tip_for(lea, general)
    double.fails("POST", MESSAGES, 503, times=12)
    tip = await publishes(lea, preview)
    assert posted(double, general) == [tip]


async def test_told_before_a_restart_a_tip_is_not_told_again_after(
    vigie: Vigie, double: FakeDiscord, database: Database, lea: User, general: Channel
) -> None:
    preview = await tip_for(lea, general)
    await vigie.stops()
    await vigie.starts(vigie.made(timing=NEVER))
    double.fails("PATCH", "/webhooks/…/…/messages/@original", 503, times=5)
    lea.skips(in_=general)
    await lea.presses(preview, LABELS.tip_publish)
    tip = await lea.reads_next(in_=general)
    with heard() as log:
        await log.says("has to wait")
    assert preview.text != PUBLISHED
    await vigie.restarts()
    await all_is_handled(double, database)
    assert preview.text == PUBLISHED
    assert posted(double, general) == [tip]
