"""One line with a left and a right part: the header, the answer's title, the notice."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from leads_tui.widgets.lines import titled


class Bar(Widget):
    """A line of plain text. Setting the same words again costs nothing."""

    DEFAULT_CSS = "Bar { height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self.left = ""
        self.right = ""

    def say(self, left: str, right: str = "", tone: str = "") -> None:
        """Shows these words; `tone` is a class of the style sheet: `-good`, `-bad`, `-warning` or none."""
        for each in ("-good", "-bad", "-warning"):
            self.set_class(each == tone, each)
        if (left, right) != (self.left, self.right):
            self.left, self.right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Textual's line API."""
        width = self.size.width
        return titled(self.left, self.right, width, self.rich_style, self.rich_style)
