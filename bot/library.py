"""The knowledge being served: read at the start and when its files change; a broken set never replaces a good one."""

import asyncio
import logging
from pathlib import Path

from watchfiles import Change, awatch

from bot.content.files import is_hidden
from bot.errors import BotError
from bot.loading import compile_apart, load_retriever
from bot.retrieval.parameters import Parameters
from bot.retrieval.retriever import Retriever

_log = logging.getLogger(__name__)

_TOLD = 5
_RETRY_AFTER = 5.0
"""Seconds."""


class Library:
    """Holds the retriever over a knowledge folder.

    Raises:
        BotError: the folder is missing or holds something wrong; there is no last good set yet.
    """

    def __init__(self, folder: Path, parameters: Parameters, cache: Path | None = None) -> None:
        self._folder = folder
        self._cache = cache
        self._parameters = parameters
        self._retriever = self._read()

    def current(self) -> Retriever:
        """Return the retriever over the newest set that passed the check."""
        return self._retriever

    async def watch(self) -> None:
        """Read the folder again whenever it changes, until cancelled; begin anew if watching fails."""
        while True:
            try:
                async for _ in awatch(self._folder, watch_filter=_ignores_hidden):
                    await self.reload()
            except OSError as error:
                _log.warning("The knowledge folder cannot be watched (%s); trying again.", error)
                await asyncio.sleep(_RETRY_AFTER)

    async def reload(self) -> None:
        """Read the folder again in a thread; a set that does not pass the check is reported and not served."""
        try:
            self._retriever = await asyncio.to_thread(self._read)
        except BotError as error:
            told = "\n".join(str(error).splitlines()[:_TOLD])
            _log.warning("The knowledge changed and does not pass the check; the last good set goes on.\n%s", told)
        except Exception:
            _log.exception("The knowledge changed and cannot be read; the last good set goes on.")
        else:
            _log.info("The knowledge changed: %d passages are served.", len(self._retriever.corpus.passages))

    def _read(self) -> Retriever:
        if self._cache:
            compile_apart(self._folder, self._parameters, self._cache)
        return load_retriever(self._folder, self._parameters, self._cache)


def _ignores_hidden(_change: Change, path: str) -> bool:
    return not is_hidden(Path(path))
