"""Sending: "sent" means seen, nothing is sent blindly, and what is not known is said so."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from leads_tui.api.errors import (
    ApiError,
    BadResponse,
    Forbidden,
    NotSignedIn,
    ServerError,
    TimedOut,
    TooManyRequests,
    Unreachable,
)
from leads_tui.api.models import MAX_ANSWER
from leads_tui.desk.answer import (
    Answer,
    AnsweredByAnother,
    NotKnown,
    NotSent,
    Refusal,
    Step,
    Stored,
    Verdict,
    length,
    same_text,
)
from leads_tui.desk.drafts import DraftKeeper
from leads_tui.desk.journal import Entry
from leads_tui.desk.lock import SETTLE, LeadLock
from tests.fakes import ANNA, BORIS, Desk, make_desk, settle

LEAD = 7
TEXT = "Добрый день!\nЖдём вас."


class Sending:
    """An answer with everything that it stands on."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.api, self.server, self.clock = desk, desk.api, desk.server, desk.clock
        self.lock = LeadLock(LEAD, desk.api, desk.clock, rng=random.Random(1), journal=desk.tools.journal)
        self.draft = DraftKeeper(LEAD, desk.drafts, desk.clock, off_loop=desk.tools.off_loop)
        self.steps: list[Step] = []
        self.draft.note(TEXT)

    def answer(self, text: str | None = TEXT, *, hold: float = 0.0) -> Answer:
        return Answer(
            LEAD,
            text,
            api=self.api,
            clock=self.clock,
            lock=self.lock,
            draft=self.draft,
            me=ANNA,
            on_step=self.steps.append,
            hold_seconds=hold,
            journal=self.desk.tools.journal,
        )

    async def send(self, text: str | None = TEXT, *, seconds: float = 60) -> Verdict:
        sending = asyncio.create_task(self.answer(text).send())
        await self.clock.advance(seconds)
        return await sending

    @property
    def draft_on_disk(self) -> str | None:
        draft = self.desk.drafts.load(LEAD)
        return draft.text if draft else None


@pytest.fixture
async def sending(tmp_path: Path) -> Sending:
    desk = make_desk(tmp_path, window="w")
    desk.server.add(LEAD)
    return Sending(desk)


async def test_an_answer_is_stored_when_the_server_was_seen_to_hold_it(sending: Sending) -> None:
    verdict = await sending.send()
    assert isinstance(verdict, Stored)
    assert sending.server.leads[LEAD].answer_text == TEXT
    assert sending.draft_on_disk is None
    assert sending.steps == [Step.SAVING, Step.LOCKING, Step.CHECKING, Step.SENDING, Step.VERIFYING, Step.UNLOCKING]


async def test_an_answer_is_on_disk_before_anything_is_asked_of_the_server(sending: Sending) -> None:
    gate = sending.api.hold_up("lock")
    task = asyncio.create_task(sending.answer().send())
    await settle()
    assert sending.draft_on_disk == TEXT
    assert sending.server.writes == []
    gate.set()
    await task


async def test_success_for_a_lead_that_a_colleague_answered_meanwhile_is_not_believed(sending: Sending) -> None:
    gate = sending.api.hold_up("set_completed")
    task = asyncio.create_task(sending.answer().send())
    await settle()
    sending.server.set_completed(LEAD, "From Boris", BORIS)
    gate.set()
    verdict = await task
    assert isinstance(verdict, AnsweredByAnother)
    assert verdict.lead.completed_by == BORIS
    assert sending.draft_on_disk == TEXT


async def test_a_lead_answered_before_is_not_sent_to_at_all(sending: Sending) -> None:
    sending.server.set_completed(LEAD, "From Boris", BORIS)
    assert isinstance(await sending.send(), AnsweredByAnother)
    assert sending.api.calls["set_completed"] == 0
    assert sending.draft_on_disk == TEXT


async def test_the_same_text_by_a_colleague_is_not_taken_for_ours(sending: Sending) -> None:
    sending.server.set_completed(LEAD, TEXT, BORIS)
    assert isinstance(await sending.send(), AnsweredByAnother)


async def test_a_lead_held_by_a_colleague_is_not_sent_to(sending: Sending) -> None:
    sending.server.lock(LEAD, BORIS)
    verdict = await sending.send()
    assert isinstance(verdict, NotSent)
    assert verdict.refusal is Refusal.NOT_LOCKED
    assert verdict.lock is not None
    assert verdict.lock.holder == "Boris Petrov"
    assert sending.api.calls["set_completed"] == 0


async def test_without_certainty_about_the_lock_nothing_is_sent(sending: Sending) -> None:
    sending.api.break_down("lock", error=TimedOut())
    verdict = await sending.send()
    assert isinstance(verdict, NotSent)
    assert verdict.problem is not None
    assert sending.api.calls["set_completed"] == 0


async def test_a_lost_answer_of_the_server_is_looked_for_and_found(sending: Sending) -> None:
    sending.api.fail("set_completed", TimedOut(), acted=True)
    assert isinstance(await sending.send(), Stored)
    assert sending.api.calls["set_completed"] == 1


@pytest.mark.parametrize("error", [TimedOut(), ServerError(status=502), BadResponse(), Unreachable(sent=True)])
async def test_what_may_have_arrived_is_never_sent_twice(sending: Sending, error: ApiError) -> None:
    sending.api.fail("set_completed", error)
    task = asyncio.create_task(sending.answer().send())
    await sending.clock.advance(30)
    assert isinstance(await task, NotKnown)
    assert sending.api.calls["set_completed"] == 1
    assert sending.draft_on_disk == TEXT


async def test_a_read_back_that_fails_is_not_known_and_no_success(sending: Sending) -> None:
    gate = sending.api.hold_up("set_completed")
    task = asyncio.create_task(sending.answer().send())
    await settle()
    sending.api.break_down("show_routed", error=Unreachable())
    gate.set()
    await sending.clock.advance(30)
    verdict = await task
    assert isinstance(verdict, NotKnown)
    assert isinstance(verdict.problem, Unreachable)


async def test_what_is_not_known_is_known_once_the_server_can_be_seen(sending: Sending) -> None:
    answer = sending.answer()
    gate = sending.api.hold_up("set_completed", after_acting=True, error=TimedOut())
    task = asyncio.create_task(answer.send())
    await settle()
    sending.api.break_down("show_routed", error=Unreachable())
    gate.set()
    await sending.clock.advance(30)
    assert isinstance(await task, NotKnown)
    looking = asyncio.create_task(answer.find_out())
    await sending.clock.advance(600)
    assert not looking.done()
    sending.api.mend()
    await sending.clock.advance(60)
    assert isinstance(await looking, Stored)
    assert sending.draft_on_disk is None


async def test_a_lead_still_missed_means_not_sent_only_when_nothing_can_be_on_its_way(sending: Sending) -> None:
    sending.api.fail("set_completed", TimedOut())
    answer = sending.answer()
    task = asyncio.create_task(answer.send())
    await sending.clock.advance(16)
    assert isinstance(await task, NotKnown)
    looking = asyncio.create_task(answer.find_out())
    await sending.clock.advance(20)
    assert not looking.done()
    await sending.clock.advance(SETTLE)
    assert await looking == NotSent()
    assert sending.draft_on_disk == TEXT


async def test_an_answer_that_arrives_late_is_stored_after_all(sending: Sending) -> None:
    sending.api.fail("set_completed", TimedOut())
    answer = sending.answer()
    task = asyncio.create_task(answer.send())
    await sending.clock.advance(16)
    assert isinstance(await task, NotKnown)
    looking = asyncio.create_task(answer.find_out())
    sending.server.set_completed(LEAD, TEXT, ANNA)  # here it arrives
    await sending.clock.advance(10)
    assert isinstance(await looking, Stored)


async def test_looking_ends_where_the_lead_is_shown_to_us_no_more(sending: Sending) -> None:
    answer = sending.answer()
    answer.resume()
    sending.api.break_down("show_routed", error=Forbidden())
    looking = asyncio.create_task(answer.find_out())
    await sending.clock.advance(10)
    assert isinstance(await looking, NotKnown)


@pytest.mark.parametrize("error", [NotSignedIn(), Forbidden(), Unreachable(sent=False)])
async def test_a_refusal_that_proves_nothing_was_done_is_not_sent(sending: Sending, error: ApiError) -> None:
    sending.api.fail("set_completed", error)
    verdict = await sending.send()
    assert isinstance(verdict, NotSent)
    assert verdict.problem is error
    assert sending.draft_on_disk == TEXT


async def test_a_server_that_asks_to_wait_gets_the_answer_after_the_wait(sending: Sending) -> None:
    sending.api.fail("set_completed", TooManyRequests(retry_after=20))
    task = asyncio.create_task(sending.answer().send())
    await sending.clock.advance(19)
    assert sending.api.calls["set_completed"] == 1
    await sending.clock.advance(2)
    assert isinstance(await task, Stored)


async def test_a_server_that_asks_for_too_long_a_wait_is_told_to_the_operator(sending: Sending) -> None:
    sending.api.fail("set_completed", TooManyRequests(retry_after=3600))
    verdict = await sending.send()
    assert isinstance(verdict, NotSent)
    assert isinstance(verdict.problem, TooManyRequests)


async def test_time_that_went_by_between_lock_and_sending_locks_again(sending: Sending) -> None:
    gate = sending.api.hold_up("show_routed")
    task = asyncio.create_task(sending.answer().send())
    await settle()
    sending.clock.jump(40 * 60)
    gate.set()
    verdict = await task
    assert isinstance(verdict, NotSent)
    assert verdict.refusal is Refusal.NOT_LOCKED
    assert sending.server.answered_without_lock == []


@pytest.mark.parametrize("text", ["", "  \n\t "])
async def test_an_empty_answer_is_not_sent(sending: Sending, text: str) -> None:
    assert await sending.send(text) == NotSent(Refusal.EMPTY)
    assert sending.server.writes == []


async def test_an_answer_that_is_too_long_is_not_sent_and_not_cut(sending: Sending) -> None:
    sending.draft.note("x" * (MAX_ANSWER + 1))
    assert await sending.send("x" * (MAX_ANSWER + 1)) == NotSent(Refusal.TOO_LONG)
    assert sending.server.writes == []
    assert length("👋🏽é") == 3 if len("é") == 1 else 4


async def test_an_answer_of_the_longest_length_is_sent(sending: Sending) -> None:
    sending.draft.note("й" * MAX_ANSWER)
    assert isinstance(await sending.send("й" * MAX_ANSWER), Stored)


async def test_an_answer_that_cannot_be_saved_is_not_sent(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_room)
    assert await sending.send() == NotSent(Refusal.NOT_ON_DISK)
    assert sending.server.writes == []


async def test_completing_without_an_answer_puts_what_was_typed_in_the_trash(sending: Sending) -> None:
    assert isinstance(await sending.send(None), Stored)
    assert sending.server.leads[LEAD].answer_text is None
    assert [draft.text for draft in sending.desk.drafts.discarded()] == [TEXT]


async def test_a_sent_draft_that_cannot_be_deleted_does_not_hide_the_verdict(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(lead_id: int, text: str | None = None) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(sending.desk.drafts, "finish", read_only)
    answer = sending.answer()
    assert isinstance(await answer.send(), Stored)
    assert answer.draft_problem == "Read-only file system"


async def test_a_held_answer_goes_out_when_the_hold_is_over(sending: Sending) -> None:
    answer = sending.answer(hold=5)
    task = asyncio.create_task(answer.send())
    await sending.clock.advance(4.9)
    assert answer.step is Step.HOLDING
    assert answer.held_until == pytest.approx(sending.clock.boot() + 0.1)
    assert sending.server.writes == []
    await sending.clock.advance(1)
    assert isinstance(await task, Stored)
    assert not answer.take_back()


async def test_a_held_answer_that_was_taken_back_is_not_sent(sending: Sending) -> None:
    answer = sending.answer(hold=5)
    task = asyncio.create_task(answer.send())
    await sending.clock.advance(3)
    assert answer.take_back()
    assert await task == NotSent(Refusal.TAKEN_BACK)
    await sending.clock.advance(10)
    assert sending.server.writes == []
    assert sending.draft_on_disk == TEXT


async def test_an_answer_taken_back_while_it_is_saved_is_not_sent(sending: Sending) -> None:
    answer = sending.answer(hold=5)
    task = asyncio.create_task(answer.send())
    assert answer.take_back()
    await sending.clock.advance(10)
    assert await task == NotSent(Refusal.TAKEN_BACK)


async def test_each_step_is_in_the_journal_before_it_is_taken(sending: Sending) -> None:
    journal = sending.desk.tools.journal
    assert journal is not None
    seen: dict[str, Entry | None] = {}

    def look(step: Step) -> None:
        seen[step.value] = journal.trace(LEAD).answer

    answer = sending.answer(hold=5)
    answer._on_step = look
    task = asyncio.create_task(answer.send())
    await sending.clock.advance(6)
    await task
    assert seen["holding"] is Entry.HOLD
    assert seen["checking"] is Entry.LOCKING
    assert seen["sending"] is Entry.SENDING
    assert journal.trace(LEAD).answer is None


@pytest.mark.parametrize(
    ("sent", "stored"),
    [("a\nb", "a\r\nb"), ("a  \nb\n", "a\nb"), ("a\rb", "a\nb"), (None, ""), ("", None), ("ёж", "ёж ")],
)
def test_what_a_server_may_do_to_a_text_keeps_it_the_same(sent: str | None, stored: str | None) -> None:
    assert same_text(sent, stored)


@pytest.mark.parametrize(("sent", "stored"), [("a b", "ab"), ("Да", "да"), ("a\nb", "a b"), ("a", None)])
def test_another_text_is_another_text(sent: str | None, stored: str | None) -> None:
    assert not same_text(sent, stored)
