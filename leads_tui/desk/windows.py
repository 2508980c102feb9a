"""Which running program is which: one window of one operator, and whether it still lives.

A process is told by its host, the host's boot, its id and the moment at which it started, so that a process id that
was given to another program later is not mistaken for it. All of it is read from the system, nothing is locked, so
it is right after a crash and on NFS.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOREIGN_LIVES: Final = dt.timedelta(minutes=35)
"""A window on another host cannot be looked at; it counts as alive for so long after it was last heard of, which is
a little more than a lock lives."""


@dataclass(frozen=True)
class Window:
    """One running leads-tui."""

    token: str
    """Host, boot, process and start in one word, made of letters that a file's name may have."""
    terminal: str = ""
    """Such as `/dev/pts/3`; empty where there is none."""
    started_at: dt.datetime | None = None


def this_window(started_at: dt.datetime) -> Window:
    """The window that this process is."""
    pid = os.getpid()
    return Window(f"{_host()}~{_boot()}~{pid}~{_start_of(pid) or 0}", _terminal(), started_at)


def is_alive(token: str, heard_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether the window with this token still runs. One of another host, whose processes cannot be seen from here,
    counts as alive while it was heard of lately. What is no token belongs to no living window."""
    host, _, rest = token.partition("~")
    boot, _, process = rest.partition("~")
    pid, _, start = process.partition("~")
    if not pid.isdigit() or not start.isdigit():
        return False
    if host != _host():
        return now - heard_at < FOREIGN_LIVES
    return boot == _boot() and int(pid) > 0 and _start_of(int(pid)) == int(start)


def _host() -> str:
    return "".join(letter for letter in socket.gethostname() if letter.isalnum() or letter in ".-") or "host"


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
    except OSError:  # not Linux: process and start must do
        return "boot"


def _start_of(pid: int) -> int | None:
    """The clock tick at which the process started; None where there is no such process, or only its remains."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None if Path("/proc/self/stat").exists() else _start_without_proc(pid)
    fields = stat.rpartition(")")[2].split()  # the name before it may hold anything
    state, start = fields[0], int(fields[19])
    return None if state in {"Z", "X"} else start


def _start_without_proc(pid: int) -> int | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return 0
    return 0


def _terminal() -> str:
    for descriptor in (0, 1, 2):
        try:
            return os.ttyname(descriptor)
        except OSError:
            continue
    return ""
