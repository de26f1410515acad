"""Who may do what of what is for a server's team, cell by cell on Discord: every person, command, button and form."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.core.advisor import Advisor
from bot.core.buttons import ButtonKind, kind_of, owner_of
from bot.core.commands import FOR_MODERATORS
from bot.core.limits import ending
from bot.core.messages import Address
from bot.core.smalltalk import SmallTalk
from bot.core.team import TEAM_BUTTONS, team_button
from bot.core.voice import Voice
from bot.library import Library
from bot.platforms.discord import outgoing as sending
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Database, open_database
from tests.conversations.words import FORMS, LABELS
from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, Server, Thread, User
from tests.fakes.discord.asking import ask
from tests.fakes.discord.interactions import Asked
from tests.people import NOON
from tests.platforms.discord.conftest import Vigie
from tests.platforms.discord.speaking import ASIDES, words_of
from tests.platforms.discord.steps import QUESTION, all_is_handled
from tests.platforms.discord.talk import answer_to, asks

pytestmark = pytest.mark.asyncio(loop_scope="module")

PNG = b"\x89PNG\r\n\x1a\n"
HERE, IN_PRIVATE = words_of("team/refused", here=True), words_of("team/refused", here=False)
NOT_YOURS = words_of("buttons/not_yours", name="", journey=False)
OUTDATED, GONE = words_of("buttons/outdated"), words_of("buttons/gone")
ANSWERS = {
    "Où planter mes courgettes ?": "Derrière l'église, au soleil, jamais devant le lavoir.",
    "Recette de la blanquette de veau": "Compte deux heures à feu doux, et demande à Zoé pour la crème.",
    "Qui détient les clés du placard ?": "Le trousseau pend chez Marguerite, au fond du couloir bleu.",
    "Quel kimono pour le judo ?": "Choisis du coton épais, une taille au-dessus, lavé avant usage.",
    "Tondre une pelouse mouillée ?": "Attends que midi ait séché les brins, puis passe haut la lame.",
}
"""What nobody can answer, and what the team knows of it."""
SECRET, *QUESTIONS = ANSWERS
SET_ASIDE = "Pourquoi les flamants sont-ils roses ?"
COMMANDS: Mapping[str, tuple[dict[str, Any], ...]] = {
    "conseil": ({}, {"sujet": "photo de profil"}, {"sujet": "xylophone"}),
    "programme": tuple(
        {"quand": typed} if typed else {}
        for typed in ("", "dimanche 6h15", "retirer 1", "pause du 24/12 au 2/1", "reprendre", "fuseau Montréal")
    ),
    "lacunes": ({},),
    "fiche": ({}, {"mots": "courgettes"}),
    "stats": ({},),
    "silence": ({}, {"durée": "2h"}, {"durée": "fin"}),
    "ecarter": ({}, {"durée": "2h"}, {"durée": "fin"}),
    "journal": ({},),
}
"""In every way that does something, with what is filled in beside who is barred."""
MAY_NOT = ("member", "newcomer", "stranger", "barred", "dismissed")
MAY = ("owner", "administrator", "by_role", "named")
MAY_IN_PRIVATE = ("owner", "administrator", "named")
"""Roles of a server mean nothing in private; what somebody administers, Discord tells there too."""
PASSES_BY = frozenset({"conversations", "events", "inbox", "answers"})
"""What is kept anew of whoever says anything, or of what Discord tells until that is answered."""
OPEN_FORMS = ((ButtonKind.PROGRAMME, "add"), (ButtonKind.GAP, "answer"), (ButtonKind.CARD, "edit"),
              (ButtonKind.CARD, "new"), (ButtonKind.LESSON, "fix"))  # fmt: skip
WRITTEN = {
    "when": "lundi 5h",
    "themes": "",
    "title": "Une fiche de trop",
    "text": "Personne ne devait pouvoir écrire ceci.",
    "questions": "qui écrit ici ?",
    "note": "",
}
"""What is written in forms that were never opened."""

ZONE = "Europe/Paris"
SECRETS = ("Le potager", "derrière l'église", QUESTIONS[0], "7 h 45", "Les indés")
"""What nobody of another server is to read of this one."""
DEEDS = frozenset(
    {
        *(Action.TIP_POSTED, Action.PROGRAMME_ADDED, Action.PROGRAMME_REMOVED, Action.TAUGHT, Action.CORRECTED),
        *(Action.HIDDEN, Action.SHOWN, Action.GAP_SET_ASIDE, Action.SILENCED, Action.SILENCE_ENDED),
        *(Action.BARRED, Action.BAR_LIFTED, Action.DIGEST_ON, Action.DIGEST_OFF),
    }
)
"""What whoever may does in the test of who may."""

Snapshot = dict[str, list[tuple[object, ...]]]


@dataclass
class Stage:
    """A server with its people, and what its owner is about to do for its team."""

    double: FakeDiscord
    vigie: Vigie
    database: Database
    server: Server
    general: Channel
    thread: Thread
    away: Server
    people: dict[str, User]
    offered: defaultdict[ButtonKind, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The ids of the buttons that stand under what the owner reads now."""
    answer: Message | None = None
    """What Vigie said for all to read."""

    @property
    def public(self) -> Message:
        """A message of Vigie's that everybody sees."""
        assert self.answer
        return self.answer

    async def handled(self) -> None:
        """Wait until all that was kept is answered."""
        async with asyncio.timeout(5):
            while await self.database.rows("SELECT number FROM inbox WHERE set_aside = 0"):
                pass

    async def kept(self) -> Snapshot:
        """Return what every table holds that may not change by itself."""
        wanted = [name for name in await self.database.tables() if name not in PASSES_BY]
        return {name: sorted(await self._rows(name), key=repr) for name in wanted}

    async def _rows(self, table: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in await self.database.rows(f"SELECT * FROM {table}")]  # noqa: S608

    def for_all(self) -> list[tuple[int, str]]:
        """Return what stands where others read it, all servers taken together."""
        channels = [
            each for server in (self.server, self.away) for each in (*server.channels, *server.threads.values())
        ]
        return [(each.id, each.text) for channel in channels for each in channel.messages if not each.ephemeral]

    def owned(self, identifier: str, user: User, team: Server | None = None) -> str:
        """Return the id of a button of the owner's as another person would have to have it, maybe for another team."""
        button = identifier.replace(owner_of(_account(self.people["owner"])), owner_of(_account(user)))
        if team is None:
            return button
        kind, argument = kind_of(identifier), identifier.partition(".")[2]
        assert kind
        return team_button(kind, _account(user), Community("discord", str(team.id), team.name), argument)


class Walk:
    """Somebody who uses what is for the team; `shown` is all that they were shown."""

    def __init__(self, stage: Stage, user: User, channel: Channel) -> None:
        self._stage = stage
        self._user = user
        self._channel = channel
        self.shown: list[Message] = []
        self.words: list[str] = []

    async def uses(self, command: str, **options: Any) -> Message:
        """Use a command, and return what it is answered first."""
        asked = await self._user.uses(command, in_=self._channel, **options)
        await asked.is_settled()
        await self._stage.handled()
        return self._noted(asked)

    async def presses(self, message: Message, label: str) -> Message:
        """Press a button whose label begins so, and return the message that it stood under."""
        found = next((each for each in message.buttons if each.startswith(label)), label)
        self._user.skips(in_=self._channel)
        pressed = await self._user.presses(message, found)
        await self._user.reads_next(in_=self._channel)
        await self._stage.handled()
        self._noted(pressed)
        self.words.append(message.text)
        return message

    async def writes(self, message: Message, label: str, **fields: str) -> Message:
        """Press a button that opens a form, send it, and return the message that the button stood under."""
        opened = await self._user.presses(message, label)
        self._user.skips(in_=self._channel)
        sent = await self._user.submits(opened, 5, **fields)
        await self._user.reads_next(in_=self._channel)
        await self._stage.handled()
        self._noted(sent)
        self.words.append(message.text)
        return message

    def _noted(self, interaction: Interaction) -> Message:
        assert not interaction.failed
        self.shown += interaction.messages
        self.words += [each.text for each in interaction.messages]
        first = interaction.messages[0] if interaction.messages else interaction.message
        assert first
        return first


def _account(user: User) -> Address:
    return Address("discord", str(user.id))


def ids_of(*messages: Message) -> list[str]:
    """Return the ids of the buttons under messages."""
    buttons = [message.button(label) for message in messages for label in message.buttons]
    return [each.custom_id for each in buttons if each.custom_id]


def texts(interaction: Interaction) -> list[str]:
    return [each.text for each in interaction.messages]


# The stage.


@pytest.fixture(scope="module")
def patched() -> Iterable[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        # The adapter points the client at the double, for the whole process: afterwards it is pointed back.
        patch.setattr(Route, "BASE", Route.BASE)
        patch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)

        async def draws(_: object) -> bytes:
            return PNG

        patch.setattr(sending, "drawn", draws)
        yield patch


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    patched: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    library: Library,
    voice: Voice,
    smalltalk: SmallTalk,
) -> AsyncIterator[Stage]:
    """One server for all of the matrix: what is refused leaves it as it was, and who may do it have their own."""
    assert patched
    path: Path = tmp_path_factory.mktemp("rights") / "vigie.sqlite3"
    async with FakeDiscord(stands_at=NOON) as double, open_database(path) as database:
        advisor = Advisor(library.current, voice, smalltalk, database, misses_kept=90)
        vigie = Vigie(double, advisor, database)
        made = arranged(double, vigie, database)
        await vigie.starts()
        try:
            await prepare(made)
            yield made
        finally:
            await vigie.stops()
        assert double.violations == []


def arranged(double: FakeDiscord, vigie: Vigie, database: Database) -> Stage:
    """Return two servers with their people, in which administrators opened all commands to everybody."""
    names = (*MAY, *MAY_NOT, "asker")
    people = {name: double.user(name.capitalize()) for name in names}
    server = double.server("Les indés", owner=people["owner"]).add(*people.values())
    away = double.server("Ailleurs", owner=people["stranger"]).add(people["stranger"], people["named"])
    general, ailleurs = server.text("général"), away.text("ici")
    assert ailleurs
    for each in (server, away):
        for command in (*FOR_MODERATORS, ASIDES.tip_about):
            each.opens(command, each.everyone)
    return Stage(double, vigie, database, server, general, server.thread(general, "Le CV"), away, people)


async def prepare(stage: Stage) -> None:
    """Have everybody be what they are, and all there that a button may be about."""
    server, general, people = stage.server, stage.general, stage.people
    owner = people["owner"]
    for user in people.values():
        await user.writes("merci")
        await user.reads_next()
        await answer_to(await user.uses("/aide", in_=general))
    stage.answer = await asks(people["asker"], QUESTION, in_=general)
    for question in (*ANSWERS, SET_ASIDE):
        await asks(people["asker"], question, in_=stage.thread)
        stage.double.clock.advance(60)
    server.gives(people["administrator"], server.role("Direction", manage_guild=True))
    team = server.role("Équipe")
    server.gives(people["by_role"], team)
    settings = await answer_to(await owner.uses("/reglages", in_=general))
    await (await owner.selects(settings, team, of=LABELS.moderator_role)).is_answered()
    for name, said in (("named", "moderateur"), ("dismissed", "moderateur"), ("dismissed", "moderateur non")):
        written = await people[name].writes("bonjour", to=general)
        owner.skips(in_=general)
        await owner.writes(f"{stage.double.bot.mention} /reglages {said}", to=general, reply_to=written)
        await owner.reads_next(in_=general)
    newcomer = people["newcomer"]
    await (await newcomer.uses("/parcours", in_=general, nom="vie")).is_settled()
    await stage.handled()
    assert (await stage.database.rows("SELECT COUNT(*) AS runs FROM journeys"))[0]["runs"] == 1
    await leave_open(stage)
    # Who is barred is told so once for all, and reads it again whenever an answer has to be shown.
    await answer_to(await people["barred"].uses("/conseil", in_=general))


async def leave_open(stage: Stage) -> None:
    """Have the owner begin everything that can be begun, and finish nothing."""
    walk = Walk(stage, stage.people["owner"], stage.thread)
    taught = await walk.presses(await walk.uses("/lacunes"), SECRET)
    await walk.writes(taught, LABELS.gap_answer, title="Le potager partagé", text=ANSWERS[SECRET])
    card = await walk.presses(await walk.uses("/fiche"), "Le potager")
    for label in (LABELS.card_hide, LABELS.card_unhide) * 11:
        # There is more in the journal than one page tells.
        await walk.presses(card, label)
    flawed = await walk.uses("/fiche")
    await walk.writes(flawed, LABELS.card_new, title="À mettre au net", text="# Trop gros", questions="net ?")
    gaps = await walk.uses("/lacunes")
    gap = await walk.presses(await walk.uses("/lacunes"), QUESTIONS[0])
    past = await walk.presses(await walk.presses(await walk.uses("/fiche"), "Le potager"), LABELS.card_past)
    shown = [
        await walk.uses("/conseil"),
        await walk.uses("/programme", quand="samedi 7h45"),
        await walk.uses("/stats"),
        await walk.uses("/silence"),
        await walk.uses("/ecarter", personne=stage.people["barred"]),
        await walk.uses("/fiche"),
        *(flawed, gaps, gap, past, card),
    ]
    asked = await stage.people["owner"].uses("/journal", in_=stage.thread)
    await asked.is_settled()
    await stage.handled()
    for identifier in ids_of(*shown, *asked.messages):
        kind = kind_of(identifier)
        if kind in TEAM_BUTTONS:
            stage.offered[kind].append(identifier)
    which = team_button(
        ButtonKind.TEAM_OF, _account(stage.people["owner"]), Community("discord", str(stage.server.id), ""), "lacunes"
    )
    stage.offered[ButtonKind.TEAM_OF] = [which, which.replace(".lacunes", ".conseil")]


async def refusal(name: str, stage: Stage) -> str:
    """Return what somebody who may not reads in the server where they use a command."""
    if name != "barred":
        return HERE
    [row] = await stage.database.rows("SELECT until FROM barred")
    return words_of("limits/barred", **ending(datetime.fromisoformat(row["until"]), stage.double.clock.now, ZONE))


async def test_the_matrix_holds_every_command_and_every_form() -> None:
    assert set(COMMANDS) == set(FOR_MODERATORS)
    assert {name for form in FORMS.values() for name in form.labels} >= set(WRITTEN)


async def test_every_button_is_there_to_be_forged(stage: Stage) -> None:
    assert set(stage.offered) == TEAM_BUTTONS
    arguments = {identifier.partition(".")[2] for each in stage.offered.values() for identifier in each}
    assert len(arguments) > 25


# Who may not.


async def told(asked: Interaction, stage: Stage) -> list[str]:
    """Return what somebody is told alone, once all is handled."""
    await asked.is_settled()
    await stage.handled()
    assert not asked.failed
    assert all(message.ephemeral for message in asked.messages) or asked.channel.server is None
    return texts(asked)


def filled_in(name: str, options: Mapping[str, Any], stage: Stage) -> dict[str, Any]:
    return {**options, "personne": stage.people["asker"]} if name == "ecarter" else dict(options)


@pytest.mark.parametrize("name", COMMANDS)
async def test_who_may_not_is_refused_a_command_and_changes_nothing(stage: Stage, name: str) -> None:
    before, seen = await stage.kept(), stage.for_all()
    for person in MAY_NOT:
        user, refused = stage.people[person], await refusal(person, stage)
        for options in COMMANDS[name]:
            asked = await user.uses(f"/{name}", in_=stage.general, **filled_in(name, options, stage))
            assert await told(asked, stage) == [refused], (person, options)
            assert asked.modal is None
    assert await stage.kept() == before
    assert stage.for_all() == seen


async def test_who_may_not_is_refused_the_menu_of_a_message(stage: Stage) -> None:
    written = await stage.people["asker"].writes(QUESTION, to=stage.general)
    before, seen = await stage.kept(), stage.for_all()
    for person in MAY_NOT:
        asked = await stage.people[person].menu(ASIDES.tip_about, written)
        assert await told(asked, stage) == [await refusal(person, stage)], person
    assert await stage.kept() == before
    assert stage.for_all() == seen


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_that_is_typed_tells_and_changes_nothing(stage: Stage, name: str) -> None:
    before = await stage.kept()
    by_command = words_of("team/by_command", command=name)
    for person, user in stage.people.items():
        if person != "barred":
            user.skips(in_=stage.general)
            await user.writes(f"{stage.double.bot.mention} /{name}", to=stage.general)
            said = await user.reads_next(in_=stage.general)
            assert (said.text, said.buttons) == (by_command if person in MAY else HERE, []), person
    await stage.handled()
    assert await stage.kept() == before


async def test_who_is_barred_is_not_told_so_again_where_all_read_it(stage: Stage) -> None:
    before = await stage.kept()
    written = await stage.people["barred"].writes(f"{stage.double.bot.mention} /lacunes", to=stage.general)
    await all_is_handled(stage.double, stage.database)
    assert stage.general.messages[-1] is written
    assert await stage.kept() == before


@pytest.mark.parametrize("name", COMMANDS)
async def test_in_private_who_does_not_lead_and_was_not_named_is_refused(stage: Stage, name: str) -> None:
    before = await stage.kept()
    for person, user in stage.people.items():
        # A stranger is obeyed there, for the server that is theirs.
        if person not in (*MAY_IN_PRIVATE, "stranger"):
            user.skips()
            await user.writes(f"/{name}")
            assert (await user.reads_next()).text == IN_PRIVATE, person
    assert await stage.kept() == before


@pytest.mark.parametrize("kind", sorted(TEAM_BUTTONS))
async def test_who_may_not_presses_in_vain_and_changes_nothing(stage: Stage, kind: ButtonKind) -> None:
    before, seen = await stage.kept(), stage.for_all()
    for person in MAY_NOT:
        user = stage.people[person]
        for identifier in stage.offered[kind]:
            pressed = await user.presses_id(stage.public, stage.owned(identifier, user))
            assert await told_at_least(pressed, stage) == [HERE], (person, identifier)
            assert pressed.modal is None
    assert await stage.kept() == before
    assert stage.for_all() == seen


async def told_at_least(asked: Interaction, stage: Stage) -> list[str]:
    """Return what somebody is told alone, which is something."""
    await asked.shows()
    return await told(asked, stage)


@pytest.mark.parametrize("kind", sorted(TEAM_BUTTONS))
async def test_nobody_presses_the_button_of_another_not_even_of_the_team(stage: Stage, kind: ButtonKind) -> None:
    before, seen = await stage.kept(), stage.for_all()
    for person in (*MAY_NOT, *MAY[1:]):
        for identifier in stage.offered[kind]:
            pressed = await stage.people[person].presses_id(stage.public, identifier)
            # Under the answer to somebody, it is told whose it is.
            assert await told_at_least(pressed, stage) == [NOT_YOURS], (person, identifier)
            assert pressed.modal is None
    assert await stage.kept() == before
    assert stage.for_all() == seen


@pytest.mark.parametrize("kind", sorted(TEAM_BUTTONS))
async def test_in_private_a_button_of_a_server_is_refused(stage: Stage, kind: ButtonKind) -> None:
    before = await stage.kept()
    for person, user in stage.people.items():
        if person in MAY_IN_PRIVATE:
            continue
        [message, *_] = user.private.messages[1:]
        for identifier in stage.offered[kind]:
            pressed = await user.presses_id(message, stage.owned(identifier, user))
            assert await told_at_least(pressed, stage) == [IN_PRIVATE], (person, identifier)
            assert pressed.modal is None
    assert await stage.kept() == before


async def sends(user: User, message: Message, identifier: str) -> Interaction:
    """Send a form that was never opened."""
    fields = [
        {"type": 18, "component": {"type": 4, "custom_id": name, "value": text}} for name, text in WRITTEN.items()
    ]
    data = {"custom_id": identifier, "components": fields}
    return ask(user.state, Asked.MODAL, user, message.channel, data, message)


def forms_of(stage: Stage) -> list[str]:
    """Return the ids of the forms that the owner is offered."""
    found = [
        next(each for each in stage.offered[kind] if each.partition(".")[2].startswith(verb))
        for kind, verb in OPEN_FORMS
    ]
    assert len(set(found)) == len(OPEN_FORMS)
    return found


@pytest.mark.parametrize("number", range(len(OPEN_FORMS)))
async def test_who_may_not_sends_a_form_in_vain(stage: Stage, number: int) -> None:
    identifier = forms_of(stage)[number]
    before, seen = await stage.kept(), stage.for_all()
    for person in MAY_NOT:
        user = stage.people[person]
        for sent, refused in ((stage.owned(identifier, user), HERE), (identifier, NOT_YOURS)):
            assert await told_at_least(await sends(user, stage.public, sent), stage) == [refused], person
        sent = stage.owned(identifier, user)
        assert await told_at_least(await sends(user, user.private.messages[1], sent), stage) == [IN_PRIVATE]
    assert await stage.kept() == before
    assert stage.for_all() == seen


# Who may.


async def does_everything(stage: Stage, user: User, question: str) -> list[Message]:
    """Do all that a team does, by what one is shown oneself, and return what one is shown."""
    walk, asker = Walk(stage, user, stage.thread), stage.people["asker"]
    for label in (LABELS.tip_cancel, LABELS.tip_publish):
        preview = await walk.uses("/conseil")
        await walk.presses(preview, LABELS.tip_another)
        await walk.presses(preview, label)
    listed = await walk.uses("/programme")
    await walk.writes(listed, LABELS.programme_add, when="jeudi 21h05")
    await walk.presses(listed, f"{LABELS.programme_remove} : jeudi à 21 h 05")
    await asks(asker, SET_ASIDE, in_=stage.thread)
    await walk.presses(await walk.presses(await walk.uses("/lacunes"), SET_ASIDE), LABELS.gap_aside)
    gap = await walk.presses(await walk.uses("/lacunes"), question)
    await walk.presses(gap, LABELS.back)
    title = f"Fiche de {user.name}"
    saved = await walk.writes(await walk.presses(gap, question), LABELS.gap_answer, title=title, text=ANSWERS[question])
    assert LABELS.card_hide in saved.buttons, saved.text
    assert ANSWERS[question] in (await asks(asker, question, in_=stage.thread)).text
    await walk.presses(saved, LABELS.card_hide)
    card = await walk.presses(await walk.uses("/fiche", mots=user.name), f"🙈 {title}")
    await walk.presses(card, LABELS.card_unhide)
    await walk.writes(card, LABELS.card_edit, title=f"{title}, relue")
    card = await walk.presses(await walk.uses("/fiche"), title)
    await walk.presses(await walk.presses(card, LABELS.card_past), f"{LABELS.card_restore} 1")
    flawed = await walk.writes(await walk.uses("/fiche"), LABELS.card_new, title="Non", text="# Non", questions="non ?")
    await walk.writes(flawed, LABELS.lesson_fix, text="## Non plus")
    await walk.presses(flawed, LABELS.lesson_drop)
    await walk.presses(await walk.uses("/stats"), LABELS.digest_yes)
    await walk.presses(await walk.uses("/stats"), LABELS.digest_no)
    kept = await walk.uses("/silence")
    await walk.presses(kept, LABELS.an_hour)
    await walk.presses(kept, LABELS.silence_end)
    kept = await walk.uses("/ecarter", personne=asker)
    await walk.presses(kept, LABELS.a_week)
    await walk.presses(kept, LABELS.bar_lift)
    await walk.uses("/journal")
    # A long page takes several messages: what leads on stands under the last.
    await walk.presses(walk.shown[-1], LABELS.journal_older)
    for text in walk.words:
        assert text not in (HERE, OUTDATED, GONE)
    return walk.shown


@pytest.mark.parametrize("person", MAY)
async def test_who_may_is_obeyed_unseen_by_others(stage: Stage, person: str) -> None:
    user = stage.people[person]
    stage.double.clock.advance(3600)
    seen = {identifier for identifier, _ in stage.for_all()}
    shown = await does_everything(stage, user, QUESTIONS[MAY.index(person)])
    assert len(shown) > 15
    assert all(message.ephemeral for message in shown)
    said = [each for each in stage.thread.messages if each.id not in seen and not each.ephemeral]
    # For all to read, there is the tip, and what the member is answered who asks meanwhile.
    assert [LABELS.tip_more in each.buttons for each in said].count(True) == 1
    assert len(said) == 3
    rows = await stage.database.rows("SELECT DISTINCT action FROM audit WHERE account = ?", str(user.id))
    assert {row["action"] for row in rows} >= DEEDS


@pytest.mark.parametrize("name", COMMANDS)
async def test_who_may_uses_a_command_in_all_its_ways(stage: Stage, name: str) -> None:
    for person in MAY:
        for options in COMMANDS[name]:
            seen = stage.for_all()
            asked = await stage.people[person].uses(f"/{name}", in_=stage.general, **filled_in(name, options, stage))
            answers = await told_at_least(asked, stage)
            assert not {HERE, OUTDATED, GONE}.intersection(answers), (person, options)
            assert stage.for_all() == seen


@pytest.mark.parametrize(
    "kind", [ButtonKind.CARD, ButtonKind.GAP, ButtonKind.JOURNAL, ButtonKind.PROGRAMME, ButtonKind.STATS]
)
async def test_a_button_of_the_team_below_what_all_read_shows_nobody_else_anything(
    stage: Stage, kind: ButtonKind
) -> None:
    # Vigie puts none there: who moderates would have made it by hand.
    stage.double.clock.advance(60)
    user = stage.people["by_role"]
    answer = await asks(stage.people["asker"], QUESTION, in_=stage.general)
    seen = stage.for_all()
    for identifier in stage.offered[kind]:
        pressed = await user.presses_id(answer, stage.owned(identifier, user))
        await pressed.is_answered()
        await all_is_handled(stage.double, stage.database)
        assert stage.for_all() == seen, identifier


async def test_in_private_who_was_named_acts_for_the_server(stage: Stage) -> None:
    user = stage.people["named"]
    user.skips()
    await user.writes("/lacunes")
    listed = await user.reads_next()
    assert stage.server.name in listed.text
    [opened, *_] = listed.buttons
    for label in (opened, LABELS.back):
        await user.presses(listed, label)
        assert await user.reads_next() is listed
    assert stage.server.name in listed.text


# Who administers another server.


async def of_home(stage: Stage) -> Snapshot:
    """Return all that is the server's own."""
    home, stranger, kept = str(stage.server.id), str(stage.people["stranger"].id), await stage.kept()
    own = {name: [row for row in rows if home in row] for name, rows in kept.items()}
    return own | {"taught_versions": [row for row in kept["taught_versions"] if stranger not in row]}


@pytest.mark.parametrize("name", COMMANDS)
async def test_who_administers_elsewhere_acts_for_that_alone(stage: Stage, name: str) -> None:
    stranger, [ailleurs] = stage.people["stranger"], stage.away.channels
    before = await of_home(stage)
    for options in COMMANDS[name]:
        asked = await stranger.uses(f"/{name}", in_=ailleurs, **filled_in(name, options, stage))
        answers = await told_at_least(asked, stage)
        assert HERE not in answers, options
        for secret in SECRETS:
            assert secret not in repr([(each.text, each.buttons) for each in asked.messages]), options
    assert await of_home(stage) == before


def in_home(stage: Stage) -> list[list[str]]:
    return [[each.text for each in channel.messages] for channel in (stage.general, stage.thread)]


@pytest.mark.parametrize("kind", sorted(TEAM_BUTTONS))
async def test_nobody_reaches_from_another_server_what_is_of_this_one(stage: Stage, kind: ButtonKind) -> None:
    stranger, [ailleurs] = stage.people["stranger"], stage.away.channels
    said = await asks(stranger, QUESTION, in_=ailleurs)
    before, seen = await of_home(stage), in_home(stage)
    stage.double.clock.advance(60)
    for identifier in stage.offered[kind]:
        pressed = await stranger.presses_id(said, stage.owned(identifier, stranger))
        assert await told_at_least(pressed, stage) == [HERE], identifier
        forged = stage.owned(identifier, stranger, stage.away)
        for asked in (await stranger.presses_id(said, forged), await sends(stranger, said, forged)):
            await asked.is_answered()
            await stage.handled()
            assert not asked.modal or not [each.value for each in asked.modal.fields if each.value], identifier
            for secret in SECRETS:
                assert secret not in repr([(each.text, each.buttons) for each in (*asked.messages, said)]), identifier
    await all_is_handled(stage.double, stage.database)
    assert await of_home(stage) == before
    assert in_home(stage) == seen
