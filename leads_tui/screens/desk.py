"""The desk: inbox on the left, the lead and its answer on the right.

    DeskScreen
    ├── Bar #header            whose desk, how many leads, how fresh
    ├── Horizontal #panes
    │   ├── Vertical #left
    │   │   ├── InboxPane      LeadHighlighted, LeadChosen, EndNeared ↑
    │   │   └── Input #filter  only while filtering
    │   └── Vertical #right
    │       ├── LeadPane
    │       ├── Bar #answer-title
    │       └── AnswerBox      only while a lead is open
    ├── Bar #notice            what happened last, in a sentence
    └── KeyBar

The screen routes: keys and messages go to the desk's `Inbox` and `Workbench`, and whatever changes there comes back
through `_show`, once a frame at most. It holds no lead of its own.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from leads_tui.api.errors import NotSignedIn
from leads_tui.api.models import Lead
from leads_tui.commands import Keys, Place, bindings, command
from leads_tui.desk.answer import NotSent, Stored, Verdict
from leads_tui.desk.clock import Clock
from leads_tui.desk.inbox import Inbox, Row
from leads_tui.desk.lock import LockPhase, LockState
from leads_tui.desk.ports import Tools
from leads_tui.desk.views import matches
from leads_tui.desk.workbench import OpenLead, Workbench
from leads_tui.locale import _
from leads_tui.screens.confirm import ConfirmScreen
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
    step_words,
    verdict_words,
)

AGES_EVERY = 60.0
OFFLINE_TICK = 1.0
WIDTHS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
HEIGHTS = [(0, "-low"), (20, "-middle"), (32, "-high")]


class DeskScreen(Screen[None]):
    """What an operator sees all day."""

    AUTO_FOCUS = "InboxPane"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.DESK)]
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    @dataclass
    class Changed(Message):
        """Something on the desk is not as the screen shows it."""

    @dataclass
    class ConnectionWanted(Message):
        """The operator wants to be connected: the first try failed, or the sign-in has ended."""

    def __init__(self, clock: Clock, keys: Keys, account: str) -> None:
        super().__init__(id="desk")
        self.inbox: Inbox | None = None
        self.workbench: Workbench | None = None
        self.my_id: int | None = None
        self._clock = clock
        self._keys = keys
        self._account = account
        self._words = ""
        self._is_show_due = False
        self._notice = ("", "")
        self._answering_id: int | None = None
        self._drafts: set[int] = set()

    def compose(self) -> ComposeResult:
        """The widget tree that the module's docstring draws."""
        yield Bar(id="header")
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                yield InboxPane(id="inbox")
                yield Input(id="filter", placeholder=_("words to look for"), compact=True)
            with Vertical(id="right"):
                yield LeadPane(id="lead")
                yield Bar(id="answer-title")
                yield AnswerBox(id="answer")
        yield Bar(id="notice")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Shows the empty frame at once; the network follows."""
        self.set_interval(AGES_EVERY, self.show_soon)
        self.set_interval(OFFLINE_TICK, self._tick_offline)
        self._show()

    # What the app tells it -------------------------------------------------------------------------------------

    def begin(self, tools: Tools, account: str) -> None:
        """Starts work for the operator who has just signed in."""
        self.my_id = tools.me.id if tools.me else None
        self._account = account
        self.inbox = Inbox(tools, on_change=self.show_soon)
        self.workbench = Workbench(tools, self.inbox, on_change=self.show_soon, on_verdict=self._tell_verdict)
        tools.spawn(self._look_after_inbox(self.inbox, tools), "inbox")
        self.show_soon()

    def go_on(self) -> None:
        """The operator has signed in again: asks for list and locks, and sends what was being sent."""
        if self.inbox is None or self.workbench is None:
            return
        self.say("")
        self._refresh_inbox(self.inbox)
        self.workbench.doubt()
        opened = self.workbench.current
        verdict = opened.verdict if opened else None
        is_wanted = opened is not None and opened.id == self._answering_id
        if is_wanted and isinstance(verdict, NotSent) and isinstance(verdict.problem, NotSignedIn):
            self.workbench.send()

    async def _look_after_inbox(self, inbox: Inbox, tools: Tools) -> None:
        try:
            drafts = await asyncio.to_thread(tools.drafts.all)
        except OSError as problem:
            self.say(_("The drafts cannot be read: {reason}").format(reason=problem.strerror or problem), "-bad")
        else:
            self._drafts = {draft.lead_id for draft in drafts}
        await inbox.refresh()
        await inbox.poll_for_ever()

    def say(self, words: str, tone: str = "") -> None:
        """Shows a sentence in the notice line until the next one."""
        self._notice = (words, tone)
        self.show_soon()

    def show_soon(self) -> None:
        """Asks for the screen to be brought up to date; many calls make one update."""
        if not self._is_show_due:
            self._is_show_due = True
            self.post_message(self.Changed())

    def on_desk_screen_changed(self) -> None:
        """The update that `show_soon` asked for."""
        self._is_show_due = False
        self._show()

    def _tick_offline(self) -> None:
        if self.inbox is not None and self.inbox.fresh.problem is not None:
            self.show_soon()

    # Messages of the panes -------------------------------------------------------------------------------------

    def on_inbox_pane_lead_highlighted(self, message: InboxPane.LeadHighlighted) -> None:
        """The cursor moved: the list learns it, and the preview follows."""
        if self.inbox is not None:
            self.inbox.select(message.lead_id)

    def on_inbox_pane_lead_chosen(self, message: InboxPane.LeadChosen) -> None:
        """Enter on a row: opens that lead."""
        lead = self._lead(message.lead_id)
        if lead is None or self.workbench is None:
            return
        self._notice = ("", "")
        self.workbench.open(lead)
        self._show()
        self._focus_answer()

    def on_inbox_pane_end_neared(self) -> None:
        """The cursor is near the end of what is loaded: fetches the next page."""
        if self.inbox is not None:
            self.run_worker(self.inbox.load_more(), name="next page", group="page", exit_on_error=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The filter, as it is typed."""
        self._words = event.value
        self.show_soon()

    def on_input_submitted(self) -> None:
        """Enter keeps the filter and goes to the list."""
        self.query_one(InboxPane).focus()
        self.show_soon()

    def on_descendant_focus(self) -> None:
        """On a tiny screen the pane with the focus is the one that shows."""
        self.set_class(self.query_one("#right").has_focus_within, "-at-lead")
        self.set_class(self.query_one(AnswerBox).has_focus, "-writing")
        self.show_soon()

    # Commands --------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which commands hold now; footer, palette and keys all ask here."""
        opened = self.workbench.current if self.workbench else None
        if action == "send":
            return opened is not None and opened.may_send
        if action == "complete":
            return opened is not None and opened.may_send
        if action in {"release", "ask_for_lock"}:
            return opened is not None and opened.answer is None
        return True

    def action_send(self) -> None:
        """Sends the answer of the open lead."""
        if self.workbench is not None:
            self.query_one(AnswerBox).note_change()
            self._answering_id = self._opened.id if self._opened else None
            self.workbench.send()

    def action_complete(self) -> None:
        """Completes the open lead without an answer, once the operator has said yes."""
        opened = self.workbench.current if self.workbench else None
        if opened is None:
            return

        def decided(yes: bool | None) -> None:
            still_open = self.workbench is not None and self.workbench.current is opened
            if yes and still_open and self.workbench is not None:
                self._answering_id = None
                self.workbench.send(without_answer=True)

        question = _("Mark {lead} as handled without an answer?").format(lead=lead_words(opened.lead))
        detail = _("This cannot be undone.")
        if opened.draft.text.strip():
            detail += " " + _("What you typed is not sent; it goes to the trash for 24 hours.")
        self.app.push_screen(ConfirmScreen(question, detail), decided)

    def action_release(self) -> None:
        """Gives the open lead back without answering; the text stays a draft."""
        self._leave_lead()

    def action_back(self) -> None:
        """One step back: out of the filter, out of the answer, out of the lead."""
        inbox_pane = self.query_one(InboxPane)
        focused = self.focused
        if isinstance(focused, Input) or (self._words and focused is inbox_pane and not self._opened):
            self._clear_filter()
        elif focused is not inbox_pane:
            self.set_class(False, "-at-lead")
            inbox_pane.focus()
        elif self._opened is not None:
            self._leave_lead()
        self.show_soon()

    def action_filter(self) -> None:
        """Opens the line for the words to look for."""
        self.set_class(False, "-at-lead")
        self.query_one("#left").add_class("-filtering")
        self.query_one("#filter", Input).focus()

    def action_refresh(self) -> None:
        """Asks for the inbox at once."""
        if self.inbox is None or isinstance(self.inbox.fresh.problem, NotSignedIn):
            self.post_message(self.ConnectionWanted())
        else:
            self._refresh_inbox(self.inbox)

    def action_ask_for_lock(self) -> None:
        """Asks for the open lead's lock once more."""
        if self.workbench is not None:
            self.workbench.ask_for_lock()

    # How it works ----------------------------------------------------------------------------------------------

    def _refresh_inbox(self, inbox: Inbox) -> None:
        self.run_worker(inbox.refresh(), name="refresh", group="refresh", exclusive=True, exit_on_error=False)

    @property
    def _opened(self) -> OpenLead | None:
        return self.workbench.current if self.workbench else None

    def _lead(self, lead_id: int | None) -> Lead | None:
        index = self.inbox.index_of(lead_id) if self.inbox else None
        return self.inbox.rows[index].lead if self.inbox and index is not None else None

    def _focus_answer(self) -> None:
        self.set_class(True, "-at-lead")
        self.query_one(AnswerBox if self._opened and self._opened.may_type else LeadPane).focus()

    def _leave_lead(self) -> None:
        if self.workbench is None or self._opened is None:
            return
        self.query_one(AnswerBox).note_change()
        draft = self._opened.draft
        (self._drafts.add if draft.text.strip() else self._drafts.discard)(draft.lead_id)
        self.workbench.leave()
        self._to_inbox()

    def _to_inbox(self) -> None:
        self.set_class(False, "-at-lead")
        self.query_one(InboxPane).focus()
        self.show_soon()

    def _clear_filter(self) -> None:
        self._words = ""
        self.query_one("#filter", Input).value = ""
        self.query_one("#left").remove_class("-filtering")
        self.query_one(InboxPane).focus()

    def _tell_verdict(self, opened: OpenLead, verdict: Verdict) -> None:
        self._notice = verdict_words(opened.lead, verdict, self._clock.now())
        if isinstance(verdict, Stored):
            self._drafts.discard(opened.id)
            if self._opened is None:
                self._show()
                pane = self.query_one(InboxPane)
                if pane.cursor_id == opened.id:
                    pane.action_next_free()
                self._to_inbox()
        self.show_soon()

    # Showing ---------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        if not self.is_mounted:
            return
        self._show_header()
        self._show_inbox()
        self._show_lead()
        self._show_answer()
        self.query_one("#notice", Bar).say(*self._notice_line())
        self._show_keys()

    def _notice_line(self) -> tuple[str, str, str]:
        opened = self._opened
        words, tone = self._notice
        if opened is not None and opened.answer is not None:
            words, tone = f"{lead_words(opened.lead)}: {step_words(opened.answer.step)}", ""
        return words, "", tone

    def _show_header(self) -> None:
        parts = [_("Leads"), self._account]
        right = ""
        tone = ""
        if self.inbox is not None:
            counts = [_("Inbox {count}").format(count=self.inbox.total)]
            if self.inbox.new_count:
                counts.append(_("{count} new").format(count=self.inbox.new_count))
            mine = sum(1 for row in self.inbox.rows if self._is_mine(row.lead))
            if mine:
                counts.append(_("mine {count}").format(count=mine))
            parts.append(" · ".join(counts))
            right, tone = fresh_words(self.inbox.fresh, self._clock.now(), self._clock.boot())
        self.query_one("#header", Bar).say(" · ".join(part for part in parts if part), right, tone)

    def _is_mine(self, lead: Lead) -> bool:
        return lead.is_locked and lead.locked_by is not None and lead.locked_by.id == self.my_id

    def _shown_rows(self) -> list[Row]:
        rows = self.inbox.rows if self.inbox else []
        return [row for row in rows if matches(row.lead, self._words)] if self._words.strip() else rows

    def _show_inbox(self) -> None:
        rows = self._shown_rows()
        title = _("Inbox: missed, oldest first")
        if self._words.strip() and self.inbox is not None:
            title = _("Inbox: “{words}”").format(words=self._words.strip())
            if self.inbox.has_more:
                searched = _("searched {loaded} of {total}")
                title += " · " + searched.format(loaded=len(self.inbox.rows), total=self.inbox.total)
        opened = self._opened
        self.query_one(InboxPane).show(
            rows,
            now=self._clock.now(),
            my_id=self.my_id,
            open_id=opened.id if opened and opened.lock.state.is_ours else None,
            drafts=self._drafts,
            title=title,
            total=len(rows) if self._words.strip() or self.inbox is None else self.inbox.total,
            empty_words=self._empty_words(),
        )

    def _empty_words(self) -> str:
        if self.inbox is None or (self.inbox.fresh.loaded_at is None and self.inbox.fresh.problem is None):
            return _("Loading…")
        if self.inbox.fresh.loaded_at is None:
            return _("The inbox could not be loaded.")
        if self._words.strip():
            return _("Nothing here matches these words.")
        return _("All answered. New leads appear by themselves.")

    def _show_lead(self) -> None:
        opened = self._opened
        boot = self._clock.boot()
        lead = opened.lead if opened else self._lead(self.query_one(InboxPane).cursor_id)
        if opened is not None:
            badge = lock_words(opened.lock.state, boot)
        elif lead is not None and lead.is_locked and not self._is_mine(lead):
            badge = lock_words(LockState(LockPhase.OTHERS, holder=employee_words(lead.locked_by)), boot)
        else:
            badge = ("", "")
        self.query_one(LeadPane).show(lead, badge=badge, now=self._clock.now())

    def _show_answer(self) -> None:
        opened = self._opened
        self.query_one("#right").set_class(opened is not None, "-open")
        box = self.query_one(AnswerBox)
        box.bind_draft(opened.draft if opened else None)
        if opened is None:
            return
        if box.read_only == opened.may_type:
            box.read_only = not opened.may_type
        title = _("Answer to {lead}").format(lead=lead_words(opened.lead))
        self.query_one("#answer-title", Bar).say(title, draft_words(opened.draft))

    def _show_keys(self) -> None:
        is_open = self._opened is not None
        wanted = (
            ["answer.send", "lead.leave", "lead.release", "lead.complete", "pane.next"]
            if is_open
            else ["lead.open", "inbox.next_free", "inbox.filter", "inbox.refresh"]
        )
        shown = [
            (self._keys.first(each), command(each).label)
            for each in [*wanted, "help", "quit"]
            if command(each).place is not Place.DESK or self.check_action(command(each).action, ())
        ]
        self.query_one(KeyBar).show(shown)
