"""The colours. Each is one of the 256 that every terminal has, so that nothing is lost over SSH without COLORTERM."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="leads-dark",
    primary="#5fafd7",
    secondary="#87afaf",
    accent="#d7af5f",
    foreground="#d0d0d0",
    background="#121212",
    surface="#1c1c1c",
    panel="#303030",
    success="#87af5f",
    warning="#d7af5f",
    error="#d75f5f",
    dark=True,
    variables={
        "text-muted": "#8a8a8a",
        "text-success": "#87af5f",
        "text-warning": "#d7af5f",
        "text-error": "#ff8787",
        "cursor": "#3a3a3a",
        "title": "#262626",
    },
)
LIGHT: Final = Theme(
    name="leads-light",
    primary="#005f87",
    secondary="#5f8787",
    accent="#875f00",
    foreground="#262626",
    background="#ffffff",
    surface="#eeeeee",
    panel="#d0d0d0",
    success="#005f00",
    warning="#875f00",
    error="#af0000",
    dark=False,
    variables={
        "text-muted": "#626262",
        "text-success": "#005f00",
        "text-warning": "#875f00",
        "text-error": "#af0000",
        "cursor": "#c6c6c6",
        "title": "#e4e4e4",
    },
)
ANSI_VARIABLES: Final = {"cursor": "ansi_bright_black", "title": "ansi_black"}
"""What the terminal's own sixteen colours lack."""
THEMES: Final = (DARK, LIGHT)
