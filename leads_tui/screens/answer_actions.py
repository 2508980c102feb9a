"""The commands about the answer in hand: send, complete without one, take back, compare."""

from __future__ import annotations

from leads_tui.desk.answer import AnsweredByAnother, NotSent, Refusal, Stored, Verdict
from leads_tui.desk.placeholders import Filled, holes
from leads_tui.desk.workbench import OpenLead
from leads_tui.locale import _
from leads_tui.screens.both_texts import BothTextsScreen
from leads_tui.screens.confirm import ConfirmScreen
from leads_tui.screens.desk_base import DeskBase
from leads_tui.screens.replies import RepliesScreen
from leads_tui.widgets.answer_box import AnswerBox
from leads_tui.widgets.lead_pane import LeadPane
from leads_tui.widgets.words import lead_words, verdict_words


class AnswerActions(DeskBase):
    """What an operator does with an answer."""

    def action_send(self) -> None:
        """Sends the answer of the open lead, unless a placeholder in it was not filled."""
        if self.workbench is None:
            return
        box = self.query_one(AnswerBox)
        box.note_change()
        if open_holes := holes(box.text, box.literals):
            box.select_characters(*open_holes[0])
            box.focus()
            self.say(_("Not sent: fill in what stands in braces, or delete it"), "-warning")
        else:
            self.workbench.send()

    def action_replies(self) -> None:
        """Chooses a canned reply for the open lead."""
        opened = self.state.opened
        if opened is None or self.state.replies is None:
            return

        def chosen(filled: Filled | None) -> None:
            if filled is not None and self.state.opened is opened and opened.may_type:
                self.query_one(AnswerBox).put_in(filled.text, filled.literals)

        me = self._tools.me if self._tools else None
        self.app.push_screen(RepliesScreen(self.state.replies, opened.lead, me), chosen)

    def on_answer_box_replies_wanted(self) -> None:
        """Two slashes in the answer ask for a canned reply."""
        self.action_replies()

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
        if isinstance(verdict, NotSent) and verdict.refusal is Refusal.TAKEN_BACK and self.state.opened is opened:
            self._take_in_hand(opened)  # only now can it be typed into again
        elif isinstance(verdict, AnsweredByAnother):
            self.state.conflict = (verdict.lead, opened.draft.text)
        elif isinstance(verdict, Stored):
            self.state.drafts.discard(opened.id)
            if self.state.opened is None and isinstance(self.focused, AnswerBox | LeadPane):
                self._view.show()
                self._to_next_from(opened.id)
                self._to_inbox()
        self.show_soon()
