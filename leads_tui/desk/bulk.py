"""Several leads at once: the same answer to all, or completed without one.

Each lead goes the way of a single one (`Workbench.send_aside`): text on disk, lock, still missed?, setCompleted, read
back, verdict, unlock. What fails leaves the rest; what looks like trouble of the server stops before the next lead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from leads_tui.api.errors import ApiError, NotSignedIn, ServerError, TimedOut, TooManyRequests, Unreachable
from leads_tui.api.models import MAX_ANSWER, Lead
from leads_tui.desk.answer import AnsweredByAnother, NotKnown, NotSent, Stored, Verdict
from leads_tui.desk.draft_store import DraftStore
from leads_tui.desk.drafts import DraftKeeper
from leads_tui.desk.placeholders import fill, holes, values_for
from leads_tui.desk.ports import Tools
from leads_tui.desk.texts import length, same_text
from leads_tui.desk.workbench import Workbench

__all__ = ["Bulk", "BulkItem", "BulkState", "Obstacle", "text_store"]

AT_ONCE: Final = 2
"""How many leads are on their way at the same time."""
_TROUBLE: Final = (NotSignedIn, ServerError, TimedOut, TooManyRequests, Unreachable)
"""What the next lead would meet as well."""


class BulkState(StrEnum):
    """Where one of the leads stands."""

    WAITING = "waiting"
    """Its turn has not come; after a stop it is left as it was."""
    UNDER_WAY = "under way"
    DONE = "done"
    """The server was seen to hold it completed by the operator, with this text."""
    FAILED = "failed"
    """`obstacle` or `verdict` says why; nothing of it is stored."""
    NOT_KNOWN = "not known"
    """It was sent; it is being found out what became of it, and the state follows."""


class Obstacle(StrEnum):
    """Why a lead was not even tried."""

    HANDLED = "handled"
    """It is not missed any more."""
    IN_HAND = "in hand"
    """It is open, or its answer is on its way, or it was left a moment ago."""
    HAS_DRAFT = "has a draft"
    """The operator has a text of their own for it, which nothing may overwrite."""
    UNFILLED = "unfilled"
    """The lead does not say what a placeholder stands for."""
    TOO_LONG = "too long"
    """The text for it is longer than the server takes."""
    NOT_ON_DISK = "not on disk"
    """Its draft cannot be read."""
    BROKEN = "broken"
    """An unexpected error, which is shown elsewhere."""


@dataclass(eq=False)
class BulkItem:
    """One of the leads."""

    lead: Lead
    text: str | None
    """The answer with its placeholders filled from this lead; None completes without one."""
    holes: list[tuple[int, int]] = field(default_factory=list)
    """Where placeholders in it could not be filled."""
    state: BulkState = BulkState.WAITING
    obstacle: Obstacle | None = None
    verdict: Verdict | None = None


def text_store(state_dir: Path, account: str) -> DraftStore:
    """Where the text for several leads is kept while it is typed: give it to a `DraftKeeper` for lead 0."""
    return DraftStore(state_dir / "bulk", account)


class Bulk:
    """These leads, answered with this text (placeholders are filled for each), or completed without one for None.

    Made, it shows what it will do (`items`, with each text and its holes); `run` does it. `on_progress` is called with
    each item that changed, also after `run` has ended, when it becomes known what became of one.
    """

    def __init__(
        self,
        tools: Tools,
        workbench: Workbench,
        leads: Iterable[Lead],
        text: str | None,
        *,
        on_progress: Callable[[BulkItem], None] = lambda item: None,
    ) -> None:
        self.text = text
        self.is_running = False
        self.is_stopped = False
        """True from `stop` on, or after trouble of the server."""
        self.trouble: ApiError | None = None
        """What made it stop by itself."""
        self._tools = tools
        self._workbench = workbench
        self._on_progress = on_progress
        unique = {lead.id: lead for lead in leads}
        self.items: list[BulkItem] = [self._item(lead) for lead in unique.values()]

    # What it comes to ------------------------------------------------------------------------------------------

    def count(self, state: BulkState) -> int:
        """How many leads are in this state."""
        return sum(item.state is state for item in self.items)

    @property
    def unfilled(self) -> list[BulkItem]:
        """The leads whose text has placeholders that could not be filled."""
        return [item for item in self.items if item.holes]

    @property
    def failures(self) -> list[BulkItem]:
        """The leads that failed."""
        return [item for item in self.items if item.state is BulkState.FAILED]

    @property
    def left(self) -> list[Lead]:
        """The leads that are still to be done: those that failed and may be tried again, and those never tried."""
        final = {Obstacle.HANDLED}
        return [
            item.lead
            for item in self.items
            if item.state is BulkState.WAITING
            or (
                item.state is BulkState.FAILED
                and item.obstacle not in final
                and not isinstance(item.verdict, AnsweredByAnother)
            )
        ]

    # What the operator does ------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Sends to one lead after the other, two at a time, until all had their turn or it is stopped. Run it once."""
        if self.is_running or self.is_stopped:
            return
        self.is_running = True
        turns = iter(self.items)
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(AT_ONCE):
                    workers.create_task(self._work(turns))
        finally:
            self.is_running = False

    def stop(self) -> None:
        """No further lead is begun; what is under way comes to its end."""
        self.is_stopped = True

    # How it works ----------------------------------------------------------------------------------------------

    def _item(self, lead: Lead) -> BulkItem:
        if self.text is None:
            return BulkItem(lead, None)
        filled = fill(self.text, values_for(lead, self._tools.me))
        return BulkItem(lead, filled.text, holes(filled.text, filled.literals))

    async def _work(self, turns: Iterable[BulkItem]) -> None:
        for item in turns:
            if self.is_stopped:
                return
            await self._send(item)

    async def _send(self, item: BulkItem) -> None:
        if (obstacle := _obstacle(item)) is not None:
            self._fail(item, obstacle)
            return
        self._become(item, BulkState.UNDER_WAY)
        tools = self._tools
        draft = DraftKeeper(item.lead.id, tools.drafts, tools.clock, off_loop=tools.off_loop, report=tools.report)
        try:
            await draft.load()
        except OSError:
            self._fail(item, Obstacle.NOT_ON_DISK)
            return
        if draft.text.strip() and not (item.text and same_text(draft.text, item.text)):
            self._fail(item, Obstacle.HAS_DRAFT)
            return
        draft.take_kept()
        if item.text is not None:
            draft.note(item.text)
        first_verdict = asyncio.Event()

        def told(verdict: Verdict | None) -> None:
            self._judge(item, verdict)
            first_verdict.set()

        without_answer = item.text is None
        if self._workbench.send_aside(item.lead, draft, told, without_answer=without_answer) is None:
            self._fail(item, Obstacle.IN_HAND)
            return
        await first_verdict.wait()
        if item.state is BulkState.FAILED:
            await self._take_away(item, draft)

    def _judge(self, item: BulkItem, verdict: Verdict | None) -> None:
        item.verdict = verdict
        problem = verdict.problem if isinstance(verdict, NotSent | NotKnown) else None
        if isinstance(problem, _TROUBLE) and not self.is_stopped:
            self.is_stopped, self.trouble = True, problem
        if verdict is None:
            self._fail(item, Obstacle.BROKEN)
        elif isinstance(verdict, Stored):
            self._become(item, BulkState.DONE)
        else:
            self._become(item, BulkState.NOT_KNOWN if isinstance(verdict, NotKnown) else BulkState.FAILED)

    async def _take_away(self, item: BulkItem, draft: DraftKeeper) -> None:
        """The text of a lead that failed is no draft that the operator wrote for it. It goes to the trash, unless the
        operator took the lead in hand meanwhile."""
        current = self._workbench.current
        if item.text is None or (current is not None and current.id == item.lead.id):
            return
        try:
            await draft.discard()
        except OSError:  # then it stays as a draft, which harms nobody
            return

    def _fail(self, item: BulkItem, obstacle: Obstacle) -> None:
        item.obstacle = obstacle
        self._become(item, BulkState.FAILED)

    def _become(self, item: BulkItem, state: BulkState) -> None:
        item.state = state
        self._on_progress(item)


def _obstacle(item: BulkItem) -> Obstacle | None:
    if not item.lead.is_missed:
        return Obstacle.HANDLED
    if item.holes:
        return Obstacle.UNFILLED
    if item.text is not None and length(item.text) > MAX_ANSWER:
        return Obstacle.TOO_LONG
    return None
