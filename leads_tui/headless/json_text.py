"""JSON for machines that is safe on a terminal too."""

from __future__ import annotations

import json

__all__ = ["to_json"]


def to_json(value: object, *, indent: int | None = None) -> str:
    """JSON in printable ASCII: whatever a visitor wrote, nothing of it can act upon a terminal."""
    return json.dumps(value, ensure_ascii=True, indent=indent).replace("\x7f", "\\u007f")
