"""Drawing by lines: what the panes share to put foreign text into cells, exactly as wide as they say."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

ELLIPSIS = "…"


def fit(text: str, width: int) -> str:
    """The text in exactly so many cells: padded, or cut with an ellipsis. Wide characters are never halved."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(cut_right(text, width - 1) + ELLIPSIS, width)


def cut_right(text: str, width: int) -> str:
    """As much of the text as goes into so many cells, without trailing blanks."""
    return set_cell_size(text, max(0, width)).rstrip()


def two_sided(left: str, right: str, width: int) -> str:
    """One line of so many cells with the left part cut where the two do not both fit."""
    right_width = cell_len(right)
    if right_width + 2 > width:
        return fit(right or left, width)
    gap = "  " if right else ""
    return fit(left, width - right_width - len(gap)) + gap + right


def titled(left: str, right: str, width: int, left_style: Style, right_style: Style) -> Strip:
    """A title line: the left part and the right one, each in its style, with a blank at both ends."""
    words = " " + two_sided(left, right, width - 2)
    split = len(words) - len(right)
    segments = [Segment(words[:split], left_style), Segment(words[split:], right_style), Segment(" ", right_style)]
    return Strip(segments).adjust_cell_length(width, right_style)


def strip(text: str, width: int, style: Style) -> Strip:
    """One line of one style."""
    return Strip([Segment(fit(text, width), style)], width)
