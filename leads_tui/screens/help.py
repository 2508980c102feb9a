"""Every command and its keys, out of the one declaration."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from leads_tui.commands import COMMANDS, Keys, Place
from leads_tui.locale import _
from leads_tui.text.layouts import in_every_layout


class HelpScreen(ModalScreen[None]):
    """What can be done, by place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(f"escape,f1,enter,{in_every_layout('q')}", "dismiss", show=False),
        Binding(in_every_layout("j"), "scroll(1)", show=False),
        Binding(in_every_layout("k"), "scroll(-1)", show=False),
    ]

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        """A heading, then a table for each place."""
        with VerticalScroll(id="help"):
            yield Static(self._words(), markup=False)

    def action_scroll(self, lines: int) -> None:
        """Scrolls by so many lines."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)

    def _words(self) -> Content:
        headings = {
            Place.INBOX: _("In the inbox"),
            Place.DESK: _("With a lead, from anywhere on the desk"),
            Place.ANSWER: _("In the answer"),
            Place.EVERYWHERE: _("Everywhere"),
        }
        parts: list[str | tuple[str, str]] = []
        for place, heading in headings.items():
            commands = [command for command in COMMANDS if command.place is place]
            if commands:
                parts.append((f"{heading}\n", "bold $primary"))
            for command in commands:
                parts += [(f"  {self._keys.all(command.id):<14}", "bold"), f"{_(command.help)}\n"]
            parts.append("\n" if commands else "")
        marks = _("Marks: > cursor, * yours, L locked by a colleague, d your draft, ! waits over an hour, - gone")
        parts.append((f"{marks}\n", "$text-muted"))
        parts.append((_("Letters work in the Russian layout too. esc closes this."), "$text-muted"))
        return Content.assemble(*parts)
