"""Telegram's limits on what a bot sends, and where the house is stricter."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.telegram.errors import BadRequestError, ViolationError
from tests.fakes.telegram.world import Button, Json, Rows

START_PARAMETER = r"[A-Za-z0-9_-]{1,64}"
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
NOTICE_LIMIT = 200
MOST_ENTITIES = 100
MOST_BUTTONS = 100
MOST_BUTTONS_IN_A_ROW = 8
MOST_RESULTS = 50
MOST_COMMANDS = 100
LARGEST_RESULTS = 65_536
"""Bytes of JSON in an answer to an inline query: Telegram names no number, and refuses answers too large."""

_FOUND_IN_TEXT = re.compile(
    r"(?P<url>https?://[^\s]+)|(?P<email>[\w.+-]+@[\w-]+\.[\w.]+)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)(?!\w)"
    r"|(?<!\w)(?P<mention>@\w{4,32})|(?<!\w)(?P<hashtag>#\w+)"
)
_INLINE_STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_CODE = frozenset({"code", "pre"})
_EXTRA_FIELDS = {
    "text_link": {"url"}, "text_mention": {"user"}, "pre": {"language"}, "custom_emoji": {"custom_emoji_id"},
}  # fmt: skip
_ENTITY_TYPES = (
    _INLINE_STYLES
    | _QUOTES
    | _CODE
    | {"text_link", "text_mention", "custom_emoji", "mention", "hashtag", "cashtag", "bot_command", "url", "email"}
    | {"phone_number"}
)
_ARTICLE_FIELDS = frozenset({"type", "id", "title", "input_message_content", "reply_markup", "url", "description"})
_CONTENT_FIELDS = frozenset({"message_text", "entities", "link_preview_options"})
_PREVIEW_FIELDS = frozenset({"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"})
_BUTTON_ACTIONS = frozenset({"url", "callback_data", "switch_inline_query", "switch_inline_query_current_chat"})
_BUTTON_STYLES = frozenset({"danger", "success", "primary"})


def units(text: str) -> int:
    """Return a text's length as Telegram counts: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def entities_in(text: str) -> list[Json]:
    """Return the entities that Telegram finds in what people write: commands, mentions, links…"""
    return [
        {"type": match.lastgroup, "offset": units(text[: match.start()]), "length": units(match.group())}
        for match in _FOUND_IN_TEXT.finditer(text)
    ]


def checked_text(text: str, entities: Sequence[Json], limit: int, too_long: str) -> tuple[str, list[Json]]:
    """Return a text and its entities as Telegram keeps them, without blanks at either end."""
    if units(text) > limit:
        raise BadRequestError(too_long)
    _check_entities(text, entities)
    kept = text.strip()
    before = units(text[: len(text) - len(text.lstrip())])
    return kept, [moved for entity in entities if (moved := _moved(entity, before, units(kept)))]


def _moved(entity: Json, before: int, length: int) -> Json | None:
    begin = max(entity["offset"] - before, 0)
    end = min(entity["offset"] + entity["length"] - before, length)
    return entity | {"offset": begin, "length": end - begin} if end > begin else None


def _check_entities(text: str, entities: Sequence[Json]) -> None:
    if len(entities) > MOST_ENTITIES:
        raise ViolationError(f"{len(entities)} entities, of which only {MOST_ENTITIES} are kept")
    encoded = text.encode("utf-16-le")
    for entity in entities:
        _check_entity(entity, encoded)
    ordered = sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))
    for number, outer in enumerate(ordered):
        for inner in ordered[number + 1 :]:
            if inner["offset"] < outer["offset"] + outer["length"]:
                _check_nesting(outer, inner)


def _check_entity(entity: Json, encoded: bytes) -> None:
    kind = entity.get("type")
    if kind not in _ENTITY_TYPES:
        raise ViolationError(f"can't parse MessageEntity: unsupported type specified: {kind}")
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise ViolationError(f"can't parse MessageEntity: no offset and length: {entity}")
    if offset < 0 or length < 1 or 2 * (offset + length) > len(encoded):
        raise ViolationError(f"entity beyond the text's {len(encoded) // 2} units: {entity}")
    if _splits_surrogates(encoded, offset) or _splits_surrogates(encoded, offset + length):
        raise ViolationError(f"entity that begins or ends inside a surrogate pair: {entity}")
    extra = set(entity) - {"type", "offset", "length"}
    if extra - _EXTRA_FIELDS.get(kind, set()):
        raise ViolationError(f"entity with fields that its type does not have: {entity}")
    if kind in {"text_link", "custom_emoji", "text_mention"} and not extra:
        raise ViolationError(f"entity without what its type needs: {entity}")
    if kind == "text_link":
        _check_link(entity["url"], ViolationError(f"entity with a URL that is none: {entity}"))


def _splits_surrogates(encoded: bytes, offset: int) -> bool:
    unit = encoded[2 * offset : 2 * offset + 2]
    return len(unit) == 2 and 0xDC00 <= int.from_bytes(unit, "little") <= 0xDFFF


def _check_nesting(outer: Json, inner: Json) -> None:
    kinds = (outer["type"], inner["type"])
    if inner["offset"] + inner["length"] > outer["offset"] + outer["length"]:
        raise ViolationError(f"entities that overlap and do not nest: {outer}, {inner}")
    if outer["type"] in _CODE or (inner["type"] in _CODE and outer["type"] in _INLINE_STYLES):
        raise ViolationError(f"code goes with no other style: {outer}, {inner}")
    if set(kinds) <= _QUOTES:
        raise ViolationError(f"quotes do not nest: {outer}, {inner}")
    if outer["type"] == inner["type"]:
        raise ViolationError(f"an entity inside one of its own type: {outer}, {inner}")


def _check_link(url: Any, error: BadRequestError) -> None:
    parts = urlsplit(url) if isinstance(url, str) and not re.search(r"\s", url) else urlsplit("")
    if parts.scheme not in {"http", "https", "tg"} or not parts.netloc:
        raise error
    if parts.scheme == "tg" or parts.netloc == "t.me":
        given = parse_qs(parts.query, keep_blank_values=True)
        for parameter in given.get("start", []) + given.get("startgroup", []):
            if not re.fullmatch(START_PARAMETER, parameter):
                raise ViolationError(f"a deep link's parameter is 1 to 64 letters, digits, - and _: {url}")


def check_preview(options: Json | None) -> None:
    """Refuse options of link previews that do not exist."""
    if options and (unknown := set(options) - _PREVIEW_FIELDS):
        raise ViolationError(f"link_preview_options takes no {', '.join(sorted(unknown))}")


def checked_keyboard(markup: Json | None) -> Rows:
    """Return the buttons of an inline keyboard."""
    if markup is None:
        return ()
    if set(markup) != {"inline_keyboard"}:
        raise ViolationError(f"only inline keyboards are modelled: {sorted(markup)}")
    rows = tuple(tuple(_checked_button(button) for button in row) for row in markup["inline_keyboard"])
    if any(not row for row in rows):
        raise ViolationError("a row without a button")
    if any(len(row) > MOST_BUTTONS_IN_A_ROW for row in rows):
        raise ViolationError(f"more than {MOST_BUTTONS_IN_A_ROW} buttons in a row")
    if sum(map(len, rows)) > MOST_BUTTONS:
        raise BadRequestError("reply markup is too long")
    return rows


def _checked_button(button: Json) -> Button:
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadRequestError("can't parse inline keyboard button: Button text must be non-empty")
    actions = set(button) - {"text", "style"}
    if len(actions) != 1 or actions - _BUTTON_ACTIONS:
        raise ViolationError(f"a button does one thing, of those that are modelled: {button}")
    [action] = actions
    value = button[action]
    if action == "callback_data" and not (isinstance(value, str) and 1 <= len(value.encode()) <= 64):
        raise BadRequestError("BUTTON_DATA_INVALID")
    if action == "url":
        _check_link(value, BadRequestError(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL"))
    style = button.get("style")
    if style is not None and style not in _BUTTON_STYLES:
        raise ViolationError(f"a button of no known style: {button}")
    return Button(text, action, value, style)


def checked_commands(commands: Iterable[Json]) -> dict[str, str]:
    """Return the commands of a menu and what they are for."""
    listed = list(commands)
    if len(listed) > MOST_COMMANDS:
        raise BadRequestError("BOT_COMMANDS_TOO_MUCH")
    for command in listed:
        if set(command) != {"command", "description"}:
            raise ViolationError(f"a command is a name and a description: {command}")
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise BadRequestError("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise BadRequestError("BOT_COMMAND_DESCRIPTION_INVALID")
    menu = {command["command"]: command["description"] for command in listed}
    if len(menu) < len(listed):
        raise ViolationError("a command stands in the menu twice")
    return menu


def checked_results(results: Sequence[Json], size: int) -> list[Json]:
    """Return the articles that answer an inline query."""
    if len(results) > MOST_RESULTS:
        raise BadRequestError("RESULTS_TOO_MUCH")
    if size > LARGEST_RESULTS:
        raise BadRequestError("RESULTS_TOO_LONG")
    for result in results:
        _check_result(result)
    if len({result["id"] for result in results}) < len(results):
        raise BadRequestError("RESULT_ID_DUPLICATE")
    return list(results)


def _check_result(result: Json) -> None:
    if result.get("type") != "article":
        raise ViolationError(f"only articles are modelled: {result.get('type')}")
    if not 1 <= len(str(result.get("id", "")).encode()) <= 64:
        raise BadRequestError("RESULT_ID_INVALID")
    if not str(result.get("title", "")).strip():
        raise BadRequestError("ARTICLE_TITLE_EMPTY")
    content = result.get("input_message_content")
    if not isinstance(content, dict) or not str(content.get("message_text", "")).strip():
        raise BadRequestError("MESSAGE_EMPTY")
    if unknown := (set(result) - _ARTICLE_FIELDS) | (set(content) - _CONTENT_FIELDS):
        raise ViolationError(f"an article takes no {', '.join(sorted(unknown))}, or it is not modelled")
    check_preview(content.get("link_preview_options"))
    checked_text(content["message_text"], content.get("entities", []), TEXT_LIMIT, "MESSAGE_TOO_LONG")
    checked_keyboard(result.get("reply_markup"))
