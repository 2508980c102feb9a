"""Copying through the terminal: over SSH there is no other way to the operator's own clipboard."""

from __future__ import annotations

import base64
from collections.abc import Mapping

LARGEST = 74_994
"""Characters of base64 that the strictest common terminal takes in one OSC 52."""


def copy_sequence(text: str, environ: Mapping[str, str]) -> str | None:
    """What to send the terminal so that it copies the text; None where the text is too long for that.

    tmux takes OSC 52 itself or hands it on, as it is configured; it gets both forms.
    """
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if len(encoded) > LARGEST:
        return None
    plain = f"\x1b]52;c;{encoded}\x07"
    if environ.get("TMUX"):
        doubled = plain.replace("\x1b", "\x1b\x1b")
        return f"{plain}\x1bPtmux;{doubled}\x1b\\"
    return plain
