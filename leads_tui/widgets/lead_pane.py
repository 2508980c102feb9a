"""The lead itself: who, from where, when, and what they wrote. Draws its own wrapped lines and scrolls them."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from leads_tui.api.models import Lead
from leads_tui.desk.person import Person
from leads_tui.locale import ngettext
from leads_tui.widgets.lead_facts import describe
from leads_tui.widgets.lines import strip, titled
from leads_tui.widgets.words import lead_words, type_words

MARGIN = 1
NUMBER = 8
"""Cells of the title, the lead's number, that stay in sight however long the name of its holder is."""
LOW = 14
"""Lines; where the pane has fewer, the visitor's words come before the facts."""


class LeadPane(Widget, can_focus=True):
    """One lead under a title line, which names it and says in words who holds it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lead--title", "lead--good", "lead--bad", "lead--warning", "lead--more"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j,о", "scroll_by(1)", show=False),
        Binding("up,k,л", "scroll_by(-1)", show=False),
        Binding("pagedown,space", "scroll_page(1)", show=False),
        Binding("pageup", "scroll_page(-1)", show=False),
        Binding("home,g,п", "scroll_edge(0)", show=False),
        Binding("end,G,П", "scroll_edge(1)", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self.lead: Lead | None = None
        self.title = ""
        self.badge = ""
        self._tone = ""
        self._now = dt.datetime.now(dt.UTC)
        self._shown: tuple[object, ...] = ()
        self._person: Person | None = None
        self._lines: list[Strip] = []
        self._wrapped_for: tuple[object, ...] = ()
        self._top = 0

    # What the screen tells it ----------------------------------------------------------------------------------

    def show(
        self, lead: Lead | None, *, badge: tuple[str, str], now: dt.datetime, person: Person | None = None
    ) -> None:
        """Shows this lead, from its beginning where it is another than before. `badge`: the lock's words and tone."""
        title = "" if lead is None else f"{lead_words(lead)} · {type_words(lead.type)}"
        if (lead.id if lead else None) != (self.lead.id if self.lead else None):
            self._top = 0
        shown = (lead, title, badge, person, now.replace(second=0, microsecond=0))
        if shown == self._shown:
            return
        self._shown = shown
        self._person = person
        self.lead, self.title, (self.badge, self._tone), self._now = lead, title, badge, now
        self._wrapped_for = ()
        self.refresh()

    # What the operator does ------------------------------------------------------------------------------------

    def action_scroll_by(self, lines: int) -> None:
        """Scrolls the text by so many lines."""
        self._show_from(self._top + lines)

    def action_scroll_page(self, pages: int) -> None:
        """Scrolls the text by so many pages."""
        self._show_from(self._top + pages * max(1, self._height - 1))

    def action_scroll_edge(self, end: int) -> None:
        """Scrolls to the beginning or the end."""
        self._show_from(len(self._wrapped()) * end)

    def on_mouse_scroll_down(self) -> None:
        """The wheel."""
        self.action_scroll_by(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel."""
        self.action_scroll_by(-3)

    def on_resize(self) -> None:
        """Keeps the text in sight when the pane grows."""
        self._show_from(self._top)

    # How it works ----------------------------------------------------------------------------------------------

    @property
    def _height(self) -> int:
        return max(1, self.size.height - 1)

    def _show_from(self, top: int) -> None:
        top = max(0, min(top, len(self._wrapped()) - self._height))
        if top != self._top:
            self._top = top
            self.refresh()

    def _wrapped(self) -> list[Strip]:
        key = (self.size, self.app.theme)
        if key != self._wrapped_for:
            width = max(1, self.size.width - 2 * MARGIN)
            is_low = self.size.height < LOW
            content = describe(self.lead, self._now, self._person, text_first=is_low) if self.lead else Content("")
            self._lines = Visual.to_strips(self, content, width, None, self.visual_style, apply_selection=False)
            self._wrapped_for = key
        return self._lines

    def render_line(self, y: int) -> Strip:
        """Textual's line API."""
        width = self.size.width
        if y == 0:
            style = self._style("lead--title")
            badge_style = style + Style(color=self._style("lead-" + self._tone).color) if self._tone else style
            return titled(self.title, self.badge, width, style, badge_style, least=NUMBER)
        lines = self._wrapped()
        place = self._top + y - 1
        below = len(lines) - self._top - self._height
        if below > 0 and y == self._height:
            words = ngettext("▾ {count} more line", "▾ {count} more lines", below + 1).format(count=below + 1)
            return strip(" " * MARGIN + words, width, self._style("lead--more"))
        if place >= len(lines):
            return strip("", width, self.rich_style)
        margin = strip("", MARGIN, self.rich_style)
        return Strip.join([margin, lines[place]]).adjust_cell_length(width, self.rich_style)

    def _style(self, component: str) -> Style:
        return self.get_component_rich_style(component)
