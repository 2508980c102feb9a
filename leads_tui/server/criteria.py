"""`q`: the search criteria of `list` and `listRouted`, and `sort`.

`q` is itself a query string. Its criteria hold together (and). An unknown criterion, a repeated one, an empty or a bad
value raises `BadCriterion`, never goes unnoticed.

Decisions where the contract is silent (ours): the addresses and `search_engine` are compared whole; `duration` is a
number of seconds, compared exactly. A search inside `text` by a role that may not read texts looks only into the leads
addressed to the caller, whose texts they can read in `showRouted`; so nobody can guess a hidden text by searching.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from leads_tui.server.access import Caller, addressed_to
from leads_tui.server.moments import parse_moment, seconds
from leads_tui.server.params import parse_boolean, parse_form, parse_id
from leads_tui.server.schema import conversations, folded, leads

MAX_IDS: Final = 1000
"""The most ids that one idlist may hold (ours)."""

Condition = sa.ColumnElement[bool]


class BadCriterion(ValueError):
    """What is wrong with `q` or `sort`, in words."""


@dataclass(frozen=True)
class Search:
    """Who searches, when, and in which of the two lists."""

    caller: Caller
    now: datetime
    routed: bool


def parse_criteria(q: str, search: Search) -> list[Condition]:
    """The conditions that `q` puts on the leads. Raises `BadCriterion`."""
    try:
        pairs = parse_form(q)
    except ValueError as error:
        raise BadCriterion("not a query string in UTF-8") from error
    conditions: dict[str, Condition] = {}
    for name, value in pairs:
        reader = _READERS.get(name)
        if reader is None or (name in _ONLY_ROUTED and not search.routed) or (name in _ONLY_LIST and search.routed):
            raise BadCriterion(f"no criterion {name!r} here")
        if name in conditions:
            raise BadCriterion(f"{name} is given twice")
        condition = reader(value, search) if value else None
        if condition is None:
            raise BadCriterion(f"{name} cannot be {value[:100]!r}")
        conditions[name] = condition
    return list(conditions.values())


def parse_sort(sort: str | None) -> list[sa.ColumnElement[object]]:
    """The order that `sort` asks for; ties go by id in the same direction. Raises `BadCriterion`."""
    field, _, direction = (sort or "created_at:d").partition(":")
    if field not in _SORTED_BY or direction not in {"a", "d"}:
        raise BadCriterion(f"write one of {', '.join(_SORTED_BY)} with :a or :d after it")
    column = leads.c[field]
    ordered = column.asc() if direction == "a" else column.desc()
    if column.nullable:
        ordered = ordered.nulls_last()
    return [ordered, leads.c.id.asc() if direction == "a" else leads.c.id.desc()]


Reader = Callable[[str, Search], Condition | None]


def _parse_ids(value: str) -> list[int] | None:
    parts = value.split(",")
    ids = [number for part in parts if (number := parse_id(part.strip())) is not None]
    return ids if len(ids) == len(parts) <= MAX_IDS else None


def _one_of(column: sa.Column[int]) -> Reader:
    def read(value: str, _search: Search) -> Condition | None:
        ids = _parse_ids(value)
        return None if ids is None else column.in_(ids)

    return read


def _of_visitors(value: str, _search: Search) -> Condition | None:
    ids = _parse_ids(value)
    if ids is None:
        return None
    theirs = sa.select(conversations.c.id).where(conversations.c.visitor_id.in_(ids))
    return leads.c.conversation_id.in_(theirs)


def _word(column: sa.Column[str], *allowed: str) -> Reader:
    def read(value: str, _search: Search) -> Condition | None:
        return column == value if value in allowed else None

    return read


def _same(column: sa.Column[str]) -> Reader:
    def read(value: str, _search: Search) -> Condition | None:
        return column == value

    return read


def _exists(column: sa.Column[str]) -> Reader:
    def read(value: str, _search: Search) -> Condition | None:
        wanted = parse_boolean(value)
        return None if wanted is None else column.is_not(None) if wanted else column.is_(None)

    return read


def _duration(value: str, _search: Search) -> Condition | None:
    return leads.c.duration == float(value) if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", value) else None


def _created_at(value: str, search: Search) -> Condition | None:
    start, dots, end = value.partition("..")
    since = parse_moment(start, search.now)
    if since is None:
        return None
    if not dots:
        return leads.c.created_at >= seconds(since)
    until = parse_moment(end, search.now)
    if until is None or until < since:
        return None
    return sa.and_(leads.c.created_at >= seconds(since), leads.c.created_at < seconds(until))


def _text(value: str, search: Search) -> Condition:
    inside = leads.c.text_folded.contains(folded(value), autoescape=True)
    if search.routed or search.caller.reads_every_text:
        return inside
    return sa.and_(inside, addressed_to(search.caller))


def _keyword(value: str, search: Search) -> Condition:
    return sa.or_(leads.c.keywords.contains(folded(value), autoescape=True), _text(value, search))


def _is_managed(value: str, search: Search) -> Condition | None:
    wanted = parse_boolean(value)
    if wanted is None:
        return None
    own = addressed_to(search.caller)
    # A lead that nobody is assigned to makes the condition unknown to SQL rather than false.
    return own if wanted else sa.not_(sa.func.coalesce(own, sa.false()))


def _creator_type(value: str, _search: Search) -> Condition | None:
    if value not in {"visitor", "employee"}:
        return None
    return leads.c.created_by_id.is_(None) if value == "visitor" else leads.c.created_by_id.is_not(None)


_READERS: Final[dict[str, Reader]] = {
    "ids": _one_of(leads.c.id),
    "site_ids": _one_of(leads.c.site_id),
    "department_ids": _one_of(leads.c.department_id),
    "created_by_ids": _one_of(leads.c.created_by_id),
    "assigned_to_ids": _one_of(leads.c.assigned_to_id),
    "completed_by_ids": _one_of(leads.c.completed_by_id),
    "visitor_ids": _of_visitors,
    "type": _word(leads.c.type, "form", "callback", "chat"),
    "result": _word(leads.c.result, "missed", "completed"),
    "duration": _duration,
    "email_exists": _exists(leads.c.email),
    "phone_exists": _exists(leads.c.phone),
    "is_managed": _is_managed,
    "search_engine": _same(leads.c.search_engine),
    "ext_referer": _same(leads.c.ext_referer),
    "int_referer": _same(leads.c.int_referer),
    "enter_page": _same(leads.c.entry_page),
    "entry_page": _same(leads.c.entry_page),
    "created_at": _created_at,
    "text": _text,
    "keyword": _keyword,
    "creator_type": _creator_type,
}
_ONLY_LIST: Final = frozenset({"is_managed"})
_ONLY_ROUTED: Final = frozenset({"creator_type"})
_SORTED_BY: Final = ("created_at", "updated_at", "duration", "result")
