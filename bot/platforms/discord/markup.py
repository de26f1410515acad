"""From Vigie's Markdown and choices to Discord's embeds, texts and buttons."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import discord

from bot.content.corpus import Phase
from bot.core.buttons import ButtonKind, read_button
from bot.core.messages import PICKERS, Block, Choice, ChoiceKind, Manner, Reply
from bot.platforms.discord.incoming import LINK
from bot.rendering.split import split

# https://discord.com/developers/docs/resources/message#embed-object-embed-limits; the whole embed holds 6000.
_LONGEST_TITLE, _LONGEST_TEXT, _LONGEST_FOOTER, _LONGEST_CONTENT = 256, 3600, 2000, 2000
_ROWS, _ROW_BUTTONS, _LABEL = 5, 5, 80
_ROW_LETTERS, _BUTTON_LETTERS = 44, 5
"""Letters that a row of buttons shows whole on a narrow phone, and those that the frame of each takes of them."""
_PICKED_AT_ONCE = 25
_COLOURS: Mapping[Phase | None, int] = MappingProxyType(
    {Phase.VIRALISER: 0xE07A3F, Phase.INFORMER: 0x3B82C4, Phase.EDUQUER: 0x3FA66B, None: 0x6B7A99}
)
_TOGETHER: tuple[tuple[ChoiceKind, ...], ...] = (
    (ChoiceKind.CHOICE,),
    (ChoiceKind.LINK,),
    (ChoiceKind.SEE_ALSO,),
    (ChoiceKind.FEEDBACK, ChoiceKind.NAVIGATION),
    *((kind,) for kind in PICKERS),
)
"""The kinds of choices that share rows, in order."""
_LED_BY = frozenset({ButtonKind.STEP, ButtonKind.JOURNEY, ButtonKind.REMIND, ButtonKind.WATCH, ButtonKind.TEAM})
"""What the eye is led to: all else is there for who looks for it."""
_UNTICKED = "☐"
_PLACES = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
]
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_SMALL = frozenset({"privacy"})
"""What is said in small letters."""
_BOX = re.compile(r"^- ([☑☐]) ", re.MULTILINE)
_ADDRESS = re.compile(r"(https?://(?:\\[^<\s]|[^\s<\\])+)(?:\\(?=<))?")
_STRONG = re.compile(r"(?<!\\)\*\*")

Component = discord.ui.Item[Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as Discord shows it: a text or an embed, and rows of choices below it."""

    text: str | None = None
    embed: discord.Embed | None = None
    rows: tuple[tuple[Choice, ...], ...] = ()
    link: str | None = None
    """The label of a button that leads to an address."""
    address: str | None = None
    unseen: bool = False
    """Whether it is shown to who pressed a button alone, to be dismissed."""


def messages(reply: Reply) -> list[Message]:
    """Return a reply as the messages that it takes, with its choices below the last one."""
    if not reply.blocks:
        return []
    if any(each.kind is ChoiceKind.SEE_ALSO for each in reply.choices):
        # The buttons say it themselves.
        rest = tuple(block for block in reply.blocks if block.role != "more")
        reply = replace(reply, blocks=rest or reply.blocks)
    told = [_told(choice) for choice in reply.choices if choice.picked]
    if told:
        # A list shows what is picked in the place of what it is for.
        reply = replace(reply, blocks=(*reply.blocks, Block("picked", "\n".join(told))))
    rows = rows_of(reply.choices)
    first, *others = [rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS)] or [[]]
    if _is_plain(reply):
        shown = [Message(written(reply.text))]
    else:
        parts = split(reply.blocks, longest=_LONGEST_TEXT, measure=units)
        shown = [Message(embed=_embed(piece, reply.phase)) for part in parts for piece in _pieces(part.blocks)]
    *before, last = shown
    # Where there are more choices than a message holds, others follow it.
    more = [Message("\u200b", rows=tuple(each)) for each in others]
    found = [*before, replace(last, rows=tuple(first)), *more]
    return [replace(each, unseen=True) for each in found] if reply.manner is Manner.NOTICE else found


def units(text: str) -> int:
    """Return the length of a text as Discord's own client counts it, which is never less than as its server does."""
    return len(text.encode("utf-16-le")) // 2


def rows_of(choices: Sequence[Choice]) -> list[tuple[Choice, ...]]:
    """Return choices in rows: by kind, those that are short side by side, closer where they would be too many."""
    groups = [[each for each in choices if each.kind in kinds] for kinds in _TOGETHER]
    rows = [row for group in groups for row in _rows(group, _ROW_LETTERS)]
    if len(rows) <= _ROWS:
        return rows
    return [row for group in groups for row in _rows(group, None)]


def view_of(message: Message) -> discord.ui.View:
    """Return the choices of a message as the client sends them; who presses them is heard by their ids."""
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(message.rows):
        for choice in row:
            view.add_item(_component(choice, number))
    if message.link and message.address:
        view.add_item(discord.ui.Button(label=message.link, url=message.address))
    # The client remembers no view that is over.
    view.stop()
    return view


def plain(markdown: str) -> str:
    """Return a text for where Discord shows no Markdown."""
    return _ESCAPED.sub(r"\1", _STRONG.sub("", markdown))


def written(markdown: str) -> str:
    """Return a text as Discord reads it: what is escaped in an address would be taken for a part of it."""
    plain_addresses = _ADDRESS.sub(lambda found: _ESCAPED.sub(r"\1", found[1]), markdown)
    # It draws one of the two boxes as a picture, and both behind a bullet.
    return _BOX.sub(lambda found: "✅ " if found[1] == "☑" else "⬜ ", plain_addresses)


def _told(choice: Choice) -> str:
    """Return what a list is for, and what is picked from it: within an embed, a role's name calls nobody."""
    sign = "@&" if choice.kind is ChoiceKind.ROLE else "#"
    return f"- {choice.label} : {', '.join(f'<{sign}{each}>' for each in choice.picked if each.isdecimal())}"


def _small(block: Block) -> str:
    return "\n".join(f"-# {line}" for line in block.text.splitlines())


def _is_plain(reply: Reply) -> bool:
    is_short = units(reply.text) <= _LONGEST_CONTENT
    return not reply.choices and not reply.phase and len(reply.blocks) == 1 and is_short


def _pieces(blocks: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    """Yield blocks as they are, without blank ones; a line that no message holds is cut."""
    written_ones = tuple(block for block in blocks if block.text.strip())
    if sum(units(block.text) for block in written_ones) <= _LONGEST_TEXT:
        yield from filter(None, [written_ones])
        return
    for block in written_ones:
        # Half as many characters as units fit in any case.
        size = _LONGEST_TEXT // 2
        for start in range(0, len(block.text), size):
            piece = block.text[start : start + size]
            if piece.strip():
                yield (Block(block.role, piece),)


def _embed(blocks: Sequence[Block], phase: Phase | None) -> discord.Embed:
    """Return blocks as an embed: the title above, the source below, all else in between."""
    titled = _first(blocks, "title", _LONGEST_TITLE)
    sourced = _first(blocks, "source", _LONGEST_FOOTER)
    # What is said beside the matter comes last.
    others = [block for block in blocks if block is not titled and block is not sourced]
    others.sort(key=lambda block: block.role in _SMALL)
    text = written("\n\n".join(_small(block) if block.role in _SMALL else block.text for block in others))
    title = titled.text.removeprefix("**").removesuffix("**") if titled else None
    embed = discord.Embed(title=title, description=text or None, colour=_COLOURS[phase])
    return embed.set_footer(text=plain(sourced.text)) if sourced else embed


def _first(blocks: Sequence[Block], role: str, longest: int) -> Block | None:
    """Return the first block of a role, if it is no longer than there is room for."""
    found = next((block for block in blocks if block.role == role), None)
    return found if found and units(found.text) <= longest else None


def _rows(choices: Sequence[Choice], letters: int | None) -> list[tuple[Choice, ...]]:
    """Return choices of one kind in rows of at most some letters, if it matters."""
    rows: list[tuple[Choice, ...]] = []
    for choice in choices:
        row = (*rows[-1], choice) if rows and choice.kind not in PICKERS else ()
        fits = letters is None or sum(len(each.label) + _BUTTON_LETTERS for each in row) <= letters
        if row and len(row) <= _ROW_BUTTONS and fits:
            rows[-1] = row
        else:
            rows.append((choice,))
    return rows


def _component(choice: Choice, row: int) -> Component:
    picked = [discord.Object(int(each)) for each in choice.picked]
    match choice.kind:
        case ChoiceKind.PLACE | ChoiceKind.PLACES:
            several = choice.kind is ChoiceKind.PLACES
            return discord.ui.ChannelSelect(
                custom_id=choice.id,
                placeholder=choice.label,
                channel_types=_PLACES if several else _PLACES[:2],
                min_values=0,
                max_values=_PICKED_AT_ONCE if several else 1,
                default_values=[
                    discord.SelectDefaultValue(id=each.id, type=discord.SelectDefaultValueType.channel)
                    for each in picked[:_PICKED_AT_ONCE]
                ],
                row=row,
            )
        case ChoiceKind.ROLE:
            return discord.ui.RoleSelect(
                custom_id=choice.id,
                placeholder=choice.label,
                min_values=0,
                max_values=1,
                default_values=[
                    discord.SelectDefaultValue(id=each.id, type=discord.SelectDefaultValueType.role) for each in picked
                ],
                row=row,
            )
    return discord.ui.Button(
        custom_id=f"{LINK}:{choice.start}" if choice.kind is ChoiceKind.LINK else choice.id,
        label=choice.label[:_LABEL],
        style=_style_of(choice),
        emoji="➡️" if choice.kind is ChoiceKind.SEE_ALSO else None,
        row=row,
    )


def _style_of(choice: Choice) -> discord.ButtonStyle:
    """Return how much the eye is led to a button, and whether it is to think twice."""
    button = read_button(choice.id)
    if choice.kind is ChoiceKind.LINK or button is None:
        return discord.ButtonStyle.success
    match button.kind, button.verb:
        case (ButtonKind.STEP, "continue") | (ButtonKind.TIP, "publish") | (ButtonKind.LESSON, "save"):
            return discord.ButtonStyle.success
        case ButtonKind.GAP, "answer":
            return discord.ButtonStyle.primary
        case (ButtonKind.ERASE, "yes") | (_, "remove"):
            return discord.ButtonStyle.danger
        case ButtonKind.REMIND, "no":
            return discord.ButtonStyle.secondary
    is_led_to = choice.kind is ChoiceKind.CHOICE and button.kind in _LED_BY and not choice.label.startswith(_UNTICKED)
    return discord.ButtonStyle.primary if is_led_to else discord.ButtonStyle.secondary
