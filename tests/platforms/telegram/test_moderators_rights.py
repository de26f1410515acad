"""Who may do what of what is for a team, on Telegram: every person, place, command, button and form, cell by cell.

One Vigie serves all of it: cells that change nothing are held to that, the others make for themselves what they need.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from bot.core.advisor import Advisor
from bot.core.buttons import ButtonKind
from bot.core.commands import FOR_MODERATORS
from bot.core.messages import Address, Picture
from bot.core.smalltalk import SmallTalk
from bot.core.team import TEAM_BUTTONS, team_button
from bot.rendering.check import read_small_talk
from bot.resources import PROMPTS
from bot.storage import audit
from bot.storage.audit import Action
from bot.storage.communities import Community
from bot.storage.database import Database, open_database
from tests.conversations.classroom import EVERY_TIP, LESSON, OTHER, UNANSWERED, knowledge_files, written_to
from tests.conversations.garden import voice_with_words
from tests.conversations.test_rights import COMMANDS, HOSTILE, PRESSES
from tests.conversations.words import LABELS
from tests.fakes.telegram import CallbackQuery, Group, Message, User
from tests.people import NOON
from tests.platforms.telegram.conftest import Vigie
from tests.platforms.telegram.steps import all_is_handled, is_known
from tests.platforms.telegram.storm import StormyTelegram
from tests.platforms.telegram.talk import words_of

REFUSED = {"group": words_of("team/refused", here=True), "private": words_of("team/refused", here=False)}
OUTDATED = words_of("buttons/outdated")
QUESTION = "mon levain ne bulle plus"
UNKNOWN = (UNANSWERED, OTHER, "Combien coûte le tracteur ?", "Où dort le hérisson ?", "Pourquoi chante le rossignol ?")
"""What nobody can answer: each who may sets one aside."""
AFTERWARDS = "La camionnette du samedi"
"""The title that the passage is given when it is corrected."""
PLACES = ("group", "private")
MAY = ("named", "administrator")
MAY_NOT = ("member", "newcomer", "barred", "stranger")
REFUSED_COMMANDS = [
    (person, place) for person in MAY_NOT for place in PLACES if (person, place) != ("stranger", "private")
]
"""In private, who leads another group acts for that one."""
KEPT_ANEW = frozenset({"conversations", "events", "inbox"})
"""What is kept of whoever says anything, and of each event."""
DRAFTS = (ButtonKind.TIP, ButtonKind.LESSON, ButtonKind.SILENCE, ButtonKind.BAR)
"""The buttons that are about what somebody is about to do."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class World:
    """Two groups with the same Vigie, and all who are in them; Léa leads one, and did all there that can be done."""

    telegram: StormyTelegram
    database: Database
    home: Group
    away: Group
    lea: User
    people: dict[str, User]
    sam: User
    """A bystander, whose messages are replied to."""
    talk: Message = field(init=False)
    board: Message = field(init=False)
    """What Vigie said in the group: below it, other people's buttons are pressed there."""

    async def settles(self) -> None:
        """Wait until all that was done is answered."""
        await all_is_handled(self.telegram, self.database)

    async def says(self, user: User, *texts: str, to: Group | None = None, reply: bool = False) -> list[Message]:
        """Have somebody write one thing after the other, and return what Vigie shows them in private meanwhile."""
        before = len(user.chat.shown)
        for text in texts:
            await user.writes(text, to=to, reply_to=self.talk if reply and to is self.home else None)
        await self.settles()
        return user.chat.shown[before:]

    async def presses(self, user: User, under: Message, *identifiers: str) -> list[str | None]:
        """Have somebody press buttons that they may not even be shown, and return the notices that they read."""
        queries: list[CallbackQuery] = [await user.presses_data(under, each) for each in identifiers]
        await self.settles()
        assert all(query.answered for query in queries)
        return [query.notice for query in queries]

    async def goes(self, user: User, shown: Message, label: str) -> Message:
        """Have somebody press a button in private, and return the message that they read then."""
        found = next((each for each in shown.buttons if each.startswith(label)), None)
        assert found is not None, f"no button begins with {label!r}, but there are {shown.buttons}"
        before = len(user.chat.shown)
        query = await user.presses(shown, found)
        await self.settles()
        assert query.answered
        new = user.chat.shown[before:]
        assert new or query.notice, label
        told = (query.notice or "", *(each.text for each in new))
        assert not {OUTDATED, *REFUSED.values()} & set(told), label
        return new[-1] if new else shown

    def below(self, user: User, place: str) -> Message:
        """Return the message of Vigie's below which somebody presses."""
        if place == "group":
            return self.board
        return next(each for each in reversed(user.chat.messages) if each.sender is self.telegram.bot)

    def forged(self, user: User, kind: ButtonKind, argument: str, group: Group | None = None) -> str:
        """Return the id of a button as somebody would have to have it to act for a group."""
        group = group or self.home
        team = Community("telegram", str(group.id), group.title)
        return team_button(kind, Address("telegram", str(user.id)), team, argument)

    async def arguments(self, kind: ButtonKind) -> list[str]:
        """Return what the buttons of a kind may say, of what Léa is about to do."""
        account = str(self.lea.id)
        drafts = await self.database.rows(
            "SELECT kind, MAX(number) AS number FROM drafts WHERE account = ? GROUP BY kind", account
        )
        [gap] = await self.database.rows("SELECT MAX(id) AS number FROM misses WHERE community = ?", str(self.home.id))
        held = {"gap": gap["number"], **{row["kind"]: row["number"] for row in drafts}}
        return [argument.format(**held) for argument in PRESSES[kind]]

    async def left(self, tables: Iterable[str] = ()) -> dict[str, list[tuple[object, ...]]]:
        """Return what tables hold: all, but for what is kept anew of whoever does anything."""
        wanted = set(tables) or set(await self.database.tables()) - KEPT_ANEW
        return {
            name: sorted((tuple(row) for row in await self.database.rows(f"SELECT * FROM {name}")), key=repr)  # noqa: S608
            for name in sorted(wanted)
        }

    async def writes_word_by_word(self, user: User) -> Message:
        """Have somebody write a new passage in private, and return it as they read it before it is saved."""
        [listed] = await self.says(user, "/fiche", to=self.home)
        await self.goes(user, listed, LABELS.card_new)
        *_, shown = await self.says(user, *(LESSON[name] for name in ("title", "text", "questions")))
        return shown


async def prepare(world: World) -> None:
    """Have all there that a button may be about."""
    home, away, lea, people, telegram = world.home, world.away, world.lea, world.people, world.telegram
    await is_known(lea, world.sam, *people.values())
    for user in (lea, world.sam, *people.values()):
        await user.writes("/aide", to=home)
    await people["stranger"].writes("/aide", to=away)
    world.talk = await world.sam.writes("Ma pâte colle", to=home)
    talks = {name: await people[name].writes("Bonjour", to=home) for name in ("named", "barred")}
    await world.settles()
    before = len(home.shown)
    await world.sam.writes(f"/question {QUESTION}", to=home)
    await world.settles()
    [world.board] = home.shown[before:]
    for question in UNKNOWN:
        telegram.passes(minutes=1)
        await world.sam.writes(f"/question {question}", to=home)
    await people["stranger"].writes(f"/question {UNANSWERED}", to=away)
    await world.settles()
    await lea.writes("/reglages modérateur", to=home, reply_to=talks["named"])
    await lea.writes("/ecarter 30 jours", to=home, reply_to=talks["barred"])
    await world.settles()
    # Whoever may not ask is told so once, and no more.
    await people["barred"].writes(f"/question {QUESTION}", to=home)
    await world.says(lea, "/programme samedi 7h45", "/stats", "/conseil", "/silence", to=home)
    await world.says(lea, "/ecarter 2h", to=home, reply=True)
    preview = await world.writes_word_by_word(lea)
    saved = await world.goes(lea, preview, LABELS.lesson_save)
    fixed = await world.goes(lea, saved, LABELS.card_edit)
    await world.goes(lea, fixed, LABELS.lesson_title)
    [renamed] = await world.says(lea, AFTERWARDS)
    await world.goes(lea, renamed, LABELS.lesson_save)
    await world.writes_word_by_word(lea)
    async with world.database.transaction() as transaction:
        team = Community("telegram", str(home.id), home.title)
        for _ in range(20):
            await audit.note(transaction, team, str(lea.id), "Léa", Action.TIP_POSTED, "", telegram.clock.now)
    await world.says(people["newcomer"], "/parcours carnet")
    await people["newcomer"].writes("/parcours carnet", to=home)
    await world.settles()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("rights")

    async def undrawn(_: Picture) -> None:
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PTB_TIMEDELTA", "true")
        patch.delenv("SSL_CERT_FILE", raising=False)
        patch.setenv("SSL_CERT_DIR", str(folder))
        # What is drawn has its own tests, and takes seconds.
        patch.setattr("bot.platforms.telegram.outgoing.drawn", undrawn)
        async with open_database(folder / "vigie.sqlite3") as database, StormyTelegram(stands_at=NOON) as telegram:
            voice = voice_with_words(folder / "prompts" / "fr")
            library = written_to(folder / "knowledge", knowledge_files())
            smalltalk = SmallTalk(read_small_talk(PROMPTS))
            vigie = Vigie(telegram, Advisor(library.current, voice, smalltalk, database, misses_kept=90), database)
            lea, sam = telegram.user("Léa"), telegram.user("Sam")
            people = {name: telegram.user(name.capitalize()) for name in (*MAY, *MAY_NOT)}
            home = telegram.group("Le fournil").promote(lea).promote(telegram.bot).add(sam, *people.values())
            home.promote(people["administrator"])
            away = telegram.group("Le moulin").promote(people["stranger"])
            world = World(telegram, database, home, away, lea, people, sam)
            await vigie.starts()
            await prepare(world)
            assert telegram.violations == []
            yield world
            await vigie.stops()


@pytest_asyncio.fixture(loop_scope="module")
async def world(standing: World) -> AsyncIterator[World]:
    """The world, in which nothing goes wrong and nothing unasked is said to the group."""
    before, violations = len(standing.home.shown), len(standing.telegram.violations)
    yield standing
    assert standing.telegram.violations[violations:] == []
    assert await standing.database.rows("SELECT number FROM inbox") == []
    asked = [each for each in standing.home.shown[before:] if each.reply_to is None]
    assert [each.text for each in asked if not is_tip(each)] == []


def is_tip(message: Message) -> bool:
    return any(text in message.text for _, text, _ in EVERY_TIP.values())


async def test_the_matrix_holds_every_command_and_every_button() -> None:
    assert set(COMMANDS) == set(FOR_MODERATORS)
    assert set(WAYS) | {ButtonKind.TEAM_OF, ButtonKind.LESSON} == set(PRESSES) == TEAM_BUTTONS


# Who may not.


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(("person", "place"), REFUSED_COMMANDS)
async def test_who_may_not_is_refused_a_command_and_changes_nothing(
    world: World, person: str, place: str, name: str
) -> None:
    user, said_in_group = world.people[person], len(world.home.shown)
    before = await world.left()
    read = await world.says(user, *COMMANDS[name], to=world.home if place == "group" else None, reply=True)
    # In a group, who is asked for a pause was told so once: nothing more is said there until it is over.
    told = 0 if (person, place) == ("barred", "group") else len(COMMANDS[name])
    assert [each.text for each in read] == [REFUSED[place]] * told
    assert len(world.home.shown) == said_in_group
    assert await world.left() == before


@pytest.mark.parametrize("kind", PRESSES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("person", MAY_NOT)
async def test_who_may_not_presses_in_vain_and_changes_nothing(
    world: World, person: str, place: str, kind: ButtonKind
) -> None:
    user = world.people[person]
    said_before, before = (len(world.home.shown), len(user.chat.shown)), await world.left()
    arguments = [*await world.arguments(kind), *HOSTILE[:3]]
    below = world.below(user, place)
    # A button of one's own making is refused for what one is, another person's for whose it is.
    own = await world.presses(user, below, *(world.forged(user, kind, each) for each in arguments))
    assert own == [REFUSED[place]] * len(arguments)
    others = await world.presses(user, below, *(world.forged(world.lea, kind, each) for each in arguments))
    name = world.sam.first_name if place == "group" else ""
    assert {*others} <= {words_of("buttons/not_yours", name=each, journey=False) for each in ("", name)}
    assert (len(world.home.shown), len(user.chat.shown)) == said_before
    assert await world.left() == before


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("person", MAY_NOT)
async def test_what_who_may_not_writes_is_no_part_of_a_passage(world: World, person: str, place: str) -> None:
    user = world.people[person]
    before = await world.left(("drafts", "taught", "taught_versions", "audit"))
    [lesson] = {each.rpartition("_")[2] for each in await world.arguments(ButtonKind.LESSON)}
    for verb in ("title", "text", "questions", "note"):
        forged = world.forged(user, ButtonKind.LESSON, f"{verb}_{lesson}")
        assert await world.presses(user, world.below(user, place), forged) == [REFUSED[place]]
        word = f"@{world.telegram.bot.username} Ce que j'en sais, {verb}"
        world.telegram.passes(minutes=1)
        await world.says(user, word, to=world.home if place == "group" else None)
    assert await world.left(before) == before


# Who may.


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("person", MAY)
async def test_who_may_is_answered_in_private_and_never_in_the_group(
    world: World, person: str, place: str, name: str
) -> None:
    user, said_in_group = world.people[person], len(world.home.shown)
    for typed in COMMANDS[name]:
        read = await world.says(user, typed, to=world.home if place == "group" else None, reply=True)
        assert read, typed
        assert not {each.text for each in read} & set(REFUSED.values()), typed
        # The command that others could read is gone.
        assert typed not in [each.text for each in world.home.messages if each.sender is user], typed
    assert len(world.home.shown) == said_in_group


WAYS: dict[ButtonKind, tuple[tuple[str, ...], ...]] = {
    ButtonKind.TIP: (("/conseil", LABELS.tip_another, LABELS.tip_cancel), ("/conseil", LABELS.tip_publish)),
    ButtonKind.PROGRAMME: (("/programme dimanche 6h15", f"{LABELS.programme_remove} : dimanche"),),
    ButtonKind.GAP: (
        ("/lacunes", "", LABELS.back, "", LABELS.gap_answer, LABELS.lesson_drop),
        ("/lacunes", "", LABELS.gap_aside),
    ),
    ButtonKind.CARD: (
        ("/fiche camionnette", "", LABELS.card_past, LABELS.card_restore),
        ("/fiche camionnette", "", LABELS.card_hide, LABELS.card_unhide, LABELS.back),
        ("/fiche", "", LABELS.card_edit, LABELS.lesson_title, LABELS.lesson_drop),
    ),
    ButtonKind.STATS: (("/stats", LABELS.digest_yes), ("/stats", LABELS.digest_no)),
    ButtonKind.JOURNAL: (("/journal", LABELS.journal_older),),
    ButtonKind.SILENCE: (
        ("/silence", LABELS.an_hour, LABELS.silence_end),
        ("/silence", LABELS.silence_open, LABELS.silence_end),
    ),
    ButtonKind.BAR: (("/ecarter 2h", LABELS.a_day, LABELS.a_week, LABELS.an_hour, LABELS.bar_lift),),
}
"""Commands, typed in the group in reply to somebody, each with the buttons that are pressed one after the other.

A label stands for the first button that begins with it.
"""


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("person", MAY)
async def test_who_may_presses_what_they_were_shown(world: World, person: str, kind: ButtonKind) -> None:
    user, home = world.people[person], world.home
    for typed, *labels in WAYS[kind]:
        said_in_group = len(home.shown)
        shown = (await world.says(user, typed, to=home, reply=kind is ButtonKind.BAR))[-1]
        for label in labels:
            shown = await world.goes(user, shown, label)
        published = home.shown[said_in_group:]
        assert [is_tip(each) for each in published] == [True] * (LABELS.tip_publish in labels)


@pytest.mark.parametrize("person", MAY)
async def test_who_may_writes_a_passage_word_by_word(world: World, person: str) -> None:
    user, said_in_group = world.people[person], len(world.home.shown)
    [listed] = await world.says(user, "/fiche", to=world.home)
    await world.goes(user, listed, LABELS.card_new)
    name = user.first_name
    *_, shown = await world.says(
        user, f"Le vélo de {name}", f"Range le vélo de {name} sous le porche.", f"Où mettre le vélo de {name} ?"
    )
    for label, word in ((LABELS.lesson_text, "Range-le sous l'auvent."), (LABELS.lesson_note, "Le porche est fermé.")):
        await world.goes(user, shown, label)
        [shown] = await world.says(user, word)
        assert word in shown.text
    saved = await world.goes(user, shown, LABELS.lesson_save)
    assert saved.text.startswith(words_of("lessons/saved", title=world.home.title, count=0))
    assert len(world.home.shown) == said_in_group


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("person", MAY)
async def test_who_may_goes_on_for_the_group_of_a_button(world: World, person: str, name: str) -> None:
    user = world.people[person]
    before = len(user.chat.shown)
    await world.presses(user, world.below(user, "private"), world.forged(user, ButtonKind.TEAM_OF, name))
    told = user.chat.shown[before:]
    assert told
    assert told[0].text != REFUSED["private"]


@pytest.mark.parametrize("kind", DRAFTS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("person", MAY)
async def test_what_one_of_a_team_is_about_to_do_is_not_done_by_another(
    world: World, person: str, place: str, kind: ButtonKind
) -> None:
    user = world.people[person]
    before = await world.left()
    arguments = await world.arguments(kind)
    identifiers = [world.forged(user, kind, each) for each in arguments]
    assert await world.presses(user, world.below(user, place), *identifiers) == [OUTDATED] * len(arguments)
    assert await world.left() == before


@pytest.mark.parametrize("kind", [ButtonKind.GAP, ButtonKind.CARD, ButtonKind.STATS, ButtonKind.JOURNAL])
async def test_a_button_of_the_team_below_what_all_read_shows_nobody_else_anything(
    world: World, kind: ButtonKind
) -> None:
    # Vigie puts none there: who presses one all the same has made it.
    user, text, said_in_group = world.people["named"], world.board.text, len(world.home.shown)
    first = {ButtonKind.STATS: "week_20261122", ButtonKind.JOURNAL: "before_99"}.get(kind, "list_0")
    await world.presses(user, world.board, world.forged(user, kind, first))
    assert world.board.text == text
    assert len(world.home.shown) == said_in_group


# Who leads another group.


async def of_home(world: World) -> dict[str, list[tuple[object, ...]]]:
    """Return what is the home group's own, and nobody's who writes now."""
    home, writer = str(world.home.id), str(world.people["stranger"].id)
    return {
        name: [row for row in rows if home in row or (name == "taught_versions" and writer not in row)]
        for name, rows in (await world.left()).items()
    }


def tells_of_home(world: World) -> Callable[[Message], bool]:
    """Return what tells whether a message shows anything of the home group."""
    secrets = (world.home.title, LESSON["title"], AFTERWARDS, "derrière l'église", "Léa", "7 h 45", *UNKNOWN[1:])
    return lambda message: any(each in (message.text, *message.buttons) or each in message.text for each in secrets)


@pytest.mark.parametrize("name", COMMANDS)
async def test_who_leads_elsewhere_acts_for_that_alone(world: World, name: str) -> None:
    user = world.people["stranger"]
    before = await of_home(world)
    for typed in COMMANDS[name]:
        told = await world.says(user, typed)
        assert told, typed
        assert not {each.text for each in told} & set(REFUSED.values()), typed
        assert not any(map(tells_of_home(world), told)), typed
    assert await of_home(world) == before


@pytest.mark.parametrize("kind", PRESSES)
async def test_with_a_button_of_their_own_nobody_reaches_what_is_another_group_s(
    world: World, kind: ButtonKind
) -> None:
    user = world.people["stranger"]
    before, said_before = await of_home(world), len(user.chat.shown)
    identifiers = [world.forged(user, kind, each, world.away) for each in await world.arguments(kind)]
    notices = await world.presses(user, world.below(user, "private"), *identifiers)
    assert not set(notices) & set(REFUSED.values())
    assert not any(map(tells_of_home(world), user.chat.shown[said_before:]))
    assert await of_home(world) == before
