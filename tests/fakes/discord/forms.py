"""The bodies of requests, read field by field; what is wrong is told where it stands, as Discord does.

Lengths are counted in code points: Discord's API measures its strings as Unicode, so that an emoji beyond the basic
plane counts once, where clients written in JavaScript or Java would count it twice.
"""

from collections.abc import Collection, Sequence
from typing import Any

from tests.fakes.discord.errors import FormError, ViolationError
from tests.fakes.discord.world import Json

Path = tuple[str, ...]


class Form:
    """What is wrong with a body, nested as its fields are."""

    def __init__(self) -> None:
        self.errors: Json = {}

    def refuse(self, path: Path, code: str, message: str) -> None:
        """Note what is wrong with one field."""
        place = self.errors
        for step in path:
            place = place.setdefault(step, {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def settle(self) -> None:
        """Refuse the body if anything is wrong with it."""
        if self.errors:
            raise FormError(self.errors)


class Fields:
    """One object of a body; null counts as not given."""

    def __init__(self, value: Any, form: Form, path: Path = ()) -> None:
        self.form = form
        self.path = path
        self.is_object = isinstance(value, dict)
        if not self.is_object:
            self.refuse("", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            value = {}
        self.value: Json = value

    def knows(self, names: str) -> None:
        """Let nothing be given but what is known by name."""
        if unknown := set(self.value) - set(names.split()):
            place = ".".join(self.path) or "the body"
            raise ViolationError(f"{place} takes no {', '.join(sorted(unknown))}, or it is not modelled")

    def has(self, name: str) -> bool:
        """Whether a field is given."""
        return self.value.get(name) is not None

    def refuse(self, name: str, code: str, message: str) -> None:
        """Note what is wrong with a field, or with the whole if no name is given."""
        self.form.refuse((*self.path, name) if name else self.path, code, message)

    def needs(self, name: str) -> bool:
        """Note a field that is required and not given; return whether it is given."""
        if not self.has(name):
            self.refuse(name, "BASE_TYPE_REQUIRED", "This field is required")
        return self.has(name)

    def text(self, name: str, *, most: int, least: int = 0, required: bool = False) -> str:
        """Return a text of such a length."""
        if not self._is_given(name, required=required):
            return ""
        value = self.value[name]
        if not isinstance(value, str):
            self.refuse(name, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return ""
        if not least <= len(value) <= most:
            self._refuse_length(name, least, most)
        return value

    def integer(self, name: str, *, least: int = 0, most: int = 2**53, default: int = 0, required: bool = False) -> int:
        """Return a whole number in such a range."""
        if not self._is_given(name, required=required):
            return default
        value = self.value[name]
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return default
        if value < least:
            self.refuse(name, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        if value > most:
            self.refuse(name, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
        return value

    def boolean(self, name: str, *, default: bool = False) -> bool:
        """Return whether something is wanted."""
        value = self.value.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.refuse(name, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
        return bool(value)

    def choice(self, name: str, values: Collection[Any], *, required: bool = False) -> Any:
        """Return one of some values."""
        if not self._is_given(name, required=required):
            return None
        if self.value[name] not in values:
            listed = ", ".join(map(str, values))
            self.refuse(name, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
        return self.value[name]

    def snowflake(self, name: str, *, required: bool = False) -> int | None:
        """Return an id."""
        if not self._is_given(name, required=required):
            return None
        value = str(self.value[name])
        if not value.isdecimal():
            self.refuse(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
            return None
        return int(value)

    def array(self, name: str, *, most: int, least: int = 0, required: bool = False) -> Sequence[Any]:
        """Return a list of so many."""
        if not self._is_given(name, required=required):
            return ()
        value = self.value[name]
        if not isinstance(value, list):
            self.refuse(name, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return ()
        if not least <= len(value) <= most:
            self._refuse_length(name, least, most)
        return value

    def objects(self, name: str, *, most: int, least: int = 0, required: bool = False) -> list["Fields"]:
        """Return a list of so many objects."""
        listed = self.array(name, most=most, least=least, required=required)
        return [Fields(each, self.form, (*self.path, name, str(number))) for number, each in enumerate(listed)]

    def object(self, name: str) -> "Fields | None":
        """Return an object, if it is given."""
        return Fields(self.value[name], self.form, (*self.path, name)) if self.has(name) else None

    def _is_given(self, name: str, *, required: bool) -> bool:
        return self.needs(name) if required else self.has(name)

    def _refuse_length(self, name: str, least: int, most: int) -> None:
        if least:
            self.refuse(name, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        else:
            self.refuse(name, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
