"""The three writes that two operators may race for. Each is ONE conditional UPDATE, so that two server processes on one
file can never both succeed; whether it succeeded is the number of rows that it changed.

A lock says nothing about the lead's result and the result nothing about the lock: completing a lead leaves its lock to
`unlock` or to time, and a completed lead can be locked. None of the locks' changes touches `updated_at`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from leads_tui.server.moments import seconds
from leads_tui.server.schema import leads


def take_lock(connection: sa.Connection, lead_id: int, employee_id: int, *, now: datetime, minutes: float) -> bool:
    """Locks the lead, or prolongs the employee's own lock, for `minutes` from now (seed: lock).

    False where another holds it. A lock that has run out counts as none.
    """
    expires_at = (now + timedelta(minutes=minutes)).timestamp()
    taken = connection.execute(
        sa.update(leads)
        .where(leads.c.id == lead_id, _free_for(employee_id, now))
        .values(locked_by_id=employee_id, lock_expires_at=expires_at)
    )
    return taken.rowcount == 1


def release_lock(connection: sa.Connection, lead_id: int, employee_id: int, *, now: datetime) -> bool:
    """Takes the employee's lock off; true also where nobody held one, false where another does (seed: unlock)."""
    released = connection.execute(
        sa.update(leads)
        .where(leads.c.id == lead_id, _free_for(employee_id, now))
        .values(locked_by_id=None, lock_expires_at=None)
    )
    return released.rowcount == 1


def complete(
    connection: sa.Connection, lead_id: int, employee_id: int, answer_text: str | None, *, now: datetime
) -> bool:
    """Marks a missed lead as completed by the employee (seed: setCompleted).

    On a lead that is completed already nothing changes, and the answer is False: only the server may know that.
    """
    at = seconds(now)
    completed = connection.execute(
        sa.update(leads)
        .where(leads.c.id == lead_id, leads.c.result == "missed")
        .values(
            result="completed",
            answer_text=answer_text,
            completed_at=at,
            completed_by_id=employee_id,
            updated_at=at,
            duration=at - leads.c.created_at,
        )
    )
    return completed.rowcount == 1


def is_locked_at(now: datetime) -> sa.ColumnElement[bool]:
    """The condition that somebody's lock on the lead has not run out yet."""
    return sa.and_(leads.c.locked_by_id.is_not(None), leads.c.lock_expires_at > now.timestamp())


def _free_for(employee_id: int, now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(
        leads.c.locked_by_id.is_(None),
        leads.c.locked_by_id == employee_id,
        leads.c.lock_expires_at <= now.timestamp(),
    )
