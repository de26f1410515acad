"""Discord's limits on buttons, menus and modals."""

from tests.fakes.discord.errors import ViolationError
from tests.fakes.discord.forms import Fields
from tests.fakes.discord.interactions import Field, Modal
from tests.fakes.discord.world import Json, Style

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, TEXT, LABEL = 1, 2, 3, 4, 10, 18
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SELECTS = frozenset({STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT})
MOST_ROWS = 5
MOST_IN_A_ROW = 5
MOST_OPTIONS = 25
LONGEST_VALUE = 4000

_NOT_BOTH = "A custom id and url cannot both be specified"
_SCHEMES = ("http", "https", "discord")
_SELECT_KNOWS = "type id custom_id placeholder min_values max_values disabled required"


def check_rows(message: Fields) -> None:
    """Check the components of a message."""
    custom_ids: set[str] = set()
    for row in message.objects("components", most=MOST_ROWS):
        if row.choice("type", [ROW], required=True) != ROW:
            continue
        row.knows("type id components")
        components = row.objects("components", least=1, most=MOST_IN_A_ROW, required=True)
        for component in components:
            _check_in_message(component)
            _check_unique(component, custom_ids)
        if len(components) > 1 and any(each.value.get("type") in SELECTS for each in components):
            width = "The specified component exceeds the maximum width"
            row.refuse("components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", width)


def checked_modal(data: Fields) -> Modal:
    """Return the modal that the bot opens."""
    data.knows("custom_id title components")
    title = data.text("title", least=1, most=45, required=True)
    custom_id = data.text("custom_id", least=1, most=100, required=True)
    custom_ids: set[str] = set()
    fields = []
    for component in data.objects("components", least=1, most=5, required=True):
        field = _checked_field(component)
        if field:
            if field.custom_id in custom_ids:
                _refuse_duplicate(component)
            custom_ids.add(field.custom_id)
            fields.append(field)
    return Modal(title, custom_id, tuple(fields))


def _check_in_message(component: Fields) -> None:
    kind = component.choice("type", [BUTTON, *sorted(SELECTS)], required=True)
    if kind == BUTTON:
        _check_button(component)
    elif kind in SELECTS:
        _check_select(component, kind)


def _check_unique(component: Fields, custom_ids: set[str]) -> None:
    custom_id = component.value.get("custom_id")
    if custom_id is None:
        return
    if custom_id in custom_ids:
        _refuse_duplicate(component)
    custom_ids.add(custom_id)


def _refuse_duplicate(component: Fields) -> None:
    component.refuse("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")


def _check_button(button: Fields) -> None:
    button.knows("type id style label emoji custom_id url disabled")
    style = button.choice("style", [int(style) for style in Style], required=True)
    button.text("label", least=1, most=80)
    button.boolean("disabled")
    emoji = button.object("emoji")
    if emoji:
        emoji.knows("id name animated")
    if not button.has("label") and not emoji:
        button.refuse("", "BUTTON_COMPONENT_LABEL_REQUIRED", "A label or emoji is required")
    if style == Style.LINK:
        _check_link(button)
        return
    if button.has("url"):
        button.refuse("", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", _NOT_BOTH)
    if not button.has("custom_id"):
        button.refuse("custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    button.text("custom_id", least=1, most=100)


def _check_link(button: Fields) -> None:
    if button.has("custom_id"):
        button.refuse("", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", _NOT_BOTH)
    if not button.has("url"):
        button.refuse("url", "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
        return
    check_url(button, "url", most=512)


def check_url(fields: Fields, name: str, *, most: int = 2048, schemes: tuple[str, ...] = _SCHEMES) -> None:
    """Check that a link leads somewhere."""
    url = fields.text(name, most=most)
    scheme, separator, rest = url.partition("://")
    if not url:
        return
    if not separator or not rest or " " in url:
        fields.refuse(name, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    elif scheme not in schemes:
        fields.refuse(name, "URL_TYPE_INVALID_SCHEME", f'Scheme "{scheme}" must be one of {schemes}.')


def _check_select(select: Fields, kind: int) -> None:
    extra = {STRING_SELECT: "options", CHANNEL_SELECT: "channel_types default_values"}.get(kind, "default_values")
    select.knows(f"{_SELECT_KNOWS} {extra}")
    select.text("custom_id", least=1, most=100, required=True)
    select.text("placeholder", most=150)
    least = select.integer("min_values", most=MOST_OPTIONS, default=1)
    most = select.integer("max_values", least=1, most=MOST_OPTIONS, default=1)
    select.boolean("disabled")
    if least > most:
        select.refuse("min_values", "SELECT_COMPONENT_MIN_VALUES_TOO_HIGH", "min_values cannot exceed max_values")
    if kind == STRING_SELECT:
        options = _checked_options(select)
        if options and select.has("max_values") and most > len(options):
            many = "The maximum number of values must not exceed the number of options"
            select.refuse("max_values", "SELECT_COMPONENT_MAX_VALUES_TOO_HIGH", many)


def _checked_options(select: Fields) -> list[Json]:
    values: set[str] = set()
    options = select.objects("options", least=1, most=MOST_OPTIONS, required=True)
    for option in options:
        option.knows("label value description emoji default")
        option.text("label", least=1, most=100, required=True)
        option.text("description", least=1, most=100)
        option.boolean("default")
        value = option.text("value", least=1, most=100, required=True)
        if value in values:
            used = "The specified option value is already used"
            option.refuse("value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", used)
        values.add(value)
    return [option.value for option in options]


def _checked_field(component: Fields) -> Field | None:
    kind = component.choice("type", [ROW, TEXT, LABEL], required=True)
    if kind == TEXT:
        component.knows("type id content")
        component.text("content", least=1, most=LONGEST_VALUE, required=True)
        return None
    if kind == LABEL:
        return _checked_label(component)
    if kind != ROW:
        return None
    component.knows("type id components")
    inputs = component.objects("components", least=1, most=1, required=True)
    if not inputs:
        return None
    inputs[0].choice("type", [TEXT_INPUT], required=True)
    label = inputs[0].text("label", least=1, most=45, required=True)
    return _checked_input(inputs[0], label, in_label=False)


def _checked_label(component: Fields) -> Field | None:
    component.knows("type id label description component")
    label = component.text("label", least=1, most=45, required=True)
    description = component.text("description", most=100)
    inner = component.object("component")
    if inner is None:
        component.needs("component")
        return None
    kind = inner.value.get("type")
    if kind == TEXT_INPUT:
        if inner.has("label"):
            inner.refuse("label", "BASE_TYPE_INVALID", "A text input within a label has no label of its own")
        return _checked_input(inner, label, in_label=True, description=description)
    if kind != STRING_SELECT:
        raise ViolationError(f"a label with a component of type {kind} is not modelled")
    _check_select(inner, STRING_SELECT)
    return Field(
        label,
        str(inner.value.get("custom_id", "")),
        STRING_SELECT,
        description,
        str(inner.value.get("placeholder") or ""),
        least=inner.integer("min_values", default=1),
        most=inner.integer("max_values", default=1),
        required=inner.boolean("required", default=True),
        options=tuple(each for each in inner.value.get("options") or () if isinstance(each, dict)),
        identifier=component.value.get("id"),
        in_label=True,
    )


def _checked_input(text: Fields, label: str, *, in_label: bool, description: str = "") -> Field:
    text.knows("type id custom_id style label placeholder value required min_length max_length")
    style = text.choice("style", [1, 2], required=True)
    custom_id = text.text("custom_id", least=1, most=100, required=True)
    least = text.integer("min_length", most=LONGEST_VALUE)
    most = text.integer("max_length", least=1, most=LONGEST_VALUE, default=LONGEST_VALUE)
    if least > most:
        text.refuse("min_length", "TEXT_INPUT_COMPONENT_MIN_LENGTH", "min_length cannot exceed max_length")
    value = text.text("value", most=LONGEST_VALUE)
    if most < len(value) <= LONGEST_VALUE:
        raise ViolationError("a field that holds more than can be sent")
    return Field(
        label,
        custom_id,
        TEXT_INPUT,
        description,
        text.text("placeholder", most=100),
        value,
        least,
        most,
        required=text.boolean("required", default=True),
        long=style == 2,
        identifier=text.value.get("id"),
        in_label=in_label,
    )
