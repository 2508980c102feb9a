"""Telephone numbers: the same one however it was typed, and safe to dial.

The library is imported with the first number: it costs some 50 ms, which no start has to wait for.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

__all__ = ["REGION", "key_digits", "normalised", "pretty", "same_phone", "tel_uri"]

REGION: Final = "RU"
"""Where a number without a country's code is from: `8 903…` is `+7 903…`."""
_FEWEST_DIGITS: Final = 5
"""Fewer digits than these say nothing about whose number it is."""
_LONGEST_GROUP: Final = 4
"""A longer group of digits is written with a gap by many."""
_DIALLED: Final = range(3, 16)
"""How many digits a number may have to be dialled as it stands (ITU-T E.164: 15 at most)."""


def normalised(phone: str | None, region: str = REGION) -> str | None:
    """The number as E.164 has it (`+79031234567`), or None where it is none that could exist. An extension is not
    part of it."""
    number = _parse(phone, region) if phone else None
    if number is None:
        return None
    import phonenumbers  # noqa: PLC0415 (see the module's docstring)

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def same_phone(one: str | None, other: str | None) -> bool:
    """Whether two numbers are one, however they were typed. Numbers that could not exist are compared by their
    digits, where they have enough of them."""
    if not one or not other:
        return False
    first, second = normalised(one), normalised(other)
    if first and second:
        return first == second
    digits = _digits(one)
    return len(digits) >= _FEWEST_DIGITS and digits == _digits(other)


def pretty(phone: str) -> str:
    """The number in the international grouping of its country, `+7 903 123-45-67`; any other text as it stands."""
    number = _parse(phone, REGION)
    if number is None:
        return phone.strip()
    import phonenumbers  # noqa: PLC0415 (see the module's docstring)

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def tel_uri(phone: str | None) -> str | None:
    """A `tel:` link (RFC 3966) of a leading plus and digits only, or None where it is nothing to dial."""
    if not phone:
        return None
    if number := normalised(phone):
        return f"tel:{number}"
    digits = _digits(phone)
    if len(digits) not in _DIALLED or any(letter.isalpha() for letter in phone):
        return None
    return f"tel:{'+' if phone.strip().startswith('+') else ''}{digits}"


def key_digits(phone: str | None) -> str | None:
    """The digits that stand together however people group this number, and tell it best from others: what a search
    by substring can look for. None where there are none."""
    number = _parse(phone, REGION) if phone else None
    if number is None:
        return None
    import phonenumbers  # noqa: PLC0415 (see the module's docstring)

    national = phonenumbers.PhoneNumber(country_code=number.country_code, national_number=number.national_number)
    written = phonenumbers.format_number(national, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    # Neither the country's code nor the town's: too many share them.
    groups = [group for group in written.replace("-", " ").split()[2:] if group.isdecimal()]
    longest = max(reversed(groups), key=len, default=None)
    return longest if longest is None or len(longest) <= _LONGEST_GROUP else longest[:3]


@lru_cache(maxsize=4096)
def _parse(phone: str, region: str) -> PhoneNumber | None:
    import phonenumbers  # noqa: PLC0415 (see the module's docstring)

    try:
        number = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return None
    # A number without its town's code is nobody's: it is another one in each town.
    reason = phonenumbers.is_possible_number_with_reason(number)
    return number if reason == phonenumbers.ValidationResult.IS_POSSIBLE else None


def _digits(phone: str) -> str:
    return "".join(letter for letter in phone if letter.isascii() and letter.isdigit())
