"""Journeys made for the occasion, written as their writers write them."""

from datetime import date
from textwrap import dedent, indent

from bot.content.reading import read_corpus
from bot.dialogue.script import Journey
from bot.resources import KNOWLEDGE
from tests.conftest import WriteKnowledge

SUNDAY = date(2026, 11, 22)
JOURNEYS = sorted(path.stem for path in (KNOWLEDGE / "journeys").glob("*.yaml"))
"""The ids of the journeys that come with Vigie."""

_HEAD = """\
title: Un essai
summary: Pour voir
version: {version}
minutes: 5
sources: [essai-2024]
steps:
"""
HEAD_LINES = _HEAD.count("\n")


def written(steps: str, version: int = 1) -> str:
    """Return the file of a journey of these steps: the first stands on the line after `HEAD_LINES`."""
    return _HEAD.format(version=version) + indent(dedent(steps), "  ")


def read_journey(write_knowledge: WriteKnowledge, steps: str, version: int = 1) -> Journey:
    """Return the journey of these steps, read from a knowledge folder of its own."""
    [journey] = read_corpus(write_knowledge({"journeys/essai.yaml": written(steps, version)})).journeys
    return journey
