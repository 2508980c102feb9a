"""Puts the desk's state on the desk's widgets: every word and number that the screen shows comes through here."""

from __future__ import annotations

from textual.screen import Screen

from leads_tui.api.explain import explain
from leads_tui.commands import Keys, command
from leads_tui.desk.answer import Step
from leads_tui.desk.clock import Clock
from leads_tui.desk.inbox import Inbox
from leads_tui.desk.lock import LockPhase, LockState
from leads_tui.desk.open_lead import OpenLead
from leads_tui.locale import _, ngettext
from leads_tui.screens.desk_state import DeskState
from leads_tui.widgets.answer_box import AnswerBox
from leads_tui.widgets.bar import Bar
from leads_tui.widgets.inbox_pane import InboxPane
from leads_tui.widgets.key_bar import KeyBar
from leads_tui.widgets.lead_pane import LeadPane
from leads_tui.widgets.words import (
    draft_words,
    employee_words,
    fresh_words,
    lead_words,
    lock_words,
    on_its_way_words,
)


class DeskView:
    """Shows a `DeskState`. Widgets that are told the same again do nothing, so it may be called freely."""

    def __init__(self, screen: Screen[None], state: DeskState, clock: Clock, keys: Keys) -> None:
        self._screen = screen
        self._state = state
        self._clock = clock
        self._keys = keys

    def show(self) -> None:
        """Brings every widget of the desk up to date."""
        self._show_header()
        self._show_inbox()
        self._show_lead()
        self._show_answer()
        words, tone = self._notice()
        self._screen.query_one("#notice", Bar).say(words, tone=tone)
        self._show_keys()

    def _notice(self) -> tuple[str, str]:
        """An answer that can be taken back comes before all else, then one on its way, then what happened last."""
        workbench = self._state.workbench
        on_their_way = workbench.on_their_way if workbench else []
        for opened in reversed(on_their_way):
            if opened.answer is not None and opened.answer.step is not Step.LOOKING:
                keys = _("{first} or {second}").format(
                    first=self._keys.first("lead.release"), second=self._keys.first("lead.leave")
                )
                return on_its_way_words(opened.lead, opened.answer, self._clock.boot(), keys), ""
        return self._state.notice

    def _show_header(self) -> None:
        state = self._state
        parts = [_("Leads"), state.account]
        right, tone = "", ""
        if state.inbox is not None:
            is_known = state.inbox.fresh.loaded_at is not None
            counts = [_("Inbox {count}").format(count=state.inbox.total)] if is_known else []
            if state.inbox.new_count:
                counts.append(_("{count} new").format(count=state.inbox.new_count))
            mine = sum(1 for row in state.inbox.rows if state.is_mine(row.lead))
            if mine:
                counts.append(_("mine {count}").format(count=mine))
            parts.append(" · ".join(counts))
            right, tone = self._trouble(state.inbox)
        self._screen.query_one("#header", Bar).say(" · ".join(part for part in parts if part), right, tone)

    def _trouble(self, inbox: Inbox) -> tuple[str, str]:
        """What must stay in sight as long as it lasts: texts not on disk, answers not known, no connection."""
        workbench = self._state.workbench
        unsaved = workbench.unsaved if workbench else []
        if unsaved:
            words = ngettext("{count} text NOT SAVED: {reason}", "{count} texts NOT SAVED: {reason}", len(unsaved))
            return words.format(count=len(unsaved), reason=unsaved[0].reason), "-bad"
        words, tone = fresh_words(inbox.fresh, self._clock.now(), self._clock.boot())
        if words:
            return words, tone
        looking = [opened for opened in workbench.on_their_way if _is_looking(opened)] if workbench else []
        if looking:
            words = ngettext("{count} answer not known yet", "{count} answers not known yet", len(looking))
            return words.format(count=len(looking)), "-warning"
        return "", ""

    def _show_inbox(self) -> None:
        state = self._state
        rows = state.shown_rows()
        title = _("Inbox: missed, oldest first")
        is_filtered = bool(state.words.strip())
        if is_filtered and state.inbox is not None:
            title = _("Inbox: “{words}”").format(words=state.words.strip())
            if state.inbox.has_more:
                searched = _("searched {loaded} of {total}")
                title += " · " + searched.format(loaded=len(state.inbox.rows), total=state.inbox.total)
        opened = state.opened
        self._screen.query_one(InboxPane).show(
            rows,
            now=self._clock.now(),
            my_id=state.my_id,
            open_id=opened.id if opened and opened.lock.state.is_ours else None,
            drafts=state.drafts,
            title=title,
            total=len(rows) if is_filtered or state.inbox is None else state.inbox.total,
            empty_words=self._empty_words(),
        )

    def _empty_words(self) -> str:
        inbox = self._state.inbox
        if inbox is None or (inbox.fresh.loaded_at is None and inbox.fresh.problem is None):
            return _("Loading…")
        if inbox.fresh.loaded_at is None and inbox.fresh.problem is not None:
            return _("The inbox could not be loaded.") + " " + explain(inbox.fresh.problem)
        if self._state.words.strip():
            return _("Nothing here matches these words.")
        return _("All answered. New leads appear by themselves.")

    def _show_lead(self) -> None:
        state = self._state
        opened = state.opened
        boot, now = self._clock.boot(), self._clock.now()
        lead = opened.lead if opened else state.previewed
        badge = ("", "")
        person = state.person[1] if state.person and lead and state.person[0] == lead.id else None
        if opened is not None:
            badge = self._badge(opened)
        elif lead is not None and lead.is_locked and not state.is_mine(lead):
            badge = lock_words(LockState(LockPhase.OTHERS, holder=employee_words(lead.locked_by)), boot, now)
        self._screen.query_one(LeadPane).show(lead, badge=badge, now=now, person=person)

    def _badge(self, opened: OpenLead) -> tuple[str, str]:
        if opened.is_idle:
            return _("GIVEN BACK, no key for long; any key asks again"), "-warning"
        words, tone = lock_words(opened.lock.state, self._clock.boot(), self._clock.now())
        if self._state.is_gone(opened.id) and opened.lead.is_missed:
            words = " · ".join(part for part in (words, _("no longer in your inbox")) if part)
        if self._state.workbench and opened.id in self._state.workbench.free_watch.lead_ids:
            words += " · " + _("watched")
        return words, tone

    def _show_answer(self) -> None:
        opened = self._state.opened
        self._screen.query_one("#right").set_class(opened is not None, "-open")
        box = self._screen.query_one(AnswerBox)
        box.bind_draft(opened.draft if opened else None)
        if opened is None:
            return
        if box.read_only == opened.may_type:
            box.read_only = not opened.may_type
        title = _("Answer to {lead}").format(lead=lead_words(opened.lead))
        self._screen.query_one("#answer-title", Bar).say(title, *draft_words(opened.draft))

    def _show_keys(self) -> None:
        opened = self._state.opened
        if opened is not None:
            wanted = [
                "answer.send",
                "answer.replies",
                "lead.leave",
                "lead.release",
                "lead.complete",
                "lead.watch",
                "answer.compare",
            ]
            wanted.append("lead.lock" if opened.lock.state.phase in {LockPhase.OTHERS, LockPhase.LOST} else "pane.next")
        else:
            wanted = ["answer.take_back", "lead.open", "inbox.next_free", "inbox.filter", "lead.watch", "drafts"]
            wanted += ["answer.compare", "inbox.refresh"]
        shown = [
            (self._keys.first(each), command(each).label)
            for each in [*wanted, "help", "quit"]
            if self._screen.check_action(command(each).action, ())
        ]
        self._screen.query_one(KeyBar).show(shown)


def _is_looking(opened: OpenLead) -> bool:
    return opened.answer is not None and opened.answer.step is Step.LOOKING
