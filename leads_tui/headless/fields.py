"""`--fields`: the contract's list of what to give, `id,name,site(url),conversation(visitor(id))`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from leads_tui.locale import _

__all__ = ["Fields", "parse_fields", "project", "with_needed", "write_fields"]

Fields: TypeAlias = "dict[str, Fields | None]"
"""Each field with its own choice; None is all of it."""

_DEEPEST: Final = 20


def parse_fields(text: str) -> Fields:
    """The choice that the text says; empty for an empty one. Raises ValueError with what is wrong."""
    if not text.strip():
        return {}
    rest, fields = _parse(text, 0)
    if rest:
        raise ValueError(_("a bracket is closed that was not opened"))
    return fields


def write_fields(fields: Mapping[str, Fields | None]) -> str:
    """The choice as the API takes it."""
    return ",".join(name if own is None else f"{name}({write_fields(own)})" for name, own in fields.items())


def project(value: object, fields: Mapping[str, Fields | None]) -> object:
    """The chosen fields of an object, or of each object of a list; what is neither stays as it is."""
    if isinstance(value, list):
        return [project(each, fields) for each in value]
    if not isinstance(value, dict) or not fields:
        return value
    return {name: project(each, fields[name] or {}) for name, each in value.items() if name in fields}


def with_needed(fields: Fields, needed: Iterable[str]) -> Fields:
    """The choice with these fields too, and within each object with what makes it one, so that it can be read."""
    own = {name: each and with_needed(each, ["code" if name == "role" else "id"]) for name, each in fields.items()}
    return {name: own.get(name) for name in needed} | own


def _parse(text: str, depth: int) -> tuple[str, Fields]:
    """The fields up to the bracket that closes this level, and what stands behind it."""
    if depth > _DEEPEST:
        raise ValueError(_("too many brackets within each other"))
    fields: Fields = {}
    while True:
        end = next((place for place, char in enumerate(text) if char in ",()"), len(text))
        name, mark, text = text[:end].strip(), text[end : end + 1], text[end + 1 :]
        if not name.isidentifier() or not name.isascii():
            raise ValueError(_("{name} is not the name of a field").format(name=repr(name)))
        own: Fields | None = None
        if mark == "(":
            text, own = _parse(text, depth + 1)
            text = text.lstrip()
            mark, text = text[:1], text[1:]
        fields[name] = own
        if mark == ",":
            continue
        if depth and mark != ")":
            raise ValueError(_("a bracket is not closed"))
        if not depth and mark:
            raise ValueError(_("a bracket is closed that was not opened"))
        return text, fields
