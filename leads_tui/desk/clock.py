"""Time, as the desk is given it: one clock that counts suspended time, one for the wall, one way to wait."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import Protocol


class Clock(Protocol):
    """What the desk asks of time; tests bring one that they move by hand."""

    def boot(self) -> float:
        """Seconds since some start, counting those in which the machine was suspended."""
        ...

    def now(self) -> dt.datetime:
        """The wall's time, aware. For showing and for files, never for deadlines."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits this many seconds."""
        ...


class SystemClock:
    """The machine's own clocks. CLOCK_BOOTTIME counts a suspended laptop's night; not every system has it."""

    _clock_id = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def boot(self) -> float:
        """Seconds since the machine started."""
        return time.clock_gettime(self._clock_id)

    def now(self) -> dt.datetime:
        """The wall's time in the local zone."""
        return dt.datetime.now().astimezone()

    async def sleep(self, seconds: float) -> None:
        """Waits this many seconds of running time."""
        await asyncio.sleep(seconds)
