"""Every command and its keys, out of the one declaration."""

from __future__ import annotations

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from leads_tui.commands import COMMANDS, Command, Keys, Place
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
            for heading, commands in self._by_place():
                yield Static(heading, classes="heading", markup=False)
                yield Static(self._table(commands), markup=False)
            marks = _("Marks: > cursor, * yours, L locked by a colleague, d your draft, ! waits over an hour, - gone")
            yield Static(marks, classes="remark", markup=False)
            yield Static(_("Letters work in the Russian layout too. esc closes this."), classes="remark", markup=False)

    def action_scroll(self, lines: int) -> None:
        """Scrolls by so many lines."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)

    @staticmethod
    def _by_place() -> list[tuple[str, list[Command]]]:
        headings = {
            Place.INBOX: _("In the inbox"),
            Place.DESK: _("With a lead, from anywhere on the desk"),
            Place.ANSWER: _("In the answer"),
            Place.EVERYWHERE: _("Everywhere"),
        }
        grouped = {place: [command for command in COMMANDS if command.place is place] for place in headings}
        return [(headings[place], commands) for place, commands in grouped.items() if commands]

    def _table(self, commands: list[Command]) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=14, no_wrap=True, style="bold")
        table.add_column()
        for command in commands:
            table.add_row(Text("  " + self._keys.all(command.id)), Text(_(command.help)))
        return table
