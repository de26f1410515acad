"""What a button says fits on it, on every platform."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.buttons import shortened


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Des fèves", "Des fèves"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("des haricots " * 9, "des haricots des haricots des haricots des haricots des haricots des haricots…"),
    ],
)
def test_a_label_that_is_too_long_is_cut_between_words_where_it_has_some(label: str, shown: str) -> None:
    assert shortened(label) == shown


@given(st.text("aé -", min_size=75, max_size=90).filter(str.strip))
def test_whatever_a_label_is_a_button_holds_it_and_says_something(label: str) -> None:
    assert len(shortened(label)) <= 80
    assert shortened(label).removesuffix("…").strip()
