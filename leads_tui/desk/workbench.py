"""The one lead that is open, and those on their way out.

Opening and leaving happen at once on the screen; what they ask of the network follows in the background, in order,
per lead. A lead that was left is given back even where its lock request was still under way, a text that could not
be saved stays in hand until it is (`GivingBack`), and an answer on its way keeps its own lock until its verdict is
known (`Outbox`).
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Coroutine
from typing import Any, Final

from leads_tui.api.errors import ApiError, NotSignedIn
from leads_tui.api.models import Lead
from leads_tui.desk.answer import Answer, AnsweredByAnother, NotSent, Stored, Verdict
from leads_tui.desk.drafts import RETRY_EVERY, DraftKeeper
from leads_tui.desk.free_watch import FreeWatch
from leads_tui.desk.giving_back import GivingBack
from leads_tui.desk.inbox import Inbox
from leads_tui.desk.lock import IN_FLIGHT, LeadLock
from leads_tui.desk.open_lead import OpenLead
from leads_tui.desk.outbox import Outbox
from leads_tui.desk.ports import Tools
from leads_tui.desk.tasks import start, within

__all__ = ["CLOSING_TIME", "OpenLead", "Workbench"]

CLOSING_TIME: Final = 1.9
"""Seconds that the end of a session may take for saving and giving back everything."""
HURRY_AFTER: Final = 0.8
"""Seconds of them after which a lock request that hangs is given up, so that giving back can still follow."""
JOURNAL_TIME: Final = 0.1


class Workbench:
    """Opens, leaves, sends and gives back leads."""

    def __init__(
        self,
        tools: Tools,
        inbox: Inbox,
        *,
        on_change: Callable[[], None] = lambda: None,
        on_verdict: Callable[[OpenLead, Verdict], None] = lambda opened, verdict: None,
        on_free: Callable[[Lead], None] = lambda lead: None,
    ) -> None:
        self.current: OpenLead | None = None
        self.call_mode = False
        """While the operator is on the phone an untouched keyboard means nothing."""
        self.free_watch = FreeWatch(tools, inbox, on_free=on_free, on_change=on_change)
        """Leads that the operator waits for; `on_free` is called with each that nobody holds any more."""
        self._tools = tools
        self._inbox = inbox
        self._on_change = on_change
        self._on_verdict = on_verdict
        self._giving_back = GivingBack(tools, on_change, inbox.note_freed)
        self._outbox = Outbox(tools, on_change=on_change, on_verdict=on_verdict, settled=self._settled)
        self._last_key = tools.clock.boot()
        self._is_closing = False

    # What the operator does ------------------------------------------------------------------------------------

    def open(self, lead: Lead) -> OpenLead:
        """Takes this lead in hand, at once; locking and loading follow. The one that was open is left."""
        if self.current is not None and self.current.id == lead.id:
            return self.current
        self.leave()
        opened = self._outbox.find(lead.id) or self._take(lead)
        self._make_current(opened)
        return opened

    def leave(self) -> None:
        """Puts the open lead down: its text stays a draft, its lock is given back. One whose answer is on its way
        keeps its lock until the answer's end is known."""
        opened = self.current
        if opened is None:
            return
        self.current = None
        if opened.answer is None:
            self._put_down(opened)
        self._inbox.set_busy(busy=False)
        self._on_change()

    def send(self, *, without_answer: bool = False) -> Answer | None:
        """Sends the text in hand, or completes without one (seed: setCompleted). A second call meanwhile is none."""
        opened = self.current
        if opened is None or self._is_closing:
            return None
        answer = self._outbox.send(opened, without_answer=without_answer)
        if answer is not None:
            opened.verdict = None
            self._on_change()
        return answer

    def take_back(self, lead_id: int | None = None) -> OpenLead | None:
        """Takes back the answer to this lead, or the latest that is still held, and opens its text again. None where
        it is too late: then its verdict tells."""
        opened = self._outbox.take_back(lead_id)
        if opened is None or opened is self.current:
            return opened
        self.leave()
        self._make_current(opened)
        return opened

    @property
    def held(self) -> list[OpenLead]:
        """The leads whose answer can still be taken back, the latest last."""
        return [opened for opened in self._outbox.leads if opened.may_be_taken_back]

    @property
    def on_their_way(self) -> list[OpenLead]:
        """The leads whose answer is on its way, held or not, the latest last."""
        return self._outbox.leads

    @property
    def unsaved(self) -> list[DraftKeeper]:
        """Texts of leads that were left, which are not on disk yet; each says why."""
        return self._giving_back.unsaved

    def ask_for_lock(self) -> None:
        """Asks for the open lead's lock once more: after it was lost, held by another, or not known. Where another
        window of the operator has it, it is taken over."""
        if self.current is not None and self.current.answer is None:
            self._start_work(self.current, self._ask(self.current, take_over=True), "lock")

    def look_again(self) -> None:
        """Asks what became of the open lead, not for its lock: it vanished from the list."""
        if self.current is not None and self.current.answer is None:
            self._start_work(self.current, self._look(self.current), "look")

    def touch(self) -> None:
        """The operator touched a key. A lead that was given back for idleness is asked for again."""
        self._last_key = self._tools.clock.boot()
        if self.current is not None and self.current.is_idle:
            self.current.is_idle = False
            self._start_work(self.current, self._ask(self.current), "lock")

    def doubt(self) -> None:
        """Time went by unseen (ctrl+z, suspend): asks for every lock in hand at once."""
        for opened in self._in_hand():
            opened.lock.doubt()
            if not opened.is_idle:
                self._start_work(opened, self._ask(opened), "lock")

    def go_on(self) -> None:
        """Goes on after the operator signed in again: asks for locks, and sends what only the sign-in kept back."""
        self.doubt()
        opened = self.current
        if opened is not None and isinstance(opened.verdict, NotSent) and _was_signed_out(opened.verdict):
            self.send(without_answer=opened.is_without_answer)

    async def resume(self, lead: Lead, *, without_answer: bool) -> None:
        """Begins to look for what became of an answer that an earlier session sent; `on_verdict` tells it."""
        draft = self._keeper(lead.id)
        while not await draft.flush():  # which loads it first
            await self._tools.clock.sleep(RETRY_EVERY)
        if self._outbox.find(lead.id) is None:
            is_current = self.current is not None and self.current.id == lead.id
            opened = self.current if self.current and is_current else self._take(lead, left=draft)
            self._outbox.resume(opened, None if without_answer else draft.text)

    def give_back(self, lead_id: int) -> None:
        """Gives back a lead that an earlier session left locked, unless it is in hand."""
        if self.has_in_hand(lead_id):
            return
        lock = self._giving_back.take_up(lead_id)[0] or self._lock(lead_id)
        lock.presume()
        self._giving_back.start(lead_id, lock, self._keeper(lead_id))

    async def close(self) -> list[int]:
        """Ends the session: saves every text, gives back every lock, all within two seconds. Gives the ids of the
        leads that could not be seen to be free. A held answer is not sent; one that may be on its way to the server
        keeps its lock, for nobody may be answered without, and the next start looks after it."""
        self._is_closing = True
        self.free_watch.stop_all()
        opened = self._in_hand()
        for lead in opened:
            lead.stop_works()
        self._outbox.stop()
        locks = [lead.lock for lead in opened] + self._giving_back.locks
        keepers = [lead.draft for lead in opened] + self._giving_back.unsaved
        endings: list[asyncio.Task[object]] = [start(keeper.flush(), "save") for keeper in keepers]
        endings += [start(self._end(lock), "give back") for lock in locks]
        ending = start(_all(endings), "end")
        if not await within(self._tools.clock, HURRY_AFTER, ending):
            for lock in locks:
                lock.hurry()
            await within(self._tools.clock, CLOSING_TIME - HURRY_AFTER - JOURNAL_TIME, ending)
        for task in endings:
            task.cancel()
        if self._tools.journal is not None:
            await within(self._tools.clock, JOURNAL_TIME, start(_closed(self._tools.journal.close()), "journal"))
        for task in endings:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                self._tools.report(error)
        return [lock.lead_id for lock in locks if lock.may_be_ours]

    def has_in_hand(self, lead_id: int) -> bool:
        """Whether this lead is open, or its answer on its way."""
        return any(opened.id == lead_id for opened in self._in_hand())

    # How it works ----------------------------------------------------------------------------------------------

    def _in_hand(self) -> list[OpenLead]:
        current = [self.current] if self.current and self._outbox.find(self.current.id) is not self.current else []
        return [*self._outbox.leads, *current]

    def _make_current(self, opened: OpenLead) -> None:
        self.current = opened
        self._last_key = self._tools.clock.boot()
        self.free_watch.stop(opened.id)
        self._inbox.set_busy(busy=True)
        self._on_change()

    def _take(self, lead: Lead, *, left: DraftKeeper | None = None) -> OpenLead:
        lock, draft = self._giving_back.take_up(lead.id)
        lock = lock or self._lock(lead.id)
        draft = draft or left or self._keeper(lead.id)
        opened = OpenLead(lead, lock, draft)
        if left is not None:
            draft.take_kept()
            lock.presume()
        else:
            self._start_work(opened, self._load(opened), "open")
            if self._tools.idle_release > 0:
                self._start_work(opened, self._watch_idleness(opened), "idleness")
        self._start_work(opened, lock.keep(), "keep lock")
        self._start_work(opened, draft.keep(), "keep draft")
        return opened

    def _lock(self, lead_id: int) -> LeadLock:
        lock = LeadLock(
            lead_id,
            self._tools.api,
            self._tools.clock,
            rng=self._tools.rng,
            renew_every=self._tools.renew_every,
            on_change=self._on_change,
            journal=self._tools.journal,
            report=self._tools.report,
        )
        if self._tools.journal is not None:
            # What the journal still has of a lead that is not in hand was left by an earlier session.
            trace = self._tools.journal.trace(lead_id)
            if trace.asked_at is not None:
                lock.presume()
            lock.mind_strays(lock=self._in_flight(trace.asked_at), unlock=self._in_flight(trace.left_at))
        return lock

    def _in_flight(self, began: dt.datetime | None) -> float:
        """For how many seconds a request that began then may still be on its way."""
        return IN_FLIGHT - (self._tools.clock.now() - began).total_seconds() if began else 0.0

    def _keeper(self, lead_id: int) -> DraftKeeper:
        tools = self._tools
        return DraftKeeper(
            lead_id, tools.drafts, tools.clock, self._on_change, off_loop=tools.off_loop, report=tools.report
        )

    def _start_work(self, opened: OpenLead, work: Coroutine[Any, Any, None], name: str) -> None:
        opened.works.append(self._tools.spawn(work, f"{name} {opened.id}"))

    async def _load(self, opened: OpenLead) -> None:
        loading = start(_loaded(opened.draft), f"load draft {opened.id}")
        await self._ask(opened)
        await loading
        self._on_change()

    async def _ask(self, opened: OpenLead, *, take_over: bool = False) -> None:
        await opened.lock.ask(take_over=take_over)
        await self._look(opened)

    async def _look(self, opened: OpenLead) -> None:
        try:
            lead = await self._tools.api.show_routed(opened.id)
        except ApiError as problem:
            opened.problem = problem
        else:
            opened.lead = lead
            opened.problem = None
            opened.is_loaded = True
            self._inbox.note(lead)
        self._on_change()

    async def _watch_idleness(self, opened: OpenLead) -> None:
        limit = self._tools.idle_release
        while True:
            quiet = self._tools.clock.boot() - self._last_key
            await self._tools.clock.sleep(max(1.0, limit - quiet))
            is_quiet = self._tools.clock.boot() - self._last_key >= limit
            if is_quiet and not self.call_mode and opened.answer is None and not opened.is_idle:
                opened.is_idle = True
                self._on_change()
                await opened.lock.release_for_good()

    def _put_down(self, opened: OpenLead) -> None:
        opened.stop_works()
        if not self._is_closing:
            self._giving_back.start(opened.id, opened.lock, opened.draft)

    def _settled(self, opened: OpenLead, verdict: Verdict | None) -> None:
        opened.verdict = verdict
        if self._is_closing:
            return
        if isinstance(verdict, Stored | AnsweredByAnother):
            opened.lead = verdict.lead
            self._inbox.note(verdict.lead)
        if self.current is opened and isinstance(verdict, Stored):
            self.current = None
            self._inbox.set_busy(busy=False)
        if self.current is not opened:
            self._put_down(opened)
        elif isinstance(verdict, AnsweredByAnother):
            self._start_work(opened, opened.lock.release_for_good(), "give back")
        if verdict is not None:
            self._on_verdict(opened, verdict)
        self._on_change()

    async def _end(self, lock: LeadLock) -> None:
        if await self._outbox.wait_for(lock.lead_id):
            await lock.release()


async def _loaded(draft: DraftKeeper) -> None:
    try:
        await draft.load()
    except OSError:  # the keeper keeps the reason, and tries again
        return


async def _all(tasks: list[asyncio.Task[object]]) -> None:
    if tasks:
        await asyncio.wait(tasks)


async def _closed(closing: Coroutine[Any, Any, None]) -> None:
    try:
        await closing
    except OSError:  # the next start finds in it that nothing is left
        return


def _was_signed_out(verdict: NotSent) -> bool:
    return isinstance(verdict.problem, NotSignedIn)
