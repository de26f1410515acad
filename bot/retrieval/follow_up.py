"""Whether a question stands on its own, or leans on the one before it ("et pour un patron ?", "pourquoi ?")."""

from bot.retrieval.french import STOP_WORDS, words

_CONNECTORS = frozenset(["alors", "donc", "et", "mais", "meme", "non", "ok", "oui", "sinon"])
_POINTERS = frozenset(
    """
    ca cela ceci celle celles celui ceux dedans dessus elle elles eux lui
    """.split()  # noqa: SIM905
)
_EMPTY = frozenset(
    """
    about alors annee apres arrive arriver aussi autre autres avant avis bien cad cas chose combien comment
    comprends compris concerne concretement conseil conseilles conseils date deja detail detaille details dire dis
    disais donne ensuite exactement example exemple exemples explique expliquer expliques facon faire fais fait faut
    fois how idee il mal maniere marche marcher mieux more moyen non ok oui parle parles passe passer penses peut
    peux pose poser pourquoi precise precisement precises precision prend prendre pris propos quand question
    questions quoi raison rapport sais sait savoir sert servir suite sur sure temps tourne truc trucs vaut veut veux
    vois vrai why
    """.split()  # noqa: SIM905
)
_SHORT = 4
"""Content words: a question that begins with a connector and holds no more is a follow-up."""


def subject_words(question: str) -> list[str]:
    """Return the words that say what a question is about."""
    return [word for word in words(question) if word not in STOP_WORDS and word not in _EMPTY]


def follows_up(question: str) -> bool:
    """Tell whether a question needs the one before it to be understood."""
    sequence = words(question)
    subject = subject_words(question)
    if not sequence:
        return False
    if not subject:
        return True
    if sequence[0] in _CONNECTORS and len(subject) <= _SHORT:
        return True
    return len(subject) == 1 and any(word in _POINTERS for word in sequence)
