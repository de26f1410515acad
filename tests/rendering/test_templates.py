"""Every sentence renders, and what a template inserts is never markup."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.rendering.check import check_prompts
from bot.rendering.templates import Templates, escape_markdown
from bot.resources import PROMPTS


def test_the_prompts_that_come_with_vigie_pass() -> None:
    assert check_prompts(PROMPTS) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("answer/unknown.md.j2", "{% block text %}{{ oops", "answer/unknown.md.j2:1: not a valid template"),
        ("answer/unknown.md.j2", "{% block text %}{{ oops }}{% endblock %}", "'oops' is undefined"),
        ("answer/unknown.md.j2", "rien", "the template says nothing."),
        ("smalltalk.yaml", "greeting:\n  - salut\n  - [oups]\n", "smalltalk.yaml:3: Input should be a valid string."),
        ("smalltalk.yaml", "greeting: [salut\n", "smalltalk.yaml:2: not valid YAML"),
        ("smalltalk.yaml", "inconnu:\n  - salut\n", "smalltalk.yaml:1: 'inconnu' has no reply."),
        ("smalltalk.yaml", "greeting:\n  - salut\nthanks:\n  - Salut\n", "smalltalk.yaml:4: 'Salut' stands in"),
    ],
)
def test_a_broken_prompt_is_named_with_its_line(tmp_path: Path, name: str, text: str, expected: str) -> None:
    shutil.copytree(PROMPTS, tmp_path / "fr")
    (tmp_path / "fr" / name).write_text(text, encoding="utf-8")
    found = [str(problem) for problem in check_prompts(tmp_path / "fr")]
    assert any(expected in problem for problem in found), found


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("  resume: Reprendre\n", "", "'labels.resume' is missing."),
        ("  resume: Reprendre\n", "  resume: Reprendre\n  reprise: Reprendre\n", "Extra inputs are not permitted."),
        ("  resume: Reprendre\n", "  resume: ''\n", "String should have at least 1 character."),
    ],
)
def test_a_label_that_is_missing_unknown_or_empty_is_told(
    tmp_path: Path, before: str, after: str, expected: str
) -> None:
    shutil.copytree(PROMPTS, tmp_path / "fr")
    path = tmp_path / "fr" / "wording.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    [problem] = check_prompts(tmp_path / "fr")
    assert expected in str(problem)


@given(st.text())
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse("x " + escape_markdown(text))
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {"text", "text_special"}


def test_an_inserted_value_is_escaped_and_an_empty_block_left_out(tmp_path: Path) -> None:
    source = "{% block title %}**{{ title }}**{% endblock %}\n{% block none %}{% endblock %}"
    (tmp_path / "essai.md.j2").write_text(source, encoding="utf-8")
    [block] = Templates(tmp_path).render("essai", title="[clic](https://mal.example) *gras* {{ 7 * 7 }}")
    assert block.role == "title"
    assert block.text == r"**\[clic\](https://mal.example) \*gras\* {{ 7 \* 7 }}**"


def test_what_is_said_needs_no_file_once_it_was_read(tmp_path: Path) -> None:
    folder = tmp_path / "prompts"
    shutil.copytree(PROMPTS / "help", folder / "help")
    templates = Templates(folder)
    shutil.rmtree(folder)
    assert templates.render("help/failure", reference="0123abcd")
