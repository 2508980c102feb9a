"""Leads that were put down: each text is saved and each lock given back, however long that takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from leads_tui.desk.drafts import RETRY_EVERY, DraftKeeper
from leads_tui.desk.lock import LeadLock
from leads_tui.desk.ports import Running, Tools


@dataclass(eq=False)
class _PutDown:
    lock: LeadLock | None
    draft: DraftKeeper | None
    work: Running | None = None


class GivingBack:
    """What is still to be done for leads that nobody has in hand any more."""

    def __init__(self, tools: Tools, on_change: Callable[[], None], freed: Callable[[int], None]) -> None:
        self._tools = tools
        self._on_change = on_change
        self._freed = freed
        self._put_down: dict[int, _PutDown] = {}

    @property
    def unsaved(self) -> list[DraftKeeper]:
        """Texts of leads that were left, which are not on disk yet."""
        return [each.draft for each in self._put_down.values() if each.draft is not None]

    @property
    def locks(self) -> list[LeadLock]:
        """Locks of leads that were left, which the server was not yet seen to have let go."""
        return [each.lock for each in self._put_down.values() if each.lock is not None]

    def start(self, lead_id: int, lock: LeadLock, draft: DraftKeeper) -> None:
        """Saves the text and gives the lock back, in the background, for as long as it takes."""
        draft.take_kept()
        self._put_down[lead_id] = put_down = _PutDown(lock, draft)
        put_down.work = self._tools.spawn(self._give_back(lead_id, put_down), f"give back {lead_id}")

    def take_up(self, lead_id: int) -> tuple[LeadLock | None, DraftKeeper | None]:
        """Stops giving this lead back, for somebody took it in hand again; its lock and text where they are left."""
        put_down = self._put_down.pop(lead_id, None)
        if put_down is None:
            return None, None
        if put_down.work is not None:
            put_down.work.cancel()
        draft = put_down.draft
        return put_down.lock, None if draft is None or draft.is_finished else draft

    async def _give_back(self, lead_id: int, put_down: _PutDown) -> None:
        # An unexpected error of the one must not keep the other from its end.
        results = await asyncio.gather(self._save(put_down), self._unlock(put_down), return_exceptions=True)
        for error in results:
            if error is not None:
                raise error
        if self._put_down.get(lead_id) is put_down:
            del self._put_down[lead_id]
        self._on_change()

    async def _save(self, put_down: _PutDown) -> None:
        while put_down.draft is not None and not await put_down.draft.flush():
            await self._tools.clock.sleep(RETRY_EVERY)
        put_down.draft = None
        self._on_change()

    async def _unlock(self, put_down: _PutDown) -> None:
        if put_down.lock is not None:
            await put_down.lock.release_for_good()
            self._freed(put_down.lock.lead_id)
        put_down.lock = None
