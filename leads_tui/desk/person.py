"""Who is this person: other leads by the same visitor, phone number or e-mail address.

Meant for the background of an open lead: a few bounded requests, one after the other, of which each may be refused;
what the rest found is given all the same, and whether that is all. A search by phone looks for the digits that stand
together in every spelling and then compares whole numbers, so `8 903…` finds `+7 (903)…`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Final, Protocol

from leads_tui.api.errors import ApiError, Forbidden, NotFound, Rejected
from leads_tui.api.models import Lead, LeadPage, LeadResult, LeadType
from leads_tui.api.query import MAX_LIMIT, Criteria, ListQuery, Sort
from leads_tui.desk.clock import Clock
from leads_tui.desk.tasks import OffLoop, in_thread
from leads_tui.text.phones import key_digits, same_phone

__all__ = ["EarlierLead", "Match", "Person", "PersonApi", "PersonFinder"]

KEEPS: Final = 60.0
"""Seconds for which what was found of a person is shown again without asking."""
MOST_KEPT: Final = 200
MOST_REQUESTS: Final = 4
"""Three searches (visitor, e-mail, phone), and one for the answers that `list` does not show to every role."""

_EMPLOYEE: Final = "id,first_name,last_name,email"
_FIELDS: Final = (
    "id",
    "type",
    "result",
    "name",
    "email",
    "phone",
    "created_at",
    "answer_text",
    "is_locked",
    f"locked_by({_EMPLOYEE})",
    f"completed_by({_EMPLOYEE})",
    "conversation(id,visitor(id))",
)


class PersonApi(Protocol):
    """The calls that finding a person takes. Each raises an `ApiError`."""

    async def list(self, query: ListQuery) -> LeadPage:
        """A page of all leads, without texts for most roles (seed: list)."""
        ...

    async def list_routed(self, query: ListQuery) -> LeadPage:
        """A page of the leads addressed to the operator (seed: listRouted)."""
        ...


class Match(StrEnum):
    """What two leads of one person have in common."""

    VISITOR = "visitor"
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True)
class EarlierLead:
    """Another lead of the same person."""

    id: int
    type: LeadType
    result: LeadResult
    name: str
    at: dt.datetime
    """When it was created."""
    holder: str | None
    """Who has it locked."""
    answered_by: str | None
    answer_text: str | None
    may_read: bool
    """False where the operator's role may not read the answer, so that its absence says nothing."""
    matched_by: frozenset[Match]


@dataclass(frozen=True)
class Person:
    """What was found of a person."""

    earlier: tuple[EarlierLead, ...] = ()
    """Their other leads, the newest first, never the one that was asked about."""
    is_whole: bool = True
    """False where there may be more: a page was full, or something could not be asked."""
    problem: ApiError | None = None
    """Why the search stopped, where it did."""


@dataclass
class _Found:
    leads: dict[int, Lead] = field(default_factory=dict)
    matches: dict[int, set[Match]] = field(default_factory=dict)
    readable: set[int] = field(default_factory=set)
    requests: int = 0
    is_whole: bool = True
    problem: ApiError | None = None


@dataclass(frozen=True)
class _Marks:
    """What tells a person from others."""

    visitor: int | None
    email: str | None
    phone: str | None
    """As the lead has it."""

    @classmethod
    def of(cls, lead: Lead) -> _Marks:
        visitor = lead.conversation.visitor if lead.conversation else None
        return cls(visitor.id if visitor else None, (lead.email or "").strip().casefold() or None, lead.phone)

    def match(self, lead: Lead) -> set[Match]:
        other = _Marks.of(lead)
        matches: set[Match] = set()
        if self.visitor is not None and self.visitor == other.visitor:
            matches.add(Match.VISITOR)
        if self.email is not None and self.email == other.email:
            matches.add(Match.EMAIL)
        if same_phone(self.phone, other.phone):
            matches.add(Match.PHONE)
        return matches


class PersonFinder:
    """Finds a person's other leads, and keeps what it found for a minute."""

    def __init__(self, api: PersonApi, clock: Clock, *, off_loop: OffLoop = in_thread) -> None:
        self._api = api
        self._clock = clock
        self._off_loop = off_loop
        self._may_list = True
        self._takes_keyword = True
        self._kept: dict[_Marks, tuple[float, Person]] = {}

    def recall(self, lead: Lead) -> Person | None:
        """What was found of this person within the last minute, at once; None where nobody looked."""
        kept = self._kept.get(_Marks.of(lead))
        if kept is None or self._clock.boot() - kept[0] > KEEPS:
            return None
        return _without(kept[1], lead.id)

    async def find(self, lead: Lead, known: Iterable[Lead] = ()) -> Person:
        """The person's other leads: among `known` (routed ones that the desk has loaded), and what the server finds.

        At most four requests, of at most 100 leads each. Raises nothing of the API's.
        """
        if (kept := self.recall(lead)) is not None:
            return kept
        marks = _Marks.of(lead)
        # The first number loads the library of telephone numbers, and many take their time.
        found = await self._off_loop(partial(_among, marks, tuple(known)))
        try:
            await self._search(marks, found)
            await self._read_answers(found)
        except ApiError as problem:
            found.problem, found.is_whole = problem, False
        person = _present(found)
        if person.problem is None:
            self._keep(marks, person)
        return _without(person, lead.id)

    async def _search(self, marks: _Marks, found: _Found) -> None:
        if marks.visitor is not None:
            for lead in await self._ask(Criteria(visitor_ids=(marks.visitor,)), found):
                _add(found, lead, {Match.VISITOR} | marks.match(lead))
        digits = await self._off_loop(partial(key_digits, marks.phone))
        found.is_whole = found.is_whole and (digits is not None or not marks.phone)
        for word in (marks.email, digits):
            if word is None:
                continue
            for lead in await self._ask_for_word(word, found):
                if matches := marks.match(lead):
                    _add(found, lead, matches)

    async def _ask_for_word(self, word: str, found: _Found) -> tuple[Lead, ...]:
        if self._takes_keyword:
            try:
                return await self._ask(Criteria(keyword=word), found)
            except Rejected:  # not every installation knows the criterion
                self._takes_keyword = False
        found.is_whole = False
        return ()

    async def _ask(self, criteria: Criteria, found: _Found) -> tuple[Lead, ...]:
        query = ListQuery(criteria, fields=_FIELDS, limit=MAX_LIMIT, sort=Sort("created_at", descending=True))
        page = None
        if self._may_list and found.requests < MOST_REQUESTS:
            found.requests += 1
            try:
                page = await self._api.list(query)
            except (Forbidden, NotFound):
                self._may_list = False
            else:
                # Where the role reads any answer, it reads all of them.
                if any(lead.answer_text is not None for lead in page.leads):
                    found.readable |= {lead.id for lead in page.leads}
        if page is None:
            found.is_whole = False  # what is addressed to others stays unseen
            if found.requests >= MOST_REQUESTS:
                return ()
            found.requests += 1
            page = await self._api.list_routed(query)
            found.readable |= {lead.id for lead in page.leads}
        found.is_whole = found.is_whole and page.total <= len(page.leads)
        return page.leads

    async def _read_answers(self, found: _Found) -> None:
        unread = [lead.id for lead in found.leads.values() if not lead.is_missed and lead.id not in found.readable]
        if not unread or found.requests >= MOST_REQUESTS:
            return
        found.requests += 1
        query = ListQuery(Criteria(ids=tuple(unread[:MAX_LIMIT])), fields=("answer_text",), limit=MAX_LIMIT)
        for lead in (await self._api.list_routed(query)).leads:
            if lead.id in found.leads:
                found.readable.add(lead.id)
                found.leads[lead.id] = found.leads[lead.id].model_copy(update={"answer_text": lead.answer_text})

    def _keep(self, marks: _Marks, person: Person) -> None:
        self._kept.pop(marks, None)
        self._kept[marks] = (self._clock.boot(), person)
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]


def _among(marks: _Marks, known: tuple[Lead, ...]) -> _Found:
    found = _Found()
    for lead in known:
        if matches := marks.match(lead):
            _add(found, lead, matches)
            found.readable.add(lead.id)
    return found


def _add(found: _Found, lead: Lead, matches: set[Match]) -> None:
    found.matches.setdefault(lead.id, set()).update(matches)
    known = found.leads.get(lead.id)
    if known is not None and known.answer_text is not None and lead.answer_text is None:
        return
    found.leads[lead.id] = lead


def _present(found: _Found) -> Person:
    newest_first = sorted(found.leads.values(), key=lambda lead: (lead.created_at, lead.id), reverse=True)
    earlier = (
        EarlierLead(
            id=lead.id,
            type=lead.type,
            result=lead.result,
            name=lead.name,
            at=lead.created_at,
            holder=lead.locked_by.name if lead.is_locked and lead.locked_by else None,
            answered_by=lead.completed_by.name if lead.completed_by else None,
            answer_text=lead.answer_text,
            may_read=lead.is_missed or lead.id in found.readable,
            matched_by=frozenset(found.matches[lead.id]),
        )
        for lead in newest_first
    )
    return Person(tuple(earlier), found.is_whole, found.problem)


def _without(person: Person, lead_id: int) -> Person:
    return replace(person, earlier=tuple(lead for lead in person.earlier if lead.id != lead_id))
