"""Keys by their place on the keyboard, so that a command works in the Russian layout too.

A terminal sends what a key types, not where it lies: in the Russian layout the key of `j` sends `о`, and some
terminals send `ctrl+ы` for `ctrl+s`. Only letters are mapped: punctuation moves about between layouts, which is
why every command on such a key has a function key as well.
"""

from __future__ import annotations

from typing import Final

LATIN: Final = "qwertyuiopasdfghjklzxcvbnm"
RUSSIAN: Final = "йцукенгшщзфывапролдячсмить"
_RUSSIAN_OF: Final = dict(zip(LATIN + LATIN.upper(), RUSSIAN + RUSSIAN.upper(), strict=True))


def in_russian(key: str) -> str | None:
    """The same key in the Russian layout (`j` → `о`, `ctrl+s` → `ctrl+ы`), or None where it is no letter."""
    prefix, plus, letter = key.rpartition("+")
    twin = _RUSSIAN_OF.get(letter)
    return f"{prefix}{plus}{twin}" if twin else None


def in_every_layout(keys: str) -> str:
    """A comma list of keys with each letter's twin in the Russian layout after it."""
    result: list[str] = []
    for key in (key.strip() for key in keys.split(",")):
        result += [key, twin] if (twin := in_russian(key)) else [key]
    return ",".join(dict.fromkeys(result))


_TYPED: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_TYPED_IN_RUSSIAN: Final = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_SHIFTED: Final = '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'
_TO_RUSSIAN: Final = str.maketrans(_TYPED + _SHIFTED, _TYPED_IN_RUSSIAN + _TYPED_IN_RUSSIAN.upper())
_TO_LATIN: Final = str.maketrans(_TYPED_IN_RUSSIAN + _TYPED_IN_RUSSIAN.upper(), _TYPED + _SHIFTED)


def in_other_layout(text: str) -> str:
    """What the same keys type in the other layout: `ljcnfdrf` is `доставка`, `ензу` is `type`. A text with a Russian
    letter was typed in the Russian layout, any other in the Latin one."""
    is_russian = any(ord(letter) in _TO_LATIN for letter in text)
    return text.translate(_TO_LATIN if is_russian else _TO_RUSSIAN)
