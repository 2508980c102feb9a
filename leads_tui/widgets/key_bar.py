"""The bottom line: the keys that hold right now, out of the one declaration of commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget


class KeyBar(Widget):
    """Keys and their words; what does not fit is left out whole, from the right, but for the first and the last two."""

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
        keys = self._fitting(width)
        key_style, words_style = (self.get_component_rich_style(name) for name in ("keys--key", "keys--words"))
        segments = []
        for key, words in keys:
            segments += [Segment(f" {key}", key_style), Segment(f" {words} " if words else " ", words_style)]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _fitting(self, width: int) -> list[tuple[str, str]]:
        """As many keys as fit, the first one and the last two in any case; those lose their words for its sake."""
        keys = list(self.keys)
        while len(keys) > 3 and _width(keys) > width:
            del keys[-3]
        if len(keys) == 3 and _width(keys) > width:
            keys[1:] = [(key, "") for key, _words in keys[1:]]
        if len(keys) == 3 and _width(keys) > width:
            del keys[0]
        return keys


def _width(keys: Sequence[tuple[str, str]]) -> int:
    return sum(cell_len(key) + cell_len(words) + (3 if words else 2) for key, words in keys)
