"""What a button says fits on it, on every platform; those of a list lead through all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.buttons import page, shortened


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


@given(st.integers(0, 40), st.integers(1, 9))
def test_from_page_to_page_each_thing_is_shown_once(count: int, size: int) -> None:
    here, following = page(count, 0, size)
    seen = [*range(count)[here]]
    while following:
        here, following = page(count, following, size)
        seen += range(count)[here]
    assert seen == list(range(count))


def test_past_the_end_the_first_page_is_shown_which_leads_on() -> None:
    assert page(7, 12, 6) == page(7, 0, 6) == (slice(0, 6), 6)
