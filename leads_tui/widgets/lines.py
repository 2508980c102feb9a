"""Drawing by lines: what the panes share to put foreign text into cells, exactly as wide as they say."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

ELLIPSIS = "…"
SHORTEST = 6
"""Cells below which a left part that is cut says nothing any more."""


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


def two_sided(left: str, right: str, width: int, *, least: int = 0) -> str:
    """One line of so many cells with the left part cut where the two do not both fit; of the left one at least so
    many cells stay, and then the right one is cut too."""
    return "".join(_sides(left, right, width, least))


def _sides(left: str, right: str, width: int, least: int) -> tuple[str, str]:
    if not right or width <= 0:
        return fit(left, width), ""
    least = min(least, cell_len(left))
    right = fit(right, min(cell_len(right), max(0, width - least - (2 if least else 0))))
    room = width - cell_len(right)
    if room < max(SHORTEST, least + 2):
        return " " * room, right
    return fit(left, room - 2) + "  ", right


def titled(left: str, right: str, width: int, left_style: Style, right_style: Style, *, least: int = 0) -> Strip:
    """A title line: the left part and the right one, each in its style, with a blank at both ends; `least` as in
    `two_sided`."""
    left, right = _sides(left, right, width - 2, least)
    segments = [Segment(" " + left, left_style), Segment(right, right_style), Segment(" ", right_style)]
    return Strip(segments).adjust_cell_length(width, right_style)


def strip(text: str, width: int, style: Style) -> Strip:
    """One line of one style."""
    return Strip([Segment(fit(text, width), style)], width)
