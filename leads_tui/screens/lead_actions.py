"""The commands about the lead in hand or in sight: give back, ask for its lock, watch it; and texts not sent."""

from __future__ import annotations

from leads_tui.api.models import Lead
from leads_tui.locale import _
from leads_tui.screens.answer_actions import AnswerActions
from leads_tui.widgets.words import lead_words


class LeadActions(AnswerActions):
    """What an operator does with a lead beside answering it."""

    def action_release(self) -> None:
        """Takes back an answer that is held; else gives the open lead back, whose text stays a draft."""
        if not self.action_take_back():
            self._leave_lead()

    def action_ask_for_lock(self) -> None:
        """Asks for the open lead's lock once more, also where another window of the operator has it."""
        if self.workbench is not None:
            self.workbench.ask_for_lock()

    def action_watch(self) -> None:
        """Watches the lead in sight until nobody holds it, or stops watching it."""
        lead = self.state.watchable
        if lead is None or self.workbench is None:
            return
        watch = self.workbench.free_watch
        if lead.id in watch.lead_ids:
            watch.stop(lead.id)
            self.say(_("{lead}: no longer watched").format(lead=lead_words(lead)))
        else:
            watch.start(lead.id)
            self.say(_("{lead}: you will be told when it is free").format(lead=lead_words(lead)))

    def action_drafts(self) -> None:
        """Lists every text that is not sent."""
        if self._left_behind is not None:
            self._left_behind.show_drafts()

    def _tell_free(self, lead: Lead) -> None:
        words = _("{lead} is free now") if lead.is_missed else _("{lead} was answered")
        self.say(words.format(lead=lead_words(lead)), "-good" if lead.is_missed else "")
        self.app.bell()
