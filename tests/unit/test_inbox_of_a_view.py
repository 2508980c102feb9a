"""The list of any view: everybody's leads, other orders, handled ones, and loading all of it."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import httpx
import pytest

from leads_tui.api.client import LeadsClient
from leads_tui.api.errors import Unreachable
from leads_tui.api.models import MOSCOW
from leads_tui.api.query import Criteria, ListQuery, Sort, SortField
from leads_tui.desk.inbox import Inbox, _place
from leads_tui.server.app import create_app
from leads_tui.server.database import open_database
from leads_tui.server.seed import seed_database
from tests.fakes import BORIS, Desk, make_desk, settle

NEWEST_FIRST = Sort("created_at", descending=True)
NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=MOSCOW)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = make_desk(tmp_path)
    desk.server.add(*range(1, 6))
    return desk


@pytest.fixture
def all_leads(desk: Desk) -> Inbox:
    return Inbox(desk.tools, criteria=Criteria(), sort=NEWEST_FIRST, is_routed=False)


def ids(inbox: Inbox) -> list[int]:
    return [row.lead.id for row in inbox.rows]


async def test_all_leads_are_asked_of_list_alone_the_newest_first(desk: Desk, all_leads: Inbox) -> None:
    await all_leads.refresh()

    assert ids(all_leads) == [5, 4, 3, 2, 1]
    assert (desk.api.calls["list"], desk.api.calls["list_routed"]) == (1, 0)


async def test_a_new_lead_comes_in_above_and_the_cursor_stays_on_its_lead(desk: Desk, all_leads: Inbox) -> None:
    await all_leads.refresh()
    all_leads.select(3)
    desk.server.add(9)
    await all_leads.refresh()

    assert ids(all_leads) == [9, 5, 4, 3, 2, 1]
    assert all_leads.selected_id == 3


async def test_a_handled_lead_stays_where_handled_ones_are_shown(desk: Desk, all_leads: Inbox) -> None:
    await all_leads.refresh()
    desk.server.set_completed(2, "x", BORIS)
    all_leads.note(desk.server.show(2))
    await all_leads.refresh()

    assert ids(all_leads) == [5, 4, 3, 2, 1]
    assert not any(row.is_gone for row in all_leads.rows)
    assert not all_leads.rows[3].lead.is_missed


async def test_loading_all_brings_every_lead_once_and_tells_of_each_page(desk: Desk) -> None:
    desk.server.add(*range(6, 451))
    seen: list[int] = []
    inbox = Inbox(desk.tools, on_change=lambda: seen.append(len(inbox.rows)))
    await inbox.refresh()
    await inbox.load_all()

    assert ids(inbox) == list(range(1, 451))
    assert sorted(set(seen)) == [100, 195, 290, 385, 450]
    assert not inbox.has_more


async def test_loading_all_stops_at_a_failure_and_says_so(desk: Desk) -> None:
    desk.server.add(*range(6, 301))
    inbox = Inbox(desk.tools)
    await inbox.refresh()
    desk.api.fail("list_routed", Unreachable("down"))
    await inbox.load_all()

    assert len(inbox.rows) == 100
    assert inbox.fresh.problem is not None


async def test_loading_all_can_be_stopped_and_keeps_what_came(desk: Desk) -> None:
    desk.server.add(*range(6, 501))
    inbox = Inbox(desk.tools)
    await inbox.refresh()
    desk.api.hold_up("list_routed")
    loading = asyncio.create_task(inbox.load_all())
    await settle()
    loading.cancel()
    await asyncio.wait([loading])

    assert len(inbox.rows) == 100
    await inbox.load_all()
    assert len(inbox.rows) == 500


@pytest.mark.parametrize("field", ["created_at", "updated_at", "duration", "result"])
@pytest.mark.parametrize("descending", [False, True])
async def test_the_list_keeps_the_servers_order(field: SortField, *, descending: bool) -> None:
    engine = open_database("sqlite://")
    seed_database(engine, 60, now=NOW)
    transport = httpx.ASGITransport(create_app(engine, now=lambda: NOW))
    async with LeadsClient("http://localhost/v2", transport=transport) as admin:
        await admin.sign_in("admin@demo.example", "demo")
        sort = Sort(field, descending=descending)
        page = await admin.list(ListQuery(limit=100, sort=sort))

    assert [lead.id for lead in sorted(page.leads, key=lambda lead: _place(lead, sort))] == [
        lead.id for lead in page.leads
    ]
