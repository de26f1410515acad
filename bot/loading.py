"""From a knowledge folder to a retriever over it."""

import gc
from pathlib import Path

from bot.content.reading import read_corpus
from bot.retrieval.parameters import Parameters
from bot.retrieval.retriever import Retriever


def load_retriever(folder: Path, parameters: Parameters) -> Retriever:
    """Return a retriever over a knowledge folder.

    Raises:
        BotError: the folder is missing or holds something wrong.
    """
    # All that is made here stays: the collector, left on, would go through it again and again and find nothing.
    was_on = gc.isenabled()
    gc.disable()
    try:
        return Retriever(read_corpus(folder), parameters)
    finally:
        if was_on:
            gc.enable()
