"""The next start after a crash: what was left is found, told, and the operator's to decide about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from leads_tui.api.errors import TimedOut, Unreachable
from leads_tui.desk.answer import AnsweredByAnother, NotSent, Stored, Verdict
from leads_tui.desk.inbox import Inbox
from leads_tui.desk.lock import IN_FLIGHT, LockPhase
from leads_tui.desk.recovery import Recovery
from leads_tui.desk.workbench import Workbench
from tests.fakes import ANNA, BORIS, LIVING, Desk, FakeServer, make_desk, settle

A, B = 1, 2


class Session:
    """One run of the program, which can be killed."""

    def __init__(self, folder: Path, name: str, server: FakeServer | None = None) -> None:
        self.name = name
        self.desk: Desk = make_desk(folder, window=name, server=server)
        self.server, self.clock, self.api = self.desk.server, self.desk.clock, self.desk.api
        self.verdicts: list[tuple[int, Verdict]] = []
        self.bench = Workbench(
            self.desk.tools,
            Inbox(self.desk.tools),
            on_verdict=lambda opened, verdict: self.verdicts.append((opened.id, verdict)),
        )
        self.recovery = Recovery(self.desk.tools, self.bench)

    async def write(self, lead_id: int, text: str) -> None:
        self.bench.open(self.server.show(lead_id)).draft.note(text)
        await self.clock.advance(1)

    async def kill(self) -> None:
        LIVING.discard(self.name)
        self.bench._is_closing = True  # a dead process puts nothing down
        await self.desk.spawn.stop()

    def holder(self, lead_id: int) -> str | None:
        holder = self.server.holder(lead_id)
        return holder.first_name if holder else None


@pytest.fixture
async def crashed(tmp_path: Path) -> AsyncIterator[Session]:
    session = Session(tmp_path, "first")
    session.server.add(A, B)
    yield session
    await session.kill()


@pytest.fixture
async def after(tmp_path: Path, crashed: Session) -> AsyncIterator[Session]:
    session = Session(tmp_path, "second", crashed.server)
    yield session
    await session.kill()
    assert session.desk.spawn.errors == []


async def test_after_a_kill_the_lead_that_was_open_can_be_gone_on_with(crashed: Session, after: Session) -> None:
    await crashed.write(A, "half an answer")
    await crashed.kill()
    [left] = await after.recovery.find()
    assert left.lead.id == A
    opened = after.recovery.go_on(left)
    await settle()
    assert opened.draft.text == "half an answer"
    assert opened.lock.state.phase is LockPhase.HELD
    assert after.recovery.left == []


async def test_after_a_kill_the_lead_that_was_open_can_be_released(crashed: Session, after: Session) -> None:
    await crashed.write(A, "half an answer")
    await crashed.kill()
    [left] = await after.recovery.find()
    after.recovery.release(left)
    await settle()
    assert after.holder(A) is None
    assert [draft.text for draft in after.desk.drafts.all()] == ["half an answer"]


async def test_a_lead_that_a_colleague_took_since_is_not_offered(crashed: Session, after: Session) -> None:
    await crashed.write(A, "half an answer")
    await crashed.kill()
    crashed.server.unlock(A, ANNA)
    crashed.server.lock(A, BORIS)
    assert await after.recovery.find() == []
    assert [draft.text for draft in after.desk.drafts.all()] == ["half an answer"]


async def test_what_another_living_window_has_open_is_not_offered(crashed: Session, after: Session) -> None:
    await crashed.write(A, "half an answer")
    assert await after.recovery.find() == []
    assert after.holder(A) == "Anna"


async def test_an_answer_in_whose_sending_the_crash_fell_is_looked_for_and_told(
    crashed: Session, after: Session
) -> None:
    await crashed.write(A, "the answer")
    crashed.api.hold_up("set_completed", after_acting=True)
    crashed.bench.send()
    await settle()
    await crashed.kill()
    assert await after.recovery.find() == []
    await after.clock.advance(10)
    [(lead_id, verdict)] = after.verdicts
    assert lead_id == A
    assert isinstance(verdict, Stored)
    assert after.holder(A) is None
    assert after.desk.drafts.all() == []


async def test_an_answer_that_the_crash_kept_from_the_server_is_told_and_kept(crashed: Session, after: Session) -> None:
    await crashed.write(A, "the answer")
    crashed.api.fail("set_completed", TimedOut())
    crashed.bench.send()
    await settle()
    await crashed.kill()
    await after.recovery.find()
    await after.clock.advance(IN_FLIGHT + 40)
    assert after.verdicts == [(A, NotSent())]
    assert after.holder(A) is None
    assert [draft.text for draft in after.desk.drafts.all()] == ["the answer"]
    assert crashed.api.calls["set_completed"] + after.api.calls["set_completed"] == 1


async def test_an_answer_that_a_colleague_was_faster_with_is_told_after_the_crash(
    crashed: Session, after: Session
) -> None:
    await crashed.write(A, "the answer")
    crashed.api.fail("set_completed", TimedOut())
    crashed.bench.send()
    await settle()
    await crashed.kill()
    crashed.server.set_completed(A, "from Boris", BORIS)
    await after.recovery.find()
    await after.clock.advance(10)
    assert isinstance(after.verdicts[0][1], AnsweredByAnother)
    assert [draft.text for draft in after.desk.drafts.all()] == ["the answer"]


async def test_a_completion_without_answer_is_looked_for_too(crashed: Session, after: Session) -> None:
    await crashed.write(A, "typed, but not sent")
    crashed.api.hold_up("set_completed", after_acting=True)
    crashed.bench.send(without_answer=True)
    await settle()
    await crashed.kill()
    await after.recovery.find()
    await after.clock.advance(10)
    assert isinstance(after.verdicts[0][1], Stored)
    assert [draft.text for draft in after.desk.drafts.discarded()] == ["typed, but not sent"]


async def test_a_crash_in_the_hold_sends_nothing_and_keeps_the_draft(tmp_path: Path, after: Session) -> None:
    held = make_desk(tmp_path, window="held", server=after.server, hold_seconds=5)
    bench = Workbench(held.tools, Inbox(held.tools))
    bench.open(after.server.show(B)).draft.note("held")
    await after.clock.advance(1)
    bench.send()
    await after.clock.advance(1)
    LIVING.discard("held")
    bench._is_closing = True
    await held.spawn.stop()
    [left] = await after.recovery.find()
    assert left.lead.id == B
    await after.clock.advance(100)
    assert after.server.leads[B].result == "missed"
    assert [draft.text for draft in after.desk.drafts.all()] == ["held"]


async def test_recovery_waits_for_the_server_and_forgets_nothing_meanwhile(crashed: Session, after: Session) -> None:
    await crashed.write(A, "half an answer")
    await crashed.kill()
    after.api.break_down("show_routed", error=Unreachable())
    finding = asyncio.create_task(after.recovery.find())
    await after.clock.advance(120)
    assert not finding.done()
    after.api.mend()
    await after.clock.advance(70)
    assert [left.lead.id for left in await finding] == [A]


async def test_a_session_that_ended_well_leaves_nothing_to_ask_about(crashed: Session, after: Session) -> None:
    await crashed.write(A, "half an answer")
    closing = asyncio.create_task(crashed.bench.close())
    await crashed.clock.advance(2)
    assert await closing == []
    await crashed.kill()
    assert await after.recovery.find() == []


async def test_a_lead_whose_giving_back_was_not_confirmed_is_asked_about(crashed: Session, after: Session) -> None:
    await crashed.write(A, "half an answer")
    crashed.api.hold_up("unlock")
    closing = asyncio.create_task(crashed.bench.close())
    await crashed.clock.advance(2)
    assert await closing == [A]
    await crashed.kill()
    assert [left.lead.id for left in await after.recovery.find()] == [A]


async def test_a_second_crash_before_the_server_could_be_reached_forgets_nothing(
    tmp_path: Path, crashed: Session, after: Session
) -> None:
    await crashed.write(A, "half an answer")
    await crashed.kill()
    after.api.break_down("show_routed", "lock", error=Unreachable(sent=False))
    finding = asyncio.create_task(after.recovery.find())
    await settle()
    await after.write(A, "half an answer, and on")
    await after.kill()
    finding.cancel()
    third = Session(tmp_path, "third", crashed.server)
    assert [left.lead.id for left in await third.recovery.find()] == [A]
    await third.kill()


async def test_a_lead_that_was_opened_again_meanwhile_is_not_asked_about(crashed: Session, after: Session) -> None:
    await crashed.write(A, "half an answer")
    await crashed.kill()
    gate = after.api.hold_up("show_routed")
    finding = asyncio.create_task(after.recovery.find())
    await settle()
    after.bench.open(after.server.show(A))
    await settle()
    gate.set()
    assert await finding == []


async def test_nothing_is_sent_again_before_it_is_known_what_became_of_the_last(
    crashed: Session, after: Session
) -> None:
    await crashed.write(A, "the answer")
    crashed.api.fail("set_completed", TimedOut())
    crashed.bench.send()
    await settle()
    await crashed.kill()
    gate = after.api.hold_up("show_routed")
    finding = asyncio.create_task(after.recovery.find())
    await settle()
    opened = after.bench.open(after.server.show(A))
    await settle()
    assert after.bench.send() is None
    gate.set()
    await finding
    await after.clock.advance(IN_FLIGHT + 40)
    assert opened.verdict == NotSent()
    assert after.bench.send() is not None
    await settle()
    assert isinstance(opened.verdict, Stored)
