"""Reading a call's parameters: each bad one is remembered, and all are told at once (422)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

from leads_tui.server.errors import INVALID, REQUIRED, TOO_LONG, invalid

MAX_STRING: Final = 255
"""The longest string, in characters, unless the contract says otherwise (pub)."""
MAX_TEXT: Final = 2000
"""The longest `text` and `answer_text`, in characters (pub)."""

TRUE: Final = frozenset({"yes", "1", "true"})
FALSE: Final = frozenset({"no", "0", "false"})

_ID: Final = re.compile(r"[1-9][0-9]{0,17}")
_COUNT: Final = re.compile(r"[0-9]{1,18}")
_MAX_PARAMETERS: Final = 200


def parse_form(encoded: str) -> list[tuple[str, str]]:
    """The pairs of a query string or a form in UTF-8. Raises `ValueError` where it is not UTF-8 or absurdly long."""
    return parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS)


def parse_id(value: str) -> int | None:
    """The id that the value spells, or None."""
    return int(value) if _ID.fullmatch(value) else None


def parse_boolean(value: str) -> bool | None:
    """The boolean in any of the contract's six spellings, or None."""
    lowered = value.lower()
    if lowered in TRUE:
        return True
    return False if lowered in FALSE else None


class Params:
    """The parameters of one call. Every reader notes what is wrong and goes on; `check` raises what was noted."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        pairs = list(pairs)
        self._values = dict(pairs)
        self._problems: dict[str, list[str]] = {}
        for name, times in Counter(name for name, _ in pairs).items():
            if times > 1:
                self.refuse(name, INVALID)

    def refuse(self, name: str, code: str) -> None:
        """Notes that the parameter is bad."""
        codes = self._problems.setdefault(name, [])
        if code not in codes:
            codes.append(code)

    def problems(self) -> dict[str, list[str]]:
        """The codes noted so far, by parameter."""
        return {name: list(codes) for name, codes in self._problems.items()}

    def is_given(self, name: str) -> bool:
        """True where the parameter is there and not blank, right or wrong."""
        return bool(self._values.get(name, "").strip())

    def check(self) -> None:
        """Raises the 422 that names every bad parameter noted so far."""
        if self._problems:
            told = "; ".join(f"{name}: {', '.join(codes)}" for name, codes in self._problems.items())
            raise invalid(f"Bad parameters: {told}", self._problems)

    def text(self, name: str, *, required: bool = False, longest: int = MAX_STRING) -> str | None:
        """The string as it was sent, or None where it is missing or blank."""
        value = self._values.get(name)
        if value is None or not value.strip():
            if required:
                self.refuse(name, REQUIRED)
            return None
        if len(value) > longest:
            self.refuse(name, TOO_LONG)
            return None
        return value

    def identifier(self, name: str, *, required: bool = False) -> int | None:
        """The id, or None where it is missing or bad."""
        value = self.text(name, required=required, longest=MAX_TEXT)
        if value is None:
            return None
        number = parse_id(value)
        if number is None:
            self.refuse(name, INVALID)
        return number

    def count(self, name: str, *, default: int, most: int | None = None) -> int:
        """A whole number from 0 to `most`, or the default where it is missing or bad."""
        value = self.text(name, longest=MAX_TEXT)
        if value is None:
            return default
        if not _COUNT.fullmatch(value) or (most is not None and int(value) > most):
            self.refuse(name, INVALID)
            return default
        return int(value)
