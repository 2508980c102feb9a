"""Text typed in the wrong keyboard layout: `Ghbdtn` was meant to be `Привет`, and `руддщ` `hello`.

Keys are matched by their place, punctuation included (`б` and the comma share a key), so what went to the other layout
comes back as it was. Lay-outs: US QWERTY and Russian ЙЦУКЕН as Windows and Linux have it.
"""

from __future__ import annotations

from typing import Final

__all__ = ["repaired", "to_latin", "to_russian"]

_LATIN: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./" + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>?' + "@#$^&|"
_RUSSIAN: Final = "ёйцукенгшщзхъфывапролджэячсмитьбю." + "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ," + '"№;:?/'
_TO_RUSSIAN: Final = str.maketrans(_LATIN, _RUSSIAN)
_TO_LATIN: Final = str.maketrans(_RUSSIAN, _LATIN)


def to_russian(text: str) -> str:
    """What the same keys type in the Russian layout; for text typed in the Latin one."""
    return text.translate(_TO_RUSSIAN)


def to_latin(text: str) -> str:
    """What the same keys type in the Latin layout; for text typed in the Russian one."""
    return text.translate(_TO_LATIN)


def repaired(text: str) -> str | None:
    """The text in the layout it was not typed in, by the letters that prevail; None where there are none."""
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    russian = sum("а" <= letter <= "я" or letter == "ё" for letter in text.lower())
    if not latin and not russian:
        return None
    return to_russian(text) if latin >= russian else to_latin(text)
