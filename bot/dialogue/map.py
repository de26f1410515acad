"""The map of a journey, as Mermaid text."""

from collections.abc import Iterator

from bot.dialogue.script import Branch, Journey, Step, StepKind

_SHAPES = {
    StepKind.SAY: ("[", "]"),
    StepKind.CHOICE: ("{", "}"),
    StepKind.SEVERAL: ("{", "}"),
    StepKind.TEXT: ("[/", "/]"),
    StepKind.QUIZ: ("{{", "}}"),
    StepKind.TASK: ("[[", "]]"),
    StepKind.RECAP: ("([", "])"),
}
_LONGEST = 44
"""Characters of a label: longer ones make the picture too wide to read."""


def mermaid(journey: Journey) -> str:
    """Return the flowchart of a journey: a shape a step by its kind, an arrow where one leads to another."""
    lines = [f"    {_name(step.id)}{_node(step)}" for step in journey.steps]
    arrows = [f"    {_name(step.id)} {arrow}" for step in journey.steps for arrow in _arrows(journey, step)]
    return "\n".join(["flowchart TD", *lines, *arrows]) + "\n"


def _name(step: str) -> str:
    """Return what stands for a step: some words of ours are commands of Mermaid's."""
    return f"step_{step}"


def _node(step: Step) -> str:
    opening, closing = _SHAPES[step.kind]
    return f'{opening}"{_quoted(step.task or step.recap or step.id)}"{closing}'


def _arrows(journey: Journey, step: Step) -> Iterator[str]:
    for option in step.options:
        if option.next:
            yield f'-- "{_quoted(option.label)}" --> {_name(option.next)}'
    for branch in step.next:
        reason = _reason(journey, branch)
        yield f'-- "{_quoted(reason)}" --> {_name(branch.target)}' if reason else f"--> {_name(branch.target)}"


def _reason(journey: Journey, branch: Branch) -> str:
    """Return the answers that a branch wants, as their labels."""
    wanted = []
    for name, options in branch.when.items():
        labels = [found.label for each in options if (found := journey.saved[name].option(each))]
        wanted.append(" / ".join(labels))
    return ", ".join(wanted)


def _quoted(text: str) -> str:
    """Return a text that may stand between quotes in Mermaid, cut to the length of a label."""
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
    for sign, code in (("#", ""), ('"', "'"), ("&", "#amp;"), ("<", "#lt;"), (">", "#gt;")):
        cut = cut.replace(sign, code)
    return cut
