"""A question that wants a yes before something that cannot be undone."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from leads_tui.locale import _
from leads_tui.text.layouts import in_every_layout


class ConfirmScreen(ModalScreen[bool]):
    """Gives True for yes. Anything else is a no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(in_every_layout("y"), "answer(True)", show=False),
        Binding(f"{in_every_layout('n')},escape,enter,ctrl+q", "answer(False)", show=False),
    ]

    def __init__(self, question: str, detail: str) -> None:
        super().__init__()
        self._question = question
        self._detail = detail

    def compose(self) -> ComposeResult:
        """The question, what follows from a yes, and the keys."""
        with Vertical(id="confirm"):
            yield Static(self._question, id="question", markup=False)
            yield Static(self._detail, id="detail", markup=False)
            yield Static(_("y yes    n, esc no"), id="choices", markup=False)

    def action_answer(self, yes: bool) -> None:
        """Closes with the answer."""
        self.dismiss(yes)
