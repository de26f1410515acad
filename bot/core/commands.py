"""Commands typed with a slash, the same on every platform."""

from dataclasses import dataclass

from bot.retrieval.french import fold

IN_PRIVATE = ("question", "parcours", "plan", "themes", "rappels", "mesdonnees", "oublier", "lier", "aide")
"""The commands that a platform lists in a direct message, in order."""
IN_COMMUNITY = ("question", "parcours", "themes", "aide")
FOR_MODERATORS = ("conseil", "programme", "lacunes", "fiche", "stats", "silence", "ecarter", "journal")
FOR_ADMINISTRATORS = ("reglages",)


@dataclass(frozen=True, slots=True)
class Command:
    """A command as typed: its name without the slash, accents or hyphens, and the rest of the line."""

    name: str
    argument: str


def read_command(text: str) -> Command | None:
    """Return the command that a text is, or None if it does not begin with a slash and a letter."""
    name, *rest = text.split(maxsplit=1) or [""]
    if not name.startswith("/") or not name[1:2].isalpha():
        return None
    return Command("".join(filter(str.isalpha, fold(name))), "".join(rest).strip())
