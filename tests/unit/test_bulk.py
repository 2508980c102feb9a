"""Several leads at once: each goes the way of a single one, and what fails leaves the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from leads_tui.api.errors import ApiError, Forbidden, NotSignedIn, ServerError, TimedOut, Unreachable
from leads_tui.api.models import Lead
from leads_tui.desk.answer import AnsweredByAnother, NotKnown, NotSent, Stored, Verdict
from leads_tui.desk.bulk import AT_ONCE, Bulk, BulkItem, BulkState, Obstacle, text_store
from leads_tui.desk.drafts import DraftKeeper
from leads_tui.desk.inbox import Inbox
from leads_tui.desk.lock import SETTLE
from leads_tui.desk.workbench import OpenLead, Workbench
from tests.fakes import ANNA, BORIS, at_once, make_desk, settle

TEXT = "Здравствуйте, {name}! Спасибо."


class AtWork:
    """An operator with five leads."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.desk = make_desk(folder, window="w", **more)
        self.api, self.server, self.clock = self.desk.api, self.desk.server, self.desk.clock
        self.leads = self.server.add(1, 2, 3, 4, 5)
        self.verdicts: list[tuple[int, Verdict]] = []
        self.bench = Workbench(self.desk.tools, Inbox(self.desk.tools), on_verdict=self._tell)
        self.progress: list[tuple[int, BulkState]] = []

    def _tell(self, opened: OpenLead, verdict: Verdict) -> None:
        self.verdicts.append((opened.id, verdict))

    def _note(self, item: BulkItem) -> None:
        self.progress.append((item.lead.id, item.state))

    def bulk(self, text: str | None = TEXT, leads: list[Lead] | None = None) -> Bulk:
        chosen = self.leads if leads is None else leads
        return Bulk(self.desk.tools, self.bench, chosen, text, on_progress=self._note)

    async def run(self, bulk: Bulk, seconds: float = 60) -> None:
        running = asyncio.create_task(bulk.run())
        await self.clock.advance(seconds)
        assert running.done()
        await running

    def states(self, bulk: Bulk) -> dict[int, BulkState]:
        return {item.lead.id: item.state for item in bulk.items}

    @property
    def locked(self) -> list[int]:
        return [lead_id for lead_id in self.server.leads if self.server.holder(lead_id) == ANNA]

    def draft_of(self, lead_id: int) -> str | None:
        draft = self.desk.drafts.load(lead_id)
        return draft.text if draft else None


@pytest.fixture
async def at_work(tmp_path: Path) -> AsyncIterator[AtWork]:
    seat = AtWork(tmp_path, hold_seconds=5)
    yield seat
    await seat.desk.spawn.stop()
    assert seat.desk.spawn.errors == []


def failed(bulk: Bulk) -> dict[int, Obstacle | type[object]]:
    return {item.lead.id: item.obstacle or type(item.verdict) for item in bulk.failures}


async def test_each_lead_gets_the_text_filled_from_it_and_is_given_back(at_work: AtWork) -> None:
    bulk = at_work.bulk()
    assert bulk.items[1].text == "Здравствуйте, Visitor 2! Спасибо."
    await at_work.run(bulk)
    assert set(at_work.states(bulk).values()) == {BulkState.DONE}
    assert {lead.answer_text for lead in at_work.server.leads.values()} == {
        f"Здравствуйте, Visitor {number}! Спасибо." for number in range(1, 6)
    }
    assert at_work.locked == []
    assert at_work.server.answered_without_lock == []
    assert at_work.desk.drafts.all() == []
    assert at_work.verdicts == []
    for lead_id in at_work.server.leads:
        mine = [state for each, state in at_work.progress if each == lead_id]
        assert mine == [BulkState.UNDER_WAY, BulkState.DONE]


async def test_leads_are_completed_without_an_answer(at_work: AtWork) -> None:
    bulk = at_work.bulk(None)
    await at_work.run(bulk)
    assert bulk.count(BulkState.DONE) == 5
    assert {(lead.result, lead.answer_text) for lead in at_work.server.leads.values()} == {("completed", None)}


async def test_no_more_than_two_leads_are_on_their_way_at_once(at_work: AtWork) -> None:
    gates = [at_work.api.hold_up("set_completed") for _ in range(2)]
    running = asyncio.create_task(at_work.bulk().run())
    await settle()
    assert len(at_work.bench.on_their_way) == AT_ONCE
    assert at_work.api.calls["lock"] == AT_ONCE
    for gate in gates:
        gate.set()
    await at_work.clock.advance(60)
    await running


async def test_a_lead_that_fails_leaves_the_rest_and_is_listed(at_work: AtWork) -> None:
    at_work.server.lock(2, BORIS)
    at_work.server.set_completed(4, "От Бориса", BORIS)
    bulk = at_work.bulk()
    await at_work.run(bulk)
    assert failed(bulk) == {2: NotSent, 4: AnsweredByAnother}
    assert bulk.count(BulkState.DONE) == 3
    assert [lead.id for lead in bulk.left] == [2]
    assert at_work.server.leads[4].answer_text == "От Бориса"
    assert at_work.desk.drafts.all() == []


async def test_what_failed_can_be_tried_again(at_work: AtWork) -> None:
    at_work.server.lock(2, BORIS)
    first = at_work.bulk()
    await at_work.run(first)
    at_work.server.unlock(2, BORIS)
    again = at_work.bulk(leads=first.left)
    await at_work.run(again)
    assert at_work.states(again) == {2: BulkState.DONE}


async def test_stopping_finishes_what_is_under_way_and_begins_no_other(at_work: AtWork) -> None:
    gates = [at_work.api.hold_up("set_completed") for _ in range(2)]
    bulk = at_work.bulk()
    running = asyncio.create_task(bulk.run())
    await settle()
    bulk.stop()
    assert not running.done()
    for gate in gates:
        gate.set()
    await at_work.clock.advance(30)
    await running
    assert list(at_work.states(bulk).values()) == [BulkState.DONE] * 2 + [BulkState.WAITING] * 3
    assert [lead.id for lead in bulk.left] == [3, 4, 5]
    assert at_work.locked == []
    await bulk.run()
    assert bulk.count(BulkState.DONE) == 2


@pytest.mark.parametrize("error", [NotSignedIn(), Unreachable(), ServerError(status=503), TimedOut()])
async def test_trouble_of_the_server_stops_it_before_the_next_lead(at_work: AtWork, error: ApiError) -> None:
    at_work.api.break_down("lock", error=error)
    bulk = at_work.bulk()
    await at_work.run(bulk, 10)
    assert bulk.trouble is error
    assert bulk.count(BulkState.FAILED) == AT_ONCE
    assert bulk.count(BulkState.WAITING) == 3
    assert len(bulk.left) == 5


async def test_a_lead_that_is_not_routed_to_the_operator_stops_nothing(at_work: AtWork) -> None:
    at_work.api.fail("lock", Forbidden())
    bulk = at_work.bulk()
    await at_work.run(bulk)
    assert (bulk.count(BulkState.FAILED), bulk.count(BulkState.DONE)) == (1, 4)


async def test_what_is_not_known_is_told_and_followed_until_it_is(at_work: AtWork) -> None:
    at_work.api.fail("set_completed", TimedOut())
    bulk = at_work.bulk(leads=at_work.leads[:1])
    await at_work.run(bulk, 16)
    assert at_work.states(bulk) == {1: BulkState.NOT_KNOWN}
    assert isinstance(bulk.items[0].verdict, NotKnown)
    at_work.server.set_completed(1, bulk.items[0].text, ANNA)  # here it arrives
    await at_work.clock.advance(SETTLE)
    assert at_work.states(bulk) == {1: BulkState.DONE}
    assert at_work.progress[-1] == (1, BulkState.DONE)
    assert at_work.locked == []


async def test_a_lost_answer_of_the_server_is_found_and_nothing_sent_twice(at_work: AtWork) -> None:
    at_work.api.fail("set_completed", TimedOut(), acted=True)
    bulk = at_work.bulk()
    await at_work.run(bulk)
    assert bulk.count(BulkState.DONE) == 5
    assert at_work.api.calls["set_completed"] == 5


@pytest.mark.parametrize("text", [TEXT, None])
async def test_a_text_that_the_operator_wrote_for_a_lead_is_never_overwritten(
    at_work: AtWork, text: str | None
) -> None:
    at_work.desk.drafts.save(3, "Мой ответ", at_work.clock.now())
    bulk = at_work.bulk(text)
    await at_work.run(bulk)
    assert failed(bulk) == {3: Obstacle.HAS_DRAFT}
    assert at_work.draft_of(3) == "Мой ответ"
    assert at_work.server.leads[3].result == "missed"


async def test_a_lead_in_hand_is_left_alone(at_work: AtWork) -> None:
    opened = at_work.bench.open(at_work.leads[0])
    await settle()
    bulk = at_work.bulk(leads=at_work.leads[:2])
    await at_work.run(bulk)
    assert failed(bulk) == {1: Obstacle.IN_HAND}
    assert opened.lock.state.is_ours
    assert at_work.locked == [1]


async def test_a_lead_whose_giving_back_is_under_way_is_left_alone(at_work: AtWork) -> None:
    at_work.bench.open(at_work.leads[0])
    await settle()
    gate = at_work.api.hold_up("unlock")
    at_work.bench.leave()
    await settle()
    bulk = at_work.bulk(leads=at_work.leads[:1])
    await at_work.run(bulk, 5)
    assert failed(bulk) == {1: Obstacle.IN_HAND}
    gate.set()
    await at_work.clock.advance(60)
    assert at_work.locked == []


async def test_a_lead_opened_while_it_is_sent_shows_its_verdict_and_keeps_its_lock(at_work: AtWork) -> None:
    gate = at_work.api.hold_up("set_completed")
    bulk = at_work.bulk(leads=at_work.leads[:1])
    running = asyncio.create_task(bulk.run())
    await settle()
    opened = at_work.bench.open(at_work.leads[0])
    assert opened.answer is not None
    assert at_work.bench.send() is None
    gate.set()
    await at_work.clock.advance(30)
    await running
    assert [(lead_id, type(verdict)) for lead_id, verdict in at_work.verdicts] == [(1, Stored)]
    assert at_work.states(bulk) == {1: BulkState.DONE}
    assert at_work.bench.current is None
    assert at_work.locked == []


async def test_an_unfilled_placeholder_keeps_only_its_own_lead_back(at_work: AtWork) -> None:
    nameless = at_work.leads[1].model_copy(update={"name": ""})
    bulk = at_work.bulk(leads=[at_work.leads[0], nameless])
    assert [item.lead.id for item in bulk.unfilled] == [2]
    await at_work.run(bulk)
    assert failed(bulk) == {2: Obstacle.UNFILLED}
    assert at_work.server.leads[2].result == "missed"


async def test_leads_that_are_handled_and_texts_that_are_too_long_are_not_tried(at_work: AtWork) -> None:
    at_work.server.set_completed(1, "От Бориса", BORIS)
    handled = at_work.server.show(1)
    bulk = at_work.bulk("й" * 2001, leads=[handled, handled, at_work.leads[1]])
    await at_work.run(bulk)
    assert failed(bulk) == {1: Obstacle.HANDLED, 2: Obstacle.TOO_LONG}
    assert at_work.api.calls["lock"] == 0
    assert [lead.id for lead in bulk.left] == [2]


async def test_a_draft_that_cannot_be_read_keeps_its_lead_back(
    at_work: AtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_lead_id: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(at_work.desk.drafts, "load", broken)
    bulk = at_work.bulk(leads=at_work.leads[:1])
    await at_work.run(bulk)
    assert failed(bulk) == {1: Obstacle.NOT_ON_DISK}


async def test_the_end_of_the_session_leaves_no_lock_behind(at_work: AtWork) -> None:
    gates = [at_work.api.hold_up("show_routed") for _ in range(2)]
    running = asyncio.create_task(at_work.bulk().run())
    await settle()
    assert at_work.locked == [1, 2]
    running.cancel()
    closing = asyncio.create_task(at_work.bench.close())
    await at_work.clock.advance(2)
    assert await closing == []
    assert at_work.locked == []
    for gate in gates:
        gate.set()
    await at_work.clock.advance(1)
    assert at_work.api.calls["set_completed"] == 0


async def test_the_text_for_several_leads_is_kept_apart_from_their_drafts(at_work: AtWork, tmp_path: Path) -> None:
    keeper = DraftKeeper(0, text_store(tmp_path, "Anna"), at_work.clock, off_loop=at_once)
    keeper.note(TEXT)
    assert await keeper.flush()
    assert at_work.desk.drafts.all() == []
    again = DraftKeeper(0, text_store(tmp_path, "Anna"), at_work.clock, off_loop=at_once)
    await again.load()
    assert again.take_kept() == TEXT
