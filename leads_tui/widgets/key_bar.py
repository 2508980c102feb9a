"""The bottom line: the keys that hold right now, out of the one declaration of commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget


class KeyBar(Widget):
    """Keys and their words; what does not fit is left out whole, from the right, but for the last two."""

    DEFAULT_CSS = "KeyBar { height: 1; dock: bottom; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--words"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self.keys: Sequence[tuple[str, str]] = ()

    def show(self, keys: Sequence[tuple[str, str]]) -> None:
        """Shows these keys with their words, the most needed first, help and quit last."""
        if tuple(keys) != tuple(self.keys):
            self.keys = tuple(keys)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Textual's line API."""
        width = self.size.width
        keys = list(self.keys)
        while len(keys) > 2 and sum(self._width(key, words) for key, words in keys) > width:
            del keys[-3]
        key_style, words_style = (self.get_component_rich_style(name) for name in ("keys--key", "keys--words"))
        segments = []
        for key, words in keys:
            segments += [Segment(f" {key}", key_style), Segment(f" {words} ", words_style)]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    @staticmethod
    def _width(key: str, words: str) -> int:
        return cell_len(key) + cell_len(words) + 3
