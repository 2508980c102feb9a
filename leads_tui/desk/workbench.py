"""The one lead that is open, and those on their way out.

Opening and leaving happen at once on the screen; what they ask of the network follows in the background, in order,
per lead. A lead that was left is given back even where its lock request was still under way, a text that could not
be saved stays in hand until it is, and an answer on its way keeps its own lock until its verdict is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from leads_tui.api.errors import ApiError
from leads_tui.api.models import Lead
from leads_tui.desk.answer import Answer, AnsweredByAnother, NotKnown, NotSent, Step, Stored, Verdict
from leads_tui.desk.drafts import RETRY_EVERY, DraftKeeper
from leads_tui.desk.inbox import Inbox
from leads_tui.desk.lock import LeadLock, LockPhase
from leads_tui.desk.ports import Running, Tools

CLOSING_TIME: Final = 2.0
"""Seconds that the end of a session may take for saving and giving back everything."""


@dataclass
class OpenLead:
    """A lead in hand: what the server said of it, its lock, its draft, and the answer that is on its way."""

    lead: Lead
    lock: LeadLock
    draft: DraftKeeper
    is_loaded: bool = False
    problem: ApiError | None = None
    draft_problem: str = ""
    answer: Answer | None = None
    verdict: Verdict | None = None
    works: list[Running] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The lead's id, which everything that is done here is bound to."""
        return self.lead.id

    @property
    def may_type(self) -> bool:
        """False where somebody else holds the lead, it is handled, or its answer is on its way."""
        handled = not self.lead.is_missed and not isinstance(self.verdict, AnsweredByAnother)
        return self.answer is None and not handled and self.lock.state.phase is not LockPhase.OTHERS

    @property
    def may_send(self) -> bool:
        """False where the answer cannot be sent now; losing the lock keeps the text and disables sending."""
        lost = self.lock.state.phase in {LockPhase.OTHERS, LockPhase.LOST}
        return self.answer is None and self.lead.is_missed and not lost


class Workbench:
    """Opens, leaves, sends and gives back leads."""

    def __init__(
        self,
        tools: Tools,
        inbox: Inbox,
        *,
        on_change: Callable[[], None] = lambda: None,
        on_verdict: Callable[[OpenLead, Verdict], None] = lambda opened, verdict: None,
    ) -> None:
        self.current: OpenLead | None = None
        self._tools = tools
        self._inbox = inbox
        self._on_change = on_change
        self._on_verdict = on_verdict
        self._locks: dict[int, LeadLock] = {}
        self._giving_back: dict[int, Running] = {}
        self._on_their_way: dict[int, OpenLead] = {}
        self._unsaved: dict[int, DraftKeeper] = {}

    # What the operator does ------------------------------------------------------------------------------------

    def open(self, lead: Lead) -> OpenLead:
        """Takes this lead in hand, at once; locking and loading follow. The one that was open is left."""
        if self.current is not None and self.current.id == lead.id:
            return self.current
        self.leave()
        opened = self._on_their_way.pop(lead.id, None) or self._take(lead)
        self.current = opened
        self._inbox.set_busy(busy=True)
        self._on_change()
        return opened

    def leave(self) -> None:
        """Puts the open lead down: its text stays a draft, its lock is given back."""
        opened = self.current
        if opened is None:
            return
        self.current = None
        if opened.answer is not None:
            self._on_their_way[opened.id] = opened
        else:
            self._put_down(opened)
        self._inbox.set_busy(busy=False)
        self._on_change()

    def send(self, *, without_answer: bool = False) -> Answer | None:
        """Sends the text in hand, or completes without one (seed: setCompleted). A second call meanwhile is none."""
        opened = self.current
        if opened is None or opened.answer is not None:
            return None
        answer = Answer(
            opened.id,
            None if without_answer else opened.draft.text,
            api=self._tools.api,
            clock=self._tools.clock,
            lock=opened.lock,
            draft=opened.draft,
            me=self._tools.me,
            on_step=self._stepped,
        )
        opened.answer = answer
        opened.verdict = None
        self._tools.spawn(self._send(opened, answer), f"answer {opened.id}")
        self._on_change()
        return answer

    def ask_for_lock(self) -> None:
        """Asks for the open lead's lock once more: after it was lost, held by another, or not known."""
        if self.current is not None and self.current.answer is None:
            self._tools.spawn(self._ask(self.current), f"lock {self.current.id}")

    def doubt(self) -> None:
        """Time went by unseen (ctrl+z, suspend): asks for every lock in hand at once."""
        for opened in self._in_hand():
            opened.lock.doubt()
            self._tools.spawn(self._ask(opened), f"lock {opened.id}")

    async def close(self) -> list[int]:
        """Ends the session: saves every text, gives back every lock, all within two seconds. Gives the ids of the
        leads that could not be seen to be free."""
        opened = self._in_hand()
        for lead in opened:
            self._stop_works(lead)
        keepers = [lead.draft for lead in opened] + list(self._unsaved.values())
        locks = [lock for lock in self._locks.values() if lock.may_be_ours]
        endings: list[asyncio.Task[object]] = [asyncio.create_task(keeper.flush()) for keeper in keepers]
        endings += [asyncio.create_task(lock.release()) for lock in locks]
        if endings:
            await asyncio.wait(endings, timeout=CLOSING_TIME)
        return [lock.lead_id for lock in locks if lock.may_be_ours]

    # How it works ----------------------------------------------------------------------------------------------

    def _in_hand(self) -> list[OpenLead]:
        return [*self._on_their_way.values(), *([self.current] if self.current else [])]

    def _take(self, lead: Lead) -> OpenLead:
        if (giving_back := self._giving_back.pop(lead.id, None)) is not None:
            giving_back.cancel()
        lock = self._locks.get(lead.id) or LeadLock(
            lead.id,
            self._tools.api,
            self._tools.clock,
            rng=self._tools.rng,
            renew_every=self._tools.renew_every,
            on_change=self._on_change,
        )
        self._locks[lead.id] = lock
        draft = self._unsaved.pop(lead.id, None) or DraftKeeper(
            lead.id, self._tools.drafts, self._tools.clock, self._on_change
        )
        opened = OpenLead(lead, lock, draft)
        opened.works = [
            self._tools.spawn(self._load(opened), f"open {lead.id}"),
            self._tools.spawn(lock.keep(), f"keep lock {lead.id}"),
            self._tools.spawn(draft.keep(), f"keep draft {lead.id}"),
        ]
        return opened

    async def _load(self, opened: OpenLead) -> None:
        try:
            await opened.draft.load()
        except OSError as problem:
            opened.draft_problem = problem.strerror or str(problem)
        self._on_change()
        await self._ask(opened)

    async def _ask(self, opened: OpenLead) -> None:
        await opened.lock.ask()
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

    def _put_down(self, opened: OpenLead) -> None:
        self._stop_works(opened)
        self._unsaved[opened.id] = opened.draft
        self._giving_back[opened.id] = self._tools.spawn(self._give_back(opened), f"give back {opened.id}")

    def _stop_works(self, opened: OpenLead) -> None:
        for work in opened.works:
            work.cancel()
        opened.works = []

    async def _give_back(self, opened: OpenLead) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._save(opened.draft))
            both.create_task(opened.lock.release_for_good())
        self._giving_back.pop(opened.id, None)
        self._locks.pop(opened.id, None)
        self._on_change()

    async def _save(self, draft: DraftKeeper) -> None:
        while not await draft.flush():
            await self._tools.clock.sleep(RETRY_EVERY)
        if self._unsaved.get(draft.lead_id) is draft:
            del self._unsaved[draft.lead_id]

    async def _send(self, opened: OpenLead, answer: Answer) -> None:
        try:
            verdict = await answer.send()
        finally:
            opened.answer = None
        opened.verdict = verdict
        self._on_their_way.pop(opened.id, None)
        match verdict:
            case Stored(lead) | AnsweredByAnother(lead):
                opened.lead = lead
                self._inbox.note(lead)
            case NotSent() | NotKnown():
                pass
        if self.current is opened and isinstance(verdict, Stored):
            self.current = None
            self._inbox.set_busy(busy=False)
        if self.current is not opened:
            self._put_down(opened)
        elif isinstance(verdict, AnsweredByAnother):
            opened.problem = await opened.lock.release()
        self._on_verdict(opened, verdict)
        self._on_change()

    def _stepped(self, _step: Step) -> None:
        self._on_change()
