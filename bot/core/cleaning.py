"""What comes in without the characters that nobody writes."""

import re
from dataclasses import replace

from bot.core.messages import Incoming

# Characters that command a terminal or turn the direction of writing; what people write is without them.
_UNWRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def cleaned(incoming: Incoming) -> Incoming:
    """Return an event without the characters that nobody writes, in the names that people give themselves either."""
    shown = (incoming.text, incoming.quoted or "", incoming.community_title or "", incoming.name, incoming.place_title)
    names = (each.name for each in (*incoming.newcomers, *filter(None, [incoming.quoted_author])))
    written = (text for _, text in incoming.written)
    if not any(_UNWRITTEN.search(text) for text in (*shown, *names, *written)):
        return incoming
    author = incoming.quoted_author
    return replace(
        incoming,
        text=clean(incoming.text),
        quoted=incoming.quoted and clean(incoming.quoted),
        quoted_author=author and replace(author, name=clean(author.name)),
        newcomers=tuple(replace(each, name=clean(each.name)) for each in incoming.newcomers),
        community_title=incoming.community_title and clean(incoming.community_title),
        written=tuple((field, clean(text)) for field, text in incoming.written),
        name=clean(incoming.name),
        place_title=clean(incoming.place_title),
    )


def clean(text: str) -> str:
    """Return a text without what commands a terminal or turns the direction of writing."""
    return _UNWRITTEN.sub("", text)
