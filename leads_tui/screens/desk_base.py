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
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from leads_tui.commands import Keys
from leads_tui.desk.answer import Step
from leads_tui.desk.clock import Clock
from leads_tui.desk.inbox import Inbox
from leads_tui.desk.ports import Tools
from leads_tui.desk.workbench import OpenLead, Workbench
from leads_tui.locale import _
from leads_tui.screens.desk_state import DeskState
from leads_tui.screens.desk_view import DeskView
from leads_tui.screens.left_behind import LeftBehind
from leads_tui.widgets.answer_box import AnswerBox
from leads_tui.widgets.bar import Bar
from leads_tui.widgets.inbox_pane import InboxPane
from leads_tui.widgets.key_bar import KeyBar
from leads_tui.widgets.lead_pane import LeadPane

AGES_EVERY = 60.0
TICK = 1.0


class DeskBase(Screen[None]):
    """The widgets, the state, and how the one is brought up to date with the other."""

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
        self._tools: Tools | None = None
        self._left_behind: LeftBehind | None = None
        self._vanished_id: int | None = None
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
                yield Bar(least=18, id="answer-title")
                yield AnswerBox(id="answer")
        yield Bar(most_lines=3, id="notice")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Shows the empty frame at once; the network follows."""
        self.set_interval(AGES_EVERY, self.show_soon)
        self.set_interval(TICK, self._tick)
        self._view.show()

    @property
    def inbox(self) -> Inbox | None:
        """The list, once the operator is signed in."""
        return self.state.inbox

    @property
    def workbench(self) -> Workbench | None:
        """What is in hand, once the operator is signed in."""
        return self.state.workbench

    def say(self, words: str, tone: str = "") -> None:
        """Shows a sentence in the notice line until the next one."""
        self.state.notice = (words, tone)
        self.show_soon()

    def show_soon(self) -> None:
        """Asks for the screen to be brought up to date; many calls make one update."""
        if not self._is_show_due:
            self._is_show_due = True
            self.post_message(self.Changed())

    def on_desk_base_changed(self) -> None:
        """The update that `show_soon` asked for."""
        self._is_show_due = False
        if self.is_mounted:
            self._go_to_inbox_once_held()
            self._look_at_vanished()
            self._view.show()

    def _tick(self) -> None:
        """Seconds are counted on the screen only while it is offline or an answer is held."""
        is_offline = self.inbox is not None and self.inbox.fresh.problem is not None
        if is_offline or (self.workbench is not None and self.workbench.held):
            self.show_soon()

    # What every group of commands uses -------------------------------------------------------------------------

    def _work(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.run_worker(work, name=name, group=name, exclusive=True, exit_on_error=False)

    async def _find_person(self, opened: OpenLead) -> None:
        if self.state.persons is None or self.inbox is None:
            return
        person = await self.state.persons.find(opened.lead, [row.lead for row in self.inbox.rows])
        if self.state.opened is opened:
            self.state.person = (opened.id, person)
            self.show_soon()

    def _take_in_hand(self, opened: OpenLead) -> None:
        self._work(self._find_person(opened), "person")
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

    def _go_to_inbox_once_held(self) -> None:
        """While an answer is held its lead keeps its lock, and the operator can look at the next one."""
        opened = self.state.opened
        if opened is None or opened.answer is None or not opened.may_be_taken_back:
            return
        if opened.answer.step is Step.HOLDING:
            self._leave_lead()
            self._to_next_from(opened.id)

    def _look_at_vanished(self) -> None:
        """A lead that vanished from the list while it is open stays open; asks once what became of it."""
        opened = self.state.opened
        is_vanished = opened is not None and opened.lead.is_missed and self.state.is_gone(opened.id)
        if not is_vanished:
            self._vanished_id = None
        elif opened is not None and opened.id != self._vanished_id and self.workbench is not None:
            self._vanished_id = opened.id
            self.workbench.look_again()

    def _to_next_from(self, lead_id: int) -> None:
        pane = self.query_one(InboxPane)
        if pane.cursor_id == lead_id:
            pane.action_next_free()
