"""One call of a method: what the methods' functions are given, and what they may answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from leads_tui.server.access import Caller
from leads_tui.server.params import Params


@dataclass(frozen=True)
class Call:
    """A signed-in employee's call: its parameters, its transaction, and the one moment at which all of it happens."""

    params: Params
    caller: Caller
    connection: sa.Connection
    now: datetime
    lock_minutes: float


@dataclass(frozen=True)
class Listed:
    """A list, and how many match in all; a page may hold fewer (pub)."""

    results: list[object]
    total: int
