"""The desk: inbox on the left, the lead and its answer on the right.

    DeskScreen
    ├── Bar #header            whose desk, how many leads, what is wrong
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

The screen owns the `DeskState` and routes: keys and messages go to the desk's `Inbox` and `Workbench`, and whatever
changes there comes back through `show_soon`, once a frame at most, to the `DeskView`.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from leads_tui.api.models import Lead
from leads_tui.commands import Keys, Place, bindings
from leads_tui.desk.answer import AnsweredByAnother, Step, Stored, Verdict
from leads_tui.desk.clock import Clock
from leads_tui.desk.inbox import Inbox
from leads_tui.desk.ports import Tools
from leads_tui.desk.recovery import Recovery
from leads_tui.desk.workbench import OpenLead, Workbench
from leads_tui.locale import _
from leads_tui.screens.both_texts import BothTextsScreen
from leads_tui.screens.confirm import ConfirmScreen
from leads_tui.screens.desk_state import DeskState
from leads_tui.screens.desk_view import DeskView
from leads_tui.screens.left_behind import LeftBehind
from leads_tui.widgets.answer_box import AnswerBox
from leads_tui.widgets.bar import Bar
from leads_tui.widgets.inbox_pane import InboxPane
from leads_tui.widgets.key_bar import KeyBar
from leads_tui.widgets.lead_pane import LeadPane
from leads_tui.widgets.words import lead_words, verdict_words

AGES_EVERY = 60.0
TICK = 1.0
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
        self.state = DeskState(account)
        self._clock = clock
        self._view = DeskView(self, self.state, clock, keys)
        self._left_behind: LeftBehind | None = None
        self._is_show_due = False

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
        self.set_interval(TICK, self._tick)
        self._view.show()

    # What the app tells it -------------------------------------------------------------------------------------

    @property
    def inbox(self) -> Inbox | None:
        """The list, once the operator is signed in."""
        return self.state.inbox

    @property
    def workbench(self) -> Workbench | None:
        """What is in hand, once the operator is signed in."""
        return self.state.workbench

    def begin(self, tools: Tools, account: str) -> None:
        """Starts work for the operator who has just signed in."""
        state = self.state
        state.my_id = tools.me.id if tools.me else None
        state.account = account
        state.inbox = inbox = Inbox(tools, on_change=self.show_soon)
        state.workbench = Workbench(
            tools, inbox, on_change=self.show_soon, on_verdict=self._tell_verdict, on_free=self._tell_free
        )
        self._left_behind = LeftBehind(self, state, tools, self._take_in_hand, self.say)
        tools.spawn(self._look_after_inbox(inbox), "inbox")
        tools.spawn(self._left_behind.recover(Recovery(tools, state.workbench)), "recovery")
        self.show_soon()

    def go_on(self) -> None:
        """The operator has signed in again: asks for list and locks, and sends what was being sent."""
        self.say("")
        if self.inbox is not None and self.workbench is not None:
            self._refresh_inbox(self.inbox)
            self.workbench.go_on()

    def say(self, words: str, tone: str = "") -> None:
        """Shows a sentence in the notice line until the next one."""
        self.state.notice = (words, tone)
        self.show_soon()

    def show_soon(self) -> None:
        """Asks for the screen to be brought up to date; many calls make one update."""
        if not self._is_show_due:
            self._is_show_due = True
            self.post_message(self.Changed())

    def on_desk_screen_changed(self) -> None:
        """The update that `show_soon` asked for."""
        self._is_show_due = False
        if self.is_mounted:
            self._go_to_inbox_once_held()
            self._view.show()

    def _tick(self) -> None:
        """Seconds are counted on the screen only while it is offline or an answer is held."""
        is_offline = self.inbox is not None and self.inbox.fresh.problem is not None
        if is_offline or (self.workbench is not None and self.workbench.held):
            self.show_soon()

    # Messages of the panes -------------------------------------------------------------------------------------

    def on_inbox_pane_lead_highlighted(self, message: InboxPane.LeadHighlighted) -> None:
        """The cursor moved: the list learns it, and the preview follows."""
        if self.inbox is not None:
            self.inbox.select(message.lead_id)

    def on_inbox_pane_lead_chosen(self, message: InboxPane.LeadChosen) -> None:
        """Enter on a row: opens that lead."""
        lead = self.state.lead(message.lead_id)
        if lead is None or self.workbench is None:
            self.say(_("#{id} is no longer in the inbox").format(id=message.lead_id), "-warning")
            return
        self.state.notice = ("", "")
        self._take_in_hand(self.workbench.open(lead))

    def on_inbox_pane_end_neared(self) -> None:
        """The cursor is near the end of what is loaded: fetches the next page."""
        if self.inbox is not None:
            self._work(self.inbox.load_more(), "next page")

    def on_input_changed(self, event: Input.Changed) -> None:
        """The filter, as it is typed."""
        self.state.words = event.value
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
        return self.state.allows(action)

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

    def action_release(self) -> None:
        """Takes back an answer that is held; else gives the open lead back, whose text stays a draft."""
        if not self.action_take_back():
            self._leave_lead()

    def action_take_back(self) -> bool:
        """Takes back the answer that is held and opens its text again. False where there is none."""
        opened = self.workbench.take_back() if self.workbench is not None and self.workbench.held else None
        if opened is not None:
            self._take_in_hand(opened)
        return opened is not None

    def action_back(self) -> None:
        """One step back: out of the filter, out of the answer, out of the hold, out of the lead."""
        inbox_pane = self.query_one(InboxPane)
        focused = self.focused
        if isinstance(focused, Input):
            self._clear_filter()
        elif focused is not inbox_pane:
            self._to_inbox()
        elif self.state.opened is not None:
            self._leave_lead()
        elif not self.action_take_back() and self.state.words:
            self._clear_filter()
        self.show_soon()

    def action_filter(self) -> None:
        """Opens the line for the words to look for."""
        self.set_class(False, "-at-lead")
        self.query_one("#left").add_class("-filtering")
        self.query_one("#filter", Input).focus()

    def action_refresh(self) -> None:
        """Asks for the inbox at once."""
        if self.inbox is None or self.state.is_signed_out:
            self.post_message(self.ConnectionWanted())
        else:
            self._refresh_inbox(self.inbox)

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

    def action_compare(self) -> None:
        """Shows the stored answer and the operator's, side by side."""
        if self.state.conflict is not None:
            self.app.push_screen(BothTextsScreen(*self.state.conflict, self._clock.now()))

    def action_drafts(self) -> None:
        """Lists every text that is not sent."""
        if self._left_behind is not None:
            self._left_behind.show_drafts()

    # How it works ----------------------------------------------------------------------------------------------

    def _work(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.run_worker(work, name=name, group=name, exclusive=True, exit_on_error=False)

    def _refresh_inbox(self, inbox: Inbox) -> None:
        self._work(inbox.refresh(), "refresh")

    def _take_in_hand(self, opened: OpenLead) -> None:
        self._view.show()
        self.set_class(True, "-at-lead")
        self.query_one(AnswerBox if opened.may_type else LeadPane).focus()

    def _leave_lead(self) -> None:
        opened = self.state.opened
        if self.workbench is None or opened is None:
            return
        self.query_one(AnswerBox).note_change()
        self._note_draft(opened)
        self.workbench.leave()
        self._to_inbox()

    def _note_draft(self, opened: OpenLead) -> None:
        (self.state.drafts.add if opened.draft.text.strip() else self.state.drafts.discard)(opened.id)

    def _to_inbox(self) -> None:
        self.set_class(False, "-at-lead")
        self.query_one(InboxPane).focus()
        self.show_soon()

    def _clear_filter(self) -> None:
        self.state.words = ""
        self.query_one("#filter", Input).value = ""
        self.query_one("#left").remove_class("-filtering")
        self.query_one(InboxPane).focus()

    def _go_to_inbox_once_held(self) -> None:
        """While an answer is held its lead keeps its lock, and the operator can look at the next one."""
        opened = self.state.opened
        if opened is not None and opened.answer is not None and opened.answer.step is Step.HOLDING:
            self._leave_lead()
            self._to_next_from(opened.id)

    def _to_next_from(self, lead_id: int) -> None:
        pane = self.query_one(InboxPane)
        if pane.cursor_id == lead_id:
            pane.action_next_free()

    def _tell_free(self, lead: Lead) -> None:
        words = _("{lead} is free now") if lead.is_missed else _("{lead} was answered")
        self.say(words.format(lead=lead_words(lead)), "-good" if lead.is_missed else "")
        self.app.bell()

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

    async def _look_after_inbox(self, inbox: Inbox) -> None:
        await inbox.refresh()
        await inbox.poll_for_ever()
