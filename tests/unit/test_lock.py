"""The lock on one lead: who has it, for how long, and that none is left behind."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from leads_tui.api.errors import Forbidden, ServerError, TimedOut, TooManyRequests, Unreachable
from leads_tui.desk.lock import AT_RISK_AFTER, LIFETIME, SETTLE, LeadLock, LockPhase
from tests.fakes import ANNA, BORIS, Desk, make_desk, settle

LEAD = 7


class Held:
    """A lock that is kept, and what it stands on."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.server, self.api, self.clock = desk, desk.server, desk.api, desk.clock
        self.lock = self.new_lock()
        self.keeping = asyncio.create_task(self.lock.keep())

    def new_lock(self) -> LeadLock:
        return LeadLock(LEAD, self.api, self.clock, rng=random.Random(1), journal=self.desk.tools.journal)

    def phase(self) -> LockPhase:
        return self.lock.state.phase

    @property
    def holder(self) -> str | None:
        holder = self.server.holder(LEAD)
        return holder.first_name if holder else None


@pytest.fixture
async def held(tmp_path: Path) -> AsyncIterator[Held]:
    desk = make_desk(tmp_path)
    desk.server.add(LEAD)
    held = Held(desk)
    yield held
    held.keeping.cancel()
    await settle()


async def test_a_free_lead_is_locked_for_thirty_minutes(held: Held) -> None:
    state = await held.lock.ask()
    assert state.phase is LockPhase.HELD
    assert state.minutes_left(held.clock.boot()) == 30
    assert held.holder == "Anna"


async def test_a_lock_held_by_a_colleague_is_refused_and_names_the_colleague(held: Held) -> None:
    held.server.lock(LEAD, BORIS)
    state = await held.lock.ask()
    assert (state.phase, state.holder) == (LockPhase.OTHERS, "Boris Petrov")
    assert not held.lock.may_be_ours


async def test_a_refusal_counts_although_the_colleagues_name_cannot_be_fetched(held: Held) -> None:
    held.server.lock(LEAD, BORIS)
    held.api.fail("show_routed", TimedOut())
    state = await held.lock.ask()
    assert (state.phase, state.holder) == (LockPhase.OTHERS, None)


async def test_the_lock_lives_from_the_moment_before_its_request(held: Held) -> None:
    gate = held.api.hold_up("lock", after_acting=True)
    asking = asyncio.create_task(held.lock.ask())
    await held.clock.advance(20)
    gate.set()
    state = await asking
    assert state.until == pytest.approx(held.clock.boot() - 20 + LIFETIME)


async def test_the_lock_is_renewed_for_as_long_as_the_lead_is_open(held: Held) -> None:
    await held.lock.ask()
    await held.clock.advance(3 * 3600)
    assert held.phase() is LockPhase.HELD
    assert held.holder == "Anna"
    assert held.api.calls["lock"] < 25


async def test_a_renewal_that_fails_is_tried_again_and_the_lock_stays(held: Held) -> None:
    await held.lock.ask()
    held.api.fail("lock", TimedOut(), times=3)
    await held.clock.advance(15 * 60)
    assert held.phase() is LockPhase.HELD
    assert held.lock.state.problem is None


async def test_a_lock_that_cannot_be_renewed_is_at_risk_and_then_not_known(held: Held) -> None:
    await held.lock.ask()
    held.api.break_down("lock", error=Unreachable())
    await held.clock.advance(AT_RISK_AFTER - 60)
    assert held.phase() is LockPhase.HELD
    await held.clock.advance(90)
    assert held.phase() is LockPhase.AT_RISK
    await held.clock.advance(300)
    assert held.phase() is LockPhase.UNKNOWN
    held.api.mend()
    await held.clock.advance(70)
    assert held.phase() is LockPhase.HELD


async def test_a_lock_taken_by_a_colleague_meanwhile_is_lost_and_says_to_whom(held: Held) -> None:
    await held.lock.ask()
    held.server.unlock(LEAD, ANNA)
    held.server.lock(LEAD, BORIS)
    await held.clock.advance(11 * 60)
    assert held.phase() is LockPhase.LOST
    assert held.lock.state.holder == "Boris Petrov"


async def test_a_lost_lock_is_had_again_by_asking_once_the_colleague_let_go(held: Held) -> None:
    await test_a_lock_taken_by_a_colleague_meanwhile_is_lost_and_says_to_whom(held)
    held.server.unlock(LEAD, BORIS)
    assert (await held.lock.ask()).phase is LockPhase.HELD


async def test_a_machine_that_slept_asks_at_once_when_it_wakes(held: Held) -> None:
    await held.lock.ask()
    await settle()
    asked = held.api.calls["lock"]
    gate = held.api.hold_up("lock")
    held.clock.jump(8 * 3600)
    await held.clock.advance(0)
    assert held.phase() in {LockPhase.UNKNOWN, LockPhase.ACQUIRING}
    await held.clock.advance(1)
    assert held.api.calls["lock"] == asked + 1
    gate.set()
    await settle()
    assert held.phase() is LockPhase.HELD


async def test_a_server_that_asks_to_wait_is_not_asked_before(held: Held) -> None:
    await held.lock.ask()
    await held.clock.advance(8 * 60)
    held.api.fail("lock", TooManyRequests(retry_after=300))
    asked = held.api.calls["lock"]
    await held.clock.advance(4 * 60)
    assert held.api.calls["lock"] == asked + 1
    await held.clock.advance(2 * 60 + 10)
    assert held.api.calls["lock"] <= asked + 1
    await held.clock.advance(3 * 60)
    assert held.phase() is LockPhase.HELD


async def test_two_who_ask_at_once_share_one_request(held: Held) -> None:
    await asyncio.gather(held.lock.ask(), held.lock.ask())
    assert held.api.calls["lock"] == 1


async def test_giving_back_waits_for_the_lock_request_that_is_under_way(held: Held) -> None:
    gate = held.api.hold_up("lock")
    asking = asyncio.create_task(held.lock.ask())
    await settle()
    releasing = asyncio.create_task(held.lock.release_for_good())
    await settle()
    assert held.api.calls["unlock"] == 0
    gate.set()
    await asyncio.gather(asking, releasing)
    assert held.holder is None
    assert not held.lock.may_be_ours


async def test_a_lock_request_whose_waiter_was_cancelled_is_still_given_back(held: Held) -> None:
    gate = held.api.hold_up("lock", after_acting=True)
    asking = asyncio.create_task(held.lock.ask())
    await settle()
    asking.cancel()
    releasing = asyncio.create_task(held.lock.release_for_good())
    await settle()
    assert held.holder == "Anna"
    gate.set()
    await releasing
    assert held.holder is None


async def test_asking_again_while_giving_back_waits_keeps_the_lead(held: Held) -> None:
    gate = held.api.hold_up("lock")
    first = asyncio.create_task(held.lock.ask())
    await settle()
    releasing = asyncio.create_task(held.lock.release_for_good())
    await settle()
    again = asyncio.create_task(held.lock.ask())
    await settle()
    gate.set()
    await asyncio.gather(first, releasing, again)
    assert held.phase() is LockPhase.HELD
    assert held.holder == "Anna"


async def test_asking_while_the_unlock_is_under_way_locks_after_it(held: Held) -> None:
    await held.lock.ask()
    gate = held.api.hold_up("unlock")
    releasing = asyncio.create_task(held.lock.release_for_good())
    await settle()
    asking = asyncio.create_task(held.lock.ask())
    await settle()
    gate.set()
    await asyncio.gather(releasing, asking)
    assert held.phase() is LockPhase.HELD
    assert held.holder == "Anna"


async def test_giving_back_is_retried_until_the_server_answers(held: Held) -> None:
    await held.lock.ask()
    held.api.fail("unlock", Unreachable(), times=4)
    releasing = asyncio.create_task(held.lock.release_for_good())
    await held.clock.advance(5 * 60)
    assert releasing.done()
    assert held.holder is None


async def test_a_lock_request_that_reaches_the_server_late_is_given_back_too(held: Held) -> None:
    held.api.fail("lock", TimedOut())
    await held.lock.ask()
    releasing = asyncio.create_task(held.lock.release_for_good())
    await held.clock.advance(10)
    held.server.lock(LEAD, ANNA)  # here it arrives
    await held.clock.advance(SETTLE)
    assert releasing.done()
    assert held.holder is None


async def test_an_unlock_that_arrives_late_cannot_undo_a_later_lock_unnoticed(held: Held) -> None:
    await held.lock.ask()
    held.api.fail("unlock", TimedOut())
    releasing = asyncio.create_task(held.lock.release_for_good())
    await settle()
    releasing.cancel()
    await held.lock.ask()
    assert not held.lock.is_safe
    held.server.unlock(LEAD, ANNA)  # here it arrives
    await held.clock.advance(SETTLE + 15)
    assert held.phase() is LockPhase.HELD
    assert held.lock.is_safe
    assert held.holder == "Anna"


async def test_a_lead_that_is_not_ours_any_more_is_let_go_without_asking_for_ever(held: Held) -> None:
    await held.lock.ask()
    held.api.break_down("unlock", error=Forbidden())
    await held.lock.release_for_good()
    assert held.api.calls["unlock"] == 1
    assert not held.lock.may_be_ours


async def test_giving_back_what_was_never_asked_for_asks_the_server_nothing(held: Held) -> None:
    await held.lock.release_for_good()
    assert held.api.calls["unlock"] == 0


async def test_a_request_that_certainly_did_not_reach_the_server_leaves_nothing_to_give_back(held: Held) -> None:
    held.api.fail("lock", Unreachable(sent=False))
    await held.lock.ask()
    assert not held.lock.may_be_ours


async def test_giving_back_ends_when_no_lock_can_be_left(held: Held) -> None:
    await held.lock.ask()
    held.api.break_down("unlock", error=ServerError())
    releasing = asyncio.create_task(held.lock.release_for_good())
    await held.clock.advance(LIFETIME + 3 * 60)
    assert releasing.done()


async def test_a_hanging_lock_request_is_given_up_in_a_hurry_and_the_lead_given_back(held: Held) -> None:
    held.api.hold_up("lock", after_acting=True)
    asking = asyncio.create_task(held.lock.ask())
    await settle()
    releasing = asyncio.create_task(held.lock.release())
    await settle()
    held.lock.hurry()
    assert await releasing is None
    assert held.holder is None
    assert held.lock.may_be_ours, "the request may still reach the server"
    await asyncio.wait([asking])


async def test_an_unexpected_error_reaches_whoever_reports_although_the_waiter_is_gone(held: Held) -> None:
    reported: list[BaseException] = []
    lock = LeadLock(LEAD, held.api, held.clock, rng=random.Random(1), report=reported.append)
    gate = held.api.hold_up("lock", error=ZeroDivisionError())
    asking = asyncio.create_task(lock.ask())
    await settle()
    asking.cancel()
    await settle()
    gate.set()
    await settle()
    assert [type(error) for error in reported] == [ZeroDivisionError]


async def test_an_idle_lock_is_not_asked_for_again_by_its_timer(held: Held) -> None:
    await held.lock.ask()
    await held.lock.release_for_good()
    await held.clock.advance(3600)
    assert held.api.calls["lock"] == 1
    assert held.phase() is LockPhase.FREE


async def test_a_lead_open_in_another_window_is_not_locked_and_says_where(tmp_path: Path) -> None:
    first = make_desk(tmp_path, window="first")
    first.server.add(LEAD)
    second = make_desk(tmp_path, server=first.server, window="second")
    there, here = Held(first), Held(second)
    await there.lock.ask()
    state = await here.lock.ask()
    assert state.phase is LockPhase.OTHERS
    assert state.elsewhere is not None
    assert state.elsewhere.terminal == "/dev/first"
    assert (await here.lock.ask(take_over=True)).phase is LockPhase.HELD
    await here.lock.release_for_good()
    assert there.holder == "Anna", "the other window still has it"
    await there.lock.release_for_good()
    assert there.holder is None
    for each in (there, here):
        each.keeping.cancel()


async def test_another_windows_unlock_that_arrives_late_is_reckoned_with(tmp_path: Path) -> None:
    first = make_desk(tmp_path, window="first")
    first.server.add(LEAD)
    second = make_desk(tmp_path, server=first.server, window="second")
    there, here = Held(first), Held(second)
    await there.lock.ask()
    gate = first.api.hold_up("unlock")
    leaving = asyncio.create_task(there.lock.release_for_good())
    await settle()
    assert (await here.lock.ask()).phase is LockPhase.HELD
    assert not here.lock.is_safe
    gate.set()
    await leaving
    assert here.holder is None
    await here.clock.advance(SETTLE + 40)
    assert here.lock.is_safe
    assert here.holder == "Anna"
    for each in (there, here):
        each.keeping.cancel()
