"""Markdown as Discord's clients show it: what is read, and what stands out in it."""

import re
from dataclasses import dataclass

_BLOCKS = re.compile(r"^(?:(?P<heading>#{1,3}|-#)[ ]+(?=\S)|(?P<quote>>(?:>>)?[ ])|(?P<list>[ ]*[-*])[ ]+(?=\S))")
_INLINE = re.compile(
    r"""\\(?P<escaped>[^0-9A-Za-z\s])
    |(?P<url>https?://[^\s<]+[^<.,:;"')\]\s])
    |\[(?P<link>[^\]]+)\]\((?P<address>[^)\s]+)\)
    |(?P<call><@[!&]?\d+>|<\#\d+>|<t:-?\d+(?::\w)?>|</[\w -]+:\d+>|<a?:\w+:\d+>|@everyone|@here)
    |`(?P<code>[^`]+)`
    |\*\*(?P<bold>(?:\\[\s\S]|[^\\])+?)\*\*(?!\*)
    |__(?P<underlined>(?:\\[\s\S]|[^\\])+?)__(?!_)
    |\*(?=\S)(?P<italic>(?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)
    |_(?P<italics>(?:__|\\[\s\S]|[^\\_])+?)_(?!\w)
    |~~(?P<struck>(?:\\[\s\S]|[^\\])+?)~~
    |\|\|(?P<hidden>(?:\\[\s\S]|[^\\])+?)\|\|""",
    re.VERBOSE,
)
_NESTED = ("bold", "underlined", "italic", "italics", "struck", "hidden", "link")


@dataclass(frozen=True, slots=True)
class Read:
    """What is read of a text, and each piece of it that stands out, with how it does."""

    text: str
    styles: tuple[tuple[str, str], ...] = ()


def read(markdown: str) -> Read:
    """Return a text as a message or the description of an embed shows it."""
    return _joined([_line(each) for each in markdown.split("\n")], "\n")


def read_title(markdown: str) -> Read:
    """Return a text as the title of an embed shows it, where there are no headings, lists or quotes."""
    return _inline(markdown)


def _line(line: str) -> Read:
    found = _BLOCKS.match(line)
    if not found:
        return _inline(line)
    rest = _inline(line[found.end() :])
    if found["list"]:
        return Read(f"{found['list'][:-1]}• {rest.text}", rest.styles)
    return Read(rest.text, (("heading" if found["heading"] else "quote", rest.text), *rest.styles))


def _inline(text: str) -> Read:
    parts: list[Read] = []
    place = 0
    for found in _INLINE.finditer(text):
        parts.append(Read(text[place : found.start()]))
        parts.append(_styled(found))
        place = found.end()
    return _joined([*parts, Read(text[place:])], "")


def _styled(found: "re.Match[str]") -> Read:
    if found["escaped"]:
        return Read(found["escaped"])
    name = next(each for each, value in found.groupdict().items() if value)
    if name not in _NESTED:
        return Read(found[name], ((name, found[name]),))
    inside = _inline(found[name])
    shown = "italic" if name == "italics" else name
    return Read(inside.text, ((shown, inside.text), *inside.styles))


def _joined(parts: list[Read], between: str) -> Read:
    return Read(between.join(each.text for each in parts), tuple(style for each in parts for style in each.styles))
