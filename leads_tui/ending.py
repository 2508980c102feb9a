"""The end of a session: whatever ends it, texts are saved and leads given back first, within a deadline.

Textual dies by SIGTERM and SIGHUP without unmounting anything, and after its terminal is gone its own exit never
returns. So the signals are handled on the loop, and where the terminal does not answer any more, the process ends
by itself once the desk is closed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import termios
import threading
from typing import TYPE_CHECKING, Final

from leads_tui.locale import _

if TYPE_CHECKING:
    from leads_tui.app import LeadsApp
    from leads_tui.suspending import Suspending

EXIT_TIME: Final = 0.7
"""Seconds that restoring the terminal may take before the process ends without it."""
LOOK_EVERY: Final = 1.0
"""Seconds between two looks whether the terminal is still there; SIGHUP may be ignored, as under nohup."""


class Ending:
    """Ends the application once, however often it is asked to."""

    def __init__(self, app: LeadsApp, suspending: Suspending) -> None:
        self._app = app
        self._suspending = suspending
        self._ending: asyncio.Task[None] | None = None

    def install(self) -> None:
        """Takes over the signals that end a session."""
        if self._app.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self.leave, 128 + number)
        self._app.set_interval(LOOK_EVERY, self._look_for_terminal)

    def leave(self, code: int = 0) -> None:
        """Closes the desk and ends the process with this code."""
        if self._ending is None:
            self._suspending.remove()
            self._ending = asyncio.get_running_loop().create_task(self._leave(code), name="ending")

    def _look_for_terminal(self) -> None:
        if not _terminal_answers():
            self.leave(128 + signal.SIGHUP)

    async def _leave(self, code: int) -> None:
        left_locked: list[int] = []
        try:
            left_locked = await self._app.close_desk()
        finally:
            told = _still_locked(left_locked) if left_locked else None
            if not self._app.is_headless:
                self._leave_terminal(code, told)
            self._app.exit(code, return_code=code, message=told)

    def _leave_terminal(self, code: int, told: str | None) -> None:
        if not self._suspending.is_shown:  # killed as a stopped job: the shell has its terminal already
            if told and sys.__stderr__:
                sys.__stderr__.write(f"{told}\n")
                sys.__stderr__.flush()
            os._exit(code)
        if not _terminal_answers():
            os._exit(code)
        # Restoring it from the background would stop the process, and a terminal that takes no more bytes blocks the
        # loop, so the limit is kept by a thread.
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        limit = threading.Timer(EXIT_TIME, os._exit, [code])
        limit.daemon = True
        limit.start()


def _still_locked(lead_ids: list[int]) -> str:
    ids = ", ".join(f"#{lead_id}" for lead_id in lead_ids)
    words = _("The server could not be reached to give back {ids}; the lock ends by itself within 30 minutes.")
    return words.format(ids=ids)


def _terminal_answers() -> bool:
    try:
        termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    except (termios.error, OSError, ValueError):
        return False
    return True
