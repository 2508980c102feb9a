"""A made-up language: every message is marked, longer, and has no letter of ASCII but in its placeholders."""

from __future__ import annotations

import gettext
import math
import re
from typing import Final

LONGER: Final = 1.4
PLACEHOLDER: Final = re.compile(r"(\{[^{}]*\})")
_PLAIN: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MARKED: Final = "áƀçďéƒĝĥíĵķĺɱñóþɋŕšťúṽŵẋýžÁƁÇĎÉƑĜĤÍĴĶĹṀÑÓÞɊŔŠŤÚṼŴẊÝŽ"
_LETTERS: Final = str.maketrans(_PLAIN, _MARKED)


def marked(message: str) -> str:
    """The message in the made-up language."""
    parts = PLACEHOLDER.split(message)
    words = "".join(part if place % 2 else part.translate(_LETTERS) for place, part in enumerate(parts))
    bare = "".join(parts[::2])
    padding = math.ceil(len(bare) * (LONGER - 1)) - 2
    return f"«{words}{'~' * max(0, padding)}»"


class Pseudo(gettext.NullTranslations):
    """Gives every message marked, and remembers which it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return marked(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        message = msgid1 if n == 1 else msgid2
        self.asked.add(message)
        return marked(message)
