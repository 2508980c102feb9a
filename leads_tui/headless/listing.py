"""Finding leads page by page: what the server can filter it does, the rest is looked for in what it gave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Collection
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from leads_tui.api.answers import parse
from leads_tui.api.client import LeadsClient
from leads_tui.api.errors import Forbidden, NotFound, Rejected
from leads_tui.api.models import Lead
from leads_tui.api.query import MAX_LIMIT, NEEDED_FIELDS, Criteria, ListQuery, Sort
from leads_tui.api.raw import JsonObject, list_raw
from leads_tui.desk.filters import Filter, Known
from leads_tui.headless.fields import Fields, with_needed, write_fields

__all__ = ["Found", "Search", "Wanted", "learn"]

T = TypeVar("T")
U = TypeVar("U")

OVERLAP: Final = 5
"""Leads of the page before that are asked for again, so that one that left meanwhile hides none."""


@dataclass(frozen=True)
class Wanted:
    """Which leads, in which order, and how many of them; a limit of None is all."""

    filter: Filter
    routed: bool
    sort: Sort
    limit: int | None
    offset: int = 0
    fields: Fields | None = None


@dataclass(frozen=True)
class Found:
    """A lead as the server gave it, and as it is read."""

    raw: JsonObject
    lead: Lead


async def learn(client: LeadsClient, wanted: Filter, draft_ids: Collection[int] = ()) -> Known:
    """What the API must list before the filter's names are ids; what it refuses is left empty. Raises ApiError."""
    needs = wanted.needs()
    return Known(
        me=await _listed(client.me(), None) if "me" in needs else None,
        sites=await _listed(client.sites(), ()) if "sites" in needs else (),
        departments=await _listed(client.departments(), ()) if "departments" in needs else (),
        employees=await _listed(client.employees(), ()) if "employees" in needs else (),
        draft_ids=draft_ids,
    )


async def _listed(asked: Awaitable[T], otherwise: U) -> T | U:
    try:
        return await asked
    except (Forbidden, NotFound):  # then the leads themselves are searched for the name
        return otherwise


class Search:
    """One search. `total` is how many match in all, once that is known."""

    def __init__(self, client: LeadsClient, wanted: Wanted, known: Known) -> None:
        self.total: int | None = None
        self._client = client
        self._wanted = wanted
        self._known = known

    async def leads(self) -> AsyncIterator[Found]:
        """The leads, as they come. Raises ApiError."""
        wanted = self._wanted
        criteria, rest = self._plan()
        if wanted.filter and criteria.keyword is not None:
            criteria, rest = await self._try_keyword(criteria, rest)
        test = rest.tester(self._known)
        # Where the server does not know which leads match, the first ones are left out here.
        place, to_skip = (0, wanted.offset) if rest else (wanted.offset, 0)
        left = wanted.limit
        seen: set[int] = set()
        while left is None or left > 0:
            again = OVERLAP if seen else 0
            page, total = await self._page(criteria, rest, max(0, place - again), None if rest else left, again)
            place = max(0, place - again) + len(page)
            self.total = None if rest else total
            fresh = [found for found in page if found.lead.id not in seen]
            seen |= {found.lead.id for found in fresh}
            for found in fresh:
                if not test(found.lead):
                    continue
                if to_skip:
                    to_skip -= 1
                    continue
                yield found
                left = None if left is None else left - 1
                if left == 0:
                    return
            is_over = not page or place >= total or wanted.filter.ends_at(page[-1].lead, wanted.sort, self._known)
            if is_over:
                return

    def _plan(self) -> tuple[Criteria, Filter]:
        wanted = self._wanted.filter
        return (
            wanted.criteria(self._known, is_routed=self._wanted.routed),
            wanted.rest(self._known, is_routed=self._wanted.routed),
        )

    async def _try_keyword(self, criteria: Criteria, rest: Filter) -> tuple[Criteria, Filter]:
        """Not every server takes `keyword`; one that does not is asked without it."""
        try:
            await list_raw(self._client, ListQuery(criteria, fields=("id",), limit=1), routed=self._wanted.routed)
        except Rejected:
            self._known = replace(self._known, keyword_works=False)
            return self._plan()
        return criteria, rest

    async def _page(
        self, criteria: Criteria, rest: Filter, offset: int, left: int | None, again: int
    ) -> tuple[list[Found], int]:
        wanted = self._wanted
        fields: tuple[str, ...] = ()
        if wanted.fields and not rest:
            fields = (write_fields(with_needed(wanted.fields, NEEDED_FIELDS)),)
        limit = MAX_LIMIT if left is None else min(MAX_LIMIT, left + again)
        query = ListQuery(criteria, fields=fields, limit=limit, offset=offset, sort=wanted.sort)
        page, total = await list_raw(self._client, query, routed=wanted.routed)
        return [Found(raw, parse(Lead, raw, "leads/list")) for raw in page], total
