"""Filling an empty database with believable leads, the same ones for the same random seed and day.

Names, words, places and the moments of older leads follow from the random seed and the day (Moscow's) alone. The leads
of the last 24 hours keep their ages instead, so that they are always minutes and hours old; those move with the clock,
ten minutes at a time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, TypeVar

import sqlalchemy as sa

from leads_tui.server import schema
from leads_tui.server.auth import hash_password
from leads_tui.server.database import reading, writing
from leads_tui.server.moments import MOSCOW, seconds, system_clock
from leads_tui.server.samples import company
from leads_tui.server.samples.company import (
    ANNA,
    DEPARTMENTS,
    INTERNATIONAL,
    SALES,
    SERVICE,
    STAFF,
    WHOLESALE,
    Colleague,
)
from leads_tui.server.samples.people import happens
from leads_tui.server.samples.writer import ODDITIES, Visit, Writer

_K = TypeVar("_K")
Row = dict[str, object]

FIRST_LEAD: Final = 1001
FIRST_CONVERSATION: Final = 5001
FIRST_VISITOR: Final = 301

_RECENT: Final = 0.45
"""The share of leads that are younger than a day."""
_OLDEST_DAYS: Final = 33
_SHOWN_FIRST: Final = 5
"""So many of Anna's oldest leads, and as many of the newest, are plain ones: they are what people see first."""
_ODD_AT: Final = {5: "emoji", 7: "hostile", 9: "right to left", 11: "long", 13: "hostile", 14: "combining", 16: "cjk"}
"""Which of Anna's missed leads, counted from the oldest, are odd for certain."""
_ODD_LATER: Final = 0.12
_BY_DEPARTMENT: Final = {SALES: 38, SERVICE: 29, WHOLESALE: 14, INTERNATIONAL: 19}
_BY_TYPE: Final = {"form": 66, "callback": 20, "chat": 14}
_PLAIN_TYPES: Final = ("form", "form", "callback", "form", "form")


def seed_database(engine: sa.Engine, leads: int, *, random_seed: int = 1, now: datetime | None = None) -> bool:
    """Fills an empty database with the demo's company, accounts (password `demo`) and so many leads.

    False, and nothing changes, where the database has employees already. `now` is the moment to count ages from.
    """
    if not _is_empty(engine):
        return False
    rng = Random(f"leads {random_seed}")  # noqa: S311 (it must come out the same again)
    rows = _Seeder(rng, now or system_clock()).make(leads)
    accounts = _accounts()
    with writing(engine) as connection:
        if connection.scalar(sa.select(sa.func.count()).select_from(schema.employees)):
            return False
        for table, values in (_company() | accounts | rows).items():
            if values:
                connection.execute(sa.insert(schema.METADATA.tables[table]), values)
    return True


def insert_visit(connection: sa.Connection, visit: Visit, created_at: int, lead: Row) -> int:
    """Puts a visit and its lead in; gives the lead's id. `lead` says what the visit does not: department and so on."""
    if visit.is_first:
        connection.execute(sa.insert(schema.visitors).values(id=visit.visitor_id, name=visit.visitor_name))
    conversation = sa.insert(schema.conversations).values(visitor_id=visit.visitor_id, created_at=created_at)
    conversation_id = connection.scalar(conversation.returning(schema.conversations.c.id))
    row = _lead_row(visit, created_at) | {"conversation_id": conversation_id} | lead
    return connection.scalar(sa.insert(schema.leads).values(row).returning(schema.leads.c.id)) or 0


def _is_empty(engine: sa.Engine) -> bool:
    with reading(engine) as connection:
        return not connection.scalar(sa.select(sa.func.count()).select_from(schema.employees))


def _company() -> dict[str, list[Row]]:
    return {
        "departments": [{"id": number, "title": title} for number, title in DEPARTMENTS.items()],
        "sites": [{"id": number, "url": url} for number, url in company.SITES.items()],
        "site_departments": [
            {"site_id": site, "department_id": department}
            for site, departments in company.SITE_DEPARTMENTS.items()
            for department in departments
        ],
    }


def _accounts() -> dict[str, list[Row]]:
    password_hash = hash_password(company.PASSWORD)
    return {
        "employees": [
            {
                "id": who.id,
                "first_name": who.first_name,
                "last_name": who.last_name,
                "email": who.email,
                "state": who.state,
                "role": who.role,
                "password_hash": password_hash,
                "is_lead_assigned": who.is_lead_assigned,
            }
            for who in STAFF
        ],
        "employee_departments": [
            {"employee_id": who.id, "department_id": department} for who in STAFF for department in who.departments
        ],
        "quick_message_categories": [
            {"id": number, "title": title, "color": color} for number, (title, color) in company.CATEGORIES.items()
        ],
        "quick_messages": [
            {"id": number, "category_id": category, "employee_id": whose, "text": text}
            for number, (category, whose, text) in enumerate(company.QUICK_MESSAGES, start=1)
        ],
    }


def _lead_row(visit: Visit, created_at: int) -> Row:
    said = visit.lead
    return {
        "result": "missed",
        "created_at": created_at,
        "updated_at": created_at,
        "keywords": schema.folded(*(str(said[part] or "") for part in ("name", "email", "phone"))),
        "text_folded": schema.folded(str(said["text"] or "")),
        **said,
    }


@dataclass(frozen=True)
class _Routing:
    """Where a lead goes: its subject's department, what the lead itself says of it, and who made and got it."""

    subject: int
    department_id: int | None
    created_by: Colleague | None = None
    assigned_to: Colleague | None = None

    def is_annas(self, site_id: object) -> bool:
        if self.assigned_to is not None:
            return self.assigned_to is ANNA
        if self.department_id is not None:
            return self.department_id in ANNA.departments
        return bool(set(company.SITE_DEPARTMENTS[int(str(site_id))]) & set(ANNA.departments))


class _Seeder:
    """Makes the rows of the leads, their visitors and conversations, from the oldest lead to the newest."""

    def __init__(self, rng: Random, now: datetime) -> None:
        self._rng = rng
        local = now.astimezone(MOSCOW)
        self._now = local.replace(minute=local.minute - local.minute % 10, second=0, microsecond=0)
        self._writer = Writer(rng, FIRST_VISITOR)
        self._annas_missed = 0

    def make(self, leads: int) -> dict[str, list[Row]]:
        """The rows by table."""
        rows: dict[str, list[Row]] = {"visitors": [], "conversations": [], "leads": []}
        moments = self._timeline(leads)
        may_be_completed = range(max(leads - _SHOWN_FIRST, leads // 5))
        completed = set(self._rng.sample(may_be_completed, leads // 5))
        for place, created_at in enumerate(moments):
            is_shown = place >= leads - _SHOWN_FIRST
            visit, lead = self._make_lead(created_at, is_completed=place in completed, is_shown=is_shown)
            conversation_id = FIRST_CONVERSATION + place
            if visit.is_first:
                rows["visitors"].append({"id": visit.visitor_id, "name": visit.visitor_name})
            rows["conversations"].append(
                {"id": conversation_id, "visitor_id": visit.visitor_id, "created_at": created_at - 60}
            )
            rows["leads"].append(lead | {"id": FIRST_LEAD + place, "conversation_id": conversation_id})
        return rows

    def _timeline(self, leads: int) -> list[int]:
        recent = math.ceil(leads * _RECENT)
        ages = sorted(3 + 23 * 60 * self._rng.random() ** 1.6 for _ in range(recent))
        midnight = self._now.replace(hour=0, minute=0)
        older = []
        for _ in range(leads - recent):
            days = 2 + int(_OLDEST_DAYS * self._rng.random() ** 2)
            older.append(midnight - timedelta(days=days) + timedelta(seconds=self._rng.randint(27_000, 84_600)))
        recents = [self._now - timedelta(minutes=age) for age in reversed(ages)]
        return [seconds(moment) for moment in sorted(older) + recents]

    def _make_lead(self, created_at: int, *, is_completed: bool, is_shown: bool) -> tuple[Visit, Row]:
        leads_the_inbox = not is_completed and self._annas_missed < _SHOWN_FIRST
        lead_type = _PLAIN_TYPES[self._annas_missed] if leads_the_inbox else self._choose(_BY_TYPE)
        routing = self._route(lead_type, is_plain=leads_the_inbox)
        odd = None if leads_the_inbox or is_shown else self._choose_oddity(routing, is_completed=is_completed)
        if odd is not None and lead_type == "chat":
            # Odd words are a visitor's own, not an employee's note.
            lead_type, routing = "form", _Routing(routing.subject, routing.subject)
        visit = self._writer.write(routing.subject, lead_type, odd)
        row = _lead_row(visit, created_at) | {
            "department_id": routing.department_id,
            "created_by_id": routing.created_by.id if routing.created_by else None,
            "assigned_to_id": routing.assigned_to.id if routing.assigned_to else None,
            "completed_at": None,
            "completed_by_id": None,
            "duration": None,
            "answer_text": None,
        }
        if is_completed:
            row |= self._completion(routing, created_at)
        elif routing.is_annas(row["site_id"]):
            self._annas_missed += 1
        return visit, row

    def _route(self, lead_type: str, *, is_plain: bool) -> _Routing:
        subject = self._choose(_BY_DEPARTMENT)
        if is_plain:
            # Both operators see the leads that stand first, whatever else they have.
            subject = self._rng.choice((SALES, SERVICE))
            return _Routing(subject, subject)
        if lead_type == "chat":
            author = self._rng.choice(_operators(subject))
            return _Routing(subject, subject, created_by=author, assigned_to=author)
        if happens(self._rng, 0.12):
            return _Routing(subject, subject, assigned_to=self._rng.choice(_operators(subject)))
        return _Routing(subject, None if happens(self._rng, 0.15) else subject)

    def _choose_oddity(self, routing: _Routing, *, is_completed: bool) -> str | None:
        if not is_completed and routing.subject != WHOLESALE and self._annas_missed in _ODD_AT:
            return _ODD_AT[self._annas_missed]
        if self._annas_missed <= max(_ODD_AT) or not happens(self._rng, _ODD_LATER):
            return None
        return self._rng.choice(list(ODDITIES))

    def _completion(self, routing: _Routing, created_at: int) -> Row:
        most = seconds(self._now) - created_at - 1
        duration = min(most, int(60 * math.exp(self._rng.uniform(math.log(3), math.log(360)))))
        by = self._rng.choice(_operators(routing.subject))
        return {
            "result": "completed",
            "completed_at": created_at + duration,
            "updated_at": created_at + duration,
            "duration": duration,
            "completed_by_id": by.id,
            "answer_text": self._writer.answer(routing.subject) if happens(self._rng, 0.85) else None,
        }

    def _choose(self, weighted: dict[_K, int]) -> _K:
        return self._rng.choices(list(weighted), weights=list(weighted.values()))[0]


def _operators(department: int) -> list[Colleague]:
    return [who for who in STAFF if who.role == "operator" and department in who.departments]
