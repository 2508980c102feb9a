"""A telephone number is the same one however it was typed."""

from __future__ import annotations

import random
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads_tui.server.samples.people import make_foreigner, make_russian, write_phone
from leads_tui.text.phones import key_digits, normalised, pretty, same_phone, tel_uri

SPELLINGS = [
    "+7 903 123-45-67",
    "+7 (903) 123-45-67",
    "8 (903) 123-45-67",
    "89031234567",
    "8-903-123-45-67",
    "903 123 45 67",
    "79031234567",
    " +7.903.123.45.67 ",
    "+7 903 123-45-67 доб. 12",
]


@pytest.mark.parametrize("phone", SPELLINGS)
def test_every_spelling_of_a_number_is_that_number(phone: str) -> None:
    assert normalised(phone) == "+79031234567"
    assert same_phone(phone, SPELLINGS[0])
    assert tel_uri(phone) == "tel:+79031234567"
    assert pretty(phone).startswith("+7 903 123-45-67")
    assert key_digits(phone) == "123"


def test_a_foreign_number_keeps_its_country() -> None:
    assert normalised("+44 113 496 0123") == "+441134960123"
    assert pretty("+13125550112") == "+1 312-555-0112"
    assert normalised("(312) 555-0112", region="US") == "+13125550112"


@pytest.mark.parametrize("phone", ["", "abc", "+7 903", "123-45-67", "x" * 300, None, "+", "()"])
def test_what_cannot_be_a_whole_number_is_none(phone: str | None) -> None:
    assert normalised(phone) is None
    assert key_digits(phone) is None


def test_another_number_is_another() -> None:
    assert not same_phone("+7 903 123-45-67", "+7 903 123-45-68")
    assert not same_phone("+7 903 123-45-67", "+1 903 123 4567")
    assert not same_phone(None, None)
    assert not same_phone("", "")
    assert not same_phone("12", "1-2")


def test_numbers_without_a_town_are_compared_by_their_digits() -> None:
    assert same_phone("123-45-67", "1234567")
    assert not same_phone("123-45-67", "1234568")


@pytest.mark.parametrize(
    ("phone", "uri"),
    [
        ("112", "tel:112"),
        ("12-34-5", "tel:12345"),
        ("+7 903", "tel:+7903"),
        ("call me", None),
        ("1", None),
        (None, None),
    ],
)
def test_a_number_that_could_not_exist_is_dialled_only_where_it_is_digits(phone: str | None, uri: str | None) -> None:
    assert tel_uri(phone) == uri


@given(st.text(alphabet="+-(). 0123456789;=#*\x1bабвxyz٣", max_size=40))
def test_a_link_holds_nothing_but_digits_and_a_leading_plus(phone: str) -> None:
    uri = tel_uri(phone)
    assert uri is None or re.fullmatch(r"tel:\+?[0-9]{3,17}", uri)


@given(st.randoms(use_true_random=False))
def test_what_is_searched_for_stands_in_every_spelling(rng: random.Random) -> None:
    person = (make_russian if rng.random() < 0.5 else make_foreigner)(rng)
    one, other = write_phone(rng, person), write_phone(rng, person)
    assert same_phone(one, other)
    key = key_digits(one)
    assert key is None or key in other


def test_the_library_is_not_loaded_before_the_first_number() -> None:
    code = "import sys, leads_tui.text.phones; sys.exit('phonenumbers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
