"""The eight methods of `Leads` (seed). Each gives what stands under `results`, or raises a `Refusal`."""

from __future__ import annotations

import re
from typing import Final

import sqlalchemy as sa

from leads_tui.server.access import addressed_to, is_addressed_to
from leads_tui.server.call import Call, Listed
from leads_tui.server.criteria import BadCriterion, Search, parse_criteria, parse_sort
from leads_tui.server.errors import INVALID, REQUIRED, forbidden, invalid, not_found
from leads_tui.server.fields import LEAD, Choice, UnknownField, parse_fields, project
from leads_tui.server.lead_store import LeadRow, find_lead, find_page, show_leads
from leads_tui.server.locks import complete, release_lock, take_lock
from leads_tui.server.moments import seconds
from leads_tui.server.params import MAX_TEXT, Params
from leads_tui.server.schema import conversations, departments, folded, leads, sites

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 100
_LONGEST_LIST: Final = 100_000
"""The longest `q` and `fields`, in characters: as much as an idlist needs."""

_PHONE: Final = re.compile(r"(?:[+\-(). ]|[^\W_])+")
_EMAIL: Final = re.compile(r"[^\s@]+@(?:[^\s@.]+\.)+[^\W\d_]{2,}")


def list_all(call: Call) -> Listed:
    """`list`: all leads; texts only for the full level (pub)."""
    return _list(call, routed=False)


def list_routed(call: Call) -> Listed:
    """`listRouted`: the leads addressed to the caller, every field (seed)."""
    return _list(call, routed=True)


def show(call: Call) -> object:
    """`show`: one lead; texts only for the full level (pub)."""
    choice = _read_fields(call.params)
    row = _find(call)
    return _present(call, row, choice, texts=call.caller.reads_every_text)


def show_routed(call: Call) -> object:
    """`showRouted`: one lead that is addressed to the caller, every field; any other is 403 (ours)."""
    choice = _read_fields(call.params)
    return _present(call, _find_routed(call), choice, texts=True)


def lock(call: Call) -> bool:
    """`lock`: 30 minutes from now for the caller; false where another holds it (seed)."""
    row = _find_routed(call)
    return take_lock(call.connection, _id(row), call.caller.id, now=call.now, minutes=call.lock_minutes)


def unlock(call: Call) -> bool:
    """`unlock`: true where the caller or nobody held it, false where another does (seed)."""
    row = _find_routed(call)
    return release_lock(call.connection, _id(row), call.caller.id, now=call.now)


def set_completed(call: Call) -> None:
    """`setCompleted`: completes a missed lead; on a completed one nothing changes, and it is a success too (seed)."""
    answer_text = call.params.text("answer_text", longest=MAX_TEXT)
    row = _find_routed(call)
    complete(call.connection, _id(row), call.caller.id, answer_text, now=call.now)


def add(call: Call) -> object:
    """`add`: a new lead out of a chat, shown whole to the employee who made it (seed)."""
    row = _read_new_lead(call)
    lead_id = call.connection.scalar(sa.insert(leads).values(row).returning(leads.c.id))
    added = find_lead(call.connection, lead_id or 0)
    if added is None:
        raise not_found()
    return _present(call, added, None, texts=True)


def _list(call: Call, *, routed: bool) -> Listed:
    params = call.params
    limit = params.count("limit", default=DEFAULT_LIMIT, most=MAX_LIMIT)
    offset = params.count("offset", default=0)
    choice = _read_fields(params)
    search = Search(call.caller, call.now, routed)
    said: dict[str, str] = {}
    conditions: list[sa.ColumnElement[bool]] = []
    order: list[sa.ColumnElement[object]] = []
    try:
        conditions = parse_criteria(params.text("q", longest=_LONGEST_LIST) or "", search)
    except BadCriterion as error:
        said["q"] = str(error)
    try:
        order = parse_sort(params.text("sort"))
    except BadCriterion as error:
        said["sort"] = str(error)
    if said:
        message = "; ".join(f"{name}: {words}" for name, words in said.items())
        raise invalid(message, {name: [INVALID] for name in said} | params.problems())
    params.check()
    if routed:
        conditions.append(addressed_to(call.caller))
    rows, total = find_page(call.connection, conditions, order, limit=limit, offset=offset)
    texts = routed or call.caller.reads_every_text
    shown = show_leads(call.connection, rows, call.caller, now=call.now, texts=texts)
    return Listed([project(lead, choice) for lead in shown], total)


def _read_fields(params: Params) -> Choice | None:
    text = params.text("fields", longest=_LONGEST_LIST)
    if text is None:
        return None
    try:
        return parse_fields(text, LEAD)
    except UnknownField as error:
        raise invalid(f"fields: {error}", {"fields": [INVALID]} | params.problems()) from error


def _find(call: Call) -> LeadRow:
    lead_id = call.params.identifier("id", required=True)
    call.params.check()
    row = find_lead(call.connection, lead_id or 0)
    if row is None:
        raise not_found(f"There is no lead {lead_id}")
    return row


def _find_routed(call: Call) -> LeadRow:
    row = _find(call)
    if not is_addressed_to(call.caller, row):
        raise forbidden(f"Lead {_id(row)} is not addressed to you")
    return row


def _id(row: LeadRow) -> int:
    return int(row.id)


def _present(call: Call, row: LeadRow, choice: Choice | None, *, texts: bool) -> object:
    return project(show_leads(call.connection, [row], call.caller, now=call.now, texts=texts)[0], choice)


def _read_new_lead(call: Call) -> dict[str, object]:
    params, at = call.params, seconds(call.now)
    name = params.text("name", required=True)
    text = params.text("text", longest=MAX_TEXT)
    email = _matching(params, "email", _EMAIL)
    phone = _matching(params, "phone", _PHONE)
    if not params.is_given("email") and not params.is_given("phone"):
        params.refuse("email", REQUIRED)
        params.refuse("phone", REQUIRED)
    result = params.text("result") or "missed"
    if result not in {"missed", "completed"}:
        params.refuse("result", INVALID)
    places = {
        "site_id": _existing(call, "site_id", sites, required=True),
        "conversation_id": _existing(call, "conversation_id", conversations, required=True),
        "department_id": _existing(call, "department_id", departments, required=False),
    }
    params.check()
    done = result == "completed"
    return {
        **places,
        "type": "chat",
        "result": result,
        "name": name,
        "text": text,
        "email": email,
        "phone": phone,
        "created_at": at,
        "updated_at": at,
        "created_by_id": call.caller.id,
        "assigned_to_id": call.caller.id if call.caller.is_lead_assigned else None,
        "completed_at": at if done else None,
        "completed_by_id": call.caller.id if done else None,
        "duration": 0 if done else None,
        "keywords": folded(name, email, phone),
        "text_folded": folded(text),
    }


def _matching(params: Params, name: str, pattern: re.Pattern[str]) -> str | None:
    value = params.text(name)
    if value is not None and not pattern.fullmatch(value):
        params.refuse(name, INVALID)
    return value


def _existing(call: Call, name: str, table: sa.Table, *, required: bool) -> int | None:
    number = call.params.identifier(name, required=required)
    if number is not None and call.connection.scalar(sa.select(table.c.id).where(table.c.id == number)) is None:
        call.params.refuse(name, INVALID)
    return number
