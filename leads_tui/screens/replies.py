"""Choosing a canned reply: type to search, enter puts it into the answer."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from leads_tui.api.explain import explain
from leads_tui.api.models import Employee, Lead
from leads_tui.desk.canned import CannedReplies, CannedReply
from leads_tui.desk.placeholders import Filled
from leads_tui.locale import _
from leads_tui.widgets.lines import fit

TITLE_WIDTH = 58


class RepliesScreen(ModalScreen[Filled]):
    """Gives the chosen reply, filled for the lead, or None."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+t,ctrl+е", "dismiss", show=False),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(8)", show=False, priority=True),
        Binding("pageup", "move(-8)", show=False, priority=True),
    ]

    def __init__(self, replies: CannedReplies, lead: Lead, me: Employee | None) -> None:
        super().__init__()
        self._replies = replies
        self._lead = lead
        self._me = me
        self._found: list[CannedReply] = []

    def compose(self) -> ComposeResult:
        """The words to look for, what was found, and the reply as it would stand in the answer."""
        with Vertical(id="replies"):
            yield Input(placeholder=_("type to find a reply"), id="replies-words", compact=True)
            options = OptionList(id="replies-list", markup=False, compact=True)
            options.can_focus = False
            yield options
            with VerticalScroll(id="replies-text", can_focus=False):
                yield Static(id="reply-text", markup=False)
            yield Static(id="replies-note", markup=False)

    def on_mount(self) -> None:
        """Shows what is known, and asks for the rest."""
        self._search("")
        self.run_worker(self._load(), name="replies", group="replies", exit_on_error=False)

    async def _load(self) -> None:
        await self._replies.load()
        notes = list(self._replies.file.problems)
        if self._replies.is_refused:
            notes.append(_("The server does not give its replies to you; these are your own."))
        elif self._replies.problem is not None:
            notes.append(explain(self._replies.problem))
        self.query_one("#replies-note", Static).update("\n".join(notes))
        self._search(self.query_one(Input).value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Each letter narrows the list."""
        event.stop()
        self._search(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter takes the reply under the cursor."""
        event.stop()
        if (chosen := self._chosen()) is not None:
            self.dismiss(chosen.fill_for(self._lead, self._me))

    def on_option_list_option_highlighted(self) -> None:
        """The cursor moved: shows that reply as it would be sent."""
        chosen = self._chosen()
        text = chosen.fill_for(self._lead, self._me).text if chosen else ""
        self.query_one("#reply-text", Static).update(text)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click takes the reply."""
        self.dismiss(self._found[event.option_index].fill_for(self._lead, self._me))

    def action_move(self, rows: int) -> None:
        """Moves the cursor in the list while the words keep the focus."""
        options = self.query_one(OptionList)
        if self._found:
            options.highlighted = max(0, min((options.highlighted or 0) + rows, len(self._found) - 1))

    def _chosen(self) -> CannedReply | None:
        place = self.query_one(OptionList).highlighted
        return self._found[place] if place is not None and place < len(self._found) else None

    def _search(self, words: str) -> None:
        self._found = self._replies.search(words)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._row(reply)) for reply in self._found])
        if self._found:
            options.highlighted = 0
        else:
            self.query_one("#reply-text", Static).update(_("No reply has these words."))

    @staticmethod
    def _row(reply: CannedReply) -> Content:
        category = _("own") if reply.is_own and not reply.category else reply.category or ""
        mark = ("■ ", reply.color) if reply.color and _is_colour(reply.color) else "  "
        return Content.assemble(mark, f"{fit(reply.title, TITLE_WIDTH)}  ", (category, "$text-muted"))


def _is_colour(text: str) -> bool:
    digits = text.removeprefix("#")
    return text.startswith("#") and len(digits) in {3, 6} and all(each in "0123456789abcdefABCDEF" for each in digits)
