"""What to ask the Leads API for: criteria, order, page, and a new lead. No HTTP here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final, Literal, cast
from urllib.parse import urlencode

from leads_tui.api.models import MOSCOW, LeadResult, LeadType

__all__ = ["DAY_WORDS", "MAX_LIMIT", "NEEDED_FIELDS", "Criteria", "ListQuery", "NewLead", "Sort", "encode_fields"]

MAX_LIMIT: Final = 100
"""The most leads that one page holds (pub)."""

DAY_WORDS: Final = ("today", "lastday", "last3days", "lastweek", "lastmonth", "lastyear")
"""Words that stand for "at or after that moment" (pub)."""

NEEDED_FIELDS: Final = ("id", "result", "created_at")
"""Without these a lead is no lead for us, so they are always asked for."""

SortField = Literal["created_at", "updated_at", "duration", "result"]
_SORT_FIELDS: Final = ("created_at", "updated_at", "duration", "result")

Since = dt.datetime | str | tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """Which leads: every criterion of `q` (seed, pub). None, and an empty tuple, do not narrow.

    `is_managed` is for `leads/list` alone, `creator_type` for `leads/listrouted` alone. `created_at` is a moment
    (at or after), one of DAY_WORDS, or a pair of moments of which the second is not included (ours). A moment
    without a zone is Moscow's. Raises ValueError for what no server could understand.
    """

    ids: tuple[int, ...] = ()
    site_ids: tuple[int, ...] = ()
    department_ids: tuple[int, ...] = ()
    created_by_ids: tuple[int, ...] = ()
    assigned_to_ids: tuple[int, ...] = ()
    completed_by_ids: tuple[int, ...] = ()
    visitor_ids: tuple[int, ...] = ()
    type: LeadType | None = None
    result: LeadResult | None = None
    duration: int | None = None
    email_exists: bool | None = None
    phone_exists: bool | None = None
    is_managed: bool | None = None
    search_engine: str | None = None
    ext_referer: str | None = None
    int_referer: str | None = None
    enter_page: str | None = None
    created_at: Since | None = None
    text: str | None = None
    keyword: str | None = None
    creator_type: Literal["visitor", "employee"] | None = None

    def __post_init__(self) -> None:
        if self.type is LeadType.OTHER:
            raise ValueError("type: one of form, callback, chat; no server knows the type 'other'")
        if isinstance(self.created_at, str) and self.created_at not in DAY_WORDS:
            raise ValueError(
                f"created_at: {self.created_at!r} is not one of {', '.join(DAY_WORDS)}; or give a datetime"
            )

    def encode(self) -> str:
        """The value of `q` before it is encoded once more as a parameter: `result=missed&site_ids=1%2C2`."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self))
        # Half a surrogate pair cannot be looked for, so it is looked for as "?".
        return urlencode(
            [(name, _encode_value(value)) for name, value in given if value is not None and value != ()],
            errors="replace",
        )


@dataclass(frozen=True)
class Sort:
    """The order of a list: `Sort("created_at")` is oldest first. Raises ValueError for a field that cannot sort."""

    field: SortField
    descending: bool = False

    def __post_init__(self) -> None:
        if self.field not in _SORT_FIELDS:
            raise ValueError(f"sort: {self.field!r} is not one of {', '.join(_SORT_FIELDS)}")

    @classmethod
    def parse(cls, text: str) -> Sort:
        """The order that `encode` wrote; a field alone is ascending. Raises ValueError that names what is allowed."""
        field, _, direction = text.strip().lower().partition(":")
        if field not in _SORT_FIELDS or direction not in {"", "a", "d"}:
            raise ValueError(f"sort: {text!r} is not one of {', '.join(_SORT_FIELDS)} with :a or :d after it")
        return cls(cast("SortField", field), descending=direction == "d")

    def encode(self) -> str:
        """`created_at:d`, or `:a` for ascending (seed)."""
        return f"{self.field}:{'d' if self.descending else 'a'}"


@dataclass(frozen=True)
class ListQuery:
    """One page of a list. Raises ValueError for a limit outside 1 to 100 or a negative offset."""

    criteria: Criteria = Criteria()
    fields: tuple[str, ...] = ()
    limit: int = 50
    offset: int = 0
    sort: Sort | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise ValueError(f"limit: {self.limit} is not in 1 to {MAX_LIMIT}, the most that one page holds")
        if self.offset < 0:
            raise ValueError(f"offset: {self.offset} is below 0, the first lead of a list")

    def params(self) -> dict[str, str]:
        """The parameters of `leads/list` and `leads/listrouted`, not yet encoded."""
        params = {"limit": str(self.limit), "offset": str(self.offset)}
        if q := self.criteria.encode():
            params["q"] = q
        if self.sort:
            params["sort"] = self.sort.encode()
        return params | encode_fields(self.fields)


@dataclass(frozen=True, kw_only=True)
class NewLead:
    """A lead to `add` (seed). The server asks for an e-mail or a phone number, and judges the rest as well."""

    name: str
    site_id: int
    conversation_id: int
    text: str | None = None
    email: str | None = None
    phone: str | None = None
    department_id: int | None = None
    result: LeadResult = LeadResult.MISSED

    def params(self) -> dict[str, str]:
        """The parameters of `leads/add`, without those that were not given."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: str(value) for name, value in given if value is not None}


def encode_fields(names: Iterable[str]) -> dict[str, str]:
    """The `fields` parameter for these names (and NEEDED_FIELDS); nothing for none, which brings every field."""
    wanted = tuple(names)
    return {"fields": ",".join(dict.fromkeys((*NEEDED_FIELDS, *wanted)))} if wanted else {}


def _encode_value(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, dt.datetime):
        return _encode_moment(value)
    if isinstance(value, tuple):
        if isinstance(value[0], dt.datetime):
            return "..".join(_encode_moment(moment) for moment in value)
        return ",".join(str(part) for part in value)
    return str(value)


def _encode_moment(moment: dt.datetime) -> str:
    """Moscow time without an offset, to the second, as the server itself writes it (pub)."""
    moscow = moment.astimezone(MOSCOW) if moment.tzinfo else moment
    return moscow.replace(tzinfo=None).isoformat(timespec="seconds")
