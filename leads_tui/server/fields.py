"""`fields`: which parts of an object to return, nested like `id,name,site(id,url),conversation(visitor(id))` (pub)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

Shape = Mapping[str, "Shape | None"]
"""The fields that an object has; those that are objects themselves with their own shape."""

Choice = dict[str, "Choice | None"]
"""The fields that were asked for; None stands for all of an object."""

_DEPARTMENT: Final[Shape] = {"id": None, "title": None}
EMPLOYEE: Final[Shape] = {
    "id": None,
    "first_name": None,
    "last_name": None,
    "email": None,
    "state": None,
    "role": {"code": None, "title": None},
    "departments": _DEPARTMENT,
    "is_lead_assigned": None,
}
LEAD: Final[Shape] = {
    **dict.fromkeys(("id", "type", "result", "name", "text", "answer_text", "email", "phone")),
    **dict.fromkeys(("created_at", "updated_at", "completed_at")),
    **dict.fromkeys(("completed_by", "created_by", "assigned_to", "locked_by"), EMPLOYEE),
    **dict.fromkeys(("is_locked", "is_managed", "duration")),
    "site": {"id": None, "url": None},
    "department": _DEPARTMENT,
    "conversation": {"id": None, "visitor": {"id": None, "name": None}, "created_at": None},
    **dict.fromkeys(("country", "city", "entry_page", "int_referer", "ext_referer")),
    **dict.fromkeys(("search_engine", "search_query", "page_count", "visit_count")),
}

_TOKENS: Final = re.compile(r"\s*([A-Za-z_0-9]+|[(),])\s*")


class UnknownField(ValueError):
    """`fields` names something that the object does not have, or is not a list of names."""


def parse_fields(text: str, shape: Shape) -> Choice:
    """What the text asks for. Raises `UnknownField`, which says where the text goes wrong."""
    tokens: list[str] = []
    position = 0
    while position < len(text):
        match = _TOKENS.match(text, position)
        if match is None:
            raise UnknownField(f"unexpected {text[position]!r}")
        tokens.append(match[1])
        position = match.end()
    choice, rest = _parse_names(tokens, shape)
    if rest:
        raise UnknownField(f"unexpected {rest[0]!r}")
    return choice


def project(value: object, choice: Choice | None) -> object:
    """The chosen parts of an object, or of each object in a list. A part that it lacks stays absent."""
    if choice is None or value is None:
        return value
    if isinstance(value, list):
        return [project(item, choice) for item in value]
    if isinstance(value, dict):
        return {name: project(value[name], inner) for name, inner in choice.items() if name in value}
    return value


def _parse_names(tokens: list[str], shape: Shape) -> tuple[Choice, list[str]]:
    choice: Choice = {}
    while True:
        if not tokens or tokens[0] not in shape:
            raise UnknownField(f"no field {tokens[0]!r}" if tokens else "a name is missing at the end")
        name, tokens = tokens[0], tokens[1:]
        inner: Choice | None = None
        inner_shape = shape[name]
        if tokens and tokens[0] == "(" and inner_shape is not None:
            inner, tokens = _parse_names(tokens[1:], inner_shape)
            if not tokens or tokens[0] != ")":
                raise UnknownField("a closing bracket is missing")
            tokens = tokens[1:]
        choice[name] = _both(choice[name], inner) if name in choice else inner
        if not tokens or tokens[0] != ",":
            return choice, tokens
        tokens = tokens[1:]


def _both(one: Choice | None, other: Choice | None) -> Choice | None:
    if one is None or other is None:
        return None
    merged = dict(one)
    for name, inner in other.items():
        merged[name] = _both(merged[name], inner) if name in merged else inner
    return merged
