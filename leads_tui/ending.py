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
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from leads_tui.locale import _

if TYPE_CHECKING:
    from leads_tui.app import LeadsApp

EXIT_TIME: Final = 0.7
"""Seconds that restoring the terminal may take before the process ends without it."""
LOOK_EVERY: Final = 1.0
"""Seconds between two looks whether the terminal is still there; SIGHUP may be ignored, as under nohup."""


class Ending:
    """Ends the application once, however often it is asked to."""

    def __init__(self, app: LeadsApp, on_leave: Callable[[], None] = lambda: None) -> None:
        """`on_leave` is called once, as soon as the end begins."""
        self._app = app
        self._on_leave = on_leave
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
            self._on_leave()
            self._ending = asyncio.get_running_loop().create_task(self._leave(code), name="ending")

    def _look_for_terminal(self) -> None:
        if not _terminal_answers():
            self.leave(128 + signal.SIGHUP)

    async def _leave(self, code: int) -> None:
        left_locked: list[int] = []
        try:
            left_locked = await self._app.close_desk()
        finally:
            if not self._app.is_headless and not _terminal_answers():
                os._exit(code)
            if not self._app.is_headless:
                asyncio.get_running_loop().call_later(EXIT_TIME, os._exit, code)
            self._app.exit(code, return_code=code, message=_still_locked(left_locked) if left_locked else None)


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
