"""Ctrl+z and back: the shell gets its terminal as it was, and what the desk missed meanwhile is asked for at once.

Textual handles these signals wherever in the program they happen to strike, and takes a desk that SIGSTOP stopped for
one that had left the terminal: it then reads the keyboard twice and keeps the wrong modes to restore. So both signals
are handled on the loop here. A process that was stopped cannot count the time, so every return doubts every lock.
"""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Final

from leads_tui.locale import _

if TYPE_CHECKING:
    from leads_tui.app import LeadsApp

SAVING_TIME: Final = 1.0
"""Seconds that saving may take before the desk stops without it."""


class Suspending:
    """Stops the application as a shell's job, and brings it back."""

    def __init__(self, app: LeadsApp) -> None:
        self._app = app
        self._stopping: asyncio.Task[None] | None = None
        self.is_shown = True
        """False while the terminal is the shell's."""
        self._is_over = False

    def install(self) -> None:
        """Takes over the signals of job control from the driver."""
        if self._app.is_headless:
            return
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, self.suspend)
        loop.add_signal_handler(signal.SIGCONT, self._continued)

    def remove(self) -> None:
        """The session ends: a stop would only keep the leads from being given back."""
        self._is_over = True
        if not self._app.is_headless:
            for number in (signal.SIGTSTP, signal.SIGCONT):
                asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)

    def suspend(self) -> None:
        """Saves, restores the terminal and stops; says so where no shell could bring the desk back."""
        if self._is_over:
            return
        if os.getpgrp() == os.getsid(0):
            self._app.say(_("There is no shell here to come back from; ctrl+q quits"), "-warning")
        elif self._stopping is None or self._stopping.done():
            self._stopping = asyncio.get_running_loop().create_task(self._suspend(), name="suspend")

    async def _suspend(self) -> None:
        await self._app.save_texts(SAVING_TIME)
        driver = self._app.driver
        if self._is_over or not self.is_shown or driver is None:
            return
        driver.suspend_application_mode()
        self.is_shown = False
        loop = asyncio.get_running_loop()
        loop.remove_signal_handler(signal.SIGTSTP)
        # The whole job stops, so that a script around the desk does not keep the shell waiting.
        os.killpg(os.getpgrp(), signal.SIGTSTP)
        loop.add_signal_handler(signal.SIGTSTP, self.suspend)

    def _continued(self) -> None:
        # What killed a stopped job came together with this signal, and must be heard before the job stops again.
        asyncio.get_running_loop().call_soon(self._come_back)

    def _come_back(self) -> None:
        driver = self._app.driver
        if self._is_over or driver is None:
            return
        try:
            is_in_front = os.tcgetpgrp(0) == os.getpgrp()
        except OSError:  # the terminal is gone; the end of the session is near
            return
        if not is_in_front:  # `bg`: a desk has nothing to do there
            os.killpg(os.getpgrp(), signal.SIGTTOU)
            return
        if self.is_shown:  # SIGSTOP gave no chance to leave the terminal, and nobody knows what was done to it
            driver.suspend_application_mode()
        driver.resume_application_mode()
        self.is_shown = True
        self._app.come_back()
