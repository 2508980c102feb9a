"""Leads as text for people: clean, in columns that line up whatever the width of their letters."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size

from leads_tui.api.models import Conversation, Department, Employee, Lead, LeadType, Site, Visitor
from leads_tui.locale import _

__all__ = ["COLUMNS", "block", "cell", "fit", "known_fields", "table"]

EMPTY: Final = "-"

COLUMNS: Final[dict[str, Callable[[Lead], object]]] = {
    "id": lambda lead: lead.id,
    "created_at": lambda lead: lead.created_at,
    "type": lambda lead: lead.type,
    "result": lambda lead: lead.result,
    "name": lambda lead: lead.name,
    "contact": lambda lead: lead.phone or lead.email,
    "site": lambda lead: lead.site,
    "locked_by": lambda lead: lead.locked_by,
    "text": lambda lead: lead.text,
}
"""The columns where no fields were chosen."""

_HIDDEN_FROM_CHOICE: Final = frozenset({"hidden_characters", "raw_answer_text"})


def known_fields() -> list[str]:
    """The fields of a lead that a column can show."""
    return [name for name in Lead.model_fields if name not in _HIDDEN_FROM_CHOICE]


def table(leads: Sequence[Lead], names: Sequence[str]) -> list[str]:
    """A line of headings and one for each lead; two spaces at least between columns, none within a cell's words."""
    rows = [[name.upper() for name in names]]
    rows += [
        [cell(COLUMNS[name](lead) if name in COLUMNS else getattr(lead, name)) for name in names] for lead in leads
    ]
    widths = [max(cell_len(row[place]) for row in rows) for place in range(len(names))]
    return ["  ".join(_padded(row, widths)).rstrip() for row in rows]


def _padded(row: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    return (text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True))


def block(lead: Lead, names: Sequence[str]) -> list[str]:
    """One line for each field of the lead that there is; further lines of a text stand below its first."""
    shown = [(name, getattr(lead, name)) for name in names]
    shown = [(name, value) for name, value in shown if value is not None and value != ""]
    width = max((len(name) for name, _value in shown), default=0)
    lines: list[str] = []
    for name, value in shown:
        parts = value.split("\n") if isinstance(value, str) else [cell(value)]
        lines.append(f"{name:{width}}  {parts[0]}".rstrip())
        lines += [f"{'':{width}}  {part}".rstrip() for part in parts[1:]]
    return lines


def cell(value: object) -> str:
    """A value in one line: a person's name, a site's address, a moment in this machine's time zone."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M}"
    if isinstance(value, LeadType):
        return value.value
    if isinstance(value, Employee):
        return value.name
    if isinstance(value, Site):
        return value.url or f"#{value.id}"
    if isinstance(value, Department):
        return value.title or f"#{value.id}"
    if isinstance(value, Conversation | Visitor):
        return f"#{value.id}"
    return " ".join(str(value).split())


def fit(line: str) -> str:
    """The line cut to the width of the terminal, so that none wraps; a pipe gets all of it."""
    if not sys.stdout.isatty():
        return line
    width = shutil.get_terminal_size().columns
    return line if cell_len(line) <= width else set_cell_size(line, max(1, width - 1)).rstrip() + "…"
