"""My day: what the operator answered, by type and hour, and how long it took; today and in the last seven days.

From the API where it can be had, else from what this machine wrote down (`WorkLog`); it says which, and whether that is
all. The API cannot search by the moment of completion, so the leads that the operator completed are read by their last
change, newest first, until the changes are older than the days asked for: no lead is completed after its last change.
Hours and days are those of the operator's own time zone.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Protocol

from leads_tui.api.errors import ApiError, Forbidden, NotFound
from leads_tui.api.models import Employee, Lead, LeadPage, LeadResult, LeadType
from leads_tui.api.query import MAX_LIMIT, Criteria, ListQuery, Sort
from leads_tui.desk.clock import Clock
from leads_tui.desk.work_log import Handled, WorkLog

__all__ = ["DAYS", "MyDay", "MyDayApi", "MyDayReader", "Source", "Spread", "Stats", "summarise"]

DAYS: Final = 7
"""How many days are looked at, today among them."""
MOST_PAGES: Final = 20
"""No more pages than these are read: 2,000 leads that were completed and changed within the days."""
_FIELDS: Final = ("type", "created_at", "updated_at", "completed_at", "completed_by(id)", "duration")


class MyDayApi(Protocol):
    """The calls that "my day" takes. Each raises an `ApiError`."""

    async def list(self, query: ListQuery) -> LeadPage:
        """A page of all leads, without texts for most roles (seed: list)."""
        ...

    async def list_routed(self, query: ListQuery) -> LeadPage:
        """A page of the leads addressed to the operator (seed: listRouted)."""
        ...


class Source(StrEnum):
    """Where the numbers come from."""

    ALL_LEADS = "all leads"
    ROUTED = "routed leads"
    """Only leads that are still addressed to the operator; those that went elsewhere are missing."""
    JOURNAL = "journal"
    """What was answered from this machine."""


@dataclass(frozen=True)
class Spread:
    """How long something took, in seconds."""

    count: int
    median: float
    p90: float
    """Nine in ten were no longer than this."""


@dataclass(frozen=True)
class Stats:
    """What was answered in a span of days."""

    answered: int = 0
    by_type: Mapping[LeadType, int] = field(default_factory=dict)
    by_hour: tuple[int, ...] = (0,) * 24
    """How many in each hour of the day, of all days together."""
    handling: Spread | None = None
    """From a lead's creation to its completion, by the API; None where it says nothing of that."""
    in_hand: Spread | None = None
    """From opening to sending, of the leads that were answered from this machine."""


@dataclass(frozen=True)
class MyDay:
    """Today and the last seven days."""

    today: Stats
    week: Stats
    by_day: tuple[tuple[dt.date, int], ...]
    """How many on each day, the oldest first, today last."""
    source: Source
    is_whole: bool
    """False where there may be more than was seen."""
    read_at: dt.datetime
    problem: ApiError | None = None
    """Why it is not from the API, where it is not."""
    log_problem: str = ""
    """Why the times in hand could not be read, where they could not."""


class MyDayReader:
    """Reads what the operator answered. `zone` is the operator's, by default this machine's."""

    def __init__(
        self, api: MyDayApi, clock: Clock, me: Employee | None, log: WorkLog, *, zone: dt.tzinfo | None = None
    ) -> None:
        self._api = api
        self._clock = clock
        self._me = me
        self._log = log
        self._zone = zone
        self._may_list = True

    async def read(self) -> MyDay:
        """Asks the API, at most 20 pages of 100 leads, and what this machine wrote down. Raises nothing of the API's
        and nothing of the disk's."""
        now = self._clock.now()
        since = _first_moment(now, self._zone)
        log, log_problem = await self._read_log(since)
        problem = None
        if self._me is not None:
            try:
                handled, source, is_whole = await self._ask(self._me.id, since)
            except ApiError as caught:
                problem = caught
            else:
                in_hand = {each.lead_id: each.in_hand for each in log}
                handled = [replace(each, in_hand=in_hand.get(each.lead_id)) for each in handled]
                day = summarise(handled, now, self._zone)
                return replace(day, source=source, is_whole=is_whole, log_problem=log_problem)
        return replace(summarise(log, now, self._zone), problem=problem, log_problem=log_problem)

    async def _read_log(self, since: dt.datetime) -> tuple[tuple[Handled, ...], str]:
        try:
            return await self._log.read(since), ""
        except OSError as problem:
            return (), problem.strerror or str(problem)

    async def _ask(self, my_id: int, since: dt.datetime) -> tuple[list[Handled], Source, bool]:
        criteria = Criteria(completed_by_ids=(my_id,), result=LeadResult.COMPLETED)
        found: dict[int, Handled] = {}
        offset = 0
        for _ in range(MOST_PAGES):
            query = ListQuery(criteria, _FIELDS, MAX_LIMIT, offset, Sort("updated_at", descending=True))
            page = await self._page(query)
            for lead in page.leads:
                if (at := _completed_at(lead)) is not None and at >= since:
                    found[lead.id] = Handled(lead.id, lead.type, at, lead.duration)
            offset += len(page.leads)
            oldest = page.leads[-1].updated_at if page.leads else None
            if not page.leads or offset >= page.total or (oldest is not None and oldest < since):
                return list(found.values()), self._source, self._may_list
        return list(found.values()), self._source, False

    @property
    def _source(self) -> Source:
        return Source.ALL_LEADS if self._may_list else Source.ROUTED

    async def _page(self, query: ListQuery) -> LeadPage:
        if self._may_list:
            try:
                return await self._api.list(query)
            except (Forbidden, NotFound):
                self._may_list = False
        return await self._api.list_routed(query)


def summarise(handled: Iterable[Handled], now: dt.datetime, zone: dt.tzinfo | None = None) -> MyDay:
    """The numbers of the last seven days; `zone` is the operator's, by default this machine's. Called with what this
    machine wrote down, it is not the whole: other machines may have more."""
    today = now.astimezone(zone).date()
    days = [today - dt.timedelta(days=back) for back in reversed(range(DAYS))]
    dated = [(each.at.astimezone(zone).date(), each) for each in handled]
    per_day = Counter(date for date, _ in dated)
    return MyDay(
        today=_stats([each for date, each in dated if date == today], zone),
        week=_stats([each for date, each in dated if date in days], zone),
        by_day=tuple((date, per_day[date]) for date in days),
        source=Source.JOURNAL,
        is_whole=False,
        read_at=now,
    )


def _stats(handled: list[Handled], zone: dt.tzinfo | None) -> Stats:
    hours = Counter(each.at.astimezone(zone).hour for each in handled)
    return Stats(
        answered=len(handled),
        by_type=dict(Counter(each.type for each in handled).most_common()),
        by_hour=tuple(hours[hour] for hour in range(24)),
        handling=_spread([each.duration for each in handled if each.duration is not None]),
        in_hand=_spread([each.in_hand for each in handled if each.in_hand is not None]),
    )


def _spread(seconds: list[float]) -> Spread | None:
    if not seconds:
        return None
    p90 = statistics.quantiles(seconds, n=10, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return Spread(len(seconds), statistics.median(seconds), p90)


def _first_moment(now: dt.datetime, zone: dt.tzinfo | None) -> dt.datetime:
    """The midnight at which the days begin, by the zone as it was then."""
    today = now.astimezone(zone)
    midnight = dt.datetime.combine(today.date() - dt.timedelta(days=DAYS - 1), dt.time())
    return midnight.replace(tzinfo=zone) if zone else midnight.astimezone()


def _completed_at(lead: Lead) -> dt.datetime | None:
    if lead.completed_at is not None:
        return lead.completed_at
    if lead.duration is not None:
        return lead.created_at + dt.timedelta(seconds=lead.duration)
    return lead.updated_at
