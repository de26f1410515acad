"""The Markdown that every platform can carry: paragraphs, bold, italics, lists and https links."""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

_CARRIED = {
    "paragraph_open", "paragraph_close", "inline", "text", "softbreak", "hardbreak", "text_special",
    "strong_open", "strong_close", "em_open", "em_close", "link_open", "link_close",
    "bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close",
    "list_item_open", "list_item_close",
}  # fmt: skip
_NAMES = {
    "heading_open": "a heading", "html_block": "HTML", "html_inline": "HTML", "image": "an image",
    "table_open": "a table", "fence": "a code block", "code_inline": "code",
    "code_block": "a code block (a line that begins with four spaces)", "blockquote_open": "a quotation block",
    "hr": "a horizontal rule",
}  # fmt: skip
# What most texts hold, bold words and list items, needs no parser; nor does a text that holds nothing else special.
_PLAIN_MARKUP = re.compile(
    r"\*\*\w(?:[^*_`<>\[\]\\|~#&\n]*[^\s*_`<>\[\]\\|~#&])?\*\*|^(?:-|\d+\.) (?=\w|\*\*)", re.MULTILINE
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What commands a terminal, or turns the direction of writing."""
_MAY_BE_MARKUP = re.compile(r"[*_`<>\[\]\\|~#&]|^ {0,3}(?:[-+=]|\d+[.)])|^(?: {4}|\t)", re.MULTILINE)

_markdown = MarkdownIt("commonmark").enable("table")
# Links that the parser would leave as text, another one may follow.
_markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005


def uncarried(text: str) -> list[tuple[int, str]]:
    """Return what a platform could not carry in a Markdown text: (line in the text, from 1; name of the construct)."""
    control = [
        (number, "a control character") for number, line in enumerate(text.split("\n"), 1) if CONTROL.search(line)
    ]
    return control + _uncarried_markup(text)


def _uncarried_markup(text: str) -> list[tuple[int, str]]:
    if not _MAY_BE_MARKUP.search(_PLAIN_MARKUP.sub("", text)):
        return []
    found = []
    for block in _markdown.parse(text):
        line = block.map[0] + 1 if block.map else 1
        found += [(line, name) for token in (block, *(block.children or ())) if (name := _uncarried_name(token))]
    return found


def _uncarried_name(token: Token) -> str | None:
    if token.type == "link_open" and not str(token.attrGet("href")).startswith("https://"):
        return "a link that does not begin with https://"
    if token.type == "text" and "](" in token.content:
        return "a link that does not begin with https://"
    if token.type in _CARRIED or (
        token.type.endswith("_close") or token.type.startswith(("thead", "tbody", "tr_", "th_", "td_"))
    ):
        return None
    return _NAMES.get(token.type, token.type)
