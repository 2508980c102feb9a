"""A line with a left and a right part: the header, the answer's title; or a sentence of a few lines: the notice."""

from __future__ import annotations

from textwrap import wrap

from textual.strip import Strip
from textual.widget import Widget

from leads_tui.widgets.lines import titled


class Bar(Widget):
    """Plain text. Setting the same words again costs nothing."""

    DEFAULT_CSS = "Bar { height: 1; }"

    def __init__(
        self,
        *,
        least: int = 0,
        most_lines: int = 1,
        id: str | None = None,  # noqa: A002 (Textual's own name)
    ) -> None:
        """`least`: cells of the left part that stay whatever the right one is; `most_lines`: how far it may grow."""
        super().__init__(id=id)
        self.left = ""
        self.right = ""
        self._least = least
        self._most_lines = most_lines

    def say(self, left: str, right: str = "", tone: str = "") -> None:
        """Shows these words; `tone` is a class of the style sheet: `-good`, `-bad`, `-warning` or none."""
        for each in ("-good", "-bad", "-warning"):
            self.set_class(each == tone, each)
        if (left, right) != (self.left, self.right):
            self.left, self.right = left, right
            self._grow()
            self.refresh()

    def on_resize(self) -> None:
        """Makes room for what does not fit into the new width."""
        self._grow()

    def _lines(self) -> list[str]:
        width = self.size.width - 2
        if self._most_lines == 1 or width < 1 or self.right:
            return [self.left]
        return wrap(self.left, width, max_lines=self._most_lines, placeholder="…") or [""]

    def _grow(self) -> None:
        if self._most_lines > 1:
            self.styles.height = len(self._lines())

    def render_line(self, y: int) -> Strip:
        """Textual's line API."""
        lines = self._lines()
        left = lines[y] if y < len(lines) else ""
        style = self.rich_style
        return titled(left, self.right, self.size.width, style, style, least=self._least)
