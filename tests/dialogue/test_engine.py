"""The engine leads from a state and an input to the next state: every kind of step, every control, every version."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import build_advisor
from bot.content.corpus import Corpus, Location, Passage
from bot.dialogue.engine import (
    PATIENCE,
    Control,
    Input,
    Mumble,
    Notice,
    Pick,
    PickEach,
    Reaction,
    Turn,
    Write,
    advance,
    answers_offered,
    begin,
    controls,
    position,
    resume,
)
from bot.dialogue.script import Journey, StepKind, TaskOption
from bot.dialogue.state import JourneyState, Progress, TaskState
from bot.library import Library
from bot.rendering.templates import Templates
from bot.resources import PROMPTS
from bot.retrieval.parameters import read_parameters
from bot.retrieval.retriever import Retriever
from bot.storage.database import Database
from tests.conftest import WriteKnowledge
from tests.dialogue import JOURNEYS, STEPS, SUNDAY, changed, read_journey
from tests.people import Member


def told(name: str, **values: object) -> str:
    """Return a sentence of Vigie's."""
    return "\n\n".join(block.text for block in Templates(PROMPTS).render(f"onboarding/{name}", **values))


MOVED, STUCK, OUTDATED = told("moved"), told("stuck"), told("outdated", under_way=False)


class Walk:
    """Somebody in a journey, one input after the other."""

    def __init__(self, journey: Journey, turn: Turn | None = None) -> None:
        self.journey = journey
        self.turn = turn or begin(journey)

    def gives(self, *inputs: Input) -> str:
        """Give inputs one after the other, and return the step that is shown."""
        for each in inputs:
            self.turn = advance(self.journey, self.state, each, SUNDAY)
        return self.state.step

    @property
    def state(self) -> JourneyState:
        return self.turn.state

    def notice(self) -> Notice | None:
        return self.turn.notice

    def progress(self) -> Progress:
        return self.state.progress

    @property
    def offered(self) -> tuple[Control, ...]:
        return controls(self.journey, self.state)

    @property
    def told(self) -> dict[str, str]:
        """What was answered, as later sentences tell it."""
        return {name: answer.text for name, answer in self.state.answers.items()}


@pytest.fixture
def essai(write_knowledge: WriteKnowledge) -> Journey:
    return read_journey(write_knowledge, STEPS)


@pytest.fixture
def walk(essai: Journey) -> Walk:
    return Walk(essai)


def test_a_journey_begins_at_its_first_step_with_nothing_to_go_back_to(walk: Walk) -> None:
    assert walk.notice() is Notice.BEGUN
    assert walk.state.step == "accueil"
    assert walk.state.answers == {}
    assert Control.BACK not in walk.offered


def test_what_is_only_said_goes_on_when_asked_to(walk: Walk) -> None:
    assert answers_offered(walk.journey, walk.state) == ()
    assert walk.gives(Control.CONTINUE) == "but"
    assert walk.turn.reaction is None


def test_who_skips_what_is_only_said_goes_on_too(walk: Walk) -> None:
    assert walk.gives(Control.SKIP) == "but"


def test_a_choice_is_kept_and_goes_where_all_of_them_go(walk: Walk) -> None:
    assert walk.gives(Control.CONTINUE, Pick("clients")) == "lieux"
    assert walk.told == {"but": "trouver des clients"}
    assert walk.turn.reaction == Reaction("but", "clients")


def test_an_option_may_lead_elsewhere_than_the_others(walk: Walk) -> None:
    assert walk.gives(Control.CONTINUE, Pick("emploi")) == "cv"


@pytest.mark.parametrize("outcome", list(TaskOption))
def test_a_task_is_kept_with_its_outcome_and_its_day(walk: Walk, outcome: TaskOption) -> None:
    assert walk.gives(Control.CONTINUE, Pick("emploi"), outcome) == "lieux"
    assert walk.state.tasks == {"cv": TaskState(outcome, SUNDAY)}
    assert walk.turn.reaction == Reaction("cv", outcome)


def test_several_are_ticked_one_by_one_and_validated_together(walk: Walk) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"))
    assert walk.gives(Pick("mastodon"), Pick("facebook"), Pick("linkedin")) == "lieux"
    assert walk.state.picked == ("linkedin", "facebook", "mastodon")
    assert walk.told.keys() == {"but"}
    assert walk.gives(Control.CONTINUE) == "mots"
    assert walk.told["lieux"] == "LinkedIn, Facebook et Mastodon"
    assert walk.state.answers["lieux"].options == ("linkedin", "facebook", "mastodon")


def test_what_was_ticked_is_unticked_by_the_same_button(walk: Walk) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"), Pick("linkedin"), Pick("mastodon"), Pick("linkedin"))
    assert walk.state.picked == ("mastodon",)
    walk.gives(Control.CONTINUE)
    assert walk.told["lieux"] == "Mastodon"


def test_to_validate_nothing_asks_again(walk: Walk) -> None:
    assert walk.gives(Control.CONTINUE, Pick("clients"), Control.CONTINUE) == "lieux"
    assert walk.notice() is Notice.NOTHING_PICKED
    assert "lieux" not in walk.told


def test_several_named_at_once_are_validated_at_once(walk: Walk) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"), Pick("facebook"))
    assert walk.gives(PickEach(("linkedin", "mastodon"))) == "mots"
    assert walk.told["lieux"] == "LinkedIn et Mastodon"


def test_who_comes_back_to_several_finds_what_they_ticked(walk: Walk) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"), PickEach(("facebook",)))
    assert walk.gives(Control.BACK) == "lieux"
    assert walk.state.picked == ("facebook",)


@pytest.mark.parametrize("option", ["moitie", "tous"])
def test_a_quiz_goes_on_after_any_answer_which_gets_its_own_explanation(walk: Walk, option: str) -> None:
    walk.gives(Control.CONTINUE, Pick("emploi"), TaskOption.DONE, PickEach(("linkedin",)))
    assert walk.state.step == "quiz"
    assert walk.gives(Pick(option)) == "mots"
    assert walk.turn.reaction == Reaction("quiz", option)


def test_a_text_is_kept_as_it_was_written(walk: Walk) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"), PickEach(("linkedin",)))
    assert walk.gives(Write("Des artisans, *surtout* ceux d'ici")) == "bilan"
    assert walk.told["mots"] == "Des artisans, *surtout* ceux d'ici"
    assert walk.turn.reaction == Reaction("mots", "answer")


@pytest.mark.parametrize(
    ("but", "lieux", "following"),
    [
        ("emploi", ("linkedin",), "quiz"),
        ("emploi", ("facebook", "mastodon"), "quiz"),
        ("emploi", ("mastodon",), "mots"),
        ("clients", ("linkedin",), "mots"),
    ],
)
def test_a_branch_is_taken_when_every_answer_is_one_that_it_wants(
    walk: Walk, but: str, lieux: tuple[str, ...], following: str
) -> None:
    walk.gives(Control.CONTINUE, Pick(but))
    if but == "emploi":
        walk.gives(TaskOption.LATER)
    assert walk.gives(PickEach(lieux)) == following


def test_what_is_skipped_is_no_answer(walk: Walk) -> None:
    walk.gives(Control.CONTINUE)
    assert walk.gives(Control.SKIP) == "lieux"
    assert walk.gives(Control.SKIP) == "mots"
    assert walk.gives(Control.SKIP) == "bilan"
    assert walk.told == {}
    assert walk.turn.reaction is None


def test_who_skips_where_each_option_leads_elsewhere_goes_where_the_last_one_does(
    write_knowledge: WriteKnowledge,
) -> None:
    steps = """\
        but:
          kind: choice
          save: but
          options:
            emploi: {label: Un emploi, next: cv}
            clients: {label: Des clients, next: fin}
        cv: {kind: task, task: Relire mon CV, days: 3, next: fin}
        fin: {kind: recap}
    """
    assert Walk(read_journey(write_knowledge, steps)).gives(Control.SKIP) == "fin"


def test_who_goes_back_may_answer_otherwise_and_take_another_way(walk: Walk) -> None:
    walk.gives(Control.CONTINUE, Pick("emploi"), TaskOption.DONE)
    assert walk.gives(Control.BACK, Control.BACK) == "but"
    assert walk.told == {"but": "trouver un emploi"}
    assert walk.gives(Pick("clients")) == "lieux"
    assert walk.told == {"but": "trouver des clients"}
    assert walk.state.path == ("accueil", "but")


def test_who_goes_back_from_the_first_step_is_told_that_it_is_the_first(walk: Walk) -> None:
    assert walk.gives(Control.BACK) == "accueil"
    assert walk.notice() is Notice.FIRST


def test_a_pause_keeps_the_place(walk: Walk) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"), Pick("facebook"))
    before = walk.state
    walk.gives(Control.PAUSE)
    assert walk.notice() is Notice.PAUSED
    assert not walk.turn.shows
    assert answers_offered(walk.journey, walk.state) == ()
    assert walk.offered == (Control.CONTINUE, Control.RESTART, Control.QUIT)
    walk.gives(Control.CONTINUE)
    assert walk.notice() is Notice.RESUMED
    assert walk.turn.shows
    assert walk.state == before


def test_during_a_pause_an_answer_changes_nothing(walk: Walk) -> None:
    assert walk.gives(Control.CONTINUE, Control.PAUSE, Pick("clients")) == "but"
    assert walk.told == {}
    assert walk.progress() is Progress.PAUSED


def test_who_quits_keeps_the_answers_and_may_start_anew_with_them(walk: Walk) -> None:
    walk.gives(Control.CONTINUE, Pick("emploi"), TaskOption.LATER, Control.QUIT)
    assert walk.notice() is Notice.QUIT
    assert not walk.turn.shows
    assert not walk.state.open
    assert walk.gives(Control.RESTART) == "accueil"
    assert walk.notice() is Notice.RESTARTED
    assert walk.told == {"but": "trouver un emploi"}
    assert walk.state.tasks.keys() == {"cv"}
    assert (walk.state.run, walk.state.path, walk.state.seen) == (2, (), ("accueil",))


def test_who_starts_anew_finds_what_they_ticked_at_the_first_step(write_knowledge: WriteKnowledge) -> None:
    steps = """\
        lieux: {kind: several, save: lieux, options: {un: {label: Un}, deux: {label: Deux}}, next: fin}
        fin: {kind: recap}
    """
    walk = Walk(read_journey(write_knowledge, steps))
    walk.gives(PickEach(("deux",)), Control.RESTART)
    assert walk.told == {"lieux": "deux"}
    assert walk.state.picked == ("deux",)


def test_where_tells_how_far_one_is_and_how_far_it_is_still(walk: Walk) -> None:
    assert position(walk.journey, walk.state) == (1, 5)
    walk.gives(Control.CONTINUE, Pick("emploi"), Control.WHERE)
    assert walk.notice() is Notice.WHERE
    assert walk.turn.shows
    assert position(walk.journey, walk.state) == (3, 6)


def test_who_is_not_understood_twice_is_shown_a_way_out(walk: Walk) -> None:
    walk.gives(Control.CONTINUE)
    heard = []
    for _ in range(4):
        walk.gives(Mumble())
        heard.append(walk.notice())
    assert heard == [Notice.MISUNDERSTOOD, Notice.MISUNDERSTOOD, Notice.STUCK, Notice.MISUNDERSTOOD]
    assert walk.state.step == "but"
    assert {Control.SKIP, Control.PAUSE, Control.QUIT} <= set(walk.offered)


@pytest.mark.parametrize("meanwhile", [Pick("facebook"), Control.WHERE, Control.CONTINUE])
def test_who_is_understood_again_has_all_the_patience_again(walk: Walk, meanwhile: Input) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"), Mumble(), Mumble(), meanwhile, Mumble())
    assert walk.notice() is Notice.MISUNDERSTOOD


@pytest.mark.parametrize(
    ("before", "given"),
    [
        ((), Write("bonjour")),
        ((), TaskOption.DONE),
        ((Control.CONTINUE,), Pick("linkedin")),
        ((Control.CONTINUE,), Control.CONTINUE),
        ((Control.CONTINUE,), PickEach(("emploi",))),
        ((Control.CONTINUE, Pick("emploi")), Pick("emploi")),
        ((Control.CONTINUE, Pick("emploi")), Write("c'est fait")),
        ((Control.CONTINUE, Pick("clients")), PickEach(())),
        ((Control.CONTINUE, Pick("clients")), PickEach(("linkedin", "viadeo"))),
        ((Control.CONTINUE, Pick("clients"), Control.SKIP), Pick("linkedin")),
    ],
)
def test_what_means_nothing_at_a_step_is_not_understood(walk: Walk, before: tuple[Input, ...], given: Input) -> None:
    step = walk.gives(*before) if before else walk.state.step
    told = walk.told
    assert walk.gives(given) == step
    assert walk.notice() is Notice.MISUNDERSTOOD
    assert walk.told == told


def test_a_journey_is_finished_at_its_recap_and_may_be_gone_back_into(walk: Walk) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"), Control.SKIP)
    assert walk.gives(Write("Bonjour")) == "bilan"
    assert walk.progress() is Progress.FINISHED
    assert walk.offered == (Control.BACK, Control.RESTART)
    assert walk.gives(Control.BACK) == "mots"
    assert walk.progress() is Progress.UNDER_WAY
    assert walk.gives(Write("Bonsoir")) == "bilan"
    assert walk.told["mots"] == "Bonsoir"
    assert walk.progress() is Progress.FINISHED


def test_a_journey_of_a_recap_alone_is_finished_as_it_begins(write_knowledge: WriteKnowledge) -> None:
    walk = Walk(read_journey(write_knowledge, "fin: {kind: recap}\n"))
    assert walk.progress() is Progress.FINISHED
    assert Control.CONTINUE not in walk.offered


def test_each_time_a_step_is_shown_has_a_number_of_its_own(walk: Walk) -> None:
    shown = [walk.state.visit]
    for each in (Control.CONTINUE, Pick("emploi"), Control.BACK, Pick("emploi"), TaskOption.DONE, Control.BACK):
        walk.gives(each)
        shown.append(walk.state.visit)
    assert shown == sorted(set(shown))


def test_what_was_gone_through_is_remembered_once(walk: Walk) -> None:
    walk.gives(Control.CONTINUE, Pick("emploi"), Control.BACK, Pick("clients"))
    assert walk.state.seen == ("accueil", "but", "cv", "lieux")
    assert walk.state.passed == ("accueil", "but")


WITHOUT_CV = {"cv: {kind: task, task: Relire mon CV, days: 3, next: lieux}\n": "", ", next: cv": ""}


def retold(write_knowledge: WriteKnowledge, changes: dict[str, str], version: int = 2) -> Journey:
    """Return the journey after its writer has changed it."""
    return read_journey(write_knowledge, changed(STEPS, changes), version)


def test_the_same_version_goes_on_where_it_was(walk: Walk) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"), Pick("linkedin"))
    assert resume(walk.journey, walk.state) == Turn(walk.state, Notice.RESUMED)


def test_a_new_version_goes_on_at_the_same_step_if_it_still_stands_and_says_so(
    walk: Walk, write_knowledge: WriteKnowledge
) -> None:
    walk.gives(Control.CONTINUE, Pick("emploi"), TaskOption.DONE)
    moved = resume(retold(write_knowledge, WITHOUT_CV), walk.state)
    assert moved.notice is Notice.MOVED
    assert moved.state.step == "lieux"
    assert moved.state.version == 2
    assert moved.state.path == ("accueil", "but")
    assert moved.state.seen == ("accueil", "but", "lieux")
    assert moved.state.answers == walk.state.answers
    assert moved.state.tasks == {}
    assert moved.state.visit > walk.state.visit


@pytest.mark.parametrize("version", [1, 2])
def test_without_the_step_a_journey_goes_on_at_the_nearest_one_before(
    walk: Walk, write_knowledge: WriteKnowledge, version: int
) -> None:
    walk.gives(Control.CONTINUE, Pick("emploi"))
    moved = resume(retold(write_knowledge, WITHOUT_CV, version), walk.state)
    assert (moved.notice, moved.state.step, moved.state.path) == (Notice.MOVED, "but", ("accueil",))
    assert moved.state.answers == walk.state.answers


def test_a_new_version_of_which_nothing_stands_begins_at_its_first_step(
    walk: Walk, write_knowledge: WriteKnowledge
) -> None:
    walk.gives(Control.CONTINUE, Pick("emploi"))
    moved = resume(read_journey(write_knowledge, "tout: {kind: say, next: fin}\nfin: {kind: recap}\n", 2), walk.state)
    assert (moved.notice, moved.state.step, moved.state.path) == (Notice.MOVED, "tout", ())
    assert moved.state.answers == {}


def test_an_answer_whose_option_is_gone_is_forgotten(walk: Walk, write_knowledge: WriteKnowledge) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"), PickEach(("mastodon",)))
    moved = resume(retold(write_knowledge, {"    mastodon: {label: Mastodon, said: Mastodon}\n": ""}), walk.state)
    assert moved.state.step == "mots"
    assert moved.state.answers.keys() == {"but"}


def test_who_is_moved_back_to_several_finds_what_they_ticked(walk: Walk, write_knowledge: WriteKnowledge) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"), PickEach(("facebook",)))
    shorter = retold(write_knowledge, {"mots: {kind: text, save: mots, next: bilan}\n": "", ": mots": ": bilan"})
    moved = resume(shorter, walk.state)
    assert moved.state.step == "lieux"
    assert moved.state.picked == ("facebook",)


def test_a_journey_whose_step_has_become_its_end_is_finished(walk: Walk, write_knowledge: WriteKnowledge) -> None:
    walk.gives(Control.CONTINUE, Pick("clients"), PickEach(("facebook",)))
    ended = {"mots: {kind: text, save: mots, next: bilan}\n": "mots: {kind: recap}\n", "bilan: {kind: recap}\n": ""}
    moved = resume(retold(write_knowledge, ended), walk.state)
    assert (moved.state.step, moved.state.progress) == ("mots", Progress.FINISHED)


async def skips_to(member: Member, *steps: str) -> None:
    while member.journey and member.journey.step not in steps:
        await member.says("passer")


async def test_a_newcomer_is_led_on_by_buttons_and_by_words(lea: Member) -> None:
    assert "VIE" in await lea.says("/parcours vie")
    await lea.presses("Trouver des clients")
    assert lea.journey
    assert lea.journey.step == "niveau"
    await lea.says("la 2")
    assert lea.journey
    assert lea.journey.step == "temps"


async def test_who_mumbles_is_asked_otherwise_and_then_shown_a_way_out(lea: Member) -> None:
    asked = await lea.says("/parcours vie")
    first, second, third = [await lea.says("grmbl") for _ in range(3)]
    assert len({asked, first, second, third}) == 4
    assert STUCK not in first + second
    assert STUCK in third
    assert {"Passer", "Pause", "Quitter"} <= set(lea.choices)


async def test_ticks_are_seen_until_they_are_validated(lea: Member, library: Library) -> None:
    journey, several = next(
        (journey, step)
        for journey in library.current().corpus.journeys
        for step in journey.steps
        if step.kind is StepKind.SEVERAL
    )
    await lea.says(f"/parcours {journey.id}")
    await skips_to(lea, several.id)
    first, second, *_ = (option.label for option in several.options)
    await lea.presses(f"☐ {second}")
    await lea.presses(f"☐ {first}")
    assert [f"☑ {first}", f"☑ {second}"] == lea.choices[:2]
    await lea.presses(f"☑ {second}")
    assert [f"☑ {first}", f"☐ {second}"] == lea.choices[:2]
    await lea.presses("Valider")
    assert lea.journey
    assert lea.journey.step != several.id


class Shelf:
    """The journeys that are served, until their writers change them."""

    def __init__(self, journey: Journey) -> None:
        self.serves(journey)

    def serves(self, journey: Journey) -> None:
        advice = Passage("polemiques", "Répondre aux polémiques", "Non, garde ton calme.", Location(Path("a.md"), 1))
        self._retriever = Retriever(Corpus((advice,), journeys=(journey,)), read_parameters())

    def current(self) -> Retriever:
        return self._retriever


def without_step(journey: Journey, name: str) -> Journey:
    """Return the next version of a journey, without a step: what led to it leads where it led."""
    [after] = {branch.target for branch in journey.by_id[name].next}
    steps = tuple(
        replace(
            step,
            next=tuple(replace(each, target=after) if each.target == name else each for each in step.next),
            options=tuple(replace(each, next=after) if each.next == name else each for each in step.options),
        )
        for step in journey.steps
        if step.id != name
    )
    return replace(journey, version=journey.version + 1, steps=steps)


@pytest.fixture
def vie(library: Library) -> Journey:
    journey = library.current().corpus.journey("vie")
    assert journey
    return journey


@pytest.fixture
def shelf(vie: Journey) -> Shelf:
    return Shelf(vie)


@pytest.fixture
def noe(shelf: Shelf, database: Database) -> Member:
    return Member(build_advisor(shelf.current, database), "noé")


@pytest.mark.parametrize("said", ["/parcours", "la 2", "/parcours vie"])
async def test_a_journey_that_was_changed_says_so_and_goes_on(
    noe: Member, shelf: Shelf, vie: Journey, said: str
) -> None:
    await noe.says("/parcours vie")
    await noe.presses("Trouver des clients")
    shelf.serves(without_step(vie, "niveau"))
    assert MOVED in await noe.says(said)
    assert noe.journey
    assert noe.journey.step == "accueil"
    assert MOVED not in await noe.says("clients")


async def test_a_button_of_a_journey_that_was_changed_says_so(noe: Member, shelf: Shelf, vie: Journey) -> None:
    await noe.says("/parcours vie")
    await noe.presses("Trouver des clients")
    shelf.serves(without_step(vie, "niveau"))
    assert MOVED in await noe.presses("Passer")


async def test_a_question_is_answered_even_where_the_step_is_gone(noe: Member, shelf: Shelf, vie: Journey) -> None:
    await noe.says("/parcours vie")
    await noe.presses("Trouver des clients")
    shelf.serves(without_step(vie, "niveau"))
    assert "garde ton calme" in await noe.says("/question faut-il répondre aux polémiques ?")


async def test_a_finished_journey_whose_recap_is_gone_still_answers_its_buttons(
    noe: Member, shelf: Shelf, vie: Journey
) -> None:
    await noe.says("/parcours vie")
    while noe.journey and not noe.journey.finished:
        await noe.says("passer")
    names = {step.id: f"{step.id}_2" if step.kind is StepKind.RECAP else step.id for step in vie.steps}
    renamed = tuple(
        replace(step, id=names[step.id], next=tuple(replace(each, target=names[each.target]) for each in step.next))
        for step in vie.steps
    )
    shelf.serves(replace(vie, version=vie.version + 1, steps=renamed))
    assert OUTDATED in await noe.presses("Retour")


async def test_a_finished_journey_can_be_gone_back_into(lea: Member) -> None:
    await lea.says("/parcours vie")
    while lea.journey and not lea.journey.finished:
        await lea.says("passer")
    last = lea.journey
    await lea.presses("Retour")
    assert last
    assert lea.journey
    assert not lea.journey.finished
    await lea.says("passer")
    assert lea.journey == last


def anything(journey: Journey, state: JourneyState) -> st.SearchStrategy[Input]:
    """Return inputs of every sort, those that mean nothing at the step among them."""
    names = st.sampled_from([*(option.id for option in journey.by_id[state.step].options), "ailleurs"])
    return st.one_of(
        st.sampled_from([*Control, *TaskOption, Mumble()]),
        names.map(Pick),
        st.lists(names, max_size=3).map(lambda picked: PickEach(tuple(picked))),
        st.text(max_size=9).map(Write),
    )


def something_that_answers(journey: Journey, state: JourneyState) -> st.SearchStrategy[Input]:
    """Return inputs that lead on."""
    step = journey.by_id[state.step]
    onward = [each for each in (Control.CONTINUE, Control.SKIP, Control.RESTART) if each in controls(journey, state)]
    written = [Write("un atelier de couture")] if step.kind is StepKind.TEXT else []
    return st.sampled_from([*answers_offered(journey, state), *written, *onward[:1]])


def assert_it_stands(journey: Journey, state: JourneyState) -> None:
    step = journey.by_id[state.step]
    way = (*state.path, state.step)
    assert way[0] == journey.steps[0].id
    for before, after in pairwise(way):
        assert after in {*journey.by_id[before].targets, *(branch.target for branch in journey.by_id[before].next)}
    assert set(way) <= set(state.seen) <= journey.by_id.keys()
    assert set(state.path) <= set(state.passed) <= set(state.seen)
    for name, answer in state.answers.items():
        assert all(journey.saved[name].option(option) for option in answer.options)
        assert bool(answer.options) is bool(journey.saved[name].options)
    assert all(journey.by_id[name].kind is StepKind.TASK for name in state.tasks)
    assert all(step.option(option) for option in state.picked)
    assert step.kind is StepKind.SEVERAL or not state.picked
    assert 0 <= state.misunderstood <= PATIENCE
    assert (state.progress is Progress.FINISHED) is step.is_end
    place, total = position(journey, state)
    assert 1 <= place <= total
    assert controls(journey, state)


def skips(journey: Journey, state: JourneyState) -> Input:
    """Pass over everything."""
    ways = (Control.SKIP, Control.CONTINUE, Control.RESTART)
    return next(each for each in ways if each in controls(journey, state))


def takes_the_first(journey: Journey, state: JourneyState) -> Input:
    """Answer everything, always in the easiest way."""
    offered = answers_offered(journey, state)
    if offered and not state.picked:
        return offered[0]
    if state.progress is Progress.UNDER_WAY and journey.by_id[state.step].kind is StepKind.TEXT:
        return Write("oui")
    ways = (Control.CONTINUE, Control.RESTART)
    return next(each for each in ways if each in controls(journey, state))


def inputs_to_the_end(journey: Journey, state: JourneyState, way: Callable[[Journey, JourneyState], Input]) -> int:
    """Return after how many inputs a journey is finished, one more than twice its steps where it is not."""
    most = 2 * len(journey.steps) + 1
    for count in range(most):
        if state.progress is Progress.FINISHED:
            return count
        state = advance(journey, state, way(journey, state), SUNDAY).state
    return most


@pytest.mark.parametrize("name", JOURNEYS)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_whatever_somebody_does_a_journey_goes_on_and_its_end_is_near(
    library: Library, name: str, data: st.DataObject
) -> None:
    journey = library.current().corpus.journey(name)
    assert journey
    turn = begin(journey)
    left = set()
    for _ in range(20):
        before = turn.state
        wild = data.draw(st.integers(0, 3)) == 0
        turn = advance(
            journey,
            before,
            data.draw(anything(journey, before) if wild else something_that_answers(journey, before)),
            SUNDAY,
        )
        assert_it_stands(journey, turn.state)
        assert (turn.state.run, turn.state.visit) >= (before.run, before.visit)
        if (turn.state.step, turn.state.progress) not in left:
            left.add((turn.state.step, turn.state.progress))
            for way in (skips, takes_the_first):
                assert inputs_to_the_end(journey, turn.state, way) <= 2 * len(journey.steps)


@pytest.mark.parametrize("name", JOURNEYS)
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_whatever_steps_are_taken_out_a_journey_goes_on_at_one_that_stands(
    library: Library, name: str, data: st.DataObject
) -> None:
    journey = library.current().corpus.journey(name)
    assert journey
    turn = begin(journey)
    for _ in range(data.draw(st.integers(0, 20))):
        turn = advance(journey, turn.state, data.draw(something_that_answers(journey, turn.state)), SUNDAY)
    kept = data.draw(st.sets(st.sampled_from([step.id for step in journey.steps]), min_size=1))
    shorter = replace(journey, version=journey.version + 1, steps=tuple(journey.by_id[name] for name in kept))
    moved = resume(shorter, turn.state)
    assert moved.notice is Notice.MOVED
    assert {moved.state.step, *moved.state.path, *moved.state.seen} <= shorter.by_id.keys()
    assert moved.state.answers.keys() <= shorter.saved.keys()
    assert moved.state.tasks.keys() <= shorter.by_id.keys()
    assert (moved.state.step == turn.state.step) is (turn.state.step in shorter.by_id)
