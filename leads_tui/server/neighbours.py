"""The neighbours of `Leads` that a workstation uses: employees, sites, departments, canned replies and so on (pub)."""

from __future__ import annotations

import sqlalchemy as sa

from leads_tui.server.call import Call, Listed
from leads_tui.server.errors import not_found
from leads_tui.server.lead_store import show_employees
from leads_tui.server.moments import in_moscow
from leads_tui.server.schema import (
    conversations,
    departments,
    quick_message_categories,
    quick_messages,
    sites,
    visitors,
)


def show_me(call: Call) -> object:
    """`employees/me`: the caller."""
    return show_employees(call.connection, [call.caller.id])[0]


def list_employees(call: Call) -> Listed:
    """`employees/list`: all employees."""
    return _all(show_employees(call.connection))


def list_sites(call: Call) -> Listed:
    """`sites/list`: all sites."""
    rows = call.connection.execute(sa.select(sites).order_by(sites.c.id))
    return _all([{"id": row.id, "url": row.url} for row in rows])


def list_departments(call: Call) -> Listed:
    """`departments/list`: all departments."""
    rows = call.connection.execute(sa.select(departments).order_by(departments.c.id))
    return _all([{"id": row.id, "title": row.title} for row in rows])


def list_quick_messages(call: Call) -> Listed:
    """`quickmessages/list`: the canned replies that are everybody's, and the caller's own."""
    rows = call.connection.execute(
        sa.select(
            quick_messages,
            quick_message_categories.c.title.label("category_title"),
            quick_message_categories.c.color.label("category_color"),
        )
        .outerjoin(quick_message_categories, quick_messages.c.category_id == quick_message_categories.c.id)
        .where(sa.or_(quick_messages.c.employee_id.is_(None), quick_messages.c.employee_id == call.caller.id))
        .order_by(quick_messages.c.category_id, quick_messages.c.id)
    )
    return _all(
        [
            {
                "id": row.id,
                "text": row.text,
                "category": _show_category(row.category_id, row.category_title, row.category_color),
                "is_global": row.employee_id is None,
            }
            for row in rows
        ]
    )


def list_quick_message_categories(call: Call) -> Listed:
    """`quickmessagecategories/list`: the folders of the canned replies."""
    rows = call.connection.execute(sa.select(quick_message_categories).order_by(quick_message_categories.c.id))
    return _all([{"id": row.id, "title": row.title, "color": row.color} for row in rows])


def show_conversation(call: Call) -> object:
    """`conversations/show`: the chat or visit with this id, and whose it was."""
    conversation_id = call.params.identifier("id", required=True)
    call.params.check()
    row = call.connection.execute(
        sa.select(conversations.c.id, conversations.c.created_at, conversations.c.visitor_id, visitors.c.name)
        .join_from(conversations, visitors)
        .where(conversations.c.id == conversation_id)
    ).one_or_none()
    if row is None:
        raise not_found(f"There is no conversation {conversation_id}")
    return {
        "id": row.id,
        "visitor": {"id": row.visitor_id, "name": row.name},
        "created_at": in_moscow(row.created_at),
    }


def _all(shown: list[dict[str, object]]) -> Listed:
    return Listed(list(shown), len(shown))


def _show_category(category_id: int | None, title: str, color: str | None) -> dict[str, object] | None:
    return {"id": category_id, "title": title, "color": color} if category_id is not None else None
