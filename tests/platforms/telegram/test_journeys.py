"""Journeys on Telegram: one message that changes under one's fingers, until one's own words are awaited."""

import json
from collections.abc import Mapping

import pytest
from icalendar import Calendar

from bot.app import build_advisor
from bot.core.advisor import Advisor
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.dialogue.engine import Control
from bot.library import Library
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.storage.database import Database
from tests.conversations.garden import QUESTION, REPLIES, TITLES, UNANSWERED, Garden, voice_with_words
from tests.conversations.words import LABELS
from tests.fakes.telegram import FakeTelegram, Message, User
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.talk import asks, called, chooses, is_told, opens, words_of

CONTROLS = {control: spoken.label for control, spoken in read_wording(PROMPTS).controls.items()}
ASKS = {
    "accueil": "Bienvenue au jardin.",
    "envie": "Qu'as-tu envie de manger ?",
    "terre": "Comment est ta terre ?",
    "outils": "De quels outils disposes-tu ?",
    "semer": "Tu sèmes cette semaine ?",
    "pailler": "Tu pailles ?",
    "quiz": "Quand sème-t-on les premiers radis ?",
    "astuce": "Ton astuce à toi ?",
    "bilan": "Te voilà au jardin.",
}
"""By which words each step of the journey `potager` is known."""

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


def step_of(message: Message) -> str:
    """Return the step of the journey `potager` that a message shows."""
    return next(step for step, words in ASKS.items() if words in message.text)


async def replies(user: User, message: Message, reply: str) -> Message:
    """Press the button of that label where there is one, write the text otherwise."""
    return await (chooses(user, message, reply) if reply in message.buttons else asks(user, reply))


async def led_to(user: User, step: str, given: Mapping[str, str] = REPLIES) -> Message:
    """Begin the journey `potager`, and reply to each step until that one is shown."""
    message = await asks(user, "/parcours potager")
    while (shown := step_of(message)) != step:
        message = await replies(user, message, given[shown])
    return message


# From step to step.


async def test_journeys_are_listed_and_one_begins_with_a_button(lea: User) -> None:
    listed = await asks(lea, "/parcours")
    assert set(listed.buttons) == set(TITLES.values())
    assert {*TITLES.values()} <= set(listed.bold)
    begun = await chooses(lea, listed, TITLES["potager"])
    assert begun is not listed
    assert begun.bold == [TITLES["potager"]]
    assert begun.buttons[0] == CONTROLS[Control.CONTINUE]


async def test_a_button_leads_on_in_the_same_message(lea: User) -> None:
    begun = await led_to(lea, "accueil")
    following = await chooses(lea, begun, CONTROLS[Control.CONTINUE])
    assert following is begun
    assert following.edited
    assert step_of(following) == "envie"


async def test_ones_own_words_get_a_message_of_their_own(lea: User) -> None:
    envie = await led_to(lea, "envie")
    terre = await asks(lea, "des tomates cerises")
    assert terre is not envie
    assert terre.text.startswith("C'est noté.\n\nComment est ta terre ?")
    assert step_of(envie) == "envie"


async def test_below_a_step_stand_its_answers_what_to_read_and_the_ways_on(lea: User) -> None:
    terre = await led_to(lea, "terre")
    labels = [[button.text for button in row] for row in terre.rows]
    assert labels == [
        ["De l'argile", "Du sable"],
        ["Je n'ai pas de terre"],
        ["📖 Faire du compost"],
        ["Retour", "Passer", "Où j'en suis"],
        ["Pause", "Recommencer", "Quitter"],
    ]


async def test_several_answers_are_ticked_unticked_and_confirmed_in_place(lea: User) -> None:
    outils = await led_to(lea, "outils")
    for label in ("☐ Des gants", "☐ Une bêche", "☐ Un arrosoir", "☑ Un arrosoir"):
        assert await chooses(lea, outils, label) is outils
    assert outils.buttons[:3] == ["☑ Une bêche", "☐ Un arrosoir", "☑ Des gants"]
    semer = await chooses(lea, outils, LABELS.confirm)
    assert semer is outils
    assert "Il te faut : une bêche et des gants." in semer.text


async def test_a_quiz_explains_and_leads_on_in_place(lea: User) -> None:
    quiz = await led_to(lea, "quiz")
    astuce = await chooses(lea, quiz, "En mai")
    assert astuce is quiz
    assert astuce.text.startswith("Plus tôt que ça : dès mars.\n\nTon astuce à toi ?")


@pytest.mark.parametrize(
    ("label", "word"),
    [("C'est fait", "Déjà semé."), ("Plus tard", "C'est dans ton plan."), ("Pas pour moi", "On laisse")],
)
async def test_each_outcome_of_a_task_leads_on_in_place(lea: User, label: str, word: str) -> None:
    semer = await led_to(lea, "semer")
    pailler = await chooses(lea, semer, label)
    assert pailler is semer
    assert pailler.text.startswith(word)
    assert step_of(pailler) == "pailler"


async def test_one_goes_back_and_skips_in_place(lea: User) -> None:
    outils = await led_to(lea, "outils")
    terre = await chooses(lea, outils, CONTROLS[Control.BACK])
    assert (terre is outils, step_of(terre)) == (True, "terre")
    skipped = await chooses(lea, terre, CONTROLS[Control.SKIP])
    assert (skipped is outils, step_of(skipped)) == (True, "outils")


async def test_to_ask_twice_where_one_stands_changes_nothing_and_waits_no_longer(
    telegram: FakeTelegram, lea: User
) -> None:
    terre = await led_to(lea, "terre")
    first = await chooses(lea, terre, CONTROLS[Control.WHERE])
    assert first is terre
    assert "▰" in terre.text
    again = await lea.presses(terre, CONTROLS[Control.WHERE])
    await again.is_answered()
    outils = await chooses(lea, terre, "Du sable")
    assert outils is terre
    [refusal] = telegram.refused
    assert "message is not modified" in str(refusal.error)


async def test_a_question_on_the_way_is_answered_and_the_step_comes_back(lea: User) -> None:
    await led_to(lea, "terre")
    await lea.writes(QUESTION)
    answer, terre = await lea.reads(2)
    assert answer.bold[0] == "Planter des tomates"
    assert step_of(terre) == "terre"
    assert step_of(await chooses(lea, terre, "Du sable")) == "outils"


async def test_what_to_read_takes_the_place_of_the_step_which_comes_back_below(lea: User) -> None:
    terre = await led_to(lea, "terre")
    await lea.presses(terre, "📖 Faire du compost")
    compost, below = await lea.reads(2)
    assert compost is terre
    assert compost.bold[0] == "Faire du compost"
    assert step_of(below) == "terre"
    assert step_of(await chooses(lea, below, "Du sable")) == "outils"


async def test_what_is_no_answer_is_asked_again_below(lea: User) -> None:
    terre = await led_to(lea, "terre")
    again = await asks(lea, "la mer")
    assert again is not terre
    assert "Elle colle, ou elle coule ?" in again.text
    assert again.buttons == terre.buttons


# Old buttons.


async def test_a_stale_button_says_so_and_the_step_is_shown_again(lea: User) -> None:
    envie = await led_to(lea, "envie")
    terre = await asks(lea, "des radis")
    told = await is_told(lea, envie, CONTROLS[Control.SKIP])
    assert told == words_of("onboarding/outdated", under_way=True)
    again = await lea.reads_next()
    assert again is not envie
    assert (again.text, again.buttons) == ("Comment est ta terre ?", terre.buttons)
    assert step_of(envie) == "envie"
    assert step_of(await chooses(lea, again, "Du sable")) == "outils"


async def test_a_button_pressed_twice_leads_on_once(lea: User) -> None:
    terre = await led_to(lea, "terre")
    data = terre.button("Du sable").value
    await lea.presses(terre, "Du sable")
    late = await lea.presses_data(terre, data)
    edited, again = await lea.reads(2)
    await late.is_answered()
    assert late.notice == words_of("onboarding/outdated", under_way=True)
    assert (step_of(edited), step_of(again)) == ("outils", "outils")


async def test_a_button_of_a_journey_that_is_over_says_so(lea: User) -> None:
    terre = await led_to(lea, "terre")
    data = terre.button("Du sable").value
    left = await chooses(lea, terre, CONTROLS[Control.QUIT])
    assert left is terre
    assert left.text.startswith(words_of("onboarding/quit"))
    query = await lea.presses_data(left, data)
    await query.is_answered()
    assert query.notice == words_of("onboarding/outdated", under_way=False)


async def test_a_journey_goes_on_after_a_restart(vigie: Vigie, lea: User) -> None:
    outils = await led_to(lea, "outils")
    await chooses(lea, outils, "☐ Des gants")
    await vigie.restarts()
    assert await chooses(lea, outils, "☐ Une bêche") is outils
    semer = await chooses(lea, outils, LABELS.confirm)
    assert semer is outils
    assert "Il te faut : une bêche et des gants." in semer.text


async def test_a_journey_is_paused_and_goes_on_by_the_same_button(lea: User) -> None:
    terre = await led_to(lea, "terre")
    await lea.presses(terre, CONTROLS[Control.PAUSE])
    paused, offer = await lea.reads(2)
    assert paused is terre
    assert paused.text == words_of("onboarding/paused")
    assert offer.buttons[-1] == LABELS.no_thanks
    resumed = await chooses(lea, paused, LABELS.resume)
    assert resumed is terre
    assert step_of(resumed) == "terre"


async def test_who_asks_something_else_finds_the_way_back_to_a_paused_journey(lea: User) -> None:
    terre = await led_to(lea, "terre")
    await lea.presses(terre, CONTROLS[Control.PAUSE])
    await lea.reads(2)
    answer = await asks(lea, QUESTION)
    assert answer.buttons[-1] == LABELS.back_to_step
    assert step_of(await chooses(lea, answer, LABELS.back_to_step)) == "terre"


async def test_a_step_whose_message_was_deleted_is_sent_anew(lea: User) -> None:
    terre = await led_to(lea, "terre")
    query = await lea.presses(terre, "Du sable")
    await lea.deletes(terre)
    outils = await lea.reads_next()
    await query.is_answered()
    assert step_of(outils) == "outils"


async def test_a_press_that_is_too_old_to_be_acknowledged_is_done_all_the_same(lea: User) -> None:
    terre = await led_to(lea, "terre")
    query = await lea.presses(terre, "Du sable")
    query.expires()
    assert step_of(await lea.reads_next()) == "outils"
    assert not query.answered


# The recap, the plan and what is taken along.


async def test_the_recap_tells_all_and_proposes_what_comes_next(lea: User) -> None:
    bilan = await led_to(lea, "bilan")
    assert "• Ce que tu veux manger : des tomates cerises" in bilan.text
    assert "• ☐ Semer trois rangs de radis" in bilan.text
    assert "• ☑ Pailler le sol" in bilan.text
    assert bilan.buttons[0] == f"{LABELS.begin} : {TITLES['verger']}"
    assert {"📖 Faire du compost", "📖 Semer des radis"} <= set(bilan.buttons)
    read = await chooses(lea, bilan, "📖 Semer des radis")
    assert read is not bilan
    assert read.bold[0] == "Semer des radis"
    begun = await chooses(lea, bilan, f"{LABELS.begin} : {TITLES['verger']}")
    assert begun.bold[0] == TITLES["verger"]


async def test_a_long_recap_comes_in_several_messages_with_its_links_below_the_last(lea: User) -> None:
    words = {"envie": "des courges 🎃 " * 30, "astuce": "parler aux limaces 🐌 " * 22}
    quiz = await led_to(lea, "quiz", {**REPLIES, **words})
    await chooses(lea, quiz, "En mars")
    await lea.writes(words["astuce"])
    parts = await lea.reads(2)
    assert parts[0].buttons == []
    assert "📖 Faire du compost" in parts[1].buttons
    text = "\n".join(part.text for part in parts)
    assert f"• Ce que tu veux manger : {words['envie'].strip()}" in text
    assert f"• Ton astuce : {words['astuce'].strip()}" in text


async def test_the_plan_is_shown_ticked_and_exported(lea: User) -> None:
    bilan = await led_to(lea, "bilan")
    plan = await chooses(lea, bilan, LABELS.plan)
    assert "☐ Semer trois rangs de radis" in plan.text
    ticked = await chooses(lea, plan, "C'est fait : Semer trois rangs de radis")
    assert ticked.text.startswith(words_of("plan/done", task="Semer trois rangs de radis", changed=True))
    await lea.presses(plan, LABELS.plan_md)
    said, sent = await lea.reads(2)
    assert said.text == words_of("plan/exported", empty=False, calendar=False)
    assert sent.document
    assert (sent.document.name, sent.document.mime_type) == ("plan-vigie.md", "text/markdown")
    assert "- ☑ Semer trois rangs de radis" in sent.document.content.decode()


async def test_the_plan_is_taken_along_for_a_calendar(lea: User) -> None:
    await led_to(lea, "bilan")
    await lea.writes("/plan ics")
    said, sent = await lea.reads(2)
    assert said.text == words_of("plan/exported", empty=False, calendar=True)
    assert sent.document
    assert sent.document.name == "plan-vigie.ics"
    [event] = Calendar.from_ical(sent.document.content.decode()).walk("VEVENT")
    assert event["summary"] == "Semer trois rangs de radis"


async def test_an_empty_plan_is_nothing_to_take_along(lea: User) -> None:
    await asks(lea, "bonjour")
    assert (await asks(lea, "/plan ics")).text == words_of("plan/exported", empty=True, calendar=True)


# Reminders.


async def test_a_reminder_that_was_set_with_a_button_comes_once_and_leads_back(
    telegram: FakeTelegram, vigie: Vigie, lea: User
) -> None:
    terre = await led_to(lea, "terre")
    await lea.presses(terre, CONTROLS[Control.PAUSE])
    _, offer = await lea.reads(2)
    assert await chooses(lea, offer, offer.buttons[0]) is offer
    telegram.passes(days=8)
    await vigie.sends_what_is_due()
    reminder = await lea.reads_next()
    assert reminder.buttons == [LABELS.resume, LABELS.stop_reminders]
    await vigie.sends_what_is_due()
    resumed = await chooses(lea, reminder, LABELS.resume)
    assert resumed is not reminder
    assert step_of(resumed) == "terre"
    stopped = await chooses(lea, reminder, LABELS.stop_reminders)
    assert stopped is reminder
    assert stopped.text.startswith(words_of("reminders/stopped", was_on=True))


# Whatever is answered.

ANSWERS = [
    "<b>gras</b> & <script>",
    "**gras** _italique_ `code` [clic](tg://user?id=500000001)",
    "# titre",
    "- un",
    "1. un",
    "---",
    "$x$ et 5 $",
    "@everyone et @sam_42",
    "\\ ~~non~~ ||caché|| | a | b |",
    "كيف أجد عملا",
    "{{ 7 * 7 }} {% if %}",
    "😀" * 200,
]


@pytest.mark.parametrize("answer", ANSWERS)
async def test_what_people_answer_is_told_again_as_they_wrote_it_and_calls_nobody(lea: User, answer: str) -> None:
    await asks(lea, "/parcours carnet")
    read_again = await asks(lea, answer)
    await chooses(lea, read_again, CONTROLS[Control.CONTINUE])
    await lea.writes("/mesdonnees")
    shown, sent = await lea.reads(2)
    recap, kept = (message.text.replace("\u2060", "") for message in (read_again, shown))
    assert f"• Ton mot : {answer}\n" in recap
    assert f"• {answer}\n" in kept
    for message in (read_again, shown):
        assert called(message) == []
        assert {each["type"] for each in message.entities} <= {"bold"}
    assert sent.document
    [run] = json.loads(sent.document.content)["journeys"]
    assert run["state"]["answers"]["mot"]["text"] == answer


async def test_a_command_within_an_answer_is_no_command(lea: User) -> None:
    await asks(lea, "/parcours carnet")
    read_again = await asks(lea, "j'écris /oublier puis /start")
    assert read_again.text.replace("\u2060", "").startswith("Tu as écrit : j'écris /oublier puis /start. Voilà.")
    assert "/oublier" not in read_again.text


async def test_an_answer_of_the_longest_message_is_kept_in_part(lea: User) -> None:
    await asks(lea, "/parcours carnet")
    read_again = await asks(lea, "mot " * 1024)
    assert read_again.text.startswith("Tu as écrit : mot mot")


async def test_an_unanswered_question_on_the_way_can_be_followed_up(lea: User) -> None:
    await led_to(lea, "terre")
    await lea.writes(UNANSWERED)
    unknown, terre = await lea.reads(2)
    assert await is_told(lea, unknown, LABELS.watch) == words_of("feedback/watching")
    assert step_of(terre) == "terre"


# The journeys that come with Vigie.


async def test_every_journey_is_walked_with_one_finger(
    library: Library, database: Database, vigie: Vigie, lea: User
) -> None:
    vigie.advisor = build_advisor(library.current, database)
    await vigie.restarts()
    await asks(lea, "bonjour")
    for journey in library.current().corpus.journeys:
        message = await opens(lea, journey.id)
        for _ in journey.steps:
            onward = CONTROLS[Control.SKIP] if CONTROLS[Control.SKIP] in message.buttons else CONTROLS[Control.CONTINUE]
            if onward not in message.buttons:
                break
            following = await chooses(lea, message, onward)
            assert following is message
        # A long recap goes on below: what leads on stands under its last message.
        while LABELS.plan not in message.buttons:
            message = await lea.reads_next()
