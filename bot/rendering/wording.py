"""The labels of buttons, and what people type instead of pressing them."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, field_validator

from bot.content.corpus import MAX_LABEL
from bot.content.lessons import FlawKind
from bot.core.commands import FOR_ADMINISTRATORS, FOR_MODERATORS, IN_COMMUNITY, IN_PRIVATE
from bot.dialogue.engine import Control
from bot.dialogue.script import TaskOption
from bot.dialogue.understanding import Phrases
from bot.rendering.prompt_files import read_prompt_file
from bot.retrieval.french import words
from bot.storage.audit import Action

WORDING = "wording.yaml"

Meaning = TypeVar("Meaning")

_Description = Annotated[str, StringConstraints(min_length=1, max_length=100)]
"""What a command does: the shortest room for it is Discord's."""
_Argument = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,19}$")]
"""What the id of a button has room for."""
_FormText = Annotated[str, StringConstraints(min_length=1, max_length=45)]
"""The room that a form of Discord's has for its title, and for what it asks."""
_Phrase = Annotated[str, StringConstraints(min_length=1, max_length=60)]
"""What somebody did, after their name."""
_Label = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LABEL)]


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Spoken(_Schema):
    label: _Label
    words: list[str]


class Option(StrEnum):
    """What can be filled in after a command, where a platform has fields for it."""

    QUESTION = "question"
    VISIBLE = "visible"
    JOURNEY = "journey"
    FORMAT = "format"
    THEME = "theme"
    REMINDER = "reminder"
    CODE = "code"
    WELCOME = "welcome"
    SUBJECT = "subject"
    WHEN = "when"
    THEMES = "themes"
    PLACE = "place"
    CARD = "card"
    SILENT_FOR = "silent_for"
    PERSON = "person"
    BARRED_FOR = "barred_for"


class OptionWords(_Schema):
    """The name of a field after a command, and what it is for."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-zà-ÿ_-]{1,32}$")]
    description: _Description


class Asides(_Schema):
    """What a platform says beside the messages, a field each."""

    ask_about: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    """The entry of a message's menu that asks Vigie about it."""
    tip_about: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    """The entry of a message's menu that has its author told a tip."""
    team: _Label
    """What the team of a community is called as the author of its passages."""
    posted: _Label
    """What a terminal says above what is told to all."""
    to_me: _Label
    to_all: _Label
    written_in_private: _Label
    open_private: _Label


class FormName(StrEnum):
    """What a form is for."""

    ANSWER = "answer"
    REASON = "reason"
    WELCOME_TEXT = "welcome_text"
    LESSON = "lesson"
    PROGRAMME = "programme"


class FormWords(_Schema):
    """The title of a form, and what each of its fields asks for."""

    title: _FormText
    labels: dict[str, _FormText] = Field(min_length=1, max_length=5)


class Labels(_Schema):
    """What the buttons say that stand alone, a field each."""

    confirm: _Label
    resume: _Label
    begin: _Label
    journeys: _Label
    plan: _Label
    useful: _Label
    useless: _Label
    team: _Label
    watch: _Label
    more_themes: _Label
    all_themes: _Label
    plan_md: _Label
    plan_ics: _Label
    no_thanks: _Label
    stop_reminders: _Label
    erase_yes: _Label
    erase_no: _Label
    back_to_step: _Label
    back: _Label
    in_private: _Label
    remove: _Label
    welcomes_yes: _Label
    welcomes_no: _Label
    welcome_text_no: _Label
    quiet_yes: _Label
    quiet_no: _Label
    moderators_no: _Label
    write: _Label
    other_reason: _Label
    welcome_here: _Label
    welcome_text: _Label
    welcome_place: _Label
    quiet_places: _Label
    completion_role: _Label
    moderator_role: _Label
    see_week: _Label
    digest_yes: _Label
    digest_no: _Label
    tip_publish: _Label
    tip_another: _Label
    tip_cancel: _Label
    tip_more: _Label
    an_hour: _Label
    a_day: _Label
    a_week: _Label
    silence_open: _Label
    silence_end: _Label
    bar_lift: _Label
    journal_older: _Label
    gap_answer: _Label
    gap_aside: _Label
    lesson_save: _Label
    lesson_fix: _Label
    lesson_title: _Label
    lesson_text: _Label
    lesson_questions: _Label
    lesson_note: _Label
    lesson_drop: _Label
    card_new: _Label
    card_edit: _Label
    card_hide: _Label
    card_unhide: _Label
    card_past: _Label
    card_restore: _Label
    programme_add: _Label
    programme_remove: _Label


class WeekWords(_Schema):
    """What is written on the picture of a week, a field each."""

    title: str
    questions: str
    answered: str
    suggested: str
    unknown: str
    none_asked: str
    opinions: str
    useful: str
    useless: str
    no_opinions: str
    journeys: str
    begun: str
    finished: str
    no_journeys: str
    few: str


class Wording(_Schema):
    """What buttons say."""

    controls: dict[Control, _Spoken] = Field(min_length=len(Control))
    outcomes: dict[TaskOption, _Spoken] = Field(min_length=len(TaskOption))
    reasons: dict[_Argument, _Label] = Field(min_length=1)
    flaws: dict[FlawKind, str] = Field(min_length=len(FlawKind))
    actions: dict[Action, _Phrase] = Field(min_length=len(Action))
    labels: Labels
    forms: dict[FormName, FormWords] = Field(min_length=len(FormName))
    commands: dict[str, _Description]
    options: dict[Option, OptionWords] = Field(min_length=len(Option))
    asides: Asides
    week: WeekWords

    @field_validator("commands")
    @classmethod
    def _tells_of_each(cls, commands: dict[str, str]) -> dict[str, str]:
        missing = {*IN_PRIVATE, *IN_COMMUNITY, *FOR_MODERATORS, *FOR_ADMINISTRATORS} - set(commands)
        if missing:
            raise ValueError(f"no words for the commands {', '.join(sorted(missing))}")
        return commands

    def phrases(self) -> Phrases:
        """Return what people type for the controls and for a task's outcomes."""
        return Phrases(_by_words(self.controls), _by_words(self.outcomes))


_wording: TypeAdapter[Wording] = TypeAdapter(Wording)


def read_wording(folder: Path) -> Wording:
    """Return the wording of a prompts folder.

    Raises:
        ContentError: the file is not of that form.
    """
    return read_prompt_file(folder / WORDING, _wording)


def _by_words(spoken: Mapping[Meaning, _Spoken]) -> dict[tuple[str, ...], Meaning]:
    return {tuple(words(phrase)): meaning for meaning, each in spoken.items() for phrase in (each.label, *each.words)}
