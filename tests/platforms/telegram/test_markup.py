"""What Telegram is given of a reply: texts and entities within its limits, and keyboards that hold every choice."""

import re
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from telegram import InlineKeyboardButton

from bot.core.answering import Answering
from bot.core.buttons import ButtonKind, button_id, read_button
from bot.core.messages import PICKERS, Address, Block, Choice, ChoiceKind, Reply
from bot.core.smalltalk import SmallTalk
from bot.core.voice import Voice
from bot.library import Library
from bot.platforms.telegram.markup import Formatted, formatted, keyboard, messages
from bot.rendering.journeys import template_of, values_of
from bot.rendering.templates import escape_markdown
from tests.conversations.words import REASONS
from tests.fakes.telegram.checks import TEXT_LIMIT, checked_keyboard, checked_text, units

LEA = Address("telegram", "500000001")
FARTHEST = Address("telegram", str(2**52), str(-(10**13) - 2**31), str(2**31))
"""The longest ids that Telegram gives."""
JOINER = "\u2060"
WORDS = st.text(string.ascii_letters + "éœ😀🏳️‍🌈漢\u05d0", min_size=1, max_size=12)
WRITTEN = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40)
SIGNS = st.text("ab1 #-+*_`[]()<>!|~&$.:=\\@/{}^%\u200f", max_size=12)
"""What may be markup to somebody."""


def kept(shown: Formatted) -> str:
    """Return a text as Telegram keeps it, having refused what Telegram would."""
    text, _ = checked_text(shown.text, [each.to_dict() for each in shown.entities], TEXT_LIMIT, "too long")
    assert text
    return text


def styled(shown: Formatted) -> list[tuple[str, str]]:
    encoded = shown.text.encode("utf-16-le")
    return [
        (str(each.type), encoded[2 * each.offset : 2 * (each.offset + each.length)].decode("utf-16-le"))
        for each in shown.entities
    ]


def reply(*texts: str) -> Reply:
    return Reply(tuple(Block("advice", text) for text in texts))


def words_of(text: str) -> list[str]:
    # Numbers are left out: those of a list are markup to one reader, and text to the other.
    return re.findall(r"[^\W\d_]+", text)


def plain(markdown: str) -> str:
    """Return the words of a Markdown text, as another reader has them."""
    inline = [token for token in MarkdownIt("commonmark").parse(markdown) if token.children]
    return "\n".join("".join(child.content or "\n" for child in token.children or ()) for token in inline)


# Texts.


@pytest.mark.parametrize(
    ("markdown", "text", "styles"),
    [
        ("Ose, **vraiment**.", "Ose, vraiment.", [("bold", "vraiment")]),
        ("Ose, *vraiment*.", "Ose, vraiment.", [("italic", "vraiment")]),
        ("🔒 **Oui** 🔒", "🔒 Oui 🔒", [("bold", "Oui")]),
        ("[ici](https://exemple.fr/a_b)", "ici", [("text_link", "ici")]),
        ("Trois gestes :\n\n- lis ;\n- relis.", "Trois gestes :\n\n• lis ;\n• relis.", []),
        ("1. lis\n2. relis", "1. lis\n2. relis", []),
        (r"1 \* 2 \< 3 \& 4 \_ 5", "1 * 2 < 3 & 4 _ 5", []),
        ("Dit-il : « peut-être » --- ou 'pas'...", "Dit-il : « peut-être » --- ou 'pas'...", []),
    ],
)
def test_markdown_becomes_text_and_entities(markdown: str, text: str, styles: list[tuple[str, str]]) -> None:
    shown = formatted(markdown)
    assert kept(shown) == text
    assert styled(shown) == styles


def test_a_link_keeps_its_address() -> None:
    assert [each.url for each in formatted("[ici](https://exemple.fr/a_b?c=d&e=f)").entities] == [
        "https://exemple.fr/a_b?c=d&e=f"
    ]


@pytest.mark.parametrize("text", ["Entre $5 et $6.", "$x$", "a$b$c", "$$a$$", "\\$a$"])
def test_dollars_are_no_formula(text: str) -> None:
    shown = formatted(text)
    assert kept(shown) == text.replace("\\$", "$")
    assert not shown.entities


@pytest.mark.parametrize("before", ["", "- ", "Tu as écrit : ", "- ☐ "])
@settings(deadline=None)
@given(text=WRITTEN | SIGNS)
@example(text="# titre")
@example(text="- un")
@example(text="1. un")
@example(text="---")
@example(text="$x$ et $y$")
@example(text="[clic](tg://user?id=1) <b>&amp;</b> __gras__ ||caché|| ~~non~~ `code`")
def test_what_people_type_is_shown_as_it_is(before: str, text: str) -> None:
    typed = " ".join(text.split())
    shown = formatted(before + escape_markdown(typed))
    read = f"{before.replace('-', '•')}{typed}"
    assert shown.text.strip().replace(JOINER, "") == read.strip().replace(JOINER, "")
    assert not shown.entities


def test_what_people_type_calls_nobody() -> None:
    shown = formatted(escape_markdown("@everyone, @lea_42 : /start et /oublier"))
    assert not re.search(r"[@/]\w", shown.text)


# Long ones.


def test_a_reply_of_usual_length_is_one_message() -> None:
    [shown] = messages(reply("**Titre**", "x" * 4000))
    assert kept(shown) == f"Titre\n\n{'x' * 4000}"


def test_a_long_reply_is_parted_between_its_blocks() -> None:
    parts = messages(reply("a" * 3000, "b" * 2000, "c" * 2000))
    assert [kept(part) for part in parts] == ["a" * 3000, f"{'b' * 2000}\n\n{'c' * 2000}"]


def test_a_long_block_is_parted_between_its_lines() -> None:
    lines = [f"{number} {'mot ' * 100}".strip() for number in range(30)]
    parts = [kept(part) for part in messages(reply("\n".join(lines)))]
    assert len(parts) > 1
    assert [line for part in parts for line in part.splitlines()] == lines


def test_a_long_line_is_parted_and_no_sign_is_cut() -> None:
    # An odd letter first, so that every pair of units falls across the limit.
    parts = messages(reply("x" + "😀" * 4096))
    assert "".join(kept(part) for part in parts) == "x" + "😀" * 4096
    assert len(parts) == 3


def test_length_is_counted_as_telegram_does() -> None:
    assert len(messages(reply("😀" * 2048))) == 1
    assert len(messages(reply("😀" * 2049))) == 2


def test_what_is_bold_stays_so_where_a_line_is_parted() -> None:
    parts = messages(reply(f"**{'gras ' * 1000}fin**"))
    assert [kept(part) for part in parts] == ["".join(style[1] for style in styled(part)).strip() for part in parts]


def test_blank_lines_between_long_ones_are_no_messages() -> None:
    parts = messages(reply("x" * 5000 + "\n\n\n" + "y" * 5000, "z"))
    assert "".join(kept(part) for part in parts).replace("\n", "") == "x" * 5000 + "y" * 5000 + "z"


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
    st.lists(LINES, min_size=1, max_size=6).map(lambda lines: "\n".join(f"1. mot {line}" for line in lines)),
)
LONG = st.builds(lambda line, times: " ".join([f"Mot {line}"] * times), LINES, st.integers(1, 60))
BLOCKS = st.lists(st.lists(PARAGRAPHS | LONG, min_size=1, max_size=4).map("\n\n".join), min_size=1, max_size=4)


@settings(max_examples=30, deadline=None)
@given(BLOCKS)
def test_whatever_is_said_fits_and_nothing_is_lost(texts: list[str]) -> None:
    said = reply(*texts)
    parts = messages(said)
    assert all(units(kept(part)) <= TEXT_LIMIT for part in parts)
    told = [word for part in parts for word in words_of(part.text)]
    assert "".join(told) == "".join(words_of(plain(said.text)))


def test_no_more_is_marked_than_telegram_keeps() -> None:
    [shown] = messages(reply("**mot** " * 150))
    assert len(shown.entities) == 100
    assert kept(shown).split() == ["mot"] * 150


# What comes with Vigie.


def test_every_passage_is_one_message_that_says_what_is_written(
    library: Library, voice: Voice, smalltalk: SmallTalk
) -> None:
    answering = Answering(voice, smalltalk)
    for passage in library.current().corpus.passages:
        answer = answering.found(passage).reply
        [shown] = messages(answer)
        assert words_of(kept(shown)) == words_of(plain(answer.text)), passage.id
        assert styled(shown)[0] == ("bold", passage.title)


def test_every_step_of_every_journey_is_one_message_that_says_what_is_written(library: Library, voice: Voice) -> None:
    for journey in library.current().corpus.journeys:
        for step in journey.steps:
            blocks = voice.templates.render(template_of(journey, step), None, **values_of(journey, {}))
            [shown] = messages(Reply(blocks))
            assert words_of(kept(shown)) == words_of(plain(Reply(blocks).text)), f"{journey.id}/{step.id}"


def test_every_recap_has_room_for_its_links(library: Library) -> None:
    for journey in library.current().corpus.journeys:
        links = {fact for step in journey.steps for fact in step.facts}
        buttons = [Choice(button_id(ButtonKind.PASSAGE, LEA, each), each, ChoiceKind.SEE_ALSO) for each in links]
        assert len(rows_of(buttons)) <= 80, journey.id


# Keyboards.


def rows_of(choices: list[Choice]) -> tuple[tuple[InlineKeyboardButton, ...], ...]:
    """Return the rows of a keyboard, having refused what Telegram would."""
    markup = keyboard(choices, "vigie_bot")
    if markup is None:
        return ()
    assert checked_keyboard(markup.to_dict())
    return markup.inline_keyboard


def choice(label: str, kind: ChoiceKind = ChoiceKind.CHOICE, start: str = "") -> Choice:
    return Choice(button_id(ButtonKind.STEP, LEA, label, "option0"), label, kind, start)


def labels_of(choices: list[Choice]) -> list[list[str]]:
    return [[button.text for button in row] for row in rows_of(choices)]


def test_no_choice_is_no_keyboard() -> None:
    assert keyboard([], "vigie_bot") is None


def test_short_labels_stand_side_by_side_and_long_ones_alone() -> None:
    shown = labels_of([choice("Oui"), choice("Non"), choice("Peut-être"), choice("Jamais"), choice("x" * 80)])
    assert shown == [["Oui", "Non", "Peut-être"], ["Jamais"], ["x" * 80]]


def test_what_is_asked_comes_first_then_what_to_read_then_the_ways_on() -> None:
    choices = [
        choice("Retour", ChoiceKind.NAVIGATION),
        choice("Utile", ChoiceKind.FEEDBACK),
        choice("Les trolls", ChoiceKind.SEE_ALSO),
        choice("Oui"),
        choice("Passer", ChoiceKind.NAVIGATION),
    ]
    assert labels_of(choices) == [["Oui"], ["📖 Les trolls"], ["Utile"], ["Retour", "Passer"]]


def test_a_link_opens_the_private_chat() -> None:
    [[button]] = rows_of([choice("Commencer", ChoiceKind.LINK, "vie")])
    assert button.url == "https://t.me/vigie_bot?start=vie"
    assert button.callback_data is None


PRESSED = [each for each in ChoiceKind if each not in PICKERS]
LABELS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=80).filter(str.strip)


@settings(deadline=None)
@given(st.lists(st.builds(choice, LABELS, st.sampled_from(PRESSED), st.just("vie")), max_size=100))
def test_every_choice_has_its_button(choices: list[Choice]) -> None:
    buttons = [button for row in rows_of(choices) for button in row]
    assert sorted(button.text.removeprefix("📖 ") for button in buttons) == sorted(
        each.label.removeprefix("📖 ") for each in choices
    )
    pressed = {each.id for each in choices if each.kind is not ChoiceKind.LINK}
    assert {button.callback_data for button in buttons if button.callback_data} == pressed


ARGUMENTS = {
    ButtonKind.PASSAGE: "0123456789abcdef",
    ButtonKind.STEP: "continue",
    ButtonKind.FEEDBACK: max(REASONS, key=len),
    ButtonKind.TEAM: "9999999999_01234567",
    ButtonKind.WATCH: "99999999999",
    ButtonKind.THEME: "999",
    ButtonKind.PLAN: "ics",
    ButtonKind.REMIND: "6_1439",
    ButtonKind.ERASE: "yes",
    ButtonKind.SETTING: "welcome_text_no",
}
"""The longest word that a button of each kind holds; the other kinds have none."""


@pytest.mark.parametrize("kind", ButtonKind)
def test_the_longest_button_of_each_kind_is_taken_by_telegram_and_read_again(kind: ButtonKind) -> None:
    identifier = button_id(kind, FARTHEST, "x" * 4000, ARGUMENTS.get(kind, ""))
    [[button]] = rows_of([Choice(identifier, "Oui")])
    assert button.callback_data == identifier
    read = read_button(identifier)
    assert read
    assert (read.kind, read.argument) == (kind, ARGUMENTS.get(kind, ""))


@pytest.mark.parametrize("kind", ButtonKind)
def test_what_is_read_as_a_button_is_one_that_telegram_takes(kind: ButtonKind) -> None:
    identifiers = [button_id(kind, FARTHEST, "sujet", "a" * length) for length in range(1, 33)]
    assert all(len(each.encode()) <= 64 for each in identifiers if read_button(each))
