"""What the desk is given from outside: the Leads API, the clock, chance, the disk, a way to start background work."""

from __future__ import annotations

import random
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from leads_tui.api.models import Employee, Lead, LeadPage
from leads_tui.api.query import ListQuery
from leads_tui.desk.clock import Clock
from leads_tui.desk.drafts import DraftStore
from leads_tui.desk.journal import Journal
from leads_tui.desk.tasks import OffLoop, in_thread


class LeadsApi(Protocol):
    """The calls of the Leads API that the desk makes. Each raises an `ApiError` and has its own bound on time.

    `lock`, `unlock` and `set_completed` must be sent once: the desk repeats them itself, since it has to know that an
    earlier one may still reach the server.
    """

    async def list_routed(self, query: ListQuery) -> LeadPage:
        """One page of the leads addressed to the operator (seed: listRouted)."""
        ...

    async def list(self, query: ListQuery) -> LeadPage:
        """One page of all leads; some roles read no texts there (seed: list)."""
        ...

    async def show_routed(self, lead_id: int, fields: tuple[str, ...] = ()) -> Lead:
        """One lead addressed to the operator (seed: showRouted)."""
        ...

    async def lock(self, lead_id: int) -> bool:
        """Locks or prolongs for 30 minutes; false where another holds it (seed: lock)."""
        ...

    async def unlock(self, lead_id: int) -> bool:
        """Gives back; false where another holds it, true where nobody does (seed: unlock)."""
        ...

    async def set_completed(self, lead_id: int, answer_text: str | None = None) -> None:
        """Marks as handled. Success says nothing: an already completed lead stays as it was (seed: setCompleted)."""
        ...


class Running(Protocol):
    """Background work that was started; a task or a Textual worker."""

    def cancel(self) -> object:
        """Asks it to stop."""
        ...


class Spawn(Protocol):
    """Starts background work under a name. Whoever gives it shows the work's unexpected errors."""

    def __call__(self, work: Coroutine[Any, Any, None], name: str, /) -> Running:
        """Starts the work on the running loop."""
        ...


@dataclass(frozen=True)
class Tools:
    """Everything from outside that one signed-in operator's desk works with."""

    api: LeadsApi
    clock: Clock
    rng: random.Random
    spawn: Spawn
    drafts: DraftStore
    me: Employee | None
    """The operator, or None where the server would not say who that is."""
    renew_every: float = 600.0
    """Seconds between two renewals of a lock."""
    poll_every: float = 15.0
    """Seconds between two looks at the inbox."""
    hold_seconds: float = 0.0
    """Seconds for which an answer can be taken back before anything is sent; 0 holds nothing."""
    idle_release: float = 0.0
    """Seconds without a key after which the open lead is given back, its draft kept; 0 never does."""
    watch_every: float = 30.0
    """Seconds between two looks at a lead that the operator waits for."""
    journal: Journal | None = None
    """Where each step is written before it is taken; without it a crash leaves no trace."""
    off_loop: OffLoop = in_thread
    """How work that blocks for the disk is kept off the event loop."""

    def report(self, error: BaseException) -> None:
        """Hands an unexpected error of work that nobody waits for to whoever gave `spawn`."""
        self.spawn(_raise(error), "unexpected")


async def _raise(error: BaseException) -> None:
    raise error
