"""The advice is browsed by theme, page by page."""

from pathlib import Path

import pytest

from bot.app import build_advisor
from bot.content.corpus import Corpus, Location, Passage, Theme
from bot.core.messages import Status
from bot.library import Library
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from bot.storage.database import Database
from tests.conversations.words import LABELS, said
from tests.people import Member

FIRST = "Débuter"
PRIVACY = "Vie privée et données"
PAGE = 8


class Shelf:
    """Advice by themes, which changes while people browse."""

    def __init__(self) -> None:
        self.holds({"Au soleil": 2, "À l'ombre": 1})

    def holds(self, themes: dict[str, int]) -> None:
        """Have themes, each with so many passages."""
        passages = tuple(
            Passage(f"{title}-{number}", f"{title} {number}", "Arrose.", Location(Path("p.md"), 1), tags=(title,))
            for title, count in themes.items()
            for number in range(count)
        )
        corpus = Corpus(passages, themes=tuple(Theme(title, title, (title,)) for title in themes))
        self._retriever = Retriever(corpus, read_parameters())

    def current(self) -> Retriever:
        return self._retriever


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def ada(shelf: Shelf, database: Database) -> Member:
    """Somebody whose themes may change while they browse."""
    return Member(build_advisor(shelf.current, database), "ada")


def titles_under(library: Library, name: str) -> list[str]:
    """Return the titles of the advice on a theme."""
    corpus = library.current().corpus
    [theme] = [theme for theme in corpus.themes if theme.title == name]
    return [passage.title for passage in corpus.passages if set(theme.tags) & set(passage.tags)]


def titles_shown(member: Member) -> list[str]:
    return [choice for choice in member.choices if choice not in (LABELS.more_themes, LABELS.all_themes)]


@pytest.mark.parametrize("typed", ["/themes", "/thèmes", "/THEMES"])
async def test_the_themes_are_listed_in_order_each_with_its_button(library: Library, lea: Member, typed: str) -> None:
    assert (await lea.says(typed)).startswith(said("themes/list"))
    assert lea.choices == [theme.title for theme in library.current().corpus.themes]


async def test_a_theme_shows_its_advice_page_by_page_each_once(library: Library, lea: Member) -> None:
    await lea.says("/themes")
    expected = titles_under(library, FIRST)
    pages = -(-len(expected) // PAGE)
    shown = []
    await lea.presses(FIRST)
    for page in range(1, pages + 1):
        values = {"title": FIRST, "count": len(expected), "page": page, "pages": pages}
        assert lea.reads == said("themes/theme", **values)
        shown += titles_shown(lea)
        assert len(shown) == min(page * PAGE, len(expected))
        assert (LABELS.more_themes in lea.choices) == (page < pages)
        if page < pages:
            await lea.presses(LABELS.more_themes)
    assert pages > 1
    assert shown == expected


async def test_advice_of_a_theme_is_shown_with_its_source(lea: Member) -> None:
    await lea.says("/themes")
    await lea.presses(FIRST)
    title = titles_shown(lea)[1]
    reply = await lea.presses(title)
    assert reply.startswith(f"**{title}**")
    assert "📖" in reply
    assert {"Utile", "Pas utile"} <= set(lea.choices)


async def test_a_theme_leads_back_to_all_of_them(library: Library, lea: Member) -> None:
    await lea.says("/themes")
    await lea.presses(FIRST)
    await lea.presses(LABELS.all_themes)
    assert lea.choices == [theme.title for theme in library.current().corpus.themes]


@pytest.mark.parametrize("name", [PRIVACY, "vie privee et donnees", "VIE PRIVÉE ET DONNÉES"])
async def test_a_theme_is_opened_by_its_name(library: Library, lea: Member, name: str) -> None:
    await lea.says(f"/themes {name}")
    assert titles_shown(lea) == titles_under(library, PRIVACY)[:PAGE]


async def test_an_unknown_theme_shows_them_all(lea: Member) -> None:
    assert (await lea.says("/themes les champignons")).startswith(said("themes/list"))


async def test_who_has_no_buttons_types_numbers_and_labels(library: Library, lea: Member) -> None:
    expected = titles_under(library, FIRST)
    await lea.says("/themes")
    await lea.says("1")
    assert titles_shown(lea) == expected[:PAGE]
    await lea.says(LABELS.more_themes.casefold())
    assert titles_shown(lea) == expected[PAGE : 2 * PAGE]
    assert (await lea.says("2")).startswith(f"**{expected[PAGE + 1]}**")


async def test_after_advice_of_a_theme_a_question_may_follow(lea: Member) -> None:
    await lea.says("/themes")
    await lea.presses(FIRST)
    await lea.presses(titles_shown(lea)[0])
    await lea.says("Faut-il répondre aux polémiques ?")
    assert lea.verdict.status is Status.ANSWER


async def test_a_step_comes_back_after_advice_of_a_theme(lea: Member) -> None:
    await lea.says("/parcours demarrer")
    step = lea.last.replies[-1].choices
    await lea.says("/themes")
    assert lea.choices[-1] == LABELS.back_to_step
    await lea.presses(FIRST)
    await lea.presses(titles_shown(lea)[0])
    assert lea.last.replies[-1].choices == step


async def test_the_button_of_somebody_else_is_refused(lea: Member, library: Library, database: Database) -> None:
    await lea.says("/themes")
    max_ = Member(build_advisor(library.current, database), "max")
    assert (await max_.presses_id(lea.button_id(FIRST))).startswith(said("buttons/not_yours", name="", journey=False))


# Other knowledge.


async def test_a_small_theme_has_one_page(ada: Member) -> None:
    await ada.says("/themes")
    reply = await ada.presses("À l'ombre")
    assert reply == said("themes/theme", title="À l'ombre", count=1, page=1, pages=1)
    assert ada.choices == ["À l'ombre 0", LABELS.all_themes]


async def test_a_full_page_is_not_followed_by_an_empty_one(shelf: Shelf, ada: Member) -> None:
    shelf.holds({"Au soleil": PAGE})
    await ada.says("/themes au soleil")
    assert len(titles_shown(ada)) == PAGE
    assert LABELS.more_themes not in ada.choices


async def test_a_theme_without_advice_is_not_listed(shelf: Shelf, ada: Member) -> None:
    shelf.holds({"Au soleil": 1, "Sous la pluie": 0})
    await ada.says("/themes")
    assert ada.choices == ["Au soleil"]


async def test_a_theme_without_advice_that_is_named_shows_those_with_some(shelf: Shelf, ada: Member) -> None:
    shelf.holds({"Au soleil": 1, "Sous la pluie": 0})
    await ada.says("/themes sous la pluie")
    assert "Au soleil" in ada.choices


@pytest.mark.parametrize("left", [{"Au soleil": 1}, {"Au soleil": 1, "À l'ombre": 0}], ids=["gone", "empty"])
async def test_the_button_of_a_theme_that_is_no_more_shows_the_others(
    shelf: Shelf, ada: Member, left: dict[str, int]
) -> None:
    await ada.says("/themes")
    button = ada.button_id("À l'ombre")
    shelf.holds(left)
    await ada.presses_id(button)
    assert ada.choices == ["Au soleil"]


async def test_the_button_of_a_page_that_is_no_more_shows_the_last_one(shelf: Shelf, ada: Member) -> None:
    shelf.holds({"Au soleil": 3 * PAGE})
    await ada.says("/themes au soleil")
    await ada.presses(LABELS.more_themes)
    third = ada.button_id(LABELS.more_themes)
    shelf.holds({"Au soleil": PAGE + 1})
    assert await ada.presses_id(third) == said("themes/theme", title="Au soleil", count=PAGE + 1, page=2, pages=2)
    assert titles_shown(ada) == [f"Au soleil {PAGE}"]


async def test_without_themes_vigie_says_so(shelf: Shelf, ada: Member) -> None:
    shelf.holds({})
    assert (await ada.says("/themes")).startswith(said("themes/none"))
    assert ada.choices == []
