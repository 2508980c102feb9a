"""Placeholders in canned replies: `{name}`, `{site}`, `{operator}` and, after a call, `{when}`.

`{name|there}` has a fallback, `{{name}}` is a literal `{name}`. Only these names count: any other brace that a person
types (JSON, an emoticon, code) is text. One that could not be filled stays where it is, and `holes` finds it again in
the answer, so that it is not sent to a visitor.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from leads_tui.api.models import Employee, Lead

__all__ = ["NAMES", "Filled", "fill", "holes", "likely_mistakes", "values_for"]

NAMES: Final = ("name", "site", "operator", "when")

_NAME: Final = "|".join(NAMES)
_PLACEHOLDER: Final = re.compile(
    rf"\{{(?P<literal>\{{(?:{_NAME})(?:\|[^{{}}\n]*)?\}})\}}|\{{(?P<name>{_NAME})(?:\|(?P<fallback>[^{{}}\n]*))?\}}"
)
_ANY_WORD: Final = re.compile(r"\{\s*([^\W\d_]{2,20})\s*(?:\|[^{}\n]*)?\}")
_MISTAKEN: Final = {"имя": "name", "сайт": "site", "оператор": "operator", "когда": "when"}


@dataclass(frozen=True)
class Filled:
    """A text with its placeholders filled, as far as they could be."""

    text: str
    literals: frozenset[str] = frozenset()
    """Texts in it that look like a placeholder and are meant so; `holes` is to be told of them."""


def values_for(lead: Lead, me: Employee | None) -> dict[str, str | None]:
    """What the placeholders stand for in an answer to this lead; None where it is not known."""
    site = lead.site.url if lead.site else ""
    host = site.partition("://")[2] or site
    operator = (me.first_name or me.last_name) if me else ""
    return {"name": lead.name.strip() or None, "site": host.strip("/ ") or None, "operator": operator.strip() or None}


def fill(template: str, values: Mapping[str, str | None]) -> Filled:
    """The template with each placeholder's value, else its fallback; one with neither stays. What is filled in is not
    looked into again."""
    literals: set[str] = set()

    def replace(found: re.Match[str]) -> str:
        if literal := found["literal"]:
            literals.add(literal)
            return literal
        value = values.get(found["name"]) or found["fallback"]
        return found[0] if value is None else value

    return Filled(_PLACEHOLDER.sub(replace, template), frozenset(literals))


def holes(text: str, literals: Collection[str] = ()) -> list[tuple[int, int]]:
    """Where placeholders stand in the text that were not filled: start and end of each, in characters."""
    return [
        found.span() for found in _PLACEHOLDER.finditer(text) if found["literal"] is None and found[0] not in literals
    ]


def likely_mistakes(template: str) -> dict[str, str]:
    """Words in braces that are no placeholder but look like a misspelt one, and the name that was meant."""
    from difflib import get_close_matches  # noqa: PLC0415 (only templates that are read in need it)

    mistakes: dict[str, str] = {}
    for word in _ANY_WORD.findall(template):
        if near := _MISTAKEN.get(word.casefold()) or next(iter(get_close_matches(word.lower(), NAMES, n=1)), None):
            mistakes[word] = near
    for word in [found["name"] for found in _PLACEHOLDER.finditer(template)]:
        mistakes.pop(word, None)
    return mistakes
