"""The views: named searches that stand as tabs, the built-in ones first and then the operator's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from leads_tui.api.models import Lead
from leads_tui.api.query import Criteria, Sort
from leads_tui.desk.filters import Filter, Known
from leads_tui.locale import N_

__all__ = ["BUILT_IN", "INBOX", "MINE", "SavedWords", "Source", "View", "all_views", "matches"]


class Source(StrEnum):
    """Out of which leads a view takes its own."""

    ROUTED = "routed"
    """Those addressed to the operator (seed: listRouted)."""
    ALL = "all"
    """Everybody's; texts only for some roles (seed: list)."""
    MINE = "mine"
    """Those addressed to the operator that they hold, or have a draft for."""


@dataclass(frozen=True)
class View:
    """One tab: which leads, in which order. The name of a built-in one is a word for `_`."""

    name: str
    filter: Filter
    source: Source = Source.ROUTED
    sort: Sort = field(default=Sort("created_at"))
    is_built_in: bool = False

    @property
    def is_routed(self) -> bool:
        """Whether its leads come from `listRouted`, else from `list`."""
        return self.source is not Source.ALL

    def with_filter(self, wanted: Filter) -> View:
        """The same tab with another filter, as the operator edits it."""
        return View(self.name, wanted, self.source, self.sort, self.is_built_in)

    def criteria(self, known: Known) -> Criteria:
        """What the server is asked for, page by page."""
        return self.filter.criteria(known, is_routed=self.is_routed)

    def also(self, known: Known) -> Criteria | None:
        """What it is asked for beside that, in one page: the leads with a draft that no longer are where the pages
        come to."""
        if self.source is not Source.MINE or not known.draft_ids:
            return None
        return Criteria(ids=tuple(sorted(known.draft_ids)[-MOST_DRAFTS:]))

    def is_exact(self, known: Known) -> bool:
        """Whether the server does all of it, so that its total is the view's count."""
        return self.source is not Source.MINE and self.filter.is_exact(known, is_routed=self.is_routed)

    def shows(self, known: Known) -> Callable[[Lead], bool]:
        """Whether a lead that the server gave belongs here, as of now. What the server does by itself is judged too
        only where a lead may have changed since: whether it is still missed, and whose it is."""
        rest = self.filter.rest(known, is_routed=self.is_routed).terms
        still = Filter(tuple(term for term in self.filter.terms if term.key == "result" or term in rest)).tester(known)
        if self.source is not Source.MINE:
            return still
        mine = Filter.parse("locked:me").tester(known)
        return lambda lead: still(lead) and (mine(lead) or lead.id in known.draft_ids)

    def ends_at(self, lead: Lead, known: Known) -> bool:
        """Whether nothing of it comes behind this lead, so that no more pages need be loaded."""
        return self.filter.ends_at(lead, self.sort, known)


MOST_DRAFTS: Final = 100
"""The most leads with drafts that are asked for: as many as one page holds."""

INBOX: Final = View(N_("Inbox"), Filter.parse("result:missed"), is_built_in=True)
MINE: Final = View(N_("Mine"), Filter(), Source.MINE, is_built_in=True)
ANSWERED_TODAY: Final = View(
    N_("Answered today"),
    Filter.parse("result:completed by:me done:today"),
    sort=Sort("updated_at", descending=True),
    is_built_in=True,
)
ALL_LEADS: Final = View(
    N_("All leads"), Filter(), Source.ALL, sort=Sort("created_at", descending=True), is_built_in=True
)
BUILT_IN: Final = (INBOX, MINE, ANSWERED_TODAY, ALL_LEADS)


class SavedWords(Protocol):
    """A view as the settings hold it, its words checked already."""

    @property
    def name(self) -> str:
        """What its tab is called."""
        ...

    @property
    def filter(self) -> str:
        """Its filter as a line."""
        ...

    @property
    def source(self) -> str:
        """One of Source."""
        ...

    @property
    def sort(self) -> str:
        """Its order, such as `created_at:d`."""
        ...


def all_views(saved: Iterable[SavedWords] = ()) -> tuple[View, ...]:
    """The built-in views, then the saved ones in their order. Raises ValueError for words that nobody checked."""
    own = (View(each.name, Filter.parse(each.filter), Source(each.source), Sort.parse(each.sort)) for each in saved)
    return (*BUILT_IN, *own)


def matches(lead: Lead, words: str) -> bool:
    """Whether every word stands somewhere in what is known of the lead, in either case."""
    known = "\n".join(
        part
        for part in (
            str(lead.id),
            lead.name,
            lead.text,
            lead.phone,
            lead.email,
            lead.type.value,
            lead.site.url if lead.site else None,
            lead.department.title if lead.department else None,
            lead.city,
            lead.search_query,
            lead.locked_by.name if lead.locked_by else None,
        )
        if part
    ).casefold()
    return all(word in known for word in words.casefold().split())
