"""Texts as they are counted and compared with what the server holds."""

from __future__ import annotations


def same_text(sent: str | None, stored: str | None) -> bool:
    """Whether two texts are the same after what a server may do to one: line ends, white space at line ends."""
    return _normalised(sent) == _normalised(stored)


def _normalised(text: str | None) -> list[str]:
    return [line.rstrip() for line in (text or "").replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")]


def length(text: str) -> int:
    """The answer's length as the server counts it: in characters, not in cells or bytes."""
    return len(text)
