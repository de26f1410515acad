"""The README's picture is what Vigie says today."""

from bot.library import Library
from tests.pictures import PICTURE, draw


async def test_the_picture_is_current(library: Library) -> None:
    assert await draw(library) == PICTURE.read_text(encoding="utf-8"), "draw it again: make picture"
