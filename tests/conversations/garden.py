"""Small journeys made for the occasion, one of which has a step of each kind, and people who walk them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from bot.core.voice import Voice
from bot.loading import load_retriever
from bot.rendering.templates import Templates
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from tests.conftest import PASSAGE, SOURCES
from tests.people import Member

STEPS = {
    "accueil": "{kind: say, next: envie}",
    "envie": "{kind: text, save: envie, recap: Ce que tu veux manger, facts: [tomates], next: terre}",
    "terre": """
    kind: choice
    save: terre
    recap: Ta terre
    facts: [compost]
    options:
      argile: {label: De l'argile, said: une terre qui colle, words: [glaise]}
      sable: {label: Du sable, said: une terre qui coule, words: [sableux]}
      aucune: {label: Je n'ai pas de terre, said: un balcon, words: [balcon], next: bac}
    next: outils""",
    "bac": "{kind: task, task: Acheter un bac, days: 3, next: outils}",
    "outils": """
    kind: several
    save: outils
    recap: Tes outils
    options: {beche: {label: Une bêche}, arrosoir: {label: Un arrosoir}, gants: {label: Des gants}}
    next: semer""",
    "semer": "{kind: task, task: Semer trois rangs de radis, days: 7, next: pailler}",
    "pailler": "{kind: task, task: Pailler le sol, days: 14, next: quiz}",
    "quiz": """
    kind: quiz
    facts: [radis]
    options: {mai: {label: En mai}, mars: {label: En mars, right: true}}
    next: astuce""",
    "astuce": "{kind: text, save: astuce, recap: Ton astuce, facts: [radis], next: bilan}",
    "bilan": """
    kind: recap
    proposes: [{when: {terre: aucune}, journey: balcon}, {journey: verger}]""",
}
"""The journey `potager`, step by step: one of each kind at least."""
WORDS = {
    "accueil": {"say": "Bienvenue au jardin."},
    "envie": {"ask": "Qu'as-tu envie de manger ?", "on_answer": "C'est noté."},
    "terre": {"ask": "Comment est ta terre ?", "again": "Elle colle, ou elle coule ?", "on_sable": "Elle boit vite."},
    "bac": {"say": "Un bac suffit.", "ask": "Tu en achètes un ?"},
    "outils": {"ask": "De quels outils disposes-tu ?", "again": "Lesquels as-tu sous la main ?"},
    "semer": {
        "say": "Sème {{ answers.envie or 'des radis' }} dans {{ answers.terre or 'un coin' }}. Il te faut :"
        " {{ answers.outils or 'tes mains' }}.",
        "ask": "Tu sèmes cette semaine ?",
        "on_done": "Déjà semé.",
        "on_later": "C'est dans ton plan.",
        "on_declined": "On laisse la terre au repos.",
    },
    "pailler": {"say": "Un sol couvert garde l'eau.", "ask": "Tu pailles ?"},
    "quiz": {
        "ask": "Quand sème-t-on les premiers radis ?",
        "again": "Au printemps, mais quand ?",
        "on_mai": "Plus tôt que ça : dès mars.",
        "on_mars": "Oui, dès mars.",
    },
    "astuce": {"ask": "Ton astuce à toi ?"},
    "bilan": {"say": "Te voilà au jardin.", "end": "Cette semaine : {{ this_week or 'te reposer' }}."},
}
BALCONY = {"debut": "{kind: say, next: fin}", "fin": "{kind: recap}"}
ORCHARD = {**BALCONY, "debut": "{kind: task, task: Planter un pommier, days: 30, next: fin}"}
BALCONY_WORDS = {"debut": {"say": "Bonjour, voisin."}, "fin": {"say": "Voilà.", "end": "À bientôt."}}
ORCHARD_WORDS = {**BALCONY_WORDS, "debut": {"say": "Il y a de la place.", "ask": "Tu plantes un arbre ?"}}
NOTEBOOK = {
    "mot": "{kind: text, save: mot, recap: Ton mot, next: relu}",
    "relu": "{kind: say, next: fin}",
    "fin": "{kind: recap}",
}
NOTEBOOK_WORDS = {
    "mot": {"ask": "Qu'est-ce que je note ?"},
    "relu": {"say": "Tu as écrit : {{ answers.mot }}. Voilà."},
    "fin": {"say": "Le carnet est fermé.", "end": "À bientôt."},
}
TITLES = {
    "potager": "Commencer un potager",
    "balcon": "Jardiner au balcon",
    "verger": "Planter un verger",
    "carnet": "Tenir un carnet",
}
PASSAGES = {
    "tomates": ("Planter des tomates", "Plante les tomates après les gelées, en plein soleil.", "quand planter ?"),
    "radis": ("Semer des radis", "Sème des radis tous les quinze jours dès mars.", "tous les combien semer ?"),
    "compost": ("Faire du compost", "Mélange les épluchures et les feuilles mortes.", "que mettre au compost ?"),
}
REPLIES = {
    "accueil": "Continuer",
    "envie": "des tomates cerises",
    "terre": "Du sable",
    "outils": "une bêche et des gants",
    "semer": "Plus tard",
    "pailler": "C'est fait",
    "quiz": "En mars",
    "astuce": "parler aux limaces",
}
"""What Léa replies to each step: the label of a button, or her own words."""
QUESTION = "Quand planter les tomates ?"
ADVICE = "Plante les tomates après les gelées"
UNANSWERED = "Pourquoi la lune est-elle ronde ?"


def journey_text(name: str, steps: Mapping[str, str], version: int = 1) -> str:
    head = f"title: {TITLES[name]}\nsummary: En bref\nversion: {version}\nminutes: 5\nsources: [essai-2024]\nsteps:\n"
    return head + "".join(f"  {step}: {wants}\n" for step, wants in steps.items())


def potager_without(gone: str, version: int = 2) -> str:
    """Return the journey without a step: what led to it leads to the one after it."""
    following = [*STEPS][[*STEPS].index(gone) + 1]
    left = {step: wants.replace(f"next: {gone}", f"next: {following}") for step, wants in STEPS.items() if step != gone}
    return journey_text("potager", left, version)


class Garden:
    """A knowledge folder with small journeys, and one that changes while people are led through it."""

    def __init__(self, folder: Path) -> None:
        files = {"sources.yaml": SOURCES, "journeys/potager.yaml": journey_text("potager", STEPS)}
        others = {"balcon": BALCONY, "verger": ORCHARD, "carnet": NOTEBOOK}
        files |= {f"journeys/{name}.yaml": journey_text(name, steps) for name, steps in others.items()}
        for name, (title, text, question) in PASSAGES.items():
            files[f"passages/{name}.md"] = PASSAGE.format(title=title, text=text)
            files[f"passages/{name}.questions"] = question
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
        self._folder = folder
        self._first = self._read()
        self._now = self._first

    def current(self) -> Retriever:
        return self._now

    def holds(self, potager: str | None) -> None:
        """Have the journey `potager` changed, or taken away."""
        path = self._folder / "journeys" / "potager.yaml"
        path.unlink()
        if potager:
            path.write_text(potager, encoding="utf-8")
        self._now = self._read()
        path.write_text(journey_text("potager", STEPS), encoding="utf-8")

    def as_at_first(self) -> None:
        self._now = self._first

    def _read(self) -> Retriever:
        return load_retriever(self._folder, read_parameters())


def voice_with_words(folder: Path) -> Voice:
    """Return the voice of Vigie, with words for the small journeys, from a copy of her prompts in a folder."""
    shutil.copytree(PROMPTS, folder)
    said = {"potager": WORDS, "balcon": BALCONY_WORDS, "verger": ORCHARD_WORDS, "carnet": NOTEBOOK_WORDS}
    for journey, steps in said.items():
        (folder / "journeys" / journey).mkdir()
        for step, blocks in steps.items():
            text = "".join(f"{{% block {role} %}}{words}{{% endblock %}}\n" for role, words in blocks.items())
            (folder / "journeys" / journey / f"{step}.md.j2").write_text(text, encoding="utf-8")
    return Voice(Templates(folder), read_wording(folder))


def where(member: Member) -> str:
    assert member.journey
    return f"{member.journey.id}/{member.journey.step}"


async def reply_with(member: Member, reply: str) -> str:
    """Press the button of that label where there is one, type the text otherwise."""
    return await (member.presses(reply) if reply in member.choices else member.says(reply))


async def led_to(member: Member, step: str, replies: Mapping[str, str] = REPLIES) -> str:
    """Begin the journey `potager`, and reply to each step until that one is shown."""
    await member.says("/parcours potager")
    while where(member) != f"potager/{step}":
        await reply_with(member, replies[where(member).removeprefix("potager/")])
    return member.reads


async def skips_to(member: Member, place: str) -> str:
    """Begin a journey unless it is under way, and skip all that comes before a step."""
    if not (member.journey and place.startswith(f"{member.journey.id}/")):
        await member.says(f"/parcours {place.partition('/')[0]}")
    while where(member) != place:
        await member.presses("Passer" if "Passer" in member.choices else "Continuer")
    return member.reads


def asked(member: Member) -> str:
    """Return what the step shown asks, or says where it asks nothing."""
    return [block.text for block in member.last.replies[-1].blocks if block.role in ("say", "ask")][-1]
