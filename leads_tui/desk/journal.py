"""What this window does that a crash must not make forgotten: locks asked for, answers on their way.

Each window appends to a file of its own (`journal/ACCOUNT/WINDOW.jsonl`), one JSON object a line, fsynced before the
step is taken, with ids only. So the files of dead windows tell what may still be locked and which answers are not
known, and those of living ones are the registry of what is open elsewhere. Nobody writes into another's file, and no
file is locked, so it is right on NFS and after any crash; a line that a crash cut in half is skipped.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Final

from leads_tui.desk import windows
from leads_tui.desk.clock import Clock
from leads_tui.desk.draft_store import account_folder, make_private, sync_folder
from leads_tui.desk.tasks import OffLoop, in_thread, start, to_its_end
from leads_tui.desk.windows import Window

LOCK_LIVES: Final = dt.timedelta(minutes=31)
"""After so long a lock that was asked for is gone in any case (seed: lock, and a minute for the way)."""
LONGEST: Final = 2000
"""Lines after which a file is written anew with only what still counts."""


class Entry(StrEnum):
    """What is about to be done with a lead, or was seen."""

    LOCK = "lock"
    """The lock is about to be asked for, or prolonged."""
    LEAVING = "leaving"
    """The lock is about to be given back."""
    FREE = "free"
    """The lock was seen not to be ours."""
    HOLD = "hold"
    """An answer waits for its hold to pass; nothing was sent."""
    LOCKING = "locking"
    SENDING = "sending"
    """From here on the answer may be on the server."""
    VERIFYING = "verifying"
    STORED = "stored"
    NOT_STORED = "not stored"
    """Seen: answered by another, taken back, or not taken by the server."""


@dataclass
class Trace:
    """What one window's journal says of one lead."""

    lead_id: int
    asked_at: dt.datetime | None = None
    """When its lock was asked for last; None where it was seen to be free."""
    is_leaving: bool = False
    left_at: dt.datetime | None = None
    """When it was last asked to be given back, as long as that request may still be on its way."""
    answer: Entry | None = None
    """How far its answer came; None where there is none, or its end is known."""
    without_answer: bool = False

    @property
    def was_sent(self) -> bool:
        """True where the server may hold an answer of which we do not know."""
        return self.answer in {Entry.SENDING, Entry.VERIFYING}

    def may_be_locked(self, now: dt.datetime) -> bool:
        """True where its lock may still run."""
        return self.asked_at is not None and now - self.asked_at < LOCK_LIVES

    def is_open(self, now: dt.datetime) -> bool:
        """True where something of it is not settled."""
        return self.was_sent or self.may_be_locked(now)

    def take(self, entry: Entry, at: dt.datetime, *, without_answer: bool) -> None:
        """Follows one line of the journal."""
        if entry is Entry.LOCK:
            self.asked_at, self.is_leaving = at, False
        elif entry is Entry.LEAVING:
            self.is_leaving, self.left_at = True, at
        elif entry is Entry.FREE:
            self.asked_at, self.is_leaving, self.left_at = None, False, None
        elif entry in {Entry.STORED, Entry.NOT_STORED}:
            self.answer = None
        else:
            self.answer, self.without_answer = entry, without_answer


@dataclass
class _File:
    """A window's journal as it was read."""

    path: Path
    window: Window
    heard_at: dt.datetime
    traces: dict[int, Trace] = field(default_factory=dict)


@dataclass(frozen=True)
class Unfinished:
    """A lead that a dead window left: maybe locked, or with an answer of which nobody knows yet."""

    lead_id: int
    window: Window
    may_be_locked: bool
    was_sent: bool
    without_answer: bool
    asked_at: dt.datetime | None = None
    left_at: dt.datetime | None = None
    """When it was asked to be given back, where that request may still be on its way."""


class Journal:
    """This window's journal, and what those of the account's other windows say.

    `write` raises OSError; `problem` keeps the reason of the last failure until a write succeeds.
    """

    def __init__(
        self,
        state_dir: Path,
        account: str,
        clock: Clock,
        *,
        window: Window | None = None,
        is_alive: Callable[[str, dt.datetime, dt.datetime], bool] = windows.is_alive,
        off_loop: OffLoop = in_thread,
    ) -> None:
        self.window = window or windows.this_window(clock.now())
        self.folder = state_dir / "journal" / account_folder(account)
        self.problem = ""
        self._clock = clock
        self._is_alive = is_alive
        self._off_loop = off_loop
        self._path = self.folder / f"{self.window.token}.jsonl"
        self._traces: dict[int, Trace] = {}
        self._dead: list[Path] = []
        self._lines = 0
        self._turn = asyncio.Lock()

    async def write(self, lead_id: int, entry: Entry, *, without_answer: bool = False) -> None:
        """Puts the entry on disk for good; what it announces may be done afterwards. Raises OSError."""
        await to_its_end(start(self._write(lead_id, entry, without_answer=without_answer), f"journal {lead_id}"))

    async def elsewhere(self, lead_id: int) -> Window | None:
        """The other living window of this operator that has the lead open, or None. Raises OSError."""
        return await self._off_loop(partial(self._find_elsewhere, lead_id))

    async def left_elsewhere(self, lead_id: int) -> dt.datetime | None:
        """When another window of this operator last asked for the lead to be given back, where that request may still
        be on its way: it would take the lead from this window too. Raises OSError."""
        return await self._off_loop(partial(self._find_left_elsewhere, lead_id))

    async def unfinished(self) -> list[Unfinished]:
        """What dead windows left. Their files go where nothing is left, else they stay until `adopt`. Raises
        OSError."""
        return await self._off_loop(self._find_unfinished)

    async def adopt(self, left: Iterable[Unfinished]) -> None:
        """Makes what dead windows left this one's own affair and removes their files. Raises OSError."""
        for each in left:
            if each.may_be_locked:
                await to_its_end(start(self._write(each.lead_id, Entry.LOCK, at=each.asked_at), "adopt"))
            if each.left_at is not None:
                await to_its_end(start(self._write(each.lead_id, Entry.LEAVING, at=each.left_at), "adopt"))
            if each.was_sent:
                await self.write(each.lead_id, Entry.SENDING, without_answer=each.without_answer)
        dead, self._dead = self._dead, []
        await self._off_loop(partial(_remove, dead))

    async def close(self) -> None:
        """The session ended well: the file goes, unless something in it is not settled. Raises OSError."""
        if not any(trace.is_open(self._clock.now()) for trace in self._traces.values()):
            await self._off_loop(partial(_remove, [self._path]))

    def trace(self, lead_id: int) -> Trace:
        """What this window's journal says of the lead."""
        return self._traces.get(lead_id) or Trace(lead_id)

    # This window's file ----------------------------------------------------------------------------------------

    async def _write(
        self, lead_id: int, entry: Entry, *, without_answer: bool = False, at: dt.datetime | None = None
    ) -> None:
        async with self._turn:
            at = at or self._clock.now()
            record: dict[str, Any] = {"at": at.isoformat(), "lead": lead_id, "entry": entry.value}
            if without_answer:
                record["without_answer"] = True
            try:
                await self._off_loop(partial(self._append, record))
            except OSError as problem:
                self.problem = problem.strerror or str(problem)
                raise
            self.problem = ""
            self._traces.setdefault(lead_id, Trace(lead_id)).take(entry, at, without_answer=without_answer)

    def _append(self, record: dict[str, Any]) -> None:
        make_private(self.folder)
        is_new = self._lines > LONGEST or not self._path.exists()
        records = [self._header(), *self._still_open(), record] if is_new else [record]
        path = self._path.with_suffix(".new") if is_new else self._path
        # A write that failed half-way may have left half a line: the line feed before keeps it apart.
        content = "".join(f"\n{json.dumps(each)}\n" for each in records)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if is_new else os.O_APPEND), 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            path.replace(self._path)
            sync_folder(self.folder)
        self._lines = len(records) + (0 if is_new else self._lines)

    def _header(self) -> dict[str, Any]:
        started_at = self.window.started_at or self._clock.now()
        return {"window": self.window.token, "terminal": self.window.terminal, "started_at": started_at.isoformat()}

    def _still_open(self) -> Iterator[dict[str, Any]]:
        now = self._clock.now()
        for trace in self._traces.values():
            base = {"at": (trace.asked_at or now).isoformat(), "lead": trace.lead_id}
            if trace.asked_at is not None and trace.may_be_locked(now):
                yield {**base, "entry": Entry.LOCK.value}
            if trace.left_at is not None:
                yield {**base, "at": trace.left_at.isoformat(), "entry": Entry.LEAVING.value}
            if trace.answer is not None:
                yield {**base, "entry": trace.answer.value, "without_answer": trace.without_answer}

    # The other windows' files ----------------------------------------------------------------------------------

    def _find_elsewhere(self, lead_id: int) -> Window | None:
        now = self._clock.now()
        for file in self._others():
            trace = file.traces.get(lead_id)
            if trace and not trace.is_leaving and trace.may_be_locked(now) and self._lives(file):
                return file.window
        return None

    def _find_left_elsewhere(self, lead_id: int) -> dt.datetime | None:
        traces = [file.traces[lead_id] for file in self._others() if lead_id in file.traces]
        return max((trace.left_at for trace in traces if trace.left_at is not None), default=None)

    def _find_unfinished(self) -> list[Unfinished]:
        now = self._clock.now()
        found: dict[int, Unfinished] = {}
        self._dead = []
        for file in self._others():
            if self._lives(file):
                continue
            self._dead.append(file.path)
            open_ones = [trace for trace in file.traces.values() if trace.is_open(now)]
            if not open_ones:
                file.path.unlink(missing_ok=True)
            for trace in open_ones:
                before = found.get(trace.lead_id)
                if before is None or (trace.was_sent and not before.was_sent):
                    found[trace.lead_id] = Unfinished(
                        trace.lead_id,
                        file.window,
                        may_be_locked=trace.may_be_locked(now) or bool(before and before.may_be_locked),
                        was_sent=trace.was_sent,
                        without_answer=trace.without_answer,
                        asked_at=trace.asked_at or (before.asked_at if before else None),
                        left_at=trace.left_at or (before.left_at if before else None),
                    )
        return list(found.values())

    def _lives(self, file: _File) -> bool:
        return self._is_alive(file.window.token, file.heard_at, self._clock.now())

    def _others(self) -> Iterator[_File]:
        for path in sorted(self.folder.glob("*.jsonl")):
            if path != self._path and (file := _read(path)) is not None:
                yield file


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _read(path: Path) -> _File | None:
    try:
        content = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:  # its window has just ended
        return None
    file = _File(path, Window(path.stem), dt.datetime.min.replace(tzinfo=dt.UTC))
    for line in content.splitlines():
        try:
            record = json.loads(line)
            if "window" in record:
                started_at = dt.datetime.fromisoformat(record["started_at"])
                file.window = Window(path.stem, str(record["terminal"]), started_at)
                continue
            at = dt.datetime.fromisoformat(record["at"])
            entry, lead_id = Entry(record["entry"]), int(record["lead"])
        except (ValueError, KeyError, TypeError):  # half a line, or one of a newer program
            continue
        file.heard_at = max(file.heard_at, at)
        trace = file.traces.setdefault(lead_id, Trace(lead_id))
        trace.take(entry, at, without_answer=bool(record.get("without_answer")))
    return file
