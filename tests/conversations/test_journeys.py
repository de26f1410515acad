"""Somebody is led through a journey at their own pace, whatever they press, type or ask, and comes back to it.

What is said of every journey is tried on those that come with Vigie; the rest, on a small one made for the occasion.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bot.core.advisor import Advisor
from bot.core.messages import ChoiceKind, Status
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.dialogue.script import Step, StepKind
from bot.library import Library
from bot.rendering.split import LONGEST
from bot.storage.database import Database, open_database
from tests.conversations.garden import (
    ADVICE,
    QUESTION,
    REPLIES,
    STEPS,
    TITLES,
    UNANSWERED,
    Garden,
    asked,
    journey_text,
    led_to,
    potager_without,
    reply_with,
    skips_to,
    where,
)
from tests.conversations.words import LABELS, opening, said
from tests.people import Member

CONTROLS = ["Retour", "Passer", "Où j'en suis", "Pause", "Recommencer", "Quitter"]
LATE = said("onboarding/outdated", under_way=True)
LATE_SINCE_OVER = said("onboarding/outdated", under_way=False)
FAILED = said("help/failure", reference="####").partition("####")[0]


@pytest.fixture
def advisor(gardening: Advisor) -> Advisor:
    return gardening


@pytest.fixture
def ada(library: Library, voice: Voice, smalltalk: SmallTalk, database: Database) -> Member:
    """Somebody before the journeys that come with Vigie."""
    return Member(Advisor(library.current, voice, smalltalk, database, misses_kept=90), "ada")


def proposed(member: Member) -> list[str]:
    return [choice.removeprefix("Commencer : ") for choice in member.choices if choice.startswith("Commencer : ")]


# The journeys that come with Vigie.


async def test_the_journeys_are_listed_in_order_each_with_its_button(library: Library, ada: Member) -> None:
    reply = await ada.says("/parcours")
    journeys = library.current().corpus.journeys
    assert len(journeys) == 11
    assert ada.choices == [journey.title for journey in journeys]
    for journey in journeys:
        assert f"**{journey.title}**, {journey.minutes} minutes : {journey.summary}" in reply
    assert all(len(message.text) <= LONGEST for message in ada.last.replies)


async def press_an_answer(member: Member, step: Step) -> str:
    if step.kind is StepKind.TEXT:
        return await member.says("mon avis")
    if step.kind is StepKind.TASK:
        return await member.presses("Plus tard")
    if step.kind is StepKind.SEVERAL:
        await member.presses(f"☐ {step.options[0].label}")
        return await member.presses("Valider")
    return await member.presses(step.options[0].label if step.options else "Continuer")


async def type_an_answer(member: Member, step: Step) -> str:
    typed = {StepKind.TEXT: "mon avis", StepKind.TASK: "pas maintenant", StepKind.SEVERAL: "1 et 2", StepKind.SAY: "ok"}
    return await member.says(typed.get(step.kind, "la première"))


@pytest.mark.parametrize("answer", [press_an_answer, type_an_answer])
@pytest.mark.parametrize("name", ["demarrer", "vie"])
async def test_a_journey_leads_from_start_to_end(
    library: Library, ada: Member, name: str, answer: Callable[[Member, Step], Awaitable[str]]
) -> None:
    journey = library.current().corpus.journey(name)
    assert journey
    await ada.says(f"/parcours {name}")
    walked = [journey.steps[0]]
    while not walked[-1].is_end:
        await answer(ada, walked[-1])
        assert ada.journey
        walked.append(journey.by_id[ada.journey.step])
        assert walked[-1].id in walked[-2].targets
    assert ada.journey
    assert ada.journey.finished
    for step in walked:
        assert not step.task or f"- ☐ {step.task}, avant le " in ada.reads
        assert not (step.kind is StepKind.TEXT and step.recap) or f"- {step.recap} : mon avis" in ada.reads


@pytest.mark.parametrize(
    ("aims", "leads_to"),
    [
        (["live"], ["live"]),
        (["proche"], ["vie-ambassadeur"]),
        (["reconversion"], ["declics-numeriques"]),
        (["clients"], ["cinq-questions", "marque-personnelle"]),
        (["entreprise", "dirigeant"], ["dirigeant"]),
        (["entreprise", "communicant"], ["ambassadeurs"]),
    ],
)
async def test_the_welcome_journey_ends_with_the_one_that_fits(
    library: Library, ada: Member, aims: list[str], leads_to: list[str]
) -> None:
    corpus = library.current().corpus
    journey = corpus.journey("vie")
    assert journey
    labels = {option.id: option.label for step in journey.steps[:2] for option in step.options}
    await ada.says("/parcours vie")
    for aim in aims:
        await ada.presses(labels[aim])
    await skips_to(ada, "vie/bilan")
    titles = {each.id: each.title for each in corpus.journeys}
    assert proposed(ada) == [titles[name] for name in leads_to]
    await ada.presses(f"Commencer : {titles[leads_to[0]]}")
    assert where(ada).startswith(f"{leads_to[0]}/")


# The list, and how a journey begins.


async def test_the_list_tells_what_is_begun_and_what_is_finished(lea: Member) -> None:
    await led_to(lea, "bilan")
    await lea.says("/parcours verger")
    reply = await lea.says("/parcours inconnu")
    assert reply.startswith(said("onboarding/unknown"))
    assert "**Commencer un potager**, 5 minutes (terminé)" in reply
    assert "**Planter un verger**, 5 minutes (commencé)" in reply
    assert "**Jardiner au balcon**, 5 minutes :" in reply


@pytest.mark.parametrize("typed", ["/parcours potager", "/parcours POTAGER", "/start potager", "/Parcours  potager"])
async def test_a_journey_begins_by_its_name(lea: Member, typed: str) -> None:
    reply = await lea.says(typed)
    assert opening(lea) == "begun"
    assert reply.startswith("**Commencer un potager**")
    assert "Bienvenue au jardin." in reply
    assert where(lea) == "potager/accueil"


@pytest.mark.parametrize("reply", ["Commencer un potager", "3", "commencer un potager !"])
async def test_a_journey_begins_by_its_button_its_number_or_its_title(lea: Member, reply: str) -> None:
    await lea.says("/parcours")
    await reply_with(lea, reply)
    assert where(lea) == "potager/accueil"


# From step to step.


async def test_what_was_answered_is_used_later(lea: Member) -> None:
    reply = await led_to(lea, "semer")
    assert "Sème des tomates cerises dans une terre qui coule." in reply
    assert "Il te faut : une bêche et des gants." in reply


async def test_an_answer_that_branches_leads_another_way(lea: Member) -> None:
    await led_to(lea, "terre")
    await lea.presses("Je n'ai pas de terre")
    assert where(lea) == "potager/bac"
    await lea.presses("Plus tard")
    assert where(lea) == "potager/outils"


async def test_what_two_people_answer_does_not_mix(advisor: Advisor, lea: Member) -> None:
    max_ = Member(advisor, "max")
    await led_to(lea, "semer")
    assert "Sème des fèves dans une terre qui colle." in await led_to(
        max_, "semer", {**REPLIES, "envie": "des fèves", "terre": "De l'argile"}
    )
    assert "Sème des tomates cerises dans une terre qui coule." in await lea.presses("Où j'en suis")


async def test_below_a_step_stand_its_answers_what_to_read_and_the_ways_on(lea: Member) -> None:
    await led_to(lea, "terre")
    [reply] = lea.last.replies
    shown = [(choice.kind, choice.label) for choice in reply.choices]
    assert shown == [
        *((ChoiceKind.CHOICE, answer) for answer in ("De l'argile", "Du sable", "Je n'ai pas de terre")),
        (ChoiceKind.SEE_ALSO, "Faire du compost"),
        *((ChoiceKind.NAVIGATION, control) for control in CONTROLS),
    ]


async def test_the_first_step_has_no_way_back(lea: Member) -> None:
    await lea.says("/parcours potager")
    assert lea.choices == ["Continuer", *CONTROLS[2:]]


@pytest.mark.parametrize("reply", ["Continuer", "ok", "la suite", "on y va"])
async def test_a_step_that_asks_nothing_goes_on_when_told(lea: Member, reply: str) -> None:
    await led_to(lea, "accueil")
    assert "Qu'as-tu envie de manger ?" in await reply_with(lea, reply)


async def test_a_fact_opens_its_passage_and_the_step_comes_back(lea: Member) -> None:
    await led_to(lea, "terre")
    reply = await lea.presses("Faire du compost")
    assert reply.startswith("**Faire du compost**\n\nMélange les épluchures")
    assert asked(lea) == "Comment est ta terre ?"
    assert "Du sable" in lea.choices


async def test_an_answer_gets_its_own_word(lea: Member) -> None:
    await led_to(lea, "terre")
    assert (await lea.presses("Du sable")).startswith("Elle boit vite.")


@pytest.mark.parametrize(
    ("reply", "word"),
    [("C'est fait", "Déjà semé."), ("Plus tard", "C'est dans ton plan."), ("Pas pour moi", "On laisse")],
)
async def test_each_outcome_of_a_task_gets_its_word_and_leads_on(lea: Member, reply: str, word: str) -> None:
    await led_to(lea, "semer")
    assert (await lea.presses(reply)).startswith(word)
    assert where(lea) == "potager/pailler"


@pytest.mark.parametrize(
    ("reply", "explanation"),
    [("En mars", "Oui, dès mars."), ("en mai", "Plus tôt que ça"), ("la 1", "Plus tôt que ça"), ("mars", "Oui, dès")],
)
async def test_a_quiz_explains_and_leads_on_whatever_is_answered(lea: Member, reply: str, explanation: str) -> None:
    await led_to(lea, "quiz")
    assert (await reply_with(lea, reply)).startswith(explanation)
    assert where(lea) == "potager/astuce"


# Choices of several.


async def test_several_answers_are_ticked_unticked_and_confirmed(lea: Member) -> None:
    await led_to(lea, "outils")
    await lea.presses("☐ Des gants")
    await lea.presses("☐ Une bêche")
    await lea.presses("☐ Un arrosoir")
    await lea.presses("☑ Un arrosoir")
    assert lea.choices[:3] == ["☑ Une bêche", "☐ Un arrosoir", "☑ Des gants"]
    assert where(lea) == "potager/outils"
    assert "Il te faut : une bêche et des gants." in await lea.presses("Valider")


async def test_to_confirm_nothing_is_no_answer(lea: Member) -> None:
    await led_to(lea, "outils")
    await lea.presses("Valider")
    assert opening(lea) == "nothing_picked"
    assert where(lea) == "potager/outils"


@pytest.mark.parametrize("typed", ["1 et 3", "la 3 et la 1", "une bêche, et des gants", "des gants plus une beche"])
async def test_several_answers_can_be_typed_at_once(lea: Member, typed: str) -> None:
    await led_to(lea, "outils")
    assert "Il te faut : une bêche et des gants." in await lea.says(typed)


async def test_a_number_alone_ticks_and_a_typed_word_confirms(lea: Member) -> None:
    await led_to(lea, "outils")
    await lea.says("2")
    assert lea.choices[:3] == ["☐ Une bêche", "☑ Un arrosoir", "☐ Des gants"]
    assert "Il te faut : un arrosoir." in await lea.says("valider")


async def test_who_comes_back_finds_what_was_ticked(lea: Member) -> None:
    await led_to(lea, "semer")
    await lea.presses("Retour")
    assert lea.choices[:3] == ["☑ Une bêche", "☐ Un arrosoir", "☑ Des gants"]


# Typed answers where there are buttons.


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("la deuxième", "une terre qui coule"),
        ("2", "une terre qui coule"),
        ("sable", "une terre qui coule"),
        ("DU SABLE !!", "une terre qui coule"),
        ("plutôt sableux", "une terre qui coule"),
        ("de l'argille", "une terre qui colle"),
        ("glaise", "une terre qui colle"),
    ],
)
async def test_a_typed_answer_is_understood_when_it_plainly_is_one(lea: Member, typed: str, heard: str) -> None:
    await led_to(lea, "terre")
    await lea.says(typed)
    assert f"dans {heard}." in await skips_to(lea, "potager/semer")


@pytest.mark.parametrize("typed", ["c fait", "fait !", "je viens de le faire", "la 1", "1"])
async def test_a_task_is_ticked_by_typing(lea: Member, typed: str) -> None:
    await led_to(lea, "semer")
    assert (await lea.says(typed)).startswith("Déjà semé.")


async def test_what_is_no_answer_is_asked_again_differently_then_a_way_out_is_offered(lea: Member) -> None:
    await led_to(lea, "terre")
    replies = []
    for text, notice in (("la mer", "misunderstood"), ("les montagnes", "misunderstood"), ("le vent", "stuck")):
        replies.append(await lea.says(text))
        assert opening(lea) == notice
        assert "Elle colle, ou elle coule ?" in lea.reads
    assert len(set(replies)) == 3
    assert {"Passer", "Pause"} <= set(lea.choices)
    assert where(lea) == "potager/terre"


async def test_a_number_presses_the_button_of_that_number(lea: Member) -> None:
    await led_to(lea, "terre")
    assert (await lea.says("4")).startswith("**Faire du compost**")
    await lea.presses("Où j'en suis")
    assert (await lea.says("2")).startswith("Elle boit vite.")


@pytest.mark.parametrize("typed", ["0", "5", "99", "2000", "lire 9"])
async def test_a_number_that_no_button_has_is_no_answer(lea: Member, typed: str) -> None:
    await led_to(lea, "terre")
    await lea.says(typed)
    assert where(lea) == "potager/terre"


async def test_numbers_in_a_sentence_are_those_of_the_buttons(lea: Member) -> None:
    await led_to(lea, "outils")
    await lea.says(QUESTION)
    numbered = [each for reply in lea.last.replies for each in reply.choices if each.kind is not ChoiceKind.NAVIGATION]
    labels = [choice.label for choice in numbered]
    spade, gloves = labels.index("☐ Une bêche") + 1, labels.index("☐ Des gants") + 1
    assert "Il te faut : une bêche et des gants." in await lea.says(f"la {spade} et la {gloves}")


# Where one's own words are awaited.


async def test_a_step_that_awaits_words_says_so_to_the_platform(lea: Member) -> None:
    await led_to(lea, "envie")
    assert lea.last.replies[-1].awaits_text
    await lea.says("des radis")
    assert not lea.last.replies[-1].awaits_text


@pytest.mark.parametrize("text", ["1", "2", "oui", "Planter des tomates", "quand planter les tomates", "🥕"])
async def test_where_words_are_awaited_a_text_is_the_answer(lea: Member, text: str) -> None:
    await led_to(lea, "envie")
    assert (await lea.says(text)).startswith("C'est noté.")
    assert f"Sème {text} dans" in await skips_to(lea, "potager/semer")


@pytest.mark.parametrize("typed", ["lire 1", " Lire  1 "])
async def test_where_words_are_awaited_lire_and_a_number_opens_the_passage(lea: Member, typed: str) -> None:
    await led_to(lea, "envie")
    assert (await lea.says(typed)).startswith("**Planter des tomates**")
    assert asked(lea) == "Qu'as-tu envie de manger ?"
    assert where(lea) == "potager/envie"


async def test_where_words_are_awaited_a_question_that_vigie_is_sure_of_is_answered(lea: Member) -> None:
    await led_to(lea, "envie")
    assert ADVICE in await lea.says(QUESTION)
    assert lea.verdict.status is Status.ANSWER
    assert asked(lea) == "Qu'as-tu envie de manger ?"
    assert where(lea) == "potager/envie"


async def test_where_words_are_awaited_a_question_that_vigie_is_not_sure_of_is_the_answer(lea: Member) -> None:
    await led_to(lea, "envie")
    assert (await lea.says("du quinoa, ça compte ?")).startswith("C'est noté.")
    assert "Sème du quinoa, ça compte ? dans" in await skips_to(lea, "potager/semer")


async def test_a_question_after_slash_question_is_answered_at_every_step(lea: Member) -> None:
    await lea.says("/parcours potager")
    for step, reply in REPLIES.items():
        step_asks = asked(lea)
        for question, status in ((QUESTION, Status.ANSWER), (UNANSWERED, Status.UNKNOWN)):
            await lea.says(f"/question {question}")
            assert lea.verdict.status is status
            assert (where(lea), asked(lea)) == (f"potager/{step}", step_asks)
        await reply_with(lea, reply)
    assert where(lea) == "potager/bilan"


@pytest.mark.parametrize("typed", ["", "  \n ", "\x00\x07", "\u202e\u2066"])
async def test_nothing_at_all_is_no_answer(lea: Member, typed: str) -> None:
    await lea.says("/parcours carnet")
    assert "Qu'est-ce que je note ?" in await lea.says(typed)
    assert where(lea) == "carnet/mot"


# Questions, courtesies and commands on the way.


async def test_a_question_on_the_way_is_answered_then_the_step_comes_back(lea: Member) -> None:
    await lea.says("/parcours potager")
    for step, reply in REPLIES.items():
        step_asks = asked(lea)
        assert ADVICE in await lea.says(QUESTION)
        assert (where(lea), asked(lea)) == (f"potager/{step}", step_asks)
        await reply_with(lea, reply)
    assert where(lea) == "potager/bilan"


async def test_a_question_without_answer_on_the_way_says_so_and_the_step_comes_back(lea: Member) -> None:
    await led_to(lea, "terre")
    await lea.says(UNANSWERED)
    assert lea.verdict.status is Status.UNKNOWN
    assert asked(lea) == "Comment est ta terre ?"
    assert {"Préviens-moi", "Demander à l'équipe", "Du sable"} <= set(lea.choices)


async def test_thanks_on_the_way_are_answered_and_the_step_comes_back(lea: Member) -> None:
    await led_to(lea, "terre")
    await lea.says("merci beaucoup")
    assert lea.verdict.status is Status.SMALLTALK
    assert asked(lea) == "Comment est ta terre ?"


@pytest.mark.parametrize("command", ["/plan", "/aide", "/rappels", "/mesdonnees", "/inconnu"])
async def test_a_command_on_the_way_shows_the_way_back(lea: Member, command: str) -> None:
    await led_to(lea, "terre")
    await lea.says(command)
    assert lea.choices[-1] == LABELS.back_to_step
    assert "Comment est ta terre ?" in await lea.presses(LABELS.back_to_step)


# Back, skip, pause, restart, quit, where am I.


@pytest.mark.parametrize(
    ("step", "reply", "arrives"),
    [
        ("terre", "Retour", "envie"),
        ("terre", "en arrière", "envie"),
        ("terre", "Passer", "outils"),
        ("terre", "je passe", "outils"),
        ("terre", "Recommencer", "accueil"),
        ("terre", "depuis le début", "accueil"),
        ("terre", "Où j'en suis", "terre"),
        ("terre", "j'en suis où ?", "terre"),
        ("envie", "retour", "accueil"),
        ("envie", "passer", "terre"),
        ("envie", "recommencer", "accueil"),
        ("envie", "où j'en suis", "envie"),
        ("semer", "précédent", "outils"),
        ("semer", "skip", "pailler"),
        ("outils", "je passe", "semer"),
        ("quiz", "passe", "astuce"),
    ],
)
async def test_what_leads_on_is_pressed_or_typed(lea: Member, step: str, reply: str, arrives: str) -> None:
    await led_to(lea, step)
    await reply_with(lea, reply)
    assert where(lea) == f"potager/{arrives}"


async def test_who_goes_back_can_change_an_answer(lea: Member) -> None:
    await led_to(lea, "outils")
    assert "Comment est ta terre ?" in await lea.presses("Retour")
    await lea.presses("De l'argile")
    assert "dans une terre qui colle." in await skips_to(lea, "potager/semer")
    recap = await skips_to(lea, "potager/bilan")
    assert "- Ta terre : De l'argile" in recap
    assert "Du sable" not in recap


async def test_who_goes_back_walks_the_way_that_they_came(lea: Member) -> None:
    await led_to(lea, "bac", {**REPLIES, "terre": "Je n'ai pas de terre"})
    await lea.presses("Passer")
    await lea.presses("Retour")
    assert where(lea) == "potager/bac"
    await lea.presses("Retour")
    assert where(lea) == "potager/terre"


async def test_what_is_skipped_is_left_out_of_the_recap(lea: Member) -> None:
    recap = await skips_to(lea, "potager/bilan")
    assert "Ce que tu as dit" not in recap
    assert "Ton plan" not in recap
    assert "Cette semaine : te reposer." in recap


async def test_where_am_i_shows_how_far_and_changes_nothing(garden: Garden, lea: Member) -> None:
    await led_to(lea, "semer")
    reply = await lea.presses("Où j'en suis")
    place = {"bar": "▰▰▰▰▰▰▱▱▱▱", "place": 5, "total": 9, "journey": garden.current().corpus.journey("potager")}
    assert reply.startswith(said("onboarding/where", **place))
    assert asked(lea) == "Tu sèmes cette semaine ?"
    assert await lea.presses("Où j'en suis") == reply


async def test_a_pause_keeps_the_place_until_next_week(lea: Member) -> None:
    await led_to(lea, "semer")
    await lea.presses("Pause")
    assert opening(lea) == "paused"
    lea.clock.passes(days=7)
    assert "Sème des tomates cerises dans une terre qui coule." in await lea.says("/parcours")
    assert opening(lea) == "resumed"
    assert where(lea) == "potager/semer"


@pytest.mark.parametrize("reply", ["Reprendre", "reprendre", "continuer", "on continue"])
async def test_who_takes_a_pause_goes_on_when_they_say_so(lea: Member, reply: str) -> None:
    await led_to(lea, "semer")
    await lea.presses("Pause")
    await reply_with(lea, reply)
    assert opening(lea) == "resumed"
    assert where(lea) == "potager/semer"


@pytest.mark.parametrize(
    ("choice", "arrives"),
    [("Du sable", "outils"), ("Passer", "outils"), ("Retour", "envie"), ("Où j'en suis", "terre")],
)
async def test_the_buttons_from_before_the_pause_still_do_what_they_say(lea: Member, choice: str, arrives: str) -> None:
    await led_to(lea, "terre")
    button = lea.button_id(choice)
    await lea.presses("Pause")
    await lea.presses_id(button)
    assert where(lea) == f"potager/{arrives}"
    assert (opening(lea) == "where") == (choice == "Où j'en suis")
    assert "Passer" in lea.choices


async def test_what_is_said_during_a_pause_is_no_answer(lea: Member) -> None:
    await led_to(lea, "envie")
    await lea.presses("Pause")
    await lea.says("quand planter les tomates")
    assert lea.verdict.status is Status.ANSWER
    assert "Qu'as-tu envie" not in lea.reads
    assert "Qu'as-tu envie de manger ?" in await lea.presses(LABELS.back_to_step)


async def test_who_leaves_without_a_word_answers_a_month_later(lea: Member) -> None:
    await led_to(lea, "terre")
    sand = lea.button_id("Du sable")
    lea.clock.passes(days=30)
    assert (await lea.presses_id(sand)).startswith("Elle boit vite.")
    lea.clock.passes(days=30)
    assert "Il te faut : une bêche et des gants." in await lea.says("une bêche et des gants")


async def test_who_restarts_keeps_their_answers_until_they_change_them(lea: Member) -> None:
    await led_to(lea, "semer")
    await lea.presses("Recommencer")
    assert opening(lea) == "restarted"
    await lea.presses("Continuer")
    await lea.says("des fèves")
    recap = await skips_to(lea, "potager/bilan")
    assert "- Ce que tu veux manger : des fèves" in recap
    assert "- Ta terre : Du sable" in recap


async def test_a_finished_journey_can_be_walked_again(lea: Member) -> None:
    await led_to(lea, "bilan")
    await lea.says("/parcours potager")
    assert opening(lea) == "restarted"
    assert where(lea) == "potager/accueil"


async def test_after_the_end_what_is_said_is_a_question_again(lea: Member) -> None:
    await led_to(lea, "bilan")
    await lea.says("quand planter les tomates")
    assert lea.verdict.status is Status.ANSWER
    assert lea.journey is None
    assert LABELS.back_to_step not in lea.choices


@pytest.mark.parametrize("reply", ["Quitter", "j'arrête", "stop"])
async def test_who_quits_is_left_alone_and_keeps_what_they_noted(lea: Member, reply: str) -> None:
    await led_to(lea, "pailler")
    await reply_with(lea, reply)
    assert opening(lea) == "quit"
    assert lea.journey is None
    await lea.says("quand planter les tomates")
    assert lea.verdict.status is Status.ANSWER
    assert LABELS.back_to_step not in lea.choices
    assert "Semer trois rangs de radis" in await lea.says("/plan")
    await lea.says("/parcours")
    assert set(lea.choices) == set(TITLES.values())


async def test_who_has_quit_may_go_back_and_on(lea: Member) -> None:
    await led_to(lea, "outils")
    await lea.presses("Quitter")
    await lea.presses("Retour")
    assert where(lea) == "potager/terre"
    assert (await lea.presses("Du sable")).startswith("Elle boit vite.")


# Buttons that are late, pressed twice, somebody else's, or nonsense.


async def test_a_late_press_is_told_and_changes_nothing(lea: Member) -> None:
    await led_to(lea, "terre")
    late = lea.button_id("De l'argile")
    await lea.presses("Du sable")
    reply = await lea.presses_id(late)
    assert reply.startswith(LATE)
    assert "De quels outils disposes-tu ?" in reply
    assert where(lea) == "potager/outils"
    assert "- Ta terre : Du sable" in await skips_to(lea, "potager/bilan")


async def test_a_button_pressed_twice_counts_once(lea: Member) -> None:
    await led_to(lea, "semer")
    later = lea.button_id("Plus tard")
    await lea.presses_id(later)
    assert LATE in await lea.presses_id(later)
    assert where(lea) == "potager/pailler"
    assert (await lea.says("/plan")).count("rangs de radis, avant le") == 1


async def test_a_button_of_a_step_that_was_left_and_is_shown_again_is_late(lea: Member) -> None:
    await led_to(lea, "terre")
    late = lea.button_id("De l'argile")
    await lea.presses("Retour")
    await lea.presses("Passer")
    assert where(lea) == "potager/terre"
    assert LATE in await lea.presses_id(late)
    assert where(lea) == "potager/terre"


async def test_a_button_of_an_earlier_run_is_late(lea: Member) -> None:
    await led_to(lea, "accueil")
    late = lea.button_id("Continuer")
    await lea.presses("Recommencer")
    assert LATE in await lea.presses_id(late)
    assert where(lea) == "potager/accueil"


async def test_a_button_of_a_journey_that_has_ended_is_late(lea: Member) -> None:
    await led_to(lea, "astuce")
    late = lea.button_id("Passer")
    await lea.presses_id(late)
    assert await lea.presses_id(late) == LATE_SINCE_OVER


async def test_the_button_of_somebody_else_is_refused_and_leads_nobody_on(advisor: Advisor, lea: Member) -> None:
    await led_to(lea, "terre")
    max_ = Member(advisor, "max")
    assert (await max_.presses_id(lea.button_id("Du sable"))).startswith(
        said("buttons/not_yours", name="", journey=True)
    )
    assert max_.journey is None
    assert "Comment est ta terre ?" in await lea.presses("Où j'en suis")


@pytest.mark.parametrize("identifier", ["", "n'importe quoi", "step:1:x:y", "step:2:0:0", "💥" * 40])
async def test_a_nonsense_button_is_refused_and_shows_the_way_back(lea: Member, identifier: str) -> None:
    await led_to(lea, "terre")
    assert await lea.presses_id(identifier) == said("buttons/outdated")
    assert "Comment est ta terre ?" in await lea.presses(LABELS.back_to_step)


async def test_a_forged_button_of_a_step_leads_nowhere(lea: Member) -> None:
    await led_to(lea, "terre")
    before, _, after = lea.button_id("Du sable").rpartition(".")
    assert LATE in await lea.presses_id(f"{before[:-16]}{'0' * 16}.{after}")
    assert LATE in await lea.presses_id(f"{before}.option99")
    assert where(lea) == "potager/terre"


async def test_the_button_of_a_step_without_a_journey_is_late(lea: Member) -> None:
    await lea.says("/parcours")
    forged = lea.button_id("Commencer un potager").replace("journey:", "step:")
    assert await lea.presses_id(forged) == LATE_SINCE_OVER
    assert lea.journey is None


# Several journeys, several places, several starts of Vigie.


async def test_another_journey_pauses_the_first_and_both_can_be_resumed(lea: Member) -> None:
    await led_to(lea, "terre")
    await lea.says("/parcours verger")
    assert where(lea) == "verger/debut"
    for name, step in (("potager", "terre"), ("verger", "debut")):
        await lea.says(f"/parcours {name}")
        assert opening(lea) == "resumed"
        assert where(lea) == f"{name}/{step}"
    await lea.presses("Plus tard")
    assert where(lea) == "verger/fin"
    await lea.says("/parcours potager")
    assert (await lea.presses("Du sable")).startswith("Elle boit vite.")


async def test_a_button_of_the_journey_left_behind_is_late(lea: Member) -> None:
    await led_to(lea, "terre")
    late = lea.button_id("De l'argile")
    await lea.says("/parcours verger")
    assert LATE in await lea.presses_id(late)
    assert where(lea) == "verger/debut"
    await lea.says("/parcours potager")
    assert where(lea) == "potager/terre"


async def test_a_journey_led_in_private_leaves_a_community_alone(advisor: Advisor, lea: Member) -> None:
    await led_to(lea, "envie")
    in_community = Member(advisor, "léa", community="atelier")
    await in_community.says("quand planter les tomates")
    assert in_community.verdict.status is Status.ANSWER
    assert "Qu'as-tu envie" not in in_community.reads
    assert where(in_community) == "potager/envie"
    assert (await lea.says("des fèves")).startswith("C'est noté.")


async def test_a_journey_led_in_one_channel_leaves_the_others_alone(advisor: Advisor) -> None:
    here, there = (Member(advisor, "léa", community="atelier") for _ in range(2))
    there.address = replace(there.address, place="salon")
    await led_to(here, "envie")
    await there.says("quand planter les tomates")
    assert there.verdict.status is Status.ANSWER
    assert where(there) == "potager/envie"
    assert (await here.says("des fèves")).startswith("C'est noté.")


async def test_a_journey_goes_on_where_it_is_resumed(advisor: Advisor, lea: Member) -> None:
    await led_to(lea, "envie")
    in_community = Member(advisor, "léa", community="atelier")
    assert "Qu'as-tu envie de manger ?" in await in_community.says("/parcours")
    await lea.says("quand planter les tomates")
    assert lea.verdict.status is Status.ANSWER
    assert (await in_community.says("des fèves")).startswith("C'est noté.")


async def test_a_journey_goes_on_after_a_new_start_of_vigie(
    garden: Garden, voice: Voice, smalltalk: SmallTalk, tmp_path: Path
) -> None:
    async with open_database(tmp_path / "kept.sqlite3") as database:
        before = Member(Advisor(garden.current, voice, smalltalk, database, misses_kept=90), "léa")
        await led_to(before, "terre")
    async with open_database(tmp_path / "kept.sqlite3") as database:
        after = Member(Advisor(garden.current, voice, smalltalk, database, misses_kept=90), "léa")
        assert (await after.presses_id(before.button_id("Du sable"))).startswith("Elle boit vite.")


# The recap.


async def test_the_recap_holds_answers_plan_links_and_sources(lea: Member) -> None:
    lines = (await led_to(lea, "bilan")).splitlines()
    for line in (
        "Te voilà au jardin.",
        "- Ce que tu veux manger : des tomates cerises",
        "- Ta terre : Du sable",
        "- Tes outils : Une bêche, Des gants",
        "- Ton astuce : parler aux limaces",
        "- ☐ Semer trois rangs de radis, avant le dimanche 29 novembre",
        "- ☑ Pailler le sol",
        "- Planter des tomates",
        "- Faire du compost",
        "📖 Ada Byron, « Un essai », 2024",
        "Cette semaine : semer trois rangs de radis.",
    ):
        assert line in lines
    assert lines.count("- Semer des radis") == 1


async def test_the_recap_leaves_out_what_is_not_for_somebody_and_the_way_not_taken(lea: Member) -> None:
    recap = await led_to(lea, "bilan", {**REPLIES, "semer": "Pas pour moi", "pailler": "Pas pour moi"})
    assert "Semer trois rangs" not in recap
    assert "Acheter un bac" not in recap
    assert "Ton plan" not in recap


async def test_a_recap_is_parted_between_its_blocks_with_buttons_below_the_last(lea: Member) -> None:
    long = "une courge " * 40
    await led_to(lea, "bilan", {**REPLIES, "envie": long, "astuce": long})
    *before, last = lea.last.replies
    assert before
    assert all(len(reply.text) <= LONGEST for reply in lea.last.replies)
    assert not any(reply.choices for reply in before)
    assert [choice.label for choice in last.choices][-3:] == [LABELS.plan, "Retour", "Recommencer"]
    assert lea.reads.count("une courge") == 80


async def test_the_recap_opens_what_was_read_on_the_way_and_the_plan(lea: Member) -> None:
    await led_to(lea, "bilan")
    plan = lea.button_id(LABELS.plan)
    assert (await lea.presses("Planter des tomates")).startswith("**Planter des tomates**")
    assert (await lea.presses_id(plan)).startswith("**Ton plan**")


async def test_the_recap_proposes_the_journeys_that_fit_and_begins_them(advisor: Advisor, lea: Member) -> None:
    await led_to(lea, "bilan")
    assert proposed(lea) == ["Planter un verger"]
    max_ = Member(advisor, "max")
    await led_to(max_, "bac", {**REPLIES, "terre": "Je n'ai pas de terre"})
    await skips_to(max_, "potager/bilan")
    assert proposed(max_) == ["Jardiner au balcon", "Planter un verger"]
    assert (await max_.presses("Commencer : Jardiner au balcon")).startswith("**Jardiner au balcon**")
    assert where(max_) == "balcon/debut"


# Hostile answers.


def seen(markdown: str) -> tuple[str, set[str]]:
    """Return the text of Markdown as a person sees it, and the kinds of marks in it."""
    tokens = MarkdownIt("commonmark").enable(["strikethrough", "table"]).parse(markdown)
    inline = [child for token in tokens for child in token.children or ()]
    text = "\n".join("".join(child.content for child in token.children or ()) for token in tokens)
    return text, {token.type for token in (*tokens, *inline)} - {"text_special"}


HOSTILE = {
    "bold": "**gras** _penché_ ~~barré~~ ||caché||",
    "link": "[clic](https://mal.example) ![image](https://mal.example/i.png) <https://mal.example>",
    "code": "`code` ```bloc``` ``",
    "heading": "# titre",
    "list": "- liste",
    "numbered list": "1. liste",
    "quotation": "> citation",
    "table": "| a | b |",
    "Jinja": "{{ 7 * 7 }} {% for x in y %}{{ config }}{% endfor %} {# caché #}",
    "HTML": "<script>alert(1)</script><b>gras</b><!-- caché -->",
    "entities": "&lt;b&gt; &eacute; &amp;amp; &#35;",
    "mention": "@everyone <@1234> <#1234>",
    "backslashes": "\\ \\\\ \\* C:\\temp\\",
    "SQL": "'; DROP TABLE people; --",
    "right to left": "كيف أجد عملا",
    "emoji": "🧵🚲",
}


JOINER = "\u2060"
"""What keeps platforms from making a mention or a command of what somebody typed; nobody sees it."""


async def note(member: Member, answer: str) -> list[tuple[str, set[str]]]:
    """Give an answer, and return what is seen where it is told again, and in the recap."""
    await member.says("/parcours carnet")
    told = seen(await member.says(answer))
    return [told, seen(await member.presses("Continuer"))]


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_answer_is_shown_back_as_plain_text(advisor: Advisor, lea: Member, answer: str) -> None:
    (told, marks), (recap, marks_of_recap) = await note(lea, answer)
    assert f"Tu as écrit : {answer}. Voilà." in told.replace(JOINER, "")
    assert f"Ton mot : {answer}" in recap.replace(JOINER, "")
    assert not re.search(r"(?<!\w)@\w", told + recap)
    assert [marks, marks_of_recap] == [marks for _, marks in await note(Member(advisor, "max"), "des radis")]


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("\x00des \x1b[31mradis\x07", "des [31mradis"),
        ("des \u202eradis\u2066", "des radis"),
        ("des radis \ud800", "des radis"),
        ("des\n\n# radis\r\n\tet des fèves", "des # radis et des fèves"),
    ],
    ids=["control characters", "direction", "surrogate", "lines"],
)
async def test_what_cannot_be_written_is_left_out_of_an_answer(lea: Member, answer: str, shown: str) -> None:
    (told, _), (recap, _) = await note(lea, answer)
    assert f"Tu as écrit : {shown}. Voilà." in told
    assert f"Ton mot : {shown}" in recap.splitlines()


@pytest.mark.parametrize("answer", ["é" * 10_000, "des radis " * 1000, "*" * 10_000, "🧵" * 10_000])
async def test_a_very_long_answer_is_cut_and_the_messages_stay_short(lea: Member, answer: str) -> None:
    (told, _), (recap, _) = await note(lea, answer)
    assert answer[:110] in told
    assert answer[:130] not in told
    assert answer[:450] in recap
    assert answer[:600] not in recap


async def test_no_message_is_long_however_long_the_answers(lea: Member) -> None:
    await led_to(lea, "envie")
    await lea.says("*_" * 5000)
    while where(lea) != "potager/astuce":
        assert len(lea.reads) <= LONGEST
        await lea.presses("Passer")


@pytest.mark.parametrize("step", ["accueil", "terre", "outils", "semer", "quiz"])
async def test_hostile_text_at_a_step_with_buttons_leads_nowhere(lea: Member, step: str) -> None:
    await led_to(lea, step)
    for text in (*HOSTILE.values(), "z" * 10_000, "? " * 5000, "\x00", ""):
        reply = await lea.says(text)
        assert reply
        assert FAILED not in reply
        assert "mal.example" not in reply
        assert where(lea) == f"potager/{step}"


# Journeys that change, or go, while somebody is under way.


async def test_a_journey_that_is_gone_swallows_nothing(garden: Garden, lea: Member) -> None:
    await led_to(lea, "envie")
    button = lea.button_id("Passer")
    garden.holds(None)
    await lea.says("quand planter les tomates")
    assert lea.verdict.status is Status.ANSWER
    assert LABELS.back_to_step not in lea.choices
    assert await lea.presses_id(button) == LATE_SINCE_OVER
    assert "Commencer un potager" not in await lea.says("/parcours")
    assert (await lea.says("/parcours potager")).startswith(said("onboarding/unknown"))


async def test_no_place_is_told_in_a_journey_that_is_gone(garden: Garden, lea: Member) -> None:
    await led_to(lea, "envie")
    garden.holds(None)
    await lea.says("bonjour")
    assert lea.journey is None


async def test_the_button_of_a_journey_that_is_gone_says_so(garden: Garden, lea: Member) -> None:
    await lea.says("/parcours")
    button = lea.button_id("Commencer un potager")
    garden.holds(None)
    assert await lea.presses_id(button) == said("onboarding/gone")


async def test_the_tasks_of_a_journey_that_is_gone_leave_the_plan(garden: Garden, lea: Member) -> None:
    await led_to(lea, "quiz")
    garden.holds(None)
    assert await lea.says("/plan") == said("plan/plan", plans=[], this_week="")


async def test_a_journey_that_comes_back_goes_on_where_it_stood(garden: Garden, lea: Member) -> None:
    await led_to(lea, "semer")
    garden.holds(None)
    await lea.says("bonjour")
    garden.as_at_first()
    assert "Sème des tomates cerises dans une terre qui coule." in await lea.says("/parcours")
    assert opening(lea) == "resumed"


@pytest.mark.parametrize("reply", ["Du sable", "sable", "Où j'en suis", "2", "/parcours", "/parcours potager"])
async def test_a_new_version_goes_on_at_the_same_step_if_it_stands_and_says_so_once(
    garden: Garden, lea: Member, reply: str
) -> None:
    await led_to(lea, "terre")
    garden.holds(potager_without("pailler"))
    await reply_with(lea, reply)
    assert opening(lea) == "moved"
    assert asked(lea) == "Comment est ta terre ?"
    assert where(lea) == "potager/terre"
    assert (await lea.presses("Du sable")).startswith("Elle boit vite.")
    assert "Sème des tomates cerises" in await skips_to(lea, "potager/semer")


async def test_a_new_version_goes_on_at_the_nearest_step_that_stands(garden: Garden, lea: Member) -> None:
    await led_to(lea, "pailler")
    garden.holds(potager_without("pailler"))
    await lea.says("c'est fait")
    assert opening(lea) == "moved"
    assert where(lea) == "potager/semer"
    assert "Sème des tomates cerises dans une terre qui coule." in lea.reads
    await lea.presses("C'est fait")
    assert where(lea) == "potager/quiz"


async def test_a_new_version_goes_on_from_the_start_where_nothing_else_stands(garden: Garden, lea: Member) -> None:
    await led_to(lea, "accueil")
    garden.holds(potager_without("accueil"))
    await lea.says("continuer")
    assert opening(lea) == "moved"
    assert where(lea) == "potager/envie"


async def test_a_question_during_a_new_version_is_answered(garden: Garden, lea: Member) -> None:
    await led_to(lea, "semer")
    garden.holds(potager_without("semer"))
    assert ADVICE in await lea.says(f"/question {QUESTION}")


@pytest.mark.parametrize("version", [1, 2], ids=["same version", "new version"])
@pytest.mark.parametrize("reply", ["Plus tard", "c'est fait", "Pause", f"/question {QUESTION}", "/plan", "/parcours"])
async def test_a_step_that_is_gone_never_breaks_anything(garden: Garden, lea: Member, reply: str, version: int) -> None:
    await led_to(lea, "semer")
    garden.holds(potager_without("semer", version))
    assert FAILED not in await reply_with(lea, reply)
    assert FAILED not in await lea.says("/parcours potager")
    await skips_to(lea, "potager/bilan")
    assert "- Ce que tu veux manger : des tomates cerises" in lea.reads.splitlines()


@pytest.mark.parametrize("last", ["Quitter", "Pause"])
@pytest.mark.parametrize(
    "reply", ["Recommencer", "/parcours potager", f"/question {QUESTION}", "quand planter les tomates"]
)
async def test_a_step_that_is_gone_since_somebody_left_never_breaks_anything(
    garden: Garden, lea: Member, last: str, reply: str
) -> None:
    await led_to(lea, "semer")
    await lea.presses(last)
    garden.holds(potager_without("semer"))
    assert FAILED not in await reply_with(lea, reply)
    assert FAILED not in await lea.says("/parcours potager")
    await skips_to(lea, "potager/bilan")


async def test_an_option_that_is_gone_is_no_answer_any_more(garden: Garden, lea: Member) -> None:
    await led_to(lea, "semer")
    silt = STEPS["terre"].replace("sable: {label: Du sable, said: une terre qui coule, words: [sableux]}", "")
    garden.holds(journey_text("potager", {**STEPS, "terre": silt}, version=2))
    await lea.presses("Plus tard")
    assert opening(lea) == "moved"
    assert "Sème des tomates cerises dans un coin." in lea.reads
    assert "Ta terre" not in await skips_to(lea, "potager/bilan")


async def test_a_finished_journey_begins_again_in_its_new_version(garden: Garden, lea: Member) -> None:
    await led_to(lea, "bilan")
    garden.holds(potager_without("accueil"))
    await lea.says("/parcours potager")
    assert opening(lea) == "restarted"
    assert where(lea) == "potager/envie"
    assert "- Ta terre : Du sable" in await skips_to(lea, "potager/bilan")


@pytest.mark.parametrize("typed", ["passer", "pause", "où j'en suis"])
async def test_a_word_that_steers_a_journey_is_no_question_once_it_is_over(lea: Member, typed: str) -> None:
    await led_to(lea, "bilan")
    assert lea.journey
    assert lea.journey.finished
    assert said("onboarding/over") in await lea.says(typed)
    await lea.says("retour")
    assert lea.journey is not None
    assert not lea.journey.finished
