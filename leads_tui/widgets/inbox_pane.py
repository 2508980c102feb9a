"""The list of leads. Draws only its own lines, keeps its cursor by lead id, and holds it still on the screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from leads_tui.api.models import Lead
from leads_tui.commands import Place, bindings
from leads_tui.desk.inbox import Row
from leads_tui.locale import _
from leads_tui.text.ages import short_age
from leads_tui.widgets.lines import fit, strip, titled, two_sided
from leads_tui.widgets.words import employee_words, name_of, type_words

LATE_AFTER = dt.timedelta(hours=1)
NEAR_END = 20
"""Rows before the end at which the next page is asked for."""


class InboxPane(Widget, can_focus=True):
    """The leads, one line each, under a title line."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "inbox--title",
        "inbox--cursor",
        "inbox--late",
        "inbox--mine",
        "inbox--quiet",
    }
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.INBOX)]

    @dataclass
    class LeadHighlighted(Message):
        """The cursor came to stand on another lead."""

        lead_id: int

    @dataclass
    class LeadChosen(Message):
        """The operator wants to open this lead, the one that was under the cursor when the key went down."""

        lead_id: int

    @dataclass
    class EndNeared(Message):
        """The cursor came near the end of what is loaded."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self.rows: Sequence[Row] = ()
        self.cursor_id: int | None = None
        self.title = ""
        self.total = 0
        self.empty_words = ""
        self._top = 0
        self._now = dt.datetime.now(dt.UTC)
        self._my_id: int | None = None
        self._open_id: int | None = None
        self._drafts: Collection[int] = ()
        self._shown: tuple[object, ...] = ()

    # What the screen tells it ----------------------------------------------------------------------------------

    def show(
        self,
        rows: Sequence[Row],
        *,
        now: dt.datetime,
        my_id: int | None,
        open_id: int | None,
        drafts: Collection[int],
        title: str,
        total: int,
        empty_words: str,
    ) -> None:
        """Shows these rows. The row under the cursor keeps its place on the screen whatever came above it."""
        minute = now.replace(second=0, microsecond=0)
        shown = (tuple(rows), minute, my_id, open_id, frozenset(drafts), title, total, empty_words)
        if shown == self._shown:
            return
        self._shown = shown
        old_place = self._place()
        self.rows, self._now, self._my_id, self._open_id = rows, now, my_id, open_id
        self._drafts, self.title, self.total, self.empty_words = drafts, title, total, empty_words
        place = self._place()
        if place is None and rows:
            place = min(old_place or 0, len(rows) - 1)
            self._put_cursor(place)
        elif place is not None and old_place is not None:
            self._top += place - old_place
        self._scroll_to_cursor()
        self.refresh()

    def put_cursor_on(self, lead_id: int) -> None:
        """Moves the cursor to this lead, where the list has it."""
        place = next((place for place, row in enumerate(self.rows) if row.lead.id == lead_id), None)
        if place is not None:
            self._move_to(place)

    # What the operator does ------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Opens the lead under the cursor."""
        if self.cursor_id is not None:
            self.post_message(self.LeadChosen(self.cursor_id))

    def action_down(self) -> None:
        """One row down."""
        self._move_by(1)

    def action_up(self) -> None:
        """One row up."""
        self._move_by(-1)

    def action_page_down(self) -> None:
        """One page down."""
        self._move_by(max(1, self._height - 1))

    def action_page_up(self) -> None:
        """One page up."""
        self._move_by(-max(1, self._height - 1))

    def action_top(self) -> None:
        """To the first row."""
        self._move_to(0)

    def action_bottom(self) -> None:
        """To the last row that is loaded."""
        self._move_to(len(self.rows) - 1)

    def action_next_free(self) -> None:
        """To the next lead, from the cursor on and round, that nobody holds."""
        start = self._place() or 0
        for step in range(1, len(self.rows)):
            place = (start + step) % len(self.rows)
            row = self.rows[place]
            if row.lead.is_missed and not row.lead.is_locked and not row.is_gone:
                self._move_to(place)
                return

    def on_click(self, event: events.Click) -> None:
        """A click chooses the row; a second one opens it."""
        place = event.y - 1 + self._top
        if 0 <= place < len(self.rows) and event.y > 0:
            self._move_to(place)
            if event.chain > 1:
                self.action_open()

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the list, not the cursor's lead out of sight."""
        self._move_by(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves the list, not the cursor's lead out of sight."""
        self._move_by(-3)

    def on_resize(self) -> None:
        """Keeps the cursor in sight."""
        self._scroll_to_cursor()

    # How it works ----------------------------------------------------------------------------------------------

    @property
    def _height(self) -> int:
        return max(1, self.size.height - 1)

    def _place(self) -> int | None:
        return next((place for place, row in enumerate(self.rows) if row.lead.id == self.cursor_id), None)

    def _move_by(self, step: int) -> None:
        if self.rows:
            self._move_to(min(max((self._place() or 0) + step, 0), len(self.rows) - 1))

    def _move_to(self, place: int) -> None:
        old = self._place()
        if not self.rows or place == old:
            return
        old_top = self._top
        self._put_cursor(place)
        self._scroll_to_cursor()
        if self._top != old_top or old is None:
            self.refresh()
        else:
            width = self.size.width
            for row in (0, old - self._top + 1, place - self._top + 1):
                self.refresh(self._line_region(row, width))
        if place >= len(self.rows) - NEAR_END:
            self.post_message(self.EndNeared())

    def _put_cursor(self, place: int) -> None:
        self.cursor_id = self.rows[place].lead.id
        self.post_message(self.LeadHighlighted(self.cursor_id))

    @staticmethod
    def _line_region(row: int, width: int) -> Region:
        return Region(0, row, width, 1)

    def _scroll_to_cursor(self) -> None:
        place = self._place() or 0
        self._top = min(max(self._top, place - self._height + 1), place)
        self._top = max(0, min(self._top, len(self.rows) - self._height))

    # Drawing ---------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Textual's line API."""
        width = self.size.width
        if y == 0:
            return self._title_line(width)
        place = self._top + y - 1
        if place < len(self.rows):
            return self._row_line(self.rows[place], width)
        lines = wrap(self.empty_words, max(1, width - 4)) if not self.rows else []
        if 0 <= y - 2 < len(lines):
            return strip(f"  {lines[y - 2]}", width, self._style("inbox--quiet"))
        return strip("", width, self.rich_style)

    def _title_line(self, width: int) -> Strip:
        place = self._place()
        count = f"{place + 1}/{self.total}" if place is not None else ""
        style = self._style("inbox--title")
        return titled(self.title, count, width, style, style)

    def _row_line(self, row: Row, width: int) -> Strip:
        lead = row.lead
        is_cursor = lead.id == self.cursor_id
        mark, mark_style = self._mark(row)
        is_quiet = row.is_gone or not lead.is_missed or (lead.is_locked and not self._is_mine(lead))
        style = self._style("inbox--quiet") if is_quiet else self.rich_style
        if is_cursor:
            cursor_style = self._style("inbox--cursor")
            style, mark_style = cursor_style, mark_style + Style(bgcolor=cursor_style.bgcolor, bold=True)
        head = f"{'>' if is_cursor else ' '}{mark} "
        age = fit(f"{short_age(lead.created_at, self._now):>5}  ", 7)
        rest = width - len(head) - len(age) - 1
        words = self._quiet_words(row, rest) if is_quiet else self._words(row, rest)
        segments = [Segment(head, mark_style), Segment(fit(age + words, width - len(head)), style)]
        return Strip(segments).adjust_cell_length(width, style)

    def _words(self, row: Row, width: int) -> str:
        """Name, how it came, and where there is room the site or that it is the operator's."""
        kind_width = 9 if width >= 26 else 0
        tail_width = min(width - kind_width - 21, 26) if width >= 44 else 0
        words = fit(name_of(row.lead), width - kind_width - tail_width)
        words += fit(f" {type_words(row.lead.type)}", kind_width)
        return words + fit(f" {self._tail(row)}", tail_width)

    def _quiet_words(self, row: Row, width: int) -> str:
        """Name, and who has it, which says more than how it came; the first name where there is little room."""
        holder = row.lead.locked_by
        is_short = width < 34 and holder is not None and row.lead.is_missed and not row.is_gone
        tail = (holder.first_name or holder.name) if is_short and holder is not None else self._tail(row)
        return two_sided(name_of(row.lead), fit(tail, min(cell_len(tail), 2 * width // 3)), width)

    def _mark(self, row: Row) -> tuple[str, Style]:
        """One letter for the row's state, and its style; the letter says it where there is no colour."""
        lead = row.lead
        if row.is_gone or not lead.is_missed:
            return "-", self._style("inbox--quiet")
        if self._is_mine(lead):
            return "*", self._style("inbox--mine")
        if lead.is_locked:
            return "L", self._style("inbox--quiet")
        if lead.id in self._drafts:
            return "d", self._style("inbox--mine")
        if self._now - lead.created_at >= LATE_AFTER:
            return "!", self._style("inbox--late")
        return " ", self.rich_style

    def _tail(self, row: Row) -> str:
        lead = row.lead
        if not lead.is_missed:
            return _("answered by {who}").format(who=employee_words(lead.completed_by))
        if row.is_gone:
            return _("no longer here")
        if self._is_mine(lead):
            return _("locked by you")
        if lead.is_locked:
            return _("locked by {who}").format(who=employee_words(lead.locked_by))
        return lead.site.url if lead.site else ""

    def _is_mine(self, lead: Lead) -> bool:
        is_held = lead.is_locked and lead.locked_by is not None and lead.locked_by.id == self._my_id
        return is_held or (lead.id == self._open_id and not lead.is_locked)

    def _style(self, component: str) -> Style:
        return self.get_component_rich_style(component)
