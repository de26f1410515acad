"""People who walk through journeys at random: they press a button that they see, or type something."""

import random
from dataclasses import dataclass, field
from typing import Any

Line = dict[str, Any]

ANSWERS = (
    "oui", "la 2", "1 et 2", "je ne sais pas", "rien", "c'est fait", "plus tard", "pas pour moi", "la couture", "3",
    "{{ 7 * 7 }} **gras** <b>x</b>", "😀",
)  # fmt: skip
ASIDES = (
    "passer", "retour", "continuer", "où j'en suis", "pause", "faut-il répondre aux polémiques ?", "merci", "zkrtq",
    "/plan", "/parcours", "/question Viadeo ça vaut le coup ?", "/mesdonnees", "/rappels",
)  # fmt: skip
_LEADING_ON = {"Continuer", "Valider", "Reprendre", "Revenir au parcours"}


@dataclass
class Walker:
    """Somebody who walks through a journey; what they do follows from the seed and from what they read."""

    name: str
    journey: str
    seed: int
    finished: bool = False
    _buttons: list[Line] = field(default_factory=list)
    _begun: bool = False

    def __post_init__(self) -> None:
        self._chance = random.Random(f"{self.name}/{self.seed}")  # noqa: S311 - the same at every run

    def does(self) -> Line:
        """Return what they do next."""
        if not self._begun:
            return {"user": self.name, "text": f"/parcours {self.journey}"}
        forward = [each for each in self._buttons if each["kind"] == "choice" or each["label"] in _LEADING_ON]
        drawn = self._chance.random()
        if drawn < 0.05 and self._buttons:
            return {"user": self.name, "press": self._chance.choice(self._buttons)["id"]}
        if drawn < 0.2:
            return {"user": self.name, "text": self._chance.choice(ASIDES)}
        if drawn < 0.85 and forward:
            return {"user": self.name, "press": self._chance.choice(forward)["id"]}
        return {"user": self.name, "text": self._chance.choice(ANSWERS)}

    def reads(self, answer: Line) -> None:
        """Take in what Vigie answered."""
        self._buttons = [button for reply in answer["replies"] for button in reply["buttons"]]
        place = answer["journey"]
        # Whoever has quit, or wandered off into another journey, begins this one again.
        self._begun = place is not None and place["id"] == self.journey
        self.finished = self.finished or (self._begun and place["finished"])
