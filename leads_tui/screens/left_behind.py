"""What lies about from before: leads that a session left locked, and texts that are not sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from leads_tui.api.errors import ApiError
from leads_tui.api.explain import explain
from leads_tui.desk.open_lead import OpenLead
from leads_tui.desk.ports import Tools
from leads_tui.desk.recovery import LeftLead, Recovery
from leads_tui.locale import _
from leads_tui.screens.desk_state import DeskState
from leads_tui.screens.drafts import DraftsScreen
from leads_tui.screens.left_lead import Choice, LeftLeadScreen
from leads_tui.widgets.words import lead_words, window_words


class LeftBehind:
    """Asks the operator about each, and takes in hand what they choose."""

    def __init__(
        self,
        screen: Screen[Any],
        state: DeskState,
        tools: Tools,
        take_in_hand: Callable[[OpenLead], None],
        say: Callable[[str, str], None],
        show_soon: Callable[[], None],
    ) -> None:
        self._screen = screen
        self._state = state
        self._tools = tools
        self._take_in_hand = take_in_hand
        self._say = say
        self._show_soon = show_soon

    async def recover(self, recovery: Recovery) -> None:
        """Finds what an earlier session left, and asks about one lead after the other until one is gone on with."""
        await self._read_drafts()
        try:
            await recovery.find()
        except OSError as problem:
            self._say(_("The journal cannot be read: {reason}").format(reason=problem.strerror or problem), "-bad")
        for left in list(recovery.left):
            choice = await self._ask_about(left)
            if choice == "go on":
                self._take_in_hand(recovery.go_on(left))
                return
            if choice == "release":
                recovery.release(left)

    def show_drafts(self) -> None:
        """Lists every text that is not sent; the one that is chosen is opened with its lead."""
        screen = DraftsScreen(self._tools.drafts, self._tools.clock.now())
        self._screen.app.push_screen(screen, self._drafts_closed)

    async def _ask_about(self, left: LeftLead) -> Choice | None:
        window = window_words(left.window, self._tools.clock.now())
        answered: asyncio.Future[Choice | None] = asyncio.get_running_loop().create_future()
        self._screen.app.push_screen(LeftLeadScreen(lead_words(left.lead), window), answered.set_result)
        return await answered

    def _drafts_closed(self, lead_id: int | None) -> None:
        self._tools.spawn(self._after_drafts(lead_id), "drafts")

    async def _after_drafts(self, lead_id: int | None) -> None:
        await self._read_drafts()
        workbench = self._state.workbench
        if lead_id is None or workbench is None:
            return
        try:
            lead = await self._tools.api.show_routed(lead_id)
        except ApiError as problem:
            self._say(explain(problem), "-bad")
            return
        opened = workbench.open(lead)
        self._take_in_hand(opened)
        if not lead.is_missed:
            await opened.draft.flush()
            self._state.conflict = (lead, opened.draft.text)
            words = _("{lead} was answered meanwhile; your text is still a draft")
            self._say(words.format(lead=lead_words(lead)), "-warning")

    async def _read_drafts(self) -> None:
        try:
            await asyncio.to_thread(self._tools.drafts.sweep, self._tools.clock.now())
            drafts = await asyncio.to_thread(self._tools.drafts.all)
        except OSError as problem:
            self._say(_("The drafts cannot be read: {reason}").format(reason=problem.strerror or problem), "-bad")
        else:
            self._state.drafts = {draft.lead_id for draft in drafts}
            self._show_soon()
