"""Sending one answer: every step, and what is known for certain after it.

    draft on disk → hold → lock again → still missed? → setCompleted → read back → verdict → unlock → draft goes

`setCompleted` answers success even where it dropped the text, so nothing but the reading back counts. It is called
at most once in a flow, except after a refusal that proves that the server did not act; where its answer is lost, the
flow looks at the lead instead of calling again. Each step is in the journal before it is taken.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from leads_tui.api.errors import ApiError, Forbidden, NotFound, TooManyRequests, Unreachable
from leads_tui.api.models import MAX_ANSWER, Employee, Lead
from leads_tui.desk.clock import Clock
from leads_tui.desk.drafts import DraftKeeper
from leads_tui.desk.journal import Entry, Journal
from leads_tui.desk.lock import IN_FLIGHT, SETTLE, LeadLock, LockState
from leads_tui.desk.ports import LeadsApi
from leads_tui.desk.tasks import start
from leads_tui.desk.texts import length, same_text

__all__ = [
    "Answer",
    "AnsweredByAnother",
    "NotKnown",
    "NotSent",
    "Refusal",
    "Step",
    "Stored",
    "Verdict",
    "judge",
    "length",
    "same_text",
]

BROKEN_LINE: Final = (0.2, 0.5, 1.0)
"""Seconds before what is harmless to repeat is asked again over a broken line: a server that was started anew has left
dead connections behind, and the operator should not have to press the key for each of them."""
READ_BACKS: Final = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds waited before each try to see what the server holds, until it is called not known."""
FIRST_LOOK: Final = 5.0
LAST_LOOK: Final = 60.0
"""Seconds between two looks at an answer that is not known; each wait is twice the one before, up to this."""
MOST_WAITS: Final = 5
LONGEST_WAIT: Final = 60.0
"""A server that asks to wait (429) is waited for so often, and so many seconds at most; else the answer is not sent."""


class Step(StrEnum):
    """Where the answer is on its way."""

    SAVING = "saving"
    HOLDING = "holding"
    """It waits, and can be taken back."""
    LOCKING = "locking"
    CHECKING = "checking"
    SENDING = "sending"
    VERIFYING = "verifying"
    LOOKING = "looking"
    """It is not known whether the server holds it; looked for until it is."""
    UNLOCKING = "unlocking"


class Refusal(StrEnum):
    """Why an answer was not sent, where no error of the API is the reason."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    NOT_ON_DISK = "not on disk"
    NOT_LOCKED = "not locked"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True)
class Stored:
    """The server was seen to hold the lead completed by the operator with this text."""

    lead: Lead


@dataclass(frozen=True)
class AnsweredByAnother:
    """The lead is completed with another text or by another: the operator's is not stored."""

    lead: Lead


@dataclass(frozen=True)
class NotSent:
    """Certainly not stored: nothing was sent, or the server was seen not to have taken it."""

    refusal: Refusal | None = None
    problem: ApiError | None = None
    lock: LockState | None = None


@dataclass(frozen=True)
class NotKnown:
    """It was sent, and the server could not yet be seen to hold it or not."""

    problem: ApiError | None


Verdict = Stored | AnsweredByAnother | NotSent | NotKnown


def judge(lead: Lead, text: str | None, me: Employee | None) -> Stored | AnsweredByAnother:
    """What a completed lead says of this text; without `me` the text alone decides."""
    mine = me is None or (lead.completed_by is not None and lead.completed_by.id == me.id)
    return Stored(lead) if mine and same_text(text, lead.raw_answer_text) else AnsweredByAnother(lead)


class Answer:
    """One answer, or one completion without an answer, on its way to one lead."""

    def __init__(  # noqa: PLR0913 (everything that an answer touches is given by name)
        self,
        lead_id: int,
        text: str | None,
        *,
        api: LeadsApi,
        clock: Clock,
        lock: LeadLock,
        draft: DraftKeeper,
        me: Employee | None,
        on_step: Callable[[Step], None] = lambda step: None,
        hold_seconds: float = 0.0,
        journal: Journal | None = None,
    ) -> None:
        self.lead_id = lead_id
        self.text = text
        self.started_at: dt.datetime = clock.now()
        self.step = Step.SAVING
        self.held_until: float | None = None
        """Boot-clock second at which the hold ends; None where it is not held."""
        self.draft_problem = ""
        """Why the sent draft is still on disk, where it could not be deleted."""
        self._api = api
        self._clock = clock
        self._lock = lock
        self._draft = draft
        self._me = me
        self._on_step = on_step
        self._hold_seconds = hold_seconds
        self._journal = journal
        self._hold: asyncio.Task[None] | None = None
        self._is_taken_back = False
        self._is_in_journal = False
        self._certain_after = clock.boot()

    @property
    def may_be_taken_back(self) -> bool:
        """True until the first step that cannot be undone is near: while it is saved or held."""
        return self.step in {Step.SAVING, Step.HOLDING} and not self._is_taken_back

    @property
    def is_sent(self) -> bool:
        """True where the server may hold it, or may come to."""
        return self.step in {Step.SENDING, Step.VERIFYING, Step.LOOKING}

    async def send(self) -> Verdict:
        """Takes all steps and gives the verdict; after `NotKnown`, `find_out` goes on. Raises nothing of the API's."""
        verdict: Verdict | None = self._refusal() or await self._hold_on()
        waits = 0
        while verdict is None:
            tried = await self._prepare() or await self._complete()
            wait = _asked_wait(tried)
            if wait is not None and wait <= LONGEST_WAIT and waits < MOST_WAITS:
                waits += 1
                self._take(Step.LOCKING)
                await self._clock.sleep(wait)
            else:
                verdict = tried
        return await self._conclude(verdict)

    async def find_out(self) -> Verdict:
        """Looks, with longer and longer waits, until it is known what became of an answer that was sent.

        A missed lead means that it did not arrive only when it cannot be on its way any more. Gives `NotKnown` where
        the lead is not shown to the operator any more, so that nobody can tell.
        """
        self._take(Step.LOOKING)
        wait = FIRST_LOOK
        while True:
            await self._clock.sleep(wait)
            wait = min(2 * wait, LAST_LOOK)
            verdict = await self._look()
            if not isinstance(verdict, NotKnown) or isinstance(verdict.problem, Forbidden | NotFound):
                return await self._conclude(verdict)

    def take_back(self) -> bool:
        """Stops it before anything was sent; False where it is too late."""
        if not self.may_be_taken_back:
            return False
        self._is_taken_back = True
        if self._hold is not None:
            self._hold.cancel()
        return True

    def resume(self) -> None:
        """Marks it as sent by an earlier session, so that `find_out` can follow."""
        self.step = Step.LOOKING
        self._is_in_journal = True
        self._certain_after = self._clock.boot() + IN_FLIGHT

    # The steps -------------------------------------------------------------------------------------------------

    def _refusal(self) -> NotSent | None:
        if self.text is None:
            return None
        if not self.text.strip():
            return NotSent(Refusal.EMPTY)
        if length(self.text) > MAX_ANSWER:
            return NotSent(Refusal.TOO_LONG)
        return None

    async def _hold_on(self) -> NotSent | None:
        self._take(Step.SAVING)
        if not await self._draft.flush():
            return NotSent(Refusal.NOT_ON_DISK)
        if self._hold_seconds and not self._is_taken_back:
            if not await self._note(Entry.HOLD):
                return NotSent(Refusal.NOT_ON_DISK)
            self.held_until = self._clock.boot() + self._hold_seconds
            self._take(Step.HOLDING)
            self._hold = start(self._clock.sleep(self._hold_seconds), f"hold {self.lead_id}")
            try:
                if not self._is_taken_back:
                    await asyncio.wait([self._hold])
            finally:
                self._hold.cancel()
                self.held_until = None
        return NotSent(Refusal.TAKEN_BACK) if self._is_taken_back else None

    async def _prepare(self) -> Verdict | None:
        self._take(Step.LOCKING)
        if not await self._note(Entry.LOCKING):
            return NotSent(Refusal.NOT_ON_DISK)
        await self._lock.settle()
        lock = await self._ask_for_lock()
        if lock.is_ours and not self._lock.is_safe:  # an earlier request to give it back was under way until now
            await self._lock.settle()
            lock = await self._lock.ask()
        if not lock.is_ours or lock.problem is not None:
            return NotSent(Refusal.NOT_LOCKED, problem=lock.problem, lock=lock)
        self._take(Step.CHECKING)
        try:
            lead = await self._show()
        except ApiError as problem:
            return NotSent(problem=problem)
        if not lead.is_missed:
            return judge(lead, self.text, self._me)
        return None if await self._note(Entry.SENDING) else NotSent(Refusal.NOT_ON_DISK)

    async def _ask_for_lock(self) -> LockState:
        lock = await self._lock.ask()
        for wait in BROKEN_LINE:
            if not isinstance(lock.problem, Unreachable):
                break
            await self._clock.sleep(wait)
            lock = await self._lock.ask()
        return lock

    async def _show(self) -> Lead:
        for wait in BROKEN_LINE:
            try:
                return await self._api.show_routed(self.lead_id)
            except Unreachable:
                await self._clock.sleep(wait)
        return await self._api.show_routed(self.lead_id)

    async def _complete(self) -> Verdict:
        if not self._lock.is_safe:  # time went by, or it was given back
            return NotSent(Refusal.NOT_LOCKED, lock=self._lock.state)
        self._take(Step.SENDING)
        problem: ApiError | None = None
        try:
            await self._api.set_completed(self.lead_id, self.text)
        except ApiError as caught:
            if not caught.may_have_acted:
                return NotSent(problem=caught)
            problem = caught
        finally:
            self._certain_after = self._clock.boot() + SETTLE
        self._take(Step.VERIFYING)
        await self._note(Entry.VERIFYING)
        return await self._read_back(problem)

    async def _read_back(self, problem: ApiError | None) -> Verdict:
        verdict: Verdict = NotKnown(problem)
        for wait in READ_BACKS:
            if wait:
                await self._clock.sleep(wait)
            verdict = await self._look()
            if not isinstance(verdict, NotKnown):
                return verdict
        return NotKnown(verdict.problem or problem) if isinstance(verdict, NotKnown) else verdict

    async def _look(self) -> Verdict:
        began = self._clock.boot()
        try:
            lead = await self._api.show_routed(self.lead_id)
        except ApiError as problem:
            return NotKnown(problem)
        if not lead.is_missed:
            return judge(lead, self.text, self._me)
        return NotSent() if began >= self._certain_after else NotKnown(None)

    async def _conclude(self, verdict: Verdict) -> Verdict:
        if isinstance(verdict, NotKnown):
            return verdict
        self._take(Step.UNLOCKING)
        if self._is_in_journal:
            await self._note(Entry.STORED if isinstance(verdict, Stored) else Entry.NOT_STORED)
        if isinstance(verdict, Stored):
            try:
                await (self._draft.finish(self.text) if self.text is not None else self._draft.discard())
            except OSError as problem:
                self.draft_problem = problem.strerror or str(problem)
        return verdict

    async def _note(self, entry: Entry) -> bool:
        if self._journal is None:
            return True
        self._is_in_journal = True
        try:
            await self._journal.write(self.lead_id, entry, without_answer=self.text is None)
        except OSError:  # the journal keeps the reason for the screen
            return False
        return True

    def _take(self, step: Step) -> None:
        self.step = step
        self._on_step(step)


def _asked_wait(verdict: Verdict) -> float | None:
    problem = verdict.problem if isinstance(verdict, NotSent) else None
    return problem.retry_after if isinstance(problem, TooManyRequests) else None
