"""Leads out of the tables: single rows, pages with their total, and the objects that the contract shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from leads_tui.server.access import ROLES, Caller, is_addressed_to
from leads_tui.server.moments import in_moscow
from leads_tui.server.schema import conversations, departments, employee_departments, employees, leads, sites, visitors

LeadRow = sa.Row[tuple[object, ...]]

_PLAIN = (
    "id",
    "type",
    "result",
    "name",
    "text",
    "answer_text",
    "email",
    "phone",
    "duration",
    "country",
    "city",
    "entry_page",
    "int_referer",
    "ext_referer",
    "search_engine",
    "search_query",
    "page_count",
    "visit_count",
)
_PEOPLE = ("completed_by", "created_by", "assigned_to")
_UNSEEN = {leads.c.keywords, leads.c.text_folded}


def find_lead(connection: sa.Connection, lead_id: int) -> LeadRow | None:
    """The lead with what it belongs to, or None where there is no such lead."""
    return connection.execute(_whole_leads().where(leads.c.id == lead_id)).one_or_none()


def find_page(
    connection: sa.Connection,
    conditions: Sequence[sa.ColumnElement[bool]],
    order: Sequence[sa.ColumnElement[object]],
    *,
    limit: int,
    offset: int,
) -> tuple[Sequence[LeadRow], int]:
    """The leads of one page in order, and how many there are in all."""
    total = connection.scalar(sa.select(sa.func.count()).select_from(leads).where(*conditions))
    if not limit:
        return [], total or 0
    # The page is found by its ids first: an index answers that, and only the page's own rows are read whole.
    ids = connection.scalars(sa.select(leads.c.id).where(*conditions).order_by(*order).limit(limit).offset(offset))
    return connection.execute(_whole_leads().where(leads.c.id.in_(ids.all())).order_by(*order)).all(), total or 0


def show_leads(
    connection: sa.Connection, rows: Sequence[LeadRow], caller: Caller, *, now: datetime, texts: bool
) -> list[dict[str, object]]:
    """The leads as results show them to the caller; without `texts`, `text` and `answer_text` are absent (pub)."""
    ids = {getattr(row, f"{person}_id") for row in rows for person in (*_PEOPLE, "locked_by")}
    people = {person["id"]: person for person in show_employees(connection, ids - {None})}
    return [_show(row, people, caller, now=now, texts=texts) for row in rows]


def show_employees(connection: sa.Connection, ids: Iterable[int] | None = None) -> list[dict[str, object]]:
    """The employees with these ids, or all of them, as the contract shows an Employee."""
    chosen = sa.true() if ids is None else employees.c.id.in_(sorted(ids))
    rows = connection.execute(sa.select(employees).where(chosen).order_by(employees.c.id)).all()
    theirs: dict[int, list[dict[str, object]]] = {row.id: [] for row in rows}
    for row in connection.execute(
        sa.select(employee_departments.c.employee_id, departments.c.id, departments.c.title)
        .join_from(employee_departments, departments)
        .where(employee_departments.c.employee_id.in_(theirs))
        .order_by(departments.c.id)
    ):
        theirs[row.employee_id].append({"id": row.id, "title": row.title})
    return [
        {
            "id": row.id,
            "first_name": row.first_name,
            "last_name": row.last_name,
            "email": row.email,
            "state": row.state,
            "role": {"code": row.role, "title": ROLES[row.role]},
            "departments": theirs[row.id],
            "is_lead_assigned": row.is_lead_assigned,
        }
        for row in rows
    ]


def _whole_leads() -> sa.Select[tuple[object, ...]]:
    tables = (
        sa.outerjoin(leads, sites, leads.c.site_id == sites.c.id)
        .outerjoin(departments, leads.c.department_id == departments.c.id)
        .outerjoin(conversations, leads.c.conversation_id == conversations.c.id)
        .outerjoin(visitors, conversations.c.visitor_id == visitors.c.id)
    )
    return sa.select(
        *(column for column in leads.c if column not in _UNSEEN),
        sites.c.url.label("site_url"),
        departments.c.title.label("department_title"),
        conversations.c.visitor_id,
        conversations.c.created_at.label("conversation_created_at"),
        visitors.c.name.label("visitor_name"),
    ).select_from(tables)


def _show(
    row: LeadRow, people: dict[object, dict[str, object]], caller: Caller, *, now: datetime, texts: bool
) -> dict[str, object]:
    locked = row.locked_by_id is not None and row.lock_expires_at > now.timestamp()
    shown: dict[str, object] = {name: getattr(row, name) for name in _PLAIN}
    shown |= {moment: in_moscow(getattr(row, moment)) for moment in ("created_at", "updated_at", "completed_at")}
    shown |= {person: people.get(getattr(row, f"{person}_id")) for person in _PEOPLE}
    shown |= {
        "is_locked": locked,
        "locked_by": people.get(row.locked_by_id) if locked else None,
        "is_managed": is_addressed_to(caller, row),
        "site": {"id": row.site_id, "url": row.site_url} if row.site_id else None,
        "department": {"id": row.department_id, "title": row.department_title} if row.department_id else None,
        "conversation": _show_conversation(row) if row.conversation_id else None,
    }
    if not texts:
        del shown["text"], shown["answer_text"]
    return shown


def _show_conversation(row: LeadRow) -> dict[str, object]:
    return {
        "id": row.conversation_id,
        "visitor": {"id": row.visitor_id, "name": row.visitor_name},
        "created_at": in_moscow(row.conversation_created_at),
    }
