"""Journeys made for the occasion, written as their writers write them."""

from collections.abc import Mapping
from datetime import date
from textwrap import dedent, indent

from bot.content.reading import read_corpus
from bot.dialogue.script import Journey
from bot.resources import KNOWLEDGE
from tests.conftest import WriteKnowledge

SUNDAY = date(2026, 11, 22)
JOURNEYS = sorted(path.stem for path in (KNOWLEDGE / "journeys").glob("*.yaml"))
"""The ids of the journeys that come with Vigie."""
STEPS = """\
accueil: {kind: say, next: but}
but:
  kind: choice
  save: but
  options:
    emploi: {label: Trouver un emploi, next: cv}
    clients: {label: Trouver des clients}
  next: lieux
cv: {kind: task, task: Relire mon CV, days: 3, next: lieux}
lieux:
  kind: several
  save: lieux
  options:
    linkedin: {label: LinkedIn, said: LinkedIn}
    facebook: {label: Facebook, said: Facebook}
    mastodon: {label: Mastodon, said: Mastodon}
  next:
    - {when: {but: emploi, lieux: [linkedin, facebook]}, go: quiz}
    - {go: mots}
quiz:
  kind: quiz
  options:
    moitie: {label: La moitié}
    tous: {label: Presque tous, right: true}
  next: mots
mots: {kind: text, save: mots, next: bilan}
bilan: {kind: recap}
"""
"""A journey with a step of each kind, an option that leads elsewhere and a branch that reads two answers."""

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


def changed(text: str, changes: Mapping[str, str]) -> str:
    """Return a text after changes, each of which finds what it changes."""
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    return text


def read_journey(write_knowledge: WriteKnowledge, steps: str, version: int = 1) -> Journey:
    """Return the journey of these steps, read from a knowledge folder of its own."""
    [journey] = read_corpus(write_knowledge({"journeys/essai.yaml": written(steps, version)})).journeys
    return journey
