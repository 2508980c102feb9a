"""The lead in hand and those on their way out: nothing left locked, nothing lost, nothing sent twice."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from leads_tui.api.errors import NotSignedIn, TimedOut, Unreachable
from leads_tui.api.models import Lead
from leads_tui.desk.answer import AnsweredByAnother, NotKnown, NotSent, Refusal, Step, Stored, Verdict
from leads_tui.desk.drafts import SaveState
from leads_tui.desk.inbox import Inbox
from leads_tui.desk.lock import SETTLE, LockPhase
from leads_tui.desk.workbench import OpenLead, Workbench
from tests.fakes import ANNA, BORIS, Desk, SlowDisk, make_desk, settle

A, B = 1, 2


class AtWork:
    """One operator with a list of two leads."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.api, self.server, self.clock = desk, desk.api, desk.server, desk.clock
        self.verdicts: list[tuple[int, Verdict]] = []
        self.free: list[Lead] = []
        self.inbox = Inbox(desk.tools)
        self.bench = Workbench(desk.tools, self.inbox, on_verdict=self._tell, on_free=self.free.append)

    def _tell(self, opened: OpenLead, verdict: Verdict) -> None:
        self.verdicts.append((opened.id, verdict))

    async def open(self, lead_id: int, text: str = "") -> OpenLead:
        opened = self.bench.open(self.server.show(lead_id))
        await settle()
        if text:
            opened.draft.note(text)
        return opened

    def holder(self, lead_id: int) -> str | None:
        holder = self.server.holder(lead_id)
        return holder.first_name if holder else None

    def draft_of(self, lead_id: int) -> str | None:
        draft = self.desk.drafts.load(lead_id)
        return draft.text if draft else None

    async def close(self) -> list[int]:
        closing = asyncio.create_task(self.bench.close())
        await self.clock.advance(2)
        assert closing.done(), "closing took longer than two seconds"
        return await closing


Sit = Callable[..., AtWork]


@pytest.fixture
async def sit(tmp_path: Path) -> AsyncIterator[Sit]:
    seated: list[AtWork] = []

    def sit_down(**more: Any) -> AtWork:
        seated.append(AtWork(make_desk(tmp_path, **{"window": f"w{len(seated)}", **more})))
        return seated[-1]

    yield sit_down
    for each in seated:
        await each.desk.spawn.stop()
        assert each.desk.spawn.errors == []


@pytest.fixture
async def anna(sit: Sit) -> AtWork:
    anna = sit()
    anna.server.add(A, B)
    await anna.inbox.refresh()
    return anna


async def test_opening_locks_and_loads_and_the_list_shows_it_at_once(anna: AtWork) -> None:
    opened = await anna.open(A)
    assert opened.lock.state.phase is LockPhase.HELD
    assert opened.is_loaded
    assert anna.inbox.rows[0].lead.locked_by == ANNA
    assert opened.may_type
    assert opened.may_send


async def test_opening_shows_the_lead_before_the_server_has_said_anything(anna: AtWork) -> None:
    anna.api.hold_up("lock")
    opened = anna.bench.open(anna.server.show(A))
    assert anna.bench.current is opened
    assert opened.may_type


async def test_leaving_saves_the_text_and_gives_the_lead_back(anna: AtWork) -> None:
    await anna.open(A, "half a sentence")
    anna.bench.leave()
    await settle()
    assert anna.holder(A) is None
    assert anna.draft_of(A) == "half a sentence"
    assert not anna.inbox.rows[0].lead.is_locked


async def test_opening_the_next_lead_quickly_gives_the_first_one_back(anna: AtWork) -> None:
    gate = anna.api.hold_up("lock")
    await anna.open(A, "typed ahead")
    await anna.open(B)
    gate.set()
    await settle()
    assert (anna.holder(A), anna.holder(B)) == (None, "Anna")
    assert anna.draft_of(A) == "typed ahead"


async def test_running_through_many_leads_leaves_only_the_last_one_locked(anna: AtWork) -> None:
    anna.server.add(*range(3, 30))
    for lead_id in range(1, 30):
        anna.bench.open(anna.server.show(lead_id))
    await settle(200)
    assert [lead_id for lead_id in anna.server.leads if anna.holder(lead_id)] == [29]


async def test_leaving_while_the_lock_request_is_under_way_leaves_nothing_locked(anna: AtWork) -> None:
    gate = anna.api.hold_up("lock", after_acting=True)
    await anna.open(A)
    anna.bench.leave()
    await settle()
    gate.set()
    await settle()
    assert anna.holder(A) is None


async def test_leaving_at_the_very_moment_of_asking_for_the_lock_again_leaves_nothing_locked(anna: AtWork) -> None:
    await anna.open(A)
    anna.bench.ask_for_lock()
    anna.bench.leave()
    await settle()
    assert anna.holder(A) is None


async def test_waking_up_and_leaving_at_once_leaves_nothing_locked(anna: AtWork) -> None:
    await anna.open(A)
    anna.bench.doubt()
    anna.bench.leave()
    await settle()
    assert anna.holder(A) is None


async def test_a_lead_opened_again_while_it_is_given_back_is_locked(anna: AtWork) -> None:
    await anna.open(A, "text")
    gate = anna.api.hold_up("unlock", after_acting=True)
    anna.bench.leave()
    await settle()
    opened = await anna.open(A)
    gate.set()
    await settle()
    assert opened.lock.state.phase is LockPhase.HELD
    assert anna.holder(A) == "Anna"
    assert opened.draft.text == "text"


@pytest.mark.parametrize("turns", range(12))
async def test_leaving_and_opening_again_at_any_moment_ends_locked(anna: AtWork, turns: int) -> None:
    gate = anna.api.hold_up("lock")
    anna.bench.open(anna.server.show(A))
    await settle(turns)
    anna.bench.leave()
    await settle(turns)
    opened = anna.bench.open(anna.server.show(A))
    await settle(turns)
    gate.set()
    await settle()
    assert opened.lock.state.phase is LockPhase.HELD
    assert anna.holder(A) == "Anna"


async def test_giving_back_goes_on_while_the_server_cannot_be_reached(anna: AtWork) -> None:
    await anna.open(A)
    anna.api.break_down("unlock", error=Unreachable())
    anna.bench.leave()
    await anna.clock.advance(300)
    anna.api.mend()
    await anna.clock.advance(70)
    assert anna.holder(A) is None


async def test_a_lead_held_by_a_colleague_opens_to_be_read_only(anna: AtWork) -> None:
    anna.server.lock(A, BORIS)
    opened = await anna.open(A)
    assert opened.lock.state.holder == "Boris Petrov"
    assert not opened.may_type
    assert not opened.may_send
    anna.bench.leave()
    await settle()
    assert anna.holder(A) == "Boris"


async def test_losing_the_lock_keeps_the_text_editable_and_stops_sending(anna: AtWork) -> None:
    opened = await anna.open(A, "text")
    anna.server.unlock(A, ANNA)
    anna.server.lock(A, BORIS)
    await anna.clock.advance(12 * 60)
    assert opened.lock.state.phase is LockPhase.LOST
    assert opened.may_type
    assert not opened.may_send


async def test_a_lead_that_cannot_be_loaded_is_open_with_what_the_list_knew(anna: AtWork) -> None:
    anna.api.break_down("show_routed", "lock", error=Unreachable())
    opened = await anna.open(A)
    assert isinstance(opened.problem, Unreachable)
    assert opened.lead.name == "Visitor 1"
    assert not opened.is_loaded


async def test_sending_stores_gives_back_and_empties_the_desk(anna: AtWork) -> None:
    await anna.open(A, "answer")
    anna.bench.send()
    await settle()
    [(lead_id, verdict)] = anna.verdicts
    assert lead_id == A
    assert isinstance(verdict, Stored)
    assert anna.holder(A) is None
    assert anna.bench.current is None
    assert anna.draft_of(A) is None
    assert not anna.inbox.is_busy


async def test_a_second_send_while_one_is_under_way_does_nothing(anna: AtWork) -> None:
    await anna.open(A, "answer")
    gate = anna.api.hold_up("set_completed")
    assert anna.bench.send() is not None
    assert anna.bench.send() is None
    await settle()
    assert anna.bench.send(without_answer=True) is None
    gate.set()
    await settle()
    assert anna.server.writes.count("complete 1 Anna") == 1


async def test_nothing_can_be_typed_while_the_answer_is_on_its_way(anna: AtWork) -> None:
    opened = await anna.open(A, "answer")
    anna.api.hold_up("set_completed")
    anna.bench.send()
    await settle()
    assert not opened.may_type
    assert not opened.may_send


async def test_leaving_while_an_answer_is_on_its_way_keeps_its_lock_until_the_verdict(anna: AtWork) -> None:
    await anna.open(A, "answer")
    gate = anna.api.hold_up("set_completed")
    anna.bench.send()
    await settle()
    await anna.open(B)
    assert anna.holder(A) == "Anna"
    gate.set()
    await settle()
    assert anna.verdicts[0][0] == A
    assert (anna.holder(A), anna.holder(B)) == (None, "Anna")
    assert anna.bench.current is not None
    assert anna.bench.current.id == B


async def test_opening_a_lead_whose_answer_is_on_its_way_shows_that_answer(anna: AtWork) -> None:
    first = await anna.open(A, "answer")
    gate = anna.api.hold_up("set_completed")
    anna.bench.send()
    await settle()
    anna.bench.leave()
    assert await anna.open(A) is first
    assert first.answer is not None
    gate.set()
    await settle()
    assert anna.holder(A) is None


async def test_a_refused_answer_leaves_lead_lock_and_text_in_hand(anna: AtWork) -> None:
    opened = await anna.open(A, "answer")
    anna.api.fail("set_completed", Unreachable(sent=False))
    anna.bench.send()
    await settle()
    assert isinstance(opened.verdict, NotSent)
    assert anna.bench.current is opened
    assert anna.holder(A) == "Anna"
    assert opened.may_send
    anna.bench.send()
    await settle()
    assert isinstance(opened.verdict, Stored)


async def test_a_colleagues_answer_shows_both_texts_and_gives_the_lead_back(anna: AtWork) -> None:
    opened = await anna.open(A, "mine")
    anna.server.set_completed(A, "theirs", BORIS)
    anna.bench.send()
    await settle()
    assert isinstance(opened.verdict, AnsweredByAnother)
    assert (opened.lead.answer_text, opened.draft.text) == ("theirs", "mine")
    assert anna.bench.current is opened
    assert opened.may_type
    assert anna.holder(A) is None
    assert anna.draft_of(A) == "mine"


async def test_an_answer_that_is_not_known_keeps_its_lock_and_is_looked_for(anna: AtWork) -> None:
    opened = await anna.open(A, "answer")
    anna.api.fail("set_completed", TimedOut())
    anna.bench.send()
    await anna.clock.advance(17)
    [(_, verdict)] = anna.verdicts
    assert isinstance(verdict, NotKnown)
    assert anna.bench.send() is None
    anna.bench.leave()
    await anna.clock.advance(10)
    assert anna.holder(A) == "Anna"
    anna.server.set_completed(A, "answer", ANNA)  # here it arrives
    await anna.clock.advance(20)
    assert isinstance(opened.verdict, Stored)
    assert isinstance(anna.verdicts[-1][1], Stored)
    assert anna.holder(A) is None


async def test_an_answer_that_never_arrived_can_be_sent_again(anna: AtWork) -> None:
    opened = await anna.open(A, "answer")
    anna.api.fail("set_completed", TimedOut())
    anna.bench.send()
    await anna.clock.advance(SETTLE + 60)
    assert anna.verdicts[-1] == (A, NotSent())
    assert anna.bench.current is opened
    anna.bench.send()
    await anna.clock.advance(1)
    assert isinstance(opened.verdict, Stored)
    assert anna.server.answered_without_lock == []


async def test_after_signing_in_again_the_same_answer_goes_on(anna: AtWork) -> None:
    opened = await anna.open(A, "answer")
    anna.api.fail("set_completed", NotSignedIn())
    anna.bench.send()
    await settle()
    assert isinstance(opened.verdict, NotSent)
    anna.bench.go_on()
    await settle()
    assert isinstance(opened.verdict, Stored)


async def test_a_full_disk_does_not_keep_a_lead_locked_and_the_text_stays_in_hand(
    anna: AtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    await anna.open(A, "important")
    save = anna.desk.drafts.save

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(anna.desk.drafts, "save", no_room)
    anna.bench.leave()
    await anna.clock.advance(60)
    assert anna.holder(A) is None
    assert [keeper.lead_id for keeper in anna.bench.unsaved] == [A]
    again = await anna.open(A)
    assert again.draft.text == "important"
    anna.bench.leave()
    monkeypatch.setattr(anna.desk.drafts, "save", save)
    await anna.clock.advance(3)
    assert anna.bench.unsaved == []
    assert anna.draft_of(A) == "important"


async def test_a_lead_left_before_its_draft_was_loaded_loses_neither_text(sit: Sit) -> None:
    disk = SlowDisk()
    anna = sit(off_loop=disk)
    anna.server.add(A)
    anna.desk.drafts.save(A, "from before, ", anna.clock.now())
    await anna.open(A, "and typed ahead")
    anna.bench.leave()
    again = anna.bench.open(anna.server.show(A))
    disk.gate.set()
    await settle()
    assert again.draft.text == "from before, and typed ahead"
    again.draft.take_kept()
    anna.bench.leave()
    await settle()
    assert anna.draft_of(A) == "from before, and typed ahead"


async def test_work_that_dies_of_an_unexpected_error_reaches_whoever_started_it(anna: AtWork) -> None:
    anna.api.fail("show_routed", ZeroDivisionError())
    await anna.open(A)
    await settle()
    assert [type(error) for error in anna.desk.spawn.errors] == [ZeroDivisionError]
    anna.desk.spawn.errors.clear()


async def test_an_unexpected_error_in_sending_is_told_and_the_answer_looked_for(anna: AtWork) -> None:
    opened = await anna.open(A, "answer")
    anna.api.fail("set_completed", ZeroDivisionError(), acted=True)
    anna.bench.send()
    await settle()
    assert [type(error) for error in anna.desk.spawn.errors] == [ZeroDivisionError]
    anna.desk.spawn.errors.clear()
    assert isinstance(opened.verdict, NotKnown)
    await anna.clock.advance(6)
    assert isinstance(opened.verdict, Stored)
    assert anna.holder(A) is None


async def test_an_unexpected_error_before_sending_leaves_the_lead_usable(anna: AtWork) -> None:
    opened = await anna.open(A, "answer")
    anna.api.fail("show_routed", ZeroDivisionError())
    anna.bench.send()
    await settle()
    assert [type(error) for error in anna.desk.spawn.errors] == [ZeroDivisionError]
    anna.desk.spawn.errors.clear()
    assert opened.answer is None
    anna.bench.send()
    await settle()
    assert isinstance(opened.verdict, Stored)


async def test_a_held_answer_lets_the_next_lead_be_opened_and_then_goes_out(sit: Sit) -> None:
    anna = sit(hold_seconds=5)
    anna.server.add(A, B)
    await anna.open(A, "answer")
    anna.bench.send()
    await anna.open(B)
    assert [opened.id for opened in anna.bench.held] == [A]
    await anna.clock.advance(4)
    assert "complete 1 Anna" not in anna.server.writes
    await anna.clock.advance(2)
    assert anna.server.leads[A].answer_text == "answer"
    assert (anna.holder(A), anna.holder(B)) == (None, "Anna")


async def test_a_held_answer_taken_back_opens_its_text_again_and_leaves_the_other_lead(sit: Sit) -> None:
    anna = sit(hold_seconds=5)
    anna.server.add(A, B)
    first = await anna.open(A, "answer")
    anna.bench.send()
    await anna.open(B, "something for B")
    await anna.clock.advance(3)
    assert anna.bench.take_back() is first
    assert anna.bench.current is first
    await anna.clock.advance(10)
    assert first.may_type
    assert first.draft.text == "answer"
    assert anna.verdicts == [(A, NotSent(Refusal.TAKEN_BACK))]
    assert anna.server.leads[A].result == "missed"
    assert (anna.holder(A), anna.holder(B)) == ("Anna", None)
    assert anna.draft_of(B) == "something for B"


async def test_what_was_sent_cannot_be_taken_back(sit: Sit) -> None:
    anna = sit(hold_seconds=5)
    anna.server.add(A)
    await anna.open(A, "answer")
    anna.bench.send()
    anna.api.hold_up("set_completed")
    await anna.clock.advance(6)
    assert anna.bench.take_back() is None


async def test_a_held_answer_keeps_its_lock_renewed(sit: Sit) -> None:
    anna = sit(hold_seconds=60, renew_every=60)
    anna.server.add(A, B)
    opened = await anna.open(A, "answer")
    asked = anna.api.calls["lock"]
    anna.bench.send()
    anna.bench.leave()
    await anna.clock.advance(59)
    assert opened.answer is not None
    assert opened.answer.step is Step.HOLDING
    await anna.clock.advance(5)
    assert anna.api.calls["lock"] > asked
    assert isinstance(opened.verdict, Stored)


async def test_closing_in_the_hold_keeps_the_draft_and_sends_nothing(sit: Sit) -> None:
    anna = sit(hold_seconds=5)
    anna.server.add(A, B)
    await anna.open(A, "answer")
    anna.bench.send()
    await anna.open(B)
    assert await anna.close() == []
    await anna.clock.advance(20)
    assert anna.server.leads[A].result == "missed"
    assert anna.draft_of(A) == "answer"
    assert (anna.holder(A), anna.holder(B)) == (None, None)


async def test_closing_saves_every_text_and_gives_every_lead_back(anna: AtWork) -> None:
    await anna.open(A, "one")
    gate = anna.api.hold_up("unlock")
    await anna.open(B, "two")
    gate.set()
    assert await anna.close() == []
    assert (anna.holder(A), anna.holder(B)) == (None, None)
    assert (anna.draft_of(A), anna.draft_of(B)) == ("one", "two")


async def test_closing_takes_two_seconds_at_most_although_the_unlock_never_returns(anna: AtWork) -> None:
    await anna.open(A, "text")
    anna.api.hold_up("unlock")
    assert await anna.close() == [A]
    assert anna.draft_of(A) == "text"


async def test_closing_gives_back_a_lead_whose_lock_request_never_returns(anna: AtWork) -> None:
    anna.api.hold_up("lock", after_acting=True)
    await anna.open(A)
    assert await anna.close() == [A], "the request may arrive once more"
    assert anna.holder(A) is None


async def test_closing_gives_leads_back_although_the_disk_hangs(sit: Sit) -> None:
    disk = SlowDisk()
    anna = sit(off_loop=disk)
    anna.server.add(A)
    await anna.open(A, "text")
    await anna.clock.advance(3)
    assert anna.holder(A) == "Anna", "a hanging disk does not keep a lead from being locked"
    assert await anna.close() == []
    assert anna.holder(A) is None
    disk.gate.set()
    await settle()


async def test_closing_in_the_middle_of_sending_waits_for_the_verdict_before_giving_back(anna: AtWork) -> None:
    await anna.open(A, "answer")
    gate = anna.api.hold_up("set_completed")
    anna.bench.send()
    await settle()
    closing = asyncio.create_task(anna.bench.close())
    await anna.clock.advance(0.5)
    assert anna.holder(A) == "Anna"
    gate.set()
    await settle()
    assert await closing == []
    assert anna.server.leads[A].answer_text == "answer"
    assert anna.holder(A) is None
    assert anna.server.answered_without_lock == []


async def test_closing_while_an_answer_may_be_on_its_way_keeps_its_lock_and_says_so(anna: AtWork) -> None:
    await anna.open(A, "answer")
    anna.api.hold_up("set_completed")
    anna.bench.send()
    await settle()
    assert await anna.close() == [A]
    assert anna.holder(A) == "Anna"
    assert anna.draft_of(A) == "answer"


async def test_nothing_is_sent_after_closing(anna: AtWork) -> None:
    await anna.open(A, "answer")
    await anna.close()
    assert anna.bench.send() is None
    await anna.clock.advance(3600)
    assert anna.holder(A) is None


async def test_an_unexpected_error_in_closing_does_not_keep_the_rest_from_its_end(anna: AtWork) -> None:
    await anna.open(A, "text")
    anna.api.fail("unlock", ZeroDivisionError())
    assert await anna.close() == [A]
    assert anna.draft_of(A) == "text"
    await settle()
    assert ZeroDivisionError in {type(error) for error in anna.desk.spawn.errors}
    anna.desk.spawn.errors.clear()


async def test_a_lead_without_a_key_for_long_is_given_back_with_its_draft_and_asked_for_at_the_next_key(
    sit: Sit,
) -> None:
    anna = sit(idle_release=20 * 60)
    anna.server.add(A)
    opened = await anna.open(A, "text")
    await anna.clock.advance(15 * 60)
    anna.bench.touch()
    await anna.clock.advance(19 * 60)
    assert anna.holder(A) == "Anna"
    await anna.clock.advance(90)
    assert anna.holder(A) is None
    assert opened.is_idle
    assert anna.bench.current is opened
    assert anna.draft_of(A) == "text"
    anna.bench.touch()
    await settle()
    assert anna.holder(A) == "Anna"
    assert not opened.is_idle


async def test_on_the_phone_an_untouched_keyboard_gives_nothing_back(sit: Sit) -> None:
    anna = sit(idle_release=20 * 60)
    anna.server.add(A)
    anna.bench.call_mode = True
    await anna.open(A)
    await anna.clock.advance(3600)
    assert anna.holder(A) == "Anna"


async def test_a_lead_given_back_for_idleness_that_a_colleague_took_says_who_has_it(sit: Sit) -> None:
    anna = sit(idle_release=20 * 60)
    anna.server.add(A)
    opened = await anna.open(A, "text")
    await anna.clock.advance(21 * 60)
    anna.server.lock(A, BORIS)
    anna.bench.touch()
    await settle()
    assert opened.lock.state.holder == "Boris Petrov"
    assert opened.draft.text == "text"


async def test_the_operator_is_told_once_when_a_lead_is_free(anna: AtWork) -> None:
    anna.server.lock(A, BORIS)
    anna.bench.free_watch.start(A)
    anna.bench.free_watch.start(A)
    await anna.clock.advance(300)
    assert anna.free == []
    assert anna.api.calls["show_routed"] < 15
    anna.api.fail("show_routed", Unreachable(), times=2)
    anna.server.unlock(A, BORIS)
    await anna.clock.advance(300)
    assert [lead.id for lead in anna.free] == [A]
    assert anna.bench.free_watch.lead_ids == frozenset()


async def test_a_lead_that_is_opened_is_not_watched_any_more(anna: AtWork) -> None:
    anna.server.lock(A, BORIS)
    anna.bench.free_watch.start(A)
    await anna.open(A)
    assert anna.bench.free_watch.lead_ids == frozenset()


async def test_a_lead_open_in_another_window_can_be_taken_over_and_no_window_unlocks_it_for_the_other(
    sit: Sit,
) -> None:
    first = sit()
    first.server.add(A)
    second = sit(server=first.server)
    await first.open(A, "in the first window")
    opened = await second.open(A)
    assert opened.lock.state.elsewhere is not None
    assert not opened.may_send
    second.bench.ask_for_lock()
    await settle()
    assert opened.may_type
    second.bench.leave()
    await settle()
    assert first.holder(A) == "Anna"
    first.bench.leave()
    await settle()
    assert first.holder(A) is None


async def test_the_saved_state_is_told_for_the_lead_in_hand(anna: AtWork) -> None:
    opened = await anna.open(A, "text")
    assert opened.draft.state is SaveState.SAVING
    await anna.clock.advance(1)
    assert str(opened.draft.state) == "saved"


async def test_looking_again_at_a_vanished_lead_learns_who_answered_and_asks_for_no_lock(anna: AtWork) -> None:
    anna.server.lock(A, BORIS)
    opened = await anna.open(A)
    anna.server.set_completed(A, "done", BORIS)
    asked = anna.api.calls["lock"]
    anna.bench.look_again()
    await settle()
    assert opened.lead.answer_text == "done"
    assert anna.api.calls["lock"] == asked
