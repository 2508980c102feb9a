"""Two answers to one lead side by side: the one that the server holds, and the operator's, which it does not."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from leads_tui.api.models import Lead
from leads_tui.locale import _
from leads_tui.text.ages import clock_time
from leads_tui.text.layouts import in_every_layout
from leads_tui.widgets.words import employee_words, lead_words


class BothTextsScreen(ModalScreen[None]):
    """Shows, copies, closes. Neither text is changed here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(f"escape,enter,{in_every_layout('q')}", "dismiss", show=False),
        Binding(in_every_layout("c"), "copy", show=False),
    ]

    def __init__(self, lead: Lead, mine: str, now: dt.datetime) -> None:
        super().__init__()
        self._lead = lead
        self._mine = mine
        self._now = now

    def compose(self) -> ComposeResult:
        """The two texts under their titles, and the keys."""
        when = clock_time(self._lead.completed_at, self._now) if self._lead.completed_at else "?"
        theirs = _("{who}, {when}: stored").format(who=employee_words(self._lead.completed_by), when=when)
        with Vertical(id="both"):
            yield Static(lead_words(self._lead), id="both-title", markup=False)
            with Horizontal(id="both-texts"):
                with VerticalScroll(classes="text"):
                    yield Static(theirs, classes="heading", markup=False)
                    yield Static(self._lead.answer_text or _("(without an answer)"), markup=False)
                with VerticalScroll(classes="text"):
                    yield Static(_("Yours: not stored, kept as a draft"), classes="heading -mine", markup=False)
                    yield Static(self._mine, markup=False)
            yield Static(_("c copy yours    esc close"), id="both-keys", markup=False)

    def action_copy(self) -> None:
        """Sends the operator's text to the terminal's clipboard."""
        self.app.copy_to_clipboard(self._mine)
        self.query_one("#both-keys", Static).update(_("Sent to your terminal's clipboard.    esc close"))
