"""The list: nothing moves under the finger, nothing is hidden, a failure is never an empty list."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import pytest

from leads_tui.api.errors import ServerError, TooManyRequests, Unreachable
from leads_tui.api.models import LeadResult
from leads_tui.desk.inbox import LONGEST_BACK_OFF, Inbox
from tests.fakes import ANNA, BORIS, Desk, make_desk, settle


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = make_desk(tmp_path)
    desk.server.add(*range(1, 6))
    return desk


@pytest.fixture
def inbox(desk: Desk) -> Inbox:
    return Inbox(desk.tools)


def ids(inbox: Inbox) -> list[int]:
    return [row.lead.id for row in inbox.rows]


def gone(inbox: Inbox) -> list[int]:
    return [row.lead.id for row in inbox.rows if row.is_gone]


async def test_the_inbox_has_the_oldest_first_and_the_cursor_on_it(inbox: Inbox) -> None:
    await inbox.refresh()
    assert ids(inbox) == [1, 2, 3, 4, 5]
    assert inbox.selected_id == 1
    assert inbox.total == 5
    assert not inbox.has_more


async def test_new_leads_come_in_behind_the_cursors_lead(desk: Desk, inbox: Inbox) -> None:
    await inbox.refresh()
    inbox.select(3)
    desk.server.add(9)
    await inbox.refresh()
    assert ids(inbox) == [1, 2, 3, 4, 5, 9]
    assert inbox.selected_id == 3


async def test_while_busy_no_row_comes_or_goes_and_the_new_ones_are_counted(desk: Desk, inbox: Inbox) -> None:
    await inbox.refresh()
    inbox.set_busy(busy=True)
    desk.server.add(9)
    desk.server.set_completed(2, "x", BORIS)
    await inbox.refresh()
    assert ids(inbox) == [1, 2, 3, 4, 5]
    assert gone(inbox) == [2]
    assert inbox.new_count == 1
    inbox.set_busy(busy=False)
    assert ids(inbox) == [1, 3, 4, 5, 9]
    assert inbox.new_count == 0


async def test_a_lead_under_the_cursor_that_vanished_stays_until_the_cursor_leaves(desk: Desk, inbox: Inbox) -> None:
    await inbox.refresh()
    inbox.select(3)
    desk.server.set_completed(3, "x", BORIS)
    await inbox.refresh()
    assert ids(inbox) == [1, 2, 3, 4, 5]
    assert gone(inbox) == [3]
    assert inbox.selected_id == 3
    inbox.select(4)
    assert ids(inbox) == [1, 2, 4, 5]
    assert inbox.selected_id == 4


async def test_a_vanished_lead_that_comes_back_is_there_again(desk: Desk, inbox: Inbox) -> None:
    await inbox.refresh()
    inbox.set_busy(busy=True)
    taken = desk.server.leads.pop(2)
    await inbox.refresh()
    assert gone(inbox) == [2]
    desk.server.leads[2] = taken
    await inbox.refresh()
    assert gone(inbox) == []


async def test_rows_change_where_they_stand(desk: Desk, inbox: Inbox) -> None:
    await inbox.refresh()
    inbox.set_busy(busy=True)
    desk.server.lock(2, BORIS)
    await inbox.refresh()
    assert inbox.rows[1].lead.locked_by == BORIS


async def test_a_failed_poll_keeps_the_rows_and_tells_since_when(desk: Desk, inbox: Inbox) -> None:
    await inbox.refresh()
    loaded_at = inbox.fresh.loaded_at
    await desk.clock.advance(60)
    desk.api.fail("list_routed", Unreachable())
    await inbox.refresh()
    assert ids(inbox) == [1, 2, 3, 4, 5]
    assert isinstance(inbox.fresh.problem, Unreachable)
    assert inbox.fresh.loaded_at == loaded_at
    assert inbox.fresh.offline_since == desk.clock.now()
    await desk.clock.advance(60)
    desk.api.fail("list_routed", ServerError())
    await inbox.refresh()
    assert inbox.fresh.offline_since == desk.clock.now() - dt.timedelta(seconds=60)
    await inbox.refresh()
    assert inbox.fresh.problem is None
    assert inbox.fresh.offline_since is None


async def test_polling_goes_on_after_failures_later_and_later_and_says_when(desk: Desk, inbox: Inbox) -> None:
    polling = asyncio.create_task(inbox.poll_for_ever())
    desk.api.break_down("list_routed", error=Unreachable())
    await desk.clock.advance(3600)
    asked = desk.api.calls["list_routed"]
    assert 3600 / LONGEST_BACK_OFF <= asked < 60
    assert inbox.fresh.next_try is not None
    assert 0 < inbox.fresh.next_try - desk.clock.boot() <= LONGEST_BACK_OFF
    desk.api.mend()
    await desk.clock.advance(LONGEST_BACK_OFF)
    assert inbox.fresh.problem is None
    assert ids(inbox) == [1, 2, 3, 4, 5]
    polling.cancel()


async def test_a_server_that_asks_to_wait_is_not_polled_before(desk: Desk, inbox: Inbox) -> None:
    polling = asyncio.create_task(inbox.poll_for_ever())
    desk.api.fail("list_routed", TooManyRequests(retry_after=200))
    await desk.clock.advance(20)
    asked = desk.api.calls["list_routed"]
    assert asked == 1
    await desk.clock.advance(170)
    assert desk.api.calls["list_routed"] == asked
    await desk.clock.advance(60)
    assert desk.api.calls["list_routed"] > asked
    polling.cancel()


async def test_what_another_call_saw_is_not_undone_by_a_poll_that_began_before(desk: Desk, inbox: Inbox) -> None:
    await inbox.refresh()
    gate = desk.api.hold_up("list_routed", after_acting=True)
    polling = asyncio.create_task(inbox.refresh())
    await settle()
    desk.server.lock(2, ANNA)
    inbox.note(desk.server.show(2))
    desk.server.set_completed(4, "x", ANNA)
    inbox.note(desk.server.show(4))
    gate.set()
    await polling
    assert inbox.rows[1].lead.is_locked
    assert 4 not in ids(inbox)
    await inbox.refresh()
    assert inbox.rows[1].lead.is_locked


async def test_of_two_polls_that_overlap_the_younger_one_decides(desk: Desk, inbox: Inbox) -> None:
    await inbox.refresh()
    gate = desk.api.hold_up("list_routed", after_acting=True)
    older = asyncio.create_task(inbox.refresh())
    await settle()
    desk.server.lock(2, BORIS)
    await inbox.refresh()
    gate.set()
    await older
    assert inbox.rows[1].lead.locked_by == BORIS


async def test_an_old_poll_that_fails_does_not_make_fresh_rows_offline(desk: Desk, inbox: Inbox) -> None:
    gate = desk.api.hold_up("list_routed", error=Unreachable())
    older = asyncio.create_task(inbox.refresh())
    await settle()
    await inbox.refresh()
    gate.set()
    await older
    assert inbox.fresh.problem is None


async def test_a_lead_that_was_let_go_does_not_look_locked_until_the_next_poll(desk: Desk, inbox: Inbox) -> None:
    desk.server.lock(2, ANNA)
    await inbox.refresh()
    inbox.note_freed(2)
    assert not inbox.rows[1].lead.is_locked


async def test_more_leads_are_loaded_page_by_page(desk: Desk, inbox: Inbox) -> None:
    desk.server.add(*range(6, 251))
    await inbox.refresh()
    assert len(inbox.rows) == 100
    assert inbox.has_more
    gate = desk.api.hold_up("list_routed")
    loading = asyncio.create_task(inbox.load_more())
    await settle()
    await inbox.load_more()
    gate.set()
    await loading
    assert ids(inbox) == list(range(1, 196))
    await inbox.load_more()
    assert ids(inbox) == list(range(1, 251))
    assert not inbox.has_more


async def test_a_page_that_fails_can_be_asked_for_again(desk: Desk, inbox: Inbox) -> None:
    desk.server.add(*range(6, 151))
    await inbox.refresh()
    desk.api.fail("list_routed", Unreachable())
    await inbox.load_more()
    assert len(inbox.rows) == 100
    await inbox.load_more()
    assert len(inbox.rows) == 150


async def test_leads_that_were_handled_while_paging_hide_none(desk: Desk, inbox: Inbox) -> None:
    desk.server.add(*range(6, 151))
    await inbox.refresh()
    for lead_id in range(1, 31):
        desk.server.set_completed(lead_id, "x", BORIS)
    await inbox.load_more()
    await inbox.refresh()
    inbox.select(150)
    assert ids(inbox) == list(range(31, 151))


async def test_new_leads_beyond_the_loaded_pages_are_counted(desk: Desk, inbox: Inbox) -> None:
    desk.server.add(*range(6, 301))
    await inbox.refresh()
    assert inbox.new_count == 0
    desk.server.add(400, 401)
    await inbox.refresh()
    assert inbox.new_count == 2
    while inbox.has_more:
        await inbox.load_more()
    assert inbox.new_count == 0


async def test_the_next_free_lead_is_one_that_nobody_holds_and_goes_round(desk: Desk, inbox: Inbox) -> None:
    desk.server.lock(2, BORIS)
    desk.server.lock(4, BORIS)
    await inbox.refresh()

    def after(lead_id: int | None) -> int | None:
        found = inbox.next_free(lead_id)
        return found.id if found else None

    assert after(1) == 3
    assert after(3) == 5
    assert after(5) == 1
    assert after(None) == 1


async def test_there_is_no_next_free_lead_where_all_are_held(desk: Desk, inbox: Inbox) -> None:
    for lead_id in range(1, 6):
        desk.server.lock(lead_id, BORIS)
    await inbox.refresh()
    assert inbox.next_free(1) is None


async def test_an_answered_lead_does_not_come_back_with_a_poll_that_saw_it_missed(desk: Desk, inbox: Inbox) -> None:
    await inbox.refresh()
    inbox.note(desk.server.show(2).model_copy(update={"result": LeadResult.COMPLETED}))
    inbox.select(3)
    await inbox.refresh()
    assert ids(inbox) == [1, 3, 4, 5]


async def test_the_cursor_is_on_nothing_in_an_empty_inbox(desk: Desk, inbox: Inbox) -> None:
    desk.server.leads.clear()
    await inbox.refresh()
    assert inbox.rows == []
    assert inbox.selected is None
    assert inbox.fresh.loaded_at is not None
