"""Browsing the advice by theme."""

from collections.abc import Iterator, Sequence
from itertools import islice

from bot.content.corpus import Passage, Theme, digest
from bot.core.answering import passage_choices
from bot.core.buttons import Button, ButtonKind, button_id
from bot.core.messages import Address, Choice, ChoiceKind
from bot.core.scene import Scene, Told
from bot.core.voice import Voice
from bot.retrieval.french import fold

_PAGE = 8
"""Passages a page: what fits below one message on every platform."""


class Themes:
    """Lists the themes, and the advice on each, page by page."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    async def command(self, scene: Scene, argument: str) -> Told:
        """List the themes, or the advice on the one named."""
        named = next((theme for theme in scene.corpus.themes if fold(argument) == fold(theme.title)), None)
        return self._page(scene, named, 0) if named else self._list(scene)

    async def press(self, scene: Scene, button: Button) -> Told:
        """Show the page of a theme that a button names, or all themes."""
        theme = next((each for each in scene.corpus.themes if digest(each.id) == button.subject), None)
        if theme is None:
            return self._list(scene)
        return self._page(scene, theme, button.number)

    def _list(self, scene: Scene) -> Told:
        themes = [theme for theme in scene.corpus.themes if _on(theme, scene.corpus.passages)]
        if not themes:
            return Told((self._voice.say("themes/none"),))
        choices = (Choice(button_id(ButtonKind.THEME, scene.address, each.id), each.title) for each in themes)
        return Told((self._voice.say("themes/list", choices),))

    def _page(self, scene: Scene, theme: Theme, number: int) -> Told:
        passages = _on(theme, scene.corpus.passages)
        if not passages:
            return self._list(scene)
        pages = [passages[start : start + _PAGE] for start in range(0, len(passages), _PAGE)]
        number = min(number, len(pages) - 1)
        choices = passage_choices(pages[number], scene.address, ChoiceKind.CHOICE) + self._onward(
            scene.address, theme, number, len(pages)
        )
        values = {"title": theme.title, "count": len(passages), "page": number + 1, "pages": len(pages)}
        return Told((self._voice.say("themes/theme", choices, **values),))

    def _onward(self, address: Address, theme: Theme, number: int, pages: int) -> tuple[Choice, ...]:
        more = Choice(
            button_id(ButtonKind.THEME, address, theme.id, str(number + 1)),
            self._voice.labels.more_themes,
            ChoiceKind.NAVIGATION,
        )
        everything = Choice(button_id(ButtonKind.THEME, address), self._voice.labels.all_themes, ChoiceKind.NAVIGATION)
        return (more, everything) if number + 1 < pages else (everything,)


def first_of_each(themes: Sequence[Theme], passages: Sequence[Passage]) -> Iterator[Passage]:
    """Yield the first passage of each theme."""
    for theme in themes:
        tags = set(theme.tags)
        yield from islice((passage for passage in passages if tags.intersection(passage.tags)), 1)


def _on(theme: Theme, passages: Sequence[Passage]) -> list[Passage]:
    tags = set(theme.tags)
    return [passage for passage in passages if tags & set(passage.tags)]
