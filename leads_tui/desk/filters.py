"""A filter: which leads a view shows. Its language is told in `filter_words`.

known = Known(me=me, sites=sites)
wanted = Filter.parse('site:acme by:me -type:chat доставка')
query = ListQuery(wanted.criteria(known))            # what the server does
shown = [lead for lead in page if test(lead)]        # the rest: test = wanted.rest(known).tester(known)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Self

from leads_tui.api.models import Lead
from leads_tui.api.query import Criteria, Sort
from leads_tui.desk import filter_words
from leads_tui.desk.filter_criteria import plan
from leads_tui.desk.filter_matching import Known, moment_of, tester
from leads_tui.desk.filter_words import FilterProblem, Term
from leads_tui.text.layouts import in_other_layout

__all__ = ["Filter", "FilterProblem", "Known", "Lists", "Term"]

Lists = Literal["me", "sites", "departments", "employees"]
_NEEDS: Final[dict[str, Lists]] = {
    "site": "sites",
    "dept": "departments",
    "by": "employees",
    "assigned": "employees",
    "author": "employees",
}
_NOWHERE_NEEDED: Final = frozenset({"me", "nobody", "visitor", "employee"})
"""Words in the place of a person that need no list of people."""


@dataclass(frozen=True)
class Filter:
    """A filter as it was read; an empty one shows every lead. `str` writes it so that `parse` reads it again."""

    terms: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The filter that this line says. Raises FilterProblem with the place of the first wrong word."""
        return cls(filter_words.read(text))

    def __str__(self) -> str:
        return filter_words.write(self.terms)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def criteria(self, known: Known, *, is_routed: bool = True) -> Criteria:
        """As much of it as the server does by itself, in `listRouted` or in `list`."""
        return plan(self.terms, known, is_routed=is_routed)[0]

    def rest(self, known: Known, *, is_routed: bool = True) -> Filter:
        """What `criteria` leaves for the desk to look for in the leads that are loaded."""
        return Filter(plan(self.terms, known, is_routed=is_routed)[1])

    def is_exact(self, known: Known, *, is_routed: bool = True) -> bool:
        """Whether the server does all of it, so that its total is the number of leads that are shown."""
        return not self.rest(known, is_routed=is_routed)

    def tester(self, known: Known) -> Callable[[Lead], bool]:
        """Whether a lead satisfies all of it, as of now; for going through many leads."""
        tests = [tester(term, known) for term in self.terms]
        return lambda lead: all(test(lead) for test in tests)

    def matches(self, lead: Lead, known: Known | None = None) -> bool:
        """Whether this lead satisfies all of it."""
        return self.tester(known or Known())(lead)

    def needs(self) -> frozenset[Lists]:
        """What the API should list before `criteria`, so that names become ids."""
        found: set[Lists] = set()
        for term in self.terms:
            if term.key == "locked" or "me" in term.values:
                found.add("me")
            if term.key in _NEEDS and any(
                not value.isdigit() and value not in _NOWHERE_NEEDED for value in term.values
            ):
                found.add(_NEEDS[term.key])
        return frozenset(found)

    def in_other_layout(self) -> Filter | None:
        """The same with the words that are looked for as the other keyboard layout types them, to offer where the
        server found nothing; None where it has no such words."""
        terms = tuple(
            Term(term.key, tuple(map(in_other_layout, term.values)), term.is_negated)
            if term.key in {"", "text", "name", "city"}
            else term
            for term in self.terms
        )
        return Filter(terms) if terms != self.terms else None

    def ends_at(self, lead: Lead, sort: Sort, known: Known) -> bool:
        """Whether no lead behind this one in this order can satisfy it, so that no more pages need be loaded."""
        if sort.field not in {"created_at", "updated_at"}:
            return False
        place = lead.created_at if sort.field == "created_at" else lead.updated_at
        return place is not None and any(self._ends(term, place, sort, known) for term in self.terms)

    @staticmethod
    def _ends(term: Term, place: dt.datetime, sort: Sort, known: Known) -> bool:
        if term.is_negated:
            return False
        if sort.descending:
            # A lead is changed last when it is handled or later, never before it was made.
            bounds = {"from"} if sort.field == "created_at" else {"from", "done"}
            return term.key in bounds and place < moment_of(term.values[0], known)
        return term.key == "before" and sort.field == "created_at" and place >= moment_of(term.values[0], known)
