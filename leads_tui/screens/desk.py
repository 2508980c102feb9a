"""The desk: what comes from the panes and the app, and the commands about the list.

The widget tree is in `desk_base`; the commands about an answer and about a lead in `answer_actions` and `lead_actions`.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import Input

from leads_tui.commands import Place, bindings
from leads_tui.desk.canned import CannedReplies
from leads_tui.desk.inbox import Inbox
from leads_tui.desk.person import PersonFinder
from leads_tui.desk.ports import Tools
from leads_tui.desk.recovery import Recovery
from leads_tui.desk.workbench import Workbench
from leads_tui.locale import _
from leads_tui.screens.lead_actions import LeadActions
from leads_tui.screens.left_behind import LeftBehind
from leads_tui.widgets.answer_box import AnswerBox
from leads_tui.widgets.inbox_pane import InboxPane

WIDTHS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
HEIGHTS = [(0, "-low"), (20, "-middle"), (32, "-high")]


class DeskScreen(LeadActions):
    """What an operator sees all day."""

    AUTO_FOCUS = "InboxPane"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.DESK)]
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    # What the app tells it -------------------------------------------------------------------------------------

    def begin(
        self,
        tools: Tools,
        account: str,
        *,
        persons: PersonFinder | None = None,
        replies: CannedReplies | None = None,
    ) -> None:
        """Starts work for the operator who has just signed in."""
        self._tools = tools
        state = self.state
        state.my_id = tools.me.id if tools.me else None
        state.account = account
        state.persons, state.replies = persons, replies
        state.inbox = inbox = Inbox(tools, on_change=self.show_soon)
        state.workbench = Workbench(
            tools, inbox, on_change=self.show_soon, on_verdict=self._tell_verdict, on_free=self._tell_free
        )
        self._left_behind = LeftBehind(self, state, tools, self._take_in_hand, self.say, self.show_soon)
        tools.spawn(self._look_after_inbox(inbox), "inbox")
        tools.spawn(self._left_behind.recover(Recovery(tools, state.workbench)), "recovery")
        self.show_soon()

    def go_on(self) -> None:
        """The operator has signed in again: asks for list and locks, and sends what was being sent."""
        self.say("")
        if self.inbox is not None and self.workbench is not None:
            self._refresh_inbox(self.inbox)
            self.workbench.go_on()

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

    # How it works ----------------------------------------------------------------------------------------------

    def _refresh_inbox(self, inbox: Inbox) -> None:
        self._work(inbox.refresh(), "refresh")

    def _clear_filter(self) -> None:
        self.state.words = ""
        self.query_one("#filter", Input).value = ""
        self.query_one("#left").remove_class("-filtering")
        self.query_one(InboxPane).focus()

    async def _look_after_inbox(self, inbox: Inbox) -> None:
        await inbox.refresh()
        await inbox.poll_for_ever()
