"""In the private chat: questions and answers, and what is done about them with a finger."""

import json
from dataclasses import replace

import pytest
from markupsafe import Markup

from bot.app import build_advisor
from bot.content.corpus import Passage
from bot.library import Library
from bot.retrieval.retriever import Retriever
from bot.storage.database import Database
from tests.conversations.test_hostile_input import HOSTILE
from tests.conversations.words import LABELS, REASONS
from tests.fakes.telegram import FakeTelegram, Group, User
from tests.fakes.telegram.world import Json
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.talk import asks, called, chooses, is_told, opens, words_of

QUESTION = "faut-il répondre aux rageux ?"
UNANSWERED = "recette de la blanquette de veau"
GREETING = words_of("help/welcome")
PRIVACY = words_of("privacy/first_contact", lasts=True)

pytestmark = pytest.mark.usefixtures("vigie")


@pytest.fixture
def passages(library: Library) -> tuple[Passage, ...]:
    return library.current().corpus.passages


def titled(passages: tuple[Passage, ...], name: str) -> str:
    return next(each.title for each in passages if each.id == name)


def told(passage: Passage, *, more: bool = True) -> str:
    """Return the message that shows a passage."""
    return words_of("answer/answer", passage=passage, text=Markup(passage.text), more=more, again=False)  # noqa: S704


# How it begins.


async def test_whoever_begins_is_greeted_told_what_is_kept_and_offered_a_journey(library: Library, lea: User) -> None:
    await lea.starts()
    greeting = await lea.reads_next()
    vie = library.current().corpus.journey("vie")
    assert vie
    assert greeting.text == f"{GREETING}\n\n{PRIVACY}"
    assert greeting.buttons == [vie.title]
    assert greeting.reply_to is None
    again = await asks(lea, "/start")
    assert again.text == GREETING


@pytest.mark.parametrize("typed", ["/aide", "/help", "/aide@vigie_bot", "/AIDE"])
async def test_help_lists_the_commands(lea: User, typed: str) -> None:
    shown = await asks(lea, typed)
    assert shown.text.startswith(words_of("help/help", typed=False, administers=False, moderates=False))
    assert {"/question", "/parcours", "/oublier"} <= set(shown.bold)


async def test_an_unknown_command_is_told_of(lea: User) -> None:
    shown = await asks(lea, "/danse")
    assert shown.text.startswith(words_of("help/unknown_command"))


async def test_the_question_command_alone_says_how_it_is_used(lea: User) -> None:
    shown = await asks(lea, "/question")
    assert shown.text.startswith(words_of("help/no_quote"))


# Answers.


@pytest.mark.parametrize(
    "typed",
    [
        QUESTION,
        f"/question {QUESTION}",
        f"/question@vigie_bot {QUESTION}",
        f"/question\n{QUESTION}",
        f"/question@vigie_bot\n{QUESTION}",
        f"@vigie_bot {QUESTION}",
    ],
)
async def test_a_question_is_answered_however_it_is_asked(passages: tuple[Passage, ...], lea: User, typed: str) -> None:
    await asks(lea, "bonjour")
    shown = await asks(lea, typed)
    [answer] = [each for each in passages if each.title == shown.bold[0]]
    assert shown.text == told(answer)
    assert "polémique" in answer.title


async def test_an_answer_has_a_bold_title_bullets_a_note_its_source_and_buttons(
    passages: tuple[Passage, ...], lea: User
) -> None:
    passage = next(each for each in passages if each.note and "\n- " in each.text and len(each.see_also) >= 2)
    await asks(lea, "bonjour")
    shown = await opens(lea, passage.id)
    assert shown.text == told(passage)
    assert shown.text.startswith(f"{passage.title}\n\n")
    assert "\n• " in shown.text
    assert passage.source
    assert passage.source.title in shown.text
    assert shown.bold[0] == passage.title
    assert "Depuis :" in shown.bold
    named = [f"📖 {titled(passages, name)}" for name in passage.see_also[:2]]
    labels = [[button.text for button in row] for row in shown.rows]
    assert labels == [[named[0]], [named[1]], [LABELS.useful, LABELS.useless]]


async def test_what_to_read_next_is_shown_in_place_and_leads_back(passages: tuple[Passage, ...], lea: User) -> None:
    await asks(lea, "bonjour")
    answer = await asks(lea, QUESTION)
    title, text = answer.bold[0], answer.text
    onward = next(label for label in answer.buttons if label.startswith("📖 "))
    other = await chooses(lea, answer, onward)
    assert other is answer
    assert other.edited
    [read] = [each for each in passages if each.title == onward.removeprefix("📖 ")]
    assert other.text == told(read)
    back = await chooses(lea, other, LABELS.back)
    assert back is answer
    assert (back.bold[0], back.text) == (title, text)
    assert LABELS.back not in back.buttons


async def test_a_doubtful_question_offers_advice_to_pick_from(
    library: Library, database: Database, vigie: Vigie, lea: User
) -> None:
    current = library.current()
    hesitant = Retriever(current.corpus, replace(current.parameters, answer_from=1.1))
    vigie.advisor = build_advisor(lambda: hesitant, database)
    await vigie.restarts()
    await asks(lea, "bonjour")
    doubtful = await asks(lea, QUESTION)
    assert doubtful.text == words_of("answer/suggest")
    title = doubtful.buttons[0]
    picked = await chooses(lea, doubtful, title)
    assert picked is not doubtful
    assert picked.bold[0] == title


async def test_a_question_that_is_edited_has_its_answer_edited(lea: User) -> None:
    asked = await lea.writes(UNANSWERED)
    unknown = await lea.reads_next()
    await lea.edits(asked, QUESTION)
    answer = await lea.reads_next()
    assert answer is unknown
    assert "polémique" in answer.bold[0]
    assert LABELS.useful in answer.buttons


async def test_a_greeting_that_is_edited_into_a_question_is_answered(lea: User) -> None:
    asked = await lea.writes("bonjour")
    await lea.reads_next()
    await lea.edits(asked, QUESTION)
    assert "polémique" in (await lea.reads_next()).bold[0]


# What people think of an answer.


async def test_a_useful_answer_is_thanked_for_at_a_glance(lea: User) -> None:
    answer = await asks(lea, QUESTION)
    assert await is_told(lea, answer, LABELS.useful) == words_of("feedback/thanks")
    assert not answer.edited
    assert await asks(lea, "/aide") is lea.messages[-1]
    assert len(lea.messages) == 4


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS.keys())
async def test_why_an_answer_is_not_useful_is_told_with_one_tap(lea: User, reason: str) -> None:
    answer = await asks(lea, QUESTION)
    why = await chooses(lea, answer, LABELS.useless)
    assert why is not answer
    assert why.text == words_of("feedback/why")
    assert why.buttons == [*REASONS.values(), LABELS.team]
    explained = await chooses(lea, why, reason)
    assert explained is why
    assert explained.text == words_of("feedback/explained")
    assert explained.buttons == []


async def test_a_useless_answer_is_passed_on_to_the_team(lea: User, group: Group) -> None:
    await lea.writes("/aide", to=group)
    await lea.reads_next(chat=group)
    why = await chooses(lea, await asks(lea, QUESTION), LABELS.useless)
    which = await chooses(lea, why, LABELS.team)
    assert which.text == words_of("feedback/which_community")
    passed_on = await chooses(lea, which, "Les indés")
    assert passed_on is which
    assert passed_on.text == words_of("feedback/passed_on")


# What nobody can answer.


async def test_what_vigie_does_not_know_she_says_and_offers_two_ways_on(lea: User) -> None:
    await asks(lea, "bonjour")
    unknown = await asks(lea, UNANSWERED)
    assert unknown.text == words_of("answer/unknown", kept=True)
    assert unknown.buttons == [LABELS.watch, LABELS.team]
    assert await is_told(lea, unknown, LABELS.watch) == words_of("feedback/watching")


async def test_the_team_of_a_community_is_asked(lea: User, group: Group) -> None:
    await lea.writes("/aide", to=group)
    await lea.reads_next(chat=group)
    unknown = await asks(lea, UNANSWERED)
    which = await chooses(lea, unknown, LABELS.team)
    assert which is not unknown
    assert which.text == words_of("feedback/which_community")
    assert which.buttons == ["Les indés"]
    passed_on = await chooses(lea, which, "Les indés")
    assert passed_on is which
    assert passed_on.text == words_of("feedback/passed_on")
    assert passed_on.buttons == []


async def test_who_is_in_no_community_is_told_how_to_ask_a_team(lea: User) -> None:
    shown = await chooses(lea, await asks(lea, UNANSWERED), LABELS.team)
    assert shown.text == words_of("feedback/no_community")


# What is no text.

FILE: Json = {"file_id": "AAQ", "file_unique_id": "q"}
ATTACHMENTS: dict[str, Json] = {
    "sticker": FILE | {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"},
    "voice": FILE | {"duration": 3},
    "video_note": FILE | {"length": 240, "duration": 3},
    "document": FILE,
    "dice": {"emoji": "🎲", "value": 4},
    "location": {"longitude": 2.35, "latitude": 48.85},
    "contact": {"phone_number": "+33100000000", "first_name": "<Ada>"},
}
PHOTO: Json = {"photo": [FILE | {"width": 90, "height": 90}]}


@pytest.mark.parametrize("kind", ATTACHMENTS)
async def test_what_cannot_be_read_gets_an_answer(lea: User, kind: str) -> None:
    await asks(lea, "bonjour")
    await lea.sends({kind: ATTACHMENTS[kind]})
    assert (await lea.reads_next()).text == words_of("answer/empty")


async def test_a_picture_gets_an_answer_and_its_caption_is_the_question(lea: User) -> None:
    await asks(lea, "bonjour")
    await lea.sends(PHOTO)
    assert (await lea.reads_next()).text == words_of("answer/empty")
    await lea.sends(PHOTO, caption=QUESTION)
    assert "polémique" in (await lea.reads_next()).bold[0]


async def test_several_pictures_at_once_are_one_question(lea: User) -> None:
    await asks(lea, "bonjour")
    await lea.sends(PHOTO | {"media_group_id": "7"}, caption=QUESTION)
    await lea.sends(PHOTO | {"media_group_id": "7"})
    await lea.sends(PHOTO | {"media_group_id": "7"})
    assert "polémique" in (await lea.reads_next()).bold[0]
    assert (await asks(lea, "/danse")).text == words_of("help/unknown_command")


# Links that open the chat.


async def test_a_link_opens_a_journey(library: Library, lea: User) -> None:
    journey = library.current().corpus.journey("demarrer")
    assert journey
    shown = await lea.opens("https://t.me/vigie_bot?start=demarrer")
    assert shown.text == "/start demarrer"
    assert (await lea.reads_next()).bold[0] == journey.title


async def test_a_link_opens_the_welcome_journey_by_the_button_of_the_greeting_and_by_its_name(
    library: Library, lea: User, sam: User
) -> None:
    vie = library.current().corpus.journey("vie")
    assert vie
    begun = await chooses(lea, await opens(lea, ""), vie.title)
    assert begun.bold[0] == vie.title
    assert (await opens(sam, "vie")).bold[0] == vie.title


async def test_a_link_opens_every_passage(passages: tuple[Passage, ...], lea: User) -> None:
    await asks(lea, "bonjour")
    for passage in passages[::40]:
        assert (await opens(lea, passage.id)).bold[0] == passage.title


async def test_a_link_with_a_code_joins_two_accounts(lea: User, sam: User) -> None:
    await asks(sam, "bonjour")
    code = (await asks(sam, "/lier")).bold[0]
    linked = await opens(lea, code)
    assert linked.text.startswith(words_of("privacy/linked"))
    _, document = await lea_and_her_data(lea)
    assert {row["account"] for row in document["accounts"]} == {str(lea.id), str(sam.id)}


@pytest.mark.parametrize("parameter", ["inconnu", "x" * 64, "_-_", "vie2", "..", "A"])
async def test_a_link_to_nothing_greets(lea: User, parameter: str) -> None:
    if parameter == "..":
        await lea.writes("/start ../../etc/passwd <b>")
    else:
        await lea.starts(parameter)
    assert (await lea.reads_next()).text == f"{GREETING}\n\n{PRIVACY}"


async def test_a_link_with_a_wrong_code_says_so(lea: User) -> None:
    await asks(lea, "bonjour")
    assert (await opens(lea, "ABCDEFGH")).text == words_of("privacy/wrong_code")


# Themes.


async def test_themes_are_browsed_in_place(library: Library, lea: User) -> None:
    corpus = library.current().corpus
    theme = next(
        each
        for each in corpus.themes
        if sum(bool(set(each.tags) & set(passage.tags)) for passage in corpus.passages) > 8
    )
    listed = await asks(lea, "/themes")
    assert theme.title in listed.buttons
    first = await chooses(lea, listed, theme.title)
    assert first is listed
    assert first.bold[0] == theme.title
    titles = first.buttons[:8]
    second = await chooses(lea, first, LABELS.more_themes)
    assert second is listed
    assert not set(titles) & set(second.buttons)
    every = await chooses(lea, second, LABELS.all_themes)
    assert every is listed
    assert every.text == words_of("themes/list")
    opened = await chooses(lea, await chooses(lea, every, theme.title), titles[0])
    assert opened is not listed
    assert opened.bold[0] == titles[0]


# What is kept.


async def lea_and_her_data(lea: User) -> tuple[str, Json]:
    """Have her ask for what is kept: return the message, and what the file holds."""
    await lea.writes("/mesdonnees")
    shown, sent = await lea.reads(2)
    assert sent.document
    assert sent.document.name == "mes-donnees-vigie.json"
    return shown.text, json.loads(sent.document.content)


async def test_what_is_kept_comes_as_a_message_and_a_file(lea: User) -> None:
    await asks(lea, QUESTION)
    text, data = await lea_and_her_data(lea)
    assert f"telegram/{lea.id}" in text
    assert data["accounts"][0]["account"] == str(lea.id)


async def test_all_is_erased_in_place(lea: User) -> None:
    await asks(lea, QUESTION)
    confirm = await asks(lea, "/oublier")
    assert confirm.text == words_of("privacy/confirm")
    data = confirm.button(LABELS.erase_yes).value
    erased = await chooses(lea, confirm, LABELS.erase_yes)
    assert erased is confirm
    assert erased.text == words_of("privacy/erased")
    assert erased.buttons == []
    again = await lea.presses_data(erased, data)
    await again.is_answered()
    assert again.notice == erased.text
    assert (await asks(lea, "bonjour")).text.endswith(PRIVACY)


async def test_who_changes_their_mind_keeps_all(lea: User) -> None:
    await asks(lea, QUESTION)
    confirm = await asks(lea, "/oublier")
    kept = await chooses(lea, confirm, LABELS.erase_no)
    assert kept is confirm
    assert kept.text == words_of("privacy/kept")
    assert kept.buttons == []


async def test_an_erasure_that_was_asked_for_too_long_ago_is_not_done(telegram: FakeTelegram, lea: User) -> None:
    confirm = await asks(lea, "/oublier")
    telegram.passes(minutes=11)
    assert await is_told(lea, confirm, LABELS.erase_yes) == words_of("privacy/outdated")


# Reminders.


async def test_a_reminder_is_set_in_place_and_stopped(lea: User) -> None:
    await asks(lea, "bonjour")
    offered = await asks(lea, "/rappels")
    assert offered.buttons[-1] == LABELS.no_thanks
    moment = offered.buttons[0]
    placed = await chooses(lea, offered, moment)
    assert placed is offered
    assert placed.buttons == []
    shown = await asks(lea, "/rappels")
    assert moment.partition(" ")[0].casefold() in shown.text
    stopped = await chooses(lea, shown, LABELS.stop_reminders)
    assert stopped is shown
    assert stopped.text == words_of("reminders/stopped", was_on=True)


async def test_an_offer_of_reminders_is_declined_in_place(lea: User) -> None:
    offered = await asks(lea, "/rappels")
    declined = await chooses(lea, offered, LABELS.no_thanks)
    assert declined is offered
    assert declined.text == words_of("reminders/declined")


# After a restart.


async def test_buttons_work_after_a_restart(vigie: Vigie, lea: User) -> None:
    answer = await asks(lea, QUESTION)
    unknown = await asks(lea, UNANSWERED)
    listed = await asks(lea, "/themes")
    confirm = await asks(lea, "/oublier")
    await vigie.restarts()
    onward = next(label for label in answer.buttons if label.startswith("📖 "))
    assert await chooses(lea, answer, onward) is answer
    assert await chooses(lea, answer, LABELS.back) is answer
    assert await is_told(lea, answer, LABELS.useful) == words_of("feedback/thanks")
    assert await is_told(lea, unknown, LABELS.watch) == words_of("feedback/watching")
    assert await chooses(lea, listed, listed.buttons[0]) is listed
    assert await chooses(lea, confirm, LABELS.erase_yes) is confirm


@pytest.mark.parametrize(
    "data", ["x", "passage:9:0:0", "step:1:zzz", "é" * 32, "passage:1:" + "0" * 16 + ":" + "0" * 16]
)
async def test_a_button_that_vigie_never_made_is_told_of(lea: User, data: str) -> None:
    answer = await asks(lea, QUESTION)
    query = await lea.presses_data(answer, data)
    await query.is_answered()
    assert query.notice
    assert not answer.edited


# Whatever is typed.

TYPED = {
    **{name: text for name, text in HOSTILE.items() if text.strip() and "\ud800" not in text},
    "longest": "blabla " * 585,
    "longest emoji": "😀" * 2048,
    "commands in text": "dis, /oublier et /start ça fait quoi ? @vigie_bot",
    "slash alone": "/",
    "a path": "/etc/passwd@lea ça sert à quoi ?",
    "numbers": "1 2 3",
    "right-to-left override": "\u202eelbisivni\u202c",
    "mentions": "@everyone @lea @vigie_bot @admin",
    "link": "[clic](tg://user?id=500000001) http://exemple.fr/a_b",
}


@pytest.mark.parametrize("text", TYPED.values(), ids=TYPED.keys())
async def test_whatever_is_typed_gets_one_answer_that_calls_nobody(lea: User, text: str) -> None:
    await asks(lea, "bonjour")
    shown = await asks(lea, text)
    assert called(shown) == []
    assert words_of("help/failure", reference="0").partition("0")[0] not in shown.text
    assert "polémique" in (await asks(lea, QUESTION)).bold[0]


NAMES = [
    "<b>Léa</b> & Co",
    "_lea_ *lea*",
    "@everyone",
    "\u202eaéL",
    "ليلى",
    "[x](tg://user?id=1)",
    "L" * 64,
    "/oublier",
    "$a$",
]


@pytest.mark.parametrize("name", NAMES)
async def test_whatever_people_are_called_they_are_welcomed_and_nobody_else_is_called(
    telegram: FakeTelegram, group: Group, name: str
) -> None:
    newcomer = telegram.user(name)
    await newcomer.joins(group)
    welcome = await newcomer.reads_next(chat=group)
    assert called(welcome) == []
    assert name.strip("\u202e/@") in welcome.text
    assert not {"code", "text_link"} & {each["type"] for each in welcome.entities}
    assert (await asks(newcomer, QUESTION)).bold
