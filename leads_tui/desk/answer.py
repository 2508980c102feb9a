"""Sending one answer: every step, and what is known for certain after it.

    draft on disk → lock again → still missed? → setCompleted → read back → verdict → unlock → draft goes

`setCompleted` answers success even where it dropped the text, so nothing but the reading back counts. It is called
at most once in a flow: where its answer is lost, the flow looks at the lead instead of calling again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from leads_tui.api.errors import ApiError
from leads_tui.api.models import MAX_ANSWER, Employee, Lead
from leads_tui.desk.clock import Clock
from leads_tui.desk.drafts import DraftKeeper
from leads_tui.desk.lock import LeadLock, LockState
from leads_tui.desk.ports import LeadsApi

READ_BACKS: Final = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds waited before each try to see what the server holds."""


class Step(StrEnum):
    """Where the answer is on its way."""

    SAVING = "saving"
    LOCKING = "locking"
    CHECKING = "checking"
    SENDING = "sending"
    VERIFYING = "verifying"
    UNLOCKING = "unlocking"


class Refusal(StrEnum):
    """Why an answer was not sent, where no error of the API is the reason."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    NOT_ON_DISK = "not on disk"
    NOT_LOCKED = "not locked"


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


def same_text(sent: str | None, stored: str | None) -> bool:
    """Whether two texts are the same after what a server may do to one: line ends, white space at line ends."""
    return _normalised(sent) == _normalised(stored)


def _normalised(text: str | None) -> list[str]:
    return [line.rstrip() for line in (text or "").replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")]


def length(text: str) -> int:
    """The answer's length as the server counts it: in characters, not in cells or bytes."""
    return len(text)


class Answer:
    """One answer, or one completion without an answer, on its way to one lead."""

    def __init__(
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
    ) -> None:
        self.lead_id = lead_id
        self.text = text
        self.started_at: dt.datetime = clock.now()
        self.step = Step.SAVING
        self._api = api
        self._clock = clock
        self._lock = lock
        self._draft = draft
        self._me = me
        self._on_step = on_step

    async def send(self) -> Verdict:
        """Takes all steps and gives the verdict. The lock is given back only with a certain verdict, the draft
        deleted only with `Stored`. Raises nothing of the API's; OSError where the sent draft cannot be deleted."""
        verdict = self._refusal() or await self._prepare() or await self._complete()
        if isinstance(verdict, Stored):
            self._take(Step.UNLOCKING)
            await self._draft.finish()
        return verdict

    def _refusal(self) -> NotSent | None:
        if self.text is None:
            return None
        if not self.text.strip():
            return NotSent(Refusal.EMPTY)
        if length(self.text) > MAX_ANSWER:
            return NotSent(Refusal.TOO_LONG)
        return None

    async def _prepare(self) -> Verdict | None:
        self._take(Step.SAVING)
        if not await self._draft.flush():
            return NotSent(Refusal.NOT_ON_DISK)
        self._take(Step.LOCKING)
        lock = await self._lock.ask()
        if not lock.is_ours or lock.problem is not None:
            return NotSent(Refusal.NOT_LOCKED, problem=lock.problem, lock=lock)
        self._take(Step.CHECKING)
        try:
            lead = await self._api.show_routed(self.lead_id)
        except ApiError as problem:
            return NotSent(problem=problem)
        return None if lead.is_missed else self._judge(lead)

    async def _complete(self) -> Verdict:
        self._take(Step.SENDING)
        if not self._lock.state.is_ours:
            return NotSent(Refusal.NOT_LOCKED, lock=self._lock.state)
        problem: ApiError | None = None
        try:
            await self._api.set_completed(self.lead_id, self.text)
        except ApiError as caught:
            if not caught.may_have_acted:
                return NotSent(problem=caught)
            problem = caught
        self._take(Step.VERIFYING)
        return await self._read_back(problem)

    async def _read_back(self, sending_problem: ApiError | None) -> Verdict:
        problem = sending_problem
        for wait in READ_BACKS:
            if wait:
                await self._clock.sleep(wait)
            try:
                lead = await self._api.show_routed(self.lead_id)
            except ApiError as caught:
                problem = caught
                continue
            if not lead.is_missed:
                return self._judge(lead)
            if sending_problem is None:
                return NotSent()
            problem = sending_problem  # it may still be on its way: look again
        return NotKnown(problem)

    def _judge(self, lead: Lead) -> Verdict:
        mine = self._me is None or (lead.completed_by is not None and lead.completed_by.id == self._me.id)
        stored = same_text(self.text, lead.raw_answer_text)
        return Stored(lead) if mine and stored else AnsweredByAnother(lead)

    def _take(self, step: Step) -> None:
        self.step = step
        self._on_step(step)
