"""Commands: Discord's limits on them, and what people may do with one."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from tests.fakes.discord.forms import Fields, Form
from tests.fakes.discord.snowflakes import Snowflakes
from tests.fakes.discord.world import Account, Channel, Json, Role

SLASH, ON_USER, ON_MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(1, 11)
MOST_OPTIONS = MOST_CHOICES = 25
MOST_COMMANDS = {SLASH: 100, ON_USER: 15, ON_MESSAGE: 15}
LONGEST_COMMAND = 8000
LONGEST_CHOICE = 100

_NESTED = frozenset({SUBCOMMAND, GROUP})
_CHOOSABLE = frozenset({STRING, INTEGER, NUMBER})
_CHANNEL_TYPES = frozenset({0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16})
_LOCALES = frozenset(str(locale) for locale in discord.Locale)
_SLASH_NAME = re.compile(r"[-_'\w]+")
_COMMAND_KNOWS = (
    "id type name name_localizations description description_localizations options default_member_permissions"
    " dm_permission default_permission nsfw integration_types contexts"
)
_OPTION_KNOWS = (
    "type name name_localizations description description_localizations required choices options channel_types"
    " min_value max_value min_length max_length autocomplete"
)
_OF_VALUES: Mapping[int, type | tuple[type, ...]] = {
    STRING: str, INTEGER: int, BOOLEAN: bool, USER: Account, CHANNEL: Channel, ROLE: Role,
    MENTIONABLE: (Account, Role), NUMBER: (int, float),
}  # fmt: skip


def checked_commands(given: Any, ids: Snowflakes, application_id: int, server_id: int | None) -> list[Json]:
    """Return the commands of a body as Discord keeps them."""
    form = Form()
    whole = Fields({"commands": given}, form)
    listed = whole.objects("commands", most=sum(MOST_COMMANDS.values()))
    commands = [Fields(each.value, form, (str(number),)) for number, each in enumerate(listed)]
    seen: set[tuple[int, str]] = set()
    for command in commands:
        key = _check_command(command)
        if key in seen:
            command.refuse("", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        seen.add(key)
    for kind, most in MOST_COMMANDS.items():
        if sum(key[0] == kind for key in seen) > most:
            too_many = f"Maximum number of application commands reached ({most})."
            form.refuse((), "APPLICATION_COMMANDS_MAX", too_many)
    form.settle()
    return [_kept(command.value, ids, application_id, server_id) for command in commands]


def _kept(command: Json, ids: Snowflakes, application_id: int, server_id: int | None) -> Json:
    identifier = str(ids.next())
    defaults = {
        "type": SLASH,
        "description": "",
        "options": [],
        "default_member_permissions": None,
        "nsfw": False,
        "contexts": None,
    }
    kept = defaults | command
    kept["integration_types"] = command.get("integration_types") or [0]
    permissions = kept["default_member_permissions"]
    kept["default_member_permissions"] = None if permissions is None else str(permissions)
    kept |= {"id": identifier, "application_id": str(application_id), "version": identifier}
    return kept | ({"guild_id": str(server_id)} if server_id else {})


def _check_command(command: Fields) -> tuple[int, str]:
    command.knows(_COMMAND_KNOWS)
    kind = command.choice("type", list(MOST_COMMANDS)) or SLASH
    name = command.text("name", least=1, most=32, required=True)
    if kind not in {ON_USER, ON_MESSAGE}:
        _check_name(command, name)
        _check_description(command)
        _check_options(command, within=None)
        if _length(command.value) > LONGEST_COMMAND:
            too_long = f"Command exceeds maximum size ({LONGEST_COMMAND})"
            command.refuse("", "APPLICATION_COMMAND_TOO_LARGE", too_long)
    else:
        if command.value.get("description"):
            none = "Context menu commands cannot have description"
            command.refuse("description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID", none)
        if command.value.get("options"):
            none = "Context menu commands cannot have options"
            command.refuse("options", "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID", none)
        _check_localized(command, "name_localizations", 32)
    command.boolean("nsfw")
    command.boolean("dm_permission", default=True)
    for field, values in (("integration_types", {0, 1}), ("contexts", {0, 1, 2})):
        given = command.array(field, most=len(values))
        if set(given) - values or len(set(given)) < len(given):
            command.refuse(field, "BASE_TYPE_CHOICES", f"Value must be one of {values}.")
    permissions = command.value.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdecimal():
        command.refuse("default_member_permissions", "PERMISSION_OVERWRITE_INVALID", "Not a set of permissions")
    return kind, name


def _check_name(named: Fields, name: str) -> None:
    if 1 <= len(name) <= 32 and not (_SLASH_NAME.fullmatch(name) and name == name.lower()):
        named.refuse("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    _check_localized(named, "name_localizations", 32)


def _check_description(described: Fields) -> None:
    described.text("description", least=1, most=100, required=True)
    _check_localized(described, "description_localizations", 100)


def _check_localized(fields: Fields, name: str, most: int) -> None:
    localized = fields.object(name)
    for locale in localized.value if localized else ():
        assert localized
        if locale not in _LOCALES:
            localized.refuse(locale, "BASE_TYPE_CHOICES", f"{locale} is no locale.")
        localized.text(locale, least=1, most=most)


def _check_options(command: Fields, *, within: int | None) -> None:
    options = command.objects("options", most=MOST_OPTIONS)
    names: set[str] = set()
    optional = False
    for option in options:
        kind = _check_option(option, within=within)
        name = str(option.value.get("name"))
        if name in names:
            option.refuse("name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option name must be unique")
        names.add(name)
        required = option.boolean("required")
        if required and optional:
            first = "Required options must be placed before non-required options"
            option.refuse("", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", first)
        optional = optional or not (required or kind in _NESTED)
    kinds = {option.value.get("type") for option in options}
    if kinds & _NESTED and kinds - _NESTED:
        mixed = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        command.refuse("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", mixed)


def _check_option(option: Fields, *, within: int | None) -> int:
    option.knows(_OPTION_KNOWS)
    allowed = range(STRING, NUMBER + 1) if within == SUBCOMMAND else range(1, 2 if within == GROUP else NUMBER + 1)
    kind = int(option.choice("type", list(allowed), required=True) or STRING)
    _check_name(option, option.text("name", least=1, most=32, required=True))
    _check_description(option)
    if kind in _NESTED:
        _check_options(option, within=kind)
        return kind
    channel_types = option.array("channel_types", most=len(_CHANNEL_TYPES))
    if channel_types and (kind != CHANNEL or set(channel_types) - _CHANNEL_TYPES):
        option.refuse("channel_types", "BASE_TYPE_CHOICES", f"Value must be one of {sorted(_CHANNEL_TYPES)}.")
    choices = option.objects("choices", most=MOST_CHOICES)
    if option.boolean("autocomplete") and (choices or kind not in _CHOOSABLE):
        none = "Autocomplete options cannot have choices, and must be a string, an integer or a number"
        option.refuse("autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", none)
    for choice in choices:
        check_choice(choice, kind)
    shortest = option.integer("min_length", most=6000)
    longest = option.integer("max_length", least=1, most=6000, default=6000)
    if shortest > longest:
        option.refuse("min_length", "APPLICATION_COMMAND_OPTIONS_MIN_LENGTH", "min_length cannot exceed max_length")
    return kind


def check_choice(choice: Fields, kind: int) -> None:
    """Check a value that is proposed for an option."""
    choice.knows("name name_localizations value")
    choice.text("name", least=1, most=LONGEST_CHOICE, required=True)
    _check_localized(choice, "name_localizations", LONGEST_CHOICE)
    if kind == STRING:
        choice.text("value", most=LONGEST_CHOICE, required=True)
    elif choice.needs("value") and not isinstance(choice.value["value"], (int, float)):
        choice.refuse("value", "NUMBER_TYPE_COERCE", f'Value "{choice.value["value"]}" is not a number.')


def _length(command: Json) -> int:
    """Return how long a command is: its names, its descriptions and the values of its choices."""
    own = len(str(command.get("name", ""))) + len(str(command.get("description", "")))
    choices = sum(len(str(each.get("name"))) + len(str(each.get("value"))) for each in command.get("choices") or ())
    return own + choices + sum(_length(each) for each in command.get("options") or () if isinstance(each, dict))


def given_options(options: Sequence[Json], given: Mapping[str, Any], *, typing: str | None = None) -> list[Json]:
    """Return what somebody gave for a command's options; `typing` names the one they are still typing."""
    known = {option["name"]: option for option in options}
    assert set(given) <= set(known), f"no option {sorted(set(given) - set(known))}, but {sorted(known)}"
    if typing is None:
        missing = [name for name, option in known.items() if option.get("required") and name not in given]
        assert not missing, f"{missing} must be given"
    return [_given(known[name], value, typing=name == typing) for name, value in given.items()]


def _given(option: Json, value: Any, *, typing: bool) -> Json:
    kind, name = option["type"], option["name"]
    told: Json = {"name": name, "type": kind}
    if typing:
        assert option.get("autocomplete"), f"nothing is proposed for {name!r}"
        return told | {"value": str(value), "focused": True}
    assert isinstance(value, _OF_VALUES[kind]), f"{value!r} is no value for {name!r}"
    assert kind == BOOLEAN or not isinstance(value, bool), f"{value!r} is no value for {name!r}"
    if isinstance(value, Channel):
        kinds = option.get("channel_types")
        assert not kinds or value.kind in kinds, f"{value.name} is not listed for {name!r}"
    if isinstance(value, (Account, Channel, Role)):
        return told | {"value": str(value.id)}
    if option.get("choices"):
        chosen = [each["value"] for each in option["choices"] if value in {each["name"], each["value"]}]
        assert chosen, f"{value!r} is none of {[each['name'] for each in option['choices']]}"
        return told | {"value": chosen[0]}
    if isinstance(value, str):
        least, most = option.get("min_length") or 0, option.get("max_length") or 6000
        assert least <= len(value) <= most, f"{name!r} takes {least} to {most} characters"
    elif kind != BOOLEAN:
        least, most = option.get("min_value"), option.get("max_value")
        assert least is None or value >= least, f"{name!r} takes {least} at least"
        assert most is None or value <= most, f"{name!r} takes {most} at most"
    return told | {"value": value}


def leaf_of(command: Json, path: Sequence[str]) -> tuple[Sequence[Json], list[Json]]:
    """Return the options of a command or of its subcommand, and how the way to it is told."""
    options: Sequence[Json] = command.get("options") or ()
    way: list[Json] = []
    for step in path:
        found = next((each for each in options if each["name"] == step and each["type"] in _NESTED), None)
        assert found, f"no subcommand {step!r} of {command['name']!r}"
        way.append({"name": step, "type": found["type"]})
        options = found.get("options") or ()
    nested = [each["name"] for each in options if each["type"] in _NESTED]
    assert not nested, f"one of the subcommands {nested} must be used"
    return options, way
