"""Keys work by their place on the keyboard, in the Russian layout too."""

from __future__ import annotations

import pytest

from leads_tui.text.layouts import LATIN, RUSSIAN, in_every_layout, in_russian


@pytest.mark.parametrize(
    ("key", "twin"), [("j", "о"), ("G", "П"), ("ctrl+s", "ctrl+ы"), ("ctrl+shift+p", "ctrl+shift+з"), ("n", "т")]
)
def test_a_letter_has_its_neighbour_in_the_other_layout(key: str, twin: str) -> None:
    assert in_russian(key) == twin


@pytest.mark.parametrize("key", ["enter", "f2", "slash", "shift+tab", "escape", "1", "+", ""])
def test_what_is_no_letter_has_none(key: str) -> None:
    assert in_russian(key) is None


def test_every_letter_has_a_twin_of_its_own() -> None:
    twins = {in_russian(letter) for letter in LATIN + LATIN.upper()}
    assert twins == set(RUSSIAN + RUSSIAN.upper())


def test_a_list_of_keys_gets_each_twin_once() -> None:
    assert in_every_layout("ctrl+s, f2,j") == "ctrl+s,ctrl+ы,f2,j,о"
    assert in_every_layout("j,о") == "j,о"
