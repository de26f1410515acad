"""A small knowledge with tips, and the people of a community whose team tells them and teaches Vigie."""

from collections.abc import Mapping
from pathlib import Path

from bot.core.advisor import Advisor
from bot.core.messages import Capabilities, Due, Role
from bot.library import Library
from bot.retrieval.parameters import read_parameters
from bot.storage.database import Database
from tests.conftest import PASSAGE, SOURCES
from tests.conversations.garden import NOTEBOOK, journey_text
from tests.people import Clock, Member

GROUP = Capabilities(buttons=True, links=True, removal=True)
"""A platform where a group reads whatever is said in it: what is for one alone comes in the direct message."""
SERVER = Capabilities(buttons=True, links=True, removal=True, forms=True, pickers=True, unseen=True)
"""A platform that shows an answer to one person alone, and opens forms."""
PASSAGES = {
    "levain": ("Nourrir un levain", "Nourris le levain chaque matin, avec de la farine et de l'eau tiède.", "pain"),
    "petrir": ("Pétrir à la main", "Pétris dix minutes, puis laisse la pâte se reposer sous un torchon.", "pain"),
    "couper": ("Couper des tranches", "Attends que la mie refroidisse, puis prends un couteau à dents.", "pain"),
    "braise": ("Chauffer avec du bois", "Allume le bois deux heures avant, et enfourne sur la braise.", "four"),
    "vapeur": ("Faire de la vapeur", "Verse un verre d'eau sur la plaque du bas pour que la croûte brille.", "four"),
}
QUESTIONS = {
    "levain": ("mon levain ne bulle plus", "entretenir un levain"),
    "petrir": ("combien de temps pétrir", "ma pâte colle aux doigts"),
    "couper": ("faire des tranches bien nettes",),
    "braise": ("allumer le feu de bois",),
    "vapeur": ("obtenir une croûte brillante",),
}
Advice = tuple[tuple[str, ...], str, str]
"""A tip: the passages that it is drawn from, the advice, what to do today."""
TIPS: dict[str, dict[str, Advice]] = {
    "pain": {
        "levain-matin": (
            ("levain",),
            "Un levain qu'on nourrit à heure fixe te prévient quand il a faim : il retombe, et son odeur change.",
            "Nourris-le, et note l'heure qu'il est.",
        ),
        "pate-repos": (
            ("petrir", "couper"),
            "Une pâte qui colle n'a pas besoin de farine en plus : elle a besoin que l'eau ait le temps d'agir.",
            "Laisse ta pâte une demi-heure sous un torchon.",
        ),
        "tranches-froides": (
            ("couper",),
            "Le meilleur couteau du monde écrase une mie encore chaude : la patience coupe mieux que l'acier.",
            "Attends deux heures avant la première tranche.",
        ),
    },
    "four": {
        "bois-sec": (
            ("braise",),
            "Un bois humide fume et ne chauffe rien : deux ans sous un toit valent mieux que dix bûches de plus.",
            "Fends une bûche et regarde si le cœur est sec.",
        ),
        "verre-d-eau": (
            ("vapeur",),
            "La croûte se joue dans les cinq premières minutes : sans vapeur, elle durcit avant que la mie ait levé.",
            "Verse un verre d'eau sur la plaque du bas en enfournant.",
        ),
    },
}
"""By theme and id."""
THEMES = {"pain": "Le pain", "four": "Le four"}
EVERY_TIP = {name: told for tips in TIPS.values() for name, told in tips.items()}
UNANSWERED = "Où garer ma camionnette ?"
OTHERWISE = ("gare-t-on les camionnettes ?", "garer une camionnette le samedi")
"""The same, in other words."""
OTHER = "Qui détient les clés du placard ?"
"""Something else that nobody can answer."""
LESSON = {
    "title": "La camionnette au marché",
    "text": "Gare-toi derrière l'église, jamais devant le lavoir.",
    "questions": "\n".join((UNANSWERED, *OTHERWISE)),
}
"""What the team knows of it, as it fills in the form."""
ADVICE = "Gare-toi derrière l'église"
SERVICES = "Bakster:\n  since: closed in 2019\n  instead: nothing\n"


def tip_files(tips: Mapping[str, Mapping[str, Advice]] = TIPS) -> dict[str, str]:
    """Return the files of tips."""
    return {
        f"tips/{theme}.yaml": "".join(
            f"{name}:\n  passages: [{', '.join(passages)}]\n  text: >-\n    {text}\n  today: >-\n    {today}\n"
            for name, (passages, text, today) in told.items()
        )
        for theme, told in tips.items()
    }


def knowledge_files() -> dict[str, str]:
    """Return the files of the small knowledge."""
    themes = "".join(f"{name}:\n  title: {title}\n  tags: [{name}]\n" for name, title in THEMES.items())
    files = {"sources.yaml": SOURCES, "themes.yaml": themes, "services.yaml": SERVICES, **tip_files()}
    files["journeys/carnet.yaml"] = journey_text("carnet", NOTEBOOK)
    for name, (title, text, tag) in PASSAGES.items():
        tagged = PASSAGE.replace("phase:", f"tags: [{tag}]\nphase:")
        files[f"passages/{name}.md"] = tagged.format(title=title, text=text)
        files[f"passages/{name}.questions"] = "\n".join(QUESTIONS[name])
    return files


def written_to(folder: Path, files: Mapping[str, str]) -> Library:
    """Return the knowledge of some files, which are written to a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Library(folder, read_parameters())


class Classroom:
    """A platform on which Vigie serves communities, whose people have the same clock."""

    def __init__(self, advisor: Advisor, database: Database, capabilities: Capabilities, platform: str) -> None:
        self.advisor = advisor
        self.database = database
        self.capabilities = capabilities
        self.platform = platform
        self.clock = Clock()

    def member(self, name: str, community: str | None = "fournil", advisor: Advisor | None = None) -> Member:
        """Return somebody of a community, or in a direct message."""
        found = Member(advisor or self.advisor, name, community, self.platform, self.clock, self.capabilities)
        found.name = name.capitalize()
        return found

    def moderator(self, name: str, community: str = "fournil", advisor: Advisor | None = None) -> Member:
        """Return somebody of a community's team, who alone reads what they are answered where that can be."""
        found = self.member(name, community, advisor)
        found.role, found.unseen = Role.MODERATOR, self.capabilities.unseen or not self.capabilities.buttons
        return found

    async def due(self, **later: float) -> list[Due]:
        """Return what is said unasked, some time later."""
        return await self.advisor.due(self.clock.passes(**later), (self.platform,))

    async def asked(self, question: str, times: int = 1, community: str = "fournil") -> None:
        """Have so many people ask a question in a community, a minute after one another."""
        for number in range(times):
            self.clock.passes(minutes=1)
            await self.member(f"passant{number}", community).says(question)

    async def rows(self, table: str) -> list[tuple[object, ...]]:
        """Return what a table holds."""
        return [tuple(row) for row in await self.database.rows(f"SELECT * FROM {table}")]  # noqa: S608

    async def everything(self) -> dict[str, list[tuple[object, ...]]]:
        """Return what every table holds."""
        return {name: sorted(await self.rows(name), key=repr) for name in await self.database.tables()}


def in_direct_message(member: Member, *, administers: bool = True) -> Member:
    """Return somebody of a team in their direct message, where they read what they read last."""
    same = member.in_private()
    same.capabilities, same.last = member.capabilities, member.last
    assert member.address.community
    same.administers = (member.address.community,) if administers else ()
    return same
