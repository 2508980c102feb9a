"""A lead that the last session left locked: go on with it, or give it back."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from leads_tui.locale import _
from leads_tui.text.layouts import in_every_layout

Choice = Literal["go on", "release"]


class LeftLeadScreen(ModalScreen[Choice]):
    """Gives the choice, or None for later: then the lock ends by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose('go on')", show=False),
        Binding(in_every_layout("r"), "choose('release')", show=False),
        Binding("escape", "dismiss", show=False),
    ]

    def __init__(self, lead: str, window: str) -> None:
        """`lead` and `window`: which lead, and which session left it, in words."""
        super().__init__()
        self._lead = lead
        self._window = window

    def compose(self) -> ComposeResult:
        """What was found, and the keys."""
        with Vertical(id="confirm"):
            yield Static(_("{lead} is still locked for you").format(lead=self._lead), id="question", markup=False)
            detail = _("A session of yours ended without giving it back. What you typed is a draft.")
            if self._window:
                detail += " " + _("It ran in {window}.").format(window=self._window)
            yield Static(detail, id="detail", markup=False)
            yield Static(_("enter go on with it    r release it    esc later"), id="choices", markup=False)

    def action_choose(self, choice: Choice) -> None:
        """Closes with the choice."""
        self.dismiss(choice)
