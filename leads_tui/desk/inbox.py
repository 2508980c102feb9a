"""The leads of one view: pages as the cursor nears the end, polls that never move the row in hand.

Selection is by lead id. A poll changes rows where they stand; what it would add waits behind a count while the
operator is busy (an open lead, a menu, a selection); a row under the cursor that vanished stays until the cursor
leaves it. A failed poll changes nothing but the age of what is shown.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from leads_tui.api.errors import ApiError, TooManyRequests
from leads_tui.api.models import Lead, LeadPage, LeadResult
from leads_tui.api.query import Criteria, ListQuery, Sort
from leads_tui.desk.ports import Tools

PAGE: Final = 100
"""Leads asked for at once: the most that the server gives (pub: list)."""
OVERLAP: Final = 5
"""Leads of the page before that are asked for again, so that one that left meanwhile hides none."""
LONGEST_BACK_OFF: Final = 120.0
LOOK_AGAIN: Final = 0.2
"""Seconds between two looks whether a page that is under way has come."""
OLDEST_FIRST: Final = Sort("created_at")
Place = tuple[float, int]
MOST_PAGES_POLLED: Final = 10
"""However far the operator scrolled, a poll asks for no more pages than these."""


@dataclass(frozen=True)
class Row:
    """A lead in the list, and whether it is still there on the server."""

    lead: Lead
    is_gone: bool = False


@dataclass(frozen=True)
class Freshness:
    """How old the list is. `problem` is why the last try failed, `next_try` when (boot clock) the next one is."""

    loaded_at: dt.datetime | None = None
    problem: ApiError | None = None
    offline_since: dt.datetime | None = None
    next_try: float | None = None


@dataclass
class _Polled:
    leads: dict[int, Lead] = field(default_factory=dict)
    total: int = 0
    is_steady: bool = True
    """The total held still from page to page, so that an absence means something."""
    is_complete: bool = False
    horizon: Place | None = None
    """The place of the last lead that was polled; None where a lead may change its place."""
    newest: tuple[Lead, ...] = ()
    """The newest leads, where they lie beyond the pages that were asked for."""

    def shows_absence_of(self, lead: Lead, sort: Sort) -> bool:
        """True where this lead would be among those polled, were it still in the list."""
        if not self.is_steady or lead.id in self.leads:
            return False
        return self.is_complete or (self.horizon is not None and _place(lead, sort) <= self.horizon)


def _place(lead: Lead, sort: Sort) -> Place:
    """Where the lead stands in this order: the smaller, the nearer to the top. What is not there comes last."""
    value = getattr(lead, sort.field)
    sign = -1 if sort.descending else 1
    if value is None:
        number = math.inf
    elif isinstance(value, dt.datetime):
        number = sign * value.timestamp()
    else:
        number = sign * (float(value is LeadResult.MISSED) if isinstance(value, LeadResult) else value)
    return number, sign * lead.id


class Inbox:
    """The list itself: rows in order, the selection, and what waits.

    Without `criteria` it is what is missed; `is_routed` says whether it comes from `listRouted` or from `list`.
    """

    def __init__(
        self,
        tools: Tools,
        *,
        criteria: Criteria | None = None,
        sort: Sort = OLDEST_FIRST,
        is_routed: bool = True,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.rows: list[Row] = []
        self.total = 0
        self.waiting: dict[int, Lead] = {}
        """New leads that are not shown yet, because the operator is busy."""
        self.selected_id: int | None = None
        self.fresh = Freshness()
        self.is_busy = False
        self._tools = tools
        self._criteria = criteria or Criteria(result=LeadResult.MISSED)
        self._sort = sort
        self._list = tools.api.list_routed if is_routed else tools.api.list
        self._on_change = on_change
        self._places: dict[int, int] = {}
        self._handled: set[int] = set()
        self._newest: Place | None = None
        self._new_beyond: set[int] = set()
        self._loading_more = False
        self._failures = 0
        self._moment = 0
        self._noted: dict[int, int] = {}
        self._merged_at = 0

    # What the screen asks --------------------------------------------------------------------------------------

    @property
    def selected(self) -> Lead | None:
        """The lead under the cursor."""
        index = self.index_of(self.selected_id)
        return self.rows[index].lead if index is not None else None

    def index_of(self, lead_id: int | None) -> int | None:
        """The place of this lead's row, or None."""
        return None if lead_id is None else self._places.get(lead_id)

    @property
    def new_count(self) -> int:
        """How many new leads there are that the list does not show yet."""
        return len(self.waiting) + len(self._new_beyond)

    @property
    def has_more(self) -> bool:
        """True while the server has leads of this list that are not loaded."""
        return self._live_count() < self.total

    def select(self, lead_id: int | None) -> None:
        """Moves the cursor to this lead's row. A row that vanished goes as soon as the cursor leaves it."""
        if lead_id == self.selected_id:
            return
        self.selected_id = lead_id
        if not self.is_busy:
            self._drop_gone()
        self._on_change()

    def next_free(self, after: int | None) -> Lead | None:
        """The next lead below `after`, then from the top, that nobody holds and that is still missed."""
        start = self.index_of(after)
        places = (
            range(len(self.rows))
            if start is None
            else [(start + 1 + step) % len(self.rows) for step in range(len(self.rows) - 1)]
        )
        for place in places:
            row = self.rows[place]
            if not row.is_gone and not row.lead.is_locked and row.lead.is_missed:
                return row.lead
        return None

    def set_busy(self, *, busy: bool) -> None:
        """While busy no row comes or goes; what waited comes in when it ends."""
        self.is_busy = busy
        if not busy:
            self._drop_gone()
            self._let_in()
            self._on_change()

    def note(self, lead: Lead) -> None:
        """Takes a lead as another call just saw it, so that the list does not wait for its next poll."""
        self._moment += 1
        self._noted[lead.id] = self._moment
        has_left = not lead.is_missed and self._criteria.result is LeadResult.MISSED
        if has_left:
            self._handled.add(lead.id)
            self.waiting.pop(lead.id, None)
        index = self.index_of(lead.id)
        if index is not None:
            self.rows[index] = Row(lead, is_gone=has_left)
            self._on_change()

    def note_freed(self, lead_id: int) -> None:
        """Takes that the operator's lock on this lead is off."""
        index = self.index_of(lead_id)
        if index is not None and self.rows[index].lead.is_locked:
            lead = self.rows[index].lead.model_copy(update={"is_locked": False, "locked_by": None})
            self._noted[lead_id] = self._moment = self._moment + 1
            self.rows[index] = Row(lead, is_gone=self.rows[index].is_gone)
            self._on_change()

    # What goes over the network --------------------------------------------------------------------------------

    async def refresh(self) -> None:
        """Asks for everything that is loaded once more. A failure is noted in `fresh`, never raised.

        Of two that overlap, the one that began last decides: what an older one brings later is out of date.
        """
        self._moment += 1
        began = self._moment
        try:
            polled = await self._poll()
        except ApiError as problem:
            if began > self._merged_at:
                self._failed(problem)
            return
        if began < self._merged_at:
            return
        self._merged_at = began
        self._succeeded()
        self._merge(polled, began)
        self._on_change()

    async def load_more(self) -> None:
        """Loads the next page. Calls that come while one is under way do nothing."""
        if self._loading_more or not self.has_more:
            return
        self._loading_more = True
        try:
            page = await self._page(max(0, self._live_count() - OVERLAP))
        except ApiError as problem:
            self._failed(problem)
            return
        finally:
            self._loading_more = False
        self._succeeded()
        self.total = page.total
        self._add(page.leads)
        self._new_beyond -= self._places.keys()
        self._on_change()

    async def load_all(self) -> None:
        """Loads page after page until all are there or one fails, which `fresh` then tells. Cancel it to stop; what
        came stays."""
        while self.has_more:
            if self._loading_more:
                await self._tools.clock.sleep(LOOK_AGAIN)
                continue
            before = self._live_count()
            await self.load_more()
            if self.fresh.problem is not None or self._live_count() == before:
                return

    async def poll_for_ever(self) -> None:
        """Refreshes at the interval with jitter; after failures later and later, as told by a 429."""
        while True:
            wait = self._tools.poll_every * self._tools.rng.uniform(0.85, 1.15)
            problem = self.fresh.problem
            if problem is not None:
                wait = min(wait * 2 ** min(self._failures - 1, 6) / 3, LONGEST_BACK_OFF)
                if isinstance(problem, TooManyRequests):
                    wait = max(wait, problem.retry_after)
                self.fresh = Freshness(
                    self.fresh.loaded_at, problem, self.fresh.offline_since, self._tools.clock.boot() + wait
                )
                self._on_change()
            await self._tools.clock.sleep(wait)
            await self.refresh()

    # How it works ----------------------------------------------------------------------------------------------

    async def _page(self, offset: int) -> LeadPage:
        query = ListQuery(criteria=self._criteria, limit=PAGE, offset=offset, sort=self._sort)
        return await self._list(query)

    async def _poll(self) -> _Polled:
        polled = _Polled()
        wanted = min(max(PAGE, self._live_count()), MOST_PAGES_POLLED * PAGE)
        offset = 0
        while not offset or (offset < wanted and not polled.is_complete):
            page = await self._page(offset)
            polled.is_steady = polled.is_steady and (not offset or polled.total == page.total)
            polled.total = page.total
            polled.leads.update((lead.id, lead) for lead in page.leads)
            offset += PAGE
            polled.is_complete = offset >= page.total or not page.leads
        if self._sort.field == "created_at":
            polled.horizon = max((_place(lead, self._sort) for lead in polled.leads.values()), default=None)
        if not polled.is_complete:
            query = ListQuery(criteria=self._criteria, limit=PAGE, sort=Sort("created_at", descending=True))
            polled.newest = (await self._list(query)).leads
        return polled

    def _merge(self, polled: _Polled, began: int) -> None:
        self.total = polled.total
        # What another call saw after this poll began is younger than what the poll brings.
        self._noted = {lead_id: moment for lead_id, moment in self._noted.items() if moment > began}
        seen = {lead_id: lead for lead_id, lead in polled.leads.items() if lead_id not in self._handled}
        self.rows = [
            row
            if row.lead.id in self._noted
            else Row(seen[row.lead.id])
            if row.lead.id in seen
            else Row(row.lead, is_gone=row.is_gone or polled.shows_absence_of(row.lead, self._sort))
            for row in self.rows
        ]
        self.waiting = {
            lead_id: seen.get(lead_id, lead)
            for lead_id, lead in self.waiting.items()
            if not polled.shows_absence_of(lead, self._sort)
        }
        for lead in seen.values():
            if lead.id not in self._places:
                self.waiting[lead.id] = lead
        self._count_new_beyond(polled)
        if not self.is_busy or not self.rows:
            self._drop_gone()
            self._let_in()

    def _count_new_beyond(self, polled: _Polled) -> None:
        """Leads that came since the last look and lie beyond the pages that are loaded."""
        newest = polled.newest or tuple(polled.leads.values())
        if self._newest is not None:
            came = {lead.id for lead in polled.newest if _place(lead, OLDEST_FIRST) > self._newest}
            self._new_beyond = (self._new_beyond | came) - self._places.keys() - self.waiting.keys()
        if polled.is_complete:
            self._new_beyond.clear()
        self._newest = max((_place(lead, OLDEST_FIRST) for lead in newest), default=self._newest)

    def _add(self, leads: Iterable[Lead]) -> None:
        self.rows += [Row(lead) for lead in leads if lead.id not in self._places and lead.id not in self._handled]
        self.rows.sort(key=lambda row: _place(row.lead, self._sort))
        self._reindex()

    def _let_in(self) -> None:
        waiting, self.waiting = self.waiting, {}
        self._add(waiting.values())

    def _drop_gone(self) -> None:
        self.rows = [row for row in self.rows if not row.is_gone or row.lead.id == self.selected_id]
        self._reindex()

    def _reindex(self) -> None:
        self._places = {row.lead.id: place for place, row in enumerate(self.rows)}
        if self.selected_id not in self._places:
            self.selected_id = self.rows[0].lead.id if self.rows else None

    def _live_count(self) -> int:
        return sum(not row.is_gone for row in self.rows) + len(self.waiting)

    def _succeeded(self) -> None:
        self._failures = 0
        self.fresh = Freshness(loaded_at=self._tools.clock.now())

    def _failed(self, problem: ApiError) -> None:
        self._failures += 1
        since = self.fresh.offline_since or self._tools.clock.now()
        self.fresh = Freshness(self.fresh.loaded_at, problem, since, self.fresh.next_try)
        self._on_change()
