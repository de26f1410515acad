"""What Discord is given of a reply: embeds and texts within its limits, and rows of buttons that hold every choice."""

import re
import string
from collections.abc import Sequence
from itertools import pairwise

import pytest
from discord import ButtonStyle
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markdown_it import MarkdownIt

from bot.content.corpus import Phase
from bot.core.answering import LONGEST_READ, Answering
from bot.core.buttons import WRITE, ButtonKind, button_id
from bot.core.messages import PICKERS, Address, Block, Choice, ChoiceKind, Field, Form, Manner, Reply
from bot.core.smalltalk import SmallTalk
from bot.core.team import TEAM_BUTTONS
from bot.core.voice import Voice
from bot.library import Library
from bot.platforms.discord.client import Pressed
from bot.platforms.discord.forms import WrittenForm
from bot.platforms.discord.markup import Message, messages, rows_of, view_of
from bot.rendering.journeys import template_of, values_of
from bot.rendering.templates import SUFFIX, escape_markdown
from bot.rendering.wording import FormName
from bot.resources import PROMPTS
from bot.storage.database import Database
from tests.conversations.words import FORMS, LABELS, REASONS
from tests.fakes.discord import Channel, FakeDiscord, Server, User
from tests.fakes.discord.checks import LONGEST_CONTENT, LONGEST_EMBEDS, sent, settled
from tests.fakes.discord.components import checked_modal
from tests.fakes.discord.forms import Fields
from tests.fakes.discord.forms import Form as Body
from tests.platforms.discord.conftest import Vigie
from tests.platforms.discord.reader import Read, read, read_title
from tests.platforms.discord.speaking import ASIDES
from tests.platforms.discord.steps import OTHER_QUESTION, QUESTION, UNANSWERED, all_is_handled
from tests.platforms.discord.talk import answer_to, asks, is_told, mentions, writes

LEA = Address("discord", "500000001")
FARTHEST = Address("discord", str(2**63 - 1), str(2**63 - 2), str(2**63 - 3))
JOINER = "\u2060"
NOTHING = "\u200b"
"""What stands above buttons for which there was no room under the message."""
WORDS = st.text(string.ascii_letters + "éœ😀🏳️‍🌈漢\u05d0", min_size=1, max_size=12)
WRITTEN = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40)
SIGNS = st.text("ab1 #-+*_`[]()<>!|~&$.:=\\@/{}^%\u200f", max_size=12)
"""What may be markup to somebody."""
CALLS = ("@everyone", "@here", "<@500000001>", "<@&7>", "<#7>", "<t:0:R>", "</aide:7>", "<:a:7>")


def accepted(message: Message) -> Message:
    """Return a message, having refused what Discord would, and what its clients count otherwise than its server."""
    body: dict[str, object] = {"components": view_of(message).to_components()}
    if message.text is not None:
        body["content"] = message.text
        assert units(message.text) <= LONGEST_CONTENT
    if message.embed is not None:
        body["embeds"] = [message.embed.to_dict()]
        assert units(title_of(message) + description_of(message) + footer_of(message)) <= LONGEST_EMBEDS
        assert units(title_of(message)) <= 256
        assert units(description_of(message)) <= 4096
        assert units(footer_of(message)) <= 2048
    form = Body()
    draft = settled(form, sent(Fields(body, form), {}))
    assert not draft.is_empty
    return message


def units(text: str) -> int:
    """Return the length of a text as Discord's own client counts it."""
    return len(text.encode("utf-16-le")) // 2


def title_of(message: Message) -> str:
    return (message.embed and message.embed.title) or ""


def description_of(message: Message) -> str:
    return (message.embed and message.embed.description) or ""


def footer_of(message: Message) -> str:
    return (message.embed and message.embed.footer.text) or ""


def shown(message: Message) -> str:
    """Return all that is to be read in a message, as it is sent."""
    return "\n".join(filter(None, (message.text, title_of(message), description_of(message), footer_of(message))))


def reply(*texts: str, role: str = "advice", choices: Sequence[Choice] = ()) -> Reply:
    return Reply(tuple(Block(role, text) for text in texts), tuple(choices))


def words_of(text: str) -> list[str]:
    # Numbers are left out: those of a list are markup to one reader, and text to the other.
    return re.findall(r"[^\W\d_]+", text)


def meant(markdown: str) -> Read:
    """Return the words of a Markdown text and what stands out in it, as another reader has them."""
    found, opened = "", list[tuple[int, int]]()
    styles: list[tuple[str, str]] = []
    for token in MarkdownIt("commonmark").parse(markdown):
        for child in token.children or ():
            if child.type in ("strong_open", "em_open"):
                opened.append((len(styles), len(found)))
                styles.append(("bold" if child.type == "strong_open" else "italic", ""))
            elif child.type in ("strong_close", "em_close"):
                place, begin = opened.pop()
                styles[place] = (styles[place][0], found[begin:])
            else:
                found += child.content or "\n"
        found += "\n" if token.children else ""
    return Read(found, tuple(styles))


# Messages.


def test_a_few_words_alone_are_a_text() -> None:
    [message] = messages(reply("Merci, **vraiment**."))
    assert message == Message("Merci, **vraiment**.")
    assert accepted(message)


def test_what_is_shown_for_a_moment_is_for_who_pressed_alone() -> None:
    [message] = messages(Reply((Block("text", "Merci."),), manner=Manner.NOTICE))
    assert message.unseen


def test_nothing_to_say_is_no_message() -> None:
    assert messages(Reply(())) == []


def test_the_title_stands_above_the_source_below_and_what_is_said_beside_the_matter_last_and_small() -> None:
    blocks = (
        Block("again", "Encore :"),
        Block("title", "**Le titre**"),
        Block("advice", "Ose."),
        Block("privacy", "🔒 Je garde…\n\net rien d'autre."),
        Block("note", "Depuis : rien."),
        Block("source", "📖 Ada, dans « L'essai », 2024"),
    )
    [message] = messages(Reply(blocks, phase=Phase.INFORMER))
    assert title_of(accepted(message)) == "Le titre"
    small = "-# 🔒 Je garde…\n\n-# et rien d'autre."
    assert re.sub(r"-# $|-# (?=\n)", "", description_of(message)) == f"Encore :\n\nOse.\n\nDepuis : rien.\n\n{small}"
    assert footer_of(message) == "📖 Ada, dans « L'essai », 2024"


def test_buttons_to_read_on_need_no_introduction() -> None:
    blocks = (Block("advice", "Ose."), Block("more", "Voir aussi :"))
    [message] = messages(Reply(blocks, (choice("Les trolls", ChoiceKind.SEE_ALSO),)))
    assert description_of(message) == "Ose."
    [message] = messages(Reply(blocks, (choice("Oui"),)))
    assert description_of(message) == "Ose.\n\nVoir aussi :"


def test_each_phase_has_a_colour_of_its_own() -> None:
    shown_in = {
        phase: messages(Reply((Block("text", "Ose."),), (choice("Oui"),), phase=phase))[0].embed
        for phase in (None, *Phase)
    }
    assert len({embed.colour for embed in shown_in.values() if embed}) == len(Phase) + 1


@pytest.mark.parametrize(("role", "longest"), [("title", 256), ("source", 2000)])
def test_what_is_too_long_for_its_place_stands_with_the_rest(role: str, longest: int) -> None:
    for text in ("x" * longest, "x" * (longest + 1), "😀" * (longest // 2 + 1)):
        [message] = messages(Reply((Block(role, text), Block("advice", "Ose."))))
        assert text in shown(accepted(message))
        assert (text in description_of(message)) == (units(text) > longest)


def test_no_stray_backslash_where_there_is_no_markdown() -> None:
    blocks = (Block("source", r"📖 A\_B \& C, dans « \[Moi\] », **2024**"), Block("advice", "Ose."))
    [message] = messages(Reply(blocks))
    assert footer_of(accepted(message)) == "📖 A_B & C, dans « [Moi] », 2024"


@settings(deadline=None)
@given(text=WRITTEN | SIGNS)
@example(text="*Moi* et _toi_")
@example(text="[clic](exemple.fr)")
@example(text="__init__ ~~non~~ ||caché|| `code`")
def test_a_title_is_shown_as_it_is_written(text: str) -> None:
    written = " ".join(text.split())
    [message] = messages(Reply((Block("title", f"**{escape_markdown(written)}**"), Block("advice", "Ose."))))
    found = read_title(title_of(accepted(message)))
    assert found.text.replace(JOINER, "") == written.replace(JOINER, "").strip()
    assert found.styles == ()


@settings(deadline=None)
@given(text=WRITTEN | SIGNS)
def test_a_source_is_shown_as_it_is_written(text: str) -> None:
    written = " ".join(text.split())
    [message] = messages(Reply((Block("source", f"📖 {escape_markdown(written)}"), Block("advice", "Ose."))))
    # A footer shows no Markdown at all.
    assert footer_of(accepted(message)).replace(JOINER, "").strip() == f"📖 {written.replace(JOINER, '')}".strip()


@pytest.mark.parametrize("before", ["", "- ", "Tu as écrit : ", "- ☐ ", "**Ton mot :** "])
@settings(deadline=None)
@given(text=(WRITTEN | SIGNS).filter(str.strip))
@example(text="# titre")
@example(text="-# en petit")
@example(text="> cité")
@example(text=">>> cité")
@example(text="- un")
@example(text="1. un")
@example(text="[clic](exemple.fr) <b>&amp;</b> __gras__ ||caché|| ~~non~~ `code` ```\ncode```")
@example(text=" ".join(CALLS))
def test_what_people_type_is_shown_as_it_is(before: str, text: str) -> None:
    typed = " ".join(text.split())
    for blocks in ((f"{before}{escape_markdown(typed)}",), ("Ose.", f"{before}{escape_markdown(typed)}")):
        [message] = messages(reply(*blocks))
        found = read(message.text or description_of(message))
        [as_one_letter] = messages(reply(*blocks[:-1], f"{before}x"))
        begin = read(as_one_letter.text or description_of(as_one_letter))
        expected = f"{begin.text.removesuffix('x')}{typed}"
        assert found.text.replace(JOINER, "").strip() == expected.replace(JOINER, "").strip()
        assert found.styles == begin.styles


@pytest.mark.parametrize("text", [*CALLS, "@lea", "/aide", "bonjour @everyone"])
def test_what_people_type_calls_nobody(text: str) -> None:
    [message] = messages(reply(escape_markdown(text)))
    assert not re.search(r"(?<!\\)<[@#:/t]|@\w|(?<!\S)/\w", shown(message))


def test_an_address_that_people_type_is_shown_as_it_is() -> None:
    typed = "https://exemple.fr/ma_page?a=1&b=2~c"
    [message] = messages(reply(f"Ton lien : {escape_markdown(typed)}"))
    assert read(message.text or "").text == f"Ton lien : {typed}"


@settings(deadline=None)
@given(signs=SIGNS)
@example(signs="\\")
@example(signs="<@7>")
@example(signs="/**gras**/_a_")
@example(signs="/a) et **b**")
def test_whatever_follows_an_address_is_shown_as_it_is(signs: str) -> None:
    typed = " ".join(f"https://exemple.fr{signs}".split())
    [message] = messages(reply(escape_markdown(typed)))
    found = read(message.text or "")
    assert found.text.replace(JOINER, "") == typed.replace(JOINER, "")
    assert {style for style, _ in found.styles} == {"url"}


@pytest.mark.parametrize(("sign", "shown_as"), [("☐", "⬜"), ("☑", "✅")])
def test_a_box_is_a_picture_and_needs_no_bullet(sign: str, shown_as: str) -> None:
    [message] = messages(reply(f"Ton plan :\n\n- {sign} lire {sign}"))
    assert message.text == f"Ton plan :\n\n{shown_as} lire {sign}"


# Long ones.


def test_a_long_reply_is_parted_between_its_blocks() -> None:
    parts = messages(reply("a" * 3000, "b" * 2000, "c" * 1000))
    assert [description_of(accepted(part)) for part in parts] == ["a" * 3000, f"{'b' * 2000}\n\n{'c' * 1000}"]


def test_a_long_block_is_parted_between_its_lines() -> None:
    lines = [f"{number} {'mot ' * 100}".strip() for number in range(30)]
    parts = [description_of(accepted(part)) for part in messages(reply("\n".join(lines)))]
    assert len(parts) > 1
    assert [line for part in parts for line in re.split(r"\n+", part)] == lines


def test_a_long_line_is_parted_and_no_sign_is_cut() -> None:
    # An odd letter first, so that every pair of units falls across the limit.
    parts = messages(reply("x" + "😀" * 4096))
    assert "".join(description_of(accepted(part)) for part in parts) == "x" + "😀" * 4096


def test_blank_lines_between_long_ones_are_no_messages() -> None:
    for blank in ("\n\n", "\n\n\n"):
        parts = [accepted(part) for part in messages(reply("x" * 3600 + blank + "y" * 3600, "z"))]
        assert "".join(description_of(part) for part in parts).replace("\n", "") == "x" * 3600 + "y" * 3600 + "z"


def test_a_long_line_of_signs_that_count_twice_is_parted() -> None:
    parts = [accepted(part) for part in messages(reply("😀" * 3000, "Ose."))]
    assert len(parts) > 1
    assert "".join(map(description_of, parts)).replace("\n", "") == f"{'😀' * 3000}Ose."


def test_the_choices_of_a_long_reply_stand_under_its_end() -> None:
    *before, last = messages(reply("a" * 3000, "b" * 3000, choices=(choice("Oui"), choice("Non"))))
    assert before
    assert not any(part.rows for part in before)
    assert labels_of(last.rows) == [["Oui", "Non"]]


@pytest.mark.parametrize("typed", ["mot " * (LONGEST_READ // 4), "*" * LONGEST_READ, "😀" * LONGEST_READ])
def test_the_longest_thing_that_people_type_is_said_in_one_message(typed: str) -> None:
    [message] = messages(reply("Tu as écrit :", f"- {escape_markdown(typed)}"))
    assert accepted(message)


ROLES = st.sampled_from(["title", "advice", "source", "more", "note"])
INLINE = st.one_of(
    WORDS,
    WORDS.map(lambda word: f"**{word}**"),
    WORDS.map(lambda word: f"*{word}*"),
    WORDS.map(lambda word: f"[{word}](https://exemple.fr/{len(word)})"),
    WRITTEN.map(escape_markdown).filter(bool),
)
LINES = st.lists(INLINE, min_size=1, max_size=8).map(" ".join)
PARAGRAPHS = st.one_of(
    LINES.map(lambda line: f"Mot {line}"),
    st.lists(LINES, min_size=1, max_size=6).map(lambda lines: "\n".join(f"- mot {line}" for line in lines)),
)
LONG = st.builds(lambda line, times: " ".join([f"Mot {line}"] * times), LINES, st.integers(1, 60))
BLOCKS = st.lists(
    st.builds(Block, ROLES, st.lists(PARAGRAPHS | LONG, min_size=1, max_size=4).map("\n\n".join)),
    min_size=1,
    max_size=5,
    unique_by=lambda block: block.role,
)


@settings(max_examples=25, deadline=None)
@given(BLOCKS, st.integers(0, 40))
def test_whatever_is_said_fits_and_nothing_is_lost(blocks: list[Block], buttons: int) -> None:
    choices = tuple(choice(f"Choix {number}") for number in range(buttons))
    parts = [accepted(part) for part in messages(Reply(tuple(blocks), choices))]
    told = "".join(sorted("".join(words_of(shown(part))) for part in parts if shown(part) != NOTHING))
    said = "".join(sorted("".join(words_of(block.text)) for block in blocks))
    assert sorted(told) == sorted(said)
    assert [each for part in parts for row in part.rows for each in row] == list(choices)


# What comes with Vigie.


def test_every_passage_is_one_message_that_says_what_is_written(
    library: Library, voice: Voice, smalltalk: SmallTalk
) -> None:
    answering = Answering(voice, smalltalk)
    for passage in library.current().corpus.passages:
        answer = answering.found(passage).reply
        [message] = messages(answer)
        assert read_title(title_of(accepted(message))) == Read(passage.title), passage.id
        texts = [block.text for block in answer.blocks if block.role not in ("title", "source")]
        found, expected = read(description_of(message)), meant("\n\n".join(texts))
        assert words_of(found.text) == words_of(expected.text), passage.id
        assert found.styles == expected.styles, passage.id
        assert "\\" not in found.text
        assert passage.source
        assert passage.source.title in footer_of(message)
        assert "\\" not in footer_of(message)


def test_every_step_of_every_journey_is_one_message_that_says_what_is_written(library: Library, voice: Voice) -> None:
    for journey in library.current().corpus.journeys:
        for step in journey.steps:
            blocks = voice.templates.render(template_of(journey, step), None, **values_of(journey, {}))
            [message] = messages(Reply(blocks, (choice("Oui"),)))
            found = read("\n\n".join((title_of(accepted(message)), description_of(message), footer_of(message))))
            expected = meant(Reply(blocks).text)
            assert words_of(found.text) == words_of(expected.text), f"{journey.id}/{step.id}"
            assert found.styles == expected.styles, f"{journey.id}/{step.id}"
            assert "\\" not in found.text


def test_every_prompt_that_says_the_same_to_all_is_shown_as_it_is_meant(voice: Voice) -> None:
    read_so_far = 0
    for path in sorted(PROMPTS.rglob(f"*{SUFFIX}")):
        name = str(path.relative_to(PROMPTS)).removesuffix(SUFFIX)
        try:
            blocks = voice.templates.render(name)
        except (UndefinedError, TypeError, AssertionError):
            # It says something of a value; what writes days and hours asserts that there is one.
            continue
        [message] = messages(Reply(blocks))
        found = read(shown(accepted(message)))
        expected = meant(Reply(blocks).text)
        assert words_of(found.text) == words_of(expected.text), name
        assert found.styles == expected.styles, name
        read_so_far += 1
    assert read_so_far > 50


def test_the_buttons_of_every_step_are_under_one_message(library: Library) -> None:
    for journey in library.current().corpus.journeys:
        for step in journey.steps:
            offered = [choice(option.label) for option in step.options]
            facts = [choice(library.current().corpus.by_id[each].title, ChoiceKind.SEE_ALSO) for each in step.facts]
            controls = [choice(f"Commande {number}", ChoiceKind.NAVIGATION) for number in range(7)]
            assert len(rows_of([*offered, *facts, *controls])) <= 5, f"{journey.id}/{step.id}"


# Choices.


def choice(label: str, kind: ChoiceKind = ChoiceKind.CHOICE, start: str = "") -> Choice:
    return Choice(button_id(ButtonKind.STEP, LEA, label, "option0"), label, kind, start)


def labels_of(rows: Sequence[Sequence[Choice]]) -> list[list[str]]:
    return [[each.label for each in row] for row in rows]


def test_no_choice_is_no_row() -> None:
    [message] = messages(reply("Ose."))
    assert message.rows == ()


def test_short_labels_stand_side_by_side_and_long_ones_alone() -> None:
    choices = [choice(label) for label in ("Oui", "Non", "Peut-être", "Une autre fois", "x" * 80, "Bof")]
    assert labels_of(rows_of(choices)) == [["Oui", "Non", "Peut-être"], ["Une autre fois"], ["x" * 80], ["Bof"]]


def test_the_longest_label_is_shown_whole() -> None:
    [message] = messages(reply("Ose.", choices=[choice("x" * 80)]))
    [row] = view_of(accepted(message)).to_components()
    assert [each["label"] for each in row["components"]] == ["x" * 80]


def test_no_more_than_five_stand_in_a_row() -> None:
    assert list(map(len, rows_of([choice(str(number)) for number in range(12)]))) == [5, 5, 2]


def test_what_is_asked_comes_first_then_what_to_read_then_the_ways_on() -> None:
    choices = [
        choice("Utile", ChoiceKind.FEEDBACK),
        choice("Retour", ChoiceKind.NAVIGATION),
        choice("Les trolls", ChoiceKind.SEE_ALSO),
        choice("Commencer", ChoiceKind.LINK, "vie"),
        choice("Oui"),
        choice("Passer", ChoiceKind.NAVIGATION),
    ]
    expected = [["Oui"], ["Commencer"], ["Les trolls"], ["Utile", "Retour", "Passer"]]
    assert labels_of(rows_of(choices)) == expected


def test_rows_draw_closer_rather_than_need_another_message() -> None:
    choices = [choice(f"{'Une longue réponse' * 2} {number}") for number in range(8)]
    [message] = messages(reply("Ose.", choices=choices))
    assert list(map(len, message.rows)) == [5, 3]


def test_what_finds_no_room_follows_in_another_message() -> None:
    choices = [choice(str(number)) for number in range(60)]
    first, *others = [accepted(part) for part in messages(reply("Ose.", choices=choices))]
    assert description_of(first) == "Ose."
    assert [other.text for other in others] == [NOTHING] * 2
    assert [each for part in (first, *others) for row in part.rows for each in row] == choices


def look_of(*choices: Choice) -> list[tuple[int, str | None]]:
    """Return how buttons look: their colours, and their pictures."""
    [message] = messages(reply("Ose.", choices=choices))
    rows = view_of(accepted(message)).to_components()
    return [(each["style"], each.get("emoji", {}).get("name")) for row in rows for each in row["components"]]


def button(kind: ButtonKind, argument: str = "", label: str = "Oui", of: ChoiceKind = ChoiceKind.CHOICE) -> Choice:
    return Choice(button_id(kind, LEA, label, argument), label, of)


@pytest.mark.parametrize(
    ("pressed", "style"),
    [
        (button(ButtonKind.STEP, "option0"), ButtonStyle.primary),
        (button(ButtonKind.STEP, "option0", label="☑ Oui"), ButtonStyle.primary),
        (button(ButtonKind.STEP, "option0", label="☐ Oui"), ButtonStyle.secondary),
        (button(ButtonKind.STEP, "continue", of=ChoiceKind.NAVIGATION), ButtonStyle.success),
        (button(ButtonKind.STEP, "quit", of=ChoiceKind.NAVIGATION), ButtonStyle.secondary),
        (button(ButtonKind.JOURNEY), ButtonStyle.primary),
        (button(ButtonKind.WATCH, "1"), ButtonStyle.primary),
        (button(ButtonKind.TEAM, "1"), ButtonStyle.primary),
        (button(ButtonKind.REMIND, "no"), ButtonStyle.secondary),
        (button(ButtonKind.ERASE, "yes"), ButtonStyle.danger),
        (button(ButtonKind.ERASE, "no"), ButtonStyle.secondary),
        (button(ButtonKind.FEEDBACK, "yes", of=ChoiceKind.FEEDBACK), ButtonStyle.secondary),
        (button(ButtonKind.SETTING, "welcomes_no"), ButtonStyle.secondary),
        (button(ButtonKind.TIP, "publish_12"), ButtonStyle.success),
        (button(ButtonKind.TIP, "another_12"), ButtonStyle.secondary),
        (button(ButtonKind.TIP, "cancel_12"), ButtonStyle.secondary),
        (button(ButtonKind.PROGRAMME, "remove_3"), ButtonStyle.danger),
        (button(ButtonKind.GAP, "answer_3"), ButtonStyle.primary),
        (button(ButtonKind.LESSON, "save_3"), ButtonStyle.success),
        (choice("Commencer", ChoiceKind.LINK, "vie"), ButtonStyle.success),
    ],
)
def test_the_eye_is_led_to_what_leads_on(pressed: Choice, style: ButtonStyle) -> None:
    assert look_of(pressed) == [(style.value, None)]


def test_what_leads_to_other_advice_shows_so() -> None:
    assert look_of(button(ButtonKind.PASSAGE, of=ChoiceKind.SEE_ALSO)) == [(ButtonStyle.secondary.value, "➡️")]


def test_lists_say_what_is_picked_from_them_and_stand_alone() -> None:
    picked = tuple(str(number) for number in range(1, 40))
    choices = [
        Choice(f"setting:1:{'a' * 16}:{'b' * 16}.{kind}", f"Lequel ? {kind}", kind, picked=picked[:1])
        for kind in (ChoiceKind.PLACE, ChoiceKind.ROLE)
    ]
    choices.append(Choice(f"setting:1:{'a' * 16}:{'b' * 16}.z", "Lesquels ?", ChoiceKind.PLACES, picked=picked))
    [message] = messages(reply("Ose.", choices=[*choices, choice("Oui")]))
    accepted(message)
    button, *lists = view_of(message).to_components()
    assert [each["type"] for each in button["components"]] == [2]
    shown_lists = [each["components"] for each in lists]
    assert all(len(each) == 1 for each in shown_lists)
    assert {each["placeholder"]: (each["max_values"], len(each["default_values"])) for [each] in shown_lists} == {
        "Lequel ? place": (1, 1),
        "Lesquels ?": (25, 25),
        "Lequel ? role": (1, 1),
    }


LABEL_TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=80).filter(str.strip)
SIDE_BY_SIDE = {ChoiceKind.FEEDBACK, ChoiceKind.NAVIGATION}
"""The kinds of choices that share a row."""
NUMBERED = st.lists(st.tuples(LABEL_TEXTS, st.sampled_from(list(ChoiceKind))), max_size=60)


@settings(deadline=None)
@given(NUMBERED)
def test_every_choice_has_its_place_in_the_order_of_its_kind(offered: list[tuple[str, ChoiceKind]]) -> None:
    choices = [
        Choice(f"step:1:{'a' * 16}:{number:016}", label, kind, f"vie{number}")
        for number, (label, kind) in enumerate(offered)
    ]
    parts = [accepted(part) for part in messages(reply("Ose.", choices=choices))]
    rows = [row for part in parts for row in part.rows]
    components = [each for part in parts for row in view_of(part).to_components() for each in row["components"]]
    assert [each.get("label", each.get("placeholder")) for each in components] == [
        each.label for row in rows for each in row
    ]
    assert sorted((each for row in rows for each in row), key=lambda each: each.id) == choices
    assert all({each.kind for each in row} <= SIDE_BY_SIDE or len({each.kind for each in row}) == 1 for row in rows)
    assert all(len(row) == 1 for row in rows if row[0].kind in PICKERS)
    for kind in ChoiceKind:
        placed = [each.id for row in rows for each in row if each.kind is kind]
        assert all(one < other for one, other in pairwise(placed))


ARGUMENTS = {
    ButtonKind.PASSAGE: "0123456789abcdef",
    ButtonKind.STEP: WRITE,
    ButtonKind.FEEDBACK: max(REASONS, key=len),
    ButtonKind.TEAM: "9999999999_01234567",
    ButtonKind.WATCH: "99999999999",
    ButtonKind.THEME: "999",
    ButtonKind.PLAN: "ics",
    ButtonKind.REMIND: "6_1439",
    ButtonKind.ERASE: "yes",
    ButtonKind.SETTING: "welcome_text_no",
    **dict.fromkeys(TEAM_BUTTONS, "publish_99999999999"),
}
"""The longest word that a button of each kind holds; the other kinds have none."""


@pytest.mark.parametrize("kind", ButtonKind)
def test_the_longest_button_of_each_kind_is_taken_by_discord_and_heard_again(kind: ButtonKind) -> None:
    identifier = button_id(kind, FARTHEST, "x" * 4000, ARGUMENTS.get(kind, ""))
    [message] = messages(reply("Ose.", choices=[Choice(identifier, "Oui")]))
    [row] = view_of(accepted(message)).to_components()
    assert [each["custom_id"] for each in row["components"]] == [identifier]
    assert Pressed.__discord_ui_compiled_template__.fullmatch(identifier)


def test_a_link_is_heard_whoever_presses_it(library: Library) -> None:
    for journey in library.current().corpus.journeys:
        [message] = messages(reply("Ose.", choices=[choice("Commencer", ChoiceKind.LINK, journey.id)]))
        [row] = view_of(accepted(message)).to_components()
        [button] = row["components"]
        assert button["custom_id"] == f"link:{journey.id}"
        assert Pressed.__discord_ui_compiled_template__.fullmatch(button["custom_id"])


@pytest.mark.parametrize("name", FormName)
def test_every_form_is_one_that_discord_opens(name: FormName) -> None:
    form = Form(FORMS[name].title, tuple(Field(each, label, 1000) for each, label in FORMS[name].labels.items()))
    identifier = button_id(ButtonKind.SETTING, FARTHEST, "x" * 4000, WRITE)
    body = Body()
    modal = checked_modal(Fields(WrittenForm(form, identifier).to_dict(), body))
    body.settle()
    assert (modal.title, modal.custom_id) == (form.title, identifier)
    assert [(each.label, each.custom_id, each.long, each.required, each.most) for each in modal.fields] == [
        (label, each, True, True, 1000) for each, label in FORMS[name].labels.items()
    ]


def test_a_form_shows_what_each_field_is() -> None:
    form = Form(
        "Ta fiche",
        (
            Field("title", "Le titre", 80, "Par où commencer", is_short=True),
            Field("note", "Une remarque", 20, "x" * 30, is_needed=False),
        ),
    )
    body = Body()
    modal = checked_modal(Fields(WrittenForm(form, "card:1").to_dict(), body))
    body.settle()
    assert [(each.custom_id, each.value, each.most, each.required, each.long) for each in modal.fields] == [
        ("title", "Par où commencer", 80, True, False),
        # What stands there already could not be sent if it was longer than what may be written.
        ("note", "x" * 20, 20, False, True),
    ]


# Nobody is ever called.


def uncalled(double: FakeDiscord) -> None:
    """See to it that no message of Vigie's lets anybody be called, whatever it says."""
    carried = [
        each.json
        for each in double.requests
        if each.json is not None
        and ("content" in each.json or "embeds" in each.json)
        and each.method in {"POST", "PATCH"}
    ]
    assert carried
    for each in carried:
        assert each["allowed_mentions"]["parse"] == []
        assert not each["allowed_mentions"].get("users")
        assert not each["allowed_mentions"].get("roles")
        assert not each["allowed_mentions"].get("replied_user")


def calls_of(server: Server, *people: User) -> str:
    role = server.role("Tout le monde", mentionable=True)
    return " ".join(["@everyone @here", f"<@&{role.id}>", *(each.mention for each in people)])


@pytest.mark.usefixtures("vigie")
async def test_what_is_asked_calls_nobody(
    double: FakeDiscord, database: Database, server: Server, general: Channel, lea: User, sam: User
) -> None:
    server.bot_may(mention_everyone=True)
    calls = calls_of(server, lea, sam)
    answers = [
        await asks(sam, f"{OTHER_QUESTION} {calls}", in_=general),
        await asks(sam, f"{UNANSWERED} {calls}", in_=general),
        await mentions(sam, f"<@{double.bot.id}> {QUESTION} {calls}", in_=general),
        await mentions(sam, f"<@{double.bot.id}> /{calls}", in_=general),
        await answer_to(await sam.menu(ASIDES.ask_about, await lea.writes(calls, to=general))),
        await writes(sam, f"{QUESTION} {calls}"),
    ]
    await all_is_handled(double, database)
    assert [each.pinged for each in answers] == [[]] * len(answers)
    uncalled(double)


@pytest.mark.usefixtures("vigie")
@pytest.mark.parametrize("name", ["@everyone", "<@&7>", "*Max*", "_a_b_", "> Max", "# Max", "`Max`", "[a](b.fr)"])
async def test_a_name_is_shown_as_it_is_and_calls_nobody(
    double: FakeDiscord, server: Server, general: Channel, sam: User, name: str
) -> None:
    hostile = double.user(name, username="hostile")
    server.add(hostile)
    answer = await mentions(hostile, f"<@{double.bot.id}> {QUESTION}", in_=general)
    told = read(await is_told(sam, answer, LABELS.useful))
    assert name in told.text.replace(JOINER, "")
    assert told.styles == ()
    assert answer.pinged == []
    assert "@everyone" not in told.text
    uncalled(double)


@pytest.mark.usefixtures("vigie")
async def test_a_welcome_and_its_text_call_nobody(
    double: FakeDiscord, database: Database, server: Server, general: Channel, lea: User, sam: User
) -> None:
    server.bot_may(mention_everyone=True)
    calls = calls_of(server, lea, sam)
    settings_shown = await answer_to(await lea.uses("/reglages", in_=general, accueil=f"Salut {calls}, *ici* !"))
    assert "@everyone" not in settings_shown.text.replace("@" + JOINER, "")
    lea.skips(in_=general)
    await lea.selects(settings_shown, general, of=LABELS.welcome_place)
    await lea.reads_next(in_=general)
    hostile = double.user("@here _Tom_ <@&7>", username="tom")
    await hostile.joins(server)
    welcome = await lea.reads_next(in_=general)
    found = read(welcome.text)
    assert "@here _Tom_ <@&7>" in found.text.replace(JOINER, "")
    assert "*ici* !" in found.text
    assert not [style for style, _ in found.styles if style == "call"]
    assert welcome.pinged == []
    await all_is_handled(double, database)
    uncalled(double)


@pytest.mark.usefixtures("vigie")
async def test_the_name_of_a_server_is_shown_as_it_is(double: FakeDiscord, vigie: Vigie, lea: User, sam: User) -> None:
    await vigie.stops()
    server = double.server("@everyone *les* _indés_ <@&7>", owner=lea).add(lea, sam)
    channel = server.text("général")
    await vigie.starts()
    shown_settings = await answer_to(await lea.uses("/reglages", in_=channel))
    found = read(shown_settings.text)
    assert "@everyone *les* _indés_ <@&7>" in found.text.replace(JOINER, "")
    assert {style for style, text in found.styles if "indés" in text} == {"bold"}
    assert not any(text == "everyone" or style in {"call", "italic"} for style, text in found.styles)
