"""A program in a real pseudo-terminal, driven by keys and read by its screen.

The program leads its own session with the pseudo-terminal as controlling terminal, so signals, suspending and a
hang-up work as under a real one. Waiting is for what the screen shows, with a deadline; every failure shows the screen.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import selectors
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn, Self

from tests.e2e.emulator import Emulator

Wanted = str | re.Pattern[str] | Callable[["Terminal"], bool]

PATIENCE: Final = 30.0
"""Seconds until a wait fails; it is the machine's slowness that is measured here, not the program's."""

LAUNCHER: Final = """
import fcntl, os, signal, sys, termios
for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGTSTP", "SIGPIPE", "SIGXFSZ"):
    signal.signal(getattr(signal, name), signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""

KEYS: Final[Mapping[str, str]] = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "delete": "\x1b[3~",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "enter": "\r",
    "escape": "\x1b",
    "backspace": "\x7f",
    "space": " ",
    **dict(zip(("f1", "f2", "f3", "f4"), ("\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS"), strict=True)),
    **{f"f{n}": f"\x1b[{code}~" for n, code in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)},
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}


def clean_environment(home: Path, **extra: str) -> dict[str, str]:
    """What a program sees of its surroundings: this home and nothing of the person who runs the tests."""
    return {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin")),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "TZ": "Asia/Yekaterinburg",
        **extra,
    }


class Terminal:
    """One program in one pseudo-terminal. Use it as a context manager: at its end nothing of the program is left."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        columns: int = 120,
        rows: int = 40,
        cwd: Path | None = None,
    ) -> None:
        self.command = list(command)
        self._emulator = Emulator(columns, rows)
        self._raw = bytearray()
        self._changed = threading.Condition()
        self._ended = False
        """Nothing more can come: everybody has closed the other side."""
        self._hung_up = False
        self._stalled = False
        self._master, slave = os.openpty()
        _set_size(self._master, columns, rows)
        self._modes_before = termios.tcgetattr(self._master)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", LAUNCHER, *command],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                env=dict(environ),
                cwd=cwd,
            )
        finally:
            os.close(slave)
        os.set_blocking(self._master, False)
        self._stop_reading, self._stopped = os.pipe()
        self._reader = threading.Thread(target=self._read, name=f"terminal of {self.command[0]}", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The program's process id, which is its session's too."""
        return self.process.pid

    @property
    def screen(self) -> list[str]:
        """The rows that the operator sees."""
        with self._changed:
            return self._emulator.lines()

    @property
    def text(self) -> str:
        """The screen as one string."""
        return "\n".join(self.screen)

    def is_bold(self, text: str) -> bool:
        """Whether this text stands on the screen in bold letters, as the title of the pane with the focus does."""
        with self._changed:
            return self._emulator.is_bold(text)

    @property
    def title(self) -> str:
        """The window's title as the program set it."""
        with self._changed:
            return self._emulator.title

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row of the cursor, from 0."""
        with self._changed:
            return self._emulator.cursor()

    @property
    def raw(self) -> bytes:
        """Every byte that reached the terminal so far."""
        with self._changed:
            return bytes(self._raw)

    def shows(self, wanted: Wanted) -> bool:
        """Whether the screen has this text (or match, or passes this test) now."""
        if isinstance(wanted, str):
            return wanted in self.text
        if isinstance(wanted, re.Pattern):
            return wanted.search(self.text) is not None
        return wanted(self)

    def wait_for(self, wanted: Wanted, timeout: float = PATIENCE) -> str:
        """Waits until the screen shows it, and gives the screen then. Fails as soon as nothing more can come."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not self.shows(wanted):
                if self._ended:
                    self._fail(f"the program has ended and never showed {_name(wanted)}")
                if not self._changed.wait(max(0.0, deadline - time.monotonic())) and not self.shows(wanted):
                    self._fail(f"{timeout:g} s went by without {_name(wanted)}")
            return self.text

    def wait_gone(self, unwanted: str | re.Pattern[str], timeout: float = PATIENCE) -> str:
        """Waits until the screen does not show it any more."""

        def is_gone(_terminal: Terminal) -> bool:
            return not self.shows(unwanted)

        is_gone.__name__ = f"{_name(unwanted)} gone"
        return self.wait_for(is_gone, timeout)

    def press(self, *keys: str) -> None:
        """Presses keys by their names, or a character by itself.

        A terminal cannot tell `escape` and then another key from one chord, so `escape` ends a call: wait for what
        it does before the next key.
        """
        if "escape" in keys[:-1]:
            raise ValueError("escape must be the last key of a press; wait for its effect before the next one")
        self.send("".join(key if len(key) == 1 else KEYS[key] for key in keys).encode())

    def type(self, text: str) -> None:
        """Types this text as a quick typist would."""
        self.send(text.encode())

    def paste(self, text: str) -> None:
        """Pastes it, bracketed where the program asked for that."""
        with self._changed:
            bracketed = self._emulator.is_on(2004)
        self.send(f"\x1b[200~{text}\x1b[201~".encode() if bracketed else text.encode())

    def send(self, data: bytes) -> None:
        """Writes bytes as if they came from the keyboard."""
        deadline = time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self._master, selectors.EVENT_WRITE)
            while data:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self._fail("the program does not read its keyboard")
                data = data[os.write(self._master, data) :]

    def resize(self, columns: int, rows: int) -> None:
        """Gives the window another size; the program is told by SIGWINCH."""
        with self._changed:
            self._emulator.resize(columns, rows)
        _set_size(self._master, columns, rows)

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the program alone."""
        os.kill(self.pid, number)

    def stall(self) -> None:
        """Takes no more bytes from the program, as a line that is dead but not closed."""
        if not self._stalled:
            self._stalled = True
            self._end_reader()

    def hang_up(self) -> None:
        """Closes the window or cuts the line: the kernel sends SIGHUP, and reading ends."""
        if not self._hung_up:
            self._hung_up = True
            self.stall()
            os.close(self._master)

    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """The program's exit code (negative for a signal) once it is gone and all it wrote has been read."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._fail(f"the program did not end in {timeout:g} s")
        # A grandchild may keep the terminal open, so the end of output is waited for but not insisted on.
        if not self._hung_up:
            self._reader.join(1.0)
        return code

    def left_behind(self) -> dict[str, object]:
        """What the shell would find changed in its terminal; empty after a clean leave."""
        with self._changed:
            changed: dict[str, object] = {**self._emulator.changed_modes()}
        if (now := termios.tcgetattr(self._master)) != self._modes_before:
            changed["termios"] = now
        return changed

    def close(self) -> None:
        """Ends whatever is left of the program's session, and the terminal."""
        for pid in _session_of(self.pid):
            if pid != self.pid or self.process.poll() is None:  # a reaped number may be somebody else's by now
                _kill(pid)
        self.process.wait(PATIENCE)
        self.hang_up()

    def _read(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._master, selectors.EVENT_READ)
            selector.register(self._stop_reading, selectors.EVENT_READ)
            while all(key.fd == self._master for key, _ in selector.select()):
                try:
                    data = os.read(self._master, 65536)
                except OSError:  # EIO: the last process on the other side has gone
                    data = b""
                with self._changed:
                    self._raw += data
                    answers = self._emulator.feed(data)
                    self._ended = not data
                    self._changed.notify_all()
                if not data:
                    return
                if answers:
                    with contextlib.suppress(OSError):  # whoever asked may have gone already
                        os.write(self._master, answers)

    def _end_reader(self) -> None:
        os.close(self._stopped)
        self._reader.join(PATIENCE)
        os.close(self._stop_reading)
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _fail(self, reason: str) -> NoReturn:
        state = "still running" if (code := self.process.poll()) is None else f"exit code {code}"
        frame = "+" + "-" * self._emulator.columns + "+"
        shown = "\n".join(f"|{line}" for line in self.screen)
        raise AssertionError(f"{reason}\n{' '.join(self.command)} ({state})\n{frame}\n{shown}\n{frame}")


def _name(wanted: Wanted) -> str:
    if isinstance(wanted, re.Pattern):
        return repr(wanted.pattern)
    return repr(wanted) if isinstance(wanted, str) else wanted.__name__


def _set_size(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _session_of(leader: int) -> list[int]:
    """The processes of the session that this one led, itself first; also after it has gone."""
    found = [leader]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in brackets may hold anything; behind it come state, parent, group and session.
            session = int(stat.read_text().rpartition(")")[2].split()[3])
        except (OSError, IndexError):  # it ended while it was looked at
            continue
        if session == leader and (pid := int(stat.parent.name)) != leader:
            found.append(pid)
    return found


def _kill(pid: int) -> None:
    """Ends the process, and comes back when it has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        select.select([handle], [], [], PATIENCE)
    finally:
        os.close(handle)
