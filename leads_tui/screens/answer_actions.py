"""The commands about the answer in hand: send, complete without one, take back, compare."""

from __future__ import annotations

from leads_tui.desk.answer import AnsweredByAnother, Stored, Verdict
from leads_tui.desk.workbench import OpenLead
from leads_tui.locale import _
from leads_tui.screens.both_texts import BothTextsScreen
from leads_tui.screens.confirm import ConfirmScreen
from leads_tui.screens.desk_base import DeskBase
from leads_tui.widgets.answer_box import AnswerBox
from leads_tui.widgets.lead_pane import LeadPane
from leads_tui.widgets.words import lead_words, verdict_words


class AnswerActions(DeskBase):
    """What an operator does with an answer."""

    def action_send(self) -> None:
        """Sends the answer of the open lead."""
        if self.workbench is not None:
            self.query_one(AnswerBox).note_change()
            self.workbench.send()

    def action_complete(self) -> None:
        """Completes the open lead without an answer, once the operator has said yes."""
        opened = self.state.opened
        if opened is None:
            return

        def decided(yes: bool | None) -> None:
            if yes and self.workbench is not None and self.workbench.current is opened:
                self.workbench.send(without_answer=True)

        question = _("Mark {lead} as handled without an answer?").format(lead=lead_words(opened.lead))
        detail = _("This cannot be undone.")
        if opened.draft.text.strip():
            detail += " " + _("What you typed is not sent; it goes to the trash for 24 hours.")
        self.app.push_screen(ConfirmScreen(question, detail), decided)

    def action_take_back(self) -> bool:
        """Takes back the answer that is held and opens its text again. False where there is none."""
        opened = self.workbench.take_back() if self.workbench is not None and self.workbench.held else None
        if opened is not None:
            self._take_in_hand(opened)
        return opened is not None

    def action_compare(self) -> None:
        """Shows the stored answer and the operator's, side by side."""
        if self.state.conflict is not None:
            self.app.push_screen(BothTextsScreen(*self.state.conflict, self._clock.now()))

    def _tell_verdict(self, opened: OpenLead, verdict: Verdict) -> None:
        self.state.notice = verdict_words(opened.lead, verdict, self._clock.now())
        self._note_draft(opened)
        if isinstance(verdict, AnsweredByAnother):
            self.state.conflict = (verdict.lead, opened.draft.text)
        elif isinstance(verdict, Stored):
            self.state.drafts.discard(opened.id)
            if self.state.opened is None and isinstance(self.focused, AnswerBox | LeadPane):
                self._view.show()
                self._to_next_from(opened.id)
                self._to_inbox()
        self.show_soon()
