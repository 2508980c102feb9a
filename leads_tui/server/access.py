"""Who may do what: roles, levels, and which leads are addressed to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from leads_tui.server.schema import employee_departments, employees, leads, site_departments

ROLES: Final[dict[str, str]] = {
    "admin": "Administrator",
    "manager": "Manager",
    "chief": "Chief",
    "chief_partner": "Partner's chief",
    "operator": "Operator",
    "admin_partner": "Partner's administrator",
}
"""The roles by code, with their titles (seed). All of them may call every Leads method."""

FULL_LEVEL: Final = frozenset({"admin", "admin_partner"})
"""The roles that may read `text` and `answer_text` in `list` and `show` (pub)."""


@dataclass(frozen=True)
class Caller:
    """The employee who calls, and where their leads come from."""

    id: int
    role: str
    is_lead_assigned: bool
    department_ids: tuple[int, ...]
    site_ids: tuple[int, ...]

    @property
    def reads_every_text(self) -> bool:
        """True where `list` and `show` give the role every field."""
        return self.role in FULL_LEVEL


def find_caller(connection: sa.Connection, employee_id: int) -> Caller:
    """The employee as the rules of access see them."""
    row = connection.execute(
        sa.select(employees.c.role, employees.c.is_lead_assigned).where(employees.c.id == employee_id)
    ).one()
    own = sa.select(employee_departments.c.department_id).where(employee_departments.c.employee_id == employee_id)
    department_ids = tuple(connection.scalars(own.order_by(employee_departments.c.department_id)))
    covered = sa.select(site_departments.c.site_id).where(site_departments.c.department_id.in_(department_ids))
    site_ids = tuple(connection.scalars(covered.distinct().order_by(site_departments.c.site_id)))
    return Caller(employee_id, row.role, row.is_lead_assigned, department_ids, site_ids)


def addressed_to(caller: Caller) -> sa.ColumnElement[bool]:
    """The condition that a lead is addressed to the caller (ours).

    Assigned to them; or to nobody and in one of their departments; or with neither, and from a site of theirs.
    """
    unassigned = leads.c.assigned_to_id.is_(None)
    by_department = sa.and_(unassigned, leads.c.department_id.in_(caller.department_ids))
    by_site = sa.and_(unassigned, leads.c.department_id.is_(None), leads.c.site_id.in_(caller.site_ids))
    return sa.or_(leads.c.assigned_to_id == caller.id, by_department, by_site)


def is_addressed_to(caller: Caller, row: sa.Row[tuple[object, ...]]) -> bool:
    """The same rule for a lead that is already read. The row has `assigned_to_id`, `department_id`, `site_id`."""
    if row.assigned_to_id is not None:
        return bool(row.assigned_to_id == caller.id)
    if row.department_id is not None:
        return row.department_id in caller.department_ids
    return row.site_id in caller.site_ids
