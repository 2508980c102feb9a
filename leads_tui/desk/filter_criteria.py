"""Which words of a filter the server can do by itself, as criteria of `q`, and which are left for the desk.

The server takes each criterion once, with one value or a list of ids, and knows no "not" and no "or" beyond that.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from leads_tui.api.models import LeadResult, LeadType
from leads_tui.api.query import DAY_WORDS, Criteria
from leads_tui.desk.filter_matching import Known, is_department, is_person, is_site, is_whole_address, moment_of
from leads_tui.desk.filter_words import Term

__all__ = ["plan"]

BEGINNING: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Before any lead: the criterion knows no end without a beginning."""
MOST_IDS: Final = 1000
"""The longest list of ids that is asked for."""
LONGEST: Final = 255
"""Characters of a string that the server takes (pub)."""


def plan(terms: Sequence[Term], known: Known, *, is_routed: bool) -> tuple[Criteria, tuple[Term, ...]]:
    """The criteria for as many of the words as can be, and the words that are left."""
    given: dict[str, Any] = {}
    left = set()
    for place, term in enumerate(terms):
        offer = _offer(term, known, is_routed=is_routed)
        if offer is None or not _take(given, *offer):
            left.add(place)
    left -= _take_times(given, terms, known)
    left -= _take_longest(given, "text", terms, "text")
    if known.keyword_works is not False:
        left -= _take_longest(given, "keyword", terms, "")
    return Criteria(**given), tuple(terms[place] for place in sorted(left))


def _take(given: dict[str, Any], criterion: str, value: object) -> bool:
    """Adds the criterion; false where it is there already with something that does not go with it."""
    before = given.get(criterion)
    if isinstance(before, tuple) and isinstance(value, tuple):
        both = tuple(each for each in before if each in value)
        if both:
            given[criterion] = both
        return bool(both)
    if before is not None and before != value:
        return False
    given[criterion] = value
    return True


def _offer(term: Term, known: Known, *, is_routed: bool) -> tuple[str, object] | None:
    """The criterion and its value for this word alone, or None."""
    single = term.values[0] if len(term.values) == 1 else None
    if term.key in _YES_OR_NO and single is not None:
        return _YES_OR_NO[term.key](single, not term.is_negated, is_routed)
    if term.is_negated:
        return None
    if term.key in _IDS:
        criterion, find = _IDS[term.key]
        if term.key == "author" and single in {"visitor", "employee"}:
            return ("creator_type", single) if is_routed else None
        ids = find(term.values, known)
        return (criterion, ids) if ids and len(ids) <= MOST_IDS else None
    if single is None or len(single) > LONGEST:
        return None
    if term.key == "type":
        return "type", LeadType(single)
    if term.key == "engine":
        return "search_engine", single
    return ("enter_page", single) if term.key == "page" and is_whole_address(single) else None


def _result(value: str, is_wanted: bool, _is_routed: bool) -> tuple[str, object]:
    return "result", LeadResult.MISSED if (value == "missed") == is_wanted else LeadResult.COMPLETED


def _has(value: str, is_wanted: bool, _is_routed: bool) -> tuple[str, object] | None:
    return (f"{value}_exists", is_wanted) if value in {"phone", "email"} else None


def _managed(value: str, is_wanted: bool, is_routed: bool) -> tuple[str, object] | None:
    return None if is_routed else ("is_managed", (value == "yes") == is_wanted)


_YES_OR_NO: Final[dict[str, Callable[[str, bool, bool], tuple[str, object] | None]]] = {
    "result": _result,
    "has": _has,
    "managed": _managed,
}
"""Keys whose "not" the server can say too."""


def _numbers(values: Iterable[str], _known: Known) -> tuple[int, ...]:
    return tuple(map(int, values))


def _sites(values: Sequence[str], known: Known) -> tuple[int, ...]:
    return _resolved(values, lambda value: [site.id for site in known.sites if is_site(value, site)])


def _departments(values: Sequence[str], known: Known) -> tuple[int, ...]:
    return _resolved(values, lambda value: [each.id for each in known.departments if is_department(value, each)])


def _people(values: Sequence[str], known: Known) -> tuple[int, ...]:
    def find(value: str) -> list[int]:
        if value == "me":
            return [known.me.id] if known.me else []
        return [each.id for each in known.employees if is_person(value, each, known)]

    return () if {"nobody", "visitor", "employee"} & set(values) else _resolved(values, find)


def _resolved(values: Sequence[str], find: Callable[[str], list[int]]) -> tuple[int, ...]:
    """The ids of all values, or none where one of them names nothing that is known."""
    found: dict[int, None] = {}
    for value in values:
        ids = [int(value)] if _ID.fullmatch(value) else find(value)
        if not ids:
            return ()
        found |= dict.fromkeys(ids)
    return tuple(found)


_ID: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_IDS: Final[dict[str, tuple[str, Callable[[Sequence[str], Known], tuple[int, ...]]]]] = {
    "id": ("ids", _numbers),
    "visitor": ("visitor_ids", _numbers),
    "site": ("site_ids", _sites),
    "dept": ("department_ids", _departments),
    "by": ("completed_by_ids", _people),
    "assigned": ("assigned_to_ids", _people),
    "author": ("created_by_ids", _people),
}


def _take_times(given: dict[str, Any], terms: Sequence[Term], known: Known) -> set[int]:
    """Puts the span of `from` and `before` into `created_at`; gives the places of the words that it does."""
    starts = [place for place, term in enumerate(terms) if term.key == "from" and not term.is_negated]
    ends = [place for place, term in enumerate(terms) if term.key == "before" and not term.is_negated]
    if not starts and not ends:
        return set()
    since = max((moment_of(terms[place].values[0], known) for place in starts), default=BEGINNING)
    if not ends:
        word = terms[starts[0]].values[0]
        # A word is judged by the server's clock at every look, a moment would grow old.
        given["created_at"] = word if len(starts) == 1 and word in DAY_WORDS else since
        return set(starts)
    until = min(moment_of(terms[place].values[0], known) for place in ends)
    if until < since:
        return set()
    given["created_at"] = (since, until)
    return {*starts, *ends}


def _take_longest(given: dict[str, Any], criterion: str, terms: Sequence[Term], key: str) -> set[int]:
    """Gives the server the longest of the words that it can look for, which leaves the fewest leads."""
    fit = [
        place
        for place, term in enumerate(terms)
        if term.key == key and not term.is_negated and len(term.values) == 1 and _is_plain(term.values[0])
    ]
    if not fit:
        return set()
    longest = max(fit, key=lambda place: len(terms[place].values[0]))
    given[criterion] = terms[longest].values[0]
    return {longest}


def _is_plain(value: str) -> bool:
    return len(value) <= LONGEST and not any("\ud800" <= char <= "\udfff" for char in value)
