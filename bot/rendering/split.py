"""Long messages, parted between their blocks and never inside a sentence."""

from collections.abc import Callable, Sequence

from bot.core.messages import Block, Choice, Reply

LONGEST = 900
"""Characters of a message: what is read at a glance on a phone."""


def split(
    blocks: Sequence[Block],
    choices: Sequence[Choice] = (),
    longest: int = LONGEST,
    measure: Callable[[str], int] = len,
) -> tuple[Reply, ...]:
    """Return blocks as one message or as several, each as full as it may be; the choices stand below the last.

    A block longer than a message is parted between its lines; a line longer than a message stays whole. The length of
    a text is what `measure` says.
    """
    parts = [part for block in blocks for part in _parts(block, longest, measure)]
    messages: list[list[Block]] = [[]]
    for part in parts:
        length = sum(measure(each.text) + 2 for each in messages[-1]) + measure(part.text)
        if messages[-1] and length > longest:
            messages.append([])
        messages[-1].append(part)
    *before, last = (Reply(tuple(message)) for message in messages)
    return (*before, Reply(last.blocks, tuple(choices)))


def _parts(block: Block, longest: int, measure: Callable[[str], int]) -> list[Block]:
    parts: list[str] = []
    for line in block.text.split("\n"):
        if parts and measure(f"{parts[-1]}\n{line}") <= longest:
            parts[-1] = f"{parts[-1]}\n{line}"
        else:
            parts.append(line)
    return [Block(block.role, part) for part in parts]
