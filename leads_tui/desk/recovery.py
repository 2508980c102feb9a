"""What the last session left behind: leads that may still be locked, and answers of which nobody knows."""

from __future__ import annotations

from dataclasses import dataclass

from leads_tui.api.errors import ApiError, Forbidden, NotFound
from leads_tui.api.models import Lead
from leads_tui.desk.journal import Entry, Journal, Unfinished
from leads_tui.desk.lock import IN_FLIGHT
from leads_tui.desk.ports import Tools
from leads_tui.desk.windows import Window
from leads_tui.desk.workbench import OpenLead, Workbench

FIRST_RETRY = 5.0
LAST_RETRY = 60.0


@dataclass(frozen=True)
class LeftLead:
    """A lead that a session which did not end well left locked for the operator."""

    lead: Lead
    window: Window


class Recovery:
    """Finds what was left, once, at the start of a session. Answers that are not known are looked for in the
    background, and the workbench's `on_verdict` tells of them; locked leads are the operator's to decide about."""

    def __init__(self, tools: Tools, workbench: Workbench) -> None:
        self.left: list[LeftLead] = []
        """What waits for `go_on` or `release`."""
        self._tools = tools
        self._workbench = workbench

    async def find(self) -> list[LeftLead]:
        """Looks what was left, and waits for the server as long as that takes. Raises OSError where the journal
        cannot be read."""
        journal = self._tools.journal
        if journal is None:
            return []
        unfinished = await journal.unfinished()
        await journal.adopt(unfinished)
        for each in unfinished:
            lead = await self._show(each.lead_id)
            if lead is None:
                await self._forget(journal, each)
            elif each.was_sent:
                await self._workbench.resume(lead, without_answer=each.without_answer)
            elif self._workbench.has_in_hand(each.lead_id):
                continue
            elif self._is_mine(lead):
                self.left.append(LeftLead(lead, each.window))
            elif self._may_still_be_locked(each):
                self._workbench.give_back(each.lead_id)
            else:
                await self._forget(journal, each)
        return self.left

    def go_on(self, left: LeftLead) -> OpenLead:
        """Opens the lead where it was left, with its draft."""
        self._settle(left)
        return self._workbench.open(left.lead)

    def release(self, left: LeftLead) -> None:
        """Gives the lead back; its draft stays."""
        self._settle(left)
        self._workbench.give_back(left.lead.id)

    def _settle(self, left: LeftLead) -> None:
        self.left = [each for each in self.left if each.lead.id != left.lead.id]

    def _is_mine(self, lead: Lead) -> bool:
        me = self._tools.me
        return lead.is_locked and (me is None or (lead.locked_by is not None and lead.locked_by.id == me.id))

    def _may_still_be_locked(self, unfinished: Unfinished) -> bool:
        """True where the dead session's last lock request may reach the server only now."""
        age = self._tools.clock.now() - unfinished.asked_at if unfinished.asked_at else None
        return age is not None and age.total_seconds() < IN_FLIGHT

    async def _show(self, lead_id: int) -> Lead | None:
        wait = FIRST_RETRY
        while True:
            try:
                return await self._tools.api.show_routed(lead_id)
            except (Forbidden, NotFound):  # it is not the operator's any more
                return None
            except ApiError:  # the inbox tells that the server cannot be reached
                await self._tools.clock.sleep(wait)
                wait = min(2 * wait, LAST_RETRY)

    @staticmethod
    async def _forget(journal: Journal, unfinished: Unfinished) -> None:
        if unfinished.was_sent:
            await journal.write(unfinished.lead_id, Entry.NOT_STORED)
        await journal.write(unfinished.lead_id, Entry.FREE)
