"""Text typed in the wrong layout is brought back."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads_tui.text.repair import repaired, to_latin, to_russian

TYPED = string.ascii_letters + string.digits + string.punctuation + " \n"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Ghbdtn", "Привет"),
        ("Lj,hsq ltym!", "Добрый день!"),
        ("j,]zdktybt", "объявление"),
        ('"nj T;br', "Это Ежик"),
        ("руддщ", "hello"),
        ("Ерфтл нщг", "Thank you"),
        ("`krf? ytn", "ёлка, нет"),
    ],
)
def test_a_text_is_brought_into_the_layout_that_was_meant(wrong: str, right: str) -> None:
    assert repaired(wrong) == right


@pytest.mark.parametrize("text", ["", "123", "...", "你好"])
def test_a_text_without_letters_of_either_layout_stays(text: str) -> None:
    assert repaired(text) is None


@given(st.text(alphabet=TYPED))
def test_what_went_to_the_other_layout_comes_back(text: str) -> None:
    assert to_latin(to_russian(text)) == text
