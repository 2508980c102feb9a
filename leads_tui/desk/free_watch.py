""" "Tell me when it is free": leads that another holds, looked at gently until nobody does."""

from __future__ import annotations

from collections.abc import Callable

from leads_tui.api.errors import ApiError, Forbidden, NotFound, TooManyRequests
from leads_tui.api.models import Lead
from leads_tui.desk.inbox import Inbox
from leads_tui.desk.ports import Running, Tools

LONGEST_WAIT = 300.0


class FreeWatch:
    """The leads that the operator waits for."""

    def __init__(
        self, tools: Tools, inbox: Inbox, *, on_free: Callable[[Lead], None], on_change: Callable[[], None]
    ) -> None:
        self._tools = tools
        self._inbox = inbox
        self._on_free = on_free
        self._on_change = on_change
        self._works: dict[int, Running] = {}

    @property
    def lead_ids(self) -> frozenset[int]:
        """What is being watched."""
        return frozenset(self._works)

    def start(self, lead_id: int) -> None:
        """Watches the lead; `on_free` is called once, when nobody holds it or it was handled, and then it ends."""
        if lead_id not in self._works:
            self._works[lead_id] = self._tools.spawn(self._watch(lead_id), f"watch {lead_id}")
            self._on_change()

    def stop(self, lead_id: int) -> None:
        """Watches it no more."""
        if (work := self._works.pop(lead_id, None)) is not None:
            work.cancel()
            self._on_change()

    def stop_all(self) -> None:
        """Watches nothing any more."""
        for lead_id in list(self._works):
            self.stop(lead_id)

    async def _watch(self, lead_id: int) -> None:
        every = self._tools.watch_every
        wait = every
        while True:
            await self._tools.clock.sleep(wait * self._tools.rng.uniform(0.9, 1.1))
            try:
                lead = await self._tools.api.show_routed(lead_id)
            except (Forbidden, NotFound):  # it is not the operator's any more
                self._works.pop(lead_id, None)
                self._on_change()
                return
            except ApiError as problem:
                asked = problem.retry_after if isinstance(problem, TooManyRequests) else 0.0
                wait = max(asked, min(2 * wait, LONGEST_WAIT))
                continue
            wait = every
            self._inbox.note(lead)
            if not lead.is_locked or not lead.is_missed:
                self._works.pop(lead_id, None)
                self._on_free(lead)
                return
