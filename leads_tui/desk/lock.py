"""The lock on one lead: a small state machine, and the timer that keeps it.

    state      event                                  next
    ---------  -------------------------------------  ---------------------------------------------
    FREE       ask                                    ACQUIRING
    ACQUIRING  granted / refused / no answer          HELD / OTHERS(who) / UNKNOWN
    HELD       renewal due: granted / refused         HELD / LOST(who)
    HELD       renewal fails                          HELD, retried with back-off
    HELD       25 minutes since the last grant        AT_RISK
    AT_RISK    granted / refused / 30 minutes         HELD / LOST(who) / UNKNOWN
    HELD       the boot clock jumps, or SIGCONT       UNKNOWN, and asks at once
    UNKNOWN    granted / refused                      HELD / LOST(who) where it was held, else OTHERS(who)
    OTHERS     ask: granted / refused                 HELD / OTHERS(who)
    LOST       ask: granted / refused                 HELD / LOST(who)
    FREE       ask, open in another window of ours    OTHERS(elsewhere); taken over by ask(take_over=True)
    any        release                                FREE

Whether the lead is *wanted* is what the operator said last, `ask` or `release`: a release that waited for its turn
does nothing once the lead was asked for again, and a lock request that waited does nothing once it was released.
A lock lives from the moment *before* its request was sent, on our own clock; the server's clock is never read.
Requests about one lead never overlap: an unlock waits for the lock request before it, so that a request that was
still under way cannot lock a lead that was already left. A lock request whose answer was lost may still be on its
way to the server, so giving back is then done once more a little later.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from leads_tui.api.errors import ApiError, Forbidden, NotFound, TooManyRequests
from leads_tui.desk.clock import Clock
from leads_tui.desk.journal import Entry, Journal
from leads_tui.desk.ports import LeadsApi
from leads_tui.desk.tasks import Report, T, start, to_its_end, within
from leads_tui.desk.windows import Window

LIFETIME: Final = 30 * 60.0
"""Seconds that a lock lives (seed: lock)."""
AT_RISK_AFTER: Final = 25 * 60.0
"""Seconds after which a lock that could not be renewed is in danger."""
LOOK_EVERY: Final = 10.0
"""Seconds between two looks at the clock, so that a suspended machine is noticed soon after it wakes."""
JUMP: Final = 30.0
"""Seconds that a look may be late before it counts as a jump of the clock."""
SETTLE: Final = 45.0
"""Seconds after which a request whose answer was lost cannot be on its way any more."""
IN_FLIGHT: Final = SETTLE + 20.0
"""The same for a request of which only the beginning is known, with the longest that one is waited for."""
JOURNAL_PATIENCE: Final = 0.5
"""Seconds that a lock request, or giving back, waits for a slow disk; they matter more than their journal does."""
FIRST_RETRY: Final = 5.0
LAST_RETRY: Final = 60.0


class LockPhase(StrEnum):
    """Where the lock stands; the table is in the module's docstring."""

    FREE = "free"
    ACQUIRING = "acquiring"
    HELD = "held"
    AT_RISK = "at risk"
    UNKNOWN = "unknown"
    OTHERS = "others"
    LOST = "lost"


@dataclass(frozen=True)
class LockState:
    """What is known of the lock, for the screen and for sending."""

    phase: LockPhase = LockPhase.FREE
    until: float | None = None
    """Boot-clock second at which the last grant ends."""
    holder: str | None = None
    """Who has it instead, in OTHERS and LOST, where the server said so."""
    problem: ApiError | None = None
    """Why the last request got no answer."""
    elsewhere: Window | None = None
    """The operator's other window that has the lead open, in OTHERS and LOST."""

    @property
    def is_ours(self) -> bool:
        """True while the last grant still runs."""
        return self.phase in {LockPhase.HELD, LockPhase.AT_RISK}

    def minutes_left(self, boot: float) -> int:
        """Whole minutes until the last grant ends, at the boot-clock second `boot`."""
        return max(0, int((self.until - boot) // 60)) if self.until is not None else 0


class LeadLock:
    """The operator's lock on one lead."""

    def __init__(
        self,
        lead_id: int,
        api: LeadsApi,
        clock: Clock,
        *,
        rng: random.Random,
        renew_every: float = 600.0,
        on_change: Callable[[], None] = lambda: None,
        journal: Journal | None = None,
        report: Report | None = None,
    ) -> None:
        self.lead_id = lead_id
        self.state = LockState()
        self._api = api
        self._clock = clock
        self._rng = rng
        self._renew_every = renew_every
        self._on_change = on_change
        self._journal = journal
        self._report = report
        self._turn = asyncio.Lock()
        self._asking: asyncio.Task[None] | None = None
        self._releasing: asyncio.Task[ApiError | None] | None = None
        self._is_wanted = False
        self._next_ask = clock.boot()
        self._failures = 0
        self._was_held = False
        self._maybe_ours = False
        self._last_ask = clock.boot()
        self._stray_lock_until = 0.0
        self._stray_unlock_until = 0.0

    # What the operator does ------------------------------------------------------------------------------------

    async def ask(self, *, take_over: bool = False) -> LockState:
        """Asks the server for the lock, or for 30 minutes more; what came of it is in the state that it gives.

        A lead that another window of the operator has open is only asked for where `take_over` says so. A second call
        while one is under way shares it. Whoever waits may be cancelled: the request goes on, since the server may
        already have carried it out, and its answer is still noted.
        """
        self._is_wanted = True
        if self._asking is None or self._asking.done():
            self._asking = start(self._ask(take_over=take_over), f"lock {self.lead_id}")
        await to_its_end(self._asking, self._report)
        return self.state

    async def release(self) -> ApiError | None:
        """Gives the lead back. Gives the error where that is not certain yet; then call it again (seed: unlock).

        As with `ask`, a caller that is cancelled leaves the request running to its end.
        """
        self._is_wanted = False
        if self._releasing is None or self._releasing.done():
            self._releasing = start(self._release(), f"unlock {self.lead_id}")
        return await to_its_end(self._releasing, self._report)

    async def release_for_good(self) -> None:
        """Gives the lead back and sees to it: retries while the lock can still be there, and once more after a
        request whose answer was lost, which may have reached the server late. Ends when the lead is asked for."""
        wait = FIRST_RETRY
        self._is_wanted = False
        while not self._is_wanted:
            problem = await self.release()
            now = self._clock.boot()
            if self._is_wanted:
                return
            if problem is not None and now <= self._last_ask + LIFETIME + SETTLE:
                await self._clock.sleep(max(self._jitter(wait), _wait_asked_by(problem)))
                wait = min(wait * 2, LAST_RETRY)
            elif problem is None and now < self._stray_lock_until:
                await self._clock.sleep(self._stray_lock_until - now)
                self._maybe_ours = True
            elif problem is None and now < self._stray_unlock_until:
                await self.settle()
            else:
                self._maybe_ours = False
                await self._note(Entry.FREE)
                self._become(LockState())
                return

    def presume(self) -> None:
        """An earlier session may have left it locked: it is given back as if it had been asked for here, now."""
        self._maybe_ours = True
        self._last_ask = self._clock.boot()

    def mind_strays(self, *, lock: float = 0.0, unlock: float = 0.0) -> None:
        """An earlier session's requests may still reach the server within these seconds."""
        now = self._clock.boot()
        self._stray_lock_until = max(self._stray_lock_until, now + lock if lock > 0 else 0.0)
        self._stray_unlock_until = max(self._stray_unlock_until, now + unlock if unlock > 0 else 0.0)

    def hurry(self) -> None:
        """The session ends: a lock request that hangs is not waited for any more, so that giving back can follow."""
        if self._asking is not None and not self._asking.done():
            self._asking.cancel()

    async def settle(self) -> None:
        """Waits until no earlier request to give the lead back can still be on its way; it would undo a later lock."""
        while (now := self._clock.boot()) < self._stray_unlock_until:
            await self._clock.sleep(self._stray_unlock_until - now)

    @property
    def is_safe(self) -> bool:
        """True while the lock is ours for certain, and for long enough that a request sent now arrives under it."""
        until = self.state.until
        now = self._clock.boot()
        return self.state.is_ours and until is not None and now < until - SETTLE and now >= self._stray_unlock_until

    @property
    def may_be_ours(self) -> bool:
        """True from the first request on until the server was seen to have let go."""
        return self._maybe_ours or self._stray_lock_until > self._clock.boot()

    async def keep(self) -> None:
        """Keeps the lock for as long as it runs: renews in time, notices lost time, asks again after failures."""
        while True:
            before = self._clock.boot()
            wait = min(LOOK_EVERY, max(0.05, self._next_ask - before)) if self._wants_asking else LOOK_EVERY
            await self._clock.sleep(wait)
            now = self._clock.boot()
            if now - before > wait + JUMP:
                self.doubt()
            self._age(now)
            if self._wants_asking and now >= self._next_ask:
                await self.ask()

    @property
    def _wants_asking(self) -> bool:
        return self._is_wanted and (self.state.is_ours or self.state.phase is LockPhase.UNKNOWN)

    def doubt(self) -> None:
        """Time went by that we did not see (suspend, ctrl+z): the lock is unknown until asked, which is now due."""
        if self.state.is_ours:
            self._become(replace(self.state, phase=LockPhase.UNKNOWN))
        self._next_ask = self._clock.boot()

    # How it works ----------------------------------------------------------------------------------------------

    async def _ask(self, *, take_over: bool) -> None:
        async with self._turn:
            if not self._is_wanted:
                return
            if not self.state.is_ours:
                self._become(LockState(LockPhase.ACQUIRING, holder=self.state.holder))
                if not take_over and (window := await self._elsewhere()) is not None:
                    self._become(LockState(self._refused_phase, elsewhere=window))
                    return
                self.mind_strays(unlock=await self._unlocked_elsewhere())
            was_maybe_ours = self._maybe_ours
            self._maybe_ours = True
            await self._note(Entry.LOCK)
            started = self._last_ask = self._clock.boot()
            try:
                granted = await self._api.lock(self.lead_id)
            except asyncio.CancelledError:
                self._stray_lock_until = self._clock.boot() + SETTLE
                raise
            except ApiError as problem:
                self._failed(problem)
                if not problem.may_have_acted and not was_maybe_ours:
                    self._maybe_ours = False
                    await self._note(Entry.FREE)
                return
            self._failures = 0
            if granted:
                self._granted(started)
                return
            self._maybe_ours = False
            await self._note(Entry.FREE)
            self._become(LockState(self._refused_phase, holder=await self._holder()))

    def _granted(self, started: float) -> None:
        self._was_held = True
        self._next_ask = started + self._jitter(self._renew_every)
        if started < self._stray_unlock_until:
            self._next_ask = min(self._next_ask, self._stray_unlock_until)
        self._become(LockState(LockPhase.HELD, until=started + LIFETIME))
        self._age(self._clock.boot())

    @property
    def _refused_phase(self) -> LockPhase:
        return LockPhase.LOST if self._was_held else LockPhase.OTHERS

    async def _release(self) -> ApiError | None:
        if self._asking is not None and not self._asking.done():
            await asyncio.wait([self._asking])
        async with self._turn:
            if self._is_wanted:
                return None
            self._become(LockState())  # not ours from now on, although the server may not know it yet
            problem = await self._unlock() if self._maybe_ours else None
            if problem is None:
                self._was_held = False
            self._become(LockState(problem=problem))
            return problem

    async def _unlock(self) -> ApiError | None:
        await self._note(Entry.LEAVING)
        if await self._elsewhere() is None:  # else unlocking would take it from the other window too
            try:
                await self._api.unlock(self.lead_id)
            except (Forbidden, NotFound):  # it is not addressed to us any more: nobody can be asked
                pass
            except ApiError as problem:
                if problem.may_have_acted:
                    self._stray_unlock_until = self._clock.boot() + SETTLE
                return problem
        self._maybe_ours = False
        if self._clock.boot() >= max(self._stray_lock_until, self._stray_unlock_until):
            await self._note(Entry.FREE)
        return None

    async def _note(self, entry: Entry) -> None:
        """Writes the journal first, but neither a slow nor a full disk keeps the lock from being asked for or given
        back: what a missing line costs is a lock that a crash leaves until it runs out."""
        if self._journal is None:
            return
        writing = start(_written(self._journal, self.lead_id, entry), f"journal {self.lead_id}")
        if await within(self._clock, JOURNAL_PATIENCE, writing):
            writing.result()

    async def _elsewhere(self) -> Window | None:
        if self._journal is None:
            return None
        return await self._read(self._journal.elsewhere(self.lead_id))

    async def _unlocked_elsewhere(self) -> float:
        """For how many seconds another window's request to give the lead back may still be on its way."""
        left_at = await self._read(self._journal.left_elsewhere(self.lead_id)) if self._journal else None
        return IN_FLIGHT - (self._clock.now() - left_at).total_seconds() if left_at else 0.0

    async def _read(self, reading: Coroutine[Any, Any, T]) -> T | None:
        task = start(_read_or_none(reading), f"other windows {self.lead_id}")
        return task.result() if await within(self._clock, JOURNAL_PATIENCE, task) else None

    async def _holder(self) -> str | None:
        try:
            lead = await self._api.show_routed(self.lead_id)
        except ApiError:  # the refusal is certain, only the name is missing
            return None
        return lead.locked_by.name if lead.locked_by else None

    def _failed(self, problem: ApiError) -> None:
        now = self._clock.boot()
        if problem.may_have_acted:
            self._stray_lock_until = now + SETTLE
        back_off = min(FIRST_RETRY * 2**self._failures, LAST_RETRY)
        self._failures = min(self._failures + 1, 10)
        self._next_ask = now + max(self._jitter(back_off), _wait_asked_by(problem))
        if self.state.is_ours:
            self._become(replace(self.state, problem=problem))
            self._age(now)
        else:
            self._become(LockState(LockPhase.UNKNOWN, problem=problem))

    def _age(self, now: float) -> None:
        until = self.state.until
        if until is None or not self.state.is_ours:
            return
        if now >= until:
            self._become(replace(self.state, phase=LockPhase.UNKNOWN))
        elif now >= until - (LIFETIME - AT_RISK_AFTER) and self.state.phase is LockPhase.HELD:
            self._become(replace(self.state, phase=LockPhase.AT_RISK))

    def _become(self, state: LockState) -> None:
        if state != self.state:
            self.state = state
            self._on_change()

    def _jitter(self, seconds: float) -> float:
        return seconds * self._rng.uniform(0.9, 1.1)


def _wait_asked_by(problem: ApiError) -> float:
    return problem.retry_after if isinstance(problem, TooManyRequests) else 0.0


async def _written(journal: Journal, lead_id: int, entry: Entry) -> bool:
    try:
        await journal.write(lead_id, entry)
    except OSError:  # the journal keeps the reason for the screen
        return False
    return True


async def _read_or_none(reading: Coroutine[Any, Any, T]) -> T | None:
    try:
        return await reading
    except OSError:  # without the registry the lead is only ours
        return None
