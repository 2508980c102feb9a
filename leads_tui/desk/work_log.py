"""What this operator answered from this machine, for "my day": ids and times, no word of anybody's.

The journal forgets what is settled, so each answer that was seen on the server leaves a line here: one file per window
and account (`work/ACCOUNT/WINDOW.jsonl`), appended to, right on NFS. Files older than the longest look back go.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from leads_tui.api.models import Lead, LeadType
from leads_tui.desk.clock import Clock
from leads_tui.desk.draft_store import account_folder, make_private
from leads_tui.desk.tasks import OffLoop, in_thread

__all__ = ["KEEPS", "Handled", "WorkLog"]

KEEPS: Final = dt.timedelta(days=15)
"""After so long a file that nobody wrote to is removed."""


@dataclass(frozen=True)
class Handled:
    """A lead that the operator answered, or completed without an answer."""

    lead_id: int
    type: LeadType
    at: dt.datetime
    """When it was completed."""
    duration: float | None = None
    """Seconds from its creation to its completion, by the API."""
    in_hand: float | None = None
    """Seconds from opening to sending, by this machine."""


class WorkLog:
    """This window's lines, and those of the account's other windows. `window` is this window's token."""

    def __init__(
        self, state_dir: Path, account: str, window: str, clock: Clock, *, off_loop: OffLoop = in_thread
    ) -> None:
        self._folder = state_dir / "work" / account_folder(account)
        self._path = self._folder / f"{window}.jsonl"
        self._clock = clock
        self._off_loop = off_loop
        self._opened: dict[int, float] = {}

    def opened(self, lead_id: int) -> None:
        """The operator opened the lead: from now on it is in hand. Call it again when it is opened again."""
        self._opened[lead_id] = self._clock.boot()

    async def answered(self, lead: Lead, sent_at: dt.datetime | None = None) -> None:
        """The server was seen to hold the operator's answer to this lead, which was sent at `sent_at` (the wall's
        time, now where it is not given). Raises OSError."""
        now = self._clock.now()
        opened = self._opened.pop(lead.id, None)
        since_sent = (now - sent_at).total_seconds() if sent_at else 0.0
        in_hand = None if opened is None else max(0.0, self._clock.boot() - opened - max(0.0, since_sent))
        handled = Handled(lead.id, lead.type, lead.completed_at or now, lead.duration, in_hand)
        await self._off_loop(partial(self._append, handled))

    async def read(self, since: dt.datetime) -> tuple[Handled, ...]:
        """What was answered since then from this machine, the oldest first. Raises OSError."""
        return await self._off_loop(partial(self._read, since))

    def _append(self, handled: Handled) -> None:
        make_private(self._folder)
        record = {
            "lead": handled.lead_id,
            "type": handled.type.value,
            "at": handled.at.isoformat(),
            "duration": handled.duration,
            "in_hand": handled.in_hand,
        }
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            # A write that failed half-way may have left half a line: the line feed before keeps it apart.
            file.write(f"\n{json.dumps(record)}\n")

    def _read(self, since: dt.datetime) -> tuple[Handled, ...]:
        found: dict[int, Handled] = {}
        for path in sorted(self._folder.glob("*.jsonl")):
            try:
                lines = list(_lines(path))
                age = self._clock.now().timestamp() - path.stat().st_mtime
            except FileNotFoundError:  # another window found it too old
                continue
            found |= {handled.lead_id: handled for handled in lines if handled.at >= since}
            if age > KEEPS.total_seconds():
                path.unlink(missing_ok=True)
        return tuple(sorted(found.values(), key=lambda handled: (handled.at, handled.lead_id)))


def _lines(path: Path) -> Iterator[Handled]:
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record = json.loads(line)
            at = dt.datetime.fromisoformat(record["at"])
            duration, in_hand = record["duration"], record["in_hand"]
            yield Handled(
                int(record["lead"]),
                LeadType(record["type"]),
                at if at.tzinfo else at.astimezone(),
                None if duration is None else float(duration),
                None if in_hand is None else float(in_hand),
            )
        except (ValueError, KeyError, TypeError):  # an empty line, half a line, or one of a newer program
            continue
