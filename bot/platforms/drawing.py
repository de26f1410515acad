"""Pictures, drawn in a process of their own: what draws them is heavy, and is gone when they are drawn."""

import asyncio
import logging
import sys
from collections.abc import Sequence

from pydantic import TypeAdapter

from bot.core.messages import Picture

_DRAWS = (sys.executable, "-m", "bot.rendering.week")
_WITHIN = 30
"""Seconds."""

_picture: TypeAdapter[Picture] = TypeAdapter(Picture)

_log = logging.getLogger(__name__)


async def drawn(picture: Picture, draws: Sequence[str] = _DRAWS, within: float = _WITHIN) -> bytes | None:
    """Return a picture as PNG, None where it cannot be drawn: the words beside it say the same.

    Args:
        picture: what it shows.
        draws: the program and its arguments; it reads the picture as JSON and writes the PNG.
        within: seconds for which it is waited.
    """
    pipe = asyncio.subprocess.PIPE
    try:
        drawing = await asyncio.create_subprocess_exec(*draws, stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError as error:
        _log.warning("A picture could not be drawn. %s", error)
        return None
    try:
        content, said = await asyncio.wait_for(drawing.communicate(_picture.dump_json(picture)), within)
    except TimeoutError:
        _log.warning("A picture was not drawn within %g seconds.", within)
        return None
    finally:
        if drawing.returncode is None:
            drawing.kill()
            await drawing.wait()
    if drawing.returncode or not content:
        _log.warning("A picture could not be drawn (%s). %s", drawing.returncode, said.decode(errors="replace").strip())
        return None
    return content
