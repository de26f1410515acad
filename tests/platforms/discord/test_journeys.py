"""Journeys on Discord: in the direct message, or unseen by others where that is closed; one message that changes."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from icalendar import Calendar

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.dialogue.engine import Control
from bot.dialogue.script import Journey, TaskOption
from bot.library import Library
from bot.rendering.wording import FormName, read_wording
from bot.resources import PROMPTS
from bot.storage.database import Database
from tests.conversations.garden import QUESTION, REPLIES, TITLES, WORDS, Garden, voice_with_words
from tests.conversations.words import LABELS
from tests.fakes.discord import Channel, FakeDiscord, Message, Server, User
from tests.platforms.discord.conftest import Vigie
from tests.platforms.discord.speaking import ASIDES, asks, chooses, commands, is_told, words_of, writes_in_form

WORDING = read_wording(PROMPTS)
CONTROLS = {control: spoken.label for control, spoken in WORDING.controls.items()}
OUTCOMES = {outcome: spoken.label for outcome, spoken in WORDING.outcomes.items()}
ASKS = {step: words.get("ask") or words["say"] for step, words in WORDS.items() if step != "bac"}
"""By which words each step of the journey `potager` is known."""
ASKS["semer"], ASKS["bilan"] = WORDS["semer"]["ask"], WORDS["bilan"]["say"]
FIRST_CONTACT = words_of("privacy/first_contact", lasts=True)

pytestmark = pytest.mark.usefixtures("vigie")


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Voice:
    return voice_with_words(tmp_path_factory.mktemp("prompts") / "fr")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Garden:
    return Garden(tmp_path_factory.mktemp("garden"))


@pytest.fixture
def advisor(planted: Garden, voice: Voice, smalltalk: SmallTalk, database: Database) -> Advisor:
    return Advisor(planted.current, voice, smalltalk, database, misses_kept=90)


@pytest.fixture
async def shipped(vigie: Vigie, library: Library, database: Database) -> Vigie:
    """Vigie with the journeys that come with her."""
    vigie.advisor = build_advisor(library.current, database)
    await vigie.restarts()
    return vigie


def step_of(message: Message) -> str:
    """Return the step of the journey `potager` that a message shows."""
    return next(step for step, words in ASKS.items() if words in message.text)


async def replies(user: User, message: Message, reply: str) -> Message:
    """Press the button of that label where there is one; write the text otherwise, in a form where not in private."""
    if reply in message.buttons:
        return await chooses(user, message, reply)
    if message.ephemeral and LABELS.write in message.buttons:
        return await writes_in_form(user, message, LABELS.write, reply)
    if message.ephemeral:
        for label in ("☐ Une bêche", "☐ Des gants"):
            await chooses(user, message, label)
        return await chooses(user, message, LABELS.confirm)
    return await asks(user, reply)


async def walks(user: User, message: Message, step: str, given: Mapping[str, str] = REPLIES) -> Message:
    """Reply to each step of the journey `potager` until that one is shown."""
    while (shown := step_of(message)) != step:
        message = await replies(user, message, given[shown])
    return message


async def led_to(user: User, step: str, given: Mapping[str, str] = REPLIES) -> Message:
    """Begin the journey `potager` in private, and reply to each step until that one is shown."""
    return await walks(user, await commands(user, "/parcours", nom="potager"), step, given)


async def led_in_place(user: User, channel: Channel, step: str) -> Message:
    """Begin the journey `potager` in a server, direct messages being closed, and reply until that step is shown."""
    user.closes_dms()
    return await walks(user, await commands(user, "/parcours", in_=channel, nom="potager"), step)


# Where a journey runs.


async def test_asked_for_in_a_server_a_journey_runs_in_the_direct_message(sam: User, general: Channel) -> None:
    pointer = await commands(sam, "/parcours", in_=general, nom="potager")
    assert (pointer.text, pointer.ephemeral) == (ASIDES.written_in_private, True)
    assert pointer.buttons == [ASIDES.open_private]
    assert (pointer.button(ASIDES.open_private).url or "").startswith("https://discord.com/channels/@me")
    step = await sam.reads_next()
    assert step_of(step) == "accueil"
    assert step_of(await chooses(sam, step, CONTROLS[Control.CONTINUE])) == "envie"
    assert step_of(await asks(sam, "des radis")) == "terre"
    assert general.messages == []


async def test_asked_for_again_in_a_server_a_journey_goes_on_in_the_direct_message(sam: User, general: Channel) -> None:
    await led_to(sam, "terre")
    await commands(sam, "/parcours", in_=general)
    assert step_of(await sam.reads_next()) == "terre"


async def test_where_direct_messages_are_closed_a_journey_begins_in_place_unseen_by_others(
    lea: User, sam: User, general: Channel
) -> None:
    sam.closes_dms()
    step = await commands(sam, "/parcours", in_=general, nom="potager")
    assert step.ephemeral
    assert step_of(step) == "accueil"
    assert general.messages == []
    assert not step.visible_to(lea)


async def test_who_begins_a_journey_in_place_reads_the_same_as_in_private(
    lea: User, sam: User, general: Channel
) -> None:
    in_private = await commands(lea, "/parcours", nom="potager")
    sam.closes_dms()
    in_place = await commands(sam, "/parcours", in_=general, nom="potager")
    assert (in_place.text, in_place.buttons) == (in_private.text, in_private.buttons)
    assert FIRST_CONTACT in in_place.text


async def test_a_whole_journey_is_led_in_place_by_buttons_and_forms(sam: User, general: Channel) -> None:
    accueil = await led_in_place(sam, general, "accueil")
    bilan = await walks(sam, accueil, "bilan")
    assert bilan is accueil
    assert f"• Ce que tu veux manger : {REPLIES['envie']}".removeprefix("• ") in bilan.text
    assert f"Ton astuce : {REPLIES['astuce']}" in bilan.text
    assert general.messages == []
    assert sam.messages == []


async def test_a_journey_goes_on_in_place_when_direct_messages_are_closed_on_the_way(
    sam: User, general: Channel
) -> None:
    await led_to(sam, "terre")
    in_place = await led_in_place(sam, general, "terre")
    assert in_place.ephemeral
    assert step_of(await chooses(sam, in_place, "Du sable")) == "outils"


async def test_a_journey_goes_on_in_private_when_direct_messages_are_open_again(sam: User, general: Channel) -> None:
    await led_in_place(sam, general, "terre")
    sam.opens_dms()
    pointer = await commands(sam, "/parcours", in_=general)
    assert pointer.text == ASIDES.written_in_private
    step = await sam.reads_next()
    assert step_of(await chooses(sam, step, "Du sable")) == "outils"


async def test_journeys_are_listed_in_private_and_one_begins_with_a_button(sam: User, general: Channel) -> None:
    await commands(sam, "/parcours", in_=general)
    listed = await sam.reads_next()
    assert set(listed.buttons) == set(TITLES.values())
    assert all(f"**{title}**" in listed.text for title in TITLES.values())
    assert step_of(await chooses(sam, listed, TITLES["potager"])) == "accueil"


async def test_journeys_are_listed_in_place_where_direct_messages_are_closed(sam: User, general: Channel) -> None:
    sam.closes_dms()
    listed = await commands(sam, "/parcours", in_=general)
    assert (listed.ephemeral, set(listed.buttons)) == (True, set(TITLES.values()))
    begun = await chooses(sam, listed, TITLES["potager"])
    assert (begun.ephemeral, step_of(begun)) == (True, "accueil")
    assert general.messages == []


async def test_a_button_in_a_server_begins_a_journey_in_the_direct_message_once_that_is_open(
    sam: User, general: Channel
) -> None:
    sam.closes_dms()
    listed = await commands(sam, "/parcours", in_=general)
    sam.opens_dms()
    assert await is_told(sam, listed, TITLES["potager"]) == ASIDES.written_in_private
    assert step_of(await sam.reads_next()) == "accueil"
    assert set(listed.buttons) == set(TITLES.values())


async def test_a_journey_is_found_by_what_is_typed_of_its_title(sam: User, general: Channel) -> None:
    listed = await sam.autocompletes("/parcours", in_=general, nom="POTAG")
    assert listed == [{"name": TITLES["potager"], "value": "potager"}]
    every = await sam.autocompletes("/parcours", nom="")
    assert {each["name"] for each in every} == set(TITLES.values())


async def test_a_journey_that_there_is_not_is_told_of_with_those_there_are(sam: User) -> None:
    listed = await commands(sam, "/parcours", nom="cuisine")
    assert listed.text.startswith(words_of("onboarding/unknown"))
    assert set(listed.buttons) == set(TITLES.values())


async def test_called_by_a_mention_a_journey_is_begun_where_nobody_else_reads_it(
    double: FakeDiscord, sam: User, general: Channel
) -> None:
    told = await asks(sam, f"{double.bot.mention} /parcours potager", in_=general)
    assert told.text.startswith(words_of("help/in_private"))
    assert told.buttons == [LABELS.in_private]
    await sam.presses(told, LABELS.in_private)
    assert step_of(await sam.reads_next()) == "accueil"
    assert general.messages[1:] == [told]


# From step to step.


async def test_a_button_leads_on_in_the_same_message(sam: User) -> None:
    accueil = await led_to(sam, "accueil")
    envie = await chooses(sam, accueil, CONTROLS[Control.CONTINUE])
    assert envie is accueil
    assert (envie.edited, step_of(envie)) == (True, "envie")
    assert sam.messages == [accueil]


async def test_ones_own_words_get_a_message_of_their_own(sam: User) -> None:
    envie = await led_to(sam, "envie")
    terre = await asks(sam, "des tomates cerises")
    assert terre is not envie
    assert terre.text == "C'est noté.\n\nComment est ta terre ?"
    assert step_of(envie) == "envie"


async def test_ones_own_words_are_written_in_a_form_which_leads_on_in_place(sam: User) -> None:
    envie = await led_to(sam, "envie")
    pressed = await sam.presses(envie, LABELS.write)
    await pressed.is_answered()
    assert pressed.modal
    words = WORDING.forms[FormName.ANSWER]
    [field] = pressed.modal.fields
    assert (pressed.modal.title, field.label, field.required, field.long) == (
        words.title,
        words.labels["text"],
        True,
        True,
    )
    sent = await sam.submits(pressed, text="des tomates cerises")
    terre = await sam.reads_next()
    assert terre is envie
    assert sent.answered
    assert terre.text == "C'est noté.\n\nComment est ta terre ?"


async def test_a_form_that_is_closed_unsent_opens_again(sam: User) -> None:
    envie = await led_to(sam, "envie")
    await (await sam.presses(envie, LABELS.write)).is_answered()
    assert step_of(await writes_in_form(sam, envie, LABELS.write, "des radis")) == "terre"


async def test_the_longest_answer_that_fits_in_a_form_is_kept_whole(sam: User) -> None:
    longest = ("mot " * 200)[:500].strip()
    mot = await commands(sam, "/parcours", nom="carnet")
    relu = await writes_in_form(sam, mot, LABELS.write, longest)
    assert "Tu as écrit : mot mot mot" in relu.text
    await sam.uses("/mesdonnees")
    _, sent = await sam.reads(2)
    [run] = json.loads(sent.files[0].content)["journeys"]
    assert run["state"]["answers"]["mot"]["text"] == longest


async def test_only_a_step_that_asks_for_ones_own_words_opens_a_form(sam: User) -> None:
    for step in REPLIES:
        shown = await led_to(sam, step)
        assert (LABELS.write in shown.buttons) is (step in {"envie", "astuce"})
        await chooses(sam, shown, CONTROLS[Control.QUIT])


async def test_below_a_step_stand_its_answers_what_to_read_and_the_ways_on(sam: User) -> None:
    terre = await led_to(sam, "terre")
    labels = [[getattr(each, "label", None) for each in row] for row in terre.rows]
    assert labels == [
        ["De l'argile", "Du sable"],
        ["Je n'ai pas de terre"],
        ["Faire du compost"],
        [CONTROLS[each] for each in (Control.BACK, Control.SKIP, Control.WHERE)],
        [CONTROLS[each] for each in (Control.PAUSE, Control.RESTART, Control.QUIT)],
    ]


async def test_several_answers_are_ticked_unticked_and_confirmed_in_place(sam: User) -> None:
    outils = await led_to(sam, "outils")
    for label in ("☐ Des gants", "☐ Une bêche", "☐ Un arrosoir", "☑ Un arrosoir"):
        assert await chooses(sam, outils, label) is outils
    assert outils.buttons[:3] == ["☑ Une bêche", "☐ Un arrosoir", "☑ Des gants"]
    semer = await chooses(sam, outils, LABELS.confirm)
    assert semer is outils
    assert "Il te faut : une bêche et des gants." in semer.text


@pytest.mark.parametrize("outcome", TaskOption)
async def test_each_outcome_of_a_task_leads_on_in_place(sam: User, outcome: TaskOption) -> None:
    semer = await led_to(sam, "semer")
    pailler = await chooses(sam, semer, OUTCOMES[outcome])
    assert pailler is semer
    assert pailler.text.startswith(WORDS["semer"][f"on_{outcome}"])
    assert step_of(pailler) == "pailler"


async def test_one_goes_back_skips_and_asks_where_one_stands_in_place(sam: User) -> None:
    outils = await led_to(sam, "outils")
    for label, step in [(Control.BACK, "terre"), (Control.WHERE, "terre"), (Control.SKIP, "outils")]:
        shown = await chooses(sam, outils, CONTROLS[label])
        assert (shown is outils, step_of(shown)) == (True, step)
        assert ("▰" in shown.text) is (label is Control.WHERE)


async def test_a_journey_begins_anew_in_place(sam: User) -> None:
    terre = await led_to(sam, "terre")
    begun = await chooses(sam, terre, CONTROLS[Control.RESTART])
    assert (begun is terre, step_of(begun)) == (True, "accueil")


async def test_a_question_on_the_way_is_answered_and_the_step_comes_back(sam: User) -> None:
    await led_to(sam, "terre")
    await sam.writes(QUESTION)
    answer, terre = await sam.reads(2)
    assert answer.embeds[0].title == "Planter des tomates"
    assert step_of(terre) == "terre"
    assert step_of(await chooses(sam, terre, "Du sable")) == "outils"


async def test_a_slash_question_on_the_way_is_answered_and_the_step_comes_back(sam: User) -> None:
    await led_to(sam, "terre")
    await sam.uses("/question", texte=QUESTION)
    answer, terre = await sam.reads(2)
    assert answer.embeds[0].title == "Planter des tomates"
    assert step_of(await chooses(sam, terre, "Du sable")) == "outils"


async def test_what_to_read_takes_the_place_of_the_step_which_comes_back_below(sam: User) -> None:
    terre = await led_to(sam, "terre")
    await sam.presses(terre, "Faire du compost")
    compost, below = await sam.reads(2)
    assert compost is terre
    assert compost.embeds[0].title == "Faire du compost"
    assert step_of(await chooses(sam, below, "Du sable")) == "outils"


async def test_what_to_read_in_place_is_unseen_by_others_with_the_step_below(sam: User, general: Channel) -> None:
    terre = await led_in_place(sam, general, "terre")
    await sam.presses(terre, "Faire du compost")
    compost, below = await sam.reads(2, in_=general)
    assert (compost.ephemeral, below.ephemeral) == (True, True)
    assert step_of(await chooses(sam, below, "Du sable")) == "outils"
    assert general.messages == []


async def test_what_is_no_answer_is_asked_again_below(sam: User) -> None:
    terre = await led_to(sam, "terre")
    again = await asks(sam, "la mer")
    assert again is not terre
    assert "Elle colle, ou elle coule ?" in again.text
    assert again.buttons == terre.buttons


# After a restart; old buttons and forms; those of others; twice.


async def test_a_journey_goes_on_by_its_old_buttons_after_a_restart(vigie: Vigie, sam: User) -> None:
    outils = await led_to(sam, "outils")
    await chooses(sam, outils, "☐ Des gants")
    await vigie.restarts()
    assert await chooses(sam, outils, "☐ Une bêche") is outils
    semer = await chooses(sam, outils, LABELS.confirm)
    assert semer is outils
    assert "Il te faut : une bêche et des gants." in semer.text


async def test_a_journey_in_place_goes_on_by_its_old_buttons_after_a_restart(
    vigie: Vigie, sam: User, general: Channel
) -> None:
    envie = await led_in_place(sam, general, "envie")
    await vigie.restarts()
    terre = await writes_in_form(sam, envie, LABELS.write, "des radis")
    assert (terre is envie, terre.ephemeral, step_of(terre)) == (True, True, "terre")


async def test_a_form_opened_before_a_restart_is_heard_when_it_is_sent_after(vigie: Vigie, sam: User) -> None:
    envie = await led_to(sam, "envie")
    pressed = await sam.presses(envie, LABELS.write)
    await pressed.is_answered()
    await vigie.restarts()
    sent = await sam.submits(pressed, text="des tomates cerises")
    terre = await sam.reads_next()
    assert (terre is envie, sent.answered, step_of(terre)) == (True, True, "terre")


async def test_a_press_that_was_heard_but_not_answered_is_answered_after_a_restart(
    double: FakeDiscord, vigie: Vigie, sam: User
) -> None:
    terre = await led_to(sam, "terre")
    held = double.slow("PATCH", "/webhooks/…/…/messages/@original")
    await sam.presses(terre, "Du sable")
    await held.is_reached(1)
    stopping = vigie.restarts()
    held.release()
    await stopping
    assert step_of(await sam.reads_next()) == "outils"


async def test_a_stale_button_says_so_and_the_step_is_shown_again(sam: User) -> None:
    envie = await led_to(sam, "envie")
    terre = await asks(sam, "des radis")
    told = await is_told(sam, envie, CONTROLS[Control.SKIP])
    assert told == words_of("onboarding/outdated", under_way=True)
    again = await sam.reads_next()
    assert again is not envie
    assert (again.text, again.buttons) == ("Comment est ta terre ?", terre.buttons)
    assert step_of(envie) == "envie"
    assert step_of(await chooses(sam, again, "Du sable")) == "outils"


async def test_a_stale_form_says_so_and_answers_no_other_step(sam: User) -> None:
    envie = await led_to(sam, "envie")
    opened = await sam.presses(envie, LABELS.write)
    await opened.is_answered()
    await walks(sam, await asks(sam, "des radis"), "astuce")
    await sam.submits(opened, text="des courges")
    notice, again = await sam.reads(2)
    assert (notice.text, notice.ephemeral) == (words_of("onboarding/outdated", under_way=True), True)
    bilan = await walks(sam, again, "bilan")
    assert "Ce que tu veux manger : des radis" in bilan.text
    assert f"Ton astuce : {REPLIES['astuce']}" in bilan.text


async def test_a_button_pressed_twice_leads_on_once(sam: User) -> None:
    terre = await led_to(sam, "terre")
    identifier = terre.button("Du sable").custom_id or ""
    await sam.presses(terre, "Du sable")
    late = await sam.presses_id(terre, identifier)
    edited, notice, again = await sam.reads(3)
    assert late.messages[0] is notice
    assert notice.text == words_of("onboarding/outdated", under_way=True)
    assert (step_of(edited), step_of(again)) == ("outils", "outils")


async def test_a_form_sent_twice_leads_on_once(sam: User) -> None:
    envie = await led_to(sam, "envie")
    opened = await sam.presses(envie, LABELS.write)
    for _ in range(2):
        await sam.submits(opened, text="des radis")
    edited, notice, again = await sam.reads(3)
    assert notice.text == words_of("onboarding/outdated", under_way=True)
    assert (step_of(edited), step_of(again)) == ("terre", "terre")


async def test_a_press_that_discord_tells_again_leads_on_once(double: FakeDiscord, sam: User) -> None:
    outils = await led_to(sam, "outils")
    await chooses(sam, outils, "☐ Des gants")
    double.gate.replays = 3
    double.cuts()
    await double.is_resumed()
    await double.settled()
    # Ticked twice, it would be unticked.
    assert "☑ Des gants" in outils.buttons
    ticked = await chooses(sam, outils, "☐ Une bêche")
    assert ticked.buttons[:3] == ["☑ Une bêche", "☐ Un arrosoir", "☑ Des gants"]


async def test_a_button_of_a_journey_that_is_over_says_so(sam: User) -> None:
    envie = await led_to(sam, "envie")
    terre = await asks(sam, "des radis")
    left = await chooses(sam, terre, CONTROLS[Control.QUIT])
    assert left is terre
    assert left.text.startswith(words_of("onboarding/quit"))
    assert await is_told(sam, envie, CONTROLS[Control.SKIP]) == words_of("onboarding/outdated", under_way=False)


@pytest.mark.parametrize("paused", [True, False])
async def test_a_question_asked_aloud_shows_nobody_that_somebody_is_in_a_journey(
    lea: User, sam: User, general: Channel, *, paused: bool
) -> None:
    terre = await led_in_place(sam, general, "terre")
    if paused:
        await sam.presses(terre, CONTROLS[Control.PAUSE])
        await sam.reads(2, in_=general)
    await sam.uses("/question", in_=general, texte=QUESTION, visible=ASIDES.to_all)
    answer = await lea.reads_next(in_=general)
    assert answer.embeds[0].title == "Planter des tomates"
    assert LABELS.back_to_step not in answer.buttons
    assert step_of(await commands(sam, "/parcours", in_=general)) == "terre"
    assert general.messages == [answer]


async def test_a_question_asked_quietly_leads_back_to_the_journey(sam: User, general: Channel) -> None:
    terre = await led_in_place(sam, general, "terre")
    await sam.presses(terre, CONTROLS[Control.PAUSE])
    await sam.reads(2, in_=general)
    answer = await commands(sam, "/question", in_=general, texte=QUESTION, visible=ASIDES.to_me)
    assert answer.buttons[-1] == LABELS.back_to_step
    again = await chooses(sam, answer, LABELS.back_to_step)
    assert (again.ephemeral, step_of(again)) == (True, "terre")
    assert general.messages == []


async def test_a_journey_that_is_no_more_is_told_of_in_place(planted: Garden, sam: User, general: Channel) -> None:
    sam.closes_dms()
    listed = await commands(sam, "/parcours", in_=general)
    sam.opens_dms()
    planted.holds(None)
    try:
        assert await is_told(sam, listed, TITLES["potager"]) == words_of("onboarding/gone")
    finally:
        planted.as_at_first()
    assert sam.messages == []


# The pause, and reminders.


async def test_a_journey_is_paused_and_goes_on_by_the_same_button(sam: User) -> None:
    terre = await led_to(sam, "terre")
    await sam.presses(terre, CONTROLS[Control.PAUSE])
    paused, offer = await sam.reads(2)
    assert (paused is terre, paused.text) == (True, words_of("onboarding/paused"))
    assert offer.text == words_of("reminders/offer")
    assert offer.buttons[-1] == LABELS.no_thanks
    assert await chooses(sam, offer, LABELS.no_thanks) is offer
    resumed = await chooses(sam, paused, LABELS.resume)
    assert (resumed is terre, step_of(resumed)) == (True, "terre")


async def test_a_reminder_comes_once_in_private_and_leads_back(double: FakeDiscord, vigie: Vigie, sam: User) -> None:
    terre = await led_to(sam, "terre")
    await sam.presses(terre, CONTROLS[Control.PAUSE])
    _, offer = await sam.reads(2)
    assert await chooses(sam, offer, offer.buttons[0]) is offer
    double.clock.passes(days=8)
    await vigie.sends_what_is_due()
    reminder = await sam.reads_next()
    assert reminder.buttons == [LABELS.resume, LABELS.stop_reminders]
    assert TITLES["potager"] in reminder.text
    await vigie.sends_what_is_due()
    resumed = await chooses(sam, reminder, LABELS.resume)
    assert resumed is not reminder
    assert step_of(resumed) == "terre"
    stopped = await chooses(sam, reminder, LABELS.stop_reminders)
    assert stopped is reminder
    assert stopped.text.startswith(words_of("reminders/stopped", was_on=True))


async def test_the_reminder_of_a_journey_led_in_a_server_comes_in_private(
    double: FakeDiscord, vigie: Vigie, sam: User, general: Channel
) -> None:
    terre = await led_in_place(sam, general, "terre")
    await sam.presses(terre, CONTROLS[Control.PAUSE])
    _, offer = await sam.reads(2, in_=general)
    assert offer.ephemeral
    await chooses(sam, offer, offer.buttons[0])
    sam.opens_dms()
    double.clock.passes(days=8)
    await vigie.sends_what_is_due()
    reminder = await sam.reads_next()
    assert step_of(await chooses(sam, reminder, LABELS.resume)) == "terre"
    assert general.messages == []


async def test_who_cannot_be_reminded_is_so_again_once_they_came_back(
    double: FakeDiscord, vigie: Vigie, sam: User, server: Server, general: Channel
) -> None:
    terre = await led_in_place(sam, general, "terre")
    await commands(sam, "/rappels", in_=general, quand="jeudi 18h30")
    double.clock.passes(days=7)
    await vigie.sends_what_is_due()
    assert sam.messages == []
    # That somebody cannot be written to is nothing to the server.
    assert [each.title for each in await vigie.advisor.communities("discord")] == [server.name]
    sam.opens_dms()
    assert step_of(await chooses(sam, terre, "Du sable")) == "outils"
    double.clock.passes(days=14)
    await vigie.sends_what_is_due()
    assert (await sam.reads_next()).buttons == [LABELS.resume, LABELS.stop_reminders]


# The recap, the plan and what is taken along.


async def test_the_recap_tells_all_and_proposes_what_comes_next(sam: User) -> None:
    bilan = await led_to(sam, "bilan")
    for line in ("Ce que tu veux manger : des tomates cerises", "⬜ Semer trois rangs de radis", "✅ Pailler le sol"):
        assert line in bilan.text
    assert bilan.buttons[0] == f"{LABELS.begin} : {TITLES['verger']}"
    assert {"Faire du compost", "Semer des radis", LABELS.plan} <= set(bilan.buttons)
    read = await chooses(sam, bilan, "Semer des radis")
    assert read is not bilan
    assert read.embeds[0].title == "Semer des radis"
    begun = await chooses(sam, bilan, f"{LABELS.begin} : {TITLES['verger']}")
    assert TITLES["verger"] in begun.text


async def test_a_long_recap_loses_nothing(sam: User) -> None:
    words = {"envie": ("des courges 🎃 " * 30).strip(), "astuce": ("parler aux limaces 🐌 " * 22).strip()}
    bilan = await led_to(sam, "bilan", {**REPLIES, **words})
    below = await sam.reads_next()
    assert f"Ce que tu veux manger : {words['envie']}" in bilan.text + below.text
    assert f"Ton astuce : {words['astuce']}" in bilan.text + below.text
    assert bilan.buttons == []
    assert LABELS.plan in below.buttons


async def test_the_plan_is_shown_ticked_and_exported(sam: User) -> None:
    bilan = await led_to(sam, "bilan")
    plan = await chooses(sam, bilan, LABELS.plan)
    assert "⬜ Semer trois rangs de radis" in plan.text
    ticked = await chooses(sam, plan, f"{OUTCOMES[TaskOption.DONE]} : Semer trois rangs de radis")
    assert ticked.text.startswith(words_of("plan/done", task="Semer trois rangs de radis", changed=True))
    await sam.presses(plan, LABELS.plan_md)
    said, sent = await sam.reads(2)
    assert said.text == words_of("plan/exported", empty=False, calendar=False)
    [file] = sent.files
    assert file.name == "plan-vigie.md"
    assert "- ☑ Semer trois rangs de radis" in file.content.decode()


async def test_the_plan_is_taken_along_from_a_server_unseen_by_others(sam: User, general: Channel) -> None:
    await led_to(sam, "bilan")
    await sam.uses("/plan", in_=general, garder=LABELS.plan_ics)
    said, sent = await sam.reads(2, in_=general)
    assert said.text == words_of("plan/exported", empty=False, calendar=True)
    [file] = sent.files
    assert file.name == "plan-vigie.ics"
    [event] = Calendar.from_ical(file.content.decode()).walk("VEVENT")
    assert event["summary"] == "Semer trois rangs de radis"
    assert (said.ephemeral, sent.ephemeral, general.messages) == (True, True, [])


async def test_an_empty_plan_is_nothing_to_take_along(sam: User) -> None:
    await asks(sam, "bonjour")
    nothing = await commands(sam, "/plan", garder=LABELS.plan_ics)
    assert nothing.text == words_of("plan/exported", empty=True, calendar=True)


# What else is one's own business.

OWN = {
    "/plan": words_of("plan/plan", plans=[], this_week=""),
    "/themes": None,
    "/rappels": words_of("reminders/show", day=None, zone="Europe/Paris"),
    "/mesdonnees": None,
    "/oublier": words_of("privacy/confirm"),
    "/lier": None,
    "/aide": words_of("help/help", typed=False, administers=False, moderates=False),
}


@pytest.mark.parametrize("command", OWN)
async def test_what_is_ones_own_business_is_unseen_by_others_and_the_same_in_private(
    sam: User, general: Channel, command: str
) -> None:
    await asks(sam, "bonjour")
    in_private = await commands(sam, command)
    in_server = await commands(sam, command, in_=general)
    assert (in_server.ephemeral, in_private.ephemeral) == (True, False)
    assert in_private.text.startswith(OWN[command] or "")
    assert in_server.text.startswith(OWN[command] or "")
    assert in_server.buttons == in_private.buttons
    assert general.messages == []


@pytest.mark.usefixtures("shipped")
async def test_themes_are_leafed_through_in_place(sam: User, general: Channel) -> None:
    listed = await commands(sam, "/themes", in_=general)
    opened = await chooses(sam, listed, listed.buttons[0])
    assert (opened is listed, opened.ephemeral) == (True, True)
    assert await chooses(sam, opened, LABELS.all_themes) is listed


async def test_a_reminder_is_set_by_what_is_typed_and_stopped(sam: User, general: Channel) -> None:
    await commands(sam, "/rappels", in_=general, quand="jeudi 18h30")
    shown = await commands(sam, "/rappels")
    assert "jeudi à 18 h 30" in shown.text.replace("\u00a0", " ")
    stopped = await commands(sam, "/rappels", in_=general, quand="stop")
    assert stopped.text == words_of("reminders/stopped", was_on=True)


async def test_what_is_kept_comes_as_a_file_for_its_person_alone(sam: User, general: Channel) -> None:
    await led_to(sam, "terre")
    await sam.uses("/mesdonnees", in_=general)
    shown, sent = await sam.reads(2, in_=general)
    assert (shown.ephemeral, sent.ephemeral, general.messages) == (True, True, [])
    [file] = sent.files
    [run] = json.loads(file.content)["journeys"]
    assert run["state"]["answers"]["envie"]["text"] == REPLIES["envie"]


@pytest.mark.parametrize("in_server", [True, False])
async def test_all_is_erased_in_place_once(sam: User, general: Channel, *, in_server: bool) -> None:
    where = general if in_server else None
    await led_to(sam, "terre")
    confirm = await commands(sam, "/oublier", in_=where)
    await sam.presses(confirm, LABELS.erase_yes)
    await sam.presses(confirm, LABELS.erase_yes)
    erased, notice = await sam.reads(2, in_=where)
    assert (erased is confirm, erased.text, erased.buttons) == (True, words_of("privacy/erased"), [])
    assert (notice.text, notice.ephemeral) == (words_of("privacy/erased"), True)
    again = await commands(sam, "/oublier", in_=where)
    assert again.text == f"{words_of('privacy/confirm')}\n\n{FIRST_CONTACT}"
    assert (await chooses(sam, again, LABELS.erase_yes)).text == words_of("privacy/erased")


async def test_who_changes_their_mind_keeps_all(sam: User, general: Channel) -> None:
    await led_to(sam, "terre")
    confirm = await commands(sam, "/oublier", in_=general)
    kept = await chooses(sam, confirm, LABELS.erase_no)
    assert (kept is confirm, kept.text) == (True, words_of("privacy/kept"))
    assert step_of(await commands(sam, "/parcours")) == "terre"


async def test_an_erasure_that_was_asked_for_too_long_ago_is_not_done(double: FakeDiscord, sam: User) -> None:
    await asks(sam, "bonjour")
    confirm = await commands(sam, "/oublier")
    double.clock.passes(minutes=11)
    assert await is_told(sam, confirm, LABELS.erase_yes) == words_of("privacy/outdated")


@pytest.mark.parametrize("dms_are_open", [True, False])
async def test_whoever_is_shown_the_way_to_the_direct_message_is_greeted_there_or_in_place(
    double: FakeDiscord, lea: User, sam: User, general: Channel, *, dms_are_open: bool
) -> None:
    said = await asks(sam, f"{double.bot.mention} /mesdonnees", in_=general)
    assert said.text.startswith(words_of("help/in_private"))
    if not dms_are_open:
        lea.closes_dms()
    pressed = await lea.presses(said, LABELS.in_private)
    [shown] = await pressed.shows()
    assert shown.ephemeral
    greeting = await lea.reads_next() if dms_are_open else shown
    assert greeting.text == f"{words_of('help/welcome')}\n\n{FIRST_CONTACT}"
    assert (shown.text == ASIDES.written_in_private) is dms_are_open


# Whatever is answered.

ANSWERS = [
    "**gras** _italique_ `code` [clic](https://exemple.fr) <https://exemple.fr>",
    "# titre",
    "> cité",
    "- un",
    "1. un",
    "@everyone @here <@1> <@&2> <#3> </parcours:4> <:nom:5>",
    "\\ ~~non~~ ||caché||",
    "{{ 7 * 7 }} {% if %}",
    "```py\nprint()\n```",
    "😀" * 200,
]


@pytest.mark.parametrize("answer", ANSWERS)
async def test_what_people_answer_is_kept_as_they_wrote_it_and_calls_nobody(
    double: FakeDiscord, sam: User, answer: str
) -> None:
    mot = await commands(sam, "/parcours", nom="carnet")
    relu = await writes_in_form(sam, mot, LABELS.write, answer)
    await chooses(sam, relu, CONTROLS[Control.CONTINUE])
    await sam.uses("/mesdonnees")
    _, sent = await sam.reads(2)
    [run] = json.loads(sent.files[0].content)["journeys"]
    assert run["state"]["answers"]["mot"]["text"] == " ".join(answer.split())
    assert all(message.pinged == [] for message in sam.messages)
    assert double.refused == []


# The journeys that come with Vigie.


@dataclass
class Walk:
    """Somebody who is led through a journey, and takes what they prefer where they can choose."""

    person: User
    journey: Journey
    prefers: frozenset[str]
    says: Callable[[Message], Awaitable[Message]]
    read: list[str] = field(default_factory=list)

    async def goes_on(self, message: Message) -> Message:
        """Reply to the step that a message shows."""
        labels = {option.label for step in self.journey.steps for option in step.options}
        offered = [label for label in message.buttons if label in labels]
        preferred = [label for label in offered if label in self.prefers]
        if offered:
            return await chooses(self.person, message, (preferred or offered)[0])
        if LABELS.write in message.buttons:
            return await self.says(message)
        onward = (OUTCOMES[TaskOption.LATER], LABELS.confirm, CONTROLS[Control.CONTINUE])
        return await chooses(self.person, message, next(label for label in onward if label in message.buttons))

    async def ends(self, message: Message) -> Message:
        """Reply to each step until the plan is offered, and return the recap."""
        while LABELS.plan not in message.buttons:
            self.read.append(message.text)
            # A long recap goes on below: what leads on stands under its last message.
            is_over = not message.buttons
            message = await (self.person.reads_next(in_=message.channel) if is_over else self.goes_on(message))
        self.read.append(message.text)
        return message


def labelled(journey: Journey, *wanted: str) -> frozenset[str]:
    """Return the labels of some options: `step.option`."""
    found = {f"{step.id}.{option.id}": option.label for step in journey.steps for option in step.options}
    return frozenset(found[each] for each in wanted)


async def steps_seen(user: User, journey: str) -> set[str]:
    """Return the steps of a journey that somebody went through, as the file of what is kept of them tells."""
    await user.uses("/mesdonnees")
    sent = await user.reads_next()
    while not sent.files:
        sent = await user.reads_next()
    runs: list[dict[str, Any]] = json.loads(sent.files[0].content)["journeys"]
    [run] = [each for each in runs if each["journey"] == journey]
    return set(run["state"]["seen"])


WALKS: dict[str, list[tuple[str, ...]]] = {
    "vie": [
        ("accueil.emploi", "niveau.rien", "frein.temps"),
        ("accueil.entreprise", "role.autre", "niveau.dormant", "frein.vieprivee"),
        ("accueil.clients", "niveau.actif", "frein.inutile"),
        ("frein.parole",),
        ("frein.autre", "quiz.p77"),
        ("frein.aucun",),
    ],
    "demarrer": [()],
}
"""By which answers people go through journeys, so that every step is gone through by somebody."""


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("in_server", [True, False])
@pytest.mark.parametrize("name", WALKS)
async def test_every_step_of_a_journey_is_walked_to_the_recap(
    double: FakeDiscord, library: Library, server: Server, general: Channel, name: str, *, in_server: bool
) -> None:
    journey = library.current().corpus.journey(name)
    assert journey
    seen: set[str] = set()
    for answers in WALKS[name]:
        somebody = double.user("Quelqu'un")
        server.add(somebody)
        if in_server:
            somebody.closes_dms()

        async def says(message: Message, somebody: User = somebody) -> Message:
            if in_server:
                return await writes_in_form(somebody, message, LABELS.write, "auprès des voisins")
            return await asks(somebody, "auprès des voisins")

        begun = await commands(somebody, "/parcours", in_=general if in_server else None, nom=name)
        walk = Walk(somebody, journey, labelled(journey, *answers), says)
        recap = await walk.ends(begun)
        assert recap.ephemeral is in_server
        assert any(" : auprès des voisins" in text for text in walk.read)
        somebody.opens_dms()
        seen |= await steps_seen(somebody, name)
    assert seen == {step.id for step in journey.steps}
    assert general.messages == []
    assert [each for each in double.refused if each.code != 50007] == []


@pytest.mark.usefixtures("shipped")
async def test_every_journey_is_skipped_through_to_its_recap(library: Library, sam: User) -> None:
    for journey in library.current().corpus.journeys:
        message = await commands(sam, "/parcours", nom=journey.id)
        for _ in journey.steps:
            onward = CONTROLS[Control.SKIP] if CONTROLS[Control.SKIP] in message.buttons else CONTROLS[Control.CONTINUE]
            if onward not in message.buttons:
                break
            assert await chooses(sam, message, onward) is message
        while LABELS.plan not in message.buttons:
            message = await sam.reads_next()
